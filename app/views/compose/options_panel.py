"""The panel where they are set; loaded late.

It is made when it is first opened: most messages want none of it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import pairwise

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app.core.i18n import tr
from app.domain.edits import Pending
from app.domain.message import Field, FlagStatus, Importance, Sensitivity
from app.ui import theme
from app.ui.inputs import CheckBox, ChoiceBox, FormLine
from app.ui.recipients.field import RecipientsField
from app.ui.widgets import Label, is_access_key, plain_caption, plain_tip, say_aloud
from app.views.compose.options_session import (
    FLAG_CHOICES,
    IMPORTANCE_CHOICES,
    SENSITIVITY_CHOICES,
    OptionsSession,
    Understood,
)

_HEIGHT = 34
_COLUMNS = 4
_WIDE = 520
"""Pixels from which on the options stand in so many columns, and else in half of them."""


class OptionField(QWidget):
    """A label, an input, and a line of words under it where there is something to say."""

    def __init__(self, words: str, inner: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.inner = inner
        self._label = Label(words, self)
        self._label.setFont(theme.font(size=12, semibold=True))
        self._label.setProperty("tone", "muted")
        self._label.setBuddy(inner)
        inner.setAccessibleName(words)
        inner.setAccessibleDescription(words if isinstance(inner, ChoiceBox) else "")  # its name is what is chosen
        inner.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)  # the columns are as wide alike
        if not isinstance(inner, QPlainTextEdit):
            inner.setMinimumHeight(_HEIGHT)
        self._said = Label(self)
        self._said.setFont(theme.font(size=12))
        self._said.setWordWrap(True)
        self._said.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        column.addWidget(self._label)
        column.addWidget(inner)
        column.addWidget(self._said)
        column.addStretch(1)
        self.setFocusProxy(inner)

    def show_understood(self, said: Understood) -> None:
        """Show how it was understood, or what is wrong."""
        if said.bad and said.words != self._said.text():
            say_aloud(self.inner, said.words)
        self._said.setText(said.words)
        self._said.setVisible(bool(said.words))
        self._said.setProperty("tone", "bad" if said.bad else "muted")
        self._said.style().polish(self._said)
        self.inner.setAccessibleDescription(said.words)

    def said(self) -> str:
        """Return the words under the input."""
        return self._said.text()


class OptionLine(FormLine):
    """One line that reports every key."""

    def __init__(self, hint: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "box")
        self.setPlaceholderText(hint)
        self.setMaxLength(1000)

    def show_text(self, text: str) -> None:
        """Show `text` without telling it as typed."""
        if text != self.text():
            self.setText(text)
            self.setCursorPosition(0)


class CategoriesLine(OptionLine):
    """Names with commas between them; a name that was used before is completed behind what is typed."""

    listed = Signal(str)
    """The list as it counts: without what is only offered."""

    def __init__(self, hint: str, complete: Callable[[str], str], parent: QWidget | None = None) -> None:
        super().__init__(hint, parent)
        self._complete = complete
        self._deleting = False
        self.textEdited.connect(self._take)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        offered = self._offered()
        self._deleting = event.key() in {Qt.Key.Key_Backspace, Qt.Key.Key_Delete}
        if offered and event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Right, Qt.Key.Key_End}:
            self._accept()
            return
        if offered and event.text() in {",", ";"}:
            self._accept()
        super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take what is offered when the line is left by Tab, as with Enter."""
        if self._offered():
            self._accept()
        super().focusOutEvent(event)

    def _offered(self) -> str:
        at_end = self.selectionStart() >= 0 and self.selectionEnd() == len(self.text())
        return self.selectedText() if at_end and self.selectionStart() > 0 else ""

    def _accept(self) -> None:
        self.end(False)
        self.listed.emit(self.text())

    def _take(self, text: str) -> None:
        rest = self._complete(text) if not self._deleting and self.cursorPosition() == len(text) else ""
        if rest:
            self.setText(text + rest)
            self.setSelection(len(text), len(rest))
        self.listed.emit(text)


class HeadersEdit(QPlainTextEdit):
    """Custom headers, one a line. Tab goes on to the next field."""

    typed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._telling = True
        self.setTabChangesFocus(True)
        self.document().setDocumentMargin(7)
        self.setPlaceholderText("X-Project: Northwind")
        self.setFixedHeight(3 * self.fontMetrics().lineSpacing() + 14)
        self.setFrameShape(QPlainTextEdit.Shape.NoFrame)
        self.setProperty("kind", "box")
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.textChanged.connect(self._tell)

    def show_text(self, text: str) -> None:
        """Show `text` without telling it as typed."""
        self._telling = False
        self.setPlainText(text)
        self._telling = True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if is_access_key(event) or event.key() == Qt.Key.Key_Escape:
            event.ignore()
        else:
            super().keyPressEvent(event)

    def _tell(self) -> None:
        if self._telling:
            self.typed.emit(self.toPlainText())


