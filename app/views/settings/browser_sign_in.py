"""A sign-in with OAuth that is under way: what the person is to open, and what became of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from app.core.i18n import tr
from app.domain.account import Account
from app.domain.errors import AccountError, Trouble, TroubleKind
from app.domain.sign_in import SignedIn, SignInPage, SignInWay
from app.services.accounts.accounts import SigningIn
from app.services.text.error_text import explain_trouble
from app.services.text.sign_in_text import words_of
from app.ui.tasks import Tasks

if TYPE_CHECKING:
    import asyncio

Done = Callable[[SignedIn], Awaitable[None]]


def _nothing(*_: object) -> None:
    return


class BrowserSignIn:
    """One at a time. `on_change` is called after every change that is to be drawn."""

    def __init__(self, signing: SigningIn, tasks: Tasks) -> None:
        """Nothing is under way."""
        self.signing = signing
        self._tasks = tasks
        self._task: asyncio.Task[None] | None = None
        self.on_change: Callable[[], None] = _nothing
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
        self.on_change()

    def stop(self) -> None:
        """Give up what is under way; the page in the browser leads nowhere from then on."""
        import asyncio

        task, self._task = self._task, None
        self.page, self.opened = None, False
        if task is not None:
            if task is not asyncio.current_task():
                task.cancel()
            self.on_change()

    def open_page(self) -> None:
        """Open the page, once more perhaps."""
        if self.page is not None:
            self.opened = self.signing.open_page(self.page.url)
            self.on_change()

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
                self.on_change()

    def _asked(self, page: SignInPage) -> None:
        self.page = page
        if self.way is SignInWay.BROWSER:
            self.open_page()
        self.on_change()

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
