"""The engine as the services know it: fulfils the port `Server` on the window's side of the pipe.

It names no operation: all go by `perform_write` and `perform_read`. Writes never raise for trouble: whatever happens to
server, network or engine, there is one answer for each item.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from typing import TypeVar, cast

import msgspec

from app.domain.account import Account, Discovery, ProbeStep
from app.domain.errors import BadInput, ItemRefused, Trouble, TroubleKind, error_for
from app.domain.listing import Place
from app.domain.message import AccountId
from app.domain.operations import Answer, AnyOperation, Deadline, Operation, Read, Result, Write
from app.domain.outcome import Outcome, Verdict
from app.domain.release import Release
from app.domain.sign_in import SignedIn, SignInPage, SignInWay
from app.engine import protocol
from app.engine.link import GRACE_SECONDS, Link
from app.services.ports import Server

_T = TypeVar("_T")


class Deadlines(msgspec.Struct, frozen=True):
    """Seconds from the call to its end, waiting in the engine's lanes included."""

    write: float = 90.0
    send: float = 180.0
    read: float = 60.0
    probe: float = 60.0
    attach: float = 900.0
    notices: float = 2100.0
    sign_in: float = 900.0

    def of(self, kind: Deadline) -> float:
        """Return the seconds for an operation."""
        by_kind: dict[Deadline, float] = {
            "write": self.write,
            "send": self.send,
            "read": self.read,
            "attach": self.attach,
            "notices": self.notices,
        }
        return by_kind[kind]


