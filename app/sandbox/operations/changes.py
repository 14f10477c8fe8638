"""Operations that report changes: sync and subscriptions.

A SyncState says up to which write the caller knows the folder, and, while it is fetching a long list in parts, from
which write that round began: an item that came into the folder since then is reported as new in whichever part it is.
"""

import sqlite3
from typing import Final

from lxml import etree

from app.sandbox import xmlns
from app.sandbox.access import find_folder, find_target
from app.sandbox.call import Call, ServiceOperation, answer, answer_each, refuse, succeed
from app.sandbox.errors import EwsError
from app.sandbox.ids import ITEM, ObjectId
from app.sandbox.notifications import Hub, Stream, Subscription
from app.sandbox.shape import Shape, read_shape, show
from app.sandbox.store.folders import StoredFolder

_QUERY: Final = (
    "SELECT change, id, 0 AS gone FROM items WHERE folder_id = ? AND change > ? AND is_associated <= ?"
    " UNION ALL SELECT change, rowid, 1 FROM gone_items WHERE folder_id = ? AND change > ? AND arrived <= ?"
    " ORDER BY change LIMIT ?"
)


def answer_sync_folder_items(call: Call, request: etree._Element) -> etree._Element:
    """Answer a SyncFolderItems request."""
    response, messages = answer("SyncFolderItems")
    try:
        fault = call.fault_of(0)
        if fault:
            raise fault.error
        succeed(messages, "SyncFolderItems", _sync(call, request))
    except EwsError as error:
        refuse(messages, "SyncFolderItems", error, call.culture)
    return response


def _sync(call: Call, request: etree._Element) -> list[etree._Element]:
    folder = find_target(call, request, "m:SyncFolderId", "ErrorSyncFolderNotFound")
    if folder is None:
        raise EwsError("ErrorSyncFolderNotFound")
    limit = int(xmlns.text_at(request, "m:MaxChangesReturned") or "0")
    if not 1 <= limit <= 512:
        raise EwsError("ErrorInvalidPagingMaxRows")
    shape = read_shape(call, xmlns.find(request, "m:ItemShape"), sync=True)
    began, known = _read_state(call, request, folder)
    ignored = {str(one.get("Id")) for one in xmlns.find_all(request, "m:Ignore/t:ItemId")}
    associated = int(xmlns.text_at(request, "m:SyncScope") == "NormalAndAssociatedItems")
    latest = call.store.database.latest_change()
    rows = call.store.database.all(_QUERY, (folder.id, known, associated, folder.id, known, known, limit + 1))
    complete = len(rows) <= limit
    rows = rows[:limit]
    changes = xmlns.make("m:Changes")
    for row in rows:
        change = _gone(call, row) if row["gone"] else _changed(call, shape, row, (began, known))
        if change is not None and not ignored & {str(one.get("Id")) for one in change.iter(xmlns.tag("t:ItemId"))}:
            changes.append(change)
    # Writes of other folders are between: a finished round is as new as the store was when it was read.
    reached = max(latest, rows[-1]["change"] if rows else 0) if complete else rows[-1]["change"]
    state = call.store.database.ids.write_state(folder.id, reached if complete else began, reached)
    return [
        xmlns.make("m:SyncState", state),
        xmlns.make("m:IncludesLastItemInRange", xmlns.flag(complete)),
        changes,
    ]


def _read_state(call: Call, request: etree._Element, folder: StoredFolder) -> tuple[int, int]:
    text = xmlns.text_at(request, "m:SyncState")
    if not text:
        return 0, 0
    where, began, known = call.store.database.ids.read_state(text.strip(), 3)
    if where != folder.id:
        raise EwsError("ErrorInvalidSyncStateData")
    call.store.database.check_state(known)
    return began, known


def _changed(call: Call, shape: Shape, row: sqlite3.Row, since: tuple[int, int]) -> etree._Element | None:
    try:
        item = call.store.items.with_id(row["id"])
    except EwsError:
        # Gone since the list was read: the next round will tell.
        return None
    began, known = since
    if item.row["arrived"] > began or item.row["content_change"] > known:
        change = xmlns.make("t:Create" if item.row["arrived"] > began else "t:Update")
        change.append(show(shape, item))
        return change
    change = xmlns.make("t:ReadFlagChange")
    xmlns.add(change, "t:ItemId", None, Id=item.public_id, ChangeKey=item.change_key)
    xmlns.add(change, "t:IsRead", xmlns.flag(bool(item.row["is_read"])))
    return change


def _gone(call: Call, row: sqlite3.Row) -> etree._Element | None:
    found = call.store.database.one("SELECT mailbox_id, entry FROM gone_items WHERE rowid = ?", (row["id"],))
    if found is None:
        return None
    change = xmlns.make("t:Delete")
    identity = call.store.database.ids.write(ObjectId(ITEM, found["mailbox_id"], found["entry"]))
    xmlns.add(change, "t:ItemId", None, Id=identity, ChangeKey=call.store.database.ids.write_change_key(row["change"]))
    return change


SYNC_FOLDER_ITEMS: Final = ServiceOperation(
    "SyncFolderItems",
    "ItemShape SyncFolderId:TargetFolder SyncState:string? Ignore:IgnoredItems? MaxChangesReturned:int "
    "SyncScope:SyncScopeKind?",
    answer_sync_folder_items,
)


