"""An open draft as the sessions of one compose view share it: what it says, and the one way to change it."""

from __future__ import annotations

import contextlib
from collections.abc import Coroutine, Sequence
from typing import Any

import msgspec

from app.core.background import Spawn
from app.core.events import Event
from app.domain.edits import (
    AttachmentGone,
    AttachmentSet,
    BodyReplaced,
    Edit,
    Pending,
    Replica,
    SenderSet,
    TextSplice,
)
from app.domain.errors import StorageError
from app.domain.message import AccountId, BodyFormat, Content, Field, LocalId
from app.domain.outcome import Outcome
from app.domain.recipient import Recipient
from app.domain.record import CopyTo, Record, StoredMessage
from app.domain.state import WRITABLE, State
from app.domain.version import VersionReason
from app.services.drafts.drafts import Drafts
from app.services.records.records import Records
from app.services.text.status_text import Explanation, explain_record


class OpenDraft:
    """One draft being written. `changed` says that what is drawn of it may differ; `edited` has each change."""

    def __init__(self, message: StoredMessage, records: Records, drafts: Drafts, spawn: Spawn) -> None:
        """Write on `message`, as it was read from this machine's disk."""
        self.changed: Event[None] = Event()
        self.edited: Event[Edit] = Event()
        self.local_id: LocalId = message.record.local_id
        self._account_id = message.record.account_id
        self.body_format = message.content.body_format
        self._head = Replica(_without_body(message.content), message.pending)
        self._head_is_newer = False
        self._messages, self._drafts, self._spawn = records, drafts, spawn
        self._leaving = ""
        """What is said while the draft leaves its pane, "" while it stays."""

    # --- what is so -------------------------------------------------------------------------------------------------

    @property
    def record(self) -> Record | None:
        """Return what this machine knows of the message, None once it is gone."""
        return self._messages.get(self.local_id)

    @property
    def account_id(self) -> AccountId:
        """Return the account in which the message is written."""
        record = self.record
        if record is not None:
            self._account_id = record.account_id
        return self._account_id

    @property
    def content(self) -> Content:
        """Return the message without its body (which only the editor and the journal hold)."""
        return self._head.content()

    @property
    def pending(self) -> dict[Field, str]:
        """Return words in the recipients fields that are no recipients yet."""
        return self._head.pending

    def can_edit(self) -> bool:
        """Return whether the message may be changed: not once it is to leave, nor while it is on its way."""
        record = self.record
        return not self._leaving and record is not None and record.state in WRITABLE and not record.discarded

    def is_formatted(self) -> bool:
        """Return whether the body is HTML."""
        return self.body_format is BodyFormat.HTML

    def notice(self) -> Explanation | None:
        """Return what is wrong with the message, None for nothing."""
        record = self.record
        return None if record is None else explain_record(record)

    # --- what is done -----------------------------------------------------------------------------------------------

    def edit(self, edit: object) -> None:
        """Take one change from the view: first of all to the journal."""
        assert isinstance(edit, Edit)  # noqa: S101 - Qt's signals carry plain objects
        if not self.can_edit():
            return
        self._drafts.edit(self.local_id, edit)
        if isinstance(edit, BodyReplaced):
            self.body_format = edit.body_format
        elif isinstance(edit, TextSplice) and edit.field is Field.BODY:
            if self._head_is_newer:
                self._head_is_newer = False
                self._spawn(self._show_head(), "show recipients and subject in the row")
        else:
            self._head_is_newer = True
            self._head.apply(edit)
            if not isinstance(edit, Pending):
                self.changed.emit(None)
        self.edited.emit(edit)

    def take_over(self, edits: Sequence[Edit], content: Content) -> None:
        """Go on from `content`, which another program wrote. `edits` lead there, and are journalled already."""
        for edit in edits:
            # Attachments come by an event (`_attached`), and the body is the editor's.
            if not isinstance(edit, BodyReplaced | AttachmentSet | AttachmentGone):
                self._head.apply(edit)
            self.edited.emit(edit)
        self.body_format = content.body_format

    def mark_version(self, why: VersionReason) -> None:
        """Keep what the draft says now as a version of it: something is about to change much of it."""
        self._drafts.mark_version(self.local_id, why)

    async def _show_head(self) -> None:
        """Give the row its recipients and subject, once the focus goes on to the text: a save may be far off."""
        with contextlib.suppress(KeyError, StorageError):
            await self._messages.read_message(self.local_id)

    def file_copy(self, copy_to: CopyTo) -> None:
        """Choose where the copy goes; the draft follows it where it has to."""
        if self.can_edit():
            self._spawn(self._drafts.file_copy(self.local_id, copy_to), "choose where the copy goes")

    async def move_to_account(self, account_id: AccountId, sender: Recipient | None) -> None:
        """Go on in another account, from `sender` there. Raises BadInput where the message has to stay."""
        await self._drafts.move_to_account(self.local_id, account_id, sender)
        self._head.apply(SenderSet(sender))

    def change_refusal(self, outcome: Outcome | None) -> None:
        """Say of the message that sending it was refused so; None takes that back, because what was refused is gone."""
        after = State.DRAFT if outcome is None else State.NEEDS_ATTENTION
        change = self._messages.change(
            self.local_id, lambda r: r.state in WRITABLE, state=after, send_outcome=outcome, problem=""
        )
        self._spawn(change, "change what is said of a refusal")

    def spawn(self, work: Coroutine[Any, Any, Any], name: str) -> None:
        """Start work for what stands beside the text."""
        self._spawn(work, name)


def _without_body(content: Content) -> Content:
    return msgspec.structs.replace(content, body="")
