"""Words from outside are shown as words: in tooltips, captions and titles, no name becomes markup or a key."""

from __future__ import annotations

import pytest
from PySide6 import QtGui
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QApplication, QLabel

from app.ui.keys import with_keys
from app.ui.widgets import Label, plain_caption, plain_tip
from app.views.shell.message_window import MessageWindow
from tests.program_scene import ProgramScene

# The offscreen platform says so of every window that is brought to the front; there is none to be in front of.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support raise", extend=True)
NAME = '<img src="/dev/zero"><b>x</b>.txt'


@pytest.mark.parametrize("words", [NAME, f"{NAME}\nsecond line", "<b>&amp;</b>", "<qt>x", "a < b", "R&D\nline", ""])
def test_a_tooltip_shows_what_was_written(words: str) -> None:
    tip = plain_tip(words)
    shown = QTextDocument()
    if tip.startswith("<qt>"):
        shown.setHtml(tip)
        assert "<img" not in tip
        assert shown.toPlainText().replace("\u2028", "\n") == words
    else:
        assert tip == words
        assert not QtGui.Qt.mightBeRichText(words)


def test_a_tooltip_with_keys_is_plain_too() -> None:
    assert "<img" not in with_keys(NAME, "Ctrl+K")


def test_a_label_reads_no_markup(program_scene: ProgramScene) -> None:
    assert Label(NAME).textFormat() is Qt.TextFormat.PlainText


def test_a_caption_shows_its_ampersand() -> None:
    assert plain_caption("R&D") == "R&&D"


async def test_a_marked_up_name_is_a_name_wherever_it_is_shown(program_scene: ProgramScene) -> None:
    await program_scene.press("Ctrl+N")
    await program_scene.type(f"{NAME} <a@x.example>")
    await program_scene.press("Alt+U")
    await program_scene.type(f"R&D [*] {NAME}")
    await program_scene.press("Ctrl+Shift+W")
    titles = [one.windowTitle() for one in QApplication.topLevelWidgets() if isinstance(one, MessageWindow)]
    assert titles == [f"R&D [*][*] {NAME} – Mailwright"]
    for widget in QApplication.allWidgets():
        assert "<img" not in widget.toolTip()
        if isinstance(widget, QLabel):
            assert widget.textFormat() is Qt.TextFormat.PlainText
