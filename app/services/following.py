"""Letters that follow one that was sent: an answer to all of them, or the letter passed on, in the same conversation.

What follows one's own letter goes to those it went to. Who stood in Bcc stays out: an answer to all would show them.
"""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, NamedTuple

import msgspec

from app.core.i18n import tr
from app.domain.attachment import Attached, new_key, taken_over
from app.domain.conversation import child_index, references_of, topic_of
from app.domain.errors import ItemRefused, MailError
from app.domain.message import Content, Fetched, ItemRef, LocalId, Options
from app.domain.recipient import Recipient
from app.services import quoting
from app.services.accounts import Accounts
from app.services.drafts import Drafts
from app.services.ports import Clock, Mailbox
from app.services.rows import ListRow

OffThread = Callable[[Callable[[], Content]], Awaitable[Content]]
_REPLY: Final = "RE: "
_FORWARD: Final = "FW: "
"""As Outlook writes them in every language that does not translate them; others read both."""

_GONE: Final = frozenset({"ErrorItemNotFound", "ErrorInvalidIdMalformed"})


class _Older(NamedTuple):
    """The letter that is followed, its attachments as those of a new one, and whose they are where they lie here."""

    item: Fetched
    attachments: tuple[Attached, ...]
    like: LocalId | None = None


class Following:
    """Begins letters that follow others."""

    def __init__(
        self, drafts: Drafts, mailbox: Mailbox, accounts: Accounts, clock: Clock, off_thread: OffThread
    ) -> None:
        """Read the older letter from `mailbox` (the watched one), and begin the new one in `drafts`."""
        self._drafts, self._mailbox, self._accounts = drafts, mailbox, accounts
        self._clock, self._off_thread = clock, off_thread

    async def reply_all(self, row: ListRow) -> LocalId:
        """Begin an answer to everyone in To and Cc. Raises AccountError, ItemRefused, MailError and StorageError."""
        older = await self._read(row)
        item, own = older.item, self._own(row)
        content = item.content
        to = _others(content.to, own)
        cc = _others(content.cc, [*own, *to])
        writer = self._writer(row, item)
        quoted = await self._off_thread(lambda: quoting.answer_to(item.content, item.sent, writer))
        shown = [one for one in older.attachments if quoting.names_picture(quoted.body, one.content_id)]
        content = msgspec.structs.replace(
            quoted,
            to=to,
            cc=cc,
            subject=_prefixed(_REPLY, content.subject),
            attachments=tuple(shown),
        )
        return await self._begin(row, older, content)

    async def forward(self, row: ListRow) -> LocalId:
        """Begin a letter that passes this one on. Raises AccountError, ItemRefused, MailError and StorageError."""
        older = await self._read(row)
        item, writer = older.item, self._writer(row, older.item)
        quoted = await self._off_thread(lambda: quoting.passed_on(item.content, item.sent, writer))
        subject = _prefixed(_FORWARD, item.content.subject)
        content = msgspec.structs.replace(quoted, subject=subject, attachments=older.attachments)
        return await self._begin(row, older, content)

    async def _read(self, row: ListRow) -> _Older:
        """Read the letter from the server. One that went from here a moment ago may bear another name there by now."""
        if row.ref is None and row.local_id is None:
            raise MailError(tr("The server has no copy of this message to follow."))
        if row.ref is None:
            return await self._own_copy(row)
        answer = (await self._mailbox.get(row.account_id, [row.ref]))[0]
        if answer.item is not None:
            return _Older(answer.item, tuple(taken_over(one, new_key()) for one in answer.item.attachments))
        if answer.outcome.code in _GONE and row.local_id is not None:
            return await self._own_copy(row)
        if answer.outcome.words is not None:
            raise ItemRefused(answer.outcome.words)
        raise MailError(tr("The server gave no answer for this message."))

    async def _own_copy(self, row: ListRow) -> _Older:
        """Return the letter as this machine has it."""
        letter = await self._drafts.read(row.local_id or LocalId(""))
        record = letter.record
        item = Fetched(
            row.ref or ItemRef("", ""),
            letter.content,
            message_id=record.message_id,
            is_draft=False,
            sent=record.state_at or row.when,
        )
        return _Older(item, letter.content.attachments, record.local_id)

    async def _begin(self, row: ListRow, older: _Older, content: Content) -> LocalId:
        item, before = older.item, older.item.content.options
        chance = random.randrange(256)  # noqa: S311 - it keeps two answers of one moment apart, and guards nothing
        options = Options(
            in_reply_to=item.message_id,
            references=references_of(before.references or before.in_reply_to, item.message_id),
            conversation_index=child_index(
                item.conversation_index or before.conversation_index, self._clock.now(), chance
            ),
            conversation_topic=item.conversation_topic or before.conversation_topic or topic_of(item.content.subject),
            sensitivity=before.sensitivity,
        )
        content = msgspec.structs.replace(content, options=options)
        return await self._drafts.begin(row.account_id, content, like=older.like)

    def _own(self, row: ListRow) -> list[Recipient]:
        account = self._accounts.get(row.account_id)
        return [] if account is None else [Recipient(account.address)]

    def _writer(self, row: ListRow, item: Fetched) -> Recipient | None:
        if item.content.sender is not None:
            return item.content.sender
        account = self._accounts.get(row.account_id)
        return None if account is None else Recipient(account.address, account.display_name)


def _prefixed(prefix: str, subject: str) -> str:
    return f"{prefix}{topic_of(subject)}".strip()


def _others(people: Sequence[Recipient], known: Sequence[Recipient]) -> tuple[Recipient, ...]:
    """Return each of `people` once who is not `known`; oneself alone stays, or nobody would be left to write to."""
    seen = {one.address.casefold() for one in known}
    others = []
    for one in people:
        if one.address.casefold() not in seen:
            seen.add(one.address.casefold())
            others.append(one)
    return tuple(others) if others or len(people) != 1 else tuple(people[:1])
