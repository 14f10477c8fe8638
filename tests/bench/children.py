"""Processes that are measured from outside: started, listened to, and ended."""

from __future__ import annotations

import asyncio
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import msgspec

from app.domain.account import Account
from app.domain.message import AccountId
from app.domain.server_traits import BY_THE_BOOK
from app.services.accounts.accounts import traits_key
from app.storage.settings import SqliteSettings
from app.storage.store import Store
from tests import bare_environment
from tests.end2end import processes
from tests.sandbox_fixture import ROOT, RunningSandbox

PATIENCE = 60.0


class Child:
    """A watched process. Times are milliseconds from the moment before it was started."""

    source = ROOT
    """The folder with the source of what is started."""

    def __init__(self, environment: dict[str, str], *arguments: str) -> None:
        """Start `python -m tests.bench.watched` with these arguments."""
        self._rest = b""
        self.began = time.monotonic_ns()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.watched", *arguments],
            cwd=self.source,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def wait_for(self, word: str) -> str:
        """Return what is said after `word`, as soon as it is said. Fails the bench when nothing comes in a minute."""
        assert self.process.stdout is not None
        deadline = time.monotonic() + PATIENCE
        while True:
            line, found, rest = self._rest.partition(b"\n")
            if found:
                self._rest = rest
                said, _, what = line.decode().partition(" ")
                if said == word:
                    return what
                continue
            left = deadline - time.monotonic()
            ready, _, _ = select.select([self.process.stdout], [], [], max(0.0, left))
            assert ready, f"nothing was heard of {word!r}"
            heard = os.read(self.process.stdout.fileno(), 1 << 16)
            assert heard, f"the process ended before it said {word!r}"
            self._rest += heard

    def when(self, word: str) -> float:
        """Return when `word` was said."""
        return (int(self.wait_for(word)) - self.began) / 1e6

    def rest_of(self, word: str) -> list[int]:
        """Return, once the process has ended, what it said after `word` and was not heard yet."""
        assert self.process.stdout is not None
        said = self._rest + self.process.stdout.read()
        lines = [line.decode().partition(" ") for line in said.split(b"\n")[:-1]]
        return [int(what) for one, _, what in lines if one == word]

    def forget(self) -> None:
        """Pass over what was said until now."""
        assert self.process.stdout is not None
        while select.select([self.process.stdout], [], [], 0)[0] and os.read(self.process.stdout.fileno(), 1 << 16):
            pass
        self._rest = b""

    def order(self, words: str) -> None:
        """Write a line to its standard input."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{words}\n".encode())
        self.process.stdin.flush()

    def ask(self, order: str) -> Any:
        """Give an order and return its answer."""
        self.order(order)
        return json.loads(self.wait_for(order))

    def rows(self, name: str) -> int:
        """Return how many rows the list of this name has."""
        return int(self.ask("state").get(name, 0))

    def subjects(self, name: str) -> list[str]:
        """Return what the rows of the list of this name are about, sorted, once all of them were read."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            self.order(f"subjects {name}")
            found: list[str | None] = json.loads(self.wait_for("subjects"))
            if None not in found:
                return sorted(one for one in found if one is not None)
            time.sleep(0.1)
        raise AssertionError("rows are still read")

    def place(self, name: str) -> tuple[str, int]:
        """Return what the current row of a list is about, and how far below the list's top it is seen, in pixels."""
        self.order(f"place {name}")
        subject, below = json.loads(self.wait_for("place"))
        return subject, below

    def engine(self) -> int:
        """Return the process of the engine, once it runs."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            for pid, line in processes.below(self.process.pid).items():
                if "app.engine" in line:
                    return pid
            time.sleep(0.05)
        raise AssertionError("no engine was started")

    def end(self) -> None:
        """Kill it, and wait until all that it started is gone too."""
        family = list(processes.below(self.process.pid))
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()
        deadline = time.monotonic() + 10
        while any(processes.is_running(pid) for pid in family) and time.monotonic() < deadline:
            time.sleep(0.02)


class Home:
    """A person's folder with one account in it, and the environment in which the program finds it and its password."""

    def __init__(self, place: Path, display: dict[str, str], sandbox: RunningSandbox) -> None:
        """Set up the first account of `sandbox` in `place`."""
        self._place = place
        self._display = display
        self._sandbox = sandbox
        self._password = sandbox.first["password"]
        self._runs = 0
        asyncio.run(self._set_up(sandbox))

    def lead_through(self, endpoint: str) -> None:
        """Let the account reach its server by another address."""
        asyncio.run(self._set_up(self._sandbox, endpoint))

    async def _set_up(self, sandbox: RunningSandbox, endpoint: str = "") -> None:
        first = sandbox.first
        store = await Store.open_database(self._place / "data" / "mailwright.sqlite")
        settings = SqliteSettings(store)
        # As after a person's first minute: until it is asked what it does, a server is asked twice for each update.
        asked = msgspec.structs.replace(BY_THE_BOOK, asked_at=time.time())
        await settings.keep_setting(traits_key(AccountId("first")), msgspec.json.encode(asked).decode())
        await settings.keep_account(
            Account(
                account_id=AccountId("first"),
                address=first["address"],
                endpoint=endpoint or sandbox.url,
                user=first["user"],
                display_name=first["display_name"],
                ca_file=sandbox.ca_file,
            )
        )
        await store.close()

    def environment(self) -> dict[str, str]:
        """Return the environment of a start on a fresh copy of the folder, so that each start finds the same."""
        self._runs += 1
        data = self._place / f"run-{self._runs}"
        shutil.copytree(self._place / "data", data)
        home = self._place / "home"
        home.mkdir(exist_ok=True)
        return {
            **start_environment(self._display),
            "HOME": str(home),
            "MAILWRIGHT_DATA": str(data),
            "MAILWRIGHT_PRESETS": str(bare_environment.presets(home)),
            "MAILWRIGHT_HOLD": "0",
            "PYTHON_KEYRING_BACKEND": "tests.bench.keyring_of_one.KeyringOfOne",
            "MAILWRIGHT_BENCH_PASSWORD": self._password,
        }


def start_environment(display: dict[str, str]) -> dict[str, str]:
    """Return an environment without what would change a start: Python's own switches, a bus, settings of ours."""
    unwanted = ("PYTHON", "DBUS_", "XDG_", "MAILWRIGHT", "QT_")
    bare = {name: value for name, value in os.environ.items() if not name.startswith(unwanted)}
    return {**bare, **display, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}
