"""The sidebar: write something new, go to a list, see at a glance what waits, and whose mailbox this is."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QBoxLayout,
    QButtonGroup,
    QFrame,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app.commands.command import Registry
from app.core.i18n import ntr, tr
from app.ui import icons, keys, theme
from app.ui.icons import initials
from app.ui.widgets import Label, plain_tip

_WIDTH = 212
_NARROW = 60
"""Pixels of the left edge with its words, and with icons alone."""


def _new_words() -> str:
    return "  " + tr("New message")  # room between icon and words: Qt's own is 4 pixels


class Sidebar(QWidget):
    """The left edge of the window."""

    chosen = Signal(str)
    menu_wanted = Signal(str, QPoint)
    """What can be done at a place ("" for none of them) is asked for, at a place of the screen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sidebar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(_WIDTH)
        self.setAccessibleName(tr("Places"))
        self.is_narrow = False
        self.new = QPushButton(_new_words(), self)
        self.new.setAccessibleName(tr("New message"))
        self.new.setProperty("kind", "primary")
        self.new.setMinimumHeight(38)
        icons.put(self.new, "pen-line", "on_accent")
        keys.put_tip(self.new, tr("New message"), "message.new", "Ctrl+N")
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        self._left: QAbstractButton | None = None
        self._buttons: dict[str, _Place] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(12, 16, 12, 12)
        self._column.setSpacing(4)
        self._column.addWidget(self.new)
        self._column.addSpacing(14)
        for name, words, icon, shortcut in (
            ("drafts", tr("Drafts"), "file-text", "Ctrl+2"),
            ("outbox", tr("Outbox"), "send-horizontal", "Ctrl+4"),
            ("sent", tr("Sent"), "mail-check", "Ctrl+3"),
            ("received", tr("Received"), "inbox", "Ctrl+5"),
        ):
            self._add_place(self._column, name, words, icon, shortcut)
        self._sections: dict[str, _Section] = {}
        self._others = QVBoxLayout()
        self._others.setContentsMargins(0, 0, 0, 0)
        self._others.setSpacing(4)
        self._others.addStretch(1)
        self._column.addWidget(_scrolled(self._others, self), 1)
        self._account = _AccountPart(self)
        self.settings = self._account.settings
        self._column.addWidget(self._account)

    def set_narrow(self, *, on: bool) -> None:
        """Show icons alone, where the window has no room for words: their tips and names still say them."""
        if on == self.is_narrow:
            return
        self.is_narrow = on
        self.setFixedWidth(_NARROW if on else _WIDTH)
        self._column.setContentsMargins(*((8, 16, 8, 12) if on else (12, 16, 12, 12)))
        self.new.setText("" if on else _new_words())
        for place in self._buttons.values():
            place.set_narrow(on=on)
        for section in self._sections.values():
            section.set_narrow(on=on)
        self._account.set_narrow(on=on)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for what can be done at the place under the mouse, or at the one that has the focus."""
        keyboard = event.reason() is QContextMenuEvent.Reason.Keyboard
        under = self.focusWidget() if keyboard else self.childAt(event.pos())
        name = next((name for name, button in self._buttons.items() if button is under), "")
        at = event.globalPos()
        if keyboard and under is not None:
            at = under.mapToGlobal(QPoint(0, under.height()))
        self.menu_wanted.emit(name, at)

    def connect_commands(self, registry: Registry) -> None:
        """Let the sidebar's buttons do what the commands of the same name do."""
        self.new.clicked.connect(lambda: registry.run("message.new"))
        self.settings.clicked.connect(lambda: registry.run("window.settings"))
        keys.show_tips(self, registry)

    def show_place(self, name: str) -> None:
        """Mark the place that is shown."""
        if name in self._buttons:
            self._buttons[name].setChecked(True)

    def mark_place(self, *, on: bool) -> None:
        """Mark the place that was shown last, or none: a page stands in front of it."""
        if not on:
            marked = self._group.checkedButton()
            self._left = marked if marked is not None else self._left
            self._group.setExclusive(False)
            if marked is not None:
                marked.setChecked(False)
            self._group.setExclusive(True)
        elif self._group.checkedButton() is None and self._left is not None and self._left in self._group.buttons():
            self._left.setChecked(True)

    def show_count(self, name: str, count: int, *, problems: int = 0) -> None:
        """Show how many wait at a place, and how many of them need the person."""
        self._buttons[name].show_count(count, problems)

    def show_unseen(self, name: str, unseen: int) -> None:
        """Show how many at a place failed and were not looked at yet."""
        if name in self._buttons:
            self._buttons[name].show_unseen(unseen)

    def show_account(self, name: str, address: str, state: str, tone: str) -> None:
        """Show whose mailbox this is and how it stands."""
        self._account.show_account(name, address, state, tone)

    def call_place(self, name: str, words: str) -> None:
        """Call a place otherwise: it has the messages of one account, or of all."""
        self._buttons[name].call(words)

    def arrange(self, sections: Sequence[str]) -> None:
        """Show the sections of these accounts, by their ids, in this order; those of others go."""
        for key in [one for one in self._sections if one not in sections]:
            section = self._sections.pop(key)
            section.hide()
            section.deleteLater()
        for number, key in enumerate(sections):
            section = self._sections.get(key) or _Section(self)
            section.set_narrow(on=self.is_narrow)
            self._sections[key] = section
            if self._others.indexOf(section) != number:
                self._others.insertWidget(number, section)

    def head_section(self, key: str, called: str, color: str, state: str, tone: str) -> None:
        """Say whose section it is and how that account stands; it has no head where `called` is empty."""
        if key in self._sections:
            self._sections[key].show_head(called, color, state, tone)

    def add_other(self, section: str, mailbox: str, name: str, words: str, icon: str, *, of: str = "") -> None:
        """Add a place to the section of an account: under a mailbox's name, or with "" among the account's own.

        `of` is whose place it is, for its accessible name, where no mailbox is named.
        """
        self._add_place(self._sections[section].column_for(mailbox), name, words, icon, "", mailbox or of)

    def remove_other(self, name: str) -> None:
        """Take such a place away, and the mailbox's name with its last one."""
        button = self._buttons.pop(name)
        self._group.removeButton(button)
        button.hide()
        button.setParent(None)
        button.deleteLater()
        for section in self._sections.values():
            section.tidy()

    def _add_place(
        self, column: QVBoxLayout, name: str, words: str, icon: str, shortcut: str, mailbox: str = ""
    ) -> None:
        button = _Place(words, icon, self, mailbox)
        button.set_narrow(on=self.is_narrow)
        if shortcut:
            keys.put_tip(button, words, f"go.{name}", shortcut)
        else:
            button.setToolTip(plain_tip(tr("{list} of {name}", list=words, name=mailbox) if mailbox else words))
        button.clicked.connect(lambda: self.chosen.emit(name))
        self._group.addButton(button)
        self._buttons[name] = button
        column.addWidget(button)


