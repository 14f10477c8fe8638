"""The checker's process as the window sees it: asked in lines, answered on the window's thread, never waited for.

It is started with the first text, and ends with the pipe. Where it cannot be had (no Hunspell on this system) nothing
is underlined, and nobody is troubled with it.
"""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.ui import resources

_log = logging.getLogger(__name__)
_EXIT_SECONDS = 2.0
Checked = tuple[str, list[tuple[int, int]]]


def command_line(folder: Path) -> list[str]:
    """Return the command that starts a checker: this very program, frozen or not."""
    if getattr(sys, "frozen", False):
        return [sys.executable, "--spelling", str(folder)]
    return [sys.executable, "-m", "app.spelling", str(folder)]


class Spelling(QObject):
    """Asks the checker. One for the whole window."""

    _told = Signal(object)
    learnt = Signal(str)
    """A word was added to the person's own; texts are to be looked at anew."""

    def __init__(self, parent: QObject | None = None, command: Sequence[str] = ()) -> None:
        """Nothing is started. `command` is another checker's, for tests."""
        super().__init__(parent)
        self._command = list(command) or command_line(resources.find("dictionaries", "README.md").parent)
        self._queue: SimpleQueue[dict[str, Any] | None] = SimpleQueue()
        self._waiting: dict[int, Callable[[dict[str, Any]], None]] = {}
        self._number = 0
        self._child: subprocess.Popen[str] | None = None
        self._threads: list[threading.Thread] = []
        self._own: list[str] = []
        self._told.connect(self._arrived)

    # --- asking ------------------------------------------------------------------------------------------------------

    def check(self, texts: Sequence[str], language: str, then: Callable[[list[Checked]], None]) -> None:
        """Look at texts; `then` gets the language of each, and places and lengths in UTF-16 units."""

        def take(told: dict[str, Any]) -> None:
            then([(str(name), [(int(at), int(size)) for at, size in wrong]) for name, wrong in told["checked"]])

        self._ask({"texts": list(texts), "language": language}, take)

    def suggest(self, word: str, language: str, then: Callable[[list[str]], None]) -> None:
        """Ask what may have been meant; the answer takes up to seconds."""

        def take(told: dict[str, Any]) -> None:
            then([str(one) for one in told["suggestions"]])

        self._ask({"suggest": word, "language": language}, take)

    def know(self, words: Sequence[str]) -> None:
        """Take in the person's own words, as they were kept."""
        self._own = list(words)
        if self._threads:
            self._ask({"learn": self._own}, lambda _told: None)

    @property
    def own_words(self) -> tuple[str, ...]:
        """Return the person's own words."""
        return tuple(self._own)

    def learn(self, word: str) -> None:
        """Add a word to the person's own."""
        if word and word not in self._own:
            self._own.append(word)
            self._ask({"learn": [word]}, lambda _told: None)
            self.learnt.emit(word)

    def _ask(self, asked: dict[str, Any], take: Callable[[dict[str, Any]], None]) -> None:
        if not self._threads:
            self._start()
        self._number += 1
        self._waiting[self._number] = take
        self._queue.put({"number": self._number, **asked})

    # --- the process -------------------------------------------------------------------------------------------------

    def _start(self) -> None:
        if self._own:
            self._queue.put({"number": 0, "learn": self._own})
        thread = threading.Thread(target=self._write, name="spelling writer", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _write(self) -> None:
        """Start the process, and give it line by line; in a thread, because a pipe may be full."""
        try:
            child = subprocess.Popen(  # noqa: S603 - this very program
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                encoding="utf-8",
            )
        except OSError as error:
            _log.info("no spelling: %s", error)
            return
        self._child = child
        reader = threading.Thread(target=self._read, args=(child,), name="spelling reader", daemon=True)
        self._threads.append(reader)
        reader.start()
        with child:
            try:
                while (asked := self._queue.get()) is not None:
                    assert child.stdin is not None  # noqa: S101 - it was asked for
                    child.stdin.write(json.dumps(asked) + "\n")
                    child.stdin.flush()
            except OSError as error:
                _log.info("the checker of spelling has ended: %s", error)
            self._end(child)
            reader.join(_EXIT_SECONDS)

    def _end(self, child: subprocess.Popen[str]) -> None:
        try:
            if child.stdin is not None:
                child.stdin.close()
            child.wait(_EXIT_SECONDS)
        except (OSError, subprocess.TimeoutExpired):
            child.kill()

    def _read(self, child: subprocess.Popen[str]) -> None:
        assert child.stdout is not None  # noqa: S101 - it was asked for
        for line in child.stdout:
            try:
                self._told.emit(json.loads(line))
            except (ValueError, RuntimeError):
                return  # cut off in the middle of a line, or the window is gone

    def _arrived(self, told: dict[str, Any]) -> None:
        take = self._waiting.pop(int(told.get("number", 0)), None)
        if take is not None:
            take(told)

    def close(self) -> None:
        """End the process, and wait for that."""
        self._waiting.clear()
        if self._threads:
            self._queue.put(None)
            for thread in self._threads:
                thread.join(2 * _EXIT_SECONDS)
            self._threads.clear()
