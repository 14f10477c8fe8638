"""What a person does with attachments: adds, removes, renames, opens. The one way for the pane and the command line.

What is added stands in the message at once and its bytes follow, so that a message is never sent without what was meant
to be in it. What could not be added is kept apart, with the reason, until the person has seen it.
"""

from __future__ import annotations

from collections.abc import Coroutine, Iterable, Sequence
from pathlib import PurePath
from typing import Any, Final, NamedTuple

import msgspec

from app.core.background import Spawn
from app.core.events import Event
from app.core.i18n import tr
from app.core.text import clean_text
from app.domain.attachment import Attached, AttachmentKind, as_file, new_key
from app.domain.edits import AttachmentGone, AttachmentSet, with_edit
from app.domain.errors import BadInput, ItemRefused, MailError, StorageError
from app.domain.files import type_of
from app.domain.message import LocalId
from app.domain.outcome import LOCAL, Outcome
from app.domain.record import Record, StoredMessage
from app.services.attachments.fetch import Failed, Moving
from app.services.drafts.drafts import Drafts, Replaced
from app.services.ports import AttachedFiles
from app.services.records.records import Records

KEPT_LEFT_OVER: Final = 30 * 24 * 3600.0
"""Copies that no message names are kept so long: a message may lie in a database that was set aside as damaged."""


class _Shown(NamedTuple):
    """A copy that was opened: whose it is, the keys that its attachment had since, when it was written last."""

    local_id: LocalId
    keys: frozenset[str]
    modified: float


