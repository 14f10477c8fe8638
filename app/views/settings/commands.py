"""What can be done with accounts from anywhere in the window. Inside the form, access keys do all of it."""

from __future__ import annotations

from app.commands.command import Command
from app.core.i18n import mark

COMMANDS = (
    Command("account.add", mark("Add an account")),
    Command("account.signatures", mark("Signatures and templates: make and change")),
    Command("account.mailboxes", mark("Mailboxes to send as: add and remove")),
    Command(
        "account.sign_in",
        mark("Sign in"),
        help=mark("Type the password of an account that waits for it, or sign it in by the browser."),
    ),
)
