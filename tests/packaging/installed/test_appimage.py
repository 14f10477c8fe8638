"""The AppImage's image, mounted as its runtime would mount it, on a Debian with what every desktop has and no more."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.end2end.person import ANYONE, Person
from tests.end2end.server_side import ServerSide
from tests.packaging.installed.conftest import Installed

# Packages of what devtools/packing/foreign.py leaves to the system.
OF_EVERY_DESKTOP = (
    "libdbus-1-3",
    "libegl1",
    "libfontconfig1",
    "libgl1",
    "libglib2.0-0",
    "libgssapi-krb5-2",
    "libssl3",
    "libwayland-client0",
    "libwayland-cursor0",
    "libx11-6",
    "libx11-xcb1",
)


@pytest.fixture(scope="session")
def image() -> Path:
    named = os.environ.get("MAILWRIGHT_IMAGE")
    if not named:
        pytest.skip("MAILWRIGHT_IMAGE names no image; python3 dev.py package appimage makes one")
    return Path(named)


def test_it_starts_and_sends_from_its_image(installed: Installed, image: Path) -> None:
    tree = installed.tree
    tree.run("apt-get", "install", "-y", "--no-install-recommends", *OF_EVERY_DESKTOP)
    mounted = tree.root / "mnt"
    subprocess.run(["mount", "-o", "loop,ro", str(image), str(mounted)], check=True)
    try:
        program = installed.start("/mnt/AppRun", "--sandbox", "--sandbox-info", "INFO")
        person, server = Person(program), ServerSide(program.sandbox)
        person.wait_until_ready()
        assert any(line.startswith("/mnt/") and "--engine" in line for line in program.parts())
        person.write(ANYONE, "From an image", "One file.")
        program.desktop.press("Ctrl+Enter")
        assert server.wait_until_delivered("From an image") == [ANYONE]
        assert program.quit() == 0
    finally:
        installed.end_all()
        subprocess.run(["umount", "-l", str(mounted)], check=False)
