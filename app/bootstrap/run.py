"""The program's life: the loop, the disk, the end; the garbage collector.

Python's collector runs in whatever thread allocates last; where it finds a Qt object there, its destructor runs in that
thread, and Qt objects belong to theirs (seen: "Timers cannot be stopped from another thread", and worse). May go when
Shiboken hands destructors over to the right thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import math
import platform
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import PySide6
from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication
from qasync import QEventLoop

from app import __version__
from app.bootstrap.instance import DATABASE, hand_over
from app.bootstrap.options import data_folder
from app.bootstrap.restart import start_again, turned
from app.bootstrap.signals import ending_on_signals
from app.controllers.closing import SENDS, Closing
from app.core import defects
from app.core.background import post, run_in_thread
from app.core.i18n import tr
from app.domain.errors import InUse, StorageError
from app.domain.startup_request import CommandLine, StartupRequest
from app.storage.store import Store
from app.ui.tasks import Tasks
from app.views.shell.main_window import Window

if TYPE_CHECKING:
    from pathlib import Path

    from app.bootstrap.adapters import Adapters
    from app.bootstrap.parts import Parts
    from app.bootstrap.sandbox_process import SandboxProcess


log = logging.getLogger(__name__)

_SECOND_TRY = 3.0
"""Seconds for handing over to a program that did not answer before, until its window is named to the person."""
_PAUSE = 0.2
"""Seconds between two looks whether the other program still has the messages."""
_LAST_KEYS = 3.0
"""Seconds that the end waits for keys and links to arrive in their messages, and for a send to be on disk: counted
from the moment at which the program last worked towards it, since a start on a busy machine takes long and comes."""
_LAST_KEYS_AT_MOST = 10.0
"""Seconds after which the end waits no longer, whatever the program does: the session's patience has an end too."""
_WORK = 0.05
"""Seconds of the processor by which it is seen that the program works, where they pass in at most ten times as long:
waiting alone, which looks each 10 ms, takes a fiftieth of the processor."""
_LOOKS = 0.01
"""Seconds between two looks whether it arrived."""
_UNREAD = 0.05
"""Seconds without a key after which none is still on its way from the display: a busy machine reads them late."""
_WAITED_FOR = (
    *SENDS,
    *("open a message again", "undo send", "undo a schedule", "take back", "take back what rests with the server"),
    *("leave", "stop sending", "do something with rows"),
)
"""The names of tasks by which what a key asked for comes to the disk: without them the next start does the opposite."""
_LAST_SAVES = 3.0
"""Seconds that the end waits for the server to take the last saves; the disk has them in any case."""


def run(qt: QApplication, window: Window, options: CommandLine) -> int:
    """Run until the window is closed; return the exit status, unless another program takes its place."""
    with asyncio.Runner(loop_factory=lambda: QEventLoop(qt)) as runner:
        end = runner.run(_live(qt, window, options))
    return end if isinstance(end, int) else start_again(end)


async def _live(qt: QApplication, window: Window, options: CommandLine) -> int | CommandLine:
    """Return the exit status, or how the program is to start again."""
    tasks = Tasks()
    closing = Closing(qt)
    window.on_close = closing.ask
    if not window.isVisible():
        closing.at_once()  # it was closed before this was listened for
    with ending_on_signals(closing.at_once):
        _report_defects(window)
        folder = data_folder(options)
        opening = Store.begin(folder / DATABASE)
        from app.bootstrap.adapters import Adapters
        from app.bootstrap.parts import Parts  # what the lists need is loaded while the disk answers

        try:
            store = await _first_of_two(opening, window, options, closing)
        except StorageError as error:
            window.notice_bar.show_sentence(str(error), tone="bad")
            if window.starting is not None:
                window.starting.release()
            await closing.end
            window.close_for_good()
            return 1
        if store is None:
            window.close_for_good()
            return 0
        logging_begun = _begin_log(folder, options)
        adapters = Adapters(store)
        try:
            await _live_on(Parts(qt, window, options, adapters.ports, tasks), adapters, closing)
        finally:
            end_log = await logging_begun
            await run_in_thread(end_log)
        if closing.tries_out is not None:
            options = turned(options, try_out=closing.tries_out)
        return options if closing.restarts else 0


