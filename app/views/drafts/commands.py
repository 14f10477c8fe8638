"""What can be done with drafts in their list."""

from __future__ import annotations

from app.commands.command import Command, Context
from app.core.i18n import mark

_L = Context.LIST

COMMANDS = (
    Command(
        "drafts.send",
        mark("Send selected"),
        ("Ctrl+Return", "Ctrl+Enter"),
        _L,
        mark("One request for all of them."),
        on_row=True,
    ),
    Command(
        "drafts.send_ready",
        mark("Send all drafts that are ready"),
        ("F9",),
        help=mark("Says how many, and sends when you press Enter."),
    ),
    Command(
        "drafts.set_ready",
        mark("Put aside as ready, or take that back"),
        ("Ctrl+Shift+Return", "Ctrl+Shift+Enter"),
        _L,
        mark("F9 sends all that are ready."),
        on_row=True,
    ),
    Command(
        "drafts.discard",
        mark("Delete"),
        ("Del", "#", "Backspace"),
        _L,
        mark("In Drafts and in Sent. Can be undone."),
        on_row=True,
    ),
)
