"""Puts intentions together, each written so that a person who does not look would have it come true.

A list that has the focus after a send has no row that the person chose: what acts on a row goes there first. Where the
program may ask (an address outside), what follows up to the next look is not sure to be done.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import quote

from tests.bench.keys.kept import Item
from tests.bench.keys.plan import (
    COLLEAGUES,
    OUTSIDER,
    Do,
    Fate,
    Key,
    Meant,
    Pause,
    Plan,
    Step,
    Type,
    Where,
    fragments,
    token,
)

_LISTS: Final = {"drafts": "Ctrl+2", "sent": "Ctrl+3"}
_END: Final = ("Ctrl+Enter",) * 6 + ("Alt+S",)
_ROWS_FROM_BELOW: Final = 4
_INSIDE: Final = "contoso.com"


class Planner:
    """One scenario in the making. `drafts` and `sent` are the rows of the lists, the uppermost first."""

    def __init__(self, dice: random.Random, gap: float, hold: float, lists: Mapping[str, Sequence[Item]]) -> None:
        """Begin with nothing. `hold` is for how many seconds a send waits."""
        self.dice = dice
        self.gap = gap
        self.hold = hold
        self.lists = dict(lists)
        self.steps: list[Step] = []
        self.meant: list[Meant] = []
        self.names: list[str] = []
        self.where: Where = "unsure"
        self.open: Meant | None = None
        self.sure = True
        self._seen = 0
        """Messages that had been begun at the last look."""
        self.slow = False
        rows = [one for items in lists.values() for one in items]
        self._pieces = fragments(text for one in rows for text in (one.subject, one.body))

    def _new_token(self) -> str:
        """Return a word that shares no piece with what is there: the judge tells by pieces whose a word is."""
        while (pieces := fragments([word := token(self.dice)])) & self._pieces:
            pass
        self._pieces |= pieces
        return word

    def plan(self, trouble: str = "normal") -> Plan:
        """Return what was put together."""
        return Plan(self.steps, self.meant, self.gap, trouble, self.names)

    # --- parts --------------------------------------------------------------------------------------------------------

    def keys(self, *chords: str, shows: bool = True) -> None:
        """Press chords."""
        self.steps += [Key(chord, shows) for chord in chords]

    def pause(self, seconds: float, *, looks: bool = False) -> None:
        """Stop."""
        self.steps.append(Pause(seconds, looks))

    def do(self, what: str, *words: str) -> None:
        """Let something else happen."""
        self.steps.append(Do(what, words))

    def type(self, words: str, meant: Meant | None = None, place: str = "") -> None:
        """Type words."""
        self.steps.append(Type(words, meant, place))

    def message(self, shape: str = "new", base: Item | None = None) -> Meant:
        """Return a message that is going to be meant."""
        made = Meant(len(self.meant) + 1, shape, base, sure=self.sure)  # type: ignore[arg-type]  # it is a Shape
        self.meant.append(made)
        return made

    def tokens(self, meant: Meant, place: str, count: int) -> None:
        """Type so many words that stand nowhere else."""
        words = [self._new_token() for _ in range(count)]
        meant.tokens += words
        self.type(" ".join(words) + (" " if place == "body" and meant.shape != "new" else ""), meant, place)

    # --- messages -----------------------------------------------------------------------------------------------------

    def begin(self) -> Meant:
        """Begin a message, by a key that is right where the person is."""
        ways = ["Ctrl+N"]
        if self.where == "list":
            ways += ["c", "c"]
        if self.dice.random() < 0.2:
            self.keys("Ctrl+2")
            ways = ["c", "Ctrl+N"]
        self.keys(self.dice.choice(ways))
        self.where = "message"
        self.open = self.message()
        return self.open

    def fill(self, meant: Meant, *, to: Sequence[str] = (), tab: bool = False, words: int = 3) -> None:
        """Write all of a message whose recipients have the focus."""
        for number, one in enumerate(to):
            meant.people.append(one)
            self.type(("," if number else "") + one, meant, "to")
        self.keys("Tab" if tab else "Alt+U")
        self.tokens(meant, "subject", 1)
        self.keys("Tab" if tab else self.dice.choice(("Alt+M", "Enter")))
        self.tokens(meant, "body", words)

    def write(self, *, tab: bool = False, outside: bool = False) -> Meant:
        """Begin a message and write it."""
        self.names.append("write to an outsider" if outside else "write")
        meant = self.begin()
        count = 2 if self.dice.random() < 0.15 else 1
        to = [OUTSIDER] if outside else self.dice.sample(COLLEAGUES, count)
        self.fill(meant, to=to, tab=tab, words=self.dice.choice((1, 2, 4)))
        return meant

    def send(self, *fates: Fate) -> None:
        """Send what is open."""
        assert self.open is not None
        self.keys(self.dice.choice(_END))
        self.open.fates = set(fates or ("sent",))
        if any(_INSIDE not in one for one in self.open.people):
            self._ask_twice(self.open)
        self.open, self.where = None, "list"

    def _ask_twice(self, meant: Meant) -> None:
        """Press Ctrl+Enter twice, as who writes to outsiders does: it answers the question, or comes too soon."""
        self.pause(self.dice.choice((0.0, 0.3, 0.8, 0.9, 1.2, 2.0)))
        self.keys("Ctrl+Enter", shows=False)
        meant.fates = {"sent", "draft"}
        self.sure = False

    def undo_send(self) -> None:
        """Send and take it back."""
        self.names.append("undo a send")
        meant = self.open
        self.send("draft")
        self._undo(meant, "sent")

    def undo_discard(self) -> None:
        """Throw away and take it back."""
        self.names.append("undo a discard")
        meant = self.open
        self.discard()
        assert meant is not None
        meant.fates = {"draft"}
        self._undo(meant, "gone")

    def _undo(self, meant: Meant | None, fate: Fate) -> None:
        self.pause(self.dice.choice((0.0, 0.0, 0.05, 0.2 * self.hold, 0.35 * self.hold)))
        self.keys(self.dice.choice(("z", "z", "Ctrl+Z")))
        if meant is not None:
            self._note_undo(meant, fate)
        self.where = "unsure"

    def _note_undo(self, meant: Meant, fate: Fate) -> None:
        meant.undone = fate
        self.do("note_undo", str(meant.number))

    def discard(self) -> None:
        """Throw away what is open."""
        assert self.open is not None
        self.keys("Ctrl+Shift+D")
        self.open.fates = {"gone"}
        self.open, self.where = None, "list"

    def leave(self) -> None:
        """Go back to the list; what was written is kept."""
        self.keys(self.dice.choice(("Escape", "Escape", "Ctrl+2")))
        self.open, self.where = None, "list"

    def schedule(self) -> None:
        """Send tomorrow."""
        self.names.append("send later")
        assert self.open is not None
        self.keys("Ctrl+Shift+Enter")
        self.type("tomorrow 9")
        self.keys("Enter")
        self.open.fates = {"waits"}
        self.open, self.where = None, "unsure"

    def pop_out(self) -> None:
        """Go on in a window of its own."""
        self.names.append("pop out")
        assert self.open is not None
        self.keys("Ctrl+Shift+W")
        self.type(" ", self.open, "body")
        self.tokens(self.open, "body", 2)

    def look_away(self) -> None:
        """Go to a list in the middle of a sentence and come back, and go on."""
        self.names.append("look at a list and come back")
        assert self.open is not None
        self.keys(self.dice.choice(("Ctrl+2", "Ctrl+3", "Ctrl+4")))
        self.pause(self.dice.choice((0.0, 0.1)))
        self.keys("Ctrl+1")
        self.type(" ", self.open, "body")
        self.tokens(self.open, "body", 1)

    def last_draft(self) -> None:
        """Leave a message, open it again as the last draft, and go on with it."""
        self.names.append("leave, and open the last draft")
        meant = self.open
        assert meant is not None
        self.keys("Escape", "l", "Alt+M")
        self.keys("Ctrl+End", shows=False)
        self.type(" ", meant, "body")
        self.tokens(meant, "body", 1)

    # --- rows ---------------------------------------------------------------------------------------------------------

    def row(self, name: str) -> Item | None:
        """Go to a row from below, which no new one moves; None where the list has none left for this scenario."""
        rows = list(self.lists.pop(name, ()))
        good = [(place, one) for place, one in enumerate(rows[::-1][:_ROWS_FROM_BELOW]) if _is_for_colleagues(one)]
        if not good:
            return None
        place, item = self.dice.choice(good)
        self.keys(_LISTS[name])
        self.keys("End", *["Up"] * place, shows=False)
        return item

    def top_row(self, name: str) -> Item:
        """Go to the uppermost row of a list, which no new one pushes down meanwhile."""
        self.keys(_LISTS[name])
        self.keys("Home", shows=False)
        return self.lists.pop(name)[0]

    def open_row(self) -> bool:
        """Open a draft by its row, and write before what stands there."""
        item = self.row("drafts")
        if item is None:
            return False
        self.names.append("open a draft")
        self.keys("Enter", "Alt+M")
        self.write_before(self.message("edit", item))
        return True

    def answer_row(self) -> bool:
        """Follow up on a sent message, or write it anew."""
        item = self.row("sent")
        if item is None:
            return False
        shape, key = self.dice.choice((("reply", "Shift+R"), ("again", "e")))
        self.names.append("follow up" if shape == "reply" else "edit as new")
        self.keys(key, "Alt+M")
        self.write_before(self.message(shape, item))
        return True

    def write_before(self, meant: Meant) -> None:
        self.keys("Ctrl+Home", shows=False)
        meant.people = [*meant.base.people["to"], *meant.base.people["cc"]] if meant.base else []
        self.tokens(meant, "body", self.dice.choice((1, 2)))
        self.open, self.where = meant, "message"

    def delete_row(self, *, undo: bool | None = None) -> bool:
        """Delete a draft by its row, and take that back or not."""
        item = self.row("drafts")
        if item is None:
            return False
        self.names.append("delete a draft")
        meant = self.message("delete", item)
        self.keys("Delete")
        meant.fates = {"gone"}
        if self.dice.random() < 0.5 if undo is None else undo:
            self.names.append("undo that")
            self.keys("z")
            meant.fates = {"draft"}
            self._note_undo(meant, "gone")
        self.where = "list"
        return True

    # --- the rest -----------------------------------------------------------------------------------------------------

    def search(self) -> None:
        """Look for something, and end that."""
        self.names.append("search")
        self.keys(self.dice.choice(("Ctrl+2", "Ctrl+3")), self.dice.choice(("Ctrl+F", "/")))
        self.type(self.dice.choice(("rotterdam", "fabrikam", token(self.dice))))
        self.keys("Escape", "Escape", shows=False)
        self.open, self.where = None, "list"

    def switch(self) -> None:
        """Go from list to list."""
        self.names.append("switch views")
        for _ in range(self.dice.randrange(1, 4)):
            self.keys(self.dice.choice(("Ctrl+2", "Ctrl+3", "Ctrl+4")), shows=False)
            for key in self.dice.choice(((), ("g", "d"), ("g", "s"), ("Down", "Down"), ("Home",))):
                self.keys(key, shows=False)
        self.keys("Ctrl+2", shows=False)
        self.open, self.where = None, "list"

    def link(self) -> Meant:
        """Let another program hand over a link, while the person writes."""
        self.names.append("a link is handed over")
        meant = self.message()
        meant.people = [self.dice.choice(COLLEAGUES)]
        self.do("hand_over", self.link_for(meant))
        self.sure = True
        return meant

    def link_for(self, meant: Meant) -> str:
        """Return a mailto: link for a message, which gives its subject and the beginning of its text."""
        subject, words = self._new_token(), self._new_token()
        meant.given = {"subject": subject, "body": words}
        meant.tokens += [subject, words]
        return f"mailto:{quote(meant.people[0])}?subject={subject}&body={words}"

    def look(self) -> None:
        """Stop, read the screen, and go to a list: from here on all is sure again.

        The two Escapes may give up what a slow server has not brought yet, and its words are shown then, with those of
        all messages that were typed behind it.
        """
        fresh, self._seen = self.meant[self._seen :], len(self.meant)
        if self.slow:
            waits = False
            for one in fresh:
                waits = waits or one.base is not None
                one.sure = one.sure and not waits
        self.pause(1.2, looks=True)
        self.keys("Escape", "Escape", "Ctrl+2", shows=False)
        self.pause(0.2)
        self.open, self.where, self.sure = None, "list", True


def _is_for_colleagues(item: Item) -> bool:
    """Tell whether a message goes to those alone of whom nothing is asked before sending."""
    people = [*item.people["to"], *item.people["cc"]]
    return bool(people) and all(one in COLLEAGUES for one in people)
