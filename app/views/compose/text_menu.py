"""What a right click in the text offers: suggestions for a word, and what can be done with text, table and picture."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPoint, QTimer
from PySide6.QtGui import QAction, QFont, QTextCursor

from app.commands.command import Registry
from app.core.i18n import tr
from app.ui import keys
from app.ui.menus import Item, fill
from app.ui.widgets import plain_caption
from app.views.compose.body import BodyField
from app.views.compose.fields import BodyEditor

if TYPE_CHECKING:
    from app.ui.editor.rich import RichEditor

_PATIENCE: Final = 500
"""Milliseconds for which the menu waits for suggestions: what comes later is asked for with Ctrl+Period."""
_SUGGESTIONS: Final = 6
_TABLE: Final = (
    *("text.row_above", "text.row", "text.column_before", "text.column", "text.header_row"),
    *("text.column_wider", "text.column_narrower", "text.columns_even"),
    *("text.remove_row", "text.remove_column", "text.remove_table"),
)
_PICTURE: Final = (
    *("text.picture_small", "text.picture_medium", "text.picture_large", "text.picture_own_size", "text.picture_words"),
)
_FORMAT: Final = (
    *(
        "text.bold",
        "text.italic",
        "text.underline",
        "text.strike",
        "text.size",
        "text.color",
        "text.mark",
        "text.clear",
    ),
    *("text.bullets", "text.numbers", "text.quote", "text.further", "text.back"),
)
_PARAGRAPH: Final = (
    *("text.heading_1", "text.heading_2", "text.heading_3", "text.body_text"),
    *("text.align_left", "text.align_center", "text.align_right", "text.direction"),
)
_INSERT: Final = (
    "text.link",
    "text.emoji",
    "text.table",
    "text.picture",
    "text.rule",
    "compose.template",
    "compose.attach",
)
_REST: Final[tuple[Item, ...]] = (
    *("text.format", "text.language", "text.change_signature", "text.drop_quote"),
    "",
    "compose.versions",
)


class TextMenu:
    """Opens the menu of one message's text."""

    def __init__(self, body: BodyField, registry: Registry) -> None:
        """Listen to both editors of `body`, the one that is made later too."""
        self._body, self._registry = body, registry
        self._wanted: Callable[[QTextCursor | None, list[str] | None], None] | None = None
        self._late = QTimer(body)
        self._late.setSingleShot(True)
        self._late.setInterval(_PATIENCE)
        self._late.timeout.connect(lambda: self._answer(None, None))
        body.menu_wanted.connect(self.open_menu)

    def open_menu(self, place: QPoint) -> None:
        """Open the menu for what is at `place` of the editor's viewport, with suggestions where a word is marked."""
        editor = self._body.editor
        self._go_to(editor, place)
        marks = self._body.marks
        there = editor.viewport().mapToGlobal(place)
        if marks is None or self._body.is_read_only() or marks.word_here() is None:
            self._show(editor, there, None, None)
            return
        self._late.start()
        self._wanted = lambda word, found: self._show(editor, there, word or marks.word_here(), found)
        marks.suggest(self._answer)

    def _answer(self, word: QTextCursor | None, found: list[str] | None) -> None:
        """Open the menu that waits, once: for suggestions, or for no more of them."""
        show, self._wanted = self._wanted, None
        self._late.stop()
        if show is not None:
            show(word, found)

    @staticmethod
    def _go_to(editor: BodyEditor | RichEditor, place: QPoint) -> None:
        """Put the cursor where the mouse is, unless that is in what is selected; a picture is selected."""
        there, cursor = editor.cursorForPosition(place), editor.textCursor()
        if not (cursor.hasSelection() and cursor.selectionStart() <= there.position() <= cursor.selectionEnd()):
            editor.setTextCursor(there)

    def _show(
        self, editor: BodyEditor | RichEditor, there: QPoint, word: QTextCursor | None, found: list[str] | None
    ) -> None:
        menu = editor.createStandardContextMenu()
        first = menu.actions()[0] if menu.actions() else menu.addSeparator()
        for action in self._for_word(word, found):
            action.setParent(menu)
            menu.insertAction(first, action)
        if word is not None:
            menu.insertSeparator(first)
        if not self._body.is_read_only():
            menu.addSeparator()
            fill(menu, self._registry, self._items(editor))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(there)

    def _items(self, editor: BodyEditor | RichEditor) -> list[Item]:
        items: list[Item] = ["text.paste_plain", ""]
        if editor is self._body.rich:
            items += [(tr("Table"), _TABLE), (tr("Picture"), _PICTURE)]
        return [*items, (tr("Format"), _FORMAT), (tr("Paragraph"), _PARAGRAPH), (tr("Insert"), _INSERT), "", *_REST]

    def _for_word(self, word: QTextCursor | None, found: list[str] | None) -> list[QAction]:
        """Return what is offered for a word that no dictionary knows; `found` is None where that is not known yet."""
        if word is None:
            return []
        text = word.selectedText()
        made = []
        strong = QFont()
        strong.setWeight(QFont.Weight.DemiBold)
        for one in (found or ())[:_SUGGESTIONS]:
            action = QAction(plain_caption(one))
            action.setFont(strong)
            action.triggered.connect(lambda _checked=False, one=one: self._replace(word, one))
            made.append(action)
        if found is None:
            later = QAction(f"{tr('Spelling suggestions')}\t{keys.shown(self._registry.command('text.suggestions'))}")
            later.triggered.connect(lambda: self._registry.run("text.suggestions"))
            made.append(later)
        elif not found:
            none = QAction(tr("Nothing like it is known."))
            none.setEnabled(False)
            made.append(none)
        learn = QAction(plain_caption(tr("Add “{word}” to my words", word=text)))
        learn.triggered.connect(lambda: self._body.add_word(text))
        return [*made, learn]

    def _replace(self, word: QTextCursor, instead: str) -> None:
        if not self._body.is_read_only():
            word.insertText(instead, word.charFormat())
            self._body.editor.setTextCursor(word)