class EngineClient(Server):
    """The servers, by way of the engine. Used on the loop's thread only; started by `start` or the first call."""

    def __init__(
        self,
        command: Sequence[str] | None = None,
        deadlines: Deadlines | None = None,
        grace: float = GRACE_SECONDS,
        catalogue: str = "",
    ) -> None:
        """Prepare; nothing is started. `catalogue` is the path of the .mo file that the engine takes its words from.

        `command` and `grace` (seconds from cancel to kill) are for tests.
        """
        self._deadlines = deadlines or Deadlines()
        self._link = Link(command, grace, catalogue)

    @property
    def pid(self) -> int | None:
        """The engine's process id, None where none runs."""
        return self._link.pid

    def start(self) -> None:
        """Start the engine ahead of the first call. Returns at once; needs the running loop."""
        self._link.start()

    async def close(self) -> None:
        """End the engine within a second. Calls in flight are answered, later ones are not attempted."""
        await self._link.close()

    async def open_account(self, account: Account, secret: str, proxy_secret: str = "") -> None:
        """Tell the engine how to reach `account`, now or when it starts."""
        self._link.open_account(account, secret, proxy_secret)

    async def probe(self, account: Account, secret: str, proxy_secret: str = "") -> AsyncIterator[ProbeStep]:
        """Test a connection step by step. Raises EngineLost, RuntimeError for a defect."""
        steps: asyncio.Queue[ProbeStep | None] = asyncio.Queue()
        seconds = self._deadlines.probe
        future = self._link.submit(
            lambda number: protocol.Probe(number, account.account_id, seconds, account, secret, proxy_secret),
            seconds,
            steps.put_nowait,
        )
        future.add_done_callback(lambda _: steps.put_nowait(None))
        try:
            while (step := await steps.get()) is not None:
                yield step
        finally:
            future.cancel()
        _must_be(future.result(), protocol.Done)

    async def sign_in(
        self,
        account: Account,
        way: SignInWay,
        on_page: Callable[[SignInPage], None],
        proxy_secret: str = "",
    ) -> SignedIn:
        """Sign in with OAuth. Raises AccountError, RuntimeError for a defect."""
        seconds = self._deadlines.sign_in
        end = await self._link.submit(
            lambda number: protocol.SignIn(number, account.account_id, seconds, account, way, proxy_secret),
            seconds,
            on_page=on_page,
        )
        return _must_be(end, protocol.SignedInNow).done

    async def discover(
        self, account: Account, secret: str, on_step: Callable[[ProbeStep], None], proxy_secret: str = ""
    ) -> Discovery:
        """Find the server of an address. Raises AccountError, RuntimeError for a defect."""
        seconds = self._deadlines.probe
        end = await self._link.submit(
            lambda number: protocol.Discover(number, account.account_id, seconds, account, secret, proxy_secret),
            seconds,
            on_step,
        )
        return _must_be(end, protocol.Discovered).discovery

    async def find_release(self, account: Account, address: str, proxy_secret: str = "") -> Release | None:
        """Find the newest version that is announced. Raises AccountError, RuntimeError for a defect."""
        seconds = self._deadlines.probe
        end = await self._link.submit(
            lambda number: protocol.FindRelease(number, account.account_id, seconds, account, address, proxy_secret),
            seconds,
        )
        return _must_be(end, protocol.ReleaseFound).release

    def on_secret_changed(self, tell: Callable[[AccountId, str], None]) -> None:
        """Name whom to tell of the next secret of an account that signs in with OAuth."""
        self._link.on_secret = tell

    async def perform_write(
        self,
        account_id: AccountId,
        operation: Write[Answer],
        on_bytes: Callable[[int, int], None] | None = None,
    ) -> list[Answer]:
        """Carry out a write; each item has its answer, whatever comes back."""
        if not operation.count:
            return []
        end = await self._perform(account_id, operation, on_bytes)
        if isinstance(end, protocol.Answered) and end.operation == operation.name:
            answers = cast("list[Answer]", end.result)
            if len(answers) == operation.count:
                return answers
        return [operation.answer(_untold(end))] * operation.count

    async def perform_read(
        self,
        account_id: AccountId,
        operation: Read[Result],
        on_bytes: Callable[[int, int], None] | None = None,
        on_places: Callable[[Sequence[Place]], None] | None = None,
    ) -> Result:
        """Carry out a read. Raises AccountError, ItemRefused, BadInput, RuntimeError for a defect.

        A read that an engine's end cut off is asked of the next engine, once: it may have been another request's fault.
        What told of bytes or changes on its way is not, for the caller would be told of them twice.
        """
        answer = await self._perform(account_id, operation, on_bytes, on_places)
        if _engine_ended(answer) and on_bytes is None and on_places is None:
            answer = await self._perform(account_id, operation, None)
        end = _must_be(answer, protocol.Answered)
        if end.operation != operation.name:
            raise RuntimeError(f"the engine answered {end.operation}")
        return cast("Result", end.result)

    def _perform(
        self,
        account_id: AccountId,
        operation: Operation[Result],
        on_bytes: Callable[[int, int], None] | None,
        on_places: Callable[[Sequence[Place]], None] | None = None,
    ) -> asyncio.Future[protocol.End]:
        seconds = self._deadlines.of(operation.deadline)
        asked = cast("AnyOperation", operation)
        return self._link.submit(
            lambda number: protocol.Perform(number, account_id, seconds, asked),
            seconds,
            on_bytes=on_bytes,
            on_places=on_places,
        )


def _untold(end: protocol.End) -> Outcome:
    """Return the outcome of each item of a write that has no answer."""
    trouble = end.trouble if isinstance(end, protocol.Failure) else None
    trouble = trouble or Trouble(TroubleKind.ENGINE, f"{type(end).__name__}")
    verdict = Verdict.UNKNOWN if trouble.may_have_been_processed else Verdict.NOT_ATTEMPTED
    return Outcome(verdict=verdict, trouble=trouble, at=time.time())


def _engine_ended(end: protocol.End) -> bool:
    return isinstance(end, protocol.Failure) and end.trouble is not None and end.trouble.kind is TroubleKind.ENGINE


def _must_be(end: protocol.End, kind: type[_T]) -> _T:
    if isinstance(end, kind):
        return end
    if isinstance(end, protocol.Failure):
        if end.trouble is not None:
            raise error_for(end.trouble)
        if end.words is not None:
            raise ItemRefused(end.words)
        if end.bad_input:
            raise BadInput(end.bad_input)
        raise RuntimeError(f"a defect in the engine: {end.defect}")
    raise RuntimeError(f"the engine answered with {type(end).__name__}")
