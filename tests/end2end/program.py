"""The program under test, in a home of its own, with the sandbox that it started and the processes it is made of."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path
from typing import NamedTuple

from tests import bare_environment
from tests.end2end import processes, seen
from tests.end2end.desktop import Desktop, wait_until
from tests.end2end.seen import Node
from tests.sandbox_fixture import RunningSandbox

TITLE = "Mailwright"


class Place(NamedTuple):
    """Where a program leaves what a test reads: its output, its data, and what it says of its sandbox."""

    log: Path
    data: Path
    info: Path | None = None


class Program:
    """One program on a desktop. `wait_until_accessible` is how a test waits: for words, never for time."""

    def __init__(self, desktop: Desktop, process: subprocess.Popen[bytes], place: Place) -> None:
        self.desktop = desktop
        self.process = process
        self.log, self.data, self._info = place
        self._sandbox: RunningSandbox | None = None

    def must_run(self) -> None:
        """Fail with the program's last words where it has ended."""
        assert self.process.poll() is None, f"the program ended with {self.process.returncode}:\n{self.said()}"

    # --- eyes -------------------------------------------------------------------------------------------------------

    def tree(self) -> Node | None:
        """Return what a screen reader sees now."""
        self.must_run()
        return self.desktop.look(self.process.pid)

    def words(self) -> str:
        """Return everything that is said in the window now."""
        return seen.all_words(self.tree())

    def wait_until_accessible(self, text: str, *, role: str = "", state: str = "", seconds: float = 20.0) -> Node:
        """Return the first node that says `text`, as soon as there is one. Fails with the whole tree in its words."""
        deadline = time.monotonic() + seconds
        while True:
            tree = self.tree()
            node = seen.find(tree, text, role=role, state=state)
            if node is not None:
                return node
            assert time.monotonic() < deadline, f"{text!r} did not appear in {seconds:g} s:\n{seen.outline(tree)}"
            time.sleep(0.03)

    def place_of(self, text: str, *, role: str = "", seconds: float = 20.0) -> Node:
        """Return what is called `text`, or else says it, and shows, with the place of its middle, once there is one."""
        deadline = time.monotonic() + seconds
        while True:
            self.must_run()
            tree = self.desktop.look(self.process.pid, places=True)
            shown = [one for one in seen.walk(tree) if "middle" in one and (not role or one["role"] == role)]
            called = [one for one in shown if one["name"] == text]
            for node in called or [one for one in shown if any(text in part for part in seen.words(one))]:
                return node
            assert time.monotonic() < deadline, f"{text!r} did not show in {seconds:g} s:\n{seen.outline(tree)}"
            time.sleep(0.03)

    def wait_until_gone(self, text: str, *, role: str = "", seconds: float = 20.0) -> None:
        """Return as soon as nothing says `text`."""
        deadline = time.monotonic() + seconds
        while (tree := self.tree()) is None or seen.find(tree, text, role=role) is not None:
            assert time.monotonic() < deadline, f"{text!r} was still there after {seconds:g} s:\n{seen.outline(tree)}"
            time.sleep(0.03)

    def wait_until_focused(self, text: str, *, role: str = "", seconds: float = 20.0) -> Node:
        """Return the node that says `text`, as soon as it has the focus."""
        return self.wait_until_accessible(text, role=role, state="focused", seconds=seconds)

    def said(self) -> str:
        """Return what the program wrote to its output."""
        return self.log.read_text("utf-8", "replace")

    # --- the processes it is made of --------------------------------------------------------------------------------

    def part(self, word: str) -> int:
        """Return the process below the program whose command line holds `word`, as soon as there is one."""

        def found() -> int:
            return next((pid for pid, line in processes.below(self.process.pid).items() if word in line), 0)

        return wait_until(found, f"a process with {word!r} in its command line runs")

    def parts(self) -> list[str]:
        """Return the command lines of the processes below the program."""
        return list(processes.below(self.process.pid).values())

    def has_on_disk(self, words: str) -> bool:
        """Tell whether the program's files hold `words`, as UTF-8 or UTF-16."""
        wanted = (words.encode("utf-8"), words.encode("utf-16-le"))
        files = [file for file in self.data.rglob("*") if file.is_file()] if self.data.exists() else []
        return any(form in file.read_bytes() for file in files for form in wanted)

    def kill_part(self, word: str) -> int:
        """Kill a process below the program without a warning; return its id once it is gone."""
        pid = self.part(word)
        processes.signal_one(pid, signal.SIGKILL)
        wait_until(lambda: not processes.is_running(pid), f"process {pid} is gone")
        return pid

    @property
    def sandbox(self) -> RunningSandbox:
        """The sandbox that the program started, for looking at what truly happened and for ordering trouble."""
        if self._sandbox is None:
            info = self._info
            assert info is not None, "this program was started without a sandbox"
            wait_until(lambda: self._is_told(info), "the sandbox is ready")
            assert info.stat().st_mode & 0o077 == 0, "the admin token is for nobody else's eyes"
            ready = json.loads(info.read_text("utf-8"))
            # The process is the program's child, not ours: nothing here reads `process`.
            admin = ready["admin"]
            known = (ready["url"], ready["ca_file"], ready["accounts"], admin["url"], admin["token"])
            self._sandbox = RunningSandbox(self.process, *known, ready["graph"]["url"])
        return self._sandbox

    def _is_told(self, info: Path) -> bool:
        self.must_run()
        return info.exists() and info.read_text("utf-8").rstrip().endswith("}")

    # --- its end ----------------------------------------------------------------------------------------------------

    def kill(self) -> None:
        """Pull the plug: the window process is killed."""
        self.process.kill()
        self.process.wait(10)

    def quit(self) -> int:
        """Ask the program to end, as a session that closes does, and return its exit status."""
        self.process.terminate()
        return self.process.wait(15)


