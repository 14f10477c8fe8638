"""What changed in a folder of the fake mailbox since somebody last asked, as SyncFolderItems tells it."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from app.domain.errors import ItemRefused, ServerWords
from app.domain.listing import Change, ChangeKind, Place, SyncPage
from app.domain.message import AccountId, ItemRef

if TYPE_CHECKING:
    from tests.fakes.mailbox import FakeMailbox

STATE_LOST = ServerWords("Error", "ErrorInvalidSyncStateData", "Synchronization state data is corrupt.", 0)
NOT_OFFERED = ServerWords("Error", "ErrorInvalidOperation", "The operation is not offered here.", 0)


class FolderChanges:
    """Remembers for each state what its owner knows. Changes come oldest first, as on Exchange.

    `not_offered` lets every sync be refused, `forget_states` makes the states that were given out worthless.
    """

    def __init__(self) -> None:
        """Begin with no state given out."""
        self.not_offered = False
        self._known: dict[str, dict[str, str]] = {}
        self._count = itertools.count(1)

    def forget_states(self) -> None:
        """Let every state that was given out be refused from now on."""
        self._known.clear()

    def page(self, mailbox: FakeMailbox, account_id: AccountId, place: Place, state: str, limit: int) -> SyncPage:
        """Return at most `limit` changes since `state`. Raises ItemRefused."""
        if self.not_offered:
            raise ItemRefused(NOT_OFFERED)
        if state and state not in self._known:
            raise ItemRefused(STATE_LOST)
        known = dict(self._known.get(state, {}))
        changes = _changes(mailbox, account_id, place, known)
        for change in changes[:limit]:
            if change.kind is ChangeKind.DELETED:
                del known[change.ref.item_id]
            else:
                known[change.ref.item_id] = change.ref.change_key
        fresh = f"state-{next(self._count)}"
        self._known[fresh] = known
        return SyncPage(fresh, tuple(changes[:limit]), len(changes) > limit)


def _changes(mailbox: FakeMailbox, account_id: AccountId, place: Place, known: dict[str, str]) -> list[Change]:
    from tests.fakes.mailbox import row_of_stored

    there = {item.item_id: item for item in mailbox.in_place(account_id, place)}
    gone = [Change(ChangeKind.DELETED, ItemRef(item_id)) for item_id in known if item_id not in there]
    fresh = sorted(
        (item for item in there.values() if known.get(item.item_id) != item.change_key), key=lambda one: one.modified
    )
    kinds = {True: ChangeKind.UPDATED, False: ChangeKind.CREATED}
    return gone + [Change(kinds[item.item_id in known], item.ref, row_of_stored(item)) for item in fresh]
