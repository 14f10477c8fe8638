"""The promise in a true window: real keys, SIGKILL for the window and for the engine between and within random steps.

`MAILWRIGHT_BENCH_KEY_SCHEDULES` says how many schedules (200 unless told), `MAILWRIGHT_BENCH_FIRST` where they begin.
The program is the real one, with a clock that runs eight times as fast (`hurried.py`); what its rows say and what its
lists show is held against the server's record of deliveries, and every word that was on the screen for a tenth of a
second has to be on disk or on the server.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from typing import Final

import pytest

from tests.bench.by_keys import ByKeys
from tests.bench.children import Home
from tests.bench.keyboard import Keyboard
from tests.faults.promise.server import Server
from tests.faults.promise.verdict import Broken
from tests.sandbox_fixture import RunningSandbox

pytestmark = [pytest.mark.bench, pytest.mark.timeout(0)]

SCHEDULES: Final = int(os.environ.get("MAILWRIGHT_BENCH_KEY_SCHEDULES", "200"))
FIRST: Final = int(os.environ.get("MAILWRIGHT_BENCH_FIRST", "0"))
COUNTED: Final = ("lost", "twice", "wrong words", "drafts multiplied", "stuck", "broke down")


def test_no_message_of_a_true_window_is_lost_or_sent_twice_and_no_row_is_wrong(
    keyboard: Keyboard, home: Home, server: RunningSandbox
) -> None:
    spoken = Server(server, (server.first["address"],))
    met: Counter[str] = Counter()
    broken: Counter[str] = Counter()
    failures: list[str] = []
    began = time.monotonic()
    for number in range(FIRST, FIRST + SCHEDULES):
        spoken.reset()
        one = ByKeys(number, home.environment(), keyboard, spoken)
        try:
            one.run()
        except AssertionError as error:
            broken[error.kind if isinstance(error, Broken) else "broke down"] += 1
            failures.append(f"{number}: {str(error)[:300]}")
            print(f"\n{failures[-1]}", end="", flush=True)
        met.update(one.met)
    spoken.close()
    print(f"\n{SCHEDULES} schedules from {FIRST} in {time.monotonic() - began:.0f} s")
    for what, count in met.most_common():
        print(f"  {count:6}  {what}")
    print(", ".join(f"{broken[kind]} {kind}" for kind in COUNTED))
    assert failures == []
    assert met["kill window"] > SCHEDULES / 4
