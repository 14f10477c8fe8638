"""What the commands of the recipients fields do: each to the letter in the pane."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from app.commands.command import Handler

if TYPE_CHECKING:
    from app.bootstrap.writing import Writing
    from app.views.compose.recipients import LetterPeople


def people_handlers(writing: Writing) -> dict[str, Handler]:
    """Return a handler for every command of the recipients fields."""

    def people() -> LetterPeople | None:
        view = writing.current()
        return None if view is None else view.people

    def handler(act: Callable[[LetterPeople], None], possible: Callable[[LetterPeople], bool]) -> Handler:
        def run() -> None:
            found = people()
            if found is not None:
                act(found)

        def enabled() -> bool:
            found = people()
            return found is not None and possible(found)

        return Handler(run, enabled)

    return {
        "recipients.check": handler(lambda one: one.check_names(), lambda _: True),
        "recipients.next_field": handler(lambda one: one.move(1), lambda one: one.has_chips()),
        "recipients.previous_field": handler(lambda one: one.move(-1), lambda one: one.has_chips()),
        "recipients.expand": handler(lambda one: one.expand(), lambda one: one.has_group()),
        "recipients.about": handler(lambda one: one.show_about(), lambda one: one.has_chips()),
    }
