"""Operations on conversations: the messages of one, wherever in their mailbox they lie.

What belongs together is named by the 16 bytes of a ConversationIndex after its time ([MS-OXOMSG] 2.2.1.3). A node is
one Message-ID, with each copy of the message as an item in it.
"""

from collections.abc import Sequence
from typing import Final

from lxml import etree

from app.sandbox import xmlns
from app.sandbox.access import READ, find_folder, require
from app.sandbox.call import Call, ServiceOperation, answer_each
from app.sandbox.errors import EwsError
from app.sandbox.ids import CONVERSATION
from app.sandbox.shape import read_shape, show
from app.sandbox.store.items import Item

_MOST: Final = 100
"""Items that a reply holds at most, whatever is asked for."""


def answer_get_conversation_items(call: Call, request: etree._Element) -> etree._Element:
    """Answer a GetConversationItems request. Raises EwsError for one that names no conversation."""
    wanted = xmlns.find_all(request, "m:Conversations/t:Conversation")
    if not wanted:
        raise EwsError("ErrorInvalidRequest")
    return answer_each(
        call, "GetConversationItems", wanted, lambda named: [_conversation(call, request, named)], write=False
    )


def _conversation(call: Call, request: etree._Element, named: etree._Element) -> etree._Element:
    """Return a conversation; with a SyncState, only what came or was changed since."""
    shape = read_shape(call, xmlns.find(request, "m:ItemShape"))
    identity = str(xmlns.find_all(named, "t:ConversationId")[0].get("Id"))
    ids, state = call.store.database.ids, xmlns.text_at(named, "t:SyncState")
    since = ids.read_state(state.strip(), 1)[0] if state else -1
    latest = call.store.database.latest_change()
    items = [one for one in _items_of(call, request, identity) if one.row["change"] > since]
    conversation = xmlns.make("m:Conversation")
    xmlns.add(conversation, "t:ConversationId", None, Id=identity)
    xmlns.add(conversation, "t:SyncState", ids.write_state(latest))
    nodes = xmlns.add(conversation, "t:ConversationNodes")
    for alike in _in_order(items, xmlns.text_at(request, "m:SortOrder") or "TreeOrderAscending"):
        node = xmlns.add(nodes, "t:ConversationNode")
        xmlns.add(node, "t:InternetMessageId", alike[0].row["message_id"] or "")
        if alike[0].row["in_reply_to"]:
            xmlns.add(node, "t:ParentInternetMessageId", alike[0].row["in_reply_to"])
        xmlns.add(node, "t:Items").extend(show(shape, one) for one in alike)
    return conversation


def _items_of(call: Call, request: etree._Element, identity: str) -> list[Item]:
    """Return the newest items of a conversation that are to be told, the newest first."""
    found = call.store.database.ids.read_id(identity)
    if found.kind != CONVERSATION:
        raise EwsError("ErrorInvalidIdMalformed")
    require(call, found.mailbox, READ)
    ignored = {find_folder(call, one).id for one in xmlns.find_all(request, "m:FoldersToIgnore/*")}
    limit = int(xmlns.text_at(request, "m:MaxItemsToReturn") or _MOST)
    if limit <= 0:
        raise EwsError("ErrorInvalidPagingMaxRows")
    if xmlns.text_at(request, "m:MailboxScope") == "ArchiveOnly":
        return []  # nobody has an archive here
    first = found.number.to_bytes(8, "big")
    rows = call.store.database.all(
        "SELECT items.* FROM items JOIN folders ON folders.id = items.folder_id WHERE conversation_id BETWEEN ? AND ?"
        " AND items.mailbox_id = ? AND is_associated = 0 ORDER BY received DESC, items.id DESC",
        (first, first + bytes([255]) * 8, found.mailbox),
    )
    return call.store.items.of_rows([row for row in rows if row["folder_id"] not in ignored][: min(limit, _MOST)])


def _in_order(items: Sequence[Item], order: str) -> list[list[Item]]:
    """Return the items by Message-ID, as the order wants these: by time, or each below the one that it answers."""
    nodes: dict[str, list[Item]] = {}
    for one in reversed(items):
        nodes.setdefault(one.row["message_id"] or one.public_id, []).append(one)
    ordered = list(nodes.values())
    if order.startswith("Tree"):
        ordered = _as_tree(nodes)
    return ordered[::-1] if order.endswith("Descending") else ordered


def _as_tree(nodes: dict[str, list[Item]]) -> list[list[Item]]:
    """Return nodes so that each stands behind the one that it answers; those of a ring begin with their oldest."""
    below: dict[str, list[str]] = {}
    for name, alike in nodes.items():
        parent = alike[0].row["in_reply_to"] or ""
        below.setdefault(parent if parent in nodes and parent != name else "", []).append(name)
    ordered: dict[str, list[Item]] = {}
    for root in [*below.get("", ()), *nodes]:
        pending = [root]
        while pending:
            name = pending.pop()
            if name not in ordered:
                ordered[name] = nodes[name]
                pending.extend(reversed(below.get(name, ())))
    return list(ordered.values())


GET_CONVERSATION_ITEMS: Final = ServiceOperation(
    "GetConversationItems",
    "ItemShape FoldersToIgnore:FolderIds? MaxItemsToReturn:int? SortOrder:NodeSortKind? "
    "MailboxScope:SearchLocationKind? Conversations",
    answer_get_conversation_items,
)

OPERATIONS: Final = (GET_CONVERSATION_ITEMS,)
