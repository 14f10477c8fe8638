"""The engine itself: requests in, workers, replies out.

It ends when the pipe from the window closes, whatever is under way: the window was closed, or killed. Nothing rests
here. A defect is told by its place alone, never by the words of an exception, which may hold a message.

It knows no operation by name: a backend performs those of the table (`app/domain/operations.py`). Trials (signing in,
finding a server, testing a connection) need no account that is open. A secret goes over the pipe only: in SignedInNow,
once, and in SecretChanged, each time an authority gave the next refresh token for the one before.
"""

from __future__ import annotations

import gc
import gettext
import os
import sys
import threading
import time
from collections.abc import Callable
from typing import BinaryIO, assert_never

from msgspec.structs import replace

from app.backends.port import Backend, Job, ProgressListeners, Stopped
from app.core import defects, i18n
from app.core.i18n import tr
from app.domain.account import Account, AuthKind, BackendKind, ProbeStep
from app.domain.errors import AccountError, BadInput, ItemRefused, Trouble, TroubleKind
from app.domain.message import AccountId
from app.domain.operations import Lane, Write
from app.domain.outcome import Outcome, Verdict
from app.engine import protocol
from app.engine.protocol import (
    Discover,
    Discovered,
    FindRelease,
    ReleaseFound,
    SecretChanged,
    SignedInNow,
    SignIn,
    SignInAsked,
)
from app.engine.worker_pool import LaneTask, Worker


def find_server(request: Discover, account: Account, job: Job, tell: Callable[[ProbeStep], None]) -> Discovered:
    """Find the server of an account's address. Raises port.Stopped."""
    from app.backends.ews.autodiscover import discover

    return Discovered(request.id, discover(account, request.secret, job, tell))


def find_release(request: FindRelease, account: Account, job: Job) -> ReleaseFound:
    """Find the newest version of the program. Raises port.Stopped."""
    from app.backends.net.releases import find_release as find

    return ReleaseFound(request.id, find(account, request.address, job))


def sign_in(request: SignIn, account: Account, job: Job, tell: Callable[[SignInAsked], None]) -> SignedInNow:
    """Sign an account in. Raises AccountError, port.Stopped."""
    from app.backends.oauth.sign_in import sign_in as begin

    done = begin(account, request.way, lambda page: tell(SignInAsked(request.id, page)), job)
    return SignedInNow(request.id, done)


def listen(account: Account, secret: str, tell: Callable[[SecretChanged], None]) -> Callable[[], None]:
    """Tell of each new secret of an account that is open; returns how to end that. Without network."""
    if account.auth is not AuthKind.OAUTH:
        return lambda: None
    from app.backends.oauth.tokens import tokens_for

    chain = tokens_for(account, secret)

    def heard(before: str, after: str) -> None:
        tell(SecretChanged(account.account_id, before, after))

    chain.listen(secret, heard)
    return lambda: chain.stop_listening(heard)


GIVE_UP_SECONDS = 0.5
"""How long a stopped job has to come back by itself before it is answered for."""

PROGRESS_SECONDS = 0.05
"""No more often than this is it told how far a file is."""

_READERS = 2
_FETCHERS = 2
"""Files that come side by side, apart from what is read: a large file does not delay the reading of a message."""


def make_backend(account: Account, secret: str) -> Backend:
    """Make the backend of an account. What it stands on is imported here, with the first account and not before."""
    makers = {BackendKind.EWS: _make_ews, BackendKind.GRAPH: _make_graph}
    return makers[account.backend](account, secret)


def _make_ews(account: Account, secret: str) -> Backend:
    from app.backends.ews.backend import EwsBackend

    gc.freeze()  # what the import brought stays for good: no collection need look at it again
    return EwsBackend(account, secret)


def _make_graph(account: Account, secret: str) -> Backend:
    from app.backends.graph.backend import GraphBackend

    gc.freeze()  # as above
    return GraphBackend(account, secret)


class _Opened:
    """An account with its backend, made by the first lane that needs it, and its lanes."""

    def __init__(self, account: Account, secret: str, make: Callable[[Account, str], Backend]) -> None:
        self.account = account
        self._make: Callable[[], Backend] = lambda: make(account, secret)
        self._lock = threading.Lock()
        self._backend: Backend | None = None
        widths: dict[Lane, int] = {"writes": 1, "reads": _READERS, "files": _FETCHERS, "notices": 1}
        self.lanes = {lane: Worker(f"{account.account_id} {lane}", width) for lane, width in widths.items()}
        self.stop_listening: Callable[[], None] = lambda: None

    def backend(self) -> Backend:
        with self._lock:
            if self._backend is None:
                self._backend = self._make()
            return self._backend

    def lane_for(self, request: protocol.WorkRequest) -> Worker:
        return self.lanes[request.operation.lane if isinstance(request, protocol.Perform) else "reads"]

    def close(self) -> None:
        self.stop_listening()
        for lane in self.lanes.values():
            lane.close()


