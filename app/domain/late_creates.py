"""Keeps count of items that lost first saves may yet make, and recognises them by what they say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from app.domain.message import Content, Fetched
from app.domain.record import PendingCreate
from app.domain.same_message import fingerprint, sender_of

PendingCreates = tuple[PendingCreate, ...]
_MOST: Final = 50
"""So many different texts are remembered of one message, the latest: a server may be out of reach for days."""


def one_more(strays: PendingCreates, content: Content | None, drafts_of: str, at: float) -> PendingCreates:
    """Return `strays` with one that was to say `content`, None where that is not known any more.

    It is noted with its markup and by its words alone: that a server writes texts anew may be learned before it comes.
    """
    fresh = PendingCreate(drafts_of=drafts_of, at=at)
    if content is not None:
        fresh = msgspec.structs.replace(
            fresh,
            fingerprint=fingerprint(content),
            words=fingerprint(content, by_words=True),
            sender=sender_of(content),
        )
    same = next((one for one in strays if _key(one) == _key(fresh)), None)
    if same is not None:
        fresh = msgspec.structs.replace(fresh, count=same.count + 1)
    return (*(one for one in strays if one is not same), fresh)[-_MOST:]


def came(strays: PendingCreates, item: Fetched, *, by_words: bool = False) -> PendingCreate | None:
    """Return which of them an item is; None where it is another client's, or was touched by one.

    A first save brings no attachment: where there is one, another client changed the item after it. `by_words`: the
    server writes texts anew, and an item is known again by its words.
    """
    if not strays or item.attachments or item.has_attachments or not item.is_draft:
        return None
    said, sender = fingerprint(item.content, by_words=by_words), sender_of(item.content)
    return next((one for one in strays if said in _said(one, by_words) and _may_be(one.sender, sender)), None)


def one_less(strays: PendingCreates, gone: PendingCreate) -> PendingCreates:
    """Return `strays` without the one that came."""
    left = [one if one != gone else msgspec.structs.replace(one, count=one.count - 1) for one in strays]
    return tuple(one for one in left if one.count > 0)


def is_twin(strays: Sequence[PendingCreate], own: str, item_id: str) -> bool:
    """Return whether a draft with a message's mark may be a stray: it is not the item `own`, and there may be one."""
    return bool(strays) and item_id != own


def _said(one: PendingCreate, by_words: bool) -> tuple[str, ...]:
    """Return what an item may say that is this one. Earlier programs noted the words alone in place of the markup."""
    return (one.words, one.fingerprint) if by_words else (one.fingerprint,)


def _key(one: PendingCreate) -> tuple[str, str, str]:
    return one.fingerprint, one.sender, one.drafts_of


def _may_be(one: str, other: str) -> bool:
    """Return whether two senders may be the same: a server may write out the account's own, or leave it out."""
    return not one or not other or one == other
