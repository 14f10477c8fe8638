"""The inputs of the options: a label over each, and under it how it was understood, or what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPlainTextEdit, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from app.ui import theme
from app.ui.access_keys import is_access_key
from app.ui.announcing import say_aloud
from app.ui.inputs import ChoiceBox, FormLine
from app.ui.label import Label
from app.views.compose.options_session import Said

_HEIGHT = 34


class OptionField(QWidget):
    """A label, an input, and a line of words under it where there is something to say."""

    def __init__(self, words: str, inner: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.inner = inner
        self._label = Label(words, self)
        self._label.setFont(theme.font(size=12, semibold=True))
        self._label.setProperty("tone", "muted")
        self._label.setBuddy(inner)
        inner.setAccessibleName(words)
        inner.setAccessibleDescription(words if isinstance(inner, ChoiceBox) else "")  # its name is what is chosen
        inner.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)  # the columns are as wide alike
        if not isinstance(inner, QPlainTextEdit):
            inner.setMinimumHeight(_HEIGHT)
        self._said = Label(self)
        self._said.setFont(theme.font(size=12))
        self._said.setWordWrap(True)
        self._said.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        column.addWidget(self._label)
        column.addWidget(inner)
        column.addWidget(self._said)
        column.addStretch(1)
        self.setFocusProxy(inner)

    def say(self, said: Said) -> None:
        """Show how it was understood, or what is wrong."""
        if said.bad and said.words != self._said.text():
            say_aloud(self.inner, said.words)
        self._said.setText(said.words)
        self._said.setVisible(bool(said.words))
        self._said.setProperty("tone", "bad" if said.bad else "muted")
        self._said.style().polish(self._said)
        self.inner.setAccessibleDescription(said.words)

    def said(self) -> str:
        """Return the words under the input."""
        return self._said.text()


class OptionLine(FormLine):
    """One line, told at every key."""

    def __init__(self, hint: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "box")
        self.setPlaceholderText(hint)
        self.setMaxLength(1000)

    def show_text(self, text: str) -> None:
        """Show `text` without telling it as typed."""
        if text != self.text():
            self.setText(text)
            self.setCursorPosition(0)


class CategoriesLine(OptionLine):
    """Names with commas between them; the rest of one that was used before is offered behind what is typed."""

    listed = Signal(str)
    """The list as it counts: without what is only offered."""

    def __init__(self, hint: str, complete: Callable[[str], str], parent: QWidget | None = None) -> None:
        super().__init__(hint, parent)
        self._complete = complete
        self._deleting = False
        self.textEdited.connect(self._take)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        offered = self._offered()
        self._deleting = event.key() in {Qt.Key.Key_Backspace, Qt.Key.Key_Delete}
        if offered and event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Right, Qt.Key.Key_End}:
            self._accept()
            return
        if offered and event.text() in {",", ";"}:
            self._accept()
        super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take what is offered when the line is left by Tab, as with Enter."""
        if self._offered():
            self._accept()
        super().focusOutEvent(event)

    def _offered(self) -> str:
        at_end = self.selectionStart() >= 0 and self.selectionEnd() == len(self.text())
        return self.selectedText() if at_end and self.selectionStart() > 0 else ""

    def _accept(self) -> None:
        self.end(False)
        self.listed.emit(self.text())

    def _take(self, text: str) -> None:
        rest = self._complete(text) if not self._deleting and self.cursorPosition() == len(text) else ""
        if rest:
            self.setText(text + rest)
            self.setSelection(len(text), len(rest))
        self.listed.emit(text)


class HeadersEdit(QPlainTextEdit):
    """Custom headers, one a line. Tab goes on to the next field."""

    typed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._telling = True
        self.setTabChangesFocus(True)
        self.document().setDocumentMargin(7)
        self.setPlaceholderText("X-Project: Northwind")
        self.setFixedHeight(3 * self.fontMetrics().lineSpacing() + 14)
        self.setFrameShape(QPlainTextEdit.Shape.NoFrame)
        self.setProperty("kind", "box")
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.textChanged.connect(self._tell)

    def show_text(self, text: str) -> None:
        """Show `text` without telling it as typed."""
        self._telling = False
        self.setPlainText(text)
        self._telling = True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if is_access_key(event) or event.key() == Qt.Key.Key_Escape:
            event.ignore()
        else:
            super().keyPressEvent(event)

    def _tell(self) -> None:
        if self._telling:
            self.typed.emit(self.toPlainText())


class PlaceButton(QPushButton):
    """Says where the copy goes, cut with an ellipsis where there is no room; pressed, it asks for another place."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._place = ""
        self.setAutoDefault(True)
        self.setStyleSheet("text-align: left;")

    def show_place(self, place: str, words: str) -> None:
        """Show `place`; `words` say it in full, for the ear and for the tip."""
        self._place = place
        self.setAccessibleName(words)
        self.setToolTip(words)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        room = max(0, self.width() - 26)
        text = self.fontMetrics().elidedText(self._place, Qt.TextElideMode.ElideRight, room)
        self.setText(text.replace("&", "&&"))


class Boxed(QFrame):
    """A frame about an input that has none of its own, in the manner of the lines beside it."""

    def __init__(self, inner: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "box")
        line = QHBoxLayout(self)
        line.setContentsMargins(8, 2, 8, 2)
        line.addWidget(inner)
        self.setFocusProxy(inner)
