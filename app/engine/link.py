"""Keeps one engine running; each request ends once.

A deadline that passes: Cancel goes out (the backend cuts the connection); if no reply comes within the grace, the
engine is killed and everything that was in flight is answered for. What a lane had taken up (Started was heard) may
have been processed; what had not cannot have been. A new engine is started by the next request, not before, and is
told all accounts again; one that ends at once several times over is left in peace for a while.

Nothing here blocks the loop (`core/child_process.py`). All that is heard is handed to the loop in the order it came,
the end of the process last.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from app.core.background import post
from app.core.child_process import ChildProcess, End, Framing, own_program
from app.core.i18n import tr
from app.domain.account import Account, ProbeStep
from app.domain.errors import Trouble, TroubleKind
from app.domain.listing import Place
from app.domain.message import AccountId
from app.domain.operations import Write
from app.domain.sign_in import SignInPage
from app.engine import protocol

_log = logging.getLogger(__name__)

EngineProcess = ChildProcess[protocol.Request, protocol.Reply]
_FRAMES: Framing[protocol.Request, protocol.Reply] = Framing(protocol.write_frame, protocol.read_reply)
_FEW_ARENAS = {"MALLOC_ARENA_MAX": "2"}
"""Each worker's own arena would keep its peak of memory."""


def command_line() -> list[str]:
    """Return the command that starts an engine."""
    return own_program("app.engine", "--engine")


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
        process = EngineProcess(
            "engine",
            self._command,
            _FRAMES,
            on_message=partial(post, loop, self._on_reply),
            on_end=partial(post, loop, self._on_end),
            environment=_FEW_ARENAS,
        )
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
        is_over = waiting.future.done()
        match reply:
            case protocol.Started():
                waiting.started = True
            case protocol.Progress(step=step):
                if waiting.on_step is not None and not is_over:
                    waiting.on_step(step)
            case protocol.Carried(done=done, total=total):
                if waiting.on_bytes is not None and not is_over:
                    waiting.on_bytes(done, total)
            case protocol.Noticed(places=places):
                if waiting.on_places is not None and not is_over:
                    waiting.on_places(places)
            case protocol.SignInAsked(page=page):
                if waiting.on_page is not None and not is_over:
                    waiting.on_page(page)
            case _:
                self._resolve(reply.id, reply)

    def _take_secret(self, told: protocol.SecretChanged) -> None:
        """Keep an account's next secret, for engines to come too; what speaks of an older one is too late."""
        account, secret, proxy_secret = self._accounts.get(told.account_id, (None, "", ""))
        if account is not None and secret == told.before:
            self._accounts[told.account_id] = (account, told.after, proxy_secret)
            self.on_secret(told.account_id, told.after)

    def _on_end(self, process: EngineProcess, end: End) -> None:
        loop, how = asyncio.get_running_loop(), str(end)
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
        waiting.timer = loop.call_later(self._grace, self._lose_patience, waiting)

    def _lose_patience(self, waiting: _Waiting) -> None:
        """Kill an engine that does not give a request back; look again later where it has to be kept.

        After an upgrade no other could be started: the request goes on until the engine gives it back.
        """
        waiting.process.kill_if_replaceable()
        waiting.timer = asyncio.get_running_loop().call_later(self._grace, self._lose_patience, waiting)


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
