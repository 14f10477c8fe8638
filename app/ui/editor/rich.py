"""The editor of formatted text: Qt's, with our own way in (paste, drop, open) and our own way out (fragments of HTML).

Nothing comes in but by the sanitiser, nothing goes out but by `Fragments`, and nothing is ever loaded: Qt asks for each
picture here, and gets one of the message's own or an empty one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from PySide6.QtCore import QEvent, QMimeData, QRect, QSize, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import (
    QImage,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPalette,
    QShowEvent,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextDocumentFragment,
    QTextFragment,
    QTextTable,
)
from PySide6.QtWidgets import QTextEdit, QWidget

from app.core.i18n import tr
from app.domain.blocks import SIGNATURE, Block, KeptHtml, Picture, is_signature, pictures_of, without_name
from app.domain.html_rules import declarations
from app.services.html.bounds import editable_blocks
from app.services.html.foreign import Remote, read_for_insertion
from app.services.html.prepare import Opened
from app.ui import theme
from app.ui.document.document_builder import DocumentBuilder, OpaqueObject, picture_format, written_out_in
from app.ui.document.document_pictures import DocumentPictures
from app.ui.document.formats import INDENT, KEPT_TYPE, Own, font_families, put_colors, shown_color, shown_size
from app.ui.document.pictures import SafeDocument
from app.ui.document.quote_bars import paint_quotes
from app.ui.editor import block_keys, typed_forms
from app.ui.editor.fragments import Fragments, picture_of
from app.ui.editor.pasting import Pasting, remember_copied
from app.ui.widgets import is_access_key

_SLICE: Final = 0.006
"""Seconds of building at one turn of the event loop: less than a frame."""
_COMMANDING: Final = (
    Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
).value
"""What makes a key more than the sign on it."""


def _is_beside_picture(cursor: QTextCursor) -> bool:
    if not cursor.atBlockStart() and cursor.charFormat().isImageFormat():
        return True
    behind = QTextCursor(cursor)
    return behind.movePosition(QTextCursor.MoveOperation.NextCharacter) and behind.charFormat().isImageFormat()


class RichEditor(QTextEdit):
    """The body as HTML. `edited` carries each change as a delta of it; `built` says that a message is all there."""

    edited = Signal(object)
    built = Signal()
    undo_exhausted = Signal()
    """Undo was asked for, and there is nothing left to undo."""
    files_brought = Signal(object)
    pictures_offered = Signal(list)
    """What was pasted and is for others to take, as `Pasting` says it."""
    embedded = Signal(list)
    """The sources (data:) of pictures that are written out in what was put in; Outlook would not show them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._telling = False
        self._build_document: DocumentBuilder | None = None
        self._opened: Opened | None = None
        self._pictures = DocumentPictures(self.document, self)
        self._turn = QTimer(self)
        self._turn.setInterval(0)
        self._turn.timeout.connect(self._build_on)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self.tell_now)
        self._touched: tuple[int, int] | None = None
        self._several = False
        self._ink = ""
        self._inked = False
        self._drawn_for = theme.scheme()
        self.pasting = Pasting(self, self.insert_blocks)
        self.pasting.files_brought.connect(self.files_brought)
        self.pasting.pictures_offered.connect(self.pictures_offered)
        self._read_only = False
        self.setAccessibleName(tr("Message"))
        self.setPlaceholderText(tr("Write your message"))
        self.setTabChangesFocus(True)
        theme.wear_text_font(self)
        self.setFrameShape(QTextEdit.Shape.NoFrame)
        self.verticalScrollBar().rangeChanged.connect(self._make_room)
        self._make_room(0, 0)
        self._set_up(self.document())

    def _make_room(self, _least: int, most: int) -> None:
        """Let the text end where all else does, beside a scroll bar or not."""
        self.setViewportMargins(0, 0, theme.margin_of_text(scrolls=most > 0), 0)

    def _set_up(self, document: QTextDocument) -> None:
        document.setDocumentMargin(0)
        document.setIndentWidth(INDENT)
        self._kept = OpaqueObject(document)
        self._pictures.arrived.connect(self._kept.draw_anew)
        document.documentLayout().registerHandler(KEPT_TYPE, self._kept)
        self.fragments = Fragments(document, "")
        document.contentsChange.connect(self._changed)

    # --- opening -----------------------------------------------------------------------------------------------------

    def open_body(self, opened: Opened) -> None:
        """Show a body without telling it as an edit, slice by slice; the undo history begins after it."""
        self.tell_now()
        self._telling = False
        self.document().setUndoRedoEnabled(False)
        self.clear()
        self.fragments.base = opened.body.base
        self._wear(opened.body.base)
        self.fragments.quote = opened.body.quote
        self._opened = opened
        self._build_document = DocumentBuilder(QTextCursor(self.document()), opened.body.blocks)
        super().setReadOnly(True)
        self._build_on()
        if self._build_document is not None:
            self._turn.start()

    def _wear(self, base: str) -> None:
        """Show text that has no style of its own as it goes out: in the font, the size and the colour of `base`."""
        said = declarations(base)
        families = ",".join(font_families(said.get("font-family", "")))
        theme.wear_text_font(self, families, shown_size(said.get("font-size", "")) or theme.TEXT_SIZE)
        self._ink = said.get("color", "")
        self._put_ink()

    def _put_ink(self) -> None:
        """Let text without a colour of its own have that of the body, drawn for the scheme in force."""
        shown = shown_color(self._ink) if self._ink else None
        palette = QPalette()
        if shown is not None:
            palette.setColor(QPalette.ColorRole.Text, shown)
        self._kept.ink = self._ink
        now = self.palette().color(QPalette.ColorRole.Text)
        if (shown is not None and shown != now) or (shown is None and self._inked):
            self.setPalette(palette)
        self._inked = shown is not None

    def change_base(self, base: str) -> None:
        """Let text that has no style of its own look otherwise from now on; what was styled by hand stays as it is."""
        self.finish()
        if base == self.fragments.base:
            return
        self.fragments.base = base
        self._wear(base)
        self.fragments.read_all()
        self.edited.emit(self.fragments.replaced())

    def is_building(self) -> bool:
        """Return whether the message is not all there yet."""
        return self._build_document is not None

    def stop_building(self) -> None:
        """Let go of a message that is not all there yet."""
        self._turn.stop()
        self._build_document = self._opened = None
        self.clear()

    def let_go(self) -> None:
        """Forget what was written, for the message is closed: what still knows this editor keeps no text by it."""
        self._turn.stop()
        self._soon.stop()
        self._telling = False
        self._build_document = self._opened = None
        self.fragments = Fragments(self.document(), "")

    def finish(self) -> None:
        """Finish at once what is being built or pasted, and emit what was changed."""
        while self._build_document is not None:
            self._build_on()
        self.pasting.finish()
        self.tell_now()

    def _build_on(self) -> None:
        if self._build_document is None or self._opened is None:
            self._turn.stop()
            return
        if not self._build_document.go_on(_SLICE):
            return
        self.fragments.begin_with(self._opened, self._build_document.tables)
        self._build_document = self._opened = None
        self._turn.stop()
        super().setReadOnly(self._read_only)
        self.document().setUndoRedoEnabled(True)
        self.moveCursor(QTextCursor.MoveOperation.Start)
        self._telling = True
        self.built.emit()

    def setReadOnly(self, ro: bool) -> None:
        self._read_only = ro
        super().setReadOnly(ro or self._build_document is not None)

    # --- telling -----------------------------------------------------------------------------------------------------

    def _changed(self, position: int, removed: int, added: int) -> None:
        """Note which part was touched. It is emitted in the next turn of the loop, after the key was painted."""
        if not self._telling:
            return
        if removed < 0:
            # Qt 6.11, undoing a removal that went into a table: what it took back is left out of both counts.
            removed, added = 0, added - removed
        first, end = position, position + added
        if self._touched is not None:
            before, last = self._touched
            moved = last + added - removed if last > position else last
            first, end = min(first, before), max(end, moved)
            self._several = True
        else:
            self._soon.start()
        self._touched = (first, end)

    def tell_now(self) -> None:
        """Emit at once what was changed."""
        touched, self._touched = self._touched, None
        self._soon.stop()
        if touched is None:
            return
        several, self._several = self._several, False
        edit = self.fragments.changed(touched[0], max(0, touched[1] - touched[0]), several=several)
        if edit is not None:
            self.edited.emit(edit)

    def drop_quote(self) -> None:
        """Take out the quotation that stands below the text."""
        self.tell_now()
        edit = self.fragments.quote_dropped()
        if edit is not None:
            self.edited.emit(edit)

    def html(self) -> str:
        """Return the body as it stands."""
        self.tell_now()
        return self.fragments.html()

    # --- keys --------------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        signs = event.text()
        if signs and signs.isprintable() and not event.modifiers().value & _COMMANDING:
            self._leave_link()  # nearly every key is one of these: it is asked about nothing else
            if signs == " " and not self.isReadOnly():
                super().keyPressEvent(event)
                self._take_form(typed_forms.after_blank)
                return
        elif is_access_key(event):
            event.ignore()
            return
        elif not self.isReadOnly() and self._own_key(event):
            event.accept()
            return
        elif event.matches(QKeySequence.StandardKey.Undo) and not self.document().isUndoAvailable():
            self.undo_exhausted.emit()
            return
        super().keyPressEvent(event)

    def _leave_link(self) -> None:
        """Let what is typed behind the end of a link not be part of it."""
        typed = self.currentCharFormat()
        if typed.isAnchor() and not self.isReadOnly():
            free = block_keys.leave_link(self.textCursor(), typed)
            if free is not None:
                self.setCurrentCharFormat(free)

    def _own_key(self, event: QKeyEvent) -> bool:
        key = event.key()
        held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if key in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and held == Qt.KeyboardModifier.NoModifier:
            return self._end_line() or self._with_cursor(block_keys.begin_line)
        if key == Qt.Key.Key_Backspace and held == Qt.KeyboardModifier.NoModifier:
            return self._with_cursor(block_keys.take_back_line)
        if key in {Qt.Key.Key_Tab, Qt.Key.Key_Backtab} and not held & Qt.KeyboardModifier.ControlModifier:
            step = 1 if key == Qt.Key.Key_Tab else -1
            return self._with_cursor(
                lambda cursor: block_keys.shift_item(cursor, step) or block_keys.next_cell(cursor, step)
            )
        if event.text() and event.text().isprintable():
            self._leave_link()  # AltGr, which some systems call Control and Alt
        return False

    def _take_form(self, form: Callable[[QTextCursor], bool]) -> None:
        """Make what was just typed what it looks like, without its being part of what is typed next."""
        cursor = self.textCursor()
        if not cursor.hasSelection() and form(cursor):
            self.setTextCursor(cursor)

    def _end_line(self) -> bool:
        """Make a link of what ends the line, or a line across of `---`; True where that was all of Enter's work."""
        self._take_form(typed_forms.link_before)
        return self._with_cursor(typed_forms.put_rule)

    def _with_cursor(self, act: Callable[[QTextCursor], bool]) -> bool:
        cursor = self.textCursor()
        cursor.beginEditBlock()
        done = act(cursor)
        cursor.endEditBlock()
        if done:
            self.setTextCursor(cursor)
            self.ensureCursorVisible()
        return done

    def focusNextPrevChild(self, next: bool) -> bool:  # noqa: A002 - Qt's signature
        if not self.isReadOnly() and block_keys.takes_tab(self.textCursor()):
            return False  # Tab moves an item of a list further in, and goes from cell to cell
        return super().focusNextPrevChild(next)

    # --- in and out --------------------------------------------------------------------------------------------------

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        return self.pasting.can_take(source)

    def insertFromMimeData(self, source: QMimeData) -> None:
        self.pasting.paste(source)

    def createMimeDataFromSelection(self) -> QMimeData:
        """Return what is selected as text and as HTML of our own making: Qt's would carry Qt's own marks."""
        data = QMimeData()
        cursor = self.textCursor()
        data.setText(cursor.selection().toPlainText().replace("\ufffc", ""))
        data.setHtml(remember_copied(selection_html(cursor, self.fragments.base)))
        return data

    def insert_blocks(self, blocks: Sequence[Block], cursor: QTextCursor | None = None) -> None:
        """Put blocks in where the cursor is, in one step that can be undone."""
        at = self.textCursor() if cursor is None else cursor
        document = SafeDocument()
        document.setIndentWidth(INDENT)
        builder = DocumentBuilder(QTextCursor(document), blocks)
        builder.finish()
        at.beginEditBlock()
        at.removeSelectedText()
        empty, place = at.block().length() == 1, at.block().position()
        at.insertFragment(QTextDocumentFragment(document))
        if empty:
            self._form_first(place, document.begin().blockFormat())
        at.endEditBlock()
        if cursor is None:
            self.setTextCursor(at)
            self.ensureCursorVisible()
        written_out = [source for source in pictures_of(blocks) if source.startswith("data:")]
        written_out += [source for one in blocks if isinstance(one, KeptHtml) for source in written_out_in(one.html)]
        if written_out:
            self.embedded.emit(written_out)

    def _form_first(self, place: int, form: QTextBlockFormat) -> None:
        """Give an empty paragraph the form of the first one that was put into it, which Qt leaves out but for lists."""
        first = QTextCursor(self.document().findBlock(place))
        if not form.property(Own.LISTS) and not block_keys.lists_of(first) and first.blockFormat() != form:
            first.setBlockFormat(form)

    def name_picture(self, source: str, name: str, image: QImage, width: int) -> None:
        """Let every picture of that source be called `name`; one that says no size is at most `width` pixels wide."""
        self.put_image(name, image)
        shown = min(image.width(), width)
        named = Picture(name, "", shown, round(image.height() * shown / max(1, image.width())))
        found = [
            (fragment.position() + number, fragment.charFormat().toImageFormat())
            for fragment in fragments_of(self.document())
            if fragment.charFormat().isImageFormat() and fragment.charFormat().toImageFormat().name() == source
            for number in range(fragment.length())
        ]
        untouched = not self.document().isUndoAvailable()
        cursor = QTextCursor(self.document())
        cursor.joinPreviousEditBlock()
        for position, drawn in found:
            said = picture_of(drawn)
            size = (said.width, said.height) if said.width or said.height else (named.width, named.height)
            cursor.setPosition(position)
            cursor.setPosition(position + 1, QTextCursor.MoveMode.KeepAnchor)
            cursor.setCharFormat(picture_format(Picture(name, said.alt, *size, said.link)))
        for fragment in [one for one in self._kept_fragments() if source in kept_html(one)]:
            kept = fragment.charFormat()
            kept.setProperty(Own.KEPT, kept_html(fragment).replace(f'"{source}"', f'"{name}"'))
            cursor.setPosition(fragment.position())
            cursor.setPosition(fragment.position() + fragment.length(), QTextCursor.MoveMode.KeepAnchor)
            cursor.setCharFormat(kept)
        cursor.endEditBlock()
        if untouched:
            self.document().clearUndoRedoStacks()  # the person has written nothing yet that could be undone

    def pictures_written_out(self) -> list[str]:
        """Return the sources of the pictures that are written out in the text (data:), each once."""
        drawn = (fragment.charFormat() for fragment in fragments_of(self.document()))
        names = [one.toImageFormat().name() for one in drawn if one.isImageFormat()]
        names += [source for one in self._kept_fragments() for source in written_out_in(kept_html(one))]
        return list(dict.fromkeys(name for name in names if name.startswith("data:")))

    # --- what is kept as it is ---------------------------------------------------------------------------------------

    def _kept_fragments(self) -> list[QTextFragment]:
        return [one for one in fragments_of(self.document()) if one.charFormat().objectType() == KEPT_TYPE]

    def place_of_signature(self) -> tuple[int, int] | None:
        """Return where a signature stands that goes out to the letter: the last, as positions; None for none.

        One that is quoted is somebody's words: Outlook and others leave its name there.
        """
        if not self.fragments.says(SIGNATURE):
            return None
        from app.ui.editor.quote_view import own_end

        end = own_end(self.document())
        found = [one for one in self._kept_fragments() if one.position() < end and is_signature(kept_html(one))]
        return (found[-1].position(), found[-1].position() + found[-1].length()) if found else None

    def has_kept(self) -> bool:
        """Return whether anything in the text is kept as the HTML that it is."""
        return bool(self._kept_fragments())

    def inner(self) -> str:
        """Return what stands in the body, without what is around it."""
        self.finish()
        return self.fragments.read_inner()

    def change_signature_here(self) -> bool:
        """Let the signature's words be changed: it goes out as the editor can write it from then on. False for none.

        It is read in a thread, and put in its place as soon as it is read; undo brings it back as it was.
        """
        place = self.place_of_signature()
        if place is None or self.isReadOnly():
            return False
        cursor = QTextCursor(self.document())
        cursor.setPosition(place[0])
        cursor.setPosition(place[1], QTextCursor.MoveMode.KeepAnchor)
        kept = next(kept_html(one) for one in self._kept_fragments() if one.position() == place[0])
        html = without_name(kept)
        self.pasting.put_read(
            lambda: editable_blocks(read_for_insertion(html, Remote.KEPT), ""), lambda: [KeptHtml(kept)], cursor
        )
        return True

    def insert_picture(self, picture: Picture, image: QImage | None, cursor: QTextCursor | None = None) -> None:
        """Put a picture in where the cursor is; `image` is what is shown of it."""
        if image is not None:
            self.put_image(picture.source, image)
        (self.textCursor() if cursor is None else cursor).insertImage(picture_format(picture))

    # --- pictures ----------------------------------------------------------------------------------------------------

    def put_image(self, source: str, image: QImage) -> None:
        """Show `image` wherever the text has a picture of that source."""
        self._pictures.put(source, image)

    def own_size(self, source: str) -> QSize:
        """Return the size of a picture in pixels."""
        found: QImage = self._pictures.at(source)
        return found.size()

    def loadResource(self, type: int, name: QUrl | str) -> object:  # noqa: A002 - Qt's signature
        return self._pictures.at(name)

    # --- what is drawn -----------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.fragments.has_quotes():
            paint_quotes(self, event.rect())
        self._shorten_caret()

    def _shorten_caret(self) -> None:
        """Leave of a cursor beside a picture what it has in text: Qt draws it as high as the picture."""
        cursor = self.textCursor()
        if cursor.hasSelection() or not self.hasFocus() or not _is_beside_picture(cursor):
            return
        here, high = self.cursorRect(), self.fontMetrics().height()
        if here.height() > high:
            over = QRect(here.left(), here.top(), max(1, self.cursorWidth()), here.height() - high)
            painter = QPainter(self.viewport())
            painter.fillRect(over, theme.color("pane"))
            painter.end()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange and theme.scheme() is not self._drawn_for:
            self._drawn_for = theme.scheme()
            self._put_ink()
            self._recolor()
        elif event.type() is QEvent.Type.StyleChange:
            self._wear_again()

    def showEvent(self, event: QShowEvent) -> None:
        self._wear_again()
        super().showEvent(event)

    def _wear_again(self) -> None:
        """Wear font and colour once more: a style sheet that is put on gives back those of the time before."""
        self.setFont(theme.text_font(*self.property("message_text")))
        self._put_ink()

    def _recolor(self) -> None:
        """Draw the colours of the text for the scheme in force; nothing of the message changes."""
        if self.is_building() or not self.document().characterCount() > 1:
            return
        telling, self._telling = self._telling, False
        recolor(self.document())
        self._telling = telling


