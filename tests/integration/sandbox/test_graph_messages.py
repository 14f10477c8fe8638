"""The sandbox as Microsoft Graph: who may ask, and a message's way from draft to recipient."""

import base64
import json
import time
from typing import Any

import pytest

from app.sandbox.manners import Manner
from tests.integration.sandbox import soap
from tests.integration.sandbox.graph import DRAFT, MARK, SCOPES, Client, at, client, to, token_for
from tests.sandbox_fixture import RunningSandbox

JAMES, SALES = "james.okafor@contoso.com", "sales@contoso.com"
SINGLE = f"?$expand=singleValueExtendedProperties($filter=id eq '{MARK}')".replace(" ", "%20")


@pytest.fixture
def clara(sandbox: RunningSandbox) -> Client:
    """The first account, signed in."""
    return client(sandbox)


def subjects(sandbox: RunningSandbox, folder: str, user: str | None = None) -> list[str | None]:
    """What EWS shows in a folder."""
    return [one.text for one in sandbox.post(soap.find(folder), user).all(".//t:Subject")]


def until(sandbox: RunningSandbox, seconds: float, done: Any) -> None:
    """Ask until something is so; fails after a generous time."""
    end = time.monotonic() + seconds + 20
    while not done():
        assert time.monotonic() < end
        time.sleep(0.1)
    del sandbox


def test_without_a_token_or_with_one_for_something_else_nothing_opens(sandbox: RunningSandbox) -> None:
    for token, status, code in (
        ("", 401, "InvalidAuthenticationToken"),
        ("made up", 401, "InvalidAuthenticationToken"),
        (token_for(sandbox, scopes=["EWS.AccessAsUser.All"]), 401, "InvalidAuthenticationToken"),
        (token_for(sandbox, scopes=["Mail.Send"]), 403, "ErrorAccessDenied"),
    ):
        answer = Client(sandbox, token).ask("POST", "/me/messages", DRAFT)
        assert (answer.status, answer.code) == (status, code)
        assert ("www-authenticate" in answer.headers) == (status == 401)
    assert sandbox.journal("GraphCreateMessage") == []


def test_an_error_names_its_request(clara: Client) -> None:
    answer = clara.ask("GET", at("AAMkAGI="), client_request_id="4f6b0a36-1111-4222-8333-123456789abc")
    error = answer.json["error"]
    assert (answer.status, error["code"]) == (400, "ErrorInvalidIdMalformed")
    assert set(error) == {"code", "message", "innerError"}
    assert set(error["innerError"]) == {"date", "request-id", "client-request-id"}
    assert error["innerError"]["client-request-id"] == "4f6b0a36-1111-4222-8333-123456789abc"
    assert answer.headers["client-request-id"] == "4f6b0a36-1111-4222-8333-123456789abc"


def test_who_one_is_and_who_there_is_not(clara: Client) -> None:
    assert clara.get("/me?$select=mail,displayName").json["mail"] == "clara.fontaine@contoso.com"
    assert clara.get(f"/users/{JAMES}").json["displayName"] == "James Okafor"
    assert clara.ask("GET", "/users/nobody@contoso.com").code == "ErrorInvalidUser"
    assert clara.ask("POST", f"/users/{JAMES}/messages", DRAFT).status == 403
    assert clara.ask("POST", "/users/everyone@contoso.com/messages", DRAFT).code == "MailboxNotEnabledForRESTAPI"
    assert clara.ask("GET", "/me/nonsense").status == 400
    assert clara.ask("PUT", "/me/messages", DRAFT).status == 405


