"""Names the author of a message that came as a file; says whether a message is still as it was laid before one."""

from __future__ import annotations

from typing import Final

from app.core.formatting import full_date
from app.core.i18n import tr
from app.core.text import shortened
from app.domain.recipient import Recipient, format_recipient
from app.domain.record import StoredMessage, Whose
from app.domain.same_message import fingerprint

_LONGEST: Final = 120
_NAMED: Final = 3


def whose_words(whose: Whose) -> str:
    """Return the words above another person's message for as long as nothing was written in it."""
    author, date = author_words(whose.author), full_date(whose.sent)
    if author and date:
        said = tr("These are the words of {author}, sent on {date}.", author=author, date=date)
    elif author:
        said = tr("These are the words of {author}.", author=author)
    else:
        said = tr("These words are from a file that does not say who wrote them.")
    return f"{said} {left_out_words(whose)}"


def left_out_words(whose: Whose) -> str:
    """Return the words about those whom the author wrote to: they are no recipients of this message."""
    people = (*whose.to, *whose.cc)
    if not people:
        return tr("Recipients were left out.")
    named = ", ".join(one.name or one.address for one in people[:_NAMED])
    more = len(people) - _NAMED
    shown = shortened(named, _LONGEST)
    if more > 0:
        return tr("Recipients were left out: {people} and {n} more.", people=shown, n=more)
    return tr("Recipients were left out: {people}.", people=shown)


def author_words(author: Recipient | None) -> str:
    """Return an author as a file names them, with the address; "" for none."""
    return "" if author is None else shortened(format_recipient(author), _LONGEST)


def is_untouched(message: StoredMessage) -> bool:
    """Return whether a message is as it was laid before the person, whatever was journalled of it meanwhile."""
    prepared = message.record.prepared
    return bool(prepared) and not any(message.pending.values()) and fingerprint(message.content) == prepared
