"""The commands of the whole program agree with each other and with the reference that people read."""

from __future__ import annotations

import pytest

from app.bootstrap.keyboard_reference import REFERENCE
from app.commands.command import Command, Context, conflicts
from app.commands.reference import markdown, written
from app.controllers.all_commands import ALL


def test_no_two_commands_silence_each_other() -> None:
    assert conflicts(ALL) == []


def test_no_two_commands_have_one_name() -> None:
    ids = [command.id for command in ALL]
    assert len(ids) == len(set(ids))


def test_the_keyboard_reference_is_not_stale() -> None:
    assert REFERENCE.read_text("utf-8") == markdown(ALL), "run python3 -m app.bootstrap.keyboard_reference"


def plain_messages(command: Command) -> list[str]:
    return [step for keys in command.keys for step in keys.split(", ") if len(step) == 1]


def test_single_letters_count_only_where_nothing_can_be_typed() -> None:
    typed = {Context.WINDOW, Context.COMPOSE}
    assert [command.id for command in ALL if plain_messages(command) and command.context in typed] == []


AVOIDED = {"Ctrl+Space", "Ctrl+Shift+U", "Ctrl+Shift+E", "Ins", "CapsLock"}


def test_keys_that_desktops_and_input_methods_take_are_left_alone() -> None:
    used = {keys for command in ALL for keys in command.keys}
    assert not used & AVOIDED
    assert not {keys for keys in used if "Ctrl+Alt" in keys}


@pytest.mark.parametrize(("keys", "read"), [("Ctrl+Return", "Ctrl+Enter"), ("G, D", "G then D"), ("Del", "Delete")])
def test_keys_are_written_as_people_say_them(keys: str, read: str) -> None:
    assert written(keys) == read
