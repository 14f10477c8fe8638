"""The messages of one's own that make a conversation, walked from the message that is read."""

from __future__ import annotations

import pytest

from app.domain.listing import Folder
from app.domain.message import Content
from app.domain.recipient import Recipient
from app.ui.reader.conversation import ConversationArea
from tests.fakes.scene import ANNA, BEN
from tests.program_scene import ProgramScene

MYSELF = Recipient("anna@example.org", "Anna")


@pytest.fixture
async def talk(program_scene: ProgramScene) -> ProgramScene:
    """In Sent two messages of one conversation and one of another; the third of the first is a draft."""
    scene = program_scene
    for number, (folder, conversation) in enumerate(
        [(Folder.SENT, "c"), (Folder.SENT, "d"), (Folder.SENT, "c"), (Folder.DRAFTS, "c")]
    ):
        await scene.clock.advance(3600)
        content = Content(to=(BEN,), subject=f"Message {number}", body=f"Words {number}")
        scene.mailbox.put(ANNA, content, folder=folder).conversation = conversation
    for room in scene.parts.lists:
        room.reload()
    await scene.settle()
    await scene.press("Ctrl+3")
    return scene


def area(scene: ProgramScene) -> ConversationArea:
    found = scene.window.findChild(ConversationArea)
    assert isinstance(found, ConversationArea)
    return found


def spoken(scene: ProgramScene) -> list[str]:
    shown = area(scene).list
    return [shown.item(number).data(0x000B) for number in range(shown.count())]  # Qt.AccessibleTextRole


async def test_it_is_said_which_of_how_many_is_read(talk: ProgramScene) -> None:
    await talk.until(lambda: "2 of 3 in this conversation" in talk.words(talk.parts.reader))
    await talk.press("J")
    await talk.until(lambda: talk.current.subject == "Message 1")
    await talk.until(lambda: not area(talk).isVisible())


async def test_one_key_goes_to_the_next_and_the_previous_in_whatever_list_they_are(talk: ProgramScene) -> None:
    await talk.until(lambda: talk.window.findChild(ConversationArea) is not None)
    await talk.press("M")
    assert talk.current.subject == "Message 0"
    await talk.until(lambda: "3 of 3" in talk.words(talk.parts.reader))
    await talk.press("M")
    assert talk.status_bar == "The oldest of its conversation"
    await talk.press("Shift+M")
    await talk.until(lambda: "2 of 3" in talk.words(talk.parts.reader))
    await talk.press("Shift+M")
    assert (talk.parts.workspace.place, talk.current.subject) == ("drafts", "Message 3")
    assert talk.in_list()


async def test_they_are_listed_by_a_key_and_chosen_with_the_arrows(talk: ProgramScene) -> None:
    await talk.until(lambda: talk.window.findChild(ConversationArea) is not None)
    await talk.press("W")
    assert talk.focus is area(talk).list
    assert [line.split(", ", 1)[1] for line in spoken(talk)] == [
        "Draft to Ben, Words 3",
        "Ben, Words 2, shown now",
        "Ben, Words 0",
    ]
    await talk.press("Down", "Return")
    assert talk.current.subject == "Message 0"
    assert talk.focus is area(talk).list
    await talk.until(lambda: spoken(talk)[2].endswith("shown now"))
    await talk.press("Escape")
    assert not area(talk).list.isVisible()
    await talk.press("Escape")
    assert talk.in_list()


async def test_what_is_looked_for_gives_way_to_a_message_of_the_conversation(talk: ProgramScene) -> None:
    await talk.press("/")
    await talk.type("subject:2")
    await talk.until(lambda: len(talk.rows) == 1)
    await talk.press("Down")
    await talk.until(lambda: talk.window.findChild(ConversationArea) is not None and area(talk).isVisible())
    await talk.press("M")
    await talk.until(lambda: talk.current.subject == "Message 0")
    assert len(talk.rows) == 3


async def test_a_message_alone_says_so(talk: ProgramScene) -> None:
    await talk.press("J")
    await talk.until(lambda: talk.current.subject == "Message 1")
    await talk.press("W")
    assert talk.status_bar == "This message is alone in its conversation"


