"""Signing in by the browser as it is seen and done by keys: in the form of an account, and in the bar."""

from __future__ import annotations

import asyncio

from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from app.domain.account import AuthKind, Discovery, ProbeStep
from app.domain.sign_in import SignedIn, SignInWay
from app.views.settings.account_form import FormField
from app.views.settings.session import Phase
from app.views.settings.sign_in_bar import SignInBar
from tests.widgets.test_settings_view import BERT, BarScene, Scene

CARA = replace(BERT, auth=AuthKind.OAUTH, user=BERT.address, client_id="app")
DONE = SignedIn("refresh", BERT.address)
ALT = Qt.KeyboardModifier.AltModifier


async def by_browser(qtbot: QtBot) -> Scene:
    scene = Scene(qtbot)
    await scene.open()
    scene.session.unfold(on=True)
    scene.session.set_auth(AuthKind.OAUTH)
    for name, value in (("address", "anna@contoso.com"), ("endpoint", "mail.contoso.com"), ("client_id", "app")):
        scene.session.set(FormField(name), value)
    return scene


async def until_shown(scene: Scene | BarScene) -> None:
    browser = scene.session.browser
    async with asyncio.timeout(5):
        while browser.page is None:
            await asyncio.sleep(0)
            QApplication.processEvents()
    QApplication.processEvents()


async def test_the_form_asks_for_what_a_browser_needs_and_for_no_password(qtbot: QtBot) -> None:
    scene = await by_browser(qtbot)
    fields = scene.view.form.fields
    shown = [name for name, field in fields.items() if field.isVisible()]
    assert shown == [
        FormField.ADDRESS,
        FormField.NAME,
        FormField.ENDPOINT,
        FormField.CLIENT_ID,
        FormField.TENANT,
        FormField.CA_FILE,
    ]
    assert "never sees your password" in scene.words(scene.view.form)
    scene.session.set_auth(AuthKind.BASIC)
    assert fields[FormField.PASSWORD].isVisible()
    assert not fields[FormField.CLIENT_ID].isVisible()


async def test_a_code_is_shown_copied_and_left_again_by_keys(qtbot: QtBot) -> None:
    scene = await by_browser(qtbot)
    scene.line(FormField.CLIENT_ID).setFocus()
    scene.press(Qt.Key.Key_Return)
    await until_shown(scene)
    panel = scene.view.form.panel
    assert panel.isVisible()
    assert "Your browser is open" in scene.words(panel)
    scene.press(Qt.Key.Key_L, ALT)
    assert QGuiApplication.clipboard().text() == "https://login.contoso.com/authorize"
    scene.press(Qt.Key.Key_W, ALT)
    await until_shown(scene)
    assert panel.code.text() == "BCDF-GHJK"
    assert "BCDF-GHJK" in panel.code.accessibleName()
    scene.press(Qt.Key.Key_H, ALT)
    assert QGuiApplication.clipboard().text() == "BCDF-GHJK"
    scene.press(Qt.Key.Key_Escape)
    await scene.settle()
    assert scene.session.phase is Phase.EDITING
    assert not panel.isVisible()


async def test_signed_in_it_is_tested_and_saved_by_enter(qtbot: QtBot) -> None:
    scene = await by_browser(qtbot)
    scene.mailbox.sign_ins.answers.append(DONE)
    scene.line(FormField.CLIENT_ID).setFocus()
    scene.press(Qt.Key.Key_Return)
    await scene.settle()
    assert scene.has_focus(scene.view.form.save)
    assert BERT.address in scene.words(scene.view.form.steps)
    scene.press(Qt.Key.Key_Return)
    await scene.settle()
    [account] = await scene.settings.accounts()
    assert account.auth is AuthKind.OAUTH


async def test_no_two_things_on_the_form_have_one_access_key(qtbot: QtBot) -> None:
    scene = await by_browser(qtbot)
    scene.session.test()
    await until_shown(scene)
    for change in (False, True):
        if change:
            scene.session.change_way()
            await until_shown(scene)
        buttons = [one for one in scene.view.form.findChildren(QPushButton) if one.isVisible() and one.isEnabled()]
        keys = [one.text().partition("&")[2][:1].casefold() for one in buttons if "&" in one.text()]
        labels = [field._label.text() for field in scene.view.form.fields.values() if field.isVisible()]
        keys += [text.partition("&")[2][:1].casefold() for text in labels]
        assert len(keys) == len(set(keys)), sorted(keys)
    scene.session.stop_test()
    await scene.settle()