class Engine:
    """The loop. `make` makes backends; tests hand in their own."""

    def __init__(
        self, source: BinaryIO, sink: BinaryIO, make: Callable[[Account, str], Backend] = make_backend
    ) -> None:
        """Read from `source`, answer on `sink`."""
        self._source = source
        self._sink = sink
        self._make = make
        self._sink_lock = threading.Lock()
        self._accounts: dict[AccountId, _Opened] = {}
        self._tasks: dict[int, tuple[LaneTask, Worker]] = {}
        self._tasks_lock = threading.Lock()

    def run(self) -> int:
        """Serve until the pipe closes; return the exit code: 0, or 3 where the other side is no window of ours."""
        try:
            hello = protocol.read_request(self._source)
            if not isinstance(hello, protocol.Hello) or hello.version != protocol.VERSION:
                return 3
            _speak(hello.catalogue)
            self._reply(protocol.Ready(protocol.VERSION))
            while (request := protocol.read_request(self._source)) is not None:
                self._serve(request)
        except ValueError:
            return 3
        return 0

    def _serve(self, request: protocol.Request) -> None:
        match request:
            case protocol.Hello():
                raise ValueError("a second hello")
            case protocol.OpenAccount():
                self._open(request)
            case protocol.Cancel():
                self._cancel(request)
            case _:
                self._take_up(request)

    def _open(self, request: protocol.OpenAccount) -> None:
        before = self._accounts.pop(request.account.account_id, None)
        if before is not None:
            before.close()
        _let_through(request.account, request.proxy_secret)
        opened = _Opened(request.account, request.secret, self._make)
        opened.stop_listening = listen(request.account, request.secret, self._reply)
        self._accounts[request.account.account_id] = opened
        # Warms up while the person still looks at the window: the import costs a third of a second.
        opened.lanes["writes"].submit(LaneTask(Job(60.0), lambda: self._warm_up(opened), lambda: None))
        self._reply(protocol.Done(request.id))

    def _warm_up(self, opened: _Opened) -> None:
        try:
            opened.backend()
        except Exception as error:  # noqa: BLE001 - told to the first request, which meets it again
            defects.report(error)

    def _take_up(self, request: protocol.WorkRequest) -> None:
        job = Job(request.seconds)
        if isinstance(request, protocol.Trial):
            secret = request.secret if isinstance(request, protocol.Probe) else ""
            opened: _Opened | None = _Opened(_tried(request), secret, self._make)
        else:
            opened = self._accounts.get(request.account_id)
        if opened is None:
            self._reply(_failed(request, job, protocol.Failure(request.id, defect="the account was not opened")))
            return
        account = opened
        task = LaneTask(
            job,
            run=lambda: self._run(request, job, account, task),
            give_up=lambda: self._answer(request.id, task, _failed(request, job, _stopped(request, job))),
        )
        lane = account.lane_for(request)
        with self._tasks_lock:
            self._tasks[request.id] = (task, lane)
        lane.submit(task)
        if isinstance(request, protocol.Trial):
            account.close()

    def _cancel(self, request: protocol.Cancel) -> None:
        with self._tasks_lock:
            task, lane = self._tasks.get(request.id, (None, None))
        if task is None or lane is None:
            return
        task.job.stop(request.kind)
        if lane.withdraw(task):
            task.give_up()
            return
        timer = threading.Timer(GIVE_UP_SECONDS, self._give_up, (task, lane))
        timer.daemon = True
        timer.start()

    def _give_up(self, task: LaneTask, lane: Worker) -> None:
        if not task.answered:
            lane.abandon(task)
            task.give_up()

    def _run(self, request: protocol.WorkRequest, job: Job, opened: _Opened, task: LaneTask) -> None:
        self._reply(protocol.Started(request.id))
        try:
            if isinstance(request, protocol.Perform):
                end: protocol.End = self._perform(request, job, opened.backend())
            else:
                end = self._try(request, job, opened)
        except AccountError as error:
            end = protocol.Failure(request.id, trouble=error.trouble)
        except ItemRefused as refusal:
            end = protocol.Failure(request.id, words=refusal.words)
        except BadInput as bad:
            end = protocol.Failure(request.id, bad_input=str(bad))
        except Stopped:
            end = _failed(request, job, _stopped(request, job))
        except Exception as error:  # noqa: BLE001 - a defect ends its own request, not the engine with all that is in flight
            defects.report(error)
            failure = protocol.Failure(request.id, defect=defects.short_place_of(error))
            end = _failed(request, job, failure)
        self._answer(request.id, task, end)

    def _try(self, request: protocol.Trial, job: Job, opened: _Opened) -> protocol.End:
        match request:
            case SignIn():
                return sign_in(request, opened.account, job, self._reply)
            case Discover():
                tell = lambda step: self._reply(protocol.Progress(request.id, step))  # noqa: E731 - this request's
                return find_server(request, opened.account, job, tell)
            case FindRelease():
                return find_release(request, opened.account, job)
            case protocol.Probe():
                backend = opened.backend()
                for step in backend.probe(job):
                    self._reply(protocol.Progress(request.id, step))
                backend.close()
                return protocol.Done(request.id)
            case _:
                assert_never(request)

    def _perform(self, request: protocol.Perform, job: Job, backend: Backend) -> protocol.Answered:
        told = ProgressListeners(
            self._teller(request.id), lambda places: self._reply(protocol.Noticed(request.id, tuple(places)))
        )
        return protocol.Answered(request.id, request.operation.name, backend.perform(request.operation, job, told))

    def _teller(self, request_id: int) -> Callable[[int, int], None]:
        """Return what tells the window how far a file is, a few times a second."""
        told_at = 0.0

        def tell(done: int, total: int) -> None:
            nonlocal told_at
            if done == total or time.monotonic() - told_at >= PROGRESS_SECONDS:
                told_at = time.monotonic()
                self._reply(protocol.Carried(request_id, done, total))

        return tell

    def _answer(self, request_id: int, task: LaneTask, end: protocol.End) -> None:
        if task.claim():
            with self._tasks_lock:
                self._tasks.pop(request_id, None)
            self._reply(end)

    def _reply(self, reply: protocol.Reply) -> None:
        try:
            with self._sink_lock:
                protocol.write_frame(self._sink, reply)
        except OSError:  # the window has gone
            os._exit(0)