EVERYTHING: dict[str, Any] = {
    "subject": "Everything",
    "body": {"contentType": "HTML", "content": "<p>Good <b>morning</b></p>"},
    "toRecipients": to(JAMES),
    "ccRecipients": [{"emailAddress": {"name": "Outside", "address": "o@example.com"}}],
    "bccRecipients": to("sofia.lindqvist@contoso.com"),
    "replyTo": to(SALES),
    "importance": "high",
    "categories": ["Budget", "Press"],
    "isReadReceiptRequested": True,
    "isDeliveryReceiptRequested": True,
    "internetMessageId": "<own@mailwright.invalid>",
    "inferenceClassification": "other",
    "flag": {
        "flagStatus": "flagged",
        "startDateTime": {"dateTime": "2026-11-30T12:13:00", "timeZone": "Eastern Standard Time"},
        "dueDateTime": {"dateTime": "2026-12-01T17:00:00", "timeZone": "Europe/Paris"},
    },
    "internetMessageHeaders": [{"name": "x-group", "value": "Nevada"}, {"name": "X-id", "value": "NV001"}],
    "singleValueExtendedProperties": [
        {"id": MARK, "value": "m-1"},
        {"id": "Integer 0x0036", "value": "2"},
        {"id": "String 0x1042", "value": "<before@x>"},
        {"id": "Boolean {00062008-0000-0000-C000-000000000046} Id 0x8503", "value": "true"},
        {"id": "SystemTime {00062008-0000-0000-c000-000000000046} Id 0x8502", "value": "2026-12-03T08:00:00Z"},
    ],
    "attachments": [
        {"@odata.type": "#microsoft.graph.fileAttachment", "name": "a.txt", "contentType": "text/plain",
         "contentBytes": "SGVsbG8="},
    ],
}  # fmt: skip


def test_all_that_a_draft_can_have_is_seen_by_both_protocols(sandbox: RunningSandbox, clara: Client) -> None:
    made = clara.draft(**EVERYTHING)
    for name in ("subject", "replyTo", "importance", "categories", "internetMessageId", "inferenceClassification"):
        shown = made.json[name]
        assert (
            [one["emailAddress"]["address"] for one in shown] == [SALES]
            if name == "replyTo"
            else (shown == EVERYTHING[name])
        )
    assert made.json["ccRecipients"] == EVERYTHING["ccRecipients"]
    assert made.json["flag"]["startDateTime"] == {"dateTime": "2026-11-30T17:13:00.0000000", "timeZone": "UTC"}
    assert made.json["flag"]["dueDateTime"]["dateTime"] == "2026-12-01T16:00:00.0000000"
    assert made.json["@odata.etag"] == f'W/"{made.json["changeKey"]}"'
    assert made.json["isDraft"] is True
    assert "internetMessageHeaders" not in made.json
    assert "<head>" in made.json["body"]["content"]  # the service writes HTML anew
    ews = sandbox.post(soap.get([(made.id.translate(str.maketrans("-_", "+/")), "")]))
    assert ews.codes == ["NoError"]
    assert ews.text(".//t:Sensitivity") == "Private"
    assert ews.text(".//t:ReminderIsSet") == "true"
    assert ews.text(".//t:ReminderDueBy") == "2026-12-03T08:00:00Z"
    assert ews.text(".//t:InReplyTo") == "<before@x>"
    assert ews.text(".//t:BccRecipients/t:Mailbox/t:Name") == "Sofia Lindqvist"
    assert [one.text for one in ews.all(".//t:Attachments/*/t:Name")] == ["a.txt"]


