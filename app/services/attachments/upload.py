"""Brings them to the server; removes duplicates of lost requests.

What a request is about to add or take away is on disk before the request (`Record.in_flight`); an answer that is lost
is looked for before anything is tried again. A ChangeKey that came with an attachment says nothing of what another
client wrote before it, for CreateAttachment asks for none: after each, the message is looked at (`Saver`).

What was asked for twice stands in the message's record (`Record.resent`). A second one of that name and size is ours
only if its bytes are: it is fetched and compared with the private copy. What differs by a byte another program put
there, and is shown (`backends/ews/attachments.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from app.domain.attachment import Attached, Attachment, AttachmentKind, Held, attached_of, find_again, is_like, new_key
from app.domain.edits import AttachmentSet
from app.domain.errors import AccountError, BadInput, ServerWords, StorageError, Trouble, TroubleKind
from app.domain.message import BodyFormat, Content, Fetched, ItemRef, LocalId, NewAttachment
from app.domain.outcome import LOCAL, AttachOutcome, Outcome, Verdict
from app.domain.record import Record, Refused, StoredMessage
from app.domain.response_codes import (
    ATTACHMENT_GONE,
    ITEM_GONE,
    KEY_REFUSED,
    NO_ATTACHMENTS,
    is_retried,
    may_have_happened,
)
from app.services.attachments.fetch import AttachmentFetch, Moving
from app.services.ports import AttachedFiles, Clock, Mailbox
from app.services.records.records import Records

if TYPE_CHECKING:
    import asyncio


def may_be_there(record: Record) -> tuple[str, ...]:
    """Return the keys of what a request whose answer is not known may have made, and the server may show any time."""
    held = {one.key for one in record.held}
    return tuple(dict.fromkeys((*record.in_flight, *(key for key in record.resent if key not in held))))


def asked_for_again(record: Record, held: Sequence[Held]) -> tuple[str, ...]:
    """Return what is to be known as resent once a look found `held`: what was in flight and is not there."""
    there = {one.key for one in held}
    return tuple(dict.fromkeys((*record.resent, *(key for key in record.in_flight if key not in there))))


class DuplicateAttachments:
    """Removes attachments that came twice. Called under the message's lock, or while it is on its way."""

    def __init__(self, records: Records, mailbox: Mailbox, files: AttachedFiles) -> None:
        """Read bytes by way of `mailbox`, and compare them with `files`."""
        self._records, self._mailbox, self._files = records, mailbox, files

    async def merge(self, message: StoredMessage, meant: Sequence[Attached], item: Fetched) -> bool:
        """Take away what came twice; return whether there was any, so that the item has to be read anew."""
        record, gone = message.record, False
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
            fetch = await self._mailbox.get_attachment(
                record.account_id, record.ref or ItemRef(""), theirs.attachment_id, path, size=theirs.size
            )
            if not fetch.outcome.accepted:
                return False
            await self._files.settle(record.local_id, key)
            return await self._files.same(record.local_id, ours.file, key)
        except (AccountError, StorageError):
            return False  # what cannot be looked at now is shown: nothing is taken away on a guess
        finally:
            await self._files.remove(record.local_id, key)

    async def _take_away(self, record: Record, twin: Attachment) -> bool:
        if record.ref is None:
            return False
        answer = (await self._mailbox.delete_attachments(record.account_id, record.ref, [twin.attachment_id]))[0]
        if not answer.outcome.accepted:
            return False
        # The message has another ChangeKey now, which no answer named.
        await self._records.apply_known(record.local_id, ref=ItemRef(record.ref.item_id))
        return True


OF_THE_MESSAGE: Final = ITEM_GONE | KEY_REFUSED
"""Said to an attachment, these speak of the message that it was to be attached to."""


