"""The state of the settings page: the accounts there are, the form of one, and the test of its connection.

No password leaves the form but to the mailbox and the keyring. An account is saved after its test has passed for
exactly what stands in the form, or where the server could not be reached at all: never past a failure of TLS or of
sign-in, since the first would give the password away and the second would lock people out.
"""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import msgspec

from app.core.events import Event
from app.core.i18n import tr
from app.domain.account import PERSON, Account, AuthKind, BackendKind, Discovery, ProbeStep, other_endpoint, proxy_key
from app.domain.errors import AccountError, BadInput, StorageError
from app.domain.message import AccountId
from app.domain.presets import Presets
from app.domain.sign_in import SignedIn, SignInWay
from app.services.accounts.accounts import Accounts
from app.services.drafts.account_removal import AccountRemoval, Left, Losses
from app.services.ports import Secrets
from app.services.text.server_text import departures_of
from app.services.text.sign_in_text import admin_request, needs_admin
from app.ui.tasks import Tasks
from app.views.settings import connection_steps
from app.views.settings.account_form import (
    FIRST,
    KINDS,
    THEN,
    AccountForm,
    Filling,
    FormField,
    ProxyKind,
    find_errors,
    form_of,
    tidy,
)
from app.views.settings.sign_in_session import BrowserSignIn

if TYPE_CHECKING:
    import asyncio


class Phase(StrEnum):
    """What the form is doing."""

    EDITING = "editing"
    TESTING = "testing"
    PASSED = "passed"
    FAILED = "failed"
    SAVING = "saving"
    FINDING = "finding"


_BUSY = frozenset({Phase.TESTING, Phase.SAVING, Phase.FINDING})


def _nothing(*_: object) -> None:
    return


