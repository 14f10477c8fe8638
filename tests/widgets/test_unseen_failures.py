"""What failed is marked in the rail, whichever view is shown, until the person stood at its row."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.domain.errors import Trouble, TroubleKind
from app.domain.message import Content, LocalId
from app.domain.state import State
from tests.fakes.mailbox import words
from tests.fakes.scene import ACCOUNT, BEN
from tests.program_scene import HOLD, ProgramScene

DENIED = words("ErrorSendAsDenied", "The user account does not have the right to send for the account.")


def mark(scene: ProgramScene, place: str = "drafts") -> str:
    """Return what a screen reader says of a place."""
    return scene.window.sidebar._buttons[place].accessibleName()


async def refused_while_away(scene: ProgramScene) -> LocalId:
    """Send from the pane, go to Sent, and have it refused."""
    name = await scene.saved()
    scene.parts.compose.open_message(name)
    await scene.until(lambda: scene.parts.compose.current() is not None)
    scene.mailbox.refuse("send", 0, DENIED)
    await scene.press("Ctrl+Return", "Ctrl+3")
    await scene.passes(HOLD + 1)
    assert scene.record(name).state is State.NEEDS_ATTENTION
    return name


async def test_a_failed_send_stays_marked_on_every_view_until_its_row_was_seen(program_scene: ProgramScene) -> None:
    scene = program_scene
    name = await refused_while_away(scene)
    await scene.until(lambda: "1 new problem, F8 goes there" in mark(scene))
    await scene.passes(60)
    await scene.press("Ctrl+N")
    await scene.until(lambda: "1 new problem" in mark(scene))
    await scene.press("Escape", "Ctrl+3")
    await scene.until(lambda: "1 new problem" in mark(scene))
    await scene.press("F8")
    assert scene.current.local_id == name
    await scene.until(lambda: "new problem" not in mark(scene))
    assert "1 needs attention" in mark(scene), "what was seen is not yet mended"
    assert mark(scene, "outbox") == "Outbox", "it is counted once, where it is mended"
    await scene.press("Ctrl+3")
    await scene.passes(5)
    assert "new problem" not in mark(scene)


async def test_one_that_fails_again_is_new_again_and_one_that_went_is_none(program_scene: ProgramScene) -> None:
    scene = program_scene
    name = await refused_while_away(scene)
    await scene.press("F8")
    await scene.until(lambda: "new problem" not in mark(scene))
    scene.mailbox.refuse("send", 0, DENIED)
    gate = scene.mailbox.hold("send")
    await scene.press("R", "Ctrl+3")
    gate.open.set()
    await scene.passes(3)
    assert scene.record(name).state is State.NEEDS_ATTENTION
    await scene.until(lambda: "1 new problem" in mark(scene))
    await scene.parts.outbox.retry([name])
    await scene.passes(3)
    await scene.until(lambda: "new problem" not in mark(scene))


async def test_what_could_not_be_fetched_is_marked_too(program_scene: ProgramScene) -> None:
    scene = program_scene
    scene.on_server(Content(to=(BEN,), subject="Theirs"))
    await scene.press("F5", "Home")
    gate = scene.mailbox.hold("get")
    scene.mailbox.fail("get", Trouble(TroubleKind.UNREACHABLE, may_have_been_processed=False))
    await scene.press("Ctrl+Return", "Ctrl+3")
    gate.open.set()
    await scene.settle()
    await scene.until(lambda: "1 new problem" in mark(scene))
    await scene.press("Ctrl+2")
    await scene.until(lambda: "new problem" not in mark(scene))


async def test_what_the_last_run_left_is_marked(qtbot: QtBot, qapp: QApplication) -> None:
    before = await ProgramScene(qtbot, qapp, ACCOUNT).start()
    name = await refused_while_away(before)
    await before.passes(60)
    await before.saved(subject="Newer")
    await before.end()
    scene = await ProgramScene(qtbot, qapp, ACCOUNT, after=before).start()
    await scene.press("Ctrl+3")
    await scene.until(lambda: "1 new problem" in mark(scene))
    await scene.press("F8")
    assert scene.current.local_id == name
    await scene.until(lambda: "new problem" not in mark(scene))
    await scene.end()
