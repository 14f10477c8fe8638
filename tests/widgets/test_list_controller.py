"""What is done from a list: send together, F9, put aside, throw away, try again, write anew, walk the problems."""

from __future__ import annotations

import msgspec
import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QApplication

from app.domain.attachment import Attachment
from app.domain.errors import Trouble, TroubleKind
from app.domain.listing import Folder
from app.domain.message import LocalId
from app.domain.recipient import Recipient
from app.domain.state import State
from app.ui.bars import QuestionBar
from tests.fakes.mailbox import words
from tests.fakes.scene import ANNA, MESSAGE
from tests.program_scene import HOLD, ProgramScene

DENIED = words("ErrorSendAsDenied", "The user account does not have the right to send for the account.")
OFFLINE = Trouble(TroubleKind.UNREACHABLE, may_have_been_processed=False)


async def drafts(scene: ProgramScene, count: int) -> list[LocalId]:
    """Return so many saved drafts, newest last."""
    names = []
    for number in range(count):
        names.append(await scene.saved(subject=f"Message {number}"))
        await scene.passes(1)
    scene.parts.workspace.go("drafts")
    scene.parts.workspace.panel.list.go_to(0)
    await scene.settle()
    return names


async def refused(scene: ProgramScene) -> LocalId:
    """Return a draft that was refused with ErrorSendAsDenied; the list stands at it."""
    (name,) = await drafts(scene, 1)
    scene.mailbox.refuse("send", 0, DENIED)
    await scene.press("Ctrl+Return")
    await scene.passes(HOLD + 1)
    assert scene.record(name).state is State.NEEDS_ATTENTION
    await scene.until(lambda: not scene.parts.workspace.reads_soon())
    return name


async def test_the_marked_drafts_go_out_in_one_request(program_scene: ProgramScene) -> None:
    scene = program_scene
    names = await drafts(scene, 4)
    await scene.press("Space", "J", "X", "Ctrl+Return")
    assert [scene.record(name).state for name in names] == [State.DRAFT, State.DRAFT, State.HELD, State.HELD]
    assert scene.status_bar.startswith("Sending 2 messages in 5 s")
    assert scene.parts.workspace.panel.model.marked == set()
    await scene.passes(HOLD + 1)
    assert [len(call.asked) for call in scene.mailbox.calls_of("send")] == [2]
    assert scene.status_bar == "2 messages sent"
    assert scene.in_list()


def question(scene: ProgramScene) -> str:
    """Return what is asked over the lists, "" for nothing."""
    bar = scene.window.findChild(QuestionBar)
    assert bar is not None
    return bar.accessibleName() if bar.isVisible() else ""


async def test_more_than_two_that_are_not_ready_are_asked_about_and_stay_selected(program_scene: ProgramScene) -> None:
    scene = program_scene
    names = await drafts(scene, 5)
    await scene.press("Ctrl+A", "Ctrl+Return")
    assert question(scene) == "Send 5 messages?"
    await scene.passes(HOLD + 1)
    assert {scene.record(name).state for name in names} == {State.DRAFT}
    await scene.press("Escape")
    assert question(scene) == ""
    assert scene.in_list()
    assert len(scene.parts.workspace.panel.model.marked) == 5
    await scene.press("Ctrl+Return", "Return")
    assert scene.parts.workspace.panel.model.marked == set()
    await scene.passes(HOLD + 1)
    assert [len(call.asked) for call in scene.mailbox.calls_of("send")] == [5]


async def test_what_was_put_aside_as_ready_needs_no_question(program_scene: ProgramScene) -> None:
    scene = program_scene
    names = await drafts(scene, 5)
    await scene.press("Space", "J", "X", "J", "X", "Ctrl+Shift+Return")
    await scene.press("Ctrl+A", "Ctrl+Return")
    assert question(scene) == ""
    assert {scene.record(name).state for name in names} == {State.HELD}


async def test_the_question_is_answered_by_no_key_that_was_not_meant_for_it(program_scene: ProgramScene) -> None:
    scene = program_scene
    names = await drafts(scene, 3)
    await scene.press("Ctrl+A", "Ctrl+Return", "Ctrl+Return", "Ctrl+Enter")
    assert question(scene) == "Send 3 messages?"
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
        held = QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier, "\r", autorep=True)
        QApplication.sendEvent(scene.focus, held)
    await scene.settle()
    assert question(scene) == "Send 3 messages?"
    await scene.passes(HOLD + 1)
    assert {scene.record(name).state for name in names} == {State.DRAFT}
    await scene.press("Enter")
    assert {scene.record(name).state for name in names} == {State.HELD}


