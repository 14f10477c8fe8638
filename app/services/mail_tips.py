"""What the server says of recipients before anything is sent: asked in the background, once each, many at a time.

A server that knows no MailTips, or has trouble, is met with silence: no tip is no error.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Final

import msgspec

from app.core.events import Event
from app.domain.errors import ItemRefused, MailError
from app.domain.message import AccountId
from app.domain.people import MailTips, key_of
from app.domain.recipient import Recipient, address_problem
from app.services.accounts import Accounts
from app.services.plain import plain_text
from app.services.ports import Clock, Mailbox
from app.services.work import Spawn

FRESH: Final = 600.0
"""Seconds for which a tip is taken as it was."""
MOST_PER_REQUEST: Final = 100
MOST_AT_ONCE: Final = 200
"""Of a longer list of recipients nobody reads the tips, and asking for all would cost the server much."""
_KEPT: Final = 2_000
_QUIET_AFTER_REFUSAL: Final = 3600.0
_QUIET_AFTER_TROUBLE: Final = 60.0
_LONGEST: Final = 4_000
_READ: Final = 64_000

_Line = tuple[AccountId, str]


OffThread = Callable[[Callable[[], dict[str, str]]], Awaitable[dict[str, str]]]


async def _here(work: Callable[[], dict[str, str]]) -> dict[str, str]:
    return work()


class _Known(msgspec.Struct, frozen=True):
    tips: MailTips
    at: float


class Tips:
    """The tips of all accounts. `changed` tells the keys (`key_of`) of whom something was learnt."""

    def __init__(
        self, mailbox: Mailbox, accounts: Accounts, clock: Clock, spawn: Spawn, off_thread: OffThread = _here
    ) -> None:
        """`mailbox` is not the watched one: trouble with tips is nobody's trouble.

        `off_thread` runs the reading of HTML where it stops no key.
        """
        self.changed: Event[frozenset[str]] = Event()
        self._mailbox, self._accounts, self._clock, self._spawn = mailbox, accounts, clock, spawn
        self._off_thread = off_thread
        self._known: dict[tuple[_Line, str], _Known] = {}
        self._wanted: dict[_Line, dict[str, Recipient]] = {}
        self._asking: set[_Line] = set()
        self._silent_until: dict[AccountId, float] = {}

    def of(self, account_id: AccountId, recipient: Recipient, sending_as: str = "") -> MailTips | None:
        """Return what is known of `recipient` for whoever sends as that address, None for nothing yet."""
        known = self._known.get(((account_id, sending_as), key_of(recipient)))
        return None if known is None else known.tips

    def want(self, account_id: AccountId, recipients: Iterable[Recipient], sending_as: str = "") -> None:
        """See to it that the tips of these become known, if they are not yet or no longer. Returns at once."""
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
                for old in list(self._known)[: max(0, len(self._known) - _KEPT)]:
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
            texts.update(await self._off_thread(lambda: {text: plain_text(text[:_READ]) for text in texts}))

        def plain(text: str) -> str:
            return (texts.get(text) or text).strip()[:_LONGEST]

        return [
            msgspec.structs.replace(one, out_of_office=plain(one.out_of_office), custom=plain(one.custom))
            for one in answers
        ]


def _can_be_asked_for(recipient: Recipient) -> bool:
    return recipient.routing == "SMTP" and address_problem(recipient.address) is None
