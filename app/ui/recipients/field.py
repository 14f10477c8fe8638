"""The field of To, Cc or Bcc, and the card below a chip.

The parts are in `app/ui/recipients/`; here they are tied to keys, mouse, menu and the screen reader.
"""

from __future__ import annotations

from collections.abc import Callable, Container
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QAction, QContextMenuEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QMenu, QVBoxLayout, QWidget

from app.core.i18n import ntr, tr
from app.domain.message import Field
from app.domain.recipient import format_recipient
from app.ui.recipients import entry_line
from app.ui.recipients.canvas import chip_colors
from app.ui.recipients.editing import ChipEditing
from app.ui.recipients.entry_line import EntryLine
from app.ui.recipients.input import ChipKeys, ChipPointer, Keys, copy_selected
from app.ui.widgets import Label, say_aloud

if TYPE_CHECKING:
    from app.ui.recipients.editing import ChipEditing
    from app.ui.recipients.suggestions import Suggesting
    from app.ui.recipients.suggestions_session import SuggestionSource

__all__ = ["RecipientsField", "chip_colors"]

_SPOKEN = 300


class RecipientsField(ChipEditing):
    """Recipients of one Field of a message. `label` is its name on screen and for screen readers ("To").

    `run_off_thread(work, deliver)` runs `work` elsewhere and hands its result to `deliver` on the UI thread.
    """

    # Before it is made, Qt sends the first events already.
    pointer: ChipPointer | None = None

    def __init__(
        self,
        field: Field,
        label: str,
        parent: QWidget | None = None,
        run_off_thread: entry_line.RunOffThread = entry_line.run_in_thread,
    ) -> None:
        super().__init__(field, run_off_thread, parent)
        self._label = label
        self._heard = ""
        self._card: ChipCard | None = None
        self.more_actions: Callable[[QMenu], None] = lambda _menu: None
        """Adds to the menu of selected recipients what can be done with them where the field stands."""
        self._keys = ChipKeys(self)
        self.pointer = ChipPointer(self)
        self.words.take_key = self._keys.take_in_words
        self.words.take_command = self._keys.take_command
        self.words.wants_key = self._keys.wants
        self.words.left.connect(self._leave)
        self.words.menu_wanted.connect(self._open_menu_at_words)
        self.setAccessibleName(label)
        self.words.setAccessibleName(label)
        self._cursor_moved()

    def suggest(self, source: SuggestionSource) -> Suggesting:
        """Offer whom `source` knows while the person types here."""
        from app.ui.recipients.suggestions import Suggesting  # not before there are people to offer

        self._keys.suggesting = Suggesting(self, source)
        return self._keys.suggesting

    def bind(self, keys: Keys, run: Callable[[], object], possible: Callable[[], bool]) -> None:
        """Let the field do `run` at `keys` while `possible`, before any command of the window that has them."""
        self._keys.bind(keys, run, possible)

    def show_card(self, index: int) -> None:
        """Show all that is known of a chip's recipient, until the cursor moves or Escape is pressed."""
        if self._card is None:
            self._card = ChipCard(self)
            self._keys.first = self._card.take_key
        self._card.show_for(index)

    def refresh_notes(self, keys: Container[str] | None = None) -> None:
        super().refresh_notes(keys)
        current = self.chips.current
        if current >= 0:
            # The current chip shows what became known of it now, also where places are worked out later.
            self._width_of(current)
            if self._keys.suggesting is None or not self._keys.suggesting.is_open:  # else they say what is offered
                self.describe_words()
            if self._card is not None and self._card.isVisible():
                self._card.show_for(current)

    def focus_input(self) -> None:
        """Put the focus in the words after the chips."""
        self.go_to_words()
        self.words.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def prepare_editor(self, editor: EntryLine) -> None:
        editor.take_key = self._keys.take_in_editor
        editor.wants_key = self._keys.wants
        if self._keys.suggesting is not None:
            self._keys.suggesting.watch(editor)
        editor.menu_wanted.connect(partial(self._open_line_menu, editor))
        editor.setAccessibleName(tr("{label}: edit recipient", label=self._label))
        if 0 <= self.editing < len(self.chips):
            editor.setAccessibleDescription(self.chips.items[self.editing].sentence())

    def viewportEvent(self, event: QEvent) -> bool:
        if self.pointer is not None and self.pointer.take_event(event):
            return True
        return super().viewportEvent(event)

    def _leave(self) -> None:
        """The focus went elsewhere in the window: what was typed is finished, and no chip stays selected."""
        if self.editor is None:
            self.go_to_words()
            self.complete_words()

    # For screen readers ----------------------------------------------------------------------------------------------

    def _cursor_moved(self) -> None:
        super()._cursor_moved()
        if self._card is not None:
            self._card.hide()
        self.describe_words()

    def describe_words(self) -> None:
        count = ntr("{n} recipient", "{n} recipients", len(self.chips))
        heard = self._describe_cursor()
        description = f"{count}. {heard}" if heard else count
        self.setAccessibleDescription(description)
        # Screen readers follow the focus, which stays in the line: it takes the name of the chip under the cursor.
        self.words.setAccessibleName(heard or self.accessibleName())
        self.words.setAccessibleDescription(description)
        if heard and heard != self._heard:
            say_aloud(self.words, heard)
        self._heard = heard

    def _describe_cursor(self) -> str:
        index = self.chips.current
        if index < 0:
            return ""
        chip = self.chips.items[index]
        words = tr("Reading the list…") if chip.reading else format_recipient(chip.recipient)[:_SPOKEN]
        parts = [tr("{recipient}, {n} of {count}", recipient=words, n=index + 1, count=len(self.chips))]
        if len(self.chips.selected) > 1:
            parts.append(ntr("{n} selected", "{n} selected", len(self.chips.selected)))
        if told := " ".join(chip.told()):
            parts.append(told)
        return ". ".join(parts)

    # The menu --------------------------------------------------------------------------------------------------------

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        index = self.chip_at(event.pos())
        self.commit_edit(refocus=False)
        self.words.setFocus(Qt.FocusReason.PopupFocusReason)
        if index < 0 or index >= len(self.chips):
            self._open_line_menu(self.words, event)
            return
        if index not in self.chips.selected:
            self.go_to_chip(index)
        self.open_chip_menu().popup(event.globalPos())

    def _open_menu_at_words(self, event: QContextMenuEvent) -> None:
        if self.chips.current >= 0 and event.reason() == QContextMenuEvent.Reason.Keyboard:
            place = self.chip_rect(self.chips.current).bottomLeft()
            self.open_chip_menu().popup(self.viewport().mapToGlobal(place))
        else:
            self.go_to_words()
            self._open_line_menu(self.words, event)

    def open_chip_menu(self) -> QMenu:
        """Return the menu of the selected chips, to be shown; it deletes itself when it closes."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        edit = menu.addAction(tr("Edit"), lambda: self.edit_chip(self.chips.current))
        edit.setEnabled(self.isEnabled() and len(self.chips.selected) == 1)
        menu.addSeparator()
        cut = menu.addAction(tr("Cut"), self._cut)
        menu.addAction(tr("Copy"), partial(copy_selected, self))
        paste = menu.addAction(tr("Paste"), self.words.paste_from_clipboard)
        mime = entry_line.on_clipboard()
        paste.setEnabled(mime is not None and (mime.hasText() or mime.hasFormat(entry_line.MIME_TYPE)))
        self.more_actions(menu)
        menu.addSeparator()
        remove = menu.addAction(tr("Remove"), self._remove)
        for action in (cut, paste, remove):
            action.setEnabled(action.isEnabled() and self.isEnabled())
        return menu

    def _open_line_menu(self, line: EntryLine, event: QContextMenuEvent) -> None:
        menu = line.createStandardContextMenu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        paste = menu.findChild(QAction, "edit-paste")
        if isinstance(paste, QAction):
            # Qt's own paste would put a list into one line.
            paste.triggered.disconnect()
            paste.triggered.connect(line.paste_from_clipboard)
        menu.popup(event.globalPos())

    def _cut(self) -> None:
        copy_selected(self)
        self._remove()

    def _remove(self) -> None:
        self.remove_selected()
        self.go_to_words()


_WIDTH: Final = 420
_LONGEST: Final = 3_000


class ChipCard(QFrame):
    """A sheet in the window. The focus stays in the field; `take` gets its keys first while it is visible."""

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
        self._name.setText(name[:_LONGEST])
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

    def take_key(self, event: QKeyEvent) -> bool:
        """Hide at any key; Escape is for this alone."""
        if self.isHidden():
            return False
        self.hide()
        return event.key() == Qt.Key.Key_Escape
