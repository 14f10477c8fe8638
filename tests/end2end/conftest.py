"""Fixtures of the end-to-end tests: one desktop for the run, and for each test a launcher with a fresh home."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from tests.end2end.desktop import HERE, Desktop, own_desktop, why_not
from tests.end2end.program import Launcher

_KNOWN = (
    # Told of our eyes, not of the program: a question of newer registries that Qt 6.11 does not know, and looks at
    # what has just gone from the window.
    "qt.accessibility.atspi: ",
    "QAccessibleTable::child: Invalid index at: ",
    "QAccessibleList::child: Invalid index at: ",
)
_FAILED = pytest.StashKey[bool]()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything in this folder; give it the time that a window with real keys needs."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.end2end)
            item.add_marker(pytest.mark.timeout(120))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remember that a test failed, so that its fixtures keep what there is to see."""
    report = yield
    if call.when == "call":
        item.stash[_FAILED] = report.failed
    return report


@pytest.fixture(scope="session")
def desktop() -> Iterator[Desktop]:
    """A display with a window manager, a message bus and accessibility; skipped where there is none to be had."""
    reason = why_not()
    if reason:
        pytest.skip(reason)
    shots = Path(os.environ.get("MAILWRIGHT_SHOTS") or HERE / "shots")
    with own_desktop(shots) as made:
        yield made


@pytest.fixture
def mailwright(desktop: Desktop, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Launcher]:
    """Starts the program, in a home where it never ran. A word on its output would be a defect."""
    launcher = Launcher(desktop, tmp_path)
    try:
        yield launcher
        if request.node.stash.get(_FAILED, False):
            launcher.keep_for_a_look(request.node.name)
        for program in launcher.started:
            said = [line for line in program.said().splitlines() if not any(known in line for known in _KNOWN)]
            assert not said, "\n".join(said)
    finally:
        launcher.end_all()
