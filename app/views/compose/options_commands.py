"""From whom, and each option by its name, for the palette: the panel opens with the focus on it, without own keys."""

from __future__ import annotations

from typing import Final

from app.commands.command import Command, Context
from app.core.i18n import mark

OPENS: Final = {
    "compose.option_sensitivity": "sensitivity",
    "compose.option_categories": "categories",
    "compose.option_flag": "flag",
    "compose.option_reminder": "reminder",
    "compose.option_reply_to": "reply_to",
    "compose.option_headers": "headers",
    "compose.option_copy": "copy",
    "compose.option_read_receipt": "read_receipt",
    "compose.option_delivery_receipt": "delivery_receipt",
    "compose.option_response": "response_requested",
}
"""From each command to the option it opens."""

_TITLES: Final = (
    mark("Sensitivity"),
    mark("Categories"),
    mark("Follow-up flag"),
    mark("Reminder"),
    mark("Reply to"),
    mark("Custom headers"),
    mark("Where the copy goes"),
    mark("Read receipt"),
    mark("Delivery receipt"),
    mark("Ask for an answer"),
)

_C: Final = Context.COMPOSE
COMMANDS: Final = (
    Command("compose.from", mark("From"), ("Alt+F", "Ctrl+Shift+F"), _C, mark("Any mailbox you may send as.")),
    Command(
        "compose.later", mark("Send later"), ("Ctrl+Shift+Return", "Ctrl+Shift+Enter"), _C, mark("At a time you type.")
    ),
    Command("compose.template", mark("Template or signature"), ("Ctrl+T",), _C),
    *(Command(name, title, (), _C) for name, title in zip(OPENS, _TITLES, strict=True)),
)
