"""Attachments: with a request, below 3 MB, and piece by piece by an upload session, which another host takes."""

import base64
import json
import re
import secrets
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final
from urllib.parse import quote

from app.sandbox.access import CHANGE
from app.sandbox.composing import DEEPEST, LARGEST_ATTACHMENT
from app.sandbox.conversation import complete
from app.sandbox.graph import message, payload
from app.sandbox.graph.call import GraphCall, GraphError, GraphReply
from app.sandbox.graph.message import Wanted
from app.sandbox.graph.selecting import option_of, read_expand, read_select
from app.sandbox.ids import ATTACHMENT, ObjectId
from app.sandbox.manners import Manner
from app.sandbox.mime import build
from app.sandbox.properties import write_time
from app.sandbox.sending import LARGEST_MESSAGE
from app.sandbox.store.attachments import AttachmentToStore
from app.sandbox.store.database import now
from app.sandbox.store.items import Item, StoredAttachment
from app.sandbox.store.mail_store import MailStore

_FILE: Final = "microsoft.graph.fileAttachment"
_ITEM: Final = "microsoft.graph.itemAttachment"
_OWN: Final = ("name", "contentType", "isInline", "lastModifiedDateTime", "size", "id")
_KNOWN: Final = frozenset({*_OWN, "contentId", "contentLocation", "contentBytes"})
SMALLEST_SESSION: Final = 2 * 1024 * 1024
"""Bytes below which a session is refused, as it was measured."""
LARGEST_PIECE: Final = 4 * 1024 * 1024
_LASTS: Final = 3600.0
"""Seconds that a session lasts; the service's number is not documented."""
UPLOAD_PATH: Final = "/api/gv1.0/attachment-sessions"


def attachment_id(call: GraphCall, item: Item, one: StoredAttachment) -> str:
    """Return the id to give out for an attachment."""
    return call.store.database.ids.write_rest(ObjectId(ATTACHMENT, item.mailbox, item.id, one.id))


def _show(
    call: GraphCall, item: Item, one: StoredAttachment, names: frozenset[str] | None, *, full: bool = False
) -> dict[str, Any]:
    is_file = one.inner is None
    shown: dict[str, Any] = {"@odata.type": f"#{_FILE if is_file else _ITEM}"}
    values: dict[str, Any] = {
        "id": attachment_id(call, item, one),
        "lastModifiedDateTime": write_time(one.modified),
        "name": one.name,
        "contentType": one.content_type,
        "size": one.size,
        "isInline": one.is_inline,
    }
    if is_file:
        values.update(contentId=one.content_id, contentLocation=one.content_location)
        if names is None or "contentBytes" in names:
            values["contentBytes"] = base64.b64encode(call.store.attachments.content(one)).decode()
    shown.update({name: value for name, value in values.items() if names is None or name in {*names, "id"}})
    if full and one.inner is not None:
        shown["item"] = _inner(call, call.store.items.with_id(one.inner))
    return shown


def _inner(call: GraphCall, item: Item) -> dict[str, Any]:
    shown = message.show(call, item, Wanted(), typed=True)
    del shown["@odata.etag"], shown["parentFolderId"]
    shown["id"] = ""
    return shown


def expanded(call: GraphCall) -> Callable[[Item], list[dict[str, Any]]] | None:
    """Return how the attachments of a message are shown where $expand asks for them."""
    expand = read_expand(call.request.query["$expand"]) if call.request.query.get("$expand") else {}
    if "attachments" not in expand:
        return None
    said = option_of(expand["attachments"], "$select")
    names = read_select(said, _KNOWN, "microsoft.graph.attachment") if said else None
    return lambda item: [_show(call, item, one, names) for one in item.shown_attachments]


