"""What can be done in a recipients field. Every change, however it was made, is emitted as an edit for the journal."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

import shiboken6
from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtWidgets import QWidget

from app.core.text import clean_text, mend_surrogates
from app.domain.edits import Pending, RecipientSplice
from app.domain.message import Field
from app.domain.recipient import Recipient, address_problem, format_recipient
from app.ui.recipients import entry_line
from app.ui.recipients.canvas import ChipCanvas
from app.ui.recipients.chips import Chip, Chips, History, Step
from app.ui.recipients.entry_line import EntryLine, ends_an_entry, has_grown, insert_apart


class ChipEditing(ChipCanvas):
    """The state of one field and its changes; keys and mouse come on top."""

    edited = Signal(object)
    """Emitted with a RecipientSplice or Pending of this field for every change that the person made."""

    def __init__(
        self,
        field: Field,
        run_off_thread: entry_line.RunOffThread = entry_line.run_in_thread,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.field = field
        self._run_off_thread = run_off_thread
        self._history = History()
        self._told = ""
        self._original = Recipient("")
        self._words_left = ""
        self.words.textChanged.connect(lambda _text: self._tell_pending())
        self.words.textEdited.connect(self._take_typed)
        self.words.pasted.connect(self.paste)
        self.words.composing_near.connect(self.go_to_words)

    # What stands here ------------------------------------------------------------------------------------------------

    def set_recipients(self, recipients: Iterable[Recipient], pending: str = "") -> None:
        """Show these recipients and the words that are none yet. Nothing is emitted, and nothing can be undone."""
        self._drop_editor()
        self.chips = Chips()
        self.chips.splice(0, 0, recipients)
        self._history = History()
        self._told = pending
        self.words.setText(pending)
        self.place_from(0)
        self._cursor_moved()

    def recipients(self) -> tuple[Recipient, ...]:
        """Return all recipients here, in order; one that is being edited as far as it is typed."""
        return self.chips.recipients()

    def pending(self) -> str:
        """Return the words that are no recipient yet."""
        return self._told

    def problems(self) -> list[int]:
        """Return which recipients cannot be sent to."""
        return [index for index, chip in enumerate(self.chips.items) if chip.sentence()]

    def mark_problem(self, index: int, sentence: str) -> None:
        """Show the chip red with `sentence` (the server's refusal) until it is edited; "" takes the mark away."""
        chip = self.chips.items[index]
        chip.mark, chip.width = sentence, 0
        self.place_from(index, follow=False)

    # Changes ---------------------------------------------------------------------------------------------------------

    def splice(
        self, index: int, removed: int, added: Iterable[Recipient], *, words: str = "", joined: bool = False
    ) -> None:
        """Replace `removed` recipients at `index` by `added`, to be undone as one; emit it."""
        came = tuple(added)
        gone = self._replace(index, removed, came)
        self._history.record(Step(index, gone, came, words, joined))

    def _replace(self, index: int, removed: int, added: tuple[Recipient, ...]) -> tuple[Recipient, ...]:
        gone = self.chips.splice(index, removed, added)
        if self.editing >= index + removed and self.editing >= 0:
            self.editing += len(added) - len(gone)
        self.place_from(index)
        self.edited.emit(RecipientSplice(self.field, index, len(gone), added))
        self._cursor_moved()
        return gone

    def take_for_words(self, recipient: Recipient) -> None:
        """Put `recipient` in place of the words after the chips."""
        self.splice(len(self.chips), 0, (recipient,), words=self.words.text())
        self.words.setText("")

    def take_for_edit(self, recipient: Recipient) -> None:
        """Put `recipient` in place of the chip that is edited."""
        if self.editor is not None:
            index, original = self.editing, self._original
            self._drop_editor(refocus=True)
            self._replace(index, 1, (recipient,))
            self._history.record(Step(index, (original,), (recipient,)))
            self.go_to_chip(index)

    def take_for_chip(self, chip: Chip, recipients: Iterable[Recipient]) -> bool:
        """Put `recipients` in place of a chip, to be taken back as one; False where it is gone or being edited."""
        index = self.index_of(chip)
        if index < 0 or index == self.editing:
            return False
        self.splice(index, 1, recipients)
        return True

    def index_of(self, chip: Chip) -> int:
        """Return where a chip stands now, -1 where it is gone."""
        return next((index for index, other in enumerate(self.chips.items) if other is chip), -1)

    def hold_place(self, name: str, *, words: str = "") -> Chip:
        """Put a chip after the others for those that `name` means, while they are being looked up."""
        self.splice(len(self.chips), 0, (Recipient(name),), words=words)
        chip = self.chips.items[-1]
        chip.reading, chip.width = True, 0
        self.place_from(len(self.chips) - 1)
        return chip

    def give_up_place(self, chip: Chip, sentence: str) -> None:
        """Say that no recipient was found for a chip that held a place."""
        chip.reading = False
        index = self.index_of(chip)
        if index >= 0:
            self.mark_problem(index, sentence)

    def complete_pending(self) -> bool:
        """Make chips of all that is typed or still being read, now; return whether something was."""
        editing = self.editing >= 0
        self.commit_edit(refocus=False)
        reading = [index for index, chip in enumerate(self.chips.items) if chip.reading]
        for index in reversed(reading):
            self.splice(index, 1, entry_line.read_recipients(self.chips.items[index].recipient.address))
        return self.complete_words() or editing or bool(reading)

    def complete_words(self) -> bool:
        """Make chips of the words after the chips; return whether there were any."""
        text = self.words.text()
        if text:
            # First the recipient, then the end of the words: a crash between the two repeats, and loses nothing.
            if text.strip():
                self.insert_list(text, len(self.chips), words=text)
            self.words.setText("")
        return bool(text.strip())

    def insert_list(self, text: str, index: int, words: str = "") -> None:
        """Insert all recipients named in `text`. A long one is read elsewhere; one chip holds its place meanwhile."""
        text = mend_surrogates(text)
        if len(text) <= entry_line.LONG_TEXT:
            recipients = entry_line.read_recipients(text)
            if recipients:
                self.splice(index, 0, recipients, words=words)
            return
        self.splice(index, 0, (Recipient(text),))
        chip = self.chips.items[index]
        chip.reading, chip.width = True, 0
        self.place_from(index)
        self._run_off_thread(partial(entry_line.read_recipients, text), partial(self._deliver, chip))

    def _deliver(self, chip: Chip, recipients: list[Recipient]) -> None:
        """Put what was read where its chip stands, unless that was removed or read already."""
        if shiboken6.isValid(self):
            self.take_for_chip(chip, recipients)

    def remove_selected(self) -> None:
        """Remove the selected chips, as one change."""
        joined = False
        for index, count in self.chips.selected_runs():
            self.splice(index, count, (), joined=joined)
            joined = True

    def undo(self) -> bool:
        """Take back the last change of the chips; words that became a chip are words again."""
        return self._travel(self._history.done, self._history.undone, back=True)

    def redo(self) -> bool:
        """Make the change again that was taken back last."""
        return self._travel(self._history.undone, self._history.done, back=False)

    def _travel(self, source: list[Step], target: list[Step], *, back: bool) -> bool:
        self.commit_edit()
        if not source:
            return False
        self.go_to_words()
        while source:
            step = source.pop()
            target.append(step)
            gone, came = (step.added, step.removed) if back else (step.removed, step.added)
            if back and step.words and not self.words.text():
                self.words.setText(step.words)
            self._replace(step.index, len(gone), came)
            if not back and self.words.text() == step.words:
                self.words.setText("")
            if not (step.joined if back else source and source[-1].joined):
                break
        return True

    # Words -----------------------------------------------------------------------------------------------------------

    def _take_typed(self, text: str) -> None:
        self._tell_pending()
        self.go_to_words()
        if ends_an_entry(text):
            self.complete_words()

    def _tell_pending(self) -> None:
        # Not the signal's own text: textEdited comes before textChanged, and may have emptied the line meanwhile.
        text = mend_surrogates(self.words.text())
        if text != self._told:
            self._told = text
            self.edited.emit(Pending(self.field, text))
            self._arrange_words()

    def _arrange_words(self) -> None:
        self._follow = True
        self._arrange(redraw=False)

    def paste(self, mime: QMimeData) -> None:
        """Take recipients or text in. A list becomes chips; a piece of an address goes into the words."""
        index = self.chips.current + 1 if self.chips.current >= 0 else len(self.chips)
        recipients = entry_line.from_mime(mime)
        text = mime.text()
        if recipients:
            self.splice(index, 0, recipients)
        elif self.chips.current >= 0:
            self.insert_list(text, index)
        elif self._is_list(text):
            if self.words.selectedText() == self.words.text():
                self.words.setText("")
            self.insert_list(text, index)
        else:
            insert_apart(self.words, clean_text(text, lines=False))

    def _is_list(self, text: str) -> bool:
        """Return whether `text` stands for itself: several recipients, or one address where nothing is typed."""
        if len(text) > entry_line.LONG_TEXT:
            return True
        found = entry_line.read_recipients(text)
        typed = self.words.text().strip()
        alone = not typed or self.words.selectedText().strip() == typed
        return len(found) > 1 or (alone and len(found) == 1 and not address_problem(found[0].address))

    # One chip in place -----------------------------------------------------------------------------------------------

    def edit_chip(self, index: int, *, anew: bool = False) -> None:
        """Put the line for editing in place of a chip, with the focus in it; `anew`: what is typed takes its place."""
        self.commit_edit(refocus=False)
        if not 0 <= index < len(self.chips) or self.chips.items[index].reading:
            return
        self.go_to_words()
        self._original = self.chips.items[index].recipient
        self.editor = EntryLine(self.viewport())
        self.editor.setFont(self.font())
        self.editor.setText(_written(self._original))
        self._words_left = _not_to_grow(self._original, self.editor.text())
        self.editing = index
        self.prepare_editor(self.editor)
        self.editor.textEdited.connect(self._take_edit)
        self.editor.pasted.connect(self._paste_into_editor)
        self.editor.left.connect(partial(self.commit_edit, refocus=False))
        self.place_from(index)
        self.finish_placing()
        self.editor.show()
        self.editor.setFocus(Qt.FocusReason.PopupFocusReason)
        if anew:
            self.editor.selectAll()

    def prepare_editor(self, editor: EntryLine) -> None:
        """Tie keys and menu to the line (for the class that has them)."""

    def _take_edit(self, text: str) -> None:
        """Emit what is typed into a chip at once, so that it is in the journal before it is finished."""
        found = self._read_edit(text)
        if found:
            self._set_edited(found[0] if len(found) == 1 else Recipient(clean_text(text, lines=False).strip()))
        self.place_from(self.editing)
        if ends_an_entry(text):
            self.commit_edit()

    def _read_edit(self, text: str) -> list[Recipient]:
        """Return whom the line of a chip names. The words it was opened with are never made part of an address: where
        one was typed right behind or before them, it is not known where it begins, and the chip stays to be mended.
        """
        left = self._words_left = self._words_left if self._words_left in text else ""
        found = entry_line.read_recipients(text)
        if left and any(one.name for one in found) and has_grown(left, text):
            return [Recipient(clean_text(text, lines=False).strip(" ,;"))]
        return found

    def _set_edited(self, recipient: Recipient) -> None:
        if self.chips.items[self.editing].recipient != recipient:
            self.chips.items[self.editing] = Chip(recipient)
            self.edited.emit(RecipientSplice(self.field, self.editing, 1, (recipient,)))

    def _paste_into_editor(self, mime: QMimeData) -> None:
        if self.editor is not None:
            lines = [line.strip() for line in clean_text(mime.text(), lines=True).split("\n")]
            insert_apart(self.editor, "; ".join(line for line in lines if line))

    def commit_edit(self, *, refocus: bool = True) -> None:
        """Make chips of what stands in the line; the cursor goes to the chip, or to the words where nothing is left."""
        if self.editor is None:
            return
        index, text = self.editing, self.editor.text()
        unchanged = text == _written(self._original)
        found = (self._original,) if unchanged else tuple(self._read_edit(text))
        self._drop_editor(refocus=refocus)
        if found != (self.chips.items[index].recipient,):
            self._replace(index, 1, found)
        if found != (self._original,):
            self._history.record(Step(index, (self._original,), found))
        self.place_from(index)
        if refocus and found:
            self.go_to_chip(index + len(found) - 1)

    def cancel_edit(self) -> None:
        """Leave the chip as it was before."""
        if self.editor is not None:
            index = self.editing
            self._set_edited(self._original)
            self._drop_editor(refocus=True)
            self.place_from(index)
            self.go_to_chip(index)

    def _drop_editor(self, *, refocus: bool = False) -> None:
        editor, self.editor, self.editing = self.editor, None, -1
        if editor is not None:
            if refocus:
                self.words.setFocus(Qt.FocusReason.PopupFocusReason)
            editor.blockSignals(True)
            editor.hide()
            editor.deleteLater()

    # The cursor ------------------------------------------------------------------------------------------------------

    def go_to_words(self) -> None:
        """Leave the chips, if the cursor is there."""
        if self.chips.selected:
            self.chips.leave()
            self._cursor_moved()

    def go_to_chip(self, index: int, *, extend: bool = False) -> None:
        """Put the cursor on a chip."""
        if self.chips.items:
            self.chips.move_to(index, extend=extend)
            self._cursor_moved()

    def show_selection(self) -> None:
        """Show a selection that was changed chip by chip."""
        self._cursor_moved()

    def _cursor_moved(self) -> None:
        self.words.set_quiet(self.chips.current >= 0)
        self.show_cursor()

    def describe_words(self) -> None:
        """Let the words say to a screen reader what they are (for the class that says it)."""


def _written(recipient: Recipient) -> str:
    """Return the text that stands for a recipient while it is edited. Words stand there as they are, if they are one
    entry: within quotes they would stay words, whatever was mended in them.
    """
    words = recipient.address
    plain = not recipient.name and recipient.routing == "SMTP" and len(entry_line.read_recipients(words)) == 1
    return words if plain else format_recipient(recipient)


def _not_to_grow(original: Recipient, written: str) -> str:
    """Return the words of a chip that no address is to be made of: a name, or one that an address ran into before."""
    is_begun = "@" in written and entry_line.read_recipients(written) == [original]
    return "" if is_begun else written
