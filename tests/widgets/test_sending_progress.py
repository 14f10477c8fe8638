"""While many messages go, the foot says how far they are, and stops what has not left."""

from __future__ import annotations

import asyncio

from PySide6.QtWidgets import QPushButton

from app.domain.errors import Trouble, TroubleKind
from app.domain.state import State
from tests.fakes.mailbox import words
from tests.program_scene import HOLD, ProgramScene


async def many(scene: ProgramScene, count: int) -> None:
    for number in range(count):
        await scene.saved(subject=f"Message {number}")
    await scene.press("Ctrl+2", "Ctrl+A", "Ctrl+Return", "Return")


async def test_the_foot_counts_and_then_sums_up(program_scene: ProgramScene) -> None:
    scene = program_scene
    scene.mailbox.refuse("send", 3, words("ErrorSendAsDenied"))
    second = None
    await many(scene, 120)
    first = scene.mailbox.hold("send")
    await scene.passes(HOLD + 1)
    await asyncio.wait_for(first.reached.wait(), 5)
    second = scene.mailbox.hold("send")
    first.open.set()
    await asyncio.wait_for(second.reached.wait(), 5)
    await scene.until(lambda: scene.status_bar.startswith("Sending: 100 of 120"))
    assert "Stop" in [button.text() for button in scene.window.status_bar.findChildren(QPushButton)]
    second.open.set()
    await scene.until(lambda: "119 sent, 1 needs attention" in scene.status_bar)


async def test_what_has_not_left_is_stopped_by_the_button_and_by_its_key(program_scene: ProgramScene) -> None:
    scene = program_scene
    await many(scene, 250)
    gate = scene.mailbox.hold("send")
    await scene.passes(HOLD + 1)
    await asyncio.wait_for(gate.reached.wait(), 5)
    await scene.until(lambda: scene.status_bar.startswith("Sending: 0 of 250"))
    await scene.click(scene.window.status_bar.findChildren(QPushButton)[0])
    await scene.until(lambda: "ready again" in scene.status_bar)
    gate.open.set()
    await scene.passes(2)
    states = [record.state for record in scene.parts.records.all()]
    assert states.count(State.READY) == 150
    assert len(scene.mailbox.delivered) == 100


async def test_a_server_that_goes_away_meanwhile_leaves_no_count_behind(program_scene: ProgramScene) -> None:
    scene = program_scene
    await many(scene, 120)
    gate = scene.mailbox.hold("send")
    await scene.passes(HOLD + 1)
    await asyncio.wait_for(gate.reached.wait(), 5)
    await scene.until(lambda: scene.status_bar.startswith("Sending: 0 of 120"))
    unreachable = Trouble(TroubleKind.UNREACHABLE, may_have_been_processed=False)
    scene.mailbox.fail("send", unreachable, times=2)
    gate.open.set()
    await scene.until(lambda: State.SENDING not in {record.state for record in scene.parts.records.all()})
    assert not scene.status_bar.startswith("Sending:")


async def test_a_few_messages_are_not_counted_and_undo_is_still_undo(program_scene: ProgramScene) -> None:
    scene = program_scene
    await many(scene, 3)
    assert "Sending 3 messages in" in scene.status_bar
    await scene.press("Z")
    await scene.settle()
    assert [record.state for record in scene.parts.records.all()] == [State.DRAFT] * 3


async def test_messages_that_left_before_all_were_let_go_are_not_waited_for(program_scene: ProgramScene) -> None:
    scene = program_scene
    scene.parts.outbox.hold_seconds = 0
    await many(scene, 250)
    await scene.until(lambda: len(scene.mailbox.delivered) == 250)
    await scene.passes(1)
    assert not scene.status_bar.startswith("Sending:")
    assert "250 messages sent" in scene.status_bar
