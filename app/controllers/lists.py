"""What is done from a list: open, send, throw away, retry, reply, find, sort."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from app.commands.command import Command, Context, Handler, does
from app.controllers.attachment_viewer import AttachmentViewerController
from app.controllers.bulk import BulkController
from app.controllers.list_navigation import ListNavigation
from app.controllers.reader import ConversationController, ReaderCommands, people_words
from app.controllers.row_actions import RowDeeds
from app.controllers.scheduling import Scheduling
from app.controllers.sending import SendingProgress, UnseenFailures
from app.controllers.why_not import (
    ProgramController,
    cannot_discard,
    cannot_edit_as_new,
    cannot_forward,
    cannot_reply,
    cannot_retry,
    cannot_send,
    cannot_set_ready,
    no_draft,
    no_remedy,
    no_row,
    none_failed,
    nothing_to_undo,
    shown_in,
)
from app.core.formatting import clock_time
from app.core.i18n import mark, ntr, tr
from app.domain.errors import MailError
from app.domain.listing import Order
from app.domain.message import LocalId
from app.domain.outcome import Outcome, Verdict
from app.domain.recipient import Recipient
from app.domain.record import Record
from app.domain.response_codes import ITEM_GONE
from app.domain.state import NOT_PUT_ASIDE, TAKEN_BACK, WRITABLE, State
from app.services.outbox.outbox import Answer
from app.services.reader.message_reader import Reading as Message
from app.services.records.rows import ListRow
from app.services.text.error_text import action_words, explain_error, explain_outcome
from app.services.text.message_details import details_of
from app.services.text.status_text import Explanation
from app.ui.message_list.list_panel import ListPanel
from app.ui.message_list.session import ListSession
from app.ui.reader.reader import Notice, Reading

if TYPE_CHECKING:
    from app.controllers.other_mailboxes import OtherMailboxes
    from app.controllers.program import Program


class RestingWork:
    """Says what became of them."""

    def __init__(self, program: Program) -> None:
        """Look when one goes to the Outbox."""
        self._program = program
        program.stage.arrived.subscribe(self._arrive)
        program.outbox_room.is_shown = lambda: program.stage.place == "outbox"
        program.outbox_room.taken_back.subscribe(lambda told: self._tell(*told))

    def _arrive(self, place: str) -> None:
        if place == "outbox":
            self._program.outbox_room.look()

    def _tell(self, row: ListRow, outcome: Outcome | None) -> None:
        foot, room = self._program.foot, self._program.outbox_room
        if outcome is None or outcome.code in ITEM_GONE:
            foot.say(tr("It is no longer there: it was sent, or another program took it"))
        elif outcome.accepted:
            foot.say(tr("Taken back: it is a draft again"))
        elif outcome.verdict is Verdict.UNKNOWN:
            foot.say(tr("Whether it came back is not known: look in Drafts and in Sent"))
        else:
            explanation = explain_outcome(outcome)
            if explanation is not None:
                room.notes.tell_amiss({row.key: explanation})
        self._program.drafts_room.reload()


_RESTED = 1.0
"""Seconds without a key after which a person has seen the row at which the program put him."""
_ONLY_LOOK = frozenset({"list.open", "list.open_in_window", "list.attachments", "list.mark"})
"""Commands on a row that change nothing by themselves."""
_MOST_UNASKED = 2
"""So many messages that nobody put aside as ready go at one key: more are easily selected by a slip (Ctrl+A)."""
OPENS_THE_MESSAGE = frozenset({"mend-address", "mend-subject", "mend-option", "make-plain", "fill-in"})


_L = Context.LIST


class ListController(ProgramController):
    """Acts on the list that is shown."""

    def __init__(self, program: Program) -> None:
        """Listen to the lists of `program`."""
        self._program = program
        self._shown: ListRow | None = None
        self._read: tuple[str, Message] | None = None
        self._begins = True
        self.enclosing = AttachmentViewerController(program)
        self.many = BulkController(program, self.enclosing.enclosures)
        RestingWork(program)
        self._scheduling = Scheduling(program)
        self._progress = SendingProgress(program.records, program.foot, self.many.stop, program.window)
        self.conversing = ConversationController(program)
        self.navigation = ListNavigation(program)
        self.reader_commands = ReaderCommands(program)
        self.enclosing.on_within = self.conversing.stand_aside
        self.others: OtherMailboxes | None = None
        self.unseen = UnseenFailures(program)
        self.deeds = RowDeeds(program)
        self.deeds.on_kept_back = self.unseen.add
        stage = program.stage
        stage.reading.subscribe(lambda at: self.read(*at))
        for desk in stage.desks.values():
            self.listen(desk)
        program.reader.bar.action_wanted.connect(self.do)
        program.reader.escaped.connect(self._leave_reader)
        self.deeds.on_sent = self._sent
        self.deeds.on_discarded = self._discarded
        program.drafts_room.progress.subscribe(lambda progress: self._tell_discarding(*progress))
        program.sent_room.open_made = program.writing.open_made
        program.foot.ticked.subscribe(lambda _: self._tell_time())
        program.records.changed.subscribe(self._tell_foot)
        program.registry.refusal = self.refusal
        program.registry.refused.subscribe(program.foot.hint)

    def listen(self, desk: ListPanel) -> None:
        """Do what a person asks for in a list."""
        desk.list.opened.connect(self._opened)
        desk.acted.connect(self._program.registry.run)
        desk.list.action_clicked.connect(self.remedy)
        desk.refreshed.connect(partial(self._refresh_reader, desk))
        self.unseen.listen(desk)

    # --- open and read ----------------------------------------------------------------------------------------------

    @does(Command("list.open", mark("Open"), ("O",), _L, mark("Enter does the same."), on_row=True), why_not=no_row)
    def open(self) -> None:
        """Open the current row: a draft to write on; what is sent or on its way to be read."""
        self._with_current(self._open)

    def _opened(self) -> None:
        """Open the row by Enter or by the mouse."""
        command = self._program.registry.command("list.open")
        self._program.registry.attempt(command, Handler(self.open))

    def refusal(self, command: Command) -> str:
        """Return why the keys of a command on a row do not count: nobody chose the row at which the list stands.

        After a start the first row counts as chosen once the person has rested and seen it. After a message was sent
        or discarded it can only be opened then: whoever presses the same keys again means the message that went.
        """
        stage = self._program.stage
        if not command.on_row or not stage.place or self._program.window.focus_is_elsewhere(stage.desk):
            return ""
        shown = stage.desk.list
        if shown.chosen or shown.current_number() < 0:
            return ""
        rested = self._program.window.gate.rest >= _RESTED
        if rested and (self._begins or command.id in _ONLY_LOOK):
            if self._begins:
                shown.choose()
            return ""
        return tr("No message is selected. Press Down to select one.")

    def _open(self, row: ListRow) -> None:
        if self._program.stage.kind == "sent" or row.state not in WRITABLE:
            self._program.window.focus_next_pane(1)
        else:
            self._program.writing.open(row)

    @does(Command("list.go_mailbox", mark("Go to a list of another mailbox"), ("G, M",), _L))
    def go_to_other_mailbox(self) -> None:
        """Ask to which list of another mailbox to go."""
        if self.others is not None:
            self.others.choose()

    @does(Command("list.last_draft", mark("Open the last draft"), ("L",), _L), why_not=no_draft)
    def open_last_draft(self) -> None:
        """Open the draft that was changed last, in whichever mailbox it lies."""

        async def find() -> ListRow | None:
            firsts: list[ListRow] = []
            for session in self._drafts_lists():
                newest = session.ids()[:1] if session.order is Order.NEWEST else session.ids()
                firsts += await session.rows_of(newest)
            return max(firsts, key=lambda row: row.when, default=None)

        self._program.writing.open_found(find)

    def _drafts_lists(self) -> list[ListSession]:
        """Return the lists of drafts, one's own first."""
        return [desk.session for place, desk in self._program.stage.desks.items() if place.startswith("drafts")]

    # --- rows, which may have to be read first ----------------------------------------------------------------------

    def _with_current(self, act: Callable[[ListRow], None]) -> None:
        """Do something with the current row, at once where it is at hand."""
        desk = self._program.stage.desk
        row, row_id = desk.current(), desk.list.current_id()
        if row is not None:
            act(row)
        elif row_id is not None:
            self._with_rows(desk.session, [row_id], lambda rows: act(rows[0]))

    def _with_chosen(self, act: Callable[[list[ListRow]], None]) -> None:
        """Do something with the marked rows, or else the current one; the marks are done with."""
        desk = self._program.stage.desk
        self._with_rows(desk.session, desk.chosen_ids(), act)
        desk.list.clear_marks()

    def _do_with_chosen(self, act: Callable[[ListPanel, list[int]], None]) -> None:
        """Do what may take its time with the marked rows, or else the current one; the marks are done with."""
        desk = self._program.stage.desk
        ids = desk.chosen_ids()
        desk.list.clear_marks()
        act(desk, ids)

    def _with_rows(self, session: ListSession, row_ids: Sequence[int], act: Callable[[list[ListRow]], None]) -> None:
        async def read() -> None:
            try:
                rows = await session.rows_of(row_ids)
                if rows:
                    act(rows)
            finally:
                keys.release()

        if row_ids:
            keys = self._program.window.gate.begin(tr("Opening the message…"))
            self._program.tasks.spawn(read(), "read what was chosen")

    def read(self, desk: ListPanel, row: ListRow | None) -> None:
        """Show a row in the reader: its head at once, its text as soon as it is there."""
        self._shown = row
        self.conversing.show(row)
        if row is None:
            self._program.reader.show_reading(None)
            self.enclosing.show(None, None)
            return
        if self.enclosing.is_within(row):
            return
        known = self._program.readings.known(row)
        if known is not None:
            self._read = (row.key, known)
        self._show(desk, row, self._at_hand(row))  # as it was, until it is read anew: an emptied pane would blink
        if known is None:
            self._program.tasks.spawn(self._fetch(desk, row), "read a letter")
        else:
            self._program.tasks.spawn(self.enclosing.show_pictures(row, known), "show pictures")

    def _at_hand(self, row: ListRow) -> Message | None:
        """Return the message in the reader, if it is this row's."""
        return self._read[1] if self._read is not None and self._read[0] == row.key else None

    async def _fetch(self, desk: ListPanel, row: ListRow) -> None:
        try:
            message = await self._program.readings.read(row)
        except KeyError:
            return  # gone meanwhile, and so is its row
        except MailError as error:
            if self._shown is row and self._at_hand(row) is None:
                self._show(desk, row, None, explain_error(error, self._program.clock.now()).sentence)
            return
        if row.ref is not None and not row.is_draft:
            self._program.syncing.note_body(row.account_id, row.ref.item_id, message.text)
        if self._shown is row:
            self._read = (row.key, message)
            self._show(desk, row, message)
            await self.enclosing.show_pictures(row, message)

    def _show(self, desk: ListPanel, row: ListRow, message: Message | None, instead: str | None = None) -> None:
        if self.enclosing.is_within(row):
            return
        words = desk.session.words(row)
        self._program.reader.show_reading(
            Reading(
                message=row.key,
                subject=row.subject or tr("(no subject)"),
                who=_people(row, message),
                when=words.text or clock_time(row.when, self._program.clock.now()),
                body=instead if message is None else message.text,
                blocks=() if message is None else message.blocks,
                remote=0 if message is None else message.remote,
                headers=self._details(row, message),
                hint=self._hint(row),
                notice=_notice(desk.session.explanation(row)),
            )
        )
        self.enclosing.show(row, message)

    def _details(self, row: ListRow, message: Message | None) -> list[tuple[str, str]]:
        """Return all that is known of a message, and behind an empty line the headers that it came with."""
        account = self._program.accounts.get(row.account_id)
        if message is None or account is None:
            return []
        own = Recipient(account.address, account.display_name)
        headers = message.headers()
        return [*details_of(message.content, message.item, own), *([("", "")] if headers else []), *headers]

    def _leave_reader(self) -> None:
        """Go back: from a message within a message, else to the list."""
        if not self.enclosing.leave() and self._program.stage.place:
            self._program.stage.desk.take_focus()

    def _hint(self, row: ListRow) -> str:
        if self._program.stage.kind == "sent":
            return tr("E writes it anew")
        return tr("Enter opens it") if row.state in WRITABLE else ""

    def _refresh_reader(self, desk: ListPanel) -> None:
        stage = self._program.stage
        if not stage.place or desk is not stage.desk:
            return
        message = self._program.writing.current()
        if message is not None:
            stage.follow(message.session.local_id)
        elif desk.current() is not self._shown and not stage.reads_soon():
            stage.read_now()

    def _tell_time(self) -> None:
        """Say anew how the message in the reader stands: the seconds until it is sent grow fewer."""
        message = None if self._shown is None else self._at_hand(self._shown)
        if self._shown is not None and message is not None:
            self._show(self._program.stage.desk, self._shown, message)

    def _tell_foot(self, record: Record) -> None:
        if record.state is not State.HELD:
            self._program.foot.went(record.local_id, back=record.state in TAKEN_BACK)

    # --- send, throw away, mend --------------------------------------------------------------------------------------

    @does(
        Command(
            "drafts.send",
            mark("Send selected"),
            ("Ctrl+Return", "Ctrl+Enter"),
            _L,
            mark("One request for all of them."),
            on_row=True,
        ),
        enabled=shown_in("drafts"),
        why_not=cannot_send,
    )
    def send_chosen(self) -> None:
        """Send the marked drafts, or the current one; more than a few are asked about, unless they are ready."""
        desk = self._program.stage.desk
        chosen = desk.chosen_ids()
        rows = [desk.session.row(row_id) for row_id in chosen]

        def send() -> None:
            desk.list.clear_marks()
            self.deeds.send(desk, chosen)
            # The same keys pressed again mean the same message, and not the row that takes its place.
            self._begins = False
            desk.list.choose_only(desk.list.current_id())

        # A row that is not at hand is the server's alone: nobody put it aside as ready.
        unasked = sum(row is None or row.state in NOT_PUT_ASIDE for row in rows)
        if unasked <= _MOST_UNASKED:
            send()
            return
        count = unasked + sum(row is not None and row.state is State.READY for row in rows)
        self._program.window.ask(ntr("Send {n} message?", "Send {n} messages?", count), tr("Send"), send)

    @does(
        Command(
            "drafts.send_ready",
            mark("Send all drafts that are ready"),
            ("F9",),
            help=mark("Says how many, and sends when you press Enter."),
        )
    )
    def offer_ready(self) -> None:
        """Say how many are ready; Enter sends them."""
        ready = [row for session in self._drafts_lists() for row in session.rows() if row.state is State.READY]
        if not ready:
            self._program.foot.say(tr("No draft is ready. Ctrl+Shift+Enter puts one aside as ready."))
            return
        if self._program.stage.kind != "drafts":
            self._program.stage.go("drafts")
        question = ntr("Send {n} message that is ready?", "Send {n} messages that are ready?", len(ready))
        self._program.window.ask(question, tr("Send"), lambda: self.deeds.send_rows(self._program.stage.desk, ready))

    @does(
        Command(
            "drafts.set_ready",
            mark("Put aside as ready, or take that back"),
            ("Ctrl+Shift+Return", "Ctrl+Shift+Enter"),
            _L,
            mark("F9 sends all that are ready."),
            on_row=True,
        ),
        enabled=shown_in("drafts"),
        why_not=cannot_set_ready,
    )
    def set_ready(self) -> None:
        """Put the marked drafts aside as ready, or take that back."""
        self._do_with_chosen(self.deeds.set_ready)

    @does(
        Command(
            "drafts.discard",
            mark("Delete"),
            ("Del", "#", "Backspace"),
            _L,
            mark("In Drafts and in Sent. Can be undone."),
            on_row=True,
        ),
        enabled=shown_in("drafts", "sent"),
        why_not=cannot_discard,
    )
    def discard_chosen(self) -> None:
        """Throw the marked messages away, or the current one: what was sent goes to Deleted Items."""
        if self._program.stage.kind == "sent":
            self.many.delete()
            return
        self._do_with_chosen(self.deeds.discard)

    @does(
        Command("outbox.retry", mark("Try again"), ("R",), _L, on_row=True),
        enabled=shown_in("outbox", "drafts"),
        why_not=cannot_retry,
    )
    def retry_chosen(self) -> None:
        """Try the marked ones again."""
        desk = self._program.stage.desk
        self._with_chosen(lambda rows: self._program.outbox_room.retry(self.deeds.again(desk, rows)))

    @does(Command("outbox.retry_all", mark("Try all that failed again"), ("Shift+F9",)), why_not=none_failed)
    def retry_all(self) -> None:
        """Try every message again that failed."""
        self._program.outbox_room.retry_all()

    @does(
        Command(
            "sent.edit_as_new", mark("Edit as new"), ("E", "Ctrl+E"), _L, mark("Works in Drafts too."), on_row=True
        ),
        enabled=shown_in("sent", "drafts"),
        why_not=cannot_edit_as_new,
    )
    def edit_as_new(self) -> None:
        """Write the current message anew, or each of those that are marked."""
        if len(self._program.stage.desk.chosen_ids()) > 1:
            self._do_with_chosen(lambda desk, ids: self.deeds.edit_as_new(desk, ids, self._made_anew))
        else:
            self._with_chosen(lambda rows: self._program.sent_room.edit_as_new(rows[0]))

    def _made_anew(self, names: list[LocalId], failed: int) -> None:
        words = [ntr("{n} new draft", "{n} new drafts", len(names))] if names else []
        if failed:
            words.append(ntr("{n} was not done", "{n} were not done", failed))

        def take_back() -> None:
            for name in names:
                self._program.tasks.spawn(self._program.drafts.discard(name), "take back a new draft")

        self._program.foot.say(", ".join(words), take_back if names else None)

    @does(
        Command(
            "sent.reply_all",
            mark("Reply to all"),
            ("Shift+R", "Ctrl+Shift+R"),
            _L,
            mark("In Sent: a follow-up to those it went to."),
            on_row=True,
        ),
        enabled=shown_in("sent"),
        why_not=cannot_reply,
    )
    def reply_all(self) -> None:
        """Begin a message to those to whom the current one went."""
        self._with_current(self._program.sent_room.reply_all)

    @does(
        Command("sent.forward", mark("Forward"), ("F", "Ctrl+Shift+F"), _L, mark("In Sent."), on_row=True),
        enabled=shown_in("sent"),
        why_not=cannot_forward,
    )
    def forward(self) -> None:
        """Begin a message that forwards the current one."""
        self._with_current(self._program.sent_room.forward)

    def do(self, action: str) -> None:
        """Do one of the things that the bar offers for the current row."""
        row = self._program.stage.desk.current()
        if action in {"was-sent", "was-not-sent"} and row is not None:
            self._program.settling.ask(row, was_sent=action == "was-sent")
        elif action == "seen" and row is not None:
            self._know_of(row)
        elif action == "keep-as-draft" and row is not None and row.local_id is not None:
            self._program.remedies.apply(action, row.local_id)
        else:
            self.remedy()

    @does(Command("list.remedy", mark("Do what the row offers"), ("A",), _L, on_row=True), why_not=no_remedy)
    def remedy(self) -> None:
        """Do what the current row offers."""
        desk = self._program.stage.desk
        row = desk.current()
        if row is None:
            return
        explanation = desk.session.explanation(row)
        action = explanation.action if explanation is not None else desk.session.words(row).action
        if row.resting and action == "unsend":
            self._program.outbox_room.take_back(row)
        elif action in OPENS_THE_MESSAGE:
            self._program.writing.open(row)
        elif action == "write-again":
            self._program.sent_room.write_again(row)
            self._know_of(row)
        elif action == "copy-details":
            self._program.reader.bar.copy_details()
            self._program.foot.say(tr("Details copied"))
        elif action and self.deeds.again(desk, [row]) and row.local_id is not None:
            self._program.remedies.apply(action, row.local_id)

    def _can_undo(self) -> bool:
        return self._program.foot.can_undo()

    @does(
        Command("list.undo", mark("Undo"), ("Z", "Ctrl+Z"), _L, mark("Takes back a send that waits, or a discard.")),
        enabled=_can_undo,
        why_not=nothing_to_undo,
    )
    def undo(self) -> None:
        """Take back what was done last."""
        self._program.foot.undo()

    @does(
        Command(
            "many.stop", mark("Stop"), ("Ctrl+.",), _L, mark("What was not attempted is as it was, or ready again.")
        )
    )
    def stop(self) -> None:
        """Stop what runs: what is fetched for the message that is read, else work on many."""
        if not self.enclosing.stop():
            self.many.stop()

    def _know_of(self, row: ListRow) -> None:
        """Take down that the person knows what reports say of a row; the way back is at the foot."""

        def settle(*, settled: bool) -> None:
            work = self._program.syncing.settle_reports(row.account_id, row.message_id, settled=settled)
            self._program.tasks.spawn(work, "settle reports")

        settle(settled=True)
        self._program.foot.say(tr("Not told again"), lambda: settle(settled=False))

    # --- what became of it -------------------------------------------------------------------------------------------

    def sent_from_message(self, name: LocalId) -> None:
        """Say at the foot that a message goes, after it left the pane."""
        self._begins = False
        self._count_down((name,), reopen=name)

    def discarded_from_message(self, name: LocalId) -> None:
        """Say at the foot that a message was thrown away, after it left the pane."""
        self._begins = False
        self._discarded([name])

    def _sent(self, rows: Sequence[ListRow], answers: list[Answer]) -> None:
        going = tuple(answer.local_id for answer in answers if answer.goes and answer.local_id is not None)
        if going:
            self._progress.follow(going)
            self._program.foot.keep_back(len(answers) - len(going))
            self._count_down(going)
        else:
            self.deeds.tell_kept(rows, answers)

    def _count_down(self, names: tuple[LocalId, ...], reopen: LocalId | None = None) -> None:
        names = self._scheduling.take(names, reopen)
        if self._program.hold <= 0 or not names:
            return
        until = self._program.clock.now() + self._program.hold
        self._program.foot.count_down(names, until, lambda: self._undo_send(names, reopen))

    def _undo_send(self, names: tuple[LocalId, ...], reopen: LocalId | None) -> None:
        if reopen is None:
            self._program.tasks.spawn(self._take_back_send(names), "undo send")
        else:
            self._program.writing.open_again(reopen, self._take_back_send(names))

    async def _take_back_send(self, names: tuple[LocalId, ...]) -> bool:
        back = await self._program.outbox.undo(names)
        if not back:
            self._program.foot.say(tr("Too late: it has been sent"))
        return bool(back)

    def _discarded(self, names: list[LocalId]) -> None:
        if names:
            words = ntr("Discarded", "{n} discarded", len(names))
            self._program.foot.say(words, lambda: self._take_back(names))

    def _tell_discarding(self, done: int, total: int) -> None:
        words = tr("Discarding: {done} of {total}", done=done, total=total)
        self._program.foot.busy(words, self._program.drafts_room.stop_discarding)

    def _take_back(self, names: list[LocalId]) -> None:
        for name in names:
            self._program.tasks.spawn(self._program.drafts.take_back(name), "take back")


def _people(row: ListRow, message: Message | None) -> str:
    if message is None:
        return tr("To {people}", people=row.to) if row.to else ""
    return people_words(message.content)


def _notice(explanation: Explanation | None) -> Notice | None:
    if explanation is None:
        return None
    action = (explanation.action, explanation.action_words) if explanation.action else None
    more = [(one, action_words(one)) for one in explanation.more]
    return Notice(explanation.sentence, explanation.tone, action, explanation.details, more)
