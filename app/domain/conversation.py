"""A letter's place in a conversation: topic, headers and ConversationIndex of a letter that follows another.

[MS-OXOMSG] 2.2.1.3 (PidTagConversationIndex), 2.2.1.5 (PidTagConversationTopic), RFC 5322 section 3.6.4.
"""

from __future__ import annotations

import re
from typing import Final

from app.core.lazy_regex import late_pattern

_PREFIX: Final = late_pattern(
    r"\s*(?:re|aw|sv|vs|antw|fw|fwd|wg|tr|rv|i|r|vb|doorst)\s*(?:\[\d{1,3}\])?\s*:\s*", re.IGNORECASE
)
"""What programs of many languages put before the subject of an answer or a letter passed on."""
_HEADER: Final = 22
"""Bytes of a ConversationIndex before its first child."""
_CHILD: Final = 5
_TICKS: Final = 10_000_000
_TO_1601: Final = 11_644_473_600
"""Seconds from the beginning of FILETIME to that of Unix."""
_LONGEST_INDEX: Final = 22 + 5 * 100
_MOST_REFERENCES: Final = 20


def topic_of(subject: str) -> str:
    """Return the subject without what answers and forwards put before it."""
    topic = subject.strip()
    while (found := _PREFIX.match(topic)) is not None and found.end() < len(topic):
        topic = topic[found.end() :]
    return topic


def references_of(references: str, message_id: str) -> str:
    """Return the References of a letter that follows one with `references` and `message_id`, at most 20 of them.

    Where there are more, the first and the last stay: they hold a thread together.
    """
    known = list(dict.fromkeys([*references.split(), *([message_id] if message_id else [])]))
    if len(known) > _MOST_REFERENCES:
        known = [known[0], *known[1 - _MOST_REFERENCES :]]
    return " ".join(known)


def child_index(parent: bytes, now: float, chance: int) -> bytes:
    """Return the ConversationIndex of a letter that follows the one with `parent`; b"" where `parent` is none.

    `now` is in seconds since the epoch, `chance` a number from 0 to 255. The child is five bytes: a bit for how the
    time is cut, 31 bits of the time since the header's, and eight bits that keep two children apart.
    """
    if len(parent) < _HEADER or (len(parent) - _HEADER) % _CHILD or len(parent) + _CHILD > _LONGEST_INDEX:
        return b""
    began = int.from_bytes(parent[:6], "big") << 16
    since = max(0, int((now + _TO_1601) * _TICKS) - began)
    long_ago = since >> 49 != 0
    delta = (since >> (23 if long_ago else 18)) & 0x7FFFFFFF
    return parent + ((int(long_ago) << 31) | delta).to_bytes(4, "big") + bytes([chance & 0xFF])
