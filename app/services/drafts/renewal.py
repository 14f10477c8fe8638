"""A draft with nothing unsaved in it takes over what another program wrote, as soon as that is known.

What is open in a pane is exchanged in one step between two keys: where a key came before it, nothing is taken over, and
the next save finds the two versions apart, as ever. Here nothing is written to the server.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, Protocol

import msgspec

from app.core.background import Spawn
from app.core.events import Event
from app.core.text import utf16_length
from app.domain.edits import (
    AttachmentGone,
    AttachmentSet,
    BodyReplaced,
    Edit,
    ImportanceSet,
    OptionSet,
    RecipientSplice,
    SenderSet,
    TextSplice,
)
from app.domain.errors import MailError
from app.domain.listing import Row
from app.domain.message import OPTION_FIELDS, RECIPIENT_FIELDS, AccountId, Content, Fetched, Field, LocalId
from app.domain.record import Record
from app.domain.same_message import same_message
from app.domain.state import WRITABLE, State
from app.domain.version import VersionReason
from app.services.attachments.upload import adopted
from app.services.drafts.import_drafts import DraftImport
from app.services.drafts.saver import Saver, waits_for_person
from app.services.ports import Mailbox
from app.services.records.records import Records


def edits_between(old: Content, new: Content) -> list[Edit]:
    """Return what makes `new` of `old`; nothing where they are the same. Attachments are the same by their keys."""
    edits: list[Edit] = []
    if old.sender != new.sender:
        edits.append(SenderSet(new.sender))
    for field in RECIPIENT_FIELDS:
        before, after = getattr(old, field.value), getattr(new, field.value)
        if before != after:
            edits.append(RecipientSplice(field, 0, len(before), after))
    if old.subject != new.subject:
        edits.append(TextSplice(Field.SUBJECT, 0, utf16_length(old.subject), new.subject))
    if (old.body, old.body_format) != (new.body, new.body_format):
        edits.append(BodyReplaced(new.body, new.body_format))
    if old.importance != new.importance:
        edits.append(ImportanceSet(new.importance))
    edits += [
        OptionSet(field, new.options)
        for field in OPTION_FIELDS
        if getattr(old.options, field.value) != getattr(new.options, field.value)
    ]
    known = {one.key: one for one in old.attachments}
    kept = {one.key for one in new.attachments}
    edits += [AttachmentGone(key) for key in known if key not in kept]
    edits += [AttachmentSet(one) for one in new.attachments if known.get(one.key) != one]
    return edits


_MOST: Final = 20
"""Drafts that are read again for one look: of more, each is when it is opened."""


class OpenMessage(Protocol):
    """The pane in which a draft is open."""

    async def read_body(self, content: Content) -> Any:
        """Make ready what `exchange` shows of a text, where that takes its time."""
        ...

    def settle(self) -> bool:
        """Let all that was typed be journalled; False where the text cannot be exchanged just now."""
        ...

    def exchange(self, edits: Sequence[Edit], content: Content, ready: Any) -> None:
        """Show `content` in place of what is shown; `edits` lead there, and are journalled already."""
        ...


class Renewing:
    """Applies the server's changes. `renewed` names a draft that is open and has another text now."""

    def __init__(
        self, records: Records, mailbox: Mailbox, saver: Saver, draft_import: DraftImport, spawn: Spawn
    ) -> None:
        """Nothing is open before `pane_of` says so."""
        self.renewed: Event[LocalId] = Event()
        self.pane_of: Callable[[LocalId], OpenMessage | None] = lambda _name: None
        self._records, self._mailbox, self._saver, self._draft_import = records, mailbox, saver, draft_import
        self._spawn = spawn
        self._behind: dict[LocalId, None] = {}

    def told(self, told: tuple[AccountId, Sequence[Row]]) -> None:
        """Look at those of the drafts that a sync named which it names in another version than ours."""
        account_id, rows = told
        idle = not self._behind
        for row in rows:
            record = self._records.by_item(account_id, row.ref.item_id)
            if record is not None and row.ref.change_key and record.ref != row.ref and _is_clean(record):
                self._behind[record.local_id] = None
        while len(self._behind) > _MOST:
            self._behind.popitem()
        if idle and self._behind:
            self._spawn(self._renew_all(), "take over what was changed elsewhere")

    async def _renew_all(self) -> None:
        # Those that are open first: the person may look at them.
        while self._behind:
            name = next((n for n in self._behind if self.pane_of(n) is not None), next(iter(self._behind)))
            try:
                await self._renew(name)
            except (MailError, KeyError):
                pass  # it is looked at again with the next change, and when it is opened or saved
            finally:
                self._behind.pop(name, None)

    async def _renew(self, local_id: LocalId) -> None:
        record = self._records.get(local_id)
        if record is None or not _is_clean(record):
            return
        pane = self.pane_of(local_id)
        if pane is not None:
            async with self._saver.lock(local_id):
                await self._exchange(local_id, pane)
        elif not record.open and record.state is State.DRAFT:
            await self._draft_import.catch_up(record)

    async def _exchange(self, local_id: LocalId, pane: OpenMessage) -> None:
        message = await self._records.read_message(local_id)
        record = message.record
        if record.ref is None:
            return
        answer = (await self._mailbox.get(record.account_id, [record.ref]))[0]
        if answer.item is None or answer.item.ref == record.ref:
            return
        attached, held = adopted(answer.item, message)
        fresh = msgspec.structs.replace(answer.item.content, attachments=attached)
        same = same_message(message.content, fresh) and attached == message.content.attachments
        ready = None if same else await pane.read_body(fresh)
        # From here to the last line nothing waits: no key comes between.
        latest = self._records.get(local_id)
        if not pane.settle() or latest is None or not _is_clean(latest) or self.pane_of(local_id) is not pane:
            return
        latest = self._records.get(local_id)
        if latest is None or latest.edits != record.edits or latest.ref != record.ref:
            return
        if same:
            await self._records.apply_known(local_id, ref=answer.item.ref, held=held, save_outcome=None)
            return
        edits = edits_between(message.content, fresh)
        self._records.mark_version(local_id, VersionReason.SERVER, len(edits))
        for edit in edits:
            self._records.append_edit(local_id, edit)
        pane.exchange(edits, fresh, ready)
        await self._learn(latest, answer.item, len(edits), held)
        await self._records.read_message(local_id)  # its row says the new words too
        self.renewed.emit(local_id)

    async def _learn(self, record: Record, item: Fetched, more: int, held: Any) -> None:
        await self._records.apply_known(
            record.local_id,
            item.content,
            ref=item.ref,
            saved_edits=record.edits + more,
            saved_at=item.modified,
            save_outcome=None,
            marked=item.local_id == record.local_id,
            held=held,
            in_flight=(),
            has_held=record.has_held or bool(held),
        )


def _is_clean(record: Record) -> bool:
    """Return whether nothing of a draft is unsaved, and nothing about it is the person's to choose."""
    free = record.state in WRITABLE and not record.discarded
    return free and record.saved and not waits_for_person(record)
