"""What the commands of the findings do: each to the letter in the pane."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from app.commands.command import Handler
from app.views.compose.findings_commands import MOST

if TYPE_CHECKING:
    from app.bootstrap.writing import Writing


def finding_handlers(writing: Writing) -> dict[str, Handler]:
    """Return a handler for the key of each finding."""

    def act(number: int) -> None:
        view = writing.current()
        if view is not None and view.findings is not None:
            view.findings.act(number)

    def enabled(number: int) -> bool:
        view = writing.current()
        found = None if view is None else view.session.findings
        return found is not None and number < len(found.shown)

    return {
        f"compose.finding_{number + 1}": Handler(partial(act, number), partial(enabled, number))
        for number in range(MOST)
    }
