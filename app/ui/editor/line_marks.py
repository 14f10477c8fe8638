"""Wavy lines under words of one line that no dictionary knows, and what may have been meant on a right click.

Qt draws formats of a line's text for input methods alone, so that they are handed to it as an input method would. They
are in no text and no undo.
"""

from __future__ import annotations

from functools import partial
from typing import Final

import shiboken6
from PySide6.QtCore import QObject, QPoint, QTimer
from PySide6.QtGui import QInputMethodEvent, QTextCharFormat
from PySide6.QtWidgets import QApplication, QLineEdit

from app.core.i18n import tr
from app.ui import theme
from app.ui.editor.spelling_client import Checked, Spelling
from app.ui.editor.spelling_marks import without_names
from app.ui.widgets import plain_caption

_PAUSE: Final = 300
"""Milliseconds without a key after which the line is looked at."""
_LONGEST: Final = 1_000
_SUGGESTIONS: Final = 6
_PATIENCE: Final = 500
"""Milliseconds for which the menu waits for suggestions."""


class LineMarks(QObject):
    """The marks of one line. `language` was chosen for the text it belongs to, as in `SpellingMarks`."""

    def __init__(self, line: QLineEdit, spelling: Spelling) -> None:
        super().__init__(line)
        self._line, self._spelling = line, spelling
        self.language: str | None = None
        self._wrong: list[tuple[int, int]] = []
        self._looked_at = ""
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_PAUSE)
        self._rest.timeout.connect(self._ask)
        self._late = QTimer(self)
        self._late.setSingleShot(True)
        self._late.setInterval(_PATIENCE)
        line.textChanged.connect(self._changed)
        spelling.changed.connect(self.look_again)
        self._ask()

    def places(self) -> list[tuple[int, int]]:
        """Return where words are underlined, and how long they are, in UTF-16 units."""
        return list(self._wrong) if self._line.text() == self._looked_at else []

    def look_again(self) -> None:
        """Look at the line anew."""
        self._ask()

    def _changed(self, _text: str) -> None:
        self._draw([])
        self._rest.start()

    def _ask(self) -> None:
        text = self._line.text()
        if self._spelling.language_for(self.language) == "none" or not text.strip() or len(text) > _LONGEST:
            self._draw([])
        else:
            self._spelling.check([text], self._spelling.language_for(self.language), partial(self._take, text))

    def _take(self, text: str, checked: list[Checked]) -> None:
        if shiboken6.isValid(self._line) and self._line.text() == text:
            self._looked_at = text
            self._draw(without_names(text, checked[0][1], self._spelling.is_name))

    def _draw(self, wrong: list[tuple[int, int]]) -> None:
        if not wrong and not self._wrong:
            return
        self._wrong = wrong
        line = QTextCharFormat()
        line.setUnderlineStyle(QTextCharFormat.UnderlineStyle.SpellCheckUnderline)
        line.setUnderlineColor(theme.color("bad"))
        here = self._line.cursorPosition()
        kind = QInputMethodEvent.AttributeType.TextFormat
        marks = [QInputMethodEvent.Attribute(kind, at - here, size, line) for at, size in wrong]
        QApplication.sendEvent(self._line, QInputMethodEvent("", marks))

    # --- what may have been meant ------------------------------------------------------------------------------------

    def open_menu(self, place: QPoint, there: QPoint) -> None:
        """Open the line's menu at `there` of the screen, with suggestions for a marked word at `place` of the line."""
        at = self._line.cursorPositionAt(place)
        word = next((one for one in self.places() if one[0] <= at <= one[0] + one[1]), None)
        if word is None or self._line.isReadOnly():
            self._show(there, None, None)
            return
        units = self._line.text().encode("utf-16-le", "surrogatepass")
        text = units[2 * word[0] : 2 * (word[0] + word[1])].decode("utf-16-le", "replace")
        waiting = [True]

        def answer(found: list[str] | None) -> None:
            if waiting and shiboken6.isValid(self._line):
                waiting.clear()
                self._late.stop()
                self._late.timeout.disconnect()
                self._show(there, (word[0], text), found)

        self._late.timeout.connect(lambda: answer(None))
        self._late.start()
        self._spelling.suggest(text, self._spelling.language_for(self.language), answer)

    def _show(self, there: QPoint, word: tuple[int, str] | None, found: list[str] | None) -> None:
        menu = self._line.createStandardContextMenu()
        first = menu.actions()[0]
        if word is not None:
            for one in (found or [])[:_SUGGESTIONS]:
                action = menu.addAction(plain_caption(one))
                action.triggered.connect(partial(self._replace, *word, one))
                menu.removeAction(action)
                menu.insertAction(first, action)
            learn = menu.addAction(plain_caption(tr("Add “{word}” to my words", word=word[1])))
            learn.triggered.connect(lambda: self._spelling.add_word(word[1]))
            menu.removeAction(learn)
            menu.insertAction(first, learn)
            menu.insertSeparator(first)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(there)

    def _replace(self, at: int, word: str, instead: str, _checked: bool = False) -> None:
        length = len(word.encode("utf-16-le", "surrogatepass")) // 2
        self._line.setSelection(at, length)
        if self._line.selectedText() == word and not self._line.isReadOnly():
            self._line.insert(instead)
