"""What the mouse is offered where messages are listed and read: menus and buttons of the commands that the keys do."""

from __future__ import annotations

from functools import partial
from typing import Final

from PySide6.QtCore import QPoint

from app.commands.command import Context
from app.controllers.shell import Shell
from app.core.i18n import mark, tr
from app.ui.menus import Item, new_menu, open_menu
from app.ui.message_list.list_panel import ListPanel
from app.ui.message_list.list_view import RowTool

_ROW: Final[tuple[Item, ...]] = (
    *("list.remedy", "", "list.open", "list.open_in_window", ""),
    *("received.reply", "sent.reply_all", "sent.forward", "sent.forward_attached"),
    *("sent.edit_as_new", "sent.resend", "sent.send_again", "sent.remind", "sent.take_signature", ""),
    *("drafts.send", "drafts.set_ready", "outbox.retry", "outbox.was_sent", "outbox.was_not_sent", ""),
    *("many.move", "many.copy", "many.category", "many.export", "many.print", ""),
    *("list.mark", "list.mark_all"),
)
_SORT: Final = (
    *("list.by_newest", "list.by_oldest", "list.by_recipient", "list.by_subject", "list.by_size", "list.group"),
)
_MESSAGE: Final = (
    *("list.conversation", "list.attachments", "list.save_attachments", "list.plain", "list.headers", "list.details"),
)
_DELETE: Final[tuple[Item, ...]] = ("", "drafts.discard")
_FILE: Final[tuple[Item, ...]] = ("read.reply", "read.reply_all", "read.forward", "read.edit_as_new")


_PLACES: Final[dict[str, tuple[Item, ...]]] = {
    "drafts": ("list.new", "list.last_draft", "drafts.send_ready", ""),
    "outbox": ("outbox.retry_all", "many.stop", ""),
    "sent": ("list.find", "list.find_server", ""),
    "received": ("list.find", "list.find_server", ""),
}
"""What a place at the left edge offers, by its kind."""
_EVERYWHERE: Final[tuple[Item, ...]] = (
    *("window.refresh", "list.go_mailbox", ""),
    *("account.add", "account.mailboxes", "account.signatures", "account.style", "window.settings"),
)
_TOOLS: Final = (
    (("received",), "received.reply", "reply", mark("Reply")),
    (("sent",), "sent.reply_all", "reply-all", mark("Reply to all")),
    (("sent", "received"), "sent.forward", "forward", mark("Forward")),
    (("drafts", "sent"), "drafts.discard", "trash-2", mark("Delete")),
    (("drafts", "sent", "received", "outbox"), "", "ellipsis", mark("More")),
)
"""What rows offer under the mouse, and in lists of which kind."""


class MenuController:
    """Shows what can be done with rows, and with the message that is read."""

    def __init__(self, shell: Shell) -> None:
        """Listen to the lists and the reader of `shell`."""
        self._shell = shell
        shell.workspace.for_each_list(self._listen)
        shell.reader.menu_wanted.connect(self._open_for_message)
        shell.reader.tools.wanted.connect(self._do)
        shell.reader.shown.connect(self._offer)
        shell.window.sidebar.menu_wanted.connect(self._open_for_place)

    def _listen(self, panel: ListPanel) -> None:
        panel.list.menu_wanted.connect(partial(self._open_for_rows, panel))
        panel.list.tool_clicked.connect(self._shell.registry.run)
        kind = next((place for place, one in self._shell.workspace.panels.items() if one is panel), "")
        tools = [one for one in _TOOLS if kind.partition(":")[0] in one[0]]
        panel.list.offer_tools([RowTool(command, icon, tr(words)) for _, command, icon, words in tools])

    def _open_for_rows(self, panel: ListPanel, place: QPoint) -> None:
        items = (*_ROW, "", (tr("Sort"), _SORT), (tr("This message"), _MESSAGE), *_DELETE)
        open_menu(panel, self._shell.registry, items, place)

    def _open_for_place(self, name: str, place: QPoint) -> None:
        """Go to the list under the mouse, and offer what can be done there; beside lists, what can be anywhere."""
        workspace = self._shell.workspace
        if name in workspace.panels:
            workspace.go(name)
        items = (*_PLACES.get(name.partition(":")[0], ("message.new", "")), *_EVERYWHERE)
        open_menu(self._shell.window.sidebar, self._shell.registry, items, place)

    def _open_for_message(self, place: QPoint) -> None:
        """Offer what can be done with the text under the mouse, and with its message."""
        reader = self._shell.reader
        menu = reader.text_menu() or new_menu(reader)
        if not menu.isEmpty():
            menu.addSeparator()
        if self._reads_other():
            items: tuple[Item, ...] = _FILE
        else:
            self._choose()
            items = (*_ROW[:-3], "", *_MESSAGE, *_DELETE)
        open_menu(reader, self._shell.registry, items, place, menu)

    def _reads_other(self) -> bool:
        return Context.READING in self._shell.workspace.contexts() or self._shell.workspace.reads_other()

    def _choose(self) -> None:
        """Take the message that is read for chosen: the person points at it."""
        if self._shell.workspace.place:
            self._shell.workspace.panel.list.choose()

    def _do(self, command: str) -> None:
        self._choose()
        self._shell.registry.run(command)

    def _offer(self) -> None:
        """Show the buttons that fit the message that is read now."""
        self._shell.reader.tools.offer(self._fits)

    def _fits(self, command: str) -> bool:
        """Return whether a button is of use; whether the row was chosen does not count, for its click chooses it."""
        if command.startswith("read.") or self._reads_other():
            return command.startswith("read.") and self._reads_other()
        if command == "list.open" and self._shell.workspace.kind != "drafts":
            return False
        return self._shell.registry.can_do(command, pointed=True)
