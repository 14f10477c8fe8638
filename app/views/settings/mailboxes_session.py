"""The page of the mailboxes of others that one sends as: added, looked at anew, taken away."""

from __future__ import annotations

from collections.abc import Callable

from app.domain.errors import BadInput, StorageError
from app.domain.i18n import tr
from app.domain.message import AccountId
from app.services.identities import Identities, Identity
from app.ui.tasks import Tasks


class MailboxesSession:
    """The mailboxes of one account. `on_change` is called after every change that is to be drawn."""

    def __init__(self, identities: Identities, account_id: AccountId, tasks: Tasks) -> None:
        """Work on `identities`."""
        self.on_change: Callable[[], None] = lambda: None
        self.error = ""
        self.notice = ""
        self.busy = False
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
            return tr("Not looked at yet: the server could not be asked")
        if identity.files:
            return tr("Drafts and copies are kept there")
        return tr("Its folders are closed to you: copies go to your own Sent Items")

    def add(self, address: str) -> None:
        """Add a mailbox, or look at it anew."""
        if not self.busy:
            self.busy, self.error, self.notice = True, "", ""
            self.on_change()
            self._tasks.spawn(self._add(address), "add a mailbox")

    async def _add(self, address: str) -> None:
        try:
            found = await self._identities.add(self._account_id, address)
            self.notice = tr("{mailbox} is there to be sent from.", mailbox=found.name or found.address)
        except (BadInput, StorageError) as error:
            self.error = str(error)
        finally:
            self.busy = False
            self.on_change()

    def remove(self, address: str) -> None:
        """Take a mailbox away; letters that are from it stay as they are."""
        self._tasks.spawn(self._remove(address), "remove a mailbox")

    async def _remove(self, address: str) -> None:
        self.error = ""
        try:
            await self._identities.remove(self._account_id, address)
        except StorageError as error:
            self.error = str(error)
        self.on_change()
