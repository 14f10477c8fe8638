"""The one thing that helps, done: every action that a row or a bar offers ends here.

What only the window can do (show a field, ask for a password) is passed on as a wish.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, Final

import msgspec

from app.core.background import Spawn
from app.core.events import Event
from app.domain.message import LocalId
from app.domain.state import State
from app.services.accounts.accounts import Accounts
from app.services.drafts.drafts import Drafts
from app.services.outbox.outbox import Outbox
from app.services.records.records import Records


class Wish(msgspec.Struct, frozen=True):
    """Something that only the window can do for a message, by the action's id."""

    action: str
    local_id: LocalId


class Remedies:
    """Does what was offered. `wished` carries what is left to the window."""

    def __init__(self, records: Records, drafts: Drafts, outbox: Outbox, accounts: Accounts, spawn: Spawn) -> None:
        """Act through the services."""
        self.wished: Event[Wish] = Event()
        self._records, self._drafts, self._outbox, self._accounts = records, drafts, outbox, accounts
        self._spawn = spawn
        self._known: Final[dict[str, Callable[[LocalId], Coroutine[Any, Any, object]]]] = {
            "save-as-new": drafts.keep_mine_as_new,
            "save": drafts.save,
            "take-back": drafts.take_back,
            "remove-draft": outbox.remove_draft,
            "was-sent": self._was_sent,
            "was-not-sent": self._was_not_sent,
            "retry": self._retry,
            "try-now": self._retry,
            "cancel": self._undo,
            "undo": self._undo,
            "keep-as-draft": self._undo,
            "unsend": self._unsend,
            "send-now": self._send_now,
            "check": self._check,
        }

    def apply(self, action: str, local_id: LocalId) -> None:
        """Do `action` for a message, or wish for it."""
        work = self._known.get(action)
        if work is None:
            self.wished.emit(Wish(action, local_id))
        else:
            self._spawn(work(local_id), action)

    async def _retry(self, local_id: LocalId) -> None:
        record = self._records.get(local_id)
        if record is None:
            return
        if record.state is State.QUEUED:
            await self._accounts.try_again(record.account_id)
            await self._outbox.send_now([local_id])
        elif record.state is State.NEEDS_ATTENTION:
            await self._outbox.retry([local_id])
        else:
            await self._drafts.save(local_id)

    async def _undo(self, local_id: LocalId) -> None:
        await self._outbox.undo([local_id])

    async def _unsend(self, local_id: LocalId) -> None:
        await self._outbox.deferrals.take_back([local_id])

    async def _send_now(self, local_id: LocalId) -> None:
        await self._outbox.send_now([local_id])

    async def _was_sent(self, local_id: LocalId) -> None:
        await self._outbox.settle(local_id, was_sent=True)

    async def _was_not_sent(self, local_id: LocalId) -> None:
        await self._outbox.settle(local_id, was_sent=False)

    def can_do(self, action: str, work: Callable[[LocalId], Coroutine[Any, Any, object]]) -> None:
        """Let `work` do `action` from now on."""
        self._known[action] = work

    async def _check(self, local_id: LocalId) -> None:
        self._outbox.check([local_id])
