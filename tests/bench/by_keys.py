"""One schedule of the promise in a true window: a person at the keyboard, and SIGKILL for window and engine."""

from __future__ import annotations

import asyncio
import itertools
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final

from app.storage.store import SqliteJournal, Store
from tests.bench.children import Child
from tests.bench.keyboard import Keyboard
from tests.end2end import processes
from tests.faults.promise.server import Kept, Server
from tests.faults.promise.trouble import MADE, OPERATIONS, PROCESSED_LATE, TROUBLES, manner_rule, rule_for
from tests.faults.promise.verdict import Broken
from tests.sandbox_fixture import ROOT

ARRIVED: Final = 0.3
"""Seconds after which the last key has arrived in the window, and has taken the focus where it takes it."""
PROMISE: Final = 0.1
"""Seconds for which a word has to be on the screen."""
SETTLED: Final = 120.0
"""Seconds of a clock on the wall, eight times as many of the program's, after which nothing may be left undone."""
FRIEND: Final = "james.okafor"
MANNERS: Final = ("", "", "", "leave-draft")
_SHORT: Final = tuple(
    name for name, rule in TROUBLES.items() if rule.get("seconds", 0.0) < 0.5 and name != PROCESSED_LATE
)
_SLOW: Final = ({"action": "stall", "seconds": 1.5}, {"action": "stall", "seconds": 1.5, "after": True})
_LATE: Final = {"action": "late", "seconds": 3.0}
"""Twenty-four seconds of the program's: longer than it looks for a first save before it makes it again."""
WITH_LATE: Final = 2000
"""Schedules from this number on meet that too; those below go on meaning what they meant."""
_STEPS: Final = {
    "write": 4,
    "type": 3,
    "send": 6,
    "undo": 2,
    "save": 2,
    "leave": 2,
    "open": 2,
    "lists": 1,
    "trouble": 6,
    "wait": 3,
    "kill window": 4,
    "kill engine": 3,
}


class Hurried(Child):
    """A watched window, eight times as fast."""

    def __init__(self, environment: dict[str, str], *arguments: str) -> None:
        """Start `python -m tests.bench.hurried` with these arguments."""
        self._rest = b""
        self.began = time.monotonic_ns()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.hurried", *arguments],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def shown(self) -> dict[str, str]:
        """Return the name and the text of the field that has the focus; `ready` is empty until the account is open."""
        answer: dict[str, str] = self.ask("shown")
        return answer


