"""The program with hands in it: goes through the messages in Sent, and says on standard output what it saw of each.

    python -m tests.bench.hostile_player MESSAGES FOLDER-FOR-PICTURES

Started by `hostile.py`. The hands are a timer in the window's thread: each time it comes it notes how long it could not
come, and whether what it waits for is there.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

BEAT: Final = 5
"""Milliseconds between two looks."""
QUIET: Final = 12
"""Looks in turn after which nothing more is expected of a step."""
PATIENCE: Final = 60.0
LATE: Final = 50.0
DEEP: Final = 7
"""Milliseconds after which it is noted where the window's thread is, and how many calls of it."""
ESCAPES: Final = 3
"""So often at most Escape is pressed to close a message."""
SAID: Final = ("too complex", "Restart Mailwright", "Show more", "below the text")
"""Words of the sentences that say why a message is not shown whole."""
WRONG: Final = "Something in the program went wrong"


class Player:
    """The hands and eyes on one window."""

    def __init__(self, window: Any, messages: int, pictures: Path) -> None:
        """Begin as soon as the event loop turns."""
        from PySide6.QtCore import Qt, QTimer

        self._window, self._messages, self._pictures = window, messages, pictures
        self._play = self._steps()
        self._wanted: Callable[[], bool] = lambda: True
        self._until = time.monotonic() + PATIENCE
        self._last, self._worked = time.perf_counter_ns(), time.thread_time_ns()
        self._gap = self._work = 0.0
        self._stuck = False
        self.timer = QTimer(window)
        self.timer.setTimerType(Qt.TimerType.PreciseTimer)
        self.timer.setInterval(BEAT)
        self.timer.timeout.connect(self._beat)
        self.timer.start()
        self._seen: Counter[str] = Counter()
        threading.Thread(target=self._watch, args=(threading.get_ident(),), name="watch", daemon=True).start()

    def _beat(self) -> None:
        now, worked = time.perf_counter_ns(), time.thread_time_ns()
        self._gap = max(self._gap, (now - self._last) / 1e6 - BEAT)
        self._work = max(self._work, (worked - self._worked) / 1e6)
        late = time.monotonic() > self._until
        if late or self._wanted():
            self._stuck = self._stuck or late
            try:
                self._wanted = next(self._play)
            except StopIteration:
                os._exit(0)
            self._until = time.monotonic() + PATIENCE
        # What this hand itself did is not counted: it is no part of the program.
        self._last, self._worked = time.perf_counter_ns(), time.thread_time_ns()

    def _watch(self, thread: int) -> None:
        """Note where the window's thread is while it does not come back."""
        while True:
            time.sleep(0.01)
            if time.perf_counter_ns() - self._last > LATE * 1e6:
                frame, lines = sys._current_frames().get(thread), list[str]()
                while frame is not None and len(lines) < DEEP:
                    file = frame.f_code.co_filename.rpartition("/app/")[2]
                    lines.append(f"{file}:{frame.f_lineno} {frame.f_code.co_name}")
                    frame = frame.f_back
                self._seen[" < ".join(lines)] += 1

    # --- hands ------------------------------------------------------------------------------------------------------

    def _press(self, *keys: str) -> None:
        from PySide6.QtGui import QKeySequence
        from PySide6.QtTest import QTest
        from PySide6.QtWidgets import QApplication

        active = QApplication.activeWindow() or self._window
        for sequence in keys:
            step = QKeySequence(sequence)[0]  # type: ignore[index]  # PySide's stub forgets it
            QTest.sendKeyEvent(
                QTest.KeyAction.Click, active.windowHandle(), step.key(), _text_of(sequence), step.keyboardModifiers()
            )

    def _quiet(self) -> Callable[[], bool]:
        left = [QUIET]

        def so() -> bool:
            left[0] -= 1
            return left[0] <= 0

        return so

    # --- eyes -------------------------------------------------------------------------------------------------------

    def _reader(self) -> Any:
        from app.ui.reader.reader import Reader

        return next((one for one in self._window.findChildren(Reader) if one.isVisible()), None)

    def _reading(self) -> Any:
        reader = self._reader()
        return None if reader is None else reader._reading

    def _message(self) -> Any:
        from app.views.compose.view import ComposeView

        return next((one for one in self._window.findChildren(ComposeView) if one.isVisible() and one.is_filled), None)

    def _closed_or_quiet(self) -> Callable[[], bool]:
        quiet = self._quiet()
        return lambda: self._message() is None or quiet()

    def _words(self) -> str:
        from app.ui.widgets import Label

        return "\n".join(one.text() for one in self._window.findChildren(Label) if one.isVisible())

    def _tell(self, seed: int, what: str, *, empty: bool) -> None:
        words = self._words()
        told = next(
            (one for one in ("too complex", "Restart Mailwright", "Show more", "below the text") if one in words), ""
        )
        if self._stuck:
            self._window.grab().save(str(self._pictures / f"{seed}-{what}.png"))
        step = {
            "seed": seed,
            "what": what,
            "gap": self._gap,
            "work": self._work,
            "window": _peak(os.getpid()),
            "told": told,
            "stuck": self._stuck,
            "defect": WRONG in words,
            "empty": empty and not told,
            "where": self._seen.most_common(1)[0][0] if self._seen else "",
        }
        print(json.dumps(step), flush=True)
        self._begin()

    def _begin(self) -> None:
        self._gap = self._work = 0.0
        self._stuck = False
        self._seen.clear()

    # --- the play ---------------------------------------------------------------------------------------------------

    def _steps(self) -> Iterator[Callable[[], bool]]:
        from PySide6.QtWidgets import QTableView

        def listed() -> bool:
            views = [one for one in self._window.findChildren(QTableView) if one.isVisible()]
            return any(view.model().rowCount() >= self._messages for view in views)

        yield self._quiet()
        self._press("Ctrl+3")
        yield listed
        yield self._quiet()
        self._press("Home")
        for number in range(self._messages):
            if number:
                before = self._reading()
                self._begin()
                self._press("Down")
                yield lambda before=before: self._is_another(before)  # type: ignore[misc]
            yield self._is_read
            yield self._quiet()
            reading = self._reading()
            seed = _seed_in(reading.subject if reading is not None else "")
            empty = reading is None or not (reading.blocks or (reading.body or "").strip())
            self._tell(seed, "read", empty=empty and not _may_be_empty(seed))
            for key, what in (("Shift+R", "reply"), ("F", "forward"), ("E", "write anew")):
                yield from self._write(seed, key, what)
            print(json.dumps({"seed": seed, "memory": _memory()}), flush=True)
            _forget_peaks()

    def _write(self, seed: int, key: str, what: str) -> Iterator[Callable[[], bool]]:
        self._begin()
        self._press(key)
        yield self._is_written_on
        yield self._quiet()
        self._tell(seed, what, empty=False)
        for _ in range(ESCAPES):  # a sentence on the text, or on its recipients, is closed first
            if self._message() is not None:
                self._press("Escape")
                yield self._closed_or_quiet()
        yield lambda: self._message() is None
        yield self._quiet()
        self._tell(seed, f"{what}, closed", empty=False)

    def _is_written_on(self) -> bool:
        """Return whether a message is open, whole, and takes keys."""
        view = self._message()
        if view is None or view.body.turning.is_busy or not self._window.gate.is_open:
            return False
        return view.body.rich is None or not view.body.rich.is_building()

    def _is_another(self, before: Any) -> bool:
        now = self._reading()
        return now is not None and (before is None or now.message != before.message)

    def _is_read(self) -> bool:
        reading = self._reading()
        return reading is not None and reading.body is not None


