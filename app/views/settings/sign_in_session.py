"""Asks for missing passwords and runs sign-ins, without Qt."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from app.core.events import Event
from app.core.i18n import tr
from app.domain.account import Account, AuthKind, ProbeStep
from app.domain.errors import AccountError, Trouble, TroubleKind
from app.domain.message import AccountId
from app.domain.sign_in import SignedIn, SignInPage, SignInWay
from app.services.accounts.accounts import Accounts, SigningIn
from app.services.text.error_text import explain_trouble
from app.services.text.sign_in_text import words_of
from app.ui.tasks import Tasks

if TYPE_CHECKING:
    import asyncio

Done = Callable[[SignedIn], Awaitable[None]]


class BrowserSignIn:
    """One at a time. `changed` tells after every change that is to be drawn."""

    def __init__(self, signing: SigningIn, tasks: Tasks) -> None:
        """Nothing is under way."""
        self.signing = signing
        self._tasks = tasks
        self._task: asyncio.Task[None] | None = None
        self.changed: Event[None] = Event()
        self.account: Account | None = None
        self.way = SignInWay.BROWSER
        self.page: SignInPage | None = None
        self.opened = False
        self.error = ""
        self.trouble: Trouble | None = None

    @property
    def running(self) -> bool:
        """Tell whether one is under way."""
        return self._task is not None

    def begin(self, account: Account, way: SignInWay, done: Done, proxy_secret: str = "") -> None:
        """Begin anew; `done` is awaited with what a sign-in has brought, and what it raises is told here."""
        self.stop()
        self.account, self.way = account, way
        self.error, self.trouble = "", None
        self._task = self._tasks.spawn(self._run(account, way, done, proxy_secret), "sign in")
        self.changed.emit(None)

    def stop(self) -> None:
        """Give up what is under way; the page in the browser leads nowhere from then on."""
        import asyncio

        task, self._task = self._task, None
        self.page, self.opened = None, False
        if task is not None:
            if task is not asyncio.current_task():
                task.cancel()
            self.changed.emit(None)

    def open_page(self) -> None:
        """Open the page, once more perhaps."""
        if self.page is not None:
            self.opened = self.signing.open_page(self.page.url)
            self.changed.emit(None)

    async def _run(self, account: Account, way: SignInWay, done: Done, proxy_secret: str) -> None:
        import asyncio

        try:
            await done(await self.signing.sign_in(account, way, self._asked, proxy_secret))
        except AccountError as error:
            self.trouble = error.trouble
            self.error = sentence_of(error.trouble)
        finally:
            if self._task is asyncio.current_task():
                self._task = None
                self.page, self.opened = None, False
                self.changed.emit(None)

    def _asked(self, page: SignInPage) -> None:
        self.page = page
        if self.way is SignInWay.BROWSER:
            self.open_page()
        self.changed.emit(None)

    @property
    def words(self) -> str:
        """Return in a sentence what the person is to do now; empty where nothing is under way."""
        if not self.running:
            return ""
        if self.page is None:
            return tr("Asking the sign-in service…")
        if self.way is SignInWay.CODE:
            return tr("Open {url} in any browser, on any device, and type this code:", url=self.page.url)
        if self.opened:
            return tr("Your browser is open: sign in there, then come back. If it shows an error, stop here.")
        return tr("No browser could be opened. Copy the link into one, or use a code.")


def sentence_of(trouble: Trouble) -> str:
    """Return what is said of a sign-in that failed: what happened, and what to do."""
    words = words_of(trouble.detail)
    if words is not None:
        return f"{words.sentence} {words.advice}"
    return explain_trouble(trouble, 0.0).sentence if trouble.kind is not TroubleKind.SIGN_IN else trouble.detail


_PASSWORD_AT_FAULT = "sign-in"  # noqa: S105 - the name of a step


class SignInSession:
    """Accounts that wait for a password, or to be signed in by a browser, one at a time, in the way of nothing else.

    `changed` tells after every change that is to be drawn.
    """

    def __init__(self, accounts: Accounts, tasks: Tasks, browser: BrowserSignIn) -> None:
        """Listen to what `accounts` wants, and withdraw what is settled elsewhere."""
        self._service = accounts
        self._tasks = tasks
        self.browser = browser
        accounts.secret_wanted.subscribe(self.ask)
        accounts.well.subscribe(self.withdraw)
        accounts.changed.subscribe(lambda _: self._withdraw_removed())
        self._waiting: list[Account] = []
        self._trying: asyncio.Task[None] | None = None
        self.changed: Event[None] = Event()
        browser.changed.subscribe(self.changed.emit)
        self.error = ""
        self.notice = ""

    @property
    def account(self) -> Account | None:
        """Return the account whose password is asked for now."""
        return self._waiting[0] if self._waiting else None

    @property
    def trying(self) -> bool:
        """Tell whether a password is being tried, or a sign-in by the browser under way."""
        return self._trying is not None or self.browser.running

    @property
    def by_browser(self) -> bool:
        """Tell whether it is no password that is asked for now, but a sign-in by the browser."""
        return self.account is not None and self.account.auth is AuthKind.OAUTH

    def sign_in_by(self, way: SignInWay) -> None:
        """Begin to sign in by the browser, or begin anew in another way."""
        account = self.account
        if account is not None and self.by_browser:
            self.browser.begin(account, way, lambda done: self._take(account, done))

    def stop(self) -> None:
        """Give up what is under way, and go on asking."""
        self._stop()
        self.changed.emit(None)

    async def _take(self, account: Account, done: SignedIn) -> None:
        kept = await self._service.give_secret(account.account_id, done.secret)
        self.notice = "" if kept else tr("You will be asked to sign in at each start.")
        self.withdraw(account.account_id)

    def ask(self, account: Account) -> None:
        """Ask for the password of `account`, at start or because the server did not accept the one there is."""
        if all(waiting.account_id != account.account_id for waiting in self._waiting):
            self._waiting.append(account)
            self.changed.emit(None)

    def withdraw(self, account_id: AccountId) -> None:
        """Ask no more for an account that was opened or removed."""
        if all(account.account_id != account_id for account in self._waiting):
            return
        if self.account is not None and self.account.account_id == account_id:
            self._stop()
        self._waiting = [account for account in self._waiting if account.account_id != account_id]
        self.changed.emit(None)

    def _withdraw_removed(self) -> None:
        for account in list(self._waiting):
            if self._service.get(account.account_id) is None:
                self.withdraw(account.account_id)

    def postpone(self) -> None:
        """Ask later: go on to the next account; this one stays closed until `ask` is called again."""
        if self.account is not None:
            self.withdraw(self.account.account_id)

    def sign_in(self, secret: str) -> bool:
        """Try `secret`; keep it unless the server refuses it. False where it is empty or one is being tried."""
        if self.account is None or self.trying:
            return False
        if not secret:
            self.error = tr("Type your password.")
            self.changed.emit(None)
            return False
        self.error = ""
        self._trying = self._tasks.spawn(self._sign_in(self.account, secret), "sign in")
        self.changed.emit(None)
        return True

    async def _sign_in(self, account: Account, secret: str) -> None:
        import asyncio

        try:
            if await self._is_refused(account, secret):
                self.error = tr("The server does not accept this password.")
                return
            kept = await self._service.give_secret(account.account_id, secret)
            self.notice = "" if kept else tr("You will be asked for the password at each start.")
            self.withdraw(account.account_id)
        finally:
            if self._trying is asyncio.current_task():
                self._trying = None
            self.changed.emit(None)

    async def _is_refused(self, account: Account, secret: str) -> bool:
        """Tell whether the server says that the password is wrong. Any other trouble is told at the account's bar."""
        last: ProbeStep | None = None
        try:
            async for step in self._service.probe(account, secret):
                last = step
        except AccountError:
            return False
        return last is not None and not last.passed and last.name == _PASSWORD_AT_FAULT

    def _stop(self) -> None:
        import asyncio

        self.error = ""
        self.browser.stop()
        if self._trying is not None and self._trying is not asyncio.current_task():
            self._trying.cancel()
            self._trying = None
