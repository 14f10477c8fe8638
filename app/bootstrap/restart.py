"""Starts what is installed now in the place of this process, after its end."""

from __future__ import annotations

import os
import subprocess
import sys

from app.core.child_process import found_by_python, own_program
from app.domain.startup_request import CommandLine, SandboxKind


def turned(options: CommandLine, *, try_out: bool) -> CommandLine:
    """Return how to start so that the person tries the program, or is back at their own messages."""
    return options._replace(sandbox=try_out, try_out=try_out, sandbox_info=options.sandbox_info if try_out else None)


def command(options: CommandLine) -> list[str]:
    """Return how to start again: as this run was, without what it was asked to do first."""
    again = ["--try-out"] if options.try_out else ["--sandbox"] if options.sandbox else []
    again += [f"--sandbox-accounts={options.sandbox_accounts}"] if options.sandbox_accounts > 1 else []
    again += [f"--sandbox-kind={options.sandbox_kind}"] if options.sandbox_kind is not SandboxKind.EWS else []
    again += ["--sandbox-info", str(options.sandbox_info)] if options.sandbox_info is not None else []
    again += ["--debug"] if options.debug else []
    return own_program(__name__.partition(".")[0], "", *again)


def environment() -> dict[str, str]:
    """Return this process's own, in which the program finds itself, and a frozen one begins anew."""
    if getattr(sys, "frozen", False):
        return {**os.environ, "PYINSTALLER_RESET_ENVIRONMENT": "1"}
    return found_by_python(os.environ)


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
