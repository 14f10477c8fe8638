"""Doubts about recipients: unknown, misspelt, too many.

Only an address that was not written to here before is doubted, and only beside a domain that is known: one's own, those
that were written to, and the large providers. Confusable signs follow Unicode Technical Standard 39, as far as an
address bar has ever been deceived by them; a whole table would find more than a person does.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Final, NamedTuple

from app.core.formatting import size_words
from app.core.i18n import ntr, tr
from app.domain.account import BackendKind
from app.domain.message import RECIPIENT_FIELDS, Content, Field
from app.domain.people import MailTips, key_of
from app.domain.problem import Finding, ProblemKind
from app.domain.recipient import Recipient, recipient_problem
from app.services.checks.size import Limit, message_size
from app.services.text.recipient_notes import is_external

_NAMES: Final = """
    gmail.com googlemail.com outlook.com hotmail.com live.com msn.com yahoo.com ymail.com rocketmail.com aol.com
    icloud.com me.com mac.com proton.me protonmail.com pm.me gmx.com gmx.net gmx.de gmx.at gmx.ch web.de t-online.de
    freenet.de posteo.de mailbox.org arcor.de orange.fr wanadoo.fr free.fr laposte.net sfr.fr neuf.fr bbox.fr
    libero.it virgilio.it tiscali.it alice.it btinternet.com sky.com ntlworld.com virginmedia.com blueyonder.co.uk
    talktalk.net comcast.net verizon.net att.net sbcglobal.net bellsouth.net cox.net charter.net earthlink.net
    shaw.ca rogers.com telus.net sympatico.ca videotron.ca bigpond.com optusnet.com.au fastmail.com fastmail.fm
    zoho.com mail.com email.com usa.com hey.com tutanota.com tuta.com yandex.com yandex.ru mail.ru bk.ru list.ru
    inbox.ru rambler.ru ukr.net seznam.cz wp.pl onet.pl o2.pl interia.pl bluewin.ch sunrise.ch hispeed.ch telenet.be
    skynet.be ziggo.nl kpnmail.nl xs4all.nl home.nl planet.nl hetnet.nl telia.com online.no sapo.pt uol.com.br
    bol.com.br terra.com.br naver.com daum.net hanmail.net qq.com 163.com 126.com sina.com rediffmail.com
"""
_PROVIDERS: Final = frozenset(_NAMES.split())
"""Domains at which any person may have a mailbox: never a slip of one another, never an organisation's own."""
_MANY_COUNTRIES: Final = frozenset({"yahoo", "hotmail", "outlook", "live", "gmx", "yandex", "fastmail", "orange"})
"""Providers that have a domain in many countries: any of them is theirs."""
_REAL: Final = frozenset({"cloud.com", "gmal.com", "zoo.com", "out.com", "life.com", "love.com", "mai.com"})
"""Domains that exist, though they are one slip from a provider's."""
_ENDINGS: Final = {
    **dict.fromkeys(("con", "cmo", "ocm", "comm", "vom", "xom", "cim", "coml", "cpm"), "com"),
    **dict.fromkeys(("nte", "ent", "nett"), "net"),
    **dict.fromkeys(("ogr", "rog", "orgg"), "org"),
}
"""Ends of names that no registry has, and what a key slipped from."""
_NOT_THEIRS: Final = frozenset({"cm", "co", "om"})
"""Countries whose ends are typed by mistake for com."""
_SHORTEST: Final = 5
"""Letters of a name from which on one slip says something; of shorter names, most exist."""

_LOOK: Final = {
    **dict(zip("аеорсухіјѕԁһӏѵԛԝкмтвнгп", "aeopcyxijsdhlvqwkmtbhrn", strict=True)),
    **dict(zip("αοντρικυχγη", "aovtpikuxyn", strict=True)),
    **dict(zip("ɑɡɩıʟ", "agiil", strict=True)),
}
_ALIKE: Final = str.maketrans({"0": "o", "1": "l", "i": "l"})
_PAIRS: Final = (("rn", "m"), ("vv", "w"), ("cl", "d"))
_EAST_ASIAN: Final = frozenset({"LATIN", "CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO"})
_MIXED: Final = "mixed"


class Doubt(NamedTuple):
    """Why an address is doubted. `meant` is the domain it is taken for, "" where only alphabets are mixed."""

    slipped: bool
    meant: str = ""


def readable_domain(domain: str) -> str:
    """Return a domain with its Punycode labels as they are read (RFC 3492); one that is none stays as it is."""
    labels = []
    for label in domain.casefold().split("."):
        try:
            labels.append(label[4:].encode("ascii").decode("punycode") if label.startswith("xn--") else label)
        except (UnicodeError, ValueError):
            labels.append(label)
    return ".".join(labels)


