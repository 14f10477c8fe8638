"""A disk that goes read-only, one that is so from the start, and a damaged file: told in words in a true window."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end2end.desktop import wait_until
from tests.end2end.person import ANYONE, Person
from tests.end2end.program import Launcher, Program

DATABASE = "mailwright.sqlite"


class Disk:
    """A small disk in a file, mounted where the program keeps its data."""

    def __init__(self, image: Path, folder: Path) -> None:
        self.image, self.folder = image, folder

    def mount(self, options: str = "rw") -> None:
        """Mount it. Raises CalledProcessError where that may not be done here."""
        order = ["mount", "-o", f"loop,errors=remount-ro,{options}", str(self.image), str(self.folder)]
        subprocess.run(order, check=True, capture_output=True)

    def unmount(self) -> None:
        """Take it away, whoever still looks at it."""
        subprocess.run(["umount", "-l", str(self.folder)], check=True)

    def break_down(self) -> None:
        """Let the system find it broken: from now on it is read-only. Skips where the system cannot be told so."""
        device = subprocess.run(
            ["findmnt", "-n", "-o", "SOURCE", str(self.folder)], check=True, capture_output=True, text=True
        ).stdout.strip()
        trigger = Path("/sys/fs/ext4", Path(device).name, "trigger_fs_error")
        if not trigger.exists():
            pytest.skip("the system gives no way to break a disk (/sys/fs/ext4)")
        trigger.write_text("1")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """Such a disk, mounted; skipped where none may be."""
    folder = tmp_path / "data"
    folder.mkdir()
    if sys.platform != "linux" or os.geteuid() != 0 or shutil.which("mkfs.ext4") is None:
        pytest.skip("only root may mount a small disk")
    image = tmp_path / "disk.img"
    with image.open("wb") as file:
        file.truncate(48_000_000)
    subprocess.run(["mkfs.ext4", "-q", str(image)], check=True)
    made = Disk(image, folder)
    try:
        made.mount()
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no disk may be mounted here")
    # The server is not on this disk: it has troubles of its own elsewhere.
    (tmp_path / "exchange").mkdir()
    (folder / "exchange").symlink_to(tmp_path / "exchange")
    yield made
    made.unmount()


def _is_told(program: Program, words: str, shot: str) -> None:
    program.wait_until_accessible(words, seconds=30)
    program.desktop.shoot(shot)


def test_a_disk_that_goes_read_only_is_told_and_the_message_stays_and_can_be_copied_out(
    disk: Disk, mailwright: Launcher
) -> None:
    program = mailwright()
    person = Person(program)
    person.wait_until_ready()
    person.write(ANYONE, "Broken disk", "Typed before. ")
    wait_until(lambda: program.has_on_disk("Typed before."), "it is on disk")
    disk.break_down()
    program.desktop.type("Typed on a broken disk. ")
    _is_told(program, "The disk is read-only", "disk-read-only-light")
    program.wait_until_accessible("Typed before. Typed on a broken disk.")
    program.desktop.press("Ctrl+A", "Ctrl+C", "Shift+Tab")
    program.wait_until_focused("Subject")
    program.desktop.press("Ctrl+A", "Ctrl+V")
    program.wait_until_accessible("Typed before. Typed on a broken disk.")


def test_a_start_on_a_read_only_disk_says_so_and_touches_nothing(disk: Disk, mailwright: Launcher) -> None:
    program = mailwright()
    person = Person(program)
    person.wait_until_ready()
    person.write(ANYONE, "Written before", "Every word.")
    wait_until(lambda: program.has_on_disk("Every word."), "it is on disk")
    assert program.quit() == 0
    disk.unmount()
    disk.mount("ro")
    second = mailwright()
    _is_told(second, "start it again once the disk can be written", "start-on-read-only-light")
    second.quit()
    disk.unmount()
    disk.mount()
    third = mailwright()
    Person(third).wait_until_ready()
    third.wait_until_accessible("Every word.")


@pytest.mark.parametrize("how", ["the header", "the middle"])
def test_a_damaged_file_is_set_aside_whole_and_one_writes_on(mailwright: Launcher, how: str) -> None:
    program = mailwright()
    person = Person(program)
    person.wait_until_ready()
    person.write(ANYONE, "Before the damage", "Every word.")
    person.save()
    assert program.quit() == 0
    file = mailwright.data / DATABASE
    content = bytearray(file.read_bytes())
    start = 0 if how == "the header" else len(content) // 2
    content[start : start + 8192] = b"\xa5" * 8192
    file.write_bytes(content)
    second = mailwright()
    words = "was kept as"
    _is_told(second, words, f"damaged-{how.replace(' ', '-')}-light")
    (aside,) = mailwright.data.glob("mailwright (damaged *.sqlite")
    assert aside.read_bytes() == bytes(content)
    # The message was saved on the server, and the list shows it; one goes on writing.
    second.wait_until_accessible("Before the damage", seconds=30)
    second.desktop.press("Ctrl+N")
    second.wait_until_focused("To")
    second.desktop.type("New words.")
    wait_until(lambda: second.has_on_disk("New words."), "it is on disk")
