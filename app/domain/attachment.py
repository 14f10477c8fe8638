"""As meant, as the server holds it, and how both are matched.

An attachment has a name of ours (`key`) from the moment it was chosen, as a message has. Its bytes lie in a private
copy on this machine, so that a file that is moved, changed or on a stick that is pulled does not take the message with
it. What the server calls it is stored in the message's record (`Held`), beside the message's own ItemId.

An AttachmentId is taken as right. Where an answer was lost, or a server gives ids anew, name, size and ContentId
decide.
"""

from __future__ import annotations

import unicodedata
import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Final

import msgspec

from app.core.i18n import ntr, tr

OVERHEAD = 64 * 1024
"""Bytes by which the size that a server reports may be larger than the file: it counts properties and names too."""


class AttachmentKind(StrEnum):
    """FileAttachment, ItemAttachment, ReferenceAttachment."""

    FILE = "file"
    ITEM = "item"
    REFERENCE = "reference"


class Attachment(msgspec.Struct, frozen=True):
    """One attachment as the server holds it. `size` is in bytes, its own overhead included."""

    attachment_id: str
    name: str = ""
    size: int = 0
    content_type: str = ""
    content_id: str = ""
    inline: bool = False
    kind: AttachmentKind = AttachmentKind.FILE


class Attached(msgspec.Struct, frozen=True, omit_defaults=True):
    """One attachment as the person means it. `size` is in bytes, as far as it is known.

    With `content_id` it is shown within the text (cid:). `file` names the private copy of its bytes, empty where this
    machine does not have them: then they are still to come from `origin`, a path of the person's, or from `source`, an
    AttachmentId on the server of the message whose ItemId is `holder`, or from `item`, the ItemId of a message that is
    to be attached as it is, or the server alone has them. Another name or other bytes make another key.
    `elsewhere` says that another program put it there while this machine wrote the message. `came_from` is the person's
    file of which the bytes are a copy, and `modified` when that one was written last (seconds since the epoch), for as
    long as both are known.
    """

    key: str
    name: str
    size: int = 0
    content_type: str = ""
    content_id: str = ""
    kind: AttachmentKind = AttachmentKind.FILE
    file: str = ""
    origin: str = ""
    source: str = ""
    item: str = ""
    elsewhere: bool = False
    holder: str = ""
    came_from: str = ""
    modified: float = 0.0

    @property
    def inline(self) -> bool:
        """Return whether it is shown within the text and not beside it."""
        return bool(self.content_id)


class Held(msgspec.Struct, frozen=True):
    """An attachment of a message by our name, and the AttachmentId under which the server holds it."""

    key: str
    attachment_id: str


def new_key() -> str:
    """Return a name that no attachment has had before."""
    return uuid.uuid4().hex


class Meant(msgspec.Struct, frozen=True):
    """What is to be on the server: a name, and the bytes of the file, None for a message."""

    name: str
    size: int | None = None


def differences(meant: Sequence[Meant], held: Sequence[Attachment]) -> list[str]:
    """Return in words what the server holds otherwise than it was meant, nothing where all is there and whole.

    A size of 0 is that of a server that does not give it.
    """
    found = []
    if len(meant) != len(held):
        there = ntr("The server holds {n} attachment", "The server holds {n} attachments", len(held))
        found.append(tr("{there}, and {wanted} were meant.", there=there, wanted=len(meant)))
    wanted, there_are = Counter(one.name for one in meant), Counter(one.name for one in held)
    found += [tr("“{name}” is missing on the server.", name=name) for name in (wanted - there_are)]
    found += [tr("“{name}” is on the server and was not meant.", name=name) for name in (there_are - wanted)]
    for name in wanted & there_are:
        sizes = sorted(one.size for one in meant if one.name == name and one.size is not None)
        on_server = sorted(one.size for one in held if one.name == name and one.kind is AttachmentKind.FILE)
        if any(big and not size <= big <= size + OVERHEAD for size, big in zip(sizes, on_server, strict=False)):
            found.append(tr("“{name}” has another size on the server.", name=name))
    return found


_CUT_AT: Final = 64
"""Characters from which on a server may cut a name; none is known to cut shorter ones."""


