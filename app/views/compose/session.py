"""State of an open draft, and its sender."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from app.core.background import Spawn
from app.core.events import Event
from app.core.i18n import tr
from app.core.text import utf16_length
from app.domain.edits import (
    AttachmentGone,
    AttachmentSet,
    ImportanceSet,
    SenderSet,
)
from app.domain.message import SUBJECT_LIMIT, AccountId, Field, Importance, LocalId
from app.domain.problem import ProblemKind, read_problem
from app.domain.recipient import Recipient, format_recipient
from app.domain.record import CopyKind, Record, StoredMessage
from app.domain.state import WENT_OUT
from app.services.accounts.identities import Identity
from app.services.accounts.mailbox_discovery import Aids
from app.services.drafts.drafts import Drafts, Replaced
from app.services.drafts.saver import waits_for_person
from app.services.outbox.outbox import Outbox, SendAnswer
from app.services.outbox.remedies import Remedies
from app.services.people.people import People
from app.services.records.records import Records
from app.services.text.authorship import left_out_words, whose_words
from app.services.text.status_text import Explanation, StateWords, explain_record, state_words, subject_too_long
from app.views.compose.attachments_session import AttachmentsSession
from app.views.compose.findings_session import FindingsSession
from app.views.compose.open_draft import OpenDraft
from app.views.compose.options_session import OptionsSession

if TYPE_CHECKING:
    import asyncio

    from app.services.accounts.mailbox_discovery import Aids
    from app.services.drafts.draft_attachments import DraftAttachments
    from app.services.html.prepare import Opened


class Sender(NamedTuple):
    """A mailbox that a message can be from, and the account through which it is used."""

    account_id: AccountId
    identity: Identity


class FromSession:
    """Chooses the mailbox that an open draft is sent from. `chosen` is emitted after each choice.

    A mailbox of another account takes the draft there: until it has gone on there, `moving` is not done.
    """

    def __init__(self, draft: OpenDraft, aids: Aids | None, people: People | None = None) -> None:
        """Choose for `draft`; `people` knows which mailbox is used to write to whom."""
        self.chosen: Event[Recipient | None] = Event()
        self.moved: Event[AccountId] = Event()
        """The account in which the draft goes on."""
        self._draft = draft
        self._aids = aids
        self._people = people
        self._moving: asyncio.Future[bool] | None = None
        self._moves_to = ""

    @property
    def sender(self) -> Recipient | None:
        """Return the mailbox chosen, None for one's own."""
        return self._draft.content.sender

    def choices(self) -> list[Sender]:
        """Return the mailboxes to choose from: those used to write to these people first, and then the account's own;
        one that only this message names is last.
        """
        record, aids = self._draft.record, self._aids
        if record is None or aids is None:
            return []
        known = [Sender(*one) for one in aids.identities.every()]
        sender = self.sender
        here = [one for one in known if one.account_id == record.account_id]
        named = None if sender is None else sender.address.casefold()
        if sender is not None and all(one.identity.address.casefold() != named for one in here):
            known.append(Sender(record.account_id, Identity(sender.address, sender.name)))
        if not self._draft.content.recipients():
            return sorted(known, key=lambda one: one.account_id != record.account_id)
        return sorted(known, key=lambda one: (-self._use_of(one), one.account_id != record.account_id))

    def _use_of(self, one: Sender) -> float:
        if self._people is None or self._aids is None:
            return 0.0
        own = self._aids.identities.is_own(one.account_id, one.identity.address)
        address = "" if own else one.identity.address
        return self._people.book.use_for(one.account_id, address, self._draft.content.recipients())

    def text(self) -> str:
        """Return the mailbox that the message is from, as it is shown."""
        if self._moves_to:
            return self._moves_to
        if self.sender is not None:
            return format_recipient(self.sender)
        own = self._own()
        return "" if own is None else format_recipient(own.identity.recipient)

    def _own(self) -> Sender | None:
        record, aids = self._draft.record, self._aids
        known = () if record is None or aids is None else aids.identities.all(record.account_id)
        return Sender(record.account_id, known[0]) if record is not None and known else None

    def is_worth_showing(self) -> bool:
        """Return whether there is anything to say: with one mailbox alone there is not."""
        return self.sender is not None or len(self.choices()) > 1

    def detail(self, one: Sender) -> str:
        """Return what belongs to a mailbox: its address, where the copy would go, and the account it is used by."""
        identity, aids = one.identity, self._aids
        where = "" if identity.files else tr("copy in my Sent Items")
        account = "" if aids is None else aids.identities.called(one.account_id)
        address = identity.address if identity.name else ""
        return " · ".join(dict.fromkeys(part for part in (address, where, account) if part))

    def choose(self, one: Sender) -> None:
        """Send from this mailbox. The copy follows, unless the person chose a place of its own for it."""
        record, aids = self._draft.record, self._aids
        if record is None or aids is None or not self._draft.can_edit() or self._moving is not None:
            return
        own = aids.identities.is_own(one.account_id, one.identity.address)
        sender = None if own else one.identity.recipient
        if one.account_id != record.account_id:
            self._begin_to_move(one, sender)
            return
        if sender != self.sender:
            self._draft.edit(SenderSet(sender))
        if record.copy_to.kind in {CopyKind.OWN_SENT, CopyKind.PRINCIPAL_SENT}:
            copy_to = aids.identities.copy_for(record.account_id, sender)
            if copy_to != record.copy_to:
                self._draft.file_copy(copy_to)
        self.chosen.emit(sender)

    # --- another account ----------------------------------------------------------------------------------------------

    def _begin_to_move(self, one: Sender, sender: Recipient | None) -> None:
        import asyncio

        self._moving = asyncio.get_running_loop().create_future()
        self._moves_to = format_recipient(one.identity.recipient)
        self._draft.changed.emit(None)
        self._draft.spawn(self._move(one, sender), "go on with a message in another account")

    async def _move(self, one: Sender, sender: Recipient | None) -> None:
        moving, went = self._moving, False
        try:
            await self._draft.move_to_account(one.account_id, sender)
            went = True
        finally:
            self._moving, self._moves_to = None, ""
            if moving is not None:
                moving.set_result(went)
            self._draft.changed.emit(None)
        self.moved.emit(one.account_id)
        self.chosen.emit(sender)

    async def has_moved(self) -> bool:
        """Wait for a move that is under way; False where the draft had to stay, and is not to be sent from there."""
        return True if self._moving is None else await self._moving

    def use_own(self) -> Callable[[], None] | None:
        """Send from one's own address after another was refused; return how to undo that, None where nothing was done.

        The refusal spoke of the other address: it is not said any more, until undo chooses that one again.
        """
        record, aids, before = self._draft.record, self._aids, self.sender
        if record is None or aids is None or before is None or not self._draft.can_edit():
            return None
        self.choose(Sender(record.account_id, aids.identities.all(record.account_id)[0]))
        self._draft.change_refusal(None)

        def back() -> None:
            if self.sender is None and self._draft.can_edit():
                self.choose(Sender(record.account_id, Identity(before.address, before.name)))
                self._draft.change_refusal(record.send_outcome)

        return back


