"""What stands in a recipients field, which of it is selected, and how it came there. Knows nothing of Qt."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from app.domain.recipient import Recipient, recipient_problem
from app.services.checks.recipients import readable_domain
from app.services.text.recipient_notes import Note

_SHOWN = 254
"""Characters, as many as an address can have: what is longer is cut, and is none."""
_STEPS_KEPT = 200
_UNKNOWN = "\0"


@dataclass(slots=True, eq=False)
class Chip:
    """One recipient as it is shown. `mark` is a sentence from elsewhere (the server's refusal), "" for none."""

    recipient: Recipient
    mark: str = ""
    reading: bool = False
    """True while this stands for a long paste that is still being read."""
    width: int = 0
    """In pixels, 0 until it is measured."""
    note: Note | None = None
    """What is good to know of the recipient; found out when the chip is measured."""
    strange: bool = False
    """True for a recipient outside, or unknown here: a name alone would hide where the message goes."""
    _problem: str = _UNKNOWN

    def sentence(self) -> str:
        """Return why this recipient cannot be sent to, or "". Found out once, when first asked for."""
        if self.reading:
            return ""
        if self._problem is _UNKNOWN:
            self._problem = recipient_problem(self.recipient) or ""
        return self.mark or self._problem

    def told(self) -> tuple[str, ...]:
        """Return what is to be said of this recipient beside name and address: what is wrong, else what is known."""
        wrong = self.sentence()
        return (wrong,) if wrong else self.note.sentences if self.note is not None else ()

    def shown(self) -> str:
        """Return the words on the chip, cut to what can ever fit; a domain in Punycode as it is read."""
        return self.recipient.name[:_SHOWN] or _readable(self.recipient.address)

    def shown_beside(self) -> str:
        """Return the address that stands on the chip beside the name, "" where the name is enough."""
        name, address, routing = self.recipient.name, self.recipient.address, self.recipient.routing
        if not name or routing != "SMTP" or name.casefold() == address.casefold():
            return ""
        return _readable(address) if self.strange or self.sentence() else ""


def _readable(address: str) -> str:
    words = address[:_SHOWN]
    if "xn--" not in words.casefold():
        return words
    local, at, domain = words.rpartition("@")
    return f"{local}{at}{readable_domain(domain)}"


@dataclass(frozen=True, slots=True)
class Step:
    """One change of the list, to be taken back: what went, what came, and the words it was made of."""

    index: int
    removed: tuple[Recipient, ...]
    added: tuple[Recipient, ...]
    words: str = ""
    joined: bool = False
    """True where this goes and comes back together with the step before it."""


@dataclass(slots=True)
class History:
    """The last changes of a field, and those taken back."""

    done: list[Step] = field(default_factory=list)
    undone: list[Step] = field(default_factory=list)

    def record(self, step: Step) -> None:
        """Keep `step` as the last one; a long paste that arrives right after its place was taken is one with it."""
        last = self.done[-1] if self.done else None
        if last and len(last.added) == 1 and step.removed == last.added and step.removed[0] is last.added[0]:
            self.done[-1] = replace(last, added=step.added)
        else:
            self.done.append(step)
        del self.done[:-_STEPS_KEPT]
        self.undone.clear()


class Chips:
    """The recipients of one field in order, with a cursor. `current` is -1 while the cursor is in the words."""

    def __init__(self) -> None:
        """Start empty."""
        self.items: list[Chip] = []
        self.selected: set[int] = set()
        self.current = -1
        self._anchor = -1

    def __len__(self) -> int:
        return len(self.items)

    def recipients(self) -> tuple[Recipient, ...]:
        """Return all recipients, in order."""
        return tuple(chip.recipient for chip in self.items)

    def splice(self, index: int, removed: int, added: Iterable[Recipient]) -> tuple[Recipient, ...]:
        """Replace `removed` chips at `index`; return the recipients they stood for. What stays selected moves along."""
        gone = tuple(chip.recipient for chip in self.items[index : index + removed])
        came = [Chip(recipient) for recipient in added]
        self.items[index : index + removed] = came
        if self.selected:
            end, delta = index + removed, len(came) - len(gone)
            self.selected = {i + delta if i >= end else i for i in self.selected if i < index or i >= end}
            if index <= self.current < end or not self.selected:
                self.leave()
            else:
                self.current += delta if self.current >= end else 0
                self._anchor = self.current if index <= self._anchor < end else self._anchor
                self._anchor += delta if self._anchor >= end else 0
        return gone

    def leave(self) -> None:
        """Select nothing."""
        self.selected = set()
        self.current = self._anchor = -1

    def move_to(self, index: int, *, extend: bool = False) -> None:
        """Put the cursor on the chip `index` (brought into range), selecting it, or all from where Shift began."""
        index = max(0, min(index, len(self.items) - 1))
        if not extend or self._anchor < 0:
            self._anchor = index
        self.current = index
        self.selected = set(range(min(self._anchor, index), max(self._anchor, index) + 1))

    def toggle(self, index: int) -> None:
        """Add the chip to the selection, or take it out."""
        self.selected ^= {index}
        if self.selected:
            self.current = self._anchor = index if index in self.selected else max(self.selected)
        else:
            self.leave()

    def select_all(self) -> None:
        """Select every chip, the cursor on the last."""
        if self.items:
            self._anchor = 0
            self.move_to(len(self.items) - 1, extend=True)

    def selected_runs(self) -> list[tuple[int, int]]:
        """Return the selection as (index, count) of neighbours, from the last to the first."""
        runs: list[tuple[int, int]] = []
        for index in sorted(self.selected, reverse=True):
            if runs and runs[-1][0] == index + 1:
                runs[-1] = (index, runs[-1][1] + 1)
            else:
                runs.append((index, 1))
        return runs

    def selected_recipients(self) -> tuple[Recipient, ...]:
        """Return the recipients of the selection, in order."""
        return tuple(self.items[index].recipient for index in sorted(self.selected))
