"""Who a letter is from and to, as the reading pane says it."""

from __future__ import annotations

from typing import Final

from app.core.i18n import ntr, tr
from app.domain.message import Content
from app.domain.recipient import Recipient, format_recipient

_SHOWN: Final = 12


def people_words(content: Content) -> str:
    """Return everybody in one line, the first dozen of each kind by name."""
    parts = [] if content.sender is None else [f"{tr('From')} {_name(content.sender)}"]
    for words, people in ((tr("To"), content.to), (tr("Cc"), content.cc), (tr("Bcc"), content.bcc)):
        if people:
            shown = ", ".join(_name(one) for one in people[:_SHOWN])
            more = len(people) - _SHOWN
            parts.append(f"{words} {shown}" + (ntr(" and {n} more", " and {n} more", more) if more > 0 else ""))
    return " · ".join(parts)


def _name(recipient: Recipient) -> str:
    """Return name and address, and not twice the same."""
    same = recipient.name.casefold() == recipient.address.casefold()
    return recipient.address if same else format_recipient(recipient)
