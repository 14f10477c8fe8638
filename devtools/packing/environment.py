"""Where packages are made: an environment of its own with what the program runs on, what packs it, and no more."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

from devtools.debian import can_be_loaded, install_packages, is_installed, missing_packages
from devtools.environment import BIN, LOCKS, PYTHON, ROOT, install_locked
from devtools.words import say

BUILD = ROOT / "build"
_DEBIAN_PYTHON = "/usr/bin/python3"
_LOCKED = ("run", "package")


def base_python() -> str:
    """Return the Python that goes into the bundle: on Debian its own, which Debian's people mend, else this one."""
    ask = "import sys, venv, ensurepip; raise SystemExit(not (3, 11) <= sys.version_info[:2] <= (3, 13))"
    there = Path(_DEBIAN_PYTHON).exists() and Path("/etc/debian_version").exists()
    if there and subprocess.run([_DEBIAN_PYTHON, "-c", ask], capture_output=True, check=False).returncode == 0:
        return _DEBIAN_PYTHON
    return sys.executable


def _ensure_tools(base: str) -> None:
    """PyInstaller reads binaries with objdump, and needs Python as a library, which Debian keeps apart."""
    if base != _DEBIAN_PYTHON:
        return
    ask = [base, "-c", "import sys; print(*sys.version_info[:2], sep='.')"]
    version = subprocess.run(ask, capture_output=True, text=True, check=True).stdout.strip()
    wanted = ["binutils", f"libpython{version}", f"python{version}-venv"]
    # Qt draws the icons, and what its plugins are linked with is looked up when Depends is measured.
    libraries = missing_packages(window=True, wayland=True, loads=can_be_loaded, font=True)
    if not can_be_loaded("libcups.so.2"):
        libraries.append("libcups2")  # Qt's printing to real printers
    missing = [*(package for package in wanted if not is_installed(package)), *libraries]
    if missing:
        install_packages(missing, "Freezing the program")


def make_environment() -> Path:
    """Make it, or leave it alone when it is what the locks say; return its Python."""
    base = base_python()
    _ensure_tools(base)
    digest = hashlib.sha256(
        base.encode() + b"".join((LOCKS / f"{name}.txt").read_bytes() for name in _LOCKED)
    ).hexdigest()
    place = BUILD / "environment"
    python, stamp = place / BIN.name / PYTHON.name, place / "stamp"
    if stamp.exists() and stamp.read_text("utf-8") == digest:
        return python
    say("Setting up where packages are made (requirements/run.txt and requirements/package.txt).")
    subprocess.run([base, "-m", "venv", "--clear", str(place)], check=True)
    install_locked(*_LOCKED, python=python)
    stamp.write_text(digest, "utf-8")
    return python
