"""Letters that were open when the program ended, by whatever death, are open again, with a quiet word that they are.

What was typed is on disk in any case; this is about finding the desk as one left it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.core.i18n import tr
from app.domain.errors import MailError
from app.domain.message import LocalId
from app.domain.state import State

if TYPE_CHECKING:
    from app.bootstrap.program import Program

SAID_FOR: Final = 12_000
"""Milliseconds that the word stays."""
_WRITABLE: Final = frozenset({State.DRAFT, State.READY, State.NEEDS_ATTENTION})


def left_open(program: Program) -> list[LocalId]:
    """Return the letters that the last run had open, the one changed last at the end. Asked before they are closed."""
    records = [r for r in program.letters.all() if r.open and not r.discarded and r.state in _WRITABLE]
    return [record.local_id for record in sorted(records, key=lambda record: record.changed)]


async def reopen(program: Program, names: list[LocalId]) -> None:
    """Open them again. One that cannot be opened keeps no other closed."""
    for name in names:
        if program.letters.get(name) is None:
            continue  # nothing had been written in it
        try:
            await program.writing.open_now(name)
        except MailError as error:
            program.tasks.on_mail_error(error)
            continue
        if program.window.gate.has_keys() and program.stage.place:
            program.stage.desk.take_focus()  # what was typed before anything was there was not meant for it
        program.writing.say(name, tr("This message was open when Mailwright ended. Nothing is lost."), SAID_FOR)


async def keep_open(program: Program, name: LocalId) -> None:
    """End with a letter that the next start opens again, and wait for its save; empty ones vanish.

    Closing alone only begins a save, which the end would cut off. What is marked first holds though the save be late.
    """
    await program.drafts.close(name)
    await program.letters.change(name, lambda record: record.state in _WRITABLE and not record.discarded, open=True)
    await program.drafts.save(name)
