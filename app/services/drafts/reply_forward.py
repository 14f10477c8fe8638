"""Reply to all and forward: recipients, quotation, headers.

What follows one's own message goes to its recipients. Those in Bcc stay out: an answer to all would show them.

[MS-OXOMSG] 2.2.1.3 (PidTagConversationIndex), 2.2.1.5 (PidTagConversationTopic), RFC 5322 section 3.6.4.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple
from urllib.parse import unquote

import msgspec

from app.core.background import RunInThread
from app.core.formatting import clock_time
from app.core.i18n import tr
from app.core.lazy_regex import late_pattern
from app.domain.attachment import Attached, new_key, taken_over
from app.domain.errors import ItemRefused, MailError
from app.domain.message import BodyFormat, Content, Fetched, ItemRef, LocalId, Options
from app.domain.recipient import Recipient, format_recipient
from app.domain.response_codes import ITEM_GONE
from app.services.accounts.accounts import Accounts
from app.services.drafts.drafts import Drafts
from app.services.ports import Clock, Mailbox
from app.services.records.rows import ListRow

_MARK: Final = "> "
_BEGINS: Final = "-------- "
_MOST_PEOPLE: Final = 100
_PICTURE: Final = late_pattern(r"""\bsrc=["']cid:([^"'>]+)""", re.IGNORECASE)


def quoted(text: str) -> str:
    """Return `text` with a mark before each line; what is quoted already goes one step deeper."""
    return "\n".join(f">{line}" if line.startswith(">") else f"{_MARK}{line}".rstrip() for line in text.split("\n"))


def answer_to(content: Content, sent: float, writer: Recipient | None) -> Content:
    """Return the body of an answer: room for one's own words, then who wrote what and when; as formatted as `content`.

    Pure work, for a thread: a newsletter takes some tens of milliseconds.
    """
    who = "" if writer is None else format_recipient(writer)
    when = _when(sent)
    if who and when:
        head = tr("On {when}, {who} wrote:", when=when, who=who)
    else:
        head = tr("{who} wrote:", who=who) if who else tr("Written before:")
    if content.body_format is BodyFormat.TEXT:
        return Content(body=f"\n\n{head}\n{quoted(content.body.rstrip())}\n")
    from app.services.html import prepare

    return Content(body=prepare.answer_to(content.body, head), body_format=BodyFormat.HTML)


def passed_on(content: Content, sent: float, writer: Recipient | None) -> Content:
    """Return the body of a message that is passed on: room for one's own words, then its head and all of it.

    Pure work, for a thread.
    """
    if content.body_format is BodyFormat.TEXT:
        fields = [f"{label}: {words}" for label, words in _head(content, sent, writer)]
        head = "\n".join([f"{_BEGINS}{tr('Forwarded message')} --------", *fields])
        return Content(body=f"\n\n{head}\n\n{content.body.rstrip()}\n")
    from app.services.html import prepare

    body = prepare.passed_on(content.body, tr("Forwarded message"), _head(content, sent, writer))
    return Content(body=body, body_format=BodyFormat.HTML)


def names_picture(html: str, content_id: str) -> bool:
    """Return whether `html` shows the picture of that ContentId."""
    from html import unescape

    return bool(content_id) and content_id in {unquote(unescape(found)) for found in _PICTURE.findall(html)}


def _head(content: Content, sent: float, writer: Recipient | None) -> list[tuple[str, str]]:
    fields = (
        (tr("From"), "" if writer is None else format_recipient(writer)),
        (tr("Date"), _when(sent)),
        (tr("Subject"), content.subject),
        (tr("To"), _people(content.to)),
        (tr("Cc"), _people(content.cc)),
    )
    return [(label, words) for label, words in fields if words]


def _when(sent: float) -> str:
    """Return the day with its year, and the time: it will be read in another year."""
    return clock_time(sent, 0.0)


def _people(people: Iterable[Recipient]) -> str:
    written = [format_recipient(one) for one in people]
    more = len(written) - _MOST_PEOPLE
    return "; ".join(written[:_MOST_PEOPLE]) + (f"; … (+{more})" if more > 0 else "")


_PREFIX: Final = late_pattern(
    r"\s*+(?:re|aw|sv|vs|antw|fw|fwd|wg|tr|rv|i|r|vb|doorst)\s*+(?:\[\d{1,3}\]\s*+)?:\s*+", re.IGNORECASE
)
"""What programs of many languages put before the subject of an answer or a message passed on."""
_HEADER: Final = 22
"""Bytes of a ConversationIndex before its first child."""
_CHILD: Final = 5
_TICKS: Final = 10_000_000
_TO_1601: Final = 11_644_473_600
"""Seconds from the beginning of FILETIME to that of Unix."""
_LONGEST_INDEX: Final = 22 + 5 * 100
_MOST_REFERENCES: Final = 20


def topic_of(subject: str) -> str:
    """Return the subject without what answers and forwards put before it."""
    topic = subject.strip()
    while (found := _PREFIX.match(topic)) is not None and found.end() < len(topic):
        topic = topic[found.end() :]
    return topic


def references_of(references: str, message_id: str) -> str:
    """Return the References of a message that follows one with `references` and `message_id`, at most 20 of them.

    Where there are more, the first and the last stay: they hold a thread together.
    """
    known = list(dict.fromkeys([*references.split(), *([message_id] if message_id else [])]))
    if len(known) > _MOST_REFERENCES:
        known = [known[0], *known[1 - _MOST_REFERENCES :]]
    return " ".join(known)


def child_index(parent: bytes, now: float, chance: int) -> bytes:
    """Return the ConversationIndex of a message that follows the one with `parent`; b"" where `parent` is none.

    `now` is in seconds since the epoch, `chance` a number from 0 to 255. The child is five bytes: a bit for how the
    time is cut, 31 bits of the time since the header's, and eight bits that keep two children apart.
    """
    if len(parent) < _HEADER or (len(parent) - _HEADER) % _CHILD or len(parent) + _CHILD > _LONGEST_INDEX:
        return b""
    began = int.from_bytes(parent[:6], "big") << 16
    since = max(0, int((now + _TO_1601) * _TICKS) - began)
    long_ago = since >> 49 != 0
    delta = (since >> (23 if long_ago else 18)) & 0x7FFFFFFF
    return parent + ((int(long_ago) << 31) | delta).to_bytes(4, "big") + bytes([chance & 0xFF])


_REPLY: Final = "RE: "
_FORWARD: Final = "FW: "
"""As Outlook writes them in every language that does not translate them; others read both."""


class _Older(NamedTuple):
    """The message that is followed, its attachments as those of a new one, and whose they are where they lie here."""

    item: Fetched
    attachments: tuple[Attached, ...]
    like: LocalId | None = None


class ReplyForward:
    """Begins messages that follow others."""

    def __init__(
        self, drafts: Drafts, mailbox: Mailbox, accounts: Accounts, clock: Clock, run_in_thread: RunInThread
    ) -> None:
        """Read the older message from `mailbox` (the watched one), and begin the new one in `drafts`."""
        self._drafts, self._mailbox, self._accounts = drafts, mailbox, accounts
        self._clock, self._run_in_thread = clock, run_in_thread

    async def reply_all(self, row: ListRow) -> LocalId:
        """Begin an answer to all in To and Cc. Raises AccountError, ItemRefused, MailError and StorageError."""
        older = await self._read(row)
        item, own = older.item, self._own(row)
        content = item.content
        to = _others(content.to, own)
        cc = _others(content.cc, [*own, *to])
        writer = self._writer(row, item)
        quoted = await self._run_in_thread(lambda: answer_to(item.content, item.sent, writer))
        shown = [one for one in older.attachments if names_picture(quoted.body, one.content_id)]
        content = msgspec.structs.replace(
            quoted,
            to=to,
            cc=cc,
            subject=_prefixed(_REPLY, content.subject),
            attachments=tuple(shown),
        )
        return await self._begin(row, older, content)

    async def forward(self, row: ListRow) -> LocalId:
        """Begin a message that passes this one on. Raises AccountError, ItemRefused, MailError and StorageError."""
        older = await self._read(row)
        item, writer = older.item, self._writer(row, older.item)
        quoted = await self._run_in_thread(lambda: passed_on(item.content, item.sent, writer))
        subject = _prefixed(_FORWARD, item.content.subject)
        content = msgspec.structs.replace(quoted, subject=subject, attachments=older.attachments)
        return await self._begin(row, older, content)

    async def _read(self, row: ListRow) -> _Older:
        """Read the message from the server. One that went from here a moment ago may bear another name there by now."""
        if row.ref is None and row.local_id is None:
            raise MailError(tr("The server has no copy of this message to follow."))
        if row.ref is None:
            return await self._own_copy(row)
        answer = (await self._mailbox.get(row.account_id, [row.ref]))[0]
        if answer.item is not None:
            return _Older(answer.item, tuple(taken_over(one, new_key()) for one in answer.item.attachments))
        if answer.outcome.code in ITEM_GONE and row.local_id is not None:
            return await self._own_copy(row)
        if answer.outcome.words is not None:
            raise ItemRefused(answer.outcome.words)
        raise MailError(tr("The server gave no answer for this message."))

    async def _own_copy(self, row: ListRow) -> _Older:
        """Return the message as this machine has it."""
        message = await self._drafts.read_message(row.local_id or LocalId(""))
        record = message.record
        item = Fetched(
            row.ref or ItemRef("", ""),
            message.content,
            message_id=record.message_id,
            is_draft=False,
            sent=record.state_at or row.when,
        )
        return _Older(item, message.content.attachments, record.local_id)

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
    """Return each of `people` once who is not `known`; oneself alone stays, or no recipient would be left."""
    seen = {one.address.casefold() for one in known}
    others = []
    for one in people:
        if one.address.casefold() not in seen:
            seen.add(one.address.casefold())
            others.append(one)
    return tuple(others) if others or len(people) != 1 else tuple(people[:1])
