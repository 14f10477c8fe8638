"""Plays a plan: presses its keys at their times and never waits for the window between them, then has it judged."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from tests.bench.keys.answers import Answers
from tests.bench.keys.kept import Item, messages_here
from tests.bench.keys.oracle import STARTING, Evidence, Failure, Judge
from tests.bench.keys.plan import Do, Key, Pause, Plan, Type
from tests.bench.keys.starved import Starved
from tests.bench.keys.world import DATABASE, HARMLESS, World
from tests.end2end import seen

NO_ANSWER: Final = 1.0
"""Seconds after which a key that had to show something was not answered."""
_LOOKED_FOR: Final = 5.0
"""Seconds after a key in which it is asked whether the machine was busy."""
_AFTER_HOLD: Final = 0.8
_AUTOSAVED: Final = 1.8
_PATIENCE: Final = 60.0
_PATIENCE_IN_TROUBLE: Final = 60.0
_LOOK_AGAIN: Final = 0.4
_UNDO: Final = 12.0
"""Seconds within which what was thrown away leaves the server: the time for undo, and a little."""
_TOLD: Final = 3
_GOING: Final = frozenset({"held", "queued", "sending"})
_STAYS_SO: Final = 25.0
"""Seconds after which what is wrong and did not change will not come right any more: a busy machine's request may be
overdue, and is made again after 15 s.
"""


class Typed(NamedTuple):
    """A key that was pressed: when, what, and whether the screen had to show something for it."""

    at: float
    what: str
    shows: bool


@dataclass
class Outcome:
    """What became of a scenario. `answers` are seconds from each key to a change on the screen."""

    failures: list[Failure]
    answers: list[float]
    log: list[str]
    seconds: float


@dataclass
class Look:
    """Everything that there was before a scenario."""

    items: list[Item]
    deliveries: int
    here: list[Item] = field(default_factory=list)

    def of(self, folder: str) -> list[Item]:
        """Return a folder as its list shows it, the newest first."""
        return sorted((one for one in self.items if one.folder == folder), key=lambda one: one.when, reverse=True)


@dataclass
class Player:
    """Plays one plan in one world."""

    world: World
    plan: Plan
    before: Look
    answers: Answers
    dice: random.Random
    earlier: frozenset[str] = frozenset()
    typed: list[Typed] = field(default_factory=list)
    deaf: list[tuple[float, float]] = field(default_factory=list)
    started_at: list[float] = field(default_factory=list)
    looked: list[str] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    _began: float = field(default_factory=time.monotonic)
    _next: float = 0.0
    _threads: list[threading.Thread] = field(default_factory=list)
    _two_starts: list[float] = field(default_factory=list)
    _undone_at: dict[int, float] = field(default_factory=dict)

    def play(self) -> Outcome:
        """Press every key, let everything settle, and judge."""
        self.answers.forget()
        self._note(f"{'kept account' if self.world.kept else '--sandbox'}, {self.plan.told()}")
        self._next = time.monotonic()
        try:
            with Starved(lambda: self.world.process.pid if self.world.process is not None else 0) as starved:
                for step in self.plan.steps:
                    self._step(step)
                last = time.monotonic()
                for thread in self._threads:
                    thread.join(30)
                self._settle(last)
            answers = self._answers(starved)
        except AssertionError as error:
            self.failures.append(Failure("broke down", str(error)[:400]))
            answers = []
        if said := self.world.said():
            self.failures.append(Failure("said something", said[-600:]))
        return Outcome(self.failures, answers, self.log, time.monotonic() - self._began)

    # --- steps --------------------------------------------------------------------------------------------------------

    def _step(self, step: Key | Type | Pause | Do) -> None:
        if isinstance(step, Key):
            self._press(step.chord, shows=step.shows)
        elif isinstance(step, Type):
            for sign in step.words:
                at = self._press("Enter" if sign == "\n" else sign, shows=True)
                if step.meant is not None and step.field:
                    step.meant.typed.append((step.field, sign, at))
        elif isinstance(step, Pause):
            self._note(f"pause {step.seconds:.2f}")
            self._next += step.seconds
            if step.looks:
                self._read_the_screen()
        else:
            self._note(f"{step.what} {' '.join(step.words)}")
            getattr(self, f"_do_{step.what}")(*step.words)

    def _press(self, chord: str, *, shows: bool) -> float:
        wait = self._next - time.monotonic()
        if wait > 0:
            time.sleep(wait)
        pressed = self.world.ground.hands.press(chord, self.plan.gap)
        self._next = max(self._next, pressed.at - 0.02) + self.plan.gap * self.dice.uniform(0.6, 1.4)
        self.typed.append(Typed(pressed.at, chord, shows))
        self._note(chord, pressed.at)
        return pressed.at

    def _note(self, what: str, at: float | None = None) -> None:
        self.log.append(f"{(at or time.monotonic()) - self._began:9.4f} {what}")

    def _read_the_screen(self) -> None:
        if self.world.is_running() and self.world.process is not None:
            self.looked.append(seen.all_words(self.world.ground.desktop.look(self.world.process.pid)))

    # --- what else happens --------------------------------------------------------------------------------------------

    def _do_start(self, *arguments: str) -> None:
        since = time.monotonic()
        if any(link.poll() is None for link in self.world.links):
            self._two_starts.append(since)
        self.world.start(*arguments)
        self.started_at.append(time.monotonic())
        self._next = time.monotonic()
        self.deaf.append((since - NO_ANSWER, self._next))

    def _ends_while_it_starts(self) -> None:
        """What was typed in a start that did not come to its end, on a busy machine too, is shown at the next one."""
        since = self.started_at[-1] if self.started_at else 0.0
        if time.monotonic() - since < STARTING:
            for one in self.plan.meant:
                if one.typed and one.typed[0][2] >= since:
                    one.sure = False

    def _do_quit_by_key(self) -> None:
        self._ends_while_it_starts()
        self._press("Ctrl+Q", shows=False)
        since = time.monotonic()
        if not self.world.wait_for_end(15) and self.world.process is not None:
            # It may ask what becomes of a message that cannot go; the session ends without an answer.
            self.world.process.terminate()
            assert self.world.wait_for_end(15), "SIGTERM, and the program was still there after 15 s"
        self.deaf.append((since - NO_ANSWER, time.monotonic()))

    def _do_quit(self) -> None:
        self._ends_while_it_starts()
        since = time.monotonic()
        self.world.quit()
        self.deaf.append((since - NO_ANSWER, time.monotonic()))

    def _do_kill_window(self) -> None:
        since = time.monotonic()
        started = self.started_at[-1] if self.started_at else 0.0
        for one in self.plan.meant:
            while_starting = one.typed and one.typed[0][2] >= started > since - STARTING
            if while_starting or (one.typed and since - one.typed[-1][2] < NO_ANSWER):
                one.cut_at = since
            undone_at = self._undone_at.get(one.number, 0.0)
            if one.undone and (since - undone_at < NO_ANSWER or undone_at >= started > since - STARTING):
                one.fates.add(one.undone)
        self.world.kill_window()
        self.deaf.append((since - NO_ANSWER, time.monotonic()))

    def _do_note_undo(self, number: str) -> None:
        self._undone_at[int(number)] = time.monotonic()

    def _do_kill_engine(self) -> None:
        self.world.kill_engine()

    def _do_hand_over(self, link: str) -> None:
        self.world.hand_over(link)

    def _do_trouble(self, name: str) -> None:
        self._beside(lambda: self.world.trouble(name))

    def _do_heal(self) -> None:
        self._beside(self.world.heal)

    def _beside(self, work: Callable[[], None]) -> None:
        """Do something that takes time beside the keys, which wait for nothing."""
        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        self._threads.append(thread)

    # --- the verdict --------------------------------------------------------------------------------------------------

    def _settle(self, last: float) -> None:
        """Wait until all is as it was meant, or nothing more is to be expected."""
        self._doubt_two_starts()
        self.world.wait_for_links()
        if not self.world.is_running():
            self._do_start()
        self.world.heal()
        troubled = self.plan.trouble not in HARMLESS
        if self._may_be_shown():
            self._read_the_screen()
        if troubled:
            self._look_around()
        self._sleep_until(last + max(self.world.hold + _AFTER_HOLD, _AUTOSAVED))
        deadline = time.monotonic() + (_PATIENCE_IN_TROUBLE if troubled else _PATIENCE)
        failures: list[Failure] = []
        since = time.monotonic()
        while True:
            waits = self._throws_away()  # asked first: what goes after the look would count as there for good
            goes = self._is_sending()  # also where that is as good as not to be sent: it goes in the next scenario
            found = self._judge(troubled=troubled)
            if found and self._may_be_shown():
                self._read_the_screen()  # a program that started only just shows after a while what it kept
                found = self._judge(troubled=troubled)
            if not found and not goes:
                break
            if found != failures:
                failures, since = found, time.monotonic()
            now = time.monotonic()
            over = now > deadline or (found and now - since > _STAYS_SO)
            if (over and not waits) or now > deadline + _UNDO or not self.world.is_running():
                break
            time.sleep(_LOOK_AGAIN)
        self.failures += found
        if not self.world.is_running():
            self.failures.append(Failure("broke down", "the program ended by itself"))

    def _may_be_shown(self) -> bool:
        """Tell whether there are words for which it is as good to be shown as to be in a message."""
        return any(not one.sure for one in self.plan.meant)

    def _doubt_two_starts(self) -> None:
        """Of two starts at once one has the window that goes: what is typed there is shown in the one that stays."""
        for one in self.plan.meant:
            if one.typed and any(since <= one.typed[0][2] < since + STARTING for since in self._two_starts):
                one.sure = False

    def _throws_away(self) -> bool:
        """Tell whether something discarded still lies on the server, until the time for undo is over."""
        return any(one.rest["discarded"] and one.item_id for one in messages_here(self.world.data / DATABASE))

    def _is_sending(self) -> bool:
        """Tell whether a message is on its way that may be sent or not."""
        here = messages_here(self.world.data / DATABASE)
        return any(one.rest["state"] in _GOING and not one.rest["discarded"] for one in here)

    def _look_around(self) -> None:
        """Go to the list and look for changes, as who hears that the server is back does.

        Not while the program starts: two Escapes give up the keys that wait, which are shown as words then.
        """
        self._sleep_until(max(self.started_at, default=0.0) + STARTING)
        for chord in ("Escape", "Escape", "Ctrl+2", "F5"):
            self._press(chord, shows=False)

    @staticmethod
    def _sleep_until(moment: float) -> None:
        time.sleep(max(0.0, moment - time.monotonic()))

    def _judge(self, *, troubled: bool) -> list[Failure]:
        keeper = self.world.keeper
        evidence = Evidence(
            before=self.before.items,
            after=keeper.items(),
            here=messages_here(self.world.data / DATABASE),
            deliveries=keeper.deliveries()[self.before.deliveries :],
            before_here=self.before.here,
            seen="\n".join(self.looked),
            started_at=self.started_at,
            earlier=self.earlier,
        )
        return Judge(self.plan.meant, evidence, troubled=troubled).judge()

    def _answers(self, starved: Starved) -> list[float]:
        """Return how long each key waited for a change on the screen; one that saw none for a second has failed.

        What the window waited for a processor meanwhile is the machine's, and is taken off.
        """
        shown = [one for one in self.typed if one.shows and not self._is_deaf(one.at)]
        found = self.answers.to(one.at for one in shown)
        late = [
            f"{one.what} at {one.at - self._began:.3f}"
            for one, took in zip(shown, found, strict=True)
            if took - starved.between(one.at, one.at + min(took, _LOOKED_FOR)) > NO_ANSWER
        ]
        if late:
            self.failures.append(Failure("no answer", f"nothing changed for 1 s after {', '.join(late[:8])}"))
        return found

    def _is_deaf(self, at: float) -> bool:
        return any(since <= at <= until for since, until in self.deaf)


def told(failures: Sequence[Failure]) -> str:
    """Return failures as one line."""
    lines = [f"{one.kind}: {one.words[:300]}" for one in failures[:_TOLD]]
    more = [f"and {len(failures) - _TOLD} more"] if len(failures) > _TOLD else []
    return "; ".join(lines + more).replace("\n", " / ")


def percentile(sorted_values: Sequence[float], share: float) -> Any:
    """Return the value below which `share` of them lie."""
    return sorted_values[min(len(sorted_values) - 1, int(share * len(sorted_values)))] if sorted_values else 0.0
