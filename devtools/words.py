"""How dev.py speaks to a person, and how it says that it cannot go on."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from typing import Any


class SetUpError(Exception):
    """What is missing cannot be set up from here; the message says what a person can do."""


def say(words: str) -> None:
    """Tell the person, before the thing happens."""
    print(words, file=sys.stderr, flush=True)


def run(command: Sequence[str], trouble: str, **options: Any) -> None:
    """Run a program that speaks for itself; raise SetUpError with `trouble` where it fails. `options` are Popen's."""
    if subprocess.run(command, check=False, **{"stdout": sys.stderr, **options}).returncode != 0:
        raise SetUpError(f"{trouble}; its words are above.")
