"""Asks the directory who is meant: while somebody types, when names are checked, and for the members of a group.

What is asked while somebody types is a help and nothing more: it waits for a pause, goes one request at a time, and a
server that is slow, dead or does not know the question is met with silence.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from app.domain.errors import MailError
from app.domain.message import AccountId
from app.domain.people import Resolution, key_of
from app.domain.recipient import Recipient
from app.services.accounts import Accounts
from app.services.ports import Clock, Mailbox
from app.services.work import Spawn

PAUSE: Final = 0.150
"""Seconds without a key after which the directory is asked."""
SHORTEST: Final = 2
"""Letters of a name from which on asking is worth it."""
_LONGEST: Final = 200
_FRESH: Final = 300.0
_KEPT: Final = 300
_QUIET_AFTER_TROUBLE: Final = 60.0

Deliver = Callable[[str, Resolution], None]


class Directory:
    """The directory of each account. Answers are kept for some minutes."""

    def __init__(self, watched: Mailbox, quiet: Mailbox, accounts: Accounts, clock: Clock, spawn: Spawn) -> None:
        """`watched` is asked for what a person wants, `quiet` for what is only offered: its troubles are nobody's."""
        self._watched, self._quiet = watched, quiet
        self._accounts, self._clock, self._spawn = accounts, clock, spawn
        self._answers: OrderedDict[tuple[AccountId, str], tuple[Resolution, float]] = OrderedDict()
        self._groups: dict[AccountId, set[str]] = {}
        self._named: dict[AccountId, set[str]] = {}
        self._silent_until: dict[AccountId, float] = {}

    def inquire(self, account_id: AccountId, deliver: Deliver) -> Inquiry:
        """Return one field's line to the directory; `deliver` is told what was asked, and the answer."""
        return Inquiry(self, account_id, deliver, self._clock, self._spawn)

    def known(self, account_id: AccountId, text: str) -> Resolution | None:
        """Return what was answered lately, None where it would have to be asked."""
        answer = self._answers.get((account_id, _asked_as(text)))
        return answer[0] if answer is not None and self._clock.now() - answer[1] < _FRESH else None

    def is_group(self, account_id: AccountId, recipient: Recipient) -> bool:
        """Tell whether the directory has called somebody a group."""
        return key_of(recipient) in self._groups.get(account_id, ())

    def has_named(self, account_id: AccountId, recipient: Recipient) -> bool:
        """Tell whether the directory has named somebody in an answer since the program began."""
        return key_of(recipient) in self._named.get(account_id, ())

    async def look_up(self, account_id: AccountId, text: str) -> Resolution:
        """Return whom `text` may mean, nobody where nothing can be learnt. Never raises MailError."""
        known = self.known(account_id, text)
        if known is not None:
            return known
        now = self._clock.now()
        if self._accounts.is_paused(account_id) or now < self._silent_until.get(account_id, 0.0):
            return Resolution()
        try:
            return self._keep(account_id, text, await self._quiet.resolve_names(account_id, _asked_as(text)))
        except MailError:
            self._silent_until[account_id] = self._clock.now() + _QUIET_AFTER_TROUBLE
            return Resolution()

    async def check(self, account_id: AccountId, text: str) -> Resolution:
        """Return whom `text` means, because the person asked. Raises AccountError, ItemRefused."""
        known = self.known(account_id, text)
        if known is not None:
            return known
        return self._keep(account_id, text, await self._watched.resolve_names(account_id, _asked_as(text)))

    async def expand(self, account_id: AccountId, group: Recipient) -> Resolution:
        """Return the members of a group, because the person asked. Raises AccountError, ItemRefused."""
        members = await self._watched.expand_group(account_id, group)
        self._note_answer(account_id, members)
        return members

    def _keep(self, account_id: AccountId, text: str, answer: Resolution) -> Resolution:
        self._answers[account_id, _asked_as(text)] = (answer, self._clock.now())
        while len(self._answers) > _KEPT:
            self._answers.popitem(last=False)
        self._note_answer(account_id, answer)
        return answer

    def _note_answer(self, account_id: AccountId, answer: Resolution) -> None:
        self._named.setdefault(account_id, set()).update(map(key_of, answer.people))
        if answer.groups:
            self._groups.setdefault(account_id, set()).update(one.casefold() for one in answer.groups)


def _asked_as(text: str) -> str:
    return " ".join(text.split())[:_LONGEST]


class Inquiry:
    """Asks while somebody types: for the last words alone, after a pause, and never two things at once."""

    def __init__(
        self, directory: Directory, account_id: AccountId, deliver: Deliver, clock: Clock, spawn: Spawn
    ) -> None:
        """Nothing is asked yet."""
        self._directory, self._account_id, self._deliver = directory, account_id, deliver
        self._clock, self._spawn = clock, spawn
        self._wanted = ""
        self._at = 0.0
        self._working = False

    def ask(self, text: str) -> None:
        """Ask for `text` after a pause; what was wanted before is wanted no more."""
        self._wanted, self._at = text, self._clock.now()
        if len(text.strip()) < SHORTEST:
            self._wanted = ""
        elif not self._working:
            self._working = True
            self._spawn(self._work(), "ask the directory")

    def stop(self) -> None:
        """Want nothing any more; an answer under way is not delivered."""
        self._wanted = ""

    async def _work(self) -> None:
        try:
            while self._wanted:
                text = self._wanted
                pause = self._at + PAUSE - self._clock.now()
                if pause > 0:
                    await self._clock.sleep(pause)
                    continue
                answer = await self._directory.look_up(self._account_id, text)
                if self._wanted == text:
                    self._wanted = ""
                    self._deliver(text, answer)
        finally:
            self._working = False
