"""Brings one message to the server, and keeps it one item there for life, whatever the network does.

A save is announced on disk before its request. Where an answer was lost, the next save looks before it acts: by our
mark where the item was to be made, by its ChangeKey and text where it was to be changed. No other client's change is
written over: what was changed elsewhere waits for the person.
"""

from __future__ import annotations

import hashlib
from collections import deque
from typing import TYPE_CHECKING, Any, Final

import msgspec

from app.core.text import utf16_length
from app.domain.errors import AccountError, ItemRefused, ServerWords, StorageError
from app.domain.late_creates import PendingCreates, came, one_less, one_more
from app.domain.listing import Folder, Mark, Place
from app.domain.message import (
    SUBJECT_LIMIT,
    Content,
    DraftUpdate,
    Fetched,
    Field,
    ItemRef,
    LocalId,
    NewDraft,
    changed_fields,
    gone_headers,
)
from app.domain.outcome import LOCAL, FetchOutcome, Outcome, Verdict
from app.domain.problem import ProblemKind, problem
from app.domain.proof import found_in_drafts
from app.domain.record import Record, StoredMessage
from app.domain.response_codes import (
    CHANGED_ELSEWHERE,
    CONFLICT,
    ITEM_GONE,
    KEY_REFUSED,
    PLACE_REFUSED,
    is_retried,
    may_have_happened,
)
from app.domain.same_message import same_but_for_markup, same_message, seen_differences, visible_words
from app.domain.state import IN_OUTBOX, MAY_HAVE_LEFT, WENT_OUT
from app.services.accounts.accounts import Accounts
from app.services.accounts.signatures import is_blank
from app.services.attachments.upload import AttachmentUpload, asked_for_again
from app.services.drafts.mailbox_move import MailboxMove, lies_elsewhere, stays_where_it_is
from app.services.html.words import read_long_words
from app.services.ports import Clock, Mailbox
from app.services.records.records import Records

if TYPE_CHECKING:
    import asyncio

FOR_THE_PERSON: Final = CHANGED_ELSEWHERE | ITEM_GONE
"""After these nothing is saved until the person has chosen: by itself it could only be doubled or written over."""

_STEPS: Final = 12
"""Rounds of one save at most: look, read, heal, write, attach, look. Beyond them the server keeps changing the item."""
_SECOND_LOOK: Final = 3.0
_LOOKS: Final = (_SECOND_LOOK, 12.0)
"""Seconds before the second and the third look for an item that may still be made: a server may be busy with it."""
_REMEMBERED: Final = 8
"""Versions of a message that are known again where a server brings one back."""
_NEVER_SAVED: Final = MAY_HAVE_LEFT | WENT_OUT


def waits_for_person(record: Record) -> bool:
    """Return whether saving has to wait until the person has chosen."""
    outcome = record.save_outcome
    return outcome is not None and outcome.verdict is Verdict.REFUSED and outcome.code in FOR_THE_PERSON


def is_passing(outcome: Outcome | None) -> bool:
    """Return whether the last save got no answer, or was turned away unread for now, so that another try may."""
    if outcome is None:
        return False
    return outcome.verdict in {Verdict.NOT_ATTEMPTED, Verdict.UNKNOWN} or _is_turned_away(outcome)


def _is_turned_away(outcome: Outcome) -> bool:
    return outcome.verdict is Verdict.REFUSED and is_retried(outcome.code)


DISCARDING: Final = "Discarding"


def being_discarded(at: float) -> Outcome:
    """Return what is written down before an item is asked to be removed: until that is answered, it may be gone."""
    return Outcome(Verdict.UNKNOWN, words=ServerWords(LOCAL, DISCARDING), at=at)


def was_discarded(record: Record) -> bool:
    """Return whether the item may have been removed because the message was thrown away."""
    return record.save_outcome is not None and record.save_outcome.code == DISCARDING


def as_it_is(outcome: Outcome) -> Outcome:
    """Return what is to be taken from an answer: a refusal in the midst of the work says nothing of what was done."""
    broken_off = outcome.verdict is Verdict.REFUSED and may_have_happened(outcome.code)
    return msgspec.structs.replace(outcome, verdict=Verdict.UNKNOWN) if broken_off else outcome


