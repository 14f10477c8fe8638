"""What can be said on the command line, and by the environment where tests need it."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from app import __version__

_LONGEST_HOLD = 3600.0


class Options(NamedTuple):
    """How this run differs from the ordinary one.

    `data` is the folder of letters and settings (None: the desktop's place for it). `hold` is how many seconds
    a send waits for Undo (None: what the person chose).
    """

    sandbox: bool = False
    sandbox_info: Path | None = None
    compose: bool = False
    data: Path | None = None
    hold: float | None = None


def command_line() -> argparse.ArgumentParser:
    """Return what the command line may hold; the man page and the completions of shells are made from it too."""
    parser = argparse.ArgumentParser("mailwright", description="Mail for people who write on Exchange all day.")
    parser.add_argument("--version", action="version", version=f"Mailwright {__version__}")
    parser.add_argument("--sandbox", action="store_true", help="open on an Exchange of its own, to try the program")
    parser.add_argument("--sandbox-info", type=Path, metavar="FILE", help="write where the sandbox listens to FILE")
    parser.add_argument("--compose", action="store_true", help="start with a new message")
    return parser


def parse(arguments: Sequence[str]) -> Options:
    """Read the command line and the environment (MAILWRIGHT_DATA, MAILWRIGHT_HOLD). Exits with words on bad ones."""
    parser = command_line()
    found = parser.parse_args(arguments)
    data = os.environ.get("MAILWRIGHT_DATA")
    hold = os.environ.get("MAILWRIGHT_HOLD")
    return Options(
        sandbox=found.sandbox,
        sandbox_info=found.sandbox_info,
        compose=found.compose,
        data=Path(data) if data else None,
        hold=_seconds(parser, hold) if hold else None,
    )


def _seconds(parser: argparse.ArgumentParser, words: str) -> float:
    try:
        seconds = float(words)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= _LONGEST_HOLD:
        parser.error(f"MAILWRIGHT_HOLD is not a number of seconds: {words}")
    return seconds
