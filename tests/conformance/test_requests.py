"""Every request that the EWS backend makes is valid against Exchange's own schema, whatever is in the message."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from app.backends.ews import attachments, conversations, directory, folders, requests
from app.backends.ews.soap_client import CULTURES
from app.backends.ews.xml import Element, envelope
from app.domain.listing import Folder, Mark, Place
from app.domain.message import (
    BodyFormat,
    Content,
    DraftUpdate,
    Field,
    FlagStatus,
    FollowUp,
    Header,
    Importance,
    ItemRef,
    LocalId,
    NewAttachment,
    NewDraft,
    Options,
    Sensitivity,
)
from app.domain.original import OriginalMark, Verb
from app.domain.people import PERSONAL_LIST
from app.domain.recipient import Recipient
from app.domain.record import CopyKind, CopyTo
from app.domain.writable_fields import LATEST
from tests.conformance import schema

ANY_TEXT = st.text(st.characters(), max_size=40)
RECIPIENTS = st.lists(
    st.builds(Recipient, address=ANY_TEXT, name=ANY_TEXT, routing=st.sampled_from(["SMTP", "EX", ""])), max_size=3
).map(tuple)
MOMENTS = st.floats(0, LATEST - 1)
OPTIONS = st.builds(
    Options,
    sensitivity=st.sampled_from(Sensitivity),
    categories=st.lists(ANY_TEXT, max_size=3).map(tuple),
    follow_up=st.builds(FollowUp, status=st.sampled_from(FlagStatus), start=MOMENTS, due=MOMENTS, completed=MOMENTS),
    in_reply_to=ANY_TEXT,
    references=ANY_TEXT,
    reply_to=RECIPIENTS,
    read_receipt=st.booleans(),
    delivery_receipt=st.booleans(),
    response_requested=st.booleans(),
    headers=st.lists(st.builds(Header, name=ANY_TEXT, value=ANY_TEXT), max_size=3).map(tuple),
    deferred=MOMENTS,
    submitter=st.none() | st.builds(Recipient, address=ANY_TEXT, name=ANY_TEXT),
    conversation_index=st.binary(max_size=30),
    conversation_topic=ANY_TEXT,
)
CONTENTS = st.builds(
    Content,
    options=OPTIONS,
    sender=st.none() | st.builds(Recipient, address=ANY_TEXT.filter(bool), name=ANY_TEXT),
    to=RECIPIENTS,
    cc=RECIPIENTS,
    bcc=RECIPIENTS,
    subject=ANY_TEXT,
    body=ANY_TEXT,
    body_format=st.sampled_from(BodyFormat),
    importance=st.sampled_from(Importance),
)
REFS = [ItemRef("AAMk", "CQAA"), ItemRef("AAMl", "")]
NEW = NewDraft(LocalId("n" * 32), "<n@example.org>", Content(subject="Hello"), "sales@example.org")
CHANGED = DraftUpdate(REFS[0], Content(subject="Hello"), frozenset({Field.SUBJECT}))
SALES = Place(Folder.SENT, "sales@example.org")
PROJECTS = Place(Folder.SENT, folder_id="AAMkF")
COPIES = [
    CopyTo(),
    CopyTo(CopyKind.NONE),
    CopyTo(CopyKind.PRINCIPAL_SENT, "sales@example.org"),
    CopyTo(CopyKind.FOLDER, folder_id="AAMkF"),
]
MARKS = [Mark("a" * 32, "<a@example.org>"), Mark("b" * 32, "")]


def sent(request: Element) -> etree._Element:
    """What goes over the wire, read back."""
    return etree.fromstring(envelope(request, culture="en-GB"))


def must_be_valid(request: Element) -> None:
    schema.require()
    assert schema.complaints(sent(request)) == []


@given(content=CONTENTS)
@settings(max_examples=150, deadline=None)
def test_a_new_draft_of_any_content_is_a_valid_request(content: Content) -> None:
    must_be_valid(requests.create_items([NewDraft(LocalId("c" * 32), "<c@example.org>", content)] * 2))


@given(content=CONTENTS, fields=st.sets(st.sampled_from(Field), min_size=1))
@settings(max_examples=150, deadline=None)
def test_an_update_of_any_fields_is_a_valid_request(content: Content, fields: set[Field]) -> None:
    must_be_valid(requests.update_items([DraftUpdate(REFS[0], content, frozenset(fields))] * 2))
    must_be_valid(requests.update_items([DraftUpdate(REFS[0], content, frozenset(fields), "c" * 32, ("X-Gone",))]))


def test_a_mark_alone_is_a_valid_update() -> None:
    must_be_valid(requests.update_items([DraftUpdate(REFS[0], Content(), frozenset(), "c" * 32)]))


@pytest.mark.parametrize(
    "request_",
    [
        requests.send_items(REFS, CopyTo()),
        requests.send_items(REFS, CopyTo(CopyKind.NONE)),
        requests.delete_items(REFS, for_good=False),
        requests.delete_items(REFS, for_good=True),
        requests.get_items(REFS),
        requests.get_people(REFS),
        requests.get_marks(REFS),
        requests.mark_originals([OriginalMark(ref, verb, 1.5e9) for ref in REFS for verb in Verb]),
        *(requests.find_page(folder, 20, 20) for folder in Folder),
        requests.find_marked(MARKS, [Folder.DRAFTS, Folder.OUTBOX, Folder.SENT], 0, 500),
        requests.find_marked([Mark("", "<only@example.org>")], [Folder.SENT], 0, 500),
        requests.find_marked(MARKS, [Folder.SENT, SALES, PROJECTS], 0, 500),
        *(requests.send_items(REFS, copy_to) for copy_to in COPIES),
        *(requests.create_items([NEW, NEW], copy_to) for copy_to in COPIES),
        *(requests.update_items([CHANGED], copy_to) for copy_to in COPIES),
        requests.move_items(REFS, SALES),
        requests.copy_items(REFS, PROJECTS),
        folders.sync_items(SALES, "", 20),
        folders.sync_items(PROJECTS, "state", 100_000),
        directory.resolve_names("sofia"),
        folders.get_category_list(),
        conversations.get_conversation_items("AAQk", ""),
        conversations.get_conversation_items("AAQk", "sales@example.org"),
        conversations.find_conversation("AAQk", ["AAMkF", "AAMkG"]),
        conversations.find_answers("<a@example.org>", "sales@example.org"),
        directory.expand_group(Recipient("everyone@example.org", "Everyone")),
        directory.expand_group(Recipient("AAMkL", "Skittles", PERSONAL_LIST)),
        directory.get_mail_tips("me@example.org", [Recipient("a@example.org"), Recipient("b@example.org", "B")]),
        attachments.get_attachment("AAMk"),
        attachments.delete_attachments(["AAMk", "AAMl"]),
    ],
)
def test_every_other_request_is_valid(request_: Element) -> None:
    must_be_valid(request_)


@given(message=CONTENTS, name=ANY_TEXT, kind=ANY_TEXT, content_id=ANY_TEXT)
@settings(max_examples=60, deadline=None)
def test_attachments_of_any_name_and_message_are_a_valid_request(
    message: Content, name: str, kind: str, content_id: str
) -> None:
    file = NewAttachment(name, __file__, kind, content_id)
    whole = NewAttachment(name, __file__, kind, as_message=True)
    with attachments.upload_of(REFS[0], [file, NewAttachment(name, message=message), whole]) as upload:
        must_be_valid(upload.request)


@pytest.mark.parametrize("culture", sorted(CULTURES.values()))
def test_every_header_is_valid(culture: str) -> None:
    schema.require()
    document = envelope(requests.get_items(REFS), culture=culture, impersonated="a@example.org", zone="UTC")
    assert schema.complaints(etree.fromstring(document)) == []


def test_the_check_can_fail() -> None:
    schema.require()
    request = requests.get_items(REFS)
    request.append(etree.SubElement(request, "nonsense"))
    assert schema.complaints(sent(request)) != []
