"""Writes recipients as text that any mail program reads, and that `parse_recipients` reads back unchanged.

Words that are no address stand in quotes (`"Doe, John"`), also within brackets beside a name, where they need it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from app.domain.late_pattern import late_pattern
from app.domain.recipient import Recipient

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
