"""Find and replace in the text of a message, in a bar below it: Enter goes on, Escape goes back to the text."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QTextCursor, QTextDocument
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QTextEdit,
    QVBoxLayout,
    QWidget,
)

from app.core.i18n import ntr, tr
from app.ui import icons
from app.ui.widgets import Label, plain_tip

Editor = QTextEdit | QPlainTextEdit
_COUNTED = 1000


class FindBar(QFrame):
    """Works on whatever `editor` returns. `closed` says that the text is to have the focus again."""

    closed = Signal()

    def __init__(self, editor: Callable[[], Editor], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._editor = editor
        self.setProperty("kind", "bar")
        self.setAccessibleName(tr("Find and replace"))
        self.words = self._field(tr("Find"))
        self.instead = self._field(tr("Replace with"))
        self._told = Label(self)
        self._told.setProperty("tone", "muted")
        self._one = self._button(tr("Replace"), self.replace)
        self._all = self._button(tr("Replace all"), self.replace_all)
        first, self._second = QHBoxLayout(), QWidget(self)
        first.addWidget(self.words, 1)
        first.addWidget(self._told)
        for icon, name, act in (
            ("chevron-up", tr("Previous"), self.find_previous),
            ("chevron-down", tr("Next"), self.find_next),
            ("x", tr("Close"), self.closed.emit),
        ):
            first.addWidget(self._icon(icon, name, act))
        second = QHBoxLayout(self._second)
        second.setContentsMargins(0, 0, 0, 0)
        for widget in (self.instead, self._one, self._all):
            second.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 6, 8, 6)
        column.addLayout(first)
        column.addWidget(self._second)
        self.words.textChanged.connect(lambda _: self._look())

    def _field(self, name: str) -> QLineEdit:
        field = QLineEdit(self)
        field.setProperty("kind", "box")
        field.setAccessibleName(name)
        field.setPlaceholderText(name)
        return field

    def _button(self, words: str, act: Callable[[], object]) -> QPushButton:
        button = QPushButton(words, self)
        button.clicked.connect(lambda _checked: act())
        return button

    def _icon(self, icon: str, name: str, act: Callable[[], object]) -> QPushButton:
        button = self._button("", act)
        button.setProperty("kind", "quiet")
        button.setAccessibleName(name)
        button.setToolTip(plain_tip(name))
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # Enter, Shift+Enter and Escape do the same
        icons.put(button, icon, "muted", 16)
        return button

    def open_bar(self, *, replace: bool) -> None:
        """Show the bar with what is selected in it."""
        selected = self._editor().textCursor().selectedText()
        if selected and "\u2029" not in selected and "\ufffc" not in selected:
            self.words.setText(selected)
        self._second.setVisible(replace)
        self.show()
        self.words.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.words.selectAll()
        self._count()

    def find_next(self) -> bool:
        """Select the next place, round the end; False where there is none."""
        return self._find(QTextDocument.FindFlag(0))

    def find_previous(self) -> bool:
        """Select the place before."""
        return self._find(QTextDocument.FindFlag.FindBackward)

    def _find(self, flags: QTextDocument.FindFlag) -> bool:
        words, editor = self.words.text(), self._editor()
        if not words:
            return False
        document = editor.document()
        found = document.find(words, editor.textCursor(), flags)
        if found.isNull():
            start = QTextCursor(document)
            if flags & QTextDocument.FindFlag.FindBackward:
                start.movePosition(QTextCursor.MoveOperation.End)
            found = document.find(words, start, flags)
        if found.isNull():
            self._told.setText(tr("Not found"))
            return False
        editor.setTextCursor(found)
        editor.ensureCursorVisible()
        return True

    def _look(self) -> None:
        """Find again from where the selection began, as words are typed."""
        editor = self._editor()
        cursor = editor.textCursor()
        cursor.setPosition(cursor.selectionStart())
        editor.setTextCursor(cursor)
        self._count()
        self.find_next()

    def _count(self) -> None:
        words = self.words.text()
        found = len(self._places(_COUNTED)) if words else 0
        if not words:
            self._told.setText("")
        elif found >= _COUNTED:
            self._told.setText(tr("{n} or more", n=_COUNTED))
        else:
            self._told.setText(ntr("{n} place", "{n} places", found) if found else tr("Not found"))

    def _places(self, most: int) -> list[QTextCursor]:
        document, words = self._editor().document(), self.words.text()
        found: list[QTextCursor] = []
        cursor = document.find(words, 0)
        while not cursor.isNull() and len(found) < most:
            found.append(cursor)
            cursor = document.find(words, cursor)
        return found

    def replace(self) -> None:
        """Replace what is selected if it is what is looked for, and go on."""
        editor = self._editor()
        cursor = editor.textCursor()
        if editor.isReadOnly():
            return
        if cursor.selectedText().casefold() == self.words.text().casefold() and cursor.hasSelection():
            cursor.insertText(self.instead.text())
        self.find_next()
        self._count()

    def replace_all(self) -> None:
        """Replace every place, as one step that can be undone."""
        editor = self._editor()
        if editor.isReadOnly() or not self.words.text():
            return
        places = self._places(100_000)
        instead = self.instead.text()
        step = QTextCursor(editor.document())
        step.beginEditBlock()
        for place in reversed(places):
            place.insertText(instead)
        step.endEditBlock()
        self._told.setText(ntr("{n} replaced", "{n} replaced", len(places)))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._enter(back=bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        else:
            super().keyPressEvent(event)

    def _enter(self, *, back: bool) -> None:
        if self.instead.hasFocus():
            self.replace()
        elif back:
            self.find_previous()
        else:
            self.find_next()
