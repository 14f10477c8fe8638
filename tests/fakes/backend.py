"""A backend without a server: the fake behind the port `Backend`, for tests of the engine.

Every call is kept in `calls` and answered at once. `holds[name]` makes the calls of that name wait: with `Hold(left)`
the request counts as sent, or not; a job that is stopped ends it, unless `deaf` says that nothing reaches the thread.
`errors[name]` is raised instead. What is saved gets the reference `id-<local_id>`.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from app.backends.port import Job
from app.domain.account import ProbeStep
from app.domain.errors import Trouble
from app.domain.listing import Folder, Mark, Page, Sighting
from app.domain.message import DraftUpdate, ItemRef, NewDraft
from app.domain.outcome import FetchOutcome, Outcome, Verdict
from app.domain.record import CopyTo


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

    def save(self, drafts: Sequence[NewDraft], job: Job) -> list[Outcome]:
        """Accept each."""
        return self._write("save", [ItemRef(f"id-{draft.local_id}", "1") for draft in drafts], job)

    def update(self, updates: Sequence[DraftUpdate], job: Job) -> list[Outcome]:
        """Accept each."""
        return self._write("update", [update.ref for update in updates], job)

    def send(self, refs: Sequence[ItemRef], copy_to: CopyTo, job: Job) -> list[Outcome]:
        """Accept each."""
        return self._write("send", [None] * len(refs), job)

    def delete(self, refs: Sequence[ItemRef], for_good: bool, job: Job) -> list[Outcome]:
        """Accept each."""
        return self._write("delete", [None] * len(refs), job)

    def get(self, refs: Sequence[ItemRef], job: Job) -> list[FetchOutcome]:
        """Say that each is unknown."""
        self._enter("get", job)
        return [FetchOutcome(Outcome(Verdict.UNKNOWN)) for _ in refs]

    def list_folder(self, folder: Folder, offset: int, limit: int, job: Job) -> Page:
        """Return an empty page."""
        self._enter("list_folder", job)
        return Page((), 0)

    def locate(self, marks: Sequence[Mark], folders: Sequence[Folder], job: Job) -> list[Sighting]:
        """Find nothing."""
        self._enter("locate", job)
        return []

    def probe(self, job: Job) -> Iterator[ProbeStep]:
        """Pass two steps."""
        yield ProbeStep("name", passed=True)
        self._enter("probe", job)
        yield ProbeStep("connect", passed=True)

    def close(self) -> None:
        """Remember it."""
        self.closed = True

    def _write(self, name: str, refs: Sequence[ItemRef | None], job: Job) -> list[Outcome]:
        self._enter(name, job)
        if job.stopped is not None:
            trouble = Trouble(job.stopped, may_have_been_processed=job.left)
            verdict = Verdict.UNKNOWN if job.left else Verdict.NOT_ATTEMPTED
            return [Outcome(verdict, trouble=trouble) for _ in refs]
        return [Outcome(Verdict.ACCEPTED, ref=ref) for ref in refs]

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
