"""Drafts and Sent of other mailboxes stand beside one's own, and are worked in by the same keys."""

from __future__ import annotations

from app.domain.listing import Folder, Place
from app.domain.message import Content
from app.domain.recipient import Recipient
from app.domain.record import CopyKind, CopyTo
from app.domain.state import State
from app.services.accounts.signatures import Snippet
from tests.fakes.mailbox import words
from tests.fakes.scene import ANNA, BEN
from tests.program_scene import HOLD, ProgramScene

SALES = "sales@example.org"


def put(scene: ProgramScene, subject: str, folder: Folder = Folder.DRAFTS) -> None:
    """Put a message into a folder of the other mailbox, as somebody there would."""
    (item,) = scene.on_server(Content(to=(BEN,), subject=subject), folder=folder)
    item.owner = SALES


async def add(scene: ProgramScene) -> None:
    await scene.parts.aids.identities.add(ANNA, SALES)
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
    assert SALES in scene.words(scene.window.sidebar)
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
    await scene.parts.aids.discovery.look(ANNA)
    await scene.settle()
    assert "Sales" in scene.words(scene.window.sidebar)
    looked = [call for call in scene.mailbox.calls if call.name in {"list_folder", "sync"} and SALES in str(call)]
    assert len(looked) == 1, "once, whether its Drafts may be used"
    await go(scene, "drafts")
    assert shown(scene) == ["Theirs"]


async def test_a_folder_one_may_not_look_into_says_so(program_scene: ProgramScene) -> None:
    scene = program_scene
    await add(scene)
    await go(scene, "sent")
    scene.mailbox.refuse("sync", 0, words("ErrorAccessDenied", "Access is denied."))
    view = scene.parts.workspace.panel.session.view
    assert view is not None
    await view.reload()
    await scene.settle()
    assert "does not let you look" in scene.words(scene.parts.workspace.panel)


async def test_a_mailbox_taken_away_leaves_the_rail_and_ones_own_list_shows(program_scene: ProgramScene) -> None:
    scene = program_scene
    put(scene, "Theirs")
    await scene.saved(subject="Mine")
    await add(scene)
    await go(scene, "drafts")
    await scene.parts.aids.identities.remove(ANNA, SALES)
    await scene.settle()
    assert scene.parts.workspace.place == "drafts"
    assert SALES not in scene.words(scene.window.sidebar)
    assert shown(scene) == ["Mine"]
    assert scene.states() == [State.DRAFT]
    await scene.press("G, M")
    assert scene.status_bar.startswith("There is no other mailbox")
    assert scene.in_list()


async def test_a_draft_kept_in_another_mailbox_stands_under_it_alone_and_all_keys_find_it(
    program_scene: ProgramScene,
) -> None:
    scene = program_scene
    await add(scene)
    await scene.saved(subject="Mine")
    await scene.passes(1)
    name = await scene.saved(subject="Theirs")
    await scene.parts.records.change(name, drafts_of=SALES, copy_to=CopyTo(CopyKind.PRINCIPAL_SENT, SALES))
    (item,) = [one for one in scene.mailbox.items.values() if one.local_id == name]
    item.owner = SALES
    await scene.press("F5")
    assert shown(scene) == ["Mine"]
    await scene.press("L")
    await scene.until(lambda: scene.parts.compose.current() is not None)
    assert scene.message.session.local_id == name
    await scene.press("Escape")
    await go(scene, "drafts")
    assert shown(scene) == ["Theirs"]
    await scene.press("Ctrl+Shift+Return")
    await scene.press("Ctrl+2", "F9", "Return")
    await scene.passes(HOLD + 1)
    assert [one.content.subject for one in scene.mailbox.delivered] == ["Theirs"]


async def test_a_draft_in_a_mailbox_that_the_server_named_stands_under_it_without_being_gone_to(
    program_scene: ProgramScene,
) -> None:
    scene = program_scene
    scene.mailbox.named = [Recipient(SALES, "Sales")]
    await scene.parts.aids.discovery.look(ANNA)
    name = await scene.saved(subject="Theirs")
    (item,) = [one for one in scene.mailbox.items.values() if one.local_id == name]
    item.owner = SALES
    await scene.parts.records.change(name, drafts_of=SALES)
    await scene.press("F5")
    await scene.until(lambda: shown(scene) == [])
    room = scene.parts.workspace.panels[f"drafts:{SALES}"].session
    assert [row.subject for row in room.rows()] == ["Theirs"]


async def test_what_is_kept_in_a_mailbox_that_goes_is_in_ones_own_list_again(program_scene: ProgramScene) -> None:
    scene = program_scene
    await add(scene)
    name = await scene.saved(subject="Theirs")
    await scene.parts.records.change(name, drafts_of=SALES)
    (item,) = [one for one in scene.mailbox.items.values() if one.local_id == name]
    item.owner = SALES
    await scene.press("F5")
    assert shown(scene) == []
    await scene.parts.aids.identities.remove(ANNA, SALES)
    await scene.until(lambda: shown(scene) == ["Theirs"])


async def test_a_copy_that_is_filed_in_another_mailbox_stands_in_its_sent(program_scene: ProgramScene) -> None:
    scene = program_scene
    await add(scene)
    name = await scene.saved(subject="For Sales")
    await scene.parts.records.change(name, drafts_of=SALES, copy_to=CopyTo(CopyKind.PRINCIPAL_SENT, SALES))
    (item,) = [one for one in scene.mailbox.items.values() if one.local_id == name]
    item.owner = SALES
    await scene.parts.outbox.send([name], 0)
    await scene.passes(5)
    await scene.press("Ctrl+3", "F5")
    assert shown(scene) == []
    await go(scene, "sent")
    assert shown(scene) == ["For Sales"]


async def test_a_new_message_is_from_the_mailbox_on_screen_with_its_signature(program_scene: ProgramScene) -> None:
    scene = program_scene
    await add(scene)
    aids = scene.parts.aids
    await aids.signatures.keep_snippet(ANNA, Snippet("k", text="Own", for_new=True))
    await aids.signatures.keep_snippet(ANNA, Snippet("s", text="The sales team", for_new=True, address=SALES))
    await go(scene, "drafts")
    await scene.press("C")
    content = await scene.content(scene.message.session.local_id)
    assert content.sender == Recipient(SALES)
    assert content.body.strip() == "The sales team"
    await scene.press("Escape")
    await scene.passes(30)
    assert (scene.parts.records.all(), scene.mailbox.items) == ([], {}), "untouched it is nowhere"
    await scene.press("C")
    await scene.type("ben@example.org,")
    await scene.passes(30)
    assert [item.owner for item in scene.mailbox.items.values()] == [SALES], "it is kept there, and so is its copy"
    await scene.press("Escape", "G, D", "C")
    content = await scene.content(scene.message.session.local_id)
    assert (content.sender, content.body.strip()) == (None, "Own")


async def test_what_was_sent_for_them_is_answered_from_there(program_scene: ProgramScene) -> None:
    scene = program_scene
    (item,) = scene.on_server(Content(Recipient(SALES), (BEN,), subject="Theirs"), folder=Folder.SENT)
    item.owner = SALES
    await add(scene)
    await go(scene, "sent")
    await scene.press("Shift+R")
    await scene.until(lambda: scene.parts.compose.current() is not None)
    name = scene.message.session.local_id
    content = await scene.content(name)
    assert (content.sender, content.to) == (Recipient(SALES), (BEN,))
    assert scene.record(name).copy_to == CopyTo(CopyKind.PRINCIPAL_SENT, SALES)
