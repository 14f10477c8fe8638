"""The commands of a letter's options, done in the letter that is in the pane."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from app.commands.command import Handler
from app.views.compose.options_commands import OPENS

if TYPE_CHECKING:
    from app.bootstrap.writing import Writing
    from app.views.compose.view import ComposeView


def option_handlers(writing: Writing) -> dict[str, Handler]:
    """Return a handler for each command of the options."""

    def on_letter(act: Callable[[ComposeView], object]) -> Handler:
        def run() -> None:
            view = writing.current()
            if view is not None:
                act(view)

        return Handler(run, lambda: writing.current() is not None)

    def open_at(name: str, view: ComposeView) -> None:
        view.options.open(name)

    return {
        "compose.from": on_letter(lambda view: view.from_line.choose()),
        "compose.later": on_letter(lambda view: view.later.open(writing.send)),
        "compose.template": on_letter(lambda view: view.snippets.open()),
        "compose.options": on_letter(lambda view: view.options.toggle()),
        **{command: on_letter(partial(open_at, name)) for command, name in OPENS.items()},
    }
