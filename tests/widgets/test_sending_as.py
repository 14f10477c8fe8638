"""From any mailbox that one may send as, by keys: the copy follows, a refusal leads back, and the message stays one."""

from __future__ import annotations

import msgspec
import pytest

from app.domain.listing import Folder, Place
from app.domain.message import Content, Field, LocalId
from app.domain.problem import ProblemKind, problem
from app.domain.recipient import Recipient
from app.domain.record import CopyKind, CopyTo
from app.domain.state import State
from tests.fakes.mailbox import words
from tests.fakes.scene import ACCOUNT, ANNA, MESSAGE
from tests.program_scene import HOLD, ProgramScene

SALES = "sales@example.org"


async def opened(scene: ProgramScene, content: Content = MESSAGE) -> LocalId:
    """Return a saved draft, open in the pane with the focus in its body."""
    name = await scene.saved(content)
    scene.parts.compose.open_message(name)
    await scene.until(lambda: scene.parts.compose.current() is not None)
    scene.message.focus_field(Field.BODY)
    return name


async def with_sales(scene: ProgramScene) -> None:
    scene.mailbox.people = [Recipient(SALES, "Sales")]
    await scene.parts.aids.identities.add(ANNA, SALES)


def subjects(scene: ProgramScene, folder: Folder, mailbox: str = "") -> list[str]:
    return [item.content.subject for item in scene.mailbox.in_place(ANNA, Place(folder, mailbox))]


async def test_with_one_mailbox_the_line_is_hidden_and_the_choice_says_where_others_are_added(
    program_scene: ProgramScene,
) -> None:
    scene = program_scene
    await opened(scene)
    assert not scene.message.from_line.isVisible()
    await scene.press("Alt+F")
    picker = scene.message.picking.picker
    assert picker.titles() == [ACCOUNT.address]
    assert "Other mailboxes are added in the settings (Ctrl+,)." in scene.words(picker)
    await scene.press("Escape")
    assert scene.field() is Field.BODY


async def test_where_there_is_no_room_the_line_is_cut_in_its_middle_and_says_so(program_scene: ProgramScene) -> None:
    scene = program_scene
    long = "the-whole-department-for-sales-and-marketing-in-the-north@example.org"
    scene.mailbox.people = [Recipient(long, "Sales")]
    await scene.parts.aids.identities.add(ANNA, long)
    await opened(scene, msgspec.structs.replace(MESSAGE, sender=Recipient(long, "Sales and marketing of the north")))
    line = scene.message.from_line
    line.setFixedWidth(line.sizeHint().width())
    assert line.shown_text() == line.text()
    narrow = line.sizeHint().width() // 2
    line.setFixedWidth(narrow)
    shown = line.shown_text()
    assert "…" in shown
    assert shown.startswith("Sales")
    assert shown.endswith("example.org>")
    assert line.fontMetrics().horizontalAdvance(shown) <= narrow
    assert line.minimumSizeHint().width() < narrow, "the window need not be as wide as the address is long"
    assert line.grab().width() > 0


async def test_a_mailbox_is_chosen_by_typing_and_draft_and_copy_follow(program_scene: ProgramScene) -> None:
    scene = program_scene
    await with_sales(scene)
    name = await opened(scene)
    assert scene.message.from_line.text() == ACCOUNT.address
    await scene.press("Alt+F")
    await scene.type("sal")
    await scene.press("Return")
    assert scene.field() is Field.BODY
    assert scene.message.from_line.text() == "Sales <sales@example.org>"
    assert (await scene.journal.after_crash().read_message(name)).content.sender == Recipient(SALES, "Sales")
    assert scene.record(name).copy_to == CopyTo(CopyKind.PRINCIPAL_SENT, SALES)
    assert scene.message.options.chosen.text() == f"Copy in Sent Items of {SALES}"
    await scene.passes(20)
    assert (subjects(scene, Folder.DRAFTS), subjects(scene, Folder.DRAFTS, SALES)) == ([], ["Hello"])
    await scene.press("Ctrl+Return")
    await scene.passes(HOLD + 600)
    assert subjects(scene, Folder.SENT, SALES) == ["Hello"]
    assert subjects(scene, Folder.DRAFTS, SALES) == []
    assert (scene.record(name).state, scene.record(name).problem) == (State.SENT, "")
    assert [one.content.sender for one in scene.mailbox.delivered] == [Recipient(SALES, "Sales")]


async def test_ones_own_address_is_chosen_again(program_scene: ProgramScene) -> None:
    scene = program_scene
    await with_sales(scene)
    name = await opened(scene)
    for mailbox in ("sal", "anna"):
        await scene.press("Alt+F")
        await scene.type(mailbox)
        await scene.press("Return")
    assert (await scene.content(name)).sender is None
    assert scene.record(name).copy_to == CopyTo()
    await scene.passes(30)
    assert subjects(scene, Folder.DRAFTS) == ["Hello"]
    assert subjects(scene, Folder.DRAFTS, SALES) == []


