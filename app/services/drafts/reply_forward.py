"""Reply, reply to all, forward, and write anew: quotation, headers, conversation.

What follows one's own message goes to its recipients. Those in Bcc stay out: an answer to all would show them.

[MS-OXOMSG] 2.2.1.3 (PidTagConversationIndex), 2.2.1.5 (PidTagConversationTopic), RFC 5322 section 3.6.4.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Final, NamedTuple
from urllib.parse import unquote

import msgspec

from app.core.background import RunInThread
from app.core.formatting import clock_time
from app.core.i18n import tr
from app.core.lazy_regex import late_pattern
from app.core.text import isolated
from app.domain.attachment import Attached, attached_message, new_key, taken_over
from app.domain.errors import BadInput, ItemRefused, MailError
from app.domain.house_style import HouseStyle
from app.domain.message import AccountId, BodyFormat, Content, Fetched, ItemRef, LocalId, Options, written_anew
from app.domain.original import Original, Verb
from app.domain.recipient import Recipient, format_recipient
from app.domain.record import Whose
from app.domain.response_codes import ITEM_GONE
from app.services.accounts.accounts import Accounts
from app.services.drafts.drafts import Drafts, Prepared
from app.services.drafts.reply_recipients import to_all, to_writer
from app.services.ports import Clock, Mailbox
from app.services.records.rows import ListRow
from app.services.text.unanswerable import unanswerable_words

_MARK: Final = "> "
_DASHES: Final = "--------"
_MOST_PEOPLE: Final = 100
_PICTURE: Final = late_pattern(r"""\bsrc=["']cid:([^"'>]+)""", re.IGNORECASE)


def quoted(text: str) -> str:
    """Return `text` with a mark before each line; what is quoted already goes one step deeper."""
    return "\n".join(f">{line}" if line.startswith(">") else f"{_MARK}{line}".rstrip() for line in text.split("\n"))


class QuoteStyle(StrEnum):
    """How what is quoted is introduced: by Outlook's block of fields, or by "On …, … wrote"."""

    OUTLOOK = "outlook"
    WROTE = "wrote"


def answer_to(
    content: Content, sent: float, writer: Recipient | None, style: QuoteStyle, base: str, *, black: bool
) -> Content:
    """Return the body of an answer: room for one's own words, then whose words follow, and these, as they were written.

    `base` is the CSS around it; `black` says that what is quoted is black where it has no colour. Pure work, for a
    thread: a newsletter takes some tens of milliseconds.
    """
    if style is QuoteStyle.OUTLOOK:
        return _under_head(content, tr("Original message"), sent, writer, base, black=black)
    who = "" if writer is None else _person(writer)
    when = _when(sent)
    if who and when:
        head = tr("On {when}, {who} wrote:", when=when, who=who)
    else:
        head = tr("{who} wrote:", who=who) if who else tr("Written before:")
    if content.body_format is BodyFormat.TEXT:
        return Content(body=f"\n\n{head}\n{quoted(content.body.rstrip())}\n")
    from app.services.html import prepare

    return Content(body=prepare.answer_to(content.body, head, base, black=black), body_format=BodyFormat.HTML)


def passed_on(content: Content, sent: float, writer: Recipient | None, base: str, *, black: bool) -> Content:
    """Return the body of a message that is passed on: room for one's own words, then its head and all of it.

    `base` and `black` are as in `answer_to`. Pure work, for a thread.
    """
    return _under_head(content, tr("Forwarded message"), sent, writer, base, black=black)


def _under_head(
    content: Content, title: str, sent: float, writer: Recipient | None, base: str, *, black: bool
) -> Content:
    """Return the body of a message that has another below it; `title` stands for the rule in plain text."""
    fields = _head(content, sent, writer)
    if content.body_format is BodyFormat.TEXT:
        head = "\n".join([f"{_DASHES} {title} {_DASHES}", *(f"{label}: {words}" for label, words in fields)])
        return Content(body=f"\n\n{head}\n\n{content.body.rstrip()}\n")
    from app.services.html import prepare

    return Content(body=prepare.under_head(content.body, fields, base, black=black), body_format=BodyFormat.HTML)


def names_picture(html: str, content_id: str) -> bool:
    """Return whether `html` shows the picture of that ContentId."""
    from html import unescape

    return bool(content_id) and content_id in {unquote(unescape(found)) for found in _PICTURE.findall(html)}


def _head(content: Content, sent: float, writer: Recipient | None) -> list[tuple[str, str]]:
    """Return the fields in Outlook's order. What others wrote in them is words, and turns nothing around them."""
    fields = (
        (tr("From"), "" if writer is None else _person(writer)),
        (tr("Sent"), _when(sent)),
        (tr("To"), _people(content.to)),
        (tr("Cc"), _people(content.cc)),
        (tr("Subject"), isolated(content.subject)),
    )
    return [(label, words) for label, words in fields if words]


def _when(sent: float) -> str:
    """Return the day with its year, and the time: it will be read in another year."""
    return clock_time(sent, 0.0)


def _person(person: Recipient) -> str:
    return isolated(format_recipient(person))


def _people(people: Sequence[Recipient]) -> str:
    more = len(people) - _MOST_PEOPLE
    return "; ".join(map(_person, people[:_MOST_PEOPLE])) + (f"; … (+{more})" if more > 0 else "")


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
_MOST_REFERENCES: Final = 200
_LONGEST_REFERENCES: Final = 16_000
"""Characters of the header: servers begin to refuse headers at 32 KB and more, for all of a message together."""
_LONGEST_ID: Final = 900


def topic_of(subject: str) -> str:
    """Return the subject without what answers and forwards put before it."""
    topic = subject.strip()
    while (found := _PREFIX.match(topic)) is not None and found.end() < len(topic):
        topic = topic[found.end() :]
    return topic


def references_of(references: str, in_reply_to: str, message_id: str) -> str:
    """Return the References of a message that follows one with these headers (RFC 5322, 3.6.4).

    It is the whole chain, each once. A chain longer than headers may be loses some after the first, which, with the
    last, holds a thread together. A parent without References is known by the one message that it answers.
    """
    chain = _ids_in(references)
    if not chain and len(_ids_in(in_reply_to)) == 1:
        chain = _ids_in(in_reply_to)
    known = list(dict.fromkeys([*chain, *_ids_in(message_id)]))
    room = _LONGEST_REFERENCES - sum(len(one) + 1 for one in known[:1])
    kept: list[str] = []
    for one in reversed(known[1:]):
        room -= len(one) + 1
        if room < 0 or len(kept) == _MOST_REFERENCES - 1:
            break
        kept.append(one)
    return " ".join([*known[:1], *reversed(kept)])


def _ids_in(header: str) -> list[str]:
    """Return the msg-ids in a header; one that no line could hold is none (RFC 5322, 2.1.1)."""
    return [one for one in header.split() if len(one) <= _LONGEST_ID]


def child_index(parent: bytes, now: float, chance: int) -> bytes:
    """Return the ConversationIndex of a message that follows the one with `parent`; b"" where `parent` is none.

    `now` is in seconds since the epoch, `chance` a number from 0 to 255. The child is five bytes: a bit for how the
    time is cut, 31 bits of the time since the header's, and eight bits that keep two children apart.
    """
    if len(parent) < _HEADER or (len(parent) - _HEADER) % _CHILD:
        return b""
    if len(parent) + _CHILD > _LONGEST_INDEX:
        parent = parent[:_HEADER]  # the conversation is named by the header
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
    """Begins messages that follow others. `quote_style` is how an answer introduces what it quotes.

    `own_addresses` returns the addresses of all mailboxes that the person writes from, in lower case.
    """

    def __init__(
        self, drafts: Drafts, mailbox: Mailbox, accounts: Accounts, clock: Clock, run_in_thread: RunInThread
    ) -> None:
        """Read the older message from `mailbox` (the watched one), and begin the new one in `drafts`."""
        self._drafts, self._mailbox, self._accounts = drafts, mailbox, accounts
        self._clock, self._run_in_thread = clock, run_in_thread
        self.quote_style = QuoteStyle.OUTLOOK
        self.outlook_heads: Callable[[AccountId], bool | None] = lambda _account_id: None
        """Whether answers of an account have Outlook's head, None where nothing is said for it."""
        self.base_for: Callable[[AccountId], str] = lambda _account_id: HouseStyle().base
        """The CSS around the body of a message that is begun in an account."""
        self.any_color: Callable[[], bool] = lambda: False
        """Whether text has a colour in any account. What is quoted is black then: the message may go on in that one."""
        self.sender_for: Callable[[AccountId, Fetched], Recipient | None] = lambda _account_id, _item: None
        """From which mailbox a message is followed: None for the account's own."""
        self.own_addresses: Callable[[], frozenset[str]] = lambda: frozenset(
            one.address.casefold() for one in accounts.all()
        )

    async def follow(self, row: ListRow, verb: Verb) -> LocalId:
        """Begin what is written after a message that the server has.

        Raises AccountError, ItemRefused, MailError and StorageError, as all below.
        """
        return await self._follow(row.account_id, await self._read(row), verb)

    async def reply(self, row: ListRow) -> LocalId:
        """Begin an answer to the writer, or to whom Reply-To names; to those in To of what one wrote oneself."""
        return await self.follow(row, Verb.REPLIED)

    async def reply_all(self, row: ListRow) -> LocalId:
        """Begin an answer to all in To and Cc, and to the list that the message came by."""
        return await self.follow(row, Verb.REPLIED_TO_ALL)

    async def follow_read(self, account_id: AccountId, item: Fetched, verb: Verb) -> LocalId:
        """Begin what follows a message that is in no mailbox here. `arrived` is to be called when all is attached."""
        return await self._follow(account_id, _Older(item, ()), verb, arriving=True)

    async def _follow(self, account_id: AccountId, older: _Older, verb: Verb, *, arriving: bool = False) -> LocalId:
        words = unanswerable_words(older.item.kind)
        if words:
            raise BadInput(words)
        make = self._forward if verb is Verb.FORWARDED else self._answer
        content = await make(account_id, older, verb)
        return await self._begin(account_id, older, content, verb, arriving=arriving)

    async def _answer(self, account_id: AccountId, older: _Older, verb: Verb) -> Content:
        item, style, base = older.item, self._style_of(account_id), self.base_for(account_id)
        writer, black = self._writer(account_id, item), self.any_color()
        body = await self._run_in_thread(lambda: answer_to(item.content, item.sent, writer, style, base, black=black))
        shown = [one for one in older.attachments if names_picture(body.body, one.content_id)]
        choose = to_writer if verb is Verb.REPLIED else to_all
        people = choose(item, self._own(account_id))
        return msgspec.structs.replace(
            body,
            to=people.to,
            cc=people.cc,
            subject=_prefixed(_REPLY, item.content.subject),
            attachments=tuple(shown),
        )

    def _style_of(self, account_id: AccountId) -> QuoteStyle:
        """Return how answers of an account introduce what they quote: as it says, else as all do."""
        heads = self.outlook_heads(account_id)
        return self.quote_style if heads is None else QuoteStyle.OUTLOOK if heads else QuoteStyle.WROTE

    async def forward(self, row: ListRow) -> LocalId:
        """Begin a message that passes this one on, with its attachments."""
        return await self.follow(row, Verb.FORWARDED)

    async def _forward(self, account_id: AccountId, older: _Older, _verb: Verb) -> Content:
        item, writer = older.item, self._writer(account_id, older.item)
        base, black = self.base_for(account_id), self.any_color()
        body = await self._run_in_thread(lambda: passed_on(item.content, item.sent, writer, base, black=black))
        subject = _prefixed(_FORWARD, item.content.subject)
        return msgspec.structs.replace(body, subject=subject, attachments=older.attachments)

    async def forward_attached(self, rows: Sequence[ListRow]) -> LocalId:
        """Begin a message that passes these on as attachments, each whole as it is. They are of one account.

        Raises MailError where one of them is not on the server, StorageError.
        """
        refs = [row.ref for row in rows if row.ref is not None]
        if not refs or len(refs) < len(rows):
            raise MailError(tr("The server has no copy of this message to attach."))
        attachments = [
            attached_message(ref.item_id, row.subject.strip() or tr("(no subject)"), new_key())
            for row, ref in zip(rows, refs, strict=True)
        ]
        subject = _prefixed(_FORWARD, rows[0].subject) if len(rows) == 1 else ""
        content = Content(subject=subject, attachments=tuple(attachments))
        originals = [Original(ref, Verb.FORWARDED) for ref in refs]
        return await self._drafts.begin(
            rows[0].account_id, content, sign=True, originals=originals, prepared=Prepared()
        )

    async def _read(self, row: ListRow) -> _Older:
        """Read the message from the server. One that went from here a moment ago may bear another name there by now."""
        if row.ref is None and row.local_id is None:
            raise MailError(tr("The server has no copy of this message to follow."))
        if row.ref is None:
            return await self._own_copy(row)
        answer = (await self._mailbox.get(row.account_id, [row.ref]))[0]
        if answer.item is not None:
            holder = answer.item.ref.item_id
            return _Older(answer.item, tuple(taken_over(one, new_key(), holder) for one in answer.item.attachments))
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

    async def _begin(
        self, account_id: AccountId, older: _Older, content: Content, verb: Verb, *, arriving: bool
    ) -> LocalId:
        item, before = older.item, older.item.content.options
        chance = random.randrange(256)  # noqa: S311 - it keeps two answers of one moment apart, and guards nothing
        options = Options(
            in_reply_to=item.message_id,
            references=references_of(before.references, before.in_reply_to, item.message_id),
            conversation_index=child_index(
                item.conversation_index or before.conversation_index, self._clock.now(), chance
            ),
            conversation_topic=item.conversation_topic or before.conversation_topic or topic_of(item.content.subject),
            sensitivity=before.sensitivity,
        )
        content = msgspec.structs.replace(content, sender=self.sender_for(account_id, item), options=options)
        originals = [Original(item.ref, verb)] if item.ref.item_id else []
        return await self._drafts.begin(
            account_id, content, like=older.like, originals=originals, prepared=Prepared(arriving=arriving)
        )

    def _own(self, account_id: AccountId) -> frozenset[str]:
        account = self._accounts.get(account_id)
        return self.own_addresses() | (frozenset() if account is None else {account.address.casefold()})

    def _writer(self, account_id: AccountId, item: Fetched) -> Recipient | None:
        if item.content.sender is not None:
            return item.content.sender
        account = self._accounts.get(account_id)
        return None if account is None else Recipient(account.address, account.display_name)


def _prefixed(prefix: str, subject: str) -> str:
    return f"{prefix}{topic_of(subject)}".strip()


def anew_of(content: Content, sent: float) -> tuple[Content, Whose]:
    """Return a message with the same words and nobody to go to, and whose words they are. Pure work, for a thread.

    Its recipients and its address for answers were chosen by the author: one key must not send the words there, in the
    name of this person. It has no place in the author's conversation, and nothing in it fetches or runs anything.
    """
    whose = Whose(content.sender, sent, content.to, content.cc)
    fresh = written_anew(content)
    options = msgspec.structs.replace(fresh.options, reply_to=())
    fresh = msgspec.structs.replace(fresh, to=(), cc=(), bcc=(), attachments=(), options=options)
    if content.body_format is BodyFormat.HTML:
        from app.services.html.foreign import clean

        fresh = msgspec.structs.replace(fresh, body=clean(content.body))
    return fresh, whose
