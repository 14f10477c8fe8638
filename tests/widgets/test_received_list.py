"""What came is answered from where one is: one key, some letters of a name, Enter."""

from __future__ import annotations

import pytest

from app.domain.listing import Folder, Place
from app.domain.message import Content, Field
from app.domain.message_kind import MessageKind
from app.domain.original import Verb
from app.domain.recipient import Recipient
from tests.fakes.mailbox import Stored
from tests.fakes.scene import ANNA
from tests.program_scene import ProgramScene

MYSELF = Recipient("anna@example.org", "Anna")
CLARA, DAN = Recipient("clara@example.org", "Clara"), Recipient("dan@example.org", "Dan")
SALES = "sales@example.org"


def came(scene: ProgramScene, who: Recipient, subject: str, ago: float, owner: str = "") -> Stored:
    """Put a message into the Inbox that somebody sent so many seconds ago."""
    content = Content(sender=who, to=(MYSELF,), cc=(DAN,), subject=subject, body=f"About {subject}")
    (item,) = scene.on_server(content, folder=Folder.INBOX)
    item.sent, item.message_id, item.is_draft = scene.clock.now() - ago, f"<{subject}@x>", False
    item.owner = owner
    return item


def subjects(scene: ProgramScene) -> list[str]:
    session = scene.parts.workspace.panel.session
    return [row.subject for one in session.ids() if (row := session.row(one)) is not None]


async def answer(scene: ProgramScene, *keys: str) -> Content:
    await scene.press(*keys)
    await scene.until(lambda: scene.parts.compose.current() is not None)
    return await scene.content(scene.message.session.local_id)


@pytest.fixture
async def scene(program_scene: ProgramScene) -> ProgramScene:
    """Three messages of two people in the Inbox, the newest from Dan."""
    came(program_scene, CLARA, "Old", 300)
    came(program_scene, CLARA, "New", 200)
    came(program_scene, DAN, "Lunch", 100)
    return program_scene


def looks(scene: ProgramScene) -> list[object]:
    """Return the requests that were about an Inbox as a list."""
    calls = [*scene.mailbox.calls_of("list_folder"), *scene.mailbox.calls_of("sync")]
    return [call for call in calls if isinstance(call.asked[0], Place) and call.asked[0].folder is Folder.INBOX]


async def test_nothing_of_the_inbox_is_read_before_one_goes_there(scene: ProgramScene) -> None:
    await scene.press("F5", "Ctrl+3")
    assert not looks(scene)
    await scene.press("Ctrl+5")
    assert looks(scene)
    assert subjects(scene) == ["Lunch", "New", "Old"]


async def test_a_row_names_who_wrote_it(scene: ProgramScene) -> None:
    await scene.press("Ctrl+5")
    session = scene.parts.workspace.panel.session
    rows = [session.row(one) for one in session.ids()]
    assert [session.face(row).who for row in rows if row is not None] == ["Dan", "Clara", "Clara"]


async def test_the_newest_of_a_person_is_answered_by_the_key_two_letters_and_enter(scene: ProgramScene) -> None:
    await scene.press("Ctrl+5")
    await scene.type("cl")
    content = await answer(scene, "Return")
    assert content.subject == "RE: New"
    assert content.to == (CLARA,)
    assert scene.field() is Field.BODY


async def test_what_is_typed_behind_enter_is_in_the_answer(scene: ProgramScene) -> None:
    await scene.press("Ctrl+5")
    scene.tap_text("cl\rHello")
    await scene.until(lambda: scene.parts.compose.current() is not None)
    await scene.settle()
    content = await scene.content(scene.message.session.local_id)
    assert content.subject == "RE: New"
    assert content.body.startswith("Hello")


@pytest.mark.parametrize(
    ("key", "subject", "to", "verb"),
    [
        ("R", "RE: New", (CLARA,), Verb.REPLIED),
        ("Ctrl+R", "RE: New", (CLARA,), Verb.REPLIED),
        ("Shift+R", "RE: New", (CLARA,), Verb.REPLIED_TO_ALL),
        ("F", "FW: New", (), Verb.FORWARDED),
    ],
)
async def test_the_row_at_which_one_stands_is_answered_by_the_keys(
    scene: ProgramScene, key: str, subject: str, to: tuple[Recipient, ...], verb: Verb
) -> None:
    await scene.press("Ctrl+5", "Down", "Down")
    content = await answer(scene, key)
    assert (content.subject, content.to) == (subject, to)
    record = scene.record(scene.message.session.local_id)
    assert [one.verb for one in record.originals] == [verb]


