"""Draws one message that is being written.

It stands beside the bar that says what is wrong, and never in its place.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QBoxLayout,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.commands.command import Context, Registry
from app.core.i18n import mark, tr
from app.core.text import utf16_length
from app.domain.message import Field, Importance
from app.services.checks.size import message_size
from app.ui import icons, keys
from app.ui.bars import MessageBar
from app.ui.drop_hint import DropHint
from app.ui.menus import open_menu
from app.ui.recipients.field import RecipientsField
from app.ui.widgets import Label, is_typed, plain_tip, say_aloud
from app.views.compose.action_button import ActionButton
from app.views.compose.attachments import AttachmentsArea
from app.views.compose.body import BodyField
from app.views.compose.body_actions import BodyWork
from app.views.compose.body_pictures import BodyPictures
from app.views.compose.fields import SubjectField
from app.views.compose.findings import FindingsBar, MessageFindings
from app.views.compose.options_area import OptionsArea
from app.views.compose.pickers import FromLine, LaterChoice, Picking, SnippetChoice, StyleChoice
from app.views.compose.recipients import RecipientFields
from app.views.compose.session import ComposeSession
from app.views.compose.text_menu import TextMenu

if TYPE_CHECKING:
    from app.ui.editor.spelling_client import Spelling

_SIDE = 28
_GAP = 6
_TOOLS: Final = (
    ("paperclip", mark("Attach files"), "compose.attach"),
    ("type", mark("Plain or formatted"), "text.format"),
    ("file-text", mark("Template or signature"), "compose.template"),
    ("clock", mark("Send later"), "compose.later"),
    ("sliders-horizontal", mark("Options"), "compose.options"),
)
"""The buttons in the line above a message: icon, words and command of each."""
_MORE: Final = ("compose.versions", "compose.discard_for_good")
"""The commands that have no button there."""
Offer = tuple[str, Callable[[], object]]
"""One thing to do: the words on its button, and what does it."""


class Aside(QWidget):
    """The word in one message's pane. Made when there is something to say."""

    def __init__(self, pane: QWidget) -> None:
        super().__init__(pane)
        self.bar = MessageBar(self, closable=True)
        line = QHBoxLayout(self)
        line.setContentsMargins(_SIDE, 0, _SIDE, 4)
        line.addWidget(self.bar)
        self._offer: Callable[[], object] | None = None
        self.bar.action_wanted.connect(lambda _: self.act())
        self._leave = QTimer(self)
        self._leave.setSingleShot(True)
        self._leave.timeout.connect(self.end)
        column = pane.layout()
        if isinstance(column, QBoxLayout):
            column.insertWidget(1, self)

    def show_words(self, words: str, milliseconds: int, *, tone: str = "info", offer: Offer | None = None) -> None:
        """Say it, for as long as it takes to be read; 0 leaves it until it is closed. `offer` is one thing to do, in
        words, and its doing: the word goes with it.
        """
        self._offer = None if offer is None else offer[1]
        self.bar.show_sentence(words, tone=tone, action=None if offer is None else ("aside", offer[0]))
        self.show()
        if milliseconds:
            self._leave.start(milliseconds)

    def act(self) -> bool:
        """Do what is offered; False where nothing is."""
        offer = self._offer
        if offer is None:
            return False
        self.end()
        offer()
        return True

    def end(self) -> None:
        """Hide the bar, and forget what it offered."""
        self._offer = None
        self._leave.stop()
        self.bar.dismiss()
        self.hide()


