"""The libraries and programs of Debian that Qt and the tests stand on: seen, named, then installed."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from devtools.words import SetUpError, say

# What Qt loads, and the package of Debian 12 and 13 that brings it.
OFFSCREEN_LIBRARIES = {
    "libglib-2.0.so.0": "libglib2.0-0",
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libfreetype.so.6": "libfreetype6",
    "libfontconfig.so.1": "libfontconfig1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libgssapi_krb5.so.2": "libgssapi-krb5-2",
}
WINDOW_LIBRARIES = {
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-shape.so.0": "libxcb-shape0",
}
WAYLAND_LIBRARIES = {
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
}
# What types and looks in the end-to-end tests: a display, a window manager, keys, the accessibility bus, pictures.
END2END_PACKAGES = (
    "xvfb",
    "openbox",
    "xdotool",
    "dbus",
    "at-spi2-core",
    "python3-gi",
    "gir1.2-atspi-2.0",
    "imagemagick",
)
FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts")
FONT_PACKAGES = ("fontconfig", "fonts-dejavu-core")


def can_be_loaded(library: str) -> bool:
    """Ask the dynamic linker, which is what Qt will do."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def has_a_font(folders: Iterable[str] = FONT_FOLDERS) -> bool:
    """Whether any font file is in the usual places."""
    endings = {".ttf", ".otf", ".ttc", ".pfb"}
    return any(
        Path(name).suffix.lower() in endings
        for folder in folders
        for _, _, names in os.walk(Path(folder).expanduser())
        for name in names
    )


def missing_packages(window: bool, wayland: bool, loads: Callable[[str], bool], font: bool) -> list[str]:
    """Name the packages of Debian without which Qt cannot draw here, in a window or offscreen."""
    wanted = dict(OFFSCREEN_LIBRARIES)
    if window:
        wanted.update(WINDOW_LIBRARIES)
    if window and wayland:
        wanted.update(WAYLAND_LIBRARIES)
    missing = [package for library, package in wanted.items() if not loads(library)]
    return missing if font else [*missing, *FONT_PACKAGES]


def is_installed(package: str) -> bool:
    """Whether dpkg has the package; where there is no dpkg, nothing is known to be there."""
    if not shutil.which("dpkg-query"):
        return False
    asked = subprocess.run(["dpkg-query", "-W", "-f=${Status}", package], capture_output=True, text=True, check=False)
    return asked.returncode == 0 and asked.stdout.endswith(" installed")


def becoming_root() -> list[str] | None:
    """Return what goes before a command for it to run as root, or None where there is no way."""
    if os.geteuid() == 0:
        return []
    if not shutil.which("sudo"):
        return None
    if sys.stdin.isatty() or subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0:
        return ["sudo"]
    return None


def install_packages(packages: Sequence[str], purpose: str) -> None:
    """Install packages of Debian, saying so first; raise SetUpError where that cannot be done from here."""
    names = " ".join(packages)
    if not shutil.which("apt-get"):
        raise SetUpError(
            f"{purpose} needs what Debian calls {names}; install it in this system's way and run this again."
        )
    prefix = becoming_root()
    if prefix is None:
        raise SetUpError(f"{purpose} needs packages of Debian; as root run: apt-get install {names}")
    say(f"{purpose} needs packages of Debian, which are about to be installed with apt-get: {names}.")
    apt = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q"]
    install = [*apt, "install", "-y", "--no-install-recommends", *packages]
    fresh = any(Path("/var/lib/apt/lists").glob("*_Packages*"))
    if fresh and subprocess.run(install, check=False).returncode == 0:
        return
    # Either there are no lists of packages yet, or they are too old to fetch from.
    subprocess.run([*apt, "update"], check=False)
    if subprocess.run(install, check=False).returncode != 0:
        raise SetUpError(f"apt-get could not install {names}; its words are above.")


def ensure_packages(packages: Iterable[str], purpose: str) -> None:
    """Install those of the packages that are missing. Raises SetUpError."""
    missing = [package for package in packages if not is_installed(package)]
    if missing:
        install_packages(missing, purpose)


def ensure_libraries(window: bool) -> None:
    """Install what Qt stands on and is not here. Only Linux keeps it outside of Qt's own packages."""
    if sys.platform != "linux":
        return
    missing = missing_packages(window, bool(os.environ.get("WAYLAND_DISPLAY")), can_be_loaded, has_a_font())
    if missing:
        install_packages(missing, "Qt" if window else "Qt without a display")