async def test_f9_says_how_many_and_enter_sends_them(program_scene: ProgramScene) -> None:
    scene = program_scene
    await drafts(scene, 3)
    await scene.press("Shift+Down", "Ctrl+Shift+Return")
    assert scene.states() == [State.READY, State.READY, State.DRAFT]
    await scene.press("Ctrl+3", "F9")
    assert "Send 2 messages that are ready?" in scene.words(scene.window)
    assert scene.mailbox.calls_of("send") == []
    await scene.press("Return")
    assert scene.in_list()
    await scene.passes(HOLD + 1)
    assert len(scene.mailbox.delivered) == 2


async def test_escape_at_the_question_sends_nothing(program_scene: ProgramScene) -> None:
    scene = program_scene
    await drafts(scene, 1)
    await scene.press("Ctrl+Shift+Return", "F9", "F9", "Escape")
    assert scene.in_list()
    await scene.passes(HOLD + 1)
    assert scene.mailbox.delivered == []
    assert scene.states() == [State.READY]


async def test_f9_with_nothing_ready_says_so(program_scene: ProgramScene) -> None:
    await program_scene.press("F9")
    assert program_scene.status_bar.startswith("No draft is ready")
    assert program_scene.in_list()


async def test_ready_is_taken_back_by_the_same_keys(program_scene: ProgramScene) -> None:
    scene = program_scene
    await drafts(scene, 1)
    await scene.press("Ctrl+Shift+Return", "Ctrl+Shift+Return")
    assert scene.states() == [State.DRAFT]


async def test_del_discards_the_marked_and_z_brings_them_back(program_scene: ProgramScene) -> None:
    scene = program_scene
    names = await drafts(scene, 3)
    await scene.press("Ctrl+A", "Del")
    assert scene.rows == []
    assert scene.in_list(), "the empty list has the focus"
    assert scene.status_bar == "3 discarded"
    await scene.press("Z")
    assert {row.local_id for row in scene.rows} == set(names)
    assert scene.in_list()
    await scene.passes(30)
    assert len(scene.mailbox.in_folder(ANNA, Folder.DRAFTS)) == 3


async def test_what_is_not_taken_back_goes_to_deleted_items(program_scene: ProgramScene) -> None:
    scene = program_scene
    scene.on_server(MESSAGE)
    await scene.press("F5", "Del")
    await scene.passes(30)
    assert len(scene.mailbox.in_folder(ANNA, Folder.DELETED)) == 1
    assert scene.mailbox.in_folder(ANNA, Folder.DRAFTS) == []


async def test_keys_of_an_empty_list_work(program_scene: ProgramScene) -> None:
    scene = program_scene
    for keys in ("Del", "Backspace", "Ctrl+Return", "Space", "Ctrl+A", "J", "K", "Shift+Down", "O", "A", "I", "Return"):
        await scene.press(keys)
        assert scene.in_list(), keys
    for place, keys in (("sent", "G, S"), ("outbox", "G, Q"), ("drafts", "G, D")):
        await scene.press(keys)
        assert scene.parts.workspace.place == place
        assert scene.in_list()
    for keys in ("E", "R", "Shift+F9", "L"):
        await scene.press(keys)
        assert scene.in_list(), keys
    scene.on_server(MESSAGE)
    await scene.press("F5")
    assert len(scene.rows) == 1
    assert scene.in_list()
    await scene.press("G, S", "C")
    assert scene.message.isVisible()


async def test_a_undoes_what_a_row_that_waits_offers_and_the_foot_counts_no_more(program_scene: ProgramScene) -> None:
    scene = program_scene
    (name,) = await drafts(scene, 1)
    await scene.press("Ctrl+Return", "Ctrl+4")
    assert scene.states() == [State.HELD]
    assert scene.status_bar.startswith("Sending in")
    await scene.press("A")
    assert scene.record(name).state is State.DRAFT
    await scene.passes(1)
    assert not scene.status_bar.startswith("Sending")
    await scene.passes(HOLD)
    assert scene.mailbox.delivered == []


