"""Operations on items: created, got, found, sent, moved, deleted, marked as read."""

from typing import Final

from lxml import etree

from app.sandbox import xmlns
from app.sandbox.access import CHANGE, CREATE, READ, change_of, find_folder, find_item, find_target, require
from app.sandbox.call import Call, ServiceOperation, answer_each
from app.sandbox.composing import WRITABLE, compose
from app.sandbox.errors import EwsError
from app.sandbox.fields.reading import View, attachment_id
from app.sandbox.manners import OF_SEND_ITEM, Manner
from app.sandbox.paging import PageRequest, read_page
from app.sandbox.reports import note_deleted, note_read
from app.sandbox.responding import RESPONSES, respond, suppress_receipt
from app.sandbox.search import Condition, read_query, read_restriction, read_sort_order
from app.sandbox.sending import send
from app.sandbox.shape import read_shape, show
from app.sandbox.store.folders import StoredFolder
from app.sandbox.store.items import Item


def answer_create_item(call: Call, request: etree._Element) -> etree._Element:
    """Answer a CreateItem request."""
    disposition = request.get("MessageDisposition")

    def create(element: etree._Element) -> list[etree._Element]:
        kind = xmlns.local(element)
        if kind == "SuppressReadReceipt":
            suppress_receipt(call, element)
            return [xmlns.make("m:Items")]
        if kind not in WRITABLE and kind not in RESPONSES:
            raise EwsError("ErrorInvalidItemForOperationCreateItem")
        if disposition is None and kind != "Item":
            raise EwsError("ErrorMessageDispositionRequired")
        return [_create(call, request, element, str(disposition or "SaveOnly"))]

    new = list(xmlns.find_all(request, "m:Items")[0].iterchildren(etree.Element))
    return answer_each(call, "CreateItem", new, create, empty="m:Items")


def _create(call: Call, request: etree._Element, element: etree._Element, disposition: str) -> etree._Element:
    named = find_target(call, request, "m:SavedItemFolderId", "ErrorSavedItemFolderNotFound")
    if named is not None:
        require(call, named.mailbox, CREATE, "ErrorCreateItemAccessDenied")
    items = xmlns.make("m:Items")
    if disposition == "SaveOnly":
        item = _make(call, element, named or call.store.folders.distinguished(call.user.id, "drafts"))
        kept = xmlns.add(items, f"t:{item.row['element']}")
        xmlns.add(kept, "t:ItemId", None, Id=item.public_id, ChangeKey=item.change_key)
        _show_attachments(call, item, kept)
        return items
    if disposition == "SendOnly" and named is not None:
        raise EwsError("ErrorInvalidSendItemSaveSettings")
    copy_to = (
        None if disposition == "SendOnly" else named or call.store.folders.distinguished(call.user.id, "sentitems")
    )
    # The draft is made where the copy is to be kept, so that there is nothing to move between mailboxes.
    mailbox = call.user.id if copy_to is None else copy_to.mailbox
    item = _make(call, element, call.store.folders.distinguished(mailbox, "outbox"))
    item.row["is_draft"] = 1  # whatever PR_MESSAGE_FLAGS says: clients clear the flag of what they send at once
    send(call.store, call.user, item, copy_to, call.manners.without(OF_SEND_ITEM))
    return items


def _make(call: Call, element: etree._Element, folder: StoredFolder) -> Item:
    item = call.store.items.start(folder.mailbox, folder.id)
    if xmlns.local(element) in RESPONSES:
        respond(call, element, item)
    else:
        compose(call, element, item)
    return item


def _show_attachments(call: Call, item: Item, kept: etree._Element) -> None:
    found = item.attachments
    if not found:
        return
    view = View(call.store, call.user.id)
    listed = xmlns.add(kept, "t:Attachments")
    for one in found:
        element = xmlns.add(listed, "t:FileAttachment" if one.kind == "file" else "t:ItemAttachment")
        xmlns.add(element, "t:AttachmentId", None, Id=attachment_id(view, item, one))
        if one.name is not None:
            xmlns.add(element, "t:Name", one.name)


CREATE_ITEM: Final = ServiceOperation(
    "CreateItem",
    "@MessageDisposition:DispositionKind @SendMeetingInvitations:InvitationsKind SavedItemFolderId:TargetFolder? "
    "Items:NewItems",
    answer_create_item,
)


