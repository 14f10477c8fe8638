"""The tools of formatted text, and the bar for a link's address."""

from __future__ import annotations

from collections.abc import Callable, Collection
from itertools import pairwise
from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QPushButton, QWidget

from app.core.i18n import mark, tr
from app.ui import icons, keys
from app.ui.document.formats import Own
from app.ui.editor import block_keys, format_actions
from app.ui.editor.rich import RichEditor
from app.ui.widgets import Label

_TOOLS: Final = (
    ("bold", "bold", mark("Bold"), "Ctrl+B"),
    ("italic", "italic", mark("Italic"), "Ctrl+I"),
    ("underline", "underline", mark("Underline"), "Ctrl+U"),
    ("strike", "strikethrough", mark("Strike through"), "Ctrl+Shift+X"),
    ("color", "palette", mark("Text colour"), "Ctrl+Shift+K"),
    ("", "", "", ""),
    ("bullets", "list", mark("Bulleted list"), "Ctrl+Shift+8"),
    ("numbers", "list-ordered", mark("Numbered list"), "Ctrl+Shift+7"),
    ("quote", "text-quote", mark("Quote"), "Ctrl+Shift+9"),
    ("", "", "", ""),
    ("link", "link", mark("Link"), "Ctrl+K"),
    ("table", "table", mark("Table"), "Ctrl+Shift+L"),
    ("picture", "image", mark("Picture in the text"), "Ctrl+Shift+G"),
    ("clear", "remove-formatting", mark("Clear formatting"), "Ctrl+\\"),
)
_PAUSE: Final = 60
"""Milliseconds without a key before the tools say what holds at the cursor: a key waits for none of it."""


class FormatBar(QWidget):
    """The line of tools. `run` does a command by its name; `without` names tools that are of no use here."""

    def __init__(
        self,
        editor: RichEditor,
        run: Callable[[str], object],
        parent: QWidget | None = None,
        *,
        without: Collection[str] = (),
    ) -> None:
        super().__init__(parent)
        self._editor = editor
        self.setAccessibleName(tr("Formatting"))
        self._buttons: dict[str, QPushButton] = {}
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(6)
        for name, icon, words, shortcut in _TOOLS:
            if name in without:
                continue
            if name:
                line.addWidget(self._button(name, icon, tr(words), shortcut, run))
            else:
                line.addSpacing(10)
        line.addStretch(1)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_PAUSE)
        self._rest.timeout.connect(self._show_state)
        editor.cursorPositionChanged.connect(self._rest.start)
        editor.currentCharFormatChanged.connect(lambda _: self._rest.start())

    def _button(self, name: str, icon: str, words: str, shortcut: str, run: Callable[[str], object]) -> QPushButton:
        button = QPushButton(self)
        button.setProperty("kind", "quiet")
        button.setProperty("tight", True)  # the icons stand over the text, and not beside it
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.setCheckable(name in {*format_actions.CHARACTERS, "bullets", "numbers", "quote"})
        button.setAccessibleName(words)
        keys.put_tip(button, words, f"text.{name}", shortcut)
        icons.put(button, icon, "muted", 16)
        button.clicked.connect(lambda: run(f"text.{name}"))
        self._buttons[name] = button
        return button

    @property
    def buttons(self) -> list[QPushButton]:
        """Return the tools in their order."""
        return list(self._buttons.values())

    def _show_state(self) -> None:
        if not self.isVisible():
            return
        look = format_actions.look_here(self._editor)
        cursor = self._editor.textCursor()
        lists = block_keys.lists_of(cursor)
        held = (
            *((name, bool(getattr(look, name))) for name in format_actions.CHARACTERS),
            ("bullets", lists.endswith("u")),
            ("numbers", lists.endswith("o")),
            ("quote", bool(cursor.blockFormat().property(Own.QUOTE))),
        )
        for name, on in held:
            self._buttons[name].setChecked(on)


class LinkBar(QFrame):
    """Asks for an address and for the words that lead there. `closed` says that the text is to have the focus again."""

    closed = Signal()

    def __init__(self, editor: RichEditor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._editor = editor
        self._before: str | None = ""
        self.setProperty("kind", "bar")
        self.setAccessibleName(tr("Link"))
        self.address = QLineEdit(self)
        self.address.setProperty("kind", "box")
        self.address.setAccessibleName(tr("Address of the link"))
        self.address.setPlaceholderText(tr("Address of the link"))
        self.words = QLineEdit(self)
        self.words.setProperty("kind", "box")
        self.words.setAccessibleName(tr("Words of the link"))
        self.words.setPlaceholderText(tr("Words of the link"))
        self._told = Label(self)
        self._told.setProperty("tone", "bad")
        put = QPushButton(tr("Put link"), self)
        put.clicked.connect(lambda: self._put(self.address.text()))
        self._off = QPushButton(tr("Take link off"), self)
        self._off.setProperty("kind", "quiet")
        self._off.clicked.connect(lambda: self._put(""))
        line = QHBoxLayout(self)
        line.setContentsMargins(10, 6, 8, 6)
        line.addWidget(self.words, 2)
        line.addWidget(self.address, 3)
        line.addWidget(self._told)
        line.addWidget(put)
        line.addWidget(self._off)
        for before, after in pairwise((self.words, self.address, put, self._off)):
            QWidget.setTabOrder(before, after)

    def open_bar(self) -> None:
        """Show the bar with the link at the cursor in it."""
        here = format_actions.link_here(self._editor)
        self._before = format_actions.words_of_link(self._editor)
        # Words over several paragraphs, or with a picture, stay as they are.
        self.words.setEnabled(self._before is not None)
        self.words.setText(self._before or "")
        self._told.setText("")
        self.address.setText(here)
        self._off.setVisible(bool(here))
        self.show()
        self.address.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.address.selectAll()
        # The bar takes its room from the text: what is linked stays in sight.
        QTimer.singleShot(0, self._editor, self._editor.ensureCursorVisible)

    def _put(self, address: str) -> None:
        words = self.words.text() if self.words.isEnabled() and self.words.text() != self._before else ""
        if format_actions.put_link(self._editor, address, words if address else ""):
            self.closed.emit()
        else:
            self._told.setText(tr("This is no address that a link can have."))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._put(self.address.text())
        else:
            super().keyPressEvent(event)