def attach_given(call: GraphCall, item: Item, given: Any, depth: int = 0) -> StoredAttachment:
    """Attach what a request's JSON holds; the caller saves the item. Only while writing. Raises GraphError."""
    kind = str(given.get("@odata.type", "")).removeprefix("#") if isinstance(given, dict) else ""
    if kind not in {_FILE, _ITEM}:
        raise GraphError(
            "RequestBodyRead", "The attachment's '@odata.type' is missing, or of a type that is not taken."
        )
    more = ("contentBytes", "contentId", "contentLocation") if kind == _FILE else ("item",)
    said = payload.members(given, kind, *_OWN, *more)
    new = AttachmentToStore(
        name=payload.text(said.get("name")),
        content_type=payload.text(said.get("contentType")),
        content_id=payload.text(said.get("contentId")),
        content_location=payload.text(said.get("contentLocation")),
        is_inline=payload.boolean(said.get("isInline") or False),
    )
    if not new.name:
        raise GraphError("ErrorInvalidRequest", "The attachment has no name.")
    if kind == _FILE:
        content = payload.base64_of(payload.needed(said, "attachments", "contentBytes"))
        return call.store.attachments.add(item, replace(new, content=content))
    inner = _make_inner(call, item, payload.needed(said, "attachments", "item"), depth)
    return call.store.attachments.add(item, replace(new, inner=inner.id, size=inner.row["size"]))


def _make_inner(call: GraphCall, item: Item, given: Any, depth: int) -> Item:
    if depth >= DEEPEST:
        raise GraphError("ErrorAttachmentNestLevelLimitExceeded")
    if not isinstance(given, dict) or str(given.get("@odata.type", f"#{message.TYPE}")).lower() != f"#{message.TYPE}":
        raise GraphError("RequestBodyRead", "The attached item is no message.")
    inner = call.store.items.start(item.mailbox, None)
    message.write(call, inner, given)
    complete(inner, call.domain)
    call.store.items.save(inner)
    for one in payload.several(given.get("attachments") or []):
        attach_given(call, inner, one, depth + 1)
    if given.get("attachments"):
        call.store.items.save(inner)
    return inner


def _parent(call: GraphCall, identity: str) -> Item:
    call.require(CHANGE)
    item = call.find_item(identity)
    if item.row["is_submitted"]:
        raise GraphError("ErrorAccessDenied")
    return item


def _find(call: GraphCall, item: Item, identity: str) -> StoredAttachment:
    named = call.store.database.ids.read_rest(identity)
    if named.kind != ATTACHMENT or named.number != item.id:
        raise GraphError("ErrorInvalidAttachmentId" if named.kind != ATTACHMENT else "ErrorItemNotFound")
    return call.store.attachments.with_id(item, named.attachment)


def _keep(call: GraphCall, item: Item) -> None:
    call.store.items.keep_mime(item, None)
    call.store.items.save(item)


def add(call: GraphCall, identity: str) -> GraphReply:
    """Answer POST /messages/{id}/attachments."""
    item = _parent(call, identity)
    made = attach_given(call, item, call.read_json())
    _keep(call, item)
    shown = {"@odata.context": call.context("messages('…')/attachments/$entity"), **_show(call, item, made, None)}
    return GraphReply(201, shown)


def list_all(call: GraphCall, identity: str) -> GraphReply:
    """Answer GET /messages/{id}/attachments; a $filter is ignored, $top and $skip are not served."""
    query = call.request.query
    if query.keys() & {"$top", "$skip"}:
        raise GraphError("ErrorInvalidUrlQuery", "The query is not supported on attachments.")
    names = read_select(query["$select"], _KNOWN, "microsoft.graph.attachment") if query.get("$select") else None
    item = call.find_item(identity)
    shown = [_show(call, item, one, names) for one in item.shown_attachments]
    return GraphReply(200, {"@odata.context": call.context("messages('…')/attachments"), "value": shown})


def get(call: GraphCall, identity: str, attachment: str) -> GraphReply:
    """Answer GET /messages/{id}/attachments/{id}; $expand=microsoft.graph.itemattachment/item shows the item too."""
    item = call.find_item(identity)
    one = _find(call, item, attachment)
    said = call.request.query.get("$select")
    names = read_select(said, _KNOWN, "microsoft.graph.attachment") if said else None
    full = call.request.query.get("$expand", "").lower() == "microsoft.graph.itemattachment/item"
    context = call.context("messages('…')/attachments/$entity")
    return GraphReply(200, {"@odata.context": context, **_show(call, item, one, names, full=full)})


