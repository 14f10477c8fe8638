"""The mailbox, watched: each answer says whether its account works, so that no service has to ask for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Final, TypeVar, cast

import msgspec

from app.domain.errors import AccountError, Trouble, TroubleKind, error_for
from app.domain.listing import Change, Folder, Page, Place, Row, Sighting, SyncPage
from app.domain.message import AccountId
from app.domain.operations import Answer, ListFolder, Locate, Notices, Read, Result, Sync, Write
from app.domain.outcome import Outcome, Verdict
from app.domain.proof import is_draft
from app.domain.server_traits import ServerTraits
from app.services.accounts.accounts import Accounts
from app.services.accounts.asking_server import SCRATCH
from app.services.ports import Clock, Mailbox

_LOOK: Final = 0.05
"""Seconds between two looks whether an account is idle."""
_Marked = TypeVar("_Marked", Row, Sighting)

MOVING = Trouble(TroubleKind.CANCELLED, "the account is being moved", may_have_been_processed=False)
NOT_OPEN = Trouble(TroubleKind.SIGN_IN, "the password is not known yet", may_have_been_processed=False)


class WatchedMailbox(Mailbox):
    """The port Mailbox, once more. An account that is not open answers "not attempted" without asking anyone, and so
    does one that is being moved: what the services know of its messages by name is of the other kind.
    """

    def __init__(self, mailbox: Mailbox, accounts: Accounts, clock: Clock) -> None:
        """Report to `accounts` what the answers of `mailbox` say of them."""
        self._mailbox = mailbox
        self._accounts = accounts
        self._clock = clock
        self._asking: Counter[AccountId] = Counter()

    async def wait_until_idle(self, account_id: AccountId) -> None:
        """Return once no answer is awaited any more that may hold an id. One listens for notices all the time."""
        while self._asking[account_id]:
            await self._clock.sleep(_LOOK)

    async def perform_write(
        self,
        account_id: AccountId,
        operation: Write[Answer],
        on_bytes: Callable[[int, int], None] | None = None,
    ) -> list[Answer]:
        """Pass it on, take down what the answers say of the account, and hold them to one for each item."""
        asked = operation.count
        closed = self._why_closed(account_id)
        if closed is not None:
            return [operation.answer(Outcome(Verdict.NOT_ATTEMPTED, trouble=closed, at=self._clock.now()))] * asked
        with self._counted(account_id):
            answers = await self._mailbox.perform_write(account_id, operation, on_bytes)
        if len(answers) != asked:
            short = Trouble(TroubleKind.ENGINE, f"{len(answers)} outcomes for {asked} items")
            missing = operation.answer(Outcome(Verdict.UNKNOWN, trouble=short, at=self._clock.now()))
            answers = [*answers[:asked], *[missing] * (asked - len(answers))]
        self._heard(account_id, [operation.outcome(answer) for answer in answers])
        return answers

    async def perform_read(
        self,
        account_id: AccountId,
        operation: Read[Result],
        on_bytes: Callable[[int, int], None] | None = None,
        on_places: Callable[[Sequence[Place]], None] | None = None,
    ) -> Result:
        """Pass it on, and take down what comes of it. Raises SignInRefused for an account that is not open."""
        closed = self._why_closed(account_id)
        if closed is not None:
            raise error_for(closed)
        try:
            with self._counted(account_id) if not isinstance(operation, Notices) else nullcontext():
                result = await self._mailbox.perform_read(account_id, operation, on_bytes, on_places)
        except AccountError as error:
            if operation.tells_of_account:
                self._accounts.report(account_id, error.trouble)
            raise
        if operation.tells_of_account:
            self._accounts.report_well(account_id)
        return self._as_it_lies(account_id, operation, result)

    def _why_closed(self, account_id: AccountId) -> Trouble | None:
        if not self._accounts.is_open(account_id):
            return NOT_OPEN
        return MOVING if self._accounts.is_moving(account_id) else None

    @contextmanager
    def _counted(self, account_id: AccountId) -> Iterator[None]:
        self._asking[account_id] += 1
        try:
            yield
        finally:
            self._asking[account_id] -= 1

    def _as_it_lies(self, account_id: AccountId, operation: Read[Result], result: Result) -> Result:
        """Return the result with IsDraft as it may be believed (`domain/proof.py`), and without what is not a message
        of the person's: the drafts that a server is asked with.
        """
        traits = self._accounts.traits(account_id)
        if isinstance(operation, Locate) and not traits.is_draft_told:
            sightings = cast("list[Sighting]", result)
            return cast("Result", [_placed(one, one.folder, traits) for one in sightings])
        if isinstance(operation, ListFolder):
            folder = operation.folder.folder if isinstance(operation.folder, Place) else operation.folder
            page = cast("Page", result)
            rows = tuple(_placed(row, folder, traits) for row in page.rows if row.local_id != SCRATCH)
            return cast("Result", msgspec.structs.replace(page, rows=rows))
        if isinstance(operation, Sync):
            found = cast("SyncPage", result)
            changes = tuple(
                _changed(one, operation.place.folder, traits)
                for one in found.changes
                if one.row is None or one.row.local_id != SCRATCH
            )
            return cast("Result", msgspec.structs.replace(found, changes=changes))
        return result

    def _heard(self, account_id: AccountId, outcomes: Sequence[Outcome]) -> None:
        troubles = [outcome.trouble for outcome in outcomes if outcome.trouble is not None]
        if any(outcome.words is not None for outcome in outcomes):
            self._accounts.report_well(account_id)
        elif troubles:
            self._accounts.report(account_id, troubles[0])


def _placed(one: _Marked, folder: Folder, traits: ServerTraits) -> _Marked:
    draft = is_draft(folder, one.is_draft, traits)
    return one if draft == one.is_draft else msgspec.structs.replace(one, is_draft=draft)


def _changed(change: Change, folder: Folder, traits: ServerTraits) -> Change:
    row = None if change.row is None else _placed(change.row, folder, traits)
    return change if row is change.row else msgspec.structs.replace(change, row=row)
