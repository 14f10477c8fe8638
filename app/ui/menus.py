"""Menus of commands: what a right click or the button "More" offers is what the keys do, by the commands' own names."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMenu, QWidget

from app.commands.command import Registry
from app.ui import keys
from app.ui.widgets import plain_caption

Item = str | tuple[str, Sequence[str]]
"""The id of a command, "" for a line between two groups, or the title of a menu of its own with the ids in it."""


def open_menu(
    owner: QWidget, registry: Registry, items: Sequence[Item], place: QPoint, menu: QMenu | None = None
) -> QMenu:
    """Show `items` at `place` of the screen, below what stands in `menu` already; it deletes itself when it closes.

    What cannot be done now is left out, and so are lines with nothing between them.
    """
    menu = new_menu(owner) if menu is None else menu
    fill(menu, registry, items)
    if not menu.isEmpty():
        menu.popup(place)
    return menu


def new_menu(owner: QWidget) -> QMenu:
    """Return an empty menu that deletes itself when it closes."""
    menu = QMenu(owner)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.setToolTipsVisible(True)
    return menu


def fill(menu: QMenu, registry: Registry, items: Sequence[Item]) -> None:
    """Add `items` to a menu, as far as they can be done now."""
    wants_line = False
    for item in items:
        if item == "":
            wants_line = not menu.isEmpty()
            continue
        if isinstance(item, str):
            ids, into = [item], menu
        else:
            ids, into = list(item[1]), QMenu(plain_caption(item[0]), menu)
        possible = [one for one in ids if registry.can_do(one)]
        if not possible:
            continue
        if wants_line:
            menu.addSeparator()
            wants_line = False
        for one in possible:
            _add(into, registry, one)
        if into is not menu:
            menu.addMenu(into)


def _add(menu: QMenu, registry: Registry, command_id: str) -> None:
    command = registry.command(command_id)
    shown = keys.shown(command).replace("Return", "Enter")
    action = menu.addAction(f"{plain_caption(command.shown_title())}\t{shown}" if shown else command.shown_title())
    # In the turn after: the menu is closed by then, and the focus is where the command expects it.
    action.triggered.connect(partial(registry.run, command_id), Qt.ConnectionType.QueuedConnection)
