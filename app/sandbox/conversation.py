"""What makes messages a conversation: Message-ID, topic and index, as in [MS-OXOMSG] 2.2.1.2 and 2.2.1.3."""

import re
import secrets
import time
import uuid

from app.sandbox.store.items import Item

_PREFIX = re.compile(r"^\s*(?:(?:re|fw|fwd|aw|wg|tr|rép|sv|vs)\s*(?:\[\d+\])?\s*:\s*)+", re.IGNORECASE)


def topic_of(subject: str) -> str:
    """Return a subject without what replying and forwarding put before it."""
    return _PREFIX.sub("", subject)


def new_message_id(domain: str) -> str:
    """Make a Message-ID of the server's own."""
    return f"<{secrets.token_hex(16)}@{domain}>"


def _file_time() -> int:
    return (time.time_ns() // 100) + 116_444_736_000_000_000


def complete(item: Item, domain: str) -> None:
    """Fill in what a message lacks of Message-ID, conversation topic, index and id, and search key."""
    row = item.row
    if not row["message_id"]:
        row["message_id"] = new_message_id(domain)
    if row["conversation_topic"] is None:
        row["conversation_topic"] = topic_of(row["subject"] or "")
    index = row["conversation_index"]
    if not index or len(index) < 22:
        index = row["conversation_index"] = b"\x01" + _file_time().to_bytes(8, "big")[1:6] + uuid.uuid4().bytes
    if not row["conversation_id"]:
        row["conversation_id"] = bytes(index[6:22])
    if not row["search_key"]:
        row["search_key"] = secrets.token_bytes(16)


def sample_index(subject: str) -> bytes | None:
    """Return the conversation index of a sample message: those about one topic are a conversation, in every mailbox."""
    topic = topic_of(subject)
    first = b"\x01" + _file_time().to_bytes(8, "big")[1:6] + uuid.uuid5(uuid.NAMESPACE_URL, topic).bytes
    return reply_index(first) if topic != subject else first


def reply_index(index: bytes | None) -> bytes | None:
    """Return the conversation index of an answer to a message: five bytes longer."""
    if not index or len(index) < 22:
        return None
    began = int.from_bytes(b"\0" + bytes(index[1:6]) + b"\0\0", "big")
    passed = max(0, _file_time() - began) >> 18
    return bytes(index) + (passed & 0x7FFFFFFF).to_bytes(4, "big") + secrets.token_bytes(1)