def test_what_ews_made_is_seen_by_graph(sandbox: RunningSandbox, clara: Client) -> None:
    new = soap.message("From the other side", "<p>x</p>", JAMES, extended=soap.marked("m-7"))
    [(identity, key)] = sandbox.post(soap.create(new)).ids()
    seen = clara.get(at(identity.translate(str.maketrans("+/", "-_"))) + SINGLE)
    assert seen.json["subject"] == "From the other side"
    assert seen.json["changeKey"] == key
    assert seen.json["singleValueExtendedProperties"] == [{"id": MARK, "value": "m-7"}]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"sensitivity": "private"}, "RequestBodyRead"),
        ({"subject": 7}, "RequestBodyRead"),
        ({"isRead": "perhaps"}, "RequestBodyRead"),
        ({"importance": "urgent"}, "RequestBodyRead"),
        ({"toRecipients": [{"address": "a@b.c"}]}, "RequestBodyRead"),
        ({"body": {"contentType": "rtf", "content": ""}}, "RequestBodyRead"),
        ({"isDraft": False}, "ErrorInvalidPropertySet"),
        ({"changeKey": "x"}, "ErrorInvalidPropertySet"),
        ({"flag": {"flagStatus": "flagged", "dueDateTime": {"dateTime": "2026-12-01T17:00:00", "timeZone": "UTC"}}},
         "ErrorInvalidRequest"),
        ({"internetMessageHeaders": [{"name": "Subject", "value": "x"}]}, "InvalidInternetMessageHeader"),
        ({"internetMessageHeaders": [{"name": f"x-{n}", "value": "x"} for n in range(6)]},
         "InvalidInternetMessageHeaderCollection"),
        ({"singleValueExtendedProperties": [{"id": "Number 0x36", "value": "1"}]}, "ErrorInvalidProperty"),
        ({"singleValueExtendedProperties": [{"id": "Integer 0x36", "value": "one"}]},
         "ErrorInvalidExtendedPropertyValue"),
        ({"attachments": [{"name": "no type"}]}, "RequestBodyRead"),
    ],
)  # fmt: skip
def test_a_draft_that_no_server_takes(sandbox: RunningSandbox, clara: Client, given: dict[str, Any], code: str) -> None:
    before = len(subjects(sandbox, "drafts"))
    answer = clara.ask("POST", "/me/messages", {**DRAFT, **given})
    assert (answer.status, answer.code) == (400, code)
    assert len(subjects(sandbox, "drafts")) == before


def test_select_and_expand_show_what_they_name(clara: Client) -> None:
    made = clara.draft(internetMessageHeaders=[{"name": "x-own", "value": "1"}])
    few = clara.get(at(made.id) + "?$select=subject,internetMessageHeaders")
    assert {name for name in few.json if "@" not in name} == {"id", "subject", "internetMessageHeaders"}
    assert few.json["internetMessageHeaders"] == [{"name": "x-own", "value": "1"}]
    assert clara.ask("GET", at(made.id) + "?$select=nothing").code == "RequestBroker--ParseUri"
    assert clara.ask("GET", at(made.id) + "?$expand=body").code == "RequestBroker--ParseUri"
    filed = clara.draft(attachments=EVERYTHING["attachments"])
    shown = clara.get(at(filed.id) + "?$select=id&$expand=attachments($select=name,size)").json["attachments"]
    assert [(one["name"], one["size"], "contentBytes" in one) for one in shown] == [("a.txt", 5, False)]


def test_a_property_comes_back_under_the_servers_spelling(clara: Client) -> None:
    made = clara.draft(singleValueExtendedProperties=[{"id": "Integer 0x0036", "value": "3"}])
    asked = "?$select=id&$expand=singleValueExtendedProperties($filter=id%20eq%20'Integer%200x0036')"
    assert clara.get(at(made.id) + asked).json["singleValueExtendedProperties"] == [
        {"id": "Integer 0x36", "value": "3"}
    ]
    gone = {"singleValueExtendedProperties": [{"id": "Integer 0x0036", "value": None}]}
    assert clara.ask("PATCH", at(made.id), gone).status == 200
    assert clara.get(at(made.id) + asked).json["singleValueExtendedProperties"][0]["value"] == "0"


def test_a_change_has_a_new_version_and_a_stale_tag_is_refused_or_ignored(
    sandbox: RunningSandbox, clara: Client
) -> None:
    made = clara.draft()
    old = made.json["@odata.etag"]
    first = clara.ask("PATCH", at(made.id), {"subject": "One"}, if_match=old)
    assert (first.status, first.id, first.json["subject"]) == (200, made.id, "One")
    assert first.json["changeKey"] != made.json["changeKey"]
    stale = clara.ask("PATCH", at(made.id), {"subject": "Two"}, if_match=old)
    assert (stale.status, stale.code) == (412, "ErrorIrresolvableConflict")
    assert clara.ask("DELETE", at(made.id), if_match=old).status == 412
    sandbox.manners(Manner.GRAPH_IF_MATCH_IGNORED)
    assert clara.ask("PATCH", at(made.id), {"subject": "Two"}, if_match=old).json["subject"] == "Two"


