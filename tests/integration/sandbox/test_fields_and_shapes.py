"""What is kept of a message comes back as it was given, in the shape that was asked for, and can be searched."""

import base64
import time
from datetime import UTC, datetime, timedelta

import pytest

from tests.integration.sandbox import soap
from tests.integration.sandbox.test_a_messages_way import JAMES, draft, found
from tests.sandbox_fixture import RunningSandbox

DEFERRED = '<t:ExtendedFieldURI PropertyTag="0x3FEF" PropertyType="SystemTime"/>'

FULL = (
    "<t:Message><t:ItemClass>IPM.Note</t:ItemClass><t:Subject>Everything</t:Subject>"
    '<t:Sensitivity>Private</t:Sensitivity><t:Body BodyType="HTML">&lt;p&gt;One &amp;amp; two&lt;/p&gt;</t:Body>'
    "<t:Categories><t:String>Blue</t:String><t:String>Été</t:String></t:Categories><t:Importance>High</t:Importance>"
    "<t:InReplyTo>&lt;before@example.org&gt;</t:InReplyTo>"
    "<t:InternetMessageHeaders><t:InternetMessageHeader HeaderName='X-Team'>Blue</t:InternetMessageHeader>"
    "</t:InternetMessageHeaders>"
    "<t:ReminderDueBy>2027-01-05T09:00:00Z</t:ReminderDueBy><t:ReminderIsSet>true</t:ReminderIsSet>"
    "<t:ReminderMinutesBeforeStart>15</t:ReminderMinutesBeforeStart><t:Culture>fr-FR</t:Culture>"
    "<t:Flag><t:FlagStatus>Flagged</t:FlagStatus><t:StartDate>2027-01-02T00:00:00Z</t:StartDate>"
    "<t:DueDate>2027-01-03T00:00:00Z</t:DueDate></t:Flag>"
    + soap.people("ToRecipients", JAMES)
    + soap.people("CcRecipients", "a@example.org", "b@example.org")
    + soap.people("BccRecipients", "c@example.org")
    + "<t:IsReadReceiptRequested>true</t:IsReadReceiptRequested>"
    "<t:IsDeliveryReceiptRequested>true</t:IsDeliveryReceiptRequested>"
    "<t:ConversationTopic>All things</t:ConversationTopic>"
    + soap.people("From", "clara.fontaine@contoso.com")
    + "<t:InternetMessageId>&lt;my-own@contoso.com&gt;</t:InternetMessageId><t:IsRead>false</t:IsRead>"
    "<t:IsResponseRequested>true</t:IsResponseRequested><t:References>&lt;r1@example.org&gt;</t:References>"
    + soap.people("ReplyTo", "replies@example.org")
    + "</t:Message>"
)

KEPT = {
    "Subject": "Everything",
    "Sensitivity": "Private",
    "Body": "<p>One &amp; two</p>",
    "Importance": "High",
    "InReplyTo": "<before@example.org>",
    "ReminderDueBy": "2027-01-05T09:00:00Z",
    "ReminderIsSet": "true",
    "ReminderMinutesBeforeStart": "15",
    "Culture": "fr-FR",
    "Flag/t:FlagStatus": "Flagged",
    "Flag/t:DueDate": "2027-01-03T00:00:00Z",
    "DisplayCc": "a@example.org; b@example.org",
    "DisplayTo": "James Okafor",
    "IsReadReceiptRequested": "true",
    "IsDeliveryReceiptRequested": "true",
    "ConversationTopic": "All things",
    "From/t:Mailbox/t:Name": "Clara Fontaine",
    "InternetMessageId": "<my-own@contoso.com>",
    "IsRead": "false",
    "IsResponseRequested": "true",
    "References": "<r1@example.org>",
    "ReplyTo/t:Mailbox/t:EmailAddress": "replies@example.org",
    "BccRecipients/t:Mailbox/t:EmailAddress": "c@example.org",
    "InternetMessageHeaders/t:InternetMessageHeader": "Blue",
    "IsDraft": "true",
    "IsFromMe": "false",
}


def test_every_field_that_was_given_is_read_back(sandbox: RunningSandbox) -> None:
    reply = sandbox.post(soap.create(FULL))
    assert reply.codes == ["NoError"]
    shown = sandbox.post(soap.get(reply.ids()))
    read = {name: shown.text(f".//t:Message/t:{name}") for name in KEPT}
    assert read == KEPT
    assert [one.text for one in shown.all(".//t:Categories/t:String")] == ["Blue", "Été"]


