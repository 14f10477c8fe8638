"""What helps at writing beside the letter itself: categories, mailboxes to send as, names of folders."""

from __future__ import annotations

from app.domain.listing import MailFolder
from app.domain.message import AccountId
from app.services.accounts import Accounts
from app.services.categories import UsedCategories
from app.services.identities import Identities
from app.services.ports import Clock, Mailbox, Settings
from app.services.signatures import Signatures
from app.services.surroundings import Surroundings


class Aids:
    """Held together so that a letter gets them as one."""

    def __init__(self, settings: Settings, mailbox: Mailbox, accounts: Accounts, clock: Clock) -> None:
        """Nothing is read before `load`."""
        self.categories = UsedCategories(settings)
        self.identities = Identities(settings, accounts, mailbox)
        self.signatures = Signatures(settings, accounts, clock)
        self.surroundings = Surroundings(settings, mailbox, accounts, self.identities, self.categories, clock)
        self._mailbox = mailbox
        self._folders: dict[tuple[AccountId, str], tuple[MailFolder, ...]] = {}

    async def load(self) -> None:
        """Read what rests in the settings. Raises StorageError."""
        await self.categories.load()
        await self.identities.load()
        await self.signatures.load()

    def known_folders(self, account_id: AccountId, mailbox: str = "") -> tuple[MailFolder, ...]:
        """Return the folders that were last heard of, without asking."""
        return self._folders.get((account_id, mailbox), ())

    async def folders(self, account_id: AccountId, mailbox: str = "") -> tuple[MailFolder, ...]:
        """Ask the server for the folders of a mailbox. Raises AccountError, ItemRefused."""
        found = await self._mailbox.find_folders(account_id, mailbox)
        self._folders[account_id, mailbox] = found
        return found
