"""Keeps what the C library holds of memory at what is in use.

Requests of all sizes, read in several threads, leave holes in a heap for each thread, and a block that was large once
makes glibc keep larger ones there too. What is in use stays as it was, but after some hundred thousand requests a
sandbox held twice of it. One heap, and large blocks outside of it, stay as they were after the first thousands.
"""

import ctypes
import sys
from typing import Final

# The numbers of glibc's malloc.h.
_MMAP_THRESHOLD: Final = -3
_ARENA_MAX: Final = -8
_LARGE: Final = 64 * 1024


def keep_flat() -> None:
    """Set glibc's allocator so. To be called before a second thread is there; elsewhere than with glibc, nothing."""
    if sys.platform != "linux":
        return
    set_option = getattr(ctypes.CDLL(None), "mallopt", None)
    if set_option is not None:  # musl has none, and needs none
        set_option(_ARENA_MAX, 1)
        set_option(_MMAP_THRESHOLD, _LARGE)