async def test_the_focus_stays_in_the_pane_where_it_was(talk: ProgramScene) -> None:
    await talk.until(lambda: talk.window.findChild(ConversationArea) is not None)
    await talk.press("F6")
    assert talk.parts.reader.isAncestorOf(talk.focus)
    await talk.press("M")
    assert talk.current.subject == "Message 0"
    assert talk.parts.reader.isAncestorOf(talk.focus)
    await talk.press("K")
    await talk.until(lambda: talk.current.subject == "Message 1")
    assert talk.parts.reader.isAncestorOf(talk.focus)


@pytest.fixture
async def answered(talk: ProgramScene) -> ProgramScene:
    """Ben answered the newest sent message of the first conversation, and Received was looked into once."""
    await talk.clock.advance(3600)
    answer = Content(sender=BEN, to=(MYSELF,), subject="RE: Message 2", body="Yes")
    item = talk.mailbox.put(ANNA, answer, folder=Folder.INBOX)
    item.conversation, item.sent, item.is_draft = "c", talk.clock.now(), False
    await talk.press("Ctrl+5", "Ctrl+3", "Home")
    await talk.until(lambda: "3 of 4 in this conversation" in talk.words(talk.parts.reader))
    return talk


async def test_what_was_received_stands_in_it_by_who_wrote_it_newest_first(answered: ProgramScene) -> None:
    await answered.press("W")
    lines = spoken(answered)
    assert len(lines) == 4
    assert "From Ben" in lines[0]
    assert "RE: Message 2" in lines[0] or "Yes" in lines[0]
    assert "From" not in lines[1]


async def test_one_key_reads_what_was_received_in_its_list(answered: ProgramScene) -> None:
    await answered.press("Shift+M", "Shift+M")
    await answered.until(lambda: answered.parts.workspace.place == "received")
    await answered.until(lambda: answered.current.subject == "RE: Message 2")
    await answered.until(lambda: "1 of 4 in this conversation" in answered.words(answered.parts.reader))


async def begun(scene: ProgramScene, *keys: str) -> Content:
    await scene.press(*keys)
    await scene.until(lambda: scene.parts.compose.current() is not None)
    return await scene.content(scene.message.session.local_id)


async def test_the_line_at_which_one_stands_is_answered_and_not_the_row_of_the_list(answered: ProgramScene) -> None:
    await answered.press("W", "Home")
    content = await begun(answered, "R")
    assert (content.subject, content.to) == ("RE: Message 2", (BEN,))


async def test_what_one_wrote_oneself_is_passed_on_from_its_line(answered: ProgramScene) -> None:
    await answered.press("W", "End")
    assert (await begun(answered, "F")).subject == "FW: Message 0"


async def test_a_draft_in_a_conversation_is_not_answered(answered: ProgramScene) -> None:
    await answered.press("W", "Home", "Down", "Shift+R")
    assert answered.parts.compose.current() is None
    assert "has not been sent yet" in answered.status_bar


async def test_a_sent_row_says_when_it_was_answered_and_an_older_answer_says_nothing(answered: ProgramScene) -> None:
    session = answered.parts.lists.sent
    rows = {row.subject: row for one in session.ids() if (row := session.row(one)) is not None}
    faces = {subject: session.face(row).line for subject, row in rows.items()}
    assert faces["Message 2"].startswith("Answered ")
    assert "Answered" not in faces["Message 1"], "it is of another conversation"


# --- what lies in folders without a list ------------------------------------------------------------------------------


@pytest.fixture
async def filed(talk: ProgramScene) -> ProgramScene:
    """Ben answered the newest sent message of the first conversation, and a rule put the answer elsewhere."""
    await talk.clock.advance(3600)
    answer = Content(sender=BEN, to=(MYSELF,), subject="RE: Message 2", body="Yes, filed")
    item = talk.mailbox.put(ANNA, answer, folder=Folder.ELSEWHERE)
    item.conversation, item.sent, item.is_draft = "c", talk.clock.now(), False
    await talk.press("J", "Home")
    await talk.until(lambda: "3 of 4 in this conversation" in talk.words(talk.parts.reader))
    return talk


