"""The ways to fail that were found by hand on 51ed676 (F1 to F8), each played at the times at which it failed there."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from tests.bench.keys.kept import Item
from tests.bench.keys.plan import COLLEAGUES, OUTSIDER, Plan
from tests.bench.keys.planner import Planner

if TYPE_CHECKING:
    from tests.bench.keys.run import Runner, Tally

_HOLD: Final = 2.0
JAMES, SOFIA, MATEUS = COLLEAGUES[0], COLLEAGUES[1], COLLEAGUES[2]


class Known(NamedTuple):
    """One way to fail: `write` puts its keys together; `gap` in milliseconds a key; `moment` in milliseconds, where it
    has one; `begins` says that the program is started by the keys' plan, and does not run before.
    """

    name: str
    write: Callable[[Planner, float], None]
    gap: float
    moment: float = 0
    trouble: str = "normal"
    begins: bool = False
    kept: bool = True

    def called(self) -> str:
        """Return what it is called in a report."""
        moment = f" after {self.moment:g} ms" if self.moment else ""
        way = "" if self.kept else " with --sandbox"
        return f"{self.name} at {self.gap:g} ms{moment}{way}" + (
            "" if self.trouble == "normal" else f", {self.trouble}"
        )


def _message(planner: Planner, to: str, key: str = "Ctrl+N") -> None:
    planner.keys(key)
    planner.open = planner.message()
    planner.fill(planner.open, to=[to], words=2)


def _twice(planner: Planner, moment: float) -> None:
    """F1: a second Ctrl+Enter, some time after the first."""
    _message(planner, SOFIA)
    planner.send()
    planner.pause(moment)
    planner.keys("Ctrl+Enter", shows=False)


def _twice_outside(planner: Planner, moment: float) -> None:
    """F1 as it happens: to somebody outside, of whom it is asked, by who presses twice by habit, and then once more."""
    _message(planner, OUTSIDER)
    meant = planner.open
    assert meant is not None
    planner.keys("Ctrl+Enter")
    meant.fates = {"sent", "draft"}
    for _ in range(2):
        planner.pause(moment)
        planner.keys("Ctrl+Enter", shows=False)
    planner.open = None


def _next_at_once(planner: Planner, _: float) -> None:
    """F2 a and b: send, and begin the next at once."""
    _message(planner, MATEUS)
    planner.send()
    _message(planner, JAMES, "c")
    planner.send()


def _undo_at_once(planner: Planner, moment: float) -> None:
    """F2 c: send, and take it back at once."""
    _message(planner, MATEUS)
    planner.send("draft")
    planner.pause(moment)
    planner.keys("z")


def _from_the_start(planner: Planner, moment: float) -> None:
    """F3: Ctrl+N as soon as the window is there."""
    planner.do("start")
    planner.pause(moment)
    _message(planner, SOFIA)
    planner.send()


def _compose_from_the_start(planner: Planner, moment: float) -> None:
    """F3 with --compose: the address as soon as the window is there."""
    planner.do("start", "--compose")
    planner.pause(moment)
    planner.open = planner.message()
    planner.fill(planner.open, to=[SOFIA], words=2)
    planner.send()


def _link_from_the_start(planner: Planner, moment: float) -> None:
    """F3 with a link: the text as soon as the window is there."""
    meant = planner.message()
    meant.people = [JAMES]
    planner.do("start", planner.link_for(meant))
    planner.pause(moment)
    planner.keys("Alt+M", "Ctrl+End", shows=False)
    planner.type(" ", meant, "body")
    planner.tokens(meant, "body", 2)
    planner.open = meant
    planner.send()


def _unread_draft(planner: Planner, _: float) -> None:
    """F4: open a draft that cannot be fetched, and write."""
    planner.sure = False
    planner.open_row()
    _let_it_be(planner)


def _unread_sent(planner: Planner, _: float) -> None:
    """F4: follow up on a message that cannot be fetched, and write."""
    planner.sure = False
    item = planner.row("sent")
    planner.keys("Shift+R", "Alt+M")
    planner.write_before(planner.message("reply", item))
    _let_it_be(planner)


def _let_it_be(planner: Planner) -> None:
    planner.meant[-1].fates |= {"draft", "nothing"}
    planner.look()


def _next_while_one_closes(planner: Planner, _: float) -> None:
    """F5: throw one away, and begin the next while it closes; then send, and begin another in the same way."""
    _message(planner, SOFIA)
    planner.discard()
    _message(planner, MATEUS)
    planner.send()
    _message(planner, JAMES)
    planner.send()


def _link_meanwhile(planner: Planner, _: float) -> None:
    """F6: a link is handed over while somebody writes."""
    planner.keys("Ctrl+N")
    meant = planner.message()
    planner.open = meant
    planner.link()
    planner.fill(meant, to=[SOFIA], words=8)
    planner.send()


def _popped(planner: Planner, _: float) -> None:
    """F7: into a window of its own in the middle of a sentence."""
    _message(planner, SOFIA)
    planner.pop_out()
    planner.send()


def _later(planner: Planner, _: float) -> None:
    """Found by the seeds 8 and 14: send later, at a time that is typed at once, was sent at once."""
    _message(planner, SOFIA)
    planner.schedule()


def _delete_and_undo(planner: Planner, _: float) -> None:
    """Found by the seeds 42 and 44 on a slow disk: Z right after Delete took back the send before it."""
    _message(planner, SOFIA)
    planner.send()
    planner.delete_row(undo=True)


def _anew(planner: Planner, _: float) -> None:
    """F8: a sent message is written anew, which a slow server gives late."""
    item = planner.top_row("sent")
    planner.keys("e", "Alt+M")
    planner.write_before(planner.message("again", item))
    planner.leave()


def _all_of_them() -> Iterator[Known]:
    yield from _while_writing()
    yield from _at_the_start()
    yield from _with_a_bad_server()


def _while_writing() -> Iterator[Known]:
    for moment in (800, 900, 1200, 2500):
        yield Known("F1", _twice, 20, moment)
    yield Known("F1 outside", _twice_outside, 20, 1200)
    for gap in (0, 5, 8, 20):
        yield Known("F2 next", _next_at_once, gap)
        yield Known("F2 undo", _undo_at_once, gap)
    for gap in (0, 15, 40):
        yield Known("F5", _next_while_one_closes, gap)
    for gap in (40, 90):
        yield Known("F6", _link_meanwhile, gap)
    for gap in (5, 12, 30):
        yield Known("F7", _popped, gap)
    for gap in (5, 20):
        yield Known("later", _later, gap)
    for gap in (5, 12, 40):
        yield Known("delete", _delete_and_undo, gap)


def _at_the_start() -> Iterator[Known]:
    for kept in (True, False):
        for gap, moment in ((60, 150), (0, 0), (0, 150), (0, 400), (20, 700)):
            yield Known("F3", _from_the_start, gap, moment, begins=True, kept=kept)
        for gap, moment in ((30, 0), (30, 200), (0, 0)):
            yield Known("F3 --compose", _compose_from_the_start, gap, moment, begins=True, kept=kept)
    yield Known("F3 link", _link_from_the_start, 20, 600, "slow", begins=True)


def _with_a_bad_server() -> Iterator[Known]:
    for trouble in ("503", "refusing"):
        for gap in (0, 60, 150):
            yield Known("F4 draft", _unread_draft, gap, 0, trouble)
            yield Known("F4 follow up", _unread_sent, gap, 0, trouble)
    for gap in (0, 80):
        yield Known("F8", _anew, gap, 0, "slow")


ALL: Final = tuple(_all_of_them())


def run(runner: Runner, which: str, times: int) -> Tally:
    """Play the ones whose names begin with one of `which` ("F1,F3", or "all"), each so many times."""
    began = time.monotonic()
    wanted = () if which == "all" else tuple(which.split(","))
    for one in ALL:
        if not wanted or one.name.split()[0] in wanted:
            for number in range(times):
                play(runner, one, number)
    runner.tally.seconds += time.monotonic() - began
    return runner.tally


def play(runner: Runner, one: Known, number: int) -> None:
    """Play one in a world of its own, in which the lists were there before, unless it begins with the start."""
    world = runner.begin_world(kept=one.kept, hold=_HOLD)
    try:
        if not one.begins:
            world.start()
            runner.wait_for_lists()
        before = runner.look()
        plan = written(one, number, {"drafts": before.of("drafts"), "sent": before.of("sentitems")})
        if one.trouble != "normal" and not one.begins:
            world.trouble(one.trouble)
        runner.tell(f"{one.called()} #{number}", plan, runner.play(plan, before, random.Random(number)))
    finally:
        runner.end_world()


def written(one: Known, number: int, lists: Mapping[str, Sequence[Item]]) -> Plan:
    """Return its plan."""
    planner = Planner(random.Random(f"{one.called()} {number}"), one.gap / 1000, _HOLD, lists)
    planner.where = "list"
    if one.trouble != "normal" and one.begins:
        planner.do("trouble", one.trouble)
    one.write(planner, one.moment / 1000)
    planner.names = [one.name]
    return planner.plan(one.trouble)
