"""The lower bounds of what a wheel installs lie above the weaknesses that are known."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MENDED = {
    "aiohttp": ("3.13.3", "replies that unpack to any size; headers and paths that the server reads in two ways"),
    "lxml": ("6.0", "older wheels carry libxml2 before 2.14.4 (CVE-2025-6021, CVE-2025-49794 to 49796)"),
    "requests": ("2.32.4", "credentials of .netrc given to another host (CVE-2024-47081)"),
    "urllib3": ("2.6.3", "replies that unpack to any size (CVE-2025-66418, CVE-2025-66471, CVE-2026-21441)"),
}
"""The first version without what was known, and what that was."""


def version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", text))


def bounds() -> dict[str, str]:
    found = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    parts = (re.match(r"([A-Za-z0-9-]+)>=([\d.]+)", one) for one in found)
    return {part[1]: part[2] for part in parts if part is not None}


@pytest.mark.parametrize("name", MENDED)
def test_a_wheel_picks_no_version_with_a_known_weakness(name: str) -> None:
    first, why = MENDED[name]
    assert version(bounds()[name]) >= version(first), why


@pytest.mark.parametrize("name", bounds())
def test_what_is_locked_lies_within_its_bound(name: str) -> None:
    locked = re.findall(rf"^{name.lower()}==([\d.]+)", (ROOT / "requirements/run.txt").read_text("utf-8"), re.MULTILINE)
    assert locked
    assert all(version(one) >= version(bounds()[name]) for one in locked)
