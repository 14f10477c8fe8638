"""Answers are laid beside what was asked: nothing the server said is lost, and no list is ever shorter."""

from __future__ import annotations

import pytest
from lxml import etree

from app.backends.ews.item_reader import row_of
from app.backends.ews.replies import fetched_of, outcomes_of, words_of
from app.backends.ews.xml import Element, M, T, parse
from app.backends.net.http_errors import Unreadable
from app.domain.message import BodyFormat, Importance, ItemRef
from app.domain.outcome import Verdict
from app.domain.properties import MARK_NAME, MARK_SET

BUSY = f"""<m:SendItemResponseMessage xmlns:m="{M}" xmlns:t="{T}" ResponseClass="Error">
<m:MessageText>The server cannot service this request right now. Try again later.</m:MessageText>
<m:ResponseCode>ErrorServerBusy</m:ResponseCode><m:DescriptiveLinkKey>7</m:DescriptiveLinkKey>
<m:MessageXml><t:Value Name="BackOffMilliseconds">297749</t:Value></m:MessageXml></m:SendItemResponseMessage>"""


def message(response_class: str = "Success", code: str = "NoError", items: str = "") -> Element:
    return etree.fromstring(
        f'<m:X xmlns:m="{M}" xmlns:t="{T}" ResponseClass="{response_class}">'
        f"<m:ResponseCode>{code}</m:ResponseCode>{items}</m:X>"
    )


def saved(item_id: str = "A", change_key: str = "K") -> Element:
    name = f'<t:ItemId Id="{item_id}" ChangeKey="{change_key}"/>'
    return message(items=f"<m:Items><t:Message>{name}</t:Message></m:Items>")


def test_code_words_link_key_details_and_back_off_are_kept_as_given() -> None:
    words = words_of(etree.fromstring(BUSY))
    assert words.response_class == "Error"
    assert words.response_code == "ErrorServerBusy"
    assert words.message_text == "The server cannot service this request right now. Try again later."
    assert words.descriptive_link_key == 7
    assert words.back_off_ms == 297749
    assert '<t:Value Name="BackOffMilliseconds">297749</t:Value>' in words.message_xml
    assert not words.message_xml.endswith("\n")


def test_each_item_has_its_own_truth() -> None:
    outcomes = outcomes_of([saved("A"), message("Error", "ErrorSendAsDenied"), saved("C")], 3, needs_ref=True)
    assert [outcome.verdict for outcome in outcomes] == [Verdict.ACCEPTED, Verdict.REFUSED, Verdict.ACCEPTED]
    assert [outcome.ref for outcome in outcomes] == [ItemRef("A", "K"), None, ItemRef("C", "K")]


@pytest.mark.parametrize("answered", [0, 1, 2])
def test_what_was_not_answered_is_unknown(answered: int) -> None:
    outcomes = outcomes_of([saved()] * answered, 3, needs_ref=True)
    assert [outcome.verdict for outcome in outcomes[answered:]] == [Verdict.UNKNOWN] * (3 - answered)
    assert all(outcome.accepted for outcome in outcomes[:answered])


def test_a_surplus_of_answers_is_left_aside() -> None:
    assert len(outcomes_of([saved()] * 5, 2, needs_ref=True)) == 2
    assert len(fetched_of([saved()] * 5, ["A", "A"], "")) == 2


def test_answers_in_another_order_are_laid_beside_the_items_that_they_name() -> None:
    answers = [saved("C"), saved("A"), saved("B")]
    outcomes = outcomes_of(answers, 3, needs_ref=True, names=["A", "B", "C"])
    assert [outcome.ref for outcome in outcomes] == [ItemRef(name, "K") for name in "ABC"]
    fetched = fetched_of(answers, ["A", "B", "C"], "")
    assert [one.item.ref.item_id for one in fetched if one.item is not None] == ["A", "B", "C"]


def test_in_another_order_what_names_no_item_stands_for_nobody() -> None:
    answers = [message("Error", "ErrorItemNotFound"), saved("A"), saved("C")]
    outcomes = outcomes_of(answers, 3, needs_ref=True, names=["A", "B", "C"])
    assert [outcome.verdict for outcome in outcomes] == [Verdict.ACCEPTED, Verdict.UNKNOWN, Verdict.ACCEPTED]
    assert [one.item is not None for one in fetched_of(answers, ["A", "B", "C"], "")] == [True, False, True]


def test_an_answer_that_was_left_out_in_the_midst_is_the_one_that_is_unknown() -> None:
    outcomes = outcomes_of([saved("A"), saved("C")], 3, needs_ref=True, names=["A", "B", "C"])
    assert [outcome.verdict for outcome in outcomes] == [Verdict.ACCEPTED, Verdict.UNKNOWN, Verdict.ACCEPTED]


def test_names_that_a_server_gives_anew_are_taken_in_the_order_they_came() -> None:
    outcomes = outcomes_of([saved("X"), saved("Y")], 2, needs_ref=True, names=["A", "B"])
    assert [outcome.ref for outcome in outcomes] == [ItemRef("X", "K"), ItemRef("Y", "K")]


