"""Writes the keyboard reference from the commands themselves, so that it cannot say what is not so."""

from __future__ import annotations

from collections.abc import Iterable

from app.commands.command import CONTEXT_TITLES, Command, Context
from app.core.i18n import tr

_SPOKEN = {"Return": "Enter", "Del": "Delete"}


def written(keys: str) -> str:
    """Return a sequence as people write it: "Ctrl+Enter", "G then D"."""
    steps = []
    for step in keys.split(", "):
        parts = [_SPOKEN.get(part, part) for part in step.split("+")] if step != "+" else ["+"]
        steps.append("+".join(parts))
    return " then ".join(steps)


def lines(commands: Iterable[Command], context: Context) -> list[tuple[str, str, str]]:
    """Return what a reference says of one context: title, keys, help. Keypad Enter goes without saying."""
    rows = []
    for command in commands:
        if command.context is context:
            shown = [written(keys) for keys in command.keys]
            rows.append(
                (command.shown_title(), ", ".join(dict.fromkeys(shown)), tr(command.help) if command.help else "")
            )
    return rows


def markdown(commands: Iterable[Command]) -> str:
    """Return the reference as a document."""
    commands = list(commands)
    parts = [
        "# Keyboard",
        "",
        "Made from the registry of commands by `python3 -m app.bootstrap.keyboard_reference`; do not edit by hand.",
        "On macOS, Ctrl is Command.",
    ]
    for context in Context:
        parts += ["", f"## {tr(CONTEXT_TITLES[context])}", "", "| action | keys | note |", "|---|---|---|"]
        parts += [f"| {title} | {keys} | {note} |" for title, keys, note in lines(commands, context)]
    return "\n".join(parts) + "\n"
