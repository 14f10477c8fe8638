"""The messages of one's own that make a conversation, walked from the message that is read."""

from __future__ import annotations

import pytest

from app.domain.listing import Folder
from app.domain.message import Content
from app.ui.reader.conversation import ConversationArea
from tests.fakes.scene import ANNA, BEN
from tests.program_scene import ProgramScene


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
