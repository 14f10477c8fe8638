"""What `python3 dev.py package` can make; runs in the environment for packages."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from devtools.environment import ROOT
from devtools.packing.bundle import freeze, frozen_before
from devtools.packing.environment import BUILD
from devtools.words import SetUpError, say

MAKERS = {
    "bundle": "the frozen program as a folder (build/frozen/mailwright)",
    "deb": "the package for Debian 12 and 13",
    "appimage": "one file for other Linuxes",
    "flatpak": "the manifest of a Flatpak, and the folder that it is built from",
    "windows": "the installer for Windows; on Windows, with Inno Setup 6",
    "macos": "the disk image for macOS; on a Mac",
}
"""Each is made by `build(source, frozen, target)` of the module of its name."""

ELSEWHERE = {
    "wheel": "what pipx installs",
    "release": "check packages, and write sums, notes and winget's manifest beside them (--tag, --address)",
    "try": "install the .deb into new Debians and use it there (as root)",
}
"""What devtools/packing/__init__.py does without this environment."""


def main(arguments: Sequence[str]) -> int:
    """Make what is asked for; return the exit status."""
    parser = argparse.ArgumentParser(
        "dev.py package",
        epilog="\n".join(f"  {name:10} {words}" for name, words in {**MAKERS, **ELSEWHERE}.items()),
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
        import_module(f"devtools.packing.{given.what}").build(source, frozen, given.target.resolve())
    except SetUpError as error:
        say(str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
