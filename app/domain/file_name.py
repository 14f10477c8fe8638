"""Names of files that somebody else chose, made safe on every system: no path, nothing that hides what the file is."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from app.domain.late_pattern import late_pattern

_UNSAFE: Final = late_pattern(r'[<>:"/\\|?*]')
_DEVICES: Final = late_pattern(r"(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)", re.IGNORECASE)
"""Names that Windows keeps for devices, whatever ending follows."""
_LONGEST: Final = 200
"""Bytes; disks take 255, and a number in brackets may follow."""
_ENDING: Final = 20


def safe_file_name(name: str, otherwise: str) -> str:
    """Return the last part of a name without what disks, shells and eyes take amiss; its ending stays.

    Letters that turn the direction of writing go: with one, "exe.pdf" is what a person reads of "fdp.exe".
    `otherwise` is the name of what has none.
    """
    shown = "".join(one for one in name if unicodedata.category(one) not in {"Cc", "Cf", "Cs", "Zl", "Zp"})
    plain = " ".join(_UNSAFE.sub("_", re.split(r"[/\\]", shown)[-1]).split()).strip(". ") or otherwise
    if _DEVICES.match(plain):
        plain = f"_{plain}"
    if len(plain.encode()) <= _LONGEST:
        return plain
    stem, dot, ending = plain.rpartition(".")
    if not stem or len(ending) > _ENDING:
        stem, dot, ending = plain, "", ""
    room = _LONGEST - len(f"{dot}{ending}".encode())
    return f"{stem.encode()[:room].decode(errors='ignore').rstrip('. ')}{dot}{ending}"


def numbered(name: str, number: int) -> str:
    """Return the name that a file has where there are `number` of its name already: "plan (2).pdf"."""
    if not number:
        return name
    stem, dot, ending = name.rpartition(".")
    if not stem:
        stem, dot, ending = name, "", ""
    return f"{stem} ({number + 1}){dot}{ending}"
