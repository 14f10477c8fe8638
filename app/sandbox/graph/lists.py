"""Lists: messages of a folder or of all, folders, and what has changed since (delta)."""

import sqlite3
from dataclasses import replace
from typing import Any, Final
from urllib.parse import quote, urlencode

from app.sandbox.access import CHANGE, CREATE
from app.sandbox.errors import EwsError
from app.sandbox.graph import message, payload
from app.sandbox.graph.attachments import expanded
from app.sandbox.graph.call import GraphCall, GraphError, GraphReply
from app.sandbox.graph.message import Wanted
from app.sandbox.graph.odata import conditions, read_filter
from app.sandbox.graph.selecting import read_select, read_wanted
from app.sandbox.ids import IMMUTABLE, ITEM, ObjectId
from app.sandbox.manners import Manner
from app.sandbox.store.folders import StoredFolder
from app.sandbox.store.mail_store import MailStore

_PAGE: Final = 10
_MOST: Final = 1000


def _count(call: GraphCall, name: str, default: int, least: int = 0) -> int:
    said = call.request.query.get(name)
    if said is None:
        return default
    if not said.isdecimal() or not least <= int(said) <= (_MOST if name == "$top" else 10**9):
        raise GraphError("ErrorInvalidUrlQuery", f"Invalid value for the query option '{name}': '{said[:20]}'.")
    return int(said)


def link_to(call: GraphCall, **more: str | None) -> str:
    """Return the address of this request with some query options more, or without those that are None."""
    options = {**call.request.query, **more}
    query = urlencode({name: one for name, one in options.items() if one is not None}, quote_via=quote, safe="$,'()")
    path = "/".join(quote(one, safe="$") for one in call.request.path)
    return f"{call.base}/v1.0/{path}?{query}"


def _page_size(call: GraphCall, default: int) -> int:
    asked = call.request.preferences.get("odata.maxpagesize", "")
    return min(_MOST, int(asked)) if asked.isdecimal() and int(asked) else default


def list_messages(call: GraphCall, folder: str = "") -> GraphReply:
    """Answer GET /messages and /mailFolders/{id}/messages."""
    where, order = conditions(call)
    wanted = replace(read_wanted(call), attachments=expanded(call))
    top, skip = _count(call, "$top", _page_size(call, _PAGE), 1), _count(call, "$skip", 0)
    if folder:
        source, scope = "i.folder_id = ? AND i.is_associated = 0", call.find_folder(folder).id
    else:
        source, scope = f"i.folder_id IN ({_ALL}) AND i.is_associated = 0", call.mailbox.id
    values = [scope, *(value for one in where for value in one.values)]
    text = " AND ".join([source, *(f"({one.sql})" for one in where)])
    # Made of the texts of this module and of the tables of `odata`; a caller's words are values.
    rows = call.store.database.all(
        f"SELECT * FROM items i WHERE {text} ORDER BY {order} LIMIT ? OFFSET ?",  # noqa: S608
        (*values, top + 1, skip),
    )
    shown: dict[str, Any] = {"@odata.context": call.context("messages")}
    if call.request.query.get("$count", "").lower() == "true":
        shown["@odata.count"] = call.store.database.number(f"SELECT count(*) FROM items i WHERE {text}", values)  # noqa: S608
    shown["value"] = [message.show(call, one, wanted) for one in call.store.items.of_rows(rows[:top])]
    if len(rows) > top:
        shown["@odata.nextLink"] = link_to(call, **{"$top": str(top), "$skip": str(skip + top)})
    return GraphReply(200, shown)


_ALL: Final = "SELECT id FROM folders WHERE mailbox_id = ? AND coalesce(distinguished, '') NOT LIKE 'recoverable%'"
"""The folders whose messages a list of all has."""

_FOLDER: Final = ("displayName", "parentFolderId", "childFolderCount", "unreadItemCount", "totalItemCount", "isHidden")


def show_folder(call: GraphCall, folder: StoredFolder, names: frozenset[str] | None) -> dict[str, Any]:
    """Return a folder."""
    parent = None if folder.parent is None else call.store.folders.with_id(folder.parent)
    values = {
        "displayName": folder.display_name,
        "parentFolderId": None if parent is None else call.folder_id(parent),
        "childFolderCount": len(_children(call, folder)),
        "unreadItemCount": folder.unread,
        "totalItemCount": folder.total,
        "isHidden": False,
    }
    shown = {name: one for name, one in values.items() if names is None or name in names}
    return {"id": call.folder_id(folder), **shown}


