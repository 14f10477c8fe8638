"""What a person changed, as deltas: the journal keeps these, not copies of the message.

Positions and lengths count UTF-16 units, as Qt's documents do, so that a delta needs no look at the text before it.
`Replica` replays them. Text never holds a lone surrogate: it is made U+FFFD where it comes in, one unit for one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

import msgspec

from app.core.text import mend_surrogates, utf16_length
from app.domain.attachment import Attached
from app.domain.message import OPTION_FIELDS, BodyFormat, Content, Field, Importance, Options
from app.domain.recipient import Recipient

_UNIT = 2
_TEXT_FIELDS = (Field.SUBJECT, Field.BODY)
_WIDEST_STEP = 4096
"""Characters that two texts are compared by at once, while they are the same."""


class TextSplice(msgspec.Struct, frozen=True, tag="text"):
    """At `position` of subject or body, `removed` units went and `added` came."""

    field: Field
    position: int
    removed: int
    added: str


class RecipientSplice(msgspec.Struct, frozen=True, tag="recipients"):
    """At `index` of To, Cc or Bcc, `removed` recipients went and `added` came."""

    field: Field
    index: int
    removed: int
    added: tuple[Recipient, ...]


class Pending(msgspec.Struct, frozen=True, tag="pending"):
    """Words that stand in a recipients field and are not a recipient yet."""

    field: Field
    text: str


class ImportanceSet(msgspec.Struct, frozen=True, tag="importance"):
    """The importance was chosen."""

    value: Importance


class SenderSet(msgspec.Struct, frozen=True, tag="sender"):
    """The mailbox to send from was chosen; None is the account's own."""

    value: Recipient | None


class BodyReplaced(msgspec.Struct, frozen=True, tag="body"):
    """The whole body was exchanged, with its format (a conversion, a template)."""

    text: str
    body_format: BodyFormat


class OptionSet(msgspec.Struct, frozen=True, tag="option"):
    """One field of Content.options was chosen: that of `options` counts, whatever else stands there."""

    field: Field
    options: Options


class AttachmentSet(msgspec.Struct, frozen=True, tag="attachment"):
    """Something was attached, or what has the same key was changed. `place` is where among the others, -1 for last.

    With `if_there` it changes what has its key, and is nothing where that has gone meanwhile. With `instead` it takes
    the place of the one with that key, in one edit, so that there is no moment with both or with none.
    """

    attached: Attached
    place: int = -1
    if_there: bool = False
    instead: str = ""


class AttachmentGone(msgspec.Struct, frozen=True, tag="attachment-gone"):
    """An attachment was taken away."""

    key: str


class Unfilled(msgspec.Struct, frozen=True, tag="unfilled"):
    """A template or a signature came in with these placeholders as they are written ("{amount}"), braces and all.

    Without any: the person has seen those that still stand, and sends them as they are.
    """

    placeholders: tuple[str, ...] = ()


AttachmentEdit = AttachmentSet | AttachmentGone
Edit = (
    TextSplice
    | RecipientSplice
    | Pending
    | ImportanceSet
    | SenderSet
    | BodyReplaced
    | OptionSet
    | Unfilled
    | AttachmentEdit
)


def splice_between(field: Field, before: str, after: str, place: int = 0) -> TextSplice | None:
    """Return the one splice that makes `after` of `before`, which begins at `place`; None where they are the same."""
    if before == after:
        return None
    start, limit = 0, min(len(before), len(after))
    step = _WIDEST_STEP
    while step:
        while start + step <= limit and before[start : start + step] == after[start : start + step]:
            start += step
        step //= 8
    end, limit = 0, limit - start
    step = _WIDEST_STEP
    while step:
        while end + step <= limit and _tail(before, end, step) == _tail(after, end, step):
            end += step
        step //= 8
    removed = before[start : len(before) - end]
    added = after[start : len(after) - end]
    return TextSplice(field, place + utf16_length(before[:start]), utf16_length(removed), added)


def _tail(text: str, end: int, step: int) -> str:
    return text[len(text) - end - step : len(text) - end]


