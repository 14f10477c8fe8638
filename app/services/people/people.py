"""What is known of people while a message is written, in one object for each message to use."""

from __future__ import annotations

from collections.abc import Callable

from app.core.background import RunInThread, run_here
from app.core.events import Event
from app.domain.message import AccountId
from app.domain.recipient import Recipient
from app.services.accounts.accounts import Accounts
from app.services.accounts.preset_settings import MANY_CHOICE, SIZE_CHOICE, STRANGERS_CHOICE
from app.services.checks.recipients import MANY, Around, is_provider
from app.services.checks.size import ASSUMED, Limit
from app.services.people.address_book import AddressBook, name_words
from app.services.people.directory import Directory, Tips
from app.services.ports import Settings
from app.services.text.recipient_notes import Note, is_external, note_for


class People:
    """Address book, directory and mail tips. `said` carries a sentence for the person where an action failed."""

    def __init__(
        self,
        book: AddressBook,
        directory: Directory,
        tips: Tips,
        accounts: Accounts,
        run_in_thread: RunInThread = run_here,
    ) -> None:
        """Hold them together. `run_in_thread` runs a long look where it stops no key."""
        self.run_in_thread = run_in_thread
        self.many, self.ask_for_strangers = MANY, True
        self.assumed = ASSUMED
        """Bytes above which it is asked where the server does not say what it takes, 0 for never."""
        self.refused: Callable[[AccountId], int] = lambda _account_id: 0
        """Returns the smallest size that an account's server refused, in bytes, 0 for none."""
        self.said: Event[str] = Event()
        self.book, self.directory, self.tips = book, directory, tips
        self._accounts = accounts

    async def read_choices(self, settings: Settings) -> None:
        """Read what the person chose for the second look before sending. Raises StorageError."""
        many = await settings.read_setting(MANY_CHOICE)
        if many is not None and many.isascii() and many.isdigit():
            self.many = int(many)
        self.ask_for_strangers = await settings.read_setting(STRANGERS_CHOICE) != "never"
        size = await settings.read_setting(SIZE_CHOICE)
        if size is not None and size.isascii() and size.isdigit():
            self.assumed = int(size) * 1_000_000

    def is_name(self, word: str) -> bool:
        """Return whether a word is a name: one's own, or of somebody in the address book."""
        for account in self._accounts.all():
            if word.casefold() in name_words(Recipient(account.address, account.display_name)):
                return True
            if self.book.is_name(account.account_id, word):
                return True
        return False

    def around(self, account_id: AccountId, sending_as: str = "") -> Around:
        """Return what the second look before sending has to know; a copy, to be read in any thread."""
        return Around(
            self.own_domains(),
            lambda recipient: self.book.get(account_id, recipient) is not None,
            dict(self.book.domains(account_id)),
            lambda recipient: self.tips.of(account_id, recipient, sending_as),
            self.many,
            self.ask_for_strangers,
            self._limit(account_id, sending_as),
            self._accounts.kind(account_id),
        )

    def want_limit(self, account_id: AccountId, sending_as: str = "") -> None:
        """Begin to ask how large a message the account's own server takes. Returns at once."""
        account = self._accounts.get(account_id)
        if account is not None:
            self.tips.want(account_id, [Recipient(account.address)], sending_as)

    def _limit(self, account_id: AccountId, sending_as: str) -> Limit:
        account = self._accounts.get(account_id)
        tips = None if account is None else self.tips.of(account_id, Recipient(account.address), sending_as)
        told = 0 if tips is None else tips.max_message_size or 0
        return Limit(told, self.refused(account_id), self.assumed)

    def own_domains(self) -> frozenset[str]:
        """Return the domains of one's own addresses, of all accounts."""
        found = {account.address.rpartition("@")[2].casefold() for account in self._accounts.all()}
        return frozenset(found - {""})

    def is_group(self, account_id: AccountId, recipient: Recipient) -> bool:
        """Return whether a recipient is known to be a group."""
        entry = self.book.get(account_id, recipient)
        if (entry is not None and entry.is_group) or self.directory.is_group(account_id, recipient):
            return True
        tips = self.tips.of(account_id, recipient)
        return tips is not None and tips.members is not None

    def note(self, account_id: AccountId, recipient: Recipient, sending_as: str = "", size: int = 0) -> Note | None:
        """Return what the chip of a recipient says beside the name; `size` is the message's, in bytes."""
        tips = self.tips.of(account_id, recipient, sending_as)
        group = self.is_group(account_id, recipient)
        return note_for(recipient, tips, self.own_domains(), is_group=group, size=size)

    def is_familiar(self, account_id: AccountId, recipient: Recipient) -> bool:
        """Return whether a name alone identifies a recipient: of one's own organisation, known to this machine or the
        directory. At a provider's it never does, for its domain is shared by all.
        """
        if recipient.routing != "SMTP":
            return True
        own = {one for one in self.own_domains() if not is_provider(one)}
        if not own or is_external(recipient, own):
            return False
        tips = self.tips.of(account_id, recipient)
        if tips is not None and tips.invalid:
            return False
        return self.book.get(account_id, recipient) is not None or self.directory.has_named(account_id, recipient)

    def remember_groups(self, account_id: AccountId, keys: frozenset[str], sending_as: str = "") -> None:
        """Let the address book know which of these turned out to be groups."""
        for key in keys:
            tips = self.tips.of(account_id, Recipient(key), sending_as)
            if tips is not None and tips.members is not None:
                self.book.note_group(account_id, Recipient(key))
