"""Label, inputs, access keys, Enter on buttons, returning focus, screen reader.

Qt's own guesses whether a text is HTML, and then draws it: a subject, a name or a server's sentence could so bring
markup and pictures into the window.

On macOS, Option and a letter is a sign of its own; AltGr is not Alt anywhere.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Final

import shiboken6
from PySide6 import QtGui
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QStyle,
    QStyleOptionButton,
    QToolButton,
    QWidget,
)

from app.ui import icons, theme
from app.ui.keyboard.key_gate import Keeper


class Label(QLabel):
    """A QLabel that never reads markup."""

    def __init__(self, text: str | QWidget | None = None, parent: QWidget | None = None) -> None:
        words, owner = (text, parent) if isinstance(text, str) else ("", text if text is not None else parent)
        super().__init__(words, owner)
        self.setTextFormat(Qt.TextFormat.PlainText)


def plain_tip(words: str) -> str:
    """Return words for a tooltip so that they are shown as they are, also where Qt would take them for HTML.

    A name from outside in a tooltip would be drawn as HTML, and read the files that its pictures name.
    """
    if not QtGui.Qt.mightBeRichText(words):
        return words
    from html import escape  # its table of entities is large, and such a name is rare

    return f"<qt>{escape(words).replace(chr(10), '<br>')}</qt>"


def plain_caption(words: str) -> str:
    """Return words for a button or menu, in which an "&" is one."""
    return words.replace("&", "&&")


_ALT: Final = Qt.KeyboardModifier.AltModifier.value
_ALT_OR_CONTROL: Final = _ALT | Qt.KeyboardModifier.ControlModifier.value
_META: Final = Qt.KeyboardModifier.MetaModifier.value
"""Bare numbers: fields ask at every key, and Python's flags take ten times as long."""


def is_access_key(event: QKeyEvent) -> bool:
    """Return whether a field has to leave this key alone."""
    held: int = event.modifiers().value & _ALT_OR_CONTROL
    return held == _ALT and event.text().isprintable() and sys.platform != "darwin"


def is_typed(event: QKeyEvent) -> bool:
    """Return whether a key is a sign for a text, and no command: also with AltGr, which some systems call both."""
    held: int = event.modifiers().value & (_ALT_OR_CONTROL | _META)
    plain = held in {0, _ALT_OR_CONTROL} or (held == _ALT and sys.platform == "darwin")
    return plain and bool(event.text()) and event.text().isprintable()


class FormLine(QLineEdit):
    """A line that leaves Alt and a letter to access keys, also to those that do nothing now."""

    def hide_words(self) -> None:
        """Show dots for messages, and let no input method learn them."""
        self.setEchoMode(QLineEdit.EchoMode.Password)
        hints = Qt.InputMethodHint
        self.setInputMethodHints(hints.ImhHiddenText | hints.ImhNoPredictiveText | hints.ImhSensitiveData)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if is_access_key(event):
            event.ignore()
        else:
            super().keyPressEvent(event)


class CheckBox(QCheckBox):
    """A check with an outline that is seen on a dark ground too: Qt's own is drawn darker than what is around it."""

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        option = QStyleOptionButton()
        self.initStyleOption(option)
        box = self.style().subElementRect(QStyle.SubElement.SE_CheckBoxIndicator, option, self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme.color("accent" if self.isChecked() else "faint"))
        painter.drawRoundedRect(QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
        painter.end()


class NumberBox(QSpinBox):
    """A number with arrows of our own: the style sheet that gives it a visible frame takes those of Qt away."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lineEdit().setTextMargins(8, 0, 0, 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        tone, left, middle = ("muted" if self.isEnabled() else "line"), self.width() - 20, self.height() // 2
        painter.drawPixmap(QPoint(left, middle - 12), icons.pixmap("chevron-up", tone, 12))
        painter.drawPixmap(QPoint(left, middle), icons.pixmap("chevron-down", tone, 12))
        painter.end()


class ChoiceBox(QComboBox):
    """A choice of few, with the program's own arrow: a style sheet takes Qt's away and cannot colour another."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if is_access_key(event):
            event.ignore()
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to what scrolls: it would change the choice when the pointer passes over it."""
        event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        place = QPoint(self.width() - 26, (self.height() - 16) // 2)
        painter.drawPixmap(place, icons.pixmap("chevron-down", "muted", 16))
        painter.end()


_ENTER = {Qt.Key.Key_Return, Qt.Key.Key_Enter}
_PLAIN = {Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier}


def presses(window: QWidget, event: QKeyEvent) -> bool:
    """Press the button that has the focus in `window`, where the key is Enter and no widget used it; True then.

    A key that is held down presses once.
    """
    button = window.focusWidget()
    if (
        event.key() not in _ENTER
        or event.modifiers() not in _PLAIN
        or not isinstance(button, QPushButton | QToolButton)
    ):
        return False
    if not event.isAutoRepeat():
        button.click()
    return True


def say_aloud(widget: QWidget, words: str) -> None:
    """Let a screen reader say `words` of `widget`, which came without the focus moving there."""
    if not words:
        return
    from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent

    if QAccessible.isActive():
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(widget, words))


class FocusReturn:
    """Returns the focus from one sheet or bar. `elsewhere` puts it somewhere when its place is gone or hidden."""

    def __init__(self, owner: QWidget, elsewhere: Callable[[], None]) -> None:
        """Nothing is remembered yet."""
        self._owner, self._elsewhere = owner, elsewhere
        self._to: QWidget | None = None

    def remember(self) -> None:
        """Remember where the focus is, unless it is in the owner already."""
        focus: QWidget | None = self._owner.window().focusWidget()
        if isinstance(focus, Keeper) or focus is None:
            return  # keys are kept for something that comes: there is no way back to that
        if focus is not self._owner and not self._owner.isAncestorOf(focus):
            self._to = focus

    def go(self) -> None:
        """Put the focus back."""
        to, self._to = self._to, None
        if to is not None and shiboken6.isValid(to) and to.isVisible() and to.isEnabled():
            to.setFocus(Qt.FocusReason.PopupFocusReason)
        else:
            self._elsewhere()
