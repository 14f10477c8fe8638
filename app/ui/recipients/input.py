"""Keys and mouse of the field."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import (
    QDrag,
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
)
from PySide6.QtWidgets import QApplication

from app.domain.recipient import Recipient
from app.ui.recipients import entry_line
from app.ui.recipients.editing import ChipEditing

if TYPE_CHECKING:
    from app.ui.recipients.suggestions import Suggesting

_Key = Qt.Key
_Standard = QKeySequence.StandardKey
_ENTER: Final = (_Key.Key_Return, _Key.Key_Enter)
_COMMANDS: Final = (
    Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier
)


Keys = Callable[[], Iterable[str]]
"""Returns sequences as commands have them: a person may give a command others while the field is there."""


@cache
def _portable(keys: str) -> str:
    """Return a sequence as Qt writes it, so that it can be compared."""
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.PortableText)


class Bound(NamedTuple):
    """A command of the field: its keys as they are now, what it does, and whether it can be done now."""

    keys: Keys
    run: Callable[[], object]
    possible: Callable[[], bool]


class ChipKeys:
    """Decides what a key means: among the chips, in the words after them, or in a chip that is edited."""

    def __init__(self, field: ChipEditing) -> None:
        """Serve `field`."""
        self._field = field
        self.suggesting: Suggesting | None = None
        self.first: Callable[[QKeyEvent], bool] = lambda _event: False
        """Asked before all else while the focus is after the chips."""
        self._bound: list[Bound] = []

    def bind(self, keys: Keys, run: Callable[[], object], possible: Callable[[], bool]) -> None:
        """Let the field do `run` at `keys` while `possible`, before any command of the window that has them."""
        self._bound.append(Bound(keys, run, possible))

    def _command(self, event: QKeyEvent) -> Bound | None:
        if not self._bound or self._field.editor is not None:
            return None
        pressed = QKeySequence(event.keyCombination()).toString(QKeySequence.SequenceFormat.PortableText)
        return next((one for one in self._bound if pressed in map(_portable, one.keys()) and one.possible()), None)

    def take_command(self, event: QKeyEvent) -> bool:
        """Do the field's own command that `event` is, if it is one."""
        found = self._command(event)
        if found is not None:
            found.run()
        return found is not None

    def wants(self, event: QKeyEvent) -> bool:
        """Return whether the key is the field's now, whatever shortcut the window has on it."""
        field = self._field
        if self.suggesting is not None and self.suggesting.wants(event):
            return True
        if self._command(event) is not None:
            return True
        if event.modifiers() & _COMMANDS:
            return False
        if field.editor is not None or field.chips.current >= 0:
            return event.key() in {_Key.Key_Escape, _Key.Key_F2, _Key.Key_Delete, _Key.Key_Backspace, *_ENTER}
        return event.key() in _ENTER and bool(field.words.text().strip())

    def take_in_words(self, event: QKeyEvent) -> bool:
        """Deal with a key while the focus is after the chips; return whether it was ours."""
        if self.first(event) or (self.suggesting is not None and self.suggesting.take_key(event)):
            return True
        if self._take_clipboard(event) or self._take_history(event):
            return True
        if self._field.chips.current >= 0:
            return self._take_among_chips(event)
        return self._take_entering(event)

    def take_in_editor(self, event: QKeyEvent) -> bool:
        """Deal with a key while a chip is edited."""
        field = self._field
        if self.suggesting is not None and self.suggesting.take_key(event):
            return True
        if event.matches(_Standard.Paste) and field.editor is not None:
            field.editor.paste_from_clipboard()
            return True
        if event.modifiers() & _COMMANDS:
            return False
        if event.key() == _Key.Key_Escape:
            field.cancel_edit()
        elif event.key() in {*_ENTER, _Key.Key_F2}:
            field.commit_edit()
        elif event.key() in {_Key.Key_Tab, _Key.Key_Backtab}:
            # The line goes with the editing, and stands nowhere in the order of the fields: its field does.
            field.commit_edit()
            field.go_to_words()
            field.words.go_on(forward=event.key() == _Key.Key_Tab)
        else:
            return False
        return True

    def _take_entering(self, event: QKeyEvent) -> bool:
        """Keys that complete the words, or lead from their start into the chips."""
        field, key = self._field, event.key()
        if event.matches(_Standard.SelectAll):
            words = field.words.text()
            return words == field.words.selectedText() and self._select_all()
        if event.modifiers() & _COMMANDS:
            return False
        if key in _ENTER:
            return bool(field.words.text().strip()) and field.complete_words()
        if key == _Key.Key_Tab and not event.modifiers():
            field.complete_words()
            return False
        if not field.chips.items or field.words.cursorPosition() or field.words.hasSelectedText():
            return False
        return self._enter(event)

    def _enter(self, event: QKeyEvent) -> bool:
        field, key = self._field, event.key()
        extend = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        last = len(field.chips) - 1
        if key == _Key.Key_Left or (key == _Key.Key_Up and not field.words.text()):
            field.go_to_chip(last)
        elif key == _Key.Key_Home:
            if extend:
                field.go_to_chip(last)
            field.go_to_chip(0, extend=extend)
        elif key == _Key.Key_Backspace or (key == _Key.Key_Delete and not field.words.text()):
            # Held down to delete words, it must stop at the chips.
            if not event.isAutoRepeat():
                field.go_to_chip(last)
        else:
            return False
        return True

    def _take_among_chips(self, event: QKeyEvent) -> bool:
        field, key = self._field, event.key()
        if event.matches(_Standard.SelectAll):
            return self._select_all()
        if event.modifiers() & _COMMANDS:
            return False
        move = self._move_for(key)
        if move is not None:
            move(bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        elif key == _Key.Key_Escape:
            field.go_to_words()
        elif key in {*_ENTER, _Key.Key_F2}:
            field.edit_chip(field.chips.current)
        elif key in {_Key.Key_Delete, _Key.Key_Backspace}:
            self._remove(backwards=key == _Key.Key_Backspace)
        elif key in {_Key.Key_Tab, _Key.Key_Backtab}:
            field.go_to_words()
            return False
        elif event.text() and event.text().isprintable():
            field.go_to_words()
            field.words.end(False)
            # A separator or space ends nothing here.
            return event.text() in {",", ";", " "}
        else:
            return False
        return True

    def _select_all(self) -> bool:
        self._field.chips.select_all()
        self._field.show_selection()
        return bool(self._field.chips.items)

    def _move_for(self, key: int) -> Callable[[bool], None] | None:
        field = self._field
        current, last = field.chips.current, len(field.chips) - 1

        def right(extend: bool) -> None:
            if current < last or extend:
                field.go_to_chip(current + 1, extend=extend)
            else:
                field.go_to_words()
                field.words.setCursorPosition(0)

        def vertically(rows: int, extend: bool) -> None:
            beside = field.chip_beside(current, rows)
            if beside >= 0:
                field.go_to_chip(beside, extend=extend)
            elif rows > 0 and not extend:
                field.go_to_words()

        moves: dict[int, Callable[[bool], None]] = {
            _Key.Key_Left: lambda extend: field.go_to_chip(current - 1, extend=extend),
            _Key.Key_Right: right,
            _Key.Key_Home: lambda extend: field.go_to_chip(0, extend=extend),
            _Key.Key_End: lambda extend: field.go_to_chip(last, extend=extend),
            _Key.Key_Up: lambda extend: vertically(-1, extend),
            _Key.Key_Down: lambda extend: vertically(1, extend),
        }
        return moves.get(key)

    def _remove(self, *, backwards: bool) -> None:
        """Remove the selection. The cursor stays among the chips if it was amid them, so that more can go."""
        field = self._field
        first, at_end = min(field.chips.selected), max(field.chips.selected) == len(field.chips) - 1
        field.remove_selected()
        field.go_to_words()
        if not at_end:
            field.go_to_chip(max(0, first - 1) if backwards else first)

    def _take_clipboard(self, event: QKeyEvent) -> bool:
        field = self._field
        if event.matches(_Standard.Paste):
            field.words.paste_from_clipboard()
        elif field.chips.current >= 0 and (event.matches(_Standard.Copy) or event.matches(_Standard.Cut)):
            copy_selected(field)
            if event.matches(_Standard.Cut):
                self._remove(backwards=False)
        else:
            return False
        return True

    def _take_history(self, event: QKeyEvent) -> bool:
        field = self._field
        if event.matches(_Standard.Undo) and not field.words.isUndoAvailable():
            return field.undo()
        if event.matches(_Standard.Redo) and not field.words.isRedoAvailable():
            return field.redo()
        return False


def copy_selected(field: ChipEditing) -> None:
    """Put the selected recipients on the clipboard."""
    QGuiApplication.clipboard().setMimeData(entry_line.to_mime(field.chips.selected_recipients()))


class ChipPointer:
    """Serves the viewport of a field. A drag carries recipients exactly for our fields, and as text for others."""

    def __init__(self, field: ChipEditing) -> None:
        self._field = field
        self._pressed: QPoint | None = None
        self._narrow_to = -1
        self._dropped_here = False
        field.viewport().setAcceptDrops(True)

    def take_event(self, event: QEvent) -> bool:
        """Deal with an event of the viewport; return whether it was for the mouse."""
        if not self._field.isEnabled():
            return False
        if isinstance(event, QMouseEvent):
            return self._take_mouse(event)
        if isinstance(event, QDropEvent):
            return self._take_drop(event)
        return False

    def _take_mouse(self, event: QMouseEvent) -> bool:
        left = event.button() == Qt.MouseButton.LeftButton
        if event.type() == QEvent.Type.MouseButtonPress and left:
            self._press(event)
        elif event.type() == QEvent.Type.MouseButtonDblClick and left:
            self._field.edit_chip(self._field.chip_at(event.position().toPoint()))
        elif event.type() == QEvent.Type.MouseMove:
            self._move(event)
        elif event.type() == QEvent.Type.MouseButtonRelease and left:
            if self._narrow_to >= 0 and self._narrow_to < len(self._field.chips):
                self._field.go_to_chip(self._narrow_to)
            self._pressed, self._narrow_to = None, -1
        else:
            return False
        return True

    def _press(self, event: QMouseEvent) -> None:
        field = self._field
        point = event.position().toPoint()
        index = field.chip_at(point)
        field.commit_edit(refocus=False)
        index = field.chip_at(point)
        field.words.setFocus(Qt.FocusReason.MouseFocusReason)
        self._pressed, self._narrow_to = (point, -1) if index >= 0 else (None, -1)
        if index < 0:
            field.go_to_words()
            field.words.end(False)
        elif event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            field.chips.toggle(index)
            field.show_selection()
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            field.go_to_chip(index, extend=True)
        elif index in field.chips.selected:
            # It may be the start of a drag of them all; if not, letting go selects this one.
            self._narrow_to = index
        else:
            field.go_to_chip(index)

    def _move(self, event: QMouseEvent) -> None:
        point = event.position().toPoint()
        if not event.buttons() & Qt.MouseButton.LeftButton:
            over = self._field.chip_at(point) >= 0
            shape = Qt.CursorShape.ArrowCursor if over else Qt.CursorShape.IBeamCursor
            self._field.viewport().setCursor(shape)
        elif (
            self._pressed is not None and (point - self._pressed).manhattanLength() >= QApplication.startDragDistance()
        ):
            self._pressed, self._narrow_to = None, -1
            self.carry_selected()

    def carry_selected(self) -> None:
        """Drag the selected chips; they leave this field when another has taken them."""
        field = self._field
        going = [field.chips.items[index] for index in sorted(field.chips.selected)]
        if not going or any(chip.reading for chip in going):
            return
        self._dropped_here = False
        action = self.run_drag(field.chips.selected_recipients())
        if action == Qt.DropAction.MoveAction and not self._dropped_here:
            kept = {id(chip) for chip in going}
            field.chips.selected = {i for i, chip in enumerate(field.chips.items) if id(chip) in kept}
            field.remove_selected()
            field.go_to_words()

    def run_drag(self, recipients: tuple[Recipient, ...]) -> Qt.DropAction:
        """Let the desktop carry them; return what became of it."""
        drag = QDrag(self._field.viewport())
        drag.setMimeData(entry_line.to_mime(recipients))
        return drag.exec(Qt.DropAction.MoveAction | Qt.DropAction.CopyAction, Qt.DropAction.MoveAction)

    def _take_drop(self, event: QDropEvent) -> bool:
        mime = event.mimeData()
        if not (mime.hasFormat(entry_line.MIME_TYPE) or mime.hasText()):
            return False
        if isinstance(event, QDragEnterEvent | QDragMoveEvent):
            event.acceptProposedAction()
        else:
            self._drop(event)
        return True

    def _drop(self, event: QDropEvent) -> None:
        field = self._field
        field.commit_edit(refocus=False)
        field.finish_placing()
        index = field.gap_at(event.position().toPoint())
        recipients = entry_line.from_mime(event.mimeData())
        own = event.source() is field.viewport() and event.dropAction() == Qt.DropAction.MoveAction
        self._dropped_here = own
        if own:
            index -= sum(1 for selected in field.chips.selected if selected < index)
            field.remove_selected()
            field.splice(index, 0, recipients, joined=True)
        elif recipients:
            field.splice(index, 0, recipients)
        else:
            field.insert_list(event.mimeData().text(), index)
        event.acceptProposedAction()