class DraftAttachments:
    """The attachments of the messages that are open. `changed` names a message whose attachments changed."""

    def __init__(self, records: Records, drafts: Drafts, files: AttachedFiles, spawn: Spawn) -> None:
        """Edit by way of `drafts`, so that every change is journalled like a key."""
        self.changed: Event[LocalId] = Event()
        self._records = records
        self._drafts = drafts
        self._files = files
        self._spawn = spawn
        self._open: dict[LocalId, list[Attached]] = {}
        self._failed: dict[LocalId, list[Failed]] = {}
        self._kept: set[tuple[LocalId, str]] = set()
        self._reading: set[LocalId] = set()
        self._shown: dict[str, _Shown] = {}
        records.attached.subscribe(self._edited)
        records.forgotten.subscribe(self._forgotten)
        records.changed.subscribe(self._record_changed)
        drafts.fetching.moved.subscribe(lambda name: self._tell(name[0]))
        drafts.replaced.subscribe(self._replaced)

    # --- what is there ------------------------------------------------------------------------------------------------

    def watch(self, message: StoredMessage) -> None:
        """Follow the attachments of a message that is being opened."""
        self._open[message.record.local_id] = list(message.content.attachments)

    def unwatch(self, local_id: LocalId) -> None:
        """Follow them no longer."""
        self._open.pop(local_id, None)
        self._failed.pop(local_id, None)

    def of(self, local_id: LocalId) -> Sequence[Attached]:
        """Return what is attached to an open message, pictures in its text included."""
        return tuple(self._open.get(local_id, ()))

    def failed(self, local_id: LocalId) -> Sequence[Failed]:
        """Return what could not be attached, until it is put away."""
        return tuple(self._failed.get(local_id, ()))

    def moving(self, local_id: LocalId, key: str) -> Moving | None:
        """Return how far the bytes of one are, None where they are not on their way."""
        return self._drafts.fetching.moving.get((local_id, key))

    # --- what is done -------------------------------------------------------------------------------------------------

    def add_files(self, local_id: LocalId, paths: Iterable[str | PurePath]) -> Coroutine[Any, Any, list[MailError]]:
        """Attach files, in order: they stand in the message when this returns, and nothing is sent without them.

        What is returned has to be awaited: it copies them, and returns the errors of those it could not. Raises
        BadInput for a message that is on its way, KeyError for none.
        """
        added = []
        for path in paths:
            name = clean_text(PurePath(path).name or str(path), lines=False)
            added.append(Attached(new_key(), name, content_type=type_of(name), origin=str(path)))
        for one in added:
            self._drafts.edit(local_id, AttachmentSet(one))
        return self._fetch_all(local_id, added)

    async def _fetch_all(self, local_id: LocalId, added: Sequence[Attached]) -> list[MailError]:
        results = [await self._fetch(local_id, one) for one in added]
        return [error for error in results if error is not None]

    async def add_bytes(
        self, local_id: LocalId, name: str, content: bytes, content_type: str = "", content_id: str = ""
    ) -> str:
        """Attach bytes that were no file, or with `content_id` put them into the text; return the key.

        Raises StorageError where they cannot be kept, BadInput for a message that is on its way.
        """
        key = new_key()
        size = await self._files.keep_bytes(local_id, key, content)
        one = Attached(key, name, size, content_type or type_of(name), content_id, file=key)
        self._drafts.edit(local_id, AttachmentSet(one))
        return key

    def remove(self, local_id: LocalId, keys: Iterable[str]) -> list[tuple[int, Attached]]:
        """Take attachments away, and what goes up of them; return what `put_back` needs. Raises BadInput."""
        gone = []
        wanted = set(keys)
        before = list(self._open.get(local_id, ()))
        for place, one in enumerate(before):
            if one.key in wanted:
                self._drafts.edit(local_id, AttachmentGone(one.key))
                gone.append((place, one))
                self._stop(local_id, one.key)
                self._keep_for_undo(local_id, one)
        self._put_away(local_id, wanted)
        return gone

    def put_back(self, local_id: LocalId, gone: Sequence[tuple[int, Attached]]) -> None:
        """Undo `remove`. Raises BadInput."""
        for place, one in gone:
            kept = (local_id, one.key) in self._kept
            back = as_file(msgspec.structs.replace(one, file=one.key)) if kept else one
            self._drafts.edit(local_id, AttachmentSet(back, place))

    def exchange_back(self, local_id: LocalId, old: Attached, new: str) -> None:
        """Undo `rename` and `exchange_bytes`, which returned the key `new`. Raises BadInput."""
        now = self._one(local_id, new)
        if now is not None:
            if not old.file and not old.origin:  # the server had it alone: its bytes came with the new name
                old = msgspec.structs.replace(old, file=now.file, source=now.source, holder=now.holder)
            self._exchange(local_id, now, old, old.key)

    def keep_attachments(self, local_id: LocalId, keys: Iterable[str]) -> None:
        """Make what another program attached part of the message for good. Raises BadInput."""
        wanted = set(keys)
        for one in self.of(local_id):
            if one.key in wanted and one.elsewhere:
                own = msgspec.structs.replace(one, elsewhere=False)
                self._drafts.edit(local_id, AttachmentSet(own, if_there=True))

    def rename(self, local_id: LocalId, key: str, name: str) -> str:
        """Give an attachment another name; return its new key. To servers it is another attachment.

        Raises BadInput for a message that is on its way.
        """
        one = self._one(local_id, key)
        name = clean_text(name, lines=False).strip()
        if one is None or not name or name == one.name:
            return key
        if one.kind is AttachmentKind.ITEM and self._is_held(local_id, key):
            one = msgspec.structs.replace(one, file="")  # it is fetched as a file of its own
        fresh = msgspec.structs.replace(self._with_source(local_id, one), name=name, content_type=type_of(name))
        return self._exchange(local_id, one, fresh, new_key())

    async def exchange_bytes(self, local_id: LocalId, key: str, name: str, content: bytes) -> str:
        """Put other bytes in the place of an attachment (a smaller picture), which stays until they are kept.

        Returns its new key. Raises StorageError and BadInput.
        """
        file = new_key()
        size = await self._files.keep_bytes(local_id, file, content)
        one = self._one(local_id, key)
        if one is None:
            return key  # it was taken away meanwhile
        fresh = msgspec.structs.replace(one, name=name, size=size, content_type=type_of(name), file=file, came_from="")
        return self._exchange(local_id, one, fresh, new_key())

    async def outdated(self, attachments: Iterable[Attached]) -> list[Attached]:
        """Return those whose file was written anew since it was attached; one that is gone is not."""
        return await self._drafts.outdated(attachments)

    async def keep_older(self, local_id: LocalId, attachments: Iterable[Attached]) -> None:
        """Take the files of these for known as they are. Raises BadInput."""
        await self._drafts.keep_older(local_id, attachments)

    async def take_saved(self, local_id: LocalId) -> list[tuple[Attached, str]]:
        """Put what another program saved into copies that were opened from here in the place of their attachments.

        Returns each as it was, with its new key, for `exchange_back`. A copy that is gone, or cannot be read while it
        is written, is left for the next look. Raises StorageError, and BadInput for a message that is on its way.
        """
        taken = []
        for path, shown in self._shown.items():
            modified = await self._files.modified(path) if shown.local_id == local_id else 0.0
            one = next((one for one in self.of(local_id) if one.key in shown.keys), None)
            if one is None or modified <= shown.modified:
                continue
            file = new_key()
            try:
                size = await self._files.copy_file(local_id, file, path, lambda _done, _whole: None)
            except BadInput:
                continue
            now = self._one(local_id, one.key)
            if now is None:
                continue  # it was taken away meanwhile
            fresh = msgspec.structs.replace(now, size=size, file=file, source="", holder="", came_from="")
            new = self._exchange(local_id, now, fresh, new_key())
            self._shown[path] = _Shown(local_id, shown.keys | {new}, modified)
            taken.append((now, new))
        return taken

    async def renew(self, local_id: LocalId, key: str) -> None:
        """Put the file as it is now in the place of its older copy, which stays until the new one is whole.

        Raises StorageError, and BadInput for a message that is on its way and for a file that cannot be read.
        """
        one = self._one(local_id, key)
        if one is None or not one.came_from:
            return
        file, modified = new_key(), await self._files.modified(one.came_from)
        size = await self._files.copy_file(local_id, file, one.came_from, lambda _done, _whole: None)
        now = self._one(local_id, key)
        if now is not None:
            fresh = msgspec.structs.replace(now, size=size, file=file, source="", holder="", modified=modified)
            self._exchange(local_id, now, fresh, new_key())

    async def retry(self, local_id: LocalId, key: str) -> None:
        """Try once more what failed or was refused. Raises StorageError."""
        again = [one for one in self._failed.get(local_id, ()) if one.attached.key == key]
        for one in again:
            self._failed[local_id].remove(one)
            self._drafts.edit(local_id, AttachmentSet(one.attached))
            await self._fetch(local_id, one.attached)
        record = self._records.get(local_id)
        if record is not None and any(one.key == key for one in record.refused):
            left = tuple(one for one in record.refused if one.key != key)
            await self._records.apply_known(local_id, refused=left, save_outcome=None, saved_edits=-1)
        await self._drafts.save(local_id)

    async def path_of(self, local_id: LocalId, key: str) -> str:
        """Return the path of the private copy, which is fetched where it is not here yet; it must not be written to.

        Raises AccountError, ItemRefused, BadInput and StorageError.
        """
        one = self._one(local_id, key)
        if one is not None and not one.file:
            outcome = await self._drafts.fetching.fetch(local_id, self._with_source(local_id, one))
            if outcome is not None:
                raise _error_of(outcome, one.name)
            one = self._one(local_id, key)
        if one is None or not one.file:
            raise BadInput(tr("This attachment is no longer here."))
        return self._files.path(local_id, one.file)

    async def path_to_open(self, local_id: LocalId, key: str) -> str:
        """Return the path of a copy under its name, for another program: what that one saves is taken by `take_saved`.

        Raises as `path_of`.
        """
        await self.path_of(local_id, key)
        one = self._one(local_id, key)
        if one is None:
            raise BadInput(tr("This attachment is no longer here."))
        path = await self._files.show(local_id, one.file, as_file(one).name)
        if one.kind is not AttachmentKind.ITEM:
            self._shown[path] = _Shown(local_id, frozenset({one.key}), await self._files.modified(path))
        return path

    # --- its own course -----------------------------------------------------------------------------------------------

    async def resume(self, *, damaged: bool = False) -> None:
        """At the start: remove copies that no message names. Not where messages were `damaged`, and cannot be read."""
        known: dict[LocalId, frozenset[str]] = {}
        try:
            for record in self._records.all():
                if record.head.attachments or record.has_held or not record.saved:
                    content = (await self._records.read_message(record.local_id)).content
                    known[record.local_id] = frozenset(one.file for one in content.attachments)
        except (StorageError, KeyError):
            return  # what cannot be read may name any of them
        if not damaged:
            await self._files.left_over(known, KEPT_LEFT_OVER)

    async def _fetch(self, local_id: LocalId, one: Attached) -> MailError | None:
        try:
            await self._drafts.fetching.fetch(local_id, one)
        except (BadInput, StorageError) as error:
            try:
                self._drafts.edit(local_id, AttachmentGone(one.key))
            except (BadInput, KeyError):
                return error  # it is on its way, and does not go without: its row says why
            self._failed.setdefault(local_id, []).append(Failed(one, str(error)))
            self._tell(local_id)
            return error
        return None

    def _exchange(self, local_id: LocalId, one: Attached, fresh: Attached, key: str) -> str:
        fresh = msgspec.structs.replace(fresh, key=key)
        self._drafts.edit(local_id, AttachmentSet(fresh, instead=one.key))
        self._stop(local_id, one.key)
        return key

    def _stop(self, local_id: LocalId, key: str) -> None:
        moving = self.moving(local_id, key)
        if moving is not None and moving.up:
            self._drafts.attaching.stop(local_id)

    def _keep_for_undo(self, local_id: LocalId, one: Attached) -> None:
        """Fetch what the server alone has before it is deleted there, so that taking it away can be undone."""
        wanted = self._with_source(local_id, one)
        if wanted.source and not wanted.file:
            self._drafts.attaching.spare(local_id, one.key)
            self._spawn(self._fetch_for_undo(local_id, wanted), "keep an attachment for undo")

    async def _fetch_for_undo(self, local_id: LocalId, wanted: Attached) -> None:
        try:
            if await self._drafts.fetching.fetch(local_id, wanted) is None:
                self._kept.add((local_id, wanted.key))
        except MailError:
            return  # it is gone for good then, as the person asked
        finally:
            self._drafts.attaching.release(local_id, wanted.key)
            self._drafts.touch(local_id)

    def _with_source(self, local_id: LocalId, one: Attached) -> Attached:
        """Return it with the AttachmentId from which its bytes can be had, where the server alone has them."""
        record = self._records.get(local_id)
        if one.file or one.origin or one.source or one.item or record is None:
            return one
        number = next((held.attachment_id for held in record.held if held.key == one.key), "")
        holder = "" if record.ref is None else record.ref.item_id
        return msgspec.structs.replace(one, source=number, holder=holder)

    def _is_held(self, local_id: LocalId, key: str) -> bool:
        record = self._records.get(local_id)
        return record is not None and any(held.key == key for held in record.held)

    def _one(self, local_id: LocalId, key: str) -> Attached | None:
        return next((one for one in self._open.get(local_id, ()) if one.key == key), None)

    def _put_away(self, local_id: LocalId, keys: set[str]) -> None:
        failed = self._failed.get(local_id, [])
        left = [one for one in failed if one.attached.key not in keys]
        if len(left) != len(failed):
            self._failed[local_id] = left
            self._tell(local_id)

    def _edited(self, told: tuple[LocalId, AttachmentSet | AttachmentGone]) -> None:
        local_id, edit = told
        if local_id in self._open:
            self._open[local_id] = with_edit(self._open[local_id], edit)
            self._tell(local_id)

    def _replaced(self, replaced: Replaced) -> None:
        if replaced.old in self._open:
            self._open[replaced.new] = self._open.pop(replaced.old)
            self._failed[replaced.new] = self._failed.pop(replaced.old, [])
            self._spawn(self._read_again(replaced.new), "read attachments")

    def _record_changed(self, record: Record) -> None:
        known = self._open.get(record.local_id)
        if known is None:
            return
        if sum(not one.inline for one in known) != record.head.attachments:
            # The message was begun anew under this name (the server's version was chosen): it is read once more.
            self._spawn(self._read_again(record.local_id), "read attachments")
        self._tell(record.local_id)

    async def _read_again(self, local_id: LocalId) -> None:
        if local_id in self._reading:
            return
        self._reading.add(local_id)
        try:
            message = await self._records.read_message(local_id)
        except KeyError:
            return  # it is gone meanwhile
        finally:
            self._reading.discard(local_id)
        if local_id in self._open and list(message.content.attachments) != self._open[local_id]:
            self.watch(message)
            self._tell(local_id)

    def _forgotten(self, local_id: LocalId) -> None:
        """The journal has forgotten it, durably: now its copies may go."""
        self.unwatch(local_id)
        self._spawn(self._files.forget(local_id), "remove copies of attachments")

    def _tell(self, local_id: LocalId) -> None:
        if local_id in self._open:
            self.changed.emit(local_id)


def _error_of(outcome: Outcome, name: str) -> MailError:
    if outcome.words is None:
        return MailError(tr("“{name}” could not be fetched.", name=name))
    return BadInput(outcome.words.message_text) if outcome.words.response_class == LOCAL else ItemRefused(outcome.words)