async def test_the_words_of_a_message_that_waits_are_true_in_list_and_reader(program_scene: ProgramScene) -> None:
    scene = program_scene
    await drafts(scene, 1)
    await scene.press("Ctrl+Return", "Ctrl+4")
    await scene.passes(2)
    panel = scene.parts.workspace.panel
    assert panel.model.face(0).line == "Sending in 3 s"
    assert "Sending in 3 s" in scene.words(scene.parts.reader)
    assert "Dear Ben" in scene.parts.reader._body.toPlainText()


async def test_a_message_read_again_is_not_emptied_meanwhile(program_scene: ProgramScene) -> None:
    scene = program_scene
    await drafts(scene, 1)
    assert scene.parts.reader._body.toPlainText() == "Dear Ben"
    seen: list[str] = []
    scene.parts.reader._body.textChanged.connect(lambda: seen.append(scene.parts.reader._body.toPlainText()))
    await scene.press("Ctrl+Shift+Return")
    await scene.press("Ctrl+Shift+Return")
    assert seen == []


async def test_r_tries_a_refused_message_again(program_scene: ProgramScene) -> None:
    scene = program_scene
    await refused(scene)
    await scene.press("R")
    await scene.settle()
    assert len(scene.mailbox.delivered) == 1


async def test_shift_f9_tries_all_that_failed_again(program_scene: ProgramScene) -> None:
    scene = program_scene
    await drafts(scene, 2)
    scene.mailbox.refuse("send", 0, DENIED)
    scene.mailbox.refuse("send", 1, DENIED)
    await scene.press("Ctrl+A", "Ctrl+Return")
    await scene.passes(HOLD + 1)
    assert scene.states() == [State.NEEDS_ATTENTION, State.NEEDS_ATTENTION]
    await scene.press("Shift+F9")
    await scene.settle()
    assert len(scene.mailbox.delivered) == 2


async def test_i_shows_what_the_server_said_and_hides_it_again(program_scene: ProgramScene) -> None:
    scene = program_scene
    await refused(scene)
    assert "ErrorSendAsDenied" not in scene.words(scene.parts.reader)
    await scene.press("I")
    assert "ErrorSendAsDenied" in scene.words(scene.parts.reader)
    assert scene.in_list()
    await scene.press("I")
    assert "ErrorSendAsDenied" not in scene.words(scene.parts.reader)


async def test_a_does_what_the_row_of_a_refused_message_offers(program_scene: ProgramScene) -> None:
    scene = program_scene
    name = await scene.saved(msgspec.structs.replace(MESSAGE, sender=Recipient("sales@example.org")))
    scene.parts.workspace.panel.list.go_to(0)
    scene.mailbox.refuse("send", 0, DENIED)
    await scene.press("Ctrl+Return")
    await scene.passes(HOLD + 1)
    assert scene.parts.workspace.panel.model.face(0).action == "Use my own address"
    await scene.press("A")
    await scene.until(lambda: scene.parts.compose.current() is not None)
    await scene.passes(HOLD + 600)
    assert scene.mailbox.delivered == [], "whom it is from is looked at before it goes"
    await scene.press("Ctrl+Return")
    await scene.passes(HOLD + 1)
    assert scene.record(name).state is State.SENT
    assert scene.mailbox.delivered[0].content.sender is None


async def test_a_opens_a_message_whose_address_is_wrong_at_that_address(program_scene: ProgramScene) -> None:
    scene = program_scene
    await scene.saved(to=(Recipient("jon@exa mple"),))
    scene.parts.workspace.panel.list.go_to(0)
    await scene.press("Ctrl+Return")
    assert scene.status_bar == "“Hello” was not sent: “exa mple” cannot be the name of a mail server."
    await scene.press("A")
    await scene.press("Ctrl+A")
    await scene.type("jon@example.org")
    await scene.press("Ctrl+Return")
    await scene.passes(HOLD + 1)
    assert [one.address for one in scene.mailbox.delivered] == ["jon@example.org"]


async def test_what_was_kept_back_is_said_with_what_was_sent(program_scene: ProgramScene) -> None:
    scene = program_scene
    await scene.saved()
    await scene.saved(to=(Recipient("jon@exa mple"),))
    await scene.press("Ctrl+2", "Ctrl+A", "Ctrl+Return")
    await scene.passes(HOLD + 1)
    assert len(scene.mailbox.delivered) == 1
    assert scene.status_bar.startswith("1 sent, 1 needs attention")


