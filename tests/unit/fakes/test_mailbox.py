"""The fake mailbox behaves as a good Exchange does, and meets the trouble that was set for it."""

from __future__ import annotations

import asyncio
import itertools
from pathlib import Path

import pytest

from app.domain.account import Account
from app.domain.errors import Trouble, TroubleKind, Unreachable
from app.domain.listing import Folder, Mark, Place
from app.domain.message import AccountId, Content, DraftUpdate, Field, ItemRef, LocalId, NewAttachment, NewDraft
from app.domain.outcome import Verdict
from app.domain.recipient import Recipient
from app.domain.record import CopyKind, CopyTo
from app.services.ports import Server
from tests.fakes.mailbox import FakeMailbox, words

ANNA = AccountId("anna")
MESSAGE = Content(to=(Recipient("ben@example.org"),), subject="Hello", body="Dear Ben")
NEVER_LEFT = Trouble(TroubleKind.UNREACHABLE, may_have_been_processed=False)


@pytest.fixture
async def mailbox() -> FakeMailbox:
    ticks = itertools.count(1000)
    fake = FakeMailbox(now=lambda: float(next(ticks)))
    port: Server = fake
    await port.open_account(Account(ANNA, "anna@example.org", "https://mail.example.org", "anna"), "secret")
    await port.open_account(Account(AccountId("ben"), "ben@example.org", "https://mail.example.org", "ben"), "secret")
    return fake


def draft(number: int = 1, content: Content = MESSAGE) -> NewDraft:
    return NewDraft(LocalId(f"local-{number}"), f"<{number}@example.org>", content)


async def saved(mailbox: FakeMailbox, number: int = 1) -> ItemRef:
    ref = (await mailbox.save(ANNA, [draft(number)]))[0].ref
    assert ref is not None
    return ref


async def test_a_saved_draft_is_read_back_as_it_was_written(mailbox: FakeMailbox) -> None:
    ref = await saved(mailbox)
    answer = (await mailbox.get(ANNA, [ref]))[0]
    assert answer.item is not None
    assert answer.item.content == MESSAGE
    assert answer.item.local_id == "local-1"


async def test_an_update_names_its_fields_and_makes_the_change_key_new(mailbox: FakeMailbox) -> None:
    ref = await saved(mailbox)
    changed = Content(subject="Other", body="not named")
    outcome = (await mailbox.update(ANNA, [DraftUpdate(ref, changed, frozenset({Field.SUBJECT}))]))[0]
    assert outcome.accepted
    assert outcome.ref is not None
    assert outcome.ref.change_key != ref.change_key
    assert mailbox.items[ref.item_id].content.subject == "Other"
    assert mailbox.items[ref.item_id].content.body == "Dear Ben"


async def test_a_stale_change_key_is_refused_by_update_and_by_send(mailbox: FakeMailbox) -> None:
    ref = await saved(mailbox)
    mailbox.edit_elsewhere(ref.item_id, Content(to=MESSAGE.to, subject="Edited elsewhere"))
    updated = (await mailbox.update(ANNA, [DraftUpdate(ref, MESSAGE, frozenset({Field.BODY}))]))[0]
    sent = (await mailbox.send(ANNA, [ref], CopyTo()))[0]
    assert updated.code == sent.code == "ErrorIrresolvableConflict"
    assert mailbox.delivered == []


async def test_a_sent_draft_leaves_drafts_is_filed_and_is_delivered_once(mailbox: FakeMailbox) -> None:
    ref = await saved(mailbox)
    assert (await mailbox.send(ANNA, [ref], CopyTo()))[0].accepted
    assert mailbox.in_folder(ANNA, Folder.DRAFTS) == []
    assert [item.content for item in mailbox.in_folder(ANNA, Folder.SENT)] == [MESSAGE]
    assert [item.content.subject for item in mailbox.in_folder(AccountId("ben"), Folder.INBOX)] == ["Hello"]
    assert [message.address for message in mailbox.delivered] == ["ben@example.org"]


async def test_no_copy_is_filed_where_none_was_wanted(mailbox: FakeMailbox) -> None:
    ref = await saved(mailbox)
    await mailbox.send(ANNA, [ref], CopyTo(CopyKind.NONE))
    assert mailbox.in_folder(ANNA, Folder.SENT) == []
    assert len(mailbox.delivered) == 1


async def test_one_refusal_in_a_batch_leaves_the_others_sent(mailbox: FakeMailbox) -> None:
    refs = [await saved(mailbox, number) for number in range(3)]
    mailbox.refuse("send", 1, words("ErrorSendAsDenied", "no"))
    outcomes = await mailbox.send(ANNA, refs, CopyTo())
    assert [outcome.verdict for outcome in outcomes] == [Verdict.ACCEPTED, Verdict.REFUSED, Verdict.ACCEPTED]
    assert len(mailbox.delivered) == 2
    assert (await mailbox.send(ANNA, [refs[1]], CopyTo()))[0].accepted


async def test_trouble_before_the_server_did_nothing_and_is_used_up(mailbox: FakeMailbox) -> None:
    mailbox.fail("save", NEVER_LEFT)
    assert (await mailbox.save(ANNA, [draft()]))[0].verdict is Verdict.NOT_ATTEMPTED
    assert mailbox.items == {}
    assert (await mailbox.save(ANNA, [draft()]))[0].accepted


