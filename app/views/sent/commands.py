"""What can be done with what was sent."""

from __future__ import annotations

from app.commands.command import Command, Context
from app.domain.i18n import mark

COMMANDS = (Command("sent.edit_as_new", mark("Edit as new"), ("E", "Ctrl+E"), Context.LIST),)
