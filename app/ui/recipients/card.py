"""All that is known of one recipient, shown under its chip on demand: an absence note, who may write, how many."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout

from app.core.i18n import tr
from app.domain.recipient import format_recipient
from app.ui.announcing import say_aloud
from app.ui.label import Label

if TYPE_CHECKING:
    from app.ui.recipients.editing import ChipEditing

_WIDTH: Final = 420
_LONGEST: Final = 3_000


class ChipCard(QFrame):
    """A sheet in the window. The focus stays in the field; `take` hears its keys first while it is seen."""

    def __init__(self, field: ChipEditing) -> None:
        super().__init__(field.window())
        self._field = field
        self.setProperty("kind", "popup")
        self.setAccessibleName(tr("About this recipient"))
        self._name, self._known = Label(self), Label(self)
        self._known.setProperty("tone", "muted")
        for label in (self._name, self._known):
            label.setWordWrap(True)
        self._known.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column = self._column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 14, 12)
        column.setSpacing(4)
        column.addWidget(self._name)
        column.addWidget(self._known)
        field.destroyed.connect(self.deleteLater)
        field.words.blurred.connect(self.hide)
        self.hide()

    def show_for(self, index: int) -> None:
        """Show what is known of the chip `index`."""
        chip = self._field.chips.items[index]
        name = format_recipient(chip.recipient)
        known = "\n".join(chip.told()) or tr("Nothing more is known.")
        self._name.setText(name)
        self._known.setText(known[:_LONGEST])
        window = self._field.window()
        if self.parentWidget() is not window:
            self.setParent(window)
        corner = self._field.viewport().mapTo(window, self._field.chip_rect(index).bottomLeft() + QPoint(0, 4))
        self.resize(_WIDTH, self._column.totalHeightForWidth(_WIDTH))
        self.move(min(corner.x(), max(window.width() - _WIDTH - 12, 0)), corner.y())
        self.show()
        self.raise_()
        say_aloud(self._field.words, f"{name}. {known}")

    def take(self, event: QKeyEvent) -> bool:
        """Go away at any key; Escape is for this alone."""
        if self.isHidden():
            return False
        self.hide()
        return event.key() == Qt.Key.Key_Escape
