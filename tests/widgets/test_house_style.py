"""How messages look: chosen per account by keys, shown while writing as it goes out, and following the account."""

from __future__ import annotations

from collections.abc import AsyncIterator

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.domain.house_style import HouseStyle
from app.domain.listing import Folder
from app.domain.message import BodyFormat, Content, Field
from app.domain.presets import read_presets
from app.services.accounts.house_styles import ChosenStyle, HouseStyles
from app.services.html.write import house_base
from app.ui import theme
from app.ui.editor.rich import RichEditor
from app.views.settings.style_page import StylePage
from tests.fakes.scene import ACCOUNT, ANNA, BEN, CLARA, OTHER_ACCOUNT
from tests.program_scene import ProgramScene

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)

GEORGIA = ChosenStyle("Georgia", 14.0, "#1f3864")
NAVY = HouseStyle("Georgia", 14.0, "#1f3864").base


@pytest.fixture
async def two(qtbot: QtBot, qapp: QApplication) -> AsyncIterator[ProgramScene]:
    """Return the program with two accounts, in which new messages are formatted."""
    built = await ProgramScene(qtbot, qapp, ACCOUNT, OTHER_ACCOUNT).start()
    built.parts.compose.writes_formatted = True
    yield built
    await built.end()


def styles(scene: ProgramScene) -> HouseStyles:
    found: HouseStyles = scene.parts.aids.styles
    return found


async def page(scene: ProgramScene) -> StylePage:
    """Go to the page through the settings, from the account's row."""
    await scene.press("Ctrl+,", "Shift+Tab", "Shift+Tab", "Shift+Tab")
    assert scene.focus.accessibleName() == f"Font and reply header of {ACCOUNT.address}"
    await scene.press("Return")
    found = scene.parts.account_controller._settings_page.page
    assert isinstance(found, StylePage)
    return found


async def begun(scene: ProgramScene, content: Content | None = None) -> RichEditor:
    scene.parts.compose.begin(content)
    await scene.until(lambda: scene.parts.compose.current() is not None and scene.message.is_filled)
    scene.message.focus_field(Field.BODY)
    await scene.settle()
    assert scene.message.body.rich is not None
    return scene.message.body.rich


async def body(scene: ProgramScene) -> str:
    await scene.settle()
    return (await scene.content(scene.message.session.local_id)).body


async def from_clara(scene: ProgramScene) -> None:
    """Choose another account in From, and wait until the message goes on in it."""
    await scene.press("Alt+F")
    await scene.type("clara")
    await scene.press("Return")
    await scene.until(lambda: scene.record(scene.message.session.local_id).account_id == CLARA)
    await scene.settle()


def ink(editor: RichEditor) -> str:
    return editor.palette().color(QPalette.ColorRole.Text).name()


async def test_font_size_colour_and_reply_header_are_chosen_by_keys_and_count_at_once(two: ProgramScene) -> None:
    shown = await page(two)
    assert two.focus is shown.font_choice
    assert shown.font_choice.currentText() == "Calibri"
    await two.type("V")
    assert styles(two).style(ANNA) == HouseStyle("Verdana")
    await two.press("Tab", "Down")
    assert two.focus is shown.size_choice
    assert styles(two).style(ANNA) == HouseStyle("Verdana", 12.0)
    await two.press("Tab", "Down", "Down", "Down", "Down")
    assert styles(two).style(ANNA) == HouseStyle("Verdana", 12.0, "#1f3864")
    await two.press("Tab", "End")
    assert styles(two).outlook_heads(ANNA) is False
    assert styles(two).style(CLARA) == HouseStyle()
    kept = msgspec.json.decode(await two.settings.read_setting("house_styles") or "", type=dict[str, ChosenStyle])
    assert kept == {ANNA: ChosenStyle("Verdana", 12.0, "#1f3864", "never")}
    assert shown.preview.fragments.base == HouseStyle("Verdana", 12.0, "#1f3864").base
    assert "wrote:" in shown.preview.toPlainText()
    assert ink(shown.preview) == "#1f3864"
    await two.press("Escape", "Escape")
    await begun(two)
    await two.type("Hello")
    assert house_base(await body(two)) == HouseStyle("Verdana", 12.0, "#1f3864").base


