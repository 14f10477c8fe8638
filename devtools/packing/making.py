"""What `python3 dev.py package` can make; runs in the environment for packages."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from devtools.environment import ROOT
from devtools.packing.bundle import Bundle, freeze, frozen_before
from devtools.packing.environment import BUILD
from devtools.words import SetUpError, say


def _bundle(_source: Path, frozen: Bundle, _target: Path) -> None:
    say(str(frozen.folder))


def _deb(source: Path, frozen: Bundle, target: Path) -> None:
    from devtools.packing.deb import build

    build(source, frozen, target, level=1 if os.environ.get("MAILWRIGHT_PACK_FAST") else 6)


def _appimage(source: Path, frozen: Bundle, target: Path) -> None:
    from devtools.packing.appimage import build

    build(source, frozen, target)


def _flatpak(source: Path, frozen: Bundle, target: Path) -> None:
    from devtools.packing.flatpak import build

    build(source, frozen, target)


def _windows(source: Path, frozen: Bundle, target: Path) -> None:
    from devtools.packing.windows import build

    build(source, frozen, target)


def _macos(source: Path, frozen: Bundle, target: Path) -> None:
    from devtools.packing.macos import build

    build(source, frozen, target)


MAKERS: dict[str, tuple[str, Callable[[Path, Bundle, Path], None]]] = {
    "bundle": ("the frozen program as a folder (build/frozen/mailwright)", _bundle),
    "deb": ("the package for Debian 12 and 13", _deb),
    "appimage": ("one file for other Linuxes", _appimage),
    "flatpak": ("the manifest of a Flatpak, and the folder that it is built from", _flatpak),
    "windows": ("the installer for Windows; on Windows, with Inno Setup 6", _windows),
    "macos": ("the disk image for macOS; on a Mac", _macos),
}

ELSEWHERE = {
    "wheel": "what pipx installs",
    "try": "install the .deb into new Debians and use it there (as root)",
}
"""What devtools/packing/__init__.py does without this environment."""


def main(arguments: Sequence[str]) -> int:
    """Make what is asked for; return the exit status."""
    told = {**{name: words for name, (words, _) in MAKERS.items()}, **ELSEWHERE}
    parser = argparse.ArgumentParser(
        "dev.py package",
        epilog="\n".join(f"  {name:10} {words}" for name, words in told.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("what", choices=sorted(MAKERS), metavar="WHAT")
    parser.add_argument("--source", type=Path, default=ROOT, help="another tree of the program (this one)")
    parser.add_argument("--target", type=Path, default=ROOT / "dist", help="the folder that it goes to (dist/)")
    parser.add_argument("--frozen", action="store_true", help="pack what was frozen the last time")
    given = parser.parse_args(arguments)
    BUILD.mkdir(exist_ok=True)
    try:
        source = given.source.resolve()
        place = BUILD / "frozen"
        frozen = frozen_before(place) if given.frozen else freeze(source, place)
        MAKERS[given.what][1](source, frozen, given.target.resolve())
    except SetUpError as error:
        say(str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