def answer_get_item(call: Call, request: etree._Element) -> etree._Element:
    """Answer a GetItem request."""
    wanted = xmlns.find(request, "m:ItemShape")

    def get(named: etree._Element) -> list[etree._Element]:
        item = find_item(call, named)
        items = xmlns.make("m:Items")
        items.append(show(read_shape(call, wanted), item))
        return [items]

    ids = list(xmlns.find_all(request, "m:ItemIds")[0].iterchildren(etree.Element))
    return answer_each(call, "GetItem", ids, get, empty="m:Items", write=False)


GET_ITEM: Final = ServiceOperation("GetItem", "ItemShape ItemIds", answer_get_item)


def answer_find_item(call: Call, request: etree._Element) -> etree._Element:
    """Answer a FindItem request."""

    def find(named: etree._Element) -> list[etree._Element]:
        return [_find(call, request, find_folder(call, named))]

    folders = list(xmlns.find_all(request, "m:ParentFolderIds")[0].iterchildren(etree.Element))
    return answer_each(call, "FindItem", folders, find, write=False)


def _find(call: Call, request: etree._Element, folder: StoredFolder) -> etree._Element:
    for unserved in ("m:GroupBy", "m:DistinguishedGroupBy", "m:CalendarView", "m:ContactsView"):
        if xmlns.find(request, unserved) is not None:
            raise EwsError("ErrorInvalidOperation")
    shape = read_shape(call, xmlns.find(request, "m:ItemShape"), find=True)
    traversal = request.get("Traversal")
    where = _conditions(request)
    order = read_sort_order(xmlns.find(request, "m:SortOrder"), "i.received DESC, i.id DESC")
    # The plus keeps SQLite from going through the folder where a condition finds the few items by itself.
    few = "+" if any(one.few for one in where) else ""
    source = f"{few}i.folder_id = ? AND {few}i.is_associated = ?"
    scope = (folder.id, int(traversal == "Associated"))
    total = folder.total
    if traversal == "SoftDeleted":
        total, where = 0, [Condition("0")]
    elif where or traversal == "Associated":
        total = call.store.database.number(_select("count(*)", source, where), (*scope, *_values(where)))
    page = _page(call, request, total, (source, scope, where, order))
    sql = f"{_select('*', source, where)} ORDER BY {order.sql} LIMIT ? OFFSET ?"
    values = (*scope, *_values(where), *order.values, page.limit, page.offset)
    found = call.store.items.of_rows(call.store.database.all(sql, values))
    root = xmlns.make("m:RootFolder", None, **page.attributes(total, len(found)))
    items = xmlns.add(root, "t:Items")
    for item in found:
        items.append(show(shape, item))
    return root


def _conditions(request: etree._Element) -> list[Condition]:
    restriction = xmlns.find(request, "m:Restriction")
    query = xmlns.text_at(request, "m:QueryString")
    if restriction is not None and query:
        raise EwsError("ErrorInvalidOperation")
    found = [] if restriction is None else [read_restriction(restriction)]
    return [*found, read_query(query)] if query and query.strip() else found


def _select(what: str, source: str, where: list[Condition]) -> str:
    # Made of the texts in this module and in the tables of fields and tags; a caller's words are values.
    conditions = " AND ".join([source, *(f"({one.sql})" for one in where)])
    return f"SELECT {what} FROM items i WHERE {conditions}"  # noqa: S608


def _values(where: list[Condition]) -> list[object]:
    return [value for one in where for value in one.values]


Listing = tuple[str, tuple[int, int], list[Condition], Condition]


