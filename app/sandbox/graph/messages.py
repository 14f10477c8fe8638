"""Messages: created, got, changed, deleted, moved, copied and sent."""

import binascii
from dataclasses import replace
from typing import Any

from app.sandbox.access import CHANGE, CREATE
from app.sandbox.conversation import complete
from app.sandbox.fields.writing import read_base64
from app.sandbox.graph import message, payload
from app.sandbox.graph.attachments import attach_given, expanded
from app.sandbox.graph.call import GraphCall, GraphError, GraphReply
from app.sandbox.graph.message import Wanted
from app.sandbox.graph.selecting import read_wanted
from app.sandbox.graph.sending import accept_draft, accept_mail, withdraw
from app.sandbox.manners import Manner
from app.sandbox.mime import read_mime, write_mime
from app.sandbox.reports import note_read
from app.sandbox.store.folders import StoredFolder
from app.sandbox.store.items import Item


def _wanted(call: GraphCall) -> Wanted:
    wanted = read_wanted(call)
    return replace(wanted, attachments=expanded(call))


def _shown(call: GraphCall, item: Item, status: int = 200) -> GraphReply:
    wanted = _wanted(call) if call.request.method == "GET" else Wanted()
    shown = message.show(call, item, wanted, context=call.context("messages/$entity"))
    headers = {"ETag": shown["@odata.etag"]} if status == 200 else {}
    if status == 201:
        headers["Location"] = f"{call.base}/v1.0/users('{call.mailbox.address}')/messages('{shown['id']}')"
    return GraphReply(status, shown, headers)


def create(call: GraphCall, folder: str = "drafts") -> GraphReply:
    """Answer POST /messages and /mailFolders/{id}/messages."""
    call.require(CREATE)
    target = call.find_folder(folder)
    if call.request.headers.get("content-type", "").lower().startswith("text/plain"):
        if len(call.request.path) > 3 or call.request.path[-2:-1] == (folder,):
            raise GraphError("UnableToDeserializePostBody")
        item = _from_mime(call, target)
    else:
        item = make(call, target, call.read_json())
    return _shown(call, item, 201)


def make(call: GraphCall, folder: StoredFolder, given: dict[str, Any]) -> Item:
    """Make a message of a request's JSON in a folder, with what is attached within. Only while writing."""
    item = call.store.items.start(folder.mailbox, folder.id)
    message.write(call, item, given)
    attached = payload.several(given.get("attachments") or [])
    save_new(call, item)
    for one in attached:
        attach_given(call, item, one)
    if attached:
        call.store.items.save(item)
    return item


def save_new(call: GraphCall, item: Item) -> None:
    """Keep a message for the first time, with what a server adds; raises GraphError("ErrorQuotaExceeded")."""
    item.row["modified_by"] = call.user.display_name
    if Manner.MESSAGE_ID_DROPPED in call.manners:
        item.row["message_id"] = None
    complete(item, call.domain)
    quota = call.mailbox.traits.get("quota")
    query = "SELECT sum(size) FROM items WHERE mailbox_id = ?"
    if quota is not None and call.store.database.number(query, (item.mailbox,)) >= int(quota):
        raise GraphError("ErrorQuotaExceeded", "The mailbox is over its quota.")
    call.store.items.save(item)


def _from_mime(call: GraphCall, folder: StoredFolder) -> Item:
    """Make a message of MIME in base64; raises GraphError and EwsError. Only while writing."""
    try:
        raw = read_base64(call.request.body.decode("ascii"), "ErrorMimeContentInvalidBase64String")
    except (UnicodeDecodeError, binascii.Error):
        raise GraphError("ErrorMimeContentInvalidBase64String") from None
    if not raw:
        raise GraphError("ErrorMimeContentInvalidBase64String")
    item = call.store.items.start(folder.mailbox, folder.id)
    attached = read_mime(call.store, item, raw)
    save_new(call, item)
    for new in attached:
        call.store.attachments.add(item, new)
    if attached:
        call.store.items.save(item)
    call.store.items.keep_mime(item, raw)
    return item


def get(call: GraphCall, identity: str) -> GraphReply:
    """Answer GET /messages/{id}."""
    return _shown(call, call.find_item(identity))


def get_mime(call: GraphCall, identity: str) -> GraphReply:
    """Answer GET /messages/{id}/$value: the message as MIME."""
    raw = write_mime(call.store, call.find_item(identity))
    return GraphReply(200, None, content=raw, content_type="text/plain")


