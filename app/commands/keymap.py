"""Keys of one's own: which command has which, read from a file and held to the rules before any of it counts.

What is wrong with a line is said in words, by the command's name, and that line alone does not count: the command has
its usual keys then. So a file can never leave the program without keys, nor two commands silencing each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from app.commands.command import Command, Context, conflicts
from app.commands.reference import written
from app.core.i18n import tr

LONGEST: Final = 256 * 1024
_MODIFIERS: Final = ("Ctrl", "Alt", "Shift", "Meta")
_OTHER_NAMES: Final = {
    "control": "Ctrl",
    "cmd": "Ctrl",
    "command": "Ctrl",
    "option": "Alt",
    "super": "Meta",
    "win": "Meta",
    "delete": "Del",
    "insert": "Ins",
    "escape": "Esc",
    "pageup": "PgUp",
    "pagedown": "PgDown",
    "plus": "+",
    "comma": ",",
}
_NAMED: Final = (
    *("Return", "Enter", "Space", "Tab", "Backtab", "Backspace", "Del", "Ins", "Esc", "Home", "End", "PgUp", "PgDown"),
    *("Left", "Right", "Up", "Down", "Menu", "Pause", "Print", *(f"F{number}" for number in range(1, 25))),
)
_BY_NAME: Final = {name.casefold(): name for name in (*_NAMED, *_MODIFIERS)} | _OTHER_NAMES
_NEVER: Final = frozenset(
    {"Esc", "Tab", "Backtab", "Shift+Tab", "Ctrl+Tab", "Ins", "Menu", "Print", "Pause", "Alt+F4", "Alt+Tab"}
    | {"Ctrl+Space", "Ctrl+Shift+U", "Ctrl+Shift+E", "Ctrl+C", "Ctrl+X", "Ctrl+V", "Shift+Ins", "Shift+Del"}
)
"""The way out, the way on, the clipboard, and what desktops and input methods take before any program sees it."""
_EDITS: Final = frozenset(
    {"Ctrl+A", "Ctrl+Y", "Ctrl+Z", "Ctrl+Shift+Z", "Ctrl+Backspace", "Ctrl+Del"}
    | {f"{held}{key}" for held in ("Ctrl+", "Ctrl+Shift+") for key in ("Left", "Right", "Up", "Down", "Home", "End")}
)
_LISTS: Final = frozenset({"Up", "Down", "Home", "End", "PgUp", "PgDown", "Return", "Enter", "Left", "Right"})
_NOTHING_IS_TYPED: Final = frozenset({Context.LIST, Context.READING, Context.COMPARE})
_MOST_STEPS: Final = 4


class Keymap(NamedTuple):
    """What differs from the usual keys. With `letters` off, no letter alone is a command."""

    keys: Mapping[str, tuple[str, ...]] = {}
    letters: bool = True


class Problem(NamedTuple):
    """What is wrong with a line, in words; `command` is whose, "" for the file itself."""

    command: str
    sentence: str


def read_keymap(text: str) -> tuple[Keymap, list[Problem]]:
    """Return what a file says, as far as it is TOML of the right form; its keys are not held to any rule yet."""
    import tomllib  # most people have no such file

    try:
        found = tomllib.loads(text[:LONGEST])
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        return Keymap(), [Problem("", tr("The file of keys cannot be read: {why}.", why=str(error).rstrip(".")))]
    problems = [
        Problem("", tr("“{name}” is not known in the file of keys.", name=name[:60]))
        for name in found
        if name not in {"letters", "keys"}
    ]
    letters = found.get("letters", True)
    if not isinstance(letters, bool):
        problems.append(Problem("", tr("“letters” must be true or false.")))
        letters = True
    table = found.get("keys", {})
    if not isinstance(table, dict):
        return Keymap({}, letters), [*problems, Problem("", tr("“keys” must be a table."))]
    keys: dict[str, tuple[str, ...]] = {}
    for name, value in table.items():
        listed = [value] if isinstance(value, str) else value
        if isinstance(listed, list) and all(isinstance(one, str) for one in listed):
            keys[name] = tuple(listed)
        else:
            problems.append(Problem(name, tr("The keys of “{name}” must be words in quotes.", name=name[:60])))
    return Keymap(keys, letters), problems


def write_keymap(keymap: Keymap) -> str:
    """Return the file that says `keymap`."""
    lines = [
        "# Mailwright's keys, where they differ from the usual ones (docs/keyboard.md names every command).",
        "# An empty list takes a command's keys away. What is wrong here is said when the program starts.",
        "",
        "# false: no letter alone is a command",
        f"letters = {'true' if keymap.letters else 'false'}",
        "",
        "[keys]",
    ]
    for name in sorted(keymap.keys):
        listed = ", ".join(_quoted(one) for one in keymap.keys[name])
        lines.append(f"{_quoted(name)} = [{listed}]")
    return "\n".join(lines) + "\n"


def _quoted(words: str) -> str:
    inside = words.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{inside}"'


def spelled(keys: str) -> str | None:
    """Return a sequence as the program writes it ("ctrl+shift+a" is "Ctrl+Shift+A"); None for what is no key."""
    steps = [_step(step.strip()) for step in keys.replace(" then ", ", ").split(", ")]
    if not 1 <= len(steps) <= _MOST_STEPS or None in steps:
        return None
    return ", ".join(step for step in steps if step)


def _step(step: str) -> str | None:
    if step == "+":
        return "+"
    parts = step.split("+")
    if step.endswith("++"):
        parts = [*parts[:-2], "+"]
    *modifiers, key = [part.strip() for part in parts]
    names = [_BY_NAME.get(modifier.casefold()) for modifier in modifiers]
    if any(name not in _MODIFIERS for name in names) or len(set(names)) != len(names):
        return None
    named = _BY_NAME.get(key.casefold())
    if named in _MODIFIERS or not key:
        return None
    if named is None:
        if len(key) != 1 or not key.isprintable() or key.isspace():
            return None
        named = key.upper() if len(key.upper()) == 1 else key
    return "+".join([*(modifier for modifier in _MODIFIERS if modifier in names), named])


def rule_against(keys: str, context: Context) -> str:
    """Return in words why a command of `context` may not have `keys`, "" where it may."""
    steps = keys.split(", ")
    shown = written(keys)
    if any(step in _NEVER for step in steps):
        return tr("“{keys}” has another meaning everywhere, and cannot be a command’s.", keys=shown)
    if any("Ctrl+Alt+" in f"{step}" for step in steps):
        return tr("“{keys}”: Ctrl and Alt together type letters on many keyboards.", keys=shown)
    if context in _NOTHING_IS_TYPED:
        if any(step in _LISTS for step in steps):
            return tr("“{keys}” moves about in lists.", keys=shown)
        return ""
    if steps[0] in _EDITS:
        return tr("“{keys}” edits text.", keys=shown)
    if _is_typed(steps[0]):
        return tr("“{keys}” would be typed: here a command needs Ctrl, Alt or a function key.", keys=shown)
    return ""


def _is_typed(step: str) -> bool:
    """Return whether a step types something, or moves in a text, where there is one."""
    *modifiers, key = ["+"] if step == "+" else step.split("+")
    plain = not set(modifiers) & {"Ctrl", "Alt", "Meta"}
    return plain and not (key[:1] == "F" and key[1:].isdecimal())


def is_letter(keys: str) -> bool:
    """Return whether a sequence is of characters alone: what single-letter keys are, and what can be switched off."""
    return all(len(step.removeprefix("Shift+")) == 1 for step in keys.split(", "))


def apply_keymap(commands: Iterable[Command], keymap: Keymap) -> tuple[tuple[Command, ...], list[Problem]]:
    """Return the commands with one's own keys, and what of them does not count, and why."""
    usual = {command.id: command for command in commands}
    own: dict[str, Command] = {}
    problems: list[Problem] = []
    for name, wanted in keymap.keys.items():
        command = usual.get(name)
        if command is None:
            problems.append(_unknown(name, usual))
            continue
        keys, said = _checked(command, wanted)
        problems += said
        if not said:
            own[name] = command._replace(keys=keys, keys_mac=())
    problems += _part(usual, own, letters=keymap.letters)
    return tuple(_with_letters(own.get(name, command), keymap.letters) for name, command in usual.items()), problems


