"""What concerns the whole window: the account and its troubles, settings, light and dark, what lies over the rest."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPixmap
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.domain.account import AuthKind, BackendKind
from app.domain.errors import StorageError, Trouble, TroubleKind
from app.domain.listing import Folder
from app.domain.message import Field, Importance
from app.services.accounts.accounts import AccountTrouble
from app.ui import icons, theme
from app.views.settings.session import Phase
from app.views.shell.keys_sheet import KeysSheet
from tests.fakes.mailbox import words
from tests.fakes.scene import ACCOUNT, ANNA, MESSAGE
from tests.program_scene import HOLD, ProgramScene

OFFLINE = Trouble(TroubleKind.UNREACHABLE, may_have_been_processed=False, host="mail.example.org")


@pytest.fixture(autouse=True)
def light(qapp: QApplication) -> Iterator[None]:
    """Leave the scheme as it was found."""
    yield
    theme.apply(qapp, theme.LIGHT)
    icons.forget()


@pytest.fixture
async def nobody(qtbot: QtBot, qapp: QApplication) -> AsyncIterator[ProgramScene]:
    """The program without an account."""
    scene = await ProgramScene(qtbot, qapp).start()
    yield scene
    await scene.end()


async def test_without_an_account_there_are_no_initials(nobody: ProgramScene) -> None:
    account = nobody.window.sidebar._account
    assert "No account" in nobody.words(account)
    assert account._avatar.text() == "–"


# --- accounts ---------------------------------------------------------------------------------------------------------


async def test_the_trouble_of_an_account_stands_in_its_bar_until_it_is_over(program_scene: ProgramScene) -> None:
    scene = program_scene
    scene.mailbox.fail("sync", OFFLINE, times=2)
    scene.mailbox.fail("list_folder", OFFLINE)
    await scene.press("F5")
    bar = scene.window.account_bar
    assert bar.isVisible()
    assert "mail.example.org" in scene.words(bar)
    assert "Not connected" in scene.words(scene.window.sidebar)
    assert "The server cannot be reached" in scene.words(scene.parts.workspace.panel)
    assert scene.in_list()
    await scene.press("F5")
    await scene.settle()
    await scene.press("F5")
    assert not bar.isVisible()
    assert "Connected" in scene.words(scene.window.sidebar)


async def test_a_password_that_is_refused_is_asked_for_in_the_bar(program_scene: ProgramScene) -> None:
    scene = program_scene
    scene.mailbox.fail("sync", Trouble(TroubleKind.SIGN_IN, http_status=401), times=2)
    await scene.press("F5")
    assert scene.parts.account_controller.sign_in_bar.isVisible()
    scene.parts.registry.run("account.sign_in")
    await scene.settle()
    assert scene.focus is scene.parts.account_controller.sign_in_bar.line
    await scene.type("another secret")
    await scene.press("Return")
    await scene.until(lambda: not scene.parts.account_controller.sign_in_bar.isVisible())
    assert scene.secrets.held[ANNA] == "another secret"
    assert scene.in_list()
    assert not scene.window.account_bar.isVisible()


async def test_after_a_password_the_focus_is_where_the_person_was(program_scene: ProgramScene) -> None:
    """However it went into the bar; it was on "New message", where letters mean nothing."""
    scene = program_scene
    bar = scene.parts.account_controller.sign_in_bar
    for where in ("list", "message"):
        if where == "message":
            await scene.press("C")
            await scene.press("Alt+M")
        was = scene.focus
        scene.mailbox.fail("sync", Trouble(TroubleKind.SIGN_IN, http_status=401), times=2)
        scene.parts.registry.run("window.refresh")
        await scene.until(bar.isVisible)
        await scene.press("Alt+P")
        assert scene.focus is bar.line
        await scene.type("another secret")
        await scene.press("Return")
        await scene.until(lambda: not bar.isVisible())
        assert scene.focus is was, where


async def test_the_bar_of_an_account_leads_to_its_own_form(program_scene: ProgramScene) -> None:
    scene = program_scene
    change = AccountTrouble(ANNA, OFFLINE)
    scene.parts.accounts.trouble_changed.emit(change)
    scene.window.account_bar.action_wanted.emit("settings")
    assert scene.window.pages.currentWidget() is scene.parts.account_controller._settings_page
    assert scene.parts.settings_session.editing == ANNA


async def test_a_tenant_that_turns_ews_off_is_offered_graph_in_one_step(program_scene: ProgramScene) -> None:
    scene = program_scene
    accounts, session = scene.parts.accounts, scene.parts.settings_session
    known = accounts.get(ANNA)
    assert known is not None
    ews = "https://outlook.office365.com/EWS/Exchange.asmx"
    await accounts.add(msgspec.structs.replace(known, endpoint=ews, auth=AuthKind.OAUTH, client_id="client"), "token")
    accounts.report(ANNA, Trouble(TroubleKind.SERVICE_OFF, http_status=403, may_have_been_processed=False))
    words = scene.words(scene.window.account_bar)
    assert "has turned off EWS" in words
    offers = [one.text().replace("&", "") for one in scene.window.account_bar.findChildren(QPushButton)]
    assert "Use Microsoft Graph" in offers
    scene.window.account_bar.action_wanted.emit("move-to-graph")
    assert scene.window.pages.currentWidget() is scene.parts.account_controller._settings_page
    assert session.form is not None
    assert (session.editing, session.form.backend) == (ANNA, BackendKind.GRAPH)
    assert session.form.endpoint == "https://graph.microsoft.com/v1.0"
    assert session.phase is Phase.TESTING, "the sign-in has begun"
    session.leave_form()


async def test_an_exchange_server_that_turns_ews_off_is_not_offered_graph(program_scene: ProgramScene) -> None:
    scene = program_scene
    scene.parts.accounts.report(ANNA, Trouble(TroubleKind.SERVICE_OFF, http_status=403))
    words = scene.words(scene.window.account_bar)
    assert "turned off the connection this app uses (EWS)" in words
    assert "Microsoft Graph" not in words


async def test_without_an_account_a_new_message_leads_to_the_form(nobody: ProgramScene) -> None:
    await nobody.press("C")
    assert nobody.window.pages.currentWidget() is nobody.parts.account_controller._settings_page
    assert nobody.focus.isVisible()
    await nobody.press("Escape")
    assert nobody.in_list()


async def test_an_account_added_in_settings_shows_its_lists(nobody: ProgramScene) -> None:
    scene = nobody
    scene.mailbox.accounts[ANNA] = ACCOUNT
    scene.on_server(MESSAGE)
    scene.parts.account_controller.add_account()
    await scene.parts.accounts.add(ACCOUNT, "secret")
    await scene.settle()
    scene.parts.workspace.go("drafts")
    await scene.settle()
    assert [row.subject for row in scene.rows] == [MESSAGE.subject]
    assert "anna@example.org" in scene.words(scene.window.sidebar) or "anna" in scene.words(scene.window.sidebar)


async def test_an_account_that_is_removed_leaves_empty_lists(program_scene: ProgramScene) -> None:
    scene = program_scene
    scene.on_server(MESSAGE)
    await scene.press("F5")
    await scene.parts.accounts.remove(ANNA)
    await scene.settle()
    assert scene.rows == []
    assert "No account" in scene.words(scene.window.sidebar)
    assert scene.in_list()


async def test_the_settings_that_a_row_offers_are_those_of_its_account(program_scene: ProgramScene) -> None:
    scene = program_scene
    name = await scene.saved()
    scene.parts.remedies.apply("settings", name)
    await scene.settle()
    session = scene.parts.settings_session
    assert scene.window.pages.currentWidget() is scene.parts.account_controller._settings_page
    assert session.editing == ANNA


# --- settings ---------------------------------------------------------------------------------------------------------


async def test_settings_come_and_go_by_keys(program_scene: ProgramScene) -> None:
    scene = program_scene
    await scene.press("Ctrl+,")
    page = scene.parts.account_controller._settings_page
    assert page is not None
    assert page.isAncestorOf(scene.focus)
    await scene.press("Escape")
    assert scene.in_list()
    await scene.press("Ctrl+,", "Ctrl+3")
    assert scene.parts.workspace.place == "sent"
    assert scene.in_list()


async def test_f6_finds_the_way_back_into_settings(program_scene: ProgramScene) -> None:
    scene = program_scene
    await scene.press("Ctrl+,", "F6")
    assert scene.focus is scene.window.sidebar.new
    await scene.press("F6")
    assert scene.parts.account_controller._settings_page.isAncestorOf(scene.focus)


async def test_f6_goes_round_list_message_and_rail(program_scene: ProgramScene) -> None:
    scene = program_scene
    await scene.press("C", "F6")
    assert scene.focus is scene.window.sidebar.new
    await scene.press("F6")
    assert scene.in_list()
    await scene.press("F6")
    assert scene.field() is Field.TO


# --- light and dark ---------------------------------------------------------------------------------------------------


def colours(pixmap: QPixmap) -> set[str]:
    """Return the colours that a picture is drawn in."""
    image = pixmap.toImage()
    pixels = (image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height()))
    return {QColor(pixel.rgb()).name() for pixel in pixels if pixel.alpha() == 255}


def pictures(window: QWidget) -> list[tuple[str, QPixmap]]:
    """Return every icon that is shown, with what bears it."""
    labels, buttons = window.findChildren(QLabel), window.findChildren(QPushButton)
    shown = [(f"label {label.accessibleName() or label.text()}", label.pixmap()) for label in labels]
    shown += [
        (f"button {button.accessibleName() or button.text()}", button.icon().pixmap(button.iconSize()))
        for button in buttons
    ]
    return [(name, pixmap) for name, pixmap in shown if not pixmap.isNull()]


async def test_after_the_scheme_was_switched_no_icon_has_the_colours_of_the_old_one(
    program_scene: ProgramScene,
) -> None:
    scene = program_scene
    scene.on_server(MESSAGE, folder=Folder.SENT)
    await scene.parts.compose.begin_now(MESSAGE)
    scene.parts.sign_in.ask(ACCOUNT)
    for bar in (scene.window.account_bar, scene.window.notice_bar, scene.message.bar, scene.parts.reader.bar):
        bar.show_sentence("Something is the matter.", tone="warn")
    scene.parts.account_controller.show_settings()
    scene.parts.workspace.go("sent")
    await scene.settle()
    scene.parts.window_controller.switch_scheme()
    await scene.settle()
    old = {getattr(theme.LIGHT, name) for name in theme.Scheme._fields if name not in {"dark", "contrast"}}
    new = {getattr(theme.DARK, name) for name in theme.Scheme._fields if name not in {"dark", "contrast"}}
    old = {QColor(name).name() for name in old} - {QColor(name).name() for name in new}
    stale = [name for name, pixmap in pictures(scene.window) if colours(pixmap) & old]
    assert stale == []
    assert scene.settings.preferences["scheme"] == "dark"
    assert scene.in_list()


async def test_the_recipients_field_follows_the_scheme(program_scene: ProgramScene) -> None:
    scene = program_scene
    await scene.parts.compose.begin_now(MESSAGE)
    await scene.settle()
    field = scene.message.recipients[Field.TO]
    scene.parts.window_controller.switch_scheme()
    await scene.settle()
    image = field.viewport().grab().toImage()
    dark = sum(image.pixelColor(x, image.height() // 2).lightness() < 128 for x in range(image.width()))
    assert dark > image.width() * 0.8


# --- what lies over the rest ------------------------------------------------------------------------------------------


async def test_the_palette_does_a_command_and_gives_the_focus_back(program_scene: ProgramScene) -> None:
    scene = program_scene
    await scene.parts.compose.begin_now(MESSAGE)
    await scene.settle()
    scene.message.focus_field(Field.BODY)
    await scene.press("Ctrl+Shift+P")
    await scene.type("high imp")
    await scene.press("Return")
    assert scene.message.session.content.importance is Importance.HIGH
    assert scene.field() is Field.BODY


async def test_escape_closes_the_palette_however_often_it_was_opened(program_scene: ProgramScene) -> None:
    scene = program_scene
    await scene.press("Ctrl+Shift+P", "Ctrl+Shift+P", "Escape")
    assert scene.in_list()
    await scene.press("Ctrl+/", "Ctrl+/", "Escape")
    assert scene.in_list()


async def test_the_palette_survives_that_the_message_it_came_from_is_gone(program_scene: ProgramScene) -> None:
    scene = program_scene
    await scene.parts.compose.begin_now(MESSAGE)
    await scene.settle()
    scene.message.focus_field(Field.BODY)
    for keys in ("Ctrl+Shift+P", "Ctrl+/"):
        await scene.parts.compose.begin_now(MESSAGE)
        await scene.settle()
        name = scene.message.session.local_id
        await scene.press(keys)
        await scene.parts.drafts.discard(name)
        await scene.settle()
        await scene.press("Escape")
        assert scene.focus.isVisible()


async def test_the_palette_offers_only_what_can_be_done_now(program_scene: ProgramScene) -> None:
    scene = program_scene

    def offered() -> list[str]:
        palette = scene.window._palette
        assert palette is not None
        return [palette.list.item(row).text() for row in range(palette.list.count())]

    await scene.press("Ctrl+Shift+P")
    assert "Send" not in offered()
    assert "Sign in" not in offered()
    await scene.type("zzzz")
    assert offered() == []
    await scene.press("Return", "Escape")
    await scene.press("C", "Ctrl+Shift+P")
    assert "Send" in offered()
    await scene.press("Escape")
    assert scene.field() is Field.TO


async def test_sent_shows_what_was_sent_since_one_was_there_and_else_where_one_was(program_scene: ProgramScene) -> None:
    scene = program_scene
    for number in range(20):
        scene.on_server(msgspec.structs.replace(MESSAGE, subject=f"Number {number}"), folder=Folder.SENT)
        await scene.clock.advance(60)
    await scene.press("Ctrl+3", "F5")
    await scene.until(lambda: len(scene.rows) == 20)
    await scene.press("End")
    assert scene.current.subject == "Number 0"
    await scene.press("Ctrl+2", "Ctrl+3")
    assert scene.current.subject == "Number 0", "nothing is new"
    await scene.press("Ctrl+2")
    newest = next(item for item in scene.mailbox.items.values() if item.content.subject == "Number 19")
    scene.mailbox.delete_elsewhere(newest.item_id)
    scene.parts.lists.sent.reload()
    await scene.settle()
    await scene.press("Ctrl+3")
    assert len(scene.rows) == 19
    assert scene.current.subject == "Number 0", "what is gone is nothing new"
    await scene.press("Ctrl+2")
    name = await scene.saved(MESSAGE, subject="Sent now")
    scene.parts.compose.open_message(name)
    await scene.until(lambda: scene.parts.compose.current() is not None)
    await scene.press("Ctrl+Return")
    await scene.passes(HOLD + 1)
    await scene.press("Ctrl+3")
    assert scene.current.subject == "Sent now"
    assert scene.parts.workspace.panel.list.verticalScrollBar().value() == 0


async def test_the_list_stands_at_a_new_message_from_its_first_moment(program_scene: ProgramScene) -> None:
    scene = program_scene
    for subject in ("One", "Two"):
        await scene.saved(MESSAGE, subject=subject)
    await scene.press("Ctrl+2", "End")
    assert scene.current.subject == "One"
    await scene.press("C")
    assert scene.current.local_id == scene.message.session.local_id


async def test_a_refused_message_is_counted_where_it_is_mended_and_not_twice(program_scene: ProgramScene) -> None:
    scene = program_scene
    names = [await scene.saved(MESSAGE, subject=subject) for subject in ("One", "Two")]
    scene.mailbox.refuse("send", 0, words("ErrorSendAsDenied"))
    await scene.parts.outbox.send(names[:1], 0)
    await scene.settle()
    sidebar = scene.window.sidebar
    drafts, outbox = sidebar._buttons["drafts"], sidebar._buttons["outbox"]
    await scene.until(lambda: "1 needs attention" in drafts.accessibleName())
    assert "2 messages" in drafts.accessibleName()
    assert outbox.accessibleName() == "Outbox"
    assert outbox.badge_words() == ""
    scene.parts.workspace.go("outbox")
    await scene.settle()
    assert [row.subject for row in scene.rows] == ["One"], "it is still found where one looks for it"
    await scene.press("Ctrl+2", "/")
    await scene.type("two")
    await scene.until(lambda: [row.subject for row in scene.rows] == ["Two"])
    await scene.until(lambda: outbox.accessibleName() == "Outbox, 1 message, 1 needs attention")
    await scene.press("Escape")
    await scene.until(lambda: "1 needs attention" in drafts.accessibleName())
    assert outbox.accessibleName() == "Outbox"


async def test_why_a_message_cannot_be_read_is_no_text_of_it(program_scene: ProgramScene) -> None:
    scene = program_scene
    scene.on_server(msgspec.structs.replace(MESSAGE, body="Words"), folder=Folder.SENT)
    for name in ("get", "fetch"):
        scene.mailbox.fail(name, OFFLINE, times=9)
    await scene.press("Ctrl+3", "F5")
    await scene.until(lambda: bool(scene.rows))
    await scene.press("Home")
    reader = scene.parts.reader
    await scene.until(lambda: "mail.example.org" in scene.words(reader.bar))
    assert reader._body.toPlainText() == ""
    assert "The text of this message is not on this computer yet." in scene.words(reader)


async def test_the_keys_sheet_goes_when_one_goes_elsewhere(program_scene: ProgramScene) -> None:
    scene = program_scene
    await scene.press("?")
    (sheet,) = scene.window.findChildren(KeysSheet)
    assert sheet.isVisible()
    assert sheet.list.findItems("Look for changes on the server", Qt.MatchFlag.MatchRecursive)
    await scene.press("Down", "PgDown", "Up", "PgUp")
    assert sheet.isVisible()
    await scene.press("Ctrl+3")
    assert not sheet.isVisible()
    assert scene.in_list()


async def test_a_question_whose_asker_is_gone_gives_the_focus_to_something_that_is_there(
    program_scene: ProgramScene,
) -> None:
    scene = program_scene
    asked: list[str] = []
    await scene.parts.compose.begin_now(MESSAGE)
    await scene.settle()
    scene.message.focus_field(Field.BODY)
    scene.window.ask("Really?", "Yes", lambda: asked.append("yes"))
    await scene.parts.drafts.discard(scene.message.session.local_id)
    await scene.settle()
    await scene.press("Return")
    assert asked == ["yes"]
    assert scene.focus.isVisible()


async def test_a_full_disk_is_said_and_the_word_goes_when_it_is_well(program_scene: ProgramScene) -> None:
    scene = program_scene
    await scene.press("C")
    scene.journal.trouble = StorageError("The disk is full.")
    await scene.type("ben")
    assert "The disk is full." in scene.words(scene.window.notice_bar)
    assert scene.field() is Field.TO
    scene.journal.heal()
    await scene.settle()
    assert not scene.window.notice_bar.isVisible()


async def test_the_rail_counts_what_waits_and_what_needs_the_person(program_scene: ProgramScene) -> None:
    scene = program_scene
    await scene.saved()
    await scene.saved()
    drafts = scene.window.sidebar._buttons["drafts"]
    await scene.until(lambda: drafts.accessibleName() == "Drafts, 2 messages")
    scene.parts.workspace.panel.list.go_to(0)
    await scene.press("Ctrl+Return")
    assert scene.window.sidebar._buttons["outbox"].accessibleName() == "Outbox, 1 message"
    await scene.passes(HOLD + 1)
    assert scene.window.sidebar._buttons["outbox"].accessibleName() == "Outbox"


async def test_the_buttons_of_the_rail_do_what_their_commands_do(program_scene: ProgramScene) -> None:
    scene = program_scene
    await scene.click(scene.window.sidebar._buttons["sent"])
    assert scene.parts.workspace.place == "sent"
    assert scene.in_list()
    await scene.click(scene.window.sidebar.new)
    assert scene.field() is Field.TO
    await scene.click(scene.window.sidebar.settings)
    assert scene.window.pages.currentWidget() is scene.parts.account_controller._settings_page


async def test_every_control_has_a_name_for_the_ear(program_scene: ProgramScene) -> None:
    scene = program_scene
    await scene.parts.compose.begin_now(MESSAGE)
    await scene.press("Ctrl+,")
    nameless = [
        type(widget).__name__
        for widget in scene.window.findChildren(QWidget)
        if widget.isVisible()
        and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and not widget.accessibleName()
        and not (isinstance(widget, QPushButton) and widget.text())
        and not widget.objectName().startswith("qt_")
    ]
    assert nameless == []


async def test_the_palette_offers_what_makes_sense_where_the_focus_is(program_scene: ProgramScene) -> None:
    scene = program_scene

    def offered() -> set[str]:
        palette = scene.window._palette
        assert palette is not None
        return {palette.list.item(row).text() for row in range(palette.list.count())}

    await scene.press("Ctrl+Shift+P")
    assert {"Next problem", "Delete", "Select all"} <= offered()
    assert "Save draft" not in offered()
    await scene.press("Escape")
    await scene.press("C")
    await scene.press("Ctrl+Shift+P")
    assert {"Next problem", "Discard message", "Save draft"} <= offered()
    assert not {"Delete", "Select all"} & offered()
