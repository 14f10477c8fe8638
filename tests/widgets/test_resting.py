"""What another program left in the server's Outbox is listed, read and taken back, and never written to or sent."""

from __future__ import annotations

from app.domain.errors import Trouble, TroubleKind
from app.domain.listing import Folder, Place
from app.domain.message import Content, Options
from app.views.lists.session import FIRST_LOOK
from tests.fakes.mailbox import Stored, words
from tests.fakes.scene import ANNA, BEN
from tests.program_scene import HOLD, ProgramScene

TOMORROW = 24 * 3600.0


def rest(scene: ProgramScene, subject: str = "Later", *, deferred: bool = True) -> Stored:
    """Put a message where another program leaves one that is to go tomorrow."""
    when = scene.clock.now() + TOMORROW if deferred else 0.0
    content = Content(to=(BEN,), subject=subject, body="At its time.", options=Options(deferred=when))
    (item,) = scene.on_server(content, folder=Folder.OUTBOX)
    return item


def shown(scene: ProgramScene) -> list[str]:
    return [row.subject for row in scene.rows]


async def outbox(scene: ProgramScene) -> None:
    await scene.press("G, Q")
    await scene.settle()


async def test_it_is_listed_with_its_time_and_counted_in_the_rail(program_scene: ProgramScene) -> None:
    scene = program_scene
    rest(scene)
    rest(scene, "Any moment", deferred=False)
    scene.parts.tasks.spawn(scene.parts.lists.outbox.keep_looking(scene.clock.sleep), "look")
    await scene.clock.advance(FIRST_LOOK)
    await scene.settle()
    await scene.until(lambda: "Outbox, 2" in scene.window.sidebar._buttons["outbox"].accessibleName())
    assert scene.window.sidebar._buttons["outbox"].accessibleName() == "Outbox, 2 messages"
    await outbox(scene)
    assert sorted(shown(scene)) == ["Any moment", "Later"]
    session = scene.parts.lists.outbox
    lines = {row.subject: session.face(row).line for row in scene.rows}
    assert lines["Later"].startswith("Scheduled for ")
    assert lines["Any moment"] == "Waits on the server to be sent"


async def test_enter_reads_it_and_no_key_writes_to_it_or_sends_it(program_scene: ProgramScene) -> None:
    scene = program_scene
    rest(scene)
    await outbox(scene)
    before = [call.name for call in scene.mailbox.calls]
    await scene.press("Home", "Return")
    await scene.passes(1)
    assert scene.parts.compose.current() is None
    await scene.until(lambda: "At its time." in scene.parts.reader._body.toPlainText())
    await scene.press("G, Q", "Home")
    for key in ("Ctrl+Return", "Del", "E", "R", "Ctrl+Z"):
        await scene.press(key)
        await scene.passes(1)
    after = [call.name for call in scene.mailbox.calls][len(before) :]
    assert set(after) <= {"get", "list_folder", "sync", "find_reports"}
    assert shown(scene) == ["Later"]


async def test_a_takes_it_back_and_it_is_a_draft(program_scene: ProgramScene) -> None:
    scene = program_scene
    rest(scene)
    await outbox(scene)
    await scene.press("Home", "A")
    await scene.settle()
    assert scene.status_bar.startswith("Taken back: it is a draft again")
    assert shown(scene) == []
    await scene.press("G, D")
    assert shown(scene) == ["Later"]
    assert [one.content.subject for one in scene.mailbox.in_place(ANNA, Place(Folder.DRAFTS))] == ["Later"]


async def test_one_that_went_meanwhile_is_said_to_be_gone(program_scene: ProgramScene) -> None:
    scene = program_scene
    item = rest(scene)
    await outbox(scene)
    await scene.press("Home")
    del scene.mailbox.items[item.item_id]
    await scene.press("A")
    await scene.settle()
    assert scene.status_bar.startswith("It is no longer there")
    assert shown(scene) == []


async def test_a_refusal_stands_at_its_row_and_a_lost_answer_is_not_guessed(program_scene: ProgramScene) -> None:
    scene = program_scene
    rest(scene)
    await outbox(scene)
    await scene.press("Home")
    scene.mailbox.refuse("move", 0, words("ErrorAccessDenied", "Access is denied."))
    await scene.press("A")
    await scene.settle()
    (row,) = scene.rows
    assert scene.parts.lists.outbox.explanation(row) is not None
    scene.parts.lists.outbox.notes.forget_failures()
    scene.mailbox.fail("move", Trouble(TroubleKind.DEADLINE), processed=True)
    await scene.press("A")
    await scene.settle()
    assert scene.status_bar.startswith("Whether it came back is not known")
    assert shown(scene) == []


async def test_a_message_of_this_machine_that_rests_there_has_one_row(program_scene: ProgramScene) -> None:
    scene = program_scene
    name = await scene.saved(subject="Mine", options=Options(deferred=scene.clock.now() + TOMORROW))
    await scene.press("Ctrl+Return")
    await scene.passes(20)
    assert [one.folder for one in scene.mailbox.items.values()] == [Folder.OUTBOX]
    await outbox(scene)
    assert [(row.subject, row.local_id) for row in scene.rows] == [("Mine", name)]


async def test_f5_looks_at_once(program_scene: ProgramScene) -> None:
    scene = program_scene
    await outbox(scene)
    rest(scene)
    await scene.press("F5")
    assert shown(scene) == ["Later"]


async def test_it_is_looked_at_seldom_however_much_goes_through_the_outbox(program_scene: ProgramScene) -> None:
    scene = program_scene
    scene.parts.tasks.spawn(scene.parts.lists.outbox.keep_looking(scene.clock.sleep), "look")
    await scene.clock.advance(FIRST_LOOK)
    for number in range(5):
        await scene.saved(subject=f"Message {number}")
        await scene.press("Ctrl+Return")
        await scene.passes(HOLD + 20)
    before = len(scene.mailbox.calls)
    await scene.clock.advance(1200)
    asked = [
        call for call in scene.mailbox.calls[before:] if call.name == "list_folder" and "outbox" in str(call.asked)
    ]
    assert len(asked) == 4
    rest(scene)
    await scene.clock.advance(300)
    before = len(scene.mailbox.calls)
    await scene.clock.advance(600)
    asked = [
        call for call in scene.mailbox.calls[before:] if call.name == "list_folder" and "outbox" in str(call.asked)
    ]
    assert len(asked) == 10


async def test_without_a_way_there_what_was_known_stays(program_scene: ProgramScene) -> None:
    scene = program_scene
    rest(scene)
    await outbox(scene)
    scene.mailbox.fail("list_folder", Trouble(TroubleKind.UNREACHABLE, may_have_been_processed=False), times=9)
    await scene.press("G, D", "G, Q")
    assert shown(scene) == ["Later"]
