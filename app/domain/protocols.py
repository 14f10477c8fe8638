"""What one protocol can do with a message and the other cannot. Data, read before anything is sent.

What stands here is refused in words at the field, with the reason, and is never dropped in silence.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from app.core.formatting import size_words
from app.core.i18n import tr
from app.domain.account import BackendKind
from app.domain.message import Content, Field
from app.domain.record import CopyKind, CopyTo

MOST_HEADERS: Final = 5
"""Custom headers that Graph takes with a message."""


class Protocol(msgspec.Struct, frozen=True):
    """What a protocol can do. 0 and "" are "no limit".

    `header_prefix` begins the name of each custom header, of which there may be `most_headers`. `most_recipients`
    counts all of a message. `copies` are the places that the copy of a sent message may go to. `server_says` are fields
    that the server alone writes. `largest_copyless` is how many bytes of attachments a message may have that is sent
    without a copy. `taken_for` is how many seconds a message that the server took may stay unseen in Sent, before it is
    said that nobody knows. `settles_in` is how many seconds a draft has to stay, before a fence and after it, until it
    proves something: the server may be sending it. `sends_by_name`: a send names no version, so that another version
    fences nothing. `moves_between_mailboxes`: a message can be moved to another's mailbox. `tells_of_changes`: the
    server tells of changes by itself. `rewrites_text`: a text comes back as HTML, and HTML in the server's own words.
    """

    header_prefix: str = ""
    most_headers: int = 0
    most_recipients: int = 0
    copies: frozenset[CopyKind] = frozenset(CopyKind)
    server_says: frozenset[Field] = frozenset()
    largest_copyless: int = 0
    taken_for: float = 0.0
    settles_in: float = 0.0
    sends_by_name: bool = False
    moves_between_mailboxes: bool = True
    tells_of_changes: bool = True
    rewrites_text: bool = False


PROTOCOLS: Final = {
    BackendKind.EWS: Protocol(),
    BackendKind.GRAPH: Protocol(
        header_prefix="x-",
        most_headers=MOST_HEADERS,
        most_recipients=500,
        copies=frozenset(CopyKind) - {CopyKind.FOLDER},
        server_says=frozenset({Field.SUBMITTER}),
        largest_copyless=2_500_000,
        taken_for=3600.0,
        settles_in=120.0,
        sends_by_name=True,
        moves_between_mailboxes=False,
        tells_of_changes=False,
        rewrites_text=True,
    ),
}


class Missing(msgspec.Struct, frozen=True):
    """Something that an account's protocol cannot carry: at which field, and why, in a sentence."""

    field: Field | None
    sentence: str


def missing(content: Content, copy_to: CopyTo, kind: BackendKind) -> list[Missing]:
    """Return what a message asks for and its account's protocol cannot do, in the order of the fields."""
    return list(_missing(content, copy_to, PROTOCOLS[kind]))


def field_problem(content: Content, field: Field, kind: BackendKind) -> str | None:
    """Return why the protocol cannot carry what `field` says, None where it can."""
    found = (one for one in _missing(content, CopyTo(), PROTOCOLS[kind]) if one.field is field)
    return next((one.sentence for one in found), None)


def copy_problem(copy_to: CopyTo, kind: BackendKind) -> str | None:
    """Return why the copy of a sent message cannot go where it is to go, None where it can."""
    return None if copy_to.kind in PROTOCOLS[kind].copies else _no_such_copy()


def _no_such_copy() -> str:
    return tr("This server files the copy in Sent Items, or keeps none. It can't file it in another folder.")


def _missing(content: Content, copy_to: CopyTo, protocol: Protocol) -> Iterator[Missing]:
    count, most = len(content.recipients()), protocol.most_recipients
    if most and count > most:
        words = tr("This server sends to {most} recipients at most; there are {count}.", most=most, count=count)
        yield Missing(Field.TO, words)
    headers = content.options.headers
    strange = [one.name for one in headers if not one.name.casefold().startswith(protocol.header_prefix)]
    if strange:
        words = tr("This server takes headers whose names begin with “x-” alone, and not “{name}”.", name=strange[0])
        yield Missing(Field.HEADERS, words)
    if protocol.most_headers and len(headers) > protocol.most_headers:
        words = tr("This server takes {most} headers at most.", most=protocol.most_headers)
        yield Missing(Field.HEADERS, words)
    for field in sorted(protocol.server_says):
        if content.value(field):
            yield Missing(field, tr("This server says itself who sent the message. It can't be set."))
    if copy_to.kind not in protocol.copies:
        yield Missing(None, _no_such_copy())
    if copy_to.kind is CopyKind.NONE and protocol.largest_copyless:
        yield from _missing_without_copy(content, protocol)


def _missing_without_copy(content: Content, protocol: Protocol) -> Iterator[Missing]:
    """Say what cannot go with a message that is sent at once, as one without a copy is."""
    options = content.options
    size = sum(one.size for one in content.attachments)
    if size > protocol.largest_copyless:
        most = size_words(protocol.largest_copyless)
        words = tr("Without a copy, this server sends attachments of {most} at most. Keep a copy.", most=most)
        yield Missing(None, words)
    if options.deferred:
        yield Missing(Field.DEFERRED, tr("Without a copy, this server sends at once. Keep a copy to send later."))