def get_raw(call: GraphCall, identity: str, attachment: str) -> GraphReply:
    """Answer GET …/attachments/{id}/$value: a file's bytes, or an item as MIME."""
    item = call.find_item(identity)
    one = _find(call, item, attachment)
    if one.inner is not None:
        raw = build(call.store, call.store.items.with_id(one.inner)).as_bytes()
        return GraphReply(200, None, content=raw, content_type="text/plain")
    kind = one.content_type if re.fullmatch(r"[\w!#$&^.+-]+/[\w!#$&^.+-]+", one.content_type or "") else None
    content = call.store.attachments.content(one)
    return GraphReply(200, None, content=content, content_type=kind or "application/octet-stream")


def delete(call: GraphCall, identity: str, attachment: str) -> GraphReply:
    """Answer DELETE /messages/{id}/attachments/{id}."""
    item = _parent(call, identity)
    call.store.attachments.delete(_find(call, item, attachment))
    _keep(call, item)
    return GraphReply(204)


def prepare(store: MailStore) -> None:
    """Make the list of upload sessions, where the store has none."""
    with store.database.writing():
        # Stores of before have no such tables yet.
        store.database.run(
            "CREATE TABLE IF NOT EXISTS uploads (token TEXT PRIMARY KEY, item_id INTEGER NOT NULL REFERENCES items(id)"
            " ON DELETE CASCADE, user_id INTEGER NOT NULL, wanted TEXT NOT NULL, size INTEGER NOT NULL,"
            " received INTEGER NOT NULL DEFAULT 0, expires INTEGER NOT NULL)"
        )
        store.database.run(
            "CREATE TABLE IF NOT EXISTS upload_pieces (token TEXT NOT NULL REFERENCES uploads(token) ON DELETE CASCADE,"
            " place INTEGER NOT NULL, content BLOB NOT NULL, PRIMARY KEY (token, place))"
        )


def create_session(call: GraphCall, identity: str) -> GraphReply:
    """Answer POST /messages/{id}/attachments/createUploadSession."""
    item = _parent(call, identity)
    if Manner.GRAPH_SHARED_UPLOADS_DENIED in call.manners and call.user.id != call.mailbox.id:
        raise GraphError("ErrorAccessDenied")
    given = payload.parameters(call.read_json(), "createUploadSession", "AttachmentItem")
    said = payload.members(
        payload.needed(given, "createUploadSession", "AttachmentItem"),
        "microsoft.graph.attachmentItem",
        *("attachmentType", "name", "size", "contentType", "isInline", "contentId"),
    )
    if payload.choice(said.get("attachmentType"), ("file", "item", "reference"), "microsoft.graph.attachmentType"):
        words = "Attachment upload session is supported only for file attachments."
        raise GraphError("ErrorAttachmentSessionIsSupportedOnlyForFileAttachments", words, 405)
    size = payload.number(said.get("size"))
    if not payload.text(said.get("name")):
        raise GraphError("ErrorInvalidRequest", "The attachment has no name.")
    if size < SMALLEST_SESSION:
        raise GraphError("ErrorAttachmentSizeShouldNotBeLessThanMinimumSize", "The attachment size is too small.")
    if size > LARGEST_ATTACHMENT:
        raise GraphError("ErrorAttachmentSizeLimitExceeded", "The attachment size exceeds the limit.")
    seconds = call.manners.seconds.get(Manner.GRAPH_UPLOADS_LAST, _LASTS)
    token, expires = secrets.token_urlsafe(32), now() + int(seconds * 1000)
    call.store.database.run(
        "INSERT INTO uploads (token, item_id, user_id, wanted, size, expires) VALUES (?, ?, ?, ?, ?, ?)",
        (token, item.id, call.user.id, json.dumps(said), size, expires),
    )
    shown = {
        "@odata.context": f"{call.base}/v1.0/$metadata#microsoft.graph.uploadSession",
        "uploadUrl": f"{call.upload_base}{UPLOAD_PATH}/{item.id}?authtoken={token}",
        "expirationDateTime": write_time(expires),
        "nextExpectedRanges": ["0-"],
    }
    return GraphReply(201, shown)


