"""The environment of every test: that of a machine on which nobody has chosen anything.

Which browser, keyring, language, time zone, proxy, theme or folder the person has who runs the tests must decide
nothing: what a test depends on, it brings.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import Final

_CHOSEN: Final = re.compile(
    # What is opened with what, by which session, and what sandboxes of other makers say of the programs in them.
    r"BROWSER|DEFAULT_BROWSER|XDG_.*|DBUS_.*|DESKTOP_.*|SESSION_MANAGER|KDE_.*|GNOME_.*|SNAP.*|FLATPAK_.*|APPIMAGE|APPDIR"
    # Languages, input and time.
    r"|LANG|LANGUAGE|LC_.*|TZ|XMODIFIERS|.*_IM_MODULE|XCOMPOSEFILE|XKB_.*"
    # How windows look, and where fonts and cursors come from.
    r"|QT_.*|QML.*|QSG_.*|GTK.*|GDK_.*|XCURSOR_.*|FONTCONFIG_.*|.*AT_BRIDGE|ACCESSIBILITY_ENABLED"
    # Which way mail goes, whom it trusts, and where passwords lie.
    r"|.*_PROXY|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|SSLKEYLOGFILE|NETRC|PYTHON_KEYRING_.*|KEYRING_.*|CUPS_.*|PRINTER|LPDEST"
    # What Mailwright itself reads.
    r"|MAILWRIGHT_(DATA|HOLD|PRESETS|CLIENT_ID)",
    re.IGNORECASE,
)
_NEEDED: Final = ("PATH", "LD_LIBRARY_PATH", "LD_PRELOAD", "TMPDIR", "USER", "LOGNAME")
"""What starting a program at all may take."""

NO_KEYRING: Final = "keyring.backends.fail.Keyring"


def is_chosen(name: str) -> bool:
    """Tell whether the variable `name` holds what somebody chose for this machine or session."""
    return _CHOSEN.fullmatch(name) is not None


def bare(outside: Mapping[str, str]) -> dict[str, str]:
    """Return of `outside` only what starting a program takes: the environment of a window is built on it."""
    return {name: outside[name] for name in _NEEDED if name in outside} | {"LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}


def settle_in(environ: MutableMapping[str, str], folder: Path) -> None:
    """Take what was chosen out of `environ`, and put `folder` in the place of a person's own folders.

    What tools need (a home, package indexes, a developer's switches of Python) stays.
    """
    platform = environ.get("QT_QPA_PLATFORM", "offscreen")  # a developer may want to watch
    for name in [name for name in environ if is_chosen(name)]:
        del environ[name]
    environ.update(
        {
            "LANG": "C.UTF-8",
            "LC_ALL": "C.UTF-8",
            "TZ": "UTC",
            "QT_QPA_PLATFORM": platform,
            "PYTHON_KEYRING_BACKEND": NO_KEYRING,
            "MAILWRIGHT_PRESETS": str(presets(folder)),
        }
    )
    for kind in ("CONFIG_HOME", "DATA_HOME", "CACHE_HOME", "STATE_HOME", "RUNTIME_DIR"):
        place = folder / kind.lower()
        place.mkdir(mode=0o700)
        environ[f"XDG_{kind}"] = str(place)


def presets(folder: Path) -> Path:
    """Return what an administrator has set where tests run: messages begin as plain text, and are read as typed.

    What a test shows of formatted text, it asks for: by the setting, or by what makes plain text formatted.
    """
    file = folder / "presets.toml"
    file.write_text("[settings]\nformatted_text = false\n", "utf-8")
    return file


def opener(folder: Path, notes: Path, *command: str) -> Path:
    """Make `folder` hold what desktops open addresses and files with: it notes each in `notes`, and runs `command`.

    Qt asks `xdg-open` before anything else; on a PATH that begins with `folder` it finds no browser of the machine.
    """
    folder.mkdir(exist_ok=True)
    program = folder / "xdg-open"
    then = f'exec {shlex.join(command)} "$1" >/dev/null 2>&1\n' if command else ""
    # Written beside and put in its place: one may just be read.
    fresh = folder / "xdg-open.new"
    fresh.write_text(f'#!/bin/sh\nprintf "%s\\n" "$1" >>{shlex.quote(str(notes))}\n{then}', "utf-8")
    fresh.chmod(0o755)
    fresh.replace(program)
    return program