def _page(call: Call, request: etree._Element, total: int, listing: Listing) -> PageRequest:
    """Read the page that is wanted; SeekToCondition is the one that needs to look into the list for it."""
    seek = xmlns.find(request, "m:SeekToConditionPageItemView")
    if seek is None:
        return read_page(request, "Item", total)
    source, scope, where, order = listing
    condition = read_restriction(xmlns.find_all(seek, "t:Condition")[0])
    ranked = _select(f"row_number() OVER (ORDER BY {order.sql}) AS place, ({condition.sql}) AS hit", source, where)
    from_end = seek.get("BasePoint") == "End"
    best = "max" if from_end else "min"
    values = (*order.values, *condition.values, *scope, *_values(where))
    place = call.store.database.number(f"SELECT {best}(place) FROM ({ranked}) WHERE hit", values)  # noqa: S608
    limit = int(seek.get("MaxEntriesReturned", "1000"))
    if limit <= 0:
        raise EwsError("ErrorInvalidPagingMaxRows")
    start = total if not place else place - 1
    return PageRequest(max(0, start + 1 - limit) if from_end else start, min(limit, 1000))


FIND_ITEM: Final = ServiceOperation(
    "FindItem",
    "@Traversal:ItemTraversalKind! ItemShape IndexedPageItemView:IndexedPageView|"
    "FractionalPageItemView:FractionalPageView|SeekToConditionPageItemView|CalendarView:Anything|"
    "ContactsView:Anything? GroupBy:Anything|DistinguishedGroupBy:Anything? Restriction? SortOrder? "
    "ParentFolderIds:FolderIds QueryString?",
    answer_find_item,
)


def answer_send_item(call: Call, request: etree._Element) -> etree._Element:
    """Answer a SendItem request."""
    keep = xmlns.is_true(request.get("SaveItemToFolder"))

    def send_one(named: etree._Element) -> list[etree._Element]:
        copy_to = _copy_folder(call, request, keep=keep)
        item = find_item(call, named, CHANGE)
        change = change_of(call, named)
        if change is None:
            raise EwsError("ErrorChangeKeyRequiredForWriteOperations")
        if change != item.row["change"] and Manner.STALE_KEY_SENDS not in call.manners:
            raise EwsError("ErrorStaleObject")
        send(call.store, call.user, item, copy_to, call.manners)
        return []

    ids = list(xmlns.find_all(request, "m:ItemIds")[0].iterchildren(etree.Element))
    response = answer_each(call, "SendItem", ids, send_one)
    if Manner.RESPONSES_RENAMED in call.manners:
        response[0].tag = xmlns.tag("m:Responses")
    return response


def _copy_folder(call: Call, request: etree._Element, *, keep: bool) -> StoredFolder | None:
    named = find_target(call, request, "m:SavedItemFolderId", "ErrorSavedItemFolderNotFound")
    if not keep:
        if named is not None:
            raise EwsError("ErrorInvalidSendItemSaveSettings")
        return None
    if named is not None:
        require(call, named.mailbox, CREATE)
        return named
    return call.store.folders.distinguished(call.user.id, "sentitems")


SEND_ITEM: Final = ServiceOperation(
    "SendItem", "@SaveItemToFolder:boolean! ItemIds SavedItemFolderId:TargetFolder?", answer_send_item
)


def _target(call: Call, request: etree._Element) -> StoredFolder:
    folder = find_target(call, request, "m:ToFolderId", "ErrorToFolderNotFound")
    if folder is None:
        raise EwsError("ErrorToFolderNotFound")
    require(call, folder.mailbox, CREATE)
    return folder


def _show(call: Call, request: etree._Element, item: Item, *, same_mailbox: bool) -> list[etree._Element]:
    items = xmlns.make("m:Items")
    # Exchange cannot tell the new id of what has gone to another mailbox.
    if same_mailbox and xmlns.text_at(request, "m:ReturnNewItemIds") not in {"false", "0"}:
        shown = xmlns.add(items, f"t:{item.row['element']}")
        xmlns.add(shown, "t:ItemId", None, Id=item.public_id, ChangeKey=item.change_key)
    del call
    return [items]


def _move(call: Call, request: etree._Element) -> etree._Element:
    def move(named: etree._Element) -> list[etree._Element]:
        folder = _target(call, request)
        item = find_item(call, named, CHANGE)
        same = item.mailbox == folder.mailbox
        if item.row["is_submitted"]:
            # A held message that is taken out of the Outbox is a draft again.
            item.row.update(is_submitted=0, deferred=None, submitted_by=None, save_to=None)
            call.store.items.save(item)
        call.store.items.move(item, folder.mailbox, folder.id)
        return _show(call, request, item, same_mailbox=same)

    ids = list(xmlns.find_all(request, "m:ItemIds")[0].iterchildren(etree.Element))
    return answer_each(call, "MoveItem", ids, move, empty="m:Items")


