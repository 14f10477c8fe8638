"""Starts, watches and ends a child process. The engine, spelling, content and the sandbox are such processes.

What it promises:

- Nothing here blocks the caller, except `end` and `join`: a thread starts the process and writes to it.
- The child ends with its parent, however that ends: its standard input is a pipe, and each child ends with that.
- Its end is reported once, after all its messages, with its exit status and its last words on standard error.
- It is ended kindly, by closing the pipe, and killed where it stays. What it says out of form ends it too.
- Whatever way it ends, it is waited for and its pipes are closed: no zombie stays, and no descriptor.
- No child is started from files that are another version's than the parent's (`program_files.py`).
- It inherits its three pipes and nothing else that is open here, and opens no console on Windows.
- A command line can be read by every user of the machine: secrets go through the pipe only.

Not asyncio's subprocesses: they want a child watcher that qasync does not have everywhere.
"""

from __future__ import annotations

import contextlib
import logging
import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from queue import SimpleQueue
from typing import IO, Generic, NamedTuple, TypeVar

from app.core import program_files
from app.core.i18n import tr

Sent = TypeVar("Sent")
Heard = TypeVar("Heard")

LAUNCHER = "mailwright"
"""The one package that the wheel installs."""

_log = logging.getLogger(__name__)
_LAST_LINES = 200
_EXIT_SECONDS = 2.0
"""How long a child that has closed its standard output may still run."""


def is_launched() -> bool:
    """Return whether the launcher of the wheel started this program, in whose folder it lies (packaging/wheel)."""
    launcher = getattr(sys.modules.get(LAUNCHER), "__file__", None)
    return launcher is not None and Path(launcher).parent == Path(__file__).parents[2]


def own_program(module: str, option: str, *arguments: str) -> list[str]:
    """Return the command that starts a part of this very program: `-m module`, or `option` where that starts it.

    It does in a frozen program, and in one that was installed by its wheel.
    """
    told = [option, *arguments] if option else [*arguments]
    if getattr(sys, "frozen", False):
        return [sys.executable, *told]
    # -P: Python would look for each module in the folder first in which the program was started, where any may lie.
    if is_launched():
        return [sys.executable, "-P", "-m", LAUNCHER, *told]
    return [sys.executable, "-P", "-m", module, *arguments]


def found_by_python(environment: Mapping[str, str]) -> dict[str, str]:
    """Return `environment` with what Python needs to find this program, whatever the working folder is."""
    if is_launched():
        return {**environment}  # Python finds the launcher as it found it before, and that finds the rest
    root = str(Path(__file__).resolve().parents[2])
    return {**environment, "PYTHONPATH": os.pathsep.join(filter(None, (root, environment.get("PYTHONPATH"))))}


class End(NamedTuple):
    """How a child process ended. `code` is its exit status, None where it could not be started."""

    code: int | None
    last_words: str
    """What it wrote last to standard error, or why it could not be started."""

    def __str__(self) -> str:
        return self.last_words if self.code is None else f"exit code {self.code}"


class Framing(NamedTuple, Generic[Sent, Heard]):
    """How messages go through the pipes.

    `write` writes one and flushes. `read` reads one, None at the end; ValueError means that it is not in our form.
    """

    write: Callable[[IO[bytes], Sent], None]
    read: Callable[[IO[bytes]], Heard | None]


def _write_line(pipe: IO[bytes], line: bytes) -> None:
    pipe.write(line + b"\n")
    pipe.flush()


LINES: Framing[bytes, bytes] = Framing(_write_line, lambda pipe: pipe.readline() or None)
"""A line is a message."""


