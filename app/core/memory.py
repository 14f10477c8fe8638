"""Gives memory that was freed back to the system."""

from __future__ import annotations

import functools
from collections.abc import Callable


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
