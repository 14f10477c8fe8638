"""The letters of one's own that make a conversation: those that were sent and those that are still drafts."""

from __future__ import annotations

import msgspec

from app.core.formatting import short_time
from app.core.i18n import tr
from app.domain.listing import Folder, Kin, moment_of, people_of


class KinRow(msgspec.Struct, frozen=True):
    """One letter of a conversation as it is drawn; `here` says that it is the one that is read."""

    when: str
    who: str
    words: str
    here: bool

    @property
    def spoken(self) -> str:
        """Return what a screen reader says of it."""
        parts = [self.when, self.who, self.words]
        return ", ".join(part for part in [*parts, tr("shown now") if self.here else ""] if part)


class Conversation(msgspec.Struct, frozen=True):
    """The letters, the newest first, and which of them is read (its number; -1 for none)."""

    kin: tuple[Kin, ...] = ()
    here: int = -1

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.kin)

    def rows(self, now: float) -> list[KinRow]:
        """Return what is drawn."""
        return [_row(one, now, here=number == self.here) for number, one in enumerate(self.kin)]

    def words(self) -> str:
        """Return which of how many is read."""
        return tr("{n} of {count} in this conversation", n=self.here + 1, count=len(self.kin))

    def step(self, by: int) -> Kin | None:
        """Return the letter so many further on, None past either end."""
        number = self.here + by
        return self.kin[number] if 0 <= number < len(self.kin) else None


def conversation_of(kin: list[Kin], item_id: str) -> Conversation:
    """Return the conversation of a letter; an empty one where it is alone in it."""
    here = next((number for number, one in enumerate(kin) if one.row.ref.item_id == item_id), -1)
    return Conversation(tuple(kin), here) if len(kin) > 1 and here >= 0 else Conversation()


def _row(kin: Kin, now: float, *, here: bool) -> KinRow:
    row = kin.row
    draft = kin.place.folder is Folder.DRAFTS
    who = people_of(row) or tr("(no recipient)")
    words = " ".join((row.preview or row.subject).split())
    when = short_time(moment_of(row, kin.place.folder), now)
    return KinRow(when, tr("Draft to {people}", people=who) if draft else who, words, here)