def test_the_clients_own_message_id_goes_out_and_bcc_does_not(sandbox: RunningSandbox) -> None:
    item = sandbox.post(soap.create(FULL)).ids()
    assert sandbox.post(soap.send(item)).codes == ["NoError"]
    arrived = found(sandbox, "inbox", "Everything", "james.okafor")
    more = "<t:IncludeMimeContent>true</t:IncludeMimeContent>"
    shown = sandbox.post(soap.get(arrived, more=more), "james.okafor")
    assert shown.text(".//t:InternetMessageId") == "<my-own@contoso.com>"
    assert shown.all(".//t:BccRecipients") == []
    mime = base64.b64decode(shown.text(".//t:MimeContent") or "").decode()
    assert "c@example.org" not in mime
    assert "Message-ID: <my-own@contoso.com>" in mime
    headers = {one.get("HeaderName") for one in shown.all(".//t:InternetMessageHeader")}
    assert {"Received", "From", "To", "Subject", "Message-ID", "X-Team"} <= headers
    outcomes = {one["recipient"]: one["outcome"] for one in sandbox.deliveries()}
    assert outcomes["c@example.org"] == "relayed"


def test_shapes_show_what_they_are_for(sandbox: RunningSandbox) -> None:
    item = draft(sandbox)
    only = sandbox.post(soap.get([item], "IdOnly"))
    assert [one.tag.rpartition("}")[2] for one in only.all(".//t:Message/*")] == ["ItemId"]
    default = {one.tag.rpartition("}")[2] for one in sandbox.post(soap.get([item], "Default")).all(".//t:Message/*")}
    assert {"ItemId", "Subject", "Body", "ToRecipients", "IsRead"} <= default
    assert "MimeContent" not in default
    assert "LastModifiedTime" not in default
    listed = sandbox.post(soap.find("drafts", base="AllProperties"))
    names = {one.tag.rpartition("}")[2] for one in listed.all(".//t:Message/*")}
    assert not names & {"Body", "ToRecipients", "Attachments"}
    assert {"DisplayTo", "LastModifiedTime", "IsDraft"} <= names


@pytest.mark.parametrize("uri", ["item:Body", "message:ToRecipients", "item:Attachments", "item:MimeContent"])
def test_a_list_does_not_show_what_exchange_shows_of_single_items(sandbox: RunningSandbox, uri: str) -> None:
    assert sandbox.post(soap.find("drafts", paths=soap.field(uri))).codes == ["ErrorInvalidPropertyRequest"]


def test_a_body_comes_as_text_or_html_as_asked(sandbox: RunningSandbox) -> None:
    item = sandbox.post(soap.create(FULL)).ids()
    text = sandbox.post(soap.get(item, "Default", more="<t:BodyType>Text</t:BodyType>"))
    assert (text.text(".//t:Body") or "").strip() == "One & two"
    assert text.all(".//t:Body")[0].get("BodyType") == "Text"
    plain = draft(sandbox, "Plain")
    page = sandbox.post(soap.get([plain], "Default", more="<t:BodyType>HTML</t:BodyType>"))
    assert "<div>At noon?</div>" in (page.text(".//t:Body") or "")


PROPERTIES = [
    ('PropertyTag="0x1234" PropertyType="Integer"', "41", "7"),
    ('DistinguishedPropertySetId="PublicStrings" PropertyName="Colour" PropertyType="String"', "blue & red", "green"),
    ('PropertySetId="a8f1d1c6-5a44-4f1e-9d05-6f7b2a2d9a10" PropertyId="33000" PropertyType="Boolean"', "true", "false"),
    ('PropertySetId="A8F1D1C6-5A44-4F1E-9D05-6F7B2A2D9A10" PropertyName="n" PropertyType="Double"', "2.5", "3.5"),
    ('DistinguishedPropertySetId="Common" PropertyId="34140" PropertyType="SystemTime"', "2027-01-01T00:00:00Z",
     "2028-01-01T00:00:00Z"),
    ('DistinguishedPropertySetId="InternetHeaders" PropertyName="X-Mine" PropertyType="String"', "mine", "yours"),
    ('PropertyTag="0x3F10" PropertyType="Binary"', "AAECAw==", "BBBB"),
]  # fmt: skip