class Replica:
    """A message as it stands after all edits so far. Applying one costs a memory move, whatever the length."""

    def __init__(self, content: Content, pending: dict[Field, str] | None = None, unfilled: Sequence[str] = ()) -> None:
        """Start from `content`, which is kept as it is."""
        self._base = content
        self._texts = {
            Field.SUBJECT: bytearray(mend_surrogates(content.subject).encode("utf-16-le")),
            Field.BODY: bytearray(mend_surrogates(content.body).encode("utf-16-le")),
        }
        self._recipients = {Field.TO: list(content.to), Field.CC: list(content.cc), Field.BCC: list(content.bcc)}
        self._importance = content.importance
        self._sender = content.sender
        self._format = content.body_format
        self._options = content.options
        self._attachments = list(content.attachments)
        self.pending: dict[Field, str] = dict(pending or {})
        self.unfilled: tuple[str, ...] = tuple(unfilled)

    def size(self) -> int:
        """Return about how many bytes its texts take in memory: as they stand, and as they began."""
        return sum(map(len, self._texts.values())) + len(self._base.body)

    def apply(self, edit: Edit) -> None:
        """Make `edit`. Positions beyond the end are brought back to it, so that no journal is unreadable."""
        match edit:
            case TextSplice():
                text = self._texts[edit.field]
                start = min(edit.position * _UNIT, len(text))
                text[start : start + edit.removed * _UNIT] = mend_surrogates(edit.added).encode("utf-16-le")
            case RecipientSplice():
                self._recipients[edit.field][edit.index : edit.index + edit.removed] = edit.added
            case Pending():
                self.pending[edit.field] = mend_surrogates(edit.text)
            case ImportanceSet():
                self._importance = edit.value
            case SenderSet():
                self._sender = edit.value
            case BodyReplaced():
                self._texts[Field.BODY] = bytearray(mend_surrogates(edit.text).encode("utf-16-le"))
                self._format = edit.body_format
            case OptionSet():
                self._set_option(edit)
            case AttachmentSet() | AttachmentGone():
                self._attachments = with_edit(self._attachments, edit)
            case Unfilled():
                self.unfilled = with_unfilled(self.unfilled, edit)
            case _:
                assert_never(edit)

    def _set_option(self, edit: OptionSet) -> None:
        if edit.field in OPTION_FIELDS:
            value = getattr(edit.options, edit.field.value)
            self._options = msgspec.structs.replace(self._options, **{edit.field.value: value})

    @property
    def attachments(self) -> Sequence[Attached]:
        """Return what is attached, not copied: to be read at once."""
        return self._attachments

    @property
    def options(self) -> Options:
        """Return what was chosen beside text and people."""
        return self._options

    @property
    def importance(self) -> Importance:
        """Return the importance as it stands."""
        return self._importance

    @property
    def sender(self) -> Recipient | None:
        """Return the mailbox to send from, None for the account's own."""
        return self._sender

    @property
    def body_format(self) -> BodyFormat:
        """Return how the body is written."""
        return self._format

    def recipients(self, field: Field) -> Sequence[Recipient]:
        """Return To, Cc or Bcc as it stands, not copied: to be read at once."""
        return self._recipients[field]

    def units(self, field: Field) -> int:
        """Return how long subject or body is, in UTF-16 units."""
        return len(self._texts[field]) // _UNIT

    def opening(self, field: Field, units: int) -> str:
        """Return the first `units` of subject or body, without a cost for the rest."""
        return self._texts[field][: units * _UNIT].decode("utf-16-le", "replace")

    def is_whole(self) -> bool:
        """Return whether no pair is split just now, so that `content` says all that later edits stand on."""
        try:
            for text in self._texts.values():
                text.decode("utf-16-le")
        except UnicodeDecodeError:
            return False
        return True

    def content(self) -> Content:
        """Return the message as plain data; a pair split by an edit reads as U+FFFD until it is whole again."""
        return Content(
            sender=self._sender,
            to=tuple(self._recipients[Field.TO]),
            cc=tuple(self._recipients[Field.CC]),
            bcc=tuple(self._recipients[Field.BCC]),
            subject=self._texts[Field.SUBJECT].decode("utf-16-le", "replace"),
            body=self._texts[Field.BODY].decode("utf-16-le", "replace"),
            body_format=self._format,
            importance=self._importance,
            options=self._options,
            attachments=tuple(self._attachments),
        )


def with_unfilled(before: Sequence[str], edit: Unfilled) -> tuple[str, ...]:
    """Return the placeholders of templates in a message after `edit`, each once."""
    if not edit.placeholders:
        return ()
    return tuple(dict.fromkeys((*before, *edit.placeholders)))


def with_edit(attachments: Sequence[Attached], edit: AttachmentEdit) -> list[Attached]:
    """Return `attachments` after `edit`. Keys and not places are meant: several hands may edit side by side."""
    if isinstance(edit, AttachmentGone):
        return [one for one in attachments if one.key != edit.key]
    after = list(attachments)
    known = next((place for place, one in enumerate(after) if one.key in {edit.attached.key, edit.instead}), None)
    if known is not None:
        after[known] = edit.attached
    elif edit.if_there:
        return after
    elif 0 <= edit.place < len(after):
        after.insert(edit.place, edit.attached)
    else:
        after.append(edit.attached)
    return after
