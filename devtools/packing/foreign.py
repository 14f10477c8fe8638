"""Libraries of Debian that an AppImage carries, because other Linuxes have them in another version or not at all.

The .deb carries none of them: there they are Depends. What every Linux with a desktop has, and what must fit the
machine (C library, X, graphics, fonts), is left to it, as the list of exclusions of AppImage says.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from devtools.words import SetUpError

_ELF = b"\x7fELF"

LEFT_TO_THE_SYSTEM = frozenset(
    {
        "ld-linux-x86-64",
        "libEGL",
        "libGL",
        "libGLX",
        "libGLdispatch",
        "libOpenGL",
        "libX11",
        "libX11-xcb",
        "libXau",
        "libXdmcp",
        "libanl",
        "libc",
        "libcom_err",
        "libdbus-1",
        "libdl",
        "libdrm",
        "libexpat",
        "libfontconfig",
        "libfreetype",
        "libfribidi",
        "libgbm",
        "libgcc_s",
        "libglib-2.0",
        "libgssapi_krb5",
        "libharfbuzz",
        "libk5crypto",
        "libkeyutils",
        "libkrb5",
        "libkrb5support",
        "libm",
        "libpthread",
        "libresolv",
        "librt",
        "libstdc++",
        "libsystemd",
        "libutil",
        "libuuid",
        "libwayland-client",
        "libwayland-cursor",
        "libwayland-egl",
        "libxcb",
        "libxcb-dri2",
        "libxcb-dri3",
        "libxcb-glx",
        "libz",
    }
)
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
    """Return the libraries of this machine, by name, that what is below `tree` is linked with and should carry."""
    found: dict[str, Path] = {}
    for path in binaries(tree):
        said = subprocess.run(["ldd", str(path)], capture_output=True, text=True, check=False).stdout
        for name, place in re.findall(r"^\s*(\S+) => (/\S+)", said, re.MULTILINE):
            if not place.startswith(str(tree)) and name.partition(".so")[0] not in LEFT_TO_THE_SYSTEM:
                found[name] = Path(place)
    return found


def carry(folder: Path, licences: Path) -> None:
    """Copy them into the bundle `folder`, where its bootloader looks first, and their copyright beside the others."""
    inside = folder / "_internal"
    for name, place in wanted(folder).items():
        if (inside / name).exists():
            continue
        shutil.copyfile(place.resolve(), inside / name)
        package = _package_of(place)
        target = licences / "debian" / package
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(Path("/usr/share/doc") / package / "copyright", target)


def _package_of(place: Path) -> str:
    """Return the package of Debian that a file belongs to."""
    # Files below /usr/lib may be known to dpkg as below /lib.
    for path in (place, place.resolve(), Path(str(place.resolve()).removeprefix("/usr"))):
        said = subprocess.run(["dpkg-query", "-S", str(path)], capture_output=True, text=True, check=False)
        if said.returncode == 0:
            return said.stdout.split(":")[0]
    raise SetUpError(f"{place} belongs to no package, so that nothing says under which terms it may be given on.")
