"""Reminds the person of messages that nobody answered: asked for at a row in Sent, told there and on the desktop."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from app.commands.command import Command, Context, does
from app.controllers.shell import Shell, ShellController
from app.controllers.why_not import no_row, shown_in
from app.core.i18n import mark, ntr, tr
from app.domain.listing import Folder
from app.domain.message import LocalId
from app.domain.reminder import Reminder
from app.services.folders.folder_view import FolderView
from app.services.outbox.reminders import Reminders
from app.services.records.rows import ListRow
from app.services.text.status_text import reminder_words
from app.ui.message_list.list_panel import ListPanel

if TYPE_CHECKING:
    from app.ui.chooser import Picker


class ReminderController(ShellController):
    """Asks when, and shows what came due."""

    def __init__(self, shell: Shell, reminders: Reminders) -> None:
        """Let the rows of `shell` say what `reminders` knows."""
        self._shell, self._reminders = shell, reminders
        self._panels: list[ListPanel] = []
        self.acts: dict[str, Callable[[ListRow], None]] = {
            "follow-up": shell.lists.sent.reply_all,
            "remind-later": lambda row: self._ask([row]),
            "reminder-done": lambda row: self._take_away([row]),
        }
        """What a row offers that nobody answered."""
        shell.workspace.for_each_list(self._listen)
        reminders.changed.subscribe(lambda _: self._tell())

    def _listen(self, panel: ListPanel) -> None:
        session = panel.session
        session.reminder = lambda row: self._reminders.get(row.account_id, row.message_id)
        self._panels.append(panel)

    def _tell(self) -> None:
        """Let rows say what is so now, and let the keys for problems go to those that came due."""
        self._panels = [one for one in self._panels if one in self._shell.workspace.panels.values()]
        for panel in self._panels:
            if panel.session.folder is Folder.SENT:
                self._shell.tasks.spawn(self._tell_in(panel), "say what there is to be reminded of")

    async def _tell_in(self, panel: ListPanel) -> None:
        told = [found for one in self._reminders.told() if (found := await panel.session.id_of_item(one.item_id))]
        panel.session.overdue = told
        panel.model.forget_faces()
        current = panel.list.current_id()
        panel.session.told.emit(frozenset(told if current is None else [current, *told]))

    # --- asking -----------------------------------------------------------------------------------------------------

    def _cannot_remind(self) -> str:
        """Say where a reminder works, or that there is no message."""
        if self._shell.workspace.kind != "sent":
            return tr("Reminders are for messages in Sent.")
        return no_row(self)

    @does(
        Command(
            "sent.remind",
            mark("Remind me if nobody answers"),
            ("Shift+N",),
            Context.LIST,
            mark("By a day that you type. Again changes it, or takes it away."),
            on_row=True,
        ),
        enabled=shown_in("sent"),
        why_not=_cannot_remind,
    )
    def remind(self) -> None:
        """Ask by when, and remind of the marked messages, or the current one."""
        panel = self._shell.workspace.panel
        ids = panel.chosen_ids()

        async def read() -> None:
            rows = await panel.session.rows_of(ids)
            panel.list.clear_marks()
            if rows:
                self._ask(rows)

        self._shell.tasks.spawn(read(), "read what was chosen")

    @cached_property
    def _picker(self) -> Picker:
        from app.ui.chooser import Picker

        return Picker(self._shell.window, self._shell.window.rest_focus)

    def _ask(self, rows: Sequence[ListRow]) -> None:
        from app.ui.chooser import Pick
        from app.views.compose.pickers import pick_moment, read_pick
        from app.views.compose.typed_dates import suggested_reminders

        now = self._shell.clock.now()
        kept = [one for row in rows if (one := self._reminders.get(row.account_id, row.message_id)) is not None]
        picks = [pick_moment(moment, now) for moment in suggested_reminders(now)]
        if kept:
            picks.append(Pick(tr("No reminder"), 0.0))

        def chosen(when: object) -> None:
            if when == 0.0:
                self._take_away(rows)
            elif isinstance(when, float):
                self._put(rows, float(int(when)))

        note = tr("Type a day, such as Friday, tomorrow 8 or in 3 days.")
        title = tr("Remind me if nobody answers by")
        self._picker.show_picks(title, picks, chosen, note, lambda typed: read_pick(typed, self._shell.clock.now()))

    def _put(self, rows: Iterable[ListRow], due: float) -> None:
        mailbox = self._mailbox()
        wanted = [self._made(row, due, mailbox) for row in rows if row.message_id]
        if not wanted:
            self._shell.status_bar.show_words(tr("The server gives this message no name by which an answer is found."))
            return
        words = reminder_words(due, self._shell.clock.now())
        if len(wanted) > 1:
            words = ntr("{n} message: {words}", "{n} messages: {words}", len(wanted), words=words)
        self._change(wanted, [], words)

    def _made(self, row: ListRow, due: float, mailbox: str) -> Reminder:
        return Reminder(
            account_id=row.account_id,
            message_id=row.message_id,
            due=due,
            local_id=row.local_id or LocalId(""),
            item_id="" if row.ref is None else row.ref.item_id,
            mailbox=mailbox,
            subject=row.subject,
            people=row.to,
            sent=row.when,
        )

    def _mailbox(self) -> str:
        view = self._shell.workspace.panel.session.view
        return view.place.mailbox if isinstance(view, FolderView) else ""

    def _take_away(self, rows: Iterable[ListRow]) -> None:
        gone = [one for row in rows if (one := self._reminders.get(row.account_id, row.message_id)) is not None]
        self._change([], gone, tr("No reminder any more"))

    def _change(self, wanted: Sequence[Reminder], gone: Sequence[Reminder], said: str) -> None:
        """Do it, and say so once it is on disk, with the way back."""
        before = [self._reminders.get(*one.key) for one in (*wanted, *gone)]
        there = [one for one in before if one is not None]
        fresh = [one for one, old in zip((*wanted, *gone), before, strict=True) if old is None]

        async def work(put: Sequence[Reminder], remove: Sequence[Reminder]) -> None:
            await self._reminders.remove(one.key for one in remove)
            await self._reminders.put(put)

        def take_back() -> None:
            self._shell.tasks.spawn(work(there, fresh), "take a reminder back")

        async def do() -> None:
            await work(wanted, gone)
            self._shell.status_bar.show_words(said, take_back)

        self._shell.tasks.spawn(do(), "change a reminder")

    async def show(self, one: Reminder) -> None:
        """Go to the message of a reminder; where it is no more, say so."""
        workspace = self._shell.workspace
        for place, panel in list(workspace.panels.items()):
            if panel.session.folder is not Folder.SENT:
                continue
            row_id = await panel.session.id_of_item(one.item_id)
            number = -1 if row_id is None else panel.model.number_of(row_id)
            if number >= 0:
                workspace.go(place)
                panel.list.choose()
                panel.list.go_to(number)
                return
        self._shell.status_bar.show_words(tr("This message is no longer here."))
