"""What a person reads about a server that departs from Exchange's documentation: only what was seen of it."""

from __future__ import annotations

from typing import Final

from app.core.i18n import mark, tr
from app.domain.server_traits import ServerTraits

_DEPARTURES: Final = {
    "stale_updates_refused": mark("This server does not detect edits made elsewhere."),
    "stale_sends_refused": mark("This server sends a message even if it was changed elsewhere."),
    "is_draft_told": mark("This server does not mark drafts as drafts."),
    "send_takes_draft_away": mark("This server leaves the draft in Drafts when it sends a message."),
    "batches_answered": mark("This server gives no answer for each message when it refuses one of several."),
    "markup_kept": mark("This server rewrites formatted text. What it says stays the same."),
    "attachments_kept": mark("This server loses files that are attached to a draft."),
    "mime_keeps_attachments": mark("This server loses the attachments of a draft that is made of a whole message."),
    "update_sends": mark("This server sends drafts in one way only."),
    "update_takes_draft_away": mark("This server leaves the draft in Drafts when it saves and sends at once."),
    "updates_kept": mark("This server brings back an older text of a draft when something else is changed."),
    "deferral_held": mark("This server sends at once what is to go later. Mailwright waits with it on this computer."),
}


def departures_of(traits: ServerTraits) -> tuple[str, ...]:
    """Return a sentence for each way in which the server was seen to depart; none for what is not known yet."""
    return tuple(tr(words) for trait, words in _DEPARTURES.items() if getattr(traits, trait) is False)
