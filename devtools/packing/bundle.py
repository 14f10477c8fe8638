"""The frozen program: a folder with Python, the libraries and the parts of Qt that are used. Every package holds it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from devtools.environment import ROOT
from devtools.packing import icons, identity
from devtools.words import SetUpError, run, say

SPEC = ROOT / "packaging" / "pyinstaller" / "mailwright.spec"


class Bundle(NamedTuple):
    """A frozen program: the folder, the icons drawn for it, and the names of all that is in it."""

    folder: Path
    pictures: Path
    parts: Path


def reproducible(about: identity.Identity) -> dict[str, str]:
    """Return the environment in which the same source gives the same bytes."""
    return {
        **os.environ,
        "SOURCE_DATE_EPOCH": str(about.epoch),
        "PYTHONHASHSEED": "0",
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
    }


def frozen_before(place: Path) -> Bundle:
    """Return what was frozen into `place`. Raises SetUpError where nothing was."""
    bundle = _at(place)
    if not bundle.parts.exists():
        raise SetUpError(f"Nothing was frozen in {place} yet.")
    return bundle


def _at(place: Path) -> Bundle:
    return Bundle(place / "mailwright", place / "pictures", place / "parts.json")


def freeze(source: Path, place: Path) -> Bundle:
    """Freeze the tree `source` into `place`. Raises SetUpError where PyInstaller fails; its words are shown."""
    about = identity.read(source)
    bundle = _at(place)
    say(f"Freezing Mailwright {about.version}.")
    icons.draw_all(bundle.pictures)
    # What Python compiled before has the dates of its files in it: only a work folder made anew gives the same bytes.
    shutil.rmtree(place / "work", ignore_errors=True)
    environment = {
        **reproducible(about),
        "MAILWRIGHT_SOURCE": str(source),
        "MAILWRIGHT_PICTURES": str(bundle.pictures),
        "MAILWRIGHT_PARTS": str(bundle.parts),
    }
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN"]
    folders = ["--distpath", str(place), "--workpath", str(place / "work")]
    run([*command, *folders, str(SPEC)], "PyInstaller could not freeze the program", env=environment)
    _drop_dead_links(bundle.folder)
    _strip(bundle.folder)
    return bundle


def build(_source: Path, frozen: Bundle, _target: Path) -> Path:
    """Return where the frozen program is: as a package, it is done."""
    say(str(frozen.folder))
    return frozen.folder


def _drop_dead_links(folder: Path) -> None:
    """PyInstaller links to every library beside the program, also to those that were trimmed away."""
    for path in folder.rglob("*"):
        if path.is_symlink() and not path.exists():
            path.unlink()


def _strip(folder: Path) -> None:
    """Take what only a debugger reads out of Python's extension modules: 5 MB. Qt's own files stay as they came."""
    if not sys.platform.startswith("linux"):
        return
    modules = [path for path in folder.rglob("*.so*") if not path.is_symlink() and not _of_qt(path.relative_to(folder))]
    subprocess.run(["strip", "--strip-unneeded", "--enable-deterministic-archives", *sorted(modules)], check=True)


def _of_qt(path: Path) -> bool:
    return bool({"PySide6", "shiboken6"} & set(path.parts))


def size(folder: Path) -> int:
    """Return the bytes of all files below `folder`, links not counted."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
