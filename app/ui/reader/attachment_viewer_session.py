"""What is attached to the message that is read: how each part stands, and what is done with it. Without Qt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from app.core.background import Spawn
from app.core.events import Event
from app.core.formatting import size_words
from app.core.i18n import ntr, tr
from app.domain.errors import BadInput, MailError, StorageError
from app.services.reader.attachment_viewer import ViewedAttachment, ViewedAttachments
from app.services.text.attachment_text import AttachmentRow, danger_of, icon_of

if TYPE_CHECKING:
    from app.domain.message import AccountId

PREFETCHED = 20_000_000
"""Bytes up to which a file is fetched as soon as a hand is laid on it, so that it can be dragged away."""


class AttachmentViewerSession:
    """The attachments of one pane. `changed` says that rows differ, `asked` has a question beside them ("" for none),
    `told` carries what became of a wish, for the status bar, `message_opened` which message is to be read here.
    """

    def __init__(self, viewed: ViewedAttachments, spawn: Spawn) -> None:
        """Show nothing yet."""
        self.changed: Event[None] = Event()
        self.asked: Event[str] = Event()
        self.told: Event[str] = Event()
        self.message_opened: Event[tuple[AccountId, ViewedAttachment]] = Event()
        self._viewed, self._spawn = viewed, spawn
        self._account_id: AccountId | None = None
        self._shown: tuple[ViewedAttachment, ...] = ()
        self._question = ""
        self._ready: dict[str, str] = {}
        viewed.changed.subscribe(self._moved)

    def show(self, account_id: AccountId | None, viewed: Sequence[ViewedAttachment]) -> None:
        """Show what is attached to another message, or to the same one still."""
        if (account_id, tuple(viewed)) == (self._account_id, self._shown):
            return
        self._account_id, self._shown = account_id, tuple(viewed)
        self._ready.clear()
        self.forget_question()
        self.changed.emit(None)
        if viewed:
            self._spawn(self._viewed.look(self._shown), "look what is here")

    # --- what is so ---------------------------------------------------------------------------------------------------

    def rows(self) -> list[AttachmentRow]:
        """Return what the strip shows."""
        return [self._row(one) for one in self._shown]

    def summary(self) -> str:
        """Return how many there are, and how large."""
        count = ntr("{n} attachment", "{n} attachments", len(self._shown))
        size = sum(one.size for one in self._shown)
        return tr("{count}, {size}", count=count, size=size_words(size)) if size else count

    def keys(self) -> list[str]:
        """Return what names each, in order."""
        return [one.key for one in self._shown]

    def file_name(self, key: str) -> str:
        """Return what one is called as a file."""
        one = self._one(key)
        return "" if one is None else one.file_name()

    def is_running(self, keys: Sequence[str]) -> bool:
        """Return whether one of these is fetched now."""
        return any(self._viewed.coming(key) is not None for key in keys)

    def _row(self, one: ViewedAttachment) -> AttachmentRow:
        icon, size = icon_of(one.name, is_message=one.is_message), size_words(one.size) if one.size else ""
        coming, failed = self._viewed.coming(one.key), self._viewed.failed(one.key)
        if coming is not None:
            share = min(1.0, coming.done / coming.whole) if coming.whole else 0.0
            done = size_words(coming.done)
            words = tr("Fetching {done} of {whole}", done=done, whole=size) if coming.whole else tr("Fetching…")
            return AttachmentRow(one.key, one.name, icon, words, "accent", share)
        if failed:
            words = tr("{why} Enter tries again.", why=failed)
            return AttachmentRow(one.key, one.name, "circle-alert", words, "bad", trouble=True, action="retry")
        return AttachmentRow(one.key, one.name, icon, size)

    def _one(self, key: str) -> ViewedAttachment | None:
        return next((one for one in self._shown if one.key == key), None)

    def _moved(self, key: str) -> None:
        if self._one(key) is not None:
            self.changed.emit(None)

    # --- what is done -------------------------------------------------------------------------------------------------

    def activate(self, key: str, show: Callable[[str], None]) -> None:
        """Do what Enter does: read a message here, open the rest by `show` with a path; what may harm, at the second
        time.
        """
        one, account_id = self._one(key), self._account_id
        if one is None or account_id is None:
            return
        danger = "" if one.is_message else danger_of(one.file_name())
        if danger and self._question != key:
            self._question = key
            self.asked.emit(danger)
            return
        self.forget_question()
        if one.is_message:
            self.message_opened.emit((account_id, one))
        else:
            self._spawn(self._open(account_id, one, show), "open an attachment")

    async def _open(self, account_id: AccountId, one: ViewedAttachment, show: Callable[[str], None]) -> None:
        try:
            path = await self._viewed.show(account_id, one)
        except (StorageError, BadInput):
            raise
        except MailError:
            return  # its row says why
        if self._one(one.key) is not None:
            show(path)  # after the step to another message this one is not wanted any more

    def forget_question(self) -> None:
        """Ask anew before what may harm is opened: the person went on."""
        if self._question:
            self._question = ""
            self.asked.emit("")

    def stop(self, keys: Sequence[str]) -> bool:
        """Stop fetching these; return whether any was under way."""
        return sum(self._viewed.stop(key) for key in keys) > 0

    def save(self, keys: Sequence[str], folder: str) -> None:
        """Save these into a folder, none over another."""
        self._save([(one, f"{folder}/{one.file_name()}") for one in self._shown if one.key in keys], replace=False)

    def save_as(self, key: str, path: str) -> None:
        """Save one at a path that the person chose, over what is there."""
        one = self._one(key)
        if one is not None:
            self._save([(one, path)], replace=True)

    def _save(self, wanted: Sequence[tuple[ViewedAttachment, str]], *, replace: bool) -> None:
        if wanted and self._account_id is not None:
            self._spawn(self._save_all(self._account_id, wanted, replace=replace), "save attachments")

    async def _save_all(
        self, account_id: AccountId, wanted: Sequence[tuple[ViewedAttachment, str]], *, replace: bool
    ) -> None:
        saved: list[str] = []
        failures: list[str] = []
        for one, path in wanted:
            try:
                saved.append(await self._viewed.save(account_id, one, path, replace=replace))
            except MailError as error:
                failures.append(self._viewed.failed(one.key) or str(error))
        self.told.emit(_saved_words(saved, failures))

    def lay_hand_on(self, key: str) -> None:
        """Fetch one that may be dragged away in a moment, if it is not large."""
        one = self._one(key)
        if one is not None and one.size <= PREFETCHED and key not in self._ready:
            self._spawn(self._make_ready([one]), "make an attachment ready")

    def path_of(self, key: str) -> str:
        """Return where a copy lies that can be handed to another program, "" where none does yet."""
        return self._ready.get(key, "")

    def hand_over(self, keys: Sequence[str], give: Callable[[list[str]], None]) -> None:
        """Call `give` with the paths of these as soon as all are here."""
        wanted = [one for one in self._shown if one.key in keys]

        async def ready() -> None:
            await self._make_ready(wanted)
            paths = [path for one in wanted if (path := self.path_of(one.key))]
            if paths:
                give(paths)

        self._spawn(ready(), "hand attachments over")

    async def _make_ready(self, wanted: Sequence[ViewedAttachment]) -> None:
        for one in wanted:
            if self._account_id is not None and one.key not in self._ready:
                try:
                    self._ready[one.key] = await self._viewed.show(self._account_id, one)
                except MailError:
                    continue  # its row says why


def _saved_words(saved: Sequence[str], failures: Sequence[str]) -> str:
    folder = saved[0].replace("\\", "/").rpartition("/")[0].rpartition("/")[2] if saved else ""
    words = [ntr("Saved to {folder}", "{n} saved to {folder}", len(saved), folder=folder)] if saved else []
    if len(failures) == 1:
        words.append(failures[0])
    elif failures:
        words.append(ntr("{n} was not saved", "{n} were not saved", len(failures)))
    return ", ".join(words) if len(failures) != 1 else ". ".join(words)
