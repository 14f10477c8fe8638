"""Work on many messages by keys: delete, move, copy, categorise, export, stop; outcomes for each, and a way back."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from app.controllers.lists import bulk
from app.domain.errors import Trouble, TroubleKind
from app.domain.listing import Folder, MailFolder, Place
from app.domain.message import Content
from app.domain.state import State
from app.services.folders import bulk_operations
from app.services.outbox import outbox
from app.ui import theme
from tests.fakes.mailbox import Stored, words
from tests.fakes.scene import ANNA, BEN
from tests.program_scene import HOLD, ProgramScene

OFFLINE = Trouble(TroubleKind.UNREACHABLE, may_have_been_processed=False)
LOST = Trouble(TroubleKind.DEADLINE)
DENIED = words("ErrorAccessDenied", "Access is denied.")
PLANS = MailFolder("folder-plans", ("Projects", "Plans"))


async def sent(scene: ProgramScene, count: int) -> list[Stored]:
    """Put so many messages into Sent and go there; the newest is the last."""
    items = []
    for number in range(count):
        items += scene.on_server(Content(to=(BEN,), subject=f"Message {number}", body="text"), folder=Folder.SENT)
        await scene.clock.advance(1)
    await scene.press("Ctrl+3", "F5", "Home")
    return items


def shown(scene: ProgramScene) -> list[str]:
    return [row.subject for row in scene.rows]


def there(scene: ProgramScene, place: Place) -> list[str]:
    return sorted(item.content.subject for item in scene.mailbox.in_place(ANNA, place))


def files_in(folder: Path) -> dict[str, bytes]:
    return {one.name: one.read_bytes() for one in folder.iterdir()}


def in_plans(scene: ProgramScene) -> list[str]:
    return there(scene, Place(Folder.INBOX, "", PLANS.folder_id))


@pytest.fixture
def small_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make batches of several requests out of few messages."""
    monkeypatch.setattr(bulk_operations, "AT_ONCE", 2)
    monkeypatch.setattr("app.controllers.lists.bulk._TOLD_FROM", 2)


async def test_del_moves_what_was_sent_to_deleted_items_and_z_brings_it_back(program_scene: ProgramScene) -> None:
    scene = program_scene
    await sent(scene, 4)
    await scene.press("Space", "J", "X", "Del")
    assert shown(scene) == ["Message 1", "Message 0"]
    assert scene.status_bar == "2 deleted"
    assert there(scene, Place(Folder.DELETED)) == ["Message 2", "Message 3"]
    assert scene.in_list()
    await scene.press("Z")
    assert sorted(shown(scene)) == ["Message 0", "Message 1", "Message 2", "Message 3"]
    assert scene.status_bar == "2 brought back"


async def test_a_folder_is_found_by_typing_and_what_went_there_comes_back(program_scene: ProgramScene) -> None:
    scene = program_scene
    scene.mailbox.folders[""] = (MailFolder("folder-other", ("Other",)), PLANS)
    await sent(scene, 3)
    await scene.press("Ctrl+A", "V")
    await scene.type("plan")
    await scene.press("Return")
    assert shown(scene) == []
    assert in_plans(scene) == ["Message 0", "Message 1", "Message 2"]
    assert scene.status_bar == "3 moved to Plans"
    await scene.press("Z")
    assert len(shown(scene)) == 3
    assert in_plans(scene) == []


async def test_a_copy_leaves_the_message_and_is_taken_back(program_scene: ProgramScene) -> None:
    scene = program_scene
    scene.mailbox.folders[""] = (PLANS,)
    await sent(scene, 1)
    await scene.press("Shift+V", "Return")
    assert in_plans(scene) == shown(scene) == ["Message 0"]
    assert scene.status_bar == "Copied to Plans"
    await scene.press("Z")
    assert in_plans(scene) == []
    assert shown(scene) == ["Message 0"]


async def test_escape_in_the_list_of_folders_moves_nothing(program_scene: ProgramScene) -> None:
    scene = program_scene
    scene.mailbox.folders[""] = (PLANS,)
    await sent(scene, 1)
    await scene.press("V", "Escape")
    assert scene.in_list()
    assert scene.mailbox.calls_of("move") == []


async def test_folders_that_cannot_be_asked_for_are_said_so(program_scene: ProgramScene) -> None:
    scene = program_scene
    await sent(scene, 1)
    scene.mailbox.fail("find_folders", OFFLINE)
    await scene.press("V")
    assert "cannot be asked" in scene.words(scene.window)
    await scene.press("Escape")
    assert scene.in_list()


