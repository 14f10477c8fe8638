"""The letters that a newcomer finds in the sample mailboxes: what one is, and all of them."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Letter:
    """A sample letter. People are aliases of the organisation or whole addresses; `author` is the owner if empty."""

    owner: str
    folder: str
    hours_ago: float
    to: tuple[str, ...]
    subject: str
    body: str
    cc: tuple[str, ...] = ()
    author: str = ""
    importance: int = 1
    unread: bool = False
    categories: tuple[str, ...] = ()
    attachments: tuple[tuple[str, str, bytes], ...] = ()


CLARA: Final = "clara.fontaine"
JAMES: Final = "james.okafor"
SOFIA: Final = "sofia.lindqvist"
MATEUS: Final = "mateus.ribeiro"
PRIYA: Final = "priya.natarajan"
HENRIK: Final = "henrik.mueller"
ANNEKE: Final = "anneke.visser@fabrikam.com"
TOMAS: Final = "tomas.novak@northwindtraders.com"
RUTH: Final = "ruth.abara@adventure-works.com"

DAY: Final = 24.0


def html(*paragraphs: str) -> str:
    """Make a body of HTML from paragraphs that may hold tags."""
    inner = "".join(f"<p>{one}</p>\r\n" for one in paragraphs)
    return f'<html><head><meta charset="utf-8"></head><body>\r\n{inner}</body></html>'
