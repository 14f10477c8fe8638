"""Each element of a message has its rule, and what cannot be written is said in words before a request is made."""

from __future__ import annotations

import pytest

from app.domain.message import (
    BodyFormat,
    Content,
    Field,
    FlagStatus,
    FollowUp,
    Header,
    Options,
    Stage,
    changed_fields,
    gone_headers,
)
from app.domain.writable_fields import (
    ELEMENTS,
    WriteRule,
    may_be_written,
    refusal,
    refuse_fields,
    set_fields,
    value_problem,
)
from tests.conformance import schema

SPECIFIED = [
    "Sender",
    "ToRecipients",
    "CcRecipients",
    "BccRecipients",
    "IsReadReceiptRequested",
    "IsDeliveryReceiptRequested",
    "ConversationIndex",
    "ConversationTopic",
    "From",
    "InternetMessageId",
    "IsRead",
    "IsResponseRequested",
    "References",
    "ReplyTo",
    "ReceivedBy",
    "ReceivedRepresenting",
]


def test_each_element_of_message_type_has_a_rule() -> None:
    assert set(SPECIFIED) <= set(ELEMENTS)


def test_each_element_is_one_of_the_schema() -> None:
    schema.require()
    folder = schema.folder()
    assert folder is not None
    types = (folder / "types.xsd").read_text(encoding="utf-8-sig")
    for name in ELEMENTS:
        assert f'name="{name.partition(":")[0]}"' in types


def test_each_field_has_one_rule() -> None:
    assert sorted(element.field for element in ELEMENTS.values() if element.field is not None) == sorted(Field)


@pytest.mark.parametrize("name", ["IsRead", "ReceivedBy", "ReceivedRepresenting"])
@pytest.mark.parametrize("stage", Stage)
def test_what_is_the_servers_to_say_is_refused_at_every_stage(name: str, stage: Stage) -> None:
    words = refusal(ELEMENTS[name], stage)
    assert words is not None
    assert words.endswith("is for the server to say and cannot be set.")


@pytest.mark.parametrize("field", [Field.TO, Field.SENDER, Field.READ_RECEIPT, Field.REPLY_TO, Field.DEFERRED])
def test_what_is_locked_once_sent_may_be_written_before(field: Field) -> None:
    assert refuse_fields(Content(), [field], Stage.DRAFT) is None
    words = refuse_fields(Content(), [field], Stage.SENT)
    assert words is not None
    assert words.endswith("cannot be changed once the message has been sent.")


def test_what_belongs_to_creation_is_refused_afterwards() -> None:
    assert refuse_fields(Content(), [Field.CONVERSATION_TOPIC], Stage.NEW) is None
    assert refuse_fields(Content(), [Field.CONVERSATION_TOPIC], Stage.DRAFT) == (
        "The conversation can be set only when a draft is first saved."
    )


def test_what_is_always_writable_may_be_written_to_a_sent_message() -> None:
    always = [element for element in ELEMENTS.values() if element.rule is WriteRule.ALWAYS]
    assert all(may_be_written(element.rule, stage) for element in always for stage in Stage)
    assert {Field.CATEGORIES, Field.FOLLOW_UP} <= {element.field for element in always}


@pytest.mark.parametrize(
    ("options", "field"),
    [
        (Options(headers=(Header("X Y", "v"),)), Field.HEADERS),
        *((Options(headers=(Header("X-Y", f"v{sign}X-Z: w"),)), Field.HEADERS) for sign in "\r\n\x0b\x85\u2028\u2029"),
        (Options(headers=(Header("X-Y", "v\n"),)), Field.HEADERS),
        (Options(headers=(Header("", "v"),)), Field.HEADERS),
        (Options(headers=(Header("X-A", "v"), Header("Subject", "v"))), Field.HEADERS),
        (Options(headers=(Header("DKIM-Signature", "v"),)), Field.HEADERS),
        (Options(headers=(Header("X-Y", "one\r\nBcc: two"),)), Field.HEADERS),
        (Options(deferred=float("inf")), Field.DEFERRED),
        (Options(deferred=-1.0), Field.DEFERRED),
        (Options(reminder=float("nan")), Field.REMINDER),
        (Options(follow_up=FollowUp(FlagStatus.FLAGGED, due=1e18)), Field.FOLLOW_UP),
        (Options(follow_up=FollowUp(FlagStatus.FLAGGED, start=200.0, due=100.0)), Field.FOLLOW_UP),
    ],
)
def test_a_value_that_no_server_can_keep_is_named(options: Options, field: Field) -> None:
    assert value_problem(Content(options=options), field)
    assert refuse_fields(Content(options=options), [field], Stage.NEW) == value_problem(Content(options=options), field)


def test_changed_fields_name_options_one_by_one() -> None:
    before = Content(options=Options(read_receipt=True, categories=("Blue",)))
    after = Content(options=Options(read_receipt=True, categories=("Blue", "Red"), deferred=5.0))
    assert changed_fields(before, after) == {Field.CATEGORIES, Field.DEFERRED}
    assert changed_fields(after, after) == frozenset()


def test_a_body_of_another_format_is_a_changed_body() -> None:
    assert changed_fields(Content(), Content(body_format=BodyFormat.HTML)) == {Field.BODY}


def test_set_fields_name_what_says_something() -> None:
    assert set_fields(Content(subject="x", options=Options(in_reply_to="<a>"))) == {Field.SUBJECT, Field.IN_REPLY_TO}


def test_headers_that_are_no_more_are_named_whatever_their_case() -> None:
    before = Content(options=Options(headers=(Header("X-One", "1"), Header("X-Two", "2"))))
    after = Content(options=Options(headers=(Header("x-one", "3"),)))
    assert gone_headers(before, after) == ("X-Two",)