def test_a_list_that_is_changed_replaces_the_old_one(clara: Client) -> None:
    made = clara.draft(toRecipients=to(JAMES), categories=["Budget"])
    changed = clara.ask("PATCH", at(made.id), {"toRecipients": [], "categories": ["Press"]})
    assert (changed.json["toRecipients"], changed.json["categories"]) == ([], ["Press"])
    assert clara.ask("PATCH", at(made.id), {"internetMessageHeaders": []}).code == "ErrorInvalidPropertySet"
    assert clara.ask("PATCH", at(made.id), {"conversationIndex": "AA=="}).code == "ErrorInvalidPropertySet"


def test_what_was_sent_takes_a_new_subject_in_silence_and_keeps_the_old(sandbox: RunningSandbox, clara: Client) -> None:
    made = clara.draft(toRecipients=to(JAMES), subject="As it went")
    immutable = {"Prefer": 'IdType="ImmutableId"'}
    lasting = clara.ask("GET", at(made.id), **immutable).id
    assert clara.ask("POST", at(made.id, "send")).status == 202
    changed = clara.ask("PATCH", at(lasting), {"subject": "Not so", "isRead": False})
    assert (changed.status, changed.json["subject"], changed.json["isRead"]) == (200, "As it went", False)
    del sandbox


def test_html_is_written_anew_unless_it_is_kept(sandbox: RunningSandbox, clara: Client) -> None:
    html = {"contentType": "html", "content": "<p>One<br>Two"}
    assert clara.draft(body=html).json["body"]["content"].startswith("<html><head>")
    sandbox.manners(Manner.GRAPH_HTML_KEPT)
    assert clara.draft(body=html).json["body"]["content"] == "<p>One<br>Two"


def test_the_kind_of_a_body_is_what_is_preferred(sandbox: RunningSandbox, clara: Client) -> None:
    made = clara.draft()
    assert clara.get(at(made.id)).json["body"]["contentType"] == "html"
    asked = clara.get(at(made.id), Prefer='outlook.body-content-type="text"')
    assert asked.json["body"] == {"contentType": "text", "content": "Good morning.\r\n"}
    assert asked.headers["preference-applied"] == 'outlook.body-content-type="text"'
    sandbox.manners(Manner.GRAPH_TEXT_STAYS_TEXT)
    assert clara.get(at(made.id)).json["body"]["contentType"] == "text"
    unsafe = clara.draft(body={"contentType": "html", "content": "<p onclick='x()'>a<script>b()</script></p>"})
    assert "script" not in clara.get(at(unsafe.id)).json["body"]["content"]
    assert "onclick" not in clara.get(at(unsafe.id)).json["body"]["content"]
    assert "<script>" in clara.get(at(unsafe.id), Prefer="outlook.allow-unsafe-html").json["body"]["content"]


def test_an_id_changes_with_a_move_and_an_immutable_one_does_not(clara: Client) -> None:
    made = clara.draft()
    immutable = {"Prefer": 'IdType="ImmutableId"'}
    lasting = clara.get(at(made.id), **immutable).id
    assert lasting != made.id
    moved = clara.ask("POST", at(made.id, "move"), {"destinationId": "archive"})
    assert (moved.status, moved.id == made.id) == (201, False)
    assert clara.ask("GET", at(made.id)).code == "ErrorItemNotFound"
    back = clara.ask("POST", at(lasting, "move"), {"DestinationId": "drafts"}, **immutable)
    assert (back.status, back.id) == (201, lasting)
    copied = clara.ask("POST", at(lasting, "copy"), {"destinationId": back.json["parentFolderId"]}, **immutable)
    assert (copied.status, copied.id == lasting) == (201, False)
    assert clara.ask("POST", at(lasting, "move"), {"destinationId": "nowhere"}).status == 400
    assert clara.ask("POST", at(lasting, "move"), {}).code == "RequestBodyRead"


