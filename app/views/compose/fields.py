"""The subject and the body: they emit every change as a delta, and take any paste without losing a visible character.

Positions count UTF-16 units, as Qt's documents and the journal do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, Qt, QTimer, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QKeySequence, QTextCursor, QTextDocument
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QWidget

from app.core.i18n import tr
from app.core.layout_bounds import LONGEST_PART, MOST_RUNS, direction_runs, editable_end, parts_of_line
from app.core.text import clean_text, split_at, utf16_length
from app.domain.edits import BodyReplaced, TextSplice, splice_between
from app.domain.message import BodyFormat, Field
from app.ui import theme
from app.ui.widgets import is_access_key

if TYPE_CHECKING:
    from app.ui.editor.line_marks import LineMarks
    from app.ui.editor.spelling_client import Spelling

_SLICE = 64 * 1024
"""Characters of a large paste that go into the document at one turn of the event loop: a few milliseconds' work."""


_MOST_LINES = 150_000
_MOST_CHARACTERS = 10_000_000
"""Of a paste that goes in slice by slice; what is more is put below the text."""


def words_in(source: QMimeData | None) -> str:
    """Return the words on a clipboard; some programs put nothing but HTML there, and it can be empty (None)."""
    if source is None:
        return ""
    if source.hasText() or not source.hasHtml():
        return source.text()
    from app.domain.visible_text import plain_text

    return plain_text(source.html())


def _raw_text(document: QTextDocument) -> str:
    """Return the text of a document as it is: Qt's own way out makes plain blanks of all others."""
    return document.toRawText().replace("\u2029", "\n").replace("\u2028", "\n")


class SubjectField(QLineEdit):
    """One line. Line breaks in a paste become spaces; a text that is too long stays whole, and the view says so."""

    edited = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._known = self._shown = self._rest = ""
        self._emptied: tuple[str, str] | None = None
        self.setAccessibleName(tr("Subject"))
        self.setPlaceholderText(tr("Subject"))
        self.setFont(theme.font(size=17, semibold=True))
        self.setTextMargins(-2, 0, 0, 0)  # Qt keeps two pixels to itself: the text stands under its neighbours
        self.marks: LineMarks | None = None
        self._language: str | None = None
        self.setMaxLength(1_000_000)
        self.textChanged.connect(self._tell)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if is_access_key(event):
            event.ignore()
        else:
            super().keyPressEvent(event)

    def set_spelling(self, spelling: Spelling) -> None:
        """Underline from now on what no dictionary knows."""
        from app.ui.editor.line_marks import LineMarks

        self.marks = LineMarks(self, spelling)
        self.marks.language = self._language

    def set_language(self, language: str) -> None:
        """Look at the subject in the language that was chosen for the text."""
        self._language = language
        if self.marks is not None:
            self.marks.language = language
            self.marks.look_again()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self.marks is None:
            super().contextMenuEvent(event)
        else:
            self.marks.open_menu(event.pos(), event.globalPos())

    def set_subject(self, text: str) -> None:
        """Show `text` without telling it as an edit. What is too long for one line of Qt's follows unseen."""
        self._known = text
        self._emptied = None
        self._show_start(text)
        self.setCursorPosition(0)

    def _show_start(self, text: str) -> None:
        shown = next(parts_of_line(text))
        self._rest = text[len(shown) :]
        self._shown = shown
        self.setText(shown)

    def _tell(self, text: str) -> None:
        clean = clean_text(text, lines=False)
        if clean != text:
            # Paste, drop and middle click all end here; Qt shows line breaks and controls as blanks, but keeps them.
            place = utf16_length(clean_text(split_at(text, self.cursorPosition())[0], lines=False))
            self.setText(clean)
            self.setCursorPosition(min(place, utf16_length(clean)))
            return
        self._take_rest_along(text)
        splice = splice_between(Field.SUBJECT, self._known, text + self._rest)
        if splice is not None:
            self._known = text + self._rest
            self.edited.emit(splice)
        if len(text) > 2 * LONGEST_PART or (len(text) > MOST_RUNS and direction_runs(text) > 2 * MOST_RUNS):
            place = self.cursorPosition()
            self._show_start(self._known)
            self.setCursorPosition(min(place, utf16_length(self._shown)))

    def _take_rest_along(self, text: str) -> None:
        """Take out what is not seen with all that is seen, and bring it back with it."""
        if not text:
            self._emptied = self._shown, self._rest
            self._rest = ""
        elif self._emptied is not None and text == self._emptied[0]:
            self._rest = self._emptied[1]
        self._shown = text


