"""Keeps the cache true to the server; looks for delivery reports.

A first look may take minutes. It goes on where it was interrupted, also in another run, because the state of each page
is kept with the page. A server without SyncFolderItems is read page by page. Nothing here is urgent: a trouble ends the
round, and the next one comes after a growing pause, when the account works again, or when the person asks.

Only reports are asked for, by their class: nothing else of the Inbox is read. A server that cannot be asked costs the
next look nothing: it asks again from where the last one ended.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from app.core.background import Spawn, growing_pause
from app.core.events import Event
from app.domain.errors import AccountError, ItemRefused, ServerWords, StorageError, Trouble
from app.domain.listing import Change, ChangeKind, Folder, Page, Place, Row, RowId, SyncStanding
from app.domain.message import AccountId, ItemRef, LocalId
from app.domain.response_codes import SYNC_NOT_OFFERED, SYNC_STATE_LOST
from app.services.accounts.accounts import Accounts
from app.services.ports import Cache, Clock, Mailbox
from app.services.records.records import Records

if TYPE_CHECKING:
    import asyncio

log = logging.getLogger(__name__)

_REPORTS: Final = Place(Folder.INBOX, folder_id="reports")
"""Names in the cache how far reports were read. It is no folder of a server: the Inbox has a standing of its own."""
FIRST_LOOK: Final = 30 * 24 * 3600.0
"""How far back the first look goes, in seconds."""


class Reporting:
    """Reads reports of all accounts. The cache holds the time of the last one."""

    def __init__(self, mailbox: Mailbox, cache: Cache, clock: Clock) -> None:
        """Look for nothing yet."""
        self._mailbox, self._cache, self._clock = mailbox, cache, clock
        self._looking: set[AccountId] = set()

    async def look(self, account_id: AccountId) -> bool:
        """Take in what came since the last look; return whether there was anything new. Trouble is not raised."""
        if account_id in self._looking:
            return False
        self._looking.add(account_id)
        try:
            return await self._take_in(account_id)
        except (AccountError, ItemRefused):
            return False  # the account's bar says what is wrong with it, and the lists what they may not see
        except StorageError:
            log.warning("reports could not be kept", exc_info=True)
            return False
        finally:
            self._looking.discard(account_id)

    async def _take_in(self, account_id: AccountId) -> bool:
        standing = await self._cache.standing(account_id, _REPORTS)
        since = standing.checked or self._clock.now() - FIRST_LOOK
        found = await self._mailbox.find_reports(account_id, since)
        fresh = [one for one in found if one[1].at > standing.checked or not standing.checked]
        if not found:
            return False
        await self._cache.note_reports(account_id, found)
        latest = max(report.at for _, report in found)
        await self._cache.apply(account_id, _REPORTS, (), SyncStanding(checked=max(latest, standing.checked)))
        return bool(fresh)


POLL_SECONDS: Final = 60.0
LISTENED_SECONDS: Final = 900.0
"""Seconds between two looks at a folder whose server notifies of changes: it may have missed one."""
INBOX: Final = Place(Folder.INBOX)
FIRST_PAGE: Final = 50
PAGE: Final = 200
"""Changes in a request: Exchange gives 512 at most, and a smaller page is sooner seen."""
_OWN_SENT: Final = Place(Folder.SENT)
_OVERLAP: Final = 20
"""Rows by which pages overlap where there is no sync: what another client deletes moves the rows below it up."""


class FolderSync:
    """One folder. `changed` says that the cache has other rows, `state_changed` that loading or trouble differs, `came`
    that the cache has all rows, and when the newest was sent of those that the server named since the program began.
    `told` gives the rows that the server named, as they come.
    """

    def __init__(
        self, account_id: AccountId, place: Place, mailbox: Mailbox, cache: Cache, clock: Clock, turn: asyncio.Lock
    ) -> None:
        """Ask nothing yet; `turn` lets one folder of an account ask at a time, so that a message need not wait long."""
        self.changed: Event[None] = Event()
        self.state_changed: Event[None] = Event()
        self.came: Event[float] = Event()
        self.told: Event[Sequence[Row]] = Event()
        self.account_id, self.place = account_id, place
        self.loading = False
        self.loaded = False
        self.total = 0
        self.trouble: Trouble | None = None
        self.refusal: ServerWords | None = None
        self.asked_with: dict[LocalId, ItemRef] = {}
        """The messages that this machine had on the server when the last whole look began."""
        self.users = 0
        self.known: Callable[[], dict[LocalId, ItemRef]] = dict
        self._mailbox, self._cache, self._clock, self._turn = mailbox, cache, clock, turn
        self._again = False
        self._newest = 0.0
        self._walked: tuple[int, tuple[ItemRef, ...]] | None = None

    async def look(self) -> None:
        """Learn from the cache how far the folder is known. Raises StorageError."""
        standing = await self._cache.standing(self.account_id, self.place)
        self.loaded, self.total = self.loaded or standing.complete, self.total or standing.total

    async def sync(self) -> None:
        """Bring the cache up to date. Trouble is not raised: `trouble` and `refusal` say it."""
        if self.loading:
            self._again = True  # what happened since the round began may have been missed by it
            return
        self.loading = True
        self.state_changed.emit(None)
        try:
            while True:
                self._again = False
                await self._round()
                if not self._again or self.trouble is not None:
                    break
        finally:
            self.loading = False
            self.state_changed.emit(None)

    @property
    def failed(self) -> bool:
        """Return whether the last round ended in trouble."""
        return self.trouble is not None or self.refusal is not None

    async def _round(self) -> None:
        known = self.known()
        try:
            standing = await self._cache.standing(self.account_id, self.place)
            if not standing.complete:
                await self._show_first()
            await self._take_changes(standing)
        except AccountError as error:
            self.trouble = error.trouble
        except ItemRefused as error:
            self.trouble, self.refusal = None, error.words
        except StorageError:
            # The lists go on with what they have; the journal, which is on the same disk, shows the trouble.
            log.warning("the cache could not be written", exc_info=True)
        else:
            self.trouble, self.refusal, self.loaded = None, None, True
            self.asked_with = known
            self.changed.emit(None)
            self.came.emit(self._newest)

    async def _show_first(self) -> None:
        """Show the newest rows while the others are still to come."""
        async with self._turn:
            page = await self._mailbox.list_folder(self.account_id, self.place, 0, FIRST_PAGE)
        self.total = page.total
        await self._cache.put(self.account_id, self.place, page.rows)
        self.changed.emit(None)

    async def _take_changes(self, standing: SyncStanding) -> None:
        state = standing.state
        if not state and standing.complete:
            await self._cache.doubt(self.account_id, self.place)
        while True:
            try:
                async with self._turn:
                    page = await self._mailbox.sync(self.account_id, self.place, state, PAGE)
            except ItemRefused as error:
                code = error.words.response_code
                if code in SYNC_STATE_LOST and state:
                    state = ""
                    await self._cache.doubt(self.account_id, self.place)
                    continue
                if code in SYNC_NOT_OFFERED:
                    await self._walk(standing)
                    return
                raise
            state = page.state
            complete = standing.complete or not page.more
            fresh = SyncStanding(state, complete=complete, total=self.total, checked=self._clock.now())
            await self._cache.apply(self.account_id, self.place, page.changes, fresh, whole=not page.more)
            self._note([change.row for change in page.changes if change.row is not None])
            if not page.more:
                return
            self.changed.emit(None)

    # --- without sync -------------------------------------------------------------------------------------------------

    async def _walk(self, standing: SyncStanding) -> None:
        """Read the whole folder page by page, unless its first page is as it was."""
        page = await self._page(0)
        first = (page.total, tuple(row.ref for row in page.rows))
        if standing.complete and first == self._walked:
            return
        await self._cache.doubt(self.account_id, self.place)
        offset = 0
        while page.next_offset is not None:
            await self._keep(page, standing.complete)
            self.changed.emit(None)
            offset = max(offset + 1, page.next_offset - _OVERLAP)
            page = await self._page(offset)
        # A folder that changed while it was read is not taken for whole: nothing is removed on a guess.
        whole = page.total == first[0]
        await self._keep(page, standing.complete or whole, whole=whole)
        self.total, self._walked = page.total, first if whole else None

    async def _page(self, offset: int) -> Page:
        async with self._turn:
            return await self._mailbox.list_folder(self.account_id, self.place, offset, PAGE)

    async def _keep(self, page: Page, complete: bool, *, whole: bool = False) -> None:
        changes = [Change(ChangeKind.CREATED, row.ref, row) for row in page.rows]
        standing = SyncStanding("", complete=complete, total=page.total, checked=self._clock.now())
        await self._cache.apply(self.account_id, self.place, changes, standing, whole=whole)
        self._note(page.rows)

    def _note(self, rows: Sequence[Row]) -> None:
        self._newest = max([self._newest, *(row.sent for row in rows)])
        self.told.emit(rows)


class Syncing:
    """The folders that are shown, and the clock by which they are synced."""

    def __init__(
        self, mailbox: Mailbox, cache: Cache, accounts: Accounts, records: Records, clock: Clock, spawn: Spawn
    ) -> None:
        """Follow nothing yet; `start` lets time pass."""
        self.sent: Event[tuple[AccountId, float]] = Event()
        """When the newest message that came was sent, once an account's own Sent is known whole."""
        self.told_of_drafts: Event[tuple[AccountId, Sequence[Row]]] = Event()
        """The rows that a sync of Drafts named."""
        self._mailbox, self._cache, self._accounts = mailbox, cache, accounts
        self._records, self._clock, self._spawn = records, clock, spawn
        self._reporting = Reporting(mailbox, cache, clock)
        self._folders: dict[tuple[AccountId, Place], FolderSync] = {}
        self._turns: dict[AccountId, asyncio.Lock] = {}
        self._names: dict[LocalId, RowId] = {}
        self._accounts_known: set[AccountId] = set()
        self._listened: dict[AccountId, frozenset[Place]] = {}
        self._looked: dict[tuple[AccountId, Place], float] = {}
        self.changed: Event[AccountId] = Event()
        """An account of which the cache may have other rows, in whichever folder."""
        self.followed: Event[AccountId] = Event()
        """An account of which other folders are followed now."""
        self._started, self._going_round = False, set[AccountId]()
        accounts.changed.subscribe(lambda _: self._forget_removed())
        accounts.changed.subscribe(lambda _: self._go_on())

    def follow(self, account_id: AccountId, place: Place) -> FolderSync:
        """Return the folder, to be synced until `leave`."""
        folder = self._folders.get((account_id, place))
        if folder is None:
            import asyncio

            turn = self._turns.setdefault(account_id, asyncio.Lock())
            folder = FolderSync(account_id, place, self._mailbox, self._cache, self._clock, turn)
            folder.known = lambda: self._known(account_id)
            folder.changed.subscribe(lambda _: self.changed.emit(account_id))
            if place == _OWN_SENT:
                folder.came.subscribe(lambda newest: self.sent.emit((account_id, newest)))
            if place.folder is Folder.DRAFTS:
                folder.told.subscribe(lambda rows: self.told_of_drafts.emit((account_id, rows)))
            if place.folder is Folder.INBOX:
                folder.changed.subscribe(lambda _: self.tell_sent(account_id))
            self._folders[account_id, place] = folder
            self.followed.emit(account_id)
        folder.users += 1
        return folder

    def leave(self, folder: FolderSync) -> None:
        """Follow it no longer, once it has no users."""
        folder.users -= 1
        if folder.users <= 0:
            self._folders.pop((folder.account_id, folder.place), None)
            self.followed.emit(folder.account_id)

    def is_followed(self, account_id: AccountId, place: Place) -> bool:
        """Return whether a folder is followed, whatever the case of its mailbox."""
        wanted = place.mailbox.casefold()
        return any(
            owner == account_id and one.folder is place.folder and one.mailbox.casefold() == wanted
            for owner, one in self._folders
        )

    def places_of(self, account_id: AccountId) -> tuple[Place, ...]:
        """Return the folders of an account that are followed."""
        return tuple(place for owner, place in self._folders if owner == account_id)

    def listen(self, account_id: AccountId, places: Iterable[Place]) -> None:
        """Rely on notifications for these folders, and poll them only now and then."""
        self._listened[account_id] = frozenset(places)

    async def look_at(self, account_id: AccountId, places: Iterable[Place]) -> None:
        """Look at folders that a notification named, and at reports where the Inbox is one of them."""
        for place in places:
            folder = self._folders.get((account_id, place))
            if folder is not None:
                await self._look(folder)
            if place == INBOX:
                await self.look_for_reports(account_id)

    async def gone(self, account_id: AccountId, place: Place, item_ids: Sequence[str]) -> None:
        """Take out of a list at once what has left it by our own doing. Raises StorageError."""
        if not item_ids:
            return
        await self._cache.remove(account_id, place, item_ids)
        folder = self._folders.get((account_id, place))
        if folder is not None:
            folder.changed.emit(None)

    def gone_soon(self, told: tuple[AccountId, Place, str]) -> None:
        """Take out of its list what was removed behind the person's back."""
        account_id, place, item_id = told
        self._spawn(self._unless_the_disk_fails(partial(self.gone, account_id, place, [item_id])), "take out of a list")

    def name_of(self, local_id: LocalId) -> RowId:
        """Return what names the row of a message of this machine in every list, where no row of the server's does."""
        return self._names.setdefault(local_id, -len(self._names) - 1)

    def is_paused(self, account_id: AccountId) -> bool:
        """Return whether nothing can come of asking an account's server."""
        return self._accounts.is_paused(account_id)

    def start(self) -> None:
        """Look for what other clients did, every minute: for each account by itself, so that none waits for another."""
        self._started = True
        self._go_on()

    def _go_on(self) -> None:
        for account in self._accounts.all() if self._started else ():
            if account.account_id not in self._going_round:
                self._going_round.add(account.account_id)
                self._spawn(self._go_round(account.account_id), "look for changes")

    def note_body(self, account_id: AccountId, item_id: str, text: str) -> None:
        """Let a message that was read be found by all its words."""
        note = partial(self._cache.note_body, account_id, item_id, text)
        self._spawn(self._unless_the_disk_fails(note), "note a body")

    def _forget_removed(self) -> None:
        """Keep nothing of an account that was removed: its server has it all."""
        now = {account.account_id for account in self._accounts.all()}
        for account_id in self._accounts_known - now:
            self._spawn(self._unless_the_disk_fails(partial(self._cache.forget, account_id)), "forget an account")
        self._accounts_known = now

    async def _unless_the_disk_fails(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        try:
            await work()
        except StorageError:
            log.warning("the cache could not be written", exc_info=True)

    async def look_for_reports(self, account_id: AccountId) -> None:
        """Lay beside what was sent what reports say of it since."""
        folder = self._folders.get((account_id, _OWN_SENT))
        if await self._reporting.look(account_id) and folder is not None:
            folder.changed.emit(None)

    async def settle_reports(self, account_id: AccountId, message_id: str, *, settled: bool = True) -> None:
        """Record that the person knows what reports say of a message. Raises StorageError."""
        await self._cache.settle_reports(account_id, message_id, settled=settled)
        self.tell_sent(account_id)

    async def _go_round(self, account_id: AccountId) -> None:
        failures = 0
        try:
            while True:
                await self._clock.sleep(POLL_SECONDS if not failures else max(POLL_SECONDS, growing_pause(failures)))
                if self._accounts.get(account_id) is None:
                    return
                failures = failures + 1 if await self._look_round(account_id) else 0
        finally:
            self._going_round.discard(account_id)

    async def _look_round(self, account_id: AccountId) -> bool:
        """Look at the folders of an account that are due; return whether one could not be looked at."""
        failed = False
        for folder in [one for one in self._folders.values() if one.account_id == account_id]:
            if self._accounts.is_paused(account_id):
                continue
            if self._is_told_of(folder):
                continue
            await self._look(folder)
            failed = failed or folder.trouble is not None
            if not failed and folder.place == _OWN_SENT:
                await self.look_for_reports(account_id)
        return failed

    def _is_told_of(self, folder: FolderSync) -> bool:
        """Return whether the server notifies of this folder's changes, and the last look was not long ago.

        Of an Inbox it tells of new mail alone: what was moved or deleted there is found by looking.
        """
        told = folder.place in self._listened.get(folder.account_id, ()) and folder.place.folder is not Folder.INBOX
        looked = self._looked.get((folder.account_id, folder.place), 0.0)
        return told and self._clock.now() - looked < LISTENED_SECONDS

    async def _look(self, folder: FolderSync) -> None:
        await folder.sync()
        if folder.trouble is None:
            self._looked[folder.account_id, folder.place] = self._clock.now()

    def tell_sent(self, account_id: AccountId) -> None:
        """Let the lists of what was sent be read anew: what came may answer some of it."""
        for folder in list(self._folders.values()):
            if folder.account_id == account_id and folder.place.folder is Folder.SENT:
                folder.changed.emit(None)

    def _known(self, account_id: AccountId) -> dict[LocalId, ItemRef]:
        return {r.local_id: r.ref for r in self._records.all() if r.account_id == account_id and r.ref is not None}
