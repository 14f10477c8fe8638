"""Doubts about an address that is well formed: it looks like one that is known and is another, or a key slipped.

Only an address that nobody here wrote to before is doubted, and only beside a domain that is known: one's own, those
that were written to, and the large providers. Confusable signs follow Unicode Technical Standard 39, as far as an
address bar has ever been deceived by them; a whole table would find more than a person does.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable
from functools import lru_cache
from typing import Final, NamedTuple

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
"""Domains at which anybody may have a mailbox: never a slip of one another, never anybody's own."""
_MANY_COUNTRIES: Final = frozenset({"yahoo", "hotmail", "outlook", "live", "gmx", "yandex", "fastmail", "orange"})
"""Providers that have a domain in many countries: any of them is theirs."""
_REAL: Final = frozenset({"cloud.com", "gmal.com", "zoo.com", "out.com", "life.com", "love.com", "mai.com"})
"""Domains that are somebody's, though they are one slip from a provider's."""
_ENDINGS: Final = {
    **dict.fromkeys(("con", "cmo", "ocm", "comm", "vom", "xom", "cim", "coml", "cpm"), "com"),
    **dict.fromkeys(("nte", "ent", "nett"), "net"),
    **dict.fromkeys(("ogr", "rog", "orgg"), "org"),
}
"""Ends of names that no registry has, and what a key slipped from."""
_NOT_THEIRS: Final = frozenset({"cm", "co", "om"})
"""Countries whose ends are typed by mistake for com."""
_SHORTEST: Final = 5
"""Letters of a name from which on one slip says something; of shorter names, most are somebody's."""

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
    """Tell whether anybody may have a mailbox at `domain`."""
    name, _, end = domain.partition(".")
    everywhere = name in _MANY_COUNTRIES and _is_country(end)
    return domain in _PROVIDERS or everywhere


def _is_country(end: str) -> bool:
    first, _, last = end.rpartition(".")
    return len(last) == 2 and last not in _NOT_THEIRS and first in {"", "co", "com"}


def doubt(domain: str, own: Iterable[str], written: Collection[str]) -> Doubt | None:
    """Return what is doubtful about `domain`, None for nothing.

    `own` are one's own domains, `written` those to which somebody was written before.
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
    """Tell whether one letter is missing, doubled, wrong, or has changed places with its neighbour."""
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
