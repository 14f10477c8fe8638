"""Marks a file as one that came from elsewhere, so that the system asks before it runs it.

Windows keeps the mark in a stream beside the file, macOS as an attribute of it; Linux has none that anything heeds.
Written on Linux, against the systems' documentation (Zone.Identifier, com.apple.quarantine); not run there yet.
"""

from __future__ import annotations

import contextlib
import sys
import time
from pathlib import Path
from typing import Any, Final

_INTERNET: Final = 3
_QUARANTINE: Final = b"com.apple.quarantine"
_NOT_YET_ALLOWED: Final = 0x0081
"""Flags of macOS: a download that the person has not agreed to run."""


def mark_from_elsewhere(path: Path, system: str = sys.platform, libc: Any = None) -> None:
    """Mark the file at `path`, where this system has a mark. A disk that keeps none is no error."""
    if system == "win32":
        with contextlib.suppress(OSError):
            Path(f"{path}:Zone.Identifier").write_bytes(b"[ZoneTransfer]\r\nZoneId=%d\r\n" % _INTERNET)
    elif system == "darwin":
        import ctypes  # only here: it costs the start some milliseconds

        value = f"{_NOT_YET_ALLOWED:04x};{int(time.time()):08x};Mailwright;".encode()
        (libc or ctypes.CDLL(None)).setxattr(bytes(path), _QUARANTINE, value, len(value), 0, 0)
