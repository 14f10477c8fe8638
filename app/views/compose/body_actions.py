"""The actions on the text by the names of their commands; spelling by keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from PySide6.QtGui import QGuiApplication, QTextCursor

from app.core.i18n import mark, tr
from app.core.text import clean_text
from app.ui.editor.action_names import FORMATTING, IN_TABLE
from app.ui.editor.spelling_languages import LANGUAGES, language_name
from app.views.compose.body import BodyField
from app.views.compose.fields import words_in
from app.views.compose.pickers import Picking

if TYPE_CHECKING:
    from app.ui.chooser import Pick
    from app.ui.editor.rich import RichEditor
    from app.views.compose.body_pictures import BodyPictures


class SpellingWork:
    """Acts on the marks of one message's body. `say` shows a word in passing."""

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
        self._body.bar.show_sentence(words)

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
            picker.show_picks(tr("Instead of “{word}”", word=text), (), lambda it: self._take(word, it), _looking())
            marks.suggest(lambda _word, found: self._offer(text, found))

    def _offer(self, text: str, found: list[str]) -> None:
        from app.ui.chooser import Pick

        if self._picking.is_open:
            note = "" if found else tr("Nothing like it is known.")
            self._picking.picker.offer([*(Pick(one, one) for one in found), *self._own(text)], note)

    def _own(self, text: str) -> list[Pick]:
        from app.ui.chooser import Pick

        return [Pick(tr("Add “{word}” to my words", word=text), ("learn", text))]

    def _take(self, word: QTextCursor, chosen: object) -> None:
        if isinstance(chosen, tuple):
            self._body.add_word(str(chosen[1]))
        elif not self._body.is_read_only():
            word.insertText(str(chosen), word.charFormat())
            self._body.editor.setTextCursor(word)

    def choose_language(self) -> None:
        """Choose the language of the text."""
        from app.ui.chooser import Pick

        picks = [Pick(tr(words), name) for words, name in LANGUAGES]
        title = tr("Language of the text")
        self._picking.picker.show_picks(title, picks, lambda name: self._body.set_language(str(name)))
        if self._body.marks is not None:
            self._body.marks.languages(lambda names: self._offer_languages(title, picks, names))

    def _offer_languages(self, title: str, picks: list[Pick], names: list[str]) -> None:
        """Offer the dictionaries of this computer too, which are known a moment later."""
        from app.ui.chooser import Pick

        picker = self._picking.picker
        if names and self._picking.is_open and picker.accessibleName() == title:
            others = [Pick(language_name(name), name, tr("on this computer")) for name in names]
            picker.offer([*picks[:-1], *others, picks[-1]])


def _looking() -> str:
    return tr("Looking for what may have been meant…")


COLORS: Final = (
    (mark("Ordinary"), ""),
    (mark("Black"), "#000000"),
    (mark("Red"), "#c00000"),
    (mark("Orange"), "#c55a11"),
    (mark("Green"), "#2e7d32"),
    (mark("Teal"), "#00838f"),
    (mark("Blue"), "#1f5fbf"),
    (mark("Purple"), "#7030a0"),
    (mark("Grey"), "#6b7280"),
)
MARKS: Final = (
    (mark("None"), ""),
    (mark("Yellow"), "#fff176"),
    (mark("Green"), "#c8e6c9"),
    (mark("Blue"), "#bbdefb"),
    (mark("Pink"), "#f8bbd0"),
    (mark("Grey"), "#e0e0e0"),
)


_SIZES: Final = (8, 9, 10, 11, 12, 14, 18, 24, 36)
"""Points."""
_ON_PICTURE: Final = frozenset(
    {"picture_small", "picture_medium", "picture_large", "picture_own_size", "picture_words"}
)


