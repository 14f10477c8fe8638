"""UpdateItem: change fields of stored items, and resolve conflicts with other changes."""

from typing import Final

from lxml import etree

from app.sandbox import xmlns
from app.sandbox.access import CHANGE, CREATE, change_of, find_item, find_target, require
from app.sandbox.call import Call, ServiceOperation, answer_each
from app.sandbox.composing import read_mime_by, write_field, write_property
from app.sandbox.errors import EwsError
from app.sandbox.fields.table import BY_ELEMENT, FIELDS, FieldDefinition
from app.sandbox.fields.tags import write_tag
from app.sandbox.fields.writing import read_base64
from app.sandbox.manners import OF_SEND_ITEM, RECIPIENT_FIELDS, CachedInstance, Manner, impose, restore_text
from app.sandbox.properties import read_name
from app.sandbox.reports import note_read
from app.sandbox.sending import is_unsent, send
from app.sandbox.store.items import Item, StoredBody

_READ_FLAG: Final = frozenset({"message:IsRead"})


def run(call: Call, request: etree._Element) -> etree._Element:
    """Answer an UpdateItem request."""
    resolution = str(request.get("ConflictResolution"))

    def update(change: etree._Element) -> list[etree._Element]:
        named = next(change.iterchildren(etree.Element))
        item = find_item(call, named, CHANGE)
        if request.get("MessageDisposition") is None and item.row["element"] == "Message":
            raise EwsError("ErrorMessageDispositionRequired")
        _check_conflict(call, named, item, resolution)
        sends = request.get("MessageDisposition") in {"SendOnly", "SendAndSaveCopy"}
        if sends and Manner.UPDATE_AND_SEND_REFUSED in call.manners:
            raise EwsError("ErrorInvalidOperation")
        suppress = xmlns.is_true(request.get("SuppressReadReceipts"))
        updates = list(xmlns.find_all(change, "t:Updates")[0].iterchildren(etree.Element))
        touched = _apply(call, item, updates, suppress=suppress)
        if sends and Manner.UPDATE_AND_SEND_IGNORED not in call.manners:
            items = _send(call, request, item)
        else:
            old_key = Manner.OLD_KEY_RETURNED in call.manners and touched & RECIPIENT_FIELDS
            items = _show_id(item, str(named.get("ChangeKey") or "") if old_key else "")
        results = xmlns.make("m:ConflictResults")
        xmlns.add(results, "t:Count", "0")
        return [items, results]

    changes = xmlns.find_all(request, "m:ItemChanges/t:ItemChange")
    return answer_each(call, "UpdateItem", changes, update, empty="m:Items")


def _check_conflict(call: Call, named: etree._Element, item: Item, resolution: str) -> None:
    change = change_of(call, named)
    if resolution == "AlwaysOverwrite":
        return
    if change is None:
        raise EwsError("ErrorChangeKeyRequiredForWriteOperations")
    # AutoResolve merges what different people changed in different fields; all of this request's fields are its own.
    if Manner.STALE_KEY_UPDATES in call.manners:
        return
    if resolution == "NeverOverwrite" and change != item.row["change"]:
        raise EwsError("ErrorIrresolvableConflict")


def _apply(call: Call, item: Item, updates: list[etree._Element], *, suppress: bool) -> set[str]:
    """Make the changes and keep the item; returns the fields that they name."""
    touched: set[str] = set()
    was_read, message_id = item.row["is_read"], item.row["message_id"]
    before = CachedInstance(item.row["subject"], item.body)
    for update in updates:
        children = list(update.iterchildren(etree.Element))
        path = children[0]
        touched.add(str(path.get("FieldURI", "")))
        if xmlns.local(update) == "DeleteItemField":
            _delete(call, item, path)
        elif xmlns.local(update) == "AppendToItemField":
            _append(call, item, path, _only_child(children[1]))
        else:
            _set(call, item, path, _only_child(children[1]))
    if not touched <= _READ_FLAG:
        call.store.items.keep_mime(item, None)
    if "item:MimeContent" in touched:
        item.row["preview"] = None
    if item.row["is_read"] and not was_read:
        note_read(call.store, item, suppress=suppress)
    item.row["modified_by"] = call.user.display_name
    if Manner.MESSAGE_ID_DROPPED in call.manners:
        item.row["message_id"] = message_id
    if Manner.RECIPIENTS_RESTORE_TEXT in call.manners:
        restore_text(call.manners, item, before, touched)
    impose(call.manners, item)
    call.store.items.save(item, read_only_change=touched <= _READ_FLAG)
    return touched


