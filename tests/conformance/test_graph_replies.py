"""Each operation of Graph is answered with names and types of the service's published metadata, and of no other."""

from typing import Any

import pytest

from app.sandbox.graph.routes import operations
from tests.conformance import metadata
from tests.integration.sandbox.graph import MARK, Answer, Client, at, client
from tests.integration.sandbox.test_graph_messages import EVERYTHING
from tests.sandbox_fixture import RunningSandbox

WITHOUT_JSON = frozenset(
    {
        *(
            "GraphDeleteMessage",
            "GraphDeleteForGood",
            "GraphSend",
            "GraphSendMail",
            "GraphGetMime",
            "GraphDeleteFolder",
        ),
        *("GraphGetRawAttachment", "GraphDeleteAttachment"),
    }
)
"""Operations whose replies have no JSON."""
BESIDE_MAIL = frozenset({"GraphGetUser", "GraphListUsers", "GraphListGroups", "GraphListMembers"})
"""Operations whose type is not in the part about mail."""
FILE = {"@odata.type": "#microsoft.graph.fileAttachment", "name": "a.txt", "contentBytes": "SGVsbG8="}
WITHIN = {"@odata.type": "#microsoft.graph.message", "subject": "Within"}
MEGABYTE = 1024 * 1024
EXPAND = f"singleValueExtendedProperties($filter=id%20eq%20'{MARK}'),attachments".replace(" ", "%20")


def requests(clara: Client) -> dict[str, tuple[str, str, Any]]:
    """One request for each operation that answers with JSON of mail: method, path and body."""
    one = clara.ask("POST", "/me/messages", EVERYTHING).id
    file = clara.ask("POST", at(one, "attachments"), FILE).id
    item = {"@odata.type": "#microsoft.graph.itemAttachment", "name": "Within", "item": WITHIN}
    inner = clara.ask("POST", at(one, "attachments"), item).id
    folder = clara.ask("POST", "/me/mailFolders", {"displayName": "Own"}).id
    big = {"AttachmentItem": {"attachmentType": "file", "name": "big", "size": 3 * MEGABYTE}}
    tips = "automaticReplies,mailboxFullStatus,totalMemberCount,externalMemberCount,maxMessageSize,recipientScope"
    asked = {"EmailAddresses": ["lena.vogel@contoso.com", "nobody@contoso.com"], "MailTipsOptions": tips}
    ids = {"InputIds": [one, "wrong"], "SourceIdType": "restId", "TargetIdType": "ewsId"}
    reply = {"automaticRepliesSetting": {"status": "alwaysEnabled", "internalReplyMessage": "Away."}}
    assert file
    return {
        "GraphListMessages": ("GET", f"/me/messages?$top=100&$expand={EXPAND}", None),
        "GraphDelta": ("GET", f"/me/mailFolders/drafts/messages/delta?$top=100&$expand={EXPAND}", None),
        "GraphListFolders": ("GET", "/me/mailFolders?$top=100", None),
        "GraphCreateFolder": ("POST", "/me/mailFolders/inbox/childFolders", {"displayName": "Below"}),
        "GraphGetFolder": ("GET", "/me/mailFolders/drafts", None),
        "GraphUpdateFolder": ("PATCH", f"/me/mailFolders/{folder}", {"displayName": "Renamed"}),
        "GraphCreateMessage": ("POST", "/me/messages", EVERYTHING),
        "GraphGetMessage": (
            "GET",
            f"{at(one)}?$select=subject,uniqueBody,internetMessageHeaders&$expand={EXPAND}",
            None,
        ),
        "GraphUpdateMessage": ("PATCH", at(one), {"subject": "Changed"}),
        "GraphListAttachments": ("GET", at(one, "attachments"), None),
        "GraphAddAttachment": ("POST", at(one, "attachments"), FILE),
        "GraphGetAttachment": (
            "GET",
            f"{at(one, 'attachments', inner)}?$expand=microsoft.graph.itemattachment/item",
            None,
        ),
        "GraphCreateUploadSession": ("POST", at(one, "attachments", "createUploadSession"), big),
        "GraphListPeople": ("GET", "/me/people?$top=50", None),
        "GraphListContacts": ("GET", "/me/contacts", None),
        "GraphListCategories": ("GET", "/me/outlook/masterCategories", None),
        "GraphGetMailTips": ("POST", "/me/getMailTips", asked),
        "GraphGetSettings": ("GET", "/me/mailboxSettings", None),
        "GraphUpdateSettings": ("PATCH", "/me/mailboxSettings", reply),
        "GraphTranslateIds": ("POST", "/me/translateExchangeIds", ids),
        "GraphCopyMessage": ("POST", at(one, "copy"), {"destinationId": "drafts"}),
        "GraphMoveMessage": ("POST", at(one, "move"), {"destinationId": "archive"}),
    }


