"""Chosen from a list over the pane: time, sender, template."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import msgspec
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPaintEvent, QTextCursor
from PySide6.QtWidgets import QPushButton, QSizePolicy, QStyle, QStyleOptionButton, QStylePainter, QWidget

from app.core.formatting import moment_words
from app.core.i18n import mark, tr
from app.domain.edits import Unfilled
from app.domain.house_style import HouseStyle
from app.domain.message import Field
from app.domain.recipient import Recipient
from app.domain.version import VersionReason
from app.services.accounts.signatures import (
    FieldValues,
    Fragment,
    Snippet,
    SnippetKind,
    fill,
    find_signature,
    fragment_of,
    place_for,
    questions_in,
)
from app.services.checks.placeholders import placeholders_in
from app.ui import keys
from app.ui.elision import elided
from app.ui.widgets import Label, plain_caption
from app.views.compose.body import BodyField
from app.views.compose.session import ComposeSession, FromSession, Sender
from app.views.compose.typed_dates import read_moment, suggested_moments

if TYPE_CHECKING:
    from app.services.accounts.mailbox_discovery import Aids
    from app.ui.chooser import Pick, Picker


class Picking:
    """Holds the list of a pane."""

    def __init__(self, pane: QWidget) -> None:
        """Nothing is made yet."""
        self._pane = pane
        self._picker: Picker | None = None

    @property
    def is_open(self) -> bool:
        """Return whether something is being chosen."""
        return self._picker is not None and self._picker.isVisible()

    @property
    def picker(self) -> Picker:
        """Return the list."""
        if self._picker is None:
            from app.ui.chooser import Picker

            self._picker = Picker(self._pane, self._focus_pane)
        return self._picker

    def _focus_pane(self) -> None:
        focus_best = getattr(self._pane, "focus_best", None)
        if focus_best is not None:
            focus_best()


_ASIDE: Final = "aside"


class LaterChoice:
    """The choice for one message."""

    def __init__(self, session: ComposeSession, picking: Picking, now: Callable[[], float]) -> None:
        """Choose in `picking` for `session`; `now` is in seconds since the epoch."""
        self._session = session
        self._picking = picking
        self._now = now
        self._send: Callable[[], None] = lambda: None

    def ask_when(self, send: Callable[[], None]) -> None:
        """Ask when; `send` sends the message once its time is set."""
        if not self._session.can_edit():
            return
        from app.ui.chooser import Pick  # what most messages never want is not loaded with the first

        self._send = send
        now, kept = self._now(), self._session.content.options.deferred
        picks = [Pick(tr("At once"), 0.0)] if kept else []
        picks += [pick_moment(moment, now) for moment in suggested_moments(now)]
        picks.append(Pick(tr("When I send all that are ready"), _ASIDE, "F9"))
        note = tr("Type a time, such as tomorrow 8, Mon 9:00 or in 2 hours.")
        self._picking.picker.show_picks(tr("Send at"), picks, self._chosen, note, self._read)

    def _read(self, typed: str) -> Pick | None:
        return read_pick(typed, self._now())

    def _chosen(self, when: object) -> None:
        if when == _ASIDE:
            self._session.put_aside()
        elif isinstance(when, float):
            self._session.options.choose(Field.DEFERRED, float(int(when)))
            self._send()


def pick_moment(moment: float, now: float) -> Pick:
    """Return a moment that lies ahead as something to choose."""
    from app.ui.chooser import Pick

    return Pick(_words(moment, now), moment)


def read_pick(typed: str, now: float) -> Pick | None:
    """Return the moment that was typed as something to choose, None where it is not understood."""
    from app.ui.chooser import Pick

    moment = read_moment(typed, now)
    if moment is None:
        return None
    return pick_moment(moment, now) if moment > now else Pick(tr("That time has passed."), None, _words(moment, now))


def _words(moment: float, now: float) -> str:
    words = moment_words(moment, now)
    return words[:1].upper() + words[1:]


class FromLine(QPushButton):
    """Shown where there is more than one mailbox, or another than one's own was chosen; `label` is shown with it."""

    def __init__(self, session: FromSession, label: Label, picking: Picking, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._label = label
        self._picking = picking
        self.asked_for = False
        """Whether the person wanted to see it: then it comes at once."""
        self.setProperty("kind", "quiet")
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        keys.put_tip(self, tr("Send from another mailbox"), "compose.from", "Alt+F")
        self.clicked.connect(self.choose)

    def refresh(self, *, editable: bool) -> None:
        """Draw which it is."""
        text = self._session.text()
        self.setText(plain_caption(text))
        self.setAccessibleName(tr("From {mailbox}", mailbox=text))
        self.setEnabled(editable)
        shown = self._session.is_worth_showing() and (not self._comes_late() or self._session.sender is not None)
        self.setVisible(shown)
        self._label.setVisible(shown)

    def minimumSizeHint(self) -> QSize:
        """Give way where there is no room: what is cut is cut in its middle, and says so."""
        return QSize(80, super().minimumSizeHint().height())

    def shown_text(self) -> str:
        """Return the mailbox as far as there is room, with the end of its address."""
        option = QStyleOptionButton()
        self.initStyleOption(option)
        room = self.style().subElementRect(QStyle.SubElement.SE_PushButtonContents, option, self).width()
        return elided(self.fontMetrics(), self.text(), Qt.TextElideMode.ElideMiddle, room)

    def paintEvent(self, event: QPaintEvent) -> None:
        option = QStyleOptionButton()
        self.initStyleOption(option)
        option.text = self.shown_text()
        painter = QStylePainter(self)
        painter.drawControl(QStyle.ControlElement.CE_PushButton, option)
        painter.end()

    def _comes_late(self) -> bool:
        """Return whether it would push fields down under the person's hands: it waits until the pane is shown anew."""
        pane = self.parentWidget()
        return self.isHidden() and pane is not None and pane.isVisible() and not self.asked_for

    def choose(self) -> None:
        """Choose another mailbox by typing a part of its name or address."""
        from app.ui.chooser import Pick

        self.asked_for = True
        choices = self._session.choices()
        picks = [Pick(one.identity.name or one.identity.address, one, self._session.detail(one)) for one in choices]
        note = "" if len(choices) > 1 else tr("Other mailboxes are added in the settings (Ctrl+,).")
        self._picking.picker.show_picks(tr("Send from"), picks, self._chosen, note)

    def _chosen(self, sender: object) -> None:
        if isinstance(sender, Sender):
            self._session.choose(sender)


_NONE: Final = "none"
_MAKE: Final = "make"
_OPEN: Final = object()
"""The answer to a question that is left for later."""
_QUESTIONS: Final = {
    "name": mark("Your name"),
    "to.name": mark("Name of the recipient"),
    "to.first": mark("First name of the recipient"),
    "to.last": mark("Last name of the recipient"),
    "to.company": mark("Company of the recipient"),
}


def _question_words(question: str) -> str:
    """Return what is asked for: what a known field stands for, or what the template has in its braces."""
    known = _QUESTIONS.get(question.casefold())
    return tr(known) if known else question


class StyleChoice:
    """The style of one message's text that has no other: that of the account in which it is written."""

    def __init__(self, session: ComposeSession, body: BodyField) -> None:
        """Let text that is made formatted look so, and all of it when the message goes on in another account."""
        self._session, self._body = session, body
        body.turning.base = self.base
        session.sender.moved.subscribe(lambda _account_id: self._follow())

    def base(self) -> str:
        """Return the CSS around the body."""
        aids = self._session.options.aids
        return HouseStyle().base if aids is None else aids.styles.base(self._session.account_id)

    def _follow(self) -> None:
        """Wear the style of the account now chosen; a plain text wears it once it is made formatted."""
        if self._body.is_formatted() and not self._body.is_read_only():
            self._body.turning.wear_base()


class SnippetChoice:
    """The choice for one message. `put_subject` puts a template's subject where there is none."""

    def __init__(
        self,
        session: ComposeSession,
        body: BodyField,
        picking: Picking,
        put_subject: Callable[[str], None],
        make: Callable[[], object] = lambda: None,
    ) -> None:
        """Choose in `picking`, put into `body`; the signature follows the mailbox that the message is from. `make`
        shows where signatures and templates are made.
        """
        self._session = session
        self._body = body
        self._picking = picking
        self._put_subject = put_subject
        self._make = make
        session.sender.chosen.subscribe(self._sender_chosen)

    @property
    def _aids(self) -> Aids | None:
        return self._session.options.aids

    def ask_which(self) -> None:
        """Choose one by typing a part of its name."""
        record, aids = self._session.record, self._aids
        if record is None or aids is None or not self._session.can_edit():
            return
        from app.ui.chooser import Pick

        snippets = aids.signatures.all(record.account_id)
        kinds = {SnippetKind.SIGNATURE: tr("Signature"), SnippetKind.TEMPLATE: tr("Template")}
        picks = [Pick(one.name or one.first_words, one, kinds[one.kind]) for one in snippets]
        if self._found() is not None:
            picks.append(Pick(tr("No signature"), _NONE))
        if not snippets:
            picks.append(Pick(tr("Make a signature or a template…"), _MAKE, tr("Settings")))
        note = "" if snippets else tr("There are none yet.")
        self._picking.picker.show_picks(tr("Template or signature"), picks, self._chosen, note)

    def _chosen(self, thing: object) -> None:
        if thing == _MAKE:
            self._make()
        elif not isinstance(thing, Snippet):
            self.put_signature(None)
        elif thing.kind is SnippetKind.SIGNATURE:
            self.put_signature(thing)
        else:
            self._put_template(thing)

    def put_signature(self, snippet: Snippet | None) -> None:
        """Put a signature where the one before stands, or at its place; None takes that one out."""
        record, aids = self._session.record, self._aids
        if record is None or aids is None or self._body.is_read_only():
            return
        self._body.finish_pasting()
        found = self._found()
        if snippet is None:
            fragment = Fragment("")
        else:
            fragment = fragment_of(snippet, aids.signatures.facts(record.account_id, self._session.content))
        start, end = found if found is not None else (place_for(self._body.words_above()),) * 2
        cursor = QTextCursor(self._body.editor.document())
        start = start if snippet is not None or found is None else self._above(start)
        cursor.setPosition(start)
        cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        before = self._body.editor.textCursor()
        gap = 0 if found is not None or snippet is None else 2
        self._remember_unfilled(fragment)
        self._insert(cursor, fragment, gap)
        self._body.editor.setTextCursor(before)
        placed = QTextCursor(self._body.editor.document())
        placed.setPosition(start + gap)
        placed.setPosition(cursor.position(), QTextCursor.MoveMode.KeepAnchor)
        words = placed.selectedText().replace("\u2029", "\n").replace("\u2028", "\n")
        self._session.remember_signature(fragment.words() if fragment.kept and self._body.is_formatted() else words)

    def _above(self, start: int) -> int:
        """Return where the room above a signature begins, which goes with it."""
        cursor = QTextCursor(self._body.editor.document())
        cursor.setPosition(max(0, start - 2))
        cursor.setPosition(start, QTextCursor.MoveMode.KeepAnchor)
        room = cursor.selectedText()
        return start - (len(room) - len(room.rstrip("\u2029")))

    def _put_template(self, snippet: Snippet) -> None:
        record, aids = self._session.record, self._aids
        if record is None or aids is None or self._body.is_read_only():
            return
        self._body.finish_pasting()
        facts = aids.signatures.facts(record.account_id, self._session.content)
        self._ask_next(snippet, facts, questions_in(snippet, facts))

    def _ask_next(self, snippet: Snippet, facts: FieldValues, questions: list[str]) -> None:
        """Ask what a template wants to know, one after the other, and put it in then. Escape gives the template up."""
        if not questions:
            self._place_template(snippet, facts)
            return
        from app.ui.chooser import Pick

        question, rest = questions[0], questions[1:]

        def answered(said: object) -> None:
            answers = facts.answers if said is _OPEN else {**facts.answers, question: str(said)}
            self._ask_next(snippet, msgspec.structs.replace(facts, answers=answers), rest)

        self._picking.picker.show_picks(
            _question_words(question),
            [Pick(tr("Leave it open"), _OPEN)],
            answered,
            tr("Type what the template is to say. What you leave open is asked about before it is sent."),
            lambda typed: Pick(typed.strip(), typed.strip()) if typed.strip() else None,
        )

    def _place_template(self, snippet: Snippet, facts: FieldValues) -> None:
        if self._body.is_read_only():
            return
        if snippet.html:
            self._body.with_formatted(lambda _rich: self._fill_in(snippet, facts))
        else:
            self._fill_in(snippet, facts)

    def _fill_in(self, snippet: Snippet, facts: FieldValues) -> None:
        cursor, fragment = self._body.editor.textCursor(), fragment_of(snippet, facts)
        if self._body.rich is not None and self._body.is_formatted():
            self._body.rich.tell_now()
        self._session.mark_version(VersionReason.TEMPLATE)
        wants_subject = bool(snippet.subject) and not self._session.content.subject.strip()
        subject = fill(snippet.subject, facts) if wants_subject else ""
        self._remember_unfilled(fragment, subject)
        self._insert(cursor, fragment, 0)
        self._body.editor.setTextCursor(cursor)
        self._body.editor.ensureCursorVisible()
        if wants_subject:
            self._put_subject(subject)

    def _remember_unfilled(self, fragment: Fragment, subject: str = "") -> None:
        """Journal which placeholders come in with a snippet, before they do: none must be sent by an oversight."""
        texts = [subject, fragment.text]
        if fragment.html:
            from app.domain.visible_text import plain_text

            texts.append(plain_text(fragment.html))
        placeholders = placeholders_in(*texts)
        if placeholders:
            self._session.edit(Unfilled(placeholders))

    def _insert(self, cursor: QTextCursor, fragment: Fragment, gap: int) -> None:
        """Put `fragment` in place of what is selected, in one step that can be undone."""
        rich = self._body.rich
        if rich is None or not self._body.is_formatted():
            cursor.insertText("\n" * gap + fragment.text)
            return
        from app.domain.blocks import Paragraph

        if fragment.text or fragment.html:
            rich.insert_blocks([Paragraph()] * gap + fragment.blocks(), cursor)
        else:
            cursor.removeSelectedText()

    def _found(self) -> tuple[int, int] | None:
        """Return where a signature of the account stands in the text."""
        record, aids = self._session.record, self._aids
        if record is None or aids is None:
            return None
        rich = self._body.rich
        kept = rich.place_of_signature() if rich is not None and self._body.is_formatted() else None
        if kept is not None:
            return kept
        known = aids.signatures.known_texts(record.account_id, self._session.content)
        return find_signature(self._body.words_above(), [record.signature, *known])

    def _sender_chosen(self, sender: Recipient | None) -> None:
        """Exchange the signature for that of the mailbox now chosen, where there is one of each."""
        record, aids = self._session.record, self._aids
        if record is None or aids is None or self._found() is None:
            return
        options = self._session.content.options
        reply = bool(options.in_reply_to or options.references)
        wanted = aids.signatures.default(record.account_id, sender, reply=reply)
        if wanted is not None:
            self.put_signature(wanted)
