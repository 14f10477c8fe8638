"""A Debian of its own in a folder: as debootstrap leaves it, thrown away afterwards. Needs root."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
KEPT = ROOT / "build" / "trees"
USER = 1000
"""The ordinary person who uses the program."""

_BARE = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"}
_PATIENCE = 900


def why_not() -> str:
    """Return why no tree can be made here, or nothing."""
    if os.geteuid() != 0:
        return "changing the root of a process needs root"
    return "" if shutil.which("debootstrap") else "debootstrap is not installed"


def bare(suite: str) -> Path:
    """Return the smallest Debian of this suite, made once and kept."""
    place = KEPT / suite
    if not (place / "made").exists():
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        command = ["debootstrap", "--variant=minbase", suite, str(place / "root")]  # from where it takes Debian unasked
        subprocess.run(command, check=True, capture_output=True, timeout=_PATIENCE)
        (place / "made").touch()
    return place / "root"


class Tree:
    """A running Debian: commands in it as root or as the person; its files from outside."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.home = root / "home" / "anna"

    def command(self, *words: str, user: bool = False, environment: Mapping[str, str] | None = None) -> list[str]:
        """Return the command line that runs `words` inside, and nothing else of this machine's environment."""
        told = {**_BARE, "HOME": "/home/anna" if user else "/root", **(environment or {})}
        who = [f"--userspec={USER}:{USER}"] if user else []
        return ["chroot", *who, str(self.root), "/usr/bin/env", "-i", *(f"{k}={v}" for k, v in told.items()), *words]

    def run(self, *words: str, user: bool = False, environment: Mapping[str, str] | None = None) -> str:
        """Run a command to its end and return what it said. Fails with its words where it fails."""
        command = self.command(*words, user=user, environment=environment)
        ended = subprocess.run(command, capture_output=True, text=True, timeout=_PATIENCE, check=False)
        assert ended.returncode == 0, f"{' '.join(words)}: {ended.returncode}\n{ended.stdout}\n{ended.stderr}"
        return ended.stdout

    def install(self, package: Path, *options: str) -> str:
        """Install a package by apt from its file, with nothing that it only recommends."""
        shutil.copy(package, self.root / "var/cache/apt/archives" / package.name)
        inside = f"/var/cache/apt/archives/{package.name}"
        return self.run("apt-get", "install", "-y", "--no-install-recommends", *options, inside)

    def has(self, package: str) -> bool:
        """Tell whether a package is installed, or at least its settings are."""
        return package in self.run("dpkg-query", "-W", "-f", "${Package} ").split()


@contextlib.contextmanager
def debian(suite: str, place: Path) -> Iterator[Tree]:
    """Give a new Debian of this suite, with one ordinary person in it; it is gone afterwards."""
    root, upper, work = place / "root", place / "upper", place / "work"
    for folder in (root, upper, work):
        folder.mkdir()
    layers = f"lowerdir={bare(suite)},upperdir={upper},workdir={work}"
    with contextlib.ExitStack() as stack:

        def mount(*words: str) -> None:
            subprocess.run(["mount", *words], check=True)
            # Lazily: whatever still runs in it is ended by whoever started it.
            stack.callback(subprocess.run, ["umount", "-l", words[-1]], check=False)

        mount("-t", "overlay", "overlay", "-o", layers, str(root))
        mount("-t", "proc", "proc", str(root / "proc"))
        mount("--bind", "/dev", str(root / "dev"))
        # The display, the message bus and what the sandbox writes for clients are there.
        mount("--bind", "/tmp", str(root / "tmp"))
        for name in ("resolv.conf", "hosts"):
            shutil.copy(f"/etc/{name}", root / "etc" / name)
        settings = subprocess.run(["apt-config", "dump", "Acquire"], capture_output=True, text=True, check=True).stdout
        (root / "etc/apt/apt.conf.d/90this-machine").write_text(settings, "utf-8")
        # No daemon is started by an installation inside.
        (root / "usr/sbin/policy-rc.d").write_text("#!/bin/sh\nexit 101\n", "utf-8")
        (root / "usr/sbin/policy-rc.d").chmod(0o755)
        tree = Tree(root)
        tree.run("apt-get", "update", "-q")
        tree.run("useradd", "--create-home", "--uid", str(USER), "anna")
        yield tree
