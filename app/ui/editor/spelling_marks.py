"""Wavy lines under words that no dictionary knows, in a plain or a formatted editor; a key pays nothing for them.

A key only notes which blocks it touched. In the next pause these are sent to the checker, and its answer is drawn where
the text is still the same. The lines are formats of the layout, not of the document: they are in no undo, no
clipboard and no message.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

import shiboken6
from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QTextBlock, QTextCharFormat, QTextCursor, QTextLayout
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit

from app.ui import theme
from app.ui.document.formats import Own
from app.ui.editor.spelling_client import Checked, Spelling

_PAUSE: Final = 250
"""Milliseconds without a key after which a text is looked at."""
_BREATH: Final = 10
"""Milliseconds between two questions about a text that is looked at in parts."""
_AT_ONCE: Final = 40
"""Blocks of one question: what comes back is drawn in well under a frame."""
_LONGEST: Final = 20_000
"""Characters of a block from which on it is no prose."""
_Editor = QTextEdit | QPlainTextEdit
_NOWHERE: Final = (-1, -1)


class SpellingMarks(QObject):
    """The marks of one editor."""

    def __init__(self, editor: _Editor, spelling: Spelling) -> None:
        super().__init__(editor)
        self._editor = editor
        self._spelling = spelling
        self.language: str | None = None
        """Chosen for this text, None for the usual one; "" notices it by paragraph, "none" looks at nothing."""
        self._dirty: set[int] = set()
        self._noticed: dict[int, str] = {}
        self._count = 0
        self._asked = False
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.timeout.connect(self._rested)
        self._resting = False
        self._last_key = 0.0
        self._touched = _NOWHERE
        """From where to where the text was changed since the numbers of blocks were noted."""
        self._loose: list[QTextCursor] = []
        """Words in the paragraph that is written in, whose lines Qt moves along with them: see `_loosen`."""
        self._shifted = QTextCursor()
        self._after = QTimer(self)
        self._after.setSingleShot(True)
        self._after.setInterval(0)
        self._after.timeout.connect(self._loosen)
        self._document = editor.document()
        self._document.contentsChange.connect(self._changed)
        # Not a lambda: the checker outlives every editor, and would keep each of them.
        spelling.changed.connect(self.look_again)
        self._unfinished = -1
        """The block in which a word is left without a line because the cursor stands at its end."""
        self.look_again()

    def look_again(self) -> None:
        """Look at the whole text, the part that is seen first."""
        self._touched = _NOWHERE
        self._count = self._document.blockCount()
        self._dirty = set(range(self._count))
        self._wait()

    # --- what a key costs --------------------------------------------------------------------------------------------

    def _changed(self, position: int, removed: int, added: int) -> None:
        """Note which part was touched, and move its lines along; which blocks those are is found in the pause."""
        if removed < 0:  # Qt 6.11, see the editor of formatted text
            removed, added = 0, added - removed
        if added != removed:
            block = self._document.findBlock(position)
            if ranges := block.layout().formats() if block.isValid() else ():
                self._shift(block, ranges, position - block.position(), added - removed)
        first, end = self._touched
        if position <= end and position + removed >= first:
            self._touched = (min(first, position), max(end, position + removed) + added - removed)
        else:
            self._note()
            self._touched = (position, position + added)
        self._wait()

    def _shift(self, block: QTextBlock, ranges: list[QTextLayout.FormatRange], place: int, by: int) -> None:
        """Move the lines behind a change along with their words, until they are looked at anew."""
        kept, behind = [], False
        for one in ranges:
            if one.start >= place:
                behind = True
                one.start += by
            elif one.start + one.length > place:
                continue
            kept.append(one)
        if behind or len(kept) < len(ranges):
            block.layout().setFormats(kept)
        if behind:
            self._shifted = QTextCursor(block)
            self._after.start()

    def _loosen(self) -> None:
        """Let Qt move along what was moved: Qt lays two paragraphs out anew whenever the formats of a layout are set.

        So only the first key of many in a paragraph pays for that.
        """
        block, here = self._shifted.block(), self._editor.textCursor().position()
        kept, found = [], []
        for one in block.layout().formats():
            start = block.position() + one.start
            if start < here:
                kept.append(one)
                continue
            word = QTextCursor(self._document)
            word.setPosition(start)
            word.setPosition(start + one.length, QTextCursor.MoveMode.KeepAnchor)
            found.append(word)
        if found:
            block.layout().setFormats(kept)
            self._document.markContentsDirty(block.position(), block.length())
            self._put_loose([*self._loose, *found])

    def _put_loose(self, words: list[QTextCursor]) -> None:
        if not words and not self._loose:
            return
        self._loose = words
        shown = []
        for word in words:
            one = QTextEdit.ExtraSelection()
            one.cursor, one.format = word, _line()
            shown.append(one)
        self._editor.setExtraSelections(shown)

    def _wait(self) -> None:
        """Look after a pause. The timer is set once for many keys, and set anew where it fires too early."""
        self._last_key = time.monotonic()
        if not self._resting:
            self._resting = True
            self._rest.start(_PAUSE)

    def _rested(self) -> None:
        left = _PAUSE - round((time.monotonic() - self._last_key) * 1000)
        if left > 0:
            self._rest.start(left)
            return
        self._resting = False
        self._ask()

    def _note(self) -> None:
        """Note by number the blocks that were touched."""
        (first, end), self._touched = self._touched, _NOWHERE
        grown = self._document.blockCount() - self._count
        if first < 0:
            return
        self._count += grown
        number = max(0, self._document.findBlock(first).blockNumber())
        if grown:
            self._dirty = {one if one <= number else max(number, one + grown) for one in self._dirty}
        last = self._document.findBlock(end)
        self._dirty.update(range(number, (last.blockNumber() if last.isValid() else self._count - 1) + 1))

    def _moved(self) -> None:
        """The word that was being written may be finished."""
        self._editor.cursorPositionChanged.disconnect(self._moved)
        self._note()
        self._dirty.add(self._unfinished)
        self._unfinished = -1
        self._wait()

    # --- asking ------------------------------------------------------------------------------------------------------

    def _ask(self) -> None:
        self._note()
        if self._asked or not self._dirty:
            return
        language = self._spelling.language_for(self.language)
        if language == "none":
            self._clear()
            return
        numbers = self._next_numbers()
        self._dirty.difference_update(numbers)
        blocks = [self._document.findBlockByNumber(number) for number in numbers]
        blocks = [block for block in blocks if block.isValid()]
        asked = [(block.blockNumber(), block.text()) for block in blocks]
        found, own = zip(blocks, asked, strict=True), {block.blockNumber() for block in blocks if not _is_quoted(block)}
        texts = [text if len(text) <= _LONGEST and block.blockNumber() in own else "" for block, (_, text) in found]
        self._asked = True
        self._spelling.check(texts, language, lambda checked: self._take(asked, checked))

    def _next_numbers(self) -> list[int]:
        """Return some of what has to be looked at, nearest to the cursor first."""
        here = self._editor.textCursor().blockNumber()
        return sorted(self._dirty, key=lambda number: abs(number - here))[:_AT_ONCE]

    def _take(self, asked: list[tuple[int, str]], checked: list[Checked]) -> None:
        if not shiboken6.isValid(self._document):
            return  # the message was closed meanwhile
        self._asked = False
        for (number, text), (language, wrong) in zip(asked, checked, strict=True):
            block = self._document.findBlockByNumber(number)
            if block.isValid() and block.text() == text:
                self._noticed[number] = language
                self._draw(block, without_names(text, wrong, self._spelling.is_name))
        if self._dirty and not self._resting:
            self._resting = True
            self._rest.start(_BREATH if len(self._dirty) > 1 else _PAUSE)

    def _draw(self, block: QTextBlock, wrong: list[tuple[int, int]]) -> None:
        cursor = self._editor.textCursor()
        here = cursor.position() - block.position() if self._editor.hasFocus() else -1
        # The word at whose end the cursor stands is still being written. Only then is it asked when the cursor moves:
        # a key moves it too.
        ranges = [_wavy(start, count) for start, count in wrong if start + count != here]
        if len(ranges) < len(wrong):
            if self._unfinished < 0:
                self._editor.cursorPositionChanged.connect(self._moved)
            self._unfinished = block.blockNumber()
        if self._loose:
            self._put_loose([word for word in self._loose if word.hasSelection() and word.block() != block])
        layout = block.layout()
        before = [(one.start, one.length) for one in layout.formats()]
        if before != [(one.start, one.length) for one in ranges]:
            layout.setFormats(ranges)
            self._document.markContentsDirty(block.position(), block.length())

    def _clear(self) -> None:
        self._dirty.clear()
        self._put_loose([])
        block = self._document.begin()
        while block.isValid():
            if block.layout().formats():
                block.layout().setFormats([])
                self._document.markContentsDirty(block.position(), block.length())
            block = block.next()

    # --- going from one to the next ----------------------------------------------------------------------------------

    def is_done(self) -> bool:
        """Return whether all of the text has been looked at."""
        return not self._dirty and not self._asked and self._touched == _NOWHERE

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
        loose = [(word.selectionStart(), word.selectionEnd()) for word in self._loose if word.hasSelection()]
        found = [(start, end - start) for start, end in loose]
        block = self._document.begin()
        while block.isValid():
            found += [(block.position() + one.start, one.length) for one in block.layout().formats()]
            block = block.next()
        return sorted(found)

    def word_here(self) -> QTextCursor | None:
        """Return the underlined word at the cursor, selected; None where there is none."""
        cursor = self._editor.textCursor()
        for word in self._loose:
            if word.hasSelection() and word.selectionStart() <= cursor.selectionStart() <= word.selectionEnd():
                return QTextCursor(word)
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
        chosen = self._spelling.language_for(self.language)
        return (chosen if chosen != "none" else "") or self._noticed.get(self._editor.textCursor().blockNumber(), "")

    def languages(self, then: Callable[[list[str]], None]) -> None:
        """Ask which dictionaries this computer has beside the program's own."""
        self._spelling.languages(then)

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


