"""The state of one comparison: being read, there to be chosen from, or not to be had. Nothing is chosen by itself."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from enum import StrEnum
from typing import Any

from app.core.background import Spawn
from app.core.events import Event
from app.core.i18n import ntr, tr
from app.domain.errors import MailError
from app.domain.message import Content, LocalId
from app.services.drafts.comparison import Comparison, VersionComparison
from app.services.text.error_text import explain_error


class Stand(StrEnum):
    """How far the comparison is."""

    READING = "reading"
    THERE = "there"
    FAILED = "failed"
    CHOSEN = "chosen"


class CompareSession:
    """One message's two versions. `changed` says that there is something to draw; `ended` what was chosen, or ""."""

    def __init__(self, local_id: LocalId, comparing: VersionComparison, spawn: Spawn, now: Callable[[], float]) -> None:
        """Nothing is read before `read`."""
        self.changed: Event[None] = Event()
        self.ended: Event[str] = Event()
        self.local_id = local_id
        self.comparison: Comparison | None = None
        self.given_up: Content | None = None
        self.stand = Stand.READING
        self.trouble = ""
        self.now = now
        self._comparing, self._spawn = comparing, spawn

    def read_versions(self) -> None:
        """Read both versions, anew where they were read before."""
        if self.stand is not Stand.CHOSEN:
            self.stand = Stand.READING
            self.changed.emit(None)
            self._spawn(self._read(), "compare")

    async def _read(self) -> None:
        try:
            self.comparison = await self._comparing.compare(self.local_id)
        except KeyError:
            self.leave()
            return
        except MailError as error:
            self._fail(error)
            return
        if self.stand is Stand.READING:
            self.stand = Stand.THERE
            self.changed.emit(None)

    def words(self) -> str:
        """Return in a sentence how it stands."""
        comparison = self.comparison
        if self.stand is Stand.READING or comparison is None:
            return tr("Reading the server's version…") if self.stand is Stand.READING else self.trouble
        if self.stand is Stand.FAILED:
            return self.trouble
        if not comparison.differences:
            return tr("Both say the same. Either can be kept.")
        return ntr("{n} difference", "{n} differences", comparison.differences)

    def can_choose(self) -> bool:
        """Return whether both versions are there."""
        return self.stand is Stand.THERE

    def can_keep_both(self) -> bool:
        """Return whether one's own can be put aside as a new draft: also where the server's cannot be read."""
        return self.stand in {Stand.THERE, Stand.FAILED}

    # --- the choice -------------------------------------------------------------------------------------------------

    def keep_mine(self) -> None:
        """Write one's own version over the one that is shown."""
        comparison = self.comparison
        if comparison is not None and self.can_choose():
            self._choose("mine", self._comparing.keep_mine(comparison))

    def keep_theirs(self) -> None:
        """Take the server's version; one's own can be taken back."""
        comparison = self.comparison
        if comparison is not None and self.can_choose():
            self._choose("theirs", self._take_theirs(comparison))

    def keep_both(self) -> None:
        """Make a new draft of one's own version."""
        if self.can_keep_both():
            self._choose("both", self._comparing.keep_both(self.local_id))

    def leave(self) -> None:
        """Choose nothing: all stays as it is."""
        if self.stand is not Stand.CHOSEN:
            self.stand = Stand.CHOSEN
            self.ended.emit("")

    async def _take_theirs(self, comparison: Comparison) -> None:
        self.given_up = await self._comparing.take_theirs(comparison)

    def _choose(self, what: str, work: Coroutine[Any, Any, object]) -> None:
        self.stand = Stand.CHOSEN
        self.changed.emit(None)
        self._spawn(self._do(what, work), f"keep {what}")

    async def _do(self, what: str, work: Coroutine[Any, Any, object]) -> None:
        try:
            await work
        except MailError as error:
            self._fail(error)
            return
        self.ended.emit(what)

    def _fail(self, error: MailError) -> None:
        self.stand = Stand.FAILED
        self.trouble = explain_error(error, self.now()).sentence
        self.changed.emit(None)
