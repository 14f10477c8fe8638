"""The requests that are sent, element by element in the order of Exchange's schema (messages.xsd, types.xsd)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from app.backends.ews.xml import Element, add, add_mark_uri, operation
from app.domain.listing import Folder, Mark
from app.domain.message import Content, DraftUpdate, Field, Importance, ItemRef, NewDraft
from app.domain.recipient import Recipient
from app.domain.record import CopyKind, CopyTo

_ROW_FIELDS = (
    "item:Subject",
    "item:Importance",
    "item:IsDraft",
    "item:Size",
    "item:DateTimeSent",
    "item:DateTimeCreated",
    "item:LastModifiedTime",
    "item:DisplayTo",
    "item:DisplayCc",
    "item:HasAttachments",
    "item:Preview",
    "message:From",
)
_ITEM_FIELDS = (
    "item:Subject",
    "item:Body",
    "item:Importance",
    "item:IsDraft",
    "item:HasAttachments",
    "item:DateTimeSent",
    "item:LastModifiedTime",
    "message:From",
    "message:ToRecipients",
    "message:CcRecipients",
    "message:BccRecipients",
    "message:InternetMessageId",
)
_URIS = {
    Field.SENDER: "message:From",
    Field.TO: "message:ToRecipients",
    Field.CC: "message:CcRecipients",
    Field.BCC: "message:BccRecipients",
    Field.SUBJECT: "item:Subject",
    Field.BODY: "item:Body",
    Field.IMPORTANCE: "item:Importance",
}
_ORDER = (Field.SUBJECT, Field.BODY, Field.IMPORTANCE, Field.TO, Field.CC, Field.BCC, Field.SENDER)
"""As the elements stand in ItemType and, after all of those, in MessageType."""


def create_items(drafts: Sequence[NewDraft]) -> Element:
    """CreateItem, SaveOnly, into Drafts, with both marks set ([MS-OXWSMSG] 3.1.4.2)."""
    request = operation("CreateItem", MessageDisposition="SaveOnly")
    add(add(request, "m:SavedItemFolderId"), "t:DistinguishedFolderId", Id=Folder.DRAFTS.value)
    items = add(request, "m:Items")
    for draft in drafts:
        message = add(items, "t:Message")
        content = draft.content
        _add_subject(message, content)
        _add_body(message, content)
        if content.importance is not Importance.NORMAL:
            _add_importance(message, content)
        _add_mark(message, draft.local_id)
        for field in (Field.TO, Field.CC, Field.BCC, Field.SENDER):
            if _is_set(content, field):
                _WRITERS[field](message, content)
        if draft.message_id:
            add(message, "t:InternetMessageId", draft.message_id)
    return request


def update_items(updates: Sequence[DraftUpdate]) -> Element:
    """UpdateItem, SaveOnly, NeverOverwrite; a field that has become empty is deleted ([MS-OXWSMSG] 3.1.4.7)."""
    request = operation("UpdateItem", ConflictResolution="NeverOverwrite", MessageDisposition="SaveOnly")
    changes = add(request, "m:ItemChanges")
    for update in updates:
        change = add(changes, "t:ItemChange")
        _add_item_id(change, update.ref)
        writes = add(change, "t:Updates")
        for field in _ORDER:
            if field in update.fields:
                _add_write(writes, update.content, field)
        if update.mark:
            write = add(writes, "t:SetItemField")
            add_mark_uri(write)
            _add_mark(add(write, "t:Message"), update.mark)
    return request


def send_items(refs: Sequence[ItemRef], copy_to: CopyTo) -> Element:
    """SendItem of stored drafts ([MS-OXWSMSG] 3.1.4.6)."""
    filed = copy_to.kind is CopyKind.OWN_SENT
    request = operation("SendItem", SaveItemToFolder="true" if filed else "false")
    _add_item_ids(request, refs)
    if filed:
        add(add(request, "m:SavedItemFolderId"), "t:DistinguishedFolderId", Id=Folder.SENT.value)
    return request


def delete_items(refs: Sequence[ItemRef], for_good: bool) -> Element:
    """DeleteItem ([MS-OXWSMSG] 3.1.4.3)."""
    request = operation("DeleteItem", DeleteType="HardDelete" if for_good else "MoveToDeletedItems")
    _add_item_ids(request, refs)
    return request


def get_items(refs: Sequence[ItemRef]) -> Element:
    """GetItem with what Content holds, our marks, and no MimeContent ([MS-OXWSMSG] 3.1.4.4)."""
    request = operation("GetItem")
    shape = add(request, "m:ItemShape")
    add(shape, "t:BaseShape", "IdOnly")
    add(shape, "t:IncludeMimeContent", "false")
    add(shape, "t:BodyType", "Best")
    _add_properties(shape, _ITEM_FIELDS)
    _add_item_ids(request, refs)
    return request


def find_page(folder: Folder, offset: int, limit: int) -> Element:
    """FindItem: one page of a folder, newest first ([MS-OXWSSRCH] 3.1.4.2)."""
    request = operation("FindItem", Traversal="Shallow")
    shape = add(request, "m:ItemShape")
    add(shape, "t:BaseShape", "IdOnly")
    _add_properties(shape, _ROW_FIELDS)
    _add_view(request, offset, limit)
    order = add(add(request, "m:SortOrder"), "t:FieldOrder", Order="Descending")
    by_sent = folder in {Folder.SENT, Folder.INBOX}
    add(order, "t:FieldURI", FieldURI="item:DateTimeSent" if by_sent else "item:LastModifiedTime")
    add(add(request, "m:ParentFolderIds"), "t:DistinguishedFolderId", Id=folder.value)
    return request


def find_marked(marks: Sequence[Mark], folders: Sequence[Folder], offset: int, limit: int) -> Element:
    """FindItem over all `folders` at once, for items that bear one of `marks`."""
    request = operation("FindItem", Traversal="Shallow")
    shape = add(request, "m:ItemShape")
    add(shape, "t:BaseShape", "IdOnly")
    _add_properties(shape, ("item:IsDraft", "message:InternetMessageId"))
    _add_view(request, offset, limit)
    _add_restriction(request, marks)
    parents = add(request, "m:ParentFolderIds")
    for folder in folders:
        add(parents, "t:DistinguishedFolderId", Id=folder.value)
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


def _add_properties(shape: Element, uris: Sequence[str]) -> None:
    properties = add(shape, "t:AdditionalProperties")
    for uri in uris:
        add(properties, "t:FieldURI", FieldURI=uri)
    add_mark_uri(properties)


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


def _add_mark(message: Element, local_id: str) -> None:
    mark = add(message, "t:ExtendedProperty")
    add_mark_uri(mark)
    add(mark, "t:Value", local_id)


def _add_write(writes: Element, content: Content, field: Field) -> None:
    if not _is_set(content, field):
        add(add(writes, "t:DeleteItemField"), "t:FieldURI", FieldURI=_URIS[field])
        return
    write = add(writes, "t:SetItemField")
    add(write, "t:FieldURI", FieldURI=_URIS[field])
    _WRITERS[field](add(write, "t:Message"), content)


def _is_set(content: Content, field: Field) -> bool:
    value = getattr(content, field.value)
    if field in {Field.TO, Field.CC, Field.BCC}:
        return any(one.address or one.name for one in value)
    return bool(value)


def _add_subject(message: Element, content: Content) -> None:
    add(message, "t:Subject", content.subject)


def _add_body(message: Element, content: Content) -> None:
    add(message, "t:Body", content.body, BodyType=content.body_format.value)


def _add_importance(message: Element, content: Content) -> None:
    add(message, "t:Importance", content.importance.value)


def _add_from(message: Element, content: Content) -> None:
    if content.sender is not None:
        _add_mailbox(add(message, "t:From"), content.sender)


def _recipients(name: str, field: Field) -> Callable[[Element, Content], None]:
    def write(message: Element, content: Content) -> None:
        parent = add(message, name)
        for recipient in getattr(content, field.value):
            _add_mailbox(parent, recipient)

    return write


def _add_mailbox(parent: Element, recipient: Recipient) -> None:
    if not (recipient.address or recipient.name):
        return
    mailbox = add(parent, "t:Mailbox")
    if recipient.name:
        add(mailbox, "t:Name", recipient.name)
    if recipient.address:  # NonEmptyStringType
        add(mailbox, "t:EmailAddress", recipient.address)
        add(mailbox, "t:RoutingType", recipient.routing or "SMTP")


_WRITERS: dict[Field, Callable[[Element, Content], None]] = {
    Field.SUBJECT: _add_subject,
    Field.BODY: _add_body,
    Field.IMPORTANCE: _add_importance,
    Field.TO: _recipients("t:ToRecipients", Field.TO),
    Field.CC: _recipients("t:CcRecipients", Field.CC),
    Field.BCC: _recipients("t:BccRecipients", Field.BCC),
    Field.SENDER: _add_from,
}
