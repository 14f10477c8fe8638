"""The mailbox, watched: each answer says whether its account works, so that no service has to ask for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar, cast

import msgspec

from app.domain.errors import AccountError, SignInRefused, Trouble, TroubleKind
from app.domain.listing import Change, Folder, Page, Place, Row, Sighting, SyncPage
from app.domain.message import AccountId
from app.domain.operations import Answer, ListFolder, Locate, Read, Result, Sync, Write
from app.domain.outcome import Outcome, Verdict
from app.domain.proof import is_draft
from app.domain.server_traits import ServerTraits
from app.services.accounts.accounts import Accounts
from app.services.accounts.asking_server import SCRATCH
from app.services.ports import Clock, Mailbox

_Marked = TypeVar("_Marked", Row, Sighting)

NOT_OPEN = Trouble(TroubleKind.SIGN_IN, "the password is not known yet", may_have_been_processed=False)


class WatchedMailbox(Mailbox):
    """The port Mailbox, once more. An account that is not open answers "not attempted" without asking anyone."""

    def __init__(self, mailbox: Mailbox, accounts: Accounts, clock: Clock) -> None:
        """Report to `accounts` what the answers of `mailbox` say of them."""
        self._mailbox = mailbox
        self._accounts = accounts
        self._clock = clock

    async def perform_write(
        self,
        account_id: AccountId,
        operation: Write[Answer],
        on_bytes: Callable[[int, int], None] | None = None,
    ) -> list[Answer]:
        """Pass it on, take down what the answers say of the account, and hold them to one for each item."""
        asked = operation.count
        if not self._accounts.is_open(account_id):
            return [operation.answer(Outcome(Verdict.NOT_ATTEMPTED, trouble=NOT_OPEN, at=self._clock.now()))] * asked
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
        if not self._accounts.is_open(account_id):
            raise SignInRefused(NOT_OPEN)
        try:
            result = await self._mailbox.perform_read(account_id, operation, on_bytes, on_places)
        except AccountError as error:
            if operation.tells_of_account:
                self._accounts.report(account_id, error.trouble)
            raise
        if operation.tells_of_account:
            self._accounts.report_well(account_id)
        return self._as_it_lies(account_id, operation, result)

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