def check_version(call: GraphCall, item: Item) -> None:
    """Raise GraphError where If-Match names another version than the one that is kept."""
    tag = call.request.headers.get("if-match", "").strip()
    if tag in {"", "*"} or Manner.GRAPH_IF_MATCH_IGNORED in call.manners:
        return
    if tag.removeprefix("W/").strip('"') != item.change_key:
        raise GraphError("ErrorIrresolvableConflict")


def update(call: GraphCall, identity: str) -> GraphReply:
    """Answer PATCH /messages/{id}."""
    call.require(CHANGE)
    item = call.find_item(identity)
    check_version(call, item)
    was_read = item.row["is_read"]
    done = message.write(call, item, call.read_json())
    if done - {"isRead"}:
        call.store.items.keep_mime(item, None)
    if item.row["is_read"] and not was_read:
        note_read(call.store, item, suppress=False)
    item.row["modified_by"] = call.user.display_name
    call.store.items.save(item, read_only_change=done == {"isRead"})
    return _shown(call, item)


def delete(call: GraphCall, identity: str) -> GraphReply:
    """Answer DELETE /messages/{id}: the message goes to Deleted Items, and from there to the dumpster."""
    call.require(CHANGE)
    item = call.find_item(identity)
    check_version(call, item)
    withdraw(call.store, item, call.manners)
    bin_ = call.store.folders.distinguished(item.mailbox, "deleteditems")
    purged = item.row["folder_id"] == bin_.id or Manner.GRAPH_DELETE_PURGES in call.manners
    where = call.store.folders.distinguished(item.mailbox, "recoverableitemsdeletions") if purged else bin_
    call.store.items.move(item, where.mailbox, where.id)
    return GraphReply(204)


def delete_for_good(call: GraphCall, identity: str) -> GraphReply:
    """Answer POST /messages/{id}/permanentDelete."""
    call.require(CHANGE)
    item = call.find_item(identity)
    purges = call.store.folders.distinguished(item.mailbox, "recoverableitemspurges")
    withdraw(call.store, item, call.manners)
    call.store.items.move(item, purges.mailbox, purges.id)
    return GraphReply(204)


def _destination(call: GraphCall, action: str) -> StoredFolder:
    given = payload.parameters(call.read_json(), action, "DestinationId")
    return call.find_folder(payload.text(payload.needed(given, action, "DestinationId")) or "")


def move(call: GraphCall, identity: str) -> GraphReply:
    """Answer POST /messages/{id}/move: a message that waits to go is a draft again."""
    call.require(CHANGE)
    item = call.find_item(identity)
    folder = _destination(call, "move")
    withdraw(call.store, item, call.manners)
    call.store.items.move(item, folder.mailbox, folder.id)
    return _shown(call, item, 201)


def copy(call: GraphCall, identity: str) -> GraphReply:
    """Answer POST /messages/{id}/copy."""
    call.require(CREATE)
    item = call.find_item(identity)
    folder = _destination(call, "copy")
    twin = call.store.items.copy(item, folder.mailbox, folder.id)
    withdraw(call.store, twin)
    return _shown(call, twin, 201)


def send(call: GraphCall, identity: str) -> GraphReply:
    """Answer POST /messages/{id}/send: 202 says that the message is taken, not that it went."""
    item = call.find_item(identity)
    accept_draft(call, item)
    return GraphReply(202)


def send_mail(call: GraphCall) -> GraphReply:
    """Answer POST /sendMail, in JSON or as MIME."""
    outbox = call.store.folders.distinguished(call.mailbox.id, "outbox")
    if call.request.headers.get("content-type", "").lower().startswith("text/plain"):
        item, keep = _from_mime(call, outbox), True
    else:
        given = call.read_json()
        lowered = {name.lower() for name in given}
        if "message" not in lowered:
            payload.needed({}, "sendMail", "Message")
        given = payload.parameters(given, "sendMail", "Message", "SaveToSentItems")
        keep = given.get("SaveToSentItems") is None or payload.boolean(given["SaveToSentItems"])
        said = payload.needed(given, "sendMail", "Message")
        item = make(call, outbox, said if isinstance(said, dict) else payload.members(said, message.TYPE))
    accept_mail(call, item, keep=keep)
    return GraphReply(202)
