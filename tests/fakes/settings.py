"""Settings without a disk: the fake behind the port `Settings`.

`trouble` is raised by the next write and used up by it, as a full disk would.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from app.domain.account import Account
from app.domain.errors import StorageError
from app.domain.message import AccountId
from app.domain.server_traits import ServerTraits
from app.services.accounts.accounts import traits_key


class FakeSettings:
    """The fake. What was kept is read from `kept` and `preferences`. `traits` is what is known of each server."""

    def __init__(self, accounts: Iterable[Account] = (), traits: ServerTraits | None = None) -> None:
        self.kept = {account.account_id: account for account in accounts}
        self.preferences: dict[str, str] = {}
        if traits is not None:
            known = msgspec.json.encode(traits).decode()
            self.preferences = {traits_key(account_id): known for account_id in self.kept}
        self.trouble: StorageError | None = None

    async def accounts(self) -> list[Account]:
        """Return the accounts in the order they were added."""
        return list(self.kept.values())

    async def keep_account(self, account: Account) -> None:
        """Add it, or write over the one with the same id."""
        self._meet_trouble()
        self.kept[account.account_id] = account

    async def remove_account(self, account_id: AccountId) -> None:
        """Remove it."""
        self._meet_trouble()
        self.kept.pop(account_id, None)

    async def read_setting(self, name: str) -> str | None:
        """Return one preference."""
        return self.preferences.get(name)

    async def keep_setting(self, name: str, value: str) -> None:
        """Keep one preference."""
        self._meet_trouble()
        self.preferences[name] = value

    def _meet_trouble(self) -> None:
        trouble, self.trouble = self.trouble, None
        if trouble is not None:
            raise trouble
