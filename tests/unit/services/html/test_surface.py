"""What comes back of HTML from outside is plain data: another process could have answered."""

from __future__ import annotations

import inspect
import pickle
from collections.abc import Callable

import pytest

from app.services.html.foreign import surface
from tests.html_corpus import ALL

WORK: dict[str, Callable[[str], object]] = {
    "clean": surface.clean,
    "parse_body": lambda html: surface.parse_body(surface.clean(html).html),
    "parse_piece": lambda html: surface.parse_piece(surface.clean(html).html),
    "parse_showing": lambda html: surface.parse_showing(surface.clean(html).html),
    "plain_text": lambda html: surface.plain_text(html, quoting=True),
    "is_quote_head": lambda html: surface.is_quote_head(html, ruled=True),
}


def test_every_call_of_the_surface_is_tried_here() -> None:
    calls = {name for name in surface.__all__ if inspect.isfunction(getattr(surface, name))}
    assert set(WORK) == calls


@pytest.mark.parametrize("name", WORK)
def test_what_is_asked_and_answered_can_go_over_a_pipe(name: str) -> None:
    for case in ALL:
        asked = pickle.loads(pickle.dumps(case.html))
        answer = WORK[name](asked)
        assert pickle.loads(pickle.dumps(answer)) == answer
