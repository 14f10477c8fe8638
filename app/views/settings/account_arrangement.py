"""Under each of several accounts: what it is called, its colour, whether it is the default, and its place."""

from __future__ import annotations

from collections.abc import Coroutine
from functools import partial
from typing import Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QComboBox, QLineEdit, QPushButton, QWidget

from app.core.i18n import tr
from app.domain.account import COLORS, Account
from app.ui import theme
from app.ui.widgets import Label
from app.ui.wrapping import WrappingLine
from app.views.settings.fields import press_with_enter, wrapped
from app.views.settings.session import SettingsSession

_DOT = 12
_NAME_WIDTH = 160


class AccountArrangement(QWidget):
    """The controls of one account. `controls` are they in the order of Tab."""

    def __init__(self, account: Account, session: SettingsSession, parent: QWidget) -> None:
        """Arrange `account` by way of `session`."""
        super().__init__(parent)
        self._account, self._session = account, session
        accounts = session.arranging
        default = accounts.default
        self.is_default = default is not None and default.account_id == account.account_id
        known = [one.account_id for one in accounts.all()]
        place = known.index(account.account_id)
        self.name = self._make_name()
        self.color = self._make_colors(accounts.color(account.account_id))
        self.default = self._button("default", tr("Default") if self.is_default else tr("Make default"))
        self.default.setAccessibleName(tr("New messages are from {account}", account=account.called))
        self.default.setEnabled(not self.is_default)
        self.up, self.down = self._button("up", tr("Up")), self._button("down", tr("Down"))
        self.up.setAccessibleName(tr("Move {account} up", account=account.called))
        self.down.setAccessibleName(tr("Move {account} down", account=account.called))
        self.up.setEnabled(place > 0)
        self.down.setEnabled(place < len(known) - 1)
        for button, work in (
            (self.default, partial(accounts.choose_default, account.account_id)),
            (self.up, partial(accounts.move, account.account_id, -1)),
            (self.down, partial(accounts.move, account.account_id, 1)),
        ):
            button.clicked.connect(partial(self._do, work))
        self.controls: tuple[QWidget, ...] = (self.name, self.color, self.default, self.up, self.down)
        self._lay_out()

    def _make_name(self) -> QLineEdit:
        name = QLineEdit(self._account.label, self)
        name.setObjectName("name")
        name.setProperty("kind", "box")
        name.setMinimumWidth(_NAME_WIDTH)
        name.setPlaceholderText(self._account.address)
        name.setAccessibleName(tr("Name of {address}", address=self._account.address))
        name.setMaxLength(60)
        name.editingFinished.connect(self._rename)
        return name

    def _make_colors(self, chosen: str) -> QComboBox:
        words = {
            "blue": tr("Blue"),
            "green": tr("Green"),
            "orange": tr("Orange"),
            "purple": tr("Purple"),
            "red": tr("Red"),
            "teal": tr("Teal"),
            "pink": tr("Pink"),
            "brown": tr("Brown"),
        }
        box = QComboBox(self)
        box.setObjectName("color")
        box.setIconSize(QSize(_DOT, _DOT))
        box.setAccessibleName(tr("Color of {account}", account=self._account.called))
        for color in COLORS:
            box.addItem(_dot(color), words[color], color)
        box.setCurrentIndex(COLORS.index(chosen) if chosen in COLORS else 0)
        box.activated.connect(self._recolor)
        return box

    def _button(self, name: str, words: str) -> QPushButton:
        button = press_with_enter(QPushButton(words, self))
        button.setObjectName(name)
        button.setProperty("kind", "quiet")
        return button

    def _lay_out(self) -> None:
        line = WrappingLine(self)
        line.setContentsMargins(50, 0, 16, 12)
        label = Label(tr("Name"), self)
        label.setProperty("tone", "muted")
        line.addWidget(label)
        line.addWidget(self.name)
        line.addWidget(self.color)
        line.addWidget(wrapped(self, (self.default, self.up, self.down)))

    def _rename(self) -> None:
        if self.name.text().strip() != self._account.label:
            self._do(partial(self._session.arranging.describe, self._account.account_id, label=self.name.text()))

    def _recolor(self, number: int) -> None:
        self._do(partial(self._session.arranging.describe, self._account.account_id, color=COLORS[number]))

    def _do(self, work: partial[Coroutine[Any, Any, None]], _checked: bool = False) -> None:
        self._session.arrange(work())


def _dot(color: str) -> QIcon:
    picture = QPixmap(_DOT * 2, _DOT * 2)
    picture.setDevicePixelRatio(2)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.account_color(color))
    painter.drawEllipse(1, 1, _DOT - 2, _DOT - 2)
    painter.end()
    return QIcon(picture)
