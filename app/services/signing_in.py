"""Signs accounts in with OAuth, and keeps the secret that an authority gives next in the place of the one before."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from app.core.i18n import tr
from app.domain.account import Account, AuthKind, Discovery, ProbeStep
from app.domain.errors import Trouble, TroubleKind, error_for
from app.domain.message import AccountId
from app.domain.sign_in import ANOTHER_PERSON, SignedIn, SignInPage, SignInWay
from app.services.accounts import Accounts
from app.services.ports import Secrets, SignIns

Spawn = Callable[[Coroutine[Any, Any, None], str], object]


class SigningIn:
    """The sign-ins. `open_page` shows an address in the system's browser, and tells whether there is one."""

    def __init__(
        self, server: SignIns, accounts: Accounts, secrets: Secrets, spawn: Spawn, open_page: Callable[[str], bool]
    ) -> None:
        """Listen for what is to be kept."""
        self._server = server
        self._accounts = accounts
        self._secrets = secrets
        self._spawn = spawn
        self.open_page = open_page
        server.on_secret_changed(self._changed)

    async def sign_in(
        self, account: Account, way: SignInWay, on_page: Callable[[SignInPage], None], proxy_secret: str = ""
    ) -> SignedIn:
        """Sign `account` in. Raises AccountError, also where it was somebody else who did."""
        done = await self._server.sign_in(account, way, on_page, proxy_secret)
        known = self._accounts.get(account.account_id)
        if known is not None and _is_another(known, done.user):
            words = tr("{other} signed in, and this is the mailbox of {user}.", other=done.user, user=known.user)
            detail = f"{ANOTHER_PERSON}: {words}"
            raise error_for(Trouble(TroubleKind.SIGN_IN, detail, may_have_been_processed=False))
        return done

    async def discover(
        self, account: Account, secret: str, on_step: Callable[[ProbeStep], None], proxy_secret: str = ""
    ) -> Discovery:
        """Find the server of an account's address. Raises AccountError."""
        return await self._server.discover(account, secret, on_step, proxy_secret)

    def _changed(self, account_id: AccountId, secret: str) -> None:
        self._spawn(self._keep(account_id, secret), "keep a sign-in")

    async def _keep(self, account_id: AccountId, secret: str) -> None:
        account = self._accounts.get(account_id)
        if account is not None and account.auth is AuthKind.OAUTH:
            await self._secrets.keep(account_id, secret)


def _is_another(account: Account, user: str) -> bool:
    """Tell whether `user` is not who signed in to this account so far; where nobody is named, nobody is another."""
    same = {account.user.casefold(), account.address.casefold()}
    return account.auth is AuthKind.OAUTH and bool(user) and user.casefold() not in same