def _children(call: GraphCall, folder: StoredFolder) -> list[StoredFolder]:
    return [one for one in call.store.folders.children(folder.id) if one.folder_class in {None, "IPF.Note"}]


def _names(call: GraphCall) -> frozenset[str] | None:
    said = call.request.query.get("$select")
    return read_select(said, ("id", *_FOLDER), "microsoft.graph.mailFolder") if said else None


def list_folders(call: GraphCall, parent: str = "msgfolderroot") -> GraphReply:
    """Answer GET /mailFolders and /mailFolders/{id}/childFolders: one level of the tree."""
    names, found = _names(call), _children(call, call.find_folder(parent))
    said = call.request.query.get("$filter")
    if said:
        head, _, literal = said.partition(" eq ")
        if head.strip().lower() != "displayname" or not literal.strip().startswith("'"):
            raise GraphError("ErrorInvalidUrlQueryFilter", "The query filter is not supported.")
        wanted = literal.strip()[1:-1].replace("''", "'").casefold()
        found = [one for one in found if one.display_name.casefold() == wanted]
    top, skip = _count(call, "$top", _page_size(call, _PAGE), 1), _count(call, "$skip", 0)
    shown: dict[str, Any] = {"@odata.context": call.context("mailFolders")}
    if call.request.query.get("$count", "").lower() == "true":
        shown["@odata.count"] = len(found)
    shown["value"] = [show_folder(call, one, names) for one in found[skip : skip + top]]
    if len(found) > skip + top:
        shown["@odata.nextLink"] = link_to(call, **{"$top": str(top), "$skip": str(skip + top)})
    return GraphReply(200, shown)


def get_folder(call: GraphCall, identity: str) -> GraphReply:
    """Answer GET /mailFolders/{id}."""
    shown = show_folder(call, call.find_folder(identity), _names(call))
    return GraphReply(200, {"@odata.context": call.context("mailFolders/$entity"), **shown})


def create_folder(call: GraphCall, parent: str = "msgfolderroot") -> GraphReply:
    """Answer POST /mailFolders and /mailFolders/{id}/childFolders."""
    call.require(CREATE)
    given = payload.members(call.read_json(), "microsoft.graph.mailFolder", "displayName", "isHidden")
    name = payload.text(given.get("displayName"))
    if not name:
        raise GraphError("ErrorInvalidRequest", "The folder has no displayName.")
    made = call.store.folders.create(call.mailbox.id, call.find_folder(parent).id, name, "IPF.Note")
    context = {"@odata.context": call.context("mailFolders/$entity")}
    return GraphReply(201, {**context, **show_folder(call, made, None)})


def _own(call: GraphCall, identity: str) -> StoredFolder:
    call.require(CHANGE)
    folder = call.find_folder(identity)
    if folder.distinguished is not None:
        raise GraphError("ErrorDeleteDistinguishedFolder", "Distinguished folders cannot be changed.")
    return folder


def update_folder(call: GraphCall, identity: str) -> GraphReply:
    """Answer PATCH /mailFolders/{id}: a folder gets another name."""
    folder = _own(call, identity)
    given = payload.members(call.read_json(), "microsoft.graph.mailFolder", "displayName")
    call.store.folders.rename(folder, payload.text(given.get("displayName")) or folder.display_name)
    return get_folder(call, identity)


def delete_folder(call: GraphCall, identity: str) -> GraphReply:
    """Answer DELETE /mailFolders/{id}: the folder goes to Deleted Items."""
    folder = _own(call, identity)
    call.store.folders.move(folder, call.store.folders.distinguished(call.mailbox.id, "deleteditems").id)
    return GraphReply(204)


_CHANGES: Final = (
    "SELECT change, id, 0 AS gone FROM items WHERE folder_id = ? AND change > ? AND is_associated = 0"
    " UNION ALL SELECT change, rowid, 1 FROM gone_items WHERE folder_id = ? AND change > ? AND arrived <= ?"
    " ORDER BY change LIMIT ?"
)


def generation(store: MailStore) -> int:
    """Return the generation of delta tokens that are given out now; older ones are worthless."""
    return 1 + store.database.number("SELECT value FROM settings WHERE name = 'graph_generation'")


def evict(store: MailStore) -> int:
    """Make all delta tokens given out until now worthless; returns the new generation."""
    with store.database.writing():
        store.database.run("INSERT OR REPLACE INTO settings VALUES ('graph_generation', ?)", (generation(store),))
    return generation(store)


