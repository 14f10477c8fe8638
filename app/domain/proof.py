"""Decides what proves what became of a message. The one place that does, whatever protocol the server speaks.

Sent is proved by the server's yes for the item, or by our mark on a copy outside Drafts. Not sent is proved by a draft
that stays, and only where the server was seen to take drafts away and to refuse a late request. The rest is unknown.
"""

from __future__ import annotations

from typing import Final

import msgspec

from app.domain.listing import Folder
from app.domain.message import Fetched, ItemRef
from app.domain.server_traits import ServerTraits


def is_draft(folder: Folder, flag: bool, traits: ServerTraits) -> bool:
    """Return whether an item is a draft that says so by `flag`: in Drafts the folder decides.

    Only a server that was seen to mark drafts is believed that an item in Drafts is none.
    """
    return flag if traits.is_draft_told or folder is not Folder.DRAFTS else True


def found_in_drafts(item: Fetched, traits: ServerTraits) -> Fetched:
    """Return what was read of an item that was just seen in Drafts, with `is_draft` as it may be believed."""
    draft = is_draft(Folder.DRAFTS, item.is_draft, traits)
    return item if draft == item.is_draft else msgspec.structs.replace(item, is_draft=draft)


def proves_sent(folder: Folder, flag: bool, found: ItemRef, tried: ItemRef | None, traits: ServerTraits) -> bool:
    """Return whether an item with our mark shows that the message went. `tried` is the item that was to be sent.

    That item itself may have been moved by somebody: its place proves nothing, unless the server marks drafts.
    """
    if folder is Folder.OUTBOX or is_draft(folder, flag, traits):
        return False
    return bool(traits.is_draft_told) or tried is None or found.item_id != tried.item_id


def proves_unsent(traits: ServerTraits, *, by_update: bool = False) -> bool:
    """Return whether a draft that stays, and has a newer ChangeKey than the lost request named, was not sent.

    What SendItem was seen to do proves nothing of a message that was sent `by_update`, and the other way round.
    """
    if by_update:
        return traits.stale_updates_refused is True and traits.update_takes_draft_away is True
    return traits.stale_sends_refused is True and traits.send_takes_draft_away is True


_CLOCKS_DIFFER: Final = 60.0
"""Seconds by which the server's clock may be ahead of ours."""


def went_early(due: float, now: float) -> bool:
    """Return whether a message that is seen in Sent at `now` went before it was `due`; both in seconds, 0 for at once.

    Whether the server let it go, or another program did, is not said by that.
    """
    return now < due - _CLOCKS_DIFFER


def proves_held(folder: Folder, traits: ServerTraits) -> bool:
    """Return whether a message that rests in `folder`, after the server's yes, is held there until its time.

    A server that leaves drafts behind may have sent what rests in Drafts.
    """
    return folder is Folder.OUTBOX or traits.send_takes_draft_away is True