def _scrolled(column: QVBoxLayout, parent: QWidget) -> QScrollArea:
    """Return a column that scrolls where there are more places than there is room for."""
    inner = QWidget()
    inner.setObjectName("sidebarPlaces")
    inner.setLayout(column)
    area = QScrollArea(parent)
    area.setObjectName("sidebarScroll")
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setWidgetResizable(True)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(inner)
    return area


class _Section(QWidget):
    """The places of one account: its own, and those of mailboxes beside it, each under its name."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        self._head = _SectionHead(self)
        self._head.hide()
        self._column.addWidget(self._head)
        self._columns: dict[str, tuple[Label | None, QVBoxLayout]] = {}
        self._narrow = False

    def set_narrow(self, *, on: bool) -> None:
        """Leave out the names of mailboxes; the head keeps its colour."""
        self._narrow = on
        self._head.set_narrow(on=on)
        for label, _ in self._columns.values():
            if label is not None:
                label.setVisible(not on)

    def show_head(self, called: str, color: str, state: str, tone: str) -> None:
        self._head.setVisible(bool(called))
        self._head.show_account(called, color, state, tone)

    def column_for(self, mailbox: str) -> QVBoxLayout:
        if mailbox not in self._columns:
            label = None
            if mailbox:
                label = Label(mailbox, self)
                label.setProperty("tone", "faint")
                label.setFont(theme.font(size=12, semibold=True))
                label.setContentsMargins(10, 12, 0, 0)
                label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
                label.setVisible(not self._narrow)
                self._column.addWidget(label)
            places = QVBoxLayout()
            places.setSpacing(4)
            self._column.insertLayout(-1 if mailbox else 1, places)
            self._columns[mailbox] = label, places
        return self._columns[mailbox][1]

    def tidy(self) -> None:
        """Let go of the names of mailboxes that have no place any more."""
        for mailbox, (label, places) in list(self._columns.items()):
            if not places.count():
                del self._columns[mailbox]
                self._column.removeItem(places)
                if label is not None:
                    label.hide()
                    label.deleteLater()


class _SectionHead(QWidget):
    """What an account is called, in its colour, and what is the matter with it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._color = "blue"
        self._narrow = False
        self._name, self._state = Label(self), Label(self)
        self._name.setFont(theme.font(size=12, semibold=True))
        self._state.setFont(theme.font(size=11))
        words = QVBoxLayout(self)
        words.setContentsMargins(26, 12, 0, 2)
        words.setSpacing(0)
        words.addWidget(self._name)
        words.addWidget(self._state)

    def set_narrow(self, *, on: bool) -> None:
        """Show the colour alone."""
        self._name.setVisible(not on)
        self._state.setVisible(not on and bool(self._state.text()))
        self.setMinimumHeight(22 if on else 0)
        self._narrow = on

    def show_account(self, called: str, color: str, state: str, tone: str) -> None:
        width = _WIDTH - 60
        self._color = color
        self._name.setText(self._name.fontMetrics().elidedText(called, Qt.TextElideMode.ElideRight, width))
        self.setToolTip(plain_tip(called))
        self._state.setText(self._state.fontMetrics().elidedText(state, Qt.TextElideMode.ElideRight, width))
        self._state.setVisible(bool(state) and not self._narrow)
        if self._state.property("tone") != tone:
            self._state.setProperty("tone", tone)
            self._state.style().polish(self._state)
        self.setAccessibleName(tr("{account}, {state}", account=called, state=state) if state else called)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.account_color(self._color))
        middle = (self.rect() if self._narrow else self._name.geometry()).center().y() + 0.5
        painter.drawEllipse(QRectF(self.width() / 2 - 4 if self._narrow else 10, middle - 4, 8, 8))
        painter.end()