class ByKeys:
    """One person, one folder, one server; the window as often as it is killed."""

    def __init__(self, number: int, environment: dict[str, str], keyboard: Keyboard, server: Server) -> None:
        """Nothing is started yet."""
        self.dice = random.Random(number)
        self.environment = environment
        self.keyboard = keyboard
        self.server = server
        self.meets_late = number >= WITH_LATE
        self.manner = self.dice.choice(MANNERS)
        self.met: Counter[str] = Counter()
        self.owed: dict[str, str] = {}
        self._subjects = 0
        self._words = 0
        self._asked_to_sign_in = {"401", "403", "sign-in page before", "sign-in page after"}
        self._hold = self.dice.choice(("0", "8"))
        self.window: Hurried

    # --- the whole ----------------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Do all of it. Raises Broken."""
        self._faults([])
        self._start()
        try:
            self._do("write")
            for _ in range(self.dice.randrange(5, 11)):
                self._do(self.dice.choices(tuple(_STEPS), tuple(_STEPS.values()))[0])
            self._settle_and_judge()
        finally:
            self.window.end()

    def _start(self) -> None:
        self.window = Hurried({**self.environment, "MAILWRIGHT_HOLD": self._hold})
        self._until(lambda: self.window.shown()["ready"], "it takes keys")

    def _do(self, what: str) -> None:
        self.met[what] += 1
        getattr(self, "_" + what.replace(" ", "_"))()

    def _until(self, is_so: Callable[[], object], what: str, seconds: float = 60.0) -> None:
        deadline = time.monotonic() + seconds
        while not is_so():
            assert time.monotonic() < deadline, f"in {seconds:g} s not seen: {what}"
            time.sleep(0.02)

    def _has_focus(self, name: str) -> bool:
        return self.window.shown()["field"] == name

    # --- the person ---------------------------------------------------------------------------------------------------

    def _write(self) -> None:
        self.keyboard.press("Ctrl+n")
        self._until(lambda: self._has_focus("To"), "a new message")
        self._subjects += 1
        self.keyboard.type(FRIEND, 0.004)
        self.keyboard.press("Shift+2")
        self.keyboard.type("contoso.com", 0.004)
        self.keyboard.press("Tab")
        self._until(lambda: self._has_focus("Subject"), "the subject")
        self.keyboard.type(f"message{self._subjects}", 0.004)
        self.keyboard.press("Return")
        self._until(lambda: self._has_focus("Message"), "the text")
        self._type()

    def _type(self) -> None:
        time.sleep(ARRIVED)
        if not self._has_focus("Message"):
            return
        self.keyboard.press("Ctrl+End")
        for _ in range(self.dice.randrange(1, 4)):
            self._words += 1
            word = f"w{self._words}"
            self.keyboard.type(f" {word}", 0.004)
            self._until(partial(self._is_shown_or_too_late, word), f"{word} on the screen")
            if not self._is_on_the_screen(word):
                # The key that sent or closed the message had not been seen to yet when this one was pressed.
                self.met["typed after the message had gone"] += 1
                return
            self.owed[word] = "young"
            if self.dice.random() < 0.8:
                time.sleep(PROMISE)
                self.owed.update(dict.fromkeys(self.owed, "old"))

    def _is_shown_or_too_late(self, word: str) -> bool:
        return self._is_on_the_screen(word) or not self._has_focus("Message")

    def _is_on_the_screen(self, word: str) -> bool:
        return word in self.window.shown()["text"].split()

    def _send(self) -> None:
        if not self._has_focus("Message"):
            self._open()
        if self._has_focus("Message"):
            self.keyboard.press("Ctrl+Return")
            # A second one at once is taken for a slip.
            time.sleep(self.dice.uniform(0, 0.6))

    def _undo(self) -> None:
        if not self._has_focus("Message"):
            self.keyboard.press("Ctrl+z")
            time.sleep(self.dice.uniform(0, 0.2))

    def _save(self) -> None:
        if self._has_focus("Message"):  # in a list it asks for a file
            self.keyboard.press("Ctrl+s")

    def _leave(self) -> None:
        self.keyboard.press("Escape")

    def _open(self) -> None:
        """Open the uppermost draft, where there is one of ours."""
        self.keyboard.press("Escape")
        self.keyboard.press("Ctrl+2")
        rows = self.window.ask("rows").get("Drafts", [])
        if rows and "message" in rows[0]:
            self.keyboard.press("Home")
            self.keyboard.press("Return")
            deadline = time.monotonic() + 3
            while not self._has_focus("Message") and time.monotonic() < deadline:
                time.sleep(0.02)

    def _lists(self) -> None:
        for keys in ("Escape", *self.dice.sample(("Ctrl+2", "Ctrl+3", "Ctrl+4"), 2)):
            self.keyboard.press(keys)

    def _wait(self) -> None:
        time.sleep(self.dice.choice((0.05, 0.2, 0.5, 1.0, 2.0)))

    # --- fate ---------------------------------------------------------------------------------------------------------

    def _faults(self, rules: list[dict[str, Any]]) -> None:
        self.server.faults([*manner_rule(self.manner), *rules])

    def _trouble(self) -> None:
        operation = self.dice.choice(OPERATIONS[:-1])
        if self.meets_late and operation in MADE and self.dice.random() < 0.4:
            self._faults([{**_LATE, "nth": 1, "operation": operation, "user": self.server.users[0]}])
            self.met[PROCESSED_LATE] += 1
        elif self.dice.random() < 0.3:
            slow = self.dice.choice(_SLOW)
            self._faults([{**slow, "nth": 1, "operation": operation, "user": self.server.users[0]}])
            self.met["slow"] += 1
        else:
            name = self.dice.choice(_SHORT)
            self._faults([rule_for(name, operation, self.dice.randrange(4), self.server.users[0])])
            self.met[name] += 1

    def _kill_window(self) -> None:
        time.sleep(self.dice.choice((0.0, self.dice.uniform(0, 0.1), self.dice.uniform(0, 0.5))))
        self._end_window()
        self._start()

    def _end_window(self) -> None:
        family = list(processes.below(self.window.process.pid))
        self.window.process.send_signal(signal.SIGKILL)
        self.window.end()
        self._until(lambda: not any(map(processes.is_running, family)), "the engine ends with its window")
        self.owed = {word: age for word, age in self.owed.items() if age != "young"}

    def _kill_engine(self) -> None:
        time.sleep(self.dice.uniform(0, 0.3))
        for pid, line in processes.below(self.window.process.pid).items():
            if "app.engine" in line:
                os.kill(pid, signal.SIGKILL)

    # --- the verdict --------------------------------------------------------------------------------------------------

    def _settle_and_judge(self) -> None:
        self._faults([])
        self.keyboard.press("Escape")
        self._until(lambda: not (self.server.under_way() or self.server.late()), "the server rests")
        if self.dice.random() < 0.5 or not self._asked_to_sign_in.isdisjoint(self.met):
            # Where a password was refused, the program waits for the person; here the person starts it again.
            self._kill_window()
        deadline = time.monotonic() + SETTLED
        while (open_ends := self._open_ends() or self._doubled()) and time.monotonic() < deadline:
            time.sleep(0.2)
        if open_ends:
            raise Broken("drafts multiplied" if self._doubled() else "stuck", str(open_ends))
        messages = self.window.ask("messages")
        rows = self._read_the_lists(messages)
        self._end_window()
        kept = [item for item in self.server.kept() if item.user == self.server.users[0]]
        self._judge_messages(messages, rows, kept)
        self._judge_words(kept)

    def _open_ends(self) -> list[dict[str, Any]]:
        """Return the messages of which something is still to be done or to be found out."""
        return [one for one in self.window.ask("messages") if not _is_settled(one)]

    def _doubled(self) -> list[str]:
        """Return the marks that more than one draft bears; what comes late is first to be seen."""
        if not self.met[PROCESSED_LATE]:
            return []
        marks = Counter(one.mark for one in self.server.in_folder(self.server.users[0], "drafts") if one.mark)
        return [mark for mark, times in marks.items() if times > 1]

    def _read_the_lists(self, messages: list[dict[str, Any]]) -> dict[str, list[str]]:
        """Walk through the lists until each message stands in one, as the person would look for it."""
        wanted = {one["subject"] for one in messages if one["subject"] and not one["discarded"]}
        deadline = time.monotonic() + 30
        while True:
            rows: dict[str, list[str]] = {}
            for keys, name in (("Ctrl+4", "Outbox"), ("Ctrl+3", "Sent"), ("Ctrl+2", "Drafts")):
                self.keyboard.press("Escape")
                self.keyboard.press(keys)
                time.sleep(0.3)
                rows[name] = self.window.ask("rows").get(name, [])
            said = "\n".join(itertools.chain(*rows.values()))
            if all(f"{subject}." in said for subject in wanted):
                return rows
            if time.monotonic() > deadline:
                raise Broken("wrong words", f"no row shows all of {sorted(wanted)}: {rows}")

    def _judge_messages(self, messages: list[dict[str, Any]], rows: dict[str, list[str]], kept: list[Kept]) -> None:
        delivered = {subject: len(times) for subject, times in self.server.deliveries_by_subject().items()}
        for one in messages:
            self.met[f"said: {one['words'].split(' ')[0]}"] += 1
            subject, times = one["subject"], delivered.get(one["subject"], 0)
            told = f"{subject} says {one['words']!r} ({one['state']}, {one['problem']}), was delivered {times} times"
            unknown = "may have been sent" in one["words"] or "cannot be known" in one["words"]
            if times > 1:
                raise Broken("twice", told)
            if one["words"].startswith("Sent") and not times:
                raise Broken("lost", told)
            if times and not (one["words"].startswith("Sent") or unknown):
                raise Broken("wrong words", told)
            if subject and not unknown and bool(times) != any(f"{subject}." in row for row in rows["Sent"]):
                raise Broken("wrong words", f"{told}; in Sent: {rows['Sent']}")
            if sum(item.mark == one["id"] and item.folder == "drafts" for item in kept) > 1:
                raise Broken("drafts multiplied", told)

    def _judge_words(self, kept: list[Kept]) -> None:
        found = {word for item in kept for word in item.body.split()}
        found.update(asyncio.run(_words_on_disk(Path(self.environment["MAILWRIGHT_DATA"]))))
        gone = sorted(set(self.owed) - found)
        if gone:
            raise Broken("lost", f"{gone} were on the screen, and are nowhere")


def _is_settled(one: dict[str, Any]) -> bool:
    state = one["state"]
    if state in {"sent", "sent-not-filed"}:
        return bool(one["verified"])
    if state == "unknown":
        return "cannot-be-known" in one["problem"]
    drafted = state in {"draft", "ready", "needs-attention"}
    return drafted and bool(one["saved"] or one["discarded"] or one["action"] or not one["passing"])


async def _words_on_disk(data: Path) -> set[str]:
    store = await Store.open_database(data / "mailwright.sqlite")
    try:
        if store.damaged is not None:
            raise Broken("lost", str(store.damaged))
        journal = SqliteJournal(store)
        return {
            word
            for one in await journal.records()
            for word in (await journal.read_message(one.local_id)).content.body.split()
        }
    finally:
        await store.close()
