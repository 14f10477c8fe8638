"""Asks a server what it does where servers differ: with drafts to nobody, which are removed for good.

Nothing is delivered: the drafts have no recipients. They bear a mark of their own, so that one that a broken connection
left behind is found and removed the next time. Nobody waits for this, and an account is asked once in a while.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import msgspec

from app.core.i18n import tr
from app.domain.attachment import new_key
from app.domain.errors import AccountError, ItemRefused, StorageError, error_for
from app.domain.listing import Folder, Mark
from app.domain.message import (
    AccountId,
    BodyFormat,
    Content,
    DraftUpdate,
    Fetched,
    Field,
    ItemRef,
    LocalId,
    NewAttachment,
    NewDraft,
    message_id_for,
)
from app.domain.outcome import Outcome, Verdict
from app.domain.recipient import Recipient
from app.domain.record import CopyTo
from app.domain.response_codes import CHANGED_ELSEWHERE, ITEM_GONE, WITHOUT_RECIPIENTS, is_retried, may_have_happened
from app.domain.same_message import same_message, seen_differences
from app.domain.server_traits import ServerTraits
from app.services.accounts.accounts import Accounts
from app.services.ports import AttachedFiles, Clock, Mailbox

if TYPE_CHECKING:
    import asyncio

SCRATCH: Final = LocalId("5c7a7c4d5c7a4c4d8c7a5c7a4d5c7a7c")
"""The mark of the draft that a server is asked with: always the same, so that it is found again."""
ASKED_AGAIN: Final = 7 * 24 * 3600.0
"""Seconds after which a server is asked anew: it may have become another version."""
_RETRIED: Final = 600.0
"""Seconds before a server is asked again that left something open."""


_STAYS: Final = 65.0
"""Seconds after which an attachment is looked for once more: some servers show it for a while and do not keep it."""
_NAME: Final = "question.txt"
_MARKUP: Final = "<p>A <b>short</b> question</p>"
_ASKED: Final = (
    *("stale_updates_refused", "stale_sends_refused", "is_draft_told", "batches_answered"),
    *("markup_kept", "mime_keeps_attachments", "update_sends", "updates_kept"),
)
"""The traits that are answered at once."""


class AskingServer:
    """Asks, one account at a time, and keeps the answers with the account."""

    def __init__(self, mailbox: Mailbox, accounts: Accounts, files: AttachedFiles, clock: Clock) -> None:
        """Ask by way of `mailbox` (the watched one); `files` is where the file lies that is attached for a question."""
        self._mailbox = mailbox
        self._accounts = accounts
        self._files = files
        self._clock = clock
        self._tried: dict[AccountId, float] = {}
        self._locks: dict[AccountId, asyncio.Lock] = {}

    async def ask(self, account_id: AccountId) -> None:
        """Ask what is not known yet, was asked long ago, or was asked of another version.

        What goes wrong leaves it open, and is no trouble.
        """
        async with self._lock(account_id):
            await self._ask(account_id)

    async def ask_all(self, account_id: AccountId, *, anew: bool = False) -> None:
        """Ask, and look a minute later whether an attachment stays. For when nothing waits for the answers.

        `anew`: whatever is known of it, because the person tests the connection.
        """
        if anew:
            self._tried.pop(account_id, None)
            await self._accounts.learn_traits(account_id, asked_at=0.0)
        before = self._accounts.traits(account_id)
        await self.ask(account_id)
        traits = self._accounts.traits(account_id)
        if traits.attachments_kept is not False and (
            traits.asked_at != before.asked_at or traits.attachments_kept is None
        ):
            async with self._lock(account_id):
                await self._see_what_stays(account_id)

    def _lock(self, account_id: AccountId) -> asyncio.Lock:
        import asyncio

        return self._locks.setdefault(account_id, asyncio.Lock())

    async def _ask(self, account_id: AccountId) -> None:
        now = self._clock.now()
        await self._forget_other_version(account_id)
        traits = self._accounts.traits(account_id)
        wait = ASKED_AGAIN if _is_known(traits) and traits.asked_at else _RETRIED
        if now - max(traits.asked_at, self._tried.get(account_id, 0.0)) < wait:
            return
        self._tried[account_id] = now
        seen: dict[str, Any] = {}
        try:
            await self._remove_scratch(account_id)
            await self._try(account_id, seen)
            await self._remove_scratch(account_id)
            if seen:
                seen["asked_at"] = now
                seen["version"] = await self._mailbox.server_version(account_id)
        except (AccountError, ItemRefused, StorageError):
            pass  # what was answered until then is so; what is left there is removed with the next try
        await self._accounts.learn_traits(account_id, **seen)

    async def _forget_other_version(self, account_id: AccountId) -> None:
        """Where the server calls itself another version, what was seen of the one before counts no more."""
        try:
            version = await self._mailbox.server_version(account_id)
        except (AccountError, ItemRefused):
            return
        known = self._accounts.traits(account_id)
        if version and known.version and version != known.version:
            self._tried.pop(account_id, None)
            await self._accounts.learn_traits(account_id, asked_at=0.0, version=version, deferral_held=None)

    async def _try(self, account_id: AccountId, seen: dict[str, Any]) -> None:
        """Make the draft, change it, and try what is asked; each answer goes into `seen`. Raises AccountError."""
        made = (await self._save(account_id, ())).ref
        changed = None if made is None else (await self._update(account_id, made, _MARKUP)).ref
        if made is None or changed is None:
            return
        item = (await self._mailbox.get(account_id, [changed]))[0].item
        if item is not None:
            seen["is_draft_told"] = item.is_draft
            seen["markup_kept"] = same_message(item.content, _question(_MARKUP))
            changed = item.ref
        stale = await self._update(account_id, made, "2")
        _note(seen, "stale_updates_refused", _refused_as_stale(stale))
        changed = stale.ref if stale.accepted and stale.ref is not None else changed
        changed = await self._ask_of_batches(account_id, changed, seen)
        fenced = (await self._mailbox.fence(account_id, changed, SCRATCH))[0].ref
        if fenced is None:
            return
        # A server that looks past the key, or the id, answers that there is nobody to send it to.
        answer = (await self._mailbox.send(account_id, [changed], CopyTo()))[0]
        renamed = fenced.item_id != changed.item_id and answer.code in ITEM_GONE
        _note(seen, "stale_sends_refused", True if renamed else _refused_as_stale(answer))
        update = (await self._mailbox.send(account_id, [fenced], CopyTo(), [SCRATCH]))[0]
        _note(seen, "update_sends", _would_have_sent(update))
        await self._ask_of_mime(account_id, seen)

    async def _ask_of_batches(self, account_id: AccountId, ref: ItemRef, seen: dict[str, Any]) -> ItemRef:
        """Ask for two changes, the first of an item that is not there; return what the draft is called then."""
        updates = [_update_of(ItemRef("none", "none"), "3"), _update_of(ref, "3")]
        first, second = await self._mailbox.update(account_id, updates)
        if first.accepted:
            return ref
        if second.accepted:
            seen["batches_answered"] = True
            return second.ref or ref
        if first.words is not None and first.words == second.words and not is_retried(first.code):
            seen["batches_answered"] = False
        return ref

    async def _ask_of_mime(self, account_id: AccountId, seen: dict[str, Any]) -> None:
        key = new_key()
        try:
            made = await self._save(account_id, (await self._file(key),))
            if made.verdict is Verdict.REFUSED and not is_retried(made.code) and not may_have_happened(made.code):
                seen["mime_keeps_attachments"] = False
            if made.ref is not None:
                item = (await self._mailbox.get(account_id, [made.ref]))[0].item
                if item is not None:
                    seen["mime_keeps_attachments"] = _holds_the_file(item)
                    await self._ask_of_updates(account_id, item.ref, seen)
        finally:
            await self._files.remove(SCRATCH, key)

    async def _ask_of_updates(self, account_id: AccountId, ref: ItemRef, seen: dict[str, Any]) -> None:
        """Change the text, then whom it is to: does the text stay? This draft is never asked to be sent."""
        account = self._accounts.get(account_id)
        changed = (await self._update(account_id, ref, "4")).ref
        if changed is None or account is None:
            return
        content = msgspec.structs.replace(_question("4"), to=(Recipient(account.address),))
        update = DraftUpdate(changed, content, frozenset({Field.TO}))
        again = (await self._mailbox.update(account_id, [update]))[0].ref
        item = None if again is None else (await self._mailbox.get(account_id, [ItemRef(again.item_id)]))[0].item
        if again is not None and item is not None:
            seen["updates_kept"] = again == item.ref and not seen_differences(content, item.content)

    async def _see_what_stays(self, account_id: AccountId) -> None:
        """Attach a file to a draft, and look for it at once and a minute later."""
        key = new_key()
        try:
            made = (await self._save(account_id, ())).ref
            if made is None:
                return
            answer = (await self._mailbox.attach(account_id, made, [await self._file(key)]))[0]
            if answer.outcome.accepted:
                kept = await self._is_there(account_id, made)
                if kept:
                    await self._clock.sleep(_STAYS)
                    kept = await self._is_there(account_id, made)
                if kept is not None:
                    await self._accounts.learn_traits(account_id, attachments_kept=kept)
            await self._remove_scratch(account_id)
        except (AccountError, ItemRefused, StorageError):
            return
        finally:
            await self._files.remove(SCRATCH, key)

    async def _is_there(self, account_id: AccountId, ref: ItemRef) -> bool | None:
        """Return whether the file is attached; None where the draft cannot be read."""
        item = (await self._mailbox.get(account_id, [ItemRef(ref.item_id)]))[0].item
        return None if item is None else _holds_the_file(item)

    async def _file(self, key: str) -> NewAttachment:
        """Return a small file to be attached. Raises StorageError."""
        await self._files.keep_bytes(SCRATCH, key, b"Is this kept?")
        return NewAttachment(_NAME, self._files.path(SCRATCH, key), "text/plain")

    async def _save(self, account_id: AccountId, attachments: tuple[NewAttachment, ...]) -> Outcome:
        account = self._accounts.get(account_id)
        message_id = message_id_for(SCRATCH, "" if account is None else account.address)
        draft = NewDraft(SCRATCH, message_id, _question("1"), attachments=attachments)
        return (await self._mailbox.save(account_id, [draft]))[0]

    async def _update(self, account_id: AccountId, ref: ItemRef, body: str) -> Outcome:
        return (await self._mailbox.update(account_id, [_update_of(ref, body)]))[0]

    async def _remove_scratch(self, account_id: AccountId) -> None:
        """Remove each such draft for good, wherever the server put it. Raises AccountError, ItemRefused."""
        mark = Mark(SCRATCH, "")
        folders = (Folder.DRAFTS, Folder.OUTBOX, Folder.SENT)
        found = [sighting.ref for sighting in await self._mailbox.locate(account_id, [mark], folders)]
        outcomes = await self._mailbox.delete(account_id, found, for_good=True) if found else []
        for outcome in outcomes:
            if not outcome.accepted and outcome.words is not None and outcome.code not in ITEM_GONE:
                raise ItemRefused(outcome.words)
            if outcome.trouble is not None:
                raise error_for(outcome.trouble)


def _question(body: str) -> Content:
    subject = tr("Mailwright asks what this server does. It can be deleted.")
    return Content(subject=subject, body=body, body_format=BodyFormat.HTML if body == _MARKUP else BodyFormat.TEXT)


def _update_of(ref: ItemRef, body: str) -> DraftUpdate:
    return DraftUpdate(ref, _question(body), frozenset({Field.BODY}))


def _note(seen: dict[str, Any], trait: str, answer: bool | None) -> None:
    if answer is not None:
        seen[trait] = answer


def _holds_the_file(item: Fetched) -> bool:
    return item.has_attachments and any(one.name == _NAME for one in item.attachments)


def _is_known(traits: ServerTraits) -> bool:
    known: Mapping[str, object] = msgspec.structs.asdict(traits)
    return all(known[trait] is not None for trait in _ASKED)


def _refused_as_stale(outcome: Outcome) -> bool | None:
    """Return whether a write with a stale key was refused for it; None where the server did not say."""
    if outcome.verdict is Verdict.REFUSED and outcome.code in CHANGED_ELSEWHERE:
        return True
    return False if outcome.accepted or outcome.code in WITHOUT_RECIPIENTS else None


def _would_have_sent(outcome: Outcome) -> bool | None:
    """Return whether an update that was to send a message to nobody was refused for that; None: it did not say."""
    if outcome.verdict is Verdict.REFUSED and outcome.code in WITHOUT_RECIPIENTS:
        return True
    if outcome.accepted:
        return False  # it said yes to what cannot be done: what it says of a send is worth nothing
    unclear = outcome.verdict is not Verdict.REFUSED or is_retried(outcome.code) or may_have_happened(outcome.code)
    return None if unclear or outcome.code in CHANGED_ELSEWHERE else False
