"""Finds files of resources/: beside app/ in the source, inside it once installed, beside the program when frozen."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path


@cache
def root() -> Path:
    """Return the folder of resources. Raises FileNotFoundError where the installation is not whole."""
    package = Path(__file__).resolve().parent.parent
    places = [package.parent / "resources", package / "_resources"]
    frozen = getattr(sys, "_MEIPASS", None)
    if frozen is not None:
        places.insert(0, Path(frozen) / "resources")
    for place in places:
        if (place / "icons").is_dir():
            return place
    raise FileNotFoundError("resources")


def find(*parts: str) -> Path:
    """Return the path of one resource, whether it is there or not."""
    return root().joinpath(*parts)
