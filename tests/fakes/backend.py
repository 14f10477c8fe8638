"""A backend without a server: the fake behind the port `Backend`, for tests of the engine.

Every operation is kept in `calls` by its name, and is answered at once, whatever it is: what a read returns is made up.
`holds[name]` makes the operations of that name wait: with `Hold(left)` the request counts as sent, or not; a job that
is stopped ends it, unless `deaf` says that nothing reaches the thread. `errors[name]` is raised instead. What is saved
gets the reference `id-<local_id>`.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

from app.backends.port import Job, ProgressListeners
from app.domain.account import ProbeStep
from app.domain.errors import Trouble
from app.domain.message import ItemRef
from app.domain.operations import AnyOperation, AnyWrite, Attach, GetAttachment, Notices, Save
from app.domain.outcome import Outcome, Verdict
from app.engine.protocol import result_type
from tests.fakes.made_up import made_up


@dataclass
class Hold:
    """Where a call waits until the test opens it."""

    left: bool = True
    deaf: bool = False
    reached: threading.Event = field(default_factory=threading.Event)
    open: threading.Event = field(default_factory=threading.Event)


class FakeBackend:
    """The fake."""

    def __init__(self) -> None:
        """Begin without holds and errors."""
        self.calls: list[str] = []
        self.holds: dict[str, Hold] = {}
        self.errors: dict[str, Exception] = {}
        self.threads: set[str] = set()
        self.closed = False

    def perform(self, operation: AnyOperation, job: Job, told: ProgressListeners) -> object:
        """Accept each item of a write; make up what a read returns."""
        if isinstance(operation, Notices):
            told.of_places(operation.places)
        self._enter(operation.name, job)
        match operation:
            case Notices():
                told.of_places(operation.places[:1])
            case Attach():
                for done in range(1, operation.count + 1):
                    told.of_bytes(done * 10, operation.count * 10)
            case GetAttachment():
                told.of_bytes(10, 0)
        if not isinstance(operation, AnyWrite):
            return made_up(result_type(type(operation)))
        return [operation.answer(outcome) for outcome in self._outcomes(operation, job)]

    def probe(self, job: Job) -> Iterator[ProbeStep]:
        """Pass two steps."""
        yield ProbeStep("name", passed=True)
        self._enter("probe", job)
        yield ProbeStep("connect", passed=True)

    def close(self) -> None:
        """Remember it."""
        self.closed = True

    def _outcomes(self, write: AnyWrite, job: Job) -> list[Outcome]:
        if job.stopped is not None:
            trouble = Trouble(job.stopped, may_have_been_processed=job.left)
            verdict = Verdict.UNKNOWN if job.left else Verdict.NOT_ATTEMPTED
            return [Outcome(verdict, trouble=trouble)] * write.count
        if isinstance(write, Save):
            return [Outcome(Verdict.ACCEPTED, ref=ItemRef(f"id-{draft.local_id}", "1")) for draft in write.drafts]
        return [Outcome(Verdict.ACCEPTED)] * write.count

    def _enter(self, name: str, job: Job) -> None:
        self.calls.append(name)
        self.threads.add(threading.current_thread().name)
        hold = self.holds.get(name)
        if hold is not None:
            if hold.left:
                job.leave()
            if not hold.deaf:
                job.attach(hold.open.set)
            hold.reached.set()
            assert hold.open.wait(20)
            if not hold.left and hold.deaf:
                job.leave()
        if name in self.errors:
            raise self.errors[name]
