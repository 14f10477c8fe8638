"""The state of the earlier versions of one draft: which there are, which is looked at, and what is brought back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum

from app.core.background import Spawn
from app.core.events import Event
from app.core.formatting import clock_time
from app.core.i18n import ntr, tr
from app.domain.errors import MailError
from app.domain.message import Content, LocalId
from app.domain.version import VersionHead
from app.services.drafts.comparison import Difference
from app.services.drafts.versions import REASONS, DraftVersions
from app.services.text.error_text import explain_error


class VersionsStand(StrEnum):
    """How far the list of versions is."""

    READING = "reading"
    THERE = "there"
    FAILED = "failed"
    ENDED = "ended"


class VersionsSession:
    """One draft's versions. `listed` says that the list is there, `changed` that there is something to draw.

    `ended` says that this is over, with what the draft said before a version was brought back; None where none was.
    """

    def __init__(self, local_id: LocalId, known: DraftVersions, spawn: Spawn, now: Callable[[], float]) -> None:
        """Nothing is read before `read_versions`."""
        self.listed: Event[None] = Event()
        self.changed: Event[None] = Event()
        self.ended: Event[Content | None] = Event()
        self.local_id = local_id
        self.stand = VersionsStand.READING
        self.versions: Sequence[VersionHead] = ()
        self.chosen: VersionHead | None = None
        self.difference: Difference | None = None
        self.now = now
        self._trouble = self._why_none = ""
        self._known, self._spawn = known, spawn

    def read_versions(self) -> None:
        """Read which versions there are."""
        self._spawn(self._read(), "read the versions of a draft")

    async def _read(self) -> None:
        try:
            self.versions = await self._known.list_versions(self.local_id)
            self._why_none = "" if self.versions else await self._known.why_none(self.local_id)
        except KeyError:
            self.leave()
            return
        except MailError as error:
            self._fail(error)
            return
        if self.stand is VersionsStand.READING:
            self.stand = VersionsStand.THERE
            self.listed.emit(None)
            self.changed.emit(None)

    def choose(self, head: VersionHead) -> None:
        """Look at one version."""
        if head != self.chosen and self.stand in {VersionsStand.THERE, VersionsStand.FAILED}:
            self.stand, self.chosen, self.difference = VersionsStand.THERE, head, None
            self.changed.emit(None)
            self._spawn(self._compare(head), "compare a version")

    async def _compare(self, head: VersionHead) -> None:
        try:
            found = await self._known.compare(self.local_id, head)
        except KeyError:
            self.leave()
            return
        except MailError as error:
            if head == self.chosen:
                self._fail(error)
            return
        if head == self.chosen and self.stand is VersionsStand.THERE:
            self.difference = found
            self.changed.emit(None)

    # --- words ------------------------------------------------------------------------------------------------------

    def row_words(self, head: VersionHead) -> tuple[str, str]:
        """Return the two lines by which a version is told from others: when and how much, and what made it."""
        when, words = clock_time(head.at, self.now()), ntr("{n} word", "{n} words", head.words)
        return f"{when}  ·  {words}", tr(REASONS[head.why])

    def words(self) -> str:
        """Return in sentences how it stands."""
        if self.stand is VersionsStand.READING:
            return tr("Reading the earlier versions…")
        if self.stand is VersionsStand.FAILED:
            return self._trouble
        if not self.versions:
            return self._why_none
        found = self.difference
        if found is None:
            return tr("Reading the version…")
        said = [_differences(found.differences), self._known.why_not(self.local_id), _attached(found), _pictures(found)]
        return " ".join(one for one in said if one)

    def page_titles(self) -> tuple[str, str]:
        """Return what stands over the two columns."""
        chosen = self.chosen
        when = "" if chosen is None else clock_time(chosen.at, self.now())
        return tr("Then, {time}", time=when), tr("Now")

    # --- the choice -------------------------------------------------------------------------------------------------

    def can_bring_back(self) -> bool:
        """Return whether the version that is looked at can be brought back."""
        found = self.difference
        return found is not None and self.stand is VersionsStand.THERE and not self._known.why_not(self.local_id)

    def bring_back(self) -> None:
        """Let the draft say again what this version says."""
        found = self.difference
        if found is not None and self.can_bring_back():
            self._spawn(self._bring_back(found.version.content), "bring a version back")

    async def _bring_back(self, content: Content) -> None:
        try:
            before = await self._known.bring_back(self.local_id, content)
        except KeyError:
            self.leave()
        except MailError as error:
            self._fail(error)
        else:
            self._end(before)

    def leave(self) -> None:
        """Bring nothing back: all stays as it is."""
        self._end(None)

    def _end(self, before: Content | None) -> None:
        if self.stand is not VersionsStand.ENDED:
            self.stand = VersionsStand.ENDED
            self.ended.emit(before)

    def _fail(self, error: MailError) -> None:
        if self.stand is not VersionsStand.ENDED:
            self.stand = VersionsStand.FAILED
            self._trouble = explain_error(error, self.now()).sentence
            self.changed.emit(None)


def _differences(count: int) -> str:
    if not count:
        return tr("This version says what the message says now.")
    return ntr("{n} difference from the message as it is now.", "{n} differences from the message as it is now.", count)


def _attached(found: Difference) -> str:
    names = ", ".join(found.version.attached)
    if names:
        return tr("Attached then: {names}. Attachments stay as they are now.", names=names)
    return tr("Attachments stay as they are now.") if found.has_attachments else ""


def _pictures(found: Difference) -> str:
    """Say of pictures that this version shows that they are no longer in the message."""
    gone = found.pictures_gone
    return ntr("{n} picture of it is gone.", "{n} pictures of it are gone.", gone) if gone else ""
