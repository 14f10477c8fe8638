"""The body of a message being written: plain or formatted, switched by a key, which says before anything is lost.

The editor of formatted text, its tools, the bar to find and the picture of a quoted message are made when they are
first wanted: most messages begin as plain text, and their first key does not wait for what they may never need.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QTextCursor, QTextDocument
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.core.i18n import tr
from app.domain.message import BodyFormat
from app.services.text.error_text import action_words
from app.ui.bars import MessageBar
from app.views.compose.fields import BodyEditor
from app.views.compose.format_switch import Turning

if TYPE_CHECKING:
    from app.services.html.prepare import Opened
    from app.ui.editor.find_bar import FindBar
    from app.ui.editor.quote_view import QuoteView, RestView
    from app.ui.editor.rich import RichEditor
    from app.ui.editor.spelling_client import Spelling
    from app.ui.editor.spelling_marks import SpellingMarks
    from app.ui.editor.toolbar import FormatBar, LinkBar

_LINES: Final = dict.fromkeys(map(ord, "\u2028\u2029\ufdd0\ufdd1"), "\n")

_MARGIN: Final = 20
"""Pixels by which the text reaches further to the right than all else in the pane: its scroll bar stands there."""


def _inset(widget: QWidget) -> QHBoxLayout:
    """Let what stands above or below the text end where the fields above it do."""
    line = QHBoxLayout()
    line.setContentsMargins(0, 0, _MARGIN, 0)
    line.addWidget(widget)
    return line


class BodyField(QWidget):
    """Holds the editor in use (`editor`). `edited` carries each change, `made_rich` an editor of formatted text,
    `language_chosen` the language in which the message is to be looked at.
    """

    edited = Signal(object)
    made_rich = Signal(object)
    language_chosen = Signal(str)
    menu_wanted = Signal(QPoint)
    """What can be done at a place of the editor in use is asked for."""

    def __init__(self, run: Callable[[str], object], parent: QWidget | None = None) -> None:
        """`run` does a command by its name: what the tools' buttons are for."""
        super().__init__(parent)
        self._run = run
        self._read_only = False
        self._offers_back = self._asked = False
        self.plain = BodyEditor(self)
        self._listen_for_menu(self.plain)
        self.plain.edited.connect(self._tell)
        self.plain.undo_exhausted.connect(self._undo_turning)
        self.rich: RichEditor | None = None
        self.find_bar: FindBar | None = None
        self.link_bar: LinkBar | None = None
        self.tools: FormatBar | None = None
        self.quote: QuoteView | None = None
        self.rest: RestView | None = None
        self.plain.rest_changed.connect(self._show_rest)
        self.bar = MessageBar(self, closable=True)
        self.bar.action_wanted.connect(self.act)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        self._column.addLayout(_inset(self.bar))
        self._column.addWidget(self.plain, 1)
        self.setFocusProxy(self.plain)
        self.way_back: Callable[[], object] | None = None
        """Undoes what put this text in place of another, once Undo has nothing left in it."""
        self.turning = self._follow(Turning(self.plain, self.formatted_editor, self))
        self._spelling: Spelling | None = None
        self._marks: dict[QWidget, SpellingMarks] = {}
        self._language: str | None = None

    def _follow(self, turning: Turning) -> Turning:
        turning.locked.connect(self.lock)
        turning.said.connect(self._say_turning)
        turning.formatted_ready.connect(self.open_formatted)
        turning.plain_ready.connect(self.set_body)
        turning.shown.connect(self._show_editor)
        turning.edited.connect(self.edited)
        turning.made_plain.connect(self.made_plain)
        return turning

    def _listen_for_menu(self, editor: BodyEditor | RichEditor) -> None:
        editor.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        editor.customContextMenuRequested.connect(self.menu_wanted)

    # --- spelling ----------------------------------------------------------------------------------------------------

    def set_spelling(self, spelling: Spelling) -> None:
        """Underline from now on what no dictionary knows."""
        self._spelling = spelling
        for editor in (self.plain, self.rich):
            if editor is not None:
                self._mark(editor)

    def _mark(self, editor: BodyEditor | RichEditor) -> None:
        from app.ui.editor.spelling_marks import SpellingMarks

        if self._spelling is not None:
            marks = self._marks[editor] = SpellingMarks(editor, self._spelling)
            marks.language = self._language

    def add_word(self, word: str) -> None:
        """Add a word to the person's own."""
        if self._spelling is not None:
            self._spelling.add_word(word)

    @property
    def marks(self) -> SpellingMarks | None:
        """Return the marks under the words of the editor in use."""
        return self._marks.get(self.editor)

    def set_language(self, language: str) -> None:
        """Choose the language of the text: "" notices it, "none" looks at nothing."""
        self._language = language
        for marks in self._marks.values():
            marks.language = language
            marks.look_again()
        self.language_chosen.emit(language)

    # --- what is shown -----------------------------------------------------------------------------------------------

    @property
    def editor(self) -> BodyEditor | RichEditor:
        """Return the editor in use."""
        return self.rich if self.rich is not None and self.rich.isVisibleTo(self) else self.plain

    def is_formatted(self) -> bool:
        """Return whether the body is HTML."""
        return self.editor is not self.plain

    def set_body(self, text: str) -> None:
        """Show plain text without telling it."""
        self._forget_ways_back()
        self.plain.set_body(text)
        self.show_plain()

    def open_formatted(self, opened: Opened) -> None:
        """Show formatted text without telling it."""
        self._forget_ways_back()
        rich = self.formatted_editor()
        self._use(rich)
        rich.open_body(opened)
        self._show_quote(opened.body.quote)

    def _forget_ways_back(self) -> None:
        self.turning.forget()
        self.way_back = None

    def show_plain(self) -> None:
        """Show the plain text as it stands."""
        self._use(self.plain)

    def show_formatted(self) -> None:
        """Show the formatted text as it stands."""
        rich = self.formatted_editor()
        self._use(rich)
        self._show_quote(rich.fragments.quote)

    def toPlainText(self) -> str:
        """Return the text as it is read."""
        return self.editor.toPlainText()

    def words_above(self) -> str:
        """Return the text above an older message that stands in a formatted one; plain text whole."""
        if self.rich is None or not self.is_formatted():
            return self.toPlainText()
        from app.ui.editor.quote_view import own_end

        cursor = QTextCursor(self.rich.document())
        cursor.setPosition(own_end(self.rich.document()), QTextCursor.MoveMode.KeepAnchor)
        return cursor.selectedText().translate(_LINES)

    def select_words(self, words: str) -> bool:
        """Select `words` in the text and go there; False where they do not stand there."""
        found = self.editor.document().find(words, 0, QTextDocument.FindFlag.FindCaseSensitively)
        if found.isNull():
            return False
        self.editor.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.editor.setTextCursor(found)
        self.editor.ensureCursorVisible()
        return True

    def setReadOnly(self, read_only: bool) -> None:
        """Let nothing be changed, while the message is on its way."""
        self._read_only = read_only
        self.lock()

    def lock(self) -> None:
        """Let nothing be changed while the message is on its way, or is being turned."""
        locked = self._read_only or self.turning.is_busy
        self.editor.setReadOnly(locked)
        if self.tools is not None:
            self.tools.setEnabled(not locked)

    def is_read_only(self) -> bool:
        """Return whether nothing can be changed now."""
        return self._read_only

    def finish_pasting(self) -> None:
        """Put in at once what is still being read or built, because the message is being sent or closed."""
        self.plain.finish_pasting()
        self.turning.finish()
        if self.rich is not None:
            self.rich.finish()

    def _use(self, editor: BodyEditor | RichEditor) -> None:
        had_focus = self.editor.hasFocus()
        editor.show()
        self.setFocusProxy(editor)
        if had_focus:  # straight on: the other, hidden first, would leave the focus to the next part of the window
            editor.setFocus(Qt.FocusReason.OtherFocusReason)
        for one in (self.plain, self.rich):
            if one is not None and one is not editor:
                one.hide()
        if self.tools is not None:
            self.tools.setVisible(editor is self.rich)
        if editor is self.plain and self.quote is not None:
            self.quote.hide()
        if self.rest is not None:
            self.rest.setVisible(editor is self.plain and self.plain.has_rest())
        self.lock()

    def formatted_editor(self) -> RichEditor:
        """Return the editor of formatted text, which is made when it is first wanted."""
        if self.rich is None:
            from app.ui.editor.rich import RichEditor
            from app.ui.editor.toolbar import FormatBar

            self.rich = RichEditor(self)
            self._listen_for_menu(self.rich)
            self.rich.edited.connect(self._tell)
            self.rich.undo_exhausted.connect(self._undo_turning)
            self.tools = FormatBar(self.rich, self._run, self)
            self._column.insertWidget(2, self.rich, 1)
            self._column.insertLayout(3, _inset(self.tools))
            QWidget.setTabOrder(self.plain, self.rich)
            if self._spelling is not None:
                self._mark(self.rich)
            self.made_rich.emit(self.rich)
        return self.rich

    def let_go(self) -> None:
        """Forget a formatted text, whose parts are many, for the message is closed."""
        if self.rich is not None:
            self.rich.let_go()

    def _show_quote(self, html: str) -> None:
        if html and self.quote is None:
            from app.ui.editor.quote_view import QuoteView

            self.quote = QuoteView(self)
            self.quote.dropped.connect(self.drop_quote)
            self._column.insertLayout(4, _inset(self.quote))
        if self.quote is not None:
            self.quote.show_html(html)
            self.quote.setVisible(bool(html))

    def _show_rest(self, rest: str) -> None:
        """Show what of a plain text is too long to be edited, below the editor."""
        if rest and self.rest is None:
            from app.ui.editor.quote_view import RestView

            self.rest = RestView(self)
            self.rest.dropped.connect(self._drop_rest)
            self._column.insertLayout(self._column.indexOf(self.plain) + 1, _inset(self.rest))
        if self.rest is not None:
            self.rest.show_text(rest)
            self.rest.setVisible(bool(rest) and not self.is_formatted())

    def _drop_rest(self) -> None:
        if not self._read_only:
            self.plain.drop_rest()
            self.plain.setFocus(Qt.FocusReason.OtherFocusReason)

    def has_quote(self) -> bool:
        """Return whether a quotation stands below the text."""
        return self.quote is not None and self.quote.isVisibleTo(self)

    def drop_quote(self) -> None:
        """Take the quotation out that stands below the text."""
        if self.rich is not None and not self._read_only:
            self.rich.drop_quote()
            self._show_quote("")
            self.rich.setFocus(Qt.FocusReason.OtherFocusReason)

    def _tell(self, edit: object) -> None:
        if self._offers_back:
            self._offers_back = False
            self.bar.clear()  # what was typed since would be lost by going back
        self.edited.emit(edit)

    # --- plain and formatted -----------------------------------------------------------------------------------------

    def with_formatted(self, act: Callable[[RichEditor], object]) -> None:
        """Do `act` on formatted text: at once, or as soon as plain text was made formatted. Nothing is lost by that."""
        if self.rich is not None and self.is_formatted() and not self.turning.is_busy:
            act(self.rich)
        elif not self._read_only:
            self.turning.to_formatted(act)

    def switch_format(self) -> None:
        """From plain to formatted, or back; what would be lost is said first, and the second press does it."""
        if self._read_only or self.turning.is_busy:
            return
        if not self.is_formatted():
            self.turning.to_formatted(lambda _rich: None)
        elif self._asked and self.bar.isVisible():
            self.make_plain()
        else:
            self.turning.find_losses(self._ask)

    def _ask(self, lost: str) -> None:
        if not lost:
            self.make_plain()
            return
        self._asked, self._offers_back = True, False
        words = tr("As plain text this message loses: {lost}.", lost=lost)
        self.bar.show_sentence(words, tone="warn", action=("make-plain", action_words("make-plain")))

    def make_plain(self) -> None:
        """Keep the words and nothing else; the bar offers to bring the formatting back."""
        self._asked = False
        if self.is_formatted() and not self._read_only:
            self.bar.clear()
            self.turning.to_plain()

    def made_plain(self) -> None:
        """Say that the text is plain now, and offer to undo that."""
        self._offers_back = True
        words = tr("This message is plain text now.")
        self.bar.show_sentence(words, action=("restore-format", action_words("restore-format")))

    def restore_format(self) -> None:
        """Bring back what making the text plain took away, as long as nothing was typed since."""
        if self._offers_back and not self._read_only and self.turning.can_go_back(BodyFormat.HTML):
            self.turning.go_back()
            self.bar.clear()

    def _undo_turning(self) -> None:
        """Undo has nothing left in this editor: go back to what the text was before it was turned."""
        before = BodyFormat.TEXT if self.is_formatted() else BodyFormat.HTML
        if self._read_only:
            return
        if self.turning.can_go_back(before):
            self.turning.go_back()
            self.bar.clear()
        elif self.way_back is not None and not self.turning.is_busy:
            way_back, self.way_back = self.way_back, None
            way_back()

    def act(self, action: str) -> bool:
        """Do what the bar of the body offers; False where that is not its affair."""
        if action == "make-plain" and self.is_formatted():
            self.make_plain()
        elif action == "restore-format":
            self.restore_format()
        elif action == "stop-turning":
            self.turning.stop()
        else:
            return False
        return True

    def do_remedy(self) -> bool:
        """Do what the bar offers, if it says something."""
        if not self.bar.isVisible():
            return False
        if self.turning.is_busy:
            return self.act("stop-turning")
        return self.act("restore-format" if self._offers_back else "make-plain")

    def _say_turning(self, words: str) -> None:
        if words:
            self.bar.show_sentence(words, action=("stop-turning", action_words("stop-turning")))
        else:
            self.bar.clear()

    def _show_editor(self, formatted: bool) -> None:
        if formatted:
            self.show_formatted()
        else:
            self.show_plain()

    # --- bars --------------------------------------------------------------------------------------------------------

    def open_find(self, *, replace: bool = False) -> None:
        """Show the bar to find, and to replace."""
        if self.find_bar is None:
            from app.ui.editor.find_bar import FindBar

            self.find_bar = FindBar(lambda: self.editor, self)
            self.find_bar.closed.connect(self.close_bars)
            self._column.addLayout(_inset(self.find_bar))
        self.find_bar.open_bar(replace=replace and not self._read_only)

    def find_again(self, step: int) -> None:
        """Go to the next place of what was looked for, or the one before."""
        if self.find_bar is None or not self.find_bar.words.text():
            self.open_find()
        elif step > 0:
            self.find_bar.find_next()
        else:
            self.find_bar.find_previous()

    def open_link(self) -> None:
        """Ask for the address of a link, in a bar below the text."""
        self.with_formatted(self._open_link)

    def _open_link(self, rich: RichEditor) -> None:
        if self.link_bar is None:
            from app.ui.editor.toolbar import LinkBar

            self.link_bar = LinkBar(rich, self)
            self.link_bar.closed.connect(self.close_bars)
            self._column.addLayout(_inset(self.link_bar))
        self.link_bar.open_bar()

    def close_bars(self) -> bool:
        """Close the bar that was opened last, and go back to the text; False where none is open."""
        for bar in (self.link_bar, self.find_bar):
            if bar is not None and bar.isVisible():
                self.editor.setFocus(Qt.FocusReason.OtherFocusReason)
                bar.hide()
                return True
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            if self.turning.stop() or self.close_bars():
                return
            if self.bar.isVisible():
                self.bar.dismiss()
                return
        super().keyPressEvent(event)
