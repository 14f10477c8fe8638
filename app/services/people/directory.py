"""What the server knows of people: the directory, groups, mail tips.

Requests while the person types only help: they wait for a pause and go one at a time. Where a server is slow, dead or
does not know the question, nothing is shown.

Nor is anything shown where a server knows no MailTips, or has trouble: no tip is no error.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from typing import Final

import msgspec

from app.core.background import RunInThread, Spawn, run_here
from app.core.events import Event
from app.domain.errors import ItemRefused, MailError
from app.domain.message import AccountId
from app.domain.people import MailTips, Resolution, key_of
from app.domain.recipient import Recipient, address_problem
from app.domain.visible_text import plain_text
from app.services.accounts.accounts import Accounts
from app.services.ports import Clock, Mailbox

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
        """`watched` is asked for what a person wants, `quiet` for what is only offered: its troubles are not shown."""
        self._watched, self._quiet = watched, quiet
        self._accounts, self._clock, self._spawn = accounts, clock, spawn
        self._answers: OrderedDict[tuple[AccountId, str], tuple[Resolution, float]] = OrderedDict()
        self._groups: dict[AccountId, set[str]] = {}
        self._named: dict[AccountId, set[str]] = {}
        self._silent_until: dict[AccountId, float] = {}

    def inquire(self, account_id: AccountId, deliver: Deliver) -> Inquiry:
        """Return one field's line to the directory; `deliver` gets what was asked, and the answer."""
        return Inquiry(self, account_id, deliver, self._clock, self._spawn)

    def known(self, account_id: AccountId, text: str) -> Resolution | None:
        """Return what was answered lately, None where it would have to be asked."""
        answer = self._answers.get((account_id, _asked_as(text)))
        return answer[0] if answer is not None and self._clock.now() - answer[1] < _FRESH else None

    def is_group(self, account_id: AccountId, recipient: Recipient) -> bool:
        """Return whether the directory has called a recipient a group."""
        return key_of(recipient) in self._groups.get(account_id, ())

    def has_named(self, account_id: AccountId, recipient: Recipient) -> bool:
        """Return whether the directory has named a recipient in an answer since the program began."""
        return key_of(recipient) in self._named.get(account_id, ())

    async def look_up(self, account_id: AccountId, text: str) -> Resolution:
        """Return whom `text` may mean, an empty answer where nothing can be learnt. Never raises MailError."""
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
    """Asks while the person types: for the last words alone, after a pause, and never two things at once."""

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


FRESH: Final = 600.0
"""Seconds for which a tip is taken as it was."""
MOST_PER_REQUEST: Final = 100
MOST_AT_ONCE: Final = 200
"""The tips of a longer list are not read by a person, and asking for all would cost the server much."""
_TIPS_KEPT: Final = 2_000
_QUIET_AFTER_REFUSAL: Final = 3600.0

_LONGEST_ADDRESS: Final = 4_000
_READ: Final = 64_000

_Line = tuple[AccountId, str]


class _Known(msgspec.Struct, frozen=True):
    tips: MailTips
    at: float


class Tips:
    """The tips of all accounts. `changed` carries the keys (`key_of`) of whom something was learnt."""

    def __init__(
        self, mailbox: Mailbox, accounts: Accounts, clock: Clock, spawn: Spawn, run_in_thread: RunInThread = run_here
    ) -> None:
        """`mailbox` is not the watched one: trouble with tips is not shown.

        `run_in_thread` runs the reading of HTML where it stops no key.
        """
        self.changed: Event[frozenset[str]] = Event()
        self._mailbox, self._accounts, self._clock, self._spawn = mailbox, accounts, clock, spawn
        self._run_in_thread = run_in_thread
        self._known: dict[tuple[_Line, str], _Known] = {}
        self._wanted: dict[_Line, dict[str, Recipient]] = {}
        self._asking: set[_Line] = set()
        self._silent_until: dict[AccountId, float] = {}

    def of(self, account_id: AccountId, recipient: Recipient, sending_as: str = "") -> MailTips | None:
        """Return what is known of `recipient` for a message sent as that address, None for nothing yet."""
        known = self._known.get(((account_id, sending_as), key_of(recipient)))
        return None if known is None else known.tips

    def want(self, account_id: AccountId, recipients: Iterable[Recipient], sending_as: str = "") -> None:
        """Begin to ask for the tips of these, if they are not known yet or no longer. Returns at once."""
        now, line = self._clock.now(), (account_id, sending_as)
        if now < self._silent_until.get(account_id, 0.0) or self._accounts.is_paused(account_id):
            return
        wanted = self._wanted.setdefault(line, {})
        for recipient in recipients:
            key = key_of(recipient)
            known = self._known.get((line, key))
            if (known is None or now - known.at >= FRESH) and _can_be_asked_for(recipient):
                wanted.setdefault(key, recipient)
            if len(wanted) >= MOST_AT_ONCE:
                break
        if wanted and line not in self._asking:
            self._asking.add(line)
            self._spawn(self._ask(line), "ask for mail tips")

    async def _ask(self, line: _Line) -> None:
        import asyncio

        account_id, sending_as = line
        try:
            while self._wanted.get(line):
                await asyncio.sleep(0)  # all that is wanted in one turn goes in one request; then what came meanwhile
                wanted = self._wanted[line]
                asked = dict(list(wanted.items())[:MOST_PER_REQUEST])
                for key in asked:
                    del wanted[key]
                answers = await self._mailbox.mail_tips(account_id, list(asked.values()), sending_as)
                now = self._clock.now()
                readable = await self._readable(answers)
                for key, tips in zip(asked, readable, strict=False):
                    self._known[line, key] = _Known(tips, now)
                for old in list(self._known)[: max(0, len(self._known) - _TIPS_KEPT)]:
                    del self._known[old]
                self.changed.emit(frozenset(asked))
        except MailError as error:
            quiet = _QUIET_AFTER_REFUSAL if isinstance(error, ItemRefused) else _QUIET_AFTER_TROUBLE
            self._silent_until[account_id] = self._clock.now() + quiet
            self._wanted.pop(line, None)
        finally:
            self._asking.discard(line)

    async def _readable(self, answers: Sequence[MailTips]) -> list[MailTips]:
        """Return tips with plain words: Exchange gives what people wrote as HTML."""
        texts = {text: text for tips in answers for text in (tips.out_of_office, tips.custom) if "<" in text}
        if texts:
            texts.update(await self._run_in_thread(lambda: {text: plain_text(text[:_READ]) for text in texts}))

        def plain(text: str) -> str:
            return (texts.get(text) or text).strip()[:_LONGEST_ADDRESS]

        return [
            msgspec.structs.replace(one, out_of_office=plain(one.out_of_office), custom=plain(one.custom))
            for one in answers
        ]


def _can_be_asked_for(recipient: Recipient) -> bool:
    return recipient.routing == "SMTP" and address_problem(recipient.address) is None
