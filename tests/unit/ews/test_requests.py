"""What a request holds, and what it leaves out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from app.backends.ews import requests
from app.backends.ews.xml import Element, M, T, clean, envelope
from app.domain.listing import Folder, Mark
from app.domain.message import Content, DraftUpdate, Field, ItemRef, LocalId, NewDraft
from app.domain.recipient import Recipient
from app.domain.record import CopyKind, CopyTo

REF = ItemRef("AAMk", "CQAA")


def names(parent: Element | None) -> list[str]:
    assert parent is not None
    return [etree.QName(child).localname for child in parent]


def update(content: Content, *fields: Field) -> Element:
    found = requests.update_items([DraftUpdate(REF, content, frozenset(fields))]).find(f".//{{{T}}}Updates")
    assert found is not None
    return found


@given(st.text(st.characters()))
def test_any_text_becomes_text_that_xml_can_hold_unit_for_unit(text: str) -> None:
    request = requests.create_items([NewDraft(LocalId("l"), "<m>", Content(subject=text))])
    parsed = etree.fromstring(envelope(request))
    assert parsed.findtext(f".//{{{T}}}Subject") == clean(text)


@pytest.mark.parametrize("bad", ["\x00", "\x0b", "\x1f", "\ud800", "\ufffe", "\uffff"])
def test_what_xml_cannot_hold_is_replaced_and_seen(bad: str) -> None:
    assert clean(f"a{bad}b") == "a\ufffdb"


def test_a_pair_of_surrogates_is_its_character() -> None:
    assert clean("\ud83d\ude00") == "\U0001f600"


def test_line_ends_of_a_body_are_kept() -> None:
    request = requests.create_items([NewDraft(LocalId("l"), "<m>", Content(body="one\r\ntwo\nthree\ttab"))])
    assert etree.fromstring(envelope(request)).findtext(f".//{{{T}}}Body") == "one\r\ntwo\nthree\ttab"


def test_an_emptied_field_is_deleted_and_a_filled_one_set() -> None:
    updates = update(Content(subject="Hello"), Field.SUBJECT, Field.BODY, Field.TO, Field.SENDER)
    assert names(updates) == ["SetItemField", "DeleteItemField", "DeleteItemField", "DeleteItemField"]
    uris = [uri.get("FieldURI") for uri in updates.iter(f"{{{T}}}FieldURI")]
    assert uris == ["item:Subject", "item:Body", "message:ToRecipients", "message:From"]


def test_an_update_holds_the_named_fields_alone() -> None:
    content = Content(to=(Recipient("ben@example.org"),), subject="Hello", body="Dear Ben")
    assert [names(one.find(f"{{{T}}}Message")) for one in update(content, Field.BODY)] == [["Body"]]


def test_an_update_never_overwrites_and_never_sends() -> None:
    request = requests.update_items([DraftUpdate(REF, Content(subject="x"), frozenset({Field.SUBJECT}))])
    assert request.get("ConflictResolution") == "NeverOverwrite"
    assert request.get("MessageDisposition") == "SaveOnly"


def test_a_new_draft_bears_both_marks() -> None:
    request = requests.create_items([NewDraft(LocalId("local"), "<id@example.org>", Content(subject="x"))])
    assert request.get("MessageDisposition") == "SaveOnly"
    assert request.findtext(f".//{{{T}}}ExtendedProperty/{{{T}}}Value") == "local"
    assert request.findtext(f".//{{{T}}}InternetMessageId") == "<id@example.org>"


def test_the_marks_are_not_touched_by_an_update() -> None:
    everything = Content(to=(Recipient("ben@example.org"),), subject="s", body="b")
    assert update(everything, *Field).find(f".//{{{T}}}ExtendedProperty") is None


@pytest.mark.parametrize(("kind", "attribute", "parts"), [(CopyKind.OWN_SENT, "true", 2), (CopyKind.NONE, "false", 1)])
def test_the_copy_of_a_sent_message_goes_where_it_was_wanted(kind: CopyKind, attribute: str, parts: int) -> None:
    request = requests.send_items([REF], CopyTo(kind))
    assert request.get("SaveItemToFolder") == attribute
    assert len(request) == parts


def test_delete_moves_to_deleted_items_unless_it_is_for_good() -> None:
    assert requests.delete_items([REF], for_good=False).get("DeleteType") == "MoveToDeletedItems"
    assert requests.delete_items([REF], for_good=True).get("DeleteType") == "HardDelete"


def test_no_read_asks_for_mime() -> None:
    get = requests.get_items([REF])
    assert get.findtext(f".//{{{T}}}IncludeMimeContent") == "false"
    assert b"MimeContent" not in envelope(requests.find_page(Folder.DRAFTS, 0, 20))


def test_all_folders_are_searched_in_one_request() -> None:
    request = requests.find_marked([Mark("l", "<m>")], [Folder.DRAFTS, Folder.OUTBOX, Folder.SENT], 0, 500)
    parents = request.find(f"{{{M}}}ParentFolderIds")
    assert parents is not None
    assert [parent.get("Id") for parent in parents] == ["drafts", "outbox", "sentitems"]
