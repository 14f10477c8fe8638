"""Compares both versions of a draft that was changed elsewhere, and offers the choice between them; compares an
earlier version of a draft with what it says now.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

import msgspec

from app.core.background import RunInThread
from app.core.formatting import clock_time
from app.core.i18n import mark, tr
from app.core.text_diff import Line, Pair, Piece, compare_texts, compare_words
from app.domain.errors import ItemRefused, MailError
from app.domain.message import BodyFormat, Content, Fetched, Importance, LocalId, Options, Sensitivity
from app.domain.recipient import Recipient, format_recipient
from app.domain.version import Version, VersionHead, brought_back
from app.domain.visible_text import plain_text
from app.services.drafts.drafts import Drafts
from app.services.ports import Mailbox
from app.services.records.records import Records

_IMPORTANCE: Final = {
    Importance.LOW: mark("Low"),
    Importance.NORMAL: mark("Normal"),
    Importance.HIGH: mark("High"),
}
_SENSITIVITY: Final = {
    Sensitivity.NORMAL: mark("Normal"),
    Sensitivity.PERSONAL: mark("Personal"),
    Sensitivity.PRIVATE: mark("Private"),
    Sensitivity.CONFIDENTIAL: mark("Confidential"),
}


class FieldPair(msgspec.Struct, frozen=True):
    """One field in which the two differ, in words."""

    title: str
    ours: Line
    theirs: Line


class Comparison(msgspec.Struct, frozen=True):
    """The two versions. `edits` is how far this machine's had come; `formatted` says that only its text is compared."""

    local_id: LocalId
    edits: int
    seen: Fetched
    changed: float
    fields: tuple[FieldPair, ...] = ()
    lines: tuple[Pair, ...] = ()
    formatted: bool = False

    @property
    def differences(self) -> int:
        """Return how many fields and lines differ."""
        return len(self.fields) + sum(1 for pair in self.lines if not pair.same)


class Difference(msgspec.Struct, frozen=True):
    """An earlier version of a draft beside what it says now. `formatted` says that only the text is compared.

    `has_attachments` says whether something is attached now, and `pictures_gone` how many pictures that the version
    shows are no longer in the message.
    """

    head: VersionHead
    version: Version
    fields: tuple[FieldPair, ...] = ()
    lines: tuple[Pair, ...] = ()
    formatted: bool = False
    has_attachments: bool = False
    pictures_gone: int = 0

    @property
    def differences(self) -> int:
        """Return how many fields and lines differ."""
        return len(self.fields) + sum(1 for pair in self.lines if not pair.same)


def difference(head: VersionHead, version: Version, now: Content) -> Difference:
    """Hold an earlier version against what the draft says now."""
    fields, lines = _held_against(brought_back(version.content, now), now)
    formatted = BodyFormat.HTML in {version.content.body_format, now.body_format}
    attached = any(not one.inline for one in now.attachments)
    gone = set(version.pictures) - {one.content_id for one in now.attachments}
    return Difference(head, version, fields, lines, formatted, attached, len(gone))


class VersionComparison:
    """Reads the two versions, and hands the choice on."""

    def __init__(self, records: Records, drafts: Drafts, mailbox: Mailbox, run_in_thread: RunInThread) -> None:
        """Read the server's version from `mailbox` (the watched one)."""
        self._records, self._drafts, self._mailbox = records, drafts, mailbox
        self._run_in_thread = run_in_thread

    async def compare(self, local_id: LocalId) -> Comparison:
        """Read both versions. Raises KeyError for none here, and AccountError, ItemRefused, MailError, StorageError."""
        message = await self._drafts.read_message(local_id)
        record = message.record
        if record.ref is None:
            raise MailError(tr("The server has no version of this message."))
        answer = (await self._mailbox.get(record.account_id, [record.ref]))[0]
        if answer.item is None:
            if answer.outcome.words is not None:
                raise ItemRefused(answer.outcome.words)
            raise MailError(tr("The server gave no answer for this message."))
        item = answer.item
        fields, lines = await self._run_in_thread(lambda: _held_against(message.content, item.content))
        formatted = BodyFormat.HTML in {message.content.body_format, item.content.body_format}
        return Comparison(record.local_id, record.edits, item, record.changed, fields, lines, formatted)

    async def keep_mine(self, comparison: Comparison) -> None:
        """Write this machine's version over the one that was seen. Raises BadInput and StorageError."""
        await self._drafts.conflicts.keep_mine(comparison.local_id, comparison.seen)
        await self._drafts.save(comparison.local_id)

    async def take_theirs(self, comparison: Comparison) -> Content:
        """Take the server's version; return what was given up, for `restore`. Raises BadInput and StorageError."""
        return await self._drafts.conflicts.take_theirs(comparison.local_id, comparison.seen, comparison.edits)

    async def restore(self, local_id: LocalId, content: Content) -> None:
        """Undo `take_theirs`: this machine's version is back, and is saved. Raises BadInput and StorageError."""
        await self._drafts.conflicts.restore(local_id, content)
        await self._drafts.save(local_id)

    async def keep_both(self, local_id: LocalId) -> LocalId:
        """Make a new draft of this machine's version; the server's stays as it is. Raises StorageError.

        Needs no server: it is saved when there is one.
        """
        return await self._drafts.keep_mine_as_new(local_id)


def _held_against(ours: Content, theirs: Content) -> tuple[tuple[FieldPair, ...], tuple[Pair, ...]]:
    fields = []
    for title, words in _FIELDS:
        mine, other = words(ours), words(theirs)
        if mine != other:
            fields.append(FieldPair(tr(title), *_of_field(mine, other)))
    return tuple(fields), compare_texts(_text(ours), _text(theirs))


def _of_field(mine: str, other: str) -> tuple[Line, Line]:
    left, right = compare_words(mine, other)
    if left is None or right is None:
        return (Piece(mine, own=True),), (Piece(other, own=True),)
    return left, right


def _text(content: Content) -> str:
    text = plain_text(content.body) if content.body_format is BodyFormat.HTML else content.body
    return text.replace("\r\n", "\n").replace("\r", "\n").rstrip()


def _people(people: Iterable[Recipient]) -> str:
    return "; ".join(one.address for one in people)


def _yes(chosen: bool) -> str:
    return tr("Yes") if chosen else tr("No")


def _options(words: Callable[[Options], str]) -> Callable[[Content], str]:
    return lambda content: words(content.options)


_FIELDS: Final[tuple[tuple[str, Callable[[Content], str]], ...]] = (
    (mark("From"), lambda content: "" if content.sender is None else format_recipient(content.sender)),
    (mark("To"), lambda content: _people(content.to)),
    (mark("Cc"), lambda content: _people(content.cc)),
    (mark("Bcc"), lambda content: _people(content.bcc)),
    (mark("Reply to"), _options(lambda options: _people(options.reply_to))),
    (mark("Subject"), lambda content: " ".join(content.subject.split())),
    (mark("Importance"), lambda content: tr(_IMPORTANCE[content.importance])),
    (mark("Sensitivity"), _options(lambda options: tr(_SENSITIVITY[options.sensitivity]))),
    (mark("Categories"), _options(lambda options: ", ".join(sorted(options.categories)))),
    (mark("Read receipt"), _options(lambda options: _yes(options.read_receipt))),
    (mark("Delivery receipt"), _options(lambda options: _yes(options.delivery_receipt))),
    (mark("Send at"), _options(lambda options: clock_time(options.deferred, 0.0))),
    (mark("Headers"), _options(lambda options: ", ".join(sorted(f"{h.name}: {h.value}" for h in options.headers)))),
)
