"""The wheel, which pipx installs: made by hatchling, in the environment for packages."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from devtools.environment import ROOT
from devtools.packing import identity
from devtools.packing.bundle import reproducible
from devtools.packing.environment import make_environment
from devtools.words import run, say


def build_wheel(arguments: Sequence[str], target: Path = ROOT / "dist") -> Path:
    """Make the wheel in `target` and return its path; `arguments` go to hatchling. Raises SetUpError."""
    about = identity.read(ROOT)
    command = [str(make_environment()), "-m", "hatchling", "build", "-t", "wheel", "-d", str(target), *arguments]
    run(command, "hatchling could not make the wheel", cwd=ROOT, env=reproducible(about))
    (made,) = target.glob(f"mailwright-{about.version}-*.whl")
    say(str(made))
    return made
