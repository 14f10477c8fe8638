"""Words from outside are shown as words: in tooltips, captions and titles, no name becomes markup or a key."""

from __future__ import annotations

from collections.abc import AsyncIterator
from html import unescape

import msgspec
import pytest
import shiboken6
from PySide6 import QtGui
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QHelpEvent, QTextDocument
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QLabel, QMenu, QPushButton, QToolTip
from pytestqt.qtbot import QtBot

from app.domain.attachment import Attachment
from app.domain.listing import Folder
from app.domain.recipient import Recipient
from app.ui.keys import with_keys
from app.ui.widgets import Label, plain_caption, plain_tip
from app.views.shell.message_window import MessageWindow
from tests.fakes.scene import ACCOUNT, MESSAGE
from tests.program_scene import ProgramScene

# The offscreen platform says so of every window that is brought to the front; there is none to be in front of.
pytestmark = pytest.mark.qt_log_ignore(
    "This plugin does not support raise", "This plugin does not support grabbing the keyboard", extend=True
)
QTS_OWN = "qtooltip_label"
"""The label in which Qt shows a tooltip, by its rule for markup."""
NAME = '<img src="/dev/null"><b>x</b>.txt'


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


class Seen:
    """Looks through all that the program shows, and remembers where a name from outside stood."""

    def __init__(self) -> None:
        self.places: set[str] = set()

    def look(self) -> None:
        """Rest the pointer on everything that is shown, and hold each word that Qt is given against its rules."""
        for widget in QApplication.allWidgets():
            assert "<img" not in widget.toolTip(), widget
            for action in widget.actions():
                assert "<img" not in action.toolTip(), action.text()
            if widget.objectName() == QTS_OWN:
                assert "<img" not in str(getattr(widget, "text", str)())
            elif isinstance(widget, QLabel):
                assert widget.textFormat() is Qt.TextFormat.PlainText, widget.text()
                self._note(widget.text(), widget)
            if isinstance(widget, QPushButton):
                self._note(widget.text(), widget)
            self._note(widget.accessibleName(), widget)
            self._note(unescape(widget.toolTip()), widget)
        for area in [one for one in QApplication.allWidgets() if isinstance(one, QAbstractScrollArea)]:
            if shiboken6.isValid(area) and area.isVisible():  # Qt may end its own tooltip meanwhile
                self._rest_on(area)

    def _rest_on(self, area: QAbstractScrollArea) -> None:
        viewport = area.viewport()
        for y in range(4, min(viewport.height(), 400), 12):
            for x in (12, viewport.width() // 3, viewport.width() - 12):
                at = QPoint(x, y)
                QApplication.sendEvent(viewport, QHelpEvent(QEvent.Type.ToolTip, at, viewport.mapToGlobal(at)))
                assert "<img" not in QToolTip.text(), area
                self._note(unescape(QToolTip.text()), area)
        QToolTip.hideText()

    def _note(self, words: str, widget: object) -> None:
        if NAME in words:
            self.places.add(type(widget).__name__)


@pytest.fixture
async def scene(qtbot: QtBot, qapp: QApplication) -> AsyncIterator[ProgramScene]:
    """An account, people, subjects, a category and files that all bear the name."""
    scene = ProgramScene(qtbot, qapp, msgspec.structs.replace(ACCOUNT, display_name=NAME))
    await scene.start()
    person = Recipient("x@example.org", NAME)
    options = msgspec.structs.replace(MESSAGE.options, categories=(NAME,))
    content = msgspec.structs.replace(MESSAGE, sender=person, to=(person,), cc=(person,), subject=NAME, options=options)
    for folder in (Folder.DRAFTS, Folder.SENT, Folder.INBOX):
        (stored,) = scene.on_server(content, folder=folder)
        stored.conversation = "one"
        stored.attachments.append(Attachment(f"A{folder}", NAME, 3))
        scene.mailbox.contents[f"A{folder}"] = b"abc"
    for room in scene.parts.lists:
        room.reload()
    yield scene
    await scene.end()


async def test_a_marked_up_name_is_a_name_wherever_it_is_shown(scene: ProgramScene) -> None:
    seen = Seen()
    await scene.press("Ctrl+2", "F5")
    await scene.until(lambda: bool(scene.rows))
    await scene.press("Home", "Return")
    await scene.until(lambda: scene.parts.compose.current() is not None)
    await scene.rest()
    seen.look()
    await scene.press("Ctrl+Shift+W")
    await scene.settle()
    titles = [one.windowTitle() for one in QApplication.topLevelWidgets() if isinstance(one, MessageWindow)]
    assert titles == [f"{NAME} – Mailwright"]
    await scene.press("Escape")
    for place in ("Ctrl+3", "Ctrl+5"):
        await scene.press(place, "F5")
        await scene.until(lambda: bool(scene.rows))
        await scene.press("Down", "Home")
        await scene.rest()
        seen.look()
        shown = scene.parts.workspace.panel.list
        at = shown.visualRect(shown.model().index(0, 0)).center()
        event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, shown.viewport().mapToGlobal(at))
        QApplication.sendEvent(shown.viewport(), event)
        seen.look()
        for menu in (one for one in QApplication.topLevelWidgets() if isinstance(one, QMenu)):
            menu.close()
    for keys in ("Ctrl+Shift+P", "Ctrl+,"):
        await scene.press(keys)
        await scene.settle()
        seen.look()
    assert seen.places >= {"AttachmentStrip", "ChosenWords", "Label", "MessageList", "_AccountPart", "_ReadStrip"}


async def test_the_mark_for_changes_in_a_title_is_no_mark_of_a_subject(program_scene: ProgramScene) -> None:
    await program_scene.press("Ctrl+N")
    await program_scene.type(f"{NAME} <a@x.example>")
    await program_scene.press("Alt+U")
    await program_scene.type(f"R&D [*] {NAME}")
    await program_scene.press("Ctrl+Shift+W")
    titles = [one.windowTitle() for one in QApplication.topLevelWidgets() if isinstance(one, MessageWindow)]
    assert titles == [f"R&D [*][*] {NAME} – Mailwright"]
