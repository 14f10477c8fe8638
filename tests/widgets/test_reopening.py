"""Messages that were open when the program ended are open again, with a word that says so and goes by itself."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.bootstrap import run
from app.bootstrap.background_start import _reopen
from app.controllers.compose.compose import left_open, reopen
from app.domain.errors import StorageError
from app.domain.message import Content, LocalId
from app.domain.state import State
from app.views.compose.view import Aside
from tests.fakes.scene import ACCOUNT, MESSAGE
from tests.program_scene import ProgramScene


class Runs:
    """One run after the other, over the same disk and the same server."""

    def __init__(self, qtbot: QtBot, qapp: QApplication) -> None:
        self._qtbot, self._qapp = qtbot, qapp
        self.scene: ProgramScene

    async def first(self) -> ProgramScene:
        self.scene = await ProgramScene(self._qtbot, self._qapp, ACCOUNT).start()
        return self.scene

    async def next(self, settings: dict[str, str] | None = None) -> ProgramScene:
        """Pull the plug, and start again as the program does; with `settings` on the disk."""
        before = self.scene
        await before.tasks.end()
        before.window.close_for_good()
        scene = ProgramScene(self._qtbot, self._qapp, ACCOUNT, after=before)
        scene.settings.preferences.update(settings or {})
        await scene.parts.records.load()
        names = left_open(scene.parts.records)
        await scene.start()
        await _reopen(scene.parts, names)
        await scene.settle()
        self.scene = scene
        return scene


@pytest.fixture
async def runs(qtbot: QtBot, qapp: QApplication) -> AsyncIterator[Runs]:
    runs = Runs(qtbot, qapp)
    yield runs
    await runs.scene.end()


def said(scene: ProgramScene) -> str:
    return "\n".join(scene.words(one) for one in scene.message.findChildren(Aside) if one.isVisible())


async def written(scene: ProgramScene, subject: str, body: str) -> LocalId:
    await scene.parts.compose.begin_now(Content(to=MESSAGE.to, subject=subject))
    await scene.settle()
    await scene.type(body)
    return scene.message.session.local_id


async def test_after_a_crash_every_message_is_there_again_and_the_last_is_in_front(runs: Runs) -> None:
    scene = await runs.first()
    names = [await written(scene, "One", "Words of one"), await written(scene, "Two", "Words of two")]
    scene = await runs.next()
    views = scene.parts.compose._views
    assert [view.session.local_id for view in views] == names
    assert scene.message.session.content.subject == "Two"
    assert scene.message.body.toPlainText() == "Words of two"
    await scene.type("More. ")
    assert (await scene.content(names[1])).body == "More. Words of two"


async def test_a_quiet_word_says_that_it_was_brought_back_and_goes_by_itself(runs: Runs) -> None:
    await written(await runs.first(), "One", "Words")
    scene = await runs.next()
    assert "This message was open when Mailwright ended" in said(scene)
    (aside,) = scene.message.findChildren(Aside)
    assert aside._leave.isActive()
    aside._leave.timeout.emit()
    assert said(scene) == ""


async def test_escape_takes_the_quiet_word_away_and_leaves_the_message_only_then(runs: Runs) -> None:
    await written(await runs.first(), "One", "Words")
    scene = await runs.next()
    assert said(scene)
    await scene.press("Escape")
    assert said(scene) == ""
    assert scene.message.isVisible()
    await scene.press("Escape")
    await scene.until(lambda: scene.parts.compose.current() is None)


async def test_after_an_ordinary_end_it_is_there_again_too(runs: Runs) -> None:
    scene = await runs.first()
    name = await written(scene, "One", "Words")
    await run.finish(scene.parts)
    scene = await runs.next()
    assert scene.message.session.local_id == name
    assert len(scene.rows) == 1, "one letter, one row, one item"
    assert len(scene.mailbox.items) == 1


async def test_after_an_ordinary_end_nothing_has_to_be_said_and_after_a_crash_behind_it_it_has(runs: Runs) -> None:
    scene = await runs.first()
    name = await written(scene, "One", "Words")
    await run.finish(scene.parts)
    kept = scene.settings.preferences
    scene = await runs.next(kept)
    assert scene.message.session.local_id == name
    assert said(scene) == ""
    await scene.type("More. ")
    scene = await runs.next(scene.settings.preferences)
    assert scene.message.session.local_id == name
    assert "This message was open when Mailwright ended" in said(scene)


async def test_what_was_closed_empty_sent_or_discarded_stays_so(runs: Runs) -> None:
    scene = await runs.first()
    closed = await written(scene, "Closed", "Words")
    await scene.press("Escape")
    await written(scene, "Discarded", "Words")
    await scene.press("Ctrl+Shift+D")
    sent = await written(scene, "Sent", "Words")
    await scene.press("Ctrl+Return")
    await scene.settle()
    assert scene.record(sent).state is State.HELD
    await scene.press("C")
    scene = await runs.next()
    assert scene.parts.compose._views == []
    assert scene.parts.records.get(closed) is not None
    assert scene.in_list()


async def test_one_that_cannot_be_opened_keeps_no_other_closed(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    scene = await runs.first()
    names = [await written(scene, "One", "Words"), await written(scene, "Two", "Words")]
    await scene.tasks.end()
    scene.window.close_for_good()
    scene = ProgramScene(runs._qtbot, runs._qapp, ACCOUNT, after=scene)
    runs.scene = scene
    await scene.start()
    real = scene.parts.drafts.open_draft

    async def opened(what: LocalId) -> object:
        if what == names[0]:
            raise StorageError("The disk is damaged there.")
        return await real(what)

    monkeypatch.setattr(scene.parts.drafts, "open_draft", opened)
    await reopen(scene.parts.shell, scene.parts.records, scene.parts.compose, names)
    await scene.settle()
    assert scene.message.session.local_id == names[1]
    assert "damaged there" in scene.words(scene.window.notice_bar)