def _may_be_empty(seed: int) -> bool:
    """Return whether a message holds nothing that could be shown: blanks, marks and pictures without words."""
    import re

    from tests.bench.hostile_messages import body_of

    body = re.sub(r"<style[^>]*>.*?(</style>|$)|<[^>]*>", "", body_of(seed), flags=re.DOTALL)
    return not re.search(r"\w", body)


def _text_of(sequence: str) -> str:
    """Return what a key writes: the letters alone do."""
    letter = sequence.removeprefix("Shift+")
    return "" if len(letter) > 1 else letter if letter != sequence else letter.lower()


def _seed_in(subject: str) -> int:
    words = subject.split()
    return int(words[0]) if words and words[0].isdigit() else -1


def _memory() -> dict[str, float]:
    """Return the most that each process has held in memory for a message, in megabytes, the shared pages too."""
    found = {"window": _peak(os.getpid())}
    for pid, name in _children():
        found[name] = max(found.get(name, 0.0), _peak(pid))
    return found


def _forget_peaks() -> None:
    """Let the most be counted anew from what is held now (proc(5), clear_refs)."""
    for pid in (os.getpid(), *(pid for pid, _ in _children())):
        with contextlib.suppress(OSError):
            Path(f"/proc/{pid}/clear_refs").write_text("5")


def _children() -> list[tuple[int, str]]:
    """Return the children of the program that belong to it, and what each is for."""
    from tests.end2end import processes

    kinds = {"app.engine": "engine", "app.content": "content", "app.spelling": "spelling"}
    named = (
        (pid, next((kinds[part] for part in kinds if part in line), ""))
        for pid, line in processes.below(os.getpid()).items()
    )
    return [(pid, name) for pid, name in named if name]


def _peak(pid: int) -> float:
    try:
        status = Path(f"/proc/{pid}/status").read_text("utf-8")
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1000 for line in status.splitlines() if line.startswith("VmHWM:")), 0.0)


def main(arguments: list[str]) -> int:
    """Run the program; it ends with the last message."""
    messages, pictures = int(arguments[0]), Path(arguments[1])
    from app.bootstrap.import_blocker import plain_imports

    with plain_imports():
        from PySide6.QtGui import QShowEvent

    from app.views.shell import main_window

    class PlayedWindow(main_window.Window):
        def showEvent(self, event: QShowEvent) -> None:
            super().showEvent(event)
            if not hasattr(self, "player"):
                self.resize(1240, 800)
                self.player = Player(self, messages, pictures)

    main_window.Window = PlayedWindow  # type: ignore[misc]  # the program asks this module for it
    from app.__main__ import main as start

    sys.argv = ["mailwright"]
    return start()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
