"""The dictionaries that this computer has beside the program's own, by the names of their files ("es_ES")."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

_NAME: Final = re.compile(r"[a-z]{2,3}(?:[_-][A-Za-z0-9]{2,8}){0,2}")
_OWN: Final = frozenset({"en_GB", "en_US", "fr", "fr_FR", "de_DE"})
"""What the program has itself; the computer's would be the same under another version."""
_MOST: Final = 100
_LARGEST: Final = 40_000_000
"""Bytes of a dictionary that is read; Hungarian, the largest in use, has 6 million."""


def usual_folders(environment: Mapping[str, str] = os.environ, platform: str = sys.platform) -> list[Path]:
    """Return where Hunspell, LibreOffice and desktops keep dictionaries; DICPATH, as Hunspell has it, comes first."""
    home = Path(environment.get("HOME") or environment.get("USERPROFILE") or "/nonexistent")
    found = [Path(part) for part in environment.get("DICPATH", "").split(os.pathsep) if part]
    if platform == "darwin":
        found += [home / "Library/Spelling", Path("/Library/Spelling")]
        offices = [Path("/Applications/LibreOffice.app/Contents/Resources/extensions")]
    elif platform == "win32":
        offices = [
            Path(environment[name]) / "LibreOffice/share/extensions"
            for name in ("ProgramFiles", "ProgramFiles(x86)")
            if environment.get(name)
        ]
    else:
        data = Path(environment.get("XDG_DATA_HOME") or home / ".local/share")
        found += [data / "hunspell", Path("/usr/share/hunspell"), Path("/usr/share/myspell/dicts")]
        found += [Path("/usr/share/myspell"), Path("/usr/local/share/hunspell")]
        offices = [Path("/usr/lib/libreoffice/share/extensions"), Path("/opt/libreoffice/share/extensions")]
    for office in offices:
        found += sorted(office.glob("dict-*"))
    return found


def find(folders: Sequence[Path]) -> dict[str, Path]:
    """Return the folder of each dictionary by its name; the first folder that has one counts."""
    found: dict[str, Path] = {}
    for folder in folders:
        try:
            files = sorted(folder.glob("*.dic"))
        except OSError:
            continue
        for file in files:
            name = file.stem
            if name in found or name in _OWN or not _NAME.fullmatch(name) or len(found) >= _MOST:
                continue
            if _can_be_read(file) and _can_be_read(file.with_suffix(".aff")):
                found[name] = folder
    return found


def _can_be_read(file: Path) -> bool:
    try:
        return 0 < file.stat().st_size <= _LARGEST and os.access(file, os.R_OK)
    except OSError:
        return False