class PlaceButton(QPushButton):
    """Says where the copy goes, cut with an ellipsis where there is no room; pressed, it asks for another place."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._place = ""
        self.setAutoDefault(True)
        self.setStyleSheet("text-align: left;")

    def show_place(self, place: str, words: str) -> None:
        """Show `place`; `words` say it in full, for screen readers and for the tip."""
        self._place = place
        self.setAccessibleName(words)
        self.setToolTip(plain_tip(words))
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        room = max(0, self.width() - 26)
        text = self.fontMetrics().elidedText(self._place, Qt.TextElideMode.ElideRight, room)
        self.setText(plain_caption(text))


class Boxed(QFrame):
    """A frame about an input that has none of its own, in the manner of the lines beside it."""

    def __init__(self, inner: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "box")
        line = QHBoxLayout(self)
        line.setContentsMargins(8, 2, 8, 2)
        line.addWidget(inner)
        self.setFocusProxy(inner)


_CHECKS = (Field.READ_RECEIPT, Field.DELIVERY_RECEIPT, Field.RESPONSE_REQUESTED)


class OptionsPanel(QFrame):
    """Draws an OptionsSession. `told` says that something was chosen, `folder_wanted` that a folder is to be named."""

    told = Signal()
    folder_wanted = Signal()

    def __init__(self, session: OptionsSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.setProperty("kind", "popup")
        self.setAccessibleName(tr("Options"))
        self.importance = self._choices([tr(IMPORTANCE_CHOICES[one]) for one in Importance])
        self.sensitivity = self._choices([tr(SENSITIVITY_CHOICES[one]) for one in Sensitivity])
        self.flag = self._choices([tr(FLAG_CHOICES[one]) for one in FlagStatus])
        self.categories = CategoriesLine(tr("Blue, Budget"), session.completion, self)
        day, moment = session.example_day(), tr("tomorrow 8")
        self.start, self.due = OptionLine(day, self), OptionLine(day, self)
        self.reminder, self.deferred = OptionLine(moment, self), OptionLine(moment, self)
        self.reply_to = RecipientsField(Field.REPLY_TO, tr("Reply to"))
        self.headers = HeadersEdit(self)
        self.copy = PlaceButton(self)
        self.checks = {field: CheckBox(words, self) for field, words in zip(_CHECKS, _check_words(), strict=True)}
        self.fields: dict[str, OptionField] = {}
        self._parts: list[tuple[QWidget, int]] = []
        self._columns = 0
        self._build()
        self.refresh()
        self._connect()

    # What is drawn ---------------------------------------------------------------------------------------------------

    def _choices(self, words: list[str]) -> ChoiceBox:
        box = ChoiceBox(self)
        box.addItems(words)
        return box

    def _build(self) -> None:
        self._grid = grid = QGridLayout(self)
        grid.setContentsMargins(16, 14, 16, 14)
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(10)
        for name, words, inner, wide in (
            ("importance", tr("Importance"), self.importance, 1),
            ("sensitivity", tr("Sensitivity"), self.sensitivity, 1),
            ("categories", tr("Categories"), self.categories, 2),
            ("flag", tr("Follow-up flag"), self.flag, 1),
            ("start", tr("Starts"), self.start, 1),
            ("due", tr("Due"), self.due, 1),
            ("reminder", tr("Remind me"), self.reminder, 1),
            ("deferred", tr("Send at"), self.deferred, 1),
            ("copy", tr("Copy"), self.copy, 1),
            ("reply_to", tr("Reply to"), Boxed(self.reply_to, self), 2),
            ("headers", tr("Custom headers"), self.headers, 2),
        ):
            self.fields[name] = OptionField(words, inner, self)
            self._parts.append((self.fields[name], wide))
        checks = QWidget(self)
        column = QVBoxLayout(checks)
        column.setContentsMargins(0, 16, 0, 0)
        column.setSpacing(4)
        for check in self.checks.values():
            column.addWidget(check)
        column.addStretch(1)
        self._parts.append((checks, 2))
        self._arrange(_COLUMNS)
        way: list[QWidget] = [*(field.inner for field in self.fields.values()), *self.checks.values()]
        for before, after in pairwise(widget.focusProxy() or widget for widget in way):
            QWidget.setTabOrder(before, after)

    def _arrange(self, columns: int) -> None:
        """Put the options side by side in so many columns, in their order."""
        self._columns = columns
        row, at = 0, 0
        for part, wide in self._parts:
            if at + wide > columns:
                row, at = row + 1, 0
            self._grid.addWidget(part, row, at, 1, wide)
            at += wide
        for column in range(_COLUMNS):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        columns = _COLUMNS if self.width() >= _WIDE else _COLUMNS // 2
        if columns != self._columns:
            self._arrange(columns)

    def refresh(self) -> None:
        """Draw what is chosen; a line that has the focus is left to the person."""
        session, content = self.session, self.session.draft.content
        self.importance.setCurrentIndex(list(Importance).index(content.importance))
        self.sensitivity.setCurrentIndex(list(Sensitivity).index(content.options.sensitivity))
        self.flag.setCurrentIndex(list(FlagStatus).index(content.options.follow_up.status))
        for field, check in self.checks.items():
            check.setChecked(bool(content.value(field)))
        self.copy.show_place(session.place_text(), session.copy_text())
        texts = {
            self.categories: ", ".join(content.options.categories),
            self.start: session.day_text("start"),
            self.due: session.day_text("due"),
            self.reminder: session.moment_text(Field.REMINDER),
            self.deferred: session.moment_text(Field.DEFERRED),
        }
        for line, text in texts.items():
            if not line.hasFocus():
                line.show_text(text)
        if not self.headers.hasFocus() and self.headers.toPlainText() != session.headers_text():
            self.headers.show_text(session.headers_text())
        pending = session.draft.pending.get(Field.REPLY_TO, "")
        if self.reply_to.recipients() != content.options.reply_to and not self.reply_to.words.hasFocus():
            self.reply_to.set_recipients(content.options.reply_to, pending)

    def show_message(self) -> None:
        """Show each line as the message has it, with what was made of it."""
        session = self.session
        self.reply_to.set_recipients(session.options.reply_to, session.draft.pending.get(Field.REPLY_TO, ""))
        self.refresh()
        for which, line in (("start", self.start), ("due", self.due)):
            self.fields[which].show_understood(session.write_day(which, line.text()) if line.text() else Understood())
        for name, field, line in (
            ("reminder", Field.REMINDER, self.reminder),
            ("deferred", Field.DEFERRED, self.deferred),
        ):
            half = session.draft.pending.get(field, "")
            self.fields[name].show_understood(session.write_moment(field, line.text()) if half else Understood())
        self.fields["headers"].show_understood(session.write_headers(self.headers.toPlainText()))

    # What is done ----------------------------------------------------------------------------------------------------

    def _connect(self) -> None:
        session = self.session
        self.importance.activated.connect(lambda n: session.set_importance(list(Importance)[n]))
        self.sensitivity.activated.connect(lambda n: session.choose(Field.SENSITIVITY, list(Sensitivity)[n]))
        self.flag.activated.connect(self._set_flag)
        self.categories.listed.connect(session.write_categories)
        self.start.textEdited.connect(partial(self._write_day, "start"))
        self.due.textEdited.connect(partial(self._write_day, "due"))
        self.reminder.textEdited.connect(partial(self._write_moment, "reminder", Field.REMINDER))
        self.deferred.textEdited.connect(partial(self._write_moment, "deferred", Field.DEFERRED))
        self.headers.typed.connect(self._write_headers)
        self.reply_to.edited.connect(self._write_reply_to)
        self.copy.clicked.connect(self.folder_wanted)
        for field, check in self.checks.items():
            check.toggled.connect(partial(session.choose, field))

    def _set_flag(self, number: int) -> None:
        self.session.set_flag(list(FlagStatus)[number])
        for which, line in (("start", self.start), ("due", self.due)):
            line.show_text(self.session.day_text(which))
            self.fields[which].show_understood(Understood())
        self.told.emit()

    def _write_day(self, which: str, text: str) -> None:
        self.fields[which].show_understood(self.session.write_day(which, text))
        # The other day may be wrong, or right, because of this one.
        other, line = ("due", self.due) if which == "start" else ("start", self.start)
        if line.text().strip():
            self.fields[other].show_understood(self.session.write_day(other, line.text()))
        self.told.emit()

    def _write_moment(self, name: str, field: Field, text: str) -> None:
        self.fields[name].show_understood(self.session.write_moment(field, text))
        self.told.emit()

    def _write_headers(self, text: str) -> None:
        self.fields["headers"].show_understood(self.session.write_headers(text))
        self.told.emit()

    def _write_reply_to(self, edit: object) -> None:
        if isinstance(edit, Pending):
            self.session.draft.edit(edit)
        else:
            self.session.set_reply_to(self.reply_to.recipients())
        self.told.emit()

    def focus_on(self, name: str) -> None:
        """Put the focus on an option by its name: that of a field, or that of a check."""
        check = next((box for field, box in self.checks.items() if field.value == name), None)
        widget: QWidget = check or self.fields[name]
        inner = widget.focusProxy() or widget
        (inner.focusProxy() or inner).setFocus()
        if isinstance(inner, OptionLine):
            inner.selectAll()

    def settle(self) -> None:
        """Make what is half typed among the people part of the message."""
        self.reply_to.complete_pending()
        self.session.remember_categories()


def _check_words() -> tuple[str, str, str]:
    return tr("Ask for a read receipt"), tr("Ask for a delivery receipt"), tr("Ask for an answer")
