"""The accounts: whether they are connected, what troubles them, signing in, and the settings."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QTimer

from app.commands.command import Command, does
from app.controllers.shell import Shell
from app.core.i18n import mark, ntr, tr
from app.domain.account import Account, AuthKind, can_move_to_graph
from app.domain.errors import TroubleKind
from app.domain.message import AccountId
from app.services.accounts.accounts import Accounts, AccountTrouble
from app.services.outbox.remedies import Remedies, Wish
from app.services.records.records import Records
from app.services.text.sign_in_text import admin_request, needs_admin
from app.services.text.status_text import explain_trouble
from app.ui.bars import MessageBar
from app.views.settings.sign_in_bar import SignInBar
from app.views.settings.sign_in_session import SignInSession

if TYPE_CHECKING:
    from app.controllers.compose.compose import ComposeController
    from app.services.accounts.signatures import Snippet
    from app.views.settings.view import SettingsView


class StartAgain(Protocol):
    """Starts the program again: on the Exchange of its own, or on the person's own messages."""

    def __call__(self, *, try_out: bool) -> None:
        """Do so."""
        ...


_GATHERED = 16
"""Milliseconds for which changes are gathered: one frame."""


class AccountController:
    """Shows the account and its troubles, and does what helps."""

    def __init__(
        self,
        shell: Shell,
        accounts: Accounts,
        records: Records,
        remedies: Remedies,
        sign_in: SignInSession,
        show_accounts: Callable[[], None],
        make_settings: Callable[[], SettingsView],
    ) -> None:
        """Listen; `show_accounts` lets the lists show them, `make_settings` makes the page of settings, late."""
        self._shell, self._accounts, self._records = shell, accounts, records
        self._sign_in_session, self._show_lists, self._make_settings = sign_in, show_accounts, make_settings
        self._in_trouble: AccountId | None = None
        self._on_try_out: Callable[[], None] | None = None
        self._on_own_mailbox: Callable[[], None] | None = None
        self._writes_next = False
        self.account_here: Callable[[], Account | None] = lambda: accounts.default
        """The account of the mailbox on screen."""
        self.sign_in_bar = SignInBar(sign_in, shell.window, shell.window.rest_focus)
        shell.window.add_bar(self.sign_in_bar)
        shell.window.account_bar.action_wanted.connect(self._mend)
        accounts.changed.subscribe(lambda _: self._show_account())
        accounts.trouble_changed.subscribe(self._trouble_changed)
        accounts.well.subscribe(self._account_well)
        accounts.secret_wanted.subscribe(lambda _: self._show_state())
        remedies.wished.subscribe(self._wished)
        self._soon = QTimer(shell.window, interval=_GATHERED, singleShot=True)
        self._soon.timeout.connect(self._show_state)
        for session in shell.lists:
            session.changed.subscribe(lambda _: self._show_state_soon())
            session.told.subscribe(lambda _: self._show_state_soon())
        self._show_state()

    # --- the settings -------------------------------------------------------------------------------------------------

    @cached_property
    def _settings_page(self) -> SettingsView:
        page = self._make_settings()
        page.closed.connect(self._leave_settings)
        page.session.saved.subscribe(self._begin_with)
        page.session.on_try_out = self._on_try_out
        page.session.on_own_mailbox = self._on_own_mailbox
        return page

    def serve(self, turn: StartAgain, is_sandbox: bool) -> None:
        """Offer to try the program, or the way back from there: `turn` starts it again, on the sandbox or not."""
        if not is_sandbox:
            self._on_try_out = lambda: turn(try_out=True)
        else:
            self._on_own_mailbox = lambda: turn(try_out=False)

    def offer_own_mailbox(self) -> None:
        """Say in a bar that the program is being tried, and offer the way back."""
        bar = MessageBar(self._shell.window, closable=True)
        bar.action_wanted.connect(lambda _: self.add_account())
        self._shell.window.add_bar(bar)
        words = tr("You’re trying Mailwright with sample messages. Nothing leaves this computer.")
        bar.show_sentence(words, action=("account.add", tr("Set up your mailbox")))

    def offer_first_account(self, compose: ComposeController) -> None:
        """Show the form where a message is asked for and there is no account."""
        compose.on_no_account = self.add_account
        compose.on_no_account_to_write = self.add_account_to_write

    def add_account_to_write(self) -> None:
        """Show the form of the first account, since there is none to write from; the message follows once there is."""
        self._writes_next = True
        self.show_settings()
        self._settings_page.session.start_new(
            tr("To write a message, set up your mailbox first. Your e-mail address is enough to begin.")
        )

    def _begin_with(self, account: Account) -> None:
        """Bring the person where they write, with an account that they have just set up."""
        self._leave_settings()
        self._shell.status_bar.show_words(tr("{address} is set up.", address=account.address))
        writes, self._writes_next = self._writes_next, False
        if writes:
            self._shell.registry.run("message.new")

    @does(Command("window.settings", mark("Settings"), ("Ctrl+,",)))
    def show_settings(self) -> None:
        """Show the settings page."""
        self._settings_page.session.load()
        self._shell.window.show_page(self._settings_page)

    def _leave_settings(self) -> None:
        self._shell.window.leave_page()
        self._shell.workspace.panel.take_focus()

    @does(Command("account.add", mark("Add an account")))
    def add_account(self) -> None:
        """Show the form of a new account."""
        self.show_settings()
        self._settings_page.session.start_new()

    @does(Command("account.signatures", mark("Signatures and templates: make and change")))
    def show_signatures(self) -> None:
        """Show the account's signatures and templates."""
        self._show_account_page("signatures")

    def show_new_signature(self, account_id: AccountId, snippet: Snippet) -> None:
        """Show the form of a signature that is not kept yet, filled in."""
        self.show_settings()
        self._settings_page.open_page("signatures", account_id)
        self._settings_page.edit_snippet(snippet)

    @does(Command("account.style", mark("Font, colour and reply header: choose")))
    def show_style(self) -> None:
        """Show how the messages of the account look."""
        self._show_account_page("style")

    @does(Command("account.mailboxes", mark("Mailboxes to send as: add and remove")))
    def show_mailboxes(self) -> None:
        """Show the mailboxes that the account may send as."""
        self._show_account_page("mailboxes")

    def _show_account_page(self, name: str) -> None:
        self.show_settings()
        account = self.account_here()
        if account is not None:
            self._settings_page.open_page(name, account.account_id)

    def _show_settings_of(self, account_id: AccountId | None) -> None:
        """Show the form of an account; the list of accounts where it is no more."""
        self.show_settings()
        session = self._settings_page.session
        if account_id is not None and any(one.account_id == account_id for one in session.accounts):
            session.edit(account_id)

    def can_sign_in(self) -> bool:
        """Return whether an account waits for its password."""
        return self._sign_in_session.account is not None

    def _no_sign_in(self) -> str:
        """Return why there is nothing to sign in to, in words."""
        return "" if self.can_sign_in() else tr("No account is waiting for a sign-in.")

    @does(
        Command(
            "account.sign_in",
            mark("Sign in"),
            help=mark("Type the password of an account that waits for it, or sign it in by the browser."),
        ),
        enabled=can_sign_in,
        why_not=_no_sign_in,
    )
    def sign_in(self) -> None:
        """Put the focus where the password is asked for."""
        self._shell.window.come_forward()
        self.sign_in_bar.ask_now()

    def _show_account(self) -> None:
        self._show_lists()
        self._show_trouble(self._in_trouble)
        self._show_state()
        self._show_state_soon()  # once the sections of the rail are there

    def _account_well(self, account_id: AccountId) -> None:
        """Read anew what could not be read while the account was closed or unwell."""
        for session in self._shell.lists:
            session.reload_of(account_id)
        self._show_state()

    def _show_state_soon(self) -> None:
        """Show a batch of changes once, not a hundred times."""
        if not self._soon.isActive():
            self._soon.start()

    def _show_state(self) -> None:
        sidebar, known = self._shell.window.sidebar, self._accounts.all()
        if not known:
            sidebar.show_account("", tr("No account"), tr("Ctrl+, adds one"), "faint")
            return
        states = [(account, *self._state_of(account)) for account in known]
        for account, words, tone in states:
            called = account.called if self._accounts.several else ""
            state = words if tone == "warn" else ""
            sidebar.head_section(account.account_id, called, self._accounts.color(account.account_id), state, tone)
        account, words, tone = next((one for one in states if one[2] == "warn"), states[0])
        if not self._accounts.several:
            sidebar.show_account(account.display_name or account.address, account.address, words, tone)
            return
        addresses = "\n".join(one.address for one in known)
        words = f"{account.called}: {words}" if tone == "warn" else words
        sidebar.show_account(ntr("{n} account", "{n} accounts", len(known)), addresses, words, tone)

    def _state_of(self, account: Account) -> tuple[str, str]:
        """Return how an account stands, in words, and their tone: "warn" where it needs the person or its server."""
        trouble, is_open = self._accounts.trouble(account.account_id), self._accounts.is_open(account.account_id)
        signed_out = trouble is not None and trouble.kind is TroubleKind.SIGN_IN
        if signed_out or (not is_open and self._waits_for_sign_in(account)):
            by_browser = account.auth is AuthKind.OAUTH
            return (tr("Waiting for your sign-in") if by_browser else tr("Waiting for your password")), "warn"
        if trouble is not None or not is_open:
            return tr("Not connected"), "warn"
        return (tr("Looking…") if self._is_looking(account.account_id) else tr("Connected")), "faint"

    def _waits_for_sign_in(self, account: Account) -> bool:
        if not self._accounts.several:
            return self.can_sign_in()
        return self._accounts.was_tried(account.account_id) and self._accounts.trouble(account.account_id) is None

    def _is_looking(self, account_id: AccountId) -> bool:
        return any(session.loading and account_id in session.accounts for session in self._shell.lists)

    def _trouble_changed(self, change: AccountTrouble) -> None:
        self._show_trouble(change.account_id)
        self._show_state()

    def _show_trouble(self, account_id: AccountId | None) -> None:
        """Say what is the matter with this account; with another where nothing is."""
        known = [one.account_id for one in self._accounts.all()]
        in_trouble = [one for one in known if self._accounts.trouble(one) is not None]
        bar, before = self._shell.window.account_bar, self._in_trouble
        self._in_trouble = account_id if account_id in in_trouble else next(iter(in_trouble), account_id)
        account = None if self._in_trouble is None else self._accounts.get(self._in_trouble)
        trouble = None if account is None else self._accounts.trouble(account.account_id)
        if account is None or trouble is None:
            if before is not None:
                bar.clear()
            return
        said = explain_trouble(trouble, self._shell.clock.now())
        action = (said.action, said.action_words) if said.action else None
        sentence = said.sentence
        if trouble.kind is TroubleKind.SERVICE_OFF and can_move_to_graph(account):
            sentence = tr("Your organisation has turned off EWS. Your mailbox goes on by Microsoft Graph.")
            action = ("move-to-graph", tr("Use Microsoft Graph"))
        if self._accounts.several:
            sentence = tr("{account}: {sentence}", account=account.called, sentence=sentence)
        bar.show_sentence(sentence, tone=said.tone, action=action, details=said.details)

    def _mend(self, action: str) -> None:
        account_id = self._in_trouble
        if action == "sign-in":
            self.sign_in()
        elif action == "copy-details":
            self._copy_details()
        elif action == "settings":
            self._show_settings_of(account_id)
        elif action == "move-to-graph" and account_id is not None:
            self.show_settings()
            self._settings_page.session.move_to_graph(account_id)
        elif account_id is not None and self._accounts.get(account_id) is not None:
            self._shell.tasks.spawn(self._accounts.try_again(account_id), "try the account again")

    def _copy_details(self) -> None:
        """Copy what an administrator wants to know: where their consent is needed, a text with the link for it."""
        account = None if self._in_trouble is None else self._accounts.get(self._in_trouble)
        trouble = None if account is None else self._accounts.trouble(account.account_id)
        if account is not None and trouble is not None and needs_admin(trouble.detail):
            self._shell.qt.clipboard().setText(admin_request(account, trouble.detail))
            self._shell.status_bar.show_words(tr("Request copied: send it to your administrator"))
        else:
            self._shell.window.account_bar.copy_details()
            self._shell.status_bar.show_words(tr("Details copied"))

    def _wished(self, wish: Wish) -> None:
        """Do what a row's offer leaves to the account."""
        if wish.action == "sign-in":
            self.sign_in()
        elif wish.action == "settings":
            record = self._records.get(wish.local_id)
            self._show_settings_of(None if record is None else record.account_id)
