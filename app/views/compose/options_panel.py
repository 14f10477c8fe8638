"""The panel of options: everything that can be said beside text and people, gone through by Tab, closed by Escape.

It is made when it is first opened: most letters want none of it.
"""

from __future__ import annotations

from functools import partial
from itertools import pairwise

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QVBoxLayout, QWidget

from app.core.i18n import tr
from app.domain.edits import Pending
from app.domain.message import Field, FlagStatus, Importance, Sensitivity
from app.ui.inputs import CheckBox, ChoiceBox
from app.ui.recipients_field import RecipientsField
from app.views.compose.options_inputs import (
    Boxed,
    CategoriesLine,
    HeadersEdit,
    OptionField,
    OptionLine,
    PlaceButton,
)
from app.views.compose.options_session import OptionsSession, Said
from app.views.compose.options_words import FLAG_CHOICES, IMPORTANCE_CHOICES, SENSITIVITY_CHOICES

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
        self._build()
        self.refresh()
        self._connect()

    # What is drawn ---------------------------------------------------------------------------------------------------

    def _choices(self, words: list[str]) -> ChoiceBox:
        box = ChoiceBox(self)
        box.addItems(words)
        return box

    def _build(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(16, 14, 16, 14)
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(10)
        for name, words, inner, row, column, wide in (
            ("importance", tr("Importance"), self.importance, 0, 0, 1),
            ("sensitivity", tr("Sensitivity"), self.sensitivity, 0, 1, 1),
            ("categories", tr("Categories"), self.categories, 0, 2, 2),
            ("flag", tr("Follow-up flag"), self.flag, 1, 0, 1),
            ("start", tr("Starts"), self.start, 1, 1, 1),
            ("due", tr("Due"), self.due, 1, 2, 1),
            ("reminder", tr("Remind me"), self.reminder, 1, 3, 1),
            ("deferred", tr("Send at"), self.deferred, 2, 0, 1),
            ("copy", tr("Copy"), self.copy, 2, 1, 1),
            ("reply_to", tr("Reply to"), Boxed(self.reply_to, self), 2, 2, 2),
            ("headers", tr("Custom headers"), self.headers, 3, 0, 2),
        ):
            self.fields[name] = field = OptionField(words, inner, self)
            grid.addWidget(field, row, column, 1, wide)
        checks = QVBoxLayout()
        checks.setContentsMargins(0, 16, 0, 0)
        checks.setSpacing(4)
        for check in self.checks.values():
            checks.addWidget(check)
        checks.addStretch(1)
        grid.addLayout(checks, 3, 2, 1, 2)
        for column in range(4):
            grid.setColumnStretch(column, 1)
        way: list[QWidget] = [*(field.inner for field in self.fields.values()), *self.checks.values()]
        for before, after in pairwise(widget.focusProxy() or widget for widget in way):
            QWidget.setTabOrder(before, after)

    def refresh(self) -> None:
        """Draw what is chosen; a line that has the focus is left to the person."""
        session, content = self.session, self.session.session.content
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
        pending = session.session.pending.get(Field.REPLY_TO, "")
        if self.reply_to.recipients() != content.options.reply_to and not self.reply_to.words.hasFocus():
            self.reply_to.set_recipients(content.options.reply_to, pending)

    def show_letter(self) -> None:
        """Show each line as the letter has it, with what was made of it."""
        session = self.session
        self.reply_to.set_recipients(session.options.reply_to, session.session.pending.get(Field.REPLY_TO, ""))
        self.refresh()
        for which, line in (("start", self.start), ("due", self.due)):
            self.fields[which].say(session.write_day(which, line.text()) if line.text() else Said())
        for name, field, line in (
            ("reminder", Field.REMINDER, self.reminder),
            ("deferred", Field.DEFERRED, self.deferred),
        ):
            half = session.session.pending.get(field, "")
            self.fields[name].say(session.write_moment(field, line.text()) if half else Said())
        self.fields["headers"].say(session.write_headers(self.headers.toPlainText()))

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
            self.fields[which].say(Said())
        self.told.emit()

    def _write_day(self, which: str, text: str) -> None:
        self.fields[which].say(self.session.write_day(which, text))
        # The other day may be wrong, or right, because of this one.
        other, line = ("due", self.due) if which == "start" else ("start", self.start)
        if line.text().strip():
            self.fields[other].say(self.session.write_day(other, line.text()))
        self.told.emit()

    def _write_moment(self, name: str, field: Field, text: str) -> None:
        self.fields[name].say(self.session.write_moment(field, text))
        self.told.emit()

    def _write_headers(self, text: str) -> None:
        self.fields["headers"].say(self.session.write_headers(text))
        self.told.emit()

    def _write_reply_to(self, edit: object) -> None:
        if isinstance(edit, Pending):
            self.session.session.edit(edit)
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
        """Make what is half typed among the people part of the letter."""
        self.reply_to.complete_pending()
        self.session.remember_categories()


def _check_words() -> tuple[str, str, str]:
    return tr("Ask for a read receipt"), tr("Ask for a delivery receipt"), tr("Ask for an answer")