@pytest.mark.parametrize(("attributes", "value", "other"), PROPERTIES)
def test_an_extended_property_is_kept_shown_and_searched(
    sandbox: RunningSandbox, attributes: str, value: str, other: str
) -> None:
    path = f"<t:ExtendedFieldURI {attributes}/>"
    given = f"<t:ExtendedProperty>{path}<t:Value>{value.replace('&', '&amp;')}</t:Value></t:ExtendedProperty>"
    item = draft(sandbox, "With a property", extended=given)
    draft(sandbox, "Without")
    assert sandbox.post(soap.get([item], "IdOnly", path)).text(".//t:ExtendedProperty/t:Value") == value
    listed = sandbox.post(soap.find("drafts", paths=path, restriction=soap.equals(path, value)))
    assert listed.ids() == [item]
    assert listed.text(".//t:ExtendedProperty/t:Value") == value
    assert sandbox.post(soap.find("drafts", restriction=soap.equals(path, other))).ids() == []
    assert sandbox.post(soap.find("drafts", restriction=f"<t:Exists>{path}</t:Exists>")).ids() == [item]
    gone = sandbox.post(soap.update(item, f"<t:DeleteItemField>{path}</t:DeleteItemField>")).ids()
    assert sandbox.post(soap.get(gone, "IdOnly", path)).all(".//t:ExtendedProperty") == []


def test_an_array_of_values_is_kept_in_order(sandbox: RunningSandbox) -> None:
    path = (
        '<t:ExtendedFieldURI DistinguishedPropertySetId="PublicStrings" PropertyName="k" PropertyType="StringArray"/>'
    )
    values = "<t:Values><t:Value>z</t:Value><t:Value>a</t:Value></t:Values>"
    item = draft(sandbox, extended=f"<t:ExtendedProperty>{path}{values}</t:ExtendedProperty>")
    shown = sandbox.post(soap.get([item], "IdOnly", path))
    assert [one.text for one in shown.all(".//t:Values/t:Value")] == ["z", "a"]


@pytest.mark.parametrize(
    ("attributes", "code"),
    [
        ('PropertyTag="0x8001" PropertyType="String"', "ErrorNoPropertyTagForCustomProperties"),
        ('PropertyTag="0x1001" PropertyName="x" PropertyType="String"', "ErrorInvalidExtendedProperty"),
        ('PropertyName="x" PropertyType="String"', "ErrorInvalidExtendedProperty"),
        ('PropertyTag="0x1001" PropertyType="Object"', "ErrorUnsupportedMapiPropertyType"),
    ],
)
def test_a_name_that_names_no_property_is_refused(sandbox: RunningSandbox, attributes: str, code: str) -> None:
    path = f"<t:ExtendedFieldURI {attributes}/>"
    assert sandbox.post(soap.get([draft(sandbox)], "IdOnly", path)).codes == [code]


def test_tags_of_mapi_show_what_the_fields_show(sandbox: RunningSandbox) -> None:
    item = draft(sandbox, "Seen by both")
    paths = "".join(
        f'<t:ExtendedFieldURI PropertyTag="{tag}" PropertyType="{kind}"/>'
        for tag, kind in (("0x0037", "String"), ("0x0E08", "Integer"), ("0x0E07", "Integer"))
    )
    shown = sandbox.post(soap.get([item], "IdOnly", paths + soap.field("item:Size")))
    subject, size, flags = [one.text for one in shown.all(".//t:ExtendedProperty/t:Value")]
    assert (subject, size) == ("Seen by both", shown.text(".//t:Size"))
    assert int(flags or 0) & 8


def test_messages_have_numbers_that_grow_for_those_who_speak_imap(sandbox: RunningSandbox) -> None:
    first, second = draft(sandbox, "First"), draft(sandbox, "Second")
    number = '<t:ExtendedFieldURI PropertyTag="0xE23" PropertyType="Integer"/>'
    order = f'<t:FieldOrder Order="Ascending">{number}</t:FieldOrder>'
    listed = sandbox.post(soap.find("drafts", base="IdOnly", paths=number, order=order))
    places = {one.get("Id"): place for place, one in enumerate(listed.all(".//t:ItemId"))}
    assert places[first[0]] < places[second[0]]
    numbers = [int(one.text or 0) for one in listed.all(".//t:ExtendedProperty/t:Value")]
    assert numbers == sorted(set(numbers))
    following = '<t:ExtendedFieldURI PropertyTag="0x6751" PropertyType="Integer"/>'
    shape = (
        "<m:FolderShape><t:BaseShape>IdOnly</t:BaseShape>"
        f"<t:AdditionalProperties>{following}</t:AdditionalProperties></m:FolderShape>"
    )
    folder_ids = f"<m:FolderIds>{soap.folder('drafts')}</m:FolderIds>"
    shown = sandbox.post(f"<m:GetFolder>{shape}{folder_ids}</m:GetFolder>")
    assert int(shown.text(".//t:Value") or 0) > numbers[-1]