def is_provider(domain: str) -> bool:
    """Return whether any person may have a mailbox at `domain`."""
    name, _, end = domain.partition(".")
    everywhere = name in _MANY_COUNTRIES and _is_country(end)
    return domain in _PROVIDERS or everywhere


def _is_country(end: str) -> bool:
    first, _, last = end.rpartition(".")
    return len(last) == 2 and last not in _NOT_THEIRS and first in {"", "co", "com"}


def doubt(domain: str, own: Iterable[str], written: Collection[str]) -> Doubt | None:
    """Return what is doubtful about `domain`, None for nothing.

    `own` are one's own domains, `written` those that were written to before.
    """
    domain = domain.casefold()
    seen = readable_domain(domain)
    mine = [one.casefold() for one in own]
    if domain in written or seen in written or is_provider(seen) or seen in _REAL or _is_within(seen, mine):
        return None
    if any(_scripts(label) == _MIXED for label in seen.split(".")):
        return Doubt(slipped=False, meant=_twin(seen, [*mine, *_PROVIDERS, *written]))
    twin = _twin(seen, [*mine, *_PROVIDERS, *written])
    if twin:
        return Doubt(slipped=False, meant=twin)
    meant = _slipped_from(seen, [*mine, *sorted(_PROVIDERS), *sorted(written)])
    return Doubt(slipped=True, meant=meant) if meant else None


def _is_within(domain: str, own: Iterable[str]) -> bool:
    return any(domain == one or domain.endswith("." + one) or one.endswith("." + domain) for one in own)


def _scripts(label: str) -> str:
    """Return the one alphabet of a label, "" for none, or `_MIXED`."""
    found = {unicodedata.name(one, "").partition(" ")[0] for one in label if one.isalpha()}
    return _MIXED if len(found) > 1 and not found <= _EAST_ASIAN else "".join(sorted(found)[:1])


@lru_cache(maxsize=4096)
def _look(domain: str) -> str:
    """Return how a domain looks at a glance."""
    apart = unicodedata.normalize("NFKD", domain)
    shown = "".join(_LOOK.get(one, one) for one in apart if not unicodedata.combining(one)).translate(_ALIKE)
    for pair, one in _PAIRS:
        shown = shown.replace(pair, one)
    return shown


def _twin(domain: str, known: Iterable[str]) -> str:
    look = _look(domain)
    return next((one for one in known if one != domain and _look(one) == look), "")


def _slipped_from(domain: str, known: Iterable[str]) -> str:
    name, dot, end = domain.rpartition(".")
    if not dot:
        return next((one for one in known if one.partition(".")[0] == domain and len(domain) >= _SHORTEST), "")
    if end in _ENDINGS:
        return f"{name}.{_ENDINGS[end]}"
    for one in known:
        if len(one.partition(".")[0]) >= _SHORTEST and _is_one_slip(domain, one):
            return one
    return ""


def _is_one_slip(typed: str, meant: str) -> bool:
    """Return whether one letter is missing, doubled, wrong, or has changed places with its neighbour."""
    if abs(len(typed) - len(meant)) > 1 or typed == meant:
        return False
    start = 0
    while start < min(len(typed), len(meant)) and typed[start] == meant[start]:
        start += 1
    rest, other = typed[start:], meant[start:]
    return (
        rest[1:] == other[1:]
        or rest[1:] == other
        or rest == other[1:]
        or (len(rest) > 1 and len(other) > 1 and rest[1::-1] + rest[2:] == other)
    )


MANY: Final = 30
"""So many receive a message before it is asked whether all are meant, unless the person chose another number."""
_NAMED: Final = 3
_MOST: Final = 4
"""So many doubtful addresses are named one by one."""
_DOUBTED: Final = 1_000
"""So many recipients are looked at for doubts: more than that were not typed."""


class Around(NamedTuple):
    """What is known around a message. `many` is a number of people, 0 for "never ask"."""

    own_domains: frozenset[str] = frozenset()
    is_known: Callable[[Recipient], bool] = lambda _recipient: False
    """Returns whether a recipient was written to before."""
    written_domains: Mapping[str, int] = {}
    tips: Callable[[Recipient], MailTips | None] = lambda _recipient: None
    many: int = MANY
    ask_for_strangers: bool = True
    """Whether to ask where a recipient outside is written to for the first time."""
    limit: Limit = Limit()
    kind: BackendKind = BackendKind.EWS
    """The protocol of the account."""


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
    """Name the recipients that will not get it: what their chips said, once more before it is sent."""
    size = message_size(content)
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
    """Name recipients outside one's own organisation that were never written to. A provider is no organisation."""
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
