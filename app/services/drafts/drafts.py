"""Messages being written: begun, typed into the journal, saved on the server in pauses, discarded and taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import msgspec

from app.core.background import Spawn
from app.core.events import Event
from app.core.i18n import tr
from app.domain.attachment import Attached
from app.domain.edits import AttachmentEdit, AttachmentSet, Edit, Pending, Unfilled
from app.domain.errors import BadInput, MailError
from app.domain.message import AccountId, Content, Field, ItemRef, LocalId, message_id_for, new_local_id
from app.domain.original import Original
from app.domain.problem import BEFORE_SENDING, ProblemKind, read_problem
from app.domain.recipient import Recipient
from app.domain.record import CopyTo, Record, StoredMessage, Whose
from app.domain.same_message import fingerprint
from app.domain.state import NOT_PUT_ASIDE, WRITABLE, State
from app.domain.version import VersionReason
from app.services.accounts.accounts import Accounts
from app.services.accounts.asking_server import AskingServer
from app.services.accounts.signatures import is_blank
from app.services.attachments.fetch import AttachmentCopy, AttachmentFetch
from app.services.attachments.upload import AttachmentUpload
from app.services.checks import preflight
from app.services.checks.placeholders import placeholders_in
from app.services.drafts.account_move import AccountMove, may_move
from app.services.drafts.autosave import LONGEST_WITHOUT_SAVE, QUIET, Autosave
from app.services.drafts.conflict_resolution import ConflictResolution
from app.services.drafts.duplicate_drafts import DuplicateDrafts
from app.services.drafts.import_drafts import BulkLimit, DraftImport
from app.services.drafts.renewal import Renewing
from app.services.drafts.saver import Saver, is_passing, needs_saving
from app.services.drafts.trash import KEPT_FOR, UNDO_SECONDS, Trash, is_on_server
from app.services.ports import AttachedFiles, Clock, Copies, Mailbox
from app.services.records.records import Records
from app.services.records.rows import ListRow
from app.services.text.authorship import is_untouched

__all__ = ["LONGEST_WITHOUT_SAVE", "QUIET", "UNDO_SECONDS", "Drafts", "Prepared", "Replaced"]


class Replaced(msgspec.Struct, frozen=True):
    """A message goes on under another name: its text was saved as a new draft."""

    old: LocalId
    new: LocalId


class Prepared(msgspec.Struct, frozen=True):
    """A message that the program lays before the person: an answer, or another person's words (`whose`).

    With `arriving`, what is attached until `arrived` is called comes with it, and is no change of the person's.
    """

    whose: Whose | None = None
    arriving: bool = False


class Drafts:
    """The drafts. `changed` carries a record after each change, `replaced` the new name of a message that is open."""

    def __init__(
        self,
        records: Records,
        mailbox: Mailbox,
        accounts: Accounts,
        clock: Clock,
        spawn: Spawn,
        files: AttachedFiles,
    ) -> None:
        """Work on `messages`, by way of `mailbox` (the watched one); `files` are what is attached to them."""
        self.changed = records.changed
        self.replaced: Event[Replaced] = Event()
        self._records = records
        self._accounts = accounts
        self._clock = clock
        self._spawn = spawn
        self._files = files
        self.fetching = AttachmentFetch(records, mailbox, files, clock)
        self.attaching = AttachmentUpload(records, mailbox, files, clock, self.fetching)
        self.asking = AskingServer(mailbox, accounts, files, clock)
        self._taking_over = AttachmentCopy(files)
        self._moving = AccountMove(records, accounts, self.fetching, self._taking_over)
        self._saver = Saver(records, mailbox, accounts, clock, self.attaching)
        self.duplicates = DuplicateDrafts(records, mailbox, accounts, clock, spawn, self._saver.lock, self.save)
        self._autosave = Autosave(records, accounts, clock, spawn, self.save)
        self.conflicts = ConflictResolution(records, self._saver, self.attaching)
        self._discarding = Trash(records, mailbox, accounts, self._saver, clock, spawn)
        self._discarding.shown_again.subscribe(self._is_itself_again)
        self._discarding.drop = self._drop_for_good
        self.removed = self._discarding.removed
        self.turns = BulkLimit()
        self._draft_import = DraftImport(records, mailbox, self._saver, clock, self._new_record, self.turns)
        self.renewing = Renewing(records, mailbox, self._saver, self._draft_import, spawn)
        self.sign: Callable[[AccountId, Content], tuple[Content, str]] = lambda _account_id, content: (content, "")
        self.copy_for: Callable[[AccountId, Recipient | None], CopyTo] = lambda _account_id, _sender: CopyTo()
        """Where a message from a mailbox is kept and its copy filed."""
        self._arriving: set[LocalId] = set()
        self._held_back: dict[LocalId, list[Edit]] = {}
        self._now_named: dict[LocalId, LocalId] = {}
        accounts.well.subscribe(self.account_reachable)

    # --- writing ------------------------------------------------------------------------------------------------

    async def begin(
        self,
        account_id: AccountId,
        content: Content | None = None,
        like: LocalId | None = None,
        *,
        sign: bool = False,
        originals: Sequence[Original] = (),
        prepared: Prepared | None = None,
        local_id: LocalId | None = None,
    ) -> LocalId:
        """Begin a message. Nothing is put on the server while it is empty. `like` is whose attachments `content` has.

        An empty message and an answer are signed where a signature is wanted; with `sign` any other is too. `originals`
        are marked once this message is known to have gone out. What is `prepared` is not saved before something is
        written in it. `local_id` is its identity, where that was chosen before.
        """
        local_id, now = local_id or new_local_id(), self._clock.now()
        self._saver.begun_here(local_id)
        if content is not None and like is not None:
            content = await self._taking_over.share(await self._records.read_message(like), content, local_id)
        signed, signature = content or Content(), ""
        if sign or content is None or content.options.in_reply_to or content.options.references:
            signed, signature = self.sign(account_id, signed)
        record = msgspec.structs.replace(
            self._new_record(local_id, account_id, now), signature=signature, originals=tuple(originals)
        )
        if signed.sender is not None:
            record = msgspec.structs.replace(record, copy_to=self.copy_for(account_id, signed.sender))
        if prepared is not None:
            record = msgspec.structs.replace(record, whose=prepared.whose, prepared=fingerprint(signed))
            if prepared.arriving:
                self._arriving.add(local_id)
        await self._records.create(record, signed)
        self.remember_unfilled(local_id, placeholders_in(signature))
        if content is not None and not content.is_empty() and prepared is None:
            self._autosave.touched(local_id)
        return local_id

    def edit(self, local_id: LocalId, edit: Edit) -> None:
        """Take one edit to the journal. Raises BadInput for a message that is on its way, KeyError for none."""
        local_id = self._name(local_id)
        if local_id in self._held_back:
            self._held_back[local_id].append(edit)
            return
        record = self._records.get(local_id)
        if record is None:
            raise KeyError(local_id)
        if record.state not in WRITABLE:
            raise BadInput(tr("This message is on its way. Undo sending it to change it."))
        self._records.append_edit(local_id, edit)
        if not record.prepared:
            self._autosave.touched(local_id)
        elif local_id not in self._arriving or not isinstance(edit, AttachmentEdit):
            self._spawn(self.make_own(local_id), "take over what was prepared")

    def arrived(self, local_id: LocalId) -> None:
        """Note that all that a file held is in its message: what is attached from now on, the person attaches."""
        self._arriving.discard(local_id)

    async def make_own(self, local_id: LocalId) -> None:
        """Take what was prepared as this person's own: something was written in it, or it is to be saved or sent."""
        local_id = self._name(local_id)
        record = await self._records.apply_known(local_id, when=lambda r: bool(r.prepared), prepared="")
        if record is not None:
            self._autosave.touched(local_id)

    async def forget_author(self, local_id: LocalId) -> None:
        """Note that those whom the author of its words wrote to were put in, or are not wanted."""
        await self._records.apply_known(self._name(local_id), when=lambda r: r.whose is not None, whose=None)

    def remember_unfilled(self, local_id: LocalId, placeholders: Sequence[str]) -> None:
        """Note placeholders that a template left in a message, so that sending it finds those that still stand."""
        if placeholders:
            self._records.append_edit(local_id, Unfilled(tuple(placeholders)))

    async def outdated(self, attachments: Iterable[Attached]) -> list[Attached]:
        """Return those whose file was written anew since it was attached; one that is gone is not."""
        return [
            one for one in attachments if one.came_from and await self._files.modified(one.came_from) > one.modified
        ]

    async def keep_older(self, local_id: LocalId, attachments: Iterable[Attached]) -> None:
        """Take the files of these for known as they are: the person sends the older copies on purpose."""
        for one in attachments:
            modified = await self._files.modified(one.came_from)
            self.edit(local_id, AttachmentSet(msgspec.structs.replace(one, modified=modified), if_there=True))

    async def note_resending(self, local_id: LocalId, message_id: str) -> None:
        """Note which sent message this one sends once more, by its Message-ID. Raises StorageError."""
        await self._records.change(self._name(local_id), resends=message_id)

    def mark_version(self, local_id: LocalId, why: VersionReason, edits: int = 0) -> None:
        """Keep what a message says now as a version of it, if they are kept; `edits` follow that belong together."""
        self._records.mark_version(self._name(local_id), why, edits)

    def touch(self, local_id: LocalId) -> None:
        """Save a message in the next pause, as after a key."""
        if self._records.get(self._name(local_id)) is not None:
            self._autosave.touched(self._name(local_id))

    async def save(self, local_id: LocalId, *, for_sending: bool = False) -> Record | None:
        """Save now. The record returned says what came of it; no exception does. Raises StorageError."""
        began = self._clock.now()
        record = await self._saver.save(self._name(local_id), for_sending=for_sending)
        if record is None:
            return None
        record = await self._check_problem(record)
        if not for_sending:
            self._autosave.saved(record, began)
        return record

    async def file_copy(self, local_id: LocalId, copy_to: CopyTo) -> Record | None:
        """Choose where the copy goes, on disk; the draft is brought where that wants it to be. Raises StorageError."""
        local_id = self._name(local_id)
        before = self._records.get(local_id)
        if before is not None and read_problem(before.problem)[0] is ProblemKind.COPY_STAYS:
            await self._records.change(local_id, lambda r: r.problem == before.problem, problem="")
        record = await self._records.change(local_id, lambda r: r.state in WRITABLE, copy_to=copy_to)
        if record is not None and needs_saving(record):
            self._autosave.touched(local_id)
        return record

    def save_soon(self, local_id: LocalId) -> None:
        """Save in the next pause what the server lacks of a message that came back from the outbox."""
        record = self._records.get(local_id)
        if record is not None and needs_saving(record):
            self._autosave.touched(local_id)

    async def refresh(self, local_id: LocalId) -> bool:
        """Fetch the ChangeKey anew where no client changed the text; return whether it is good. Raises StorageError."""
        return await self._saver.refresh(local_id)

    def has_message(self, local_id: LocalId) -> bool:
        """Return whether there is a message of this identity here."""
        return self._records.get(local_id) is not None

    def was_written(self, local_id: LocalId, content: Content, fields: frozenset[Field]) -> bool:
        """Return whether in `fields` an item says what this run once wrote there."""
        return self._saver.was_written(local_id, content, fields)

    async def read_message(self, local_id: LocalId) -> StoredMessage:
        """Return a message of this machine, whatever its state. Raises KeyError and StorageError."""
        return await self._records.read_message(self._name(local_id))

    async def open_draft(self, what: LocalId | Record | ListRow) -> StoredMessage:
        """Open a message for writing. Raises AccountError and ItemRefused where it has to be fetched and cannot be.

        The text of this machine is shown at once where it has edits that the server lacks, or is still what the list
        shows; else it is fetched. Where both changed, this machine's text stays, and the record says "elsewhere".
        """
        record = self._record_of(what)
        if record is not None:
            local_id = record.local_id
            listed = what.ref if isinstance(what, ListRow) else None
            if listed is not None and record.ref is not None and listed != record.ref:
                await self._draft_import.catch_up(record)
        elif isinstance(what, ListRow) and what.ref is not None:
            name = (await self.adopt(what.account_id, [what.ref]))[0]
            if isinstance(name, MailError):
                raise name
            local_id = name
        else:
            raise KeyError(str(what))
        before = self._records.get(local_id)
        await self._records.change(local_id, open=True, discarded=0.0)
        if before is not None and before.discarded and needs_saving(before):
            # As with `take_back`: its item may be in Deleted Items by now.
            self._autosave.touched(local_id)
        return await self._records.read_message(local_id)

    async def close(self, local_id: LocalId) -> None:
        """Close a message: it is saved, or removed if nothing was ever written in it. Raises StorageError."""
        local_id = self._name(local_id)
        if self._records.get(local_id) is None:
            return
        message = await self._records.read_message(local_id)
        if _was_never_written(message):
            await self._drop(local_id)
            return
        await self._records.change(local_id, open=False, whose=None, prepared="")
        if not message.record.saved:
            self._spawn(self.save(local_id), f"save {local_id}")

    def take_from(self, copies: Copies) -> None:
        """Take items that were fetched ahead from `copies`, in place of asking the server."""
        self._draft_import.copies = copies

    async def adopt(self, account_id: AccountId, refs: Sequence[ItemRef]) -> list[LocalId | MailError]:
        """Take items that other clients made in, with one request; our names, or why not. Raises AccountError."""
        return await self._draft_import.adopt(account_id, refs)

    async def keep_mine_as_new(self, local_id: LocalId) -> LocalId:
        """Save this machine's text as a new draft with a new mark; what is on the server stays. Raises StorageError."""
        local_id = self._name(local_id)
        # What is typed while the text is being copied is added to the copy.
        self._held_back[local_id] = []
        new = local_id
        try:
            message = await self._records.read_message(local_id)
            fresh = self._new_record(new_local_id(), message.record.account_id, self._clock.now())
            self._saver.begun_here(fresh.local_id)
            record = msgspec.structs.replace(
                fresh,
                open=message.record.open,
                copy_to=message.record.copy_to,
                originals=message.record.originals,
            )
            content = await self._taking_over.share(message, message.content, fresh.local_id)
            await self._records.create(record, content)
            self.remember_unfilled(record.local_id, message.unfilled)
            new = self._now_named[local_id] = record.local_id
        finally:
            for edit in self._held_back.pop(local_id):
                self._records.append_edit(new, edit)
        self.replaced.emit(Replaced(local_id, new))
        await self._records.carry_versions(local_id, new)
        await self._drop(local_id)
        await self.save(new)
        return new

    async def move_to_account(self, local_id: LocalId, account_id: AccountId, sender: Recipient | None) -> LocalId:
        """Go on with a message in another account, from `sender` there; return what it is called from then on.

        It is one draft all the while, and leaves its former server once it is saved on the new one. Raises BadInput
        where it has to stay, in words, and StorageError.
        """
        local_id = self._name(local_id)
        before = self._records.get(local_id)
        if before is None or before.account_id == account_id:
            return local_id
        await self._moving.bring_here(local_id)
        self._held_back[local_id] = []
        fresh = self._new_record(new_local_id(), account_id, self._clock.now())
        try:
            message = await self._records.read_message(local_id)
            copy_to = self.copy_for(account_id, sender)
            fresh, content = await self._moving.make(message, fresh, sender, copy_to)
            self._saver.begun_here(fresh.local_id)
            aside = {"discarded": self._clock.now(), "open": False, "moved_to": fresh.local_id}
            if not await self._records.replace(
                fresh, content, local_id, may_move, lambda: self._goes_on_as(message, fresh.local_id), **aside
            ):
                raise BadInput(tr("This message is on its way. Undo sending it to change it."))
        finally:
            for edit in self._held_back.pop(local_id, ()):
                self._records.append_edit(local_id, edit)
        await self._records.carry_versions(local_id, fresh.local_id)
        self._autosave.forget(local_id)
        self._autosave.touched(fresh.local_id)
        return fresh.local_id

    def _goes_on_as(self, message: StoredMessage, new: LocalId) -> None:
        """Give a message its new name in one step: no key may come between what was held back and what follows."""
        local_id = message.record.local_id
        for field, words in message.pending.items():
            self._records.append_edit(new, Pending(field, words))
        self.remember_unfilled(new, message.unfilled)
        for edit in self._held_back.pop(local_id):
            self._records.append_edit(new, edit)
        self._now_named[local_id] = new
        self.replaced.emit(Replaced(local_id, new))

    def _is_itself_again(self, local_id: LocalId) -> None:
        self._now_named.pop(local_id, None)

    # --- throwing away ------------------------------------------------------------------------------------------

    async def discard(self, local_id: LocalId, undo_seconds: float = UNDO_SECONDS) -> bool:
        """Discard a message; `take_back` undoes it. False where it is on its way or was sent. Raises StorageError."""
        return await self._discarding.discard(self._name(local_id), undo_seconds)

    async def discard_for_good(self, local_id: LocalId) -> bool:
        """Discard a message without a way back: what it said, and its versions, are forgotten here at once.

        False where it is on its way or was sent. Raises StorageError.
        """
        local_id = self._name(local_id)
        gone = await self._discarding.discard_for_good(local_id)
        if gone:
            self._autosave.forget(local_id)
        return gone

    async def take_back(self, local_id: LocalId) -> Record | None:
        """Undo `discard`. None where the message is gone from this machine. Raises StorageError."""
        record = await self._records.change(self._name(local_id), lambda r: not r.for_good, discarded=0.0)
        if record is not None and needs_saving(record):
            self._autosave.touched(record.local_id)
        return record

    # --- its own course -----------------------------------------------------------------------------------------

    async def resume(self) -> None:
        """After the start: save what is not saved, finish discarding, drop what was empty. Raises StorageError."""
        for record in self._records.all():
            before = self._records.get(record.moved_from) if record.moved_from else None
            if before is not None and may_move(before) and not before.moved_to:
                # A disk that failed wrote the one and not the other.
                await self._records.change(before.local_id, discarded=self._clock.now(), moved_to=record.local_id)
        for record in self._records.all():
            if record.discarded and is_on_server(record):
                self._discarding.finish(record, UNDO_SECONDS)
            elif record.discarded:
                if record.for_good or self._clock.now() - record.discarded > KEPT_FOR:
                    await self._drop(record.local_id, for_good=bool(record.for_good))
            elif record.state in WRITABLE and needs_saving(record):
                await self.close(record.local_id)
            elif record.open:
                # The last run had no time to close it. No window has it open now.
                await self._records.change(record.local_id, open=False)

    def account_reachable(self, account_id: AccountId) -> None:
        """Go on at once with what waits for an account."""
        self._autosave.account_reachable(account_id)
        self._discarding.account_reachable(account_id)
        self.duplicates.account_reachable(account_id)

    async def _check_problem(self, record: Record) -> Record:
        """Take a preflight's finding away once it is mended."""
        kind, _ = read_problem(record.problem)
        if kind not in BEFORE_SENDING or record.state not in NOT_PUT_ASIDE:
            return record
        message = await self._records.read_message(record.local_id)
        if preflight.keeping_back(message, self._accounts.kind(record.account_id)):
            return record
        if kind is ProblemKind.ATTACHMENT_OUTDATED and await self.outdated(message.content.attachments):
            return record
        found = record.problem
        mended = await self._records.change(
            record.local_id, lambda r: r.problem == found, state=State.DRAFT, problem=""
        )
        return mended or record

    async def forget_here(self, local_id: LocalId) -> None:
        """Keep nothing of a message on this computer; what its server has stays there. Raises StorageError."""
        await self._drop(local_id)

    async def _drop_for_good(self, local_id: LocalId) -> bool:
        return await self._drop(local_id, lambda r: r.state in WRITABLE, for_good=True)

    async def _drop(
        self, local_id: LocalId, when: Callable[[Record], bool] | None = None, *, for_good: bool = False
    ) -> bool:
        gone = await self._records.forget(local_id, when, for_good=for_good)
        if gone or when is None:
            self._saver.forget(local_id)
            self._autosave.forget(local_id)
            self._arriving.discard(local_id)
        return gone

    def _name(self, local_id: LocalId) -> LocalId:
        """Return what a message is called now, also for a caller with its former name."""
        while local_id in self._now_named:
            local_id = self._now_named[local_id]
        return local_id

    def _record_of(self, what: LocalId | Record | ListRow) -> Record | None:
        if isinstance(what, ListRow):
            if what.record is not None:
                return self._records.get(self._name(what.record.local_id))
            return None if what.ref is None else self._records.by_item(what.account_id, what.ref.item_id)
        return self._records.get(self._name(what.local_id if isinstance(what, Record) else what))

    def _new_record(self, local_id: LocalId, account_id: AccountId, now: float) -> Record:
        account = self._accounts.get(account_id)
        address = "" if account is None else account.address
        return Record(
            local_id=local_id,
            account_id=account_id,
            message_id=message_id_for(local_id, address),
            created=now,
            changed=now,
            state_at=now,
            open=True,
        )


def _was_never_written(message: StoredMessage) -> bool:
    """Return whether nothing is lost with this message: no text, no words in a field, nothing made on the server."""
    record = message.record
    nothing = is_untouched(message) or (is_blank(message) and not any(message.pending.values()))
    return nothing and record.ref is None and not is_passing(record.save_outcome)
