"""Collects the commands of all controllers, in the order of the palette and of the keyboard reference."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from app.commands.command import Command, Handler, bound, declared
from app.controllers.accounts import AccountController
from app.controllers.compose.compose_commands import (
    AttachmentCommands,
    ComposeCommands,
    FindingCommands,
    OptionCommands,
    RecipientCommands,
    TextCommands,
)
from app.controllers.compose.message_windows import MessageWindows
from app.controllers.compose.versions import VersionsController
from app.controllers.lists.bulk import BulkController
from app.controllers.lists.list_navigation import ListNavigation
from app.controllers.lists.lists import ListController
from app.controllers.lists.other_mailboxes import OtherMailboxes
from app.controllers.lists.received_list import ReceivedList
from app.controllers.lists.reminding import ReminderController
from app.controllers.lists.resending import ResendController
from app.controllers.lists.resolution import ComparisonController, ManualResolution
from app.controllers.lists.sent_signature import SentSignature
from app.controllers.new_version import NewVersion
from app.controllers.reader.attachment_viewer import AttachmentViewerController
from app.controllers.reader.reader import ConversationController, ReaderController
from app.controllers.reader.received import ReceivedController
from app.controllers.unplaced_text import UnplacedText
from app.controllers.window import WindowController

CONTROLLERS: Final[tuple[type, ...]] = (
    *(WindowController, ReceivedList, AccountController, OtherMailboxes),
    *(ListController, ResendController, ReminderController, SentSignature, ManualResolution, UnplacedText),
    NewVersion,
    *(ComposeCommands, VersionsController, MessageWindows),
    *(ListNavigation, ReaderController, AttachmentViewerController, ConversationController, BulkController),
    ReceivedController,
    *(OptionCommands, TextCommands, AttachmentCommands, FindingCommands, RecipientCommands),
    ComparisonController,
)
"""Every class that declares commands."""

ALL: Final = tuple(command for controller in CONTROLLERS for command in declared(controller))


def all_bound(controllers: Iterable[object], say: Callable[[str], None]) -> list[tuple[Command, Handler]]:
    """Return every command of `controllers`, one of each class, with its usual keys and what it does.

    A command that would do nothing tells `say` why not.
    """
    by_class = {type(controller): controller for controller in controllers}
    pairs = [pair for controller in CONTROLLERS for pair in bound(by_class[controller])]
    return [(command, _answered(handler, say)) for command, handler in pairs]


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
