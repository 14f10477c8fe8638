"""Versions of a draft: what it said at moments of which a person may want to go back to one."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

import msgspec

from app.domain.edits import BodyReplaced, Edit, RecipientSplice, TextSplice
from app.domain.message import Content


class VersionReason(StrEnum):
    """What made a version. The values are for ever: they are in people's files."""

    BEGUN = "begun"
    PAUSE = "pause"
    SAVE = "save"
    DELETION = "deletion"
    REPLACED = "replaced"
    TEMPLATE = "template"
    CONFLICT = "conflict"
    SERVER = "server"
    RETURN = "return"


ORDINARY: Final = frozenset({VersionReason.BEGUN, VersionReason.PAUSE, VersionReason.SAVE})
"""Nothing was about to happen to the text then: such a version gives way to a later one that has all its words."""


class VersionHead(msgspec.Struct, frozen=True, gc=False):
    """One version as a list shows it. `number` names it in its draft; `at` is in seconds since the epoch."""

    number: int
    at: float
    why: VersionReason
    words: int


class Version(msgspec.Struct, frozen=True):
    """What a draft said: recipients, subject, text and importance. Its attachments are not kept with it: `attached`
    has the names of those that it had, and `pictures` the ContentIds of those that its text showed.
    """

    content: Content
    attached: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()


def version_of(content: Content) -> Version:
    """Return `content` as a version; pictures in the text are attachments too, and have no name that helps."""
    names = tuple(one.name for one in content.attachments if not one.inline)
    pictures = tuple(one.content_id for one in content.attachments if one.inline and one.content_id in content.body)
    return Version(brought_back(content, Content()), names, pictures)


def brought_back(earlier: Content, now: Content) -> Content:
    """Return what a draft says once an earlier version is brought back: From, options and attachments stay."""
    return msgspec.structs.replace(
        now,
        to=earlier.to,
        cc=earlier.cc,
        bcc=earlier.bcc,
        subject=earlier.subject,
        body=earlier.body,
        body_format=earlier.body_format,
        importance=earlier.importance,
    )


LARGEST: Final = 1_000_000
"""UTF-16 units of text above which a draft has no versions: they would take the time of what is typed."""
MUCH: Final = 100
"""UTF-16 units that one edit takes away from which on the text before it is a version."""
FEW: Final = 40
"""UTF-16 units up to which what went since a version was a slip of the keys, and no words of it."""
_WHOLE: Final = 1_000_000
_RECIPIENT: Final = FEW + 1


def taken_away(edit: Edit) -> int:
    """Return how many UTF-16 units an edit takes out of a message; a whole body, and a recipient, count as many."""
    match edit:
        case TextSplice():
            return edit.removed
        case RecipientSplice():
            return edit.removed * _RECIPIENT
        case BodyReplaced():
            return _WHOLE
        case _:
            return 0


_HOUR: Final = 3600.0
_DAY: Final = 24 * _HOUR
MOST: Final = 50
"""Versions of one draft."""
MOST_BYTES: Final = 4_000_000
"""Bytes that the versions of one draft take on the disk."""


class Stored(msgspec.Struct, frozen=True, gc=False):
    """What of a version decides how long it stays: its number, when it was made, and its bytes on the disk."""

    number: int
    at: float
    size: int


def to_forget(versions: Sequence[Stored], now: float) -> list[int]:
    """Return the numbers of those that go, of the versions of one draft in their order.

    All of the last hour stay, then the last of each hour, and of each day where they are older than a day. Where that
    is too many, or too much, the one goes whose neighbours are nearest to each other in time. The newest always stays.
    """
    kept: list[Stored] = []
    for one in versions:
        if kept and _share_a_place(kept[-1].at, one.at, now):
            kept.pop()
        kept.append(one)
    while len(kept) > 1 and (len(kept) > MOST or sum(one.size for one in kept) > MOST_BYTES):
        del kept[_most_crowded(kept)]
    stay = {one.number for one in kept}
    return [one.number for one in versions if one.number not in stay]


def _share_a_place(earlier: float, later: float, now: float) -> bool:
    """Return whether two versions are in one hour, or one day, of which only the last is kept."""
    if now - later < _HOUR:
        return False
    span = _HOUR if now - later < _DAY else _DAY
    return earlier // span == later // span


def _most_crowded(kept: Sequence[Stored]) -> int:
    """Return the place of the version whose neighbours are nearest to each other; never that of the newest."""
    if len(kept) <= 2:
        return 0
    gaps = [kept[place + 1].at - kept[place - 1].at for place in range(1, len(kept) - 1)]
    return 1 + gaps.index(min(gaps))
