"""A desktop of its own: display, window manager, message bus with accessibility; hands that type, eyes that look."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from devtools.display import virtual_display
from tests import bare_environment
from tests.end2end import processes

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SYSTEM_PYTHON = "/usr/bin/python3"
_T = TypeVar("_T")

_PROGRAMS = ("Xvfb", "openbox", "xdotool", "import", "dbus-daemon", "dbus-send", "setxkbmap")
_KEYS = {
    "ctrl": "ctrl",
    "shift": "shift",
    "alt": "alt",
    "enter": "Return",
    "return": "Return",
    "esc": "Escape",
    "escape": "Escape",
    "tab": "Tab",
    "space": "space",
    "backspace": "BackSpace",
    "delete": "Delete",
    "del": "Delete",
    "home": "Home",
    "end": "End",
    "up": "Up",
    "down": "Down",
    "left": "Left",
    "right": "Right",
    ",": "comma",
    "/": "slash",
    "?": "question",
    ".": "period",
    ";": "semicolon",
}
_SIGNS = {" ": "space", "@": "at", ".": "period", ":": "colon", "-": "minus", "!": "exclam", "=": "equal"}
"""How xdotool names the signs that it does not take as they are."""
_ACCENTED = "äåéëöüïñçßáðøóæþíúÄÅÉËÖÜÏÑÇÁÐØÓÆÞÍÚ«»€¿¡¢£¤¥§©®°×÷¬"
"""What the layout `us(altgr-intl)` has with AltGr."""
_BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <auth>EXTERNAL</auth>
  <servicedir>{services}</servicedir>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""
_ACCESSIBILITY = Path("/usr/share/dbus-1/services/org.a11y.Bus.service")


def why_not() -> str:
    """Return why there can be no desktop here, or nothing."""
    if sys.platform != "linux":
        return "end-to-end tests need Linux"
    missing = [name for name in _PROGRAMS if shutil.which(name) is None]
    missing += [] if _ACCESSIBILITY.exists() else ["at-spi2-core"]
    if missing:
        return f"not installed: {', '.join(missing)}"
    if importlib.util.find_spec("PySide6") is None:
        return "PySide6 is not installed"
    ask = "import gi; gi.require_version('Atspi', '2.0'); from gi.repository import Atspi"
    if subprocess.run([SYSTEM_PYTHON, "-c", ask], capture_output=True, check=False).returncode != 0:
        return "python3-gi and gir1.2-atspi-2.0 are not installed"
    return ""


def wait_until(condition: Callable[[], _T], what: str, seconds: float = 20.0) -> _T:
    """Return what `condition` returns as soon as that is true; AssertionError naming `what` after `seconds`."""
    deadline = time.monotonic() + seconds
    while not (answer := condition()):
        assert time.monotonic() < deadline, f"waited {seconds:g} s in vain until {what}"
        time.sleep(0.03)
    return answer


class Desktop:
    """One running desktop. `environment` is what programs on it are started with.

    A `managed` one has a window manager.
    """

    def __init__(self, environment: dict[str, str], mark: str, shots: Path, *, managed: bool = True) -> None:
        self.environment = environment
        self.mark = mark
        self.shots = shots
        self.managed = managed
        self._reader: subprocess.Popen[bytes] | None = None

    # --- hands ------------------------------------------------------------------------------------------------------

    def press(self, *chords: str) -> None:
        """Press chords one after the other, as written in keymaps: "Ctrl+Enter", "F8", "C", "Ctrl+,"."""
        self._xdotool("key", "--delay", "8", *[_spell(chord) for chord in chords])

    def click(self, node: dict[str, Any], *, button: int = 1, times: int = 1) -> None:
        """Click on the middle of what a screen reader says where it is; see `look`."""
        x, y = node["middle"]
        self._xdotool("mousemove", "--sync", str(x), str(y))
        self._xdotool("click", "--repeat", str(times), "--delay", "60", str(button))

    def type(self, text: str) -> None:
        """Type `text` key by key. Latin letters with accents are keys of the layout; for all others, see `copied`.

        xdotool would type other messages too, by changing the keymap for a moment, which the program may miss.
        """
        strange = [sign for sign in text if not (sign == "\n" or " " <= sign <= "~" or sign in _ACCENTED)]
        assert not strange, f"not on the keyboard: {strange}"
        for number, line in enumerate(text.split("\n")):
            if number:
                self.press("Enter")
            if line:
                self._xdotool("type", "--delay", "4", "--", line)

    def stream(self, *chords: str, pause: int) -> None:
        """Press chords `pause` milliseconds after each other, and wait for nothing; see `messages` for text."""
        self._xdotool("key", "--delay", str(pause), *self.spelled(*chords))

    def spelled(self, *chords: str) -> list[str]:
        """Return chords as xdotool spells them."""
        return [_spell(chord) for chord in chords]

    @contextlib.contextmanager
    def copied(self, text: str) -> Iterator[None]:
        """Let another program own the clipboard with `text` in it, until the block ends."""
        command = [sys.executable, "-m", "tests.end2end.clipboard_owner"]
        owner = self.start(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert owner.stdin is not None
        assert owner.stdout is not None
        try:
            owner.stdin.write(text.encode("utf-8", "surrogatepass"))
            owner.stdin.close()
            assert owner.stdout.readline() == b"ready\n"
            yield
        finally:
            processes.end(owner)
            owner.stdout.close()

    # --- eyes -------------------------------------------------------------------------------------------------------

    def active_title(self) -> str:
        """Return the title of the window that has the focus, or nothing."""
        command = ["xdotool", "getwindowfocus", "getwindowname"]
        asked = subprocess.run(command, env=self.environment, capture_output=True, check=False)
        return asked.stdout.decode("utf-8", "replace").strip()

    def windows(self, title: str) -> list[str]:
        """Return the windows on the screen that have `title` in their name."""
        command = ["xdotool", "search", "--onlyvisible", "--name", title]
        found = subprocess.run(command, env=self.environment, capture_output=True, check=False)
        return found.stdout.decode().split()

    def shoot(self, name: str) -> Path:
        """Take a picture of the whole screen; it is kept for a person to look at."""
        self.shots.mkdir(parents=True, exist_ok=True)
        path = self.shots / f"{name}.png"
        subprocess.run(["import", "-window", "root", str(path)], env=self.environment, check=True, timeout=30)
        return path

    def look(self, pid: int, *, places: bool = False) -> dict[str, Any] | None:
        """Return what a screen reader sees of a program, or None where it is not to be seen.

        With `places` all that is showing says where its middle is, else buttons alone: each costs a question.
        """
        if self._reader is None or self._reader.poll() is not None:
            command = [SYSTEM_PYTHON, str(HERE / "accessible_reader.py")]
            self._reader = self.start(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._reader.stdin is not None
        assert self._reader.stdout is not None
        self._reader.stdin.write(f"{pid}{' places' if places else ''}\n".encode())
        self._reader.stdin.flush()
        line = self._reader.stdout.readline()
        assert line, "the reader of accessible trees ended; its words are in the output"
        seen: dict[str, Any] | None = json.loads(line)
        return seen

    # --- processes --------------------------------------------------------------------------------------------------

    def start(self, command: list[str], **options: Any) -> subprocess.Popen[bytes]:
        """Start a program on this desktop."""
        return subprocess.Popen(command, cwd=ROOT, **{"env": self.environment, **options})

    def close(self) -> None:
        """End the reader and whatever else still carries our mark, the display's own processes excepted."""
        if self._reader is not None:
            for pipe in (self._reader.stdin, self._reader.stdout):
                if pipe is not None:
                    pipe.close()
            processes.end(self._reader)

    def _xdotool(self, *arguments: str) -> None:
        subprocess.run(["xdotool", *arguments], env=self.environment, check=True, timeout=60)


