"""What is worth a second look in the recipients of a letter that could go as it is. Nothing here keeps it back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from app.core.i18n import ntr, tr
from app.domain.message import RECIPIENT_FIELDS, Content, Field
from app.domain.people import MailTips, key_of
from app.domain.problem import Finding, ProblemKind
from app.domain.recipient import Recipient, recipient_problem
from app.services.notes import is_external, size_words
from app.services.preflight_addresses import doubt, is_provider
from app.services.preflight_size import Limit, letter_size

MANY: Final = 30
"""So many receive a letter before it is asked whether all are meant, unless the person chose another number."""
_NAMED: Final = 3
_MOST: Final = 4
"""So many doubtful addresses are named one by one."""
_DOUBTED: Final = 1_000
"""So many recipients are looked at for doubts: who writes to more has not typed them."""


class Around(NamedTuple):
    """What is known around a letter. `many` is a number of people, 0 for "never ask"."""

    own_domains: frozenset[str] = frozenset()
    is_known: Callable[[Recipient], bool] = lambda _recipient: False
    """Tells whether somebody was written to before."""
    written_domains: Mapping[str, int] = {}
    tips: Callable[[Recipient], MailTips | None] = lambda _recipient: None
    many: int = MANY
    ask_for_strangers: bool = True
    """Whether to ask where somebody outside is written to for the first time."""
    limit: Limit = Limit()


def look_at_people(content: Content, around: Around) -> list[Finding]:
    """Return what was found, the gravest first."""
    people = [(field, one) for field in RECIPIENT_FIELDS for one in getattr(content, field.value)]
    people = [(field, one) for field, one in people if recipient_problem(one) is None]
    doubted = list(_doubts(people, around))
    named = {finding.value for finding in doubted}
    return [
        *doubted[:_MOST],
        *_undeliverable(people, content, around),
        *_strangers([(field, one) for field, one in people if one.address not in named], around),
        *_twice(people),
        *_many(people, around),
    ]


_People = list[tuple[Field, Recipient]]


def _doubts(people: _People, around: Around) -> Iterator[Finding]:
    seen: set[str] = set()
    for field, one in people[:_DOUBTED]:
        local, _, domain = one.address.rpartition("@")
        if one.routing != "SMTP" or key_of(one) in seen or around.is_known(one):
            continue
        seen.add(key_of(one))
        found = doubt(domain, around.own_domains, around.written_domains)
        if found is None:
            continue
        if found.slipped:
            sentence = tr("“{address}”: did you mean {domain}?", address=one.address, domain=found.meant)
        elif found.meant:
            sentence = tr(
                "“{address}” only looks like an address at {domain}.", address=one.address, domain=found.meant
            )
        else:
            sentence = tr("“{address}” mixes letters of several alphabets.", address=one.address)
        kind = ProblemKind.ADDRESS_SLIPPED if found.slipped else ProblemKind.ADDRESS_LOOKS_LIKE
        fix = f"{local}@{found.meant}" if found.meant else ""
        yield Finding(kind, field, False, sentence, one.address, fix)


def _undeliverable(people: _People, content: Content, around: Around) -> Iterator[Finding]:
    """Say who will not get it: what stood on the chip all the time, once more before it is too late."""
    size = letter_size(content)
    told: set[str] = set()
    for field, one in people:
        tips = around.tips(one)
        if tips is None or key_of(one) in told:
            continue
        name = _named(one)
        if tips.invalid:
            sentence = tr("Your server does not know “{name}”.", name=name)
        elif tips.restricted:
            sentence = tr("You may not write to “{name}”.", name=name)
        elif tips.mailbox_full:
            sentence = tr("The mailbox of “{name}” is full.", name=name)
        elif tips.max_message_size and tips.max_message_size < size:
            limit = size_words(tips.max_message_size)
            sentence = tr(
                "“{name}” takes messages up to {limit}; this one has {size}.",
                name=name,
                limit=limit,
                size=size_words(size),
            )
        else:
            continue
        told.add(key_of(one))
        yield Finding(ProblemKind.NOT_DELIVERED, field, False, sentence, one.address)


def _strangers(people: _People, around: Around) -> list[Finding]:
    """Name those outside one's own organisation who were never written to. At a provider's, nobody has an outside."""
    own = {one for one in around.own_domains if not is_provider(one)}
    if not around.ask_for_strangers or not own:
        return []
    new = [(field, one) for field, one in people if is_external(one, own) and not around.is_known(one)]
    once: dict[str, tuple[Field, Recipient]] = {}
    for field, one in new:
        once.setdefault(key_of(one), (field, one))
    found = list(once.values())
    if not found:
        return []
    field, first = found[0]
    names = _names(one for _, one in found)
    sentence = tr("First message to {names} (outside your organisation).", names=names)
    return [Finding(ProblemKind.EXTERNAL, field, False, sentence, first.address)]


def _twice(people: _People) -> Iterator[Finding]:
    seen: dict[str, Field] = {}
    told: set[str] = set()
    for field, one in people:
        key = key_of(one)
        if key in seen and key not in told and len(told) < _MOST:
            told.add(key)
            sentence = tr("“{name}” is among the recipients twice.", name=_named(one))
            yield Finding(ProblemKind.TWICE, field, False, sentence, one.address)
        seen.setdefault(key, field)


def _many(people: _People, around: Around) -> list[Finding]:
    count = 0
    for one in {key_of(one): one for _, one in people}.values():
        tips = around.tips(one)
        count += 1 if tips is None or tips.members is None else tips.members
    if not around.many or count < around.many or not people:
        return []
    sentence = ntr("This goes to {n} person.", "This goes to {n} people.", count)
    # A group's size may only become known later: the number is no part of what was found.
    return [Finding(ProblemKind.MANY_RECIPIENTS, people[0][0], False, sentence)]


def _named(one: Recipient) -> str:
    """Return name and address: a name alone does not say where the message goes."""
    return f"{one.name} <{one.address}>" if one.name and one.routing == "SMTP" else one.name or one.address


def _names(people: Iterable[Recipient]) -> str:
    names = [_named(one) for one in people]
    more = len(names) - _NAMED
    shown = ", ".join(f"“{name}”" for name in names[:_NAMED])
    return shown + (ntr(" and {n} more", " and {n} more", more) if more > 0 else "")
