"""One recipient: its data, its rules, its text.

Words that are no address stand in quotes (`"Doe, John"`), also within brackets beside a name, where they need it.

RFC 5321 sections 4.1.2 and 4.5.3.1, RFC 5322 section 3.4.1, RFC 6531 for other scripts. Kept mild on purpose: an
intranet's a@localhost or a@mail_1 is good, and only what no server can take is refused.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from collections.abc import Iterable
from typing import Final

import msgspec

from app.core.i18n import tr
from app.core.lazy_regex import late_pattern
from app.core.text import shortened


class Recipient(msgspec.Struct, frozen=True):
    """A person or group. `address` holds what was typed, also when it cannot be an address.

    `routing` is EmailAddress's RoutingType ("SMTP", or "EX" for an address of the directory, which is not mended).
    """

    address: str
    name: str = ""
    routing: str = "SMTP"


_PLAIN_WORDS: Final = late_pattern(r"[^\W_]+(?:[ .-][^\W_]+)*+")
_PLAIN_ADDRESS: Final = late_pattern(
    r"""(?:[^\s()<>\[\]{}:;,@\\"'“”‘’，、،；؛\x00-\x20\x7f][^\s()<>\[\]:;,@\\"“”，、،；؛\x00-\x20\x7f]*+|"[^"\\<>]*+")"""  # noqa: RUF001
    r"@(?:[\w.-]++|\[[\w.:]++\])"
)


def format_recipients(recipients: Iterable[Recipient]) -> str:
    """Return a list as mail programs exchange it, parted by "; "."""
    return "; ".join(map(format_recipient, recipients))


def format_recipient(recipient: Recipient) -> str:
    """Return `Name <address>`, quoted where needed.

    Reading it gives the recipient back, if its texts are of one line without blanks at the ends, the name does not
    only repeat the address, and there is an address. A name alone is written alone.
    """
    address, name = recipient.address, recipient.name
    if not address:
        return _quote_words(name)
    if recipient.routing == "EX":
        target = address if address.startswith("/") and not re.search(r'["<>]', address) else _quote(address)
        target = f"<EX:{target}>"
    elif _PLAIN_ADDRESS.fullmatch(address):
        target = f"<{address}>" if name else address
    else:
        target = f"<{_quote(address)}>" if name else _quote_words(address)
    return f"{_quote_words(name)} {target}" if name else target


def _quote_words(words: str) -> str:
    return words if _PLAIN_WORDS.fullmatch(words) else _quote(words)


def _quote(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


_LONGEST_ADDRESS: Final = 254
_LONGEST_LOCAL_PART: Final = 64
_LONGEST_LABEL: Final = 63
_SHOWN: Final = 60

_QUOTED_LOCAL_PART: Final = late_pattern(r'"(?:[^"\\]|\\.)*+"')
_NOT_IN_LOCAL_PART: Final = late_pattern(r"""[\s()<>\[\]:;@\\,"\x00-\x1f\x7f]""")
_NOT_IN_DOMAIN: Final = late_pattern(r"[\x00-\x2c\x2f\x3a-\x40\x5b-\x5e\x60\x7b-\x7f\s]")
_INVISIBLE: Final = late_pattern("[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


def recipient_problem(recipient: Recipient) -> str | None:
    """Return why `recipient` cannot be sent to, in a sentence, or None. Addresses of the directory are its own."""
    if recipient.routing != "SMTP" and recipient.address:
        return None
    return address_problem(recipient.address)


def address_problem(address: str) -> str | None:
    """Return in a sentence why `address` cannot be one, or None. Complete means: local part, @, and a domain."""
    if not address.strip():
        return tr("This recipient has no address.")
    if len(address) > _LONGEST_ADDRESS or len(address.encode("utf-8", "replace")) > _LONGEST_ADDRESS:
        return tr("“{address}” is longer than an address can be.", address=shortened(address, _SHOWN))
    quoted = _QUOTED_LOCAL_PART.match(address)
    local, at, domain = (
        (quoted.group(), address[quoted.end() :][:1], address[quoted.end() + 1 :])
        if quoted
        else address.rpartition("@")
    )
    if at != "@" or not local or not domain:
        return tr("“{address}” is not a complete address.", address=shortened(address, _SHOWN))
    if _INVISIBLE.search(address):
        return tr("“{address}” has an invisible character in it.", address=shortened(address, _SHOWN))
    return (None if quoted else _dot_atom_problem(address, local)) or _domain_problem(domain) or _length_problem(local)


def _dot_atom_problem(address: str, local: str) -> str | None:
    found = _NOT_IN_LOCAL_PART.search(local)
    if found is not None:
        if found.group().isspace():
            return tr("“{address}” has a space in it.", address=shortened(address, _SHOWN))
        return tr(
            "“{address}” has a character that an address cannot have: {character}",
            address=shortened(address, _SHOWN),
            character=found.group(),
        )
    if local.startswith(".") or local.endswith(".") or ".." in local:
        return tr("“{address}” has a full stop too many.", address=shortened(address, _SHOWN))
    return None


def _domain_problem(domain: str) -> str | None:
    if domain.startswith("[") and domain.endswith("]"):
        good = _is_literal(domain[1:-1])
    else:
        labels = domain.split(".")
        # A last label of digits alone is an IP address that lacks its brackets (RFC 3696 section 2).
        good = all(map(_is_label, labels)) and not (len(labels) > 1 and labels[-1].isdecimal())
    return None if good else tr("“{domain}” cannot be the name of a mail server.", domain=shortened(domain, _SHOWN))


def _length_problem(local: str) -> str | None:
    if len(local.encode("utf-8", "replace")) <= _LONGEST_LOCAL_PART:
        return None
    return tr("“{address}” is longer than the part before the @ can be.", address=shortened(local, _SHOWN))


def _is_literal(text: str) -> bool:
    try:
        if text[:5].lower() == "ipv6:":
            ipaddress.IPv6Address(text[5:])
        else:
            ipaddress.IPv4Address(text)
    except ValueError:
        return False
    return True


def _is_label(label: str) -> bool:
    if not label or label.startswith("-") or label.endswith("-") or _NOT_IN_DOMAIN.search(label):
        return False
    if label.isascii():
        return len(label) <= _LONGEST_LABEL
    # What stands on the wire is Punycode with its mark; letters, marks and digits are all that a label may have.
    readable = all(unicodedata.category(character)[0] in "LMN" or character in "-_·" for character in label)
    return readable and len(label) <= _LONGEST_LABEL and len(label.encode("punycode")) + 4 <= _LONGEST_LABEL
