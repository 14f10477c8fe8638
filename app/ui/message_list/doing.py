"""What is being done with rows now, and what could not be done with them; each row says it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from app.core.events import Event
from app.core.i18n import mark
from app.services.text.status_text import Explanation

PREPARING: Final = mark("Preparing…")


def _nothing() -> None:
    pass


class Doing:
    """One action on some rows, from its key until it is done or taken back. Its rows show `words` meanwhile."""

    def __init__(self, row_ids: Iterable[int], words: str) -> None:
        """Nothing is taken back yet; `on_back` is called where that is done."""
        self.row_ids = frozenset(row_ids)
        self.words = words
        self.taken_back = False
        self.can_be_taken_back = True
        self.on_back: Callable[[], None] = _nothing

    def is_wanted(self) -> bool:
        """Return whether the person still wants it."""
        return not self.taken_back

    def take_back(self) -> None:
        """Want it no more. The code that does it has to undo what was done already."""
        if not self.taken_back:
            self.taken_back = True
            self.on_back()


class RowNotes:
    """The notes at the rows of one list. `told` says which rows say something else now."""

    def __init__(self, told: Event[frozenset[int]]) -> None:
        """Begin with none."""
        self._told = told
        self._doing: list[Doing] = []
        self._words: dict[str, str] = {}
        self._failures: dict[str, Explanation] = {}

    def begin(self, row_ids: Iterable[int], words: str) -> Doing:
        """Say at these rows that something is being done; what went wrong with them before is said no more."""
        doing = Doing(row_ids, words)
        self._doing.append(doing)
        for row_id in doing.row_ids:
            self._words[f"{row_id}"] = words
            self._failures.pop(f"{row_id}", None)
        self._told.emit(doing.row_ids)
        return doing

    def end(self, doing: Doing) -> None:
        """Say it no more: it is done, or taken back."""
        if doing in self._doing:
            self._doing.remove(doing)
            for row_id in doing.row_ids:
                self._words.pop(f"{row_id}", None)
            self._told.emit(doing.row_ids)

    def newest(self) -> Doing | None:
        """Return what was begun last and can still be taken back."""
        return next((one for one in reversed(self._doing) if one.can_be_taken_back), None)

    def words(self, key: str) -> str:
        """Return what is being done with a row, "" for nothing."""
        return self._words.get(key, "")

    def free(self, row_ids: Iterable[int]) -> list[int]:
        """Return those rows with which nothing is being done."""
        return [one for one in row_ids if f"{one}" not in self._words]

    def tell_failures(self, failures: Mapping[str, Explanation]) -> None:
        """Say at these rows, by key, what went wrong, until the next try (`begin`) or `forget_failures`."""
        self._failures.update(failures)
        self._told.emit(frozenset(map(int, failures)))

    def forget_failures(self, row_ids: Iterable[int] | None = None) -> None:
        """Say it no more at these rows, or at any."""
        there = self.all_failures()
        gone = frozenset(there if row_ids is None else row_ids).intersection(there)
        for row_id in gone:
            del self._failures[f"{row_id}"]
        if gone:
            self._told.emit(gone)

    def failures(self, key: str) -> Explanation | None:
        """Return what went wrong with a row."""
        return self._failures.get(key)

    def all_failures(self) -> list[int]:
        """Return the rows with which something went wrong."""
        return list(map(int, self._failures))
