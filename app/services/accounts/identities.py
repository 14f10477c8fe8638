"""The mailboxes that one may send as: one's own, and those of others that the person added or the server named.

Whether a message may be sent from one of them only the server can say, and it says it when a message is sent. What can
be asked before is whether its Drafts may be used: then the draft is kept there, and the copy in its Sent Items.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Final

import msgspec

from app.core.events import Event
from app.core.i18n import tr
from app.domain.address_parser import address_problem
from app.domain.errors import AccountError, BadInput, ItemRefused
from app.domain.listing import Folder, Place
from app.domain.message import AccountId, Fetched
from app.domain.recipient import Recipient
from app.domain.record import CopyKind, CopyTo
from app.domain.response_codes import NO_MAILBOX
from app.services.accounts.accounts import Accounts
from app.services.ports import Mailbox, Settings

SETTING: Final = "mailboxes"
"""The name under which the settings hold them, as JSON by account."""


class Identity(msgspec.Struct, frozen=True):
    """A mailbox to send from. `files` says that its Drafts may be used; `checked` that the server was asked for that.

    `by_server` says that the server named it, and the person did not type it. `unwanted` says that the person took such
    a one away: it is remembered, so that it does not come back by itself.
    """

    address: str
    name: str = ""
    files: bool = False
    checked: bool = False
    by_server: bool = False
    unwanted: bool = False

    @property
    def recipient(self) -> Recipient:
        """Return it as the element From."""
        return Recipient(self.address, self.name)


class Identities:
    """The mailboxes of each account. `changed` carries an account whose mailboxes are others now."""

    def __init__(self, settings: Settings, accounts: Accounts, mailbox: Mailbox) -> None:
        """Begin with one's own; `load` reads those of the disk."""
        self.changed: Event[AccountId] = Event()
        self._settings = settings
        self._accounts = accounts
        self._mailbox = mailbox
        self._others: dict[str, tuple[Identity, ...]] = {}

    async def load(self) -> None:
        """Read them. Raises StorageError."""
        text = await self._settings.read_setting(SETTING)
        try:
            self._others = msgspec.json.decode(text or "{}", type=dict[str, tuple[Identity, ...]])
        except msgspec.DecodeError:
            self._others = {}

    def others(self, account_id: AccountId) -> tuple[Identity, ...]:
        """Return the mailboxes of others, in the order they were added."""
        return tuple(one for one in self._others.get(account_id, ()) if not one.unwanted)

    def all(self, account_id: AccountId) -> tuple[Identity, ...]:
        """Return one's own mailbox, and those of others."""
        account = self._accounts.get(account_id)
        own = () if account is None else (Identity(account.address, account.display_name, files=True, checked=True),)
        return (*own, *self.others(account_id))

    def is_own(self, account_id: AccountId, address: str) -> bool:
        """Return whether an address is the account's own, so that no From needs to be written."""
        account = self._accounts.get(account_id)
        return account is not None and account.address.casefold() == address.casefold()

    def every(self) -> list[tuple[AccountId, Identity]]:
        """Return the mailboxes of every account, in the accounts' order."""
        known = [account.account_id for account in self._accounts.all()]
        return [(account_id, one) for account_id in known for one in self.all(account_id)]

    def called(self, account_id: AccountId) -> str:
        """Return what an account is called, "" where there is no other to tell it from."""
        account = self._accounts.get(account_id)
        return account.called if account is not None and self._accounts.several else ""

    def own_addresses(self) -> frozenset[str]:
        """Return the addresses of all mailboxes of all accounts, in lower case."""
        known = (one for account in self._accounts.all() for one in self.all(account.account_id))
        return frozenset(one.address.casefold() for one in known)

    def copy_for(self, account_id: AccountId, sender: Recipient | None) -> CopyTo:
        """Return where the copy of a message from `sender` belongs: with the principal where that may be used."""
        if sender is None:
            return CopyTo()
        known = {one.address.casefold(): one for one in self.others(account_id)}
        found = known.get(sender.address.casefold())
        if found is None or not found.files:
            return CopyTo()
        return CopyTo(CopyKind.PRINCIPAL_SENT, found.address)

    def sender_for(self, account_id: AccountId, address: str) -> Recipient | None:
        """Return the From of a message from the mailbox of that address; None for one's own, and for none of these."""
        found = (one for one in self.others(account_id) if one.address.casefold() == address.casefold())
        return next((one.recipient for one in found), None)

    def sender_of_answer(self, account_id: AccountId, item: Fetched) -> Recipient | None:
        """Return the From of what follows a message: the mailbox that it is from, or came to; None for one's own.

        What the server says of who received it goes before To and Cc, in which one's own address goes first.
        """
        account = self._accounts.get(account_id)
        own = "" if account is None else account.address.casefold()
        content = item.content
        named = [one for one in (item.received_representing, item.received_by) if one is not None]
        went_to = sorted((*content.to, *content.cc), key=lambda one: one.address.casefold() != own)
        if content.sender is None:
            return None
        for one in (content.sender, *named, *went_to):
            if one.address.casefold() == own:
                return None
            if (found := self.sender_for(account_id, one.address)) is not None:
                return found
        return None

    async def add(self, account_id: AccountId, address: str, *, by_server: bool = False) -> Identity:
        """Add a mailbox, or look at it anew. Raises BadInput where it cannot be one, and StorageError.

        Where the server cannot be asked now it is added unchecked.
        """
        address = address.strip()
        account = self._accounts.get(account_id)
        problem = tr("Type the address of the mailbox.") if not address else address_problem(address)
        if problem is None and account is not None and address.casefold() == account.address.casefold():
            problem = tr("This is your own address.")
        if problem is not None:
            raise BadInput(problem)
        found = await self._look_at(account_id, Identity(address, by_server=by_server))
        others = [one for one in self.others(account_id) if one.address.casefold() != address.casefold()]
        unwanted = [one for one in self._unwanted(account_id) if one.address.casefold() != address.casefold()]
        await self._keep(account_id, (*others, found), unwanted)
        return found

    async def remove(self, account_id: AccountId, address: str) -> None:
        """Take a mailbox away; one that the server named does not come back by itself. Raises StorageError."""
        found = [one for one in self.others(account_id) if one.address.casefold() == address.casefold()]
        left = tuple(one for one in self.others(account_id) if one not in found)
        gone = [msgspec.structs.replace(one, unwanted=True) for one in found if one.by_server]
        await self._keep(account_id, left, [*self._unwanted(account_id), *gone])

    async def take_named(self, account_id: AccountId, named: Sequence[Recipient]) -> None:
        """Add the mailboxes that the server names, save those that the person took away; let go of what it named once
        and names no more. What the person added is left alone. Raises StorageError.
        """
        account = self._accounts.get(account_id)
        own = "" if account is None else account.address.casefold()
        wanted = {one.address.casefold(): one for one in named if not address_problem(one.address)}
        for key in (own, *(one.address.casefold() for one in self._unwanted(account_id))):
            wanted.pop(key, None)
        known = {one.address.casefold(): one for one in self.others(account_id)}
        looked: dict[str, Identity] = {}
        for key, one in wanted.items():
            before = known.get(key)
            if before is None or (before.by_server and not before.checked):
                with suppress(BadInput):  # it is named, and is not there
                    looked[key] = await self._look_at(account_id, Identity(one.address, one.name, by_server=True))
        # The person may have added one, or taken one away, while the server was asked.
        now = {one.address.casefold(): one for one in self.others(account_id)}
        kept = [looked.pop(key, one) for key, one in now.items() if not one.by_server or key in wanted]
        unwanted = self._unwanted(account_id)
        refused = {one.address.casefold() for one in unwanted}
        others = (*kept, *(one for key, one in looked.items() if key not in refused))
        if others != self.others(account_id):
            await self._keep(account_id, others, unwanted)

    async def forget(self, account_id: AccountId) -> None:
        """Keep nothing of an account that was removed. Raises StorageError."""
        if account_id in self._others:
            await self._keep(account_id, (), ())

    def _unwanted(self, account_id: AccountId) -> tuple[Identity, ...]:
        return tuple(one for one in self._others.get(account_id, ()) if one.unwanted)

    async def _look_at(self, account_id: AccountId, identity: Identity) -> Identity:
        """Ask for its name, and whether its Drafts may be used. Raises BadInput where there is no such mailbox."""
        try:
            people = (await self._mailbox.resolve_names(account_id, identity.address)).people
        except (AccountError, ItemRefused):
            people = ()
        same = (one for one in people if one.address.casefold() == identity.address.casefold())
        person = next(same, None)
        name = identity.name if person is None or not person.name else person.name
        try:
            await self._mailbox.sync(account_id, Place(Folder.DRAFTS, identity.address), "", 1)
        except AccountError:
            return msgspec.structs.replace(identity, name=name)
        except ItemRefused as refused:
            if refused.words.response_code in NO_MAILBOX:
                raise BadInput(tr("The server has no mailbox {address}.", address=identity.address)) from refused
            return msgspec.structs.replace(identity, name=name, checked=True)
        return msgspec.structs.replace(identity, name=name, files=True, checked=True)

    async def _keep(self, account_id: AccountId, others: tuple[Identity, ...], unwanted: Sequence[Identity]) -> None:
        kept = {**self._others, account_id: (*others, *unwanted)}
        await self._settings.keep_setting(SETTING, msgspec.json.encode(kept).decode())
        self._others = kept
        self.changed.emit(account_id)