class BodyEditor(QPlainTextEdit):
    """The body as plain text. A large paste goes in slice by slice, so that the window answers meanwhile."""

    edited = Signal(object)
    files_brought = Signal(object)
    """Files were pasted: what is to be attached, as it stands on the clipboard."""
    pictures_offered = Signal(list)
    """A picture was pasted: the text has to become formatted first."""
    undo_exhausted = Signal()
    """Undo was asked for, and there is nothing left to undo."""
    rest_changed = Signal(str)
    """The rest of a text that is too long to be edited: it follows what is in the document, and is part of the body."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._telling = True
        self._rest = ""
        self._before_paste: str | None = None
        self._length = 0
        self._waiting: list[str] = []
        self._place = QTextCursor()
        self._turn = QTimer(self)
        self._turn.setInterval(0)
        self._turn.timeout.connect(self._insert_slice)
        self.setAccessibleName(tr("Message"))
        self.setPlaceholderText(tr("Write your message"))
        self.setTabChangesFocus(True)
        theme.wear_text_font(self)
        self.setFrameShape(QPlainTextEdit.Shape.NoFrame)
        # All is wrapped; Qt counts a blank that hangs over the edge as wider, and would show a bar that moves nothing.
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalScrollBar().rangeChanged.connect(self._make_room)
        self._make_room(0, 0)
        self.document().setDocumentMargin(0)
        self.document().contentsChange.connect(self._tell)

    def _make_room(self, _least: int, most: int) -> None:
        """Let the text end where all else does, beside a scroll bar or not."""
        self.setViewportMargins(0, 0, theme.margin_of_text(scrolls=most > 0), 0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if is_access_key(event):
            event.ignore()
        elif event.matches(QKeySequence.StandardKey.Undo) and not self.document().isUndoAvailable():
            if not self._take_paste_back():
                self.undo_exhausted.emit()
        else:
            super().keyPressEvent(event)

    def set_body(self, text: str) -> None:
        """Show `text` without telling it as an edit; the undo history begins here.

        What Qt cannot lay out while keys wait stays out of the document: it follows as the rest.
        """
        end = editable_end(text)
        self._before_paste = None
        self._telling = False
        self.setPlainText(text[:end])
        self.document().clearUndoRedoStacks()
        self._telling = True
        self._put_rest(text[end:])

    def toPlainText(self) -> str:
        return super().toPlainText() + self._rest

    def has_rest(self) -> bool:
        """Return whether a part of the body is too long to be edited."""
        return bool(self._rest)

    def drop_rest(self) -> None:
        """Take out the rest that is too long to be edited."""
        if self._rest and not self.isReadOnly():
            splice = TextSplice(Field.BODY, self._length, utf16_length(self._rest), "")
            self._put_rest("")
            self.edited.emit(splice)

    def _put_rest(self, rest: str) -> None:
        if rest != self._rest:
            self._rest = rest
            self.rest_changed.emit(rest)

    def _fits(self, text: str) -> bool:
        """Return whether a text can be edited where the cursor is, with what stands before and after it there."""
        cursor, document = self.textCursor(), self.document()
        first, last = document.findBlock(cursor.selectionStart()), document.findBlock(cursor.selectionEnd())
        before = first.text()[: cursor.selectionStart() - first.position()]
        after = last.text()[cursor.selectionEnd() - last.position() :]
        room = max(1, _MOST_LINES - document.blockCount())
        whole = f"{before}{text}{after}"
        return editable_end(whole, room, _MOST_CHARACTERS) == len(whole)

    def _take_long(self, text: str) -> None:
        """Put a text into the body that cannot be edited whole: what is too long becomes the rest."""
        cursor = self.textCursor()
        start, end = cursor.selectionStart(), cursor.selectionEnd()
        before = _raw_text(self.document()) + self._rest
        self.edited.emit(TextSplice(Field.BODY, start, end - start, text))
        self.set_body(split_at(before, start)[0] + text + split_at(before, end)[1])
        self._before_paste = before
        cursor = self.textCursor()
        cursor.setPosition(min(start + utf16_length(text), self._length))
        self.setTextCursor(cursor)
        self.ensureCursorVisible()

    def _take_paste_back(self) -> bool:
        """Undo the paste of a text that was too long; False where that was not the last thing."""
        before = self._before_paste
        if before is None or self.isReadOnly():
            return False
        self.set_body(before)
        self.edited.emit(BodyReplaced(before, BodyFormat.TEXT))
        return True

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        if source.hasUrls() and any(url.isLocalFile() for url in source.urls()):
            return False  # files are attached, by the pane
        return source.hasImage() or source.hasHtml() or super().canInsertFromMimeData(source)

    def insertFromMimeData(self, source: QMimeData) -> None:
        if source.hasUrls() and any(url.isLocalFile() for url in source.urls()):
            self.files_brought.emit(source)
            return
        text = clean_text(words_in(source), lines=True)
        if source.hasImage() and not text:
            from app.ui.incoming_files import picture_in

            self.pictures_offered.emit([(picture_in(source), "")])
        if text:
            self.take_text(text)

    def take_text(self, text: str) -> None:
        """Put plain text in where the cursor is."""
        if not self._fits(text):
            self.finish_pasting()
            self._take_long(text)
            return
        if len(text) <= _SLICE:
            self.textCursor().insertText(text)
            self.ensureCursorVisible()
            return
        cursor = self.textCursor()
        cursor.removeSelectedText()
        self._place = QTextCursor(cursor)
        self._waiting.extend(text[start : start + _SLICE] for start in range(0, len(text), _SLICE))
        self._turn.start()

    def is_pasting(self) -> bool:
        """Return whether slices of a large paste still wait; sending waits for them too."""
        return bool(self._waiting)

    def finish_pasting(self) -> None:
        """Put in at once what still waits, because the message is being closed."""
        while self._waiting:
            self._insert_slice()

    def _insert_slice(self) -> None:
        if self._waiting:
            self._place.joinPreviousEditBlock()
            self._place.insertText(self._waiting.pop(0))
            self._place.endEditBlock()
        if not self._waiting:
            self._turn.stop()

    def _tell(self, position: int, removed: int, added: int) -> None:
        length = self.document().characterCount() - 1
        before, self._length = self._length, length
        if not self._telling:
            return
        # Qt counts the closing mark of the document into changes that touch its end: hold both to the text itself.
        removed = min(removed, before - position)
        added = min(added, length - position)
        if before - removed + added != length:
            self.edited.emit(BodyReplaced(self.toPlainText(), BodyFormat.TEXT))
            return
        cursor = QTextCursor(self.document())
        cursor.setPosition(position)
        cursor.setPosition(position + added, QTextCursor.MoveMode.KeepAnchor)
        text = cursor.selectedText().replace("\u2029", "\n").replace("\u2028", "\n")
        if removed or text:
            self.edited.emit(TextSplice(Field.BODY, position, removed, text))