async def test_a_font_of_the_house_is_typed_by_its_name_and_a_wrong_one_is_told(two: ProgramScene) -> None:
    shown = await page(two)
    assert not shown.font_name.isVisible()
    await two.press("End")
    assert two.focus is shown.font_name.line
    await two.type("Frutiger; x")
    await two.press("Return")
    assert "letters, digits" in shown.font_name.line.accessibleDescription()
    assert styles(two).style(ANNA) == HouseStyle()
    await two.press("Ctrl+A")
    await two.type("Frutiger 45 Light")
    await two.press("Tab")
    assert styles(two).style(ANNA).font == "Frutiger 45 Light"
    assert "letters, digits" not in shown.font_name.line.accessibleDescription()
    assert shown.shown_as.text().startswith("Frutiger 45 Light is not installed on this computer: you see ")
    await two.press("Escape", "Ctrl+,", "Shift+Tab", "Shift+Tab", "Shift+Tab", "Return")
    again = two.parts.account_controller._settings_page.page
    assert isinstance(again, StylePage)
    assert again.font_choice.currentText() == "Another font"
    assert again.font_name.line.text() == "Frutiger 45 Light"


async def test_what_is_locked_is_shown_and_cannot_be_chosen(two: ProgramScene) -> None:
    two.parts.settings.presets = read_presets('[settings]\nfont = "Georgia"\nfont_size = 10\nlocked = ["font"]')
    await styles(two).load()
    shown = await page(two)
    assert (shown.font_choice.currentText(), shown.font_choice.isEnabled()) == ("Georgia", False)
    assert shown.font_choice.toolTip() == "Set by your organisation."
    assert two.focus is shown.size_choice
    assert shown.size_choice.currentText() == "10 points"
    await two.press("Up")
    assert styles(two).style(ANNA) == HouseStyle("Georgia", 9.0)


async def test_the_editor_shows_the_font_the_size_and_the_colour_that_go_out(two: ProgramScene) -> None:
    await styles(two).keep(ANNA, GEORGIA)
    editor = await begun(two)
    assert editor.font().families()[0] == "Georgia"
    usual = editor.font().pixelSize()
    assert usual == round(theme.TEXT_SIZE * 14 / 11)
    assert ink(editor) == "#1f3864"
    await two.type("Hello")
    assert await body(two) == (
        '<!DOCTYPE html>\n<html><head><meta charset="utf-8"></head><body>'
        "<div style=\"font-family:Georgia,'Times New Roman',Times,serif;font-size:14pt;color:#1f3864\">"
        "<div>Hello</div></div></body></html>"
    )
    try:
        await two.press("Ctrl++")
        assert editor.font().pixelSize() > usual
        assert editor.font().families()[0] == "Georgia"
    finally:
        theme.set_text_scale(1.0)
    await two.press("Ctrl+Shift+P")
    await two.type("Switch between light")
    await two.press("Return")
    assert theme.scheme().dark
    assert ink(editor) not in {"#1f3864", theme.color("text").name()}, "mirrored, as every colour of a message"


async def test_another_account_changes_what_has_no_style_of_its_own_and_nothing_that_was_styled(
    two: ProgramScene,
) -> None:
    await styles(two).keep(CLARA, GEORGIA)
    editor = await begun(two, Content(to=(BEN,), subject="Style"))
    await two.type("plain ")
    await two.press("Ctrl+B")
    await two.type("bold")
    await two.press("Ctrl+B", "Return", "Ctrl+Shift+K")
    await two.type("Red")
    await two.press("Return")
    await two.type("red")
    before = await body(two)
    assert house_base(before) == HouseStyle().base
    await from_clara(two)
    after = await body(two)
    new = HouseStyle("Georgia", 14.0, "#1f3864").base
    assert after == before.replace(HouseStyle().base, new)
    assert "<b>bold</b>" in after
    assert '<span style="color:#c00000">red</span>' in after
    assert editor.font().families()[0] == "Georgia"
    await two.type("!")
    assert '<span style="color:#c00000">red!</span>' in await body(two)
    assert house_base(await body(two)) == new


async def test_a_draft_that_another_program_styled_keeps_its_style(two: ProgramScene) -> None:
    theirs = '<div style="font-family:Comic Sans MS"><p>Dear Ben</p></div>'
    await styles(two).keep(CLARA, GEORGIA)
    name = await two.saved(Content(to=(BEN,), subject="Theirs", body=theirs, body_format=BodyFormat.HTML))
    two.parts.compose.open_message(name)
    await two.until(lambda: two.parts.compose.current() is not None and two.message.is_filled)
    editor = two.message.body.rich
    assert editor is not None
    assert editor.font().families()[0] == "Comic Sans MS"
    two.message.focus_field(Field.BODY)
    await from_clara(two)
    await two.type("x")
    assert "Georgia" not in await body(two)


