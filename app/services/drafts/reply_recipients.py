"""Whom an answer goes to: by Reply-To (RFC 5322, 3.6.2), by List-Post (RFC 2369, 3.4), and never to oneself.

What was received names its writer; of what one wrote oneself, those it went to are meant. No address stands twice.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Final, NamedTuple

from app.core.lazy_regex import late_pattern
from app.domain.mailto import read_mailto
from app.domain.message import Fetched, Header
from app.domain.recipient import Recipient, address_problem

_POST: Final = late_pattern(r"<\s*(mailto:[^<>\s]{1,2000})\s*>")


class ReplyRecipients(NamedTuple):
    """To and Cc of an answer."""

    to: tuple[Recipient, ...] = ()
    cc: tuple[Recipient, ...] = ()


def to_writer(item: Fetched, own: Collection[str]) -> ReplyRecipients:
    """Return whom an answer to the writer goes to. `own` are one's own addresses, in lower case."""
    if _is_own(item, own):
        return ReplyRecipients(_others(item.content.to, own) or item.content.to[:1])
    return ReplyRecipients(_others(_answered(item), ()))


def to_all(item: Fetched, own: Collection[str]) -> ReplyRecipients:
    """Return whom an answer to all goes to: who is to be answered, the list it came by, and all others it went to."""
    content, mine = item.content, {*own, *_received_as(item)}
    wanted = [*([] if _is_own(item, own) else [*_answered(item), *list_of(item.headers)]), *content.to]
    to = _others(wanted, mine)
    cc = _others(content.cc, {*mine, *(one.address.casefold() for one in to)})
    # A message to oneself alone is answered to oneself: there would be nobody else.
    return ReplyRecipients(to or (() if cc else _others(wanted, ())[:1]), cc)


def list_of(headers: Sequence[Header]) -> list[Recipient]:
    """Return the list that a message came by, as its List-Post names it; none where it takes no answers (NO)."""
    for header in headers:
        if header.name.casefold() == "list-post" and (found := _POST.search(header.value)) is not None:
            return [one for one in read_mailto(found[1]).content.to if address_problem(one.address) is None][:1]
    return []


def _is_own(item: Fetched, own: Collection[str]) -> bool:
    sender = item.content.sender
    return sender is None or sender.address.casefold() in own


def _answered(item: Fetched) -> Sequence[Recipient]:
    wanted = [one for one in item.content.options.reply_to if one.address]
    return wanted or ([] if item.content.sender is None else [item.content.sender])


def _received_as(item: Fetched) -> Iterable[str]:
    """Return the addresses under which the server says that the mailbox received it: an alias is among them."""
    for one in (item.received_by, item.received_representing):
        if one is not None and one.address:
            yield one.address.casefold()


def _others(people: Iterable[Recipient], known: Collection[str]) -> tuple[Recipient, ...]:
    """Return each of `people` once who is not `known`."""
    seen = set(known)
    others = []
    for one in people:
        key = (one.address or one.name).casefold()
        if key not in seen:
            seen.add(key)
            others.append(one)
    return tuple(others)
