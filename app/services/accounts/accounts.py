"""Accounts, their sign-in, and the trouble each is in."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any, Final

import msgspec

from app.core.events import Event
from app.core.i18n import tr
from app.domain.account import COLORS, Account, AuthKind, BackendKind, Discovery, ProbeStep, proxy_key
from app.domain.errors import MailError, StorageError, Trouble, TroubleKind, error_for
from app.domain.message import AccountId
from app.domain.protocols import PROTOCOLS
from app.domain.release import Release
from app.domain.server_traits import ServerTraits
from app.domain.sign_in import ANOTHER_PERSON, SignedIn, SignInPage, SignInWay
from app.services.ports import Connections, Secrets, Settings, SignIns

PAUSING: Final = frozenset(
    {TroubleKind.SIGN_IN, TroubleKind.PROXY_SIGN_IN, TroubleKind.NOT_GENUINE, TroubleKind.SERVICE_OFF}
)
"""Troubles that do not pass by themselves: nothing is tried again until the person, or another try, made it well."""

_ARRANGED: Final = "accounts arranged"


class _Arranged(msgspec.Struct, frozen=True):
    """How the person arranged the accounts, as it is kept in the settings."""

    order: tuple[str, ...] = ()
    default: str = ""


log = logging.getLogger(__name__)
_read_traits: Final = msgspec.json.Decoder(ServerTraits).decode


def traits_key(account_id: AccountId) -> str:
    """Return the name under which the traits of an account's server are kept."""
    return f"server_traits {account_id}"


class AccountTrouble(msgspec.Struct, frozen=True):
    """What is the matter with an account; `trouble` is None once the account works again."""

    account_id: AccountId
    trouble: Trouble | None


