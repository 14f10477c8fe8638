"""What the commands of every list do: find, sort, group."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from app.commands.command import Handler
from app.core.i18n import tr
from app.domain.listing import Order

if TYPE_CHECKING:
    from app.bootstrap.program import Program

_ORDERS = {
    "list.by_newest": Order.NEWEST,
    "list.by_oldest": Order.OLDEST,
    "list.by_recipient": Order.RECIPIENT,
    "list.by_subject": Order.SUBJECT,
    "list.by_size": Order.LARGEST,
}


def list_handlers(program: Program) -> dict[str, Handler]:
    """Return what can be done with whichever list is shown."""
    stage = program.stage

    def is_shown() -> bool:
        return bool(stage.place)

    def find() -> None:
        stage.desk.begin_search()

    def arrange(order: Order) -> None:
        stage.desk.session.arrange(order)
        stage.desk.list.go_to(0)

    def group() -> None:
        session = stage.desk.session
        if not session.toggle_groups():
            program.foot.say(tr("Not grouped"))
        elif session.order is Order.RECIPIENT:
            program.foot.say(tr("Grouped by recipient"))
        else:
            program.foot.say(tr("Grouped by day"))

    def find_on_server() -> None:
        if not stage.desk.session.searching:
            stage.desk.begin_search()  # there is nothing yet to ask the server for
            return
        stage.desk.search_server()
        program.foot.say(tr("Looking on the server…"))

    program.sent_room.found.subscribe(lambda count: _tell_found(program, count))
    program.drafts_room.found.subscribe(lambda count: _tell_found(program, count))
    return {
        "list.find": Handler(find, is_shown),
        "list.find_server": Handler(find_on_server, is_shown),
        "list.group": Handler(group, is_shown),
        **{name: Handler(partial(arrange, order), is_shown) for name, order in _ORDERS.items()},
    }


def _tell_found(program: Program, count: int) -> None:
    program.foot.say(tr("The server found {n}", n=count) if count else tr("The server found nothing"))
