"""The checker's process as the window sees it: asked in lines, answered on the window's thread, never waited for.

It is started with the first text, and ends with the pipe. Where it cannot be had (no Hunspell on this system) nothing
is underlined, and no message is shown.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO, Any

from PySide6.QtCore import QObject, Signal

from app.core.child_process import LINES, ChildProcess, Framing, own_program
from app.ui import resources

_EXIT_SECONDS = 2.0
Checked = tuple[str, list[tuple[int, int]]]


def command_line(folder: Path) -> list[str]:
    """Return the command that starts a checker."""
    return own_program("app.spelling", "--spelling", str(folder))


def _write(pipe: IO[bytes], asked: dict[str, Any]) -> None:
    LINES.write(pipe, json.dumps(asked).encode())


def _read(pipe: IO[bytes]) -> dict[str, Any] | None:
    line = LINES.read(pipe)
    return None if line is None else dict(json.loads(line))


_Checker = ChildProcess[dict[str, Any], dict[str, Any]]


class Spelling(QObject):
    """Asks the checker. One for the whole window."""

    _told = Signal(object)
    changed = Signal()
    """The person's own words are others, or the usual language is: texts are to be looked at anew."""

    def __init__(self, parent: QObject | None = None, command: Sequence[str] = ()) -> None:
        """Nothing is started. `command` is another checker's, for tests."""
        super().__init__(parent)
        self._command = list(command) or command_line(resources.find("dictionaries", "README.md").parent)
        self._waiting: dict[int, Callable[[dict[str, Any]], None]] = {}
        self._number = 0
        self._child: _Checker | None = None
        self._own: list[str] = []
        self.language = ""
        """That of texts for which no other was chosen: "" notices it, "none" looks at nothing."""
        self.is_name: Callable[[str], bool] = lambda _word: False
        """Returns whether a word is a name that the person knows, their own too: no dictionary has to have it."""
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

    def languages(self, then: Callable[[list[str]], None]) -> None:
        """Ask which dictionaries this computer has beside the program's own, by their names ("es_ES")."""
        self._ask({"languages": True}, lambda told: then([str(one) for one in told["languages"]]))

    def know(self, words: Sequence[str]) -> None:
        """Take in the person's own words, as they were kept."""
        self._own = list(words)
        if self._child is not None:
            self._ask({"own": self._own}, lambda _told: None)
        self.changed.emit()

    @property
    def own_words(self) -> tuple[str, ...]:
        """Return the person's own words."""
        return tuple(self._own)

    def add_word(self, word: str) -> None:
        """Add a word to the person's own."""
        if word and word not in self._own:
            self.know([*self._own, word])

    def remove_word(self, word: str) -> None:
        """Take a word from the person's own."""
        if word in self._own:
            self.know([one for one in self._own if one != word])

    def language_for(self, chosen: str | None) -> str:
        """Return the language of a text: that which was chosen for it, or the usual one."""
        return self.language if chosen is None else chosen

    def set_language(self, language: str) -> None:
        """Look at texts in a language from now on, where none was chosen for them."""
        if language != self.language:
            self.language = language
            self.changed.emit()

    def _ask(self, asked: dict[str, Any], take: Callable[[dict[str, Any]], None]) -> None:
        child = self._child = self._child or self._start()
        self._number += 1
        self._waiting[self._number] = take
        child.send({"number": self._number, **asked})

    # --- the process -------------------------------------------------------------------------------------------------

    def _start(self) -> _Checker:
        child = _Checker("spelling", self._command, Framing(_write, _read), self._hear, lambda *_: None)
        if self._own:
            child.send({"number": 0, "own": self._own})
        return child

    def _hear(self, _child: _Checker, told: dict[str, Any]) -> None:
        with contextlib.suppress(RuntimeError):  # the window is gone
            self._told.emit(told)

    def _arrived(self, told: dict[str, Any]) -> None:
        take = self._waiting.pop(int(told.get("number", 0)), None)
        if take is not None:
            take(told)

    def close(self) -> None:
        """End the process, and wait for that."""
        self._waiting.clear()
        if self._child is not None:
            self._child.end(_EXIT_SECONDS)
            self._child = None
