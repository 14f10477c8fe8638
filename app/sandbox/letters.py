"""The letters that a newcomer finds in the sample mailboxes."""

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


LETTERS: Final[tuple[Letter, ...]] = (
    Letter(
        "clara.fontaine",
        "drafts",
        0.3,
        ("james.okafor",),
        "Kick-off with Fabrikam on Tuesday",
        "Hi James,\n\nFabrikam would like to start on Tuesday at ten.\n\nClara\n",
    ),
    Letter(
        "clara.fontaine",
        "sentitems",
        20,
        ("james.okafor",),
        "Notes from this morning",
        "Hi James,\n\nHere are my notes.\n\nClara\n",
    ),
)