class Accounts:
    """The accounts. `trouble_changed` feeds the bar, `secret_wanted` a question for a password, `changed` the list.

    `well` tells of an account that works, `tested` of one whose connection was just tested in its form.
    """

    def __init__(self, settings: Settings, secrets: Secrets, server: Connections) -> None:
        """Begin with none; `start` reads them."""
        self.changed: Event[None] = Event()
        self.trouble_changed: Event[AccountTrouble] = Event()
        self.secret_wanted: Event[Account] = Event()
        self.well: Event[AccountId] = Event()
        self.tested: Event[AccountId] = Event()
        self._passed = ""
        """The endpoint of the connection that was tested last, if it passed: its account need not be kept yet."""
        self._settings = settings
        self._secrets = secrets
        self._server = server
        self._accounts: dict[AccountId, Account] = {}
        self._open: set[AccountId] = set()
        self._tried: set[AccountId] = set()
        self._troubles: dict[AccountId, Trouble] = {}
        self._traits: dict[AccountId, ServerTraits] = {}
        self._arranged = _Arranged()
        self._unkept: set[AccountId] = set()

    async def start(self) -> None:
        """Read the accounts and open each whose secret is there. Raises StorageError."""
        await self.read_accounts()
        await self.open_all()

    async def read_accounts(self) -> None:
        """Read the accounts: they can be written from. Raises StorageError."""
        for account in await self._settings.accounts():
            self._accounts[account.account_id] = account
            await self._read_traits(account.account_id)
        with contextlib.suppress(msgspec.MsgspecError):
            self._arranged = msgspec.json.decode(await self._settings.read_setting(_ARRANGED) or "{}", type=_Arranged)
        self.changed.emit(None)

    async def open_all(self) -> None:
        """Open each account whose secret is there. A keyring may take its time, and wait for the person."""
        for account in self.all():
            await self._open_with_secret(account)

    def all(self) -> list[Account]:
        """Return the accounts as the person arranged them; those that were added since come last."""
        places = {account_id: number for number, account_id in enumerate(self._arranged.order)}
        return sorted(self._accounts.values(), key=lambda one: places.get(one.account_id, len(places)))

    @property
    def several(self) -> bool:
        """Return whether there is more than one, so that it has to be said which one is meant."""
        return len(self._accounts) > 1

    def color(self, account_id: AccountId) -> str:
        """Return the colour of an account: the chosen one, or one by when it was added, wherever it stands now."""
        known = list(self._accounts.values())
        number = next((number for number, one in enumerate(known) if one.account_id == account_id), 0)
        return (known[number].color if known else "") or COLORS[number % len(COLORS)]

    def get(self, account_id: AccountId) -> Account | None:
        """Return an account, or None."""
        return self._accounts.get(account_id)

    def kind(self, account_id: AccountId) -> BackendKind:
        """Return the protocol of an account."""
        account = self._accounts.get(account_id)
        return BackendKind.EWS if account is None else account.backend

    @property
    def default(self) -> Account | None:
        """Return the account that a new message is from where no other is on screen: the chosen one, or the first."""
        chosen = self._accounts.get(AccountId(self._arranged.default))
        return chosen if chosen is not None else next(iter(self.all()), None)

    async def choose_default(self, account_id: AccountId) -> None:
        """Let new messages be from this account. Raises StorageError."""
        await self._arrange(msgspec.structs.replace(self._arranged, default=account_id))

    async def move(self, account_id: AccountId, by: int) -> None:
        """Show an account `by` places further down (up for less than 0). Raises StorageError."""
        order = [one.account_id for one in self.all()]
        place = order.index(account_id)
        order.insert(max(0, min(place + by, len(order) - 1)), order.pop(place))
        await self._arrange(msgspec.structs.replace(self._arranged, order=tuple(order)))

    async def describe(self, account_id: AccountId, *, label: str | None = None, color: str | None = None) -> None:
        """Call an account otherwise, or show it in another colour; its connection stays. Raises StorageError."""
        before = self._accounts[account_id]
        label, color = before.label if label is None else label.strip(), before.color if color is None else color
        after = msgspec.structs.replace(before, label=label, color=color)
        if account_id not in self._unkept:
            await self._settings.keep_account(after)
        self._accounts[account_id] = after
        self.changed.emit(None)

    async def _arrange(self, arranged: _Arranged) -> None:
        await self._settings.keep_setting(_ARRANGED, msgspec.json.encode(arranged).decode())
        self._arranged = arranged
        self.changed.emit(None)

    def is_open(self, account_id: AccountId) -> bool:
        """Return whether the engine has what it needs to reach the account."""
        return account_id in self._open

    def traits(self, account_id: AccountId) -> ServerTraits:
        """Return what the account's server was seen to do."""
        return self._traits.get(account_id, ServerTraits())

    def rewrites_text(self, account_id: AccountId) -> bool:
        """Return whether the account's server is known to give a text back in other markup, with the same words."""
        return self.traits(account_id).markup_kept is False or PROTOCOLS[self.kind(account_id)].rewrites_text

    async def learn_traits(self, account_id: AccountId, **seen: Any) -> None:
        """Keep what was seen of the account's server. A full disk only makes it be asked again."""
        before = self.traits(account_id)
        traits = msgspec.structs.replace(before, **seen)
        if traits != before:
            self._traits[account_id] = traits
            await self._keep_traits(account_id, traits)

    async def _keep_traits(self, account_id: AccountId, traits: ServerTraits) -> None:
        with contextlib.suppress(StorageError):
            await self._settings.keep_setting(traits_key(account_id), msgspec.json.encode(traits).decode())

    async def _read_traits(self, account_id: AccountId) -> None:
        kept = await self._settings.read_setting(traits_key(account_id))
        with contextlib.suppress(msgspec.MsgspecError):
            if kept:
                self._traits[account_id] = _read_traits(kept)

    def trouble(self, account_id: AccountId) -> Trouble | None:
        """Return what is the matter with the account, or None."""
        return self._troubles.get(account_id)

    def was_tried(self, account_id: AccountId) -> bool:
        """Return whether it was tried to open the account: one that was not may be open in a moment."""
        return account_id in self._tried

    def is_paused(self, account_id: AccountId) -> bool:
        """Return whether nothing can come of trying: not open, moving, or a trouble that does not pass by itself."""
        trouble = self._troubles.get(account_id)
        known = account_id in self._open and not self.is_moving(account_id)
        return not known or (trouble is not None and trouble.kind in PAUSING)

    def is_moving(self, account_id: AccountId) -> bool:
        """Return whether its messages still bear ids of another kind than the account's: nothing is asked of them."""
        account = self._accounts.get(account_id)
        return account is not None and account.ids_of is not None

    async def settle_ids(self, account_id: AccountId) -> None:
        """Note that its messages bear the ids of its own kind now, and let go on what waits. Raises StorageError."""
        after = msgspec.structs.replace(self._accounts[account_id], ids_of=None)
        if account_id not in self._unkept:
            await self._settings.keep_account(after)
        self._accounts[account_id] = after
        self.changed.emit(None)
        self.well.emit(account_id)

    async def add(self, account: Account, secret: str, proxy_secret: str = "") -> bool:
        """Keep an account, or write over the one with its id, and open it. False: a secret is in memory only.

        Without a `proxy_secret` the one that is kept stays, as long as the proxy has a user.
        """
        before = self._accounts.get(account.account_id)
        if before is not None:
            # The form of a connection knows nothing of these.
            account = msgspec.structs.replace(account, label=before.label, color=before.color)
            account = msgspec.structs.replace(account, ids_of=_ids_of(before, account.backend))
        await self._settings.keep_account(account)
        self._accounts[account.account_id] = account
        if before is not None and before.endpoint != account.endpoint:
            await self.learn_traits(account.account_id, **msgspec.structs.asdict(ServerTraits()))
        kept = await self._secrets.keep_secret(account.account_id, secret)
        if before is not None and before.proxy_user and not account.proxy_user:
            await self._secrets.forget(proxy_key(account.account_id))
        if account.proxy_user and proxy_secret:
            kept = await self._secrets.keep_secret(proxy_key(account.account_id), proxy_secret) and kept
        self.changed.emit(None)
        await self._reopen(account, secret)
        if self._passed == account.endpoint:
            self.tested.emit(account.account_id)
        return kept

    async def open_unkept(self, account: Account, secret: str | None) -> None:
        """Open an account for this run alone: neither it nor its secret is kept on disk (the sandbox's).

        Without a secret the person is asked to sign in.
        """
        self._accounts[account.account_id] = account
        self._unkept.add(account.account_id)
        self.changed.emit(None)
        if secret is None:
            self._want_secret(account)
        else:
            await self._reopen(account, secret)

    async def remove(self, account_id: AccountId) -> None:
        """Remove an account and its secret; its messages stay on this machine."""
        await self._settings.remove_account(account_id)
        before = self._accounts.pop(account_id, None)
        if self._traits.pop(account_id, None) is not None:
            await self._keep_traits(account_id, ServerTraits())
        self._open.discard(account_id)
        await self._secrets.forget(account_id)
        if before is not None and before.proxy_user:
            await self._secrets.forget(proxy_key(account_id))
        self._set_trouble(account_id, None)
        self.changed.emit(None)

    async def give_secret(self, account_id: AccountId, secret: str) -> bool:
        """Take a password that was asked for. False: it is held in memory only."""
        account = self._accounts[account_id]
        kept = not self.keeps_secret(account_id) or await self._secrets.keep_secret(account_id, secret)
        await self._reopen(account, secret)
        return kept

    def keeps_secret(self, account_id: AccountId) -> bool:
        """Return whether the secret of an account outlives this run."""
        return account_id not in self._unkept

    async def probe(self, account: Account, secret: str, proxy_secret: str = "") -> AsyncIterator[ProbeStep]:
        """Test a connection step by step, ending at the first that fails; `tested` tells of an account that passed."""
        async for step in self._server.probe(account, secret, proxy_secret):
            yield step
        self._passed = account.endpoint if step.passed else ""
        known = self._accounts.get(account.account_id)
        if known is not None and known.endpoint == self._passed:
            self.tested.emit(account.account_id)

    async def find_release(self, address: str) -> Release | None:
        """Return the newest version of this program that is announced, by the way of the first account that is open.

        None without one, too. Raises AccountError.
        """
        account = next((one for one in self.all() if self.is_open(one.account_id)), None)
        if account is None:
            return None
        return await self._server.find_release(account, address, await self._proxy_secret(account))

    async def try_again(self, account_id: AccountId) -> None:
        """Let what waits go on, because the person asked for it; the next answer says whether the trouble is over."""
        if account_id not in self._open:
            await self._open_with_secret(self._accounts[account_id])
            return
        self._set_trouble(account_id, None)
        self.well.emit(account_id)

    def report(self, account_id: AccountId, trouble: Trouble) -> None:
        """Note a trouble that a request met."""
        self._set_trouble(account_id, trouble)
        if trouble.kind is TroubleKind.SIGN_IN and account_id in self._accounts:
            self.secret_wanted.emit(self._accounts[account_id])

    def report_well(self, account_id: AccountId) -> None:
        """Note that the server answered; where there was trouble, `well` lets go on what waits."""
        if account_id in self._troubles:
            self._set_trouble(account_id, None)
            self.well.emit(account_id)

    async def _open_with_secret(self, account: Account) -> None:
        secret = await self._secrets.read_secret(account.account_id)
        if secret is None:
            self._want_secret(account)
        else:
            await self._reopen(account, secret)

    def _want_secret(self, account: Account) -> None:
        self._tried.add(account.account_id)
        self.secret_wanted.emit(account)

    async def _reopen(self, account: Account, secret: str) -> None:
        try:
            try:
                await self._server.open_account(account, secret, await self._proxy_secret(account))
            finally:
                self._tried.add(account.account_id)
        except MailError as error:
            trouble = getattr(error, "trouble", None) or Trouble(TroubleKind.ENGINE, str(error))
            self._set_trouble(account.account_id, trouble)
            return
        self._open.add(account.account_id)
        self._set_trouble(account.account_id, None)
        self.well.emit(account.account_id)

    async def _proxy_secret(self, account: Account) -> str:
        if not account.proxy_user:
            return ""
        return await self._secrets.read_secret(proxy_key(account.account_id)) or ""

    def _set_trouble(self, account_id: AccountId, trouble: Trouble | None) -> None:
        before = self._troubles.get(account_id)
        if trouble is None:
            self._troubles.pop(account_id, None)
        else:
            self._troubles[account_id] = trouble
        if (before and before.kind) != (trouble and trouble.kind):
            log.info("account %s: %s", account_id, "well" if trouble is None else trouble.kind.name)
            self.trouble_changed.emit(AccountTrouble(account_id, trouble))


Spawn = Callable[[Coroutine[Any, Any, None], str], object]


class SigningIn:
    """The sign-ins. `open_page` shows an address in the system's browser, and returns whether there is one."""

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
        """Sign `account` in. Raises AccountError, also where another user signed in."""
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
        if account is not None and account.auth is AuthKind.OAUTH and self._accounts.keeps_secret(account_id):
            await self._secrets.keep_secret(account_id, secret)


def _ids_of(before: Account, kind: BackendKind) -> BackendKind | None:
    """Return whose ids the messages of an account bear that becomes one of this kind, None for those of the kind."""
    borne = before.ids_of or before.backend
    return None if borne is kind else borne


def _is_another(account: Account, user: str) -> bool:
    """Return whether `user` is not the one who signed in to this account so far; False where it is empty."""
    same = {account.user.casefold(), account.address.casefold()}
    return account.auth is AuthKind.OAUTH and bool(user) and user.casefold() not in same