def _begin_log(folder: Path, options: CommandLine) -> asyncio.Future[Callable[[], None]]:
    """Begin to log, in a thread: the files are opened there. Two starts never write one log: the store is taken."""
    from app.core.log import choose_place

    choose_place(folder, debug=options.debug)

    def begin_log() -> Callable[[], None]:
        from app.core.log import begin

        end = begin("window")
        versions = __version__, platform.python_version(), PySide6.__version__, platform.platform()
        log.info("Mailwright %s, Python %s, Qt %s, %s", *versions)
        return end

    return asyncio.ensure_future(run_in_thread(begin_log))


async def _first_of_two(opening: Store, window: Window, options: CommandLine, closing: Closing) -> Store | None:
    """Return the open store; None where another start was faster and has our wish, or the window was closed.

    The other one may be slow to listen, and may end meanwhile: keys wait until one of the two has them. Raises
    StorageError.
    """
    folder = data_folder(options)
    while True:
        try:
            store = await opening.opened()
        except InUse as error:
            handing = asyncio.ensure_future(run_in_thread(lambda: hand_over(folder, options.arrival, _SECOND_TRY)))
            both: set[asyncio.Future[Any]] = {handing, closing.end}
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            if not handing.done():
                window.hide()
            if await handing:
                await _hand_over_typed(window, folder)
                return None
            if closing.end.done():
                return None
            window.notice_bar.show_sentence(str(error), tone="bad")
            await asyncio.wait({closing.end}, timeout=_PAUSE)
            opening = Store.begin(folder / DATABASE)
        else:
            window.notice_bar.clear()
            return store


async def _hand_over_typed(window: Window, folder: Path) -> None:
    """Give what was typed into a window that is about to go to the program that stays, which shows it."""
    window.hide()  # what is typed from now on goes to the window that stays
    window.gate.abandon()
    typed = window.gate.text
    if typed:
        await run_in_thread(lambda: hand_over(folder, StartupRequest(typed=typed), _SECOND_TRY))


async def _live_on(parts: Parts, adapters: Adapters, closing: Closing) -> None:
    from app.bootstrap.background_start import begin

    sandbox, options = None, parts.options
    if options.sandbox:
        from app.bootstrap.sandbox_process import SandboxProcess

        sandbox = SandboxProcess(adapters.store.path.parent / "exchange", options.sandbox_info)
    collector = GarbageCollector(parts.window)
    try:
        # A task like any other: what fails in it is told, and a window may be closed before all is there.
        parts.tasks.spawn(begin(parts, adapters, sandbox, closing), "begin")
        await closing.end
    finally:
        await _end(parts, adapters, sandbox, restarts=closing.restarts)
        collector.end()


async def finish(parts: Parts) -> None:
    """Put everything on disk, give the server a moment for the last saves, and end all tasks."""
    from app.controllers.compose.compose import keep_left_open, keep_open, left_open

    await parts.unplaced_text.save()
    parts.compose.settle_all()
    with contextlib.suppress(StorageError):
        await parts.journal.flush()
    still_open = left_open(parts.records)
    if still_open:
        saves = [keep_open(parts.records, parts.drafts, name) for name in still_open]
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.gather(*saves, return_exceptions=True), _LAST_SAVES)
        await keep_left_open(parts.settings, still_open)
    await parts.tasks.end()


class _Work:
    """Sees by the time of the processor when the program last worked, and did not merely wait."""

    def __init__(self) -> None:
        self.last = self._marked_at = time.monotonic()
        self._marked = time.process_time()

    def look(self) -> None:
        """See whether it worked since the last look."""
        used, now = time.process_time(), time.monotonic()
        if used - self._marked >= _WORK:
            if now - self._marked_at <= 10 * _WORK:
                self.last = now
            self._marked, self._marked_at = used, now


