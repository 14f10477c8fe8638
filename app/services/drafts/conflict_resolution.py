"""Ends a conflict as the person chose: this machine's version, or the server's. Nothing here chooses by itself.

What is written over is the very version that the person saw: a newer one of the server refuses the write, and an edit
made meanwhile refuses to be thrown away. The message stays one item for life, whichever version it has.
"""

from __future__ import annotations

from typing import Any

import msgspec

from app.core.i18n import tr
from app.domain.errors import BadInput
from app.domain.message import Content, Fetched, LocalId
from app.domain.record import Record, StoredMessage
from app.domain.state import WRITABLE, State
from app.domain.version import VersionReason
from app.services.attachments.upload import AttachmentUpload, adopted
from app.services.drafts.saver import Saver
from app.services.records.records import Records


class ConflictResolution:
    """Takes one of the two versions."""

    def __init__(self, records: Records, saver: Saver, attaching: AttachmentUpload) -> None:
        """Change `messages`, one request at a time for each (the saver's lock)."""
        self._records, self._saver, self._attaching = records, saver, attaching

    async def keep_mine(self, local_id: LocalId, seen: Fetched) -> None:
        """Let this machine's version be written over `seen`, by the next save. Raises BadInput and StorageError."""
        async with self._saver.lock(local_id):
            message = await self._read(local_id)
            self._records.mark_version(local_id, VersionReason.CONFLICT)
            await self._attaching.take_truth(message, seen)
            await self._records.apply_known(
                local_id,
                _as_known(seen, message),
                ref=seen.ref,
                save_outcome=None,
                saved_edits=-1,
                marked=seen.local_id == local_id,
                **_no_longer_refused(message.record),
            )

    async def take_theirs(self, local_id: LocalId, seen: Fetched, edits: int) -> Content:
        """Take `seen` in place of this machine's version, which had `edits` edits then; return what was given up.

        Raises BadInput where it was written on meanwhile, and StorageError.
        """
        async with self._saver.lock(local_id):
            message = await self._read(local_id)
            if message.record.edits != edits:
                raise BadInput(tr("The message was changed meanwhile. Compare again."))
            self._records.mark_version(local_id, VersionReason.SERVER)
            attached, held = adopted(seen, message)
            fresh = msgspec.structs.replace(
                message.record,
                ref=seen.ref,
                read_back=seen.ref.change_key,
                saved_edits=message.record.edits,
                saved_at=seen.modified,
                save_outcome=None,
                marked=seen.local_id == local_id,
                held=held,
                in_flight=(),
                refused=(),
                has_held=message.record.has_held or bool(held),
                **_no_longer_refused(message.record),
            )
            await self._records.create(fresh, msgspec.structs.replace(seen.content, attachments=attached), seen.content)
            return message.content

    async def restore(self, local_id: LocalId, content: Content) -> None:
        """Put back what `take_theirs` gave up; the next save brings it to the server. Raises BadInput, StorageError."""
        async with self._saver.lock(local_id):
            message = await self._read(local_id)
            self._records.mark_version(local_id, VersionReason.RETURN)
            fresh = msgspec.structs.replace(message.record, saved_edits=-1)
            await self._records.create(fresh, content, message.on_server)

    async def _read(self, local_id: LocalId) -> StoredMessage:
        record = self._records.get(local_id)
        if record is None or record.state not in WRITABLE or record.discarded:
            raise BadInput(tr("This message is no longer here, or is on its way."))
        return await self._records.read_message(local_id)


def _no_longer_refused(record: Record) -> dict[str, Any]:
    """Return the changes by which a message that could not be sent for the conflict is a draft again."""
    if record.state is State.NEEDS_ATTENTION and not record.problem:
        return {"state": State.DRAFT, "send_outcome": None}
    return {}


def _as_known(seen: Fetched, message: StoredMessage) -> Content:
    """Return the server's version as what is to be written over, without what can be said only once.

    Its place in the conversation is the server's affair; what is attached is compared elsewhere.
    """
    ours = message.content.options
    options = msgspec.structs.replace(
        seen.content.options,
        submitter=ours.submitter,
        conversation_index=ours.conversation_index,
        conversation_topic=ours.conversation_topic,
    )
    return msgspec.structs.replace(seen.content, options=options, attachments=message.content.attachments)
