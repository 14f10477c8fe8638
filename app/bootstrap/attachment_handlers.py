"""The commands of attachments, done by the letter in the pane."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from app.commands.command import Handler

if TYPE_CHECKING:
    from app.views.compose.attachments import AttachmentsArea
    from app.views.compose.view import ComposeView


def attachment_handlers(current: Callable[[], ComposeView | None]) -> dict[str, Handler]:
    """Return a handler for each; `current` returns the letter in the pane."""

    def on(act: Callable[[AttachmentsArea], None]) -> Handler:
        def run() -> None:
            view = current()
            if view is not None:
                act(view.attachments)

        return Handler(run, lambda: current() is not None)

    return {
        "compose.attach": on(lambda area: area.choose()),
        "compose.attachments": on(lambda area: area.take_focus()),
        "compose.smaller": on(lambda area: area.make_smaller()),
    }
