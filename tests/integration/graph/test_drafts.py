"""Drafts over Graph: made, changed field by field, moved, fenced, sent, each with a truthful outcome."""

from __future__ import annotations

import time

import pytest
from msgspec.structs import replace

from app.backends.ews.backend import EwsBackend
from app.backends.graph.backend import GraphBackend
from app.domain.account import Account
from app.domain.listing import Folder, Place
from app.domain.message import (
    AccountId,
    BodyFormat,
    Content,
    DraftUpdate,
    Field,
    FlagStatus,
    FollowUp,
    Header,
    Importance,
    ItemRef,
    Options,
    Sensitivity,
    changed_fields,
)
from app.domain.outcome import Verdict
from app.domain.recipient import Recipient
from app.domain.record import CopyKind, CopyTo
from tests.integration.ews.conftest import draft, job
from tests.sandbox_fixture import RunningSandbox

OWN = CopyTo(CopyKind.OWN_SENT)
DAY = 86_400.0
SOON = float(int(time.time()) + 5 * 86_400)

FULL = Content(
    to=(Recipient("james.okafor@contoso.com", "James Okafor"),),
    cc=(Recipient("priya.natarajan@contoso.com", "Priya Natarajan"),),
    bcc=(Recipient("someone@fabrikam.com", "Some One"),),
    subject="All that can be said",
    body="<html><body><p>Dear <b>James</b></p></body></html>",
    body_format=BodyFormat.HTML,
    importance=Importance.HIGH,
    options=Options(
        sensitivity=Sensitivity.CONFIDENTIAL,
        categories=("Project", "Blue"),
        follow_up=FollowUp(FlagStatus.FLAGGED, SOON, SOON + DAY),
        in_reply_to="<first@contoso.com>",
        references="<zero@contoso.com> <first@contoso.com>",
        reply_to=(Recipient("desk@contoso.com", "The desk"),),
        read_receipt=True,
        delivery_receipt=True,
        response_requested=True,
        headers=(Header("X-Case", "4711"),),
        reminder=SOON,
    ),
)


def listed(sandbox: RunningSandbox, folder: Folder, who: str = "clara.fontaine") -> list[str]:
    """Return the subjects in a folder, as EWS shows them."""
    person = sandbox.account(who)
    account = Account(AccountId("e"), person["address"], sandbox.url, person["user"], ca_file=sandbox.ca_file)
    backend = EwsBackend(account, person["password"])
    try:
        return [row.subject for row in backend.list_folder(folder, 0, 50, job()).rows]
    finally:
        backend.close()


def saved(graph: GraphBackend, content: Content | None = None) -> ItemRef:
    outcome = graph.save([draft(content)], job())[0]
    assert outcome.ref is not None, outcome
    return outcome.ref


def read(graph: GraphBackend, ref: ItemRef) -> Content:
    answer = graph.get([ref], job())[0]
    assert answer.item is not None, answer.outcome
    return answer.item.content


def test_every_field_comes_back_as_it_was_meant(graph: GraphBackend) -> None:
    new = draft(FULL)
    ref = graph.save([new], job())[0].ref
    assert ref is not None
    item = graph.get([ref], job())[0].item
    assert item is not None
    assert (item.local_id, item.message_id, item.is_draft) == (new.local_id, new.message_id, True)
    there = item.content
    assert "<b>James</b>" in there.body
    assert changed_fields(there, FULL) - {Field.BODY} == set()


@pytest.mark.parametrize(
    "after",
    [
        replace(FULL, subject="Another"),
        replace(FULL, to=(Recipient("maya.chen@contoso.com", "Maya Chen"),), bcc=()),
        replace(FULL, body="Plain now", body_format=BodyFormat.TEXT),
        replace(FULL, options=replace(FULL.options, sensitivity=Sensitivity.NORMAL, categories=())),
        replace(FULL, options=replace(FULL.options, follow_up=FollowUp(), reminder=0.0, response_requested=False)),
        replace(FULL, options=replace(FULL.options, in_reply_to="", references="", reply_to=(), read_receipt=False)),
    ],
)
def test_an_update_writes_the_changed_fields_alone(graph: GraphBackend, after: Content) -> None:
    ref = saved(graph, FULL)
    fields = changed_fields(FULL, after)
    outcome = graph.update([DraftUpdate(ref, after, fields)], job())[0]
    assert outcome.ref is not None, outcome
    assert outcome.ref.item_id == ref.item_id
    assert outcome.ref.change_key != ref.change_key
    there = read(graph, ref)
    assert changed_fields(there, after) - {Field.BODY} == set()
    assert ("Plain now" in there.body) == (after.body == "Plain now")


def test_a_stale_version_is_a_conflict(graph: GraphBackend) -> None:
    ref = saved(graph)
    first, second = (DraftUpdate(ref, Content(subject=one), frozenset({Field.SUBJECT})) for one in ("first", "second"))
    assert graph.update([first], job())[0].accepted
    outcome = graph.update([second], job())[0]
    assert (outcome.verdict, outcome.code) == (Verdict.REFUSED, "ErrorIrresolvableConflict")
    assert read(graph, ref).subject == "first"


