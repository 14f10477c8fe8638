"""What only the person can know, or decide: that a letter was sent, or was not; each asked once more before it counts.

Nothing here sends. A letter that was not sent goes back to Drafts, and it is the person who sends it again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.i18n import tr
from app.domain.errors import MailError
from app.domain.message import LocalId
from app.services.outbox.save_sent_copy import Filing
from app.services.records.rows import ListRow
from app.services.text.status_text import explain_record

if TYPE_CHECKING:
    from app.bootstrap.program import Program


class Settling:
    """Asks, and does it."""

    def __init__(self, program: Program, filing: Filing) -> None:
        """Let rows and bars offer it."""
        self._program, self._filing = program, filing
        program.remedies.can_do("save-copy", self._save_copy)

    def can_settle(self) -> bool:
        """Tell whether the current row waits for the person's word."""
        row = self._row()
        record = None if row is None or row.local_id is None else self._program.letters.get(row.local_id)
        found = None if record is None else explain_record(record)
        return found is not None and "was-sent" in found.more

    def settle(self, *, was_sent: bool) -> None:
        """Take the person's word for the current row, once it is given twice."""
        row = self._row()
        if row is not None and self.can_settle():
            self.ask(row, was_sent=was_sent)

    def ask(self, row: ListRow, *, was_sent: bool) -> None:
        """Ask once more: what is said here is believed."""
        name = row.local_id
        if name is None:
            return
        if was_sent:
            question = tr("Take “{subject}” as sent? It leaves the Outbox.", subject=row.subject or tr("(no subject)"))
            action, yes = "was-sent", tr("It was sent")
        else:
            question = tr("Take it as not sent? It goes back to Drafts. If it was sent after all, sending doubles it.")
            action, yes = "was-not-sent", tr("It was not sent")
        self._program.window.ask(question, yes, lambda: self._program.remedies.apply(action, name))

    def _row(self) -> ListRow | None:
        return self._program.stage.desk.current() if self._program.stage.place else None

    async def _save_copy(self, name: LocalId) -> None:
        try:
            await self._filing.save_copy(name)
        except MailError as error:
            self._program.tasks.on_mail_error(error)
        else:
            self._program.foot.say(tr("The copy is saved"))
            self._program.sent_room.reload()
