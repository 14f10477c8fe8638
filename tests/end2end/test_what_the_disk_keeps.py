"""Kills and bad disks under a window in which one types: what was on the screen is on disk, or stays on the screen."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.end2end import seen
from tests.end2end.desktop import wait_until
from tests.end2end.person import ANYONE, Person
from tests.end2end.program import Launcher, Program

PROMISE = 0.1
WORDS = ("one two three ", "four five six ", "seven eight nine ")


def _shown(program: Program) -> str:
    """Return how much of the words typed is on the screen."""
    words = seen.all_words(program.tree())
    whole = "".join(WORDS)
    return next((whole[:end] for end in range(len(whole), 0, -1) if whole[:end].strip() in words), "")


def test_what_was_on_the_screen_for_a_tenth_of_a_second_outlives_every_kill(mailwright: Launcher) -> None:
    program = mailwright()
    person = Person(program)
    person.wait_until_ready()
    person.write(ANYONE, "Killed often", "")
    for number, words in enumerate(WORDS):
        program.desktop.type(words)
        shown = wait_until(partial(_shown, program), "something of it is on the screen")
        time.sleep(PROMISE)
        program.kill()
        assert program.has_on_disk(shown[-8:].strip() or shown), f"kill {number}: {shown!r} is gone"
        program = mailwright()
        Person(program).wait_until_ready()
        program.wait_until_accessible("Killed often")
        program.wait_until_focused("Message")
        program.desktop.press("Ctrl+End")
    program.wait_until_accessible("one two three")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 24 MB where the program keeps its data; skipped where one may not be mounted."""
    folder = tmp_path / "data"
    folder.mkdir()
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("only root may mount a small disk")
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m,mode=700", "tmpfs", str(folder)], check=False)
    if done.returncode:
        pytest.skip("no disk may be mounted here")
    # The server is not on this disk: it has troubles of its own elsewhere.
    (tmp_path / "exchange").mkdir()
    (folder / "exchange").symlink_to(tmp_path / "exchange")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_on_a_full_disk_the_message_stays_on_the_screen_can_be_copied_out_and_is_written_once_there_is_room(
    small_disk: Path, mailwright: Launcher
) -> None:
    program = mailwright()
    person = Person(program)
    person.wait_until_ready()
    person.write(ANYONE, "Full disk", "Typed before. ")
    wait_until(lambda: program.has_on_disk("Typed before."), "it is on disk")
    filler = small_disk / "filler"
    with filler.open("wb", buffering=0) as content, contextlib.suppress(OSError):
        while True:
            content.write(b"\0" * 4096)
    program.desktop.type("Typed on a full disk. " * 40)
    program.wait_until_accessible("The disk is full", seconds=30)
    program.desktop.shoot("disk-full-light")
    program.wait_until_accessible("Typed on a full disk.")
    # Copied out: into another field, which takes what is on the clipboard.
    program.desktop.press("Ctrl+A", "Ctrl+C", "Shift+Tab")
    program.wait_until_focused("Subject")
    program.desktop.press("Ctrl+A", "Ctrl+V")
    program.wait_until_accessible("Typed before. Typed on a full disk.")
    filler.unlink()
    program.desktop.type("x")
    wait_until(lambda: program.has_on_disk("a full disk. "), "it is written, once there is room", 30)
