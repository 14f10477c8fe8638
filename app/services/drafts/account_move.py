"""Goes on with a message in another account, because another From was chosen.

The message of the other account is a new one, with a mark and a Message-ID of its own: no server is asked for an item
of the other. It is begun, and the former one is put aside, in one write to the disk (`Records.replace`): after a crash
there is either the one or the other. The former item stays on its server until the new one is saved on its own, and
only then goes (`trash.py`). All that is attached is brought here first, because the new server cannot reach it there.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from app.core.i18n import tr
from app.domain.attachment import Attached
from app.domain.errors import AccountError, BadInput
from app.domain.message import Content, LocalId
from app.domain.original import Original
from app.domain.recipient import Recipient
from app.domain.record import CopyTo, Record, StoredMessage
from app.domain.state import WRITABLE
from app.services.accounts.accounts import Accounts
from app.services.attachments.fetch import AttachmentCopy, AttachmentFetch
from app.services.records.records import Records


class AccountMove:
    """Makes the message that takes another one's place."""

    def __init__(
        self, records: Records, accounts: Accounts, fetching: AttachmentFetch, taking_over: AttachmentCopy
    ) -> None:
        """Fetch by `fetching` what the former server alone has."""
        self._records, self._accounts = records, accounts
        self._fetching, self._taking_over = fetching, taking_over

    async def bring_here(self, local_id: LocalId) -> None:
        """Get the bytes of all that is attached to this machine. Raises BadInput where that cannot be, in words."""
        message = await self._records.read_message(local_id)
        numbers = {one.key: one.attachment_id for one in message.record.held}
        for one in _elsewhere(message.content.attachments):
            source = one.source or numbers.get(one.key, "")
            try:
                outcome = await self._fetching.fetch(local_id, msgspec.structs.replace(one, source=source))
            except AccountError as error:
                raise self._stays(message.record, one) from error
            if outcome is not None:
                raise self._stays(message.record, one)

    def _stays(self, record: Record, one: Attached) -> BadInput:
        account = self._accounts.get(record.account_id)
        called = "" if account is None else account.called
        words = tr(
            "This message stays in {account}: “{name}” is only on its server, and can’t be fetched now.",
            account=called,
            name=one.name,
        )
        return BadInput(words)

    async def make(
        self, message: StoredMessage, fresh: Record, sender: Recipient | None, copy_to: CopyTo
    ) -> tuple[Record, Content]:
        """Return `fresh`, of the other account, in place of `message`, and its text. Raises StorageError."""
        before = message.record
        record = msgspec.structs.replace(
            fresh,
            open=before.open,
            copy_to=copy_to,
            signature=before.signature,
            whose=before.whose,
            originals=tuple(_originals(before)),
            moved_from=before.local_id,
        )
        content = msgspec.structs.replace(message.content, sender=sender)
        return record, await self._taking_over.share(message, content, fresh.local_id)


def may_move(record: Record) -> bool:
    """Return whether a message can go on in another account: not once it is to be sent, or is gone."""
    return record.state in WRITABLE and not record.discarded


def _elsewhere(attachments: Iterable[Attached]) -> list[Attached]:
    """Return those whose bytes are on a server alone; a file of this machine is copied from either account."""
    return [one for one in attachments if not one.file and not one.origin]


def _originals(record: Record) -> Iterable[Original]:
    for one in record.originals:
        yield msgspec.structs.replace(one, account_id=one.account_id or record.account_id)
