"""What the server of an account was seen to do. Each trait is True, False, or None for "not known yet".

Nothing here names a server or a version: what was seen is all that counts, and what is seen later is believed more.
"""

from __future__ import annotations

from typing import Final

import msgspec


class ServerTraits(msgspec.Struct, frozen=True, gc=False):
    """The traits of one account's server. `asked_at` is when it was last asked for them, in seconds, 0 for never.

    `stale_updates_refused` and `stale_sends_refused`: an update, or a send, that names a ChangeKey which is not the
    newest is refused. `is_draft_told`: IsDraft is true for a draft that this program made. `send_takes_draft_away`:
    after a send that the server said yes to, no draft was left in Drafts. `batches_answered`: where one item of a
    request is refused, each of the others has its own answer. `markup_kept`: HTML is kept as it was written.
    `attachments_kept`: what CreateAttachment made is in the message, and stays there. `mime_keeps_attachments`: a
    draft made of MIME has the attachments in it. `update_sends`: UpdateItem sends a draft where it is asked to, and
    `update_takes_draft_away` is for that what `send_takes_draft_away` is for SendItem. `updates_kept`: an update
    changes what it names, and brings nothing back that was there before. `deferral_held`: a message that is to go later
    is held until its time. `version` is what the server called its own version when it was asked; empty for nothing.
    """

    stale_updates_refused: bool | None = None
    stale_sends_refused: bool | None = None
    is_draft_told: bool | None = None
    send_takes_draft_away: bool | None = None
    asked_at: float = 0.0
    batches_answered: bool | None = None
    markup_kept: bool | None = None
    attachments_kept: bool | None = None
    mime_keeps_attachments: bool | None = None
    update_sends: bool | None = None
    update_takes_draft_away: bool | None = None
    updates_kept: bool | None = None
    deferral_held: bool | None = None
    version: str = ""


BY_THE_BOOK: Final = ServerTraits(
    stale_updates_refused=True,
    stale_sends_refused=True,
    is_draft_told=True,
    send_takes_draft_away=True,
    batches_answered=True,
    markup_kept=True,
    attachments_kept=True,
    mime_keeps_attachments=True,
    update_sends=True,
    update_takes_draft_away=True,
    updates_kept=True,
    deferral_held=True,
)
"""A server that was seen to do what Exchange's documentation says."""
