"""Wavy lines under words that no dictionary knows, in a plain or a formatted editor; a key pays nothing for them.

A key only notes which blocks it touched. In the next pause these are sent to the checker, and its answer is drawn where
the text is still the same. The lines are formats of the layout, not of the document: they are in no undo, no
clipboard and no letter.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import shiboken6
from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QTextBlock, QTextCharFormat, QTextCursor, QTextLayout
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit

from app.ui import theme
from app.ui.spelling.client import Checked, Spelling

_PAUSE: Final = 250
_AT_ONCE: Final = 40
"""Blocks of one question: what comes back is drawn in well under a frame."""
_LONGEST: Final = 20_000
"""Characters of a block from which on it is nobody's prose."""
_Editor = QTextEdit | QPlainTextEdit


class SpellingMarks(QObject):
    """The marks of one editor."""

    def __init__(self, editor: _Editor, spelling: Spelling) -> None:
        super().__init__(editor)
        self._editor = editor
        self._spelling = spelling
        self.language = ""
        """Chosen by the person; "" notices it paragraph by paragraph, "none" looks at nothing."""
        self._dirty: set[int] = set()
        self._noticed: dict[int, str] = {}
        self._count = 0
        self._asked = False
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_PAUSE)
        self._rest.timeout.connect(self._ask)
        self._document = editor.document()
        self._document.contentsChange.connect(self._changed)
        editor.cursorPositionChanged.connect(self._moved)
        spelling.learnt.connect(lambda _word: self.look_again())
        self._at = -1
        self.look_again()

    def look_again(self) -> None:
        """Look at the whole text, the part that is seen first."""
        self._count = self._document.blockCount()
        self._dirty = set(range(self._count))
        self._rest.start()

    # --- what a key costs --------------------------------------------------------------------------------------------

    def _changed(self, position: int, removed: int, added: int) -> None:
        block = self._document.findBlock(position)
        first = block.blockNumber()
        count = self._document.blockCount()
        grown = count - self._count
        self._count = count
        if grown:
            self._dirty = {number if number <= first else max(first, number + grown) for number in self._dirty}
        elif added != removed and block.isValid():
            _shift(block, position - block.position(), added - removed)
        last = first
        if added > 1 or grown:
            end = self._document.findBlock(position + added)
            last = end.blockNumber() if end.isValid() else count - 1
        self._dirty.update(range(max(0, first), last + 1))
        self._rest.start()

    def _moved(self) -> None:
        number = self._editor.textCursor().blockNumber()
        if number != self._at:
            before, self._at = self._at, number
            if before >= 0:
                self._dirty.add(before)  # the word that was being written is finished
                self._rest.start()

    # --- asking ------------------------------------------------------------------------------------------------------

    def _ask(self) -> None:
        if self._asked or not self._dirty:
            return
        if self.language == "none":
            self._clear()
            return
        blocks = [self._document.findBlockByNumber(number) for number in self._next_numbers()]
        blocks = [block for block in blocks if block.isValid()]
        self._dirty -= {block.blockNumber() for block in blocks}
        asked = [(block.blockNumber(), block.text()) for block in blocks]
        texts = [text if len(text) <= _LONGEST else "" for _, text in asked]
        self._asked = True
        self._spelling.check(texts, self.language, lambda checked: self._take(asked, checked))

    def _next_numbers(self) -> list[int]:
        """Return some of what has to be looked at, nearest to the cursor first."""
        here = self._editor.textCursor().blockNumber()
        return sorted(self._dirty, key=lambda number: abs(number - here))[:_AT_ONCE]

    def _take(self, asked: list[tuple[int, str]], checked: list[Checked]) -> None:
        if not shiboken6.isValid(self._document):
            return  # the letter was closed meanwhile
        self._asked = False
        for (number, text), (language, wrong) in zip(asked, checked, strict=True):
            block = self._document.findBlockByNumber(number)
            if block.isValid() and block.text() == text:
                self._noticed[number] = language
                self._draw(block, wrong)
        if self._dirty:
            self._rest.start(10 if len(self._dirty) > 1 else _PAUSE)

    def _draw(self, block: QTextBlock, wrong: list[tuple[int, int]]) -> None:
        cursor = self._editor.textCursor()
        here = cursor.position() - block.position() if self._editor.hasFocus() else -1
        # The word at whose end the cursor stands is still being written.
        ranges = [_wavy(start, count) for start, count in wrong if start + count != here]
        layout = block.layout()
        before = [(one.start, one.length) for one in layout.formats()]
        if before != [(one.start, one.length) for one in ranges]:
            layout.setFormats(ranges)
            self._document.markContentsDirty(block.position(), block.length())

    def _clear(self) -> None:
        self._dirty.clear()
        block = self._document.begin()
        while block.isValid():
            if block.layout().formats():
                block.layout().setFormats([])
                self._document.markContentsDirty(block.position(), block.length())
            block = block.next()

    # --- going from one to the next ----------------------------------------------------------------------------------

    def is_done(self) -> bool:
        """Tell whether all of the text has been looked at."""
        return not self._dirty and not self._asked

    def go(self, step: int) -> bool:
        """Select the next word that is underlined, or the one before, round the end; False where there is none."""
        cursor = self._editor.textCursor()
        here = cursor.selectionEnd() if step > 0 else cursor.selectionStart()
        places = self.places()
        if not places:
            return False
        ahead = [one for one in places if (one[0] >= here if step > 0 else one[0] + one[1] <= here)]
        start, count = (ahead or places)[0 if step > 0 else -1]
        cursor.setPosition(start)
        cursor.setPosition(start + count, QTextCursor.MoveMode.KeepAnchor)
        self._editor.setTextCursor(cursor)
        self._editor.ensureCursorVisible()
        return True

    def places(self) -> list[tuple[int, int]]:
        """Return where words are underlined, and how long they are, in order."""
        found: list[tuple[int, int]] = []
        block = self._document.begin()
        while block.isValid():
            found += [(block.position() + one.start, one.length) for one in block.layout().formats()]
            block = block.next()
        return sorted(found)

    def word_here(self) -> QTextCursor | None:
        """Return the underlined word at the cursor, selected; None where there is none."""
        cursor = self._editor.textCursor()
        block = self._document.findBlock(cursor.selectionStart())
        for one in block.layout().formats():
            start = block.position() + one.start
            if start <= cursor.selectionStart() <= start + one.length:
                found = QTextCursor(self._document)
                found.setPosition(start)
                found.setPosition(start + one.length, QTextCursor.MoveMode.KeepAnchor)
                return found
        return None

    def language_here(self) -> str:
        """Return the language of the paragraph at the cursor, as chosen or as noticed."""
        chosen = self.language if self.language != "none" else ""
        return chosen or self._noticed.get(self._editor.textCursor().blockNumber(), "")

    def suggest(self, then: Callable[[QTextCursor, list[str]], None]) -> bool:
        """Ask what may have been meant by the word at the cursor; False where none is underlined."""
        word = self.word_here()
        if word is None:
            return False
        text = word.selectedText()

        def take(found: list[str]) -> None:
            if shiboken6.isValid(self._document):
                then(word, found)

        self._spelling.suggest(text, self.language_here(), take)
        return True


def _wavy(start: int, count: int) -> QTextLayout.FormatRange:
    made = QTextLayout.FormatRange()
    drawn = QTextCharFormat()
    drawn.setUnderlineStyle(QTextCharFormat.UnderlineStyle.SpellCheckUnderline)
    drawn.setUnderlineColor(theme.color("bad"))
    made.start, made.length, made.format = start, count, drawn
    return made


def _shift(block: QTextBlock, place: int, by: int) -> None:
    """Move the marks behind a change along with their words, until they are looked at anew."""
    layout = block.layout()
    ranges = layout.formats()
    if not ranges:
        return
    kept = []
    for one in ranges:
        start, count = int(one.start), int(one.length)
        if start + count <= place:
            kept.append(one)
        elif start >= place:
            kept.append(_wavy(start + by, count))
    layout.setFormats(kept)
