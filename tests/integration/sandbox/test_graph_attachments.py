"""The sandbox as Microsoft Graph: attachments with a request, and by upload sessions on another host."""

import threading
from typing import Any
from urllib.parse import urlsplit

import pytest

from app.sandbox.manners import Manner
from tests.integration.sandbox import soap
from tests.integration.sandbox.graph import DRAFT, Answer, Client, at, client, digest, encoded, to
from tests.sandbox_fixture import RunningSandbox

MEGABYTE = 1024 * 1024
FILE: dict[str, Any] = {
    "@odata.type": "#microsoft.graph.fileAttachment",
    "name": "plan.txt",
    "contentType": "text/plain",
}
SALES = "sales@contoso.com"


@pytest.fixture
def clara(sandbox: RunningSandbox) -> Client:
    """The first account, signed in."""
    return client(sandbox)


def test_a_file_is_attached_read_and_taken_away(sandbox: RunningSandbox, clara: Client) -> None:
    made = clara.draft()
    added = clara.ask("POST", at(made.id, "attachments"), {**FILE, "contentBytes": encoded(b"one"), "contentId": "c1",
                                                           "isInline": True})  # fmt: skip
    assert added.status == 201
    assert (added.json["@odata.type"], added.json["size"], added.json["contentId"]) == (FILE["@odata.type"], 3, "c1")
    assert "changeKey" not in added.json
    after = clara.get(at(made.id) + "?$select=changeKey,hasAttachments").json
    assert after["changeKey"] != made.json["changeKey"]
    assert after["hasAttachments"] is False  # all of them are inline
    listed = clara.get(at(made.id, "attachments") + "?$select=name,size&$filter=name%20eq%20'other'")
    assert [{name for name in one if "@" not in name} for one in listed.values] == [{"id", "name", "size"}]
    raw = clara.get(at(made.id, "attachments", added.id, "$value"))
    assert (raw.content, raw.headers["content-type"]) == (b"one", "text/plain")
    assert clara.ask("PATCH", at(made.id, "attachments", added.id), {}).status == 405
    assert clara.ask("GET", at(made.id, "attachments") + "?$top=1").status == 400
    assert clara.ask("DELETE", at(made.id, "attachments", added.id)).status == 204
    assert clara.ask("GET", at(made.id, "attachments", added.id)).code == "ErrorItemNotFound"
    del sandbox


def test_a_message_is_attached_as_an_item(sandbox: RunningSandbox, clara: Client) -> None:
    made = clara.draft()
    inner = {"@odata.type": "#microsoft.graph.message", **DRAFT, "subject": "Within", "toRecipients": to(SALES)}
    item = {"@odata.type": "#microsoft.graph.itemAttachment", "name": "Within", "item": inner}
    added = clara.ask("POST", at(made.id, "attachments"), item)
    assert added.status == 201
    plain = clara.get(at(made.id, "attachments", added.id))
    assert "item" not in plain.json
    whole = clara.get(at(made.id, "attachments", added.id) + "?$expand=microsoft.graph.itemattachment/item")
    assert whole.json["item"]["subject"] == "Within"
    raw = clara.get(at(made.id, "attachments", added.id, "$value")).content
    assert b"Subject: Within" in raw
    ews = sandbox.post(soap.get([(made.id.translate(str.maketrans("-_", "+/")), "")]))
    assert [one.text for one in ews.all(".//t:ItemAttachment/t:Name")] == ["Within"]


def test_an_attachment_with_the_request_is_below_three_megabytes(clara: Client) -> None:
    made = clara.draft()
    fits = clara.ask("POST", at(made.id, "attachments"), {**FILE, "contentBytes": encoded(bytes(3_145_000))})
    assert fits.status == 201
    over = clara.ask("POST", at(made.id, "attachments"), {**FILE, "contentBytes": encoded(bytes(3_146_000))})
    assert over.status == 413


def session(clara: Client, made: Answer, size: int, path: str = "", **more: Any) -> Answer:
    said = {"AttachmentItem": {"attachmentType": "file", "name": "big.bin", "size": size, **more}}
    return clara.ask("POST", path or at(made.id, "attachments", "createUploadSession"), said)


def put(sandbox: RunningSandbox, url: str, content: bytes, start: int, total: int, **more: str) -> Answer:
    headers = {
        "Content-Type": "application/octet-stream",
        "Content-Range": f"bytes {start}-{start + len(content) - 1}/{total}",
        **more,
    }
    reply = sandbox.request("PUT", url, content, headers)
    return Answer(reply.status, reply.headers, reply.content)