def kept_html(fragment: QTextFragment) -> str:
    """Return the HTML that a sign in the text stands for."""
    return str(fragment.charFormat().property(Own.KEPT) or "")


def fragments_of(document: QTextDocument) -> Iterator[QTextFragment]:
    """Go through the runs of a document."""
    block = document.begin()
    while block.isValid():
        walk = block.begin()
        while not walk.atEnd():
            yield walk.fragment()
            walk += 1
        block = block.next()


def recolor(document: QTextDocument) -> None:
    """Set the drawn colours of a document anew from what its runs say."""
    found: list[tuple[int, int, QTextCharFormat]] = []
    block = document.begin()
    while block.isValid():
        walk = block.begin()
        while not walk.atEnd():
            fragment = walk.fragment()
            drawn = fragment.charFormat()
            if drawn.isAnchor() or drawn.property(Own.COLOR) or drawn.property(Own.GROUND):
                found.append((fragment.position(), fragment.length(), drawn))
            walk += 1
        ground = block.blockFormat().property(Own.BLOCK_GROUND)
        if ground and (shown := shown_color(str(ground))) is not None:
            cursor = QTextCursor(block)
            made = block.blockFormat()
            made.setBackground(shown)
            cursor.joinPreviousEditBlock()
            cursor.setBlockFormat(made)
            cursor.endEditBlock()
        block = block.next()
    cursor = QTextCursor(document)
    cursor.joinPreviousEditBlock()
    for frame in document.rootFrame().childFrames():
        if isinstance(frame, QTextTable):
            _recolor_cells(frame)
    for position, length, drawn in found:
        put_colors(drawn, str(drawn.property(Own.COLOR) or ""), str(drawn.property(Own.GROUND) or ""))
        cursor.setPosition(position)
        cursor.setPosition(position + length, QTextCursor.MoveMode.KeepAnchor)
        cursor.setCharFormat(drawn)
    cursor.endEditBlock()


def _recolor_cells(table: QTextTable) -> None:
    for number in range(table.rows() * table.columns()):
        cell = table.cellAt(*divmod(number, table.columns()))
        drawn = cell.format()
        ground = drawn.property(Own.BLOCK_GROUND)
        if ground and (shown := shown_color(str(ground))) is not None:
            drawn.setBackground(shown)
            cell.setFormat(drawn)


def selection_html(cursor: QTextCursor, base: str) -> str:
    """Return the selected text as HTML of our own making."""
    document = SafeDocument()
    QTextCursor(document).insertFragment(cursor.selection())
    fragments = Fragments(document, base)
    return fragments.read_inner()
