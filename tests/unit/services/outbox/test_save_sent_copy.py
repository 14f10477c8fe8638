"""A copy that is missing after a message went out: saved once, and with what this machine has."""

from __future__ import annotations

import pytest

from app.domain.attachment import Attached
from app.domain.edits import AttachmentSet
from app.domain.errors import AccountError, BadInput, ItemRefused, Trouble, TroubleKind
from app.domain.listing import Folder
from app.domain.message import LocalId
from app.domain.problem import ProblemKind, problem
from app.domain.record import CopyKind, CopyTo, Record
from app.domain.state import State
from app.services.outbox.save_sent_copy import SentCopy
from tests.fakes.mailbox import Stored, words
from tests.fakes.scene import ANNA, MESSAGE, Scene


@pytest.fixture
def filing(scene: Scene) -> SentCopy:
    return SentCopy(scene.records, scene.watched, scene.accounts, scene.files, scene.clock)


async def sent_without_copy(scene: Scene, copy_to: CopyTo | None = None) -> LocalId:
    """Return a message that went out, and of which no copy was found."""
    scene.mailbox.files_no_copy = True
    name = await scene.drafts.begin(ANNA, MESSAGE)
    if copy_to is not None:
        await scene.records.change(name, copy_to=copy_to)
    await scene.outbox.send([name], 0)
    for _ in range(4):
        await scene.clock.advance(60)
    record = scene.records.get(name)
    assert record is not None
    assert (record.state, record.problem) == (State.SENT_NOT_FILED, problem(ProblemKind.NO_COPY))
    return name


def copies(scene: Scene) -> list[Stored]:
    return scene.mailbox.in_folder(ANNA, Folder.SENT)


def now(scene: Scene, name: LocalId) -> Record:
    record = scene.records.get(name)
    assert record is not None
    return record


async def test_the_copy_is_saved_in_sent_and_is_no_draft(scene: Scene, filing: SentCopy) -> None:
    name = await sent_without_copy(scene)
    await filing.save_copy(name)
    (copy,) = copies(scene)
    assert (copy.content.subject, copy.content.body, copy.is_draft) == (MESSAGE.subject, MESSAGE.body, False)
    assert (copy.local_id, copy.message_id) == (name, now(scene, name).message_id)
    assert copy.content.sender is not None
    assert copy.content.sender.address == "anna@example.org"
    assert (now(scene, name).state, now(scene, name).problem) == (State.SENT, "")
    assert len(scene.mailbox.delivered) == 1, "a copy reaches nobody"


async def test_asked_twice_there_is_one_copy(scene: Scene, filing: SentCopy) -> None:
    name = await sent_without_copy(scene)
    await filing.save_copy(name)
    await filing.save_copy(name)
    assert len(copies(scene)) == 1


async def test_an_answer_that_was_lost_makes_no_second_copy(scene: Scene, filing: SentCopy) -> None:
    name = await sent_without_copy(scene)
    scene.mailbox.fail("save", Trouble(TroubleKind.DEADLINE), processed=True)
    with pytest.raises(AccountError):
        await filing.save_copy(name)
    assert now(scene, name).state is State.SENT_NOT_FILED
    await filing.save_copy(name)
    assert len(copies(scene)) == 1
    assert now(scene, name).state is State.SENT


async def test_a_copy_that_came_meanwhile_is_taken_for_it(scene: Scene, filing: SentCopy) -> None:
    name = await sent_without_copy(scene)
    late = scene.mailbox.put(ANNA, MESSAGE, folder=Folder.SENT, local_id=name)
    late.is_draft = False
    await filing.save_copy(name)
    assert copies(scene) == [late]
    assert now(scene, name).state is State.SENT


async def test_a_server_that_refuses_is_told_and_the_row_stays(scene: Scene, filing: SentCopy) -> None:
    name = await sent_without_copy(scene)
    scene.mailbox.refuse("save", 0, words("ErrorQuotaExceeded"))
    with pytest.raises(ItemRefused):
        await filing.save_copy(name)
    assert now(scene, name).problem == problem(ProblemKind.NO_COPY)


async def test_it_is_filed_in_the_folder_that_was_chosen(scene: Scene, filing: SentCopy) -> None:
    name = await sent_without_copy(scene, CopyTo(CopyKind.FOLDER, folder_id="projects"))
    await filing.save_copy(name)
    (copy,) = [one for one in scene.mailbox.items.values() if one.local_id == name]
    assert (copy.folder, copy.folder_id, copy.is_draft) == (Folder.SENT, "projects", False)


async def test_nothing_is_filed_of_a_message_that_has_its_copy_or_is_to_have_none(
    scene: Scene, filing: SentCopy
) -> None:
    name = await scene.drafts.begin(ANNA, MESSAGE)
    await filing.save_copy(name)
    await scene.outbox.send([name], 0)
    await scene.clock.advance(60)
    before = len(scene.mailbox.items)
    await filing.save_copy(name)
    assert len(scene.mailbox.items) == before


async def test_attachments_go_with_the_copy_and_what_is_not_here_is_said(scene: Scene, filing: SentCopy) -> None:
    name = await sent_without_copy(scene)
    size = await scene.files.keep_bytes(name, "k1", b"%PDF")
    for one in (Attached("k1", "here.pdf", size, file="k1"), Attached("k2", "gone.pdf", 3, file="k2")):
        scene.records.append_edit(name, AttachmentSet(one))
    with pytest.raises(BadInput, match="without 1 attachment"):
        await filing.save_copy(name)
    (copy,) = copies(scene)
    assert [one.name for one in copy.attachments] == ["here.pdf"]
    assert now(scene, name).state is State.SENT
