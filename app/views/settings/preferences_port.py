"""What a person chooses beside the accounts: how long a send can be undone, and which keys do what."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, Literal, NamedTuple, Protocol, get_args

from app.core.events import Event

LONGEST_HOLD = 60

NoticeKind = Literal["failures", "returned", "reminders"]
"""What is told on the desktop: what could not be sent, what was returned, what nobody answered."""
NOTICE_KINDS: Final[tuple[NoticeKind, ...]] = get_args(NoticeKind)


class KeysRow(NamedTuple):
    """One command as the list of keys shows it: its name, where it counts, its keys, and whether they are one's own."""

    command: str
    title: str
    where: str
    keys: tuple[str, ...]
    own: bool


class Asking(Protocol):
    """The choice in force, and the ways to change it."""

    @property
    def many(self) -> int:
        """Return from how many recipients on it is asked, 0 for never."""
        ...

    @property
    def strangers(self) -> bool:
        """Return whether it is asked where a recipient outside is written to for the first time."""
        ...

    @property
    def many_is_locked(self) -> bool:
        """Return whether an administrator has set the number."""
        ...

    @property
    def strangers_is_locked(self) -> bool:
        """Return whether an administrator has set whether strangers count."""
        ...

    @property
    def megabytes(self) -> int:
        """Return above how many megabytes it is asked where the server does not say what it takes, 0 for never."""
        ...

    @property
    def megabytes_are_locked(self) -> bool:
        """Return whether an administrator has set that."""
        ...

    def set_megabytes(self, megabytes: int) -> None:
        """Ask above so many megabytes, 0 for never."""
        ...

    def set_many(self, many: int) -> None:
        """Ask from so many recipients on, 0 for never."""
        ...

    def set_strangers(self, *, on: bool) -> None:
        """Ask where a recipient outside is new, or not."""
        ...


class SpellingChoices(Protocol):
    """What was chosen of spelling, and the ways to change it."""

    @property
    def changed(self) -> Event[None]:
        """Return what tells that something of it is another."""
        ...

    @property
    def language(self) -> str:
        """Return the language of texts for which no other was chosen: "" notices it, "none" looks at nothing."""
        ...

    @property
    def own_words(self) -> Sequence[str]:
        """Return the words that the person has added to all dictionaries."""
        ...

    def set_language(self, language: str) -> None:
        """Look at texts in this language from now on."""
        ...

    def languages(self, then: Callable[[list[str]], None]) -> None:
        """Ask which dictionaries this computer has beside the program's own, by their names ("es_ES")."""
        ...

    def add_words(self, text: str) -> None:
        """Add the words of a text."""
        ...

    def remove_word(self, word: str) -> None:
        """Take one away."""
        ...


class Choices(Protocol):
    """The choices in force, and the ways to change them; what cannot be is answered in words."""

    @property
    def hold(self) -> float:
        """Return for how many seconds a send can be undone."""
        ...

    @property
    def letters(self) -> bool:
        """Return whether letters alone are commands in lists."""
        ...

    @property
    def asking(self) -> Asking:
        """Return when a message is looked at twice before it goes."""
        ...

    @property
    def hold_is_locked(self) -> bool:
        """Return whether an administrator has set the time for Undo."""
        ...

    @property
    def heads(self) -> bool:
        """Return whether an answer has Outlook's head above what it quotes."""
        ...

    @property
    def heads_are_locked(self) -> bool:
        """Return whether an administrator has set that."""
        ...

    @property
    def scheme(self) -> str:
        """Return the scheme that was chosen: "light", "dark", "contrast", or "" for the computer's own."""
        ...

    def set_scheme(self, scheme: str) -> None:
        """Dress the program in a scheme from now on."""
        ...

    @property
    def density(self) -> str:
        """Return how close things stand: "compact", "roomy", or "" for the usual."""
        ...

    def set_density(self, density: str) -> None:
        """Let things stand so close from now on."""
        ...

    def set_heads(self, *, on: bool) -> None:
        """Put Outlook's head above what is quoted from now on, or "On …, … wrote"."""
        ...

    @property
    def notices(self) -> frozenset[NoticeKind]:
        """Return what is told on the desktop."""
        ...

    def set_notice(self, kind: NoticeKind, *, on: bool) -> None:
        """Tell it on the desktop from now on, or not."""
        ...

    @property
    def formatted(self) -> bool:
        """Return whether a new message is formatted text."""
        ...

    @property
    def formatted_is_locked(self) -> bool:
        """Return whether an administrator has set that."""
        ...

    def set_formatted(self, *, on: bool) -> None:
        """Begin messages as formatted text from now on, or as plain text."""
        ...

    @property
    def versions(self) -> bool:
        """Return whether earlier versions of drafts are kept."""
        ...

    @property
    def versions_are_locked(self) -> bool:
        """Return whether an administrator has set that."""
        ...

    def set_versions(self, *, on: bool) -> None:
        """Keep earlier versions of drafts from now on, or none and forget those that there are."""
        ...

    def set_hold(self, seconds: float) -> None:
        """Let a send wait so long from now on."""
        ...

    def set_letters(self, *, on: bool) -> str:
        """Let letters alone be commands, or not; return why not, "" where it was done."""
        ...

    def rows(self) -> Sequence[KeysRow]:
        """Return every command with its keys."""
        ...

    def set_keys(self, command: str, keys: tuple[str, ...] | None) -> str:
        """Give a command keys, or its usual ones for None; return why not, "" where it was done."""
        ...
