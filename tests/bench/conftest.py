"""A display of its own for the benches of the window, hands on it, and a server to write on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from devtools.display import virtual_display
from tests.bench.children import Home
from tests.bench.keyboard import Keyboard
from tests.end2end.desktop import why_not
from tests.sandbox_fixture import RunningSandbox, start, stop


@pytest.fixture(scope="session")
def display() -> Iterator[dict[str, str]]:
    """An X server with a window manager; skipped where there is none to be had."""
    reason = why_not()
    if reason:
        pytest.skip(f"{reason} (python3 dev.py end2end installs it)")
    with virtual_display() as environment:
        yield environment


@pytest.fixture
def keyboard(display: dict[str, str]) -> Iterator[Keyboard]:
    """Hands."""
    made = Keyboard(display["DISPLAY"])
    yield made
    made.close()


@pytest.fixture
def server() -> Iterator[RunningSandbox]:
    """A sandbox in a process of its own, with the sample messages."""
    running = start()
    yield running
    stop(running)


@pytest.fixture
def home(tmp_path: Path, display: dict[str, str], server: RunningSandbox) -> Home:
    """A person with an account on `server`."""
    return Home(tmp_path, display, server)
