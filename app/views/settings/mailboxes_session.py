"""The page of the mailboxes of others that one sends as: added, named by the server, looked at anew, taken away."""

from __future__ import annotations

from app.core.events import Event
from app.core.formatting import clock_time
from app.core.i18n import ntr, tr
from app.domain.errors import BadInput, StorageError
from app.domain.message import AccountId
from app.services.accounts.identities import Identities, Identity
from app.services.accounts.mailbox_discovery import MailboxDiscovery
from app.ui.tasks import Tasks


class MailboxesSession:
    """The mailboxes of one account. `changed` comes after every change that is to be drawn."""

    def __init__(
        self, identities: Identities, discovery: MailboxDiscovery, account_id: AccountId, tasks: Tasks
    ) -> None:
        """Work on `identities`, and ask by way of `discovery`."""
        self.changed: Event[None] = Event()
        self.error = ""
        self.notice = ""
        self.busy = False
        self.asking = False
        self._discovery = discovery
        self._identities = identities
        self._account_id = account_id
        self._tasks = tasks

    @property
    def mailboxes(self) -> tuple[Identity, ...]:
        """Return them in the order they were added."""
        return self._identities.others(self._account_id)

    def words(self, identity: Identity) -> str:
        """Return what is known of a mailbox."""
        if not identity.checked:
            words = tr("Not looked at yet: the server could not be asked")
        elif identity.files:
            words = tr("Drafts and copies are kept there")
        else:
            words = tr("Its folders are closed to you: copies go to your own Sent Items")
        return tr("Named by your server · {words}", words=words) if identity.by_server else words

    def told_words(self) -> str:
        """Return what the server said when it was asked which mailboxes one may use."""
        told = self._discovery.told(self._account_id)
        if self.asking:
            return tr("Your server is being asked…")
        if not told.at:
            return tr("Your server was not asked yet which mailboxes you may use.")
        when = clock_time(told.at, self._discovery.now())
        if told.trouble:
            return tr("Your server could not be asked which mailboxes you may use.")
        if not told.mailboxes:
            return tr("Your server names no mailbox that you may use (asked {time}).", time=when)
        named = ntr("Your server names {n} mailbox", "Your server names {n} mailboxes", told.mailboxes)
        return tr("{named} that you may use (asked {time}).", named=named, time=when)

    def trouble_details(self) -> list[tuple[str, str]]:
        """Return why it could not be asked, nothing where it could."""
        told = self._discovery.told(self._account_id)
        if not told.trouble or self.asking:
            return []
        when = clock_time(told.at, self._discovery.now())
        return [(tr("Why"), told.trouble), (tr("When"), when), (tr("Code"), told.code)]

    def ask(self) -> None:
        """Ask the server now."""
        if not self.asking:
            self.asking, self.error, self.notice = True, "", ""
            self.changed.emit(None)
            self._tasks.spawn(self._ask(), "ask which mailboxes there are")

    async def _ask(self) -> None:
        try:
            await self._discovery.look(self._account_id)
        except StorageError as error:
            self.error = str(error)
        finally:
            self.asking = False
            self.changed.emit(None)

    def add(self, address: str, *, by_server: bool = False) -> None:
        """Add a mailbox, or look at it anew; `by_server` is how it came to be there."""
        if not self.busy:
            self.busy, self.error, self.notice = True, "", ""
            self.changed.emit(None)
            self._tasks.spawn(self._add(address, by_server), "add a mailbox")

    async def _add(self, address: str, by_server: bool) -> None:
        try:
            found = await self._identities.add(self._account_id, address, by_server=by_server)
            self.notice = tr("{mailbox} is there to be sent from.", mailbox=found.name or found.address)
        except (BadInput, StorageError) as error:
            self.error = str(error)
        finally:
            self.busy = False
            self.changed.emit(None)

    def remove(self, address: str) -> None:
        """Take a mailbox away; messages that are from it stay as they are."""
        self._tasks.spawn(self._remove(address), "remove a mailbox")

    async def _remove(self, address: str) -> None:
        self.error = ""
        try:
            await self._identities.remove(self._account_id, address)
        except StorageError as error:
            self.error = str(error)
        self.changed.emit(None)