async def test_a_refusal_stands_at_its_own_row_and_the_others_are_done(program_scene: ProgramScene) -> None:
    scene = program_scene
    await sent(scene, 3)
    scene.mailbox.refuse("move", 1, DENIED)
    await scene.press("Ctrl+A", "Del")
    assert shown(scene) == ["Message 1"]
    assert scene.status_bar == "2 deleted, 1 was not done (Message 1)"
    panel = scene.parts.workspace.panel
    assert panel.model.face(0).tone == "bad"
    await scene.press("F8")
    assert scene.current.subject == "Message 1"
    await scene.press("I")
    assert "ErrorAccessDenied" in scene.words(scene.parts.reader)
    await scene.press("Del")
    assert shown(scene) == []


async def test_a_lost_reply_is_said_at_the_row_and_the_next_look_tells_the_truth(program_scene: ProgramScene) -> None:
    scene = program_scene
    await sent(scene, 2)
    scene.mailbox.fail("move", LOST, processed=True)
    await scene.press("Del")
    assert shown(scene) == ["Message 0"]
    assert there(scene, Place(Folder.DELETED)) == ["Message 1"]


async def test_without_a_server_nothing_is_lost_and_the_rest_is_not_asked_for(
    program_scene: ProgramScene, small_requests: None
) -> None:
    scene = program_scene
    await sent(scene, 6)
    scene.mailbox.fail("move", OFFLINE)
    scene.mailbox.fail("sync", OFFLINE)
    await scene.press("Ctrl+A", "Del")
    assert len(shown(scene)) == 6
    assert len(scene.mailbox.calls_of("move")) == 1
    assert scene.status_bar.startswith("2 were not done (Message 5, Message 4), 4 were not attempted")


async def test_a_batch_says_how_far_it_is_and_is_stopped_by_key(
    program_scene: ProgramScene, small_requests: None
) -> None:
    scene = program_scene
    await sent(scene, 8)
    scene.mailbox.hold("move").open.set()
    gate = scene.mailbox.hold("move")
    await scene.press("Ctrl+A", "Del")
    await gate.reached.wait()
    await scene.settle()
    assert scene.status_bar.startswith("2 of 8")
    await scene.press("Ctrl+.")
    gate.open.set()
    await scene.settle()
    assert shown(scene) == ["Message 3", "Message 2", "Message 1", "Message 0"]
    assert scene.status_bar.startswith("4 deleted, 4 were not attempted")
    await scene.press("Z")
    assert len(shown(scene)) == 8


async def test_a_category_is_given_taken_away_and_taken_back(program_scene: ProgramScene) -> None:
    scene = program_scene
    items = await sent(scene, 2)
    await scene.press("Ctrl+A", "T")
    await scene.type("Urgent")
    await scene.press("Return")
    assert [item.content.options.categories for item in items] == [("Urgent",), ("Urgent",)]
    assert scene.parts.workspace.panel.model.face(0).categories == ("Urgent",)
    assert scene.status_bar == "Category given: Urgent"
    await scene.press("T")
    assert "Urgent" in scene.parts.aids.categories.known
    await scene.press("Return")
    assert [item.content.options.categories for item in items] == [("Urgent",), ()]
    assert scene.status_bar == "Category taken away: Urgent"
    await scene.press("Z")
    assert items[1].content.options.categories == ("Urgent",)


async def test_the_choice_of_categories_says_which_are_given_and_shows_their_colours(
    program_scene: ProgramScene,
) -> None:
    scene = program_scene
    items = await sent(scene, 2)
    await scene.press("Home", "T")
    await scene.type("Urgent")
    await scene.press("Return", "Ctrl+A", "T")
    picker = scene.parts.bulk._picker
    row = picker.list.item(picker.titles().index("Urgent"))
    assert row.data(Qt.ItemDataRole.AccessibleDescriptionRole) == "given to some"
    assert theme.avatar_color("Urgent").name() in {row.data(role) for role in range(0x100, 0x110)}
    await scene.press("Return")
    assert [item.content.options.categories for item in items] == [("Urgent",), ("Urgent",)]
    await scene.press("T")
    row = picker.list.item(picker.titles().index("Urgent"))
    assert row.data(Qt.ItemDataRole.AccessibleDescriptionRole) == "given"
    await scene.press("Escape")


