"""Lanes: threads that take up an account's work. One writes, in order; two read. A lane that is stuck is given up.

A job that was stopped answers by itself within a moment, because its connection is cut. Where a thread cannot be
reached (a name that does not resolve, a connect under way) it is left to run out: it is certain that nothing leaves
any more (`Job.leave`), a fresh thread takes the lane over, and the job is answered for.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from app.backends.port import Job


@dataclass(eq=False)
class LaneTask:
    """One request on its way through a lane: `run` answers it, `give_up` answers for it when `run` cannot."""

    job: Job
    run: Callable[[], None]
    give_up: Callable[[], None]
    started: bool = False
    answered: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def claim(self) -> bool:
        """Take the right to answer; only the first who asks has it."""
        with self._lock:
            first, self.answered = not self.answered, True
            return first


class Worker:
    """A queue with as many threads as may work side by side; they start with the first task."""

    def __init__(self, name: str, width: int) -> None:
        """Name the threads, so that a stuck engine can be looked at."""
        self._name = name
        self._width = width
        self._tasks: deque[LaneTask] = deque()
        self._wake = threading.Condition()
        self._threads: dict[threading.Thread, LaneTask | None] = {}
        self._closed = False

    def submit(self, task: LaneTask) -> None:
        """Queue a task."""
        with self._wake:
            self._tasks.append(task)
            busy = sum(1 for current in self._threads.values() if current is not None)
            if len(self._threads) < self._width and busy + len(self._tasks) > len(self._threads):
                self._add_thread()
            self._wake.notify()

    def withdraw(self, task: LaneTask) -> bool:
        """Take a task out that no thread took up yet. False where one did."""
        with self._wake:
            if task in self._tasks:
                self._tasks.remove(task)
                return True
            return False

    def abandon(self, task: LaneTask) -> None:
        """Give up the thread that `task` holds, and let another take its place."""
        with self._wake:
            for thread, current in list(self._threads.items()):
                if current is task:
                    del self._threads[thread]
                    self._add_thread()

    def close(self) -> None:
        """End the idle threads; those at work end with their task."""
        with self._wake:
            self._closed = True
            self._wake.notify_all()

    def _add_thread(self) -> None:
        thread = threading.Thread(target=self._work, name=self._name, daemon=True)
        self._threads[thread] = None
        thread.start()

    def _work(self) -> None:
        me = threading.current_thread()
        while True:
            with self._wake:
                while not self._tasks and not self._closed:
                    self._wake.wait()
                if self._closed and not self._tasks:
                    self._threads.pop(me, None)
                    return
                task = self._tasks.popleft()
                task.started = True
                self._threads[me] = task
            task.run()
            with self._wake:
                if me not in self._threads:  # given up meanwhile
                    return
                self._threads[me] = None
