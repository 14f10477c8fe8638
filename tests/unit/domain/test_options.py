"""Options are edited one by one, rest in the journal, and messages written before there were any stay readable."""

from __future__ import annotations

import msgspec

from app.domain.edits import Edit, OptionSet, Replica
from app.domain.message import OPTION_FIELDS, Content, Field, FlagStatus, FollowUp, Header, Options, Sensitivity
from app.domain.recipient import Recipient
from app.domain.same_message import same_message
from app.storage import codec

FULL = Options(
    sensitivity=Sensitivity.PRIVATE,
    categories=("Blue",),
    follow_up=FollowUp(FlagStatus.FLAGGED, 100.0, 200.0),
    in_reply_to="<a@b>",
    references="<a@b> <c@d>",
    reply_to=(Recipient("desk@contoso.com"),),
    read_receipt=True,
    delivery_receipt=True,
    response_requested=True,
    headers=(Header("X-Case", "17"),),
    deferred=1_900_000_000.0,
    submitter=Recipient("anna@contoso.com"),
    conversation_index=b"\x01\x02",
    conversation_topic="Prices",
    reminder=1_900_003_600.0,
)


def test_each_option_is_set_by_its_own_edit_and_no_other_is_touched() -> None:
    replica = Replica(Content(subject="Hello"))
    for field in sorted(OPTION_FIELDS):
        before = replica.content()
        replica.apply(OptionSet(field, FULL))
        after = replica.content()
        assert {name for name in Field if before.value(name) != after.value(name)} == {field}
    assert replica.content() == Content(subject="Hello", options=FULL)


def test_an_option_is_cleared_by_an_edit_with_nothing_in_it() -> None:
    replica = Replica(Content(options=FULL))
    replica.apply(OptionSet(Field.CATEGORIES, Options()))
    assert replica.options == msgspec.structs.replace(FULL, categories=())


def test_an_edit_of_a_field_that_is_no_option_changes_nothing() -> None:
    replica = Replica(Content(subject="Hello"))
    replica.apply(OptionSet(Field.SUBJECT, FULL))
    assert replica.content() == Content(subject="Hello")


def test_options_come_back_from_the_journal_as_they_went_in() -> None:
    content = Content(subject="x", options=FULL)
    assert codec.read_content(codec.blob(content)) == content
    edit: Edit = OptionSet(Field.HEADERS, FULL)
    assert codec.read_edit(codec.pack(edit, Edit)[1]) == edit


def test_a_message_written_before_there_were_options_is_read() -> None:
    old = msgspec.msgpack.encode({"subject": "Old", "body": "text", "importance": "High"})
    content = codec.read_content(old)
    assert (content.subject, content.options) == ("Old", Options())


def test_an_option_changed_elsewhere_is_a_change_and_the_servers_conversation_is_none() -> None:
    ours = Content(options=FULL)
    assert not same_message(ours, Content(options=msgspec.structs.replace(FULL, read_receipt=False)))
    theirs = msgspec.structs.replace(FULL, submitter=None, conversation_index=b"", conversation_topic="")
    assert same_message(ours, Content(options=theirs))