class AttachmentUpload:
    """The part of the saver that knows of attachments. Called under the message's lock alone."""

    def __init__(
        self, records: Records, mailbox: Mailbox, files: AttachedFiles, clock: Clock, fetching: AttachmentFetch
    ) -> None:
        """Upload from `files` to `mailbox`."""
        self._records = records
        self._mailbox = mailbox
        self._files = files
        self._clock = clock
        self._fetching = fetching
        self._duplicates = DuplicateAttachments(records, mailbox, files)
        self._spared: set[tuple[LocalId, str]] = set()
        self._uploads: dict[LocalId, asyncio.Future[list[AttachOutcome]]] = {}

    def stop(self, local_id: LocalId) -> None:
        """Stop what goes up for a message: what of it arrived is kept, and the rest is sent anew if wanted."""
        upload = self._uploads.get(local_id)
        if upload is not None:
            upload.cancel()

    def spare(self, local_id: LocalId, key: str) -> None:
        """Leave an attachment that was taken away on the server for now: its bytes are being fetched, for undo."""
        self._spared.add((local_id, key))

    def release(self, local_id: LocalId, key: str = "") -> None:
        """Spare it no longer; all of the message's without `key`."""
        self._spared = {one for one in self._spared if one[0] != local_id or (key and one[1] != key)}

    # --- what there is to do ----------------------------------------------------------------------------------------

    def is_pending(self, message: StoredMessage) -> bool:
        """Return whether there is something to bring or to take away; what was refused waits until it is asked for."""
        return bool(self._gone(message) or self._missing(message))

    def refusal(self, message: StoredMessage) -> Outcome | None:
        """Return why an attachment is not on the server though it is meant to be, None where nothing was refused."""
        wanted = {one.key for one in message.content.attachments}
        return next((one.outcome for one in message.record.refused if one.key in wanted), None)

    def _gone(self, message: StoredMessage) -> list[Held]:
        """Return what the server holds and the message does not have any more."""
        wanted, local_id = {one.key for one in message.content.attachments}, message.record.local_id
        held = message.record.held
        return [one for one in held if one.key not in wanted and (local_id, one.key) not in self._spared]

    def _missing(self, message: StoredMessage) -> list[Attached]:
        have = {one.key for one in message.record.held} | {one.key for one in message.record.refused}
        return [one for one in message.content.attachments if one.key not in have]

    async def bring(self, message: StoredMessage, ref: ItemRef) -> bool:
        """Bring the attachments to the server. Returns True where the message has to be looked at once more."""
        local_id = message.record.local_id
        missing = self._missing(message)
        absent = [one for one in missing if not one.file]
        for one in absent:
            if not await self._gather(message, one):
                return False
        if absent:
            return True
        gone = self._gone(message)
        if gone:
            return await self._take_away(message, ref, gone)
        await self._announce(message, [one.key for one in missing], attempt=True)
        answers = await self._upload(message.record, ref, missing)
        record = self._records.get(local_id)
        if record is None:
            return False
        refused = {one.key: one for one in record.refused}
        held, unsure = list(record.held), []
        for one, answer in zip(missing, answers, strict=True):
            if answer.outcome.accepted and answer.attachment_id:
                held.append(Held(one.key, answer.attachment_id))
            elif _is_unsure(answer.outcome):
                unsure.append(one.key)
            elif _is_its_own(answer.outcome):
                refused[one.key] = Refused(one.key, answer.outcome)
        outcomes = [answer.outcome for answer in answers]
        left = [one for one in outcomes if not one.accepted and not _is_its_own(one)]
        return await self._take_in(record, ref, outcomes, held, unsure, tuple(refused.values()), left)

    async def gather(self, message: StoredMessage) -> bool:
        """Get the bytes of all that is attached to this machine. False where that cannot be done now."""
        for one in message.content.attachments:
            if not one.file and not await self._gather(message, one):
                return False
        fresh = await self._records.read_message(message.record.local_id)
        return all(one.file for one in fresh.content.attachments)

    def files_of(self, message: StoredMessage) -> tuple[NewAttachment, ...]:
        """Return what is attached to a message, as it is handed to the server; all bytes are on this machine."""
        return tuple(self._new(message.record.local_id, one) for one in message.content.attachments if one.file)

    async def refuse_all(self, message: StoredMessage) -> None:
        """Note of what is missing on the server that this server keeps no attachments, whichever way they come."""
        refused = {one.key: one for one in message.record.refused}
        words = ServerWords("", NO_ATTACHMENTS)
        outcome = Outcome(Verdict.REFUSED, words=words, at=self._clock.now())
        for one in self._missing(message):
            refused[one.key] = Refused(one.key, outcome)
        await self._learn(message.record, None, refused=tuple(refused.values()))

    def _new(self, local_id: LocalId, one: Attached) -> NewAttachment:
        return NewAttachment(
            one.name,
            self._files.path(local_id, one.file),
            one.content_type,
            one.content_id,
            as_message=one.kind is AttachmentKind.ITEM,
        )

    async def _gather(self, message: StoredMessage, one: Attached) -> bool:
        """Get the bytes of one attachment to this machine. False where the server cannot be asked for now."""
        record = message.record
        try:
            outcome = await self._fetching.fetch(record.local_id, one)
        except AccountError as error:
            await self._learn(record, Outcome(Verdict.NOT_ATTEMPTED, trouble=error.trouble, at=self._clock.now()))
            return False
        except (BadInput, StorageError) as error:
            outcome = Outcome(
                Verdict.REFUSED, words=ServerWords(LOCAL, "AttachmentNotKept", str(error)), at=self._clock.now()
            )
        if outcome is None:
            return True
        if outcome.verdict is not Verdict.REFUSED:
            await self._learn(record, outcome)
            return False
        await self._refuse(record, one.key, outcome)
        return True

    async def _take_away(self, message: StoredMessage, ref: ItemRef, gone: Sequence[Held]) -> bool:
        await self._announce(message, [one.key for one in gone], attempt=False)
        record = message.record
        answers = await self._mailbox.delete_attachments(record.account_id, ref, [one.attachment_id for one in gone])
        outcomes = [answer.outcome for answer in answers]
        done = {
            one.key
            for one, outcome in zip(gone, outcomes, strict=True)
            if outcome.accepted or (outcome.verdict is Verdict.REFUSED and outcome.code in ATTACHMENT_GONE)
        }
        unsure = [
            one.key for one, outcome in zip(gone, outcomes, strict=True) if one.key not in done and _is_unsure(outcome)
        ]
        held = [one for one in record.held if one.key not in done]
        left = [outcome for one, outcome in zip(gone, outcomes, strict=True) if one.key not in done]
        return await self._take_in(record, ref, outcomes, held, unsure, record.refused, left)

    # --- requests -----------------------------------------------------------------------------------------------------

    async def _upload(self, record: Record, ref: ItemRef, missing: Sequence[Attached]) -> list[AttachOutcome]:
        """CreateAttachment, which the person may stop; a stopped one is unknown like any other."""
        import asyncio

        local_id = record.local_id
        wanted = [self._new(local_id, one) for one in missing]
        upload = self._uploads[local_id] = asyncio.ensure_future(
            self._mailbox.attach(record.account_id, ref, wanted, lambda sent, _: self._sent(local_id, missing, sent))
        )
        try:
            await asyncio.wait({upload})
        finally:
            upload.cancel()
            del self._uploads[local_id]
            for one in missing:
                self._fetching.note_progress((local_id, one.key), None)
        if upload.cancelled():
            trouble = Trouble(TroubleKind.CANCELLED)
            return [AttachOutcome(Outcome(Verdict.UNKNOWN, trouble=trouble, at=self._clock.now()))] * len(missing)
        return upload.result()

    def _sent(self, local_id: LocalId, missing: Sequence[Attached], sent: int) -> None:
        """Report how far each file is: they go one after the other."""
        for one in missing:
            name, done = (local_id, one.key), min(max(sent, 0), one.size)
            before = self._fetching.moving.get(name)
            now = Moving(done, one.size, up=True)
            if now != before:
                self._fetching.note_progress(name, now)
            sent -= one.size

    async def _announce(self, message: StoredMessage, keys: Sequence[str], *, attempt: bool) -> None:
        """Write down what a request may add or take away. Raises StorageError: what is not on disk is not begun."""
        record = message.record
        await self._records.change(
            record.local_id,
            attempt=message.content if attempt else None,
            save_outcome=Outcome(Verdict.UNKNOWN, at=self._clock.now()),
            in_flight=tuple(dict.fromkeys((*record.in_flight, *keys))),
            has_held=True,
        )

    async def _take_in(
        self,
        record: Record,
        ref: ItemRef,
        outcomes: Sequence[Outcome],
        held: Sequence[Held],
        unsure: Sequence[str],
        refused: tuple[Refused, ...],
        left: Sequence[Outcome],
    ) -> bool:
        """Record what became of a request; `left` are the outcomes that leave something undone."""
        changes: dict[str, Any] = {"held": tuple(held), "in_flight": tuple(unsure), "refused": refused}
        if any(one.accepted for one in outcomes) or unsure or any(one.code in OF_THE_MESSAGE for one in left):
            changes["ref"] = ItemRef(ref.item_id)
        worst = sorted(left, key=lambda one: _WORST.index(one.verdict))
        await self._learn(record, worst[0] if worst else None, **changes)
        # What was said of the message itself is found out by looking at it.
        return not worst or all(one.code in OF_THE_MESSAGE for one in left)

    async def _refuse(self, record: Record, key: str, outcome: Outcome) -> None:
        others = tuple(one for one in record.refused if one.key != key)
        await self._records.apply_known(record.local_id, refused=(*others, Refused(key, outcome)))

    async def _learn(self, record: Record, outcome: Outcome | None, **changes: Any) -> None:
        await self._records.apply_known(record.local_id, save_outcome=outcome, saved_edits=-1, **changes)

    # --- looking ------------------------------------------------------------------------------------------------------

    def find(self, message: StoredMessage, item: Fetched) -> tuple[tuple[Held, ...], bool, list[AttachmentSet]]:
        """Look at what the server holds: ours, whether one that is meant was taken away elsewhere, and what was added.

        What another program added is returned as edits: it becomes part of the message, marked, and is shown.
        """
        record = message.record
        if item.has_attachments and not item.attachments:
            return record.held, False, []  # a server that does not name what it holds
        found = find_again(record.held, may_be_there(record), _meant(message), item.attachments)
        wanted = {one.key for one in message.content.attachments}
        held, added = list(found.held), []
        for stranger in found.strangers:
            one = attached_of(stranger, new_key(), elsewhere=True)
            held.append(Held(one.key, stranger.attachment_id))
            added.append(AttachmentSet(one))
        return tuple(held), bool(wanted & set(found.lost)), added

    async def merge_duplicates(self, message: StoredMessage, item: Fetched) -> bool:
        """Take away what came twice of ours; return whether the item has to be read anew. Raises AccountError."""
        return await self._duplicates.merge(message, _meant(message), item)

    def may_be_on_its_way(self, message: StoredMessage, item: Fetched) -> bool:
        """Return whether what a lost request was to add is not there, but may come yet."""
        held, _, _ = self.find(message, item)
        wanted = {one.key for one in message.content.attachments}
        return bool(wanted & set(message.record.in_flight) - {one.key for one in held})

    async def take_truth(self, message: StoredMessage, item: Fetched) -> None:
        """Take the server's attachments for what they are: what it lacks is brought anew, what it has more is shown."""
        held, _, added = self.find(message, item)
        local_id = message.record.local_id
        for edit in added:
            self._records.append_edit(local_id, edit)
        await self._records.apply_known(
            local_id,
            held=held,
            in_flight=(),
            resent=asked_for_again(message.record, held),
            has_held=message.record.has_held or bool(held),
            saved_edits=-1,
        )


