"""The one place that is told of defects of our own: an exception that no caller expected, in whichever thread.

A listener of an event, a slot of Qt, a thread, a task and the destructor of an object all report here. What a defect
says (`str(error)`) may hold a message or a secret: only its type and its place in the code are told on.
"""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import TracebackType

log = logging.getLogger(__name__)

_MOST_FRAMES = 40
_show: Callable[[str], None] | None = None
_shown: set[str] = set()


def place_of(error: BaseException) -> str:
    """Return the type of an exception and the lines of code that it came through, without its words."""
    import traceback

    lines: list[str] = []
    seen: set[int] = set()
    one: BaseException | None = error
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        frames = traceback.extract_tb(one.__traceback__)[-_MOST_FRAMES:]
        lines.append(_name(type(one)))
        lines += [f"  {_from_app(frame.filename)}:{frame.lineno} in {frame.name}" for frame in frames]
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
    return "\n".join(lines)


def short_place_of(error: BaseException) -> str:
    """Return the same in one line, innermost first, for a reply of the engine."""
    import traceback

    frames = reversed(traceback.extract_tb(error.__traceback__)[-6:])
    places = [f"{_from_app(frame.filename).rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames]
    return f"{type(error).__name__} at {' < '.join(places)}"


def _name(kind: type[BaseException]) -> str:
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def _from_app(path: str) -> str:
    """Return a path without the folders above the package: they name the person's home."""
    parts = path.replace("\\", "/").split("/")
    for known in ("app", "site-packages"):
        if known in parts:
            at = len(parts) - 1 - parts[::-1].index(known)
            return "/".join(parts[at if known == "app" else at + 1 :])
    return parts[-1]


def report(error: BaseException) -> None:
    """Log a defect, and show it to the person. May be called in any thread; raises nothing."""
    place = place_of(error)
    log.error("defect: %s", place)
    if _show is not None and place not in _shown:
        _shown.add(place)  # a defect at each key would hide everything else
        _show(place)


def show_with(show: Callable[[str], None] | None) -> None:
    """Let `show` be told each defect once, in the thread where it happened; None shows no more."""
    global _show  # noqa: PLW0603 - one window, one crash report
    _show = show
    _shown.clear()


def catch_all() -> None:
    """Report what otherwise vanishes or is printed with its words: in threads, slots of Qt and destructors."""

    def uncaught(kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt | SystemExit):
            return
        report(error)

    def in_thread(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None and not isinstance(args.exc_value, SystemExit):
            report(args.exc_value)

    def unraisable(args: sys.UnraisableHookArgs) -> None:
        if args.exc_value is not None:
            report(args.exc_value)

    sys.excepthook = uncaught
    threading.excepthook = in_thread
    sys.unraisablehook = unraisable
