"""What is known of people while a letter is written: held together so that a letter gets it as one."""

from __future__ import annotations

from app.domain.message import AccountId
from app.domain.recipient import Recipient
from app.services.accounts import Accounts
from app.services.address_book import AddressBook
from app.services.directory import Directory
from app.services.events import Event
from app.services.mail_tips import Tips
from app.services.notes import Note, note_for


class People:
    """Address book, directory and mail tips. `said` is a sentence for the person whose wish came to nothing."""

    def __init__(self, book: AddressBook, directory: Directory, tips: Tips, accounts: Accounts) -> None:
        """Hold them together."""
        self.said: Event[str] = Event()
        self.book, self.directory, self.tips = book, directory, tips
        self._accounts = accounts

    def own_domains(self) -> frozenset[str]:
        """Return the domains of one's own addresses, of all accounts."""
        found = {account.address.rpartition("@")[2].casefold() for account in self._accounts.all()}
        return frozenset(found - {""})

    def is_group(self, account_id: AccountId, recipient: Recipient) -> bool:
        """Tell whether somebody is known to be a group."""
        entry = self.book.get(account_id, recipient)
        if (entry is not None and entry.is_group) or self.directory.is_group(account_id, recipient):
            return True
        tips = self.tips.of(account_id, recipient)
        return tips is not None and tips.members is not None

    def note(self, account_id: AccountId, recipient: Recipient, sending_as: str = "") -> Note | None:
        """Return what the chip of a recipient says beside the name."""
        tips = self.tips.of(account_id, recipient, sending_as)
        group = self.is_group(account_id, recipient)
        return note_for(recipient, tips, self.own_domains(), is_group=group)

    def remember_groups(self, account_id: AccountId, keys: frozenset[str], sending_as: str = "") -> None:
        """Let the address book know which of these turned out to be groups."""
        for key in keys:
            tips = self.tips.of(account_id, Recipient(key), sending_as)
            if tips is not None and tips.members is not None:
                self.book.note_group(account_id, Recipient(key))