def test_mapis_names_for_entry_and_categories_are_the_same_things(sandbox: RunningSandbox) -> None:
    item = draft(sandbox, "Known twice")
    entry = '<t:ExtendedFieldURI PropertyTag="0x0FFF" PropertyType="Binary"/>'
    assert sandbox.post(soap.get([item], "IdOnly", entry)).text(".//t:Value") == item[0]
    path = (
        '<t:ExtendedFieldURI DistinguishedPropertySetId="PublicStrings" PropertyName="Keywords"'
        ' PropertyType="StringArray"/>'
    )
    values = "<t:Values><t:Value>Red</t:Value><t:Value>Blue</t:Value></t:Values>"
    change = (
        f"<t:SetItemField>{path}<t:Message><t:ExtendedProperty>{path}{values}</t:ExtendedProperty></t:Message>"
        "</t:SetItemField>"
    )
    written = sandbox.post(soap.update(item, change)).ids()[0]
    shown = sandbox.post(soap.get([written], "IdOnly", soap.field("item:Categories") + path))
    assert [one.text for one in shown.all(".//t:Categories/t:String")] == ["Red", "Blue"]
    assert [one.text for one in shown.all(".//t:ExtendedProperty/t:Values/t:Value")] == ["Red", "Blue"]


def test_conditions_join_and_negate(sandbox: RunningSandbox) -> None:
    for subject in ("Alpha", "Beta", "Gamma"):
        draft(sandbox, subject)
    alpha, beta = (soap.equals(soap.field("item:Subject"), one) for one in ("alpha", "Beta"))
    both = sandbox.post(soap.find("drafts", restriction=f"<t:Or>{alpha}{beta}</t:Or>"))
    assert {one.text for one in both.all(".//t:Subject")} == {"Alpha", "Beta"}
    none = sandbox.post(soap.find("drafts", restriction=f"<t:And>{alpha}{beta}</t:And>"))
    assert none.ids() == []
    start = '<t:Contains ContainmentMode="Prefixed" ContainmentComparison="IgnoreCase">'
    prefixed = f'{start}{soap.field("item:Subject")}<t:Constant Value="GAM"/></t:Contains>'
    rest = sandbox.post(soap.find("drafts", restriction=f"<t:And>{prefixed}<t:Not>{alpha}</t:Not></t:And>"))
    assert [one.text for one in rest.all(".//t:Subject")] == ["Gamma"]


def test_pages_follow_each_other_from_both_ends_and_by_fractions(sandbox: RunningSandbox) -> None:
    sandbox.reset(messages=False)
    for number in range(5):
        draft(sandbox, f"Row {number}")
    order = f'<t:FieldOrder Order="Ascending">{soap.field("item:Subject")}</t:FieldOrder>'

    def page(view: str) -> tuple[list[str | None], str | None, str | None]:
        reply = sandbox.post(soap.find("drafts", view=view, order=order))
        root = reply.all(".//m:RootFolder")[0]
        assert root.get("TotalItemsInView") == "5"
        subjects = [one.text for one in reply.all(".//t:Subject")]
        return subjects, root.get("IndexedPagingOffset"), root.get("IncludesLastItemInRange")

    view = '<m:IndexedPageItemView MaxEntriesReturned="2" Offset="{}" BasePoint="{}"/>'
    assert page(view.format(0, "Beginning")) == (["Row 0", "Row 1"], "2", "false")
    assert page(view.format(4, "Beginning")) == (["Row 4"], "5", "true")
    assert page(view.format(0, "End"))[0] == ["Row 3", "Row 4"]
    assert page(view.format(4, "End"))[::2] == (["Row 0"], "true")
    half = '<m:FractionalPageItemView MaxEntriesReturned="2" Numerator="1" Denominator="2"/>'
    assert page(half)[0] == ["Row 2", "Row 3"]
    seek = (
        '<m:SeekToConditionPageItemView MaxEntriesReturned="2" BasePoint="Beginning"><t:Condition>'
        f"{soap.equals(soap.field('item:Subject'), 'Row 3')}</t:Condition></m:SeekToConditionPageItemView>"
    )
    assert page(seek)[0] == ["Row 3", "Row 4"]
    bad = '<m:IndexedPageItemView MaxEntriesReturned="0" Offset="0" BasePoint="Beginning"/>'
    assert sandbox.post(soap.find("drafts", view=bad)).codes == ["ErrorInvalidPagingMaxRows"]


def test_a_query_string_finds_words_people_and_traits(sandbox: RunningSandbox) -> None:
    def hits(query: str) -> set[str | None]:
        return {one.text for one in sandbox.post(soap.find("drafts", query=query)).all(".//t:Subject")}

    assert "Kick-off with Fabrikam on Tuesday" in hits("fabrikam")
    assert hits("hasattachment:true") == {"Travel costs for Rotterdam"}
    assert hits("subject:dejeuner") == {"Déjeuner jeudi ?"}
    assert hits('to:sofia subject:"first quarter"') == {"Forecast for the first quarter"}


