"""What a server offers: other mailboxes, categories, folders.

It is asked once a day, a while after the start, when nothing waits for it; the settings store what it said. Where it
cannot be asked, that is no trouble of the account, and only the settings page says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Final

import msgspec

from app.core.events import Event
from app.domain.errors import AccountError, ItemRefused, StorageError
from app.domain.listing import MailFolder
from app.domain.message import AccountId
from app.services.accounts.accounts import Accounts
from app.services.accounts.house_styles import HouseStyles
from app.services.accounts.identities import Identities
from app.services.accounts.signatures import Signatures
from app.services.ports import Clock, Mailbox, Settings

if TYPE_CHECKING:
    from app.domain.message import AccountId
    from app.services.accounts.accounts import Accounts
    from app.services.accounts.identities import Identities
    from app.services.ports import Clock, Mailbox, Settings

_NAME: Final = "surroundings"
FIRST_LOOK: Final = 60.0
"""Seconds after the start: what the person does first goes first."""
_EVERY: Final = 600.0
"""Seconds between two looks at whose turn it is."""
DAY: Final = 24 * 3600.0
AFTER_TROUBLE: Final = 4 * 3600.0


class LastDiscovery(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a server said last. `at` is when it was asked, in seconds, 0 for never; `mailboxes` is how many it named.

    `trouble` is why it could not be asked for them, in words, and `code` the kind of that trouble.
    """

    at: float = 0.0
    mailboxes: int = 0
    categories: tuple[str, ...] = ()
    trouble: str = ""
    code: str = ""


class MailboxDiscovery:
    """Asks each account's server what it offers. `changed` carries an account whose server answered, or did not."""

    def __init__(
        self,
        settings: Settings,
        mailbox: Mailbox,
        accounts: Accounts,
        identities: Identities,
        categories: UsedCategories,
        clock: Clock,
    ) -> None:
        """Know nothing; `load` reads the last answers."""
        self.changed: Event[AccountId] = Event()
        self._settings, self._mailbox, self._accounts, self._clock = settings, mailbox, accounts, clock
        self._identities, self._categories = identities, categories
        self._told: dict[str, LastDiscovery] = {}

    async def load(self) -> None:
        """Read the last answers. Raises StorageError."""
        text = await self._settings.read_setting(_NAME)
        try:
            self._told = msgspec.json.decode(text or "{}", type=dict[str, LastDiscovery])
        except msgspec.DecodeError:
            self._told = {}
        self._offer()

    def told(self, account_id: AccountId) -> LastDiscovery:
        """Return what an account's server said last."""
        return self._told.get(account_id, LastDiscovery())

    def now(self) -> float:
        """Return the time, to say how long ago a server answered."""
        return self._clock.now()

    async def keep_looking(self) -> None:
        """Ask for each account once a day, without end. The last answers are read first."""
        with suppress(StorageError):
            await self.load()
        wait = FIRST_LOOK
        while True:
            await self._clock.sleep(wait)
            wait = _EVERY
            for account in self._accounts.all():
                if self._is_due(account.account_id) and not self._accounts.is_paused(account.account_id):
                    try:
                        await self.look(account.account_id)
                    except StorageError:
                        continue  # the journal, which is on the same disk, shows the trouble

    async def look(self, account_id: AccountId) -> LastDiscovery:
        """Ask now. Trouble with the server is in what is returned. Raises StorageError."""
        before = self.told(account_id)
        told = msgspec.structs.replace(before, at=self._clock.now(), trouble="", code="")
        with suppress(AccountError, ItemRefused):  # the last answer is as good
            told = msgspec.structs.replace(told, categories=await self._mailbox.category_list(account_id))
        try:
            named = await self._mailbox.named_mailboxes(account_id)
        except AccountError as error:
            trouble = error.trouble
            told = msgspec.structs.replace(told, trouble=trouble.detail or trouble.kind.value, code=trouble.kind.value)
        else:
            await self._identities.take_named(account_id, named)
            told = msgspec.structs.replace(told, mailboxes=len(named))
        kept = {**self._told, account_id: told}
        await self._settings.keep_setting(_NAME, msgspec.json.encode(kept).decode())
        self._told = kept
        self._offer()
        self.changed.emit(account_id)
        return told

    def _is_due(self, account_id: AccountId) -> bool:
        told = self.told(account_id)
        since = self._clock.now() - told.at
        return not 0 <= since < (AFTER_TROUBLE if told.trouble else DAY)

    def _offer(self) -> None:
        self._categories.offer(name for told in self._told.values() for name in told.categories)


