"""What can be done with the recipients of a message. These keys count in a recipients field before any others."""

from __future__ import annotations

from app.commands.command import Command, Context
from app.core.i18n import mark

_R = Context.RECIPIENTS

COMMANDS = (
    Command("recipients.check", mark("Check names"), ("Ctrl+K",), _R, mark("Asks the directory who is meant.")),
    Command(
        "recipients.next_field", mark("Move to the next field"), ("Alt+Down",), _R, mark("The selected recipients.")
    ),
    Command("recipients.previous_field", mark("Move to the field before"), ("Alt+Up",), _R),
    Command("recipients.expand", mark("Replace a group by its members"), ("Alt+Right",), _R),
    Command("recipients.about", mark("What is known of a recipient"), ("Alt+Return", "Alt+Enter"), _R),
)
