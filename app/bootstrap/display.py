"""Whether a display can be reached, asked before Qt: its plug-in aborts the process where none can."""

from __future__ import annotations

import os
import re
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

_NEED_ONE: Final = ("xcb", "wayland")
"""The platforms of Qt that need a display; others ("offscreen", "vnc") do not."""
_SECONDS: Final = 5.0


def why_no_display(environment: Mapping[str, str] = os.environ, platform: str = sys.platform) -> str:
    """Return one sentence where no display can be reached; empty where one can, or where that cannot be known."""
    chosen = environment.get("QT_QPA_PLATFORM", "")
    if not platform.startswith("linux") or (chosen and not chosen.startswith(_NEED_ONE)):
        return ""
    wayland, display = environment.get("WAYLAND_DISPLAY", ""), environment.get("DISPLAY", "")
    if not display and not wayland:
        return "Mailwright needs a display: neither DISPLAY nor WAYLAND_DISPLAY is set."
    if wayland and _answers(str(Path(environment.get("XDG_RUNTIME_DIR", ""), wayland))):
        return ""
    local = re.fullmatch(r":(\d{1,5})(\.\d+)?", display)
    place = f"/tmp/.X11-unix/X{local[1]}" if local else ""  # noqa: S108 - where X servers listen
    if display and (not place or _answers(place) or _answers(f"\0{place}")):
        return ""  # one of another machine is left to Qt
    return f"Mailwright cannot reach the display {display or wayland}."


def must_have_display() -> None:
    """End the program with one sentence where no display can be reached."""
    words = why_no_display()
    if words:
        sys.exit(words)  # said on standard error; the exit status is 1


def _answers(path: str) -> bool:
    with socket.socket(socket.AF_UNIX) as asking:
        asking.settimeout(_SECONDS)
        try:
            asking.connect(path)
        except OSError:
            return False
    return True
