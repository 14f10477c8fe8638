"""Prints what a screen reader sees of one program, as JSON: run by the system's Python, which has the AT-SPI bindings.

Each line on standard input is a process id, with "places" where all that shows is to say where it is; the answer is
one line: the tree of that program, or null where it is not on the accessibility bus (yet).
The process lives as long as its standard input, since starting one per look is slow.
Nodes that are not on the screen are left out, with all below them.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import gi  # type: ignore[import-not-found]  # it belongs to the system's Python alone

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # type: ignore[import-not-found]  # noqa: E402 - the version comes first

_CLICKED = ("push button", "check box", "radio button", "text", "list item")
"""What a test may click on: where it is, is asked for these alone, as each question takes its time."""
_MOST_CHILDREN = 300
_LONG, _SHOWN = 100_000, 4_000
_STATES = ("focused", "checked", "selected", "enabled", "editable", "active", "expanded", "showing", "defunct")


def find(pid: int) -> Any:
    """Return the program with this process id, or None."""
    desktop = Atspi.get_desktop(0)
    for index in range(desktop.get_child_count()):
        program = desktop.get_child_at_index(index)
        if program is not None and program.get_process_id() == pid:
            return program
    return None


def read(node: Any, depth: int = 0, *, places: bool = False) -> dict[str, Any] | None:
    """Return `node` and what is below it, or None where it is not on the screen. `places` says where all of it is."""
    held = node.get_state_set()
    states = [name for name in _STATES if held.contains(getattr(Atspi.StateType, name.upper()))]
    is_part = depth > 1
    if "defunct" in states or (is_part and "showing" not in states):
        return None
    found: dict[str, Any] = {
        "role": node.get_role_name(),
        "name": node.get_name() or "",
        "description": node.get_description() or "",
        "states": states,
    }
    if found["role"] in _CLICKED or (places and "showing" in states and "Component" in node.get_interfaces()):
        box = node.get_extents(Atspi.CoordType.SCREEN)
        found["middle"] = [box.x + box.width // 2, box.y + box.height // 2]
    text = text_of(node)
    if text:
        found["text"] = text
    children = []
    for index in range(min(node.get_child_count(), _MOST_CHILDREN)):
        child = node.get_child_at_index(index)
        below = None if child is None else read(child, depth + 1, places=places)
        if below is not None:
            children.append(below)
    found["children"] = children
    return found


def text_of(node: Any) -> str:
    """Return what stands in a field; nothing for what holds no text of its own."""
    if "Text" not in node.get_interfaces():
        return ""
    # -1 means all of it: an end that was asked for before could lie beyond the text by now, which Qt would complain of.
    end = -1 if Atspi.Text.get_character_count(node) <= _LONG else _SHOWN
    return Atspi.Text.get_text(node, 0, end) or ""


def look(pid: int, *, places: bool) -> dict[str, Any] | None:
    """Return the tree of a program; what vanishes while it is read makes the look void."""
    # What was read before must not be believed again.
    Atspi.get_desktop(0).clear_cache()
    try:
        program = find(pid)
        if program is None:
            return None
        program.clear_cache()
        return read(program, places=places)
    except GLib.Error:
        return None


def main() -> None:
    """Answer until standard input ends."""
    Atspi.set_timeout(3000, 5000)
    for line in sys.stdin:
        pid, _, wish = line.strip().partition(" ")
        sys.stdout.write(json.dumps(look(int(pid), places=wish == "places")) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
