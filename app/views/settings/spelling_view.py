"""Draws the section of spelling: the usual language, and the person's own words."""

from __future__ import annotations

from typing import Final

import shiboken6
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QListWidget, QPushButton, QVBoxLayout, QWidget

from app.core.i18n import tr
from app.ui import theme
from app.ui.editor.spelling_languages import LANGUAGES, language_name
from app.ui.inputs import ChoiceBox, FormLine
from app.ui.widgets import Label
from app.views.settings.fields import dress_list, press_with_enter, wrapped
from app.views.settings.preferences_port import SpellingChoices

_CHOICE: Final = 240
_FIELD: Final = 240
_ROWS: Final = 8
_ROW: Final = 28


class SpellingView(QWidget):
    """What can be chosen of spelling. `languages` and `field` are what the search of the settings finds."""

    def __init__(self, spelling: SpellingChoices, parent: QWidget) -> None:
        super().__init__(parent)
        self._spelling = spelling
        self.languages = ChoiceBox(self)
        self.languages.setAccessibleName(tr("Usual language of spelling"))
        self.languages.setMinimumSize(_CHOICE, 34)
        self.languages.activated.connect(lambda index: spelling.set_language(self.languages.itemData(index)))
        label = Label(tr("Usual &language"), self)
        label.setBuddy(self.languages)
        more = self._muted(
            tr(
                "To get another language, install its Hunspell dictionary on this computer. Each message can have a"
                " language of its own."
            )
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addWidget(wrapped(self, (label, self.languages)))
        column.addWidget(more)
        column.addSpacing(theme.GAP)
        self._build_words(column)
        self._has_asked = False
        self._offer([])
        spelling.changed.subscribe(self._follow)
        self.refresh()

    def _build_words(self, column: QVBoxLayout) -> None:
        self.field = FormLine(self)
        self.field.setAccessibleName(tr("New word"))
        self.field.setPlaceholderText(tr("Add a word"))
        self.field.setProperty("kind", "box")
        self.field.setMinimumSize(_FIELD, 34)
        self.field.setMaxLength(1_000)
        self.field.returnPressed.connect(self._add)
        heading = Label(tr("Your own &words"), self)
        heading.setFont(theme.font(size=12, semibold=True))
        heading.setBuddy(self.field)
        self.add = press_with_enter(QPushButton(tr("Add"), self))
        self.add.setAccessibleName(tr("Add the word"))
        self.add.clicked.connect(self._add)
        self.list = _Words(self)
        self.list.remove_wanted.connect(self._remove)
        self.remove = press_with_enter(QPushButton(tr("Remove"), self))
        self.remove.setAccessibleName(tr("Remove the marked word"))
        self.remove.clicked.connect(self._remove)
        self.none = self._muted(tr("None yet. “Add to my words” in the menu of a marked word puts it here."))
        column.addWidget(heading)
        column.addWidget(wrapped(self, (self.field, self.add, self.remove)))
        column.addWidget(self.none)
        column.addWidget(self.list)

    def _muted(self, words: str) -> Label:
        label = Label(words, self)
        label.setProperty("tone", "muted")
        label.setWordWrap(True)
        return label

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    def refresh(self) -> None:
        """Show what counts now; the dictionaries of this computer are known a moment later."""
        if not self._has_asked and self.isVisible():
            self._has_asked = True
            self._spelling.languages(self._take_languages)
        self._mark_language()
        words = sorted(self._spelling.own_words, key=str.casefold)
        row = self.list.currentRow()
        if words != [self.list.item(number).text() for number in range(self.list.count())]:
            self.list.clear()
            self.list.addItems(words)
            self.list.setCurrentRow(min(max(0, row), len(words) - 1))
        self.list.setVisible(bool(words))
        self.none.setVisible(not words)
        self.remove.setEnabled(bool(words))

    def redress(self) -> None:
        """Dress the list in the scheme of now."""
        self.list.redress()

    def _follow(self, _: None) -> None:
        if shiboken6.isValid(self):
            self.refresh()

    def _take_languages(self, names: list[str]) -> None:
        if shiboken6.isValid(self):
            self._offer(names)
            self._mark_language()

    def _offer(self, names: list[str]) -> None:
        self.languages.clear()
        for words, name in LANGUAGES[:-1]:
            self.languages.addItem(tr(words), name)
        for name in names:
            self.languages.addItem(tr("{language}, on this computer", language=language_name(name)), name)
        words, name = LANGUAGES[-1]
        self.languages.addItem(tr(words), name)

    def _mark_language(self) -> None:
        """Show the language that was chosen, also one whose dictionary this computer does not have any more."""
        chosen = self._spelling.language
        if self.languages.findData(chosen) < 0:
            self.languages.insertItem(self.languages.count() - 1, language_name(chosen), chosen)
        self.languages.setCurrentIndex(self.languages.findData(chosen))

    def _add(self) -> None:
        words = self.field.text().split()
        self.field.clear()
        self.field.setFocus()
        if words:
            self._spelling.add_words(" ".join(words))
            found = self.list.findItems(words[-1], Qt.MatchFlag.MatchExactly | Qt.MatchFlag.MatchCaseSensitive)
            if found:
                self.list.setCurrentItem(found[0])

    def _remove(self) -> None:
        row = self.list.currentRow()
        if row >= 0:
            self._spelling.remove_word(self.list.item(row).text())
            if not self.list.count():
                self.field.setFocus()


class _Words(QListWidget):
    """The person's own words; Delete takes the marked one away."""

    remove_wanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName(tr("Your own words"))
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFixedHeight(_ROWS * _ROW)
        self.redress()

    def redress(self) -> None:
        """Dress the list in the scheme of now."""
        dress_list(self, _ROW)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Delete:
            self.remove_wanted.emit()
        else:
            super().keyPressEvent(event)
