"""A mailbox without a server: the fake behind the port `Mailbox`, for tests of services and views.

It behaves as a good Exchange does: ids of its own, a ChangeKey that changes with each write, a stale one refused
with ErrorIrresolvableConflict, a sent draft that leaves Drafts and is filed under a new id, delivery to every
recipient. Nothing sleeps. Trouble is set before the call that is to meet it, and is used up by it:

    mailbox.refuse("send", 1, words("ErrorSendAsDenied"))   the second item of the next send is refused
    mailbox.fail("save", Trouble(TroubleKind.UNREACHABLE, may_have_been_processed=False))
    mailbox.fail("send", Trouble(TroubleKind.DEADLINE), processed=True)   done by the server, but the reply is lost
    gate = mailbox.hold("send"); ...; await gate.reached.wait(); ...; gate.open.set()

What happened is read from `calls` (what was asked), `delivered` (what reached people) and `items` (what lies where).
Other hands on the same mailbox: `put`, `edit_elsewhere`, `delete_elsewhere`. Servers with habits: `leaves_drafts`
(a send that says success and leaves the draft where it was, without a copy), `files_no_copy`, `holds_in_drafts` (what
is to go later rests there and not in the Outbox), `closed_to_us` (mailboxes that may not be looked into, nor written
to), `nobodys` (addresses without a mailbox). A copy that is to go to another mailbox than the draft's leaves the draft
too, as Exchange does. The directory is what `people`, `groups` and `tips` hold. The operations that lists and compose
do not use stand in `more_mailbox.py`, signing in with OAuth in `sign_ins.py`.
"""

from __future__ import annotations

import asyncio
import dataclasses
import inspect
import itertools
import time
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import TypeVar

import msgspec

from app.domain.account import Account, ProbeStep
from app.domain.attachment import Attachment, AttachmentKind
from app.domain.errors import ItemRefused, ServerWords, Trouble, error_for
from app.domain.listing import Folder, Mark, Page, Place, Row, Sighting
from app.domain.message import (
    OPTION_FIELDS,
    AccountId,
    Content,
    DraftUpdate,
    Fetched,
    Field,
    FlagStatus,
    Header,
    ItemRef,
    NewDraft,
)
from app.domain.message_kind import MessageKind
from app.domain.operations import Answer, Operation, Read, Result, Write
from app.domain.original import OriginalMark
from app.domain.outcome import FetchOutcome, Outcome, Verdict
from app.domain.recipient import Recipient
from app.domain.record import CopyKind, CopyTo
from app.services.ports import Server
from tests.fakes.more_mailbox import MoreOfAMailbox
from tests.fakes.sign_ins import FakeSignIns, SignInsAsked

_T = TypeVar("_T")

CONFLICT = ServerWords(
    response_class="Error",
    response_code="ErrorIrresolvableConflict",
    message_text="The send or update operation could not be performed because the change key passed in the request "
    "does not match the current change key for the item.",
    descriptive_link_key=0,
)
NOT_FOUND = ServerWords(
    response_class="Error",
    response_code="ErrorItemNotFound",
    message_text="The specified object was not found in the store.",
    descriptive_link_key=0,
)
SUCCESS = ServerWords(response_class="Success", response_code="NoError")


def words(code: str, text: str = "", **more: object) -> ServerWords:
    """Return a refusal in the server's manner."""
    refusal = ServerWords(response_class="Error", response_code=code, message_text=text, descriptive_link_key=0)
    return msgspec.structs.replace(refusal, **more)


@dataclasses.dataclass
class Stored:
    """An item as the server has it; with `copy_to` it is held until its time."""

    account_id: AccountId
    item_id: str
    change_key: str
    folder: Folder
    content: Content
    owner: str = ""
    folder_id: str = ""
    attachments: list[Attachment] = dataclasses.field(default_factory=list)
    local_id: str = ""
    message_id: str = ""
    is_draft: bool = True
    copy_to: CopyTo | None = None
    created: float = 0.0
    modified: float = 0.0
    sent: float = 0.0
    conversation: str = ""
    marks: list[OriginalMark] = dataclasses.field(default_factory=list)
    kind: MessageKind = MessageKind.MESSAGE
    headers: tuple[Header, ...] = ()

    @property
    def ref(self) -> ItemRef:
        """Return its present name."""
        return ItemRef(self.item_id, self.change_key)


