"""A version of this program that its makers have released, as they announce it.

The announcement is JSON: `{"version": "1.2.0", "page": "https://…"}`; other names in it are for later versions to read.
"""

from __future__ import annotations

from typing import Final

import msgspec

from app.core.parsing import json_in, whole_number

LONGEST: Final = 1 << 16
"""Bytes of an announcement that are read."""
_LONGEST_PAGE: Final = 500


class Release(msgspec.Struct, frozen=True):
    """`version` is as the program tells its own; `page` says what is new, and where to get it."""

    version: str
    page: str


def read_release(announced: bytes) -> Release | None:
    """Return what was announced; None for what is no announcement, or leads to no page by https."""
    found = json_in(announced)
    if not isinstance(found, dict):
        return None
    version, page = found.get("version"), found.get("page")
    if not (isinstance(version, str) and isinstance(page, str) and parts_of(version)):
        return None
    safe = page.startswith("https://") and page.isascii() and page.isprintable() and " " not in page
    return Release(version, page) if safe and len(page) <= _LONGEST_PAGE else None


def parts_of(version: str) -> tuple[int, ...]:
    """Return the numbers of a version such as 1.2.0, none for what is no such thing (1.3rc1 is none)."""
    numbers = tuple(whole_number(part, -1) for part in version.split("."))
    return numbers if 0 < len(numbers) < 6 and min(numbers) >= 0 else ()


def is_newer(version: str, than: str) -> bool:
    """Return whether a version is a later one."""
    return _filled(version) > _filled(than)


def _filled(version: str) -> tuple[int, ...]:
    numbers = parts_of(version)
    return (*numbers, *([0] * (6 - len(numbers))))