def needs_saving(record: Record) -> bool:
    """Return whether there is something to do before the message can be called saved, or sent: no key is no version."""
    written = record.saved and not is_passing(record.save_outcome) and not lies_elsewhere(record)
    return not written or record.ref is None or not record.ref.change_key


class Saver:
    """Saves messages, one request at a time for each; a call that waited finds that a newer save did its work."""

    def __init__(
        self, records: Records, mailbox: Mailbox, accounts: Accounts, clock: Clock, attaching: AttachmentUpload
    ) -> None:
        """Save from `messages` to `mailbox`; `attaching` knows of attachments."""
        self._accounts = accounts
        self._written: dict[LocalId, deque[tuple[str, str]]] = {}
        self._attaching = attaching
        self._records = records
        self._mailbox = mailbox
        self._clock = clock
        self._placing = MailboxMove(records, mailbox, clock)
        self._locks: dict[LocalId, asyncio.Lock] = {}
        self._never_tried: set[LocalId] = set()
        self._fresh: dict[LocalId, str] = {}
        self._attached_now: set[LocalId] = set()
        self._made_whole: set[LocalId] = set()

    def begun_here(self, local_id: LocalId) -> None:
        """Note that this message is new, so that its first save need not look for it on the server."""
        self._never_tried.add(local_id)

    def lock(self, local_id: LocalId) -> asyncio.Lock:
        """Return what keeps the requests for one message apart (also its deletion)."""
        import asyncio

        return self._locks.setdefault(local_id, asyncio.Lock())

    def forget(self, local_id: LocalId) -> None:
        """Drop what is kept for a message that is no more."""
        self._locks.pop(local_id, None)
        self._written.pop(local_id, None)
        self._attached_now.discard(local_id)
        self._never_tried.discard(local_id)

    async def save(self, local_id: LocalId, *, for_sending: bool = False) -> Record | None:
        """Save what the server does not have yet; return the record as it is then. Raises StorageError."""
        async with self.lock(local_id):
            if for_sending:
                self._attaching.release(local_id)
            self._fresh.pop(local_id, None)
            for _ in range(_STEPS):
                if self._records.get(local_id) is None:
                    return None
                message = await self._records.read_message(local_id)
                if not await self._is_wanted(message, for_sending):
                    break
                if message.record.ref is None:
                    again = await self._create(message)
                elif was_discarded(message.record) and message.record.marked:
                    again = await self._look_again(message)
                elif lies_elsewhere(message.record):
                    again = await self._placing.bring(message, message.record.ref)
                else:
                    again = await self._update(message, message.record.ref)
                if not again:
                    break
        return self._records.get(local_id)

    def was_written(self, local_id: LocalId, content: Content, fields: frozenset[Field]) -> bool:
        """Return whether in `fields` an item says what this run once wrote there: a server may bring that back."""
        if not fields or not fields <= {Field.SUBJECT, Field.BODY}:
            return False
        seen = _marks_of(content)
        known = self._written.get(local_id, ())
        return all(
            any(before[place] == seen[place] for before in known)
            for place, field in enumerate((Field.SUBJECT, Field.BODY))
            if field in fields
        )

    async def refresh(self, local_id: LocalId) -> bool:
        """Fetch the ChangeKey where no client changed the text; return whether the message can be saved or sent."""
        async with self.lock(local_id):
            message = await self._records.read_message(local_id)
            return message.record.ref is not None and await self._compare(message, message.record.ref)

    async def is_ours(self, local_id: LocalId) -> bool:
        """Return whether the item says what we wrote; else the record says why not, or why that is not known.

        The caller has the message's lock. Raises StorageError.
        """
        message = await self._records.read_message(local_id)
        return message.record.ref is not None and await self._compare(message, message.record.ref)

    async def find(self, local_id: LocalId) -> ItemRef | None:
        """Find the item of a save whose answer was lost; None where there is none, or `save_outcome` says why not yet.

        The caller has the message's lock. Raises StorageError.
        """
        message = await self._records.read_message(local_id)
        if await self._look_for(message) is False:
            await self._learn(message.record, None, strays=await self._strays(message))
        record = self._records.get(local_id)
        return None if record is None else record.ref

    async def _is_wanted(self, message: StoredMessage, for_sending: bool) -> bool:
        record = message.record
        if record.discarded or record.state in _NEVER_SAVED or waits_for_person(record):
            return False
        if record.state in IN_OUTBOX and not for_sending:
            return False
        if record.ref is None and (is_blank(message) or (record.prepared and not for_sending)):
            return False
        if utf16_length(message.content.subject) > SUBJECT_LIMIT:
            # Cutting it would be silent, and a server's refusal would say nothing new: it stays here, and says why.
            length = str(utf16_length(message.content.subject))
            await self._records.change(record.local_id, problem=problem(ProblemKind.SUBJECT_TOO_LONG, length))
            return False
        return needs_saving(record)

    # --- the first save -------------------------------------------------------------------------------------------

    async def _create(self, message: StoredMessage) -> bool:
        """Make the item. Returns True where the message has to be looked at once more."""
        record = message.record
        if record.local_id not in self._never_tried:
            found = await self._look_for(message)
            if found is None or found:
                return bool(found)
        drafts_of = record.copy_to.drafts_of
        if drafts_of != record.drafts_of:
            await self._records.apply_known(record.local_id, drafts_of=drafts_of)
        whole = self._loses_attachments(record) and not record.refused
        if whole and message.content.attachments and not await self._attaching.gather(message):
            return False
        files = self._attaching.files_of(message) if whole else ()
        draft = NewDraft(record.local_id, record.message_id, message.content, drafts_of, attachments=files)
        strays = await self._strays(message)
        in_flight = tuple(one.key for one in message.content.attachments) if files else record.in_flight
        await self._announce(message, strays=strays, in_flight=in_flight)
        if files:
            self._made_whole.add(record.local_id)
        self._never_tried.discard(record.local_id)
        outcome = as_it_is((await self._mailbox.save(record.account_id, [draft]))[0])
        if outcome.verdict in {Verdict.NOT_ATTEMPTED, Verdict.REFUSED} and not strays:
            self._never_tried.add(record.local_id)
        if outcome.accepted and outcome.ref is None:
            # Made, but not named: found by its mark on the next round.
            await self._learn(record, Outcome(Verdict.UNKNOWN, words=outcome.words, at=outcome.at))
            return True
        if drafts_of and outcome.verdict is Verdict.REFUSED and outcome.code in PLACE_REFUSED:
            changes = stays_where_it_is(msgspec.structs.replace(record, drafts_of=""), drafts_of)
            await self._learn(record, None, drafts_of="", **changes)
            return True
        return await self._take_in(message, outcome)

    async def _look_for(self, message: StoredMessage) -> bool | None:
        """Look for the item of a save whose answer was lost. True: adopted; False: not there; None: not to be known."""
        record = message.record
        mark = Mark(record.local_id, record.message_id)
        try:
            for pause in (0.0, *_LOOKS):
                if pause:
                    # The lost request may still be on its way through the server.
                    await self._clock.sleep(pause)
                place = Place(Folder.DRAFTS, record.drafts_of) if record.drafts_of else Folder.DRAFTS
                sightings = await self._mailbox.locate(record.account_id, [mark], [place])
                drafts = [sighting.ref for sighting in sightings if sighting.is_draft]
                if drafts:
                    return await self._adopt(message, drafts[0])
                if not self._is_untold(record):
                    break  # nothing of it ever left
        except (AccountError, ItemRefused) as error:
            await self._untold(record, error)
            return None
        return False

    async def _look_again(self, message: StoredMessage) -> bool:
        """Find the item of a message that was thrown away and taken back: where it is gone, it is made anew."""
        found = await self._look_for(message)
        if found is False:
            await self._learn(message.record, None, ref=None, saved_edits=-1, held=(), in_flight=())
            return True
        return bool(found)

    async def _adopt(self, message: StoredMessage, ref: ItemRef) -> bool | None:
        """Take an item that bears our mark as this message's own."""
        record = message.record
        answer = (await self._mailbox.get(record.account_id, [ref]))[0]
        at = self._clock.now()
        if answer.item is None:
            # There it is, and what it says is not known yet: that is what stands in the way now, and nothing of before.
            said = answer.outcome
            await self._learn(record, Outcome(Verdict.UNKNOWN, words=said.words, trouble=said.trouble, at=at))
            return None
        await read_long_words(message.content, message.attempt, message.on_server, answer.item.content)
        # Of several that were asked for, one is here; the others may follow.
        strays = await self._strays(message) if record.strays else ()
        item = found_in_drafts(answer.item, self._accounts.traits(record.account_id))
        stray = came(strays, item, by_words=self._accounts.rewrites_text(record.account_id))
        strays = strays if stray is None else one_less(strays, stray)
        on_server = self._in_our_words(message, answer.item) or (None if stray is None else answer.item.content)
        changes: dict[str, Any] = {"strays": strays, "saved_edits": -1}
        if on_server is None:
            # Made by us, and changed by another client before we knew that it was made.
            await self._learn(record, elsewhere(at), ref=ItemRef(answer.item.ref.item_id), **changes)
            return None
        await self._learn(record, None, on_server=on_server, ref=answer.item.ref, saved_at=at, **changes)
        return True

    async def _strays(self, message: StoredMessage) -> PendingCreates:
        """Return what may come yet of first saves, with the last, if its answer was lost (`duplicate_drafts.py`)."""
        record = message.record
        if record.ref is not None or not self._is_untold(record):
            return record.strays
        await read_long_words(message.attempt)
        return one_more(record.strays, message.attempt, record.drafts_of, self._clock.now())

    # --- later saves ----------------------------------------------------------------------------------------------

    async def _update(self, message: StoredMessage, ref: ItemRef) -> bool:
        """Write the changed fields. Returns True where the message has to be looked at once more."""
        record = message.record
        if message.on_server is None or not ref.change_key or self._is_untold(record):
            return await self._compare(message, ref)
        fields = changed_fields(message.on_server, message.content)
        if not fields:
            return await self._attach(message, ref)
        if self._accounts.traits(record.account_id).stale_updates_refused is not True and not self._is_fresh(record):
            return await self._compare(message, ref)
        self._fresh.pop(record.local_id, None)
        await self._announce(message)
        gone = gone_headers(message.on_server, message.content)
        update = DraftUpdate(ref, message.content, fields, "" if record.marked else record.local_id, gone)
        outcome = as_it_is((await self._mailbox.update(record.account_id, [update]))[0])
        if outcome.verdict is Verdict.REFUSED and outcome.code in KEY_REFUSED:
            return await self._compare(message, ref, outcome)
        return await self._take_in(message, outcome, updated=True)

    def _is_fresh(self, record: Record) -> bool:
        """Return whether the item was read a moment ago, in this very save, and is known to be ours."""
        return record.ref is not None and self._fresh.get(record.local_id) == record.ref.change_key

    async def _attach(self, message: StoredMessage, ref: ItemRef) -> bool:
        """The text is there: upload the attachments, and record how the whole stands. True: look once more."""
        record = message.record
        if self._attaching.is_pending(message) and self._loses_attachments(record):
            if record.in_flight:
                return await self._compare(message, ref)
            return await self._make_anew(message, ref)
        if self._attaching.is_pending(message):
            self._attached_now.add(record.local_id)
            return await self._attaching.bring(message, ref)
        refusal = self._attaching.refusal(message)
        if refusal is not None:
            await self._learn(record, refusal, saved_edits=-1)
        elif record.has_held:
            await self._learn(record, None, saved_edits=record.edits, saved_at=self._clock.now(), refused=())
        else:
            await self._learn(record, None, saved_edits=record.edits)
        return False

    def _loses_attachments(self, record: Record) -> bool:
        return self._accounts.traits(record.account_id).attachments_kept is False

    async def _make_anew(self, message: StoredMessage, ref: ItemRef) -> bool:
        """Move the item to Deleted Items, to be made whole with its attachments: this server loses what comes later.

        That it may be gone is on disk before that. Nothing is removed before all bytes are on this machine.
        """
        record = message.record
        if self._accounts.traits(record.account_id).mime_keeps_attachments is False:
            await self._attaching.refuse_all(message)
            return True
        if not self._is_fresh(record):
            return await self._compare(message, ref)  # what another client wrote in it is not removed unseen
        if not await self._attaching.gather(message):
            return False
        await self._learn(record, being_discarded(self._clock.now()), saved_edits=-1)
        outcome = as_it_is((await self._mailbox.delete(record.account_id, [ref]))[0])
        gone = outcome.verdict is Verdict.REFUSED and outcome.code in ITEM_GONE
        if not outcome.accepted and not gone:
            if outcome.verdict is not Verdict.UNKNOWN:
                await self._learn(record, outcome, saved_edits=-1)
            return False
        await self._learn(record, None, ref=None, saved_edits=-1, held=(), in_flight=())
        self._made_whole.discard(record.local_id)
        return True

    async def _compare(self, message: StoredMessage, ref: ItemRef, refusal: Outcome | None = None) -> bool:
        """Read the item and find out whose text it has. True: the message has a good ChangeKey again."""
        record = message.record
        try:
            answer = await self._fetch(message, ref)
        except AccountError as error:
            await self._untold(record, error)
            return False
        item = answer.item
        if item is None:
            await self._learn(record, answer.outcome)
            return False
        same_version = bool(ref.change_key) and item.ref.change_key == ref.change_key
        await read_long_words(message.content, message.attempt, message.on_server, item.content)
        ours = self._ours_in(message, item, same_version=same_version)
        if ours is None or (same_version and refusal is not None):
            await self._learn(record, refusal or elsewhere(self._clock.now()))
            return False
        held, lost, added = self._attaching.find(message, item)
        if record.local_id in self._made_whole:
            self._made_whole.discard(record.local_id)
            missing = {one.key for one in message.content.attachments} - {one.key for one in held}
            await self._accounts.learn_traits(record.account_id, mime_keeps_attachments=not missing)
        if lost and not await self._server_lost_them(record, same_version=same_version):
            # Another program took an attachment away. Bringing it back would write over that.
            await self._learn(record, elsewhere(self._clock.now()))
            return False
        self._attached_now.discard(record.local_id)
        for edit in added:
            self._records.append_edit(record.local_id, edit)
        changes: dict[str, Any] = {"held": held, "in_flight": (), "has_held": record.has_held or bool(held)}
        changes["resent"] = asked_for_again(record, held)
        changes["read_back"] = "" if ours is item.content else item.ref.change_key
        self._fresh[record.local_id] = item.ref.change_key
        await self._learn(record, None, on_server=ours, ref=item.ref, saved_edits=-1, **changes)
        return True

    def _ours_in(self, message: StoredMessage, item: Fetched, *, same_version: bool) -> Content | None:
        """Return what an item says in our words; None where another client wrote it.

        What a server brought back by itself is returned as it stands there: then it is written anew.
        """
        known = message.on_server
        if same_version and known is not None and not seen_differences(known, item.content):
            return known
        ours = self._in_our_words(message, item)
        if ours is not None:
            return ours
        differing = seen_differences(known or message.content, item.content)
        brought_back = self.was_written(message.record.local_id, item.content, differing)
        return item.content if same_version or brought_back else None

    def _in_our_words(self, message: StoredMessage, item: Fetched) -> Content | None:
        """Return the text of ours that the server has, or None where another client wrote it.

        Ours and not the server's, so that its manner (CRLF, filled-in names, markup) is not taken for a change to be
        saved.
        """
        rewrites = self._accounts.rewrites_text(message.record.account_id)
        same = same_but_for_markup if rewrites else same_message
        known = (message.content, message.attempt, message.on_server)
        found = [ours for ours in known if ours is not None and same(ours, item.content)]
        # A From that is not written counts as any other there; here it would be taken for the one that was just chosen.
        found.sort(key=lambda ours: ours.sender != item.content.sender)
        return found[0] if found else None

    async def _server_lost_them(self, record: Record, *, same_version: bool) -> bool:
        """Return whether attachments are missing though no client took them away; then that is known of the server."""
        if same_version or record.local_id in self._attached_now:
            await self._accounts.learn_traits(record.account_id, attachments_kept=False)
        return self._accounts.traits(record.account_id).attachments_kept is False

    async def _fetch(self, message: StoredMessage, ref: ItemRef) -> FetchOutcome:
        """Read the item, once what may still come of it has come, and without what came twice. Raises AccountError."""
        account_id = message.record.account_id
        answer = (await self._mailbox.get(account_id, [ref]))[0]
        if answer.item is not None and self._attaching.may_be_on_its_way(message, answer.item):
            await self._clock.sleep(_SECOND_LOOK)
            answer = (await self._mailbox.get(account_id, [ref]))[0]
        if answer.item is not None and await self._attaching.merge_duplicates(message, answer.item):
            answer = (await self._mailbox.get(account_id, [ref]))[0]
        return answer

    # --- what the server said -------------------------------------------------------------------------------------

    async def _announce(self, message: StoredMessage, **changes: Any) -> None:
        """Write down that a save begins. A disk that refuses this is no reason to keep the text from the server too."""
        await read_long_words(message.content)
        known = self._written.setdefault(message.record.local_id, deque(maxlen=_REMEMBERED))
        known.append(_marks_of(message.content))
        changes["save_outcome"] = Outcome(Verdict.UNKNOWN, at=self._clock.now())
        try:
            await self._records.change(message.record.local_id, attempt=message.content, **changes)
        except StorageError:
            await self._records.apply_known(message.record.local_id, **changes)

    def _brings_back(self, record: Record) -> bool:
        """Return whether an update may bring something back that was there before."""
        return self._accounts.traits(record.account_id).updates_kept is not True

    async def _take_in(self, message: StoredMessage, outcome: Outcome, *, updated: bool = False) -> bool:
        record = message.record
        if not outcome.accepted:
            await self._learn(record, outcome)
            return False
        ref = outcome.ref or record.ref or ItemRef("")
        looks = record.local_id in self._made_whole or (updated and self._brings_back(record))
        if outcome.ref is None or looks:
            ref = ItemRef(ref.item_id)  # looked at before anything else is done with it
        more = looks or self._attaching.is_pending(message) or self._attaching.refusal(message) is not None
        await self._learn(
            record,
            outcome,
            on_server=message.content,
            ref=ref,
            marked=True,
            saved_edits=-1 if more else record.edits,
            saved_at=outcome.at or self._clock.now(),
        )
        return more

    async def _learn(
        self, record: Record, outcome: Outcome | None, *, on_server: Content | None = None, **changes: Any
    ) -> None:
        await self._records.apply_known(record.local_id, on_server, save_outcome=outcome, **changes)

    async def _untold(self, record: Record, error: AccountError | ItemRefused) -> None:
        """Keep what was not known, with the trouble that kept us from knowing."""
        before = record.save_outcome
        unknown = before is not None and before.verdict is Verdict.UNKNOWN
        verdict = Verdict.UNKNOWN if unknown else Verdict.NOT_ATTEMPTED
        words = error.words if isinstance(error, ItemRefused) else None
        trouble = error.trouble if isinstance(error, AccountError) else None
        await self._learn(record, Outcome(verdict, words=words, trouble=trouble, at=self._clock.now()))

    def _is_untold(self, record: Record) -> bool:
        return record.save_outcome is not None and record.save_outcome.verdict is Verdict.UNKNOWN


def _marks_of(content: Content) -> tuple[str, str]:
    """Return what subject and text are known by."""
    said = f"{content.body_format.value} {visible_words(content)}"
    return " ".join(content.subject.split()), hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()


def elsewhere(at: float) -> Outcome:
    """Return the outcome of a save that was not tried, because another client's text was seen. No server said it."""
    return Outcome(Verdict.REFUSED, words=ServerWords("", CONFLICT), at=at)
