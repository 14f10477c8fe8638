"""What a person means to do: keys one after the other, and beside them the messages that they were meant for."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, Literal

from tests.bench.keys.kept import Item

Fate = Literal["draft", "sent", "gone", "waits", "nothing"]
"""What may become of a message: a draft, delivered and in Sent, thrown away, in Drafts or in an Outbox for later; or it
was never made, and its words were shown to the person as words that went nowhere.
"""
Shape = Literal["new", "edit", "reply", "forward", "again", "delete"]
Where = Literal["list", "message", "unsure"]

COLLEAGUES: Final = tuple(
    f"{name}@contoso.com"
    for name in ("james.okafor", "sofia.lindqvist", "mateus.ribeiro", "priya.natarajan", "henrik.mueller")
)
OUTSIDER: Final = "anneke.visser@fabrikam.com"
UNDER_TROUBLE: Final[frozenset[Fate]] = frozenset({"sent", "draft", "waits"})


@dataclass
class Meant:
    """One message as the person means it. Words are added as they are typed; `typed` knows when each sign was.

    `text_first` says that the words stand before the message's own (`base`), as in a draft that is opened. `sure` is
    off where the program may rightly refuse (a question on the screen): then it is as meant, or nothing at all and its
    words were shown. `cut_at` is when the window was killed while it was typed (monotonic seconds), 0 for never.
    `undone` is the fate that was taken back: the one it has where the window was killed before it could hear that.
    """

    number: int
    shape: Shape = "new"
    base: Item | None = None
    fates: set[Fate] = field(default_factory=lambda: {"draft"})
    people: list[str] = field(default_factory=list)
    given: dict[str, str] = field(default_factory=dict)
    typed: list[tuple[str, str, float]] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    sure: bool = True
    cut_at: float = 0.0
    undone: Fate | None = None
    begun_after: float = 0.0

    def words(self, name: str, before: float = float("inf")) -> str:
        """Return what was typed into a field (until a time), after what a link gave it."""
        return self.given.get(name, "") + "".join(
            sign for place, sign, at in self.typed if place == name and at < before
        )

    def told(self) -> str:
        """Return a few words on it."""
        to = ",".join(self.people)
        return f"#{self.number} ({self.shape}, {'/'.join(sorted(self.fates))}) {self.words('subject')!r} to {to}"


@dataclass(frozen=True)
class Key:
    """One chord. `shows` says that something on the screen has to change for it."""

    chord: str
    shows: bool = True


@dataclass(frozen=True)
class Type:
    """Words for a field of a message; `field` is "" where they are for none (a search)."""

    words: str
    meant: Meant | None = None
    field: str = ""


@dataclass(frozen=True)
class Pause:
    """The person stops for so many seconds, of their own accord; with `looks`, reads what stands on the screen."""

    seconds: float
    looks: bool = False


@dataclass(frozen=True)
class Do:
    """Something else than a key: `what` is a method of the player's, `words` what it needs."""

    what: str
    words: tuple[str, ...] = ()


Step = Key | Type | Pause | Do


@dataclass
class Plan:
    """Steps, the messages that they mean, and how fast the keys come. `trouble` names what the server does."""

    steps: list[Step]
    meant: list[Meant]
    gap: float
    trouble: str = "normal"
    names: list[str] = field(default_factory=list)

    def told(self) -> str:
        """Return a few words on it."""
        return f"{self.gap * 1000:.0f} ms a key, server {self.trouble}: {', '.join(self.names)}"


_LETTERS: Final = ("bcdfghjklmnpqrstvwxz", "aeiouy")


def token(dice: random.Random) -> str:
    """Return a word that stands nowhere else, of letters that are commands in lists."""
    letters = "".join(dice.choice(_LETTERS[number % 2]) for number in range(dice.choice((6, 7, 8))))
    return f"{letters}{dice.randrange(10)}{dice.choice(_LETTERS[0])}"


def fragments(words: Iterable[str], size: int = 5) -> set[str]:
    """Return all pieces of so many signs, by which a part of a word is known that went somewhere else."""
    return {word[start : start + size] for word in words for start in range(len(word) - size + 1)}
