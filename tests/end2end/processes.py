"""Ends every process that a test began, whatever became of the test: they are known by a mark in their environment."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

RUN = "MAILWRIGHT_TEST_RUN"
"""Marks all that runs on one desktop."""

TEST = "MAILWRIGHT_TEST"
"""Marks all that one test started."""


def marked(mark: str) -> list[int]:
    """Return the processes that carry `mark`, also those whose parents are gone."""
    wanted = {f"{name}={mark}".encode() for name in (RUN, TEST)}
    found = []
    for place in Path("/proc").iterdir():
        try:
            if place.name.isdigit() and wanted & set((place / "environ").read_bytes().split(b"\0")):
                found.append(int(place.name))
        except OSError:
            continue
    return [pid for pid in found if pid != os.getpid() and is_running(pid)]


def is_running(pid: int) -> bool:
    """Tell whether a process is there and not only waiting to be buried."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in {"Z", "X"}


def end_marked(mark: str, patience: float = 5.0) -> None:
    """End every process that carries `mark`: kindly, then not."""
    for sign, limit in ((signal.SIGTERM, patience), (signal.SIGKILL, patience)):
        for pid in marked(mark):
            signal_one(pid, sign)
        deadline = time.monotonic() + limit
        while marked(mark):
            if time.monotonic() > deadline:
                break
            time.sleep(0.02)
        else:
            return


def signal_one(pid: int, sign: signal.Signals) -> None:
    """Signal a process that may be gone by now."""
    try:
        os.kill(pid, sign)
    except ProcessLookupError:
        return


def end(process: subprocess.Popen[bytes], patience: float = 5.0) -> None:
    """End one process that we began, and wait for it."""
    process.terminate()
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(patience)


def below(pid: int) -> dict[int, str]:
    """Return the processes below `pid` with their command lines."""
    parents: dict[int, int] = {}
    for place in Path("/proc").iterdir():
        try:
            if place.name.isdigit():
                parents[int(place.name)] = int((place / "stat").read_text("utf-8").rpartition(")")[2].split()[1])
        except OSError:
            continue
    found: dict[int, str] = {}
    rest = [pid]
    while rest:
        parent = rest.pop()
        for child in [one for one, above in parents.items() if above == parent]:
            rest.append(child)
            if is_running(child):
                found[child] = _command(child)
    return found


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace").strip()
    except OSError:
        return ""
