"""What happens to items and folders, told as soon as it is committed, and never when it is taken back."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """An item in its folder, or, without `entry`, a folder below its parent (`folder`, `parent`)."""

    mailbox: int
    folder: int
    entry: int | None = None
    parent: int | None = None


@dataclass(frozen=True, slots=True)
class Happening:
    """One event; `kind` is the name of its element, `time` is in milliseconds since 1970, `old` where it was before."""

    kind: str
    place: Place
    change: int
    time: int
    old: Place | None = None
    unread: int | None = None