def asked(scene: ProgramScene) -> int:
    return sum(call.name == "conversation" for call in scene.mailbox.calls)


async def test_what_lies_elsewhere_is_of_the_conversation_and_answers_a_row(filed: ProgramScene) -> None:
    await filed.until(lambda: "Answered" in filed.parts.lists.sent.face(filed.current).line)
    await filed.press("W")
    assert "From Ben" in spoken(filed)[0]


async def test_it_is_asked_for_once_and_nothing_waits_for_it(talk: ProgramScene) -> None:
    gate = talk.mailbox.hold("conversation")
    await talk.press("J", "Home")
    await talk.until(gate.reached.is_set)
    await talk.press("W")
    assert len(spoken(talk)) == 3, "the lists know them"
    gate.open.set()
    await talk.press("Escape", "Escape", "J")
    await talk.until(lambda: talk.current.subject == "Message 1")
    await talk.press("Home")
    await talk.until(lambda: "2 of 3" in talk.words(talk.parts.reader))
    await talk.rest()
    assert asked(talk) <= 2, "one for each conversation"


async def test_a_message_of_another_folder_is_read_in_the_pane_and_answered(filed: ProgramScene) -> None:
    await filed.press("W", "Home", "Return")
    await filed.until(lambda: "Yes, filed" in filed.parts.reader._body.toPlainText())
    assert "In another folder" in filed.words(filed.parts.reader)
    assert filed.parts.workspace.place == "sent"
    content = await begun(filed, "R")
    assert (content.subject, content.to) == ("RE: Message 2", (BEN,))
    record = filed.record(filed.message.session.local_id)
    assert [one.ref.item_id for one in record.originals] == [
        one.item_id for one in filed.mailbox.items.values() if one.folder is Folder.ELSEWHERE
    ]


async def test_its_line_is_answered_without_opening_it(filed: ProgramScene) -> None:
    await filed.press("W", "Home")
    content = await begun(filed, "R")
    assert (content.subject, content.to) == ("RE: Message 2", (BEN,))


async def test_escape_goes_back_from_it_and_the_next_one_is_counted_from_it(filed: ProgramScene) -> None:
    await filed.press("Shift+M", "Shift+M")
    await filed.until(lambda: "Yes, filed" in filed.parts.reader._body.toPlainText())
    assert filed.parts.workspace.place == "drafts", "the draft between is in a list"
    await filed.press("Escape")
    await filed.until(lambda: "Words 3" in filed.parts.reader._body.toPlainText())


async def test_lines_that_come_late_leave_the_person_where_they_stand(talk: ProgramScene) -> None:
    gate = talk.mailbox.hold("conversation")
    await talk.clock.advance(3600)
    item = talk.mailbox.put(ANNA, Content(sender=BEN, subject="RE: Message 2", body="Late"), folder=Folder.ELSEWHERE)
    item.conversation, item.sent, item.is_draft = "c", talk.clock.now(), False
    await talk.press("J", "Home")
    await talk.until(gate.reached.is_set)
    await talk.press("W", "End")
    stood = area(talk).list.currentItem().text()
    gate.open.set()
    await talk.until(lambda: area(talk).list.count() == 4)
    assert area(talk).list.currentItem().text() == stood


async def test_what_a_list_learns_while_a_message_is_read_comes_into_its_conversation(talk: ProgramScene) -> None:
    await talk.until(lambda: "2 of 3 in this conversation" in talk.words(talk.parts.reader))
    await talk.clock.advance(60)
    draft = Content(to=(BEN,), subject="Message 4", body="Words 4")
    talk.mailbox.put(ANNA, draft, folder=Folder.DRAFTS).conversation = "c"
    talk.parts.lists.drafts.reload()
    await talk.until(lambda: "3 of 4 in this conversation" in talk.words(talk.parts.reader))
    assert talk.current.subject == "Message 2"