def test_what_is_deleted_lies_in_deleted_items_or_is_purged(sandbox: RunningSandbox, clara: Client) -> None:
    made = clara.draft(subject="To be deleted")
    gone = clara.ask("DELETE", at(made.id))
    assert (gone.status, gone.content) == (204, b"")
    assert "To be deleted" in subjects(sandbox, "deleteditems")
    assert clara.ask("DELETE", at(made.id)).status == 404
    sandbox.manners(Manner.GRAPH_DELETE_PURGES)
    clara.ask("DELETE", at(clara.draft(subject="Purged").id))
    assert "Purged" not in subjects(sandbox, "deleteditems")
    for_good = clara.draft(subject="For good")
    assert clara.ask("POST", at(for_good.id, "permanentDelete")).status == 204
    assert "For good" not in subjects(sandbox, "drafts")


def test_a_draft_goes_once_and_its_copy_is_filed(sandbox: RunningSandbox, clara: Client) -> None:
    made = clara.draft(
        subject="Off", toRecipients=to(JAMES), singleValueExtendedProperties=[{"id": MARK, "value": "m-9"}]
    )
    taken = clara.ask("POST", at(made.id, "send"))
    assert (taken.status, taken.content) == (202, b"")
    assert [(one["subject"], one["marker"], one["outcome"]) for one in sandbox.deliveries()] == [
        ("Off", "m-9", "delivered")
    ]
    assert subjects(sandbox, "sentitems")[0] == "Off"
    assert subjects(sandbox, "inbox", "james.okafor")[0] == "Off"
    again = clara.ask("POST", at(made.id, "send"))
    assert (again.status, again.code) == (404, "ErrorItemNotFound")
    assert len(sandbox.deliveries()) == 1


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        ({}, 400, "ErrorInvalidRecipients"),
        ({"toRecipients": [{"emailAddress": {"name": "Only a name"}}]}, 400, "ErrorInvalidRecipients"),
        ({"toRecipients": to(JAMES), "from": to(SALES)[0]}, 403, "ErrorSendAsDenied"),
    ],
)
def test_what_may_not_go_stays_a_draft(
    sandbox: RunningSandbox, clara: Client, more: dict[str, Any], status: int, code: str
) -> None:
    made = clara.draft(**more)
    refused = clara.ask("POST", at(made.id, "send"))
    assert (refused.status, refused.code) == (status, code)
    assert clara.get(at(made.id)).json["isDraft"] is True
    assert sandbox.deliveries() == []


FLAGS = "?$select=isDraft&$expand=singleValueExtendedProperties($filter=id%20eq%20'Integer%200x0E07')"


def test_a_message_may_stay_in_drafts_after_it_was_taken(sandbox: RunningSandbox, clara: Client) -> None:
    sandbox.manners(graph_send_takes=1.5)
    made = clara.draft(subject="Slow", toRecipients=to(JAMES))
    assert clara.ask("POST", at(made.id, "send")).status == 202
    waiting = clara.get(at(made.id) + FLAGS).json
    assert waiting["isDraft"] is True
    assert int(waiting["singleValueExtendedProperties"][0]["value"]) & 4  # mfSubmitted
    assert sandbox.deliveries() == []
    assert clara.ask("POST", at(made.id, "send")).status == 404
    until(sandbox, 1.5, sandbox.deliveries)
    assert subjects(sandbox, "sentitems")[0] == "Slow"
    assert clara.ask("GET", at(made.id)).status == 404


@pytest.mark.parametrize("way", ["move", "delete"])
def test_what_was_taken_and_has_not_gone_is_taken_back(sandbox: RunningSandbox, clara: Client, way: str) -> None:
    sandbox.manners(graph_send_takes=1)
    made = clara.draft(toRecipients=to(JAMES))
    clara.ask("POST", at(made.id, "send"))
    if way == "move":
        clara.ask("POST", at(made.id, "move"), {"destinationId": "archive"})
    else:
        clara.ask("DELETE", at(made.id))
    sandbox.manners()
    other = clara.draft(subject="Later", toRecipients=to(JAMES))
    time.sleep(1.8)  # nothing tells of what does not happen
    clara.ask("POST", at(other.id, "send"))
    assert [one["subject"] for one in sandbox.deliveries()] == ["Later"]


