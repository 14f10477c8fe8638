"""Every command of the program: what the registry is filled with, and what the keyboard reference is made of."""

from __future__ import annotations

from app.commands.command import Command
from app.views.compare import commands as compare
from app.views.compose import commands as compose
from app.views.drafts import commands as drafts
from app.views.outbox import commands as outbox
from app.views.sent import commands as sent
from app.views.settings import commands as settings
from app.views.shell import commands as shell

ALL: tuple[Command, ...] = (
    *shell.COMMANDS,
    *drafts.COMMANDS,
    *outbox.COMMANDS,
    *sent.COMMANDS,
    *compose.COMMANDS,
    *compare.COMMANDS,
    *settings.COMMANDS,
)
