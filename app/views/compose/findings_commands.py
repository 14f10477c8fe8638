"""What can be done about the findings of the preflight, each by its number."""

from __future__ import annotations

from typing import Final

from app.commands.command import Command, Context
from app.core.i18n import mark

MOST: Final = 5
"""So many findings have a key; more than that are not shown at once."""
_TITLES: Final = (
    mark("Do what the first finding offers"),
    mark("Do what the second finding offers"),
    mark("Do what the third finding offers"),
    mark("Do what the fourth finding offers"),
    mark("Do what the fifth finding offers"),
)

COMMANDS: Final = tuple(
    Command(f"compose.finding_{number}", title, (f"Alt+{number}",), Context.COMPOSE)
    for number, title in enumerate(_TITLES, 1)
)