class SettingsSession:
    """Accounts and the form of one. `changed` comes after every change that is to be drawn."""

    removal: AccountRemoval | None = None
    """Says what becomes of an account's messages; without it they stay on this computer."""

    def __init__(
        self,
        accounts: Accounts,
        secrets: Secrets,
        tasks: Tasks,
        check_ca_file: Callable[[str], Awaitable[None]],
        browser: BrowserSignIn,
        presets: Callable[[], Presets] = Presets,
    ) -> None:
        """Nothing is asked before `load`. `check_ca_file` raises BadInput, and does not block."""
        self._presets, self._filling = presets, Filling()
        self._service = accounts
        self._secrets = secrets
        self._tasks = tasks
        self._check_ca_file = check_ca_file
        self._testing: asyncio.Task[None] | None = None
        self.browser = browser
        browser.changed.subscribe(lambda _: self._browser_changed())
        self._brought: dict[tuple[str, str, str, BackendKind], SignedIn] = {}
        self._sign_in_anew = False
        self._begin_browser: Callable[[SignInWay], None] = _nothing
        self._unfinished = AccountForm()
        self.changed: Event[None] = Event()
        self.saved: Event[Account] = Event()
        """Comes with an account that was not there before."""
        self.why = ""
        """Why the form of the first account is shown, where the person asked for something else."""
        self.on_try_out: Callable[[], None] | None = None
        """Opens the program on an Exchange of its own; None where it is open on that already."""
        self.on_own_mailbox: Callable[[], None] | None = None
        """Goes back from there to the person's own messages, where their own account is set up."""
        self.unfolded, self._sought = False, False
        self.has_keyring: bool | None = None
        self.editing: AccountId | None = None
        self.form: AccountForm | None = None
        self.errors: dict[FormField, str] = {}
        self.lines: tuple[connection_steps.StepLine, ...] = ()
        self.phase: Phase = Phase.EDITING
        self.notice = ""
        self.title = ""
        accounts.changed.subscribe(lambda _: self.changed.emit(None))

    # --- the list of accounts ---------------------------------------------------------------------------------------

    @property
    def accounts(self) -> tuple[Account, ...]:
        """Return the accounts in the order they were added."""
        return tuple(self._service.all())

    def departures(self, account_id: AccountId) -> tuple[str, ...]:
        """Return a sentence for each way in which the account's server was seen to depart from the documentation."""
        return departures_of(self._service.traits(account_id))

    def load(self) -> None:
        """Begin at the form where there is no account yet, and ask whether there is a keyring. At each opening."""
        if not self.accounts and self.form is None:
            self.start_new()
        self._tasks.spawn(self._ask_keyring(), "look for a keyring")

    async def _ask_keyring(self) -> None:
        self.has_keyring = await self._secrets.has_keyring()
        self.changed.emit(None)

    @property
    def arranging(self) -> Accounts:
        """Return what the accounts are arranged by: their order, names, colours, and the default."""
        return self._service

    def arrange(self, work: Coroutine[Any, Any, None]) -> None:
        """Do one of these, and say where the disk refuses it."""
        self._tasks.spawn(work, "arrange the accounts")

    def losses(self, account_id: AccountId) -> Losses:
        """Return what is on this computer alone of an account's messages."""
        return Losses() if self.removal is None else self.removal.losses(account_id)

    def remove(self, account_id: AccountId, left: Left = Left.DELETED) -> None:
        """Remove an account and its password; `left` is what becomes of messages that its server does not have."""
        self._tasks.spawn(self._remove(account_id, left), "remove an account")

    async def _remove(self, account_id: AccountId, left: Left) -> None:
        try:
            if self.removal is None:
                await self._service.remove(account_id)
            else:
                await self.removal.remove(account_id, left)
            self.notice = tr("The account was removed from this computer. Its mailbox is as it was.")
        except (StorageError, BadInput) as error:
            self.notice = tr("The account could not be removed: {reason}", reason=error)
        self.changed.emit(None)

    # --- the form ---------------------------------------------------------------------------------------------------

    def start_new(self, why: str = "") -> None:
        """Open the form for a new account, with what was typed before if it was left unfinished.

        Who tries the program goes back to their own messages for that. `why` says why it opens, where nobody asked.
        """
        if self.on_own_mailbox is not None and self.accounts:
            self.on_own_mailbox()
            return
        self.why = why
        self._show(None, self._unfinished)

    def edit(self, account_id: AccountId) -> None:
        """Open the form of an account. Raises KeyError where there is none."""
        known = {account.account_id: account for account in self.accounts}
        self._show(account_id, form_of(known[account_id]))

    def leave_form(self) -> None:
        """Go back to the list; what was typed for a new account stays until the program ends."""
        self.stop_test()
        if self.editing is None and self.form is not None:
            self._unfinished = self.form
        self.form = None
        self.changed.emit(None)

    @property
    def is_first(self) -> bool:
        """Return whether this is the form of the first account: the person has seen nothing of the program yet."""
        return self.editing is None and not self.accounts

    @property
    def is_beginning(self) -> bool:
        """Return whether a new account's address is asked for, and no more."""
        known = self.form is not None and self.form.endpoint
        return self.editing is None and not (known or self._sought or self.unfolded)

    @property
    def may_try_out(self) -> bool:
        """Return whether the person is offered to try the program first."""
        return self.is_first and self.is_beginning and self.on_try_out is not None

    def try_out(self) -> None:
        """Try the program without an account."""
        if self.on_try_out is not None:
            self.on_try_out()

    @property
    def shown_fields(self) -> frozenset[FormField]:
        """Return the fields that are shown: those that count, without what is folded away."""
        if self.form is None:
            return FIRST
        if self.is_beginning:
            return FIRST
        return self.form.fields if self.unfolded else self.form.fields & THEN

    def unfold(self, *, on: bool) -> None:
        """Show the settings that most people need not see, or fold them away; what is wrong in them stays in sight."""
        self.unfolded = on or self._is_wrong_in_the_fold()
        self.changed.emit(None)

    def _is_wrong_in_the_fold(self) -> bool:
        return any(field not in THEN for field in self.errors)

    @property
    def locked(self) -> frozenset[str]:
        """Return the parts of the form that an administrator has set, by the names of `AccountForm`."""
        return self._filling.locked

    @property
    def preset_faults(self) -> tuple[str, ...]:
        """Return in words what of an administrator's file does not count."""
        return self._presets().faults

    def set(self, field: FormField, value: str) -> None:
        """Take what was typed into `field`. An earlier test counts no more."""
        self._filling.choose(field.value)
        self._change({field.value: value})
        self.errors.pop(field, None)
        self.changed.emit(None)

    def set_auth(self, auth: AuthKind) -> None:
        """Choose how to sign in."""
        self._filling.choose("auth")
        self._change({"auth": auth})
        self.changed.emit(None)

    def set_kind(self, kind: BackendKind) -> None:
        """Choose the kind of account; its first way to sign in comes with it where it does not know the one chosen."""
        if self.form is None or "backend" in self.locked or not self.may_choose_kind:
            return
        self._filling.choose("backend")
        ways = KINDS[kind].ways
        auth = self.form.auth if self.form.auth in ways else ways[0]
        changes: dict[str, object] = {"backend": kind, "auth": auth}
        endpoint = other_endpoint(self.form.endpoint, kind)
        if endpoint and "endpoint" not in self.locked:
            changes["endpoint"] = endpoint
        self._change(changes)
        self.changed.emit(None)

    @property
    def may_choose_kind(self) -> bool:
        """Return whether the kind is the person's to choose: the messages of Graph cannot move back to EWS."""
        known = None if self.editing is None else self._service.get(self.editing)
        return known is None or known.backend is BackendKind.EWS

    def move_to_graph(self, account_id: AccountId) -> None:
        """Open the form of an account of EWS as one of Graph, and begin to test it: one signs in, and saves.

        Raises KeyError where there is no such account.
        """
        self.edit(account_id)
        self.set_kind(BackendKind.GRAPH)
        self.test()

    def set_proxy_kind(self, kind: ProxyKind) -> None:
        """Choose the way to the server."""
        self._filling.choose("proxy_kind")
        self._change({"proxy_kind": kind})
        for field in (FormField.PROXY, FormField.PROXY_USER, FormField.PROXY_PASSWORD):
            self.errors.pop(field, None)
        self.changed.emit(None)

    def leave_field(self, field: FormField) -> None:
        """Look at a field that is left: complete a bare host, say what cannot be right, but not that it is empty."""
        if self.form is None or self.phase is not Phase.EDITING:
            return
        if field is FormField.ADDRESS:
            self._fill_in()
        tidied = tidy(self.form)
        self.form = msgspec.structs.replace(self.form, **{field.value: getattr(tidied, field.value)})
        sentence = find_errors(tidied, password_known=True, proxy_password_known=True).get(field, "")
        if sentence and getattr(tidied, field.value):
            self.errors[field] = sentence
        self.changed.emit(None)

    def _fill_in(self) -> None:
        if self.form is not None:
            self._change(self._filling.changes(tidy(self.form), self._presets()))

    def _show(self, account_id: AccountId | None, form: AccountForm) -> None:
        self.stop_test()
        self._sign_in_anew = False
        self.editing, self.form = account_id, form
        self.errors, self.lines, self.notice, self.title = {}, (), "", ""
        self.phase = Phase.EDITING
        self.unfolded, self._sought = account_id is not None, False
        self._filling = Filling(form)
        self._fill_in()
        self.changed.emit(None)

    def _change(self, changes: dict[str, object]) -> None:
        if self.form is None or self.phase is Phase.SAVING:
            return
        changed = msgspec.structs.replace(self.form, **changes)
        if changed != self.form:
            self.stop_test()
            self.form, self.lines, self.notice, self.title = changed, (), "", ""
            self.phase = Phase.EDITING

    # --- testing ----------------------------------------------------------------------------------------------------

    def test(self) -> bool:
        """Begin to test the connection; False where a field must be mended first (`errors`), or one is under way."""
        if self.form is None or self.phase in _BUSY:
            return False
        began = self.is_beginning
        self._fill_in()
        self.form = tidy(self.form)
        if FormField.ADDRESS not in self._errors_of(self.form):
            if not self.form.endpoint:
                return self.find_server()
            if began and not (self.form.by_browser or self.form.password):
                self.changed.emit(None)  # a preset names the server, and the password is asked for now
                return False
        self.title = ""
        self.errors = self._errors_of(self.form)
        if self._is_known(self.form):
            self.errors[FormField.ADDRESS] = tr("This mailbox is set up already.")
        if self.errors:
            self.phase, self.lines = Phase.EDITING, ()
            self.unfold(on=self.unfolded)
            return False
        self.phase = Phase.TESTING
        self.lines = connection_steps.running(
            connection_steps.fresh_lines(by_browser=self.form.by_browser, kind=self.form.backend)
        )
        self.changed.emit(None)
        self._testing = self._tasks.spawn(self._test(self.form), "test a connection")
        return True

    def stop_test(self) -> None:
        """Give up the test under way."""
        if self._testing is not None:
            self._testing.cancel()
            self._testing = None
        self.browser.stop()
        if self.phase in {Phase.TESTING, Phase.FINDING}:
            self.phase, self.lines, self.title = Phase.EDITING, (), ""
            self.changed.emit(None)

    def _errors_of(self, form: AccountForm) -> dict[FormField, str]:
        known = self.editing is not None
        proxy_known = known and form.proxy_user == self.known_proxy_user
        return find_errors(form, password_known=known, proxy_password_known=proxy_known)

    # --- finding the server -----------------------------------------------------------------------------------------

    def find_server(self) -> bool:
        """Begin to look for the server of the address; False where that must be mended first."""
        if self.form is None or self.phase in _BUSY or "endpoint" in self.locked:
            return False
        self.form = tidy(self.form)
        sentence = self._errors_of(self.form).get(FormField.ADDRESS, "")
        if sentence:
            self.errors[FormField.ADDRESS] = sentence
        else:
            self.phase, self.lines, self.errors = Phase.FINDING, (), {}
            self.title = tr("Looking for your mail server…")
            self._testing = self._tasks.spawn(self._find_server(self.form), "find a server")
        self.changed.emit(None)
        return not sentence

    async def _find_server(self, form: AccountForm) -> None:
        proxy_secret = await self._find_proxy_secret(form)
        found = Discovery()
        if proxy_secret is not None and await self._is_good_ca_file(form):
            secret = "" if form.by_browser else form.password
            account = form.account(AccountId("probe"))
            try:
                found = await self.browser.signing.discover(account, secret, self._asked_host, proxy_secret)
            except AccountError as error:
                self.notice = error.trouble.detail
        self._testing = None
        self._take_server(form, found)

    def _asked_host(self, step: ProbeStep) -> None:
        state = connection_steps.StepState.PASSED if step.passed else connection_steps.StepState.PASSED_OVER
        self.lines = (*self.lines, connection_steps.StepLine(step.name, step.name, state, detail=step.detail))
        self.changed.emit(None)

    def _take_server(self, form: AccountForm, found: Discovery) -> None:
        """Fill in what was found, for the person to look at; nothing is sent there before they go on."""
        self.phase, self._sought = Phase.EDITING, True
        self.title = tr("Your mail server was found") if found.endpoint else tr("Your mail server was not found")
        if found.endpoint:
            kind = form.backend if self._filling.is_settled("backend") else found.kind
            form = msgspec.structs.replace(form, backend=kind)
            way = self._way_for(form, found.ways)
            name = form.display_name or found.display_name
            endpoint = found.endpoint if kind is found.kind else other_endpoint(found.endpoint, kind) or found.endpoint
            self.form = msgspec.structs.replace(form, endpoint=endpoint, auth=way, display_name=name)
            if way is AuthKind.OAUTH and not form.client_id:
                self.errors = {FormField.CLIENT_ID: self._errors_of(self.form).get(FormField.CLIENT_ID, "")}
        elif not self.errors:
            self.errors[FormField.ENDPOINT] = self._how_to_go_on(form)
        self.unfold(on=self.unfolded)

    def _way_for(self, form: AccountForm, offered: Sequence[AuthKind]) -> AuthKind:
        """Return how to sign in: as was chosen where the server lets one, else as it does, the browser at first.

        Without a client id the browser comes last: nobody could sign in by it yet.
        """
        known = [way for way in KINDS[form.backend].ways if way in offered]
        chosen = self._filling.is_settled("auth") and form.auth in known
        if chosen or not known or "auth" in self.locked:
            return form.auth
        return AuthKind.OAUTH if AuthKind.OAUTH in known and form.client_id else known[0]

    def _how_to_go_on(self, form: AccountForm) -> str:
        if form.password or form.by_browser:
            return tr("Type its name; your administrator knows it.")
        return tr("Type its name, or your password: some servers tell where the mailbox is only after a sign-in.")

    def _is_known(self, form: AccountForm) -> bool:
        return any(
            account.address.casefold() == form.address.casefold() and account.endpoint == form.endpoint
            for account in self.accounts
            if account.account_id != self.editing
        )

    async def _test(self, form: AccountForm) -> None:
        secret, proxy_secret = await self._find_secret(form), await self._find_proxy_secret(form)
        good = (secret or form.by_browser) and proxy_secret is not None and await self._is_good_ca_file(form)
        account = form.account(self.editing or AccountId("probe"))
        if good and not secret:
            self._ask_browser(form, account, proxy_secret or "")
        elif good:
            if form.by_browser:
                self._pass_browser(account, tr("signed in already"))
            await self._probe(account, secret, proxy_secret or "")
        else:
            self.phase, self.lines = Phase.EDITING, ()
        self._testing = None
        self.changed.emit(None)

    def _ask_browser(self, form: AccountForm, account: Account, proxy_secret: str) -> None:
        """Let the person sign in by the browser; the test goes on with what that brings."""

        async def go_on(done: SignedIn) -> None:
            self._brought[_registration(form)] = done
            self._sign_in_anew = False
            self._pass_browser(account, done.user)
            await self._probe(account, done.secret, proxy_secret)

        # Without a name yet: the sign-in decides whose mailbox this will be.
        nobody = msgspec.structs.replace(account, account_id=AccountId("probe"))
        self._begin_browser = lambda way: self.browser.begin(nobody, way, go_on, proxy_secret)
        self._begin_browser(SignInWay.BROWSER)

    def change_way(self) -> None:
        """Sign in by a code instead of this computer's browser, or the other way round."""
        if self.browser.running:
            by_code = self.browser.way is SignInWay.CODE
            self._begin_browser(SignInWay.BROWSER if by_code else SignInWay.CODE)

    def _pass_browser(self, account: Account, detail: str) -> None:
        self.lines = connection_steps.with_step(self.lines, ProbeStep("browser", passed=True, detail=detail), account)
        self.lines = connection_steps.running(self.lines)
        self.changed.emit(None)

    def _browser_changed(self) -> None:
        trouble, account = self.browser.trouble, self.browser.account
        if self.phase is Phase.TESTING and not self.browser.running and trouble is not None and account is not None:
            failed = ProbeStep("browser", passed=False, detail=trouble.detail)
            self.lines, self.phase = connection_steps.with_step(self.lines, failed, account), Phase.FAILED
            self.unfolded = True  # what helps may be in there
        self.changed.emit(None)

    async def _find_secret(self, form: AccountForm) -> str:
        if form.by_browser:
            return await self._find_sign_in(form)
        secret = form.password
        if not secret and self.editing is not None:
            secret = await self._secrets.read_secret(self.editing) or ""
        if not secret:
            self.errors[FormField.PASSWORD] = tr("Type your password.")
        return secret

    async def _find_sign_in(self, form: AccountForm) -> str:
        """Return what a sign-in with this registration has brought, now or before; empty where it is to be done."""
        brought = self._brought.get(_registration(form))
        if brought is not None:
            return brought.secret
        known = next((one for one in self.accounts if one.account_id == self.editing), None)
        if known is None or self._sign_in_anew or _registration(form_of(known)) != _registration(form):
            return ""
        return await self._secrets.read_secret(known.account_id) or "" if known.auth is AuthKind.OAUTH else ""

    @property
    def known_proxy_user(self) -> str:
        """Return the user whose password for the proxy is kept, empty for none."""
        known = next((one for one in self.accounts if one.account_id == self.editing), None)
        return "" if known is None else known.proxy_user

    async def _find_proxy_secret(self, form: AccountForm) -> str | None:
        """Return the proxy's password, empty where it needs none; None where it must be typed first."""
        if not (form.has_own_proxy and form.proxy_user):
            return ""
        secret = form.proxy_password
        if not secret and self.editing is not None and form.proxy_user == self.known_proxy_user:
            secret = await self._secrets.read_secret(proxy_key(self.editing)) or ""
        if not secret:
            self.errors[FormField.PROXY_PASSWORD] = tr("Type the password for the proxy.")
        return secret or None

    async def _is_good_ca_file(self, form: AccountForm) -> bool:
        try:
            if form.ca_file:
                await self._check_ca_file(form.ca_file)
        except BadInput as error:
            self.errors[FormField.CA_FILE] = str(error)
            return False
        return True

    async def _probe(self, account: Account, secret: str, proxy_secret: str) -> None:
        cut_off = tr("The test ended early.")
        try:
            async for step in self._service.probe(account, secret, proxy_secret):
                if step.name == PERSON:
                    self._take_name(step.detail)
                    continue
                self.lines = connection_steps.with_step(self.lines, step, account)
                if step.passed:
                    self.lines = connection_steps.running(self.lines)
                self.changed.emit(None)
        except AccountError as error:
            cut_off = error.trouble.detail
        if all(line.state is connection_steps.StepState.PASSED for line in self.lines):
            self.phase = Phase.PASSED
            return
        self.unfolded = True  # what helps may be in there
        failed = connection_steps.failed_line(self.lines)
        if failed is None:
            self.lines = connection_steps.interrupted(self.lines, cut_off)
        elif failed.name == "sign-in" and self.form is not None and self.form.by_browser:
            self._brought.pop(_registration(self.form), None)
            self._sign_in_anew = True
        self.phase = Phase.FAILED

    def _take_name(self, name: str) -> None:
        """Take what the server calls the person, unless they have typed how they want to be called."""
        if self.form is not None and not self.form.display_name:
            self.form = msgspec.structs.replace(self.form, display_name=name)

    @property
    def admin_request(self) -> str:
        """Return a text for the administrator where the sign-in waits for their consent, empty elsewhere."""
        failed = connection_steps.failed_line(self.lines)
        if self.form is None or failed is None or not needs_admin(failed.detail):
            return ""
        return admin_request(self.form.account(self.editing or AccountId("probe")), failed.detail)

    @property
    def where_kept(self) -> str:
        """Return in a sentence where the password will be kept."""
        if self.has_keyring is None:
            return tr("Looking for this computer's keyring…")
        if self.form is not None and self.form.by_browser:
            seen = tr("You sign in in your browser; Mailwright never sees your password.")
            kept = tr("It stays signed in.") if self.has_keyring else tr("No keyring here: it asks at each start.")
            return f"{seen} {kept}"
        if self.has_keyring:
            return tr("Your password will be kept in this computer's keyring.")
        return tr("No keyring here: you will be asked for your password at each start.")

    # --- saving -----------------------------------------------------------------------------------------------------

    @property
    def may_save(self) -> bool:
        """Return whether the test has passed for what stands in the form."""
        return self.phase is Phase.PASSED

    @property
    def may_save_unreached(self) -> bool:
        """Return whether the account may be kept although its server was not reached: no network, a VPN that is off."""
        failed = connection_steps.failed_line(self.lines)
        if self.phase is not Phase.FAILED or failed is None or failed.cut_off:
            return False
        return failed.name in connection_steps.NEVER_REACHED

    def save(self) -> bool:
        """Keep account and password, and open the mailbox; False where that may not be done now."""
        if self.form is None or not (self.may_save or self.may_save_unreached):
            return False
        before, self.phase = self.phase, Phase.SAVING
        self.changed.emit(None)
        self._tasks.spawn(self._save(self.form, before), "save an account")
        return True

    async def _save(self, form: AccountForm, before: Phase) -> None:
        account = self._named(form.account(self.editing or AccountId(uuid.uuid4().hex)), form)
        secret = await self._find_secret(form)
        try:
            kept = await self._service.add(account, secret, await self._find_proxy_secret(form) or "")
        except StorageError as error:
            self.phase, self.notice = before, tr("The account could not be saved: {reason}", reason=error)
            self.changed.emit(None)
            return
        is_new = self.editing is None
        if is_new:
            self._unfinished = AccountForm()
        self._brought.clear()
        self.form, self.editing, self.lines, self.phase = None, None, (), Phase.EDITING
        self.notice = tr("{address} is set up.", address=account.address)
        if not kept:
            again = tr("You will be asked to sign in at each start.")
            self.notice += " " + (again if form.by_browser else tr("You will be asked for the password at each start."))
        self.changed.emit(None)
        if is_new:
            self.saved.emit(account)

    def _named(self, account: Account, form: AccountForm) -> Account:
        """Return the account with the name that signs in, where the browser's gave it, and what no form asks for."""
        known = self._service.get(account.account_id)
        if known is not None:
            account = msgspec.structs.replace(account, impersonate=known.impersonate)
        brought = self._brought.get(_registration(form))
        user = brought.user if brought is not None else known.user if known is not None else ""
        return msgspec.structs.replace(account, user=user) if form.by_browser and user else account


def _registration(form: AccountForm) -> tuple[str, str, str, BackendKind]:
    """Return for what a sign-in counts: the person, the program, the authority, and what it may be used for."""
    return form.address.casefold(), form.client_id, form.tenant, form.backend
