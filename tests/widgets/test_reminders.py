"""A person is reminded of what nobody answered: asked for at a row in Sent, said there, changed and taken away."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from app.domain.errors import Trouble, TroubleKind
from app.domain.listing import Folder
from app.domain.message import Content, Header, Options
from app.domain.message_kind import MessageKind
from app.domain.recipient import Recipient
from app.services.outbox.reminders import Reminders
from app.ui.message_list.row_face import RowFace
from app.views.compose.typed_dates import read_moment, suggested_reminders
from tests.fakes.mailbox import Stored
from tests.fakes.scene import ANNA
from tests.program_scene import ProgramScene
from tests.widgets.test_by_mouse import choose, right_click

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)

BEN = Recipient("ben@example.org", "Ben")
LATE = 8 * 24 * 3600.0
NOBODY = "Nobody has answered."


@pytest.fixture
async def sent(program_scene: ProgramScene) -> ProgramScene:
    """Three messages in Sent; the list stands at the newest."""
    scene = program_scene
    for number in range(3):
        await scene.clock.advance(1)
        content = Content(to=(BEN,), subject=f"Message {number}", body="Dear Ben")
        item = scene.mailbox.put(ANNA, content, folder=Folder.SENT, message_id=f"<{number}@x>")
        item.conversation = f"talk {number}"
    scene.parts.lists.sent.reload()
    await scene.settle()
    await scene.press("Ctrl+3", "Home")
    return scene


def came(scene: ProgramScene, **more: object) -> Stored:
    """Let a message come to the Inbox that says that it answers the newest one in Sent."""
    content = Content(sender=BEN, subject="Re: Message 2", body="Dear Anna", options=Options(in_reply_to="<2@x>"))
    item = scene.mailbox.put(ANNA, content, folder=Folder.INBOX, message_id="<answer@x>")
    for name, value in more.items():
        setattr(item, name, value)
    return item


def face(scene: ProgramScene, number: int = 0) -> RowFace:
    found: RowFace = scene.parts.workspace.panels["sent"].model.face(number)
    return found


async def asked(scene: ProgramScene, typed: str = "by friday") -> None:
    await scene.press("Shift+N")
    await scene.type(typed)
    await scene.press("Return")


async def test_a_typed_day_is_said_on_the_row_is_kept_and_can_be_undone(sent: ProgramScene) -> None:
    scene = sent
    await asked(scene)
    due = read_moment("friday", scene.clock.now())
    one = scene.parts.reminders.get(ANNA, "<2@x>")
    assert one is not None
    assert one.due == due
    assert face(scene).line.startswith("Reminder ")
    assert face(scene).line.endswith(" if nobody answers")
    assert face(scene).icon == "clock"
    assert face(scene, 1).icon != "clock"
    assert scene.status_bar.startswith("Reminder ")
    assert "<2@x>" in scene.settings.preferences["reminders"]
    await scene.press("Z")
    assert scene.parts.reminders.get(ANNA, "<2@x>") is None
    assert face(scene).icon != "clock"


async def test_it_is_changed_and_taken_away_by_the_same_key(sent: ProgramScene) -> None:
    scene = sent
    await asked(scene)
    await asked(scene, "in 3 days")
    one = scene.parts.reminders.get(ANNA, "<2@x>")
    assert one is not None
    assert one.due == read_moment("in 3 days", scene.clock.now())
    await scene.press("Shift+N", "Up", "Return")
    await scene.type("")
    await asked(scene, "No reminder")
    assert scene.parts.reminders.get(ANNA, "<2@x>") is None
    assert face(scene).icon != "clock"
    await scene.press("Z")
    assert scene.parts.reminders.get(ANNA, "<2@x>") is not None


async def test_three_moments_are_near_at_hand_and_none_of_them_is_on_a_weekend(sent: ProgramScene) -> None:
    scene = sent
    await scene.press("Shift+N", "Down", "Return")
    one = scene.parts.reminders.get(ANNA, "<2@x>")
    assert one is not None
    assert one.due == suggested_reminders(scene.clock.now())[1]


async def test_by_the_mouse_it_stands_in_the_menu_of_the_row(sent: ProgramScene) -> None:
    scene = sent
    shown = scene.parts.workspace.panel.list
    right_click(shown.viewport(), shown.visualRect(shown.model().index(1, 0)).center())
    await choose(scene, "Remind me if nobody answers")
    await scene.settle()
    await scene.type("friday")
    await scene.press("Return")
    assert scene.parts.reminders.get(ANNA, "<1@x>") is not None
    await asyncio.sleep(0.6)  # a timer of 300 ms still runs behind the menu; whose it is was not found yet


async def test_what_nobody_answered_is_said_led_to_and_followed_up(sent: ProgramScene) -> None:
    scene = sent
    told: list[str] = []
    scene.parts.reminders.came_due.subscribe(lambda one: told.append(one.message_id))
    await asked(scene)
    await scene.clock.advance(LATE)
    await scene.settle()
    assert told == ["<2@x>"]
    assert face(scene).line.startswith(NOBODY)
    assert (face(scene).tone, face(scene).action) == ("warn", "Follow up")
    await scene.press("Ctrl+2", "F8")
    assert (scene.parts.workspace.place, scene.current.subject) == ("sent", "Message 2")
    await scene.press("A")
    await scene.until(lambda: scene.parts.compose.current() is not None)
    assert [one.address for one in (await scene.content(scene.message.session.local_id)).to] == [BEN.address]


async def test_its_bar_offers_to_be_reminded_later_or_no_more(sent: ProgramScene) -> None:
    scene = sent
    await asked(scene)
    await scene.clock.advance(LATE)
    await scene.settle()
    scene.parts.reader.bar.action_wanted.emit("remind-later")
    await scene.type("in 2 days")
    await scene.press("Return")
    assert face(scene).line.startswith("Reminder ")
    await scene.clock.advance(LATE)
    await scene.settle()
    assert face(scene).line.startswith(NOBODY)
    scene.parts.reader.bar.action_wanted.emit("reminder-done")
    await scene.settle()
    assert scene.parts.reminders.get(ANNA, "<2@x>") is None
    assert not face(scene).line.startswith(NOBODY)


@pytest.mark.parametrize("how", ["in-reply-to", "conversation"])
async def test_an_answer_ends_it_without_a_word(sent: ProgramScene, how: str) -> None:
    scene = sent
    await asked(scene)
    await scene.clock.advance(60)
    item = came(scene)
    if how == "conversation":
        item.content = msgspec.structs.replace(item.content, options=Options())
        item.conversation, item.folder, item.folder_id = "talk 2", Folder.ELSEWHERE, "filed by a rule"
    await scene.clock.advance(LATE)
    await scene.settle()
    assert scene.parts.reminders.get(ANNA, "<2@x>") is None
    assert not face(scene).line.startswith(NOBODY)


@pytest.mark.parametrize("what", ["automatic", "report", "own"])
async def test_what_nobody_wrote_is_no_answer(sent: ProgramScene, what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    scene = sent
    await asked(scene)
    await scene.clock.advance(60)
    item = came(scene)
    if what == "report":
        item.kind = MessageKind.REPORT
    elif what == "own":
        item.content = msgspec.structs.replace(item.content, sender=None)
    else:
        item.headers = (Header("Auto-Submitted", "auto-replied"),)
    await scene.clock.advance(LATE)
    await scene.settle()
    assert face(scene).line.startswith(NOBODY)


async def test_nothing_is_said_before_the_server_has_said_it(sent: ProgramScene) -> None:
    scene = sent
    await asked(scene)
    scene.mailbox.fail("find_answers", Trouble(TroubleKind.SERVER), times=3)
    due = read_moment("friday", scene.clock.now()) or 0.0
    await scene.clock.advance(due - scene.clock.now() + 1)
    await scene.settle()
    scene.parts.workspace.panel.model.forget_faces()
    assert face(scene).line == "Looking whether anybody answered"
    await scene.clock.advance(LATE)
    await scene.settle()
    assert face(scene).line.startswith(NOBODY)


async def test_an_answer_that_comes_late_takes_back_what_was_said(sent: ProgramScene) -> None:
    scene = sent
    await asked(scene)
    await scene.clock.advance(LATE)
    await scene.settle()
    came(scene)
    await scene.clock.advance(1000)
    await scene.settle()
    assert scene.parts.reminders.get(ANNA, "<2@x>") is None
    assert not face(scene).line.startswith(NOBODY)


async def test_it_outlives_the_program_and_is_told_by_the_next(sent: ProgramScene) -> None:
    scene = sent
    await asked(scene)
    parts = scene.parts
    another = Reminders(scene.settings, scene.mailbox, parts.records, parts.accounts, scene.clock, scene.tasks.spawn)
    told: list[str] = []
    another.came_due.subscribe(lambda one: told.append(one.message_id))
    await another.load()
    await scene.clock.advance(LATE)
    await scene.settle()
    assert told == ["<2@x>"]


async def test_several_rows_are_reminded_of_at_once(sent: ProgramScene) -> None:
    scene = sent
    await scene.press("X", "J", "X")
    await asked(scene)
    kept = [scene.parts.reminders.get(ANNA, f"<{number}@x>") is not None for number in range(3)]
    assert kept == [False, True, True]


async def test_in_drafts_the_key_says_where_it_works(program_scene: ProgramScene) -> None:
    scene = program_scene
    await scene.saved()
    await scene.press("Ctrl+2", "Home", "Shift+N")
    assert scene.status_bar == "Reminders are for messages in Sent."
