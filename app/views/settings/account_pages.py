"""The further pages of an account in the settings, made when they are opened: its signatures, its mailboxes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from app.commands.command import Registry
from app.domain.message import AccountId
from app.services.accounts.accounts import Accounts
from app.services.accounts.mailbox_discovery import Aids
from app.ui.tasks import Tasks

if TYPE_CHECKING:
    from app.views.settings.mailboxes_page import MailboxesPage
    from app.views.settings.snippets_page import SnippetsPage


class AccountPages:
    """Makes them on the services they work on."""

    def __init__(self, accounts: Accounts, aids: Aids, tasks: Tasks, registry: Registry) -> None:
        """Nothing is made yet. Text is formatted by the keys that `registry` has for it."""
        self._registry = registry
        self._accounts = accounts
        self._aids = aids
        self._tasks = tasks

    def make(self, name: str, account_id: AccountId, parent: QWidget) -> MailboxesPage | SnippetsPage | None:
        """Return the page `name` of an account, None for an account that is no more."""
        account = self._accounts.get(account_id)
        if account is None:
            return None
        if name == "mailboxes":
            from app.views.settings.mailboxes_page import MailboxesPage
            from app.views.settings.mailboxes_session import MailboxesSession

            mailboxes = MailboxesSession(self._aids.identities, self._aids.surroundings, account_id, self._tasks)
            return MailboxesPage(mailboxes, account.address, parent)
        from app.views.settings.snippets_page import SnippetsPage
        from app.views.settings.snippets_session import SnippetsSession

        session = SnippetsSession(self._aids, account_id, self._tasks)
        return SnippetsPage(session, account.address, self._registry, parent)
