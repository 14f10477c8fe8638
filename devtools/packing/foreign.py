"""Libraries of Debian that an AppImage carries, because other Linuxes have them in another version or not at all.

The .deb carries none of them: there they are Depends. What every Linux with a desktop has, and what must fit the
machine (C library, X, graphics, fonts), is left to it, as the list of exclusions of AppImage says; OpenSSL too, which
knows where that Linux keeps the authorities it trusts.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from devtools.environment import ROOT
from devtools.words import SetUpError

_ELF = b"\x7fELF"

LEFT_TO_THE_SYSTEM = frozenset((ROOT / "packaging/linux/left-to-the-system").read_text("utf-8").split())
"""Names without what follows .so."""


def binaries(tree: Path) -> list[Path]:
    """Return every program and library below `tree`."""
    found = []
    for path in sorted(tree.rglob("*")):
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as file:
                if file.read(4) == _ELF:
                    found.append(path)
    return found


def wanted(tree: Path) -> dict[str, Path]:
    """Return the libraries of this machine, by name, that what is below `tree` is linked with and should carry.

    What only a library that is left to the system stands on is left with it: mixed, they would not fit each other.
    """
    found: dict[str, Path] = {}
    waiting = binaries(tree)
    while waiting:
        path = waiting.pop()
        read = subprocess.run(["objdump", "-p", str(path)], capture_output=True, text=True, check=True).stdout
        said = subprocess.run(["ldd", str(path)], capture_output=True, text=True, check=False).stdout
        places = dict(re.findall(r"^\s*(\S+) => (/\S+)", said, re.MULTILINE))
        for name in re.findall(r"^\s*NEEDED\s+(\S+)", read, re.MULTILINE):
            place = places.get(name, "")
            left = name.partition(".so")[0] in LEFT_TO_THE_SYSTEM
            if place and not left and not place.startswith(str(tree)) and name not in found:
                found[name] = Path(place)
                waiting.append(Path(place))
    return found


def carry(folder: Path, licences: Path) -> dict[str, str]:
    """Copy them into the bundle `folder`, where its bootloader looks first, and their copyright beside the others.

    Returns the versions of the packages that they came from, by name.
    """
    inside = folder / "_internal"
    carried = {}
    for name, place in wanted(folder).items():
        if (inside / name).exists():
            continue
        shutil.copyfile(place.resolve(), inside / name)
        package = _package_of(place)
        target = licences / "debian" / package
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(Path("/usr/share/doc") / package / "copyright", target)
        ask = ["dpkg-query", "-W", "-f=${Version}\n", package]
        told = subprocess.run(ask, capture_output=True, text=True, check=True).stdout.splitlines()
        carried[package] = told[0]
    return carried


def _package_of(place: Path) -> str:
    """Return the package of Debian that a file belongs to."""
    # Files below /usr/lib may be known to dpkg as below /lib.
    for path in (place, place.resolve(), Path(str(place.resolve()).removeprefix("/usr"))):
        said = subprocess.run(["dpkg-query", "-S", str(path)], capture_output=True, text=True, check=False)
        if said.returncode == 0:
            return said.stdout.split(":")[0]
    raise SetUpError(f"{place} belongs to no package, so that nothing says under which terms it may be given on.")