class Launcher:
    """Starts programs on a desktop; each test has one, and whatever it started is ended with the test."""

    def __init__(self, desktop: Desktop, place: Path) -> None:
        self._desktop = desktop
        self._place = place
        self._mark = uuid.uuid4().hex
        self.started: list[Program] = []
        self._opens_with: tuple[str, ...] = ()

    @property
    def data(self) -> Path:
        """The folder in which the program keeps its data; the same for every start within one test."""
        return self._place / "data"

    @property
    def notes(self) -> Path:
        """The file in which it stands, line by line, what programs wanted the desktop to open."""
        return self._place / "opened"

    def opened(self) -> list[str]:
        """Return what programs wanted the desktop to open: addresses and files, in order."""
        return self.notes.read_text("utf-8").splitlines() if self.notes.exists() else []

    def open_with(self, *command: str) -> None:
        """Let the desktop of programs that start from now on run `command` with what they want opened.

        Until then it notes what it was asked, and opens nothing: no test starts a program of this machine.
        """
        self._opens_with = command

    def environment(self) -> dict[str, str]:
        """Return the environment of a person who has never used the program."""
        home = self._place / "home"
        runtime = self._place / "runtime"
        for folder in (home, runtime):
            folder.mkdir(exist_ok=True)
        runtime.chmod(0o700)
        opener = bare_environment.opener(self._place / "bin", self.notes, *self._opens_with)
        return {
            **self._desktop.environment,
            "PATH": f"{opener.parent}{os.pathsep}{self._desktop.environment['PATH']}",
            "BROWSER": str(opener),
            "HOME": str(home),
            "XDG_CONFIG_HOME": str(home / ".config"),
            "XDG_DATA_HOME": str(home / ".local/share"),
            "XDG_CACHE_HOME": str(home / ".cache"),
            "XDG_STATE_HOME": str(home / ".local/state"),
            "MAILWRIGHT_DATA": str(self.data),
            "MAILWRIGHT_PRESETS": str(bare_environment.presets(self._place)),
            processes.TEST: self._mark,
        }

    def start_command(self, *command: str, info: Path | None = None, **environment: str) -> Program:
        """Start any program with our Python, and return at once."""
        log = self._place / f"program-{len(self.started)}.log"
        with log.open("wb") as output:
            process = self._desktop.start(
                [sys.executable, *command],
                env={**self.environment(), **environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        program = Program(self._desktop, process, Place(log, self.data, info))
        self.started.append(program)
        return program

    def __call__(self, *arguments: str, sandbox: bool = True, hold: float = 0.0, **environment: str) -> Program:
        """Start Mailwright and return once its window has the focus, or is there where nothing gives it the focus.

        `hold` is the undo's seconds.
        """
        info = self._place / f"sandbox-{len(self.started)}.json" if sandbox else None
        wanted = ["--sandbox", "--sandbox-info", str(info)] if info is not None else []
        program = self.start_command(
            "-m", "app", *wanted, *arguments, info=info, MAILWRIGHT_HOLD=f"{hold:g}", **environment
        )
        wait_until(lambda: self._has_window(program), "the window has the focus")
        return program

    def _has_window(self, program: Program) -> bool:
        program.must_run()
        if not self._desktop.managed:
            return bool(self._desktop.windows(TITLE))
        return TITLE in self._desktop.active_title()

    def keep_for_a_look(self, name: str) -> None:
        """Keep picture, tree and log of a test that failed."""
        name = name.replace("[", "-").replace("]", "")  # what makes the picture takes brackets for a choice of frames
        self._desktop.shoot(f"failed-{name}")
        for number, program in enumerate(self.started):
            running = program.process.poll() is None
            text = seen.outline(program.tree()) if running else f"(ended with {program.process.returncode})"
            (self._desktop.shots / f"failed-{name}-{number}.txt").write_text(f"{text}\n\n{program.said()}", "utf-8")

    def running(self) -> list[int]:
        """Return the processes of this test that run."""
        return processes.marked(self._mark)

    def end_all(self) -> None:
        """End what was started and what that started, orphans too."""
        for program in self.started:
            if program.process.poll() is None:
                processes.end(program.process)
        processes.end_marked(self._mark)
