"""Makes the packages, each by one command: `python3 dev.py package WHAT`.

What runs here needs Python alone; the making itself runs in an environment that is set up for it (making.py).
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence

from devtools.words import say


def main(arguments: Sequence[str]) -> None:
    """Set up where packages are made, and make what is asked for there. Ends the program when that fails."""
    if arguments[:1] == ["try"]:
        from devtools.packing.trying import try_packages

        try_packages(arguments[1:])
    if arguments[:1] == ["wheel"]:
        from devtools.packing.wheel import build_wheel

        build_wheel(arguments[1:])
        return
    if arguments[:1] == ["release"]:
        from devtools.packing.release import main as release

        release(arguments[1:])
        return
    from devtools.environment import ROOT
    from devtools.packing.environment import make_environment

    python = make_environment()
    command = [str(python), "-m", "devtools.packing.making", *arguments]
    # Qt draws the icons: without a display, here as in CI.
    code = subprocess.run(command, cwd=ROOT, env={**os.environ, "QT_QPA_PLATFORM": "offscreen"}, check=False).returncode
    if code:
        say("No package was made.")
        raise SystemExit(code)