def _tried(probe: protocol.Trial) -> Account:
    """Under a name of its own, so that what is tried at a proxy is not what the open account is known by there."""
    if not probe.account.proxy_user:
        return probe.account
    tried = replace(probe.account, account_id=AccountId(f"{probe.account_id} tried"))
    _let_through(tried, probe.proxy_secret)
    return tried


def _let_through(account: Account, proxy_secret: str) -> None:
    if account.proxy_user:
        from app.backends.net.proxies import let_through

        let_through(account, proxy_secret)


def _speak(catalogue: str) -> None:
    """Take the words a person reads from `catalogue`; where it cannot be read, from the source."""
    if not catalogue:
        return
    try:
        with open(catalogue, "rb") as content:  # noqa: PTH123 - pathlib would be imported for this alone
            words = gettext.GNUTranslations(content)
        i18n.install(words, words.info().get("language", "").replace("_", "-"))
    except (OSError, ValueError) as error:
        print(f"{type(error).__name__}: the catalogue cannot be read", file=sys.stderr)  # noqa: T201 - as above


def _stopped(request: protocol.WorkRequest, job: Job) -> protocol.Failure:
    kind = job.stopped or TroubleKind.CANCELLED
    if kind is TroubleKind.DEADLINE:
        detail = tr("There was no answer in time.")
    else:
        detail = tr("It was stopped before there was an answer.")
    return protocol.Failure(request.id, trouble=Trouble(kind, detail, may_have_been_processed=job.ever_left))


def _failed(request: protocol.WorkRequest, job: Job, failure: protocol.Failure) -> protocol.End:
    """The same failure as one answer for each item, where the request is a write."""
    if not (isinstance(request, protocol.Perform) and isinstance(request.operation, Write)):
        return failure
    write = request.operation
    trouble = failure.trouble or Trouble(TroubleKind.ENGINE, failure.defect, may_have_been_processed=job.ever_left)
    verdict = Verdict.UNKNOWN if trouble.may_have_been_processed else Verdict.NOT_ATTEMPTED
    return protocol.Answered(request.id, write.name, [write.answer(Outcome(verdict, trouble=trouble))] * write.count)
