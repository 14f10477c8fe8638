"""The requests that are sent, element by element in the order of Exchange's schema (messages.xsd, types.xsd)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from app.backends.ews.item_writer import add_message, add_property_write, add_writes, date_text
from app.backends.ews.mime_draft import mime_of_draft
from app.backends.ews.xml import (
    Element,
    add,
    add_deferred_uri,
    add_folder,
    add_headers_uri,
    add_mark_uri,
    add_tag_uri,
    operation,
)
from app.domain.listing import Folder, Mark, Place
from app.domain.message import DraftUpdate, ItemRef, NewDraft
from app.domain.original import OriginalMark, Verb
from app.domain.properties import ANSWERED_ICON, FORWARDED_ICON, ICON_TAG, VERB_TAG, VERB_TIME_TAG
from app.domain.record import CopyKind, CopyTo

ROW_FIELDS = (
    "item:Subject",
    "item:Importance",
    "item:InReplyTo",
    "item:IsDraft",
    "item:Size",
    "item:DateTimeSent",
    "item:DateTimeCreated",
    "item:LastModifiedTime",
    "item:DisplayTo",
    "item:DisplayCc",
    "item:HasAttachments",
    "item:Preview",
    "item:Categories",
    "item:Flag",
    "item:ConversationId",
    "message:From",
    "message:InternetMessageId",
    "message:References",
)
_ITEM_FIELDS = (
    "item:ItemClass",
    "item:Subject",
    "item:Sensitivity",
    "item:Body",
    "item:Attachments",
    "item:DateTimeReceived",
    "item:Size",
    "item:Categories",
    "item:Importance",
    "item:InReplyTo",
    "item:IsDraft",
    "item:InternetMessageHeaders",
    "item:DateTimeSent",
    "item:DateTimeCreated",
    "item:ReminderDueBy",
    "item:ReminderIsSet",
    "item:HasAttachments",
    "item:LastModifiedTime",
    "item:Flag",
    "message:Sender",
    "message:ToRecipients",
    "message:CcRecipients",
    "message:BccRecipients",
    "message:IsReadReceiptRequested",
    "message:IsDeliveryReceiptRequested",
    "message:ConversationIndex",
    "message:ConversationTopic",
    "message:From",
    "message:InternetMessageId",
    "message:IsRead",
    "message:IsResponseRequested",
    "message:References",
    "message:ReplyTo",
    "message:ReceivedBy",
    "message:ReceivedRepresenting",
    "item:ConversationId",
)


def create_items(drafts: Sequence[NewDraft], send: CopyTo | None = None) -> Element:
    """CreateItem with both marks set ([MS-OXWSMSG] 3.1.4.1): SaveOnly into Drafts, or, with `send`, sent at once.

    All `drafts` go where the first one belongs (`home_of`): a request has one folder.
    """
    request = operation("CreateItem", MessageDisposition=_disposition(send))
    place: Place | Folder | None = home_of(drafts[0])
    if send is not None:
        place = _copy_place(send)
    if place is not None:
        add_folder(add(request, "m:SavedItemFolderId"), place)
    items = add(request, "m:Items")
    for draft in drafts:
        mime = mime_of_draft(draft) if draft.attachments else ""
        add_message(items, draft.content, draft.local_id, draft.message_id, draft.sent, mime)
    return request


def home_of(draft: NewDraft) -> Place:
    """Return the folder in which a draft, or the copy of what was sent, is to be made."""
    return Place(Folder.SENT if draft.sent else Folder.DRAFTS, draft.drafts_of, draft.folder_id)


def update_items(updates: Sequence[DraftUpdate], send: CopyTo | None = None) -> Element:
    """UpdateItem, NeverOverwrite; a field that has become empty is deleted ([MS-OXWSMSG] 3.1.4.3)."""
    request = operation("UpdateItem", ConflictResolution="NeverOverwrite", MessageDisposition=_disposition(send))
    place = None if send is None else _copy_place(send)
    if place is not None:
        add_folder(add(request, "m:SavedItemFolderId"), place)
    changes = add(request, "m:ItemChanges")
    for update in updates:
        change = add(changes, "t:ItemChange")
        _add_item_id(change, update.ref)
        writes = add(change, "t:Updates")
        add_writes(writes, update.content, update.fields, update.gone_headers)
        if update.mark:
            add_property_write(writes, add_mark_uri, update.mark)
    return request


def get_marks(refs: Sequence[ItemRef]) -> Element:
    """GetItem of the time alone at which a message was last answered or passed on."""
    request = operation("GetItem")
    shape = add(request, "m:ItemShape")
    add(shape, "t:BaseShape", "IdOnly")
    add_tag_uri(VERB_TIME_TAG, "SystemTime", add_properties(shape, ()))
    _add_item_ids(request, refs)
    return request


def mark_originals(marks: Sequence[OriginalMark]) -> Element:
    """UpdateItem, AlwaysOverwrite: what was done with messages, and that they are read; no receipt goes out by it."""
    request = operation(
        "UpdateItem",
        ConflictResolution="AlwaysOverwrite",
        MessageDisposition="SaveOnly",
        SuppressReadReceipts="true",
    )
    changes = add(request, "m:ItemChanges")
    for mark in marks:
        change = add(changes, "t:ItemChange")
        _add_item_id(change, ItemRef(mark.ref.item_id))
        writes = add(change, "t:Updates")
        read = add(writes, "t:SetItemField")
        add(read, "t:FieldURI", FieldURI="message:IsRead")
        add(add(read, "t:Message"), "t:IsRead", "true")
        icon = FORWARDED_ICON if mark.verb is Verb.FORWARDED else ANSWERED_ICON
        for tag, kind, value in (
            (VERB_TAG, "Integer", str(int(mark.verb))),
            (VERB_TIME_TAG, "SystemTime", date_text(mark.at)),
            (ICON_TAG, "Integer", icon),
        ):
            add_property_write(writes, partial(add_tag_uri, tag, kind), value)
    return request


def send_items(refs: Sequence[ItemRef], copy_to: CopyTo) -> Element:
    """SendItem of stored drafts ([MS-OXWSMSG] 3.1.4.7)."""
    place = _copy_place(copy_to)
    request = operation("SendItem", SaveItemToFolder="false" if place is None else "true")
    _add_item_ids(request, refs)
    if place is not None:
        add_folder(add(request, "m:SavedItemFolderId"), place)
    return request


def delete_items(refs: Sequence[ItemRef], for_good: bool) -> Element:
    """DeleteItem ([MS-OXWSMSG] 3.1.4.4)."""
    request = operation("DeleteItem", DeleteType="HardDelete" if for_good else "MoveToDeletedItems")
    _add_item_ids(request, refs)
    return request


def move_items(refs: Sequence[ItemRef], to: Place) -> Element:
    """MoveItem ([MS-OXWSMSG] 3.1.4.5)."""
    return _transfer(operation("MoveItem"), refs, to)


def copy_items(refs: Sequence[ItemRef], to: Place) -> Element:
    """CopyItem ([MS-OXWSMSG] 3.1.4.6)."""
    return _transfer(operation("CopyItem"), refs, to)


def _transfer(request: Element, refs: Sequence[ItemRef], to: Place) -> Element:
    add_folder(add(request, "m:ToFolderId"), to)
    _add_item_ids(request, refs)
    add(request, "m:ReturnNewItemIds", "true")
    return request


def _disposition(send: CopyTo | None) -> str:
    """MessageDispositionType ([MS-OXWSMSG] 2.2.2.1)."""
    if send is None:
        return "SaveOnly"
    return "SendOnly" if send.kind is CopyKind.NONE else "SendAndSaveCopy"


def _copy_place(copy_to: CopyTo) -> Place | Folder | None:
    return copy_to.place or (Folder.SENT if copy_to.kind is CopyKind.OWN_SENT else None)


def get_items(refs: Sequence[ItemRef]) -> Element:
    """GetItem with what Content holds, our marks, and no MimeContent ([MS-OXWSMSG] 3.1.4.2)."""
    request = operation("GetItem")
    shape = add(request, "m:ItemShape")
    add(shape, "t:BaseShape", "IdOnly")
    add(shape, "t:IncludeMimeContent", "false")
    add(shape, "t:BodyType", "Best")
    properties = add_properties(shape, _ITEM_FIELDS)
    add_deferred_uri(properties)
    add_headers_uri(properties)
    _add_item_ids(request, refs)
    return request


def get_people(refs: Sequence[ItemRef]) -> Element:
    """GetItem with recipients alone: no list gives their addresses ([MS-OXWSMSG] 2.2.3.1)."""
    request = operation("GetItem")
    shape = add(request, "m:ItemShape")
    add(shape, "t:BaseShape", "IdOnly")
    add_properties(shape, ["message:ToRecipients", "message:CcRecipients", "message:BccRecipients"])
    _add_item_ids(request, refs)
    return request


def get_mime(ref: ItemRef) -> Element:
    """GetItem with the MimeContent alone: the message as it would travel ([MS-OXWSCORE] 2.2.4.24 MimeContent)."""
    request = operation("GetItem")
    shape = add(request, "m:ItemShape")
    add(shape, "t:BaseShape", "IdOnly")
    add(shape, "t:IncludeMimeContent", "true")
    _add_item_ids(request, [ref])
    return request


def find_page(folder: Folder | Place, offset: int, limit: int, query: str = "") -> Element:
    """FindItem: one page of a folder, newest first ([MS-OXWSSRCH] 3.1.4.2).

    `query` is in the server's own language (AQS, [MS-OXWSSRCH] 2.2.3.25 QueryStringType), empty for all.
    """
    request = operation("FindItem", Traversal="Shallow")
    shape = add(request, "m:ItemShape")
    add(shape, "t:BaseShape", "IdOnly")
    kind = folder.folder if isinstance(folder, Place) else folder
    properties = add_properties(shape, ROW_FIELDS)
    if kind is Folder.OUTBOX:
        add_deferred_uri(properties)
    _add_view(request, offset, limit)
    order = add(add(request, "m:SortOrder"), "t:FieldOrder", Order="Descending")
    by_sent = kind in {Folder.SENT, Folder.INBOX}
    add(order, "t:FieldURI", FieldURI="item:DateTimeSent" if by_sent else "item:LastModifiedTime")
    add_folder(add(request, "m:ParentFolderIds"), folder)
    if query:
        add(request, "m:QueryString", query)
    return request


def find_marked(marks: Sequence[Mark], folders: Sequence[Folder | Place], offset: int, limit: int) -> Element:
    """FindItem over all `folders` at once, for items that bear one of `marks`."""
    request = operation("FindItem", Traversal="Shallow")
    shape = add(request, "m:ItemShape")
    add(shape, "t:BaseShape", "IdOnly")
    add_properties(shape, ("item:IsDraft", "message:InternetMessageId"))
    _add_view(request, offset, limit)
    _add_restriction(request, marks)
    parents = add(request, "m:ParentFolderIds")
    for folder in folders:
        add_folder(parents, folder)
    return request


def _add_restriction(request: Element, marks: Sequence[Mark]) -> None:
    restriction = add(request, "m:Restriction")
    values = [(mark.local_id, True) for mark in marks] + [(mark.message_id, False) for mark in marks]
    values = [(value, ours) for value, ours in values if value]
    parent = add(restriction, "t:Or") if len(values) > 1 else restriction
    for value, ours in values:
        equal = add(parent, "t:IsEqualTo")
        if ours:
            add_mark_uri(equal)
        else:
            add(equal, "t:FieldURI", FieldURI="message:InternetMessageId")
        add(add(equal, "t:FieldURIOrConstant"), "t:Constant", Value=value)


def add_properties(shape: Element, uris: Sequence[str]) -> Element:
    """Ask for fields, and for our mark."""
    properties = add(shape, "t:AdditionalProperties")
    for uri in uris:
        add(properties, "t:FieldURI", FieldURI=uri)
    add_mark_uri(properties)
    return properties


def _add_view(request: Element, offset: int, limit: int) -> None:
    add(request, "m:IndexedPageItemView", MaxEntriesReturned=str(limit), Offset=str(offset), BasePoint="Beginning")


def _add_item_ids(request: Element, refs: Sequence[ItemRef]) -> None:
    ids = add(request, "m:ItemIds")
    for ref in refs:
        _add_item_id(ids, ref)


def _add_item_id(parent: Element, ref: ItemRef) -> None:
    element = add(parent, "t:ItemId", Id=ref.item_id)
    if ref.change_key:
        element.set("ChangeKey", ref.change_key)
