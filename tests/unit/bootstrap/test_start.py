"""What a start asks for is one wish, whoever does it in the end."""

from __future__ import annotations

import pytest

from app.bootstrap import start
from app.domain.startup_request import CommandLine


def test_a_start_names_its_wish_before_it_hands_it_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """The program that runs may keep it and be killed before it can say so; then this start makes it."""
    opened: list[CommandLine] = []

    def open_window(options: CommandLine) -> int:
        opened.append(options)
        return 0

    monkeypatch.setattr(start, "_open_window", open_window)
    assert start.start(["mailto:a@x.example?subject=Hello"]) == 0
    assert start.start(["--compose"]) == 0
    first, second = (one.arrival.request_id for one in opened)
    assert first
    assert second not in {"", first}
