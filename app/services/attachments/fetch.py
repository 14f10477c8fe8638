"""Gets the bytes here: from a file, the server, another message.

What is attached stands in the message at once, so that nothing can be sent without it; its bytes follow in the
background, and the next start goes on where this one was ended. One fetch at a time for each attachment, however many
callers ask.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from app.core.background import post
from app.core.events import Event
from app.core.i18n import tr
from app.domain.attachment import Attached, AttachmentKind, as_file
from app.domain.edits import AttachmentSet
from app.domain.errors import MailError, ServerWords, StorageError
from app.domain.message import AccountId, Content, ItemRef, LocalId
from app.domain.outcome import LOCAL, Outcome, Verdict
from app.domain.record import StoredMessage
from app.services.ports import AttachedFiles, Clock, Mailbox
from app.services.records.records import Records

if TYPE_CHECKING:
    import asyncio

Name = tuple[LocalId, str]
_STEP: Final = 1_000_000
"""Bytes after which the progress of a copy is reported again."""


class Moving(msgspec.Struct, frozen=True):
    """How far the bytes of one attachment are. `up` is to the server, else to this machine; `whole` 0 is not known."""

    done: int
    whole: int
    up: bool = False


class AttachmentFetch:
    """Fetches bytes. `moved` names an attachment whose bytes went on; `moving` says how far they are."""

    def __init__(self, records: Records, mailbox: Mailbox, files: AttachedFiles, clock: Clock) -> None:
        """Fetch into `files`, by way of `mailbox` where the server has the bytes."""
        self.moved: Event[Name] = Event()
        self.moving: dict[Name, Moving] = {}
        self._records = records
        self._mailbox = mailbox
        self._files = files
        self._clock = clock
        self._coming: dict[Name, asyncio.Future[Outcome | None]] = {}

    def is_coming(self, local_id: LocalId, key: str) -> bool:
        """Return whether the bytes are on their way to this machine just now."""
        return (local_id, key) in self._coming

    def total(self, local_id: LocalId) -> Moving | None:
        """Return how far all that goes up for a message is together, None where nothing does."""
        going = [one for (name, _), one in self.moving.items() if name == local_id and one.up]
        if not going:
            return None
        return Moving(sum(one.done for one in going), sum(one.whole for one in going), up=True)

    async def fetch(self, local_id: LocalId, attached: Attached) -> Outcome | None:
        """Get the bytes; None once they are here, else why not (refused for good, or not attempted for now).

        Raises BadInput and StorageError where the person's own file cannot be copied.
        """
        import asyncio

        name = (local_id, attached.key)
        if name in self._coming:
            return await asyncio.shield(self._coming[name])
        coming = self._coming[name] = asyncio.get_running_loop().create_future()
        self.note_progress(name, Moving(0, attached.size))
        try:
            outcome = await (self._copy if attached.origin else self._download)(local_id, attached)
        except BaseException as error:
            if isinstance(error, MailError):
                coming.set_exception(error)
                coming.exception()  # retrieved here: other callers get it too, and there may be none
            else:
                coming.cancel()
            raise
        else:
            coming.set_result(outcome)
            return outcome
        finally:
            del self._coming[name]
            self.note_progress(name, None)

    def note_progress(self, name: Name, moving: Moving | None) -> None:
        """Note and report how far an attachment is, None for no longer on its way."""
        if moving is None:
            self.moving.pop(name, None)
        else:
            self.moving[name] = moving
        self.moved.emit(name)

    async def _copy(self, local_id: LocalId, attached: Attached) -> Outcome | None:
        import asyncio

        loop, told = asyncio.get_running_loop(), 0

        def on_bytes(done: int, whole: int) -> None:
            nonlocal told
            if done - told >= _STEP:
                told = done
                post(loop, self._tell_copied, (local_id, attached.key), Moving(done, whole))

        # Looked at before: what is written while it is copied is newer than the copy.
        modified = await self._files.modified(attached.origin)
        size = await self._files.copy_file(local_id, attached.key, attached.origin, on_bytes)
        came_from = attached.origin if modified else ""
        self._arrived(local_id, msgspec.structs.replace(attached, came_from=came_from, modified=modified), size)
        return None

    def _tell_copied(self, name: Name, moving: Moving) -> None:
        if name in self._coming:
            self.note_progress(name, moving)

    async def _download(self, local_id: LocalId, attached: Attached) -> Outcome | None:
        record = self._records.get(local_id)
        if record is None:
            return None
        if attached.item:
            return await self._download_message(record.account_id, local_id, attached)
        if not attached.source:
            return self._nowhere(attached)
        if attached.kind is AttachmentKind.REFERENCE:
            return self._refused(
                tr("“{name}” is a link to a file elsewhere, and cannot be taken over.", name=attached.name)
            )
        path = await self._files.begin(local_id, attached.key)
        fetch = await self._mailbox.get_attachment(
            record.account_id, ItemRef(attached.holder), attached.source, path, size=attached.size
        )
        if not fetch.outcome.accepted:
            return fetch.outcome
        if attached.kind is AttachmentKind.ITEM and not await self._files.began(local_id, attached.key):
            sentence = tr("“{name}” is a message that is attached, and cannot be taken over.", name=attached.name)
            return self._refused(sentence)
        self._arrived(local_id, attached, await self._files.settle(local_id, attached.key))
        return None

    async def _download_message(self, account_id: AccountId, local_id: LocalId, attached: Attached) -> Outcome | None:
        """Get a message of the mailbox, to be attached as it is, without those in its Bcc."""
        path = await self._files.begin(local_id, attached.key)
        outcome = await self._mailbox.save_mime(account_id, ItemRef(attached.item), path, for_others=True)
        if not outcome.accepted:
            return outcome
        self._arrived(local_id, attached, await self._files.settle(local_id, attached.key))
        return None

    def _arrived(self, local_id: LocalId, attached: Attached, size: int) -> None:
        """Write down that the bytes are here, unless the message or the attachment went meanwhile."""
        record = self._records.get(local_id)
        if record is None:
            return
        here = msgspec.structs.replace(attached, file=attached.key, size=size, origin="", source="", holder="", item="")
        stays = bool(attached.item) or any(one.key == attached.key for one in record.held)
        self._records.append_edit(local_id, AttachmentSet(here if stays else as_file(here), if_there=True))

    def _nowhere(self, attached: Attached) -> Outcome:
        return self._refused(
            tr("“{name}” is no longer on the server. Remove it, or attach it again.", name=attached.name)
        )

    def _refused(self, sentence: str) -> Outcome:
        return Outcome(Verdict.REFUSED, words=ServerWords(LOCAL, "AttachmentNotTaken", sentence), at=self._clock.now())


class AttachmentCopy:
    """Shares private copies between messages."""

    def __init__(self, files: AttachedFiles) -> None:
        """Share what is in `files`."""
        self._files = files

    async def share(self, message: StoredMessage, content: Content, to: LocalId) -> Content:
        """Return `content`, whose attachments are those of `message`, for the message `to`.

        What the server alone has is named by its AttachmentId there, and fetched when the new message is saved.
        """
        numbers = {one.key: one.attachment_id for one in message.record.held}
        attached = [await self._shared(message, one, numbers.get(one.key, ""), to) for one in content.attachments]
        return msgspec.structs.replace(content, attachments=tuple(attached))

    async def _shared(self, message: StoredMessage, one: Attached, number: str, to: LocalId) -> Attached:
        one = msgspec.structs.replace(one, elsewhere=False)
        if one.file:
            try:
                await self._files.share(message.record.local_id, one.file, to, one.file)
            except StorageError:
                # The copy is gone, or cannot be made twice: the server's is as good, and where it has none, that is
                # said at the attachment.
                one = msgspec.structs.replace(one, file="")
            else:
                return as_file(one)
        if one.origin or one.source or one.item:
            return one
        holder = "" if message.record.ref is None else message.record.ref.item_id
        return msgspec.structs.replace(one, source=number, holder=holder)


class Failed(msgspec.Struct, frozen=True):
    """What could not be attached, and why, in words."""

    attached: Attached
    sentence: str
