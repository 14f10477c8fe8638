"""Asks a server what it does with stale keys and with IsDraft: with a draft to nobody, which is removed for good.

Nothing is delivered: the draft has no recipients. It bears a mark of its own, so that one that a broken connection left
behind is found and removed the next time. Nobody waits for this, and an account is asked once in a while.
"""

from __future__ import annotations

from typing import Final

from app.core.i18n import tr
from app.domain.errors import AccountError, ItemRefused
from app.domain.listing import Folder, Mark
from app.domain.message import AccountId, Content, DraftUpdate, Field, ItemRef, LocalId, NewDraft, message_id_for
from app.domain.outcome import Outcome, Verdict
from app.domain.record import CopyTo
from app.domain.response_codes import CHANGED_ELSEWHERE, ITEM_GONE, NO_RECIPIENTS
from app.domain.server_traits import ServerTraits
from app.services.accounts.accounts import Accounts
from app.services.ports import Clock, Mailbox

SCRATCH: Final = LocalId("5c7a7c4d5c7a4c4d8c7a5c7a4d5c7a7c")
"""The mark of the draft that a server is asked with: always the same, so that it is found again."""
ASKED_AGAIN: Final = 7 * 24 * 3600.0
"""Seconds after which a server is asked anew: it may have become another version."""
_RETRIED: Final = 600.0
"""Seconds before a server is asked again that left something open."""


class AskingServer:
    """Asks, one account at a time, and keeps the answers with the account."""

    def __init__(self, mailbox: Mailbox, accounts: Accounts, clock: Clock) -> None:
        """Ask by way of `mailbox` (the watched one)."""
        self._mailbox = mailbox
        self._accounts = accounts
        self._clock = clock
        self._tried: dict[AccountId, float] = {}

    async def ask(self, account_id: AccountId) -> None:
        """Ask what is not known yet, or was asked long ago. What goes wrong leaves it open, and is no trouble."""
        now = self._clock.now()
        traits = self._accounts.traits(account_id)
        wait = ASKED_AGAIN if _is_known(traits) else _RETRIED
        if now - max(traits.asked_at, self._tried.get(account_id, 0.0)) < wait:
            return
        self._tried[account_id] = now
        try:
            await self._remove_scratch(account_id)
            seen = await self._try(account_id)
            await self._remove_scratch(account_id)
        except (AccountError, ItemRefused):
            return
        if seen:
            await self._accounts.learn_traits(account_id, asked_at=now, **seen)

    async def _try(self, account_id: AccountId) -> dict[str, bool]:
        """Make the draft, change it, and try an update of the stale version; fence it, and try a send of what was."""
        account = self._accounts.get(account_id)
        message_id = message_id_for(SCRATCH, "" if account is None else account.address)
        content = Content(subject=tr("Mailwright asks what this server does. It can be deleted."))
        made = (await self._mailbox.save(account_id, [NewDraft(SCRATCH, message_id, content)]))[0].ref
        changed = None if made is None else (await self._update(account_id, made, "1")).ref
        if made is None or changed is None:
            return {}
        seen: dict[str, bool] = {}
        item = (await self._mailbox.get(account_id, [changed]))[0].item
        if item is not None:
            seen["is_draft_told"] = item.is_draft
        update = _refused_as_stale(await self._update(account_id, made, "2"))
        if update is not None:
            seen["stale_updates_refused"] = update
        fenced = (await self._mailbox.fence(account_id, changed, SCRATCH))[0].ref
        if fenced is None:
            return seen
        # A server that looks past the key, or the id, answers that there is nobody to send it to.
        answer = (await self._mailbox.send(account_id, [changed], CopyTo()))[0]
        renamed = fenced.item_id != changed.item_id and answer.code in ITEM_GONE
        send = True if renamed else _refused_as_stale(answer)
        if send is not None:
            seen["stale_sends_refused"] = send
        return seen

    async def _update(self, account_id: AccountId, ref: ItemRef, body: str) -> Outcome:
        update = DraftUpdate(ref, Content(body=body), frozenset({Field.BODY}))
        return (await self._mailbox.update(account_id, [update]))[0]

    async def _remove_scratch(self, account_id: AccountId) -> None:
        """Remove each such draft for good, wherever the server put it. Raises AccountError, ItemRefused."""
        mark = Mark(SCRATCH, "")
        folders = (Folder.DRAFTS, Folder.OUTBOX, Folder.SENT)
        found = [sighting.ref for sighting in await self._mailbox.locate(account_id, [mark], folders)]
        if found:
            await self._mailbox.delete(account_id, found, for_good=True)


def _is_known(traits: ServerTraits) -> bool:
    return None not in (traits.stale_updates_refused, traits.stale_sends_refused, traits.is_draft_told)


def _refused_as_stale(outcome: Outcome) -> bool | None:
    """Return whether a write with a stale key was refused for it; None where the server did not say."""
    if outcome.verdict is Verdict.REFUSED and outcome.code in CHANGED_ELSEWHERE:
        return True
    return False if outcome.accepted or outcome.code == NO_RECIPIENTS else None