async def test_a_lost_reply_leaves_the_work_done_and_the_outcome_unknown(mailbox: FakeMailbox) -> None:
    ref = await saved(mailbox)
    mailbox.fail("send", Trouble(TroubleKind.DEADLINE), processed=True)
    assert (await mailbox.send(ANNA, [ref], CopyTo()))[0].verdict is Verdict.UNKNOWN
    sightings = await mailbox.locate(ANNA, [Mark("local-1", "<1@example.org>")], [Folder.DRAFTS, Folder.SENT])
    assert [(sighting.folder, sighting.is_draft) for sighting in sightings] == [(Folder.SENT, False)]


async def test_a_read_that_meets_trouble_raises_its_error(mailbox: FakeMailbox) -> None:
    mailbox.fail("list_folder", NEVER_LEFT)
    with pytest.raises(Unreachable):
        await mailbox.list_folder(ANNA, Folder.DRAFTS)


async def test_a_held_call_waits_at_its_gate(mailbox: FakeMailbox) -> None:
    gate = mailbox.hold("save")
    task = asyncio.ensure_future(mailbox.save(ANNA, [draft()]))
    await gate.reached.wait()
    assert mailbox.items == {}
    gate.open.set()
    assert (await task)[0].accepted


async def test_a_folder_is_listed_in_pages_newest_first(mailbox: FakeMailbox) -> None:
    for number in range(5):
        await saved(mailbox, number)
    first = await mailbox.list_folder(ANNA, Folder.DRAFTS, 0, 3)
    rest = await mailbox.list_folder(ANNA, Folder.DRAFTS, 3, 3)
    assert [row.local_id for row in first.rows + rest.rows] == [f"local-{n}" for n in (4, 3, 2, 1, 0)]
    assert (first.total, first.next_offset, rest.next_offset) == (5, 3, None)


async def test_a_deleted_item_lies_in_deleted_items_unless_it_was_for_good(mailbox: FakeMailbox) -> None:
    kept, gone = await saved(mailbox, 1), await saved(mailbox, 2)
    assert (await mailbox.delete(ANNA, [kept]))[0].accepted
    assert (await mailbox.delete(ANNA, [gone], for_good=True))[0].accepted
    assert [item.item_id for item in mailbox.in_folder(ANNA, Folder.DELETED)] == [kept.item_id]
    assert gone.item_id not in mailbox.items


async def test_a_server_that_leaves_the_draft_says_success_all_the_same(mailbox: FakeMailbox) -> None:
    ref = await saved(mailbox)
    mailbox.leaves_drafts = True
    assert (await mailbox.send(ANNA, [ref], CopyTo()))[0].accepted
    assert [item.item_id for item in mailbox.in_folder(ANNA, Folder.DRAFTS)] == [ref.item_id]


async def test_probing_ends_at_the_first_step_that_fails(mailbox: FakeMailbox) -> None:
    account = mailbox.accounts[ANNA]
    mailbox.probe_steps[2] = type(mailbox.probe_steps[2])("tls", passed=False, detail="unknown CA")
    steps = [step async for step in mailbox.probe(account, "secret")]
    assert [(step.name, step.passed) for step in steps] == [("name", True), ("connect", True), ("tls", False)]


async def test_a_moved_item_has_a_new_name_and_a_copied_one_two(mailbox: FakeMailbox) -> None:
    ref = await saved(mailbox)
    copied = (await mailbox.copy(ANNA, [ref], Place(Folder.DELETED)))[0]
    moved = await mailbox.move(ANNA, [ref, ItemRef("none")], Place(Folder.DELETED))
    assert copied.ref is not None
    assert moved[0].ref is not None
    assert len({ref.item_id, copied.ref.item_id, moved[0].ref.item_id}) == 3
    assert moved[1].verdict is Verdict.REFUSED
    assert len(mailbox.in_folder(ANNA, Folder.DELETED)) == 2
    assert mailbox.in_folder(ANNA, Folder.DRAFTS) == []


async def test_an_attachment_makes_the_change_key_new_and_comes_back(mailbox: FakeMailbox, tmp_path: Path) -> None:
    ref = await saved(mailbox)
    (tmp_path / "a").write_bytes(b"abc")
    answer = (await mailbox.attach(ANNA, ref, [NewAttachment("a", str(tmp_path / "a"))]))[0]
    item = (await mailbox.get(ANNA, [ref]))[0].item
    assert item is not None
    assert answer.outcome.ref == item.ref != ref
    assert [(one.attachment_id, one.size) for one in item.attachments] == [(answer.attachment_id, 3)]
    await mailbox.get_attachment(ANNA, ref, answer.attachment_id, str(tmp_path / "back"))
    assert (tmp_path / "back").read_bytes() == b"abc"
    assert (await mailbox.delete_attachments(ANNA, ref, [answer.attachment_id]))[0].outcome.accepted
    assert mailbox.items[ref.item_id].attachments == []


async def test_a_copy_in_another_mailbox_than_the_draft_leaves_the_draft(mailbox: FakeMailbox) -> None:
    ref = await saved(mailbox)
    assert (await mailbox.send(ANNA, [ref], CopyTo(CopyKind.PRINCIPAL_SENT, "sales@example.org")))[0].accepted
    assert len(mailbox.delivered) == 1
    assert [item.item_id for item in mailbox.in_folder(ANNA, Folder.DRAFTS)] == [ref.item_id]
    assert mailbox.in_place(ANNA, Place(Folder.SENT, "sales@example.org")) == []


async def test_a_sync_tells_each_item_once(mailbox: FakeMailbox) -> None:
    for number in range(3):
        await saved(mailbox, number)
    first = await mailbox.sync(ANNA, Place(Folder.DRAFTS), limit=2)
    rest = await mailbox.sync(ANNA, Place(Folder.DRAFTS), first.state)
    assert (len(first.changes), first.more, len(rest.changes), rest.more) == (2, True, 1, False)