class _Place(QPushButton):
    """One place, with a count at its right."""

    def __init__(self, words: str, icon: str, parent: QWidget, mailbox: str = "") -> None:
        super().__init__(f" {words}", parent)
        icons.put(self, icon, "muted", 18)
        self.mailbox = mailbox
        self._shown = words
        self._words = tr("{list} of {name}", list=words, name=mailbox) if mailbox else words
        self._count, self._problems, self._unseen = 0, 0, 0
        self._narrow = False
        self.setProperty("kind", "nav")
        self.setCheckable(True)
        self.setAutoExclusive(True)  # the group sees to it; by this a screen reader says one of several, no check box
        self.setAccessibleName(self._words)

    def call(self, words: str) -> None:
        if words != self._words:
            self._words = self._shown = words
            self.setText("" if self._narrow else f" {words}")
            self._tell()

    def set_narrow(self, *, on: bool) -> None:
        """Show the icon alone; what waits has a mark at its corner."""
        self._narrow = on
        self.setText("" if on else f" {self._shown}")

    def show_count(self, count: int, problems: int) -> None:
        if (count, problems) != (self._count, self._problems):
            self._count, self._problems = count, problems
            self._tell()

    def show_unseen(self, unseen: int) -> None:
        if unseen != self._unseen:
            self._unseen = unseen
            self._tell()

    def _tell(self) -> None:
        parts = [self._words]
        if self._count:
            parts.append(ntr("{n} message", "{n} messages", self._count))
        if self._unseen:
            parts.append(ntr("{n} new problem, F8 goes there", "{n} new problems, F8 goes there", self._unseen))
        if self._problems:
            parts.append(ntr("{n} needs attention", "{n} need attention", self._problems))
        self.setAccessibleName(", ".join(parts))
        self.update()

    def badge_words(self) -> str:
        """Return what stands on the badge: what needs the person has a sign before it, beside its colour; or ""."""
        needing = self._unseen or self._problems
        if needing:
            return f"! {needing}"
        return f"{self._count}" if self._count and not self._narrow else ""

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        words, marked = self.badge_words(), bool(self._unseen or self._problems)
        if not words:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.font(size=10 if self._narrow else 12, semibold=marked))
        width = max(20, painter.fontMetrics().horizontalAdvance(words) + 12)
        badge = QRect(self.width() - width - 8, (self.height() - 20) // 2, width, 20)
        if self._narrow:
            badge = QRect(self.width() - width, 0, width, 16)
        if marked:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("bad" if self._unseen else "bad_soft"))
            painter.drawRoundedRect(badge, badge.height() / 2, badge.height() / 2)
        painter.setPen(theme.color("on_accent" if self._unseen else "bad" if marked else "faint"))
        painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, words)
        painter.end()


