"""What can be done with what was sent. A draft can be written anew too."""

from __future__ import annotations

from app.commands.command import Command, Context
from app.core.i18n import mark

_L = Context.LIST

COMMANDS = (
    Command("sent.edit_as_new", mark("Edit as new"), ("E", "Ctrl+E"), _L, mark("Works in Drafts too."), on_row=True),
    Command(
        "sent.reply_all",
        mark("Reply to all"),
        ("Shift+R", "Ctrl+Shift+R"),
        _L,
        mark("In Sent: a follow-up to those it went to."),
        on_row=True,
    ),
    Command("sent.forward", mark("Forward"), ("F", "Ctrl+Shift+F"), _L, mark("In Sent."), on_row=True),
)
