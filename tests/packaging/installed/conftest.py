"""Fixtures of the tests of installed packages: a new Debian, a desktop of an ordinary person, the program on it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import uuid
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from devtools.display import virtual_display
from tests.end2end import processes
from tests.end2end.desktop import Desktop, wait_until
from tests.end2end.desktop import why_not as why_no_desktop
from tests.end2end.program import Place, Program
from tests.packaging.installed.trees import ROOT, USER, Tree, debian
from tests.packaging.installed.trees import why_not as why_no_tree

HERE = Path(__file__).parent
SUITES = os.environ.get("MAILWRIGHT_SUITES", "bookworm trixie").split()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything in this folder; installing a desktop's libraries takes its time."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.package)
            item.add_marker(pytest.mark.timeout(1800))


class PersonsDesktop(Desktop):
    """A desktop on which everything runs as an ordinary person, the message bus and our eyes too."""

    def start(self, command: list[str], **options: Any) -> subprocess.Popen[bytes]:
        """Start a program as that person; as root what changes its root first, and becomes the person by itself."""
        who = {} if command[0] == "chroot" else {"user": USER, "group": USER, "extra_groups": []}
        return super().start(command, **{**who, **options})


@pytest.fixture(scope="session")
def desktop() -> Iterator[Desktop]:
    reason = why_no_desktop() or why_no_tree()
    if reason:
        pytest.skip(reason)
    mark = uuid.uuid4().hex
    with virtual_display() as display:
        runtime = Path(display["XDG_RUNTIME_DIR"])
        os.chown(runtime, USER, USER)
        environment = {
            **{name: os.environ[name] for name in ("PATH",)},
            **display,
            "HOME": str(runtime),
            "LANG": "C.UTF-8",
            "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1",
            processes.RUN: mark,
        }
        command = ["dbus-daemon", "--session", "--nofork", "--nopidfile", "--print-address"]
        listen = f"--address=unix:path={runtime}/bus"
        as_person: dict[str, Any] = {"user": USER, "group": USER, "extra_groups": [], "env": environment}
        bus = subprocess.Popen([*command, listen], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, **as_person)
        assert bus.stdout is not None
        try:
            environment["DBUS_SESSION_BUS_ADDRESS"] = bus.stdout.readline().decode().strip()
            ask = ["dbus-send", "--session", "--print-reply", "--dest=org.a11y.Bus", "/org/a11y/bus"]
            subprocess.run([*ask, "org.a11y.Bus.GetAddress"], check=True, capture_output=True, timeout=30, **as_person)
            made = PersonsDesktop(environment, mark, ROOT / "build" / "shots")
            try:
                yield made
            finally:
                made.close()
        finally:
            processes.end(bus)
            bus.stdout.close()
            processes.end_marked(mark)


def _package(variable: str) -> Path:
    named = os.environ.get(variable)
    if not named:
        pytest.skip(f"{variable} names no package; python3 dev.py package try does")
    return Path(named)


@pytest.fixture(scope="session")
def package() -> Path:
    return _package("MAILWRIGHT_PACKAGE")


@pytest.fixture(scope="session")
def older_package() -> Path:
    return _package("MAILWRIGHT_OLDER_PACKAGE")


@pytest.fixture(params=SUITES)
def tree(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, package: Path) -> Iterator[Tree]:
    """A new Debian with nothing of ours in it. Not below /tmp, which is shown inside."""
    place = ROOT / "build" / f"tree-{uuid.uuid4().hex[:8]}"
    place.mkdir(parents=True)
    try:
        with debian(request.param, place) as made:
            yield made
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _have_ended(family: list[int]) -> bool:
    return not any(map(processes.is_running, family))


class Installed:
    """The installed program, started as the person would start it: by its name, from the menu, by a link."""

    def __init__(self, desktop: Desktop, tree: Tree, logs: Path) -> None:
        self.desktop, self.tree, self._logs = desktop, tree, logs
        self.started: list[Program] = []
        wanted = ("DISPLAY", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS", "QT_LINUX_ACCESSIBILITY_ALWAYS_ON")
        self.environment = {name: desktop.environment[name] for name in (*wanted, processes.RUN)}
        # What is tested is that no secret needs a keyring: there is none in a small Debian.
        self.environment["MAILWRIGHT_DATA"] = "/home/anna/messages"

    @property
    def messages(self) -> Path:
        """The person's own files, seen from outside."""
        return self.tree.home / "messages"

    def start(self, *words: str, hold: float = 0.0) -> Program:
        """Start a command of the person's, and return once a window of the program has the focus."""
        number = len(self.started)
        log = self._logs / f"program-{number}.log"
        info = self.tree.home / f"sandbox-{number}.json"
        words = tuple(word.replace("INFO", f"/home/anna/{info.name}") for word in words)
        environment = {**self.environment, "MAILWRIGHT_HOLD": f"{hold:g}"}
        with log.open("wb") as output:
            process = self.desktop.start(
                self.tree.command(*words, user=True, environment=environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        program = Program(self.desktop, process, Place(log, self.messages, info))
        self.started.append(program)
        wait_until(lambda: self._is_there(program), "the window has the focus", 60)
        return program

    def _is_there(self, program: Program) -> bool:
        program.must_run()
        return "Mailwright" in self.desktop.active_title()

    def end_all(self) -> None:
        """End whatever of it still runs."""
        for program in self.started:
            # What xdg-open started outlives it.
            family = processes.below(program.process.pid)
            for pid in family:
                processes.signal_one(pid, signal.SIGTERM)
            if program.process.poll() is None:
                processes.end(program.process)
            wait_until(partial(_have_ended, list(family)), "all of it has ended")


@pytest.fixture
def installed(desktop: Desktop, tree: Tree, package: Path, tmp_path: Path) -> Iterator[Installed]:
    made = Installed(desktop, tree, tmp_path)
    try:
        yield made
    finally:
        made.end_all()
