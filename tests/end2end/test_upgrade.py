"""The program's files are replaced while it runs: it goes on, says so, and a restart brings back what was open."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.end2end import processes
from tests.end2end.desktop import wait_until
from tests.end2end.person import ANYONE, Person
from tests.end2end.program import TITLE, Launcher, Place, Program
from tests.end2end.server_side import ServerSide

ROOT = Path(__file__).resolve().parents[2]
NEXT = "97.5.3"
FROZEN = "MAILWRIGHT_FROZEN"
"""Names the folder of a frozen program that is tried too, where there is one."""


def install(tree: Path, source: Path, version: str = "") -> None:
    """Put every file of `source` in the place of the one below `tree`, as a package manager does."""
    for path in sorted(source.rglob("*")):
        place = tree / path.relative_to(source)
        if path.is_dir():
            place.mkdir(parents=True, exist_ok=True)
            continue
        if path.suffix == ".pyc":
            continue
        place.parent.mkdir(parents=True, exist_ok=True)
        new = place.with_name(place.name + ".dpkg-new")
        shutil.copy(path, new)
        if version and place.name == "__init__.py" and place.parent.name == "app":
            said = new.read_text("utf-8").replace("__version__ =", f'__version__ = "{version}"  #')
            new.write_text(said, "utf-8")
        new.replace(place)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    tree = tmp_path / "installed"
    for folder in ("app", "resources"):
        install(tree / folder, ROOT / folder)
    return tree


def start(mailwright: Launcher, tree: Path, tmp_path: Path, hold: float = 0.0) -> Program:
    info = tmp_path / "sandbox.json"
    program = mailwright.start_command(
        *("-m", "app", "--sandbox", "--sandbox-info", str(info)),
        info=info,
        PYTHONPATH=str(tree),
        PYTHONSAFEPATH="1",
        MAILWRIGHT_HOLD=f"{hold:g}",
    )
    wait_until(lambda: TITLE in program.desktop.active_title(), "the window has the focus")
    return program


def break_all(tree: Path) -> None:
    """Make what is installed useless for a program that would still read it."""
    for path in sorted((tree / "app").rglob("*.py")):
        new = path.with_name(path.name + ".dpkg-new")
        new.write_text("raise SystemExit('another version')\n", "utf-8")
        new.replace(path)
    for folder in sorted((tree / "app").rglob("__pycache__")):
        shutil.rmtree(folder)


def wait_until_late_modules_are_loaded(program: Program) -> None:
    """The last of them is a library of Python's with a file of its own."""
    maps = Path(f"/proc/{program.process.pid}/maps")
    wait_until(lambda: "/_ssl." in maps.read_text(), "what is needed late is loaded", 30)


def test_it_writes_sends_and_quits_on_files_that_are_gone(mailwright: Launcher, tree: Path, tmp_path: Path) -> None:
    program = start(mailwright, tree, tmp_path)
    person, server = Person(program), ServerSide(program.sandbox)
    person.wait_until_ready()
    wait_until_late_modules_are_loaded(program)
    children = {pid for pid, line in processes.below(program.process.pid).items() if "app." in line}
    break_all(tree)
    person.write(ANYONE, "After the upgrade", "Written on the old version")
    program.desktop.press("Ctrl+Shift+W")
    wait_until(lambda: program.desktop.active_title().startswith("After the"), "its window has the focus")
    program.desktop.press("Ctrl+Enter")
    assert server.wait_until_delivered("After the upgrade") == [ANYONE]
    wait_until(lambda: program.desktop.active_title() == TITLE, "the main window has the focus again")
    program.desktop.press("Ctrl+comma")
    program.wait_until_accessible("Accounts")
    program.desktop.press("Escape")
    assert {pid for pid, line in processes.below(program.process.pid).items() if "app." in line} == children
    program.desktop.press("Ctrl+Q")
    assert program.process.wait(15) == 0


def test_a_restart_brings_back_windows_carets_and_what_is_held(
    mailwright: Launcher, tree: Path, tmp_path: Path
) -> None:
    program = start(mailwright, tree, tmp_path, hold=60.0)
    person = Person(program)
    person.wait_until_ready()
    person.write(ANYONE, "Held for undo", "Goes later")
    program.desktop.press("Ctrl+Enter")
    person.write(ANYONE, "Half written", "Begun end")
    program.desktop.press("Left", "Left", "Left")
    program.desktop.press("Ctrl+Shift+W")
    wait_until(lambda: program.desktop.active_title().startswith("Half written"), "its window has the focus")
    install(tree / "app", ROOT / "app", NEXT)
    program.wait_until_accessible("A new version is installed", seconds=40)
    engine = program.part("app.engine")
    program.desktop.press("Ctrl+Shift+P")
    program.desktop.type("Restart with the new")
    program.wait_until_accessible("Restart with the new version")
    program.desktop.press("Return")
    wait_until(lambda: not processes.is_running(engine), "the old engine is gone", 30)
    wait_until(lambda: program.desktop.active_title().startswith("Half written"), "its window is back", 30)
    program.wait_until_accessible("Begun end", state="focused")
    program.desktop.type("to the ")
    program.wait_until_accessible("Begun to the end")
    log = mailwright.data / "logs"
    told = [path.read_text("utf-8") for path in log.rglob("*") if path.is_file()] if log.exists() else []
    assert any(f"Mailwright {NEXT}" in text for text in told)
    program.desktop.press("Ctrl+Enter")
    # The Exchange that came with the program started again too, and tells where it listens now.
    again = Program(program.desktop, program.process, Place(program.log, program.data, tmp_path / "sandbox.json"))
    server = ServerSide(again.sandbox)
    assert server.delivered("Held for undo") == []
    program.desktop.press("Ctrl+Q")
    assert server.wait_until_delivered("Held for undo") == [ANYONE]
    assert server.wait_until_delivered("Half written") == [ANYONE]
    assert program.process.wait(30) == 0


@pytest.mark.skipif(not os.environ.get(FROZEN), reason="names no frozen program")
def test_a_frozen_program_sends_after_its_folder_was_replaced(mailwright: Launcher, tmp_path: Path) -> None:
    tree = tmp_path / "lib" / "mailwright"
    shutil.copytree(os.environ[FROZEN], tree, symlinks=True)
    info = tmp_path / "sandbox.json"
    command = ["-c", "import os, sys; os.execv(sys.argv[1], sys.argv[1:])", str(tree / "mailwright")]
    program = mailwright.start_command(*command, "--sandbox", "--sandbox-info", str(info), info=info)
    wait_until(lambda: TITLE in program.desktop.active_title(), "the window has the focus")
    person, server = Person(program), ServerSide(program.sandbox)
    person.wait_until_ready()
    frozen = tree / "mailwright"
    new = tree / "mailwright.dpkg-new"
    # Other bytes at every place: what is read by offset from the file at this path makes no sense.
    new.write_bytes(os.urandom(1024) + frozen.read_bytes()[:-4096][::-1])
    new.replace(frozen)
    zipped = tree / "_internal" / "base_library.zip"
    zipped.with_suffix(".new").write_bytes(b"PK\x05\x06" + bytes(18))
    zipped.with_suffix(".new").replace(zipped)
    person.write(ANYONE, "Frozen", "Written on the old version")
    program.desktop.press("Ctrl+Enter")
    assert server.wait_until_delivered("Frozen") == [ANYONE]
    program.desktop.press("Ctrl+comma")
    program.wait_until_accessible("Accounts")
    program.desktop.press("Escape")
    program.desktop.press("Ctrl+Q")
    assert program.process.wait(15) == 0
