"""What can happen in a schedule, as plain data: drawn by Hypothesis or by dice, and printed as it is."""

from __future__ import annotations

import random
from typing import Final, NamedTuple

from app.domain.account import BackendKind
from tests.faults.promise.trouble import FIRST_KINDS, GRAPH_KINDS, NAMES, OPERATIONS, PROCESSED_LATE


class Step(NamedTuple):
    """One step: what, and up to three numbers that say on what and how."""

    what: str
    a: int = 0
    b: int = 0
    c: int = 0


WAITS: Final = (0.05, 0.2, 1.0, 2.0, 4.0, 8.0, 30.0, 200.0)
"""Seconds that a person may let pass."""
HOLDS: Final = (5.0, 0.0, 1.0)

RANGES: Final[dict[str, tuple[int, int, int, int]]] = {
    # what: how often, and how many values each number has
    "begin": (5, 3, 3, 0),  # from which account (and a third way: without a recipient), with how many words
    "type": (8, 6, 3, 0),
    "close": (2, 6, 0, 0),
    "open": (2, 6, 0, 0),
    "save": (2, 6, 0, 0),
    "send": (9, 6, len(HOLDS), 0),
    "send several": (3, 6, len(HOLDS), 0),
    "ready": (2, 6, 0, 0),
    "send all": (2, len(HOLDS), 0, 0),
    "undo": (3, 6, 0, 0),
    "send now": (2, 6, 0, 0),
    "retry": (3, 6, 0, 0),
    "check": (1, 6, 0, 0),
    "remove draft": (2, 6, 0, 0),
    "say what is so": (2, 6, 0, 0),
    "keep mine": (2, 6, 0, 0),
    "discard": (2, 6, 0, 0),
    "take back": (2, 6, 0, 0),
    "keep no copy": (1, 6, 0, 0),
    "attach": (5, 6, 3, 0),
    "detach": (2, 6, 2, 0),
    "put back": (2, 0, 0, 0),
    "keep attached": (1, 6, 0, 0),
    "choose": (3, 6, 4, 0),
    "sign in": (2, 2, 0, 0),
    "wait": (10, len(WAITS), 0, 0),
    "other writes": (1, 2, 0, 0),
    "adopt": (1, 4, 2, 0),
    "other edits": (2, 6, 0, 0),
    "other deletes": (1, 6, 2, 0),
    "other attaches": (1, 6, 3, 0),
    "other detaches": (1, 6, 0, 0),
    "other sends": (1, 6, 0, 0),
    "trouble": (16, len(NAMES), len(OPERATIONS), 4),
    "calm": (1, 0, 0, 0),
    "kill window": (5, 9, 3, 3),
    "kill engine": (1, 4, 3, 0),
    "answer": (0, 2, 3, 2),  # never drawn by itself: the numbers go on meaning what they meant
    "move": (0, 6, 0, 0),  # to the other account; as above
    "retitle": (0, 6, 0, 0),  # nor are these
    "invite": (0, 6, 0, 0),
}
WHAT: Final = tuple(RANGES)
WEIGHTS: Final = tuple(often for often, *_ in RANGES.values())


def draw(dice: random.Random) -> Step:
    """Draw one step."""
    return of(dice.choices(WHAT, WEIGHTS)[0], dice)


def of(what: str, dice: random.Random) -> Step:
    """Draw a step of this kind."""
    _, *ranges = RANGES[what]
    if what == "trouble":
        ranges[0] = FIRST_KINDS
    return Step(what, *(dice.randrange(size) if size else 0 for size in ranges))


SIZES: Final = (40, 4_000, 400_000)
"""Bytes of a file; the largest takes a while to go up."""
BURST: Final = (
    *("send", "send", "send several", "save", "type", "discard", "retry", "send all", "open"),
    *("attach", "detach"),
)
"""What a person does while trouble waits for it."""
_OF_FILES: Final = tuple(place for place, name in enumerate(OPERATIONS) if name.endswith("Attachment"))


