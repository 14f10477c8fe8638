"""Setting up an account: test first, save after, and the truth about what failed and where the password went."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import msgspec
import pytest

from app.domain.account import NONE, Account, AuthKind, BackendKind, ProbeStep, proxy_key
from app.domain.errors import BadInput, MailError, StorageError, Trouble, TroubleKind, Unreachable
from app.domain.message import AccountId
from app.domain.sign_in import SignedIn
from app.services.accounts.accounts import Accounts, SigningIn
from app.ui.tasks import Tasks
from app.views.settings.account_form import FormField, ProxyKind
from app.views.settings.connection_steps import StepState, failed_line
from app.views.settings.session import Phase, SettingsSession
from app.views.settings.sign_in_session import BrowserSignIn
from tests.fakes.mailbox import FakeMailbox
from tests.fakes.secrets import FakeSecrets
from tests.fakes.settings import FakeSettings

BERT = Account(
    account_id=AccountId("bert"),
    address="bert@contoso.com",
    endpoint="https://mail.contoso.com/EWS/Exchange.asmx",
    user="CONTOSO\\bert",
)


class Scene:
    """A session with its fakes, the errors that reached nobody, and what it told."""

    def __init__(self, *accounts: Account, secrets: FakeSecrets | None = None) -> None:
        self.mailbox = FakeMailbox()
        self.secrets = secrets or FakeSecrets()
        self.settings = FakeSettings(accounts)
        self.tasks = Tasks()
        self.defects: list[BaseException] = []
        self.mail_errors: list[MailError] = []
        self.tasks.on_defect = self.defects.append
        self.tasks.on_mail_error = self.mail_errors.append
        self.bad_ca = ""
        self.accounts = Accounts(self.settings, self.secrets, self.mailbox)
        self.opened_pages: list[str] = []
        signing = SigningIn(self.mailbox, self.accounts, self.secrets, self.tasks.spawn, self._open_page)
        browser = BrowserSignIn(signing, self.tasks)
        self.session = SettingsSession(self.accounts, self.secrets, self.tasks, self._check_ca, browser)

    def _open_page(self, url: str) -> bool:
        self.opened_pages.append(url)
        return True

    async def _check_ca(self, path: str) -> None:
        if self.bad_ca:
            raise BadInput(self.bad_ca)

    async def settle(self) -> None:
        """Return when no task runs any more."""
        async with asyncio.timeout(5):
            while len(self.tasks):  # noqa: ASYNC110 - tasks start others; there is no one event to wait for
                await asyncio.sleep(0)
        assert not self.defects

    def fill(self, **more: str) -> None:
        """Type what a good form holds."""
        typed = {"address": "anna@contoso.com", "endpoint": "mail.contoso.com", "password": "s3cret", **more}
        for name, value in typed.items():
            self.session.set(FormField(name), value)

    def shows_form(self) -> bool:
        """Return whether the form is shown."""
        return self.session.form is not None

    def may_save(self) -> bool:
        """Return whether saving is open."""
        return self.session.may_save

    def phase(self) -> Phase:
        """Return the phase; a call, since it changes behind the back of a type checker."""
        return self.session.phase

    async def load(self) -> SettingsSession:
        await self.accounts.start()
        self.mailbox.calls.clear()
        self.session.load()
        await self.settle()
        return self.session


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    made = Scene()
    await made.load()
    yield made
    assert not made.defects


async def test_without_accounts_the_form_is_open_at_once(scene: Scene) -> None:
    assert scene.session.form is not None
    assert scene.session.editing is None


async def test_with_accounts_the_list_is_shown() -> None:
    session = await Scene(BERT).load()
    assert session.form is None
    assert session.accounts == (BERT,)


async def test_nothing_is_asked_of_a_server_while_a_field_is_wrong(scene: Scene) -> None:
    scene.fill(address="anna", endpoint="http://mail.contoso.com")
    assert not scene.session.test()
    assert set(scene.session.errors) == {FormField.ADDRESS, FormField.ENDPOINT}
    assert scene.mailbox.calls == []


async def test_mending_a_field_takes_its_error_away(scene: Scene) -> None:
    scene.fill(address="anna")
    scene.session.test()
    scene.session.set(FormField.ADDRESS, "anna@contoso.com")
    assert scene.session.errors == {}


async def test_a_passed_test_opens_the_way_to_save_and_saving_keeps_all_of_it(scene: Scene) -> None:
    scene.fill()
    assert not scene.may_save()
    assert scene.session.test()
    assert scene.phase() is Phase.TESTING
    assert scene.session.lines[0].state is StepState.RUNNING
    await scene.settle()
    assert scene.phase() is Phase.PASSED
    assert [line.state for line in scene.session.lines] == [StepState.PASSED] * 6
    assert scene.may_save()
    assert scene.session.save()
    await scene.settle()
    (account,) = scene.settings.kept.values()
    assert account.endpoint == "https://mail.contoso.com/EWS/Exchange.asmx"
    assert account.user == "anna@contoso.com"
    assert scene.secrets.held == {account.account_id: "s3cret"}
    assert scene.mailbox.secrets == {account.account_id: "s3cret"}
    assert scene.accounts.all() == [account]
    assert scene.session.form is None
    assert scene.session.accounts == (account,)


async def test_changing_anything_after_the_test_asks_for_another_test(scene: Scene) -> None:
    for change in ("password", "user", "endpoint"):
        scene.fill()
        scene.session.test()
        await scene.settle()
        assert scene.may_save()
        scene.session.set(FormField(change), "other.contoso.com")
        assert not scene.may_save()
        assert not scene.session.save()
        assert scene.session.lines == ()
        scene.session.set(FormField.USER, "")
    scene.fill()
    scene.session.test()
    await scene.settle()
    scene.session.set_auth(AuthKind.NTLM)
    assert not scene.may_save()
    assert scene.settings.kept == {}


@pytest.mark.parametrize(
    ("step", "kept_anyway"),
    [("name", True), ("connect", True), ("tls", False), ("sign-in", False), ("ews", False), ("drafts", False)],
)
async def test_a_failed_step_is_told_and_only_an_unreached_server_may_be_kept(
    scene: Scene, step: str, kept_anyway: bool
) -> None:
    names = [known.name for known in scene.mailbox.probe_steps]
    passed = [ProbeStep(name, passed=True) for name in names[: names.index(step)]]
    scene.mailbox.probe_steps = [*passed, ProbeStep(step, passed=False, detail="as the engine saw it")]
    scene.fill()
    scene.session.test()
    await scene.settle()
    assert scene.phase() is Phase.FAILED
    line = failed_line(scene.session.lines)
    assert line is not None
    assert line.name == step
    assert line.sentence
    assert line.advice
    assert line.detail == "as the engine saw it"
    after = scene.session.lines[names.index(step) + 1 :]
    assert all(line.state is StepState.WAITING for line in after)
    assert not scene.may_save()
    assert scene.session.may_save_unreached is kept_anyway
    assert scene.session.save() is kept_anyway
    await scene.settle()
    assert bool(scene.settings.kept) is kept_anyway
    assert bool(scene.secrets.held) is kept_anyway


async def test_a_test_that_ends_early_never_counts_as_passed(scene: Scene) -> None:
    scene.mailbox.probe_steps = scene.mailbox.probe_steps[:-1]
    scene.fill()
    scene.session.test()
    await scene.settle()
    assert scene.phase() is Phase.FAILED
    assert scene.session.lines[-1].state is StepState.FAILED
    assert not scene.session.save()


async def test_the_password_of_a_proxy_is_kept_asked_for_anew_with_another_user_and_forgotten_with_the_proxy() -> None:
    account = msgspec.structs.replace(BERT, proxy="http://proxy.contoso.com:8080", proxy_user="bert")
    scene = Scene(account)
    scene.secrets.held |= {account.account_id: "s3cret", proxy_key(account.account_id): "pr0xy"}
    session = await scene.load()
    session.edit(account.account_id)
    assert session.test()
    await scene.settle()
    assert [call.asked for call in scene.mailbox.calls if call.name == "probe"] == [("s3cret", "pr0xy")]
    session.set(FormField.PROXY_USER, "else")
    assert not session.test()
    assert set(session.errors) == {FormField.PROXY_PASSWORD}
    session.set(FormField.PROXY_USER, "bert")
    session.set_proxy_kind(ProxyKind.NONE)
    assert session.test()
    await scene.settle()
    assert session.save()
    await scene.settle()
    assert scene.secrets.held == {account.account_id: "s3cret"}
    assert scene.settings.kept[account.account_id].proxy == NONE


async def test_a_proxy_that_was_not_passed_may_be_saved_for_another_day(scene: Scene) -> None:
    scene.fill(proxy="proxy.contoso.com")
    scene.session.set_proxy_kind(ProxyKind.OWN)
    scene.mailbox.probe_steps = [ProbeStep("proxy", passed=False, detail="There is no proxy of that name.")]
    assert scene.session.test()
    await scene.settle()
    assert scene.session.lines[0].title == "Proxy"
    assert scene.session.may_save_unreached


async def test_an_engine_that_dies_in_the_test_is_told_at_the_step_under_way(scene: Scene) -> None:
    async def probe(account: Account, secret: str, proxy_secret: str = "") -> AsyncIterator[ProbeStep]:
        yield ProbeStep("name", passed=True)
        raise Unreachable(Trouble(TroubleKind.ENGINE, "the engine ended"))

    scene.mailbox.probe = probe  # type: ignore[method-assign]  # this one trouble is not the fake's to know
    scene.fill()
    scene.session.test()
    await scene.settle()
    line = failed_line(scene.session.lines)
    assert line is not None
    assert line.name == "connect"
    assert line.detail == "the engine ended"
    assert not scene.session.save()


async def test_a_step_of_a_later_engine_is_shown_in_its_place(scene: Scene) -> None:
    scene.mailbox.probe_steps.insert(4, ProbeStep("oauth", passed=True, detail="token for an hour"))
    scene.fill()
    scene.session.test()
    await scene.settle()
    assert [line.name for line in scene.session.lines][4] == "oauth"
    assert scene.may_save()


async def test_a_test_can_be_given_up_and_begun_anew(scene: Scene) -> None:
    gate = scene.mailbox.hold("probe")
    scene.fill()
    scene.session.test()
    await gate.reached.wait()
    scene.session.stop_test()
    assert scene.phase() is Phase.EDITING
    await scene.settle()
    assert scene.session.test()
    await scene.settle()
    assert scene.may_save()


async def test_typing_during_the_test_gives_it_up(scene: Scene) -> None:
    gate = scene.mailbox.hold("probe")
    scene.fill()
    scene.session.test()
    await gate.reached.wait()
    scene.session.set(FormField.PASSWORD, "another")
    gate.open.set()
    await scene.settle()
    assert scene.phase() is Phase.EDITING
    assert not scene.may_save()


async def test_a_bad_ca_file_is_told_at_its_field_before_the_network_is_touched(scene: Scene) -> None:
    scene.bad_ca = "This file holds no certificate."
    scene.fill(ca_file="/tmp/ca.pem")
    scene.session.test()
    await scene.settle()
    assert scene.session.errors == {FormField.CA_FILE: "This file holds no certificate."}
    assert scene.mailbox.calls == []


async def test_leaving_a_field_completes_the_host_and_says_what_cannot_be(scene: Scene) -> None:
    scene.session.set(FormField.ENDPOINT, "mail.contoso.com")
    scene.session.leave_field(FormField.ENDPOINT)
    assert scene.session.form is not None
    assert scene.session.form.endpoint == "https://mail.contoso.com/EWS/Exchange.asmx"
    scene.session.leave_field(FormField.ADDRESS)
    assert scene.session.errors == {}, "an empty field is not scolded before it was used"
    scene.session.set(FormField.ADDRESS, "anna@")
    scene.session.leave_field(FormField.ADDRESS)
    assert FormField.ADDRESS in scene.session.errors


async def test_the_same_mailbox_is_not_set_up_twice() -> None:
    scene = Scene(BERT)
    session = await scene.load()
    session.start_new()
    scene.fill(address="BERT@contoso.com")
    assert not session.test()
    assert session.errors == {FormField.ADDRESS: "This mailbox is set up already."}


async def test_an_account_is_edited_with_the_password_that_is_kept() -> None:
    scene = Scene(BERT)
    scene.secrets.held[BERT.account_id] = "kept"
    session = await scene.load()
    session.edit(BERT.account_id)
    session.set_auth(AuthKind.NTLM)
    assert session.test()
    await scene.settle()
    assert scene.mailbox.calls_of("probe")[0].asked == ("kept",)
    session.save()
    await scene.settle()
    assert scene.settings.kept[BERT.account_id].auth is AuthKind.NTLM
    assert scene.secrets.held == {BERT.account_id: "kept"}
    assert len(session.accounts) == 1


async def test_an_account_whose_password_is_nowhere_asks_for_it_at_its_field() -> None:
    scene = Scene(BERT)
    session = await scene.load()
    session.edit(BERT.account_id)
    session.test()
    await scene.settle()
    assert session.errors == {FormField.PASSWORD: "Type your password."}
    assert session.phase is Phase.EDITING


async def test_where_the_password_will_be_kept_is_said_before_it_is() -> None:
    scene = Scene()
    assert "Looking" in scene.session.where_kept
    assert "keyring" in (await scene.load()).where_kept
    without = Scene(secrets=FakeSecrets(keyring=False))
    assert "asked for your password at each start" in (await without.load()).where_kept


async def test_a_keyring_that_refuses_is_told_after_saving() -> None:
    scene = Scene(secrets=FakeSecrets(refuses=True))
    session = await scene.load()
    scene.fill()
    session.test()
    await scene.settle()
    session.save()
    await scene.settle()
    assert "asked for the password at each start" in session.notice


async def test_a_full_disk_keeps_the_form_as_it_was_and_says_so(scene: Scene) -> None:
    scene.fill()
    scene.session.test()
    await scene.settle()
    scene.settings.trouble = StorageError("the disk is full")
    scene.session.save()
    await scene.settle()
    assert scene.session.form is not None
    assert scene.session.form.password == "s3cret"
    assert "the disk is full" in scene.session.notice
    assert scene.secrets.held == {}
    assert scene.may_save()
    scene.session.save()
    await scene.settle()
    assert scene.settings.kept


async def test_what_was_typed_for_a_new_account_is_there_again() -> None:
    scene = Scene(BERT)
    session = await scene.load()
    session.start_new()
    scene.fill()
    session.leave_form()
    assert not scene.shows_form()
    session.start_new()
    assert session.form is not None
    assert session.form.address == "anna@contoso.com"


async def test_a_removed_account_takes_its_password_along() -> None:
    scene = Scene(BERT)
    scene.secrets.held[BERT.account_id] = "kept"
    session = await scene.load()
    session.remove(BERT.account_id)
    await scene.settle()
    assert session.accounts == ()
    assert scene.settings.kept == {}
    assert scene.secrets.held == {}
    assert scene.accounts.all() == []


async def test_an_account_that_cannot_be_removed_stays_and_says_why() -> None:
    scene = Scene(BERT)
    session = await scene.load()
    scene.settings.trouble = StorageError("read-only")
    session.remove(BERT.account_id)
    await scene.settle()
    assert session.accounts == (BERT,)
    assert "read-only" in session.notice
    assert scene.accounts.all() == [BERT]


@pytest.mark.parametrize("typed", ["/", "http:", ":8080"])
async def test_what_names_no_host_stays_in_its_field_and_is_refused_there(scene: Scene, typed: str) -> None:
    scene.session.set_proxy_kind(ProxyKind.OWN)
    for field in (FormField.ENDPOINT, FormField.PROXY):
        scene.session.set(field, typed)
        scene.session.leave_field(field)
        assert scene.session.form is not None
        assert getattr(scene.session.form, field.value) == typed
        assert scene.session.errors[field]


ONLINE = Account(
    AccountId("a"),
    "anna@contoso.com",
    "https://outlook.office365.com/EWS/Exchange.asmx",
    "anna@contoso.com",
    auth=AuthKind.OAUTH,
    client_id="client",
    tenant="contoso.com",
)


async def test_an_account_of_ews_becomes_one_of_graph_by_a_sign_in_of_its_own() -> None:
    scene = Scene(ONLINE)
    await scene.secrets.keep_secret(ONLINE.account_id, "for EWS")
    session = await scene.load()
    assert not scene.accounts.is_moving(ONLINE.account_id)
    scene.mailbox.sign_ins.answers.append(SignedIn("for Graph", ONLINE.address))
    steps = ("name", "connect", "tls", "sign-in", "graph", "drafts")
    scene.mailbox.probe_steps = [ProbeStep(name, passed=True) for name in steps]
    session.move_to_graph(ONLINE.account_id)
    await scene.settle()
    assert len(scene.opened_pages) == 1, "a token for EWS opens nothing at Graph"
    assert session.save()
    await scene.settle()
    kept = scene.settings.kept[ONLINE.account_id]
    assert (kept.backend, kept.endpoint) == (BackendKind.GRAPH, "https://graph.microsoft.com/v1.0")
    assert kept.ids_of is BackendKind.EWS, "its messages have to be told their new ids"
    assert scene.accounts.is_moving(ONLINE.account_id)
    assert scene.accounts.is_paused(ONLINE.account_id)
    await scene.accounts.settle_ids(ONLINE.account_id)
    assert scene.settings.kept[ONLINE.account_id].ids_of is None
    assert not scene.accounts.is_paused(ONLINE.account_id)


async def test_an_account_of_graph_stays_one() -> None:
    scene = Scene(msgspec.structs.replace(ONLINE, backend=BackendKind.GRAPH))
    session = await scene.load()
    session.edit(ONLINE.account_id)
    assert not session.may_choose_kind
    session.set_kind(BackendKind.EWS)
    assert session.form is not None
    assert session.form.backend is BackendKind.GRAPH
