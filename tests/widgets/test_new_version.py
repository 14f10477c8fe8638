"""A new version is installed while the program runs: it says so, and a restart brings back what was open."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.controllers.closing import Closing
from app.controllers.compose.arrangement import bring_back, keep_arrangement, take_arrangement
from app.controllers.compose.compose import keep_open, left_open
from app.controllers.new_version import NewVersion, ReleaseNotice
from app.core.background import run_here
from app.core.program_files import ProgramFiles
from app.domain.errors import AccountError, Trouble, TroubleKind
from app.domain.message import Content, Field
from app.domain.presets import Presets
from app.domain.release import Release
from app.domain.state import State
from app.ui.bars import MessageBar
from tests.fakes.scene import ACCOUNT, MESSAGE
from tests.program_scene import ProgramScene

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support raise", extend=True)


@pytest.fixture
def program(tmp_path: Path) -> Path:
    file = tmp_path / "program"
    file.write_bytes(b"old")
    return file


@pytest.fixture
async def watching(program_scene: ProgramScene, program: Path) -> NewVersion:
    watch = program_scene.parts.new_version
    watch._files, watch._run_in_thread = ProgramFiles([program]), run_here
    program_scene.tasks.spawn(watch.keep_looking(), "look for a new version")
    await program_scene.settle()
    return watch


def replace(program: Path, content: bytes) -> None:
    program.with_suffix(".new").write_bytes(content)
    program.with_suffix(".new").replace(program)


def remove(program: Path) -> None:
    program.unlink()


async def test_it_is_said_once_the_files_are_whole_and_restarts_by_click_and_by_command(
    program_scene: ProgramScene, watching: NewVersion, program: Path
) -> None:
    scene, asked = program_scene, list[bool]()
    watching.on_restart = lambda: asked.append(True)
    await scene.passes(30)
    assert watching.bar is None, "nothing was installed"
    replace(program, b"half")
    await scene.passes(10)
    assert watching.bar is None, "it may be written still"
    replace(program, b"new version")
    await scene.passes(10)
    assert watching.bar is None
    await scene.passes(10)
    shown = [one for one in scene.window.findChildren(MessageBar) if one.isVisible()]
    (bar,) = [one for one in shown if "A new version is installed" in scene.words(one)]
    await scene.click(bar._action)
    scene.parts.registry.run("program.restart")
    assert asked == [True, True]


async def test_a_program_that_was_removed_offers_nothing(
    program_scene: ProgramScene, watching: NewVersion, program: Path
) -> None:
    remove(program)
    await program_scene.passes(60)
    assert watching.bar is None


async def test_a_restart_waits_for_what_is_being_sent_and_leaves_what_is_held(
    program_scene: ProgramScene, qapp: QApplication
) -> None:
    scene, closing = program_scene, Closing(qapp)
    scene.parts.serve(closing)
    gate = scene.mailbox.hold("send")
    sending, held = await scene.saved(), await scene.saved(MESSAGE)
    await scene.parts.outbox.send([sending], 0)
    await scene.parts.outbox.send([held], 60)
    await scene.settle()
    assert scene.record(sending).state is State.SENDING
    closing.restart()
    await scene.passes(1)
    assert not closing.end.done()
    gate.open.set()
    await scene.passes(1)
    assert closing.end.done()
    assert closing.restarts
    assert scene.record(held).state is State.HELD


async def test_an_ordinary_end_does_not_start_again(program_scene: ProgramScene, qapp: QApplication) -> None:
    closing = Closing(qapp)
    program_scene.parts.serve(closing)
    closing.at_once()
    assert not closing.restarts


# --- what comes back --------------------------------------------------------------------------------------------------


@pytest.fixture
async def second(qtbot: QtBot, qapp: QApplication) -> AsyncIterator[list[ProgramScene]]:
    runs: list[ProgramScene] = []
    yield runs
    for scene in runs:
        await scene.end()


async def restart(scene: ProgramScene, qtbot: QtBot, qapp: QApplication) -> ProgramScene:
    """End and start as the program does; settings and journal are those of the run before."""
    parts = scene.parts
    parts.compose.settle_all()
    await keep_arrangement(parts.shell, parts.compose, parts.settings)
    for name in left_open(parts.records):
        await keep_open(parts.records, parts.drafts, name)
    await scene.settle()
    parts.compose.message_windows.close_all()
    await scene.tasks.end()
    scene.window.close_for_good()
    again = ProgramScene(qtbot, qapp, ACCOUNT, after=scene)
    again.settings.preferences = scene.settings.preferences
    await again.parts.records.load()
    left = left_open(again.parts.records)
    await again.start()
    arrangement = await take_arrangement(again.parts.settings)
    assert arrangement is not None
    assert await take_arrangement(again.parts.settings) is None, "once"
    await bring_back(again.parts.shell, again.parts.records, again.parts.compose, left, arrangement)
    await again.settle()
    return again


async def test_each_message_comes_back_where_it_was_with_its_caret(
    qtbot: QtBot, qapp: QApplication, second: list[ProgramScene]
) -> None:
    scene = await ProgramScene(qtbot, qapp, ACCOUNT).start()
    for subject in ("Alone", "In the pane"):
        await scene.parts.compose.begin_now(Content(to=MESSAGE.to, subject=subject, body="one two three"))
        await scene.settle()
        scene.message.body.setFocus()
        await scene.press("Ctrl+Home", "Right", "Right", "Shift+Right")
        await scene.type("x")
    first, last = scene.parts.compose.views()
    last.subject.setFocus()
    last.subject.setCursorPosition(3)
    scene.parts.compose.message_windows.pop_out(first)
    await scene.settle()
    again = await restart(scene, qtbot, qapp)
    second.append(again)
    alone, pane = sorted(again.parts.compose.views(), key=lambda view: view.session.content.subject)
    assert alone.body.toPlainText() == pane.body.toPlainText() == "onx two three"
    assert alone.window() is not again.window
    assert pane.window() is again.window
    assert alone.body.editor.textCursor().position() == 3
    assert again.parts.workspace.message() is pane
    assert pane.focusWidget() is pane.subject
    assert pane.subject.cursorPosition() == 3
    assert not any("was open when" in again.words(view) for view in (alone, pane))


async def test_an_empty_message_and_the_list_in_front_come_back_too(
    qtbot: QtBot, qapp: QApplication, second: list[ProgramScene]
) -> None:
    scene = await ProgramScene(qtbot, qapp, ACCOUNT).start()
    scene.parts.workspace.go("sent")
    await scene.parts.compose.begin_now()
    await scene.settle()
    scene.message.focus_field(Field.TO)
    again = await restart(scene, qtbot, qapp)
    second.append(again)
    assert again.parts.workspace.place == "sent"
    (view,) = again.parts.compose.views()
    assert view.recipients[Field.TO].isAncestorOf(view.focusWidget())


# --- a release --------------------------------------------------------------------------------------------------------

ADDRESS = "https://mailwright.example/releases.json"
NEWER = Release("99.0", "https://mailwright.example/99")
DAY = 24 * 3600.0


@pytest.fixture
async def asking(program_scene: ProgramScene) -> ReleaseNotice:
    scene = program_scene
    notice = scene.parts.release_notice
    scene.mailbox.sign_ins.release = NEWER
    scene.tasks.spawn(notice.keep_asking(ADDRESS), "ask for a new version")
    await scene.settle()
    return notice


async def test_a_release_is_said_once_and_put_aside_by_closing_its_bar(
    program_scene: ProgramScene, asking: ReleaseNotice
) -> None:
    scene, asked = program_scene, program_scene.mailbox.sign_ins.releases_asked
    assert asked == [], "what the person came for goes first"
    await scene.passes(130)
    assert asked == [(ACCOUNT.address, ADDRESS)]
    assert asking.bar is not None
    assert "Mailwright 99.0 is available" in scene.words(asking.bar)
    assert scene.in_list(), "nobody loses the focus by it"
    await scene.click(asking.bar._close)
    for _ in range(30):
        await scene.passes(3600)
    assert len(asked) == 2, "once a day"
    assert not asking.bar.isVisible()
    scene.mailbox.sign_ins.release = Release("99.1", "https://mailwright.example/99.1")
    for _ in range(25):
        await scene.passes(3600)
    assert "Mailwright 99.1 is available" in scene.words(asking.bar)


async def test_its_page_is_opened_in_the_browser_or_told(program_scene: ProgramScene, asking: ReleaseNotice) -> None:
    scene, opened, there_is_one = program_scene, list[str](), [False]

    def open_page(address: str) -> bool:
        opened.append(address)
        return there_is_one[0]

    asking._open_page = open_page
    await scene.passes(130)
    assert asking.bar is not None
    await scene.click(asking.bar._action)
    assert scene.status_bar == "No browser could be opened. The page is https://mailwright.example/99"
    assert asking.bar.isVisible()
    there_is_one[0] = True
    await scene.click(asking.bar._action)
    assert opened == [NEWER.page] * 2
    assert not asking.bar.isVisible()


@pytest.mark.parametrize(
    "release", [None, Release("0.0.1", NEWER.page), AccountError(Trouble(TroubleKind.UNREACHABLE))], ids=repr
)
async def test_where_there_is_nothing_new_nothing_is_said(
    program_scene: ProgramScene, release: Release | AccountError | None
) -> None:
    scene = program_scene
    scene.mailbox.sign_ins.release = release
    scene.tasks.spawn(scene.parts.release_notice.keep_asking(ADDRESS), "ask for a new version")
    await scene.settle()
    await scene.passes(130)
    assert len(scene.mailbox.sign_ins.releases_asked) == 1
    assert scene.parts.release_notice.bar is None


async def test_an_administrator_switches_it_off_and_without_an_address_nothing_is_asked(
    program_scene: ProgramScene,
) -> None:
    scene = program_scene
    presets = Presets(settings={"look_for_new_versions": False}, locked=frozenset({"look_for_new_versions"}))
    scene.parts.settings.presets = presets
    scene.tasks.spawn(scene.parts.release_notice.keep_asking(ADDRESS), "ask for a new version")
    scene.tasks.spawn(scene.parts.release_notice.keep_asking(""), "ask for a new version")
    await scene.settle()
    for _ in range(30):
        await scene.passes(3600)
    assert scene.mailbox.sign_ins.releases_asked == []