async def test_a_place_that_was_chosen_for_the_copy_stays(program_scene: ProgramScene) -> None:
    scene = program_scene
    await with_sales(scene)
    name = await opened(scene)
    await scene.parts.drafts.file_copy(name, CopyTo(CopyKind.NONE))
    await scene.press("Alt+F")
    await scene.type("sal")
    await scene.press("Return")
    assert scene.record(name).copy_to == CopyTo(CopyKind.NONE)


async def test_a_mailbox_whose_drafts_are_closed_keeps_the_copy_here(program_scene: ProgramScene) -> None:
    scene = program_scene
    scene.mailbox.closed_to_us.add(SALES)
    await scene.parts.aids.identities.add(ANNA, SALES)
    name = await opened(scene)
    await scene.press("Alt+F")
    await scene.type("sal")
    await scene.press("Return", "Ctrl+Return")
    await scene.passes(HOLD + 600)
    assert scene.record(name).copy_to == CopyTo()
    assert subjects(scene, Folder.SENT) == ["Hello"]


@pytest.mark.parametrize("files", [True, False])
async def test_who_may_not_send_as_a_mailbox_sends_from_their_own(program_scene: ProgramScene, files: bool) -> None:
    scene = program_scene
    if not files:
        scene.mailbox.closed_to_us.add(SALES)
    await with_sales(scene)
    name = await opened(scene)
    await scene.press("Alt+F")
    await scene.type("sal")
    await scene.press("Return", "Ctrl+Return")
    scene.mailbox.refuse("send", 0, words("ErrorSendAsDenied"))
    await scene.passes(HOLD + 1)
    assert scene.record(name).state is State.NEEDS_ATTENTION
    scene.parts.workspace.go("outbox")
    await scene.settle()
    assert "You cannot send as Sales. Nothing was sent." in scene.words(scene.parts.reader)
    await scene.press("A")
    await scene.until(lambda: scene.parts.compose.current() is not None)
    await scene.passes(HOLD + 600)
    assert scene.mailbox.delivered == [], "who it is from is looked at before it goes"
    assert scene.field() is Field.BODY
    said = f"From is now your own address, {scene.message.session.sender.text()}. Press Ctrl+Enter to send."
    assert said in scene.words(scene.message)
    assert "You cannot send as" not in scene.words(scene.message)
    await scene.press("Ctrl+Return")
    await scene.passes(HOLD + 600)
    assert scene.record(name).state is State.SENT
    assert subjects(scene, Folder.SENT) == ["Hello"]
    assert subjects(scene, Folder.DRAFTS) == []
    assert subjects(scene, Folder.DRAFTS, SALES) == []
    assert [one.content.sender for one in scene.mailbox.delivered] == [None]


async def test_using_ones_own_address_has_a_way_back(program_scene: ProgramScene) -> None:
    scene = program_scene
    await with_sales(scene)
    name = await opened(scene)
    await scene.press("Alt+F")
    await scene.type("sal")
    await scene.press("Return", "Ctrl+Return")
    scene.mailbox.refuse("send", 0, words("ErrorSendAsDenied"))
    await scene.passes(HOLD + 1)
    scene.parts.compose.open_message(name)
    await scene.until(lambda: scene.parts.compose.current() is not None)
    refused = scene.record(name)
    await scene.press("Alt+A")
    assert (await scene.content(name)).sender is None
    assert scene.record(name).copy_to == CopyTo()
    assert scene.record(name).state is State.DRAFT
    await scene.press("Alt+A")
    assert (await scene.content(name)).sender == Recipient(SALES, "Sales")
    assert scene.record(name).copy_to == refused.copy_to
    assert (scene.record(name).state, scene.record(name).send_outcome) == (refused.state, refused.send_outcome)
    assert "You cannot send as Sales. Nothing was sent." in scene.words(scene.message)
    await scene.passes(HOLD + 600)
    assert scene.mailbox.delivered == []


async def test_a_draft_from_a_mailbox_that_is_not_known_here_shows_it(program_scene: ProgramScene) -> None:
    scene = program_scene
    scene.on_server(Content(to=MESSAGE.to, subject="Theirs", sender=Recipient(SALES, "Sales & Co")))
    scene.parts.lists.drafts.reload()
    await scene.settle()
    await scene.press("O")
    await scene.until(lambda: scene.parts.compose.current() is not None)
    assert scene.message.from_line.isVisible()
    assert scene.message.from_line.accessibleName() == 'From "Sales & Co" <sales@example.org>'
    await scene.press("Alt+F")
    assert scene.message.picking.picker.titles() == [ACCOUNT.address, "Sales & Co"]


async def test_where_the_draft_could_not_be_moved_the_pane_says_so(program_scene: ProgramScene) -> None:
    scene = program_scene
    await with_sales(scene)
    name = await opened(scene)
    scene.mailbox.closed_to_us.add(SALES)
    await scene.press("Alt+F")
    await scene.type("sal")
    await scene.press("Return")
    await scene.passes(20)
    assert scene.record(name).problem == problem(ProblemKind.COPY_STAYS, SALES)
    assert f"You may not keep drafts in {SALES}." in scene.words(scene.message.bar)
    assert subjects(scene, Folder.DRAFTS) == ["Hello"]