async def test_plain_text_that_is_made_formatted_wears_the_style_of_the_account(two: ProgramScene) -> None:
    await styles(two).keep(ANNA, GEORGIA)
    two.parts.compose.writes_formatted = False
    two.parts.compose.begin()
    await two.until(lambda: two.parts.compose.current() is not None and two.message.is_filled)
    two.message.focus_field(Field.BODY)
    await two.type("Hello")
    await two.press("Ctrl+Shift+H")
    assert house_base(await body(two)) == HouseStyle("Georgia", 14.0, "#1f3864").base


@pytest.mark.parametrize(
    ("heads", "said"), [("never", "wrote:</div>"), ("yes", "<b>Subject:</b> Prices"), ("", "<b>Subject:")]
)
async def test_answers_wear_the_style_and_have_the_header_of_their_account(
    two: ProgramScene, heads: str, said: str
) -> None:
    await styles(two).keep(ANNA, msgspec.structs.replace(GEORGIA, heads=heads))
    sent = Content(to=(BEN,), subject="Prices", body="<p>Old</p>", body_format=BodyFormat.HTML)
    two.mailbox.put(ANNA, sent, folder=Folder.SENT)
    await two.press("Ctrl+3", "F5", "Shift+R")
    await two.until(lambda: two.parts.compose.current() is not None and two.message.is_filled)
    answer = await body(two)
    assert house_base(answer) == HouseStyle("Georgia", 14.0, "#1f3864").base
    assert said in answer
    assert '<div style="color:#000000"><p>Old</p></div>' in answer


async def test_tables_say_the_style_again_and_take_on_another(two: ProgramScene) -> None:
    await styles(two).keep(ANNA, GEORGIA)
    await begun(two)
    await two.press("Ctrl+Shift+L")
    await two.type("Region")
    style = "font-family:Georgia,'Times New Roman',Times,serif;font-size:14pt;color:#1f3864"
    assert f'style="{style}">Region</t' in await body(two)
    name = two.message.session.local_id
    await two.press("Escape")
    two.parts.compose.open_message(name)
    await two.until(lambda: two.parts.compose.current() is not None and two.message.is_filled)
    assert two.message.body.rich is not None
    written = two.message.body.rich.html()
    assert '<span style="color:#1f3864">' not in written, "the colour of the body is said by the body"


async def test_undo_takes_back_what_was_typed_and_leaves_the_style_of_the_account(two: ProgramScene) -> None:
    await styles(two).keep(CLARA, GEORGIA)
    editor = await begun(two, Content(to=(BEN,), subject="Undo"))
    await two.type("one")
    await from_clara(two)
    await two.type(" two")
    assert await body(two) == editor.html()
    assert "<div>one two</div>" in editor.html()
    await two.press("Ctrl+Z")
    assert "two" not in editor.html()
    assert house_base(editor.html()) == NAVY
    assert await body(two) == editor.html(), "what is on disk is what is shown"
    await two.type(" three")
    assert await body(two) == editor.html()


async def test_a_draft_that_is_opened_again_has_the_style_with_which_it_was_begun(two: ProgramScene) -> None:
    await styles(two).keep(ANNA, GEORGIA)
    await begun(two)
    await two.type("Hello")
    before, name = await body(two), two.message.session.local_id
    await two.press("Escape")
    await styles(two).keep(ANNA, ChosenStyle("Verdana", 9.0))
    two.parts.compose.open_message(name)
    await two.until(lambda: two.parts.compose.current() is not None and two.message.is_filled)
    editor = two.message.body.rich
    assert editor is not None
    assert (editor.font().families()[0], ink(editor)) == ("Georgia", "#1f3864")
    two.message.focus_field(Field.BODY)
    await two.press("Ctrl+Home")
    await two.type("Oh. ")
    assert await body(two) == before.replace("Hello", "Oh. Hello")


@pytest.mark.parametrize("heads", ["never", "yes"])
@pytest.mark.parametrize("key", ["Shift+R", "F"])
async def test_what_others_wrote_stays_black_where_the_message_goes_on_in_an_account_with_a_colour(
    two: ProgramScene, key: str, heads: str
) -> None:
    await styles(two).keep(CLARA, GEORGIA)
    await styles(two).keep(ANNA, ChosenStyle(heads=heads))
    sent = Content(to=(BEN,), subject="Prices", body="<p>Old</p>", body_format=BodyFormat.HTML)
    two.mailbox.put(ANNA, sent, folder=Folder.SENT)
    await two.press("Ctrl+3", "F5", key)
    await two.until(lambda: two.parts.compose.current() is not None and two.message.is_filled)
    assert house_base(await body(two)) == HouseStyle().base
    two.message.focus_field(Field.BODY)
    await two.type("Mine")
    await from_clara(two)
    written = await body(two)
    assert house_base(written) == NAVY
    assert '<span style="color:#000000">Old</span>' in written
    assert "<div>Mine</div>" in written


