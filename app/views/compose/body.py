"""The body of a letter being written: plain or formatted, one for the other by a key, and told before anything is lost.

The editor of formatted text, its tools, the bar to find and the picture of a quoted letter are made when they are
first wanted: most letters begin as plain text, and their first key does not wait for what they may never need.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.edits import BodyReplaced
from app.domain.i18n import tr
from app.domain.message import BodyFormat
from app.services.actions import action_words
from app.ui.bars import MessageBar
from app.views.compose.fields import BodyEditor

if TYPE_CHECKING:
    from app.services.html.opening import Opened
    from app.ui.editor.find_bar import FindBar
    from app.ui.editor.link_bar import LinkBar
    from app.ui.editor.quote_view import QuoteView
    from app.ui.editor.rich import RichEditor
    from app.ui.editor.toolbar import FormatBar
    from app.ui.spelling.client import Spelling
    from app.ui.spelling.marks import SpellingMarks


class BodyField(QWidget):
    """Holds the editor in use (`editor`). `edited` tells each change; `made_rich` an editor of formatted text."""

    edited = Signal(object)
    made_rich = Signal(object)

    def __init__(self, run: Callable[[str], object], parent: QWidget | None = None) -> None:
        """`run` does a command by its name: what the tools' buttons are for."""
        super().__init__(parent)
        self._run = run
        self._read_only = False
        self._before: str | None = None
        self.plain = BodyEditor(self)
        self.plain.edited.connect(self._tell)
        self.rich: RichEditor | None = None
        self.find_bar: FindBar | None = None
        self.link_bar: LinkBar | None = None
        self.tools: FormatBar | None = None
        self.quote: QuoteView | None = None
        self.bar = MessageBar(self, closable=True)
        self.bar.action_wanted.connect(self.act)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        self._column.addWidget(self.bar)
        self._column.addWidget(self.plain, 1)
        self.setFocusProxy(self.plain)
        self._spelling: Spelling | None = None
        self._marks: dict[QWidget, SpellingMarks] = {}

    # --- spelling ----------------------------------------------------------------------------------------------------

    def set_spelling(self, spelling: Spelling) -> None:
        """Underline from now on what no dictionary knows."""
        self._spelling = spelling
        for editor in (self.plain, self.rich):
            if editor is not None:
                self._mark(editor)

    def _mark(self, editor: BodyEditor | RichEditor) -> None:
        from app.ui.spelling.marks import SpellingMarks

        if self._spelling is not None:
            self._marks[editor] = SpellingMarks(editor, self._spelling)

    def learn(self, word: str) -> None:
        """Add a word to the person's own."""
        if self._spelling is not None:
            self._spelling.learn(word)

    @property
    def marks(self) -> SpellingMarks | None:
        """Return the marks under the words of the editor in use."""
        return self._marks.get(self.editor)

    def set_language(self, language: str) -> None:
        """Choose the language of the text: "" notices it, "none" looks at nothing."""
        for marks in self._marks.values():
            marks.language = language
            marks.look_again()

    # --- what is shown -----------------------------------------------------------------------------------------------

    @property
    def editor(self) -> BodyEditor | RichEditor:
        """Return the editor in use."""
        return self.rich if self.rich is not None and self.rich.isVisibleTo(self) else self.plain

    def is_formatted(self) -> bool:
        """Tell whether the body is HTML."""
        return self.editor is not self.plain

    def set_body(self, text: str) -> None:
        """Show plain text without telling it."""
        self.plain.set_body(text)
        self._use(self.plain)

    def open_formatted(self, opened: Opened) -> None:
        """Show formatted text without telling it."""
        rich = self._rich()
        self._use(rich)
        rich.open(opened)
        self._show_quote(opened.body.quote)

    def toPlainText(self) -> str:
        """Return the text as it is read."""
        return self.editor.toPlainText()

    def setReadOnly(self, read_only: bool) -> None:
        """Let nothing be changed, while the letter is on its way."""
        self._read_only = read_only
        self.editor.setReadOnly(read_only)
        if self.tools is not None:
            self.tools.setEnabled(not read_only)

    def is_read_only(self) -> bool:
        """Tell whether nothing can be changed now."""
        return self._read_only

    def finish_pasting(self) -> None:
        """Put in at once what is still being read or poured, because the letter is being sent or closed."""
        self.plain.finish_pasting()
        if self.rich is not None:
            self.rich.finish()

    def _use(self, editor: BodyEditor | RichEditor) -> None:
        had_focus = self.editor.hasFocus()
        for one in (self.plain, self.rich):
            if one is not None:
                one.setVisible(one is editor)
        self.setFocusProxy(editor)
        if self.tools is not None:
            self.tools.setVisible(editor is self.rich)
        if editor is self.plain and self.quote is not None:
            self.quote.hide()
        editor.setReadOnly(self._read_only)
        if had_focus:
            editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def _rich(self) -> RichEditor:
        if self.rich is None:
            from app.ui.editor.rich import RichEditor
            from app.ui.editor.toolbar import FormatBar

            self.rich = RichEditor(self)
            self.rich.edited.connect(self._tell)
            self.tools = FormatBar(self.rich, self._run, self)
            self._column.insertWidget(1, self.tools)
            self._column.insertWidget(3, self.rich, 1)
            QWidget.setTabOrder(self.plain, self.rich)
            if self._spelling is not None:
                self._mark(self.rich)
            self.made_rich.emit(self.rich)
        return self.rich

    def _show_quote(self, html: str) -> None:
        if html and self.quote is None:
            from app.ui.editor.quote_view import QuoteView

            self.quote = QuoteView(self)
            self.quote.dropped.connect(self.drop_quote)
            self._column.insertWidget(4, self.quote)
        if self.quote is not None:
            self.quote.show_html(html)
            self.quote.setVisible(bool(html))

    def drop_quote(self) -> None:
        """Take the quotation out that stands below the text."""
        if self.rich is not None and not self._read_only:
            self.rich.drop_quote()
            self._show_quote("")
            self.rich.setFocus(Qt.FocusReason.OtherFocusReason)

    def _tell(self, edit: object) -> None:
        if self._before is not None:
            self._before = None
            self.bar.clear()  # what was typed since would be lost by going back
        self.edited.emit(edit)

    # --- plain and formatted -----------------------------------------------------------------------------------------

    def format_text(self) -> RichEditor:
        """Make the text formatted, if it is not: nothing is lost by that. The cursor stays where it is."""
        if self.rich is not None and self.is_formatted():
            return self.rich
        from app.services.html.opening import open_text

        self.plain.finish_pasting()
        opened = open_text(self.plain.toPlainText())
        cursor = self.plain.textCursor()
        self.open_formatted(opened)
        rich = self._rich()
        rich.finish()
        moved = rich.textCursor()
        moved.setPosition(min(cursor.anchor(), rich.document().characterCount() - 1))
        moved.setPosition(min(cursor.position(), rich.document().characterCount() - 1), moved.MoveMode.KeepAnchor)
        rich.setTextCursor(moved)
        self.edited.emit(BodyReplaced(opened.known, BodyFormat.HTML))
        return rich

    def switch_format(self) -> None:
        """From plain to formatted, or back; what would be lost is said first, and the second press does it."""
        if self._read_only:
            return
        if not self.is_formatted():
            self.format_text()
            return
        from app.services.html.losses import losses

        assert self.rich is not None  # noqa: S101 - is_formatted says so
        lost = losses(self.rich.html())
        if lost and not (self.bar.isVisible() and self._before is None):
            words = tr("As plain text this message loses: {lost}.", lost=lost)
            self.bar.say(words, tone="warn", action=("make-plain", action_words("make-plain")))
        else:
            self.make_plain()

    def make_plain(self) -> None:
        """Keep the words and nothing else; the bar brings the rest back."""
        if self.rich is None or not self.is_formatted() or self._read_only:
            return
        from app.services.plain import plain_text

        self.rich.finish()
        before = self.rich.html()
        text = plain_text(before)
        self.set_body(text)
        self._before = None
        self.edited.emit(BodyReplaced(text, BodyFormat.TEXT))
        self._before = before
        words = tr("This message is plain text now.")
        self.bar.say(words, action=("restore-format", action_words("restore-format")))

    def restore_format(self) -> None:
        """Bring back what making the text plain took away, as long as nothing was typed since."""
        if self._before is None or self._read_only:
            return
        from app.services.html.opening import open_html

        before, self._before = self._before, None
        self.open_formatted(open_html(before))
        self.edited.emit(BodyReplaced(before, BodyFormat.HTML))
        self.bar.clear()

    def act(self, action: str) -> bool:
        """Do what the bar of the body offers; False where that is not its affair."""
        if action == "make-plain" and self.is_formatted():
            self.make_plain()
        elif action == "restore-format":
            self.restore_format()
        else:
            return False
        return True

    def do_remedy(self) -> bool:
        """Do what the bar offers, if it says something."""
        if not self.bar.isVisible():
            return False
        return self.act("restore-format" if self._before is not None else "make-plain")

    # --- bars --------------------------------------------------------------------------------------------------------

    def open_find(self, *, replace: bool = False) -> None:
        """Show the bar to find, and to replace."""
        if self.find_bar is None:
            from app.ui.editor.find_bar import FindBar

            self.find_bar = FindBar(lambda: self.editor, self)
            self.find_bar.closed.connect(self.close_bars)
            self._column.addWidget(self.find_bar)
        self.find_bar.open(replace=replace and not self._read_only)

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
        rich = self.format_text()
        if self.link_bar is None:
            from app.ui.editor.link_bar import LinkBar

            self.link_bar = LinkBar(rich, self)
            self.link_bar.closed.connect(self.close_bars)
            self._column.addWidget(self.link_bar)
        self.link_bar.open()

    def close_bars(self) -> bool:
        """Close the bar that was opened last, and go back to the text; False where none is open."""
        for bar in (self.link_bar, self.find_bar):
            if bar is not None and bar.isVisible():
                bar.hide()
                self.editor.setFocus(Qt.FocusReason.OtherFocusReason)
                return True
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            if self.close_bars():
                return
            if self.bar.isVisible():
                self.bar.dismiss()
                return
        super().keyPressEvent(event)
