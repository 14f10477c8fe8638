"""Gets changes of the folders that are shown from the server, so that it need not be asked every minute.

A server that sends no notifications is polled as before. A lost connection is begun anew after a growing pause, and
each beginning looks at everything once: what happened without a connection is not missed. A burst of changes is one
look, and looks leave the server time for what the person waits for.
"""

from __future__ import annotations

import logging
from collections.abc import Coroutine, Sequence
from typing import TYPE_CHECKING, Any, Final

from app.core.background import Spawn, growing_pause
from app.domain.errors import AccountError, ItemRefused, MailError, TroubleKind
from app.domain.listing import Place
from app.domain.message import AccountId, LocalId
from app.domain.record import Record
from app.domain.state import GOING_NOW, State
from app.services.accounts.accounts import Accounts
from app.services.folders.syncing import INBOX, Syncing
from app.services.ports import Clock, Mailbox
from app.services.records.records import Records

if TYPE_CHECKING:
    import asyncio

log = logging.getLogger(__name__)

GATHERED: Final = 0.4
"""Seconds for which notifications are gathered before the look."""
_REST: Final = 5.0
"""How many times as long as a look took the next one waits at least."""
_QUICK: Final = 20.0
"""Seconds; a connection that ended sooner counts as lost."""
_REFUSED_FOR: Final = 3600.0
"""Seconds after which a server that refused to notify is asked once more: it may have had too many listeners."""
_WAITS: Final = 1.0
"""Seconds between two glances whether messages are still on their way."""
_LONGEST_WAIT: Final = 30.0
_MANY: Final = 20
"""So many messages on their way end the listening until they are gone: a server notifies several times of each of them,
which costs it as much as sending them.
"""


