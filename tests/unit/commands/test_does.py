"""A command is declared on the method that does it, and is bound to the controller that has the method."""

from __future__ import annotations

import pytest

from app.commands.command import Command, Context, Handler, Registry, bound, declared, does, does_each


class Lamp:
    """A controller: it is switched, and it is set to a colour."""

    def __init__(self, *, broken: bool = False) -> None:
        self.broken = broken
        self.did: list[str] = []

    def _works(self) -> bool:
        return not self.broken

    def _why_not(self) -> str:
        return "It is broken." if self.broken else ""

    def _can_be(self, color: str) -> bool:
        return self._works() and color != "black"

    @does(Command("lamp.switch", "Switch", ("S",), Context.LIST), enabled=_works, why_not=_why_not)
    @does(Command("lamp.toggle", "Toggle", ("Ctrl+T",)))
    def switch(self) -> None:
        self.did.append("switch")

    @does_each(((Command("lamp.red", "Red"), "red"), (Command("lamp.black", "Black"), "black")), enabled=_can_be)
    def color(self, color: str) -> None:
        self.did.append(color)

    @does(Command("lamp.sell", "Sell"))
    def sell(self) -> None:
        self.did.append("sell")


class LateLamp(Lamp):
    """Does one thing more, and one in another way."""

    @does(Command("lamp.wait", "Wait"))
    def wait(self) -> None:
        self.did.append("wait")


ORDER = ["lamp.switch", "lamp.toggle", "lamp.red", "lamp.black", "lamp.sell"]


def handlers(lamp: Lamp) -> dict[str, Handler]:
    return {command.id: handler for command, handler in bound(lamp)}


def test_a_class_names_its_commands_in_the_order_of_the_source() -> None:
    assert [command.id for command in declared(Lamp)] == ORDER
    assert [command.id for command in declared(LateLamp)] == [*ORDER, "lamp.wait"]
    assert [command.id for command, _ in bound(Lamp())] == ORDER


def test_a_class_without_commands_declares_none() -> None:
    assert declared(Command) == ()


def test_two_commands_of_one_method_keep_what_is_their_own() -> None:
    first, second = declared(Lamp)[:2]
    assert (first.title, first.keys, first.context) == ("Switch", ("S",), Context.LIST)
    assert (second.title, second.keys, second.context) == ("Toggle", ("Ctrl+T",), Context.WINDOW)
    lamp = Lamp(broken=True)
    of = handlers(lamp)
    assert (of["lamp.switch"].enabled(), of["lamp.toggle"].enabled()) == (False, True)
    of["lamp.toggle"].run()
    assert lamp.did == ["switch"]


def test_a_method_stays_a_method() -> None:
    lamp = Lamp()
    lamp.switch()
    lamp.color("red")
    assert lamp.did == ["switch", "red"]


def test_everything_is_bound_to_the_instance() -> None:
    whole, broken = Lamp(), Lamp(broken=True)
    assert [handlers(lamp)["lamp.switch"].enabled() for lamp in (whole, broken)] == [True, False]
    assert [handlers(lamp)["lamp.switch"].why_not() for lamp in (whole, broken)] == ["", "It is broken."]
    handlers(whole)["lamp.switch"].run()
    assert (whole.did, broken.did) == (["switch"], [])


def test_what_is_not_said_is_always_possible_and_has_no_reason() -> None:
    handler = handlers(Lamp(broken=True))["lamp.sell"]
    assert (handler.enabled(), handler.why_not()) == (True, "")


def test_each_command_of_a_table_hands_over_its_value() -> None:
    lamp = Lamp()
    of = handlers(lamp)
    assert (of["lamp.red"].enabled(), of["lamp.black"].enabled()) == (True, False)
    of["lamp.red"].run()
    of["lamp.black"].run()
    assert lamp.did == ["red", "black"]


def test_an_id_that_two_controllers_use_is_refused() -> None:
    registry = Registry()
    registry.add(bound(Lamp()))
    with pytest.raises(ValueError, match=r"two commands are called lamp\.switch"):
        registry.add(bound(LateLamp()))


def test_an_id_that_one_method_uses_twice_is_refused() -> None:
    class Twice:
        @does(Command("a", "A"))
        @does(Command("a", "Once more"))
        def act(self) -> None:
            pass

    with pytest.raises(ValueError, match="two commands are called a"):
        Registry().add(bound(Twice()))


def test_keys_that_clash_are_refused() -> None:
    class Clashing:
        @does(Command("a", "A", ("F5",)))
        @does(Command("b", "B", ("F5",), Context.LIST))
        def act(self) -> None:
            pass

    with pytest.raises(ValueError, match="keys clash"):
        Registry().add(bound(Clashing()))
