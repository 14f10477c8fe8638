"""Holds what is meant to be attached against what a server holds: which is which, what is lost, what is a stranger's.

An AttachmentId is believed. Where an answer was lost, or a server gives ids anew, name, size and ContentId tell.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from app.domain.attachment import OVERHEAD, Attached, Attachment, AttachmentKind, Held, Meant

_CUT_AT: Final = 64
"""Characters from which on a server may cut a name; none is known to cut shorter ones."""


class Found(msgspec.Struct, frozen=True):
    """What a look at the server showed.

    `held` is what it holds of ours; `lost` are the keys of what it held and holds no more, though no request of ours
    took it away; `strangers` is what nobody here attached.
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
    """Tell whether a server that holds `one` may mean `wanted`, by all that it says of it but its bytes."""
    return (
        same_name(wanted.name, one.name)
        and (one.kind, shown_as(one)) == (wanted.kind, wanted.content_id)
        and (one.kind is not AttachmentKind.FILE or _fits(wanted.size, one.size))
    )


def _fits(size: int, told: int) -> bool:
    """Tell whether a server that says `told` may have `size` bytes: it counts its own overhead, or says nothing."""
    return told == 0 or size <= told <= size + OVERHEAD


def shown_as(one: Attachment) -> str:
    """Return the ContentId under which the text shows it; others bear one too, for nothing."""
    return one.content_id if one.inline else ""


def same_name(ours: str, theirs: str) -> bool:
    """Tell whether a server that says `theirs` may mean `ours`: some put letters together, strip blanks, or cut."""
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


def taken_over(one: Attachment, key: str) -> Attached:
    """Return an attachment of another letter as that of a new one: its bytes are still to be fetched."""
    fresh = attached_of(one, key)
    return msgspec.structs.replace(fresh, source=one.attachment_id)


def as_file(one: Attached) -> Attached:
    """Return an attached letter as the file that its MIME is: made anew of its fields it would be another letter."""
    if one.kind is not AttachmentKind.ITEM:
        return one
    name = one.name if one.name.lower().endswith(".eml") else f"{one.name or 'message'}.eml"
    return msgspec.structs.replace(one, name=name, kind=AttachmentKind.FILE, content_type="message/rfc822")