_RANGE: Final = re.compile(r"bytes (\d+)-(\d+)/(\d+)")


def serve_upload(call: GraphCall, token: str) -> GraphReply:
    """Answer PUT, DELETE or GET on the address of an upload session. Only while writing."""
    if "authorization" in call.request.headers:
        raise GraphError("InvalidAuthenticationToken", "The upload address takes no Authorization header.")
    row = call.store.database.one("SELECT * FROM uploads WHERE token = ?", (token,))
    if row is None or row["expires"] <= now():
        raise GraphError("ErrorItemNotFound", "The upload session was not found, or has expired.")
    if call.request.method == "DELETE":
        call.store.database.run("DELETE FROM uploads WHERE token = ?", (token,))
        return GraphReply(204)
    state = {"ExpirationDateTime": write_time(row["expires"]), "nextExpectedRanges": [str(row["received"])]}
    if call.request.method == "GET" and Manner.GRAPH_UPLOAD_TELLS in call.manners:
        return GraphReply(200, state)
    if call.request.method != "PUT":
        raise GraphError("BadRequest", "The HTTP method is not allowed here.", 405)
    received = _take_piece(call, row)
    if received < row["size"]:
        return GraphReply(200, {**state, "nextExpectedRanges": [str(received)]})
    return _finish(call, row)


def _take_piece(call: GraphCall, row: Any) -> int:
    body, item = call.request.body, call.store.items.with_id(row["item_id"])
    said = _RANGE.fullmatch(call.request.headers.get("content-range", ""))
    if said is None or len(body) != int(said[2]) - int(said[1]) + 1 or int(said[3]) != row["size"]:
        raise GraphError("ErrorInvalidRequest", "The Content-Range does not fit what was sent or announced.")
    if int(said[1]) != row["received"] or int(said[2]) >= row["size"]:
        raise GraphError("invalidRange", "The uploaded fragment is not the next that is expected.", 416)
    if len(body) > LARGEST_PIECE:
        raise GraphError("RequestEntityTooLarge", "A fragment may have 4 MB.")
    received = int(row["received"]) + len(body)
    user = call.store.people.with_id(row["user_id"])
    if item.row["size"] + received > int(user.traits.get("largest_message", LARGEST_MESSAGE)):
        raise GraphError("ErrorMessageSizeExceeded", "The message exceeds the maximum supported size.")
    call.store.database.run("INSERT INTO upload_pieces VALUES (?, ?, ?)", (row["token"], row["received"], body))
    call.store.database.run("UPDATE uploads SET received = ? WHERE token = ?", (received, row["token"]))
    return received


def _finish(call: GraphCall, row: Any) -> GraphReply:
    said, item = json.loads(row["wanted"]), call.store.items.with_id(row["item_id"])
    query = "SELECT content FROM upload_pieces WHERE token = ? ORDER BY place"
    content = b"".join(bytes(one["content"]) for one in call.store.database.all(query, (row["token"],)))
    new = AttachmentToStore(
        name=said["name"],
        content_type=said.get("contentType") or "application/octet-stream",
        content=content,
        content_id=said.get("contentId"),
        is_inline=payload.boolean(said.get("isInline") or False),
    )
    made = call.store.attachments.add(item, new)
    _keep(call, item)
    call.store.database.run("DELETE FROM uploads WHERE token = ?", (row["token"],))
    owner = quote(call.store.people.with_id(item.mailbox).address)
    place = f"users('{owner}')/messages('{call.item_id(item)}')/attachments('{attachment_id(call, item, made)}')"
    return GraphReply(201, None, {"Location": f"{call.upload_base}/api/gv1.0/{place}"})
