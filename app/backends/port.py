"""What the engine asks of a backend, whatever server is behind: calls that block, one Outcome per item, and a Job each.

A backend is used from several threads at once: one that writes, others that read. Writes never raise for trouble of
network or server, they say it per item; reads raise AccountError or ItemRefused. Nothing is tried twice.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from app.domain.account import ProbeStep
from app.domain.errors import TroubleKind
from app.domain.listing import Folder, MailFolder, Mark, Page, Place, Report, Sighting, SyncPage
from app.domain.message import DraftUpdate, ItemRef, NewDraft
from app.domain.outcome import AttachmentFetch, AttachOutcome, FetchOutcome, NewAttachment, Outcome
from app.domain.people import MailTips, Resolution
from app.domain.recipient import Recipient
from app.domain.record import CopyTo


class Stopped(Exception):
    """The job was stopped before its next request left this machine."""


class Job:
    """One call: how long it may take, whether anything of it has left this machine, and how it is ended.

    Another thread ends it by `stop`. From then on nothing leaves any more, and the connection in use is cut, so that
    the thread that waits on it comes back. `left` speaks of the request under way, `ever_left` of the whole job.
    """

    def __init__(self, seconds: float) -> None:
        """Allow `seconds` from now."""
        self._ends = time.monotonic() + seconds
        self._lock = threading.Lock()
        self._cut: Callable[[], None] | None = None
        self._ended = threading.Event()
        self.left = False
        self.ever_left = False
        self.stopped: TroubleKind | None = None

    def remaining(self) -> float:
        """Return the seconds that are left, never under a tenth."""
        return max(0.1, self._ends - time.monotonic())

    def begin_request(self) -> None:
        """Count the next request anew. Raises Stopped."""
        with self._lock:
            self._must_go_on()
            self.left = False

    def go_on(self) -> None:
        """Ask whether the job still stands. Raises Stopped."""
        with self._lock:
            self._must_go_on()

    def leave(self) -> None:
        """Say that bytes of the request are about to go out. Raises Stopped, and then none may."""
        with self._lock:
            self._must_go_on()
            self.left = self.ever_left = True

    def attach(self, cut: Callable[[], None] | None) -> None:
        """Name what cuts the connection in use; None when there is none."""
        with self._lock:
            self._cut = cut
            if cut is None or self.stopped is None:
                return
        cut()

    def stop(self, kind: TroubleKind) -> None:
        """End the job: DEADLINE or CANCELLED. May be called from any thread, more than once."""
        with self._lock:
            self.stopped = self.stopped or kind
            cut = self._cut
        self._ended.set()
        if cut is not None:
            cut()

    def rest(self, seconds: float) -> None:
        """Do nothing for so long. Raises Stopped as soon as the job is stopped."""
        self._ended.wait(seconds)
        self.go_on()

    def _must_go_on(self) -> None:
        if self.stopped is not None:
            raise Stopped(self.stopped)


class Backend(Protocol):
    """One mailbox on one server. Made without network; the first call connects."""

    def save(self, drafts: Sequence[NewDraft], job: Job) -> list[Outcome]:
        """Store new drafts in Drafts."""
        ...

    def update(self, updates: Sequence[DraftUpdate], job: Job) -> list[Outcome]:
        """Write the named fields over the version given, never over another."""
        ...

    def send(self, refs: Sequence[ItemRef], copy_to: CopyTo, job: Job) -> list[Outcome]:
        """Send stored drafts."""
        ...

    def delete(self, refs: Sequence[ItemRef], for_good: bool, job: Job) -> list[Outcome]:
        """Move items to Deleted Items, or remove them for good."""
        ...

    def move(self, refs: Sequence[ItemRef], to: Place, job: Job) -> list[Outcome]:
        """Move items to a folder; the outcome names the item as it is called there, where the server says it."""
        ...

    def copy(self, refs: Sequence[ItemRef], to: Place, job: Job) -> list[Outcome]:
        """Copy items to a folder; the outcome names the copy."""
        ...

    def attach(
        self, parent: ItemRef, attachments: Sequence[NewAttachment], on_bytes: Callable[[int, int], None], job: Job
    ) -> list[AttachOutcome]:
        """Attach to a stored draft; `on_bytes` gets the bytes of files sent and of all, on this thread."""
        ...

    def delete_attachments(self, attachment_ids: Sequence[str], job: Job) -> list[AttachOutcome]:
        """Take attachments away."""
        ...

    def get_attachment(
        self, attachment_id: str, path: str, on_bytes: Callable[[int], None], job: Job
    ) -> AttachmentFetch:
        """Read one attachment, a file into a new one at `path`; `on_bytes` gets the bytes that came, on this thread.

        Nothing is left at `path` of a file that did not come whole. Raises AccountError, BadInput for the path.
        """
        ...

    def save_mime(self, ref: ItemRef, path: str, job: Job) -> Outcome:
        """Write one item as it would travel into a new file at `path`. Raises AccountError, BadInput for the path."""
        ...

    def resolve_names(self, text: str, job: Job) -> Resolution:
        """Find whom `text` stands for. Raises AccountError, ItemRefused."""
        ...

    def expand_group(self, group: Recipient, job: Job) -> Resolution:
        """Name the members of a group. Raises AccountError, ItemRefused."""
        ...

    def mail_tips(self, sending_as: str, recipients: Sequence[Recipient], job: Job) -> list[MailTips]:
        """Say what is good to know of each recipient, in order. Raises AccountError, ItemRefused."""
        ...

    def find_folders(self, mailbox: str, job: Job) -> tuple[MailFolder, ...]:
        """Name the folders for messages, one's own where `mailbox` is empty. Raises AccountError, ItemRefused."""
        ...

    def named_mailboxes(self, job: Job) -> tuple[Recipient, ...]:
        """Name the mailboxes of others that the server says one may use. Raises AccountError."""
        ...

    def category_list(self, job: Job) -> tuple[str, ...]:
        """Name the categories that this mailbox knows. Raises AccountError, ItemRefused."""
        ...

    def sync(self, place: Place, state: str, limit: int, job: Job) -> SyncPage:
        """Read what changed in a folder since `state`. Raises AccountError, ItemRefused."""
        ...

    def notices(self, places: Sequence[Place], tell: Callable[[Sequence[Place]], None], job: Job) -> None:
        """Call `tell`, on this thread, with all folders that are listened to, and then with those that change.

        Ends when the server ends it. Raises AccountError; ItemRefused where the server reports on none of them.
        """
        ...

    def people_of(self, refs: Sequence[ItemRef], job: Job) -> list[FetchOutcome]:
        """Read whom messages went to, and nothing else of them: one answer per item. Raises AccountError."""
        ...

    def get(self, refs: Sequence[ItemRef], job: Job) -> list[FetchOutcome]:
        """Read items. Raises AccountError."""
        ...

    def list_folder(self, folder: Folder | Place, offset: int, limit: int, job: Job, query: str = "") -> Page:
        """Read one page of a folder, of what `query` finds there. Raises AccountError, ItemRefused."""
        ...

    def find_reports(self, since: float, job: Job) -> list[tuple[str, Report]]:
        """Read reports that came since, each with the Message-ID of its message. Raises AccountError, ItemRefused."""
        ...

    def locate(self, marks: Sequence[Mark], folders: Sequence[Folder | Place], job: Job) -> list[Sighting]:
        """Find marked messages. Raises AccountError, ItemRefused where a folder could not be searched whole."""
        ...

    def probe(self, job: Job) -> Iterator[ProbeStep]:
        """Test the connection step by step, ending at the first step that fails."""
        ...

    def close(self) -> None:
        """Close idle connections."""
        ...
