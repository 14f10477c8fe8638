"""The deeds on the text of a letter, by the names of their commands."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from PySide6.QtGui import QGuiApplication

from app.core.i18n import mark, tr
from app.ui.editor.names import FORMATTING
from app.views.compose.body import BodyField
from app.views.compose.picking import Picking
from app.views.compose.spelling_work import SpellingWork

if TYPE_CHECKING:
    from app.ui.editor.rich import RichEditor
    from app.views.compose.body_pictures import BodyPictures

COLORS: Final = (
    (mark("Ordinary"), ""),
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


class BodyWork:
    """Acts on one letter's body. What only formatted text can have makes plain text formatted first."""

    def __init__(self, body: BodyField, picking: Picking, pictures: BodyPictures) -> None:
        """`picking` is the pane's list to choose from."""
        self._body = body
        self._picking = picking
        self._pictures = pictures
        spelling = SpellingWork(body, picking)
        self._deeds: dict[str, Callable[[], object]] = {
            "color": lambda: self._choose_color(ground=False),
            "mark": lambda: self._choose_color(ground=True),
            "link": body.open_link,
            "picture": pictures.choose,
            "paste_plain": self._paste_plain,
            "format": body.switch_format,
            "drop_quote": body.drop_quote,
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
        from app.ui.editor import deeds
        from app.ui.picker import Pick

        picks = [Pick(tr(words), css) for words, css in (MARKS if ground else COLORS)]
        title = tr("Mark with a colour") if ground else tr("Text colour")
        self._picking.picker.open(title, picks, lambda css: deeds.put_color(rich, str(css), ground=ground))

    def _paste_plain(self) -> None:
        text = QGuiApplication.clipboard().text()
        if not text:
            return
        if self._body.rich is not None and self._body.is_formatted():
            self._body.rich.pasting.take_text(text)
        else:
            self._body.plain.paste()


def _do_rich(rich: RichEditor, name: str) -> None:
    from app.ui.editor import deeds

    deeds.do(rich, name)