def draw_burst(dice: random.Random) -> list[Step]:
    """Draw trouble, perhaps an end in its midst, something that meets them, and the time that it takes."""
    act = dice.choice(BURST)
    of_files = act in {"attach", "detach"}
    trouble = of("trouble", dice)
    if of_files and dice.random() < 0.7:
        trouble = trouble._replace(b=dice.choice(_OF_FILES))
    engine = 5 if of_files else 1
    ends = []
    if dice.random() < 0.4:
        ends = dice.choices(("kill window", "other edits", "kill engine"), (6, 3, engine))
    return [trouble, *(of(what, dice) for what in (*ends, act, "wait", "wait"))]


WITH_LATER_KINDS: Final = 1_000_000
"""Schedules from this number on also meet the kinds of trouble that were added later."""
_LATE: Final = ("CreateItem", "CreateItem", "CreateItem", "SendItem", "UpdateItem", "CreateAttachment")


def _with_later_kinds(step: Step, dice: random.Random) -> Step:
    """Let every third trouble be a request that the server processes after the connection broke."""
    if step.what != "trouble" or dice.random() > 1 / 3:
        return step
    return step._replace(a=NAMES.index(PROCESSED_LATE), b=OPERATIONS.index(dice.choice(_LATE)))


WITH_ANSWERS: Final = 2_000_000
"""In schedules from this number on, most messages answer others, or pass them on."""


def _with_answers(step: Step, dice: random.Random) -> Step:
    return of("answer", dice) if step.what == "begin" and dice.random() < 0.75 else step


WITH_MOVES: Final = 3_000_000
"""In schedules from this number on, messages go from one account to the other, as by another From."""
_INSTEAD: Final = {"type": 0.3, "save": 0.6, "wait": 0.15, "open": 0.5, "ready": 0.3, "keep no copy": 1.0}


def _with_moves(step: Step, dice: random.Random) -> Step:
    return of("move", dice) if dice.random() < _INSTEAD.get(step.what, 0.0) else step


WITH_GRAPH: Final = 4_000_000
"""In schedules from this number on, every fourth trouble is one of Graph's own, and every third of them has answers."""
_AT_GRAPH: Final = ("SendItem", "SendItem", "SendItem", "UpdateItem", "CreateItem", "DeleteItem", "CreateAttachment")


def _with_graph(step: Step, dice: random.Random) -> Step:
    """Let every fourth trouble be one that Graph alone has."""
    if step.what != "trouble" or dice.random() > 1 / 4:
        return step
    return step._replace(a=dice.choice(GRAPH_KINDS), b=OPERATIONS.index(dice.choice(_AT_GRAPH)))


WITH_BOTH: Final = 5_000_000
"""In schedules from this number on, messages also go from one account to the other."""


def kinds_of(number: int) -> tuple[BackendKind, ...]:
    """Return which kinds of account a schedule of this number has, in turn."""
    if number >= WITH_BOTH:
        return BackendKind.EWS, BackendKind.GRAPH
    return (BackendKind.GRAPH if number >= WITH_GRAPH else BackendKind.EWS,)


def draw_schedule(number: int) -> tuple[int, list[Step]]:
    """Return the schedule of this number: the server's manner, and the steps. The same one each time."""
    dice = random.Random(number)
    steps = [Step("begin", dice.randrange(2), dice.randrange(3)) for _ in range(dice.randrange(1, 4))]
    for _ in range(dice.randrange(3, 9)):
        steps += draw_burst(dice) if dice.random() < 0.5 else [draw(dice) for _ in range(3)]
    if number >= WITH_LATER_KINDS:
        steps = [_with_later_kinds(step, dice) for step in steps]
    if number >= WITH_GRAPH:
        steps = [_with_graph(step, dice) for step in steps]
        if number % 3 == 0:
            steps = [_with_answers(step, dice) for step in steps]
        if number >= WITH_BOTH:
            steps = [_with_moves(step, dice) for step in steps]
        return dice.randrange(5), steps
    if number >= WITH_ANSWERS:
        steps = [_with_answers(step, dice) for step in steps]
    if number >= WITH_MOVES:
        steps = [_with_moves(step, dice) for step in steps]
    return dice.randrange(5), steps
