"""A draft that was changed elsewhere: mine, theirs or both, never either by itself, and one item for life."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from app.domain.attachment import Attachment
from app.domain.edits import TextSplice
from app.domain.errors import AccountError, BadInput, ItemRefused, Trouble, TroubleKind
from app.domain.listing import Folder
from app.domain.message import BodyFormat, Content, Field, LocalId, Options
from app.domain.recipient import Recipient
from app.domain.state import State
from app.services.drafts.comparison import VersionComparison
from tests.fakes.mailbox import Stored
from tests.fakes.scene import ANNA, MESSAGE, Scene

OURS = TextSplice(Field.BODY, 0, 0, "Mine. ")


async def at_once(work: Callable[[], Any]) -> Any:
    return work()


@pytest.fixture
def comparing(scene: Scene) -> VersionComparison:
    return VersionComparison(scene.records, scene.drafts, scene.watched, at_once)


async def conflict(scene: Scene, content: Content = MESSAGE, **theirs: object) -> tuple[LocalId, Stored]:
    """Return a message that was written on here and elsewhere, and its item."""
    name = await scene.drafts.begin(ANNA, content)
    await scene.drafts.save(name)
    (stored,) = scene.mailbox.in_folder(ANNA, Folder.DRAFTS)
    scene.mailbox.edit_elsewhere(stored.item_id, msgspec.structs.replace(content, **(theirs or {"body": "Theirs"})))
    scene.drafts.edit(name, OURS)
    record = await scene.drafts.save(name)
    assert record is not None
    assert record.save_outcome is not None
    assert record.save_outcome.code == "ErrorIrresolvableConflict"
    return name, stored


def only(scene: Scene) -> Content:
    (stored,) = scene.mailbox.in_folder(ANNA, Folder.DRAFTS)
    return stored.content


async def test_both_versions_are_shown_with_what_differs(scene: Scene, comparing: VersionComparison) -> None:
    name, _ = await conflict(scene, body="Dear Ben\nmore", subject="Hello, Ben", to=(Recipient("new@x.example"),))
    found = await comparing.compare(name)
    assert [field.title for field in found.fields] == ["To", "Subject"]
    assert found.differences == 4
    assert only(scene).body == "Dear Ben\nmore", "looking changes nothing"


async def test_mine_is_written_over_the_version_that_was_seen(scene: Scene, comparing: VersionComparison) -> None:
    name, stored = await conflict(scene, body="Theirs", subject="Theirs too")
    await comparing.keep_mine(await comparing.compare(name))
    assert (only(scene).body, only(scene).subject) == ("Mine. Dear Ben", "Hello")
    record = scene.records.get(name)
    assert record is not None
    assert record.saved
    assert record.ref is not None
    assert record.ref.item_id == stored.item_id, "one item for life"


async def test_what_was_written_elsewhere_meanwhile_is_not_written_over(
    scene: Scene, comparing: VersionComparison
) -> None:
    name, stored = await conflict(scene)
    seen = await comparing.compare(name)
    scene.mailbox.edit_elsewhere(stored.item_id, msgspec.structs.replace(MESSAGE, body="Theirs, later"))
    await comparing.keep_mine(seen)
    assert only(scene).body == "Theirs, later"
    record = scene.records.get(name)
    assert record is not None
    assert record.save_outcome is not None
    assert record.save_outcome.code == "ErrorIrresolvableConflict"
    await comparing.keep_mine(await comparing.compare(name))
    assert only(scene).body == "Mine. Dear Ben"


async def test_theirs_takes_the_place_of_mine_which_can_be_had_back(scene: Scene, comparing: VersionComparison) -> None:
    name, stored = await conflict(scene)
    given_up = await comparing.take_theirs(await comparing.compare(name))
    message = await scene.drafts.read_message(name)
    assert message.content.body == "Theirs"
    assert message.record.saved
    assert message.record.save_outcome is None
    await comparing.restore(name, given_up)
    assert only(scene).body == "Mine. Dear Ben"
    (now,) = scene.mailbox.in_folder(ANNA, Folder.DRAFTS)
    assert now.item_id == stored.item_id


async def test_what_was_typed_after_the_comparison_is_not_thrown_away(
    scene: Scene, comparing: VersionComparison
) -> None:
    name, _ = await conflict(scene)
    seen = await comparing.compare(name)
    scene.drafts.edit(name, TextSplice(Field.BODY, 0, 0, "New. "))
    with pytest.raises(BadInput, match="Compare again"):
        await comparing.take_theirs(seen)
    assert (await scene.drafts.read_message(name)).content.body == "New. Mine. Dear Ben"


async def test_both_makes_mine_a_new_draft_and_leaves_theirs(scene: Scene, comparing: VersionComparison) -> None:
    name, stored = await conflict(scene)
    new = await comparing.keep_both(name)
    bodies = {one.item_id: one.content.body for one in scene.mailbox.in_folder(ANNA, Folder.DRAFTS)}
    assert sorted(bodies.values()) == ["Mine. Dear Ben", "Theirs"]
    assert bodies[stored.item_id] == "Theirs"
    assert new != name


async def test_both_works_without_a_server(scene: Scene, comparing: VersionComparison) -> None:
    name, _ = await conflict(scene)
    offline = Trouble(TroubleKind.UNREACHABLE, may_have_been_processed=False)
    scene.mailbox.fail("get", offline)
    with pytest.raises(AccountError):
        await comparing.compare(name)
    scene.mailbox.fail("save", offline)
    new = await comparing.keep_both(name)
    assert (await scene.drafts.read_message(new)).content.body == "Mine. Dear Ben"
    assert only(scene).body == "Theirs"


async def test_a_version_that_is_gone_is_said(scene: Scene, comparing: VersionComparison) -> None:
    name, stored = await conflict(scene)
    scene.mailbox.delete_elsewhere(stored.item_id)
    with pytest.raises(ItemRefused):
        await comparing.compare(name)


@pytest.mark.parametrize("choice", ["keep_mine", "take_theirs"])
async def test_a_message_that_left_meanwhile_is_not_touched(
    scene: Scene, comparing: VersionComparison, choice: str
) -> None:
    name, _ = await conflict(scene)
    seen = await comparing.compare(name)
    await scene.records.change(name, state=State.QUEUED)
    with pytest.raises(BadInput):
        await getattr(comparing, choice)(seen)


async def test_a_message_whose_sending_failed_for_it_is_a_draft_again(
    scene: Scene, comparing: VersionComparison
) -> None:
    name, _ = await conflict(scene)
    await scene.records.change(name, state=State.NEEDS_ATTENTION)
    await comparing.keep_mine(await comparing.compare(name))
    record = scene.records.get(name)
    assert record is not None
    assert record.state is State.DRAFT


async def test_a_place_in_a_conversation_is_never_asked_for_twice(scene: Scene, comparing: VersionComparison) -> None:
    options = Options(conversation_index=b"\x01" * 22, conversation_topic="Prices")
    name, _ = await conflict(scene, msgspec.structs.replace(MESSAGE, options=options))
    await comparing.keep_mine(await comparing.compare(name))
    updates = [call for call in scene.mailbox.calls if call.name == "update"]
    fields = updates[-1].asked[0].fields  # type: ignore[attr-defined]  # what was asked, as it came
    assert Field.CONVERSATION_INDEX not in fields
    assert Field.BODY in fields


async def test_attachments_of_theirs_are_shown_with_mine_and_taken_with_theirs(
    scene: Scene, comparing: VersionComparison
) -> None:
    name, stored = await conflict(scene)
    stored.attachments.append(Attachment("a1", "theirs.pdf", 3))
    await comparing.keep_mine(await comparing.compare(name))
    assert [one.name for one in (await scene.drafts.read_message(name)).content.attachments] == ["theirs.pdf"]


async def test_formatted_text_is_compared_as_it_is_read(scene: Scene, comparing: VersionComparison) -> None:
    name, _ = await conflict(scene, body="<p>Mine. Dear Ben</p>", body_format=BodyFormat.HTML)
    found = await comparing.compare(name)
    assert found.formatted
    assert all(pair.same for pair in found.lines)
