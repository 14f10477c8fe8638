"""What `python3 dev.py package` can make; runs in the environment for packages."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from devtools.environment import ROOT
from devtools.packing.environment import BUILD
from devtools.words import SetUpError, say


def _bundle(source: Path) -> None:
    from devtools.packing.bundle import freeze

    say(str(freeze(source).folder))


def _deb(source: Path) -> None:
    from devtools.packing.deb import build

    build(source)


MAKERS: dict[str, tuple[str, Callable[[Path], None]]] = {
    "bundle": ("the frozen program as a folder (build/frozen/mailwright)", _bundle),
    "deb": ("the package for Debian 12 and 13 (dist/)", _deb),
}


def main(arguments: Sequence[str]) -> int:
    """Make what is asked for; return the exit status."""
    parser = argparse.ArgumentParser(
        "dev.py package",
        epilog="\n".join(f"  {name:10} {words}" for name, (words, _) in MAKERS.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("what", choices=sorted(MAKERS), metavar="WHAT")
    parser.add_argument("--source", type=Path, default=ROOT, help="another tree of the program (this one)")
    given = parser.parse_args(arguments)
    BUILD.mkdir(exist_ok=True)
    try:
        MAKERS[given.what][1](given.source.resolve())
    except SetUpError as error:
        say(str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
