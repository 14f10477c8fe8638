"""The messages of a conversation, in whichever folder of a mailbox they lie.

GetConversationItems ([MS-OXWSCONV] 3.1.4.3) tells them in one request; it came with Exchange 2013. A server that does
not know it is asked by FindItem, in all folders at once, for what bears the ConversationId.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from msgspec.structs import replace

from app.backends.ews.item_reader import mailbox_of, row_of
from app.backends.ews.replies import words_of
from app.backends.ews.requests import ROW_FIELDS
from app.backends.ews.xml import ITEMS, Element, add, add_folder, child, operation
from app.backends.net.http_errors import Unreadable
from app.domain.errors import ItemRefused
from app.domain.listing import Folder, Place, Row
from app.domain.properties import IN_REPLY_TO_TAG

MOST: Final = 100
"""Messages that are asked for: Exchange gives no more of a conversation at once."""
FOLDERS_AT_ONCE: Final = 100
_IGNORED: Final = ("deleteditems", "junkemail")


def get_conversation_items(conversation_id: str, mailbox: str) -> Element:
    """Ask for the newest messages of a conversation; what was thrown away is of no interest."""
    request = operation("GetConversationItems")
    _add_shape(request)
    ignored = add(request, "m:FoldersToIgnore")
    for name in _IGNORED:
        folder = add(ignored, "t:DistinguishedFolderId", Id=name)
        if mailbox:
            add(add(folder, "t:Mailbox"), "t:EmailAddress", mailbox)
    add(request, "m:MaxItemsToReturn", str(MOST))
    add(request, "m:SortOrder", "DateOrderDescending")
    conversation = add(add(request, "m:Conversations"), "t:Conversation")
    add(conversation, "t:ConversationId", Id=conversation_id)
    return request


def find_conversation(conversation_id: str, folder_ids: Sequence[str]) -> Element:
    """FindItem for the same in each of the folders."""
    request = operation("FindItem", Traversal="Shallow")
    _add_shape(request)
    add(request, "m:IndexedPageItemView", MaxEntriesReturned=str(MOST), Offset="0", BasePoint="Beginning")
    equal = add(add(request, "m:Restriction"), "t:IsEqualTo")
    add(equal, "t:FieldURI", FieldURI="item:ConversationId")
    add(add(equal, "t:FieldURIOrConstant"), "t:Constant", Value=conversation_id)
    parents = add(request, "m:ParentFolderIds")
    for folder_id in folder_ids:
        add_folder(parents, Place(Folder.ELSEWHERE, folder_id=folder_id))
    return request


def find_answers(message_id: str, mailbox: str) -> Element:
    """FindItem in the Inbox for what has this Message-ID in its In-Reply-To ([MS-OXOMSG] 2.2.2.22), oldest first."""
    request = operation("FindItem", Traversal="Shallow")
    _add_shape(request)
    add(request, "m:IndexedPageItemView", MaxEntriesReturned=str(MOST), Offset="0", BasePoint="Beginning")
    equal = add(add(request, "m:Restriction"), "t:IsEqualTo")
    add(equal, "t:ExtendedFieldURI", PropertyTag=IN_REPLY_TO_TAG, PropertyType="String")
    add(add(equal, "t:FieldURIOrConstant"), "t:Constant", Value=message_id)
    order = add(add(request, "m:SortOrder"), "t:FieldOrder", Order="Ascending")
    add(order, "t:FieldURI", FieldURI="item:DateTimeReceived")
    add_folder(add(request, "m:ParentFolderIds"), Place(Folder.INBOX, mailbox))
    return request


def _add_shape(request: Element) -> None:
    shape = add(request, "m:ItemShape")
    add(shape, "t:BaseShape", "IdOnly")
    properties = add(shape, "t:AdditionalProperties")
    for uri in ROW_FIELDS:
        add(properties, "t:FieldURI", FieldURI=uri)


def items_of_conversation(message: Element) -> list[Element]:
    """Return the items in a GetConversationItems message. Raises ItemRefused, Unreadable."""
    words = words_of(message)
    if words.response_class == "Error":
        raise ItemRefused(words)
    conversation = child(message, "m:Conversation")
    if conversation is None:
        raise Unreadable("no conversation")
    return [item for items in conversation.iter(ITEMS) for item in items]


def rows_of_conversation(items: Iterable[Element], own: Sequence[str]) -> tuple[Row, ...]:
    """Return items as rows, the newest first, each once; from one of `own` (names, addresses), without sender."""
    ours = {one.casefold() for one in own if one}
    rows: dict[str, Row] = {}
    for item in items:
        row = row_of(item)
        if row is None:
            continue
        sender = mailbox_of(child(item, "t:From", "t:Mailbox"))
        # A list gives the name alone.
        named = "" if sender is None else (sender.address or sender.name).casefold()
        rows[row.ref.item_id] = replace(row, sender="") if named in ours else row
    return tuple(sorted(rows.values(), key=lambda row: -row.sent)[:MOST])