def check(known: metadata.Metadata, operation: str, answer: Answer) -> None:
    """Hold one reply against the metadata; its context must name a type that is known here."""
    assert answer.status in {200, 201}, (operation, answer.content)
    assert known.kind_of(str(answer.json.get("@odata.context", ""))), (operation, answer.json)
    assert metadata.complaints(answer.json) == [], operation


def test_every_reply_has_names_and_types_of_the_metadata_alone(sandbox: RunningSandbox) -> None:
    known = metadata.require()
    clara = client(sandbox)
    asked = requests(clara)
    assert set(asked) | WITHOUT_JSON | BESIDE_MAIL == set(operations())
    for operation, (method, path, body) in asked.items():
        check(known, operation, clara.ask(method, path, body))
    parts = [
        {"id": "1", "method": "GET", "url": "/me/messages?$top=5"},
        {"id": "2", "method": "GET", "url": "/nothing"},
    ]
    for one in clara.ask("POST", "/$batch", {"requests": parts}).json["responses"]:
        assert set(one) == {"id", "status", "headers", "body"}
        assert metadata.complaints(one["body"]) == []


ODD: tuple[Any, ...] = (
    None,
    True,
    7,
    -1.5,
    "",
    "\ud83d",
    "x" * 300,
    [],
    [None],
    [7],
    {},
    {"emailAddress": 7},
    [{"emailAddress": []}],
)


@pytest.mark.parametrize("name", sorted(EVERYTHING))
def test_no_value_of_a_property_makes_the_server_fail(sandbox: RunningSandbox, name: str) -> None:
    clara = client(sandbox)
    made = clara.draft().id
    for value in ODD:
        for method, path in (("POST", "/me/messages"), ("PATCH", at(made))):
            answer = clara.ask(method, path, {"subject": "Odd", name: value})
            assert answer.status < 500, (name, value, answer.content)


PATHS = (
    "/me/messages?$filter=%00", "/me/messages?$orderby=,", "/me/messages?$select=", "/me/messages?$expand=attachments(",
    "/me/messages?$search=%22%22", "/me/messages/%00", "/me/messages//send", "/users//messages",
    "/me/messages?$top=1e3", "/me/mailFolders('drafts')/messages", "/me/messages/..%2f..", "/$batch", "/",
    "/me/people?$search=%22%00%22",
    "/users?$search=x", "/users?$filter=(", "/me/messages?$filter=singleValueExtendedProperties/any(a:a/id%20eq%20'x')",
    "/me/messages?$filter=conversationId%20eq%20'x'", "/me/mailFolders/drafts/messages/delta?$skiptoken=x",
    "/me/messages?$filter=receivedDateTime%20ge%202026-99-99T00:00:00Z", "/me/messages?$skip=99999999999999999999",
    "/me/messages?$expand=singleValueExtendedProperties($filter=id%20eq%20'Integer%200xFFFFFF')",
)  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_no_address_makes_the_server_fail(sandbox: RunningSandbox, path: str) -> None:
    clara = client(sandbox)
    for method in ("GET", "POST", "PATCH", "DELETE"):
        answer = clara.ask(method, path, None if method in {"GET", "DELETE"} else {}, ConsistencyLevel="eventual")
        assert answer.status < 500, (method, path, answer.content)
