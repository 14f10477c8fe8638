"""What the mouse does in a recipients field: select, edit, and carry chips to another field."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QDrag, QDragEnterEvent, QDragMoveEvent, QDropEvent, QMouseEvent
from PySide6.QtWidgets import QApplication

from app.domain.recipient import Recipient
from app.ui.recipients import transfer
from app.ui.recipients.editing import ChipEditing


class ChipPointer:
    """Serves the viewport of a field. A drag carries recipients exactly for our fields, and as text for others."""

    def __init__(self, field: ChipEditing) -> None:
        self._field = field
        self._pressed: QPoint | None = None
        self._narrow_to = -1
        self._dropped_here = False
        field.viewport().setAcceptDrops(True)

    def take(self, event: QEvent) -> bool:
        """Deal with an event of the viewport; tell whether it was for the mouse."""
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
        drag.setMimeData(transfer.to_mime(recipients))
        return drag.exec(Qt.DropAction.MoveAction | Qt.DropAction.CopyAction, Qt.DropAction.MoveAction)

    def _take_drop(self, event: QDropEvent) -> bool:
        mime = event.mimeData()
        if not (mime.hasFormat(transfer.MIME_TYPE) or mime.hasText()):
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
        recipients = transfer.from_mime(event.mimeData())
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