async def _let_arrive(parts: Parts) -> None:
    """Let what was typed and asked for before the end arrive where it was meant to: a start may not be over yet."""
    gate, began, work = parts.window.gate, time.monotonic(), _Work()

    def is_coming() -> bool:
        """Return whether something is on its way that is still waited for."""
        link = parts.window.starting is not None and parts.options.arrival.begins_messages()
        made = parts.is_complete and parts.startup_requests.is_making
        # Keys wait for the start, for one another, or for what the one before them asked for.
        waited_for = link or made or gate.has_keys() or bool(parts.tasks.named(*_WAITED_FOR))
        # A signal overtakes keys that were pressed before it and lie in the display's queue.
        unread = min(time.monotonic() - began, gate.since_key()) < _UNREAD
        work.look()
        now = time.monotonic()
        return (waited_for or unread) and now < min(work.last + _LAST_KEYS, began + _LAST_KEYS_AT_MOST)

    while is_coming():  # noqa: ASYNC110 - of keys there is no event
        await asyncio.sleep(_LOOKS)
    if parts.is_complete:
        await parts.startup_requests.make_rest()


async def _keep_arrangement(parts: Parts) -> None:
    from app.controllers.compose.arrangement import keep_arrangement

    parts.compose.settle_all()
    with contextlib.suppress(StorageError):
        await keep_arrangement(parts.shell, parts.compose, parts.settings)


async def _end(parts: Parts, adapters: Adapters, sandbox: SandboxProcess | None, *, restarts: bool) -> None:
    """End what was started, after the messages."""
    await _let_arrive(parts)
    parts.complete()  # a window may be closed before all is there, and what ends is one whole
    with contextlib.suppress(StorageError):
        await parts.startup_requests.keep_rest(parts.options.arrival)
    parts.startup_requests.close()
    if restarts:
        await _keep_arrangement(parts)
    parts.window.setEnabled(False)
    await finish(parts)
    parts.compose.message_windows.close_all()
    parts.spelling.end()
    await adapters.close()
    if sandbox is not None:
        sandbox.end()
    parts.window.close_for_good()


def _report_defects(window: Window) -> None:
    """Show defects of ours in `window`, wherever they happen: the person keeps working, and has the words to send."""
    loop = asyncio.get_running_loop()
    defects.catch_all()
    defects.show_with(lambda place: post(loop, _show_defect, window, place))
    loop.set_exception_handler(lambda _loop, context: _unawaited(context))


def _unawaited(context: dict[str, Any]) -> None:
    """Report what the event loop met outside of any task."""
    error = context.get("exception")
    if isinstance(error, BaseException):
        defects.report(error)
    else:
        log.warning("the event loop: %s", context.get("message"))


def _show_defect(window: Window, place: str) -> None:
    window.notice_bar.show_sentence(
        tr("Something in the program went wrong. What you wrote is safe on this computer."),
        tone="bad",
        details=[(tr("For the people who make it"), place[-4000:])],
    )


_EVERY = 1_000
"""Milliseconds between two looks; a look that finds nothing to do costs microseconds, and a caret blinks more often."""
_YOUNG, _MIDDLE, _OLD = 2_000, 20, 20
_GROWN = 20 * 2**20
"""Bytes by which the process has grown when all is looked through: a closed message of many lines leaves so much."""


class GarbageCollector(QObject):
    """Stands in for the automatic collector as long as it lives."""

    def __init__(self, parent: QObject) -> None:
        """Take over from Python's own; `parent` is of the window's thread."""
        super().__init__(parent)
        gc.disable()
        gc.freeze()  # what the start made lives to the end: no need to look at it again
        self._least = math.inf
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.VeryCoarseTimer)
        self._timer.setInterval(_EVERY)
        self._timer.timeout.connect(self.look)
        self._timer.start()

    def look(self) -> None:
        """Collect as much as is due, and give back what is free."""
        from app.core.memory import give_back, resident  # loaded beside the keys by now

        young, middle, old = gc.get_count()
        held = resident()
        if old >= _OLD or held > self._least + _GROWN:
            gc.collect(2)
        elif middle >= _MIDDLE:
            gc.collect(1)
        elif young >= _YOUNG:
            gc.collect(0)
        else:
            self._least = min(self._least, held)
            return
        give_back()
        self._least = resident()

    def end(self) -> None:
        """Give the collector back to Python."""
        self._timer.stop()
        gc.unfreeze()
        gc.enable()
