"""Starts what was packed, and writes a message in it by keys: a package that cannot start is not made."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from devtools.words import SetUpError, say

TOOLS = ("xvfb", "xdotool", "xauth")
SUBJECT = "Packed and started"
_SECONDS = 60.0


def start_and_write(program: Path) -> None:
    """Start `program` on its sandbox on a display of its own and write a message. Raises SetUpError where it cannot."""
    place = Path(tempfile.mkdtemp(prefix="mailwright-start-"))
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1280x800x24", "-nolisten", "tcp"]
    display = subprocess.Popen(command, pass_fds=[writing], stderr=subprocess.DEVNULL)
    os.close(writing)
    try:
        with os.fdopen(reading) as told:
            number = told.readline().strip()
        _write(program, place, f":{number}")
    finally:
        display.terminate()
        display.wait()
        shutil.rmtree(place, ignore_errors=True)
    say("What was packed starts, and a message can be written in it.")


def _write(program: Path, place: Path, display: str) -> None:
    data, log = place / "data", place / "log"
    dropped = {"QT_QPA_PLATFORM", "WAYLAND_DISPLAY", "PYTHONPATH"}
    environment = {name: value for name, value in os.environ.items() if name not in dropped}
    environment |= {"DISPLAY": display, "HOME": str(place), "XDG_RUNTIME_DIR": str(place), "MAILWRIGHT_DATA": str(data)}
    info = place / "sandbox.json"
    with log.open("wb") as output:
        running = subprocess.Popen(
            [str(program), "--sandbox", "--sandbox-info", str(info), "--compose"],
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )

        def press(*arguments: str) -> None:
            subprocess.run(["xdotool", *arguments], env=environment, check=False, capture_output=True)

        def until(what: str, there: Callable[[], bool]) -> None:
            deadline = time.monotonic() + _SECONDS
            while not there():
                if running.poll() is not None or time.monotonic() > deadline:
                    raise SetUpError(f"What was packed does not work: {what}.\n{log.read_text('utf-8', 'replace')}")
                time.sleep(0.2)

        try:
            until("it shows no window", lambda: _windows(environment))
            until("its sandbox does not start", info.exists)
            # Keys wait in the window for the message that was asked for.
            press("search", "--sync", "--onlyvisible", "--name", "Mailwright", "windowfocus")
            press("type", "anna.berg@contoso.com\t" + SUBJECT + "\tWritten by keys")
            until("what is typed does not come to the disk", lambda: _is_on_disk(data))
        finally:
            running.terminate()
            _end(running)


def _windows(environment: dict[str, str]) -> bool:
    asked = ["xdotool", "search", "--onlyvisible", "--name", "Mailwright"]
    return bool(subprocess.run(asked, env=environment, check=False, capture_output=True).stdout.strip())


def _is_on_disk(data: Path) -> bool:
    return any(SUBJECT.encode() in path.read_bytes() for path in data.rglob("*") if path.is_file())


def _end(running: subprocess.Popen[bytes]) -> None:
    try:
        running.wait(15)
    except subprocess.TimeoutExpired:
        running.kill()
        running.wait()
