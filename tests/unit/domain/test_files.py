"""A name that came with a file leads nowhere, hides nothing, and is a name on every system."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.files import numbered, safe_file_name


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ("Plan.pdf", "Plan.pdf"),
        ("Entwurf für Zoë.odt", "Entwurf für Zoë.odt"),
        ("../../.bashrc", "bashrc"),
        ("/etc/passwd", "passwd"),
        (r"C:\Windows\system.ini", "system.ini"),
        ("a:b|c?.txt", "a_b_c_.txt"),
        ("con", "_con"),
        ("NUL.txt", "_NUL.txt"),
        ("console.txt", "console.txt"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("zero\u200bwidth.txt", "zerowidth.txt"),
        ("line\nbreak\x00.txt", "linebreak.txt"),
        ("trailing.exe. . ", "trailing.exe"),
        ("  many   spaces .txt", "many spaces .txt"),
        ("", "attachment"),
        ("...", "attachment"),
        ("/", "attachment"),
    ],
)
def test_a_name_is_made_safe(given: str, safe: str) -> None:
    assert safe_file_name(given, "attachment") == safe


@given(st.text(max_size=400))
def test_any_name_is_one_part_of_a_path_and_short_enough(name: str) -> None:
    safe = safe_file_name(name, "attachment")
    assert safe
    assert "/" not in safe
    assert "\\" not in safe
    assert safe not in {".", ".."}
    assert len(safe.encode()) <= 200
    assert safe_file_name(safe, "attachment") == safe


def test_a_long_name_keeps_its_ending() -> None:
    safe = safe_file_name("ä" * 300 + ".pdf", "attachment")
    assert safe.endswith("ä.pdf")
    assert 190 < len(safe.encode()) <= 200


def test_names_are_numbered_before_their_ending() -> None:
    assert [numbered("plan.pdf", n) for n in range(3)] == ["plan.pdf", "plan (2).pdf", "plan (3).pdf"]
    assert numbered("plan", 1) == "plan (2)"
    assert numbered(".plan", 1) == ".plan (2)"