class ChildProcess(Generic[Sent, Heard]):
    """One child process from start to end. `on_message` and `on_end` are called in a thread of its own."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        framing: Framing[Sent, Heard],
        on_message: Callable[[ChildProcess[Sent, Heard], Heard], object],
        on_end: Callable[[ChildProcess[Sent, Heard], End], object],
        environment: Mapping[str, str] | None = None,
        echo: bool = False,
    ) -> None:
        """Start `command`; returns at once. A command that cannot be started comes to its end with a reason.

        `environment` is added where a variable is not set yet. With `echo`, its standard error goes to ours too.
        """
        self._name = name
        self._command = list(command)
        self._framing = framing
        self._on_message = on_message
        self._on_end = on_end
        self._environment = dict(environment or {})
        self._echo = echo
        self._queue: SimpleQueue[Sent | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._killed = False
        self._patience: float | None = None
        self._over = threading.Event()
        self._last_lines: deque[str] = deque(maxlen=_LAST_LINES)
        self._threads: list[threading.Thread] = []
        self._start_thread("writer", self._start_and_write)

    @property
    def pid(self) -> int | None:
        """The process id, None before it was started."""
        return None if self._child is None else self._child.pid

    def send(self, message: Sent) -> None:
        """Queue a message. It goes nowhere where the child has ended, and `on_end` is called."""
        if not self._over.is_set():
            self._queue.put(message)

    def finish(self, patience: float | None = None) -> None:
        """Close the pipe after what was queued: the child ends by itself, or is killed after `patience` seconds."""
        self._patience = patience
        self._queue.put(None)

    def kill(self) -> None:
        """End it at once, whatever it does."""
        with self._lock:
            self._killed = True
            if self._child is not None:
                self._child.kill()
        self._queue.put(None)

    def kill_if_replaceable(self) -> None:
        """End it at once where another could be started for it; kept where the program's files are other ones now."""
        program_files.look_in_a_thread(lambda replaced: None if replaced else self.kill())

    def end(self, patience: float) -> None:
        """Do as `finish` does, also where it reads nothing any more, and wait until it is gone."""
        self.finish()
        if not self._over.wait(patience):
            self.kill()
        self.join(_EXIT_SECONDS)

    def join(self, seconds: float) -> bool:
        """Wait for the threads after the end; return whether all are gone."""
        for thread in self._threads:
            thread.join(seconds)
        return not any(thread.is_alive() for thread in self._threads)

    # --- in threads -------------------------------------------------------------------------------------------------

    def _start_thread(self, what: str, work: Callable[..., None], *arguments: object) -> threading.Thread:
        thread = threading.Thread(target=work, args=arguments, name=f"{self._name} {what}", daemon=True)
        self._threads.append(thread)
        thread.start()
        return thread

    def _start_and_write(self) -> None:
        if self._command[0] == sys.executable and program_files.ours.is_replaced():
            self._over.set()
            self._on_end(self, End(None, tr("a new version of Mailwright is installed: restart Mailwright")))
            return
        try:
            child = subprocess.Popen(  # noqa: S603 - our own program, without a shell
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=self._whole_environment(),
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except OSError as error:
            self._over.set()
            self._on_end(self, End(None, f"{type(error).__name__}: {error.strerror}"))
            return
        with self._lock:
            self._child = child
            if self._killed:
                child.kill()
        assert child.stdin is not None  # noqa: S101 - Popen was told PIPE
        drain = self._start_thread("stderr", self._drain, child)
        self._start_thread("reader", self._read, child, drain)
        with contextlib.suppress(OSError):  # the child is gone; the reader reports it
            while (message := self._queue.get()) is not None:
                self._framing.write(child.stdin, message)
        with contextlib.suppress(OSError):
            child.stdin.close()
        if not self._over.wait(self._patience):
            child.kill()

    def _whole_environment(self) -> dict[str, str]:
        """Return our own environment, in which Python finds this package, whatever the working folder is."""
        from app.core.log import NAME  # the window does without the log until it is painted

        environment = {**self._environment, **os.environ, NAME: self._name}
        if getattr(sys, "frozen", False):
            return environment
        return {**found_by_python(environment), "PYTHONSAFEPATH": "1"}

    def _read(self, child: subprocess.Popen[bytes], drain: threading.Thread) -> None:
        assert child.stdout is not None  # noqa: S101 - as above
        in_form = False
        try:
            while (message := self._framing.read(child.stdout)) is not None:
                self._on_message(self, message)
            in_form = True
        except ValueError:
            pass  # what it says is not in our form: nothing it says can be relied on
        finally:
            if not in_form:
                child.kill()
            self._bury(child, drain)

    def _bury(self, child: subprocess.Popen[bytes], drain: threading.Thread) -> None:
        """Wait for the end of the process, and tell it."""
        try:
            code = child.wait(_EXIT_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            code = child.wait()
        drain.join(_EXIT_SECONDS)
        assert child.stdout is not None  # noqa: S101 - as above
        child.stdout.close()
        self._over.set()
        self._queue.put(None)
        end = End(code, "".join(self._last_lines))
        if code and self._killed:
            _log.info("the %s was ended at once", self._name)
        elif code:
            # Of its last words only the places in the code: the rest may quote a message.
            places = [line.strip() for line in self._last_lines if line.lstrip().startswith("File ")]
            _log.warning("the %s ended with %s; last seen at:\n%s", self._name, code, "\n".join(places))
        self._on_end(self, end)

    def _drain(self, child: subprocess.Popen[bytes]) -> None:
        assert child.stderr is not None  # noqa: S101 - as above
        while line := child.stderr.readline(4096):
            self._last_lines.append(line.decode("utf-8", "replace"))
            if self._echo:
                # Past sys.stderr: a thread that holds its lock when the interpreter ends makes that abort.
                with contextlib.suppress(OSError):
                    os.write(2, line)
        child.stderr.close()
