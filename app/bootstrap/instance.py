"""One program for one folder of letters: a second start hands what it wants to the first, and ends.

The lock of `storage/lock.py` decides who is the first; this module only finds the way to it. The socket stands in the
folder itself and belongs to the same person alone. It is no proof of a living program, the lock is: what a dead one
left behind is written over. Small bounded messages of plain data, in both directions; nothing else is understood.

The client speaks through the standard library, so that a second start ends before Qt would even be loaded.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from app.domain.errors import InUse

if TYPE_CHECKING:
    from app.domain.startup_request import StartupRequest

DATABASE: Final = "mailwright.sqlite"
LONGEST: Final = 1024 * 1024
"""Bytes of a message. What a command line can hold is less on most systems; a longer one is refused."""
SIZE_BYTES: Final = 4
TAKEN, NOT_NOW, NOT_UNDERSTOOD = b"+", b"~", b"-"
PATIENCE: Final = 10.0
"""Seconds for which a second start tries to reach the first, which may be starting, or saving its last words."""
_PAUSE: Final = 0.05
_LONGEST_PATH: Final = 70
"""Bytes of a socket's path, on every system; it ends at 104 on macOS, and Qt makes it under a longer name first."""
_SOCKET: Final = "mailwright.socket"


def address(folder: Path) -> str:
    """Return where the program of `folder` listens: a path, or the name of a pipe on Windows. Raises OSError."""
    name = hashlib.sha256(os.fsencode(os.path.normcase(folder.resolve()))).hexdigest()[:24]
    if sys.platform == "win32":
        return f"mailwright-{name}"
    path = folder.resolve() / _SOCKET
    if len(os.fsencode(path)) <= _LONGEST_PATH:
        return str(path)
    return str(_own_folder() / f"{name}.socket")


def _own_folder() -> Path:
    """Return a folder with a short name that only this person may write to, for data folders with a long one."""
    folder = Path(tempfile.gettempdir()) / f"mailwright-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise PermissionError(13, "not a folder of ours alone", str(folder))
    return folder


def is_running(folder: Path) -> bool:
    """Return whether a program has the messages of `folder` now. Costs one look at the lock."""
    from app.storage.lock import LOCK_SUFFIX, InstanceLock

    database = folder / DATABASE
    if not database.with_name(database.name + LOCK_SUFFIX).exists():
        return False
    lock = InstanceLock(database)
    try:
        lock.acquire()
    except InUse:
        return True
    except OSError:
        return False  # the store will say what is the matter
    lock.release()
    return False


def hand_over(folder: Path, arrival: StartupRequest, patience: float = PATIENCE) -> bool:
    """Give `arrival` to the program of `folder`; True once it took it, False where there is none, or none that answers.

    A program that is starting or ending is waited for: in the end one of the two has the request. It may be given
    several times, where an answer was lost, and is one request all the same.
    """
    import msgspec

    message = msgspec.json.encode(arrival.named())
    if len(message) > LONGEST:
        return False
    deadline = time.monotonic() + patience
    while is_running(folder) and time.monotonic() < deadline:
        if _ask(folder, message, deadline - time.monotonic()) == TAKEN:
            return True
        time.sleep(_PAUSE)
    return False


def _ask(folder: Path, message: bytes, patience: float) -> bytes:
    """Send one message and return the answer, b"" for none. In a thread: a pipe of Windows knows no time limit."""
    answers: list[bytes] = []

    def ask() -> None:
        with contextlib.suppress(OSError):
            answers.append(_exchange(address(folder), message, patience))

    asking = threading.Thread(target=ask, name="hand over", daemon=True)
    asking.start()
    asking.join(patience)
    return answers[0] if answers else b""


if sys.platform == "win32":

    def _exchange(name: str, message: bytes, _patience: float) -> bytes:
        import ctypes

        # Windows lets a program come to the front only where the one in front allows it: that is us, just started.
        ctypes.windll.user32.AllowSetForegroundWindow(-1)
        with open(rf"\\.\pipe\{name}", "r+b", buffering=0) as pipe:  # noqa: PTH123 - a pipe is no path
            pipe.write(len(message).to_bytes(SIZE_BYTES, "big") + message)
            return pipe.read(1) or b""

else:
    import socket

    def _exchange(name: str, message: bytes, patience: float) -> bytes:
        if Path(name).lstat().st_uid != os.getuid():
            raise PermissionError(13, "another person's socket", name)
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as there:
            there.settimeout(patience)
            there.connect(name)
            there.sendall(len(message).to_bytes(SIZE_BYTES, "big") + message)
            return there.recv(1)