def _copy(call: Call, request: etree._Element) -> etree._Element:
    def copy(named: etree._Element) -> list[etree._Element]:
        folder = _target(call, request)
        item = find_item(call, named, READ)
        twin = call.store.items.copy(item, folder.mailbox, folder.id)
        if twin.row["is_submitted"]:
            twin.row.update(is_submitted=0, submitted_by=None, save_to=None)
            call.store.items.save(twin)
        return _show(call, request, twin, same_mailbox=item.mailbox == folder.mailbox)

    ids = list(xmlns.find_all(request, "m:ItemIds")[0].iterchildren(etree.Element))
    return answer_each(call, "CopyItem", ids, copy, empty="m:Items")


_GRAMMAR: Final = "ToFolderId:TargetFolder ItemIds ReturnNewItemIds:boolean?"

MOVE_ITEM: Final = ServiceOperation("MoveItem", _GRAMMAR, _move)
COPY_ITEM: Final = ServiceOperation("CopyItem", _GRAMMAR, _copy)


def answer_delete_item(call: Call, request: etree._Element) -> etree._Element:
    """Answer a DeleteItem request."""
    way = str(request.get("DeleteType"))
    suppress = xmlns.is_true(request.get("SuppressReadReceipts"))

    def delete(named: etree._Element) -> list[etree._Element]:
        item = find_item(call, named, CHANGE)
        store = call.store
        if item.row["receipt_pending"]:
            note_deleted(call.store, item, suppress=suppress)
            store.items.save(item)
        if way == "HardDelete":
            store.items.delete(item)
            return []
        name = "deleteditems" if way == "MoveToDeletedItems" else "recoverableitemsdeletions"
        target = store.folders.distinguished(item.mailbox, name)
        if item.row["is_submitted"]:
            # A held message that is thrown away must not go out of the bin.
            item.row.update(is_submitted=0, deferred=None, submitted_by=None, save_to=None)
            store.items.save(item)
        store.items.move(item, target.mailbox, target.id)
        return []

    ids = list(xmlns.find_all(request, "m:ItemIds")[0].iterchildren(etree.Element))
    return answer_each(call, "DeleteItem", ids, delete)


DELETE_ITEM: Final = ServiceOperation(
    "DeleteItem",
    "@DeleteType:DisposalKind! @SendMeetingCancellations:InvitationsKind "
    "@AffectedTaskOccurrences:TaskOccurrencesKind @SuppressReadReceipts:boolean ItemIds",
    answer_delete_item,
)


def answer_mark_all_items_as_read(call: Call, request: etree._Element) -> etree._Element:
    """Answer a MarkAllItemsAsRead request."""
    suppress = xmlns.is_true(xmlns.text_at(request, "m:SuppressReadReceipts"))
    read = int(xmlns.is_true(xmlns.text_at(request, "m:ReadFlag")))

    def mark(named: etree._Element) -> list[etree._Element]:
        folder = find_folder(call, named)
        require(call, folder.mailbox, CHANGE)
        query = "SELECT * FROM items WHERE folder_id = ? AND is_read <> ?"
        for item in call.store.items.of_rows(call.store.database.all(query, (folder.id, read))):
            item.row["is_read"] = read
            if read:
                note_read(call.store, item, suppress=suppress)
            call.store.items.save(item, read_only_change=True)
        return []

    ids = list(xmlns.find_all(request, "m:FolderIds")[0].iterchildren(etree.Element))
    return answer_each(call, "MarkAllItemsAsRead", ids, mark)


MARK_ALL_ITEMS_AS_READ: Final = ServiceOperation(
    "MarkAllItemsAsRead", "ReadFlag:boolean SuppressReadReceipts:boolean FolderIds", answer_mark_all_items_as_read
)

OPERATIONS: Final = (
    COPY_ITEM,
    CREATE_ITEM,
    DELETE_ITEM,
    FIND_ITEM,
    GET_ITEM,
    MARK_ALL_ITEMS_AS_READ,
    MOVE_ITEM,
    SEND_ITEM,
)