def _hub(call: Call) -> Hub:
    if call.hub is None:
        raise EwsError("ErrorInternalServerError")
    return call.hub


def _subscribe(call: Call, request: etree._Element) -> etree._Element:
    def subscribe(wanted: etree._Element) -> list[etree._Element]:
        kind = xmlns.local(wanted)
        if kind == "PushSubscriptionRequest":
            # A server on loopback calls no client.
            raise EwsError("ErrorInvalidPushSubscriptionUrl")
        made = _make(call, wanted, streaming=kind == "StreamingSubscriptionRequest")
        parts = [xmlns.make("m:SubscriptionId", made.id)]
        if not made.streaming:
            parts.append(xmlns.make("m:Watermark", _hub(call).watermark(made.position)))
        return parts

    return answer_each(call, "Subscribe", list(request.iterchildren(etree.Element)), subscribe, write=False)


def _make(call: Call, wanted: etree._Element, *, streaming: bool) -> Subscription:
    hub = _hub(call)
    named = xmlns.find_all(wanted, "t:FolderIds/*")
    everything = xmlns.is_true(wanted.get("SubscribeToAllFolders"))
    if everything == bool(named):
        raise EwsError("ErrorInvalidSubscriptionRequest")
    folders = [find_folder(call, one) for one in named]
    mailboxes = {one.mailbox for one in folders} or {call.user.id}
    if len(mailboxes) > 1:
        raise EwsError("ErrorInvalidSubscriptionRequest")
    kinds = frozenset((one.text or "").strip() for one in xmlns.find_all(wanted, "t:EventTypes/t:EventType"))
    watermark = xmlns.text_at(wanted, "t:Watermark")
    since = hub.read_watermark(watermark) if watermark else None
    minutes = None if streaming else int(xmlns.text_at(wanted, "t:Timeout") or 0)
    where = (mailboxes.pop(), frozenset(one.id for one in folders) if folders else None)
    made = hub.subscribe(call.user.id, where, kinds, minutes=minutes)
    if since is not None:
        made.position = min(since, made.position)
    return made


def _unsubscribe(call: Call, request: etree._Element) -> etree._Element:
    def end(named: etree._Element) -> list[etree._Element]:
        _hub(call).unsubscribe(_hub(call).find(named.text or "", call.user.id))
        return []

    return answer_each(call, "Unsubscribe", xmlns.find_all(request, "m:SubscriptionId"), end, write=False)


def _get_events(call: Call, request: etree._Element) -> etree._Element:
    def get(named: etree._Element) -> list[etree._Element]:
        hub = _hub(call)
        subscription = hub.find(named.text or "", call.user.id)
        if subscription.streaming:
            raise EwsError("ErrorInvalidPullSubscriptionId")
        since = hub.read_watermark(xmlns.text_at(request, "m:Watermark") or "")
        events, more = hub.after(subscription, since)
        return [hub.show(subscription, since, events, more=more)]

    return answer_each(call, "GetEvents", xmlns.find_all(request, "m:SubscriptionId"), get, write=False)


def _get_streaming_events(call: Call, request: etree._Element) -> etree._Element:
    response, messages = answer("GetStreamingEvents")
    asked = [(one.text or "").strip() for one in xmlns.find_all(request, "m:SubscriptionIds/t:SubscriptionId")]
    found: list[Subscription] = []
    wrong: list[tuple[str, EwsError]] = []
    for text in asked:
        try:
            fault = call.fault_of(0)
            if fault:
                raise fault.error
            subscription = _hub(call).find(text, call.user.id)
            if not subscription.streaming:
                raise EwsError("ErrorInvalidSubscription")
            found.append(subscription)
        except EwsError as error:
            wrong.append((text, error))
    if wrong:
        ids = xmlns.make("m:ErrorSubscriptionIds")
        for text, _ in wrong:
            xmlns.add(ids, "t:SubscriptionId", text)
        refuse(messages, "GetStreamingEvents", wrong[0][1], call.culture, parts=[ids])
        return response
    call.stream = Stream(tuple(found), int(xmlns.text_at(request, "m:ConnectionTimeout") or 1))
    succeed(messages, "GetStreamingEvents", [xmlns.make("m:ConnectionStatus", "OK")])
    return response


SUBSCRIBE: Final = ServiceOperation(
    "Subscribe", "PullSubscriptionRequest|PushSubscriptionRequest|StreamingSubscriptionRequest", _subscribe
)
UNSUBSCRIBE: Final = ServiceOperation("Unsubscribe", "SubscriptionId:nonempty", _unsubscribe)
GET_EVENTS: Final = ServiceOperation("GetEvents", "SubscriptionId:nonempty Watermark:nonempty", _get_events)
GET_STREAMING_EVENTS: Final = ServiceOperation(
    "GetStreamingEvents", "SubscriptionIds ConnectionTimeout:StreamTimeout", _get_streaming_events
)

OPERATIONS: Final = (GET_EVENTS, GET_STREAMING_EVENTS, SUBSCRIBE, SYNC_FOLDER_ITEMS, UNSUBSCRIBE)
