"""What can be done while writing a message."""

from __future__ import annotations

from app.commands.command import Command, Context
from app.core.i18n import mark
from app.views.compose import (
    attachments_commands,
    editing_commands,
    findings_commands,
    options_commands,
    recipients_commands,
)

_C = Context.COMPOSE

COMMANDS = (
    Command(
        "compose.send",
        mark("Send"),
        ("Ctrl+Return", "Ctrl+Enter", "Alt+S"),
        _C,
        mark("Enter alone never sends. Tab leads there from the text."),
    ),
    Command("compose.save", mark("Save draft"), ("Ctrl+S",), _C, mark("It also saves itself after a pause.")),
    Command(
        "compose.discard",
        mark("Discard message"),
        ("Ctrl+Shift+D",),
        _C,
        mark("Can be undone."),
        keys_mac=("Ctrl+Shift+Backspace",),
    ),
    Command("compose.to", mark("To"), ("Alt+T", "Ctrl+Shift+T"), _C),
    Command("compose.cc", mark("Cc"), ("Alt+C", "Ctrl+Shift+C"), _C),
    Command("compose.bcc", mark("Bcc"), ("Alt+B", "Ctrl+Shift+B"), _C),
    Command("compose.subject", mark("Subject"), ("Alt+U",), _C),
    Command("compose.body", mark("Text of the message"), ("Alt+M",), _C),
    Command(
        "compose.window",
        mark("Into a window of its own, or back"),
        ("Ctrl+Shift+W",),
        _C,
        mark("Closing that window saves the message."),
    ),
    Command("compose.importance", mark("High importance"), ("Alt+I", "Ctrl+Shift+I"), _C),
    Command(
        "compose.options", mark("Options"), ("Alt+O", "Ctrl+Shift+O"), _C, mark("Receipts, flag, copy and the like.")
    ),
    *options_commands.COMMANDS,
    *editing_commands.COMMANDS,
    *attachments_commands.COMMANDS,
    Command("compose.remedy", mark("Do what the bar offers"), ("Alt+A",), _C),
    Command("compose.details", mark("Show or hide details"), ("Alt+D",), _C),
    *findings_commands.COMMANDS,
    *recipients_commands.COMMANDS,
)
