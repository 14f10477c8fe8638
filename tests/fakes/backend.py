"""A backend without a server: the fake behind the port `Backend`, for tests of the engine.

Every call is kept in `calls` and answered at once. `holds[name]` makes the calls of that name wait: with `Hold(left)`
the request counts as sent, or not; a job that is stopped ends it, unless `deaf` says that nothing reaches the thread.
`errors[name]` is raised instead. What is saved gets the reference `id-<local_id>`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from app.backends.port import Job
from app.domain.account import ProbeStep
from app.domain.errors import Trouble
from app.domain.listing import Folder, MailFolder, Mark, Page, Place, Report, Sighting, SyncPage
from app.domain.message import DraftUpdate, ItemRef, NewDraft
from app.domain.outcome import AttachmentFetch, AttachOutcome, FetchOutcome, NewAttachment, Outcome, Verdict
from app.domain.people import MailTips, Resolution
from app.domain.recipient import Recipient
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

    def move(self, refs: Sequence[ItemRef], to: Place, job: Job) -> list[Outcome]:
        """Accept each."""
        return self._write("move", refs, job)

    def copy(self, refs: Sequence[ItemRef], to: Place, job: Job) -> list[Outcome]:
        """Accept each."""
        return self._write("copy", refs, job)

    def attach(
        self, parent: ItemRef, attachments: Sequence[NewAttachment], on_bytes: Callable[[int, int], None], job: Job
    ) -> list[AttachOutcome]:
        """Accept each, and tell of ten bytes for each."""
        outcomes = self._write("attach", [parent] * len(attachments), job)
        for done in range(1, len(attachments) + 1):
            on_bytes(done * 10, len(attachments) * 10)
        return [AttachOutcome(outcome, f"attachment-{place}") for place, outcome in enumerate(outcomes)]

    def delete_attachments(self, attachment_ids: Sequence[str], job: Job) -> list[AttachOutcome]:
        """Accept each."""
        return [AttachOutcome(one) for one in self._write("delete_attachments", [None] * len(attachment_ids), job)]

    def get_attachment(
        self, attachment_id: str, path: str, on_bytes: Callable[[int], None], job: Job
    ) -> AttachmentFetch:
        """Tell of ten bytes, and say that it is unknown."""
        self._enter("get_attachment", job)
        on_bytes(10)
        return AttachmentFetch(Outcome(Verdict.UNKNOWN))

    def find_reports(self, since: float, job: Job) -> list[tuple[str, Report]]:
        """Find none."""
        self._enter("find_reports", job)
        return []

    def save_mime(self, ref: ItemRef, path: str, job: Job) -> Outcome:
        """Say that it is unknown."""
        self._enter("save_mime", job)
        return Outcome(Verdict.UNKNOWN)

    def resolve_names(self, text: str, job: Job) -> Resolution:
        """Find who was asked for."""
        self._enter("resolve_names", job)
        return Resolution((Recipient(text),))

    def expand_group(self, group: Recipient, job: Job) -> Resolution:
        """Name the group as its one member."""
        self._enter("expand_group", job)
        return Resolution((group,))

    def mail_tips(self, sending_as: str, recipients: Sequence[Recipient], job: Job) -> list[MailTips]:
        """Know nothing of each."""
        self._enter("mail_tips", job)
        return [MailTips(recipient.address) for recipient in recipients]

    def find_folders(self, mailbox: str, job: Job) -> tuple[MailFolder, ...]:
        """Name one folder, after the mailbox."""
        self._enter("find_folders", job)
        return (MailFolder("folder-1", (mailbox or "mine",)),)

    def named_mailboxes(self, job: Job) -> tuple[Recipient, ...]:
        """Name one."""
        self._enter("named_mailboxes", job)
        return (Recipient("sales@contoso.com", "Sales"),)

    def category_list(self, job: Job) -> tuple[str, ...]:
        """Name one."""
        self._enter("category_list", job)
        return ("Blue",)

    def sync(self, place: Place, state: str, limit: int, job: Job) -> SyncPage:
        """Return no changes."""
        self._enter("sync", job)
        return SyncPage(state or "1")

    def notices(self, places: Sequence[Place], tell: Callable[[Sequence[Place]], None], job: Job) -> None:
        """Tell of all, then of the first."""
        tell(places)
        self._enter("notices", job)
        tell(places[:1])

    def people_of(self, refs: Sequence[ItemRef], job: Job) -> list[FetchOutcome]:
        """Say that each is unknown."""
        self._enter("people_of", job)
        return [FetchOutcome(Outcome(Verdict.UNKNOWN)) for _ in refs]

    def get(self, refs: Sequence[ItemRef], job: Job) -> list[FetchOutcome]:
        """Say that each is unknown."""
        self._enter("get", job)
        return [FetchOutcome(Outcome(Verdict.UNKNOWN)) for _ in refs]

    def list_folder(self, folder: Folder | Place, offset: int, limit: int, job: Job, query: str = "") -> Page:
        """Return an empty page."""
        self._enter("list_folder", job)
        return Page((), 0)

    def locate(self, marks: Sequence[Mark], folders: Sequence[Folder | Place], job: Job) -> list[Sighting]:
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