class ComposeView(QWidget):
    """The pane in which a message is written. `left` says that the person is done with it for now.

    It is made in two steps, `fill` being the second: together they would delay a key.
    """

    left = Signal()

    def __init__(self, session: ComposeSession, registry: Registry, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self._registry = registry
        self.setObjectName("pane")
        self.setAccessibleName(tr("Compose"))
        self.bar = MessageBar(self)
        self.bar.action_wanted.connect(self._act)
        self.recipients = {
            Field.TO: RecipientsField(Field.TO, tr("To")),
            Field.CC: RecipientsField(Field.CC, tr("Cc")),
            Field.BCC: RecipientsField(Field.BCC, tr("Bcc")),
        }
        self.subject = SubjectField(self)
        self.body = BodyField(registry.run, self)
        self._limit = Label(self)
        self._limit.setProperty("tone", "bad")
        self._limit.hide()
        self._labels: dict[Field, QLabel] = {}
        self.is_filled = False
        self._stopped = ""
        """What the bar said when the message was to be sent, and was not for it."""
        self.people: RecipientFields | None = None
        self.picking = Picking(self)
        self.options = OptionsArea(session.options, self, self.picking)
        self.later = LaterChoice(session, self.picking, session.now)
        self.style_choice = StyleChoice(session, self.body)
        self.snippets = SnippetChoice(
            session, self.body, self.picking, self.subject.setText, lambda: registry.run("account.signatures")
        )
        self.attachments = AttachmentsArea(session.files, self)
        self.body.plain.files_brought.connect(self.attachments.attach_mime)
        self.body.made_rich.connect(self.attachments.listen)
        self.body.made_rich.connect(lambda _: keys.show_tips(self, registry))
        self.body.made_rich.connect(lambda _: self._reach_tools())
        self.findings: MessageFindings | None = None
        self._whose: MessageBar | None = None
        self._drop_hint: DropHint | None = None
        self.setAcceptDrops(True)
        self._build()

    def fill(self) -> None:
        """Put the message in, and emit what is done to it from now on."""
        self._show_message()
        self._connect()
        self.people = self._know_people()
        self.findings = self._show_findings()
        keys.show_tips(self, self._registry)
        self.refresh()
        self.is_filled = True

    # What is drawn ---------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._build_strip())
        head = QVBoxLayout()
        head.setContentsMargins(_SIDE, 4, _SIDE, 0)
        head.setSpacing(6)
        head.addWidget(self.bar)
        self._finding_place = QVBoxLayout()
        head.addLayout(self._finding_place)
        head.addLayout(self._build_fields())
        head.addSpacing(4)
        head.addWidget(self.subject)
        head.addWidget(self._limit)
        head.addWidget(self.options)
        head.addWidget(self.attachments)
        head.addSpacing(2)
        line = QFrame(self)
        line.setProperty("kind", "line")
        line.setFixedHeight(1)
        head.addWidget(line)
        column.addLayout(head)
        text = QHBoxLayout()
        text.setContentsMargins(_SIDE, 14, 8, 8)
        text.addWidget(self.body)
        column.addLayout(text, 1)
        self._put_in_order()

    def _put_in_order(self) -> None:
        """Let Tab lead from field to field, from the text to what is done with it, and only then to the tools: each of
        them has its key, and none may stand in the way of Send.
        """
        written = [self.from_line, *self.recipients.values(), self.subject, self.body.plain]
        for first, second in pairwise([*written, *self._actions, *self._tools, self._more_tools, *self._more.values()]):
            QWidget.setTabOrder(first, second)
        # A screen reader walks the pane as it is seen: from the line above it down to the text.
        fields = [
            part for field, one in self.recipients.items() for part in (self._labels[field], one, self._more.get(field))
        ]
        strip = (self._state_icon, self._state, *self._tools, self._more_tools, *reversed(self._actions), self.bar)
        head = (self._from_label, self.from_line, *fields, self.subject, self._limit)
        for part in (*strip, *head, self.options, self.attachments, self.body):
            if part is not None:
                part.raise_()

    def _reach_tools(self) -> None:
        """Let Tab lead to the tools of formatted text too, behind the others."""
        tools = self.body.tools
        if tools is None:
            return
        for button in tools.buttons:
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the focus in the text
        for first, second in pairwise([self._more_tools, *tools.buttons, *self._more.values()]):
            QWidget.setTabOrder(first, second)

    def _build_strip(self) -> QHBoxLayout:
        self._state_icon = Label(self)
        self._state_look = ("", "")
        self._state = Label(self)
        self._state.setProperty("tone", "muted")
        self._important = self._button("flag", tr("High importance"), "compose.importance")
        self._important.setCheckable(True)
        self._discard = self._button("trash-2", tr("Discard"), "compose.discard")
        self._tools = [self._button(icon, tr(words), command) for icon, words, command in _TOOLS]
        self._send = self._button("send", tr("Send"), "compose.send", kind="primary")
        self._send.setText(tr("Send"))
        self._send.not_by_enter = self._how_to_send
        strip = QHBoxLayout()
        strip.setContentsMargins(_SIDE, 12, _SIDE, 8)
        strip.setSpacing(_GAP)
        strip.addWidget(self._state_icon)
        strip.addWidget(self._state)
        strip.addStretch(1)
        self._more_tools = self._button("ellipsis", tr("More"), "")
        self._more_tools.clicked.connect(self._offer_tools)
        for button in (*self._tools, self._more_tools):
            button.setProperty("tight", True)
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            strip.addWidget(button)
        self._actions = (self._send, self._important, self._discard)
        for button in reversed(self._actions):
            strip.addWidget(button)
        return strip

    def _button(self, icon: str, words: str, command: str, kind: str = "quiet") -> ActionButton:
        button = ActionButton(self._type_on, self)
        button.setProperty("kind", kind)
        icons.put(button, icon, "on_accent" if kind == "primary" else "muted")
        button.setAccessibleName(words)
        if command:
            keys.put_tip(button, words, command)
            button.clicked.connect(lambda: self._registry.run(command))
        else:
            button.setToolTip(plain_tip(words))
        return button

    def _fit_tools(self) -> None:
        """Show the buttons one by one where there is room beside how the message stands, else in the menu."""
        there = [self._state, *self._actions, *self._tools, self._more_tools]
        needed = sum(part.sizeHint().width() + _GAP for part in there) + _SIDE + 48
        wide = needed <= self.width()
        for button in self._tools:
            button.setVisible(wide)

    def _offer_tools(self) -> None:
        place = self._more_tools.mapToGlobal(QPoint(0, self._more_tools.height()))
        hidden = [
            command for button, (_, _, command) in zip(self._tools, _TOOLS, strict=True) if not button.isVisibleTo(self)
        ]
        open_menu(self, self._registry, [*hidden, "", *_MORE], place)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_tools()

    def _type_on(self, event: QKeyEvent) -> None:
        """Type in the text what was typed after a Tab that led on from it."""
        self.body.setFocus(Qt.FocusReason.OtherFocusReason)
        QApplication.sendEvent(self.body.editor, event)

    def _how_to_send(self) -> str:
        shown = keys.shown(self._registry.command("compose.send")).replace("Return", "Enter")
        return tr("Press Space or {keys} to send.", keys=shown)

    def _build_fields(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        self._from_label = from_label = Label(tr("From"), self)
        from_label.setProperty("tone", "muted")
        self.from_line = FromLine(self.session.sender, from_label, self.picking, self)
        grid.addWidget(from_label, 0, 0)
        grid.addWidget(self.from_line, 0, 1, Qt.AlignmentFlag.AlignLeft)
        # No access keys in labels or buttons: Alt+T and its like are commands, and Qt fires neither of two.
        for number, (field, words) in enumerate(
            ((Field.TO, tr("To")), (Field.CC, tr("Cc")), (Field.BCC, tr("Bcc"))), start=1
        ):
            label = Label(words, self)
            label.setProperty("tone", "muted")
            label.setBuddy(self.recipients[field])
            label.setMinimumWidth(36)
            self._labels[field] = label
            grid.addWidget(label, number, 0, Qt.AlignmentFlag.AlignTop)
            label.setContentsMargins(0, 7, 0, 0)
            grid.addWidget(self.recipients[field], number, 1)
        more = QHBoxLayout()
        more.setSpacing(0)
        self._more: dict[Field, QPushButton] = {}
        for field, words, command in ((Field.CC, tr("Cc"), "compose.cc"), (Field.BCC, tr("Bcc"), "compose.bcc")):
            button = QPushButton(words, self)
            button.setProperty("kind", "quiet")
            keys.put_tip(button, words, command)
            button.clicked.connect(lambda _checked=False, command=command: self._registry.run(command))
            self._more[field] = button
            more.addWidget(button)
        grid.addLayout(more, 1, 2, Qt.AlignmentFlag.AlignTop)
        return grid

    def _show_message(self) -> None:
        content, pending = self.session.content, self.session.pending
        for field, widget in self.recipients.items():
            widget.set_recipients(getattr(content, field.value), pending.get(field, ""))
            wanted = field is Field.TO or bool(getattr(content, field.value) or pending.get(field))
            self._show_field(field, shown=wanted)
        self.subject.set_subject(content.subject)
        self.text_menu = TextMenu(self.body, self._registry)
        self.text = BodyWork(self.body, self.picking, BodyPictures(self.body, self.session, self.session.attachments))
        if self.session.opened is not None:
            self.body.open_formatted(self.session.opened)
        else:
            self.body.set_body(self.session.body)

    def show_head(self) -> None:
        """Show whom it goes to and what it is about, as far as that is another than what is shown."""
        content = self.session.content
        for field, widget in self.recipients.items():
            people = getattr(content, field.value)
            if widget.recipients() != people:
                widget.set_recipients(people, self.session.pending.get(field, ""))
                if people:
                    self._show_field(field, shown=True)
        if self.subject.text() != content.subject:
            place = self.subject.cursorPosition()
            self.subject.set_subject(content.subject)
            self.subject.setCursorPosition(place)

    def _show_field(self, field: Field, *, shown: bool) -> None:
        self.recipients[field].setVisible(shown)
        self._labels[field].setVisible(shown)
        if field in self._more:
            self._more[field].setVisible(not shown)

    # What is done ----------------------------------------------------------------------------------------------------

    def _connect(self) -> None:
        for widget in self.recipients.values():
            widget.edited.connect(self.session.edit)
        self.subject.edited.connect(self.session.edit)
        self.body.edited.connect(self.session.edit)
        self.body.language_chosen.connect(self.subject.set_language)
        self.subject.returnPressed.connect(self.body.setFocus)
        self.session.changed.subscribe(lambda _: self.refresh())
        self.session.stopped.subscribe(lambda _: self._stop())
        self.session.files.changed.subscribe(lambda _: self._refresh_state())
        self.session.files.changed.subscribe(lambda _: self._weigh())
        for command, handler in self._registry:
            if command.context is Context.COMPOSE:
                keys.bind(self, [(command, handler)], Context.COMPOSE, self._registry.attempt)

    def set_spelling(self, spelling: Spelling) -> None:
        """Underline from now on what no dictionary knows, in the text and in the subject."""
        self.body.set_spelling(spelling)
        self.subject.set_spelling(spelling)

    def _know_people(self) -> RecipientFields | None:
        known, session = self.session.people, self.session
        if known is None:
            return None
        people = RecipientFields(self, known, session.account_id, session.spawn, self._registry)
        session.ended.subscribe(lambda _: people.close())
        session.sender.moved.subscribe(people.ask_of)
        self.options.panel_made.connect(lambda panel: people.attach(panel.reply_to))
        for widget in self.recipients.values():
            widget.words.returnPressed.connect(lambda words=widget.words: None if words.composing else self._go_on())
        return people

    def _weigh(self) -> None:
        if self.people is not None:
            self.people.weigh(message_size(self.session.content))

    def _show_findings(self) -> MessageFindings | None:
        if self.session.findings is None:
            return None
        bar = FindingsBar(self._registry, self._do_finding, self)
        self._finding_place.addWidget(bar)
        self.session.findings.changed.subscribe(lambda _: self._refresh_bar())
        return MessageFindings(self, self.session.findings, bar, self._registry)

    def _do_finding(self, number: int) -> None:
        if self.findings is not None:
            self.findings.act(number)

    def _go_on(self) -> None:
        """Enter with nothing left to complete: to the subject, or to the text where there is one already."""
        self.focus_field(Field.BODY if self.session.content.subject.strip() else Field.SUBJECT)

    def refresh(self) -> None:
        """Draw the session's state: the state line, the bar, what can be edited."""
        self._refresh_state()
        editable = self.session.can_edit()
        self.subject.setReadOnly(not editable)
        self.body.setReadOnly(not editable)
        for widget in self.recipients.values():
            widget.setEnabled(editable)
        self._send.setEnabled(editable)
        high = self.session.content.importance is Importance.HIGH
        self._important.setChecked(high)
        icons.put(self._important, "flag", "bad" if high else "muted")
        self.from_line.refresh(editable=editable)
        if self.people is not None:
            sender = self.session.content.sender
            self.people.send_as(sender.address if sender is not None else "")
        self._weigh()
        over = self.session.subject_problem()
        self._limit.setText(over)
        self._limit.setVisible(bool(over))
        self.options.refresh()
        self.attachments.refresh()
        self._refresh_bar()

    def _refresh_state(self) -> None:
        """Draw the state line alone, which says how far the attachments are."""
        state = self.session.state()
        if self._state.text() != state.text:
            self._state.setText(state.text)
            self._fit_tools()
            if state.tone in {"warn", "bad"}:
                say_aloud(self, state.text)  # that all is well is not said at each save
        self._state.setAccessibleName(state.text)
        if (state.icon, state.tone) != self._state_look:
            self._state_look = (state.icon, state.tone)
            icons.put(self._state_icon, state.icon, state.tone, 16)
            self._state.setProperty("tone", state.tone)
            self._state.style().polish(self._state)

    def _refresh_bar(self) -> None:
        self._say_whose()
        notice = self.session.notice()
        if notice is None:
            self._stopped = ""
            self.bar.clear()
        else:
            action = (notice.action, notice.action_words) if notice.action else None
            kept = self._stopped == notice.sentence
            said = tr("Not sent. {sentence}", sentence=notice.sentence) if kept else notice.sentence
            self.bar.show_sentence(said, tone=notice.tone, action=action, details=notice.details)

    def _stop(self) -> None:
        """Say that it was not sent, and go to the one thing that helps: the next Enter does it."""
        notice = self.session.notice()
        if notice is not None:
            self._stopped = notice.sentence
            self.bar.hear_again()
            self.refresh()
            self.bar.focus_action()

    def _say_whose(self) -> None:
        """Say whose words these are, for as long as nothing was written in them."""
        words = self.session.whose()
        if words and self._whose is None:
            self._whose = MessageBar(self, closable=True, by_escape=False)
            self._whose.action_wanted.connect(lambda _: self.put_left_out_in())
            self._whose.dismissed.connect(self.session.forget_author)
            self._finding_place.insertWidget(0, self._whose)
        if self._whose is not None and words:
            action = ("put-in", tr("Put them in")) if self.session.left_out() else None
            self._whose.show_sentence(words, action=action)
        elif self._whose is not None:
            self._whose.clear()

    def put_left_out_in(self) -> None:
        """Write to those to whom the author of these words wrote; who stands there already is not doubled."""
        for field, people in self.session.left_out().items():
            widget = self.recipients[field]
            there = {one.address.casefold() for one in widget.recipients()}
            fresh = [one for one in people if one.address.casefold() not in there]
            count = len(widget.recipients())
            widget.splice(count, count, fresh)
            self._show_field(field, shown=True)
        self.session.forget_author()
        self.focus_field(Field.TO)

    def save(self) -> None:
        """Save by hand, with what is half typed."""
        self.settle()
        self.session.save()

    def discard(self) -> None:
        """Throw the message away; it can be taken back."""
        self.settle()
        self.session.discard()

    def toggle_importance(self) -> None:
        """High importance, or back to normal; said, because the focus stays in the text."""
        self.session.toggle_importance()
        high = self.session.content.importance is Importance.HIGH
        say_aloud(self, tr("High importance") if high else tr("Normal importance"))

    def do_remedy(self) -> None:
        """Do what the bar offers."""
        if self.body.do_remedy():
            return
        notice = self.session.notice()
        if notice is not None and notice.action:
            self._act(notice.action)
        elif not any(aside.act() for aside in self.findChildren(Aside) if aside.isVisible()):
            self._do_finding(0)

    def _act(self, action: str) -> None:
        if action == "copy-details":
            self.bar.copy_details()
        else:
            self.session.act(action)

    def toggle_details(self) -> None:
        """Show or hide what the server said."""
        self.bar.show_details()

    def settle(self) -> None:
        """Make what is half typed part of the message: before sending, saving by hand, or leaving."""
        self.body.finish_pasting()
        for widget in self.recipients.values():
            widget.complete_pending()
        self.options.settle()

    def focus_field(self, field: Field) -> None:
        """Put the focus in a field, showing it first if it is hidden."""
        if field in self.recipients:
            self._show_field(field, shown=True)
            self.recipients[field].focus_input()
        elif field is Field.SUBJECT:
            self.subject.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self.subject.selectAll()
        else:
            self.body.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def select_words(self, words: str) -> bool:
        """Select words in the subject or the text, and go there; False where they do not stand there."""
        before, found, _ = self.subject.text().partition(words)
        if found:
            self.subject.setFocus(Qt.FocusReason.OtherFocusReason)
            self.subject.setSelection(utf16_length(before), utf16_length(words))
            return True
        return self.body.select_words(words)

    def focus_best(self) -> None:
        """Put the focus where it is wanted: on what is wrong, else on the first empty field, else in the body."""
        for field, widget in self.recipients.items():
            problems = widget.problems()
            if problems:
                self._show_field(field, shown=True)
                widget.edit_chip(problems[0], anew=True)
                return
        if self.options.focus_problem() or self.attachments.focus_problem():
            return
        placeholder = self.session.unfilled()
        if placeholder and self.select_words(placeholder):
            return
        if self.session.subject_problem():
            self.focus_field(Field.SUBJECT)
        elif not self.session.content.to and not self.session.pending.get(Field.TO):
            self.focus_field(Field.TO)
        elif not self.session.content.subject:
            self.focus_field(Field.SUBJECT)
        else:
            self.focus_field(Field.BODY)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self.attachments.welcome(event)
        if event.isAccepted():
            if self._drop_hint is None:
                self._drop_hint = DropHint("paperclip", tr("Drop the files here to attach them"), self)
            self._drop_hint.show_over()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        super().dragLeaveEvent(event)
        self._hide_drop_hint()

    def dropEvent(self, event: QDropEvent) -> None:
        self._hide_drop_hint()
        self.attachments.take_drop(event)

    def _hide_drop_hint(self) -> None:
        if self._drop_hint is not None:
            self._drop_hint.hide()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            if self.findings is not None and self.findings.dismiss():
                return
            aside = next((one for one in self.findChildren(Aside) if one.isVisible()), None)
            if aside is not None:
                aside.end()
            else:
                self.left.emit()
        elif is_typed(event) and self._is_at_tools():
            self._type_on(event)
        else:
            super().keyPressEvent(event)

    def _is_at_tools(self) -> bool:
        """Return whether a tool of formatted text has the focus: a Tab too many must not lose what follows it."""
        tools, focus = self.body.tools, QApplication.focusWidget()
        return tools is not None and focus is not None and tools.isAncestorOf(focus)
