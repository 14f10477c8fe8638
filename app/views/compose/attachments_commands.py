"""What can be done with the attachments of a message."""

from __future__ import annotations

from app.commands.command import Command, Context
from app.core.i18n import mark

_C = Context.COMPOSE

COMMANDS = (
    Command(
        "compose.attach", mark("Attach files"), ("Ctrl+Shift+A",), _C, mark("Files can be dropped and pasted too.")
    ),
    Command(
        "compose.attachments",
        mark("Go to the attachments"),
        ("Alt+H",),
        _C,
        mark("There: Enter opens, F2 renames, Delete removes."),
    ),
    Command("compose.smaller", mark("Make pictures smaller"), ("Ctrl+Shift+J",), _C, mark("Can be undone.")),
)
