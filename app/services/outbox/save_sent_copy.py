"""Saves the copy that is missing in Sent after a message went out: made of what this machine has of it.

It is looked for once more before it is made, so that an answer that was lost makes no second copy. What is made is no
draft: it bears the flags of a message that was sent ([MS-OXCMSG] 2.2.1.6), and both of our marks.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from app.core.i18n import ntr, tr
from app.domain.attachment import AttachmentKind
from app.domain.errors import BadInput, ItemRefused, MailError, error_for
from app.domain.listing import Folder, Mark
from app.domain.message import Content, ItemRef, LocalId, NewAttachment, NewDraft
from app.domain.outcome import Outcome
from app.domain.problem import ProblemKind, problem
from app.domain.recipient import Recipient
from app.domain.record import CopyKind, Record, went_out_at
from app.domain.state import State
from app.services.accounts.accounts import Accounts
from app.services.ports import AttachedFiles, Clock, Mailbox
from app.services.records.records import Records

_MISSING: Final = problem(ProblemKind.NO_COPY)


class SentCopy:
    """Files copies of messages that were sent without one."""

    def __init__(
        self, records: Records, mailbox: Mailbox, accounts: Accounts, files: AttachedFiles, clock: Clock
    ) -> None:
        """Make copies of `messages` in `mailbox` (the watched one)."""
        self._records, self._mailbox, self._accounts = records, mailbox, accounts
        self._files, self._clock = files, clock
        self._busy: set[LocalId] = set()

    async def save_copy(self, local_id: LocalId) -> Record | None:
        """File the copy. Raises AccountError, ItemRefused, BadInput and StorageError, with the row as it was then.

        BadInput also says that the copy is there, but without some of its attachments.
        """
        record = self._records.get(local_id)
        if record is None or not _lacks_copy(record) or local_id in self._busy:
            return record
        self._busy.add(local_id)
        try:
            return await self._save_copy(record)
        finally:
            self._busy.discard(local_id)

    async def _save_copy(self, record: Record) -> Record | None:
        place = record.copy_to.place
        mark = Mark(record.local_id, record.message_id)
        for sighting in await self._mailbox.locate(record.account_id, [mark], [place or Folder.SENT]):
            if not sighting.is_draft:
                return await self._is_filed(record, sighting.ref)
        message = await self._records.read_message(record.local_id)
        draft = NewDraft(
            record.local_id,
            record.message_id,
            self._as_sent(record, message.content),
            drafts_of="" if place is None else place.mailbox,
            sent=went_out_at(record),
            folder_id="" if place is None else place.folder_id,
        )
        outcome = (await self._mailbox.save(record.account_id, [draft]))[0]
        if not outcome.accepted or outcome.ref is None:
            raise _error(outcome)
        missing = await self._attach(record, outcome.ref, message.content)
        filed = await self._is_filed(record, outcome.ref)
        if missing:
            raise BadInput(
                ntr(
                    "The copy was saved without {n} attachment.", "The copy was saved without {n} attachments.", missing
                )
            )
        return filed

    async def _attach(self, record: Record, ref: ItemRef, content: Content) -> int:
        """Attach to the copy what is here; return how many could not be."""
        here = [one for one in content.attachments if one.file and await self._files.has(record.local_id, one.file)]
        if not here:
            return len(content.attachments)
        wanted: Sequence[NewAttachment] = [
            NewAttachment(
                one.name,
                self._files.path(record.local_id, one.file),
                one.content_type,
                one.content_id,
                as_message=one.kind is AttachmentKind.ITEM,
            )
            for one in here
        ]
        answers = await self._mailbox.attach(record.account_id, ref, wanted)
        return len(content.attachments) - sum(answer.outcome.accepted for answer in answers)

    async def _is_filed(self, record: Record, ref: ItemRef) -> Record | None:
        return await self._records.apply_known(
            record.local_id,
            when=_lacks_copy,
            state=State.SENT,
            problem="",
            ref=ref,
            verified=self._clock.now(),
        )

    def _as_sent(self, record: Record, content: Content) -> Content:
        """Return the message with its sender written out: a server fills that in only when it sends."""
        account = self._accounts.get(record.account_id)
        if content.sender is not None or account is None:
            return content
        return msgspec.structs.replace(content, sender=Recipient(account.address, account.display_name))


def _lacks_copy(record: Record) -> bool:
    wanted = record.copy_to.kind is not CopyKind.NONE
    return record.state is State.SENT_NOT_FILED and record.problem in {_MISSING, ""} and wanted


def _error(outcome: Outcome) -> MailError:
    if outcome.words is not None and not outcome.accepted:
        return ItemRefused(outcome.words)
    if outcome.trouble is not None:
        return error_for(outcome.trouble)
    return MailError(tr("The server gave no answer. Whether the copy was saved is looked up when you try again."))
