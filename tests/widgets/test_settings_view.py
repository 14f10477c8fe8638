"""Accounts by keyboard alone: real key events into the page of settings, fakes behind the ports."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.domain.account import Account, AuthKind, ProbeStep, proxy_key
from app.domain.errors import BadInput
from app.domain.message import AccountId
from app.domain.presets import read_presets
from app.services.accounts.accounts import Accounts, SigningIn
from app.ui import theme
from app.ui.tasks import Tasks
from app.views.settings.account_form import FormField
from app.views.settings.session import SettingsSession
from app.views.settings.sign_in_bar import SignInBar
from app.views.settings.sign_in_session import BrowserSignIn, SignInSession
from app.views.settings.view import SettingsView
from tests.fakes.mailbox import FakeMailbox
from tests.fakes.secrets import FakeSecrets
from tests.fakes.settings import FakeSettings

ALT = Qt.KeyboardModifier.AltModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
BERT = Account(
    account_id=AccountId("bert"),
    address="bert@contoso.com",
    endpoint="https://mail.contoso.com/EWS/Exchange.asmx",
    user="bert",
)


class Scene:
    """A window with the page in it, and hands that only have keys."""

    def __init__(self, qtbot: QtBot, *accounts: Account, keyring: bool = True, presets: str = "") -> None:
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        theme.apply(app, theme.LIGHT)
        self.qtbot = qtbot
        self.mailbox = FakeMailbox()
        self.secrets = FakeSecrets(keyring=keyring)
        self.settings = FakeSettings(accounts)
        self.tasks = Tasks()
        self.defects: list[BaseException] = []
        self.tasks.on_defect = self.defects.append
        self.bad_ca = ""
        self.accounts = Accounts(self.settings, self.secrets, self.mailbox)
        known = read_presets(presets)
        signing = SigningIn(self.mailbox, self.accounts, self.secrets, self.tasks.spawn, lambda _: True)
        browser = BrowserSignIn(signing, self.tasks)
        self.session = SettingsSession(self.accounts, self.secrets, self.tasks, self._check_ca, browser, lambda: known)
        self.window = QWidget()
        qtbot.addWidget(self.window)
        self.elsewhere = QPushButton("Elsewhere", self.window)
        self.view = SettingsView(self.session, self.window)
        self.saved: list[Account] = []
        self.session.saved.subscribe(self.saved.append)
        self.closed = 0
        self.view.closed.connect(self._count_closed)
        column = QVBoxLayout(self.window)
        column.addWidget(self.elsewhere)
        column.addWidget(self.view)
        self.window.resize(1028, 900)
        with qtbot.waitActive(self.window):
            self.window.show()
            self.window.activateWindow()

    def _count_closed(self) -> None:
        self.closed += 1

    async def _check_ca(self, path: str) -> None:
        if self.bad_ca:
            raise BadInput(self.bad_ca)

    async def open(self) -> None:
        await self.accounts.start()
        self.mailbox.calls.clear()
        self.session.load()
        await self.settle()
        self.view.setFocus()
        await self.settle()

    async def settle(self) -> None:
        async with asyncio.timeout(5):
            while len(self.tasks):
                await asyncio.sleep(0)
                QApplication.processEvents()
        QApplication.processEvents()
        assert not self.defects

    @property
    def focus(self) -> QWidget:
        found = QApplication.focusWidget()
        assert found is not None
        return found

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(self.focus, key, modifier)
        # A button pressed by its access key is seen to go down for a moment before it does its work.
        buttons = self.view.findChildren(QPushButton)
        self.qtbot.waitUntil(lambda: not any(button.isDown() for button in buttons))
        QApplication.processEvents()

    def type(self, text: str) -> None:
        QTest.keyClicks(self.focus, text)
        QApplication.processEvents()

    def unfold(self) -> None:
        """Show the settings that a new account does not ask for at first."""
        self.press(Qt.Key.Key_M, ALT)
        assert self.has_focus(self.line(FormField.ENDPOINT))

    def has_focus(self, widget: QWidget) -> bool:
        return QApplication.focusWidget() is widget

    def line(self, field: FormField) -> QLineEdit:
        return self.view.form.fields[field].line

    def words(self, widget: QWidget) -> str:
        """Return all words that are shown in `widget`."""
        return "\n".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible())


SceneMaker = Callable[..., Scene]


@pytest.fixture
def scene_of(qtbot: QtBot) -> SceneMaker:
    return lambda *accounts, **more: Scene(qtbot, *accounts, **more)


async def fill_by_keys(scene: Scene) -> None:
    scene.type("anna@contoso.com")
    scene.unfold()
    scene.type("mail.contoso.com")
    scene.press(Qt.Key.Key_P, ALT)
    scene.type("s3cret")


async def test_an_account_is_set_up_by_keys_alone(scene_of: SceneMaker) -> None:
    scene = scene_of()
    await scene.open()
    assert scene.has_focus(scene.line(FormField.ADDRESS)), "the first thing to type has the focus"
    await fill_by_keys(scene)
    assert scene.has_focus(scene.line(FormField.PASSWORD))
    scene.press(Qt.Key.Key_Return)
    await scene.settle()
    assert scene.line(FormField.ENDPOINT).text() == "https://mail.contoso.com/EWS/Exchange.asmx"
    assert "The connection works" in scene.words(scene.view.form.steps)
    assert scene.has_focus(scene.view.form.save), "where the test passed, Enter saves"
    scene.press(Qt.Key.Key_Return)
    await scene.settle()
    (account,) = scene.settings.kept.values()
    assert scene.secrets.held == {account.account_id: "s3cret"}
    assert "anna@contoso.com" in scene.words(scene.view.list)
    assert scene.has_focus(scene.view.list.rows[0].change)
    assert scene.saved == [account], "the person goes where they write"


async def test_what_a_server_was_seen_to_do_otherwise_stands_with_its_account(scene_of: SceneMaker) -> None:
    scene = scene_of(BERT)
    await scene.open()
    said = "This server does not detect edits made elsewhere."
    assert "mail.contoso.com" in scene.words(scene.view.list)
    assert "This server" not in scene.words(scene.view.list), "nothing is known yet"
    await scene.accounts.learn_traits(BERT.account_id, stale_updates_refused=False, is_draft_told=True)
    scene.view.list.refresh()
    await scene.settle()
    assert said in scene.words(scene.view.list)
    await scene.accounts.learn_traits(BERT.account_id, stale_updates_refused=True)
    scene.view.list.refresh()
    await scene.settle()
    assert said not in scene.words(scene.view.list)


@pytest.mark.parametrize(
    ("key", "field"),
    [
        (Qt.Key.Key_E, FormField.ADDRESS),
        (Qt.Key.Key_V, FormField.ENDPOINT),
        (Qt.Key.Key_U, FormField.USER),
        (Qt.Key.Key_P, FormField.PASSWORD),
        (Qt.Key.Key_O, FormField.NAME),
        (Qt.Key.Key_C, FormField.CA_FILE),
    ],
)
async def test_each_field_has_its_access_key(scene_of: SceneMaker, key: Qt.Key, field: FormField) -> None:
    scene = scene_of()
    await scene.open()
    scene.unfold()
    scene.view.form.test.setFocus()
    scene.press(key, ALT)
    assert scene.has_focus(scene.line(field))


async def test_an_access_key_that_does_nothing_now_types_nothing(scene_of: SceneMaker) -> None:
    scene = scene_of()
    await scene.open()
    scene.press(Qt.Key.Key_S, ALT)
    scene.press(Qt.Key.Key_Y, ALT)
    scene.press(Qt.Key.Key_X, ALT)
    assert scene.line(FormField.ADDRESS).text() == ""


async def test_the_way_to_sign_in_is_chosen_by_keys(scene_of: SceneMaker) -> None:
    scene = scene_of()
    await scene.open()
    scene.unfold()
    scene.press(Qt.Key.Key_G, ALT)
    assert scene.has_focus(scene.view.form.auth)
    scene.press(Qt.Key.Key_Down)
    assert scene.session.form is not None
    assert scene.session.form.auth is AuthKind.NTLM


async def test_a_proxy_is_chosen_named_and_its_password_kept_by_keys(scene_of: SceneMaker) -> None:
    scene = scene_of()
    await scene.open()
    await fill_by_keys(scene)
    assert not scene.line(FormField.PROXY).isVisible(), "nobody who has none is asked for one"
    scene.press(Qt.Key.Key_R, ALT)
    assert scene.has_focus(scene.view.form.proxy)
    scene.press(Qt.Key.Key_End)
    scene.press(Qt.Key.Key_Tab)
    assert scene.has_focus(scene.line(FormField.PROXY))
    scene.press(Qt.Key.Key_Return)
    assert "Type the address of the proxy" in scene.words(scene.view.form.fields[FormField.PROXY])
    scene.type("proxy.contoso.com:3128")
    scene.press(Qt.Key.Key_Tab)
    assert scene.line(FormField.PROXY).text() == "http://proxy.contoso.com:3128"
    assert not scene.line(FormField.PROXY_PASSWORD).isEnabled(), "a proxy without a user wants no password"
    scene.type("CONTOSO\\anna")
    scene.press(Qt.Key.Key_Tab)
    assert scene.has_focus(scene.line(FormField.PROXY_PASSWORD))
    scene.type("pr0xy")
    scene.press(Qt.Key.Key_Return)
    await scene.settle()
    scene.press(Qt.Key.Key_Return)
    await scene.settle()
    (account,) = scene.settings.kept.values()
    assert (account.proxy, account.proxy_user) == ("http://proxy.contoso.com:3128", "CONTOSO\\anna")
    assert scene.secrets.held == {account.account_id: "s3cret", proxy_key(account.account_id): "pr0xy"}
    assert scene.mailbox.proxy_secrets[account.account_id] == "pr0xy"


PRESETS = r"""
colour = "red"
[[account]]
domains = ["contoso.com"]
server = "mail.contoso.com"
user = "CONTOSO\\{name}"
sign_in = "ntlm"
proxy = "none"
locked = ["server", "sign_in", "proxy"]
"""


async def test_presets_leave_the_password_alone_to_be_typed(scene_of: SceneMaker) -> None:
    scene = scene_of(presets=PRESETS)
    await scene.open()
    assert "“colour” is not known" in scene.words(scene.view), "what is wrong in the file is told"
    scene.type("anna@contoso.com")
    scene.press(Qt.Key.Key_Tab)
    assert scene.line(FormField.PASSWORD).isVisible(), "its server is known: what is left is the password"
    assert not scene.line(FormField.ENDPOINT).isVisible()
    server = scene.line(FormField.ENDPOINT)
    scene.unfold()
    assert server.text() == "https://mail.contoso.com/EWS/Exchange.asmx"
    scene.type("x")
    assert server.text() == "https://mail.contoso.com/EWS/Exchange.asmx", "what is locked can be read, not changed"
    assert server.accessibleDescription() == "Set by your organisation."
    assert scene.line(FormField.USER).text() == "CONTOSO\\anna"
    assert not scene.view.form.auth.isEnabled()
    assert not scene.view.form.proxy.isEnabled()
    scene.press(Qt.Key.Key_P, ALT)
    scene.type("s3cret")
    scene.press(Qt.Key.Key_Return)
    await scene.settle()
    scene.press(Qt.Key.Key_Return)
    await scene.settle()
    (account,) = scene.settings.kept.values()
    assert (account.user, account.auth, account.proxy) == ("CONTOSO\\anna", AuthKind.NTLM, "none")


async def test_tab_goes_through_all_and_back_and_is_never_trapped(scene_of: SceneMaker) -> None:
    scene = scene_of()
    await scene.open()
    scene.unfold()
    form = scene.view.form
    wanted: list[QWidget] = [
        scene.line(FormField.ADDRESS),
        scene.line(FormField.PASSWORD),
        scene.line(FormField.NAME),
        form.more,
        form.kind,
        scene.line(FormField.ENDPOINT),
        form.find_server,
        form.auth,
        scene.line(FormField.USER),
        scene.line(FormField.CA_FILE),
        form.choose,
        form.proxy,
        form.test,
    ]
    scene.line(FormField.ADDRESS).setFocus()
    seen = []
    for _ in wanted:
        seen.append(scene.focus)
        scene.press(Qt.Key.Key_Tab)
    assert seen == wanted
    assert scene.has_focus(scene.elsewhere)
    for widget in reversed(wanted):
        scene.press(Qt.Key.Key_Backtab, SHIFT)
        assert scene.has_focus(widget)


async def test_every_control_has_a_name(scene_of: SceneMaker) -> None:
    scene = scene_of(BERT)
    await scene.open()
    scene.session.start_new()
    for control in scene.view.findChildren(QWidget):
        if control.focusPolicy() & Qt.FocusPolicy.TabFocus and control.isVisibleTo(scene.view):
            named = control.accessibleName() or (control.text() if isinstance(control, QPushButton) else "")
            assert named, control


async def test_errors_stand_at_their_fields_and_the_first_has_the_focus(scene_of: SceneMaker) -> None:
    scene = scene_of()
    await scene.open()
    scene.type("anna")
    scene.unfold()
    assert "not a complete address" in scene.words(scene.view.form.fields[FormField.ADDRESS])
    scene.type("http://mail.contoso.com")
    scene.press(Qt.Key.Key_T, ALT)
    assert "must begin with https://" in scene.words(scene.view.form.fields[FormField.ENDPOINT])
    assert "must begin with https://" in scene.line(FormField.ENDPOINT).accessibleDescription()
    assert "Type your password" in scene.words(scene.view.form.fields[FormField.PASSWORD])
    assert scene.has_focus(scene.line(FormField.ADDRESS))
    assert scene.mailbox.calls == []
    scene.type("anna@contoso.com")
    assert "not a complete address" not in scene.words(scene.view.form.fields[FormField.ADDRESS])


async def test_a_bad_ca_file_takes_the_focus_to_its_field(scene_of: SceneMaker) -> None:
    scene = scene_of()
    scene.bad_ca = "There is no such file."
    await scene.open()
    await fill_by_keys(scene)
    scene.press(Qt.Key.Key_C, ALT)
    scene.type("none.pem")
    scene.press(Qt.Key.Key_T, ALT)
    await scene.settle()
    assert scene.has_focus(scene.line(FormField.CA_FILE))
    assert "There is no such file." in scene.words(scene.view.form.fields[FormField.CA_FILE])


async def test_a_failure_of_tls_is_told_in_words_and_there_is_no_way_past_it(scene_of: SceneMaker) -> None:
    scene = scene_of()
    scene.mailbox.probe_steps[2:] = [ProbeStep("tls", passed=False, detail="self-signed certificate")]
    await scene.open()
    await fill_by_keys(scene)
    scene.press(Qt.Key.Key_Return)
    await scene.settle()
    words = scene.words(scene.view.form.steps)
    assert "Could not confirm that mail.contoso.com is genuine. Your password was not sent." in words
    assert "CA file" in words
    assert "self-signed certificate" in words
    assert not scene.view.form.save.isEnabled()
    assert not scene.view.form.save_anyway.isVisible()
    scene.press(Qt.Key.Key_S, ALT)
    scene.press(Qt.Key.Key_Y, ALT)
    await scene.settle()
    assert scene.settings.kept == {}


async def test_without_a_network_the_account_can_be_kept_by_its_access_key(scene_of: SceneMaker) -> None:
    scene = scene_of()
    scene.mailbox.probe_steps = [ProbeStep("name", passed=False, detail="Temporary failure in name resolution")]
    await scene.open()
    await fill_by_keys(scene)
    scene.press(Qt.Key.Key_T, ALT)
    await scene.settle()
    assert scene.view.form.save_anyway.isVisible()
    scene.press(Qt.Key.Key_Y, ALT)
    await scene.settle()
    assert len(scene.settings.kept) == 1


async def test_a_test_can_be_stopped_by_escape_and_the_form_stays(scene_of: SceneMaker) -> None:
    scene = scene_of()
    gate = scene.mailbox.hold("probe")
    await scene.open()
    await fill_by_keys(scene)
    scene.press(Qt.Key.Key_Return)
    await gate.reached.wait()
    QApplication.processEvents()
    assert scene.view.form.test.text().replace("&", "") == "Stop"
    scene.press(Qt.Key.Key_Escape)
    await scene.settle()
    assert scene.closed == 0
    assert scene.line(FormField.PASSWORD).text() == "s3cret"
    assert scene.view.form.test.text().replace("&", "") == "Continue"


async def test_each_step_has_an_icon_and_a_name_that_says_how_it_stands(scene_of: SceneMaker) -> None:
    scene = scene_of()
    scene.mailbox.probe_steps[3:] = [ProbeStep("sign-in", passed=False)]
    await scene.open()
    await fill_by_keys(scene)
    scene.press(Qt.Key.Key_Return)
    await scene.settle()
    rows = [child for child in scene.view.form.steps.findChildren(QWidget) if "Sign-in:" in child.accessibleName()]
    assert any("failed" in row.accessibleName() for row in rows)
    pictures = [label for label in scene.view.form.steps.findChildren(QLabel) if not label.pixmap().isNull()]
    assert len(pictures) == 6


@pytest.mark.parametrize(("keyring", "words"), [(True, "in this computer's keyring"), (False, "No keyring here")])
async def test_where_the_password_will_be_kept_stands_under_its_field(
    scene_of: SceneMaker, keyring: bool, words: str
) -> None:
    scene = scene_of(keyring=keyring)
    await scene.open()
    scene.unfold()
    assert words in scene.words(scene.view.form.fields[FormField.PASSWORD])


async def test_the_password_is_never_shown(scene_of: SceneMaker) -> None:
    scene = scene_of()
    await scene.open()
    await fill_by_keys(scene)
    line = scene.line(FormField.PASSWORD)
    assert line.echoMode() is QLineEdit.EchoMode.Password
    assert "s3cret" not in line.displayText()


async def test_an_account_is_removed_by_keys_and_asks_once_more_on_the_spot(scene_of: SceneMaker) -> None:
    scene = scene_of(BERT)
    scene.secrets.held[BERT.account_id] = "kept"
    await scene.open()
    row = scene.view.list.rows[0]
    assert scene.has_focus(row.change)
    scene.press(Qt.Key.Key_Tab)
    scene.press(Qt.Key.Key_Space)
    assert scene.has_focus(row.keep), "Enter pressed too often removes nothing"
    assert "Its mailbox stays as it is" in scene.words(row)
    scene.press(Qt.Key.Key_Escape)
    assert not row.asking
    assert scene.closed == 0
    scene.press(Qt.Key.Key_Return)
    scene.press(Qt.Key.Key_Backtab, SHIFT)
    scene.press(Qt.Key.Key_Return)
    await scene.settle()
    assert scene.settings.kept == {}
    assert scene.secrets.held == {}
    assert "There is no account yet" in scene.words(scene.view.list)
    assert scene.has_focus(scene.view.list.add)


async def test_an_account_is_changed_and_its_password_left_alone(scene_of: SceneMaker) -> None:
    scene = scene_of(BERT)
    scene.secrets.held[BERT.account_id] = "kept"
    await scene.open()
    scene.press(Qt.Key.Key_Return)
    assert scene.line(FormField.ADDRESS).text() == "bert@contoso.com"
    assert scene.line(FormField.PASSWORD).text() == ""
    scene.press(Qt.Key.Key_U, ALT)
    scene.line(FormField.USER).selectAll()
    scene.type("CONTOSO\\bert")
    scene.press(Qt.Key.Key_Return)
    await scene.settle()
    scene.press(Qt.Key.Key_Return)
    await scene.settle()
    assert scene.settings.kept[BERT.account_id].user == "CONTOSO\\bert"
    assert scene.secrets.held == {BERT.account_id: "kept"}


async def test_escape_goes_from_the_form_to_the_list_and_then_out(scene_of: SceneMaker) -> None:
    scene = scene_of(BERT)
    await scene.open()
    scene.press(Qt.Key.Key_A, ALT)
    assert scene.has_focus(scene.line(FormField.ADDRESS))
    scene.type("anna@")
    scene.press(Qt.Key.Key_Escape)
    assert scene.session.form is None
    assert scene.closed == 0
    scene.press(Qt.Key.Key_A, ALT)
    assert scene.line(FormField.ADDRESS).text() == "anna@", "what was typed is there again"
    scene.press(Qt.Key.Key_Escape)
    scene.press(Qt.Key.Key_Escape)
    assert scene.closed == 1


async def test_without_any_account_back_leaves_the_page(scene_of: SceneMaker) -> None:
    scene = scene_of()
    await scene.open()
    scene.press(Qt.Key.Key_Escape)
    assert scene.closed == 1


# --- the bar that asks for a password -------------------------------------------------------------------------------


class BarScene:
    """A window in which something else is being done when a password is asked for."""

    def __init__(self, qtbot: QtBot) -> None:
        self.mailbox = FakeMailbox()
        self.secrets = FakeSecrets()
        self.tasks = Tasks()
        self.accounts = Accounts(FakeSettings([BERT]), self.secrets, self.mailbox)
        signing = SigningIn(self.mailbox, self.accounts, self.secrets, self.tasks.spawn, lambda _: True)
        self.session = SignInSession(self.accounts, self.tasks, BrowserSignIn(signing, self.tasks))
        self.window = QWidget()
        qtbot.addWidget(self.window)
        self.message = QLineEdit(self.window)
        self.bar = SignInBar(self.session, self.window)
        column = QVBoxLayout(self.window)
        column.addWidget(self.bar)
        column.addWidget(self.message)
        with qtbot.waitActive(self.window):
            self.window.show()
            self.window.activateWindow()
        self.message.setFocus()

    async def settle(self) -> None:
        async with asyncio.timeout(5):
            while len(self.tasks):
                await asyncio.sleep(0)
                QApplication.processEvents()
        QApplication.processEvents()


async def test_the_bar_asks_without_taking_the_focus_from_what_is_being_typed(qtbot: QtBot) -> None:
    scene = BarScene(qtbot)
    assert not scene.bar.isVisible()
    await scene.accounts.start()
    QTest.keyClicks(scene.message, "still typing")
    assert scene.bar.isVisible()
    assert scene.message.text() == "still typing"
    assert scene.message.hasFocus()


async def test_a_password_typed_into_the_bar_signs_in_and_gives_the_focus_back(qtbot: QtBot) -> None:
    scene = BarScene(qtbot)
    await scene.accounts.start()
    scene.bar.ask_now()
    assert scene.bar.line.hasFocus()
    assert scene.bar.line.accessibleName() == "Password for bert@contoso.com"
    QTest.keyClicks(scene.bar.line, "s3cret")
    QTest.keyClick(scene.bar.line, Qt.Key.Key_Return)
    await scene.settle()
    assert scene.secrets.held == {BERT.account_id: "s3cret"}
    assert not scene.bar.isVisible()
    assert scene.bar.line.text() == ""
    assert scene.message.hasFocus()


async def test_a_wrong_password_is_told_in_the_bar(qtbot: QtBot) -> None:
    scene = BarScene(qtbot)
    scene.mailbox.probe_steps[3:] = [ProbeStep("sign-in", passed=False)]
    await scene.accounts.start()
    scene.bar.ask_now()
    QTest.keyClicks(scene.bar.line, "wrong")
    QTest.keyClick(scene.bar.line, Qt.Key.Key_Return)
    await scene.settle()
    assert scene.bar.isVisible()
    assert "does not accept" in scene.bar.line.accessibleDescription()
    assert scene.bar.line.hasFocus()
    assert scene.bar.line.selectedText(), "typing again writes over it"


async def test_escape_puts_the_bar_off(qtbot: QtBot) -> None:
    scene = BarScene(qtbot)
    await scene.accounts.start()
    scene.bar.ask_now()
    QTest.keyClick(scene.bar.line, Qt.Key.Key_Escape)
    assert not scene.bar.isVisible()
    assert scene.message.hasFocus()
    assert scene.mailbox.calls == []