@pytest.mark.parametrize("way", ["move", "delete"])
def test_what_was_taken_may_go_wherever_it_was_put_meanwhile(sandbox: RunningSandbox, clara: Client, way: str) -> None:
    sandbox.manners(Manner.GRAPH_GOES_ANYWAY, graph_send_takes=1)
    made = clara.draft(subject="Anyway", toRecipients=to(JAMES))
    clara.ask("POST", at(made.id, "send"))
    if way == "move":
        assert clara.ask("POST", at(made.id, "move"), {"destinationId": "archive"}).status == 201
    else:
        assert clara.ask("DELETE", at(made.id)).status == 204
    assert sandbox.deliveries() == []
    until(sandbox, 1, sandbox.deliveries)
    assert len(sandbox.deliveries()) == 1
    assert subjects(sandbox, "sentitems")[0] == "Anyway"


def test_the_copy_may_take_its_time(sandbox: RunningSandbox, clara: Client) -> None:
    sandbox.manners(graph_copy_takes=1.5)
    made = clara.draft(subject="Slow copy", toRecipients=to(JAMES))
    clara.ask("POST", at(made.id, "send"))
    assert [one["subject"] for one in sandbox.deliveries()] == ["Slow copy"]
    assert clara.ask("GET", at(made.id)).status == 404
    assert "Slow copy" not in subjects(sandbox, "sentitems")
    until(sandbox, 1.5, lambda: subjects(sandbox, "sentitems")[0] == "Slow copy")


def test_a_message_may_be_taken_and_forgotten(sandbox: RunningSandbox, clara: Client) -> None:
    sandbox.manners(Manner.GRAPH_TAKES_AND_FORGETS)
    made = clara.draft(toRecipients=to(JAMES))
    assert clara.ask("POST", at(made.id, "send")).status == 202
    assert sandbox.deliveries() == []
    assert clara.get(at(made.id)).json["isDraft"] is True


def test_an_immutable_id_survives_the_send_or_does_not(sandbox: RunningSandbox, clara: Client) -> None:
    immutable = {"Prefer": 'IdType="ImmutableId"'}
    for manners, status in (((), 200), ((Manner.GRAPH_NEW_ID_ON_SEND,), 404)):
        sandbox.manners(*manners)
        made = clara.ask("POST", "/me/messages", {**DRAFT, "toRecipients": to(JAMES)}, **immutable)
        assert clara.ask("POST", at(made.id, "send")).status == 202
        seen = clara.ask("GET", at(made.id), **immutable)
        assert seen.status == status
        assert subjects(sandbox, "sentitems")[0] == "A draft"


def deferred(seconds: float) -> list[dict[str, str]]:
    moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + seconds))
    return [{"id": "SystemTime 0x3FEF", "value": moment}]


def test_a_deferred_message_waits_in_drafts_and_comes_back_where_it_is_moved(
    sandbox: RunningSandbox, clara: Client
) -> None:
    made = clara.draft(subject="Later", toRecipients=to(JAMES), singleValueExtendedProperties=deferred(3600))
    assert clara.ask("POST", at(made.id, "send")).status == 202
    assert "Later" in subjects(sandbox, "drafts")
    assert sandbox.deliveries() == []
    moved = clara.ask("POST", at(made.id, "move"), {"destinationId": "archive"})
    asked = "?$expand=singleValueExtendedProperties($filter=id%20eq%20'SystemTime%200x3FEF')"
    assert "singleValueExtendedProperties" not in clara.get(at(moved.id) + asked).json
    soon = clara.draft(subject="Soon", toRecipients=to(JAMES), singleValueExtendedProperties=deferred(2))
    assert clara.ask("POST", at(soon.id, "send")).status == 202
    until(sandbox, 2, sandbox.deliveries)
    assert [one["subject"] for one in sandbox.deliveries()] == ["Soon"]
    assert subjects(sandbox, "sentitems")[0] == "Soon"


