"""One field of a form: its label with an access key, the place to type, a hint, and right under it what is wrong."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from app.core.i18n import tr
from app.ui import icons, theme
from app.ui.inputs import FormLine
from app.ui.widgets import Label, plain_tip, say_aloud
from app.ui.wrapping import WrappingLine


def press_with_enter(button: QPushButton) -> QPushButton:
    """Let Enter press `button` too, as it does in dialogs; outside of one Qt gives it Space alone."""
    button.setAutoDefault(True)
    return button


def lay_out_card(card: QWidget, icon: QWidget, title: QWidget, words: QWidget, buttons: Sequence[QWidget]) -> None:
    """Lay out one thing of a list: its icon, its title above what is said of it, and what can be done with it.

    What can be done goes below where there is no room beside.
    """
    body, said = QWidget(card), QWidget(card)
    said.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
    column = QVBoxLayout(said)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(2)
    column.addWidget(title)
    column.addWidget(words)
    wrapping = WrappingLine(body)
    wrapping.addWidget(said)
    wrapping.addWidget(wrapped(card, buttons))
    line = QHBoxLayout(card)
    line.setContentsMargins(16, 12, 16, 12)
    line.setSpacing(14)
    line.addWidget(icon, 0, Qt.AlignmentFlag.AlignTop)
    line.addWidget(body, 1)


def wrapped(parent: QWidget, parts: Sequence[QWidget]) -> QWidget:
    """Return widgets side by side, which go on below where they have no room."""
    holder = QWidget(parent)
    line = WrappingLine(holder)
    for part in parts:
        line.addWidget(part)
    return holder


def lock(widget: QWidget, *, locked: bool) -> None:
    """Leave what an administrator has set as it is, and say so where the person looks for why."""
    words = set_elsewhere() if locked else ""
    widget.setEnabled(not locked)
    widget.setToolTip(plain_tip(words))
    widget.setAccessibleDescription(words)


def dress_list(listed: QListWidget, row: int) -> None:
    """Dress a list on a page in the scheme of now; a row of it is `row` pixels high."""
    scheme = theme.scheme()
    listed.setStyleSheet(
        f"QListWidget {{ background: {scheme.pane}; border: 1px solid {scheme.line}; border-radius: 8px; }}"
        f"QListWidget::item {{ height: {row}px; padding-left: 8px; color: {scheme.text}; }}"
        f"QListWidget::item:selected {{ background: {scheme.selected}; color: {scheme.text}; }}"
    )


def set_elsewhere() -> str:
    """Return the words on what an administrator has locked."""
    return tr("Set by your organisation.")


class LabelledField(QWidget):
    """A line to type in. `typed` carries each change by the person, `left` comes when the field is left or entered."""

    typed = Signal(str)
    left = Signal()

    def __init__(self, label: str, hint: str = "", *, secret: bool = False, parent: QWidget | None = None) -> None:
        """`label` holds its access key after an &."""
        super().__init__(parent)
        self._hint = hint
        self._error = ""
        self._locked = False
        self._label = Label(label, self)
        self._label.setFont(theme.font(size=12, semibold=True))
        self.line = FormLine(self)
        self.line.setProperty("kind", "box")
        self.line.setAccessibleName(label.replace("&", ""))
        self.line.setMaxLength(100_000)
        self.line.setMinimumHeight(34)
        if secret:
            self.line.hide_words()
        self._label.setBuddy(self.line)
        self.setFocusProxy(self.line)
        self.line.textEdited.connect(self.typed)
        self.line.editingFinished.connect(self.left)
        self._icon = Label(self)
        self._icon.setFixedSize(14, 14)
        self._words = Label(hint, self)
        self._words.setWordWrap(True)
        self._words.setFont(theme.font(size=12))
        self._row = QHBoxLayout()
        self._row.setSpacing(theme.GAP)
        self._row.addWidget(self.line, 1)
        under = QHBoxLayout()
        under.setSpacing(6)
        under.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        under.addWidget(self._words, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self._label)
        column.addLayout(self._row)
        column.addLayout(under)
        self.show_error("")

    def add_beside(self, widget: QWidget) -> None:
        """Put something at the right of the line."""
        self._row.addWidget(widget)

    def show_text(self, text: str) -> None:
        """Show `text`, leaving the caret alone where it is there already."""
        if self.line.text() != text:
            self.line.setText(text)

    def show_hint(self, hint: str) -> None:
        """Show `hint` where there is no error."""
        self._hint = hint
        self.show_error(self._error)

    def lock(self, *, locked: bool) -> None:
        """Let what stands here be read and copied, but not changed; the hint says that the administrator has set it."""
        self.line.setReadOnly(locked)
        self._locked = locked
        self.show_error(self._error)

    def show_error(self, sentence: str) -> None:
        """Show what is wrong in place of the hint; nothing shows the hint again."""
        if sentence and sentence != self._error:
            say_aloud(self.line, sentence)
        self._error = sentence
        words = sentence or (set_elsewhere() if self._locked else self._hint)
        self._words.setText(words)
        self._words.setVisible(bool(words))
        self._words.setProperty("tone", "bad" if sentence else "muted")
        self._words.style().polish(self._words)
        self._icon.setVisible(bool(sentence))
        if sentence:
            icons.put(self._icon, "circle-alert", "bad", 14)
        self.line.setAccessibleDescription(words)