def _unknown(name: str, usual: Mapping[str, Command]) -> Problem:
    from difflib import get_close_matches

    near = get_close_matches(name, usual, 1)
    words = tr("There is no command called “{name}”.", name=name[:60])
    if near:
        words += " " + tr("Perhaps “{near}” was meant.", near=near[0])
    return Problem(name, words)


def _checked(command: Command, wanted: Sequence[str]) -> tuple[tuple[str, ...], list[Problem]]:
    keys: list[str] = []
    problems = []
    for words in wanted:
        spelling = spelled(words)
        if spelling is None:
            sentence = tr("“{keys}” is not a key.", keys=words[:40])
        else:
            sentence = rule_against(spelling, command.context)
        if sentence:
            problems.append(Problem(command.id, f"{command.shown_title()}: {sentence}"))
        elif spelling is not None and spelling not in keys:
            keys.append(spelling)
    return tuple(keys), problems


def _part(usual: Mapping[str, Command], own: dict[str, Command], *, letters: bool) -> list[Problem]:
    """Take back one's own keys that another command has, until no two commands would silence each other."""
    problems: list[Problem] = []
    while True:
        now = [_with_letters(own.get(name, command), letters) for name, command in usual.items()]
        clash = next(iter(conflicts(now)), None)
        if clash is None:
            return problems
        mine = clash.second if clash.second in own else clash.first
        other = clash.first if mine == clash.second else clash.second
        if mine not in own:
            return problems  # two of the program's own: a test refuses that
        del own[mine]
        words = tr(
            "{command}: “{keys}” is taken by “{other}”.",
            command=usual[mine].shown_title(),
            keys=written(clash.keys),
            other=usual[other].shown_title(),
        )
        problems.append(Problem(mine, words))


def _with_letters(command: Command, letters: bool) -> Command:
    if letters or not any(map(is_letter, (*command.keys, *command.keys_mac))):
        return command
    return command._replace(
        keys=tuple(keys for keys in command.keys if not is_letter(keys)),
        keys_mac=tuple(keys for keys in command.keys_mac if not is_letter(keys)),
    )
