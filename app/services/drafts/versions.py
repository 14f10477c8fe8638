"""Earlier versions of a draft: what there is, what differs from now, and how one is brought back.

The journal keeps them (`storage/versions.py`). What is brought back comes as edits of the draft that is open: it is
journalled and saved as if it were typed, and what the draft said until then is a version before that happens.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.core.background import RunInThread
from app.core.i18n import mark, tr
from app.core.text import utf16_length
from app.domain.errors import BadInput
from app.domain.message import Content, LocalId
from app.domain.state import WRITABLE
from app.domain.version import LARGEST, VersionHead, VersionReason, brought_back
from app.services.accounts.preset_settings import VERSIONS_CHOICE, PresetSettings
from app.services.drafts.drafts import Drafts
from app.services.drafts.renewal import OpenMessage, edits_between
from app.services.ports import Journal
from app.services.records.records import Records

if TYPE_CHECKING:
    from app.services.drafts.comparison import Difference

REASONS: Final = {
    VersionReason.BEGUN: mark("When writing began"),
    VersionReason.PAUSE: mark("In a pause of writing"),
    VersionReason.SAVE: mark("When it was saved"),
    VersionReason.DELETION: mark("Before much was deleted"),
    VersionReason.REPLACED: mark("Before the whole text was replaced"),
    VersionReason.TEMPLATE: mark("Before a template was put in"),
    VersionReason.CONFLICT: mark("Before yours was kept, and not the server's version"),
    VersionReason.SERVER: mark("Before the server's version was taken over"),
    VersionReason.RETURN: mark("Before an earlier version was brought back"),
}
"""What made a version, in words."""


class DraftVersions:
    """The versions of the drafts of this machine."""

    def __init__(
        self, records: Records, drafts: Drafts, journal: Journal, settings: PresetSettings, run_in_thread: RunInThread
    ) -> None:
        """Nothing is kept before `load`."""
        self.is_on = False
        self._records, self._drafts, self._journal = records, drafts, journal
        self._settings, self._run_in_thread = settings, run_in_thread

    async def load(self) -> None:
        """Keep versions from now on, or remove those that there are, as was chosen. Raises StorageError."""
        await self._turn(on=await self._settings.read_setting(VERSIONS_CHOICE) != "never")

    async def choose(self, *, on: bool) -> None:
        """Keep versions from now on, or none and remove those that there are. Raises StorageError."""
        await self._settings.keep_setting(VERSIONS_CHOICE, "yes" if on else "never")
        await self._turn(on=on)

    async def _turn(self, *, on: bool) -> None:
        self.is_on = on
        await self._journal.turn_versions(on=on)

    @property
    def is_locked(self) -> bool:
        """Return whether an administrator has set whether versions are kept."""
        return self._settings.is_locked(VERSIONS_CHOICE)

    async def why_none(self, local_id: LocalId) -> str:
        """Return why there are no versions of a draft. Raises KeyError and StorageError."""
        if not self.is_on and self.is_locked:
            return tr("Your organisation has switched off earlier versions of drafts.")
        if not self.is_on:
            return tr("Earlier versions of drafts are switched off in the settings (Writing).")
        if utf16_length((await self._records.read_message(local_id)).content.body) > LARGEST:
            return tr("This message is too long: no earlier versions are kept of it.")
        return tr(
            "There is no earlier version of this message yet. One is kept in each pause of writing, and before much of"
            " it is deleted."
        )

    async def list_versions(self, local_id: LocalId) -> list[VersionHead]:
        """Return the versions of a draft, newest first. Raises KeyError and StorageError."""
        return await self._journal.versions(local_id)

    async def compare(self, local_id: LocalId, head: VersionHead) -> Difference:
        """Hold one version against what the draft says now. Raises KeyError and StorageError."""
        from app.services.drafts.comparison import difference

        version = await self._journal.read_version(local_id, head.number)
        now = (await self._records.read_message(local_id)).content
        return await self._run_in_thread(lambda: difference(head, version, now))

    def why_not(self, local_id: LocalId) -> str:
        """Return why nothing can be brought back into a message now, "" where it can."""
        record = self._records.get(local_id)
        if record is None or record.discarded:
            return tr("This message is no longer here.")
        if record.state not in WRITABLE:
            return tr("This message is on its way. Undo sending it to change it.")
        return ""

    async def bring_back(self, local_id: LocalId, content: Content) -> Content:
        """Let a draft say what `content` says; return what it said before, which is a version from then on.

        Raises BadInput where it cannot be changed, in words, and KeyError and StorageError.
        """
        for _ in range(_TRIES):
            pane = self._drafts.renewing.pane_of(local_id)
            if pane is not None and not pane.settle():
                break
            before = await self._records.read_message(local_id)
            wanted = brought_back(content, before.content)
            ready = None if pane is None else await pane.read_body(wanted)
            # From here to the return nothing waits: no key comes between.
            why_not = self.why_not(local_id)
            if why_not:
                raise BadInput(why_not)
            settled = pane is None or (pane.settle() and self._drafts.renewing.pane_of(local_id) is pane)
            latest = self._records.get(local_id)
            if settled and latest is not None and latest.edits == before.record.edits:
                self._exchange(local_id, before.content, wanted, pane, ready)
                return before.content
        raise BadInput(tr("The message is being changed just now. Try again."))

    def _exchange(
        self, local_id: LocalId, before: Content, wanted: Content, pane: OpenMessage | None, ready: object
    ) -> None:
        edits = edits_between(before, wanted)
        self._drafts.mark_version(local_id, VersionReason.RETURN, len(edits))
        for edit in edits:
            self._drafts.edit(local_id, edit)
        if pane is not None:
            pane.exchange(edits, wanted, ready)


_TRIES: Final = 3
"""How often it is begun anew where something came between: then it is left to the person."""
