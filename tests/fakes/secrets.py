"""A keyring without a keyring: the fake behind the port `Secrets`.

`keyring=False` stands for a computer that has none; `refuses` for one whose keyring says no when it comes to it. What
the keyring holds is read from `held`, what lives in memory alone from `memory`. Nothing blocks.
"""

from __future__ import annotations

from app.domain.message import AccountId


class FakeSecrets:
    """The fake."""

    def __init__(self, *, keyring: bool = True, refuses: bool = False) -> None:
        self.keyring = keyring
        self.refuses = refuses
        self.held: dict[AccountId, str] = {}
        self.memory: dict[AccountId, str] = {}

    async def has_keyring(self) -> bool:
        """Tell what the test said."""
        return self.keyring

    async def read_secret(self, account_id: AccountId) -> str | None:
        """Return what memory has, else what the keyring has."""
        return self.memory.get(account_id) or self.held.get(account_id)

    async def keep_secret(self, account_id: AccountId, secret: str) -> bool:
        """Keep it in the keyring, or in memory where there is none or it refuses."""
        kept = self.keyring and not self.refuses
        (self.held if kept else self.memory)[account_id] = secret
        return kept

    async def forget(self, account_id: AccountId) -> None:
        """Remove it from both."""
        self.held.pop(account_id, None)
        self.memory.pop(account_id, None)
