"""A line to type in and a choice of few, as forms and panels have them."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QStyle, QStyleOptionButton

from app.ui import icons, theme
from app.ui.access_keys import is_access_key


class FormLine(QLineEdit):
    """A line that leaves Alt and a letter to access keys, also to those that do nothing now."""

    def hide_words(self) -> None:
        """Show dots for letters, and let no input method learn them."""
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


class ChoiceBox(QComboBox):
    """A choice of few, with the program's own arrow: a style sheet takes Qt's away and cannot colour another."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if is_access_key(event):
            event.ignore()
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to what scrolls: it would change the choice under whoever passes over it."""
        event.ignore()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        place = QPoint(self.width() - 26, (self.height() - 16) // 2)
        painter.drawPixmap(place, icons.pixmap("chevron-down", "muted", 16))
        painter.end()
