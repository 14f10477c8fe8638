"""The engine as the services know it: fulfils the port `Mailbox` on the window's side of the pipe.

Writes never raise for trouble: whatever happens to server, network or engine, there is one Outcome for each item.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from typing import TypeVar

import msgspec

from app.domain.account import Account, Discovery, ProbeStep
from app.domain.errors import BadInput, ItemRefused, Trouble, TroubleKind, error_for
from app.domain.listing import Folder, MailFolder, Mark, Page, Place, Report, Sighting, SyncPage
from app.domain.message import AccountId, DraftUpdate, ItemRef, NewDraft
from app.domain.outcome import AttachmentFetch, AttachOutcome, FetchOutcome, NewAttachment, Outcome, Verdict
from app.domain.people import MailTips, Resolution
from app.domain.recipient import Recipient
from app.domain.record import CopyTo
from app.domain.sign_in import SignedIn, SignInPage, SignInWay
from app.engine import protocol
from app.engine.link import GRACE_SECONDS, Link

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


class EngineClient:
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

    def on_secret_changed(self, tell: Callable[[AccountId, str], None]) -> None:
        """Name whom to tell of the next secret of an account that signs in with OAuth."""
        self._link.on_secret = tell

    async def save(self, account_id: AccountId, drafts: Sequence[NewDraft]) -> list[Outcome]:
        """CreateItem SaveOnly into Drafts."""
        seconds = self._deadlines.write
        asked = tuple(drafts)
        return await self._write(lambda n: protocol.Save(n, account_id, seconds, asked), seconds, len(asked))

    async def update(self, account_id: AccountId, updates: Sequence[DraftUpdate]) -> list[Outcome]:
        """UpdateItem, NeverOverwrite. Raises ValueError for an update of nothing: a defect of the caller."""
        seconds = self._deadlines.write
        asked = tuple(updates)
        if not all(update.fields or update.mark for update in asked):
            raise ValueError("an update names neither field nor mark")
        return await self._write(lambda n: protocol.Update(n, account_id, seconds, asked), seconds, len(asked))

    async def send(self, account_id: AccountId, refs: Sequence[ItemRef], copy_to: CopyTo) -> list[Outcome]:
        """SendItem of the stored drafts."""
        seconds = self._deadlines.send
        asked = tuple(refs)
        return await self._write(lambda n: protocol.Send(n, account_id, seconds, asked, copy_to), seconds, len(asked))

    async def delete(self, account_id: AccountId, refs: Sequence[ItemRef], *, for_good: bool = False) -> list[Outcome]:
        """DeleteItem, to Deleted Items unless `for_good`."""
        seconds = self._deadlines.write
        asked = tuple(refs)
        return await self._write(
            lambda n: protocol.Delete(n, account_id, seconds, asked, for_good), seconds, len(asked)
        )

    async def move(self, account_id: AccountId, refs: Sequence[ItemRef], to: Place) -> list[Outcome]:
        """MoveItem."""
        seconds, asked = self._deadlines.write, tuple(refs)
        return await self._write(lambda n: protocol.Move(n, account_id, seconds, asked, to), seconds, len(asked))

    async def copy(self, account_id: AccountId, refs: Sequence[ItemRef], to: Place) -> list[Outcome]:
        """CopyItem."""
        seconds, asked = self._deadlines.write, tuple(refs)
        return await self._write(lambda n: protocol.Copy(n, account_id, seconds, asked, to), seconds, len(asked))

    async def attach(
        self,
        account_id: AccountId,
        parent: ItemRef,
        attachments: Sequence[NewAttachment],
        on_bytes: Callable[[int, int], None] | None = None,
    ) -> list[AttachOutcome]:
        """CreateAttachment."""
        seconds, asked = self._deadlines.attach, tuple(attachments)
        if not asked:
            return []
        end = await self._link.submit(
            lambda n: protocol.Attach(n, account_id, seconds, parent, asked), seconds, on_bytes=on_bytes
        )
        return _attached(end, len(asked))

    async def delete_attachments(self, account_id: AccountId, attachment_ids: Sequence[str]) -> list[AttachOutcome]:
        """DeleteAttachment."""
        seconds, asked = self._deadlines.write, tuple(attachment_ids)
        if not asked:
            return []
        end = await self._link.submit(lambda n: protocol.DeleteAttachments(n, account_id, seconds, asked), seconds)
        return _attached(end, len(asked))

    async def get_attachment(
        self,
        account_id: AccountId,
        attachment_id: str,
        path: str,
        on_bytes: Callable[[int], None] | None = None,
    ) -> AttachmentFetch:
        """GetAttachment. Raises AccountError, BadInput."""
        seconds = self._deadlines.attach
        end = await self._link.submit(
            lambda n: protocol.GetAttachment(n, account_id, seconds, attachment_id, path),
            seconds,
            on_bytes=None if on_bytes is None else lambda done, _: on_bytes(done),
        )
        return _must_be(end, protocol.AttachmentRead).fetch

    async def save_mime(self, account_id: AccountId, ref: ItemRef, path: str) -> Outcome:
        """GetItem with MimeContent. Raises AccountError, BadInput."""
        end = await self._read(
            lambda n, seconds: protocol.SaveMime(n, account_id, seconds, ref, path), self._deadlines.attach
        )
        return _must_be(end, protocol.MimeSaved).outcome

    async def resolve_names(self, account_id: AccountId, text: str) -> Resolution:
        """ResolveNames. Raises AccountError, ItemRefused."""
        end = await self._read(lambda n, seconds: protocol.ResolveNames(n, account_id, seconds, text))
        return _must_be(end, protocol.Resolved).resolution

    async def expand_group(self, account_id: AccountId, group: Recipient) -> Resolution:
        """ExpandDL. Raises AccountError, ItemRefused."""
        end = await self._read(lambda n, seconds: protocol.ExpandGroup(n, account_id, seconds, group))
        return _must_be(end, protocol.Resolved).resolution

    async def mail_tips(
        self, account_id: AccountId, recipients: Sequence[Recipient], sending_as: str = ""
    ) -> list[MailTips]:
        """GetMailTips. Raises AccountError, ItemRefused."""
        asked = tuple(recipients)
        if not asked:
            return []
        end = await self._read(lambda n, seconds: protocol.AskMailTips(n, account_id, seconds, sending_as, asked))
        return list(_must_be(end, protocol.Tips).tips)

    async def find_folders(self, account_id: AccountId, mailbox: str = "") -> tuple[MailFolder, ...]:
        """FindFolder of a whole mailbox. Raises AccountError, ItemRefused."""
        end = await self._read(lambda n, seconds: protocol.FindFolders(n, account_id, seconds, mailbox))
        return _must_be(end, protocol.FoldersFound).folders

    async def named_mailboxes(self, account_id: AccountId) -> tuple[Recipient, ...]:
        """Autodiscover. Raises AccountError."""
        end = await self._read(lambda n, seconds: protocol.FindMailboxes(n, account_id, seconds))
        return _must_be(end, protocol.MailboxesFound).mailboxes

    async def category_list(self, account_id: AccountId) -> tuple[str, ...]:
        """GetUserConfiguration of the master category list. Raises AccountError, ItemRefused."""
        end = await self._read(lambda n, seconds: protocol.ReadCategories(n, account_id, seconds))
        return _must_be(end, protocol.CategoriesRead).names

    async def sync(self, account_id: AccountId, place: Place, state: str = "", limit: int = 100) -> SyncPage:
        """SyncFolderItems of one page. Raises AccountError, ItemRefused."""
        end = await self._read(lambda n, seconds: protocol.Sync(n, account_id, seconds, place, state, limit))
        return _must_be(end, protocol.Synced).page

    async def notices(
        self, account_id: AccountId, places: Sequence[Place], tell: Callable[[Sequence[Place]], None]
    ) -> None:
        """Subscribe, and hear of changes until the server ends it. Raises AccountError, ItemRefused."""
        seconds, asked = self._deadlines.notices, tuple(places)
        end = await self._link.submit(
            lambda n: protocol.Notices(n, account_id, seconds, asked), seconds, on_places=tell
        )
        _must_be(end, protocol.Done)

    async def get(self, account_id: AccountId, refs: Sequence[ItemRef]) -> list[FetchOutcome]:
        """GetItem. Raises AccountError."""
        asked = tuple(refs)
        if not asked:
            return []
        longest = self._deadlines.send if len(asked) > protocol.LARGE_READ else None  # it may wait for a send
        end = await self._read(lambda n, seconds: protocol.Get(n, account_id, seconds, asked), longest)
        return list(_must_be(end, protocol.Fetches).fetches)

    async def people_of(self, account_id: AccountId, refs: Sequence[ItemRef]) -> list[tuple[Recipient, ...]]:
        """GetItem of recipients alone. Raises AccountError."""
        asked = tuple(refs)
        if not asked:
            return []
        end = await self._read(lambda n, seconds: protocol.Get(n, account_id, seconds, asked, people_only=True))
        fetches = _must_be(end, protocol.Fetches).fetches
        return [() if one.item is None else one.item.content.recipients() for one in fetches]

    async def list_folder(
        self, account_id: AccountId, folder: Folder | Place, offset: int = 0, limit: int = 50, query: str = ""
    ) -> Page:
        """FindItem of one page. Raises AccountError, ItemRefused."""
        end = await self._read(
            lambda n, seconds: protocol.ListFolder(n, account_id, seconds, folder, offset, limit, query)
        )
        return _must_be(end, protocol.Listing).page

    async def find_reports(self, account_id: AccountId, since: float) -> list[tuple[str, Report]]:
        """FindItem of reports. Raises AccountError, ItemRefused."""
        end = await self._read(lambda n, seconds: protocol.FindReports(n, account_id, seconds, since))
        return list(_must_be(end, protocol.ReportsFound).reports)

    async def locate(
        self, account_id: AccountId, marks: Sequence[Mark], folders: Sequence[Folder | Place]
    ) -> list[Sighting]:
        """FindItem by our marks. Raises AccountError, ItemRefused."""
        wanted, places = tuple(marks), tuple(folders)
        if not (wanted and places):
            return []
        end = await self._read(lambda n, seconds: protocol.Locate(n, account_id, seconds, wanted, places))
        return list(_must_be(end, protocol.Sightings).sightings)

    async def _read(
        self, build: Callable[[int, float], protocol.WorkRequest], longest: float | None = None
    ) -> protocol.End:
        seconds = self._deadlines.read if longest is None else longest
        return await self._link.submit(lambda number: build(number, seconds), seconds)

    async def _write(self, build: Callable[[int], protocol.WorkRequest], seconds: float, asked: int) -> list[Outcome]:
        if not asked:
            return []
        return _outcomes(await self._link.submit(build, seconds), asked)


def _outcomes(end: protocol.End, asked: int) -> list[Outcome]:
    """One Outcome for each item, whatever came back."""
    if isinstance(end, protocol.Outcomes) and len(end.outcomes) == asked:
        return list(end.outcomes)
    trouble = end.trouble if isinstance(end, protocol.Failure) else None
    trouble = trouble or Trouble(TroubleKind.ENGINE, f"{type(end).__name__}")
    verdict = Verdict.UNKNOWN if trouble.may_have_been_processed else Verdict.NOT_ATTEMPTED
    return [Outcome(verdict=verdict, trouble=trouble, at=time.time())] * asked


def _attached(end: protocol.End, asked: int) -> list[AttachOutcome]:
    if isinstance(end, protocol.Attached) and len(end.attached) == asked:
        return list(end.attached)
    return [AttachOutcome(outcome) for outcome in _outcomes(end, asked)]


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
