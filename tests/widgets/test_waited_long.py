"""The bar at the start about messages that waited for long: two answers, or none."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from app.domain.state import State
from app.ui.bars import MessageBar
from tests.fakes.scene import ACCOUNT
from tests.program_scene import ProgramScene

DAY = 24 * 3600.0


@pytest.fixture
async def again(qtbot: QtBot, qapp: QApplication) -> AsyncIterator[ProgramScene]:
    """The start on Monday, after two messages were held on Friday."""
    friday = await ProgramScene(qtbot, qapp, ACCOUNT).start()
    names = [await friday.saved(), await friday.saved(subject="Another")]
    await friday.parts.outbox.send(names, 60)
    await friday.end()
    friday.clock._now += 3 * DAY
    scene = await ProgramScene(qtbot, qapp, ACCOUNT, after=friday).start()
    yield scene
    await scene.end()


def bar(scene: ProgramScene) -> MessageBar | None:
    bars = scene.window.findChildren(MessageBar)
    return next((one for one in bars if one.isVisible() and " waited since " in one.accessibleName()), None)


def button(scene: ProgramScene, words: str) -> QPushButton:
    shown = bar(scene)
    assert shown is not None
    return next(one for one in shown.findChildren(QPushButton) if one.text() == words and one.isVisible())


def states(scene: ProgramScene) -> set[State]:
    return {record.state for record in scene.parts.records.all()}


async def test_it_asks_without_taking_the_focus_and_names_them(again: ProgramScene) -> None:
    shown = bar(again)
    assert shown is not None
    assert shown.accessibleName().startswith("2 messages have waited since ")
    assert again.in_list()
    shown.show_details()
    assert "“Another”, to " in again.words(shown)
    await again.passes(600)
    assert again.mailbox.delivered == []


async def test_send_now_sends_them_and_the_bar_goes(again: ProgramScene) -> None:
    await again.click(button(again, "Send now"))
    await again.passes(60)
    assert len(again.mailbox.delivered) == 2
    assert bar(again) is None


async def test_keep_as_drafts_keeps_them(again: ProgramScene) -> None:
    await again.click(button(again, "Keep as drafts"))
    await again.passes(600)
    assert states(again) == {State.DRAFT}
    assert again.mailbox.delivered == []
    assert bar(again) is None


async def test_closed_unanswered_they_wait_and_their_rows_offer_both(again: ProgramScene) -> None:
    shown = bar(again)
    assert shown is not None
    shown.dismiss()
    await again.press("Ctrl+4")
    assert [again.parts.lists.outbox.words(row).text for row in again.rows] == ["Waiting for your answer"] * 2
    await again.press("A")
    await again.passes(60)
    assert len(again.mailbox.delivered) == 1
    assert bar(again) is None, "who closed it has read it"
    again.parts.workspace.read_now()
    await again.settle()
    again.parts.reader.bar.action_wanted.emit("keep-as-draft")
    await again.settle()
    assert sorted(states(again)) == sorted({State.SENT, State.DRAFT})


async def test_f8_leads_to_them(again: ProgramScene) -> None:
    await again.press("F8")
    assert again.current.state is State.QUEUED


async def test_what_is_ready_or_scheduled_is_named_at_the_start(qtbot: QtBot, qapp: QApplication) -> None:
    first = await ProgramScene(qtbot, qapp, ACCOUNT).start()
    await first.parts.outbox.set_ready([await first.saved(), await first.saved()])
    await first.end()
    second = await ProgramScene(qtbot, qapp, ACCOUNT, after=first).start()
    assert second.status_bar == "2 messages are ready to be sent"
    await second.end()