async def test_the_bar_asks_to_sign_in_again_and_goes_when_it_is_done(qtbot: QtBot) -> None:
    scene = BarScene(qtbot)
    scene.session.ask(CARA)
    bar: SignInBar = scene.bar
    QApplication.processEvents()
    assert bar.isVisible()
    assert not bar.line.isVisible()
    assert f"Sign in again to {CARA.address}" in [label.text() for label in bar.findChildren(type(bar._label))]
    assert QApplication.focusWidget() is scene.message, "nothing is in the way of writing"
    bar.ask_now()
    assert QApplication.focusWidget() is bar.sign_in
    QTest.keyClick(bar.sign_in, Qt.Key.Key_Return)
    await until_shown(scene)
    assert bar.sign_in.text() == "&Stop"
    assert bar.panel is not None
    assert bar.panel.isVisible()
    assert not bar.later.isVisible()
    scene.mailbox.sign_ins.answers.append(DONE)
    await scene.accounts.start()
    await scene.settle()
    assert not bar.isVisible()
    assert QApplication.focusWidget() is scene.message
    assert [way for _, way in scene.mailbox.sign_ins.asked] == [SignInWay.BROWSER]


async def test_a_server_is_found_by_the_address_looked_at_and_left_for_the_person_to_go_on(qtbot: QtBot) -> None:
    scene = Scene(qtbot)
    await scene.open()
    scene.mailbox.sign_ins.hosts = [
        ProbeStep("autodiscover.contoso.com", passed=False, detail="There is no server of that name."),
        ProbeStep("contoso.com", passed=True, detail="https://mail.contoso.com/EWS/Exchange.asmx"),
    ]
    scene.mailbox.sign_ins.discovery = Discovery("https://mail.contoso.com/EWS/Exchange.asmx")
    scene.type("anna@contoso.com")
    scene.press(Qt.Key.Key_Return)
    await scene.settle()
    assert scene.line(FormField.ENDPOINT).text() == "https://mail.contoso.com/EWS/Exchange.asmx"
    shown = scene.words(scene.view.form.steps)
    assert "Your mail server was found" in shown
    assert "There is no server of that name." in shown
    assert scene.has_focus(scene.line(FormField.PASSWORD))
    assert not scene.line(FormField.ENDPOINT).isVisible(), "most people need not see it"
    assert scene.mailbox.calls_of("probe") == []


PRESETS = """
version = 1
[[account]]
domains = ["contoso.com"]
server = "outlook.office365.com"
sign_in = "oauth"
client_id = "11111111-2222-3333-4444-555555555555"
tenant = "contoso.com"
locked = ["server", "sign_in", "client_id", "tenant"]
"""


async def test_an_administrators_preset_leaves_the_address_to_type_and_nothing_else(qtbot: QtBot) -> None:
    scene = Scene(qtbot, presets=PRESETS)
    await scene.open()
    scene.type("anna@contoso.com")
    scene.mailbox.sign_ins.answers.append(SignedIn("refresh", "anna@contoso.com"))
    scene.press(Qt.Key.Key_Return)
    await scene.settle()
    assert scene.session.phase is Phase.PASSED, scene.session.errors
    [(account, _)] = scene.mailbox.sign_ins.asked
    assert account.endpoint == "https://outlook.office365.com/EWS/Exchange.asmx"
    assert (account.auth, account.tenant) == (AuthKind.OAUTH, "contoso.com")
    assert account.client_id.startswith("11111111")
    fields = scene.view.form.fields
    assert fields[FormField.CLIENT_ID].line.isReadOnly()
    assert fields[FormField.TENANT].line.isReadOnly()
    assert not scene.view.form.auth.isEnabled()
    assert not scene.view.form.find_server.isEnabled()
