"""Commands: menus, shortcuts, palette, tooltips and the keyboard reference all read from here.

A controller declares a command on the method that does it: see `does` and docs/adding-a-command.md.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from functools import partial
from typing import Any, Final, NamedTuple, TypeVar

from app.core.events import Event
from app.core.i18n import mark, tr

log = logging.getLogger(__name__)


class Context(StrEnum):
    """Where the focus must be for a command's keys to count."""

    WINDOW = "window"
    LIST = "list"
    READING = "reading"
    """Where a message is read that is in no list: a file, or one that was attached to another."""
    COMPOSE = "compose"
    RECIPIENTS = "recipients"
    """In a recipients field, which takes its keys before any other command that has them too."""
    COMPARE = "compare"


CONTEXT_TITLES = {
    Context.WINDOW: mark("Everywhere"),
    Context.LIST: mark("In a list, and where a message is read"),
    Context.READING: mark("Where a message from a file, or an attached one, is read"),
    Context.COMPOSE: mark("While writing"),
    Context.RECIPIENTS: mark("In a recipients field"),
    Context.COMPARE: mark("While comparing versions"),
}

OVERLAPS = {
    Context.WINDOW: frozenset(Context) - {Context.RECIPIENTS},
    Context.LIST: frozenset({Context.WINDOW, Context.LIST}),
    Context.READING: frozenset({Context.WINDOW, Context.READING}),
    Context.COMPOSE: frozenset({Context.WINDOW, Context.COMPOSE}),
    Context.RECIPIENTS: frozenset({Context.RECIPIENTS}),
    Context.COMPARE: frozenset({Context.WINDOW, Context.COMPARE}),
}
"""Contexts that can be in force together: the same keys in two of them would fire neither (Qt's rule).

Where a message is read that is in no list, its commands silence those of lists that have the same keys.
A recipients field is asked before Qt looks for shortcuts, so that its keys silence those of the others there.
"""


class Command(NamedTuple):
    """One thing that can be done. `keys` are portable sequences ("Ctrl+Return", "G, D"); the first is shown.

    `id` is for ever: people's `keys.toml` names it. `title` and `help` (a note in palette and reference) are words of
    the source, translated where they are shown. `keys_mac` replaces `keys` there. `repeats`: held keys repeat it.
    `on_row` says that it acts on the row at which a list stands: its keys count only where the person chose that row.
    `otherwise` is the id of the command that its keys mean where that one can be done, and this one cannot.
    """

    id: str
    title: str
    keys: tuple[str, ...] = ()
    context: Context = Context.WINDOW
    help: str = ""
    repeats: bool = False
    keys_mac: tuple[str, ...] = ()
    on_row: bool = False
    otherwise: str = ""

    def keys_here(self) -> tuple[str, ...]:
        """Return the keys on this system."""
        return self.keys_mac if self.keys_mac and sys.platform == "darwin" else self.keys

    def shown_title(self) -> str:
        """Return the title in the person's language."""
        return tr(self.title)


class Handler(NamedTuple):
    """What a command does now, whether it can be done now, and a sentence that says why not."""

    run: Callable[[], None]
    enabled: Callable[[], bool] = lambda: True
    why_not: Callable[[], str] = lambda: ""


class Declared(NamedTuple):
    """A command as its controller declares it. Each callable is given the controller when the program runs."""

    command: Command
    run: Callable[[Any], None]
    enabled: Callable[[Any], bool]
    why_not: Callable[[Any], str]


_DECLARED: Final = "declared_commands"
"""The attribute of a method that holds its commands."""
_Run = TypeVar("_Run", bound=Callable[[Any], None])
_RunEach = TypeVar("_RunEach", bound=Callable[[Any, Any], None])


def _always(_controller: object, _value: object = None) -> bool:
    return True


def _no_reason(_controller: object) -> str:
    return ""


def does(
    command: Command, *, enabled: Callable[[Any], bool] = _always, why_not: Callable[[Any], str] = _no_reason
) -> Callable[[_Run], _Run]:
    """Declare that a method of a controller does `command`. A method may do several: stack the decorators.

    `enabled` returns whether it can be done now. `why_not` returns a sentence if it would do nothing, else "".
    """

    def declare(method: _Run) -> _Run:
        return _declare(method, [Declared(command, method, enabled, why_not)])

    return declare


def does_each(
    table: Iterable[tuple[Command, object]], *, enabled: Callable[[Any, Any], bool] = _always
) -> Callable[[_RunEach], _RunEach]:
    """Declare that a method does each command of `table`; the method and `enabled` are given the value beside it."""

    def declare(method: _RunEach) -> _RunEach:
        entries = [
            Declared(command, _with_value(method, value), _with_value(enabled, value), _no_reason)
            for command, value in table
        ]
        return _declare(method, entries)

    return declare