class _AccountPart(QWidget):
    """Whose mailbox this is, and the way to settings."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._shown: tuple[object, ...] = ()
        self._avatar = Label(self)
        self._avatar.setFixedSize(30, 30)
        self._avatar.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._name, self._state = Label(self), Label(self)
        self._name.setFont(theme.font(size=12, semibold=True))
        self._state.setFont(theme.font(size=11))
        self._state.setProperty("tone", "faint")
        self.settings = QPushButton(self)
        icons.put(self.settings, "settings", "muted", 18)
        self.settings.setProperty("kind", "quiet")
        self.settings.setAccessibleName(tr("Settings"))
        keys.put_tip(self.settings, tr("Settings"), "window.settings", "Ctrl+,")
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self._name)
        words.addWidget(self._state)
        self._line = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._line.setContentsMargins(4, 4, 0, 0)
        self._line.setSpacing(8)
        self._line.addWidget(self._avatar)
        self._line.addLayout(words, 1)
        self._line.addWidget(self.settings)

    def set_narrow(self, *, on: bool) -> None:
        """Put the way to settings above the person, without words."""
        self._name.setVisible(not on)
        self._state.setVisible(not on)
        self._line.setDirection(QBoxLayout.Direction.BottomToTop if on else QBoxLayout.Direction.LeftToRight)
        self._line.setContentsMargins(*((7, 4, 7, 0) if on else (4, 4, 0, 0)))

    def show_account(self, name: str, address: str, state: str, tone: str) -> None:
        shown = (name, address, state, tone, theme.scheme())
        if shown == self._shown:
            return  # it is said anew with every change of a message, and a style sheet costs a millisecond
        self._shown = shown
        self._avatar.setText(initials(name or address) if name or "@" in address else "–")  # "No account" is nobody
        ink = theme.avatar_color(name or address)
        self._avatar.setStyleSheet(
            f"background: {ink.name()}; color: white; border-radius: 15px; font-size: 11px; font-weight: 600;"
        )
        width = _WIDTH - 110
        metrics = self._name.fontMetrics()
        self._name.setText(metrics.elidedText(name or address, Qt.TextElideMode.ElideRight, width))
        self._name.setToolTip(plain_tip(address))
        self._state.setText(self._state.fontMetrics().elidedText(state, Qt.TextElideMode.ElideRight, width))
        self._state.setProperty("tone", tone)
        self._state.style().polish(self._state)
        self.setAccessibleName(f"{name} {address}, {state}")
