"""Whose words stand in a message that came as a file, in words; and whether they are still nobody's but theirs."""

from __future__ import annotations

from typing import Final

from app.core.formatting import full_date
from app.core.i18n import tr
from app.domain.recipient import Recipient, format_recipient
from app.domain.record import StoredMessage, Whose
from app.domain.same_message import fingerprint
from app.domain.text import shortened

_LONGEST: Final = 120


def whose_words(whose: Whose) -> str:
    """Return what is said above somebody else's message for as long as nothing was written in it."""
    author, date = author_words(whose.author), full_date(whose.sent)
    if author and date:
        said = tr("These are the words of {author}, sent on {date}.", author=author, date=date)
    elif author:
        said = tr("These are the words of {author}.", author=author)
    else:
        said = tr("These words are from a file that does not say who wrote them.")
    return f"{said} {tr('Recipients were left out.')}"


def author_words(author: Recipient | None) -> str:
    """Return an author as a file names them, with the address; "" for nobody."""
    return "" if author is None else shortened(format_recipient(author), _LONGEST)


def is_untouched(message: StoredMessage) -> bool:
    """Tell whether a message is somebody else's to the last word, whatever was taken down of it meanwhile."""
    whose = message.record.whose
    return whose is not None and not any(message.pending.values()) and fingerprint(message.content) == whose.fingerprint
