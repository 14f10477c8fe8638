"""Tells whether two contents are the same letter to a person, though a server wrote one of them in its own manner.

Exchange gives text back with CRLF and perhaps a last line break, fills in display names, and may write an address in
another case. Taking that for "changed elsewhere" would be a wrong word, and taking a change for none would lose it:
so only what no person could have meant is passed over.
"""

from __future__ import annotations

from app.domain.message import BodyFormat, Content
from app.domain.recipient import Recipient


def same_letter(one: Content, other: Content) -> bool:
    """Tell whether the two say the same to the same people."""
    return (
        _people(one) == _people(other)
        and _subject(one) == _subject(other)
        and one.importance == other.importance
        and _body(one) == _body(other)
        and _sender(one, other)
    )


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
    """None is the account's own address, which a server may write out: then the two cannot be told apart here."""
    if one.sender is None or other.sender is None:
        return True
    return _address(one.sender) == _address(other.sender)
