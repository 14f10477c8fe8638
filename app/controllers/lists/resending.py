"""Sends a message once more: to all it went to, or to those alone whom it did not reach. Never unawares, never twice.

It is asked first, with the people by name, and said if it was sent again before. What goes is a new message, which can
be undone as any other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from app.commands.command import Command, Context, does
from app.controllers.lists.row_actions import RowActions
from app.controllers.shell import Shell, ShellController
from app.controllers.why_not import no_single_row, shown_in
from app.core.formatting import past_moment_words
from app.core.i18n import mark, ntr, tr
from app.domain.listing import ReportKind
from app.domain.message import Content, LocalId, written_anew
from app.domain.recipient import Recipient
from app.domain.record import Record, went_out_at
from app.domain.state import MAY_HAVE_LEFT, STILL_GOING, WENT_OUT
from app.services.outbox.outbox import Outbox
from app.services.records.records import Records
from app.services.records.rows import ListRow
from app.services.text.status_text import short_subject, to_the_missed

_NAMED: Final = 3
"""So many people are named in the question; more are counted."""
_SENT_AGAIN: Final = WENT_OUT | STILL_GOING | MAY_HAVE_LEFT


def _people(people: Sequence[Recipient]) -> str:
    names = [one.name or one.address for one in people]
    more = len(names) - _NAMED
    shown = ", ".join(names[:_NAMED])
    return shown + ntr(" and {n} more", " and {n} more", more) if more > 0 else shown


class ResendController(ShellController):
    """Asks, and does it. `on_sent` is told of each message that goes."""

    def __init__(self, shell: Shell, records: Records, outbox: Outbox, row_actions: RowActions) -> None:
        """Nothing is sent again yet."""
        self._shell, self._records, self._outbox, self._row_actions = shell, records, outbox, row_actions
        self.on_sent: Callable[[LocalId], None] = lambda _name: None
        self._under_way: set[str] = set()

    def _cannot_resend(self) -> str:
        if self._shell.workspace.kind != "sent":
            return tr("Only what was sent can be sent again.")
        return no_single_row(self)

    @does(
        Command(
            "sent.resend",
            mark("Resend"),
            ("Shift+E",),
            Context.LIST,
            mark("The same message to the same people, once you have confirmed it."),
            on_row=True,
        ),
        enabled=shown_in("sent"),
        why_not=_cannot_resend,
    )
    def resend(self) -> None:
        """Send the current message once more to all it went to."""
        self._ask(written_anew, missed=False)

    def _came_back(self) -> bool:
        row = self._shell.workspace.panel.current() if self._shell.workspace.kind == "sent" else None
        return row is not None and any(one.kind is ReportKind.NOT_DELIVERED for one in row.reports)

    def _cannot_send_again(self) -> str:
        return self._cannot_resend() or ("" if self._came_back() else tr("No report says that this did not arrive."))

    @does(
        Command(
            "sent.send_again",
            mark("Send again to those who bounced"),
            (),
            Context.LIST,
            mark("To those alone whom it did not reach, once you have confirmed it."),
            on_row=True,
        ),
        enabled=_came_back,
        why_not=_cannot_send_again,
    )
    def send_again(self) -> None:
        """Send the current message once more to those alone whom it did not reach."""
        self._ask(None, missed=True)

    def _ask(self, anew: Callable[[Content], Content] | None, *, missed: bool) -> None:
        row = self._shell.workspace.panel.current()
        if row is None:
            return
        made = anew or (lambda content: to_the_missed(content, row.reports))

        async def read() -> None:
            try:
                content = made(await self._shell.lists.sent.read_content(row))
            except KeyError:
                self._shell.status_bar.show_words(tr("This message is no longer here."))
                return
            if not content.recipients():
                self._shell.status_bar.show_words(tr("The report names nobody to whom you wrote. Open the report."))
                return
            self._shell.window.ask(
                self._question(row, content), tr("Send"), lambda: self._send(row, made, missed=missed)
            )

        self._shell.tasks.spawn(read(), "ask whether a message is sent again")

    def _question(self, row: ListRow, content: Content) -> str:
        people, subject = _people(content.recipients()), short_subject(row.subject)
        before = self._before(row)
        if before is None:
            return tr("Send “{subject}” again to {people}?", subject=subject, people=people)
        when = past_moment_words(went_out_at(before), self._shell.clock.now())
        return tr(
            "You sent “{subject}” again {when} already. Send it once more to {people}?",
            subject=subject,
            when=when,
            people=people,
        )

    def _before(self, row: ListRow) -> Record | None:
        """Return the last message by which this one was sent again, or may have been; None for none."""
        again = (one for one in self._records.all() if row.message_id and one.resends == row.message_id)
        sent = [one for one in again if one.state in _SENT_AGAIN and not one.discarded]
        return max(sent, key=went_out_at, default=None)

    def _send(self, row: ListRow, anew: Callable[[Content], Content], *, missed: bool) -> None:
        if row.key in self._under_way:
            self._shell.status_bar.show_words(tr("This is being done already"))
            return
        self._under_way.add(row.key)
        self._shell.tasks.spawn(self._do(row, anew, missed=missed), "send a message again")

    async def _do(self, row: ListRow, anew: Callable[[Content], Content], *, missed: bool) -> None:
        try:
            name = await self._shell.lists.sent.made_to_resend(row, anew)
            answers = await self._outbox.send([name], self._outbox.hold_seconds)
        except KeyError:
            self._shell.status_bar.show_words(tr("This message is no longer here."))
            return
        finally:
            self._under_way.discard(row.key)
        if not answers[0].goes:
            self._row_actions.tell_kept([row], answers)
            self._row_actions.on_kept_back([name])
            return
        if missed:
            self._row_actions.settle(row)
        self.on_sent(name)
