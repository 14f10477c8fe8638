"""Collects the commands of all controllers, in the order of the palette and of the keyboard reference."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from app.commands.command import Command, Handler, bound, declared
from app.controllers.attachment_viewer import AttachmentViewerController
from app.controllers.bulk import BulkController
from app.controllers.compose_commands import (
    AttachmentCommands,
    ComposeCommands,
    FindingCommands,
    OptionCommands,
    RecipientCommands,
    TextCommands,
)
from app.controllers.list_navigation import ListNavigation
from app.controllers.lists import ListController
from app.controllers.message_windows import MessageWindows
from app.controllers.reader import ConversationController, ReaderCommands
from app.controllers.resolution import ComparingWork, ManualResolution
from app.controllers.unplaced_text import UnplacedText
from app.controllers.window import WindowController

if TYPE_CHECKING:
    from app.controllers.program import Program

CONTROLLERS: Final[tuple[type, ...]] = (
    *(WindowController, ListController, ManualResolution, UnplacedText),
    *(ComposeCommands, MessageWindows),
    *(ListNavigation, ReaderCommands, AttachmentViewerController, ConversationController, BulkController),
    *(OptionCommands, TextCommands, AttachmentCommands, FindingCommands, RecipientCommands),
    ComparingWork,
)
"""Every class that declares commands."""

ALL: Final = tuple(command for controller in CONTROLLERS for command in declared(controller))


def all_bound(program: Program, window: WindowController, desk: ListController) -> list[tuple[Command, Handler]]:
    """Return every command with its usual keys and what it does; what would do nothing says why not."""
    writing = program.writing
    controllers: list[object] = [
        *(window, program.unplaced, desk, program.settling, program.popping, program.comparing),
        *(desk.navigation, desk.reader_commands, desk.enclosing, desk.conversing, desk.many),
        *(ComposeCommands(writing), OptionCommands(writing), TextCommands(writing)),
        *(AttachmentCommands(writing), FindingCommands(writing), RecipientCommands(writing)),
    ]
    by_class = {type(controller): controller for controller in controllers}
    pairs = [pair for controller in CONTROLLERS for pair in bound(by_class[controller])]
    return [(command, _answered(handler, program.foot.hint)) for command, handler in pairs]


def _answered(handler: Handler, say: Callable[[str], None]) -> Handler:
    """Let a command say why it does nothing where that is so; the palette offers it as before.

    Whether it can be done is asked once more: it was offered some time ago.
    """

    def run() -> None:
        why = handler.why_not()
        if why:
            say(why)
        elif handler.enabled():
            handler.run()

    return handler._replace(run=run)