def letters(text: str) -> list[str]:
    """Return plain text as chords for `stream`."""
    return [_SIGNS.get(one, f"Shift+{one}" if one.isupper() else one) for one in text]


def _spell(chord: str) -> str:
    """Return a chord as xdotool spells it. A single capital letter means its key, without Shift."""
    parts = chord.split("+") if chord != "+" else ["plus"]
    return "+".join(_KEYS.get(part.lower(), part.lower() if len(part) == 1 else part) for part in parts)


def _bus_of_its_own(place: Path) -> Path:
    """Return the settings of a bus that starts accessibility and nothing else: no keyring, no portal to a browser."""
    services = place / "services"
    services.mkdir()
    shutil.copy(_ACCESSIBILITY, services)
    settings = place / "bus.conf"
    settings.write_text(_BUS.format(services=services), "utf-8")
    return settings


@contextlib.contextmanager
def own_desktop(shots: Path, *, managed: bool = True) -> Iterator[Desktop]:
    """Give a desktop, `managed` by a window manager; everything on it ends with the block."""
    mark = uuid.uuid4().hex
    with virtual_display(managed=managed) as display:
        place = Path(display["XDG_RUNTIME_DIR"])
        environment = {
            **bare_environment.bare(os.environ),
            **display,
            "HOME": str(place),
            "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1",
            # What is tested is that no secret needs a keyring; a keyring of whoever runs the tests must not be touched.
            "PYTHON_KEYRING_BACKEND": bare_environment.NO_KEYRING,
            processes.RUN: mark,
        }
        bus = subprocess.Popen(
            ["dbus-daemon", f"--config-file={_bus_of_its_own(place)}", "--nofork", "--nopidfile", "--print-address"],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert bus.stdout is not None
        try:
            environment["DBUS_SESSION_BUS_ADDRESS"] = bus.stdout.readline().decode().strip()
            # Qt joins the accessibility bus only if it runs already.
            ask = ["dbus-send", "--session", "--print-reply", "--dest=org.a11y.Bus", "/org/a11y/bus"]
            subprocess.run(
                [*ask, "org.a11y.Bus.GetAddress"], env=environment, check=True, capture_output=True, timeout=30
            )
            # A layout on which Latin letters with accents are keys, so that typing them changes no keymap.
            subprocess.run(["setxkbmap", "us", "-variant", "altgr-intl"], env=environment, check=True, timeout=30)
            desktop = Desktop(environment, mark, shots, managed=managed)
            try:
                yield desktop
            finally:
                desktop.close()
        finally:
            processes.end(bus)
            bus.stdout.close()
            processes.end_marked(mark)
