"""The sections of the settings at the left: chosen by arrows or letters, and every setting found by its words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QListWidget, QListWidgetItem, QPushButton, QVBoxLayout, QWidget

from app.commands.search import rank
from app.core.i18n import tr
from app.ui import icons, theme
from app.ui.widgets import Label
from app.views.settings.fields import press_with_enter
from app.views.settings.preferences import Entry

ACCOUNTS: Final = "accounts"
"""The name of the first section."""

_WIDTH: Final = 208
_ROW: Final = 32
_ITEM: Final = Qt.ItemDataRole.UserRole


class SectionList(QWidget):
    """`chosen` carries a section that the person goes to, `wanted` a setting that they looked for."""

    chosen = Signal(str)
    wanted = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFixedWidth(_WIDTH)
        self._titles: Mapping[str, str] = {}
        self._entries: Sequence[Entry] = ()
        self._shown = ACCOUNTS
        self.back = press_with_enter(QPushButton(tr("Bac&k"), self))
        self.back.setProperty("kind", "quiet")
        icons.put(self.back, "arrow-left", "muted", 16)
        self.search = _Search(self)
        self.search.textChanged.connect(lambda _: self._fill())
        self.search.returnPressed.connect(self._go)
        self.search.left.connect(self._enter_list)
        label = Label(tr("&Find a setting"), self)
        label.setFont(theme.font(size=12, semibold=True))
        label.setBuddy(self.search)
        self.list = QListWidget(self)
        self.list.setAccessibleName(tr("Sections of the settings"))
        self.list.setTabKeyNavigation(False)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setWordWrap(True)
        self.list.currentItemChanged.connect(lambda now, _: self._choose(now))
        self.list.itemActivated.connect(lambda _: self._go())
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 26, 0, 16)
        column.setSpacing(theme.GAP)
        column.addWidget(self.back, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(label)
        column.addWidget(self.search)
        column.addWidget(self.list, 1)
        self.redress()

    def redress(self) -> None:
        """Dress the list in the scheme of now."""
        scheme = theme.scheme()
        self.list.setStyleSheet(
            "QListWidget { background: transparent; border: none; }"
            f"QListWidget::item {{ min-height: {_ROW}px; padding: 0 8px; border-radius: 6px; color: {scheme.text}; }}"
            f"QListWidget::item:selected {{ background: {scheme.selected}; color: {scheme.text}; }}"
        )

    def fill(self, titles: Mapping[str, str], entries: Sequence[Entry]) -> None:
        """Offer these sections, and find these settings."""
        self._titles, self._entries = titles, entries
        self._fill()

    def show_chosen(self, name: str) -> None:
        """Mark the section that is shown."""
        self._shown = name
        if not self.search.text() and self._titles:
            self.list.setCurrentRow(list(self._titles).index(name))

    def has_focus(self) -> bool:
        """Return whether the person is choosing here."""
        return self.search.hasFocus() or self.list.hasFocus()

    def _fill(self) -> None:
        words = self.search.text().strip()
        self.list.blockSignals(True)  # what is shown anew was not chosen
        self.list.clear()
        if words:
            for entry in rank(words, [(f"{one.words} {self._titles[one.section]}", one) for one in self._entries]):
                self._add(f"{entry.words} · {self._titles[entry.section]}", entry)
            self.list.setCurrentRow(0)
        else:
            for name, title in self._titles.items():
                self._add(title, name)
            self.list.setCurrentRow(list(self._titles).index(self._shown))
        self.list.blockSignals(False)

    def _add(self, words: str, what: Entry | str) -> None:
        QListWidgetItem(words, self.list).setData(_ITEM, what)

    def _choose(self, now: QListWidgetItem | None) -> None:
        name = None if now is None else now.data(_ITEM)
        if isinstance(name, str) and name != self._shown:
            self._shown = name
            self.chosen.emit(name)

    def _enter_list(self) -> None:
        self.list.setFocus()

    def _go(self) -> None:
        """Go to the setting that is marked, or into the section."""
        item = self.list.currentItem() if self.list.count() else None
        what = None if item is None else item.data(_ITEM)
        if isinstance(what, str):
            first = next((one for one in self._entries if one.section == what), None)
            what = first
        if what is not None:
            self.search.clear()
            self.wanted.emit(what)


class _Search(QLineEdit):
    """The words that are looked for; Down goes to what was found, Escape takes them away first."""

    left = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("Find a setting"))
        self.setClearButtonEnabled(True)
        self.setProperty("kind", "box")
        self.setMinimumHeight(34)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down:
            self.left.emit()
        elif event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        else:
            super().keyPressEvent(event)
