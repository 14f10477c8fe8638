"""What the commands of writing do."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from app.commands.command import Handler
from app.views.compose.editing_commands import COMMANDS
from app.views.compose.findings_commands import MOST
from app.views.compose.options_commands import OPENS

if TYPE_CHECKING:
    from app.controllers.compose import ComposeController
    from app.views.compose.attachments import AttachmentsArea
    from app.views.compose.recipients import RecipientFields
    from app.views.compose.view import ComposeView


def attachment_handlers(current: Callable[[], ComposeView | None]) -> dict[str, Handler]:
    """Return a handler for each; `current` returns the message in the pane."""

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


def editing_handlers(current: Callable[[], ComposeView | None]) -> dict[str, Handler]:
    """Return a handler for each; `current` returns the message in the pane."""

    def run(name: str) -> None:
        view = current()
        if view is not None:
            view.text.do(name)

    return {
        command.id: Handler(partial(run, command.id.removeprefix("text.")), lambda: current() is not None)
        for command in COMMANDS
    }


def finding_handlers(writing: ComposeController) -> dict[str, Handler]:
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


def option_handlers(writing: ComposeController) -> dict[str, Handler]:
    """Return a handler for each command of the options."""

    def on_message(act: Callable[[ComposeView], object]) -> Handler:
        def run() -> None:
            view = writing.current()
            if view is not None:
                act(view)

        return Handler(run, lambda: writing.current() is not None)

    def open_at(name: str, view: ComposeView) -> None:
        view.options.open(name)

    return {
        "compose.from": on_message(lambda view: view.from_line.choose()),
        "compose.later": on_message(lambda view: view.later.open(writing.send)),
        "compose.template": on_message(lambda view: view.snippets.open()),
        "compose.options": on_message(lambda view: view.options.toggle()),
        **{command: on_message(partial(open_at, name)) for command, name in OPENS.items()},
    }


def people_handlers(writing: ComposeController) -> dict[str, Handler]:
    """Return a handler for every command of the recipients fields."""

    def people() -> RecipientFields | None:
        view = writing.current()
        return None if view is None else view.people

    def handler(act: Callable[[RecipientFields], None], possible: Callable[[RecipientFields], bool]) -> Handler:
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
