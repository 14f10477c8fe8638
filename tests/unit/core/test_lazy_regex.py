"""Expressions that are compiled late: as good as those compiled at once, all of them."""

from __future__ import annotations

import importlib
import pkgutil
import re

import pytest

import app.domain
import app.services
from app.core.lazy_regex import late_pattern

_MODULES = [
    importlib.import_module(found.name)
    for package in (app.domain, app.services)
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
]
_LATE = {
    f"{module.__name__}.{name}": one
    for module in _MODULES
    for name, value in vars(module).items()
    for one in (value.values() if isinstance(value, dict) else (value,))
    if type(one) is type(late_pattern(""))
}


@pytest.mark.parametrize("name", sorted(_LATE))
def test_each_of_the_program_can_be_compiled(name: str) -> None:
    assert re.compile(_LATE[name].pattern, _LATE[name].flags).flags == _LATE[name].flags


def test_there_are_some() -> None:
    assert len(_LATE) > 30


def test_nothing_is_compiled_before_it_is_used() -> None:
    wrong = late_pattern("(")
    with pytest.raises(re.error):
        wrong.match("(")


def test_it_finds_what_a_compiled_one_finds_each_time() -> None:
    late = late_pattern("b+", re.IGNORECASE)
    found = [late.search("aBb"), late.search("aBb")]
    assert [one and one.group() for one in found] == ["Bb", "Bb"]
    assert late.sub("c", "aBb") == "ac"
