"""The address book's disk without a disk: the fake behind the port `Correspondents`.

`trouble` is raised by the next read or write and used up by it, as a full disk would. What was kept is in `kept`.
"""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.errors import StorageError
from app.domain.message import AccountId
from app.domain.people import Correspondent


class FakeCorrespondents:
    """The fake."""

    def __init__(self, entries: Sequence[Correspondent] = ()) -> None:
        self.kept = {(entry.account_id, entry.key): entry for entry in entries}
        self.trouble: StorageError | None = None

    async def read_all(self) -> list[Correspondent]:
        """Return every entry."""
        self._meet_trouble()
        return list(self.kept.values())

    async def change(self, entries: Sequence[Correspondent], gone: Sequence[tuple[AccountId, str]]) -> None:
        """Remove, then write."""
        self._meet_trouble()
        for one in gone:
            self.kept.pop(one, None)
        self.kept.update({(entry.account_id, entry.key): entry for entry in entries})

    def _meet_trouble(self) -> None:
        trouble, self.trouble = self.trouble, None
        if trouble is not None:
            raise trouble