class BodyWork:
    """Acts on one message's body. What only formatted text can have makes plain text formatted first."""

    def __init__(self, body: BodyField, picking: Picking, pictures: BodyPictures) -> None:
        """`picking` is the pane's list to choose from."""
        self._body = body
        self._picking = picking
        self._pictures = pictures
        spelling = SpellingWork(body, picking)
        self._deeds: dict[str, Callable[[], object]] = {
            "color": lambda: self._choose_color(ground=False),
            "mark": lambda: self._choose_color(ground=True),
            "emoji": self._choose_emoji,
            "size": lambda: body.with_formatted(self._pick_size),
            "link": body.open_link,
            "picture": pictures.choose,
            "paste_plain": self._paste_plain,
            "format": body.switch_format,
            "drop_quote": body.drop_quote,
            "picture_words": self._describe_picture,
            "change_signature": lambda: body.with_formatted(lambda rich: rich.change_signature_here()),
        }
        self._looking: dict[str, Callable[[], object]] = {
            "find": body.open_find,
            "replace": lambda: body.open_find(replace=True),
            "find_next": lambda: body.find_again(1),
            "find_previous": lambda: body.find_again(-1),
            "next_misspelling": lambda: spelling.go(1),
            "previous_misspelling": lambda: spelling.go(-1),
            "suggestions": spelling.suggest,
            "language": spelling.choose_language,
        }

    def can_do(self, name: str) -> bool:
        """Return whether one of the commands `text.<name>` would do something where the cursor is."""
        if name in self._looking:
            return True
        if self._body.is_read_only():
            return False
        if name in IN_TABLE:
            return self._is_in("table_here")
        if name in _ON_PICTURE:
            return self._is_in("picture_here")
        if name == "change_signature":
            rich = self._body.rich
            return rich is not None and self._body.is_formatted() and rich.place_of_signature() is not None
        return name != "drop_quote" or self._body.has_quote()

    def _is_in(self, what: str) -> bool:
        rich = self._body.rich
        if rich is None or not self._body.is_formatted():
            return False
        from app.ui.editor import format_actions

        return getattr(format_actions, what)(rich) is not None

    def do(self, name: str) -> None:
        """Do one of the commands `text.<name>`."""
        if name in self._looking:
            self._looking[name]()
        elif self._body.is_read_only():
            return
        elif name in FORMATTING:
            self._body.with_formatted(lambda rich: _do_rich(rich, name))
        else:
            self._deeds[name]()

    def _choose_color(self, *, ground: bool) -> None:
        self._body.with_formatted(lambda rich: self._pick_color(rich, ground=ground))

    def _pick_color(self, rich: RichEditor, *, ground: bool) -> None:
        from app.ui.chooser import Pick
        from app.ui.editor import format_actions

        picks = [Pick(tr(words), css, swatch=css) for words, css in (MARKS if ground else COLORS)]
        title = tr("Mark with a colour") if ground else tr("Text colour")
        self._picking.picker.show_picks(
            title, picks, lambda css: format_actions.put_color(rich, str(css), ground=ground)
        )

    def _choose_emoji(self) -> None:
        from app.ui.chooser import Pick
        from app.views.compose.emoji import EMOJI

        picks = [Pick(f"{sign}  {tr(words)}", sign) for sign, words in EMOJI]
        self._picking.picker.show_picks(tr("Emoji"), picks, lambda sign: self._put_words(str(sign)))

    def _put_words(self, words: str) -> None:
        if not self._body.is_read_only():
            self._body.editor.textCursor().insertText(words)

    def _pick_size(self, rich: RichEditor) -> None:
        from app.ui.chooser import Pick
        from app.ui.editor import format_actions

        picks = [Pick(tr("Usual size"), 0), *(Pick(tr("{n} points", n=points), points) for points in _SIZES)]

        def chosen(points: object) -> None:
            if isinstance(points, int):
                format_actions.put_size(rich, points)

        self._picking.picker.show_picks(tr("Text size"), picks, chosen)

    def _describe_picture(self) -> None:
        """Ask for the words that stand for a picture where it is not seen."""
        rich = self._body.rich
        if rich is None or not self.can_do("picture_words"):
            return
        from app.ui.chooser import Pick
        from app.ui.editor import format_actions

        now = format_actions.words_of_picture(rich)
        picks = [Pick(now, now)] if now else []
        note = tr("Type what the picture shows, for those who do not see it.")
        self._picking.picker.show_picks(
            tr("Describe the picture"),
            picks,
            lambda words: format_actions.describe_picture(rich, str(words)),
            note,
            lambda typed: Pick(typed.strip(), typed.strip()) if typed.strip() else None,
        )

    def _paste_plain(self) -> None:
        text = clean_text(words_in(QGuiApplication.clipboard().mimeData()), lines=True)
        if not text:
            return
        if self._body.rich is not None and self._body.is_formatted():
            self._body.rich.pasting.take_text(text)
        else:
            self._body.plain.take_text(text)


def _do_rich(rich: RichEditor, name: str) -> None:
    from app.ui.editor import format_actions

    format_actions.do(rich, name)
