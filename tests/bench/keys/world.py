"""Where a scenario takes place: one person's folder, one server, one program on a display, and what befalls them."""

from __future__ import annotations

import contextlib
import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from tests import bare_environment
from tests.bench.keys.hands import Hands
from tests.bench.keys.kept import Item, Keeper
from tests.bench.keys.line import Line
from tests.end2end import processes
from tests.end2end.desktop import Desktop, wait_until
from tests.faults.promise.server import Server
from tests.sandbox_fixture import RunningSandbox
from tests.sandbox_fixture import start as start_sandbox
from tests.sandbox_fixture import stop as stop_sandbox

DATABASE: Final = "mailwright.sqlite"
USER: Final = "clara.fontaine@contoso.com"
_SET_UP: Final = """
import asyncio, json, pathlib, sys
from app.domain.account import Account
from app.domain.message import AccountId
from app.storage.settings import SqliteSettings
from app.storage.store import Store
async def main(folder, told):
    store = await Store.open_database(pathlib.Path(folder) / "mailwright.sqlite")
    told["account_id"] = AccountId("first")
    await SqliteSettings(store).keep_account(Account(**told))
    await store.close()
asyncio.run(main(sys.argv[1], json.loads(sys.argv[2])))
"""
_KNOWN_WORDS: Final = (
    "qt.accessibility.atspi: ",
    "QAccessibleTable::child: Invalid index at: ",
    "QAccessibleList::child: Invalid index at: ",
)
_TROUBLES: Final[dict[str, list[dict[str, Any]]]] = {
    "normal": [],
    "a little slow": [{"action": "stall", "seconds": 0.3}],
    "slow": [{"action": "stall", "seconds": 0.8}],
    "very slow": [{"action": "stall", "seconds": 2.0}],
    "stalled": [{"action": "stall", "seconds": 6.0}],
    "503": [{"action": "status", "status": 503, "headers": {"Retry-After": "2"}}],
    "refusing": [{"action": "fault", "code": "ErrorInternalServerError"}],
    "refusing to send": [{"action": "code", "code": "ErrorQuotaExceeded", "operation": "SendItem"}],
    "stopped": [],
    "dead": [],
}
WITH_KEPT_ACCOUNT: Final = frozenset({"dead"})
HARMLESS: Final = frozenset({"normal", "a little slow", "slow"})
"""Under these everything goes its way in the time that a judge waits."""
TROUBLES: Final = tuple(_TROUBLES)


class Ground:
    """What worlds share: a display, hands, a server of its own, and the folders that each begins with."""

    def __init__(self, desktop: Desktop, place: Path, checkout: Path, slow_disk: Path | None = None) -> None:
        """Start programs of `checkout` on `desktop`; keep folders in `place`."""
        self.desktop = desktop
        self.place = place
        self.checkout = checkout
        self.slow_disk = slow_disk
        self.hands = Hands(desktop.environment["DISPLAY"])
        self.sandbox: RunningSandbox
        self.line: Line
        self.worlds = 0
        self._own: tuple[list[Item], int] = ([], 0)

    @contextlib.contextmanager
    def ready(self) -> Iterator[Ground]:
        """Start the server, and make what a person who has an account finds."""
        self.sandbox = start_sandbox()
        try:
            with Line(urlsplit(self.sandbox.url).port or 0) as self.line:
                self._make_templates()
                yield self
        finally:
            self.hands.close()
            stop_sandbox(self.sandbox)

    def _make_templates(self) -> None:
        first = self.sandbox.first
        told = {
            "address": first["address"],
            "endpoint": f"https://localhost:{self.line.port}/EWS/Exchange.asmx",
            "user": first["user"],
            "display_name": first["display_name"],
            "ca_file": self.sandbox.ca_file,
        }
        kept = self.place / "kept"
        subprocess.run([sys.executable, "-c", _SET_UP, str(kept), json.dumps(told)], cwd=self.checkout, check=True)
        exchange = start_sandbox("--data", str(self.place / "own" / "exchange"))
        server = Server(exchange, (USER,))
        keeper = Keeper(server, USER)
        self._own = keeper.items(), len(keeper.deliveries())
        server.close()
        stop_sandbox(exchange)

    def first_look(self) -> tuple[list[Item], int]:
        """Return what a program with --sandbox finds at its first start: its messages, and how many were delivered."""
        return self._own