async def test_plain_text_stays_plain_in_another_account_and_has_its_style_once_it_is_formatted(
    two: ProgramScene,
) -> None:
    await styles(two).keep(CLARA, GEORGIA)
    two.parts.compose.writes_formatted = False
    two.parts.compose.begin(Content(to=(BEN,), subject="Plain"))
    await two.until(lambda: two.parts.compose.current() is not None and two.message.is_filled)
    two.message.focus_field(Field.BODY)
    await two.type("Hello")
    await from_clara(two)
    assert (await body(two)).rstrip("\n") == "Hello"
    await two.press("Ctrl+Shift+H")
    assert house_base(await body(two)) == NAVY


async def test_formatted_text_that_comes_back_by_undo_has_the_style_of_the_account_chosen_meanwhile(
    two: ProgramScene,
) -> None:
    await styles(two).keep(CLARA, GEORGIA)
    editor = await begun(two, Content(to=(BEN,), subject="Back"))
    await two.type("Hello")
    await two.press("Ctrl+Shift+H")
    assert not two.message.body.is_formatted()
    await from_clara(two)
    two.message.focus_field(Field.BODY)
    await two.press("Ctrl+Z")
    await two.until(two.message.body.is_formatted)
    assert house_base(await body(two)) == NAVY
    assert editor.html() == await body(two)


@pytest.mark.parametrize("on", [True, False])
async def test_the_sample_has_the_header_that_holds_for_all_accounts_where_none_is_chosen(
    two: ProgramScene, on: bool
) -> None:
    two.parts.preferences.set_heads(on=on)
    shown = await page(two)
    assert ("wrote:" in shown.preview.toPlainText()) is not on
    await two.press("Tab", "Tab", "Tab", "Down")
    assert "wrote:" not in shown.preview.toPlainText()
    await two.press("Down")
    assert "wrote:" in shown.preview.toPlainText()


async def test_black_is_read_in_the_dark_and_goes_out_black(two: ProgramScene) -> None:
    await styles(two).keep(ANNA, ChosenStyle(color="#000000"))
    await two.press("Ctrl+Shift+P")
    await two.type("Switch between light")
    await two.press("Return")
    editor = await begun(two)
    await two.type("Hello")
    assert theme.scheme().dark
    assert editor.palette().color(QPalette.ColorRole.Text).lightnessF() > 0.85
    assert house_base(await body(two)).endswith(";color:#000000")


async def test_a_style_is_chosen_by_mouse(two: ProgramScene) -> None:
    await two.press("Ctrl+,")
    await two.click(two.parts.account_controller._settings_page.list.rows[1].style_button)
    shown = two.parts.account_controller._settings_page.page
    assert isinstance(shown, StylePage)
    QTest.mouseClick(shown.color_choice, Qt.MouseButton.LeftButton)
    choices = shown.color_choice.view()
    place = choices.visualRect(choices.model().index(4, 0)).center()
    QTest.mouseMove(choices.viewport(), place)  # Qt takes a click without a way for the one that opened the list
    QTest.mouseClick(choices.viewport(), Qt.MouseButton.LeftButton, pos=place)
    await two.settle()
    assert styles(two).style(CLARA) == HouseStyle(color="#1f3864")
    assert styles(two).style(ANNA) == HouseStyle()
    await two.click(shown.back)
    assert two.parts.account_controller._settings_page.page is None


async def test_every_control_of_the_page_has_a_name_and_tab_goes_through_all(two: ProgramScene) -> None:
    shown = await page(two)
    await two.press("End")
    wanted = [
        shown.font_choice,
        shown.font_name.line,
        shown.size_choice,
        shown.color_choice,
        shown.heads_choice,
        shown.back,
    ]
    await two.press("Shift+Tab")
    seen = []
    for _ in wanted:
        seen.append(two.focus)
        await two.press("Tab")
    assert seen == wanted
    for control in shown.findChildren(QWidget):
        if control.focusPolicy() & Qt.FocusPolicy.TabFocus and control.isVisibleTo(shown):
            assert control.accessibleName() or (isinstance(control, QPushButton) and control.text()), control
