"""A display for windows: whether there is one, and an X server of our own for the end-to-end tests."""

from __future__ import annotations

import contextlib
import os
import select
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping

from devtools.words import SetUpError

NO_DISPLAY = (
    "There is no display here (neither DISPLAY nor WAYLAND_DISPLAY is set); to try Mailwright on a virtual one: "
    "`apt-get install xvfb xauth`, then `xvfb-run -a python3 dev.py run`."
)


def has_display(environ: Mapping[str, str], platform: str = sys.platform) -> bool:
    """Whether a window can be shown; a platform named by hand (offscreen, vnc) is taken at its word."""
    named = environ.get("QT_QPA_PLATFORM", "")
    asked = bool(named) and named.split(":")[0] not in {"xcb", "wayland"}
    return platform != "linux" or asked or bool(environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"))


@contextlib.contextmanager
def virtual_display(*, managed: bool = True) -> Iterator[dict[str, str]]:
    """Give an X server, `managed` by a window manager, and the environment that leads to it, until the block ends."""
    reading, writing = os.pipe()
    screen = ["-screen", "0", "1440x900x24", "-nolisten", "tcp", "-noreset", "-displayfd", str(writing)]
    quiet = subprocess.DEVNULL
    with contextlib.ExitStack() as stack:
        server = subprocess.Popen(["Xvfb", *screen], pass_fds=[writing], stdout=quiet, stderr=quiet)
        stack.callback(server.wait)
        stack.callback(server.terminate)
        os.close(writing)
        # The whole line is read: the server writes the number and the line's end apart, and dies if nobody listens.
        answer = stack.enter_context(os.fdopen(reading, encoding="ascii"))
        number = answer.readline().strip() if select.select([answer], [], [], 30)[0] else ""
        if not number:
            raise SetUpError("Xvfb did not start within 30 seconds.")
        runtime = stack.enter_context(tempfile.TemporaryDirectory(prefix="mailwright-xdg-"))
        display = {"DISPLAY": f":{number}", "WAYLAND_DISPLAY": "", "XDG_RUNTIME_DIR": runtime, "QT_QPA_PLATFORM": "xcb"}
        if not managed:
            yield display
            return
        discovery = {**os.environ, **display}
        manager = subprocess.Popen(["openbox", "--sm-disable"], env=discovery, stdout=quiet, stderr=quiet)
        stack.callback(manager.wait)
        stack.callback(manager.terminate)
        wait_for_window_manager(display)
        yield display


def wait_for_window_manager(display: Mapping[str, str]) -> None:
    """Return once the window manager has told the display how many desktops there are."""
    deadline = time.monotonic() + 30
    ask = ["xdotool", "get_desktop"]
    while subprocess.run(ask, env={**os.environ, **display}, capture_output=True, check=False).returncode != 0:
        if time.monotonic() > deadline:
            raise SetUpError("openbox did not start within 30 seconds.")
        time.sleep(0.05)
