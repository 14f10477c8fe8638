"""Keeps what the C library holds of memory at what is in use.

Requests of all sizes, read in several threads, leave holes in a heap for each thread, and a block that was large once
makes glibc keep larger ones there too. What is in use stays as it was, but after some hundred thousand requests a
sandbox held twice of it. One heap, with large blocks outside of it and its holes given back, stays as it was after the
first thousands.
"""

import ctypes
import sys
from collections.abc import Callable
from typing import Final

# The numbers of glibc's malloc.h.
_MMAP_THRESHOLD: Final = -3
_ARENA_MAX: Final = -8
_LARGE: Final = 64 * 1024


def _find(name: str) -> Callable[..., int] | None:
    """Find a function of glibc's; musl has none of them, and needs none."""
    found: Callable[..., int] | None = getattr(ctypes.CDLL(None), name, None) if sys.platform == "linux" else None
    return found


_trim: Final = _find("malloc_trim")


def keep_flat() -> None:
    """Set glibc's allocator so. To be called before a second thread is there; elsewhere than with glibc, nothing."""
    set_option = _find("mallopt")
    if set_option is not None:
        set_option(_ARENA_MAX, 1)
        set_option(_MMAP_THRESHOLD, _LARGE)


def give_back() -> None:
    """Give the holes of whole pages back to the system. Takes some milliseconds, and lets other threads run."""
    if _trim is not None:
        _trim(0)