_MENDED_HERE = frozenset({"mend-address", "mend-subject", "mend-option", "review-attachments", "fill-in"})


class KeysKept(Protocol):
    """The keys that are kept for what comes after a message (`ui/keyboard/key_gate.py`)."""

    def release(self) -> None:
        """Let them go to what has the focus now."""
        ...

    def fail(self, *, answers: bool = False) -> None:
        """Turn them into text: the message stays where it is. A chord `answers` what is asked there."""
        ...


class _NoKeys:
    """Keeps nothing: for a session without a window."""

    def release(self) -> None: ...

    def fail(self, *, answers: bool = False) -> None: ...


class Tools(NamedTuple):
    """What every message is written with."""

    records: Records
    drafts: Drafts
    outbox: Outbox
    remedies: Remedies
    spawn: Spawn
    now: Callable[[], float]
    aids: Aids | None = None
    attachments: DraftAttachments | None = None
    people: People | None = None
    keep_keys: Callable[[str], KeysKept] = lambda _words: _NoKeys()
    """Keeps keys from now on; its words say what is awaited."""


class ComposeSession(OpenDraft):
    """One open message. `changed` says that what is drawn of its state may differ; `ended` that it left this pane."""

    def __init__(self, message: StoredMessage, readable: str, tools: Tools, opened: Opened | None = None) -> None:
        """Write on `message`, as it was read from this machine's disk; `readable` is its body as plain text, `opened`
        what the editor of formatted text begins with.
        """
        super().__init__(message, tools.records, tools.drafts, tools.spawn)
        self.ended: Event[str] = Event()
        self.mend_wanted: Event[None] = Event()
        self.stopped: Event[None] = Event()
        """It was to be sent, and waits for the person's choice first: the bar says which."""
        self.body, self.opened = readable, opened
        self._outbox, self._remedies, self._now = tools.outbox, tools.remedies, tools.now
        self.now = tools.now
        self.options = OptionsSession(self, tools.aids, tools.now)
        self.sender = FromSession(self, tools.aids, tools.people)
        self.files = AttachmentsSession(self, message, tools.attachments)
        self.attachments = tools.attachments
        self.people = tools.people
        self.findings: FindingsSession | None = None
        if tools.people is not None:
            self.findings = FindingsSession(self, tools.records, tools.people, tools.spawn, tools.now)
            self.findings.attachments = tools.attachments
            self.edited.subscribe(self.findings.edited)
        self._keep_keys = tools.keep_keys
        self._is_to_mend = False
        self._stop_listening = [
            tools.drafts.changed.subscribe(self._record_changed),
            tools.drafts.replaced.subscribe(self._renamed),
            tools.records.forgotten.subscribe(lambda name: self.end("gone") if name == self.local_id else None),
            tools.records.attached.subscribe(self._attached),
            self.files.end,
        ]

    # --- what is so -------------------------------------------------------------------------------------------------

    def state(self) -> StateWords:
        """Return the state line."""
        record = self.record
        if self._leaving:
            return StateWords("loader-circle", self._leaving)
        return (
            StateWords("info", "")
            if record is None
            else state_words(record, self._now(), self._drafts.fetching.total(self.local_id))
        )

    def notice(self) -> Explanation | None:
        """Return what the bar says, None for nothing."""
        record = self.record
        found = None if record is None else explain_record(record)
        shown = () if self.findings is None else self.findings.shown
        # What is asked of the person just now is not said a second time above it.
        return None if found is not None and any(one.sentence == found.sentence for one in shown) else found

    def whose(self) -> str:
        """Return in words whose message this is while it is all another person's, and then who was left out; or ""."""
        record = self.record
        if record is None or record.whose is None:
            return ""
        if record.prepared:
            return whose_words(record.whose)
        return left_out_words(record.whose) if self.left_out() else ""

    def left_out(self) -> dict[Field, tuple[Recipient, ...]]:
        """Return those whom the author of these words wrote to, by field; they are no recipients until put in."""
        whose = None if self.record is None else self.record.whose
        people = {} if whose is None else {Field.TO: whose.to, Field.CC: whose.cc}
        return {field: found for field, found in people.items() if found}

    def forget_author(self) -> None:
        """Offer those who were left out no more."""
        self._spawn(self._drafts.forget_author(self.local_id), "settle who was left out")

    def unfilled(self) -> str:
        """Return the placeholder that kept the message back, "" for none."""
        record = self.record
        kind, value = read_problem("" if record is None else record.problem)
        return value if kind is ProblemKind.UNFILLED else ""

    def subject_problem(self) -> str:
        """Return what is wrong with the subject, "" for nothing. It is never cut."""
        length = utf16_length(self.content.subject)
        return subject_too_long(length) if length > SUBJECT_LIMIT else ""

    # --- what is done -----------------------------------------------------------------------------------------------

    def toggle_importance(self) -> None:
        """High importance, or back to normal."""
        high = self.content.importance is Importance.HIGH
        self.edit(ImportanceSet(Importance.NORMAL if high else Importance.HIGH))

    def remember_signature(self, text: str) -> None:
        """Remember which signature stands in the text, so that another takes its place."""
        self._spawn(self._messages.change(self.local_id, signature=text), "remember the signature")

    def save(self) -> None:
        """Save now."""
        self._spawn(self._save(), "save by hand")

    async def _save(self) -> None:
        await self._drafts.make_own(self.local_id)
        await self._drafts.save(self.local_id)

    def send(self, hold_seconds: float) -> None:
        """Send what the message says now; it leaves the pane if nothing stands in its way."""
        if self.can_edit() and not self._stop():
            self._part(tr("Sending…"), self._send(hold_seconds), "sent")

    def _stop(self) -> bool:
        """Return whether it cannot be sent as it is (a draft that was changed elsewhere); emit `stopped` then."""
        record = self.record
        stops = record is not None and waits_for_person(record)
        if stops:
            self.stopped.emit(None)
        return stops

    async def _send(self, hold_seconds: float) -> bool:
        if not await self.sender.has_moved():
            return False
        if self.findings is not None and not await self.findings.may_go():
            return False
        return self._goes(await self._outbox.send([self.local_id], hold_seconds))

    def put_aside(self) -> None:
        """Put the message aside as ready, to be sent with all that are."""
        if self.can_edit() and not self._stop():
            self._part(tr("Putting aside…"), self._put_aside(), "left")

    async def _put_aside(self) -> bool:
        if not await self.sender.has_moved() or not self._goes(await self._outbox.set_ready([self.local_id])):
            return False
        self._spawn(self._drafts.close(self.local_id), "leave")
        return True

    def _goes(self, answers: list[SendAnswer]) -> bool:
        goes = bool(answers and answers[0].goes)
        self._is_to_mend = not goes
        return goes

    def discard(self) -> None:
        """Throw the message away; it can be taken back."""
        if not self._leaving:
            self._part(tr("Discarding…"), self._drafts.discard(self.local_id), "discarded")

    def discard_for_good(self, told: Callable[[], object]) -> None:
        """Throw the message away without a way back; `told` is called once that is so."""

        async def discard() -> bool:
            gone = await self._drafts.discard_for_good(self.local_id)
            if gone:
                told()
            return gone

        if not self._leaving:
            self._part(tr("Discarding…"), discard(), "gone")

    def _part(self, words: str, work: Coroutine[Any, Any, bool], how: str) -> None:
        """Let nothing more into the message from this key on, and end once `work` says that it is gone.

        Keys that follow are for what comes after it; where it stays, they were meant for nothing that is here.
        """
        keys = self._keep_keys(words)
        self._leaving, self._is_to_mend = words, False
        self.changed.emit(None)
        self._spawn(self._part_when(work, how, keys), how)

    async def _part_when(self, work: Coroutine[Any, Any, bool], how: str, keys: KeysKept) -> None:
        gone = False
        try:
            gone = await work
        finally:
            self._leaving = ""
            if gone:
                self.end(how)
                keys.release()
            else:
                self.changed.emit(None)
                if self._is_to_mend and not self._stop():  # what was learnt since the key
                    self.mend_wanted.emit(None)
                keys.fail(answers=True)

    def leave(self) -> None:
        """Leave the pane: the message is saved, or removed if nothing was written."""
        self._spawn(self._drafts.close(self.local_id), "leave")
        self.end("left")

    def act(self, action: str) -> None:
        """Do the one thing that the bar or the state line offers."""
        if action in _MENDED_HERE:
            self.mend_wanted.emit(None)
        else:
            self._remedies.apply(action, self.local_id)

    def end(self, how: str) -> None:
        """Stop listening, once; `how` is "sent", "discarded", "left", or "gone" where that was done elsewhere."""
        if not self._stop_listening:
            return
        for stop in self._stop_listening:
            stop()
        self._stop_listening = []
        self.ended.emit(how)

    def _record_changed(self, record: Record) -> None:
        if record.local_id != self.local_id:
            return
        self.changed.emit(None)
        if not self._leaving and (record.discarded or record.state in WENT_OUT):
            self.end("gone")

    def _attached(self, told: tuple[LocalId, AttachmentSet | AttachmentGone]) -> None:
        if told[0] == self.local_id:
            self._head.apply(told[1])
            self.edited.emit(told[1])

    def _renamed(self, replaced: Replaced) -> None:
        if replaced.old == self.local_id:
            self.local_id = replaced.new
            self.changed.emit(None)
