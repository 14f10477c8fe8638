"""The attachments of one open message: what is drawn of them, what can be done, and how it is undone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Final, TypeVar

from app.core.background import RunInThread
from app.core.events import Event
from app.core.formatting import size_words
from app.core.i18n import ntr, tr
from app.domain.errors import MailError
from app.domain.files import can_shrink
from app.services.text.attachment_text import AttachmentRow, danger_of, rows_of, summary

if TYPE_CHECKING:
    from app.domain.attachment import Attached
    from app.domain.message import LocalId
    from app.domain.record import StoredMessage
    from app.services.drafts.draft_attachments import DraftAttachments
    from app.views.compose.open_draft import OpenDraft

_T = TypeVar("_T")
Shrink = Callable[[str, str], tuple[str, bytes] | None]


_MOST_STEPS: Final = 50


class AttachmentsSession:
    """Works on an open message's attachments. `changed` says that they are to be drawn anew, `said` has a sentence."""

    def __init__(self, draft: OpenDraft, message: StoredMessage, attachments: DraftAttachments | None) -> None:
        """Follow the attachments of `message`; without `attachments` there are none, and nothing can be done."""
        self.changed: Event[None] = Event()
        self.said: Event[str] = Event()
        self._draft = draft
        self._attachments = attachments
        self._back: list[tuple[str, Callable[[], object]]] = []
        self._asked = ""
        self._busy = False
        self._stop: Callable[[], None] = lambda: None
        if attachments is not None:
            attachments.watch(message)
            self._stop = attachments.changed.subscribe(self._changed)

    @property
    def _name(self) -> LocalId:
        return self._draft.local_id

    # --- what is so ---------------------------------------------------------------------------------------------------

    def attached(self) -> Sequence[Attached]:
        """Return what is attached, pictures in the text included."""
        return () if self._attachments is None else self._attachments.of(self._name)

    def rows(self) -> list[AttachmentRow]:
        """Return what the strip shows."""
        if self._attachments is None:
            return []
        attached = self._attachments.of(self._name)
        moving = {one.key: going for one in attached if (going := self._attachments.moving(self._name, one.key))}
        return rows_of(attached, self._attachments.failed(self._name), self._draft.record, moving)

    def summary(self) -> str:
        """Return how many there are, and how large."""
        return summary(self.attached())

    def way_back(self) -> str:
        """Return what was done last and can be undone, in words, "" for nothing."""
        return self._back[-1][0] if self._back else ""

    def differs(self) -> bool:
        """Return whether the message was held back, or refused, for what is attached to it."""
        notice = self._draft.notice()
        return notice is not None and notice.action == "review-attachments"

    def can_edit(self) -> bool:
        """Return whether they can be changed."""
        return self._attachments is not None and self._draft.can_edit()

    def can_shrink(self, keys: Sequence[str]) -> bool:
        """Return whether there is a picture among these (all for none) that can be made smaller."""
        return self.can_edit() and bool(self._pictures(keys))

    # --- what is done -------------------------------------------------------------------------------------------------

    def add(self, paths: Sequence[str]) -> None:
        """Attach files."""
        if self._attachments is not None and paths and self.can_edit():
            self._draft.spawn(self._attachments.add_files(self._name, paths), "attach")

    def add_picture(self, make: Callable[[], bytes], run_in_thread: RunInThread) -> None:
        """Attach a picture that was in no file; `make` writes it as one, in a thread."""
        if self._attachments is not None and self.can_edit():
            self._draft.spawn(self._add_picture(make, run_in_thread), "attach a picture")

    async def _add_picture(self, make: Callable[[], bytes], run_in_thread: RunInThread) -> None:
        taken = {one.name for one in self.attached()}
        number = next(n for n in range(1, 10_000) if tr("Picture {n}", n=n) + ".png" not in taken)
        content = await run_in_thread(make)
        if self._attachments is not None and content:
            await self._attachments.add_bytes(self._name, tr("Picture {n}", n=number) + ".png", content)

    def remove(self, keys: Sequence[str]) -> None:
        """Take attachments away; it can be undone."""
        if self._attachments is None or not keys or not self.can_edit():
            return
        attachments, name = self._attachments, self._name
        self._busy = True  # drawn once, together with the way back
        try:
            gone = attachments.remove(name, keys)
        finally:
            self._busy = False
        if gone:
            words = ntr("Removed “{name}”", "Removed {n} attachments", len(gone), name=gone[0][1].name)
            self._remember(words, lambda: attachments.put_back(self._name, gone))
        self.changed.emit(None)

    def undo(self) -> None:
        """Take the last step back."""
        if self._back and self.can_edit():
            _, back = self._back.pop()
            back()
            self.changed.emit(None)

    def keep_attachments(self, keys: Sequence[str]) -> None:
        """Keep what another program attached."""
        if self._attachments is not None and self.can_edit():
            self._attachments.keep_attachments(self._name, keys)

    def rename(self, key: str, name: str) -> None:
        """Give an attachment another name."""
        one = self._one(key)
        if self._attachments is None or one is None or not self.can_edit():
            return
        new = self._attachments.rename(self._name, key, name)
        if new != key:
            self._remember_exchange(tr("Renamed “{name}”", name=one.name), one, new)

    def activate(self, key: str, show: Callable[[str], None]) -> None:
        """Do what Enter does: retry what failed; open others by `show` with a path, programs only if asked twice."""
        row = next((one for one in self.rows() if one.key == key), None)
        if self._attachments is None or row is None:
            return
        if row.action == "retry":
            self._draft.spawn(self._attachments.retry(self._name, key), "attach again")
        elif (danger := danger_of(row.name)) and self._asked != key:
            self._asked = key
            self.said.emit(danger)
        else:
            self._asked = ""
            self._draft.spawn(self._open(self._attachments, key, show), "open an attachment")

    def take_saved(self) -> None:
        """Take what another program saved into copies that were opened from here; each can be undone."""
        if self._attachments is not None and self.can_edit():
            self._draft.spawn(self._take_saved(self._attachments), "take what another program saved")

    async def _take_saved(self, attachments: DraftAttachments) -> None:
        for old, new in await attachments.take_saved(self._name):
            self._remember_exchange(tr("Replaced “{name}” by what you saved", name=old.name), old, new)

    def forget_question(self) -> None:
        """Ask anew before a program is opened: the person went on."""
        self._asked = ""

    def make_smaller(self, keys: Sequence[str], shrink: Shrink, run_in_thread: RunInThread) -> None:
        """Make pictures smaller, these or all for none; the large ones stay until the small ones are kept."""
        if self._attachments is not None and self.can_edit():
            pictures = self._pictures(keys)
            if pictures:
                self._draft.spawn(self._shrink(self._attachments, pictures, shrink, run_in_thread), "make smaller")
            else:
                self.said.emit(tr("There is no picture to make smaller."))

    def end(self) -> None:
        """The message left the pane."""
        self._stop()
        if self._attachments is not None:
            self._attachments.unwatch(self._name)

    # --- behind it ----------------------------------------------------------------------------------------------------

    async def _open(self, attachments: DraftAttachments, key: str, show: Callable[[str], None]) -> None:
        show(await attachments.path_to_open(self._name, key))

    async def _shrink(
        self, attachments: DraftAttachments, pictures: Sequence[Attached], shrink: Shrink, run_in_thread: RunInThread
    ) -> None:
        saved = 0
        for one in pictures:
            try:
                path = await attachments.path_of(self._name, one.key)
            except MailError as error:
                self.said.emit(str(error))
                continue
            small = await run_in_thread(partial(shrink, path, one.name))
            known = self._one(one.key)
            if small is None or known is None:
                continue
            new = await attachments.exchange_bytes(self._name, one.key, *small)
            if new != one.key:
                saved += known.size - len(small[1])
                self._remember_exchange(tr("Made “{name}” smaller", name=one.name), known, new)
        if saved <= 0:
            self.said.emit(tr("No picture could be made smaller."))
        else:
            self.said.emit(tr("Smaller by {size}", size=size_words(saved)))

    def _pictures(self, keys: Sequence[str]) -> list[Attached]:
        return [one for one in self.attached() if (not keys or one.key in keys) and can_shrink(one.name)]

    def _one(self, key: str) -> Attached | None:
        return next((one for one in self.attached() if one.key == key), None)

    def _remember_exchange(self, words: str, old: Attached, new: str) -> None:
        attachments = self._attachments
        if attachments is not None:
            self._remember(words, lambda: attachments.exchange_back(self._name, old, new))
            self.changed.emit(None)

    def _remember(self, words: str, back: Callable[[], object]) -> None:
        self._back = [*self._back, (words, back)][-_MOST_STEPS:]

    def _changed(self, local_id: LocalId) -> None:
        if local_id == self._name and not self._busy:
            self.changed.emit(None)
