"""Takes an account away from this computer, and with it what is here of its messages: none is lost without a word.

What the server has stays there, and is only forgotten here. What it lacks, and what waits to be sent, goes on in
another account, as by another From, or is deleted, as the person says.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from enum import StrEnum

import msgspec

from app.core.i18n import tr
from app.domain.account import Account
from app.domain.errors import BadInput
from app.domain.message import AccountId, LocalId
from app.domain.record import Record
from app.domain.state import ON_ITS_WAY, WAITING, WRITABLE, State
from app.services.accounts.accounts import Accounts
from app.services.drafts.drafts import Drafts
from app.services.drafts.saver import needs_saving
from app.services.records.records import Records


class Left(StrEnum):
    """What becomes of messages that the server does not have as they are here."""

    MOVED = "moved"
    DELETED = "deleted"


class Losses(msgspec.Struct, frozen=True):
    """What is only here of an account's messages: `unsaved` ones, those `waiting` to be sent, and those of which it is
    `unknown` whether they were sent. `heir` is the account in which the first two can go on, None where there is none.
    """

    unsaved: int = 0
    waiting: int = 0
    unknown: int = 0
    heir: Account | None = None

    @property
    def count(self) -> int:
        """Return how many can go on in another account."""
        return self.unsaved + self.waiting


class AccountRemoval:
    """Removes accounts. `take_back` takes messages back that wait to be sent (the Outbox's undo)."""

    def __init__(
        self,
        records: Records,
        drafts: Drafts,
        accounts: Accounts,
        take_back: Callable[[list[LocalId]], Awaitable[object]],
        forget: Callable[[AccountId], Awaitable[None]],
    ) -> None:
        """`forget` removes what else is kept here of an account."""
        self._records, self._drafts, self._accounts = records, drafts, accounts
        self._take_back, self._forget = take_back, forget

    def losses(self, account_id: AccountId) -> Losses:
        """Return what would be lost with an account."""
        mine = self._of(account_id)
        unsaved, waiting = sum(map(_is_only_here, mine)), sum(record.state in ON_ITS_WAY for record in mine)
        unknown = sum(record.state is State.UNKNOWN for record in mine)
        others = (one for one in self._accounts.all() if one.account_id != account_id)
        default = self._accounts.default
        is_other = default is not None and default.account_id != account_id
        return Losses(unsaved, waiting, unknown, default if is_other else next(others, None))

    async def remove(self, account_id: AccountId, left: Left) -> None:
        """Remove an account, and with it what is here of its messages. Raises BadInput, in words, and StorageError.

        Where a message cannot go on in the other account nothing is removed; those that could are there already.
        """
        if any(record.state is State.SENDING for record in self._of(account_id)):
            raise BadInput(tr("A message is being sent just now. Remove the account once it has gone."))
        go_on = [one.local_id for one in self._of(account_id) if _is_only_here(one) or one.state in WAITING]
        await self._take_back([record.local_id for record in self._of(account_id) if record.state in WAITING])
        heir = self.losses(account_id).heir
        if left is Left.MOVED and heir is not None:
            for name in go_on:
                await self._drafts.move_to_account(name, heir.account_id, None)
        await self._accounts.remove(account_id)
        for record in self._of(account_id):
            await self._drafts.forget_here(record.local_id)
        await self._forget(account_id)

    def _of(self, account_id: AccountId) -> list[Record]:
        return [record for record in self._records.all() if record.account_id == account_id]


def _is_only_here(record: Record) -> bool:
    """Return whether something of a draft is on this computer alone: words, or that it was put aside or refused."""
    if record.discarded or record.state not in WRITABLE:
        return False
    return record.state is not State.DRAFT or needs_saving(record)
