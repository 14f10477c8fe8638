"""Keeps one engine running; each request ends once.

A deadline that passes: Cancel goes out (the backend cuts the connection); if no reply comes within the grace, the
engine is killed and everything that was in flight is answered for. What a lane had taken up (Started was heard) may
have been processed; what had not cannot have been. A new engine is started by the next request, not before, and is
told all accounts again; one that ends at once several times over is left in peace for a while.

Not asyncio's subprocesses: they want a child watcher that qasync does not have everywhere. Nothing here blocks the
loop: the writing thread starts the process too. All that is heard is handed to the loop in the order it came, the end
of the process last.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from queue import SimpleQueue

from app.core.background import post
from app.core.i18n import tr
from app.domain.account import Account, ProbeStep
from app.domain.errors import Trouble, TroubleKind
from app.domain.listing import Place
from app.domain.message import AccountId
from app.domain.operations import Write
from app.domain.sign_in import SignInPage
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
        if code:
            # Of its last words only the places in the code: the rest may quote a message.
            places = [line.strip() for line in self._stderr if line.lstrip().startswith("File ")]
            _log.warning("the engine ended with %s; last seen at:\n%s", code, "\n".join(places))
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


GRACE_SECONDS = 2.0
"""From Cancel to kill. Longer than server.GIVE_UP_SECONDS, by which a healthy engine has answered."""

CLOSE_SECONDS = 0.7
_QUICK_SECONDS = 5.0
_QUICK_DEATHS = 3
_LONGEST_REST = 60.0


@dataclass(eq=False)
class _Waiting:
    process: EngineProcess
    future: asyncio.Future[protocol.End]
    on_step: Callable[[ProbeStep], None] | None
    on_bytes: Callable[[int, int], None] | None
    on_page: Callable[[SignInPage], None] | None = None
    on_places: Callable[[Sequence[Place]], None] | None = None
    timer: asyncio.TimerHandle | None = None
    started: bool = False
    ended_by: TroubleKind | None = None


class Link:
    """The one way to the engine. Used on the loop's thread only."""

    def __init__(self, command: Sequence[str] | None = None, grace: float = GRACE_SECONDS, catalogue: str = "") -> None:
        """Prepare; nothing is started yet. `command` stands in for this program's own engine in tests."""
        self._catalogue = catalogue
        self._command = list(command) if command is not None else command_line()
        self._grace = grace
        self._ids = itertools.count(1)
        self._accounts: dict[AccountId, tuple[Account, str, str]] = {}
        self._process: EngineProcess | None = None
        self._gone: EngineProcess | None = None
        self._started_at = 0.0
        self._waiting: dict[int, _Waiting] = {}
        self._ended: asyncio.Future[None] | None = None
        self._quick_deaths = 0
        self._not_before = 0.0
        self._last_end = ""
        self._closed = False
        self.on_secret: Callable[[AccountId, str], None] = lambda *_: None

    @property
    def pid(self) -> int | None:
        """The engine's process id, None where none runs."""
        return None if self._process is None else self._process.pid

    def start(self) -> None:
        """Start the engine where none runs."""
        self._ensure()

    def open_account(self, account: Account, secret: str, proxy_secret: str = "") -> None:
        """Keep the account, for the engine that runs and each that comes after it."""
        self._accounts[account.account_id] = (account, secret, proxy_secret)
        if self._process is not None:
            self._process.send(protocol.OpenAccount(next(self._ids), account, secret, proxy_secret))

    def submit(
        self,
        build: Callable[[int], protocol.WorkRequest],
        seconds: float,
        on_step: Callable[[ProbeStep], None] | None = None,
        on_bytes: Callable[[int, int], None] | None = None,
        on_page: Callable[[SignInPage], None] | None = None,
        on_places: Callable[[Sequence[Place]], None] | None = None,
    ) -> asyncio.Future[protocol.End]:
        """Send the request that `build` makes of an id. Cancelling the future cancels the request."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[protocol.End] = loop.create_future()
        request_id = next(self._ids)
        process, trouble = self._ensure()
        if process is None:
            future.set_result(protocol.Failure(request_id, trouble=trouble))
            return future
        waiting = _Waiting(process, future, on_step, on_bytes, on_page, on_places)
        self._waiting[request_id] = waiting
        waiting.timer = loop.call_later(seconds, self._end_by, request_id, TroubleKind.DEADLINE)
        future.add_done_callback(lambda done: self._on_done(request_id, done))
        request = build(request_id)
        future.add_done_callback(partial(_log_end, request, loop.time()))
        process.send(request)
        return future

    async def close(self) -> None:
        """End the engine, within a second, and leave no thread. What is in flight is answered for."""
        self._closed = True
        if self._gone is not None:
            self._gone.join(0.2)  # it told of its end as the last thing but one
        process = self._process
        if process is None:
            return
        self._ended = asyncio.get_running_loop().create_future()
        process.finish()
        try:
            await asyncio.wait_for(asyncio.shield(self._ended), CLOSE_SECONDS)
        except TimeoutError:
            process.kill()
            await self._ended
        process.join(0.2)

    def _ensure(self) -> tuple[EngineProcess | None, Trouble | None]:
        if self._process is not None and not self._closed:
            return self._process, None
        loop = asyncio.get_running_loop()
        if self._closed:
            return None, _never_left(tr("The program is ending."))
        if loop.time() < self._not_before:
            detail = tr("The mail engine does not stay up ({how}). It is tried again shortly.", how=self._last_end)
            return None, _never_left(detail)
        process = EngineProcess(self._command, loop, self._on_reply, self._on_end)
        self._process, self._started_at = process, loop.time()
        process.send(protocol.Hello(protocol.VERSION, self._catalogue))
        for account, *secrets in self._accounts.values():
            process.send(protocol.OpenAccount(next(self._ids), account, *secrets))
        return process, None

    def _on_reply(self, process: EngineProcess, reply: protocol.Reply) -> None:
        if isinstance(reply, protocol.Ready):
            if reply.version != protocol.VERSION:
                process.kill()
            return
        if isinstance(reply, protocol.SecretChanged):
            self._take_secret(reply)
            return
        waiting = self._waiting.get(reply.id)
        if waiting is not None:
            self._hear(waiting, reply)

    def _hear(self, waiting: _Waiting, reply: protocol.Answer) -> None:
        nobody = waiting.future.done()
        match reply:
            case protocol.Started():
                waiting.started = True
            case protocol.Progress(step=step):
                if waiting.on_step is not None and not nobody:
                    waiting.on_step(step)
            case protocol.Carried(done=done, total=total):
                if waiting.on_bytes is not None and not nobody:
                    waiting.on_bytes(done, total)
            case protocol.Noticed(places=places):
                if waiting.on_places is not None and not nobody:
                    waiting.on_places(places)
            case protocol.SignInAsked(page=page):
                if waiting.on_page is not None and not nobody:
                    waiting.on_page(page)
            case _:
                self._resolve(reply.id, reply)

    def _take_secret(self, told: protocol.SecretChanged) -> None:
        """Keep an account's next secret, for engines to come too; what speaks of an older one is too late."""
        account, secret, proxy_secret = self._accounts.get(told.account_id, (None, "", ""))
        if account is not None and secret == told.before:
            self._accounts[told.account_id] = (account, told.after, proxy_secret)
            self.on_secret(told.account_id, told.after)

    def _on_end(self, process: EngineProcess, how: str) -> None:
        loop = asyncio.get_running_loop()
        if process is self._process:
            self._process, self._gone = None, process
            self._last_end = how
            quick = loop.time() - self._started_at < _QUICK_SECONDS
            self._quick_deaths = self._quick_deaths + 1 if quick else 0
            if self._quick_deaths >= _QUICK_DEATHS:
                self._not_before = loop.time() + min(_LONGEST_REST, 2.0 ** (self._quick_deaths - _QUICK_DEATHS + 1))
        for request_id, waiting in list(self._waiting.items()):
            if waiting.process is process:
                detail = tr("The mail engine ended ({how}).", how=how)
                trouble = Trouble(
                    waiting.ended_by or TroubleKind.ENGINE, detail, may_have_been_processed=waiting.started
                )
                self._resolve(request_id, protocol.Failure(request_id, trouble=trouble))
        if self._ended is not None and not self._ended.done():
            self._ended.set_result(None)

    def _resolve(self, request_id: int, end: protocol.End) -> None:
        waiting = self._waiting.pop(request_id)
        if waiting.timer is not None:
            waiting.timer.cancel()
        if not waiting.future.done():
            waiting.future.set_result(end)

    def _on_done(self, request_id: int, done: asyncio.Future[protocol.End]) -> None:
        if done.cancelled():
            self._end_by(request_id, TroubleKind.CANCELLED)

    def _end_by(self, request_id: int, kind: TroubleKind) -> None:
        waiting = self._waiting.get(request_id)
        if waiting is None or waiting.ended_by is not None:
            return
        waiting.ended_by = kind
        waiting.process.send(protocol.Cancel(request_id, kind))
        if waiting.timer is not None:
            waiting.timer.cancel()
        loop = asyncio.get_running_loop()
        waiting.timer = loop.call_later(self._grace, waiting.process.kill)


def _log_end(request: protocol.WorkRequest, began: float, done: asyncio.Future[protocol.End]) -> None:
    """Log what became of a request: of an answer its kind, of a failure its code; never what they hold."""
    took = (done.get_loop().time() - began) * 1000
    end = None if done.cancelled() else done.result()
    if isinstance(end, protocol.Failure):
        trouble = end.trouble.kind.name if end.trouble is not None else ""
        code = end.words.response_code if end.words is not None else ""
        told = f"failed: {trouble or code or end.defect or 'asked for wrongly'}"
    else:
        told = "cancelled" if end is None else "answered"
    operation = request.operation if isinstance(request, protocol.Perform) else request
    level = logging.INFO if isinstance(operation, Write) or told != "answered" else logging.DEBUG
    _log.log(level, "%s %d %s after %.0f ms", type(operation).__name__, request.id, told, took)


def _never_left(detail: str) -> Trouble:
    return Trouble(TroubleKind.ENGINE, detail, may_have_been_processed=False)