async def test_f8_goes_round_the_problems_from_wherever_one_is(program_scene: ProgramScene) -> None:
    scene = program_scene
    await drafts(scene, 5)
    for index in (1, 3):
        scene.mailbox.refuse("send", index, DENIED)
    await scene.press("Ctrl+A", "Ctrl+Return", "Return")
    await scene.passes(HOLD + 1)
    assert len(scene.mailbox.delivered) == 3
    await scene.press("Ctrl+3", "F8")
    first = scene.current.local_id
    await scene.press("F8")
    second = scene.current.local_id
    await scene.press("F8")
    assert scene.current.local_id == first != second
    await scene.press("Shift+F8")
    assert scene.current.local_id == second
    assert scene.in_list()
    assert scene.current.state is State.NEEDS_ATTENTION


async def test_f8_with_no_problem_says_so(program_scene: ProgramScene) -> None:
    await program_scene.press("F8")
    assert program_scene.status_bar == "Nothing needs attention"


async def test_e_writes_a_sent_message_anew(program_scene: ProgramScene) -> None:
    scene = program_scene
    scene.on_server(MESSAGE, folder=Folder.SENT)
    await scene.press("Ctrl+3", "F5", "E")
    await scene.until(lambda: scene.parts.compose.current() is not None)
    assert scene.message.session.content.subject == MESSAGE.subject
    assert scene.message.body.toPlainText() == MESSAGE.body
    await scene.press("Ctrl+Return")
    await scene.passes(HOLD + 1)
    assert len(scene.mailbox.delivered) == 1
    assert scene.in_list()


@pytest.mark.parametrize("gone", [True, False])
async def test_a_sent_message_that_cannot_be_read_is_told_in_words(program_scene: ProgramScene, gone: bool) -> None:
    scene = program_scene
    (item,) = scene.on_server(MESSAGE, folder=Folder.SENT)
    await scene.press("Ctrl+3", "F5")
    await scene.until(lambda: not scene.tasks)
    scene.parts.message_reader._kept.clear()
    if gone:
        scene.mailbox.delete_elsewhere(item.item_id)
    else:
        scene.mailbox.fail("get", OFFLINE, times=5)
    await scene.press("E")
    await scene.until(lambda: not scene.tasks)
    said = scene.words(scene.window.notice_bar) if gone else scene.status_bar
    assert said
    assert "Error" not in said
    assert "unreachable:" not in said
    assert scene.in_list()


async def test_without_a_server_what_was_sent_waits_and_says_so(program_scene: ProgramScene) -> None:
    scene = program_scene
    await drafts(scene, 1)
    scene.mailbox.fail("send", OFFLINE)
    scene.mailbox.fail("sync", OFFLINE, times=2)
    await scene.press("Ctrl+Return", "Ctrl+4")
    await scene.passes(HOLD + 1)
    assert scene.states() == [State.QUEUED]
    assert scene.window.account_bar.isVisible()
    assert scene.status_bar != "Sent"
    await scene.press("A")
    await scene.settle()
    assert len(scene.mailbox.delivered) == 1
    assert not scene.window.account_bar.isVisible()


async def test_enter_on_a_message_on_its_way_goes_to_the_reader_and_back_by_f6(program_scene: ProgramScene) -> None:
    scene = program_scene
    await drafts(scene, 1)
    await scene.press("Ctrl+Return", "Ctrl+4", "Return")
    assert scene.parts.compose.current() is None
    assert scene.parts.reader.isAncestorOf(scene.focus)
    await scene.press("Shift+F6")
    assert scene.in_list()


async def test_copied_details_hold_the_servers_words(program_scene: ProgramScene) -> None:
    scene = program_scene
    await refused(scene)
    scene.parts.reader.bar.copy_details()
    copied = QGuiApplication.clipboard().text()
    assert "ErrorSendAsDenied" in copied
    assert DENIED.message_text in copied


async def test_a_message_written_anew_takes_its_attachments_over(program_scene: ProgramScene) -> None:
    scene = program_scene
    (item,) = scene.on_server(MESSAGE, folder=Folder.SENT)
    item.attachments.append(Attachment("a1", "plan.txt", 4))
    scene.mailbox.contents["a1"] = b"plan"
    await scene.press("Ctrl+3", "F5", "E")
    await scene.until(lambda: scene.parts.compose.current() is not None)
    assert [row.words for row in scene.message.session.files.rows()] == ["4 bytes · to be fetched"]
    await scene.press("Ctrl+S")
    await scene.settle()
    (draft,) = scene.mailbox.in_folder(ANNA, Folder.DRAFTS)
    assert scene.mailbox.contents[draft.attachments[0].attachment_id] == b"plan"
