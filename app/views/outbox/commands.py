"""What can be done with what is on its way."""

from __future__ import annotations

from app.commands.command import Command, Context
from app.core.i18n import mark

COMMANDS = (
    Command("outbox.retry", mark("Try again"), ("R",), Context.LIST, on_row=True),
    Command(
        "outbox.was_sent",
        mark("It was sent"),
        ("Y",),
        Context.LIST,
        mark("Where that cannot be known from here."),
        on_row=True,
    ),
    Command(
        "outbox.was_not_sent", mark("It was not sent"), ("N",), Context.LIST, mark("Goes back to Drafts."), on_row=True
    ),
    Command("outbox.retry_all", mark("Try all that failed again"), ("Shift+F9",)),
)