def test_a_large_file_goes_piece_by_piece_to_another_host(sandbox: RunningSandbox, clara: Client) -> None:
    made, content = clara.draft(), bytes(range(256)) * (36 * 1024)
    begun = session(clara, made, len(content), contentType="application/pdf", contentId="big", isInline=True)
    assert (begun.status, begun.json["nextExpectedRanges"]) == (201, ["0-"])
    url = begun.json["uploadUrl"]
    assert urlsplit(url).hostname != urlsplit(sandbox.graph_url).hostname
    first = put(sandbox, url, content[: 4 * MEGABYTE], 0, len(content))
    assert (first.status, first.json["nextExpectedRanges"]) == (200, [str(4 * MEGABYTE)])
    assert clara.get(at(made.id, "attachments")).values == []
    second = put(sandbox, url, content[4 * MEGABYTE : 8 * MEGABYTE], 4 * MEGABYTE, len(content))
    assert second.json["nextExpectedRanges"] == [str(8 * MEGABYTE)]
    last = put(sandbox, url, content[8 * MEGABYTE :], 8 * MEGABYTE, len(content))
    assert (last.status, last.content) == (201, b"")
    [shown] = clara.get(at(made.id, "attachments") + "?$select=id,name,size,contentType,isInline,contentId").values
    assert last.headers["location"].endswith(f"/attachments('{shown['id']}')")
    assert (shown["name"], shown["size"], shown["contentType"], shown["contentId"]) == (
        "big.bin", len(content), "application/pdf", "big",
    )  # fmt: skip
    assert digest(clara.get(at(made.id, "attachments", shown["id"], "$value")).content) == digest(content)
    assert put(sandbox, url, b"x", 0, len(content)).status == 404


def test_pieces_are_taken_in_order_and_without_a_token(sandbox: RunningSandbox, clara: Client) -> None:
    made, total = clara.draft(), 3 * MEGABYTE
    url = session(clara, made, total).json["uploadUrl"]
    assert put(sandbox, url, bytes(MEGABYTE), MEGABYTE, total).status == 416
    assert put(sandbox, url, bytes(MEGABYTE), 0, total + 1).status == 400
    assert put(sandbox, url, bytes(MEGABYTE), 0, total, Authorization="Bearer x").status == 401
    assert put(sandbox, url, bytes(MEGABYTE), 0, total).status == 200
    assert put(sandbox, url, bytes(MEGABYTE), 0, total).status == 416  # that piece is there already
    assert put(sandbox, url, bytes(MEGABYTE), MEGABYTE, total).json["nextExpectedRanges"] == [str(2 * MEGABYTE)]
    assert sandbox.request("DELETE", url).status == 204
    assert put(sandbox, url, bytes(MEGABYTE), 2 * MEGABYTE, total).status == 404
    assert clara.get(at(made.id, "attachments")).values == []
    assert sandbox.request("PUT", f"{url}x", b"x").status == 404


def test_what_no_session_is_made_for(sandbox: RunningSandbox, clara: Client) -> None:
    made = clara.draft()
    item = session(clara, made, 3 * MEGABYTE, attachmentType="item")
    assert (item.status, item.code) == (405, "ErrorAttachmentSessionIsSupportedOnlyForFileAttachments")
    assert session(clara, made, 1000).code == "ErrorAttachmentSizeShouldNotBeLessThanMinimumSize"
    assert session(clara, made, 151 * MEGABYTE).code == "ErrorAttachmentSizeLimitExceeded"
    lena = client(sandbox, "lena.vogel")
    mine = lena.ask("POST", "/me/messages", DRAFT)
    url = session(lena, mine, 3 * MEGABYTE).json["uploadUrl"]
    assert put(sandbox, url, bytes(MEGABYTE), 0, 3 * MEGABYTE).code == "ErrorMessageSizeExceeded"


def test_a_session_ends_and_says_how_far_it_is_where_it_is_told_to(sandbox: RunningSandbox, clara: Client) -> None:
    made, total = clara.draft(), 3 * MEGABYTE
    url = session(clara, made, total).json["uploadUrl"]
    put(sandbox, url, bytes(MEGABYTE), 0, total)
    assert sandbox.request("GET", url).status == 405
    sandbox.manners(Manner.GRAPH_UPLOAD_TELLS)
    assert f'"nextExpectedRanges":["{MEGABYTE}"]'.encode() in sandbox.request("GET", url).content
    sandbox.manners(graph_uploads_last=0)
    assert put(sandbox, session(clara, made, total).json["uploadUrl"], bytes(MEGABYTE), 0, total).status == 404


def test_a_session_in_a_shared_mailbox_is_made_or_denied(sandbox: RunningSandbox, clara: Client) -> None:
    made = clara.ask("POST", f"/users/{SALES}/messages", DRAFT)
    path = f"/users/{SALES}/messages/{made.id}/attachments/createUploadSession"
    assert session(clara, made, 3 * MEGABYTE, path).status == 201
    sandbox.manners(Manner.GRAPH_SHARED_UPLOADS_DENIED)
    assert session(clara, made, 3 * MEGABYTE, path).code == "ErrorAccessDenied"


def test_one_draft_takes_one_attachment_at_a_time(sandbox: RunningSandbox, clara: Client) -> None:
    made = clara.draft()
    sandbox.faults([{"operation": "GraphAddAttachment", "nth": 1, "action": "stall", "seconds": 2}])
    answers: list[int] = []
    path, file = at(made.id, "attachments"), {**FILE, "contentBytes": "AAAA"}
    slow = threading.Thread(target=lambda: answers.append(clara.ask("POST", path, file).status))
    slow.start()
    while not sandbox.journal("GraphAddAttachment"):
        pass
    beside = clara.ask("POST", path, file)
    slow.join()
    assert (beside.status, beside.code, answers) == (412, "ErrorIrresolvableConflict", [201])
    assert clara.ask("POST", path, file).status == 201
