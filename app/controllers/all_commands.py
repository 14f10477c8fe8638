"""Collects the commands of all controllers, and what each does."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from app.commands.command import Command, Handler
from app.controllers.compose_commands import (
    attachment_handlers,
    editing_handlers,
    finding_handlers,
    option_handlers,
    people_handlers,
)
from app.controllers.lists import list_handlers
from app.controllers.why_not import WhyNot
from app.domain.message import Field
from app.ui.message_list.list_panel import ListPanel
from app.views.compare import commands as compare
from app.views.compose import commands as compose
from app.views.drafts import commands as drafts
from app.views.outbox import commands as outbox
from app.views.sent import commands as sent
from app.views.settings import commands as settings
from app.views.shell import commands as shell

if TYPE_CHECKING:
    from app.controllers.lists import ListController
    from app.controllers.program import Program
    from app.controllers.window import WindowController

ALL: tuple[Command, ...] = (
    *shell.COMMANDS,
    *drafts.COMMANDS,
    *outbox.COMMANDS,
    *sent.COMMANDS,
    *compose.COMMANDS,
    *compare.COMMANDS,
    *settings.COMMANDS,
)


Handlers = dict[str, Handler]


def all_handlers(program: Program, window: WindowController, desk: ListController) -> Handlers:
    """Return a handler for every command there is; what would do nothing says why not."""
    handlers = {
        **_everywhere(program, window),
        **_in_lists(program, desk, window),
        **_in_rooms(program, desk),
        **_while_writing(program),
        **program.comparing.handlers(),
        **program.popping.handlers(),
        **program.unplaced.handlers(),
    }
    for name, why_not in WhyNot(program).sentences().items():
        handlers[name] = _answered(handlers[name], why_not, program.foot.hint)
    return handlers


def _answered(handler: Handler, why_not: Callable[[], str], say: Callable[[str], None]) -> Handler:
    """Let a command say why it does nothing where that is so; the palette offers it as before."""

    def run() -> None:
        why = why_not()
        if why:
            say(why)
        else:
            handler.run()

    return Handler(run, handler.enabled, why_not)


def _everywhere(program: Program, window: WindowController) -> Handlers:
    stage = program.stage
    return {
        "message.new": Handler(program.writing.begin),
        "go.compose": Handler(window.go_compose),
        "go.drafts": Handler(lambda: stage.go("drafts")),
        "go.sent": Handler(lambda: stage.go("sent")),
        "go.outbox": Handler(lambda: stage.go("outbox")),
        "problem.next": Handler(lambda: window.next_problem(1)),
        "problem.previous": Handler(lambda: window.next_problem(-1)),
        "pane.next": Handler(lambda: program.window.focus_next_pane(1)),
        "pane.previous": Handler(lambda: program.window.focus_next_pane(-1)),
        "window.palette": Handler(program.window.open_palette),
        "window.keys": Handler(window.show_keys),
        "window.settings": Handler(window.show_settings),
        "window.refresh": Handler(window.refresh),
        "window.scheme": Handler(window.switch_scheme),
        "window.quit": Handler(lambda: _close(program)),
        "account.add": Handler(window.add_account),
        "account.signatures": Handler(lambda: window.show_account_page("signatures")),
        "account.mailboxes": Handler(lambda: window.show_account_page("mailboxes")),
        "account.sign_in": Handler(window.sign_in, window.can_sign_in),
    }


def _close(program: Program) -> None:
    program.window.close()


def _in_lists(program: Program, desk: ListController, window: WindowController) -> Handlers:
    stage = program.stage

    def on_list(act: Callable[[ListPanel], object]) -> Handler:
        def run() -> None:
            act(stage.desk)

        return Handler(run, lambda: bool(stage.place))

    return {
        "list.new": Handler(program.writing.begin),
        "list.open": Handler(desk.open),
        "list.last_draft": Handler(desk.open_last_draft),
        "list.next": on_list(lambda shown: shown.list.step(1)),
        "list.previous": on_list(lambda shown: shown.list.step(-1)),
        "list.mark": on_list(lambda shown: shown.list.toggle_mark()),
        "list.mark_down": on_list(lambda shown: shown.list.mark_and_step(1)),
        "list.mark_up": on_list(lambda shown: shown.list.mark_and_step(-1)),
        "list.mark_all": on_list(lambda shown: shown.list.mark_all()),
        "list.remedy": Handler(desk.remedy),
        **_of_the_reader(program),
        "list.undo": Handler(program.foot.undo, program.foot.can_undo),
        **list_handlers(program),
        **desk.many.handlers(),
        **desk.enclosing.handlers(),
        "many.stop": Handler(desk.stop),
        **desk.conversing.handlers(),
        "list.go_mailbox": Handler(desk.go_to_other_mailbox),
        "list.keys": Handler(window.show_keys),
        "list.go_compose": Handler(window.go_compose),
        "list.go_drafts": Handler(lambda: stage.go("drafts")),
        "list.go_sent": Handler(lambda: stage.go("sent")),
        "list.go_outbox": Handler(lambda: stage.go("outbox")),
    }


def _of_the_reader(program: Program) -> Handlers:
    def on_reader(act: Callable[[], object]) -> Handler:
        def run() -> None:
            if program.stage.reads_soon():
                program.stage.read_now()  # the pane rests before it reads; asked for is the row's message, not the last
            act()

        return Handler(run)

    return {
        "list.details": on_reader(program.reader.bar.show_details),
        "list.plain": on_reader(program.reader.toggle_plain),
        "list.headers": on_reader(program.reader.toggle_headers),
    }


def _in_rooms(program: Program, desk: ListController) -> Handlers:
    def at(*places: str) -> Callable[[], bool]:
        return lambda: program.stage.kind in places

    return {
        "drafts.send": Handler(desk.send_chosen, at("drafts")),
        "drafts.send_ready": Handler(desk.offer_ready),
        "drafts.set_ready": Handler(desk.set_ready, at("drafts")),
        "drafts.discard": Handler(desk.discard_chosen, at("drafts", "sent")),
        "outbox.retry": Handler(desk.retry_chosen, at("outbox", "drafts")),
        "outbox.retry_all": Handler(program.outbox_room.retry_all),
        "outbox.was_sent": Handler(lambda: program.settling.settle(was_sent=True), program.settling.can_settle),
        "outbox.was_not_sent": Handler(lambda: program.settling.settle(was_sent=False), program.settling.can_settle),
        "sent.edit_as_new": Handler(desk.edit_as_new, at("sent", "drafts")),
        "sent.reply_all": Handler(lambda: desk.follow(program.sent_room.reply_all), at("sent")),
        "sent.forward": Handler(lambda: desk.follow(program.sent_room.forward), at("sent")),
    }


def _while_writing(program: Program) -> Handlers:
    writing = program.writing

    def on_message(act: str) -> Handler:
        def run() -> None:
            view = writing.current()
            if view is not None:
                getattr(view, act)()

        return Handler(run, lambda: writing.current() is not None)

    def focus(field: Field) -> Handler:
        return Handler(lambda: writing.focus(field), lambda: writing.current() is not None)

    return {
        "compose.send": Handler(writing.send, lambda: writing.current() is not None),
        "compose.save": on_message("save"),
        "compose.discard": on_message("discard"),
        "compose.to": focus(Field.TO),
        "compose.cc": focus(Field.CC),
        "compose.bcc": focus(Field.BCC),
        "compose.subject": focus(Field.SUBJECT),
        "compose.body": focus(Field.BODY),
        "compose.importance": on_message("toggle_importance"),
        **attachment_handlers(writing.current),
        "compose.remedy": on_message("do_remedy"),
        "compose.details": on_message("toggle_details"),
        **editing_handlers(writing.current),
        **option_handlers(writing),
        **people_handlers(writing),
        **finding_handlers(writing),
    }
