"""Is a message too large, and how the limit is learnt.

The server says it in the mail tips of one's own address. Where it does not, a refusal teaches it: that size and more
is too much from then on, until a message as large is accepted.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import msgspec

from app.core.background import Spawn
from app.core.formatting import size_words
from app.core.i18n import tr
from app.domain.errors import StorageError
from app.domain.message import AccountId, Content, Field, LocalId
from app.domain.outcome import Outcome
from app.domain.problem import Finding, ProblemKind
from app.domain.record import Record
from app.domain.response_codes import MESSAGE_TOO_LARGE
from app.domain.state import WENT_OUT
from app.services.ports import Settings
from app.services.records.records import Records

ASSUMED: Final = 35_000_000
"""Bytes that a server takes of which nothing is known: Exchange's own limit, unless its keepers chose another."""
_BASE64: Final = 4 / 3


class Limit(NamedTuple):
    """What is known of the server, in bytes, 0 for nothing: what it gave (`told`), the least that it `refused`, what is
    `assumed` of it where neither is known.
    """

    told: int = 0
    refused: int = 0
    assumed: int = ASSUMED


def message_size(content: Content) -> int:
    """Return about how many bytes a message has on its way: the text, and attachments as Base64."""
    attached = sum(one.size for one in content.attachments)
    return len(content.body.encode("utf-8", "replace")) + int(attached * _BASE64)


def look_at_size(content: Content, limit: Limit) -> list[Finding]:
    """Return a finding where the message is likely to be too large. It keeps nothing back: the server decides."""
    size = message_size(content)
    if limit.refused and size >= limit.refused:
        sentence = tr(
            "Your server refused a message of {limit}; this one has {size}.",
            limit=size_words(limit.refused),
            size=size_words(size),
        )
    elif limit.told and size > limit.told:
        sentence = tr(
            "Your server takes messages up to {limit}; this one has {size}.",
            limit=size_words(limit.told),
            size=size_words(size),
        )
    elif not limit.told and not limit.refused and 0 < limit.assumed < size:
        sentence = tr(
            "This message has {size}. Most servers take no more than {limit}.",
            limit=size_words(limit.assumed),
            size=size_words(size),
        )
    else:
        return []
    return [Finding(ProblemKind.TOO_LARGE, Field.BODY, False, sentence)]


_NAME: Final = "refused_sizes"


class SizeLimits:
    """What each account's server refused for its size. It is kept in the settings."""

    def __init__(self, records: Records, settings: Settings, spawn: Spawn) -> None:
        """Nothing is known; `load` reads what is kept."""
        self._records, self._settings, self._spawn = records, settings, spawn
        self._refused: dict[str, int] = {}
        self._learnt: set[tuple[LocalId, bool]] = set()
        records.changed_together.subscribe(self._messages_changed)

    async def load(self) -> None:
        """Read what is kept; what cannot be read is learnt anew. Raises StorageError."""
        kept = await self._settings.read_setting(_NAME)
        try:
            self._refused = msgspec.json.decode(kept or "{}", type=dict[str, int])
        except msgspec.DecodeError:
            self._refused = {}
        self._learnt = {(one.local_id, _is_refused(one)) for one in self._records.all() if _teaches(one)}

    def refused(self, account_id: AccountId) -> int:
        """Return the smallest size that was refused, in bytes, 0 for none."""
        return self._refused.get(account_id, 0)

    def _messages_changed(self, records: Sequence[Record]) -> None:
        fresh = [one for one in records if _teaches(one) and (one.local_id, _is_refused(one)) not in self._learnt]
        self._learnt.update((one.local_id, _is_refused(one)) for one in fresh)
        # Only where something was refused before does a message that went teach anything.
        wanted = [one for one in fresh if _is_refused(one) or self.refused(one.account_id)]
        if wanted:
            self._spawn(self._learn(wanted), "learn how large a message may be")

    async def _learn(self, records: Sequence[Record]) -> None:
        before = dict(self._refused)
        try:
            messages = await self._records.read_all([record.local_id for record in records])
        except StorageError:
            return  # not to be read: then there is nothing to learn from it
        for message in messages:
            account_id, size = message.record.account_id, message_size(message.content)
            known = self.refused(account_id)
            if _is_refused(message.record):
                self._refused[account_id] = min(size, known or size)
            elif known and size >= known:
                del self._refused[account_id]
        if self._refused != before:
            await self._settings.keep_setting(_NAME, msgspec.json.encode(self._refused).decode())


def _teaches(record: Record) -> bool:
    return record.state in WENT_OUT or _is_refused(record)


def _is_refused(record: Record) -> bool:
    return any(_is_too_large(outcome) for outcome in (record.send_outcome, record.save_outcome))


def _is_too_large(outcome: Outcome | None) -> bool:
    return outcome is not None and outcome.words is not None and outcome.words.response_code in MESSAGE_TOO_LARGE
