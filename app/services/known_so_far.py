"""How far a list knows its folder, and what keeps it from knowing more."""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.errors import Trouble
from app.domain.listing import RowId
from app.domain.outcome import ServerWords
from app.services.syncing import FolderSync


class KnownSoFar:
    """Of a list whose folder is looked after by `_sync`, None where the server has no side of it."""

    _sync: FolderSync | None
    _opened: bool
    undelivered: Sequence[RowId] = ()
    """What names the rows that came back and that the person does not know of, the newest first."""

    @property
    def loading(self) -> bool:
        """Tell whether the server is being asked."""
        return self._sync is not None and self._sync.loading

    @property
    def loaded(self) -> bool:
        """Tell whether what is shown is all there is."""
        return self._sync is None or (self._sync.loaded and self._opened)

    @property
    def trouble(self) -> Trouble | None:
        """Return why the server could not be asked."""
        return None if self._sync is None else self._sync.trouble

    @property
    def refusal(self) -> ServerWords | None:
        """Return why the server does not let us look."""
        return None if self._sync is None else self._sync.refusal
