"""Draws a scenario: what a person does within some seconds, how fast, and what the server does meanwhile."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from tests.bench.keys.kept import Item
from tests.bench.keys.plan import COLLEAGUES, Do, Key, Plan, Type
from tests.bench.keys.planner import Planner
from tests.bench.keys.world import WITH_KEPT_ACCOUNT

_SPEEDS: Final = (5,) * 4 + (8,) * 3 + (12,) * 3 + (20,) * 3 + (35,) * 3 + (60,) * 2 + (90, 140, 200)
"""Milliseconds from key to key."""
_TYPING: Final = 7.0
"""Seconds of typing after which a scenario has enough."""
_TROUBLE: Final = {
    "normal": 56,
    "a little slow": 8,
    "slow": 8,
    "very slow": 5,
    "stalled": 5,
    "503": 5,
    "refusing": 5,
    "refusing to send": 4,
    "stopped": 3,
    "dead": 3,
}
_REFUSES: Final = frozenset({"very slow", "stalled", "503", "refusing", "stopped", "dead"})
_FROM_START: Final = (0.0, 0.0, 0.0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.6, 0.8, 1.2)
"""Seconds after the window is there at which typing begins."""


class Drawn(Planner):
    """A scenario drawn from `dice`."""

    troubled = False

    def draw(self) -> None:
        """Do one thing."""
        weights = {self._writes: 16, self._open: 2, self._answer: 3, self._delete: 1, self._looks_for: 2}
        weights |= {self._kill: 1, self._kill_engine: 1, self._restart: 1, self._refused: 1, self._outside: 1}
        self.dice.choices(list(weights), list(weights.values()))[0]()
        if self.dice.random() < 0.15:
            self.pause(self.dice.choice((0.05, 0.2, 0.5, 1.0)))

    def _writes(self) -> None:
        self.write(tab=self.tabs and self.dice.random() < 0.3)
        self._in_the_middle()
        self._end_it(self.dice)

    tabs = True
    """Whether Tab leads from field to field, as the README has it."""

    def _in_the_middle(self) -> None:
        ways: dict[Callable[[], object], int] = {
            (lambda: None): 12,
            self.pop_out: 1,
            self.look_away: 1,
            self.last_draft: 1,
            self._while_a_link_comes: 1,
        }
        self.dice.choices(list(ways), list(ways.values()))[0]()

    def _while_a_link_comes(self) -> None:
        meant = self.open
        assert meant is not None
        self.link()
        self.type(" ", meant, "body")
        self.tokens(meant, "body", self.dice.choice((2, 4)))
        self.open = meant

    def _end_it(self, dice: random.Random) -> None:
        """Do with the open message what one does in the end."""
        popped = self.names[-1] in {"pop out", "a link is handed over"}
        ways: dict[Callable[[], object], int] = {self.send: 6, self.leave: 2, self.discard: 2}
        if not popped:
            ways |= {self.undo_send: 2, self.undo_discard: 1, self.schedule: 1, self._stay: 2}
        dice.choices(list(ways), list(ways.values()))[0]()
        if popped:
            self.where = "unsure"

    def _stay(self) -> None:
        self.names.append("leave it open")
        self.open = None
        self.where = "message"

    def _open(self) -> None:
        self._with_row(self.open_row)

    def _answer(self) -> None:
        self._with_row(self.answer_row)

    def _delete(self) -> None:
        self._with_row(self.delete_row)

    def _with_row(self, act: Callable[[], bool]) -> None:
        """Act on a row. A server that gives nothing may keep the program from it, which the person sees then."""
        if not self.lists_are_there:
            return
        if self.troubled:
            self.sure = False
        if act() and self.open is not None:
            self.dice.choice((self.send, self.send, self.leave, self.discard))()
        if self.troubled:
            for one in self.meant[-1:]:
                one.fates |= {"draft", "nothing"}
            self.look()

    lists_are_there = True
    """Whether the person has seen the lists; not right after a start."""

    def _looks_for(self) -> None:
        self.dice.choice((self.search, self.switch))()

    def _outside(self) -> None:
        self.write(outside=True)
        self.send()
        self.look()

    def _refused(self) -> None:
        """Forget the recipient: the message stays, and what is typed next is for the next one, or for nobody."""
        self.names.append("send without a recipient")
        meant = self.begin()
        self.keys("Alt+U")
        self.tokens(meant, "subject", 1)
        self.keys("Alt+M")
        self.tokens(meant, "body", 1)
        self.keys("Ctrl+Enter")
        meant.fates = {"draft"}
        self.sure = False
        self.open = None
        self.where = "unsure"
        if self.dice.random() < 0.4:
            self.write()
            self.leave()
        self.look()

    # --- fate ---------------------------------------------------------------------------------------------------------

    def _kill_engine(self) -> None:
        self.names.append("the engine dies")
        first = len(self.steps)
        self._writes()
        self.steps.insert(self.dice.randrange(first, len(self.steps) + 1), Do("kill_engine"))

    def _kill(self) -> None:
        """Write something, in the middle of which the window is killed; start it again."""
        first = len(self.steps)
        self.write()
        self.names.append("the window dies")
        spot = self.dice.randrange(first + 1, len(self.steps) + 1)
        del self.steps[spot:]
        if self.steps and isinstance(last := self.steps[-1], Type):
            words = last.words[: self.dice.randrange(1, len(last.words) + 1)]
            self.steps[-1] = Type(words, last.meant, last.field)
        self.open = None
        self.do("kill_window")
        self.start()

    def _restart(self) -> None:
        self.names.append("quit")
        self.do(self.dice.choice(("quit", "quit_by_key")))
        self.open = None
        self.start()

    def start(self) -> None:
        """Start the program, and type from some moment on, or at once."""
        way = self.dice.choice(("", "", "--compose", "mailto"))
        self.names.append(f"start {way}".strip())
        self.lists_are_there = False
        self.where = "unsure"
        if way == "mailto":
            meant = self.message()
            meant.people = [self.dice.choice(COLLEAGUES)]
            self.do("start", self.link_for(meant))
            self.pause(self.dice.choice(_FROM_START))
            self.keys("Alt+M")
            self.keys("Ctrl+End", shows=False)
            self.type(" ", meant, "body")
            self.tokens(meant, "body", 2)
        elif way:
            self.do("start", way)
            self.pause(self.dice.choice(_FROM_START))
            meant = self.message()
            self.fill(meant, to=[self.dice.choice(COLLEAGUES)], words=2)
        else:
            self.do("start")
            self.pause(self.dice.choice(_FROM_START))
            return
        self.open = meant
        self.where = "message"
        self._end_it(self.dice)


def draw(
    seed: int,
    *,
    running: bool,
    lists: Mapping[str, Sequence[Item]],
    hold: float,
    kept: bool,
    tabs: bool = True,
    gap: int | None = None,
    trouble: str | None = None,
) -> Plan:
    """Return the scenario of a seed; `running` says that the program runs already and its lists were looked at.

    `gap` (milliseconds) and `trouble` take the place of what would be drawn.
    """
    dice = random.Random(f"scenario {seed}")
    drawn_gap, drawn_trouble = dice.choice(_SPEEDS), dice.choices(list(_TROUBLE), list(_TROUBLE.values()))[0]
    gap_seconds = (drawn_gap if gap is None else gap) / 1000
    trouble = trouble or drawn_trouble
    if trouble in WITH_KEPT_ACCOUNT and not kept:
        trouble = "stopped"
    drawn = Drawn(dice, gap_seconds, hold, lists)
    drawn.tabs = tabs
    drawn.troubled = trouble in _REFUSES
    drawn.slow = trouble == "slow"
    most = dice.randrange(3, 9)
    if not running:
        drawn.start()
    elif dice.random() < 0.15:
        drawn.do("quit")
        drawn.start()
    if trouble != "normal":
        drawn.do("trouble", trouble)
    while len(drawn.names) < 1 or (len(drawn.names) < most and _seconds(drawn) < _TYPING):
        drawn.draw()
    return drawn.plan(trouble)


def _seconds(planner: Planner) -> float:
    """Return for how long somebody types at what is planned so far."""
    keys = sum(len(one.words) if isinstance(one, Type) else isinstance(one, Key) for one in planner.steps)
    return keys * planner.gap