@pytest.mark.parametrize("after", [False, True], ids=["before the deed", "after the deed"])
def test_a_conflict_without_a_version_says_nothing_of_what_was_done(
    graph: GraphBackend, sandbox: RunningSandbox, after: bool
) -> None:
    """The store loses races with itself: such a 412 is no answer, because nothing was named that could be stale."""
    refs = [saved(graph) for _ in range(3)]
    rule = {"action": "code", "code": "ErrorIrresolvableConflict", "after": after}
    sandbox.faults([{"operation": "*", "nth": "every", **rule}])
    update = DraftUpdate(ItemRef(refs[2].item_id), Content(subject="Other"), frozenset({Field.SUBJECT}))
    outcomes = [
        *graph.save([draft()], job()),
        *graph.send(refs[:1], OWN, job()),
        *graph.delete(refs[1:2], False, job()),
        *graph.update([update], job()),
    ]
    assert [one.verdict for one in outcomes] == [Verdict.UNKNOWN] * 4
    sandbox.faults([{"operation": "GraphUpdateMessage", **rule}])
    versioned = DraftUpdate(refs[2], Content(subject="Third"), frozenset({Field.SUBJECT}))
    assert graph.update([versioned], job())[0].verdict is Verdict.REFUSED
    assert listed(sandbox, Folder.SENT).count("Hello") == int(after)


def test_a_send_is_taken_and_no_more_is_said(graph: GraphBackend, sandbox: RunningSandbox) -> None:
    ref = saved(graph)
    outcome = graph.send([ref], OWN, job())[0]
    assert (outcome.verdict, outcome.taken, outcome.accepted) == (Verdict.TAKEN, True, False)
    assert "Hello" in listed(sandbox, Folder.SENT)


def test_after_a_fence_the_old_name_sends_nothing(graph: GraphBackend, sandbox: RunningSandbox) -> None:
    ref = saved(graph)
    fenced = graph.fence(ref, job())[0]
    assert fenced.ref is not None
    assert fenced.ref.item_id != ref.item_id
    late = graph.send([ref], OWN, job())[0]
    assert (late.verdict, late.code) == (Verdict.UNKNOWN, "ErrorItemNotFound"), "it says to look, not that it is gone"
    assert "Hello" not in listed(sandbox, Folder.SENT)
    assert graph.send([fenced.ref], OWN, job())[0].taken


def test_a_message_to_nobody_is_refused_and_stays(graph: GraphBackend) -> None:
    ref = saved(graph, Content(subject="To nobody"))
    outcome = graph.send([ref], OWN, job())[0]
    assert (outcome.verdict, outcome.code) == (Verdict.REFUSED, "ErrorInvalidRecipients")
    assert read(graph, ref).subject == "To nobody"


def test_moving_copying_and_deleting_tell_the_new_name(graph: GraphBackend) -> None:
    ref = saved(graph)
    copy = graph.copy([ref], Place(Folder.DRAFTS), job())[0]
    moved = graph.move([ref], Place(Folder.INBOX), job())[0]
    assert copy.ref is not None
    assert moved.ref is not None
    assert len({ref.item_id, copy.ref.item_id, moved.ref.item_id}) == 3
    assert graph.get([ref], job())[0].outcome.code == "ErrorItemNotFound"
    gone = graph.delete([moved.ref], False, job())[0]
    assert gone.ref is not None
    assert read(graph, gone.ref).subject == "Hello"
    assert graph.delete([gone.ref], True, job())[0].accepted
    assert graph.get([gone.ref], job())[0].outcome.verdict is Verdict.REFUSED


def test_nothing_goes_to_anothers_mailbox_by_a_move(graph: GraphBackend, sandbox: RunningSandbox) -> None:
    ref = saved(graph)
    asked = len(sandbox.journal())
    outcome = graph.move([ref], Place(Folder.DRAFTS, "team@contoso.com"), job())[0]
    assert outcome.verdict is Verdict.REFUSED
    assert len(sandbox.journal()) == asked


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (Content(options=Options(headers=(Header("Case", "1"),))), "x-"),
        (Content(options=Options(headers=tuple(Header(f"X-{n}", "1") for n in range(6)))), "5 headers"),
        (Content(options=Options(submitter=Recipient("a@contoso.com"))), "who sent"),
    ],
)
def test_what_graph_cannot_carry_is_refused_in_words(
    graph: GraphBackend, sandbox: RunningSandbox, content: Content, words: str
) -> None:
    outcome = graph.save([draft(content)], job())[0]
    assert outcome.verdict is Verdict.REFUSED
    assert outcome.words is not None
    assert words in outcome.words.message_text
    assert sandbox.journal("GraphCreateMessage") == []


def test_a_message_without_a_copy_goes_by_sendmail(graph: GraphBackend, sandbox: RunningSandbox) -> None:
    ref = saved(graph)
    outcome = graph.send([ref], CopyTo(CopyKind.NONE), job())[0]
    assert outcome.taken, outcome
    assert "Hello" not in [*listed(sandbox, Folder.SENT), *listed(sandbox, Folder.DRAFTS)]
    assert "Hello" in listed(sandbox, Folder.INBOX, "james.okafor")
