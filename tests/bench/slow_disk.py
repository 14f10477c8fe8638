"""A disk that takes longer: a small library that is preloaded into a program, built where there is a C compiler."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

_SOURCE = Path(__file__).with_name("slow_disk.c")


def build(place: Path) -> Path | None:
    """Return the library, made in `place`; None where no compiler is."""
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        return None
    library = place / "slow_disk.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-O2", "-o", str(library), str(_SOURCE), "-ldl"], check=True)
    return library


def slowed(environment: dict[str, str], library: Path, milliseconds: int) -> dict[str, str]:
    """Return an environment in which each wait for the disk takes so many milliseconds more."""
    return {**environment, "LD_PRELOAD": str(library), "SLOW_DISK_MS": str(milliseconds)}
