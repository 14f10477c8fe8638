"""The inputs of forms: a line, a check box, a number, a choice of few.

Apart from the other widgets, since the first picture of the program needs none of them, and Qt's four take their time.
"""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QSpinBox, QStyle, QStyleOptionButton, QWidget

from app.ui import icons, theme
from app.ui.widgets import is_access_key


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
