"""What is done from a list: open, send, throw away, retry, reply, find, sort."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from app.commands.command import Command, Context, Handler, does
from app.controllers.compose.compose import ComposeController
from app.controllers.compose.sending import SendFeedback, use_own_address
from app.controllers.lists.bulk import BulkController
from app.controllers.lists.resolution import ManualResolution
from app.controllers.lists.row_actions import RowActions
from app.controllers.shell import Shell, ShellController
from app.controllers.why_not import (
    can_follow,
    can_reply,
    can_retry,
    cannot_discard,
    cannot_edit_as_new,
    cannot_forward,
    cannot_reply,
    cannot_reply_to_one,
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
from app.core.i18n import mark, ntr, tr
from app.domain.listing import Order
from app.domain.message import LocalId
from app.domain.outcome import Outcome, Verdict
from app.domain.response_codes import ITEM_GONE
from app.domain.state import NOT_PUT_ASIDE, WRITABLE, State
from app.services.outbox.outbox import SendAnswer
from app.services.outbox.remedies import Remedies, Wish
from app.services.records.rows import ListRow
from app.services.text.error_text import explain_outcome
from app.ui.keys import shown as keys_shown
from app.ui.message_list.list_panel import ListPanel
from app.ui.message_list.session import ListSession
from app.views.lists.view import ReceivedPanel


class ServerOutboxController:
    """Looks at what lies in the server's Outbox, and says what became of taking it back."""

    def __init__(self, shell: Shell) -> None:
        """Look when one goes to the Outbox."""
        self._shell = shell
        shell.workspace.arrived.subscribe(self._arrive)
        shell.lists.outbox.is_shown = lambda: shell.workspace.place == "outbox"
        shell.lists.outbox.taken_back.subscribe(lambda told: self._tell(*told))

    def _arrive(self, place: str) -> None:
        if place == "outbox":
            self._shell.lists.outbox.look()

    def _tell(self, row: ListRow, outcome: Outcome | None) -> None:
        status_bar, session = self._shell.status_bar, self._shell.lists.outbox
        if outcome is None or outcome.code in ITEM_GONE:
            status_bar.show_words(tr("It is no longer there: it was sent, or another program took it"))
        elif outcome.accepted:
            status_bar.show_words(tr("Taken back: it is a draft again"))
        elif outcome.verdict is Verdict.UNKNOWN:
            status_bar.show_words(tr("Whether it came back is not known: look in Drafts and in Sent"))
        else:
            explanation = explain_outcome(outcome)
            if explanation is not None:
                session.notes.tell_failures({row.key: explanation})
        self._shell.lists.drafts.reload()


_RESTED = 1.0
"""Seconds without a key after which a person has seen the row at which the program put him."""
_ONLY_LOOK = frozenset({"list.open", "list.open_in_window", "list.attachments", "list.mark", "list.mark_or_read"})
"""Commands on a row that change nothing by themselves."""
_MOST_UNASKED = 2
"""So many messages that were not put aside as ready go at one key: more are easily selected by a slip (Ctrl+A)."""
OPENS_THE_MESSAGE = frozenset({"mend-address", "mend-subject", "mend-option", "make-plain", "fill-in"})


_L = Context.LIST