def _meant(message: StoredMessage) -> list[Attached]:
    """Return all that this machine knows of a message's attachments, also what was taken away a moment ago."""
    texts = (message.content, message.attempt, message.on_server)
    return [one for text in texts if text is not None for one in text.attachments]


def adopted(item: Fetched, known: StoredMessage | None = None) -> tuple[tuple[Attached, ...], tuple[Held, ...]]:
    """Return the attachments of an item as a message of this machine has them; those that it knows keep their names."""
    before: Sequence[Held] = () if known is None else known.record.held
    mine = () if known is None else known.content.attachments
    found = find_again(before, [one.key for one in mine], mine, item.attachments)
    names = {one.attachment_id: one.key for one in found.held}
    by_key = {one.key: one for one in mine}
    attached, held = [], []
    for one in item.attachments:
        key = names.get(one.attachment_id) or new_key()
        attached.append(by_key.get(key) or attached_of(one, key))
        held.append(Held(key, one.attachment_id))
    return tuple(attached), tuple(held)


OWN_PICTURES: Final = "@mailwright"
"""The end of the ContentIds that this program gives to pictures in a text."""


def unused_pictures(content: Content) -> list[str]:
    """Return the keys of pictures that were put into the text here and taken out of it again.

    Pictures of other programs are left alone: they may name theirs in ways that are not looked through here.
    """
    pictures = [one for one in content.attachments if one.content_id.endswith(OWN_PICTURES)]
    formatted = content.body_format is BodyFormat.HTML
    return [one.key for one in pictures if not (formatted and f"cid:{one.content_id}" in content.body)]


_WORST: Final = (Verdict.UNKNOWN, Verdict.NOT_ATTEMPTED, Verdict.REFUSED, Verdict.ACCEPTED)


def _is_unsure(outcome: Outcome) -> bool:
    """Return whether it may have been done. A yes that names no attachment is one that has to be looked at."""
    if outcome.verdict is Verdict.REFUSED:
        return may_have_happened(outcome.code)
    return outcome.verdict is not Verdict.NOT_ATTEMPTED


def _is_its_own(outcome: Outcome) -> bool:
    """Return whether it was refused for what it is, so that another try would get the same answer."""
    refused = outcome.verdict is Verdict.REFUSED and not may_have_happened(outcome.code)
    return refused and outcome.code not in OF_THE_MESSAGE and not is_retried(outcome.code)