_Result = TypeVar("_Result")


def _with_value(act: Callable[[Any, Any], _Result], value: object) -> Callable[[Any], _Result]:
    return lambda controller: act(controller, value)


_Method = TypeVar("_Method", bound=Callable[..., object])


def _declare(method: _Method, entries: list[Declared]) -> _Method:
    # Python applies stacked decorators from the last to the first.
    setattr(method, _DECLARED, (*entries, *getattr(method, _DECLARED, ())))
    return method


def _declarations(controller: type) -> Iterator[Declared]:
    members = {name: member for base in reversed(controller.__mro__) for name, member in vars(base).items()}
    for member in members.values():
        yield from getattr(member, _DECLARED, ())


def declared(controller: type) -> tuple[Command, ...]:
    """Return the commands of a class of controllers in the order of the source; no instance is needed."""
    return tuple(one.command for one in _declarations(controller))


def bound(controller: object) -> Iterator[tuple[Command, Handler]]:
    """Return the commands of a controller, each with what it does there."""
    for one in _declarations(type(controller)):
        yield (
            one.command,
            Handler(partial(one.run, controller), partial(one.enabled, controller), partial(one.why_not, controller)),
        )


class Conflict(NamedTuple):
    """Two commands that would silence each other."""

    keys: str
    first: str
    second: str


def conflicts(commands: Iterable[Command]) -> list[Conflict]:
    """Return each pair of commands that share keys, or a key and the start of a sequence, where both count."""
    known: dict[str, list[tuple[tuple[str, ...], Command]]] = {}  # by the first step, which both must share
    found: list[Conflict] = []
    for command in commands:
        for keys in command.keys:
            steps = tuple(step.strip() for step in keys.split(", "))
            sharing = known.setdefault(steps[0], [])
            for other_steps, other in sharing:
                shorter = min(len(steps), len(other_steps))
                if steps[:shorter] == other_steps[:shorter] and other.context in OVERLAPS[command.context]:
                    found.append(Conflict(keys, other.id, command.id))
            sharing.append((steps, command))
    return found


class Registry:
    """The commands of the running program with what they do."""

    def __init__(self) -> None:
        """Start with none."""
        self._commands: dict[str, tuple[Command, Handler]] = {}
        self.refusal: Callable[[Command], str] = lambda _command: ""
        """Returns why the keys of a command do not count now, "" where they do."""
        self.refused: Event[str] = Event()
        """Carries the reason why a key did nothing."""

    def add(self, pairs: Iterable[tuple[Command, Handler]]) -> None:
        """Take in commands with what each does. Raises ValueError for an id used twice, and for a clash of keys."""
        for command, handler in pairs:
            if command.id in self._commands:
                raise ValueError(f"two commands are called {command.id}")
            self._commands[command.id] = (command, handler)
        clashes = conflicts(command for command, _ in self._commands.values())
        if clashes:
            raise ValueError(f"keys clash: {clashes}")

    def change(self, commands: Iterable[Command]) -> None:
        """Let commands have other keys. Raises KeyError for one that is not here, ValueError for a clash."""
        changed = {command.id: (command, self._commands[command.id][1]) for command in commands}
        now = self._commands | changed
        clashes = conflicts(command for command, _ in now.values())
        if clashes:
            raise ValueError(f"keys clash: {clashes}")
        self._commands = now

    def __iter__(self) -> Iterator[tuple[Command, Handler]]:
        """Go through all commands in the order they were added."""
        return iter(list(self._commands.values()))

    def command(self, command_id: str) -> Command:
        """Return one command. Raises KeyError where there is none."""
        return self._commands[command_id][0]

    def attempt(self, command: Command, handler: Handler) -> None:
        """Do what the keys of a command ask for; where that cannot be, say why: no key is without an answer."""
        enabled = handler.enabled()
        if not enabled and command.otherwise:
            other = self._commands[command.otherwise]
            if other[1].enabled():
                command, handler, enabled = *other, True
        why = self.refusal(command) or ("" if enabled else handler.why_not())
        log.debug("%s %s", command.id, "refused" if why else "done" if enabled else "cannot be done")
        if why:
            self.refused.emit(why)
        elif enabled:
            handler.run()

    def can_do(self, command_id: str, *, pointed: bool = False) -> bool:
        """Return whether a command would do something now: what menus and buttons offer. Raises KeyError for none.

        Of what the person has `pointed` at it is not asked whether it was chosen.
        """
        command, handler = self._commands[command_id]
        return handler.enabled() and not handler.why_not() and (pointed or not self.refusal(command))

    def run(self, command_id: str) -> bool:
        """Run the command if it can be done now; return whether it was done. Raises KeyError where there is none."""
        _, handler = self._commands[command_id]
        if not handler.enabled():
            return False
        handler.run()
        return True
