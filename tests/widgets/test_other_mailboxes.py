"""Drafts and Sent of other mailboxes stand beside one's own, and are worked in by the same keys."""

from __future__ import annotations

from app.domain.listing import Folder, Place
from app.domain.message import Content
from app.domain.recipient import Recipient
from app.domain.state import State
from tests.fakes.mailbox import words
from tests.fakes.scene import ANNA, BEN
from tests.program_scene import HOLD, ProgramScene

SALES = "sales@example.org"


def put(scene: ProgramScene, subject: str, folder: Folder = Folder.DRAFTS) -> None:
    """Put a letter into a folder of the other mailbox, as somebody there would."""
    (item,) = scene.on_server(Content(to=(BEN,), subject=subject), folder=folder)
    item.owner = SALES


async def add(scene: ProgramScene) -> None:
    await scene.program.aids.identities.add(ANNA, SALES)
    await scene.settle()


async def go(scene: ProgramScene, kind: str) -> None:
    """Choose the list of the other mailbox by typing a part of its name."""
    await scene.press("G, M")
    await scene.type(kind)
    await scene.press("Return")


def shown(scene: ProgramScene) -> list[str]:
    return [row.subject for row in scene.rows]


async def test_both_lists_of_another_mailbox_are_in_the_rail_and_gone_to_by_keys(program_scene: ProgramScene) -> None:
    scene = program_scene
    put(scene, "Theirs")
    put(scene, "Their sent", Folder.SENT)
    scene.on_server(Content(subject="Mine"))
    await add(scene)
    assert SALES in scene.words(scene.window.rail)
    await scene.press("F5")
    assert shown(scene) == ["Mine"]
    await go(scene, "drafts")
    assert shown(scene) == ["Theirs"]
    assert scene.in_list()
    await go(scene, "sent")
    assert shown(scene) == ["Their sent"]
    await scene.press("G, D")
    assert shown(scene) == ["Mine"]


async def test_their_drafts_are_sent_and_deleted_by_the_same_keys(program_scene: ProgramScene) -> None:
    scene = program_scene
    put(scene, "Send me")
    await scene.clock.advance(1)
    put(scene, "Delete me")
    await add(scene)
    await go(scene, "drafts")
    await scene.press("Home", "Del")
    assert shown(scene) == ["Send me"]
    await scene.press("Ctrl+Return")
    await scene.passes(HOLD + 20)
    assert [one.content.subject for one in scene.mailbox.delivered] == ["Send me"]


async def test_what_was_sent_there_is_deleted_there_and_brought_back_there(program_scene: ProgramScene) -> None:
    scene = program_scene
    put(scene, "Their sent", Folder.SENT)
    await add(scene)
    await go(scene, "sent")
    await scene.press("Home", "Del")
    assert shown(scene) == []
    await scene.press("Z")
    assert shown(scene) == ["Their sent"]
    assert [item.owner for item in scene.mailbox.in_place(ANNA, Place(Folder.SENT, SALES))] == [SALES]


async def test_one_that_the_server_named_is_in_the_rail_and_looked_into_when_one_goes_there(
    program_scene: ProgramScene,
) -> None:
    scene = program_scene
    put(scene, "Theirs")
    scene.mailbox.named = [Recipient(SALES, "Sales")]
    await scene.program.aids.surroundings.look(ANNA)
    await scene.settle()
    assert "Sales" in scene.words(scene.window.rail)
    looked = [call for call in scene.mailbox.calls if call.name in {"list_folder", "sync"} and SALES in str(call)]
    assert len(looked) == 1, "once, whether its Drafts may be used"
    await go(scene, "drafts")
    assert shown(scene) == ["Theirs"]


async def test_a_folder_one_may_not_look_into_says_so(program_scene: ProgramScene) -> None:
    scene = program_scene
    await add(scene)
    await go(scene, "sent")
    scene.mailbox.refuse("sync", 0, words("ErrorAccessDenied", "Access is denied."))
    view = scene.program.stage.desk.session.view
    assert view is not None
    await view.reload()
    await scene.settle()
    assert "does not let you look" in scene.words(scene.program.stage.desk)


async def test_a_mailbox_taken_away_leaves_the_rail_and_ones_own_list_shows(program_scene: ProgramScene) -> None:
    scene = program_scene
    put(scene, "Theirs")
    await scene.saved(subject="Mine")
    await add(scene)
    await go(scene, "drafts")
    await scene.program.aids.identities.remove(ANNA, SALES)
    await scene.settle()
    assert scene.program.stage.place == "drafts"
    assert SALES not in scene.words(scene.window.rail)
    assert shown(scene) == ["Mine"]
    assert scene.states() == [State.DRAFT]
    await scene.press("G, M")
    assert scene.foot.startswith("There is no other mailbox")
    assert scene.in_list()
