"""Takes away what a lost CreateAttachment made late, after the same file had been sent anew.

What was asked for twice stands in the letter's record (`Record.resent`). A second one of that name and size is ours
only if its bytes are: it is fetched and held against the private copy. What differs by a byte another program put
there, and is shown (`attaching.py`).
"""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.attachment import Attached, Attachment, AttachmentKind, Held, find_again, is_like, new_key
from app.domain.errors import AccountError, StorageError
from app.domain.message import Fetched, ItemRef
from app.domain.record import Letter, Record
from app.services.letters import Letters
from app.services.ports import AttachedFiles, Mailbox


def may_be_there(record: Record) -> tuple[str, ...]:
    """Return the keys of what a request whose answer is not known may have made, and the server may show any time."""
    held = {one.key for one in record.held}
    return tuple(dict.fromkeys((*record.in_flight, *(key for key in record.resent if key not in held))))


def asked_for_again(record: Record, held: Sequence[Held]) -> tuple[str, ...]:
    """Return what is to be known as resent once a look found `held`: what was in flight and is not there."""
    there = {one.key for one in held}
    return tuple(dict.fromkeys((*record.resent, *(key for key in record.in_flight if key not in there))))


class AttachmentTwins:
    """Of all letters. Called under the letter's lock, or while it is on its way."""

    def __init__(self, letters: Letters, mailbox: Mailbox, files: AttachedFiles) -> None:
        """Look at bytes by way of `mailbox`, and hold them against `files`."""
        self._letters, self._mailbox, self._files = letters, mailbox, files

    async def merge(self, letter: Letter, meant: Sequence[Attached], item: Fetched) -> bool:
        """Take away what came twice; tell whether there was any, so that the item has to be read anew."""
        record, gone = letter.record, False
        if not record.resent:
            return False
        found = find_again(record.held, may_be_there(record), meant, item.attachments)
        sent = [one for one in meant if one.key in record.resent and one.file]
        for stranger in found.strangers:
            twin = next((one for one in sent if is_like(one, stranger)), None)
            if twin is not None and await self._is_the_same(record, twin, stranger):
                gone = await self._take_away(record, stranger) or gone
        return gone

    async def _is_the_same(self, record: Record, ours: Attached, theirs: Attachment) -> bool:
        if theirs.kind is not AttachmentKind.FILE:
            return False
        key = new_key()
        try:
            path = await self._files.begin(record.local_id, key)
            fetch = await self._mailbox.get_attachment(record.account_id, theirs.attachment_id, path)
            if not fetch.outcome.accepted:
                return False
            await self._files.settle(record.local_id, key)
            return await self._files.same(record.local_id, ours.file, key)
        except (AccountError, StorageError):
            return False  # what cannot be looked at now is shown: nothing is taken away on a guess
        finally:
            await self._files.remove(record.local_id, key)

    async def _take_away(self, record: Record, twin: Attachment) -> bool:
        answer = (await self._mailbox.delete_attachments(record.account_id, [twin.attachment_id]))[0]
        if not answer.outcome.accepted or record.ref is None:
            return False
        # The letter has another ChangeKey now, which nobody told.
        await self._letters.learn(record.local_id, ref=ItemRef(record.ref.item_id))
        return True
