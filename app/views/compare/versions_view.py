"""Draws the earlier versions of a draft: a list of them, and beside it the one that is looked at, compared with now."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QListWidget, QListWidgetItem, QPushButton, QVBoxLayout, QWidget

from app.core.i18n import tr
from app.ui import icons, theme
from app.ui.widgets import Label
from app.views.compare.versions_session import VersionsSession
from app.views.compare.view import ANCHOR, ComparedPage, page_of, shown_differences

_SIDE: Final = 32
_LIST: Final = 320
_NARROW_LIST: Final = 220
_WIDE: Final = 860
"""From this width on, in pixels, the list has all its room."""
_HEAD: Final = Qt.ItemDataRole.UserRole
_ENTER: Final = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})


class VersionsView(QWidget):
    """The page of one draft's versions. `left` says that the person brings nothing back."""

    left = Signal()

    def __init__(self, session: VersionsSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self._html = ""
        self.setObjectName("pane")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(tr("Earlier versions"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._title = Label(tr("Earlier versions"), self)
        self._title.setFont(theme.font(size=18, semibold=True))
        self._words = Label(self)
        self._words.setProperty("tone", "muted")
        self._words.setWordWrap(True)
        self.list = QListWidget(self)
        self.list.setAccessibleName(tr("Earlier versions, newest first"))
        self.list.setTabKeyNavigation(False)
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setWordWrap(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.currentItemChanged.connect(lambda item, _before: self._choose(item))
        self.page = ComparedPage(tr("The version, and the message as it is now"), self)
        self.back = self._button(tr("Bring this version back"), tr("Enter"), "rotate-ccw")
        self.back.clicked.connect(session.bring_back)
        self.close_button = self._button(tr("Close"), tr("Esc"), "x")
        self.close_button.clicked.connect(self.left)
        self._build()
        self._dress_list()
        session.listed.subscribe(lambda _: self._fill())
        session.changed.subscribe(lambda _: self.refresh())
        self.refresh()

    def _button(self, words: str, key: str, icon: str) -> QPushButton:
        button = QPushButton(f"{words}  ({key})", self)
        button.setProperty("kind", "quiet")
        icons.put(button, icon, "muted")
        button.setAccessibleName(words)
        button.setAccessibleDescription(key)
        return button

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(_SIDE, 24, _SIDE, 16)
        column.setSpacing(8)
        column.addWidget(self._title)
        column.addWidget(self._words)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.back)
        buttons.addWidget(self.close_button)
        buttons.addStretch(1)
        column.addLayout(buttons)
        column.addSpacing(8)
        both = QHBoxLayout()
        both.setSpacing(16)
        both.addWidget(self.list)
        both.addWidget(self.page, 1)
        column.addLayout(both, 1)

    def _dress_list(self) -> None:
        scheme = theme.scheme()
        self.list.setStyleSheet(
            "QListWidget { background: transparent; border: none; outline: none; }"
            f"QListWidget::item {{ padding: 6px 10px; border-radius: 6px; color: {scheme.text}; }}"
            f"QListWidget::item:selected {{ background: {scheme.selected}; color: {scheme.text}; }}"
        )

    def _fill(self) -> None:
        for head in self.session.versions:
            first, second = self.session.row_words(head)
            item = QListWidgetItem(f"{first}\n{second}", self.list)
            item.setData(_HEAD, head)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{first}, {second}")
        self.list.setCurrentRow(0)

    def _choose(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.session.choose(item.data(_HEAD))

    def refresh(self) -> None:
        """Draw how it stands."""
        session = self.session
        words = session.words()
        self._words.setText(words)
        self._words.setAccessibleName(words)
        there = bool(session.versions)
        self.list.setVisible(there)
        self.page.setVisible(there)
        self.back.setVisible(there)
        self.back.setEnabled(session.can_bring_back())
        found = session.difference
        if found is not None:
            more = tr("There is more. It is not shown, and comes back whole.")
            self._show(page_of(found, session.page_titles(), more, theme.scheme()))
        if self.hasFocus() and there:
            self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def _show(self, html: str) -> None:
        if html != self._html:
            self._html = html
            self.page.setHtml(html)
            if shown_differences(html):
                self.page.scrollToAnchor(f"{ANCHOR}0")

    def redress(self) -> None:
        """Draw in the colours of now."""
        self._dress_list()
        self.refresh()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.list.setFixedWidth(_LIST if self.width() >= _WIDE else _NARROW_LIST)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if self.list.isVisibleTo(self):
            self.list.setFocus(event.reason())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        elif event.key() in _ENTER and not event.isAutoRepeat() and self._looks_at_versions():
            self.session.bring_back()
        else:
            super().keyPressEvent(event)

    def _looks_at_versions(self) -> bool:
        """Return whether Enter is meant for the version, and not for a button that has the focus."""
        return self.list.hasFocus() or self.page.hasFocus()
