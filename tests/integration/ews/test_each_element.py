"""Each element of a message is set, changed, read back and shown where that is allowed, and else refused in words.

One row of the table for each rule of `domain/writable_fields.py`; an element without a row fails.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pytest
from msgspec.structs import replace

from app.backends.ews.backend import EwsBackend
from app.core.formatting import exact_time, full_date
from app.domain.account import Account
from app.domain.listing import Folder
from app.domain.message import (
    AccountId,
    BodyFormat,
    Content,
    DraftUpdate,
    Fetched,
    FlagStatus,
    FollowUp,
    Header,
    Importance,
    ItemRef,
    Options,
    Sensitivity,
    Stage,
)
from app.domain.outcome import LOCAL, Outcome
from app.domain.recipient import Recipient
from app.domain.record import CopyTo
from app.domain.writable_fields import ELEMENTS, Element, WriteRule, may_be_written, refusal
from app.services.text.message_details import details_of
from tests.integration.ews.conftest import draft, job, message
from tests.sandbox_fixture import RunningSandbox

CLARA, JAMES = (
    Recipient("clara.fontaine@contoso.com", "Clara Fontaine"),
    Recipient("james.okafor@contoso.com", "James Okafor"),
)
PRIYA, SALES = Recipient("priya.natarajan@contoso.com", "Priya Natarajan"), Recipient("sales@contoso.com", "Sales")
WHEN = 1_900_000_000.0
INDEX = bytes(range(22))


class Case(NamedTuple):
    """What is set, what of the item tells it, and the line in which it is shown; "" where the text or subject is."""

    content: Content
    value: Callable[[Fetched], object]
    label: str = ""
    words: str = ""


def with_options(**options: object) -> Content:
    return replace(message(), options=Options(**options))  # type: ignore[arg-type] # one of its fields


def addresses(people: tuple[Recipient, ...]) -> list[str]:
    return [one.address for one in people]


FLAG = FollowUp(FlagStatus.FLAGGED, WHEN, WHEN + 86_400)
CASES: dict[str, Case] = {
    "Subject": Case(replace(message(), subject="Prices"), lambda item: item.content.subject),
    "Body": Case(
        replace(message(), body="<p>Dear</p>", body_format=BodyFormat.HTML),
        lambda item: ("Dear" in item.content.body, item.content.body_format),
    ),
    "Importance": Case(
        replace(message(), importance=Importance.HIGH), lambda item: item.content.importance, "Importance", "High"
    ),
    "Sensitivity": Case(
        with_options(sensitivity=Sensitivity.CONFIDENTIAL),
        lambda item: item.content.options.sensitivity,
        "Sensitivity",
        "Confidential",
    ),
    "Categories": Case(
        with_options(categories=("Blue", "Grün")),
        lambda item: item.content.options.categories,
        "Categories",
        "Blue, Grün",
    ),
    "Flag": Case(
        with_options(follow_up=FLAG),
        lambda item: item.content.options.follow_up,
        "Follow-up flag",
        f"Flagged, starts {full_date(WHEN)}, due {full_date(WHEN + 86_400)}",
    ),
    "ReminderDueBy": Case(
        with_options(reminder=WHEN), lambda item: item.content.options.reminder, "Reminder", exact_time(WHEN)
    ),
    "InReplyTo": Case(
        with_options(in_reply_to="<first@contoso.com>"),
        lambda item: item.content.options.in_reply_to,
        "In reply to",
        "<first@contoso.com>",
    ),
    "ExtendedProperty:InternetHeaders": Case(
        with_options(headers=(Header("X-Case", "17: a"),)), lambda item: item.content.options.headers, "X-Case", "17: a"
    ),
    "ExtendedProperty:0x3FEF": Case(
        with_options(deferred=WHEN), lambda item: item.content.options.deferred, "Goes at", exact_time(WHEN)
    ),
    "Sender": Case(
        with_options(submitter=CLARA),
        lambda item: item.submitter and item.submitter.address,
        "Sender",
        "Clara Fontaine <clara.fontaine@contoso.com>",
    ),
    "ToRecipients": Case(
        replace(message(), to=(JAMES, PRIYA)),
        lambda item: addresses(item.content.to),
        "To",
        "James Okafor <james.okafor@contoso.com>; Priya Natarajan <priya.natarajan@contoso.com>",
    ),
    "CcRecipients": Case(
        replace(message(), cc=(PRIYA,)),
        lambda item: addresses(item.content.cc),
        "Cc",
        "Priya Natarajan <priya.natarajan@contoso.com>",
    ),
    "BccRecipients": Case(
        replace(message(), bcc=(PRIYA,)),
        lambda item: addresses(item.content.bcc),
        "Bcc",
        "Priya Natarajan <priya.natarajan@contoso.com>",
    ),
    "IsReadReceiptRequested": Case(
        with_options(read_receipt=True), lambda item: item.content.options.read_receipt, "Read receipt", "Asked for"
    ),
    "IsDeliveryReceiptRequested": Case(
        with_options(delivery_receipt=True),
        lambda item: item.content.options.delivery_receipt,
        "Delivery receipt",
        "Asked for",
    ),
    "ConversationIndex": Case(
        with_options(conversation_index=INDEX),
        lambda item: item.conversation_index,
        "Place in the conversation",
        INDEX.hex(" ", 4),
    ),
    "ConversationTopic": Case(
        with_options(conversation_topic="Prices"), lambda item: item.conversation_topic, "Conversation", "Prices"
    ),
    "From": Case(
        replace(message(), sender=SALES),
        lambda item: item.content.sender and item.content.sender.address,
        "From",
        "Sales <sales@contoso.com>",
    ),
    "IsResponseRequested": Case(
        with_options(response_requested=True),
        lambda item: item.content.options.response_requested,
        "Answer",
        "Asked for",
    ),
    "References": Case(
        with_options(references="<zero@contoso.com> <first@contoso.com>"),
        lambda item: item.content.options.references,
        "References",
        "<zero@contoso.com> <first@contoso.com>",
    ),
    "ReplyTo": Case(
        with_options(reply_to=(PRIYA,)),
        lambda item: addresses(item.content.options.reply_to),
        "Reply to",
        "Priya Natarajan <priya.natarajan@contoso.com>",
    ),
}
TOLD_BY_THE_SERVER: dict[str, tuple[Callable[[Fetched], object], object, str, str]] = {
    "IsRead": (lambda item: item.is_read, False, "Read", "No"),
    "ReceivedBy": (
        lambda item: item.received_by and item.received_by.address,
        JAMES.address,
        "Received by",
        "James Okafor <james.okafor@contoso.com>",
    ),
    "ReceivedRepresenting": (
        lambda item: item.received_representing and item.received_representing.address,
        JAMES.address,
        "Received for",
        "James Okafor <james.okafor@contoso.com>",
    ),
}


def wanted(case: Case) -> object:
    """Return what the item is to tell: what it would tell if it were made of the content itself."""
    options = case.content.options
    return case.value(
        Fetched(
            ItemRef(""),
            case.content,
            submitter=options.submitter,
            conversation_index=options.conversation_index,
            conversation_topic=options.conversation_topic,
        )
    )


def settable(*, at: Stage, allowed: bool) -> list[str]:
    return [name for name in CASES if may_be_written(ELEMENTS[name].rule, at) is allowed]


def element(name: str) -> Element:
    return ELEMENTS[name]


def saved(backend: EwsBackend, content: Content) -> ItemRef:
    outcome = backend.save([draft(content)], job())[0]
    assert outcome.ref is not None, outcome
    return outcome.ref


def sent(backend: EwsBackend) -> ItemRef:
    one = draft(replace(message(), subject="It went"))
    ref = backend.save([one], job())[0].ref
    assert ref is not None
    assert backend.send([ref], CopyTo(), job())[0].accepted
    return next(row.ref for row in backend.list_folder(Folder.SENT, 0, 5, job()).rows if row.local_id == one.local_id)


def read(backend: EwsBackend, ref: ItemRef) -> Fetched:
    item = backend.get([ref], job())[0].item
    assert item is not None
    return item


def update(backend: EwsBackend, ref: ItemRef, name: str, stage: Stage) -> Outcome:
    field = element(name).field
    assert field is not None
    return backend.update([DraftUpdate(ref, CASES[name].content, frozenset({field}), stage=stage)], job())[0]


def lines(item: Fetched) -> list[tuple[str, str]]:
    return details_of(item.content, item, CLARA)


def test_each_element_has_its_row() -> None:
    assert {*CASES, *TOLD_BY_THE_SERVER, "InternetMessageId"} == set(ELEMENTS)


@pytest.mark.parametrize("name", CASES)
def test_it_is_set_with_a_new_draft_read_back_and_shown(backend: EwsBackend, name: str) -> None:
    case = CASES[name]
    item = read(backend, saved(backend, case.content))
    assert case.value(item) == wanted(case)
    if case.label:
        assert (case.label, case.words) in lines(item)


@pytest.mark.parametrize("name", settable(at=Stage.DRAFT, allowed=True))
def test_it_is_changed_in_a_draft_and_read_back(backend: EwsBackend, name: str) -> None:
    outcome = update(backend, saved(backend, message()), name, Stage.DRAFT)
    assert outcome.ref is not None, outcome
    assert CASES[name].value(read(backend, outcome.ref)) == wanted(CASES[name])


@pytest.mark.parametrize("name", settable(at=Stage.SENT, allowed=True))
def test_it_is_changed_in_a_sent_message_and_read_back(backend: EwsBackend, name: str) -> None:
    outcome = update(backend, sent(backend), name, Stage.SENT)
    assert outcome.ref is not None, outcome
    assert CASES[name].value(read(backend, outcome.ref)) == wanted(CASES[name])


@pytest.mark.parametrize(
    ("name", "stage"),
    [(name, stage) for stage in (Stage.DRAFT, Stage.SENT) for name in settable(at=stage, allowed=False)],
)
def test_it_is_refused_in_words_before_a_request_where_it_cannot_be_changed(
    backend: EwsBackend, sandbox: RunningSandbox, name: str, stage: Stage
) -> None:
    ref = saved(backend, message())
    before = len(sandbox.journal())
    outcome = update(backend, ref, name, stage)
    assert outcome.words is not None
    assert (outcome.words.response_class, outcome.words.message_text) == (LOCAL, refusal(element(name), stage))
    assert outcome.words.message_text.endswith(".")
    assert len(sandbox.journal()) == before


def test_the_message_id_is_set_with_a_new_draft_and_is_no_field_of_any_update(backend: EwsBackend) -> None:
    one = draft()
    ref = backend.save([one], job())[0].ref
    assert ref is not None
    item = read(backend, ref)
    assert item.message_id == one.message_id
    assert ("Message-ID", one.message_id) in lines(item)
    assert element("InternetMessageId").rule is WriteRule.ON_CREATE
    assert element("InternetMessageId").field is None


@pytest.mark.parametrize("name", TOLD_BY_THE_SERVER)
def test_what_is_the_servers_to_say_is_read_where_it_arrived_and_shown(
    backend: EwsBackend, sandbox: RunningSandbox, name: str
) -> None:
    one = draft(replace(message(), subject="It arrives"))
    ref = backend.save([one], job())[0].ref
    assert ref is not None
    assert backend.send([ref], CopyTo(), job())[0].accepted
    theirs = sandbox.account("james.okafor")
    account = Account(AccountId("j"), theirs["address"], sandbox.url, theirs["user"], ca_file=sandbox.ca_file)
    other = EwsBackend(account, theirs["password"])
    rows = other.list_folder(Folder.INBOX, 0, 5, job()).rows
    item = read(other, next(row.ref for row in rows if row.subject == "It arrives"))
    other.close()
    value, expected, label, words = TOLD_BY_THE_SERVER[name]
    assert value(item) == expected
    assert (label, words) in lines(item)
    assert all(refusal(element(name), stage) is not None for stage in Stage)
