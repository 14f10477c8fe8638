"""What is offered for the words of a recipients field, and at which row one stands. Knows nothing of Qt.

Two promises: a row never moves once it is shown, and nothing that comes late becomes the one that Enter takes.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import Final, NamedTuple, Protocol

from app.core.events import Event
from app.domain.people import key_of
from app.domain.recipient import Recipient, address_problem
from app.services.people.address_search import fold, is_begun_by

MOST_ROWS: Final = 8


class Origin(Enum):
    """Where a suggestion comes from."""

    MACHINE = "machine"
    DIRECTORY = "directory"


class Suggestion(NamedTuple):
    """A recipient who may be meant."""

    recipient: Recipient
    origin: Origin = Origin.DIRECTORY
    is_group: bool = False


class SuggestionSource(Protocol):
    """What a field asks for suggestions."""

    def at_once(self, text: str) -> list[Suggestion]:
        """Return what is known without a request."""
        ...

    def ask(self, text: str) -> None:
        """Ask further; the answer goes to `SuggestionsSession.add_late`. What was asked before is wanted no more."""
        ...

    def forget(self, recipient: Recipient) -> None:
        """Offer a recipient no more from this machine."""
        ...


class NoSource:
    """Suggests nothing: for a field without suggestions."""

    def at_once(self, text: str) -> list[Suggestion]:
        """Return an empty list."""
        return []

    def ask(self, text: str) -> None:
        """Do nothing."""

    def forget(self, recipient: Recipient) -> None:
        """Do nothing."""


class SuggestionsSession:
    """The rows and the cursor among them; `current` is -1 while Enter takes the words as they are."""

    def __init__(self, source: SuggestionSource) -> None:
        """Begin closed."""
        self.changed: Event[None] = Event()
        self.source = source
        self.text = ""
        self.rows: list[Suggestion] = []
        self.current = -1
        self.chosen_by_hand = False
        """True once the person has moved among the rows: then Delete is meant for the row."""
        self._gone_to_by_key = False

    @property
    def is_open(self) -> bool:
        """Return whether something is offered."""
        return bool(self.rows)

    def row(self) -> Suggestion | None:
        """Return the row one stands at."""
        return self.rows[self.current] if 0 <= self.current < len(self.rows) else None

    def row_for_tab(self) -> Suggestion | None:
        """Return whom Tab takes on its way to the next field: the row that one went to by key, else the highlighted
        one where what is typed begins the name or the address, and is no whole address itself.
        """
        row = self.row()
        if row is None or self._gone_to_by_key:
            return row
        meant = is_begun_by(row.recipient, self.text) and not _stands_for_itself(self.text, row.recipient)
        return row if meant else None

    def type(self, text: str) -> None:
        """Offer whom `text` may mean; ask the directory too."""
        said = text.strip()
        self.source.ask(said)
        self.text = said
        self.rows = _each_once(self.source.at_once(said))[:MOST_ROWS] if said else []
        self.current = 0 if self.rows and not _stands_for_itself(said, self.rows[0].recipient) else -1
        self.chosen_by_hand = self._gone_to_by_key = False
        self.changed.emit(None)

    def add_late(self, text: str, people: Iterable[Suggestion]) -> None:
        """Take in what the directory answered to `text`: below what is there, and the cursor stays where it is."""
        if text.strip() != self.text or not self.text:
            return
        rows = _each_once([*self.rows, *people])[:MOST_ROWS]
        if rows != self.rows:
            self.rows = rows
            self.changed.emit(None)

    def offer(self, people: Iterable[Suggestion]) -> None:
        """Offer these, of whom one has to be chosen."""
        self.source.ask("")
        self.text, self.rows, self.current = "", _each_once(people)[:MOST_ROWS], 0
        self.chosen_by_hand = self._gone_to_by_key = False
        self.changed.emit(None)

    def move(self, step: int) -> None:
        """Go to another row; past either end there is none, and Enter takes the words."""
        places = len(self.rows) + 1
        self.current = (self.current + 1 + step) % places - 1
        self.chosen_by_hand = self._gone_to_by_key = True
        self.changed.emit(None)

    def point_at(self, row: int) -> None:
        """Go to the row under the pointer."""
        if 0 <= row < len(self.rows) and row != self.current:
            self.current = row
            self.chosen_by_hand, self._gone_to_by_key = True, False
            self.changed.emit(None)

    def forget(self) -> Recipient | None:
        """Forget the current row, if this machine offered it; return its recipient. The cursor stays at its place."""
        row = self.row()
        if row is None or row.origin is not Origin.MACHINE:
            return None
        self.source.forget(row.recipient)
        del self.rows[self.current]
        self.current = min(self.current, len(self.rows) - 1)
        self.changed.emit(None)
        return row.recipient

    def close(self) -> None:
        """Offer nothing, until something is typed; an answer under way is not shown."""
        self.source.ask("")
        self.text = ""
        if self.rows:
            self.rows, self.current = [], -1
            self.changed.emit(None)


def _each_once(people: Iterable[Suggestion]) -> list[Suggestion]:
    found: dict[str, Suggestion] = {}
    for one in people:
        found.setdefault(key_of(one.recipient), one)
    return list(found.values())


def _stands_for_itself(text: str, first: Recipient) -> bool:
    """Return whether `text` is an address already, which Enter must not exchange for another that only begins like it.

    An address without a dot after the @ can be one of an intranet, or half typed: half, if the first row goes on so.
    """
    address = text.rpartition("<")[2].rstrip(">").strip()
    if "@" not in address or address_problem(address) is not None:
        return False
    typed = address.casefold()
    if key_of(first) == typed:
        return False
    return "." in typed.rpartition("@")[2] or not fold(first.address).startswith(fold(typed))