async def test_of_very_many_the_choice_of_categories_asks_none(
    program_scene: ProgramScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = program_scene
    await sent(scene, 2)
    await scene.press("Home", "T")
    await scene.type("Urgent")
    await scene.press("Return")
    monkeypatch.setattr(bulk, "_LOOKED_AT", 1)
    await scene.press("Ctrl+A", "T")
    picker = scene.parts.bulk._picker
    row = picker.list.item(picker.titles().index("Urgent"))
    assert row.data(Qt.ItemDataRole.AccessibleDescriptionRole) == ""
    await scene.press("Escape")


async def test_a_draft_of_ours_takes_a_category_and_is_still_saved_and_sent(program_scene: ProgramScene) -> None:
    scene = program_scene
    name = await scene.saved()
    await scene.press("Home", "T")
    await scene.type("Urgent")
    await scene.press("Return", "Ctrl+Return")
    await scene.passes(HOLD + 1)
    assert scene.record(name).state is State.SENT
    assert len(scene.mailbox.delivered) == 1


async def test_a_draft_moved_elsewhere_leaves_this_machine_too(program_scene: ProgramScene) -> None:
    scene = program_scene
    scene.mailbox.folders[""] = (PLANS,)
    name = await scene.saved()
    await scene.press("Home", "V", "Return")
    assert shown(scene) == []
    assert scene.parts.records.get(name) is None
    assert len(in_plans(scene)) == 1
    await scene.press("Z")
    assert len(shown(scene)) == 1


async def test_what_the_server_has_not_all_of_is_left_as_it_is(program_scene: ProgramScene) -> None:
    scene = program_scene
    scene.mailbox.folders[""] = (PLANS,)
    scene.mailbox.fail("save", OFFLINE, times=9)
    await scene.press("C")
    await scene.type("ben@example.org")
    await scene.press("Escape")
    await scene.press("V", "Return")
    assert len(shown(scene)) == 1
    assert in_plans(scene) == []
    assert "was not done" in scene.status_bar


async def test_messages_are_exported_as_files_none_over_another(program_scene: ProgramScene, tmp_path: Path) -> None:
    scene = program_scene
    scene.on_server(Content(subject='A: "b"/c?'), Content(subject='A: "b"/c?'), Content(), folder=Folder.SENT)
    await scene.press("Ctrl+3", "F5")
    panel = scene.parts.workspace.panel
    scene.parts.bulk.export(panel, await panel.session.rows_of(panel.model.ids), tmp_path)
    await scene.settle()
    files = files_in(tmp_path)
    assert sorted(files) == ["A b c (2).eml", "A b c.eml", "no subject.eml"]
    assert all(files.values())
    assert scene.status_bar.startswith("3 exported to ")


async def test_the_files_of_drafts_say_that_they_are_drafts(program_scene: ProgramScene, tmp_path: Path) -> None:
    scene = program_scene
    scene.on_server(Content(subject="Draft"))
    scene.on_server(Content(subject="Sent"), folder=Folder.SENT)
    for place in ("Ctrl+2", "Ctrl+3"):
        await scene.press(place, "F5")
        panel = scene.parts.workspace.panel
        scene.parts.bulk.export(panel, await panel.session.rows_of(panel.model.ids), tmp_path)
        await scene.settle()
    assert [call.asked[3] for call in scene.mailbox.calls_of("save_mime")] == [True, False]


async def test_a_thousand_that_are_sent_can_be_stopped_and_the_rest_is_ready_again(
    program_scene: ProgramScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = program_scene
    monkeypatch.setattr(outbox, "_BATCH", 2)
    for number in range(6):
        await scene.saved(subject=f"Message {number}")
    gate = scene.mailbox.hold("send")
    await scene.press("Ctrl+A", "Ctrl+Return", "Return")
    await scene.passes(HOLD + 1)
    await gate.reached.wait()
    await scene.press("Ctrl+.")
    assert scene.status_bar == "Stopped: 4 messages are ready again"
    gate.open.set()
    await scene.passes(1)
    assert len(scene.mailbox.delivered) == 2
    assert scene.states() == [State.READY] * 4


async def test_how_many_are_marked_is_said_at_the_head_wherever_one_stands(program_scene: ProgramScene) -> None:
    scene = program_scene
    items = await sent(scene, 4)
    count = scene.parts.workspace.panel.count
    await scene.press("X", "J", "X", "End")
    assert count.text() == "2 marked · 4 messages"
    await scene.press("X")
    assert count.text() == "3 marked · 4 messages"
    scene.mailbox.delete_elsewhere(items[3].item_id)
    await scene.press("F5")
    assert count.text() == "2 marked · 3 messages"
    await scene.press("Escape")
    assert count.text() == "3 messages"
    await scene.press("Ctrl+A")
    assert count.text() == "3 marked · 3 messages"
    await scene.press("Del")
    assert count.text() == ""