def _is_quoted(block: QTextBlock) -> bool:
    """Return whether a block holds another person's words, which are not the person's to mend."""
    return bool(block.blockFormat().property(Own.QUOTE)) or block.text().startswith(">")


def without_names(text: str, wrong: list[tuple[int, int]], is_name: Callable[[str], bool]) -> list[tuple[int, int]]:
    """Return the places of `wrong` that are no names; places and lengths are in UTF-16 units."""
    if not wrong:
        return wrong
    units = text.encode("utf-16-le", "surrogatepass")
    return [(at, size) for at, size in wrong if not _names(units[2 * at : 2 * (at + size)], is_name)]


def _names(units: bytes, is_name: Callable[[str], bool]) -> bool:
    word = units.decode("utf-16-le", "replace").replace("’", "'").removesuffix("'s")
    return all(is_name(part) for part in word.split("-"))


def _wavy(start: int, count: int) -> QTextLayout.FormatRange:
    made = QTextLayout.FormatRange()
    made.start, made.length, made.format = start, count, _line()
    return made


def _line() -> QTextCharFormat:
    drawn = QTextCharFormat()
    drawn.setUnderlineStyle(QTextCharFormat.UnderlineStyle.SpellCheckUnderline)
    drawn.setUnderlineColor(theme.color("bad"))
    return drawn
