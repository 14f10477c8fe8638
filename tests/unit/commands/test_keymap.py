"""Keys of one's own: what is right counts, what is wrong is said, and no file leaves the program without keys."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.commands.command import Command, Context, conflicts
from app.commands.keymap import Keymap, apply_keymap, is_letter, read_keymap, rule_against, spelled, write_keymap
from app.controllers.all_commands import ALL

COMMANDS = (
    Command("a.save", "Save", ("Ctrl+S",), Context.COMPOSE),
    Command("a.send", "Send", ("Ctrl+Return", "Alt+S"), Context.COMPOSE),
    Command("l.next", "Next", ("J",), Context.LIST),
    Command("l.go", "Go to Drafts", ("G, D",), Context.LIST),
    Command("w.new", "New", ("Ctrl+N",), Context.WINDOW),
)


def keys(found: tuple[Command, ...], name: str) -> tuple[str, ...]:
    return next(command.keys for command in found if command.id == name)


def said(keymap: Keymap) -> list[str]:
    return [problem.sentence for problem in apply_keymap(COMMANDS, keymap)[1]]


@pytest.mark.parametrize(
    ("words", "spelling"),
    [
        ("ctrl+shift+a", "Ctrl+Shift+A"),
        ("Shift+Ctrl+a", "Ctrl+Shift+A"),
        ("Control+Delete", "Ctrl+Del"),
        ("g, d", "G, D"),
        ("g then d", "G, D"),
        ("Ctrl+,", "Ctrl+,"),
        ("Ctrl++", "Ctrl++"),
        ("+", "+"),
        ("f12", "F12"),
        ("?", "?"),
        ("Alt+ä", "Alt+Ä"),
        ("ß", "ß"),
        ("Cmd+Enter", "Ctrl+Enter"),
        ("", None),
        ("Ctrl", None),
        ("Ctrl+", None),
        ("Ctrl+Ctrl+A", None),
        ("Ctrl+Foo", None),
        ("Hyper+A", None),
        ("A, B, C, D, E", None),
        ("Ctrl+AB", None),
        ("\n", None),
    ],
)
def test_keys_are_read_as_people_write_them(words: str, spelling: str | None) -> None:
    assert spelled(words) == spelling


def test_the_programs_own_keys_obey_the_rules() -> None:
    found = [(c.id, k, rule_against(k, c.context)) for c in ALL for k in c.keys if rule_against(k, c.context)]
    assert found == []
    assert [(c.id, k) for c in ALL for k in c.keys if spelled(k) != k] == []


def test_ones_own_keys_take_the_place_of_the_usual_ones() -> None:
    found, problems = apply_keymap(COMMANDS, Keymap({"a.save": ("ctrl+d", "F2"), "l.next": ()}))
    assert problems == []
    assert (keys(found, "a.save"), keys(found, "l.next")) == (("Ctrl+D", "F2"), ())
    assert keys(found, "w.new") == ("Ctrl+N",)


def test_two_commands_can_change_places() -> None:
    found, problems = apply_keymap(COMMANDS, Keymap({"a.save": ("Alt+S",), "a.send": ("Ctrl+S",)}))
    assert problems == []
    assert (keys(found, "a.save"), keys(found, "a.send")) == (("Alt+S",), ("Ctrl+S",))


@pytest.mark.parametrize(
    ("name", "wanted", "sentence"),
    [
        ("a.sav", "F2", "There is no command called “a.sav”. Perhaps “a.save” was meant."),
        ("a.save", "Ctrl+Foo", "Save: “Ctrl+Foo” is not a key."),
        ("a.save", "X", "Save: “X” would be typed: here a command needs Ctrl, Alt or a function key."),
        ("a.save", "Shift+X", "Save: “Shift+X” would be typed: here a command needs Ctrl, Alt or a function key."),
        ("a.save", "Ctrl+Z", "Save: “Ctrl+Z” edits text."),
        ("a.save", "Esc", "Save: “Esc” has another meaning everywhere, and cannot be a command’s."),
        ("l.next", "Tab", "Next: “Tab” has another meaning everywhere, and cannot be a command’s."),
        ("l.next", "Down", "Next: “Down” moves about in lists."),
        ("w.new", "Ctrl+Alt+N", "New: “Ctrl+Alt+N”: Ctrl and Alt together type letters on many keyboards."),
        ("a.save", "Ctrl+Return", "Save: “Ctrl+Enter” is taken by “Send”."),
        ("a.save", "Ctrl+N", "Save: “Ctrl+N” is taken by “New”."),
        ("l.next", "G", "Next: “G then D” is taken by “Go to Drafts”."),
    ],
)
def test_what_cannot_be_is_said_and_the_usual_keys_count(name: str, wanted: str, sentence: str) -> None:
    keymap = Keymap({name: (wanted,)})
    assert said(keymap) == [sentence]
    assert apply_keymap(COMMANDS, keymap)[0] == COMMANDS


def test_the_same_keys_may_serve_where_they_never_meet() -> None:
    found, problems = apply_keymap(COMMANDS, Keymap({"l.next": ("Ctrl+S",)}))
    assert problems == []
    assert keys(found, "l.next") == ("Ctrl+S",)


def test_letters_can_be_switched_off() -> None:
    found, problems = apply_keymap(COMMANDS, Keymap({"l.next": ("J", "Ctrl+J")}, letters=False))
    assert problems == []
    assert keys(found, "l.next") == ("Ctrl+J",)
    assert keys(found, "l.go") == ()
    assert not [k for c in apply_keymap(ALL, Keymap(letters=False))[0] for k in c.keys if is_letter(k)]


def test_what_is_written_is_read_again() -> None:
    keymap = Keymap({"a.save": ("Ctrl+D", 'Ctrl+"'), "l.next": (), "odd \\ name": ("\\",)}, letters=False)
    assert read_keymap(write_keymap(keymap)) == (keymap, [])


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("keys = [", "cannot be read"),
        ("[keys]\na = 1", "must be words in quotes"),
        ("keys = 3", "must be a table"),
        ('letters = "no"', "must be true or false"),
        ("other = 1", "is not known"),
    ],
)
def test_a_file_that_is_wrong_is_said(text: str, part: str) -> None:
    keymap, problems = read_keymap(text)
    assert part in problems[0].sentence
    assert keymap == Keymap()


NAMES = st.sampled_from([command.id for command in ALL] + ["nothing"])
KEYS = st.sampled_from([k for c in ALL for k in c.keys] + ["F2", "Q", "Ctrl+Q", "G", "G, G", "Esc", "x+", "Ctrl+Alt+X"])


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(NAMES, st.lists(KEYS, max_size=3).map(tuple), max_size=12), st.booleans())
def test_no_keymap_leaves_two_commands_that_silence_each_other(
    wanted: dict[str, tuple[str, ...]], letters: bool
) -> None:
    found, _ = apply_keymap(ALL, Keymap(wanted, letters))
    assert conflicts(found) == []
    assert [command.id for command in found] == [command.id for command in ALL]


@given(st.text(max_size=200))
def test_no_text_breaks_the_reader(text: str) -> None:
    keymap, _ = read_keymap(text)
    apply_keymap(COMMANDS, keymap)
