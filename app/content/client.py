"""The content processes as the program sees them: a job in, an answer out, from any thread, and bounds on all of it.

One process reads, and a second one while the first is busy. Both end when they have been idle for a while. A job
that outlasts its deadline ends its process, and so does what is not in our form. What a process did not survive is
known by a mark on disk, and is not tried again: not by the next start either.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Final

from app.content.jobs import (
    LARGEST_PIECE,
    Answer,
    AnswerReader,
    HtmlRead,
    Job,
    ReadFailed,
    TooComplex,
    Unavailable,
    encode_job,
    key_of,
)
from app.core import frames, program_files
from app.core.child_process import ChildProcess, End, Framing, own_program

MOST: Final = 2
"""Processes at once that read text; pictures have one."""
SECOND_AFTER: Final = 0.2
"""Seconds for which a job waits for the first process before a second one is started."""
IDLE: Final = 30.0
"""Seconds after which a process that nothing was asked of is ended."""
DEADLINE: Final = 30.0
"""Seconds that a job may take, by the clock: it has ten of the processor, on a machine that may be busy."""
_START: Final = 30.0
_KEPT: Final = 24
_LARGEST_KEPT: Final = 300_000
_MOST_KEPT: Final = 2_000_000
_OF_BLOCK: Final = 100
"""Answers to the last jobs that are kept; how large one may be, and all of them: in bytes of the job, and as many more
for each block of the answer."""

_Child = ChildProcess[bytes, bytes]


def command_line(*arguments: str) -> list[str]:
    """Return the command that starts a content process."""
    return own_program("app.content", "--content", *arguments)


class _Worker:
    """One process, which does one job at a time."""

    def __init__(self, name: str, command: Sequence[str]) -> None:
        self.name = name
        self._heard: SimpleQueue[bytes | None] = SimpleQueue()
        framing = Framing(frames.write_frame, lambda pipe: frames.read_frame(pipe, LARGEST_PIECE))
        self.child = _Child(name, command, framing, lambda _, frame: self._heard.put(frame), self._ended)
        self.free_since = 0.0
        self.is_ready = False

    def _ended(self, _child: _Child, _end: End) -> None:
        self._heard.put(None)

    def ask(self, frame: bytes, seconds: float) -> Answer:
        """Return the answer to an encoded job. Raises TimeoutError, EOFError and ValueError; it is of no use then."""
        if not self.is_ready:
            self._hear(time.monotonic() + _START)
            self.is_ready = True
        self.child.send(frame)
        until = time.monotonic() + seconds
        reader = AnswerReader()
        while (answer := reader.take_frame(self._hear(until))) is None:
            pass
        return answer

    def _hear(self, until: float) -> bytes:
        try:
            frame = self._heard.get(timeout=max(0.0, until - time.monotonic()))
        except Empty:
            raise TimeoutError from None
        if frame is None:
            raise EOFError
        return frame


class Marks:
    """What was begun and not ended, as files: a job whose process did not survive it, or the program did not."""

    def __init__(self, folder: Path) -> None:
        """Keep marks in `folder`, which need not be there."""
        self._folder = folder

    def begin(self, key: str) -> bool:
        """Mark a job as begun; return False where it must not be: it failed, or was cut off by two runs before."""
        place = self._folder / key
        with contextlib.suppress(OSError):  # without a disk there are no marks, and content is read all the same
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if place.exists() and place.stat().st_size > 1:
                return False
            with place.open("ab") as file:
                file.write(b".")
        return True

    def end(self, key: str, *, well: bool) -> None:
        """Take the mark away, or let it stay for good."""
        with contextlib.suppress(OSError):
            if well:
                (self._folder / key).unlink(missing_ok=True)
            else:
                (self._folder / key).write_bytes(b"failed")


class ContentProcesses:
    """Reads content in processes of its own. Called in any thread but the window's; `close` ends them."""

    def __init__(
        self,
        marks: Path,
        command: Sequence[str] = (),
        deadline: float = DEADLINE,
        idle: float = IDLE,
        most: int = MOST,
        name: str = "content",
    ) -> None:
        """Start nothing yet. `command` is this program's own process for text where none is given.

        `name` is what the first of them logs as; the second is `name`-2.
        """
        self._marks = Marks(marks)
        self._name = name
        self._command = list(command) or command_line()
        self._deadline, self._idle, self._most = deadline, idle, most
        self._change = threading.Condition()
        self._free: list[_Worker] = []
        self._all: list[_Worker] = []
        self._kept: OrderedDict[str, tuple[Answer, int]] = OrderedDict()
        self._timer: threading.Timer | None = None
        self._closed = False

    def __call__(self, job: Job) -> Answer:
        """Return the answer to a job. Raises TooComplex where it met a bound, or there is no process to ask."""
        frame = encode_job(job)
        key = key_of(frame)
        with self._change:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key][0]
        if not self._marks.begin(key):
            raise TooComplex
        worker = self._take()
        try:
            answer = worker.ask(frame, self._deadline)
        except (TimeoutError, EOFError, ValueError):
            self._drop(worker)
            # One that never came up, as after an upgrade, tells nothing of the job.
            self._marks.end(key, well=self._closed or not worker.is_ready)
            raise (TooComplex if worker.is_ready else Unavailable) from None
        self._give_back(worker)
        self._marks.end(key, well=not isinstance(answer, ReadFailed) or answer.why != "MemoryError")
        if isinstance(answer, ReadFailed):
            raise TooComplex
        self._keep(key, len(frame), answer)
        return answer

    def warm(self) -> None:
        """Start a process where none runs, so that what is read next need not wait for it. Returns at once."""
        with self._change:
            if not self._all and not self._closed:
                self._release(self._start())

    def close(self) -> None:
        """End the processes, and wait for that. Who waits for an answer gets TooComplex."""
        with self._change:
            self._closed = True
            workers, self._all, self._free = self._all, [], []
            if self._timer is not None:
                self._timer.cancel()
            self._change.notify_all()
        for worker in workers:
            worker.child.kill()
        for worker in workers:
            worker.child.join(1.0)

    @property
    def pids(self) -> list[int]:
        """The ids of the processes that run."""
        with self._change:
            return [worker.child.pid for worker in self._all if worker.child.pid is not None]

    # --- which process -----------------------------------------------------------------------------------------------

    def _take(self) -> _Worker:
        second_at = time.monotonic() + SECOND_AFTER
        with self._change:
            while not self._closed:
                if self._free:
                    return self._free.pop()
                left = second_at - time.monotonic()
                if not self._all or (left <= 0 and len(self._all) < self._most):
                    return self._start()
                self._change.wait(left if left > 0 else None)
        raise TooComplex

    def _start(self) -> _Worker:
        taken = {worker.name for worker in self._all}
        names = (self._name, *(f"{self._name}-{number}" for number in range(2, self._most + 1)))
        worker = _Worker(next((name for name in names if name not in taken), self._name), self._command)
        self._all.append(worker)
        return worker

    def _give_back(self, worker: _Worker) -> None:
        with self._change:
            if worker in self._all:
                self._release(worker)

    def _release(self, worker: _Worker) -> None:
        worker.free_since = time.monotonic()
        self._free.append(worker)
        self._change.notify()
        if self._timer is None:
            self._arm(self._idle)

    def _drop(self, worker: _Worker) -> None:
        worker.child.kill()
        with self._change:
            if worker in self._all:
                self._all.remove(worker)
            self._change.notify()

    def _arm(self, seconds: float) -> None:
        self._timer = threading.Timer(seconds, self._end_idle)
        self._timer.daemon = True
        self._timer.start()

    def _end_idle(self) -> None:
        if program_files.ours.is_replaced():
            return  # no other could be started in their place
        with self._change:
            self._timer = None
            now = time.monotonic()
            idle = [worker for worker in self._free if now - worker.free_since >= self._idle - 0.01]
            for worker in idle:
                self._free.remove(worker)
                self._all.remove(worker)
            if self._free and not self._closed:
                self._arm(max(0.05, self._idle - (now - min(worker.free_since for worker in self._free))))
        for worker in idle:
            worker.child.finish(patience=1.0)

    def _keep(self, key: str, size: int, answer: Answer) -> None:
        if not isinstance(answer, HtmlRead) or size + _OF_BLOCK * len(answer.blocks) > _LARGEST_KEPT:
            return
        with self._change:
            self._kept[key] = answer, size + _OF_BLOCK * len(answer.blocks)
            while len(self._kept) > _KEPT or sum(weight for _, weight in self._kept.values()) > _MOST_KEPT:
                self._kept.popitem(last=False)
