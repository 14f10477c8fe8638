"""A person stands in the middle of a thousand drafts while another client makes, rewrites, deletes and moves others.

The row stays the same and where it is seen, no row is lost, none is left that the server has no more; a 5 ms heartbeat
is watched meanwhile.
"""

from __future__ import annotations

import time

import pytest

from tests.bench.children import Child, Home
from tests.bench.keyboard import Keyboard
from tests.bench.other_client import OtherClient, drafts_by_subject
from tests.bench.test_long_lists import _told, _until
from tests.bench.test_send_a_thousand import DRAFTS, compared, fill_drafts
from tests.sandbox_fixture import RunningSandbox

pytestmark = [pytest.mark.bench, pytest.mark.timeout(600)]

SECONDS, PAUSE = 20, 0.03


@pytest.fixture
def server(server: RunningSandbox) -> RunningSandbox:
    """Put a thousand drafts into the first mailbox."""
    fill_drafts(server)
    return server


def test_a_row_stays_where_it_is_while_another_client_works(
    keyboard: Keyboard, server: RunningSandbox, home: Home
) -> None:
    child = Child(home.environment(), "program")
    try:
        _until(lambda: child.rows("Drafts") == DRAFTS)
        time.sleep(2)
        keyboard.press("home")
        keyboard.press_often("pagedown", 25, 0.05)
        keyboard.press_often("down", 3, 0.05)
        time.sleep(0.5)
        mine, below = child.place("Drafts")
        others = drafts_by_subject(server)
        del others[mine]
        child.order("beat elsewhere")
        places, began = [], time.monotonic()
        with OtherClient(server, PAUSE, others) as other:
            while time.monotonic() - began < SECONDS:
                keyboard.press("F5")
                for _ in range(8):
                    time.sleep(0.1)
                    places.append(child.place("Drafts"))
        late = child.ask("report")
        shown, there = compared(keyboard, child, server)
    finally:
        child.end()
    moved = max(abs(at - below) for _, at in places)
    print(f"\n{other.changes} changes of the other client in {SECONDS} s; rows shown {len(shown)}, there {len(there)}")
    print(f"the current row was another one {sum(one != mine for one, _ in places)} times of {len(places)}")
    print(f"the most that it moved on the screen: {moved} pixels")
    print(f"a heartbeat of 5 ms came late by (p50, p99, largest, over 16): {_told(late['elsewhere'])}")
    assert {one for one, _ in places} == {mine}
    assert moved == 0
    assert shown == there