def test_a_draft_saved_without_a_name_is_unknown_and_a_sent_one_is_not() -> None:
    assert outcomes_of([message()], 1, needs_ref=True)[0].verdict is Verdict.UNKNOWN
    assert outcomes_of([message()], 1, needs_ref=False)[0].verdict is Verdict.ACCEPTED


@pytest.mark.parametrize(
    ("response_class", "code", "verdict"),
    [
        ("Success", "NoError", Verdict.ACCEPTED),
        ("Success", "ErrorItemNotFound", Verdict.UNKNOWN),
        ("Error", "ErrorNobodyHasHeardOf", Verdict.REFUSED),
        ("Error", "NoError", Verdict.UNKNOWN),
        ("Warning", "ErrorBatchProcessingStopped", Verdict.NOT_ATTEMPTED),
        ("Warning", "ErrorSomething", Verdict.UNKNOWN),
        ("", "", Verdict.UNKNOWN),
    ],
)
def test_an_answer_that_contradicts_itself_is_unknown(response_class: str, code: str, verdict: Verdict) -> None:
    outcome = outcomes_of([message(response_class, code)], 1, needs_ref=False)[0]
    assert outcome.verdict is verdict
    assert outcome.words is not None
    assert outcome.words.response_code == code
    untold = verdict in {Verdict.UNKNOWN, Verdict.NOT_ATTEMPTED}
    assert (outcome.trouble is not None) == untold
    if outcome.trouble is not None:
        assert outcome.trouble.may_have_been_processed == (verdict is Verdict.UNKNOWN)


def test_an_item_is_read_back_whole() -> None:
    item = f"""<m:Items><t:Message><t:ItemId Id="A" ChangeKey="K"/><t:Subject>Hello</t:Subject>
<t:Body BodyType="HTML">&lt;p&gt;Hi&lt;/p&gt;</t:Body><t:Importance>High</t:Importance>
<t:DateTimeSent>2026-11-21T08:00:00+02:00</t:DateTimeSent><t:IsDraft>false</t:IsDraft>
<t:ExtendedProperty><t:ExtendedFieldURI PropertySetId="{MARK_SET.upper()}" PropertyName="{MARK_NAME}"
PropertyType="String"/><t:Value>local</t:Value></t:ExtendedProperty>
<t:ToRecipients><t:Mailbox><t:Name>Ben</t:Name><t:EmailAddress>ben@example.org</t:EmailAddress></t:Mailbox>
<t:Mailbox><t:EmailAddress>/o=x</t:EmailAddress><t:RoutingType>EX</t:RoutingType></t:Mailbox></t:ToRecipients>
<t:From><t:Mailbox><t:EmailAddress>Anna@Example.org</t:EmailAddress></t:Mailbox></t:From>
<t:InternetMessageId>&lt;m@example.org&gt;</t:InternetMessageId></t:Message></m:Items>"""
    fetched = fetched_of([message(items=item)], ["A"], "anna@example.org")[0].item
    assert fetched is not None
    assert fetched.content.sender is None
    assert [(one.name, one.address, one.routing) for one in fetched.content.to] == [
        ("Ben", "ben@example.org", "SMTP"),
        ("", "/o=x", "EX"),
    ]
    assert (fetched.content.body, fetched.content.body_format) == ("<p>Hi</p>", BodyFormat.HTML)
    assert (fetched.content.importance, fetched.is_draft) == (Importance.HIGH, False)
    assert (fetched.local_id, fetched.message_id) == ("local", "<m@example.org>")
    assert fetched.sent == 1795240800.0


def test_from_that_is_another_mailbox_is_kept() -> None:
    sender = "<t:From><t:Mailbox><t:EmailAddress>boss@example.org</t:EmailAddress></t:Mailbox></t:From>"
    item = f'<m:Items><t:Message><t:ItemId Id="A" ChangeKey="K"/>{sender}</t:Message></m:Items>'
    fetched = fetched_of([message(items=item)], ["A"], "anna@example.org")[0].item
    assert fetched is not None
    assert fetched.content.sender is not None
    assert fetched.content.sender.address == "boss@example.org"


@pytest.mark.parametrize("time", ["", "yesterday", "2026-13-01T00:00:00Z"])
def test_a_row_with_odd_values_is_still_a_row(time: str) -> None:
    odd = f"""<t:Message xmlns:t="{T}"><t:ItemId Id="A"/><t:Size>many</t:Size><t:Importance>Urgent</t:Importance>
<t:DateTimeSent>{time}</t:DateTimeSent></t:Message>"""
    row = row_of(etree.fromstring(odd))
    assert row is not None
    assert (row.ref, row.size, row.sent, row.importance) == (ItemRef("A"), 0, 0.0, Importance.NORMAL)


def test_a_reply_cut_at_any_byte_is_unreadable() -> None:
    whole = BUSY.encode()
    for length in range(len(whole)):
        with pytest.raises(Unreadable):
            parse(whole[:length])


def test_an_entity_is_not_followed() -> None:
    document = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>'
    assert not (parse(document).text or "").strip()
