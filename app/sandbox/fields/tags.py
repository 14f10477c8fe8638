"""MAPI property tags that name what a message has as fields of its own, so that both ways show the same."""

from dataclasses import dataclass
from typing import Final

from app.sandbox.properties import SETS, PropertyName, Value
from app.sandbox.store.items import Item


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag. `sql` is its value over a row "i" of items; `column` is set where it may be written."""

    sql: str
    column: str | None = None


_FLAGS: Final = (
    "(i.is_read | (i.is_unmodified << 1) | (i.is_submitted << 2) | (i.is_draft << 3) | (i.has_attachments << 4)"
    " | (i.is_from_me << 5) | (i.is_associated << 6))"
)
_HEADERS: Final = "(SELECT group_concat(name || ': ' || value, char(13, 10)) FROM headers WHERE item_id = i.id)"

TAGS: Final[dict[tuple[int, str], Tag]] = {
    (0x0002, "Boolean"): Tag("0"),
    (0x0017, "Integer"): Tag("i.importance", "importance"),
    (0x001A, "String"): Tag("i.item_class", "item_class"),
    (0x0023, "Boolean"): Tag("i.delivery_receipt", "delivery_receipt"),
    (0x0029, "Boolean"): Tag("i.read_receipt", "read_receipt"),
    (0x0036, "Integer"): Tag("i.sensitivity", "sensitivity"),
    (0x0037, "String"): Tag("i.subject", "subject"),
    (0x0039, "SystemTime"): Tag("i.sent", "sent"),
    (0x0042, "String"): Tag("i.from_name", "from_name"),
    (0x0063, "Boolean"): Tag("i.response_requested", "response_requested"),
    (0x0065, "String"): Tag("i.from_address", "from_address"),
    (0x0070, "String"): Tag("i.conversation_topic", "conversation_topic"),
    (0x0071, "Binary"): Tag("i.conversation_index", "conversation_index"),
    (0x007D, "String"): Tag(_HEADERS),
    (0x0C1A, "String"): Tag("i.sender_name", "sender_name"),
    (0x0C1F, "String"): Tag("i.sender_address", "sender_address"),
    (0x0E02, "String"): Tag("i.display_bcc"),
    (0x0E03, "String"): Tag("i.display_cc"),
    (0x0E04, "String"): Tag("i.display_to"),
    (0x0E06, "SystemTime"): Tag("i.received", "received"),
    (0x0E07, "Integer"): Tag(_FLAGS),
    (0x0E08, "Integer"): Tag("i.size"),
    (0x0E1B, "Boolean"): Tag("i.has_attachments"),
    (0x0E1D, "String"): Tag("coalesce(i.conversation_topic, i.subject)"),
    # The number by which IMAP names a message of a folder: it grows, and a moved message gets another.
    (0x0E23, "Integer"): Tag("i.entry"),
    (0x0FF9, "Binary"): Tag("entry_id(i.mailbox_id, i.entry)"),
    (0x0FFF, "Binary"): Tag("entry_id(i.mailbox_id, i.entry)"),
    (0x1035, "String"): Tag("i.message_id", "message_id"),
    (0x1039, "String"): Tag("i.references_", "references_"),
    (0x1042, "String"): Tag("i.in_reply_to", "in_reply_to"),
    (0x1090, "Integer"): Tag("i.flag_status", "flag_status"),
    (0x10F3, "String"): Tag("coalesce(nullif(i.subject, ''), 'No Subject') || '.EML'"),
    (0x3007, "SystemTime"): Tag("i.created"),
    (0x3008, "SystemTime"): Tag("i.modified"),
    (0x300B, "Binary"): Tag("i.search_key", "search_key"),
    (0x3013, "Binary"): Tag("i.conversation_id"),
    (0x3FEF, "SystemTime"): Tag("i.deferred", "deferred"),
    (0x3FFA, "String"): Tag("i.modified_by"),
}
"""(Tag, type) to what it stands for."""

_COMMON: Final = f"set:{SETS['Common']}:id"
NAMED: Final[dict[str, Tag]] = {
    f"{_COMMON}:{0x8502}:SystemTime": Tag("i.reminder_due", "reminder_due"),
    f"{_COMMON}:{0x8503}:Boolean": Tag("i.reminder_set", "reminder_set"),
    f"{_COMMON}:{0x8501}:Integer": Tag("i.reminder_minutes", "reminder_minutes"),
}
"""Keys of named properties to what they stand for: the reminder."""

MESSAGE_FLAGS: Final = 0x0E07
KEYWORDS: Final = f"set:{SETS['PublicStrings']}:name:Keywords:StringArray"
"""The key of the named property in which MAPI has the categories."""


def tag_of(name: PropertyName) -> Tag | None:
    """Return what a tag or a named property stands for; None for a property that is kept as one."""
    return NAMED.get(name.key) if name.tag is None else TAGS.get((name.tag, name.kind))


def write_tag(item: Item, name: PropertyName, values: list[Value]) -> bool:
    """Write a property that has a column of its own; returns whether it had one.

    PR_MESSAGE_FLAGS may be set when an item is made: without its bit 8 the item is no draft, which is how tools put
    messages into a mailbox that look received.
    """
    if name.tag == MESSAGE_FLAGS and name.kind == "Integer":
        if not item.id and values:
            flags = int(values[0])
            item.row["is_draft"] = int(bool(flags & 8))
            item.row["is_read"] = int(bool(flags & 1))
        return True
    if name.key == KEYWORDS:
        item.set_categories(dict.fromkeys(str(value) for value in values))
        return True
    found = tag_of(name)
    if found is None or found.column is None:
        return found is not None
    item.row[found.column] = values[0] if values else _EMPTY.get(found.column)
    return True


_EMPTY: Final = {
    "importance": 1,
    "sensitivity": 0,
    "item_class": "IPM.Note",
    "flag_status": 0,
    "read_receipt": 0,
    "delivery_receipt": 0,
    "response_requested": 0,
    "reminder_set": 0,
}
