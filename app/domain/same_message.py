"""Compares two contents as a person would, where a server wrote one of them in its own manner.

Exchange gives text back with CRLF and perhaps a last line break, fills in display names, and may write an address in
another case. Taking that for "changed elsewhere" would be a wrong word, and taking a change for none would lose it:
so only what no person could have meant is passed over.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Final

import msgspec

from app.domain.message import RECIPIENT_FIELDS, BodyFormat, Content, Field, FlagStatus
from app.domain.recipient import Recipient
from app.domain.visible_text import plain_text


def same_message(one: Content, other: Content) -> bool:
    """Return whether the two say the same to the same people."""
    return (
        _people(one) == _people(other)
        and _subject(one) == _subject(other)
        and one.importance == other.importance
        and _body(one) == _body(other)
        and _sender(one, other)
        and _options(one) == _options(other)
    )


def seen_differences(one: Content, other: Content) -> frozenset[Field]:
    """Return in which of recipients, subject and text a reader would see the two differ.

    Of people the addresses count, and of HTML what is visible: servers write it anew in their own way.
    """
    people = zip(RECIPIENT_FIELDS, _people(one), _people(other), strict=True)
    found = {field for field, mine, theirs in people if mine != theirs}
    if _subject(one) != _subject(other):
        found.add(Field.SUBJECT)
    if _body(one) != _body(other) and visible_words(one) != visible_words(other):
        found.add(Field.BODY)
    return frozenset(found)


LONG: Final = 32_000
"""Characters of HTML beyond which reading its words may take longer than a key may wait."""
_KNOWN: Final = 6
"""Long texts whose words are remembered, of one comparison and a little more: each may be a megabyte."""


def visible_words(content: Content) -> str:
    """Return the words that a reader sees of a text, without where its lines end.

    Of long HTML that takes seconds, and is remembered: `services/html/words.py` has it read in a thread before.
    """
    if content.body_format is not BodyFormat.HTML:
        return " ".join(content.body.split())
    return _words_of_long(content.body) if len(content.body) > LONG else _words_of(content.body)


def _words_of(html: str) -> str:
    return " ".join(plain_text(html).split())


_words_of_long = lru_cache(maxsize=_KNOWN)(_words_of)


def same_but_for_markup(one: Content, other: Content) -> bool:
    """Return whether the two are the same message, as far as the HTML of their text may be written in other ways."""
    if visible_words(one) != visible_words(other):
        return False
    bare = (msgspec.structs.replace(content, body="", body_format=BodyFormat.TEXT) for content in (one, other))
    return same_message(*bare)


def fingerprint(content: Content, *, by_words: bool = False) -> str:
    """Return what is equal for two that are the same message, but for their senders (`sender_of`).

    `by_words` takes of the text the words alone, for a server that writes markup anew.
    """
    body = visible_words(content) if by_words else _body(content)
    said = (*_people(content), _subject(content), content.importance, body)
    return hashlib.sha256(msgspec.msgpack.encode((said, _options(content)))).hexdigest()


def sender_of(content: Content) -> str:
    """Return the address of From, empty where it is the account's own."""
    return "" if content.sender is None else _address(content.sender)


def _people(content: Content) -> tuple[list[str], ...]:
    return tuple([_address(r) for r in field] for field in (content.to, content.cc, content.bcc))


def _address(recipient: Recipient) -> str:
    return (recipient.address or recipient.name).strip().casefold()


def _subject(content: Content) -> str:
    return " ".join(content.subject.split())


def _body(content: Content) -> str:
    text = content.body.replace("\r\n", "\n").replace("\r", "\n")
    if content.body_format is BodyFormat.HTML:
        return " ".join(text.split())
    return text.rstrip()


def _sender(one: Content, other: Content) -> bool:
    """None is the account's own address, which a server may write out: then the two cannot be distinguished here."""
    if one.sender is None or other.sender is None:
        return True
    return _address(one.sender) == _address(other.sender)


def _options(content: Content) -> tuple[object, ...]:
    """What a person chose; times to the second, as EWS writes them. The conversation is the server's affair."""
    options, flag = content.options, content.options.follow_up
    start = flag.start or flag.due
    dates = (
        (flag.status, int(start), int(flag.due or start), int(flag.completed)) if flag.status != "NotFlagged" else ()
    )
    return (
        options.sensitivity,
        sorted(set(options.categories)),
        (flag.status, dates if flag.status is not FlagStatus.NOT_FLAGGED else ()),
        options.in_reply_to,
        options.references,
        [_address(one) for one in options.reply_to],
        (options.read_receipt, options.delivery_receipt, options.response_requested),
        sorted((header.name.casefold(), header.value) for header in options.headers),
        int(options.deferred),
        int(options.reminder),
    )