def due_in(seconds: int) -> str:
    """Return the property of a message that is held so long; a busy machine needs some for what is done before."""
    due = (datetime.now(UTC) + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return f"<t:ExtendedProperty>{DEFERRED}<t:Value>{due}</t:Value></t:ExtendedProperty>"


def until_delivered(sandbox: RunningSandbox) -> None:
    until = time.monotonic() + 40
    while not sandbox.deliveries():
        assert time.monotonic() < until
        time.sleep(0.1)


def test_a_deferred_message_waits_in_the_outbox_and_goes_when_its_time_comes(sandbox: RunningSandbox) -> None:
    held = due_in(6)
    item = draft(sandbox, "Later", extended=held)
    assert sandbox.post(soap.send([item])).codes == ["NoError"]
    assert sandbox.deliveries() == []
    assert len(found(sandbox, "outbox", "Later")) == 1
    until_delivered(sandbox)
    assert found(sandbox, "outbox", "Later") == []
    assert len(found(sandbox, "sentitems", "Later")) == 1
    assert len(sandbox.deliveries()) == 1


def test_a_deferred_message_that_is_moved_back_is_a_draft_again(sandbox: RunningSandbox) -> None:
    held = due_in(6)
    sandbox.post(soap.send([draft(sandbox, "Not yet", extended=held), draft(sandbox, "Beside it", extended=held)]))
    back = f"<m:ToFolderId>{soap.folder('drafts')}</m:ToFolderId>"
    waiting = found(sandbox, "outbox", "Not yet")
    moved = sandbox.post(f"<m:MoveItem>{back}{soap.item_ids(waiting)}</m:MoveItem>")
    assert moved.codes == ["NoError"]
    until_delivered(sandbox)
    assert {one["subject"] for one in sandbox.deliveries()} == {"Beside it"}
    assert found(sandbox, "drafts", "Not yet") == moved.ids()


def test_a_message_to_an_unknown_colleague_comes_back_with_a_report(sandbox: RunningSandbox) -> None:
    item = draft(sandbox, "Hello?", "nobody.here@contoso.com", JAMES)
    assert sandbox.post(soap.send([item])).codes == ["NoError"]
    assert len(found(sandbox, "inbox", "Undeliverable: Hello?")) == 1
    assert len(found(sandbox, "inbox", "Hello?", "james.okafor")) == 1


def test_a_list_is_expanded_and_each_member_gets_one_message(sandbox: RunningSandbox) -> None:
    item = draft(sandbox, "To all", "everyone@contoso.com", JAMES)
    assert sandbox.post(soap.send([item])).codes == ["NoError"]
    delivered = [one["recipient"] for one in sandbox.deliveries() if one["outcome"] == "delivered"]
    assert len(delivered) == len(set(delivered)) == 6
    assert JAMES in delivered


@pytest.mark.parametrize(("disposition", "copies"), [("SendOnly", 0), ("SendAndSaveCopy", 1)])
def test_a_message_can_be_sent_as_it_is_made_or_changed(sandbox: RunningSandbox, disposition: str, copies: int) -> None:
    reply = sandbox.post(soap.create(soap.message("At once", "x", JAMES), disposition=disposition))
    assert reply.codes == ["NoError"]
    assert reply.ids() == []
    change = soap.set_field("item:Subject", "<t:Subject>At once</t:Subject>")
    assert sandbox.post(soap.update(draft(sandbox), change, disposition=disposition)).codes == ["NoError"]
    assert len(found(sandbox, "inbox", "At once", "james.okafor")) == 2
    assert len(found(sandbox, "sentitems", "At once")) == 2 * copies
    assert found(sandbox, "drafts", "At once") == found(sandbox, "outbox", "At once") == []


def test_a_message_that_is_sent_at_once_may_say_that_it_is_no_draft(sandbox: RunningSandbox) -> None:
    flags = '<t:ExtendedProperty><t:ExtendedFieldURI PropertyTag="3591" PropertyType="Integer"/><t:Value>1</t:Value>'
    message = soap.message("Flags of its own", "x", "james.okafor@contoso.com").replace(
        "<t:ToRecipients>", f"{flags}</t:ExtendedProperty><t:ToRecipients>"
    )
    assert sandbox.post(soap.create(message, disposition="SendAndSaveCopy")).codes == ["NoError"]
    assert [one["subject"] for one in sandbox.deliveries()] == ["Flags of its own"]
