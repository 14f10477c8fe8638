"""Going from one misspelling to the next, and choosing what was meant, by keys alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtGui import QTextCursor

from app.core.i18n import mark, tr
from app.views.compose.body import BodyField
from app.views.compose.picking import Picking

if TYPE_CHECKING:
    from app.ui.picker import Pick

LANGUAGES: Final = (
    (mark("Noticed by itself"), ""),
    (mark("English"), "en"),
    (mark("French"), "fr"),
    (mark("German"), "de"),
    (mark("Look at no spelling"), "none"),
)


class SpellingWork:
    """Acts on the marks of one letter's body. `say` tells a word in passing."""

    def __init__(self, body: BodyField, picking: Picking) -> None:
        """`picking` is the pane's list to choose from."""
        self._body = body
        self._picking = picking

    def go(self, step: int) -> None:
        """Go to the next misspelling, or the one before."""
        marks = self._body.marks
        if marks is None or marks.go(step):
            return
        words = tr("No misspelling was found.") if marks.is_done() else tr("Still looking for misspellings…")
        self._body.bar.say(words)

    def suggest(self) -> None:
        """Offer what may have been meant by the word at the cursor; where none is underlined there, by the next."""
        marks = self._body.marks
        if marks is None:
            return
        if marks.word_here() is None:
            self.go(1)
        word = marks.word_here()
        if word is not None:
            text = word.selectedText()
            picker = self._picking.picker
            picker.open(tr("Instead of “{word}”", word=text), (), lambda it: self._take(word, it), _looking())
            marks.suggest(lambda _word, found: self._offer(text, found))

    def _offer(self, text: str, found: list[str]) -> None:
        from app.ui.picker import Pick

        if self._picking.is_open:
            note = "" if found else tr("Nothing like it is known.")
            self._picking.picker.offer([*(Pick(one, one) for one in found), *self._own(text)], note)

    def _own(self, text: str) -> list[Pick]:
        from app.ui.picker import Pick

        return [Pick(tr("Add “{word}” to my words", word=text), ("learn", text))]

    def _take(self, word: QTextCursor, chosen: object) -> None:
        if isinstance(chosen, tuple):
            self._body.learn(str(chosen[1]))
        elif not self._body.is_read_only():
            word.insertText(str(chosen), word.charFormat())
            self._body.editor.setTextCursor(word)

    def choose_language(self) -> None:
        """Choose the language of the text."""
        from app.ui.picker import Pick

        picks = [Pick(tr(words), name) for words, name in LANGUAGES]
        title = tr("Language of the text")
        self._picking.picker.open(title, picks, lambda name: self._body.set_language(str(name)))


def _looking() -> str:
    return tr("Looking for what may have been meant…")
