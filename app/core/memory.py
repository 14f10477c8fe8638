"""Knows how much memory this process holds, and gives back what was freed."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

_HELD: Final = Path("/proc/self/statm")


@functools.cache
def _malloc_trim() -> Callable[[int], int] | None:
    import ctypes

    try:
        found: Callable[[int], int] = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):  # another C library; Windows knows no library without a name
        return None
    return found


def give_back() -> None:
    """Give back what the allocator keeps for later, where it can (glibc); nothing elsewhere. Takes a few milliseconds.

    A message of many lines leaves tens of megabytes in small pieces, which glibc keeps unless it is asked
    (malloc_trim(3)).
    """
    trim = _malloc_trim()
    if trim is not None:
        trim(0)


def resident() -> int:
    """Return how many bytes of this process are in memory (proc(5), statm); 0 where the system does not say it so."""
    try:
        return int(_HELD.read_bytes().split()[1]) * os.sysconf("SC_PAGESIZE")
    except (AttributeError, IndexError, OSError, ValueError):
        return 0
