"""The commands of the text itself, done by the letter in the pane."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from app.commands.command import Handler
from app.views.compose.editing_commands import COMMANDS

if TYPE_CHECKING:
    from app.views.compose.view import ComposeView


def editing_handlers(current: Callable[[], ComposeView | None]) -> dict[str, Handler]:
    """Return a handler for each; `current` returns the letter in the pane."""

    def run(name: str) -> None:
        view = current()
        if view is not None:
            view.text.do(name)

    return {
        command.id: Handler(partial(run, command.id.removeprefix("text.")), lambda: current() is not None)
        for command in COMMANDS
    }