class ListController(ShellController):
    """Acts on the list that is shown."""

    def __init__(
        self,
        shell: Shell,
        remedies: Remedies,
        compose: ComposeController,
        row_actions: RowActions,
        bulk: BulkController,
        resolution: ManualResolution,
        feedback: SendFeedback,
    ) -> None:
        """Listen to the lists of `shell`."""
        self._shell, self._remedies, self._compose, self._resolution = shell, remedies, compose, resolution
        self._row_actions, self._bulk, self._feedback = row_actions, bulk, feedback
        self._begins = True
        self.acts: dict[str, Callable[[ListRow], None]] = {}
        """What other controllers do with a row that offers it, by the action's id."""
        shell.workspace.for_each_list(self._listen)
        shell.reader.bar.action_wanted.connect(self.do)
        row_actions.on_sent = self._sent
        compose.on_sent = self.sent_from_message
        compose.on_discarded = self.discarded_from_message
        shell.lists.sent.open_made = compose.open_made
        remedies.wished.subscribe(self._wished)
        shell.registry.refusal = self.refusal
        shell.registry.refused.subscribe(shell.status_bar.hint)

    def _listen(self, panel: ListPanel) -> None:
        """Do what a person asks for in a list."""
        panel.list.opened.connect(self._opened)
        panel.acted.connect(self._shell.registry.run)
        panel.list.action_clicked.connect(self.remedy)
        panel.model.action_key = lambda: keys_shown(self._shell.registry.command("list.remedy"))
        if isinstance(panel, ReceivedPanel):
            panel.answer_wanted.connect(partial(self._reply_to_found, panel))

    # --- open and read ----------------------------------------------------------------------------------------------

    @does(Command("list.open", mark("Open"), ("O",), _L, mark("Enter does the same."), on_row=True), why_not=no_row)
    def open_row(self) -> None:
        """Open the current row: a draft to write on; what is sent or on its way to be read."""
        self._with_current(self._open)

    def _opened(self) -> None:
        """Open the row by Enter or by the mouse."""
        command = self._shell.registry.command("list.open")
        self._shell.registry.attempt(command, Handler(self.open_row))

    def refusal(self, command: Command) -> str:
        """Return why the keys of a command on a row do not count: the person did not choose that row.

        After a start the first row counts as chosen once the person has rested and seen it. After a message was sent
        or discarded it can only be opened then: the same keys pressed again mean the message that went.
        """
        workspace = self._shell.workspace
        if not command.on_row or not workspace.place or self._shell.window.focus_is_elsewhere(workspace.panel):
            return ""
        shown = workspace.panel.list
        if shown.chosen or shown.current_number() < 0:
            return ""
        rested = self._shell.window.gate.rest >= _RESTED
        if rested and (self._begins or command.id in _ONLY_LOOK):
            if self._begins:
                shown.choose()
            return ""
        return tr("No message is selected. Press Down to select one.")

    def _open(self, row: ListRow) -> None:
        if self._shell.workspace.kind in {"sent", "received"} or row.state not in WRITABLE:
            self._shell.window.focus_next_pane(1)
        else:
            self._compose.open_message(row)

    @does(Command("list.last_draft", mark("Open the last draft"), ("L",), _L), why_not=no_draft)
    def open_last_draft(self) -> None:
        """Open the draft that was changed last, in whichever mailbox it lies."""

        async def find() -> ListRow | None:
            firsts: list[ListRow] = []
            for session in self._drafts_lists():
                newest = session.ids()[:1] if session.order is Order.NEWEST else session.ids()
                firsts += await session.rows_of(newest)
            return max(firsts, key=lambda row: row.when, default=None)

        self._compose.open_found(find)

    def _drafts_lists(self) -> list[ListSession]:
        """Return the lists of drafts, one's own first."""
        return [panel.session for place, panel in self._shell.workspace.panels.items() if place.startswith("drafts")]

    # --- rows, which may have to be read first ----------------------------------------------------------------------

    def _with_current(self, act: Callable[[ListRow], None]) -> None:
        """Do something with the current row, at once where it is at hand."""
        panel = self._shell.workspace.panel
        row, row_id = panel.current(), panel.list.current_id()
        if row is not None:
            act(row)
        elif row_id is not None:
            self._with_rows(panel.session, [row_id], lambda rows: act(rows[0]))

    def _with_chosen(self, act: Callable[[list[ListRow]], None]) -> None:
        """Do something with the marked rows, or else the current one; the marks are done with."""
        panel = self._shell.workspace.panel
        self._with_rows(panel.session, panel.chosen_ids(), act)
        panel.list.clear_marks()

    def _with_followed(self, act: Callable[[list[ListRow]], None]) -> None:
        """Do something with the line of a conversation at which the person stands, else with the chosen rows."""
        line = self._shell.workspace.line_in_focus()
        if line is None:
            self._with_chosen(act)
        else:
            act([line])

    def _do_with_chosen(self, act: Callable[[ListPanel, list[int]], None]) -> None:
        """Do what may take its time with the marked rows, or else the current one; the marks are done with."""
        panel = self._shell.workspace.panel
        ids = panel.chosen_ids()
        panel.list.clear_marks()
        act(panel, ids)

    def _with_rows(self, session: ListSession, row_ids: Sequence[int], act: Callable[[list[ListRow]], None]) -> None:
        async def read() -> None:
            try:
                rows = await session.rows_of(row_ids)
                if rows:
                    act(rows)
            finally:
                keys.release()

        if row_ids:
            keys = self._shell.window.gate.begin(tr("Opening the message…"))
            self._shell.tasks.spawn(read(), "read what was chosen")

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
        panel = self._shell.workspace.panel
        chosen = panel.chosen_ids()
        rows = [panel.session.row(row_id) for row_id in chosen]

        def send() -> None:
            panel.list.clear_marks()
            self._row_actions.send(panel, chosen)
            # The same keys pressed again mean the same message, and not the row that takes its place.
            self._begins = False
            panel.list.choose_only(panel.list.current_id())

        # A row that is not at hand is the server's alone: it was not put aside as ready.
        unasked = sum(row is None or row.state in NOT_PUT_ASIDE for row in rows)
        if unasked <= _MOST_UNASKED:
            send()
            return
        count = unasked + sum(row is not None and row.state is State.READY for row in rows)
        self._shell.window.ask(ntr("Send {n} message?", "Send {n} messages?", count), tr("Send"), send)

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
            self._shell.status_bar.show_words(tr("No draft is ready. Ctrl+Shift+Enter puts one aside as ready."))
            return
        if self._shell.workspace.kind != "drafts":
            self._shell.workspace.go("drafts")
        question = ntr("Send {n} message that is ready?", "Send {n} messages that are ready?", len(ready))
        self._shell.window.ask(
            question, tr("Send"), lambda: self._row_actions.send_rows(self._shell.workspace.panel, ready)
        )

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
        self._do_with_chosen(self._row_actions.set_ready)

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
        if self._shell.workspace.kind == "sent":
            self._bulk.delete()
            return
        self._do_with_chosen(self._row_actions.discard)

    @does(
        Command("outbox.retry", mark("Try again"), ("R",), _L, on_row=True, otherwise="received.reply"),
        enabled=can_retry,
        why_not=cannot_retry,
    )
    def retry_chosen(self) -> None:
        """Try the marked ones again."""
        panel = self._shell.workspace.panel
        self._with_chosen(lambda rows: self._shell.lists.outbox.retry(self._row_actions.again(panel, rows)))

    @does(Command("outbox.retry_all", mark("Try all that failed again"), ("Shift+F9",)), why_not=none_failed)
    def retry_all(self) -> None:
        """Try every message again that failed."""
        self._shell.lists.outbox.retry_all()

    @does(
        Command(
            "sent.edit_as_new", mark("Edit as new"), ("E", "Ctrl+E"), _L, mark("Works in Drafts too."), on_row=True
        ),
        enabled=shown_in("sent", "drafts"),
        why_not=cannot_edit_as_new,
    )
    def edit_as_new(self) -> None:
        """Write the current message anew, or each of those that are marked."""
        if len(self._shell.workspace.panel.chosen_ids()) > 1:
            self._do_with_chosen(self._row_actions.edit_as_new)
        else:
            self._with_chosen(lambda rows: self._shell.lists.sent.edit_as_new(rows[0]))

    @does(
        Command(
            "received.reply",
            mark("Reply"),
            ("Ctrl+R",),
            _L,
            mark("To what was received. R does the same there."),
            on_row=True,
        ),
        enabled=can_reply,
        why_not=cannot_reply_to_one,
    )
    def reply(self) -> None:
        """Begin an answer to the writer of the current message."""
        self._with_followed(lambda rows: self._shell.lists.sent.reply(rows[0]))

    def _reply_to_found(self, panel: ListPanel) -> None:
        """Answer what is found as soon as it is there: keys wait until then, and for the answer."""
        keys = self._shell.window.gate.begin(tr("Opening the message…"))

        def reply() -> None:
            panel.refresh()
            panel.list.choose()
            self._shell.registry.run("received.reply")
            keys.release()

        panel.session.once_found(reply)

    @does(
        Command(
            "sent.reply_all",
            mark("Reply to all"),
            ("Shift+R", "Ctrl+Shift+R"),
            _L,
            mark("In Received, and in Sent as a follow-up to those it went to."),
            on_row=True,
        ),
        enabled=can_follow,
        why_not=cannot_reply,
    )
    def reply_all(self) -> None:
        """Begin a message to those to whom the current one went."""
        self._with_followed(lambda rows: self._shell.lists.sent.reply_all(rows[0]))

    @does(
        Command(
            "sent.forward",
            mark("Forward"),
            ("F", "Ctrl+Shift+F"),
            _L,
            mark("In Sent and Received. Several that are selected are attached to one message."),
            on_row=True,
        ),
        enabled=can_follow,
        why_not=cannot_forward,
    )
    def forward(self) -> None:
        """Begin a message that forwards the chosen one, or has several as attachments."""
        sent = self._shell.lists.sent
        self._with_followed(lambda rows: sent.forward(rows[0]) if len(rows) == 1 else sent.forward_attached(rows))

    @does(
        Command(
            "sent.forward_attached",
            mark("Forward as attachment"),
            ("Shift+F",),
            _L,
            mark("In Sent and Received. Each message goes whole, as it is."),
            on_row=True,
        ),
        enabled=can_follow,
        why_not=cannot_forward,
    )
    def forward_attached(self) -> None:
        """Begin a message with the chosen ones as attachments."""
        self._with_followed(self._shell.lists.sent.forward_attached)

    def do(self, action: str) -> None:
        """Do one of the things that the bar offers for the current row."""
        if action.startswith("read."):
            self._shell.registry.run(action)  # of the message in the reader, which is in no list
            return
        row = self._shell.workspace.panel.current()
        if action in {"was-sent", "was-not-sent"} and row is not None:
            self._resolution.ask(row, was_sent=action == "was-sent")
        elif action == "seen" and row is not None:
            self._row_actions.take_note(row)
        elif action in self.acts and row is not None:
            self.acts[action](row)
        elif action == "save-original":
            self._bulk.export_chosen()
        elif action == "keep-as-draft" and row is not None and row.local_id is not None:
            self._remedies.apply(action, row.local_id)
        else:
            self.remedy()

    @does(Command("list.remedy", mark("Do what the row offers"), ("A",), _L, on_row=True), why_not=no_remedy)
    def remedy(self) -> None:
        """Do what the current row offers."""
        panel = self._shell.workspace.panel
        row = panel.current()
        if row is None:
            return
        explanation = panel.session.explanation(row)
        action = explanation.action if explanation is not None else panel.session.words(row).action
        if row.resting and action == "unsend":
            self._shell.lists.outbox.take_back(row)
        elif action in OPENS_THE_MESSAGE:
            self._compose.open_message(row)
        elif action == "write-again":
            self._shell.lists.sent.write_again(row)
            self._row_actions.take_note(row)
        elif action in self.acts:
            self.acts[action](row)
        elif action == "copy-details":
            self._shell.reader.bar.copy_details()
            self._shell.status_bar.show_words(tr("Details copied"))
        elif action and self._row_actions.again(panel, [row]) and row.local_id is not None:
            self._remedies.apply(action, row.local_id)

    def _wished(self, wish: Wish) -> None:
        """Do what a row's offer leaves to the message's own pane."""
        if wish.action in OPENS_THE_MESSAGE:
            self._compose.open_message(wish.local_id)
        elif wish.action == "use-own-address":
            use_own_address(self._shell, self._compose, wish.local_id)

    def _can_undo(self) -> bool:
        return self._shell.status_bar.can_undo()

    @does(
        Command("list.undo", mark("Undo"), ("Z", "Ctrl+Z"), _L, mark("Takes back a send that waits, or a discard.")),
        enabled=_can_undo,
        why_not=nothing_to_undo,
    )
    def undo(self) -> None:
        """Take back what was done last."""
        self._shell.status_bar.undo()

    # --- what became of it -------------------------------------------------------------------------------------------

    def sent_from_message(self, name: LocalId) -> None:
        """Say in the status bar that a message goes, after it left the pane."""
        self._begins = False
        self._feedback.count_down((name,), reopen=name)

    def discarded_from_message(self, name: LocalId) -> None:
        """Say in the status bar that a message was thrown away, after it left the pane."""
        self._begins = False
        self._row_actions.tell_discarded([name])

    def _sent(self, rows: Sequence[ListRow], answers: list[SendAnswer]) -> None:
        going = tuple(answer.local_id for answer in answers if answer.goes and answer.local_id is not None)
        if going:
            self._feedback.follow(going, kept_back=len(answers) - len(going))
        else:
            self._row_actions.tell_kept(rows, answers)
