"""One registry says what can be done: clashes and gaps are found when it is filled, not by the person's fingers."""

from __future__ import annotations

import pytest

from app.commands.command import Command, Context, Handler, Registry, conflicts
from app.commands.search import rank


def nothing() -> None:
    pass


def test_two_commands_with_the_same_keys_in_one_context_clash() -> None:
    found = conflicts([Command("a", "A", ("Ctrl+N",)), Command("b", "B", ("Ctrl+N",))])
    assert [(clash.first, clash.second) for clash in found] == [("a", "b")]


def test_the_same_keys_in_contexts_that_never_meet_do_not_clash() -> None:
    listed = Command("a", "A", ("Ctrl+Return",), Context.LIST)
    writing = Command("b", "B", ("Ctrl+Return",), Context.COMPOSE)
    assert conflicts([listed, writing]) == []


def test_keys_of_the_window_clash_with_those_of_a_list() -> None:
    assert conflicts([Command("a", "A", ("F5",)), Command("b", "B", ("F5",), Context.LIST)])


def test_a_key_that_begins_a_sequence_clashes_with_it() -> None:
    assert conflicts([Command("a", "A", ("G",), Context.LIST), Command("b", "B", ("G, D",), Context.LIST)])


def test_two_sequences_with_the_same_first_key_do_not_clash() -> None:
    assert conflicts([Command("a", "A", ("G, S",), Context.LIST), Command("b", "B", ("G, D",), Context.LIST)]) == []


def test_an_id_cannot_be_used_twice() -> None:
    registry = Registry()
    registry.add([(Command("a", "A"), Handler(nothing))])
    with pytest.raises(ValueError, match="called a"):
        registry.add([(Command("a", "A"), Handler(nothing))])


def test_a_clash_is_found_across_controllers() -> None:
    registry = Registry()
    registry.add([(Command("a", "A", ("F5",)), Handler(nothing))])
    with pytest.raises(ValueError, match="clash"):
        registry.add([(Command("b", "B", ("F5",)), Handler(nothing))])


def test_a_command_that_cannot_be_done_now_is_not_done() -> None:
    done: list[str] = []
    registry = Registry()
    registry.add(
        [
            (Command("a", "A"), Handler(lambda: done.append("a"), lambda: False)),
            (Command("b", "B"), Handler(lambda: done.append("b"))),
        ]
    )
    assert (registry.run("a"), registry.run("b")) == (False, True)
    assert done == ["b"]


def test_keys_mean_the_other_command_where_that_can_be_done_and_this_one_cannot() -> None:
    done: list[str] = []
    can = {"a": True, "b": True}
    registry = Registry()
    registry.add(
        [
            (Command("a", "A", ("R",), otherwise="b"), Handler(lambda: done.append("a"), lambda: can["a"])),
            (Command("b", "B"), Handler(lambda: done.append("b"), lambda: can["b"])),
        ]
    )
    pressed = next(iter(registry))
    for can["a"], can["b"] in ((True, True), (False, True), (False, False)):
        registry.attempt(*pressed)
    assert done == ["a", "b"]


@pytest.mark.parametrize(
    ("query", "first"),
    [("", "Send"), ("sent", "Go to Sent"), ("go dr", "Go to Drafts"), ("sall", "Send all drafts that are ready")],
)
def test_the_palette_finds_by_starts_of_words_then_by_messages_in_order(query: str, first: str) -> None:
    titles = ["Send", "Send all drafts that are ready", "Go to Drafts", "Go to Sent"]
    assert rank(query, [(title, title) for title in titles])[0] == first


def test_the_palette_leaves_out_what_does_not_answer() -> None:
    assert rank("zebra", [("Send", 1), ("Go to Drafts", 2)]) == []
