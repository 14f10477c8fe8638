"""For how long a process waited for a processor: a key that is late for that is late because of the machine."""

from __future__ import annotations

import bisect
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

_PERIOD: Final = 0.05


class Starved:
    """Watches the threads of a process (they share one lock of Python's) from `with` to its end.

    `pid` says which process that is at the moment.
    """

    def __init__(self, pid: Callable[[], int]) -> None:
        """Ask `pid` before each look."""
        self._pid = pid
        self._times: list[float] = []
        self._waited: list[float] = []
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="starved", daemon=True)

    def __enter__(self) -> Starved:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def between(self, since: float, until: float) -> float:
        """Return the seconds for which it was ready to run, and did not, in that time (monotonic seconds)."""
        first = max(0, bisect.bisect_left(self._times, since) - 1)
        last = min(len(self._times) - 1, bisect.bisect_right(self._times, until))
        return max(0.0, self._waited[last] - self._waited[first]) if last > first else 0.0

    def _watch(self) -> None:
        known, before, waited = 0, 0.0, 0.0
        while not self._ended.wait(_PERIOD):
            pid = self._pid()
            try:
                threads = list(Path(f"/proc/{pid}/task").iterdir())
                now = sum(int((one / "schedstat").read_text("ascii").split()[1]) for one in threads) / 1e9
            except (OSError, ValueError, IndexError):
                continue
            if pid == known:
                waited += max(0.0, now - before)  # a thread that ended takes its time with it
            known, before = pid, now
            self._times.append(time.monotonic())
            self._waited.append(waited)