_CATEGORY: Final = "categories"
_MOST: Final = 100
_MOST_OFFERED: Final = 500
_LONGEST: Final = 255
"""Characters of a category that Exchange keeps."""


class UsedCategories:
    """Names of categories, the last used first. Those that were used are stored in the settings."""

    def __init__(self, settings: Settings) -> None:
        """Begin with none; `load` reads those of the disk."""
        self._settings = settings
        self._used: tuple[str, ...] = ()
        self._offered: tuple[str, ...] = ()

    @property
    def known(self) -> tuple[str, ...]:
        """Return them, and behind those that were used the ones that the server offers."""
        return _ordered((*self._used, *self._offered), _MOST_OFFERED)

    def offer(self, names: Iterable[str]) -> None:
        """Take these for what the server offers."""
        self._offered = _ordered(names, _MOST_OFFERED)

    async def load(self) -> None:
        """Read them. Raises StorageError."""
        text = await self._settings.read_setting(_CATEGORY)
        try:
            names = msgspec.json.decode(text or "[]", type=tuple[str, ...])
        except msgspec.DecodeError:
            names = ()
        self._used = _ordered((*self._used, *names))

    async def use(self, names: Iterable[str]) -> None:
        """Note that these were used. The journal reports a disk that cannot keep them; it matters little here."""
        used = _ordered((*names, *self._used))
        if used == self._used:
            return
        self._used = used
        try:
            await self._settings.keep_setting(_CATEGORY, msgspec.json.encode(used).decode())
        except StorageError:
            return

    def spelt(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return names as they are known where only their case differs: to a server they are the same category."""
        known = {name.casefold(): name for name in reversed(self.known)}
        return tuple(known.get(name.casefold(), name) for name in names)

    def completion(self, begun: str) -> str:
        """Return how the name that begins with `begun` goes on, "" where none does or nothing was typed."""
        begun = begun.lstrip()
        wanted = begun.casefold()
        if not wanted.strip():
            return ""
        found = (name for name in self.known if name.casefold().startswith(wanted) and len(name) > len(begun))
        return next(found, begun)[len(begun) :]


def read_categories(text: str) -> tuple[str, ...]:
    """Return the names in a list with commas or semicolons, each once, as they were typed."""
    return _ordered(text.replace(";", ",").split(","))


def _ordered(names: Iterable[str], most: int = _MOST) -> tuple[str, ...]:
    """Return each name once, whatever its case, in the order they first came; at most so many."""
    seen: dict[str, str] = {}
    for name in names:
        tidy = " ".join(name.split())[:_LONGEST]
        if tidy:
            seen.setdefault(tidy.casefold(), tidy)
    return tuple(seen.values())[:most]


class Aids:
    """Held together so that a message gets them as one."""

    def __init__(self, settings: Settings, mailbox: Mailbox, accounts: Accounts, clock: Clock) -> None:
        """Nothing is read before `load`."""
        self.categories = UsedCategories(settings)
        self.identities = Identities(settings, accounts, mailbox)
        self.signatures = Signatures(settings, accounts, clock)
        self.styles = HouseStyles(settings)
        self.signatures.base_for = self.styles.base
        self.discovery = MailboxDiscovery(settings, mailbox, accounts, self.identities, self.categories, clock)
        self._mailbox = mailbox
        self._folders: dict[tuple[AccountId, str], tuple[MailFolder, ...]] = {}

    async def load(self) -> None:
        """Read what the settings store. Raises StorageError."""
        await self.categories.load()
        await self.identities.load()
        await self.signatures.load()
        await self.styles.load()

    def known_folders(self, account_id: AccountId, mailbox: str = "") -> tuple[MailFolder, ...]:
        """Return the folders of the last answer, without asking."""
        return self._folders.get((account_id, mailbox), ())

    async def folders(self, account_id: AccountId, mailbox: str = "") -> tuple[MailFolder, ...]:
        """Ask the server for the folders of a mailbox. Raises AccountError, ItemRefused."""
        found = await self._mailbox.find_folders(account_id, mailbox)
        self._folders[account_id, mailbox] = found
        return found
