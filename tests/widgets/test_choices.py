"""What a person chooses: the time for Undo and the keys; it counts at once and after the next start."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from app.bootstrap.background_start import load_presets
from app.commands.keymap import read_keymap
from app.domain.message import Field
from app.domain.presets import read_presets
from app.services.drafts.reply_forward import QuoteStyle
from app.ui import theme
from app.ui.keys import KeyHints
from app.views.settings.preferences import ChoicesView
from app.views.settings.view import SettingsView
from app.views.shell.keys_sheet import KeysSheet
from tests.program_scene import ProgramScene


async def at_choices(scene: ProgramScene, folder: Path, section: str = "sending") -> ChoicesView:
    """Open a section of the settings; keys are kept in `folder`."""
    await scene.parts.keymap.load(folder)
    await scene.press("Ctrl+,")
    page = scene.window.pages.currentWidget()
    assert isinstance(page, SettingsView)
    page.show_section(section)
    assert page.choices is not None
    return page.choices


async def choose(scene: ProgramScene, view: ChoicesView, command: str) -> None:
    """Find a command in the list, by typing its name."""
    view.search.setFocus()
    view.search.clear()
    await scene.type(command)
    assert view.list.count() >= 1
    view.list.setCurrentRow(0)


async def give(scene: ProgramScene, view: ChoicesView, keys: str) -> None:
    """Press keys in the field, and use them."""
    view.field.setFocus()
    await scene.press(keys)
    view.use.setFocus()
    await scene.press("Space")


def kept(folder: Path) -> dict[str, tuple[str, ...]]:
    file = folder / "keys.toml"
    return dict(read_keymap(file.read_text("utf-8"))[0].keys) if file.exists() else {}


async def test_the_time_for_undo_counts_at_once_and_is_kept(program_scene: ProgramScene, tmp_path: Path) -> None:
    view = await at_choices(program_scene, tmp_path)
    assert view.hold.value() == 5
    view.hold.setFocus()
    view.hold.selectAll()
    await program_scene.type("20")
    await program_scene.press("Tab")
    await program_scene.settle()
    assert program_scene.parts.outbox.hold_seconds == 20
    assert await program_scene.settings.read_setting("hold") == "20"
    await program_scene.press("Escape")
    name = await program_scene.saved()
    await program_scene.until(lambda: len(program_scene.rows) == 1)
    await program_scene.press("Ctrl+Return")
    await program_scene.until(lambda: program_scene.record(name).hold_until > 0)
    assert program_scene.record(name).hold_until == program_scene.clock.now() + 20
    assert "Sending in 20 s" in program_scene.status_bar


async def test_no_time_for_undo_is_said_to_be_none(program_scene: ProgramScene, tmp_path: Path) -> None:
    view = await at_choices(program_scene, tmp_path)
    view.hold.setValue(0)
    words = [label.text() for label in view.findChildren(QLabel)]
    assert any("cannot be taken back" in one for one in words)


@pytest.mark.parametrize(("stored", "seconds"), [("30", 30.0), ("0", 0.0), ("61", 5.0), ("soon", 5.0), ("nan", 5.0)])
async def test_the_time_is_read_at_the_start_and_nonsense_is_not(
    program_scene: ProgramScene, stored: str, seconds: float
) -> None:
    await program_scene.settings.keep_setting("hold", stored)
    await program_scene.parts.preferences.load(None)
    assert program_scene.parts.outbox.hold_seconds == seconds


async def test_a_command_gets_other_keys_and_they_count_at_once(program_scene: ProgramScene, tmp_path: Path) -> None:
    view = await at_choices(program_scene, tmp_path, "keys")
    await choose(program_scene, view, "Go to Sent Everywhere")
    await give(program_scene, view, "Ctrl+Shift+F12")
    assert "counts at once" in program_scene.words(view)
    await program_scene.until(lambda: kept(tmp_path) == {"go.sent": ("Ctrl+Shift+F12",)})
    await program_scene.press("Escape")
    assert program_scene.parts.workspace.place == "drafts"
    await program_scene.press("Ctrl+3")
    assert program_scene.parts.workspace.place == "drafts", "the usual keys are free"
    await program_scene.press("Ctrl+Shift+F12")
    assert program_scene.parts.workspace.place == "sent"


async def test_the_sheet_and_the_palette_show_the_keys_that_count(program_scene: ProgramScene, tmp_path: Path) -> None:
    await program_scene.press("Ctrl+/", "Escape")
    await program_scene.parts.keymap.load(tmp_path)
    assert program_scene.parts.keymap.set_keys("go.sent", ("Ctrl+Shift+F12",)) == ""
    await program_scene.press("Ctrl+/")
    (sheet,) = [one for one in program_scene.window.findChildren(KeysSheet) if one.isVisible()]
    assert sheet.list.findItems("Ctrl+Shift+F12", Qt.MatchFlag.MatchRecursive, 1)
    await program_scene.press("Escape", "Ctrl+Shift+P")
    offered = {command.id: command.keys for command, _ in program_scene.window._offered(program_scene.parts.registry)}
    assert offered["go.sent"] == ("Ctrl+Shift+F12",)
    await program_scene.press("Escape")


async def test_the_tips_and_hints_of_an_open_message_name_the_keys_that_count(
    program_scene: ProgramScene, tmp_path: Path
) -> None:
    scene = program_scene
    await scene.parts.keymap.load(tmp_path)
    await scene.press("C")
    await scene.until(lambda: scene.parts.compose.current() is not None)
    await scene.press("Alt+M", "Ctrl+B")
    for command in ("compose.send", "text.bold", "go.sent", "message.new"):
        keys = {"compose.send": "Ctrl+F11", "text.bold": "Ctrl+F10", "go.sent": "Ctrl+F9", "message.new": "Ctrl+F8"}
        assert scene.parts.keymap.set_keys(command, (keys[command],)) == ""
    tools = scene.message.body.tools
    assert tools is not None
    tips = [scene.message._send.toolTip(), tools._buttons["bold"].toolTip(), scene.window.sidebar.new.toolTip()]
    assert tips == ["Send (Ctrl+F11)", "Bold (Ctrl+F10)", "New message (Ctrl+F8)"]
    assert scene.window.sidebar._buttons["sent"].toolTip() == "Sent (Ctrl+F9)"
    scene.message.focus_field(Field.TO)
    await scene.type("ben@example.org")
    await scene.press("Ctrl+F11")
    assert "Ctrl+F11 sends it as it is" in scene.words(scene.message)
    await scene.press("Escape", "Escape")
    await scene.press("C")
    await scene.until(lambda: scene.parts.compose.current() is not None)
    assert scene.message._send.toolTip() == "Send (Ctrl+F11)", "of messages begun afterwards too"


async def test_keys_that_are_taken_are_refused_by_the_name_of_who_has_them(
    program_scene: ProgramScene, tmp_path: Path
) -> None:
    view = await at_choices(program_scene, tmp_path, "keys")
    await choose(program_scene, view, "Go to Sent Everywhere")
    await give(program_scene, view, "Ctrl+N")
    assert "taken by “New message”" in program_scene.words(view)
    assert kept(tmp_path) == {}
    await program_scene.press("Escape", "Ctrl+3")
    assert program_scene.parts.workspace.place == "sent"


async def test_keys_can_be_taken_away_and_given_back(program_scene: ProgramScene, tmp_path: Path) -> None:
    view = await at_choices(program_scene, tmp_path, "keys")
    await choose(program_scene, view, "Go to Sent Everywhere")
    view.none.setFocus()
    await program_scene.press("Space")
    assert program_scene.parts.keymap.keys_of("go.sent") == ()
    view.usual.setFocus()
    await program_scene.press("Space")
    assert program_scene.parts.keymap.keys_of("go.sent") == ("Ctrl+3",)
    await program_scene.until(lambda: kept(tmp_path) == {})


async def test_messages_alone_can_be_switched_off(program_scene: ProgramScene, tmp_path: Path) -> None:
    view = await at_choices(program_scene, tmp_path, "keys")
    view.letters.setFocus()
    await program_scene.press("Space")
    await program_scene.press("Escape", "C")
    assert program_scene.parts.compose.current() is None
    await program_scene.press("Ctrl+N")
    await program_scene.until(lambda: program_scene.parts.compose.current() is not None)


async def test_nobody_is_caught_in_the_field_of_keys(program_scene: ProgramScene, tmp_path: Path) -> None:
    view = await at_choices(program_scene, tmp_path, "keys")
    view.field.setFocus()
    await program_scene.press("Ctrl+N")
    assert program_scene.parts.compose.current() is None, "it is named, not done"
    assert view.field.keys == "Ctrl+N"
    await program_scene.press("Tab")
    assert program_scene.focus is view.use
    view.field.setFocus()
    await program_scene.press("Escape")
    assert program_scene.in_list()


async def test_a_file_with_mistakes_is_said_in_the_window(program_scene: ProgramScene, tmp_path: Path) -> None:
    text = '[keys]\n"go.sent" = ["Ctrl+Shift+F12"]\n"go.nowhere" = ["F2"]\n"compose.save" = ["Tab"]\n'
    (tmp_path / "keys.toml").write_text(text, "utf-8")
    keymap = program_scene.parts.keymap
    await keymap.load(tmp_path)
    keymap.show_problems()
    assert "do not count" in program_scene.words(program_scene.window.notice_bar)
    assert [problem.command for problem in keymap.problems] == ["go.nowhere", "compose.save"]
    assert keymap.keys_of("go.sent") == ("Ctrl+Shift+F12",)


async def test_after_the_first_key_of_a_sequence_it_is_shown_what_can_follow(program_scene: ProgramScene) -> None:
    sheets = program_scene.window.findChildren(KeyHints)
    (hints,) = sheets
    await program_scene.press("G")
    assert hints.sheet.isVisible()
    words = program_scene.words(hints.sheet)
    assert "G, then" in words
    assert "Go to Sent" in words
    await program_scene.press("S")
    assert not hints.sheet.isVisible()
    assert program_scene.parts.workspace.place == "sent"
    await program_scene.press("J")
    assert not hints.sheet.isVisible()


async def test_a_hint_goes_by_itself_and_with_the_focus(program_scene: ProgramScene) -> None:
    (hints,) = program_scene.window.findChildren(KeyHints)
    await program_scene.press("G")
    hints._over.timeout.emit()
    assert not hints.sheet.isVisible()
    await program_scene.press("X", "G", "Ctrl+/")
    assert not hints.sheet.isVisible()


PRESETS = """
[settings]
undo_seconds = 12
ask_from_recipients = 3
ask_for_strangers = false
locked = ["undo_seconds", "ask_for_strangers"]
nonsense = 1
"""


async def test_what_an_administrator_has_set_counts_and_cannot_be_changed(
    program_scene: ProgramScene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "presets.toml"
    file.write_text(PRESETS, "utf-8")
    file.chmod(0o644)
    monkeypatch.setenv("MAILWRIGHT_PRESETS", str(file))
    parts = program_scene.parts
    await parts.settings.keep_setting("hold", "60")
    await load_presets(parts.settings)
    await parts.preferences.load(None)
    await parts.people.read_choices(parts.settings)
    assert parts.outbox.hold_seconds == 12
    view = await at_choices(program_scene, tmp_path)
    assert (view.hold.value(), view.hold.isEnabled()) == (12, False)
    assert view.hold.toolTip() == "Set by your organisation."
    assert (view.asking.many.value(), view.asking.many.isEnabled()) == (3, True)
    assert (view.asking.strangers.isChecked(), view.asking.strangers.isEnabled()) == (False, False)
    page = program_scene.window.pages.currentWidget()
    assert page is not None
    words = "\n".join(label.text() for label in page.findChildren(QLabel) if label.isVisible())
    assert f"Not all that was set for this computer counts ({file})." in words
    assert "settings: “nonsense” is not known." in words


async def test_a_file_of_presets_that_cannot_be_relied_upon_is_told_and_stops_nothing(
    program_scene: ProgramScene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAILWRIGHT_PRESETS", str(tmp_path))
    settings = program_scene.parts.settings
    await load_presets(settings)
    assert len(settings.presets.faults) == 2
    assert "is not a file" in settings.presets.faults[1]
    monkeypatch.setenv("MAILWRIGHT_PRESETS", str(tmp_path / "none.toml"))
    await load_presets(settings)
    assert not settings.presets.faults


def quoting(scene: ProgramScene) -> str:
    return scene.parts.reply_forward.quote_style.value


async def test_how_an_answer_quotes_counts_at_once_is_kept_and_is_read(
    program_scene: ProgramScene, tmp_path: Path
) -> None:
    parts = program_scene.parts
    view = await at_choices(program_scene, tmp_path, "writing")
    assert view.heads.isChecked()
    assert quoting(program_scene) == "outlook"
    view.heads.setFocus()
    await program_scene.press("Space")
    await program_scene.settle()
    assert quoting(program_scene) == "wrote"
    assert await program_scene.settings.read_setting("outlook_heads") == "never"
    parts.reply_forward.quote_style = QuoteStyle.OUTLOOK
    await parts.preferences.load(None)
    assert quoting(program_scene) == "wrote"


async def test_an_administrator_may_set_how_answers_quote(program_scene: ProgramScene, tmp_path: Path) -> None:
    parts = program_scene.parts
    parts.settings.presets = read_presets("[settings]\noutlook_heads = false\nlocked = true")
    await parts.preferences.load(None)
    view = await at_choices(program_scene, tmp_path, "writing")
    assert (view.heads.isChecked(), view.heads.isEnabled()) == (False, False)
    assert parts.reply_forward.quote_style is QuoteStyle.WROTE


def page_of(scene: ProgramScene) -> SettingsView:
    page = scene.window.pages.currentWidget()
    assert isinstance(page, SettingsView)
    return page


async def test_a_setting_is_found_by_its_words_and_enter_goes_there(
    program_scene: ProgramScene, tmp_path: Path
) -> None:
    scene = program_scene
    view = await at_choices(scene, tmp_path, "keys")
    await scene.press("Alt+F")
    nav = page_of(scene).nav
    assert nav.search.hasFocus()
    await scene.type("outlook")
    assert nav.list.count() >= 1
    await scene.press("Return")
    assert view.heads.hasFocus()
    assert nav.search.text() == ""
    assert nav.list.currentItem().text() == "Writing"


async def test_sections_are_chosen_by_arrows_and_escape_leaves(program_scene: ProgramScene, tmp_path: Path) -> None:
    scene = program_scene
    view = await at_choices(scene, tmp_path, "writing")
    nav = page_of(scene).nav
    nav.list.setFocus()
    await scene.press("Down")
    assert view.hold.isVisible()
    assert not view.heads.isVisible()
    assert nav.list.hasFocus(), "one goes on from section to section"
    await scene.press("Tab")
    assert view.hold.hasFocus()
    nav.list.setCurrentRow(0)
    assert page_of(scene).list.isVisible()
    await scene.press("Escape")
    assert scene.in_list()


async def test_no_place_is_marked_while_the_settings_are_open(program_scene: ProgramScene, tmp_path: Path) -> None:
    scene = program_scene
    await scene.press("Ctrl+3")
    marked = scene.window.sidebar._buttons["sent"]
    assert marked.isChecked()
    await at_choices(scene, tmp_path)
    assert not any(button.isChecked() for button in scene.window.sidebar._buttons.values())
    await scene.press("Escape")
    assert marked.isChecked()
    await scene.press("Ctrl+,", "Ctrl+2")
    assert scene.window.sidebar._buttons["drafts"].isChecked()


async def test_the_scheme_is_chosen_in_the_settings_counts_at_once_and_is_kept(
    program_scene: ProgramScene, tmp_path: Path
) -> None:
    scene = program_scene
    view = await at_choices(scene, tmp_path, "appearance")
    view.scheme.setFocus()
    try:
        await scene.press("Home", "Down", "Down")
        await scene.settle()
        assert theme.scheme().dark
        assert await scene.settings.read_setting("scheme") == "dark"
        await scene.press("Home")
        await scene.settle()
        assert await scene.settings.read_setting("scheme") == ""
    finally:
        view.scheme.activated.emit(view.scheme.findData("light"))
        await scene.settle()


async def test_no_section_is_empty_and_every_setting_is_found(program_scene: ProgramScene, tmp_path: Path) -> None:
    view = await at_choices(program_scene, tmp_path)
    assert {entry.section for entry in view.entries()} == set(view.titles)
    for entry in view.entries():
        view.show_section(entry.section)
        assert entry.control.isVisible(), entry.words
        assert entry.words