def delta(call: GraphCall, identity: str) -> GraphReply:
    """Answer GET /mailFolders/{id}/messages/delta."""
    folder = call.find_folder(identity)
    began, known, since = _state(call, folder)
    wanted = replace(read_wanted(call), attachments=expanded(call))
    size = _page_size(call, _count(call, "$top", _PAGE, 1))
    latest = call.store.database.latest_change()
    rows = call.store.database.all(_CHANGES, (folder.id, known, folder.id, known, known, size + 1))
    complete, rows = len(rows) <= size, rows[:size]
    shown = [one for row in rows for one in _changed(call, row, (began, since), wanted)]
    if Manner.GRAPH_DELTA_DOUBLES in call.manners:
        shown += shown[:1]
    # Writes of other folders are between: a finished round is as new as the store was when it was read.
    reached = max(latest, known) if complete else rows[-1]["change"]
    numbers = (folder.id, generation(call.store), reached if complete else began, reached, since)
    token = call.store.database.ids.write_state(*numbers).translate(str.maketrans("+/=", "-_."))
    name, other = ("$deltatoken", "$skiptoken") if complete else ("$skiptoken", "$deltatoken")
    link = link_to(call, **{name: token, other: None, "$filter": None, "$orderby": None})
    context = call.context("messages/$delta")
    which = "@odata.deltaLink" if complete else "@odata.nextLink"
    return GraphReply(200, {"@odata.context": context, which: link, "value": shown})


def _state(call: GraphCall, folder: StoredFolder) -> tuple[int, int, int]:
    """Return where this round began, up to where it is known, and the least receivedDateTime; raises GraphError."""
    query = call.request.query
    if "$search" in query:
        raise GraphError("ErrorInvalidUrlQuery", "The query parameter '$search' is not supported with delta.")
    said = query.get("$deltatoken") or query.get("$skiptoken")
    if not said:
        return 0, 0, _least_received(call)
    try:
        text = said.translate(str.maketrans("-_.", "+/="))
        where, age, began, known, since = call.store.database.ids.read_state(text, 5)
    except EwsError:
        raise GraphError("SyncStateInvalid", "The sync state is invalid.") from None
    try:
        call.store.database.check_state(known)
        fresh = age == generation(call.store) and where == folder.id
    except EwsError:
        fresh = False
    if not fresh:
        words = f"The sync state generation is not found; generation={age};[highest={generation(call.store)}]."
        raise GraphError("SyncStateNotFound", words)
    return began, known, since


def _least_received(call: GraphCall) -> int:
    query = call.request.query
    if query.get("$orderby", "receivedDateTime desc").strip().lower() != "receiveddatetime desc":
        raise GraphError("ErrorInvalidUrlQuerySort", "Delta is ordered by receivedDateTime desc alone.")
    if not query.get("$filter"):
        return 0
    found, names = read_filter(call, query["$filter"])
    if names != ["receiveddatetime"] or not found.sql.startswith(("i.received >= ?", "i.received > ?")):
        raise GraphError("ErrorInvalidUrlQueryFilter", "Delta is filtered by receivedDateTime ge or gt alone.")
    return int(found.values[0]) + (0 if ">=" in found.sql else 1)


def _changed(call: GraphCall, row: sqlite3.Row, since: tuple[int, int], wanted: Wanted) -> list[dict[str, Any]]:
    """Show one change, where the request asks for its kind."""
    kind = call.request.query.get("changeType", "").lower()
    if row["gone"]:
        return [] if kind not in {"", "deleted"} else _gone(call, row)
    try:
        item = call.store.items.with_id(row["id"])
    except EwsError:
        return []  # gone since the list was read: the next round will tell
    if since[1] and (item.row["received"] or 0) < since[1]:
        return []
    if kind not in {"", "created" if item.row["arrived"] > since[0] else "updated"}:
        return []
    return [message.show(call, item, wanted, typed=True)]


def _gone(call: GraphCall, row: sqlite3.Row) -> list[dict[str, Any]]:
    database = call.store.database
    found = database.one("SELECT * FROM gone_items WHERE rowid = ?", (row["id"],))
    if found is None:
        return []
    named = ObjectId(ITEM, found["mailbox_id"], found["entry"])
    if call.immutable:
        if found["item_id"] is None or _is_back(call, found):
            return []
        named = ObjectId(IMMUTABLE, found["mailbox_id"], found["item_id"])
    removed = {"@odata.type": f"#{message.TYPE}", "id": database.ids.write_rest(named)}
    return [{**removed, "@removed": {"reason": "deleted"}}]


def _is_back(call: GraphCall, found: sqlite3.Row) -> bool:
    query = "SELECT 1 FROM items WHERE id = ? AND folder_id = ?"
    return call.store.database.one(query, (found["item_id"], found["folder_id"])) is not None