def _only_child(holder: etree._Element) -> etree._Element:
    children = list(holder.iterchildren(etree.Element))
    if len(children) != 1:
        raise EwsError("ErrorIncorrectUpdatePropertyCount")
    return children[0]


def _field_at(path: etree._Element) -> FieldDefinition:
    field = FIELDS.get(str(path.get("FieldURI")))
    if xmlns.local(path) != "FieldURI" or field is None:
        raise EwsError("ErrorInvalidPropertySet").about({str(key): str(value) for key, value in path.attrib.items()})
    return field


def _set(call: Call, item: Item, path: etree._Element, element: etree._Element) -> None:
    if xmlns.local(path) == "ExtendedFieldURI":
        uris = xmlns.find_all(element, "t:ExtendedFieldURI")
        if not uris or read_name(uris[0]).key != read_name(path).key:
            raise EwsError("ErrorUpdatePropertyMismatch")
        write_property(item, element)
        return
    field = _field_at(path)
    named = BY_ELEMENT.get(xmlns.local(element))
    if named is not field:
        raise EwsError("ErrorUpdatePropertyMismatch").about({"FieldURI": field.uri})
    if field.uri == "item:MimeContent":
        _replace_by_mime(call, item, element)
    else:
        write_field(call, item, field, element)
        _follow_subject(item, field)


def _follow_subject(item: Item, field: FieldDefinition) -> None:
    if field.uri == "item:Subject" and item.row["is_draft"] and not item.row["in_reply_to"]:
        # The topic of a conversation with one message is its subject.
        item.row["conversation_topic"] = None


def _replace_by_mime(call: Call, item: Item, element: etree._Element) -> None:
    if not is_unsent(item):
        raise EwsError("ErrorInvalidPropertyUpdateSentMessage").about({"FieldURI": "item:MimeContent"})
    raw = read_base64(xmlns.text_of(element), "ErrorMimeContentInvalidBase64String")
    for attachment in item.attachments:
        call.store.attachments.delete(attachment)
    for new in read_mime_by(call, item, raw)[1]:
        call.store.attachments.add(item, new)


def _delete(call: Call, item: Item, path: etree._Element) -> None:
    if xmlns.local(path) == "ExtendedFieldURI":
        name = read_name(path)
        if not write_tag(item, name, []):
            item.set_property(name.key, [])
        return
    write_field(call, item, _field_at(path), None)


def _append(call: Call, item: Item, path: etree._Element, element: etree._Element) -> None:
    field = _field_at(path)
    if BY_ELEMENT.get(xmlns.local(element)) is not field:
        raise EwsError("ErrorUpdatePropertyMismatch").about({"FieldURI": field.uri})
    kinds = {
        "message:ToRecipients": "to",
        "message:CcRecipients": "cc",
        "message:BccRecipients": "bcc",
        "message:ReplyTo": "reply-to",
    }
    if field.uri in kinds:
        before = list(item.recipients(kinds[field.uri]))
        write_field(call, item, field, element)
        item.set_recipients(kinds[field.uri], [*before, *item.recipients(kinds[field.uri])])
    elif field.uri == "item:Body":
        old = item.body
        if old is not None and old.kind != element.get("BodyType"):
            raise EwsError("ErrorInvalidPropertyAppend").about({"FieldURI": field.uri})
        item.set_body(StoredBody(str(element.get("BodyType")), (old.content if old else "") + xmlns.text_of(element)))
    else:
        raise EwsError("ErrorInvalidPropertyAppend").about({"FieldURI": field.uri})


def _show_id(item: Item, key: str) -> etree._Element:
    items = xmlns.make("m:Items")
    kept = xmlns.add(items, f"t:{item.row['element']}")
    xmlns.add(kept, "t:ItemId", None, Id=item.public_id, ChangeKey=key or item.change_key)
    return items


def _send(call: Call, request: etree._Element, item: Item) -> etree._Element:
    copy_to = None
    if request.get("MessageDisposition") == "SendAndSaveCopy":
        named = find_target(call, request, "m:SavedItemFolderId", "ErrorSavedItemFolderNotFound")
        copy_to = named or call.store.folders.distinguished(item.mailbox, "sentitems")
        require(call, copy_to.mailbox, CREATE)
    send(call.store, call.user, item, copy_to, call.manners.without(OF_SEND_ITEM))
    return xmlns.make("m:Items")


OPERATION: Final = ServiceOperation(
    "UpdateItem",
    "@ConflictResolution:ConflictKind! @MessageDisposition:DispositionKind "
    "@SendMeetingInvitationsOrCancellations:UpdateInvitationsKind @SuppressReadReceipts:boolean "
    "SavedItemFolderId:TargetFolder? ItemChanges",
    run,
)

OPERATIONS: Final = (OPERATION,)