def test_a_deferred_send_mail_goes_at_once_and_again_as_it_was_seen(sandbox: RunningSandbox, clara: Client) -> None:
    said = {**DRAFT, "toRecipients": to(JAMES)}
    late = {"message": {**said, "singleValueExtendedProperties": deferred(2)}}
    assert clara.ask("POST", "/me/sendMail", late).status == 202
    assert len(sandbox.deliveries()) == 1
    until(sandbox, 2, lambda: len(sandbox.deliveries()) == 2)
    sandbox.reset()
    sandbox.manners(Manner.GRAPH_SENDMAIL_HOLDS)
    held = {"message": {**said, "singleValueExtendedProperties": deferred(2)}}
    assert clara.ask("POST", "/me/sendMail", held).status == 202
    assert sandbox.deliveries() == []
    until(sandbox, 2, sandbox.deliveries)
    assert len(sandbox.deliveries()) == 1


def test_a_copy_that_is_not_wanted_is_not_kept(sandbox: RunningSandbox, clara: Client) -> None:
    wish = [{"id": "Boolean 0x0E01", "value": "true"}]
    for manners, kept in (((), False), ((Manner.GRAPH_DELETE_AFTER_SUBMIT_IGNORED,), True)):
        sandbox.reset()
        sandbox.manners(*manners)
        made = clara.draft(subject="No copy", toRecipients=to(JAMES), singleValueExtendedProperties=wish)
        assert clara.ask("POST", at(made.id, "send")).status == 202
        assert ("No copy" in subjects(sandbox, "sentitems")) == kept


def test_a_shared_mailbox_is_opened_by_its_own_permissions_and_keeps_its_own_copy(sandbox: RunningSandbox) -> None:
    sofia = client(sandbox, "sofia.lindqvist")
    made = sofia.ask("POST", f"/users/{SALES}/messages", {**DRAFT, "subject": "As Sales", "toRecipients": to(JAMES)})
    assert made.status == 201
    path = f"/users/{SALES}/messages/{made.id}"
    assert sofia.ask("GET", at(made.id)).code == "ErrorInvalidMailboxItemId"
    assert sofia.ask("POST", f"{path}/send").status == 202
    assert [(one["sender"], one["from_address"]) for one in sandbox.deliveries()] == [
        ("sofia.lindqvist@contoso.com", SALES)
    ]
    own = client(sandbox, "sofia.lindqvist", [one for one in SCOPES if not one.endswith(".Shared")])
    assert own.ask("GET", path).code == "ErrorAccessDenied"
    assert own.ask("POST", "/me/messages", DRAFT).status == 201


MIME = b"From: Clara <clara.fontaine@contoso.com>\r\nTo: james.okafor@contoso.com\r\nSubject: As MIME\r\n\r\nHello\r\n"


def test_a_draft_of_mime(sandbox: RunningSandbox, clara: Client) -> None:
    made = clara.ask("POST", "/me/messages", base64.b64encode(MIME))
    assert (made.status, made.json["subject"], made.json["isDraft"]) == (201, "As MIME", True)
    assert clara.get(at(made.id, "$value")).content == MIME
    folder = clara.ask("POST", "/me/mailFolders/archive/messages", base64.b64encode(MIME))
    assert (folder.status, folder.code) == (400, "UnableToDeserializePostBody")
    patched = clara.ask("PATCH", at(made.id), {"bccRecipients": to("sofia.lindqvist@contoso.com")})
    assert patched.json["bccRecipients"][0]["emailAddress"]["name"] == "Sofia Lindqvist"
    assert clara.ask("POST", at(made.id, "send")).status == 202
    assert {one["recipient"] for one in sandbox.deliveries()} == {JAMES, "sofia.lindqvist@contoso.com"}
    assert clara.ask("POST", "/me/messages", b"not base64!").code == "ErrorMimeContentInvalidBase64String"
    large = clara.ask("POST", "/me/messages", base64.b64encode(MIME + b"x" * (4 * 1024 * 1024)))
    assert large.status == 413


def test_a_body_that_is_no_json(clara: Client) -> None:
    for body in (b"{", b"[]", b"\xff\xfe"):
        headers = {"Content-Type": "application/json"}
        answer = clara.ask("POST", "/me/messages", body, **headers)
        assert answer.status == 400
        assert json.loads(answer.content)["error"]["code"] == "BadRequest"