@dataclasses.dataclass(frozen=True)
class Call:
    """One call of the port, as it was asked."""

    name: str
    account_id: AccountId
    asked: tuple[object, ...]


@dataclasses.dataclass(frozen=True)
class Delivered:
    """One message that reached one address."""

    address: str
    message_id: str
    content: Content


@dataclasses.dataclass(frozen=True)
class Gate:
    """Holds one call: `reached` is set when the call arrives, which goes on when the test sets `open`."""

    reached: asyncio.Event
    open: asyncio.Event


@dataclasses.dataclass(frozen=True)
class _Failure:
    trouble: Trouble
    processed: bool


class FakeMailbox(MoreOfAMailbox, FakeSignIns, Server):
    """The fake. Accounts need opening before the first call, as with the engine; `accounts` shows them."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        """Begin with no accounts and no items; `now` dates what is written."""
        self.accounts: dict[AccountId, Account] = {}
        self.secrets: dict[AccountId, str] = {}
        self.proxy_secrets: dict[AccountId, str] = {}
        self.items: dict[str, Stored] = {}
        self.calls: list[Call] = []
        self.delivered: list[Delivered] = []
        self.probe_steps: list[ProbeStep] = [
            ProbeStep(name, passed=True) for name in ("name", "connect", "tls", "sign-in", "ews", "drafts")
        ]
        super().__init__()
        self.sign_ins = SignInsAsked()
        self.leaves_drafts = False
        self.files_no_copy = False
        self.holds_in_drafts = False
        self.closed_to_us: set[str] = set()
        self._now = now
        self._count = itertools.count(1)
        self._failures: dict[str, deque[_Failure]] = defaultdict(deque)
        self._refusals: dict[str, dict[int, ServerWords]] = defaultdict(dict)
        self._gates: dict[str, deque[Gate]] = defaultdict(deque)

    # --- what a test sets ---------------------------------------------------------------------------------------

    def refuse(self, name: str, index: int, refusal: ServerWords) -> None:
        """Let the next call of `name` refuse the item at `index`."""
        self._refusals[name][index] = refusal

    def fail(self, name: str, trouble: Trouble, *, processed: bool = False, times: int = 1) -> None:
        """Let the next `times` calls of `name` meet `trouble`; with `processed` the server has done its part."""
        self._failures[name].extend([_Failure(trouble, processed)] * times)

    def hold(self, name: str) -> Gate:
        """Hold the next call of `name` until the gate is opened."""
        gate = Gate(asyncio.Event(), asyncio.Event())
        self._gates[name].append(gate)
        return gate

    def put(
        self,
        account_id: AccountId,
        content: Content,
        *,
        folder: Folder = Folder.DRAFTS,
        local_id: str = "",
        message_id: str = "",
    ) -> Stored:
        """Put an item there, as another client would."""
        number, now = next(self._count), self._now()
        item = Stored(
            account_id=account_id,
            item_id=f"id-{number}",
            change_key=f"key-{number}",
            folder=folder,
            content=content,
            local_id=local_id,
            message_id=message_id,
            is_draft=folder is Folder.DRAFTS,
            created=now,
            modified=now,
            sent=0.0 if folder is Folder.DRAFTS else now,
        )
        self.items[item.item_id] = item
        return item

    def edit_elsewhere(self, item_id: str, content: Content) -> ItemRef:
        """Change an item as another client would: its ChangeKey is new."""
        item = self.items[item_id]
        item.content = content
        self._touch(item)
        return item.ref

    def delete_elsewhere(self, item_id: str) -> None:
        """Remove an item for good, as another client would."""
        del self.items[item_id]

    # --- what a test reads --------------------------------------------------------------------------------------

    def in_folder(self, account_id: AccountId, folder: Folder) -> list[Stored]:
        """Return what lies in a folder of the account's own, oldest first."""
        return self.in_place(account_id, Place(folder))

    def in_place(self, account_id: AccountId, place: Place) -> list[Stored]:
        """Return what lies in a folder, its own or another's, oldest first."""
        mine = [item for item in self.items.values() if item.account_id == account_id]
        if place.folder_id:
            return [item for item in mine if item.folder_id == place.folder_id]
        return [i for i in mine if i.folder is place.folder and i.owner == place.mailbox and not i.folder_id]

    def calls_of(self, name: str) -> list[Call]:
        """Return the calls of one operation, in order."""
        return [call for call in self.calls if call.name == name]

    # --- the port -----------------------------------------------------------------------------------------------

    async def open_account(self, account: Account, secret: str, proxy_secret: str = "") -> None:
        """Keep the account and its secrets."""
        self.calls.append(Call("open_account", account.account_id, ()))
        self.accounts[account.account_id] = account
        self.secrets[account.account_id] = secret
        self.proxy_secrets[account.account_id] = proxy_secret

    async def probe(self, account: Account, secret: str, proxy_secret: str = "") -> AsyncIterator[ProbeStep]:
        """Answer with `probe_steps`, up to the first that failed."""
        await self._enter("probe", account.account_id, (secret, proxy_secret) if proxy_secret else (secret,))
        for step in self.probe_steps:
            yield step
            if not step.passed:
                return

    async def perform_write(
        self,
        account_id: AccountId,
        operation: Write[Answer],
        on_bytes: Callable[[int, int], None] | None = None,
    ) -> list[Answer]:
        """Carry out the call of this name below."""
        return await self._call(account_id, operation, {"on_bytes": on_bytes})

    async def perform_read(
        self,
        account_id: AccountId,
        operation: Read[Result],
        on_bytes: Callable[[int, int], None] | None = None,
        on_places: Callable[[Sequence[Place]], None] | None = None,
    ) -> Result:
        """Carry out the call of this name below, or in `more_mailbox.py`."""
        of_file = None if on_bytes is None else lambda done: on_bytes(done, 0)
        return await self._call(account_id, operation, {"on_bytes": of_file, "tell": on_places})

    async def _call(self, account_id: AccountId, operation: Operation[Result], told: dict[str, object]) -> Result:
        """Call the method that bears the operation's name, as a service would: tests may put another in its place."""
        values = msgspec.structs.asdict(operation) | told
        wanted = list(inspect.signature(getattr(Server, operation.name)).parameters.values())[2:]
        in_order = [values[one.name] for one in wanted if one.kind is not one.KEYWORD_ONLY]
        by_name = {one.name: values[one.name] for one in wanted if one.kind is one.KEYWORD_ONLY}
        result: Result = await getattr(self, operation.name)(account_id, *in_order, **by_name)
        return result

    async def save(self, account_id: AccountId, drafts: Sequence[NewDraft]) -> list[Outcome]:
        """Store drafts."""
        return await self._write("save", account_id, drafts, self._save_one)

    async def update(self, account_id: AccountId, updates: Sequence[DraftUpdate]) -> list[Outcome]:
        """Write over the named fields of the version given."""
        return await self._write("update", account_id, updates, self._update_one)

    async def fence(self, account_id: AccountId, ref: ItemRef, mark: str) -> list[Outcome]:
        """Write the mark of one draft, so that it is another version."""
        update = DraftUpdate(ref, Content(), frozenset(), mark)
        return await self._write("fence", account_id, [update], self._update_one)

    async def send(
        self, account_id: AccountId, refs: Sequence[ItemRef], copy_to: CopyTo, marks: Sequence[str] = ()
    ) -> list[Outcome]:
        """Deliver stored drafts and file their copies."""
        return await self._write("send", account_id, refs, lambda a, ref: self._send_one(a, ref, copy_to))

    async def delete(self, account_id: AccountId, refs: Sequence[ItemRef], *, for_good: bool = False) -> list[Outcome]:
        """Move items to Deleted Items, or remove them."""
        return await self._write("delete", account_id, refs, lambda a, ref: self._delete_one(a, ref, for_good))

    async def get(self, account_id: AccountId, refs: Sequence[ItemRef]) -> list[FetchOutcome]:
        """Read items back."""
        await self._read("get", account_id, tuple(refs))
        refusals = self._refusals.pop("get", {})
        return [self._get_one(account_id, ref, refusals.get(index)) for index, ref in enumerate(refs)]

    async def people_of(self, account_id: AccountId, refs: Sequence[ItemRef]) -> list[tuple[Recipient, ...]]:
        """Tell whom messages went to."""
        await self._read("people_of", account_id, tuple(refs))
        found = [self._get_one(account_id, ref, None).item for ref in refs]
        return [() if one is None else one.content.recipients() for one in found]

    async def list_folder(
        self, account_id: AccountId, folder: Folder | Place, offset: int = 0, limit: int = 50, query: str = ""
    ) -> Page:
        """Return one page, newest first; a query finds what has all its words in subject or text."""
        await self._read("list_folder", account_id, (folder, offset, limit, query))
        place = folder if isinstance(folder, Place) else Place(folder)
        by_sent = place.folder in {Folder.SENT, Folder.INBOX}
        items = [item for item in self.in_place(account_id, place)[::-1] if _has_words(item, query)]
        items.sort(key=lambda item: item.sent if by_sent else item.modified, reverse=True)
        rows = tuple(row_of_stored(item) for item in items[offset : offset + limit])
        end = offset + len(rows)
        return Page(rows=rows, total=len(items), next_offset=end if end < len(items) else None)

    async def locate(
        self, account_id: AccountId, marks: Sequence[Mark], folders: Sequence[Folder | Place]
    ) -> list[Sighting]:
        """Find items by our mark or Message-ID."""
        await self._read("locate", account_id, (tuple(marks), tuple(folders)))
        if any(isinstance(folder, Place) and folder.mailbox in self.closed_to_us for folder in folders):
            raise ItemRefused(words("ErrorAccessDenied", "Access is denied."))
        return [
            Sighting(mark, item.folder, item.ref, item.is_draft, folder if isinstance(folder, Place) else None)
            for folder in folders
            for item in self.in_place(account_id, folder if isinstance(folder, Place) else Place(folder))
            for mark in marks
            if (mark.local_id and item.local_id == mark.local_id)
            or (mark.message_id and item.message_id == mark.message_id)
        ]

    # --- behind it ----------------------------------------------------------------------------------------------

    async def _enter(self, name: str, account_id: AccountId, asked: tuple[object, ...]) -> _Failure | None:
        self._send_due()
        self.calls.append(Call(name, account_id, asked))
        if self._gates[name]:
            gate = self._gates[name].popleft()
            gate.reached.set()
            await gate.open.wait()
        return self._failures[name].popleft() if self._failures[name] else None

    async def _read(self, name: str, account_id: AccountId, asked: tuple[object, ...]) -> None:
        self._must_be_open(account_id)
        failure = await self._enter(name, account_id, asked)
        if failure is not None:
            raise error_for(failure.trouble)
        refusal = self._refusals.pop(name, {}).get(0) if name in {"list_folder", "sync"} else None
        if refusal is not None:
            raise ItemRefused(refusal)

    async def _write(
        self, name: str, account_id: AccountId, asked: Sequence[_T], write_one: Callable[[AccountId, _T], Outcome]
    ) -> list[Outcome]:
        self._must_be_open(account_id)
        failure = await self._enter(name, account_id, tuple(asked))
        refusals = self._refusals.pop(name, {})
        if failure is not None and not failure.processed:
            return [self._untold(failure.trouble) for _ in asked]
        outcomes = [
            self._refused(refusals[index]) if index in refusals else write_one(account_id, one)
            for index, one in enumerate(asked)
        ]
        return outcomes if failure is None else [self._untold(failure.trouble) for _ in asked]

    def _must_be_open(self, account_id: AccountId) -> None:
        if account_id not in self.accounts:
            raise AssertionError(f"account {account_id} was used before open_account")

    def _untold(self, trouble: Trouble) -> Outcome:
        verdict = Verdict.UNKNOWN if trouble.may_have_been_processed else Verdict.NOT_ATTEMPTED
        return Outcome(verdict=verdict, trouble=trouble, at=self._now())

    def _refused(self, refusal: ServerWords) -> Outcome:
        return Outcome(verdict=Verdict.REFUSED, words=refusal, at=self._now())

    def _accepted(self, ref: ItemRef | None) -> Outcome:
        return Outcome(verdict=Verdict.ACCEPTED, ref=ref, words=SUCCESS, at=self._now())

    def _touch(self, item: Stored) -> None:
        item.change_key = f"key-{next(self._count)}"
        item.modified = self._now()

    def _find(self, account_id: AccountId, ref: ItemRef) -> Stored | None:
        item = self.items.get(ref.item_id)
        return item if item is not None and item.account_id == account_id else None

    def _save_one(self, account_id: AccountId, draft: NewDraft) -> Outcome:
        if draft.drafts_of in self.closed_to_us:
            return self._refused(words("ErrorAccessDenied", "Access is denied."))
        item = self.put(account_id, draft.content, local_id=draft.local_id, message_id=draft.message_id)
        item.owner = draft.drafts_of
        for new in draft.attachments:
            size = Path(new.path).stat().st_size
            number = f"attachment-{next(self._count)}"
            kind = AttachmentKind.ITEM if new.as_message else AttachmentKind.FILE
            inline = bool(new.content_id)
            item.attachments.append(Attachment(number, new.name, size, new.content_type, new.content_id, inline, kind))
        if draft.sent:
            item.folder, item.folder_id, item.is_draft, item.sent = Folder.SENT, draft.folder_id, False, draft.sent
        return self._accepted(item.ref)

    def _update_one(self, account_id: AccountId, update: DraftUpdate) -> Outcome:
        item = self._find(account_id, update.ref)
        if item is None:
            return self._refused(NOT_FOUND)
        if item.change_key != update.ref.change_key:
            return self._refused(CONFLICT)
        options = {field.value: update.content.value(field) for field in update.fields & OPTION_FIELDS}
        changes = {field.value: update.content.value(field) for field in update.fields - OPTION_FIELDS}
        changes["options"] = msgspec.structs.replace(item.content.options, **options)
        if Field.BODY in update.fields:
            changes["body_format"] = update.content.body_format
        item.content = msgspec.structs.replace(item.content, **changes)
        item.local_id = update.mark or item.local_id
        self._touch(item)
        return self._accepted(item.ref)

    def _send_one(self, account_id: AccountId, ref: ItemRef, copy_to: CopyTo) -> Outcome:
        item = self._find(account_id, ref)
        if item is None:
            return self._refused(NOT_FOUND)
        if item.change_key != ref.change_key:
            return self._refused(CONFLICT)
        if not item.content.recipients():
            return self._refused(words("ErrorInvalidRecipients", "At least one recipient isn't valid."))
        if item.content.options.deferred > self._now():
            return self._hold(item, copy_to)
        return self._let_go(item, copy_to)

    def _hold(self, item: Stored, copy_to: CopyTo) -> Outcome:
        """Let it rest until its time, in the Outbox under another name, or where it is."""
        del self.items[item.item_id]
        folder = Folder.DRAFTS if self.holds_in_drafts else Folder.OUTBOX
        kept = self.put(
            item.account_id, item.content, folder=folder, local_id=item.local_id, message_id=item.message_id
        )
        kept.owner, kept.is_draft, kept.copy_to = item.owner, True, copy_to
        return self._accepted(None)

    def _send_due(self) -> None:
        for item in list(self.items.values()):
            if item.copy_to is not None and item.content.options.deferred <= self._now():
                copy_to, item.copy_to = item.copy_to, None
                self._let_go(item, copy_to)

    def _let_go(self, item: Stored, copy_to: CopyTo) -> Outcome:
        for recipient in item.content.recipients():
            self._deliver(item, recipient)
        place = copy_to.place or Place(Folder.SENT)
        if self.leaves_drafts or (copy_to.kind is not CopyKind.NONE and place.mailbox != item.owner):
            return self._accepted(None)  # the silent failures: a draft cannot be moved to another mailbox
        del self.items[item.item_id]
        if copy_to.kind is not CopyKind.NONE and not self.files_no_copy:
            local_id, message_id = item.local_id, item.message_id
            kept = self.put(
                item.account_id, item.content, folder=place.folder, local_id=local_id, message_id=message_id
            )
            kept.owner, kept.folder_id = place.mailbox, place.folder_id
            kept.attachments = item.attachments
        return self._accepted(None)

    def _deliver(self, item: Stored, recipient: Recipient) -> None:
        self.delivered.append(Delivered(recipient.address, item.message_id, item.content))
        for account in self.accounts.values():
            if account.address.casefold() == recipient.address.casefold():
                without_bcc = msgspec.structs.replace(item.content, bcc=())
                self.put(account.account_id, without_bcc, folder=Folder.INBOX, message_id=item.message_id)

    def _delete_one(self, account_id: AccountId, ref: ItemRef, for_good: bool) -> Outcome:
        item = self._find(account_id, ref)
        if item is None:
            return self._refused(NOT_FOUND)
        if for_good:
            del self.items[item.item_id]
        else:
            item.folder = Folder.DELETED
            self._touch(item)
        return self._accepted(None)

    def _get_one(self, account_id: AccountId, ref: ItemRef, refusal: ServerWords | None) -> FetchOutcome:
        item = self._find(account_id, ref)
        if refusal is not None or item is None:
            return FetchOutcome(self._refused(refusal or NOT_FOUND))
        fetched = Fetched(
            ref=item.ref,
            content=item.content,
            local_id=item.local_id,
            message_id=item.message_id,
            is_draft=item.is_draft,
            modified=item.modified,
            sent=item.sent,
            attachments=tuple(item.attachments),
            has_attachments=bool(item.attachments),
            kind=item.kind,
            headers=item.headers,
            conversation_id=item.conversation and f"id of {item.conversation}",
        )
        return FetchOutcome(self._accepted(item.ref), fetched)


def _has_words(item: Stored, query: str) -> bool:
    said = f"{item.content.subject} {item.content.body}".casefold()
    return all(word in said for word in query.casefold().split())


def row_of_stored(item: Stored) -> Row:
    """Return an item as a list shows it."""
    content = item.content
    sender = content.sender
    return Row(
        ref=item.ref,
        subject=content.subject,
        display_to="; ".join(r.name or r.address for r in content.to),
        display_cc="; ".join(r.name or r.address for r in content.cc),
        preview=content.body[:255],
        sender="" if sender is None else sender.name or sender.address,
        created=item.created,
        modified=item.modified,
        sent=item.sent,
        size=len(content.body.encode("utf-8")),
        has_attachments=bool(item.attachments),
        importance=content.importance,
        is_draft=item.is_draft,
        local_id=item.local_id,
        message_id=item.message_id,
        categories=content.options.categories,
        flagged=content.options.follow_up.status is FlagStatus.FLAGGED,
        conversation=item.conversation,
        thread=(content.options.references or content.options.in_reply_to).partition(" ")[0],
        has_references=bool(content.options.references),
        deferred=content.options.deferred if item.folder is Folder.OUTBOX else 0.0,
    )
