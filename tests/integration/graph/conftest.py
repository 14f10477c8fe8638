"""A Graph backend on the sandbox, signed in by its authority."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from app.backends.graph.backend import GraphBackend
from app.backends.oauth import tokens
from tests.graph_account import graph_account, refresh_token
from tests.sandbox_fixture import RunningSandbox


@pytest.fixture(autouse=True)
def forget_chains() -> Iterator[None]:
    """Let no test begin with the tokens of another."""
    yield
    tokens._chains.clear()


@pytest.fixture
def graph_for(sandbox: RunningSandbox) -> Iterator[Callable[[str], GraphBackend]]:
    """Make backends for people of the sandbox."""
    made: list[GraphBackend] = []

    def make(who: str) -> GraphBackend:
        made.append(GraphBackend(graph_account(sandbox, who), refresh_token(sandbox, who)))
        return made[-1]

    yield make
    for backend in made:
        backend.close()


@pytest.fixture
def graph(graph_for: Callable[[str], GraphBackend]) -> GraphBackend:
    """Return the backend of one person."""
    return graph_for("clara.fontaine")
