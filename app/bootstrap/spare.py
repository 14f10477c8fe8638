"""Imports without what they can do without."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from typing import Any, cast


@contextlib.contextmanager
def without(*names: str) -> Iterator[None]:
    """Let what is imported in the block find no module of these names, unless it is loaded already.

    asyncio looks for ssl and does without it where there is none; in the window nothing speaks to a server, that is the
    engine's. msgspec takes from typing_extensions what Python's own typing has had for years. Together they would be a
    twentieth of what is loaded before the lists. Later imports find both.
    """
    left_out = [name for name in names if name not in sys.modules]
    for name in left_out:
        sys.modules[name] = cast("Any", None)
    try:
        yield
    finally:
        for name in left_out:
            del sys.modules[name]
