"""Every element of a message is set and read back over the wire; what cannot be set is refused before a request."""

from __future__ import annotations

import msgspec
import pytest

from app.backends.ews.backend import EwsBackend
from app.domain.listing import Folder, Place
from app.domain.message import (
    OPTION_FIELDS,
    Content,
    DraftUpdate,
    Fetched,
    Field,
    FlagStatus,
    FollowUp,
    Header,
    ItemRef,
    Options,
    Sensitivity,
    Stage,
)
from app.domain.outcome import LOCAL, Outcome, Verdict
from app.domain.recipient import Recipient
from app.domain.record import CopyTo
from app.domain.same_message import same_message
from app.domain.writable_fields import set_fields
from tests.integration.ews.conftest import draft, job, message
from tests.sandbox_fixture import RunningSandbox

FULL = Options(
    sensitivity=Sensitivity.CONFIDENTIAL,
    categories=("Blue", "Gr\u00fcn"),
    follow_up=FollowUp(FlagStatus.FLAGGED, 1_900_000_000.0, 1_900_086_400.0),
    in_reply_to="<first@contoso.com>",
    references="<zero@contoso.com> <first@contoso.com>",
    reply_to=(Recipient("priya.natarajan@contoso.com"), Recipient("desk@elsewhere.example")),
    read_receipt=True,
    delivery_receipt=True,
    response_requested=True,
    headers=(Header("X-Case", "17: a"), Header("X-Team", "Sales")),
    deferred=1_900_000_000.0,
    submitter=Recipient("clara.fontaine@contoso.com", "Clara Fontaine"),
    conversation_index=bytes(range(22)),
    conversation_topic="Prices",
    reminder=1_900_003_600.0,
)
READ_BACK = msgspec.structs.replace(FULL, submitter=None, conversation_index=b"", conversation_topic="")


def with_options(options: Options) -> Content:
    return msgspec.structs.replace(message(), options=options)


def saved(backend: EwsBackend, content: Content) -> ItemRef:
    outcome = backend.save([draft(content)], job())[0]
    assert outcome.ref is not None, outcome
    return outcome.ref


def read(backend: EwsBackend, ref: ItemRef) -> Fetched:
    item = backend.get([ref], job())[0].item
    assert item is not None
    return item


def said(outcome: Outcome) -> tuple[str, str]:
    assert outcome.words is not None
    return outcome.words.response_class, outcome.words.message_text


def test_every_field_set_on_create_is_read_back(backend: EwsBackend) -> None:
    item = read(backend, saved(backend, with_options(FULL)))
    assert same_message(item.content, with_options(FULL))
    assert item.content.options.headers == FULL.headers
    assert item.content.options.categories == FULL.categories
    assert item.submitter is not None
    assert item.submitter.address == "clara.fontaine@contoso.com"
    assert (item.conversation_index, item.conversation_topic) == (FULL.conversation_index, "Prices")
    assert (item.received_by, item.received_representing) == (None, None)
    assert item.created > 0
    assert item.size > 0


@pytest.mark.parametrize("field", sorted(OPTION_FIELDS & set_fields(Content(options=READ_BACK))))
def test_every_field_is_set_by_an_update_and_cleared_by_another(backend: EwsBackend, field: Field) -> None:
    ref = saved(backend, message())
    wanted = with_options(READ_BACK)
    outcome = backend.update([DraftUpdate(ref, wanted, frozenset({field}))], job())[0]
    assert outcome.ref is not None, outcome
    only = msgspec.structs.replace(Options(), **{field.value: wanted.value(field)})
    assert same_message(read(backend, outcome.ref).content, with_options(only))
    gone = tuple(header.name for header in READ_BACK.headers) if field is Field.HEADERS else ()
    update = DraftUpdate(outcome.ref, message(), frozenset({field}), gone_headers=gone)
    outcome = backend.update([update], job())[0]
    assert outcome.ref is not None, outcome
    assert same_message(read(backend, outcome.ref).content, message())


def test_a_completed_flag_keeps_its_day(backend: EwsBackend) -> None:
    done = Options(follow_up=FollowUp(FlagStatus.COMPLETE, completed=1_900_000_000.0))
    assert read(backend, saved(backend, with_options(done))).content.options.follow_up == done.follow_up


def test_custom_headers_go_out_and_our_list_of_them_does_not(backend: EwsBackend, sandbox: RunningSandbox) -> None:
    ref = saved(backend, with_options(Options(headers=FULL.headers)))
    assert backend.send([ref], CopyTo(), job())[0].accepted
    body = sandbox.journal("CreateItem", bodies=True)[0]["body"]
    assert body.count('PropertyName="X-Case"') == 1
    assert body.count("MailwrightHeaders") == 1
    assert len(sandbox.deliveries()) == 1


def test_a_deferred_message_waits_in_the_outbox(backend: EwsBackend, sandbox: RunningSandbox) -> None:
    ref = saved(backend, with_options(Options(deferred=FULL.deferred)))
    assert backend.send([ref], CopyTo(), job())[0].accepted
    assert sandbox.deliveries() == []
    (row,) = backend.list_folder(Folder.OUTBOX, 0, 10, job()).rows
    assert (row.subject, row.deferred) == ("Hello", FULL.deferred)


def test_one_that_waits_there_is_taken_back_by_moving_it(backend: EwsBackend, sandbox: RunningSandbox) -> None:
    ref = saved(backend, with_options(Options(deferred=FULL.deferred)))
    assert backend.send([ref], CopyTo(), job())[0].accepted
    (row,) = backend.list_folder(Folder.OUTBOX, 0, 10, job()).rows
    assert backend.move([row.ref], Place(Folder.DRAFTS), job())[0].accepted
    assert backend.list_folder(Folder.OUTBOX, 0, 10, job()).rows == ()
    assert "Hello" in [one.subject for one in backend.list_folder(Folder.DRAFTS, 0, 5, job()).rows]
    assert sandbox.deliveries() == []


def test_a_field_that_is_locked_is_refused_in_words_and_the_others_are_written(
    backend: EwsBackend, sandbox: RunningSandbox
) -> None:
    one, two = saved(backend, message()), saved(backend, message())
    locked = DraftUpdate(one, message(to="ben@contoso.com"), frozenset({Field.TO}), stage=Stage.SENT)
    good = DraftUpdate(two, message("Other"), frozenset({Field.SUBJECT}))
    outcomes = backend.update([locked, good], job())
    assert [outcome.verdict for outcome in outcomes] == [Verdict.REFUSED, Verdict.ACCEPTED]
    assert said(outcomes[0]) == (LOCAL, "To cannot be changed once the message has been sent.")
    assert [entry["items"] for entry in sandbox.journal("UpdateItem")] == [1]


def test_a_value_no_server_can_keep_makes_no_request(backend: EwsBackend, sandbox: RunningSandbox) -> None:
    bad = with_options(Options(headers=(Header("X-A", "x\r\nBcc: y@z"),)))
    outcome = backend.save([draft(bad)], job())[0]
    assert (outcome.verdict, said(outcome)) == (Verdict.REFUSED, (LOCAL, "The header X-A must be one line."))
    assert sandbox.journal() == []