class ChangeNotifications:
    """Listens for all accounts, on one connection each."""

    def __init__(
        self, mailbox: Mailbox, accounts: Accounts, syncing: Syncing, records: Records, clock: Clock, spawn: Spawn
    ) -> None:
        """Listen to nothing yet; `start` begins."""
        self._mailbox, self._accounts, self._syncing = mailbox, accounts, syncing
        self._records, self._clock, self._spawn = records, clock, spawn
        self._ears: dict[AccountId, _Ear] = {}
        self._started = False
        records.changed_together.subscribe(self._messages_changed)
        accounts.changed.subscribe(lambda _: self._go_on())
        accounts.well.subscribe(self._well)
        syncing.followed.subscribe(self._wake)

    def start(self) -> None:
        """Listen to every account that is open, now and later."""
        self._started = True
        self._go_on()

    def _go_on(self) -> None:
        if not self._started:
            return
        for account in self._accounts.all():
            if account.account_id not in self._ears:
                ear = self._ears[account.account_id] = _Ear(account.account_id)
                self._spawn(self._listen(ear), "listen to the server")
            self._wake(account.account_id)

    def _well(self, account_id: AccountId) -> None:
        ear = self._ears.get(account_id)
        if ear is not None:
            ear.refused_at, ear.failures = 0.0, 0
            ear.wake()

    def _wake(self, account_id: AccountId) -> None:
        ear = self._ears.get(account_id)
        if ear is not None:
            ear.wake()

    def _messages_changed(self, records: Sequence[Record]) -> None:
        """Note which messages are on their way, and stop listening, or go on, where that has changed."""
        for record in records:
            ear = self._ears.get(record.account_id)
            if ear is None:
                continue
            if record.state is State.SENDING or (record.state is State.QUEUED and not record.not_before):
                ear.busy.add(record.local_id)
            else:
                ear.busy.discard(record.local_id)
            deaf = len(ear.busy) >= _MANY or (ear.deaf and bool(ear.busy))
            if deaf is not ear.deaf:
                ear.deaf = deaf
                ear.wake()

    # --- one account --------------------------------------------------------------------------------------------------

    async def _listen(self, ear: _Ear) -> None:
        try:
            while self._accounts.get(ear.account_id) is not None:
                ear.woken.clear()
                places = self._wanted(ear)
                if not places:
                    again = [self._clock.sleep(_REFUSED_FOR)] if ear.refused_at else []
                    await _first_of(*again, ear.woken.wait())
                    continue
                began = self._clock.now()
                ended = await self._hear(ear, places)
                self._syncing.listen(ear.account_id, ())
                if ended and self._clock.now() - began >= _QUICK:
                    ear.failures = 0  # half an hour was over, or something on the way had enough of a silent connection
                elif ended:
                    ear.failures += 1
                    await _first_of(self._clock.sleep(growing_pause(ear.failures)), ear.woken.wait())
        finally:
            self._ears.pop(ear.account_id, None)
            self._syncing.listen(ear.account_id, ())

    def _wanted(self, ear: _Ear) -> tuple[Place, ...]:
        """Return the folders to listen to; none while the account is closed or in trouble, or is not notified."""
        account_id = ear.account_id
        closed = not self._accounts.is_open(account_id) or self._accounts.is_paused(account_id)
        refused = ear.refused_at and self._clock.now() - ear.refused_at < _REFUSED_FOR
        if closed or ear.deaf or refused:
            return ()
        places = tuple(place for place in self._syncing.places_of(account_id) if not place.folder_id)
        return tuple(dict.fromkeys((*places, INBOX))) if places else ()

    async def _hear(self, ear: _Ear, places: tuple[Place, ...]) -> bool:
        """Listen until the connection ends, or something else is wanted; return whether it was the connection."""
        import asyncio

        def tell(told: Sequence[Place]) -> None:
            self._syncing.listen(ear.account_id, ear.listened or told)
            ear.listened = ear.listened or frozenset(told)
            ear.told |= set(told)
            if not ear.looking:
                ear.looking = True
                self._spawn(self._look(ear), "look at what was told")

        ear.listened = frozenset()
        hearing = asyncio.ensure_future(self._mailbox.notices(ear.account_id, places, tell))
        try:
            while not hearing.done():
                await _first_of(ear.woken.wait(), keep=hearing)
                ear.woken.clear()
                if not hearing.done() and self._wanted(ear) != places:
                    hearing.cancel()
                    await asyncio.gather(hearing, return_exceptions=True)
                    return False
            hearing.result()
        except ItemRefused as error:
            log.info("no notices for an account: %s", error.words.response_code)
            ear.refused_at = self._clock.now()
            return False
        except AccountError as error:
            log.info("notices ended: %s", error.trouble.kind)
            if error.trouble.kind is TroubleKind.SIGN_IN:
                # A password that is not taken is not tried again and again: that locks people out.
                self._accounts.report(ear.account_id, error.trouble)
        finally:
            hearing.cancel()
        return True

    async def _look(self, ear: _Ear) -> None:
        """Look at the folders that were named, and at those that are named meanwhile."""
        try:
            while ear.told:
                await self._clock.sleep(GATHERED)
                await self._wait_for_messages(ear.account_id)
                told, ear.told = ear.told, set()
                began = self._clock.now()
                await self._syncing.look_at(ear.account_id, told)
                took = self._clock.now() - began
                if ear.told and took > 0:
                    await self._clock.sleep(_REST * took)
        except MailError:
            log.info("a look at what was told failed", exc_info=True)
        finally:
            ear.looking = False

    async def _wait_for_messages(self, account_id: AccountId) -> None:
        """Let the account's messages on their way go first: each is notified too, and their end looks at the lists."""
        waited = 0.0
        while waited < _LONGEST_WAIT and any(
            record.state in GOING_NOW and record.account_id == account_id for record in self._records.all()
        ):
            await self._clock.sleep(_WAITS)
            waited += _WAITS


class _Ear:
    """What is known of one account's connection."""

    def __init__(self, account_id: AccountId) -> None:
        import asyncio

        self.account_id = account_id
        self.woken = asyncio.Event()
        self.looking, self.failures, self.refused_at = False, 0, 0.0
        self.listened: frozenset[Place] = frozenset()
        self.told: set[Place] = set()
        self.busy: set[LocalId] = set()
        self.deaf = False

    def wake(self) -> None:
        """Let it decide anew what to listen to."""
        self.woken.set()


async def _first_of(*works: Coroutine[Any, Any, object], keep: asyncio.Future[None] | None = None) -> None:
    """Wait for the first of these, or for `keep`, which goes on; the others are ended."""
    import asyncio

    tasks: list[asyncio.Future[Any]] = [asyncio.ensure_future(work) for work in works]
    try:
        await asyncio.wait([*tasks, *([] if keep is None else [keep])], return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