async def test_the_pane_reads_the_row_and_says_who_wrote_it(scene: ProgramScene) -> None:
    await scene.press("Ctrl+5", "Down")
    await scene.until(lambda: "About Lunch" in scene.parts.reader._body.toPlainText())
    assert "From Dan" in scene.words(scene.parts.reader)


async def test_reading_teaches_nobody_as_a_person_one_wrote_to(scene: ProgramScene) -> None:
    told: list[object] = []
    scene.parts.message_reader.read_in_sent.subscribe(told.append)
    await scene.press("Ctrl+5", "Down")
    await scene.until(lambda: "About Lunch" in scene.parts.reader._body.toPlainText())
    assert not told


async def test_a_message_that_cannot_be_answered_here_says_so(scene: ProgramScene) -> None:
    came(scene, CLARA, "Meeting", 1).kind = MessageKind.MEETING
    await scene.press("Ctrl+5", "Down", "R")
    await scene.settle()
    assert scene.parts.compose.current() is None


async def test_nothing_is_sent_deleted_or_written_anew_from_there(scene: ProgramScene) -> None:
    before = len(scene.mailbox.items)
    await scene.press("Ctrl+5", "Down", "Ctrl+Return", "Del", "E")
    assert len(scene.mailbox.items) == before
    assert scene.parts.compose.current() is None
    assert not scene.mailbox.delivered


async def test_a_second_time_everything_is_there_again_and_one_stands_at_the_newest(scene: ProgramScene) -> None:
    await scene.press("Ctrl+5")
    await scene.type("cl")
    await scene.until(lambda: subjects(scene) == ["New", "Old"])
    await scene.press("Ctrl+2", "Ctrl+5")
    await scene.until(lambda: len(subjects(scene)) == 3)
    content = await answer(scene, "Return")
    assert content.subject == "RE: Lunch"


async def test_one_finds_on_the_server_what_is_not_known_here(scene: ProgramScene) -> None:
    await scene.press("Ctrl+5")
    await scene.type("nothing")
    await scene.until(lambda: not subjects(scene))
    late = came(scene, CLARA, "nothing else", 9_999)
    await scene.press("Shift+Return")
    await scene.until(lambda: subjects(scene) == [late.content.subject])


async def test_the_inbox_of_a_shared_mailbox_is_answered_from_that_mailbox(scene: ProgramScene) -> None:
    came(scene, CLARA, "To sales", 5, owner=SALES)
    await scene.parts.aids.identities.add(ANNA, SALES)
    await scene.settle()
    assert not looks(scene)
    await scene.press("G, M")
    await scene.type("received")
    await scene.press("Return")
    assert subjects(scene) == ["To sales"]
    assert scene.in_list()
    assert (await answer(scene, "R")).subject == "RE: To sales"


async def test_what_was_moved_away_is_gone_when_one_comes_again(scene: ProgramScene) -> None:
    await scene.press("Ctrl+5", "Ctrl+2")
    item = next(one for one in scene.mailbox.items.values() if one.content.subject == "Lunch")
    scene.mailbox.delete_elsewhere(item.item_id)
    await scene.press("Ctrl+5")
    await scene.until(lambda: subjects(scene) == ["New", "Old"])


async def test_it_is_sorted_and_grouped_by_who_sent_it(scene: ProgramScene) -> None:
    came(scene, CLARA, "Newest", 10)
    await scene.press("Ctrl+5", "Down", "S", "R")
    await scene.until(lambda: subjects(scene) == ["Newest", "New", "Old", "Lunch"])
    await scene.press("S", "G")
    assert scene.status_bar == "Grouped by sender"
    session = scene.parts.workspace.panel.session
    rows = {number: session.row(session.ids()[number]) for number in session.headings()}
    assert {number: session.heading(row) for number, row in rows.items() if row is not None} == {
        0: "Clara",
        3: "Dan",
    }


async def test_space_reads_on_and_the_list_keeps_the_keys(scene: ProgramScene) -> None:
    came(scene, CLARA, "Long", 10).content = Content(
        sender=CLARA, to=(MYSELF,), subject="Long", body="\n".join(f"Line {number}" for number in range(400))
    )
    await scene.press("Ctrl+5", "Down")
    text = scene.parts.reader._body
    await scene.until(lambda: "Line 399" in text.toPlainText())
    await scene.press("Space")
    first = text.verticalScrollBar().value()
    await scene.press("Space")
    assert text.verticalScrollBar().value() > first > 0
    assert scene.in_list()
    for _ in range(60):
        await scene.press("Space")
    assert scene.status_bar == "This is the end of the message"
    assert not scene.parts.workspace.panel.model.marked_in_order()
    await scene.press("X")
    assert len(scene.parts.workspace.panel.model.marked_in_order()) == 1
    assert (await answer(scene, "R")).subject == "RE: Long"
