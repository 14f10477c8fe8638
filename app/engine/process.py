"""The engine's process as the window sees it: a Popen, one thread that writes, one that reads, one that drains stderr.

Not asyncio's subprocesses: they want a child watcher that qasync does not have everywhere. Nothing here blocks the
loop: the writing thread starts the process too. All that is heard is handed to the loop in the order it came, the end
of the process last.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from queue import SimpleQueue

from app.core.background import post
from app.engine import protocol

_log = logging.getLogger(__name__)
_STDERR_LINES = 200
_EXIT_SECONDS = 2.0


def command_line() -> list[str]:
    """Return the command that starts an engine: this very program, frozen or not."""
    if getattr(sys, "frozen", False):
        return [sys.executable, "--engine"]
    return [sys.executable, "-m", "app.engine"]


class EngineProcess:
    """One engine from start to end. `on_reply` and `on_end` are called on the loop's thread."""

    def __init__(
        self,
        command: Sequence[str],
        loop: asyncio.AbstractEventLoop,
        on_reply: Callable[[EngineProcess, protocol.Reply], None],
        on_end: Callable[[EngineProcess, str], None],
    ) -> None:
        """Start `command`; returns at once. A command that cannot be started comes to its end with a reason."""
        self._command = list(command)
        self._loop = loop
        self._on_reply = on_reply
        self._on_end = on_end
        self._queue: SimpleQueue[protocol.Request | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._killed = False
        self._stderr: deque[str] = deque(maxlen=_STDERR_LINES)
        self._threads = [threading.Thread(target=self._write, name="engine writer", daemon=True)]
        self._threads[0].start()

    @property
    def pid(self) -> int | None:
        """The process id, None before it was started."""
        return None if self._child is None else self._child.pid

    def send(self, request: protocol.Request) -> None:
        """Queue a request. It goes nowhere where the engine has ended, and `on_end` tells."""
        self._queue.put(request)

    def finish(self) -> None:
        """Close the pipe after what was queued: the engine ends by itself."""
        self._queue.put(None)

    def kill(self) -> None:
        """End it at once, whatever it does."""
        with self._lock:
            self._killed = True
            if self._child is not None:
                self._child.kill()
        self._queue.put(None)

    def join(self, seconds: float) -> bool:
        """Wait for the threads after the end; True where all are gone."""
        for thread in self._threads:
            thread.join(seconds)
        return not any(thread.is_alive() for thread in self._threads)

    def _write(self) -> None:
        try:
            child = subprocess.Popen(  # noqa: S603 - our own program, without a shell
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=_environment(),
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except OSError as error:
            self._tell(self._on_end, f"{type(error).__name__}: {error.strerror}")
            return
        with self._lock:
            self._child = child
            if self._killed:
                child.kill()
        for name, work in (("engine stderr", self._drain), ("engine reader", self._read)):
            thread = threading.Thread(target=work, args=(child,), name=name, daemon=True)
            self._threads.append(thread)
            thread.start()
        assert child.stdin is not None  # noqa: S101 - Popen was told PIPE
        with contextlib.suppress(OSError):  # the engine is gone; the reader tells
            while (request := self._queue.get()) is not None:
                protocol.write_frame(child.stdin, request)
        with contextlib.suppress(OSError):
            child.stdin.close()

    def _read(self, child: subprocess.Popen[bytes]) -> None:
        assert child.stdout is not None  # noqa: S101 - as above
        try:
            while (reply := protocol.read_reply(child.stdout)) is not None:
                self._tell(self._on_reply, reply)
        except ValueError:
            child.kill()  # what it says is not of ours: nothing it says can be relied on
        try:
            code = child.wait(_EXIT_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            code = child.wait()
        self._threads[1].join(_EXIT_SECONDS)
        child.stdout.close()
        if code and self._stderr:
            _log.info("the engine ended with %s; its last words:\n%s", code, "".join(self._stderr))
        self._queue.put(None)
        self._tell(self._on_end, f"exit code {code}")

    def _drain(self, child: subprocess.Popen[bytes]) -> None:
        assert child.stderr is not None  # noqa: S101 - as above
        while line := child.stderr.readline(4096):
            self._stderr.append(line.decode("utf-8", "replace"))
        child.stderr.close()

    def _tell(self, whom: Callable[[EngineProcess, object], None] | Callable[..., None], what: object) -> None:
        post(self._loop, whom, self, what)


def _environment() -> dict[str, str]:
    """The window's own, able to find this package, and with few malloc arenas: each lane's would keep its peak."""
    environment = dict(os.environ)
    environment.setdefault("MALLOC_ARENA_MAX", "2")
    if not getattr(sys, "frozen", False):
        root = str(Path(__file__).resolve().parents[2])
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, (root, environment.get("PYTHONPATH"))))
    return environment
