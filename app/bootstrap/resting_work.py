"""What can be done from here with letters that rest in the server's Outbox: taking them back, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.i18n import tr
from app.domain.outcome import Outcome, Verdict
from app.services.records.rows import ListRow
from app.services.text.error_text import explain_outcome

if TYPE_CHECKING:
    from app.bootstrap.program import Program

_GONE = "ErrorItemNotFound"


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
        if outcome is None or outcome.code == _GONE:
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
