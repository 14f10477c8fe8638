"""The log: a file of each process that rotates, readable by its owner alone, without a word of messages or a secret.

Nothing that people write may reach the file, whichever library logs. Of an exception it holds the type and the place,
because the text may quote a message; of other libraries the place and the level. Its own thread writes the lines.
"""

from __future__ import annotations

import contextlib
import faulthandler
import logging
import os
import queue
import sys
from collections.abc import Callable, Mapping
from enum import Enum
from io import TextIOWrapper
from logging.handlers import QueueHandler, QueueListener, RotatingFileHandler
from pathlib import Path
from typing import TextIO

from app.core.defects import place_of

_log = logging.getLogger(__name__)

FOLDER = "logs"
_LARGEST = 1_000_000
"""Bytes of a file before it is put aside."""
_KEPT = 3
"""Files that are kept beside the one that is written."""
_PLACE = "MAILWRIGHT_LOGS"
_DEBUG = "MAILWRIGHT_DEBUG"
NAME = "MAILWRIGHT_LOG_NAME"
"""What a child process logs as: of two that do the same, each has a file of its own."""
_LOUD = "1"
"""Log all that there is, to standard error too; any other value logs it to the file alone."""
_OURS = "app"
_FORMAT = "%(asctime)s.%(msecs)03d %(levelname)-7s %(threadName)s %(name)s: %(message)s"


_APPEND = os.O_WRONLY | os.O_CREAT | os.O_APPEND
_ANEW = os.O_WRONLY | os.O_CREAT | os.O_TRUNC


class _Private(RotatingFileHandler):
    """Makes its files readable by their owner alone."""

    def _open(self) -> TextIOWrapper:
        return os.fdopen(os.open(self.baseFilename, _APPEND, 0o600), "a", encoding="utf-8")


class _Queued(QueueHandler):
    """Makes words of a record in the thread that logs, and leaves the file to another one."""

    def prepare(self, record: logging.LogRecord) -> logging.LogRecord:
        clean = logging.makeLogRecord(record.__dict__)
        clean.msg, clean.args = words_of(record), None
        clean.exc_info = clean.exc_text = clean.stack_info = None
        return clean


def words_of(record: logging.LogRecord) -> str:
    """Return what the log says of a record."""
    ours = record.name == _OURS or record.name.startswith(f"{_OURS}.")
    words = _message(record) if ours else f"{Path(record.pathname).name}:{record.lineno}"
    error = record.exc_info[1] if record.exc_info else None
    return words if error is None else f"{words}\n{place_of(error)}"


def _message(record: logging.LogRecord) -> str:
    message, args = str(_told(record.msg)), record.args
    if not args:
        return message
    if isinstance(args, Mapping):
        return message % {name: _told(one) for name, one in args.items()}
    return message % tuple(_told(one) for one in args)


def _told(value: object) -> object:
    """Return what the log tells of a value: exceptions by place, texts and numbers as they are, the rest by type.

    What else there is may hold an exception or a message, and its own text would write them out.
    """
    if isinstance(value, BaseException):
        return place_of(value)
    if isinstance(value, Enum):
        return value.name
    return value if isinstance(value, str | int | float | None) else type(value).__name__


def choose_place(folder: Path, *, debug: bool) -> None:
    """Let this process and its child processes log into `folder`/logs once they call `begin`; touches no disk.

    With `debug` they log all that there is, to standard error too.
    """
    os.environ[_PLACE] = str(folder / FOLDER)
    if debug:
        os.environ[_DEBUG] = _LOUD


def begin(name: str) -> Callable[[], None]:
    """Log to `name`.log in the chosen place from now on; call what is returned to end.

    Without a place nothing is logged. A folder that cannot be written leaves a process without a log, and keeps none
    from starting.
    """
    logs = os.environ.get(_PLACE)
    return _begin(Path(logs), name, debug=os.environ.get(_DEBUG, "")) if logs else lambda: None


def _begin(logs: Path, name: str, *, debug: str) -> Callable[[], None]:
    handlers: list[logging.Handler] = []
    crashes: TextIO | None = None
    with contextlib.suppress(OSError):
        logs.mkdir(mode=0o700, parents=True, exist_ok=True)
        handlers.append(_Private(logs / f"{name}.log", maxBytes=_LARGEST, backupCount=_KEPT))
    if debug == _LOUD and sys.stderr is not None:
        handlers.append(logging.StreamHandler())
    for handler in handlers:
        handler.setFormatter(logging.Formatter(_FORMAT, "%Y-%m-%d %H:%M:%S"))
    queued = _Queued(queue.SimpleQueue())
    listener = QueueListener(queued.queue, *handlers)
    listener.start()
    root = logging.getLogger()
    root.setLevel(logging.DEBUG if debug else logging.INFO)
    root.addHandler(queued)
    logging.raiseExceptions = debug == _LOUD  # a full disk is no reason to print at each line
    with contextlib.suppress(OSError):
        crashes = _watch_for_crashes(logs / f"{name}-crash.txt")

    def end() -> None:
        root.removeHandler(queued)
        listener.stop()
        for handler in handlers:
            handler.close()
        if crashes is not None:
            faulthandler.disable()
            crashes.close()

    return end


def _watch_for_crashes(file: Path) -> TextIO:
    """Let a crash of the interpreter itself write where each thread was into `file`. Raises OSError.

    What the run before wrote is kept beside it.
    """
    with contextlib.suppress(FileNotFoundError):
        if file.stat().st_size:
            file.replace(file.with_suffix(".last.txt"))
            _log.warning("the run before crashed: see %s", file.with_suffix(".last.txt").name)
    there = os.fdopen(os.open(file, _ANEW, 0o600), "w", encoding="utf-8")  # open as long as the process
    faulthandler.enable(there)
    return there