class World:
    """One person, one folder, one server. The program is started as often as a scenario wants."""

    def __init__(self, ground: Ground, *, kept: bool, hold: float, slow_disk: int = 0) -> None:
        """Begin anew, with an account `kept` in the settings or with --sandbox; fsync takes `slow_disk` ms more."""
        ground.worlds += 1
        self.ground, self.kept, self.hold, self.slow_disk = ground, kept, hold, slow_disk
        self.place = ground.place / f"world-{ground.worlds}"
        self.data = self.place / "data"
        shutil.copytree(ground.place / ("kept" if kept else "own"), self.data)
        self.log = self.place / "program.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.links: list[subprocess.Popen[bytes]] = []
        self.starts = 0
        self._server: Server | None = None
        self._keeper: Keeper | None = None
        self._stopped = 0
        if kept:
            ground.sandbox.reset()
            self._server = Server(ground.sandbox, (USER,))

    # --- the program --------------------------------------------------------------------------------------------------

    def environment(self) -> dict[str, str]:
        """Return what the program is started with."""
        home, runtime = self.place / "home", self.place / "runtime"
        for folder in (home, runtime):
            folder.mkdir(exist_ok=True)
        runtime.chmod(0o700)
        found = {
            **self.ground.desktop.environment,
            "HOME": str(home),
            "MAILWRIGHT_DATA": str(self.data),
            "MAILWRIGHT_PRESETS": str(bare_environment.presets(home)),
            "MAILWRIGHT_DEBUG": "file",  # its log says which commands were run
            "MAILWRIGHT_HOLD": f"{self.hold:g}",
        }
        if self.kept:
            found["PYTHON_KEYRING_BACKEND"] = "tests.bench.keyring_of_one.KeyringOfOne"
            found["MAILWRIGHT_BENCH_PASSWORD"] = self.ground.sandbox.first["password"]
        if self.slow_disk and self.ground.slow_disk is not None:
            found["LD_PRELOAD"] = str(self.ground.slow_disk)
            found["SLOW_DISK_MS"] = str(self.slow_disk)
        return found

    def start(self, *arguments: str) -> None:
        """Start the program; return as soon as its window has the keys of the keyboard."""
        self.starts += 1
        if not self.kept:
            self._hang_up()
            (self.place / "sandbox.json").unlink(missing_ok=True)
        self.process = self._launch(*arguments)
        wait_until(self._has_keys, "the window is there", 30)

    def _launch(self, *arguments: str) -> subprocess.Popen[bytes]:
        own = [] if self.kept else ["--sandbox", "--sandbox-info", str(self.place / "sandbox.json")]
        with self.log.open("ab") as output:
            return subprocess.Popen(
                [sys.executable, "-m", "app", *own, *arguments],
                cwd=self.ground.checkout,
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def _has_keys(self) -> bool:
        assert self.process is not None
        self._follow()
        assert self.process.poll() is None, f"the program ended with {self.process.returncode}: {self.said()}"
        return self.ground.hands.active_process() == self.process.pid

    def _follow(self) -> None:
        """Take a start that brought a link for the program, where the window died and this one became it."""
        if self.process is not None and self.process.poll() in (0, -signal.SIGKILL):  # a crash stays one
            self.process = next((link for link in self.links if link.poll() is None), self.process)
            self.links = [link for link in self.links if link is not self.process]

    def is_running(self) -> bool:
        """Tell whether the program runs."""
        self._follow()
        return self.process is not None and self.process.poll() is None

    def hand_over(self, link: str) -> None:
        """Start the program once more with a link, and do not wait for it."""
        self.links.append(self._launch(link))

    def wait_for_links(self, seconds: float = 20.0) -> None:
        """Wait until each start that brought a link has handed it over, or has become the program."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self._follow()
            self.links = [link for link in self.links if link.poll() is None]
            if not self.links:
                return
            time.sleep(0.05)

    def wait_for_end(self, seconds: float = 20.0) -> bool:
        """Tell whether the program ended by itself in so many seconds."""
        assert self.process is not None
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def quit(self) -> None:
        """Ask the program to end as a session that closes does."""
        if self.is_running() and self.process is not None:
            self.process.terminate()
            if not self.wait_for_end():
                self.kill_window()

    def kill_window(self) -> None:
        """Pull the plug."""
        if self.process is None:
            return
        family = list(processes.below(self.process.pid))
        self.process.kill()
        self.process.wait(10)
        if self._stopped:
            processes.signal_one(self._stopped, signal.SIGCONT)  # a process that is stopped cannot end
        wait_until(lambda: not any(map(processes.is_running, family)), "its other processes end with it")

    def kill_engine(self) -> None:
        """Kill the process that talks to the server."""
        if self.process is not None:
            for pid, line in processes.below(self.process.pid).items():
                if "app.engine" in line:
                    processes.signal_one(pid, signal.SIGKILL)

    def said(self) -> str:
        """Return what the program wrote to its output, what is known and told of our eyes left out."""
        if not self.log.exists():
            return ""
        lines = self.log.read_text("utf-8", "replace").splitlines()
        return "\n".join(line for line in lines if not any(known in line for known in _KNOWN_WORDS))

    # --- the server ---------------------------------------------------------------------------------------------------

    @property
    def server(self) -> Server:
        """The server, once it is there."""
        if self._server is None:
            told = self.place / "sandbox.json"
            wait_until(lambda: told.exists() and told.read_text().rstrip().endswith("}"), "the sandbox is ready", 30)
            ready = json.loads(told.read_text())
            assert self.process is not None
            admin = ready["admin"]
            running = RunningSandbox(
                self.process, ready["url"], ready["ca_file"], ready["accounts"], admin["url"], admin["token"]
            )
            self._server = Server(running, (USER,))
        return self._server

    @property
    def keeper(self) -> Keeper:
        """Who looks at its folders."""
        if self._keeper is None:
            self._keeper = Keeper(self.server, USER)
        return self._keeper

    def trouble(self, name: str) -> None:
        """Let the server be as `name` says from now on."""
        if name == "dead":
            self.ground.line.cut()
        elif name == "stopped":
            self._stopped = self._server_process()
            if self._stopped:  # else it has not begun to run: no process is there to be stopped
                processes.signal_one(self._stopped, signal.SIGSTOP)
        else:
            rules = [{"operation": "*", "nth": "every", "user": USER, **rule} for rule in _TROUBLES[name]]
            self.server.faults(rules)

    def heal(self) -> None:
        """End all trouble."""
        self.ground.line.mend()
        if self._stopped:
            processes.signal_one(self._stopped, signal.SIGCONT)
            self._stopped = 0
        if self.kept or self.is_running():
            self.server.faults([])

    def _hang_up(self) -> None:
        if self._server is not None:
            self._server.close()
        self._server = self._keeper = None

    def _server_process(self) -> int:
        if self.kept:
            return self.ground.sandbox.process.pid
        assert self.process is not None
        return next((pid for pid, line in processes.below(self.process.pid).items() if "app.sandbox" in line), 0)

    # --- the end ------------------------------------------------------------------------------------------------------

    def end(self) -> None:
        """End everything; the folder goes too."""
        with contextlib.suppress(AssertionError, OSError):
            self.heal()
        if self.is_running():
            self.kill_window()
        for link in self.links:
            if link.poll() is None:
                processes.end(link)
        self._hang_up()
        shutil.rmtree(self.place, ignore_errors=True)


def check_out_is_there(checkout: Path) -> Path:
    """Return a folder that holds the program. Raises SystemExit in words."""
    if not (checkout / "app" / "__main__.py").is_file():
        raise SystemExit(f"{checkout} holds no app/__main__.py")
    return checkout.resolve()
