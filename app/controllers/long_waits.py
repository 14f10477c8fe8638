"""Asks in a bar, at the start, about messages that waited for long: they go, or are drafts again, when it is answered.

Nothing is blocked meanwhile, and no answer is an answer too: then they go on waiting, their rows say so, and the next
start asks again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from app.controllers.shell import Shell
from app.core.formatting import past_moment_words
from app.core.i18n import ntr, tr
from app.domain.record import Record
from app.domain.state import State
from app.services.outbox.outbox import Outbox
from app.services.records.records import Records
from app.ui.bars import MessageBar

_MOST_DETAILS: Final = 12


class LongWaitsBar:
    """The bar; it is there as long as a message waits for an answer, or until it is closed."""

    def __init__(self, shell: Shell, outbox: Outbox, records: Records) -> None:
        """Ask, if there is something to ask about."""
        self._shell, self._outbox = shell, outbox
        self._told: list[Record] = []
        self.bar = MessageBar(shell.window, closable=True)
        self.bar.action_wanted.connect(self._do)
        shell.window.add_bar(self.bar)
        records.changed.subscribe(self._changed)
        self._refresh()

    def _changed(self, record: Record) -> None:
        if any(record.local_id == one.local_id for one in self._told):
            self._refresh()

    def _refresh(self) -> None:
        waiting = self._outbox.long_waits.waiting()
        if waiting == self._told:
            return
        if not waiting:
            self.bar.dismiss()
        elif not self._told or self.bar.isVisible():  # else it was closed unanswered
            self._say(waiting)
        self._told = waiting

    def _say(self, waiting: Sequence[Record]) -> None:
        since = past_moment_words(self._outbox.long_waits.since(), self._shell.clock.now())
        if since:
            words = ntr(
                "{n} message has waited since {when}.",
                "{n} messages have waited since {when}.",
                len(waiting),
                when=since,
            )
        else:
            words = ntr(
                "{n} message has waited since an earlier start.",
                "{n} messages have waited since an earlier start.",
                len(waiting),
            )
        self.bar.show_sentence(
            words,
            tone="warn",
            action=("send-now", tr("Send now")),
            more=[("keep-as-drafts", tr("Keep as drafts"))],
            details=self._details(waiting),
        )

    def _details(self, waiting: Sequence[Record]) -> list[tuple[str, str]]:
        now = self._shell.clock.now()
        told = [
            (past_moment_words(one.state_at, now) if one.state_at <= now else "", _named(one))
            for one in waiting[:_MOST_DETAILS]
        ]
        more = len(waiting) - _MOST_DETAILS
        return [*told, ("", ntr("and {n} more", "and {n} more", more))] if more > 0 else told

    def _do(self, action: str) -> None:
        outbox, names = self._outbox, [one.local_id for one in self._told]
        if action == "send-now":
            self._shell.tasks.spawn(outbox.send_now(names), "send-now")
        elif action == "keep-as-drafts":
            self._shell.tasks.spawn(outbox.undo(names), "keep as drafts")


def _named(record: Record) -> str:
    subject = record.head.subject or tr("(no subject)")
    return tr("“{subject}”, to {people}", subject=subject, people=record.head.to) if record.head.to else subject


def begin_asking(shell: Shell, outbox: Outbox, records: Records) -> None:
    """Ask about what waited for long, and say in passing what else waits on purpose."""
    if outbox.long_waits.waiting():
        LongWaitsBar(shell, outbox, records)
        return
    told = [record for record in records.all() if not record.discarded]
    ready = sum(record.state is State.READY for record in told)
    scheduled = sum(record.state is State.DEFERRED for record in told)
    words = [
        *([ntr("{n} message is ready to be sent", "{n} messages are ready to be sent", ready)] if ready else []),
        *([ntr("{n} is scheduled", "{n} are scheduled", scheduled)] if scheduled else []),
    ]
    if words:
        shell.status_bar.show_words(", ".join(words))
