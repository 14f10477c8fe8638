"""What helps at writing beside the letter itself: the categories used lately, the names of folders."""

from __future__ import annotations

from app.domain.mail_folder import MailFolder
from app.domain.message import AccountId
from app.services.categories import UsedCategories
from app.services.ports import Mailbox, Settings


class Aids:
    """Held together so that a letter gets them as one."""

    def __init__(self, settings: Settings, mailbox: Mailbox) -> None:
        """Nothing is read before `load`."""
        self.categories = UsedCategories(settings)
        self._mailbox = mailbox
        self._folders: dict[tuple[AccountId, str], tuple[MailFolder, ...]] = {}

    async def load(self) -> None:
        """Read what rests in the settings. Raises StorageError."""
        await self.categories.load()

    def known_folders(self, account_id: AccountId, mailbox: str = "") -> tuple[MailFolder, ...]:
        """Return the folders that were last heard of, without asking."""
        return self._folders.get((account_id, mailbox), ())

    async def folders(self, account_id: AccountId, mailbox: str = "") -> tuple[MailFolder, ...]:
        """Ask the server for the folders of a mailbox. Raises AccountError, ItemRefused."""
        found = await self._mailbox.find_folders(account_id, mailbox)
        self._folders[account_id, mailbox] = found
        return found
