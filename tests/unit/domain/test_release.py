"""What announces a version, and which version is the later one."""

from __future__ import annotations

import json

import pytest

from app.domain.release import Release, is_newer, parts_of, read_release

PAGE = "https://mailwright.example/releases/1.2.0"


def announced(**words: object) -> bytes:
    return json.dumps({"version": "1.2.0", "page": PAGE, "more": [1], **words}).encode()


def test_version_and_page_are_read_and_what_is_not_known_is_left() -> None:
    assert read_release(announced()) == Release("1.2.0", PAGE)


@pytest.mark.parametrize(
    "wrong",
    [
        b"",
        b"[]",
        b"[" * 5_000,
        b"<html>",
        announced(version=1.2),
        announced(version="one"),
        announced(version="1.3rc1"),
        announced(version="9" * 5_000),
        announced(page="http://mailwright.example/"),
        announced(page="javascript:alert(1)"),
        announced(page="https://mailwright.example/\u202egnp"),
        announced(page="https://mailwright.example/ x"),
        announced(page="https://mailwright.example/" + "x" * 600),
        announced(page=None),
    ],
)
def test_what_is_no_announcement_is_none(wrong: bytes) -> None:
    assert read_release(wrong) is None


def test_versions_are_compared_by_their_numbers() -> None:
    assert is_newer("0.10.0", "0.9.9")
    assert is_newer("1.0.1", "1.0")
    assert not is_newer("1.0", "1.0.0")
    assert not is_newer("0.9", "0.10")
    assert parts_of("1.2.3.4.5.6") == ()