class Found(msgspec.Struct, frozen=True):
    """What a look at the server showed.

    `held` is what it holds of ours; `lost` are the keys of what it held and holds no more, though no request of ours
    took it away; `strangers` is what was not attached here.
    """

    held: tuple[Held, ...] = ()
    lost: tuple[str, ...] = ()
    strangers: tuple[Attachment, ...] = ()


def find_again(
    known: Sequence[Held], in_flight: Sequence[str], meant: Iterable[Attached], there: Sequence[Attachment]
) -> Found:
    """Find ours in what the server holds. `meant` is all that this machine knows of ours, also what it took away."""
    by_key = {one.key: one for one in meant}
    free = {one.attachment_id: one for one in there}
    held = [one for one in known if one.attachment_id in free]
    for one in held:
        free.pop(one.attachment_id, None)
    have = {one.key for one in held}
    missing = [one.key for one in known if one.key not in have]
    for key in dict.fromkeys((*missing, *in_flight)):
        wanted = by_key.get(key)
        seen = None if key in have or wanted is None else _like(wanted, free.values())
        if seen is not None:
            held.append(Held(key, seen.attachment_id))
            free.pop(seen.attachment_id)
    have = {one.key for one in held}
    lost = tuple(key for key in missing if key not in have and key not in in_flight)
    return Found(tuple(held), lost, tuple(free.values()))


def _like(wanted: Attached, there: Iterable[Attachment]) -> Attachment | None:
    """Return what can only be `wanted`, None for nothing."""
    return next((one for one in there if is_like(wanted, one)), None)


def is_like(wanted: Attached, one: Attachment) -> bool:
    """Return whether a server that holds `one` may mean `wanted`, by all that it says of it but its bytes."""
    return (
        same_name(wanted.name, one.name)
        and (one.kind, shown_as(one)) == (wanted.kind, wanted.content_id)
        and (one.kind is not AttachmentKind.FILE or _fits(wanted.size, one.size))
    )


def _fits(size: int, told: int) -> bool:
    """Return whether a server that says `told` may have `size` bytes: it counts its own overhead, or says nothing."""
    return told == 0 or size <= told <= size + OVERHEAD


def shown_as(one: Attachment) -> str:
    """Return the ContentId under which the text shows it; others bear one too, for nothing."""
    return one.content_id if one.inline else ""


def same_name(ours: str, theirs: str) -> bool:
    """Return whether a server that says `theirs` may mean `ours`: some join attachments, strip blanks, or cut."""
    mine, other = (" ".join(unicodedata.normalize("NFC", name).split()) for name in (ours, theirs))
    return mine == other or (len(other) >= _CUT_AT and mine.startswith(other))


def meant_of(
    attachments: Iterable[Attached], held: Sequence[Held] = (), there: Sequence[Attachment] = ()
) -> list[Meant]:
    """Return what is to be on the server, as `differences` takes it, under the names that the server writes."""
    named = {one.attachment_id: one.name for one in there}
    theirs = {one.key: named.get(one.attachment_id, "") for one in held}
    meant = []
    for one in attachments:
        told = theirs.get(one.key, "")
        name = told if told and same_name(one.name, told) else one.name
        meant.append(Meant(name, one.size if one.kind is AttachmentKind.FILE else None))
    return meant


def attached_of(one: Attachment, key: str, *, elsewhere: bool = False) -> Attached:
    """Return an attachment that the server alone has, under a name of ours."""
    return Attached(key, one.name, one.size, one.content_type, shown_as(one), one.kind, elsewhere=elsewhere)


def taken_over(one: Attachment, key: str, holder: str) -> Attached:
    """Return an attachment of the message `holder` (its ItemId) as that of a new one: its bytes are to be fetched."""
    fresh = attached_of(one, key)
    return msgspec.structs.replace(fresh, source=one.attachment_id, holder=holder)


def attached_message(item_id: str, name: str, key: str) -> Attached:
    """Return a message of the mailbox as an attachment: its MIME is still to be fetched."""
    return Attached(key, name, content_type="message/rfc822", kind=AttachmentKind.ITEM, item=item_id)


def as_file(one: Attached) -> Attached:
    """Return an attached message as the file that its MIME is: made anew of its fields it would be another message."""
    if one.kind is not AttachmentKind.ITEM:
        return one
    name = one.name if one.name.lower().endswith(".eml") else f"{one.name or 'message'}.eml"
    return msgspec.structs.replace(one, name=name, kind=AttachmentKind.FILE, content_type="message/rfc822")
