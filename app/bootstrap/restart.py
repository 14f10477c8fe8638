"""Starts what is installed now in the place of this process, after its end."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from app.core.child_process import own_program
from app.domain.startup_request import CommandLine

RESTART = -1
"""What the program's life ends with in place of an exit status when the program is to start again."""


def command(options: CommandLine) -> list[str]:
    """Return how to start again: as this run was, without what it was asked to do first."""
    again = ["--sandbox"] if options.sandbox else []
    again += ["--sandbox-info", str(options.sandbox_info)] if options.sandbox_info is not None else []
    again += ["--debug"] if options.debug else []
    if getattr(sys, "frozen", False):
        return [sys.executable, *again]
    return own_program(__name__.partition(".")[0], "", *again)


def environment() -> dict[str, str]:
    """Return this process's own, in which the program finds itself, and a frozen one begins anew."""
    if getattr(sys, "frozen", False):
        return {**os.environ, "PYINSTALLER_RESET_ENVIRONMENT": "1"}
    root = str(Path(__file__).resolve().parents[2])
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))}


def start_again(options: CommandLine) -> int:
    """Start; on Windows beside this process, elsewhere in its place. Returns the exit status where it is still here."""
    sys.stdout.flush()
    sys.stderr.flush()
    try:
        if os.name == "nt":
            subprocess.Popen(command(options), env=environment())  # noqa: S603 - our own program, without a shell
            return 0
        os.execve(sys.executable, command(options), environment())  # noqa: S606 - as above
    except OSError as error:
        sys.stderr.write(f"Mailwright could not start again: {error.strerror}\n")
    return 1
