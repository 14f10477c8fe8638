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
    after a send that the server said yes to, no draft was left in Drafts.
    """

    stale_updates_refused: bool | None = None
    stale_sends_refused: bool | None = None
    is_draft_told: bool | None = None
    send_takes_draft_away: bool | None = None
    asked_at: float = 0.0


BY_THE_BOOK: Final = ServerTraits(True, True, True, True)
"""A server that was seen to do what Exchange's documentation says."""
