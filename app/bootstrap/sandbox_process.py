"""Starts the Exchange of our own as a process beside the window, and ends it with the window."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import subprocess
import sys
import threading
from pathlib import Path

import msgspec

from app.core.i18n import tr
from app.domain.errors import StorageError

log = logging.getLogger(__name__)


class SandboxAccount(msgspec.Struct, frozen=True):
    """One mailbox of the sandbox."""

    address: str
    user: str
    password: str
    display_name: str = ""


class SandboxInfo(msgspec.Struct, frozen=True):
    """What the sandbox says when it is ready."""

    url: str
    ca_file: str
    accounts: list[SandboxAccount]


class SandboxProcess:
    """The running sandbox. It ends by itself when this program does, however that ends."""

    def __init__(self, data: Path, info_file: Path | None = None) -> None:
        """Keep its mailboxes in `data`; write its first line to `info_file` if that is asked for."""
        self._data = data
        self._info_file = info_file
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self) -> SandboxInfo:
        """Start it and wait until it is ready. Raises StorageError in words when it does not start."""
        loop = asyncio.get_running_loop()
        ready: asyncio.Future[bytes] = loop.create_future()

        def tell(line: bytes) -> None:
            if not ready.done():
                ready.set_result(line)

        def wait() -> None:
            try:
                line = self._launch()
            except OSError as error:
                log.warning("the sandbox did not start: %s", error)
                line = b""
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
                loop.call_soon_threadsafe(tell, line)

        threading.Thread(target=wait, name="sandbox-start", daemon=True).start()
        line = await ready
        try:
            return msgspec.json.decode(line, type=SandboxInfo)
        except msgspec.DecodeError as error:
            raise StorageError(tr("The Exchange for trying the program did not start.")) from error

    def end(self) -> None:
        """End it; it writes down what it has confirmed before."""
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
            self._process.terminate()

    def _launch(self) -> bytes:
        self._data.mkdir(mode=0o700, parents=True, exist_ok=True)
        program = (
            [sys.executable, "--sandbox-server"]
            if getattr(sys, "frozen", False)
            else [sys.executable, "-m", "app.sandbox"]
        )
        self._process = subprocess.Popen(  # noqa: S603 - our own program, by its own path
            [*program, "--port", "0", "--data", str(self._data), "--die-with-parent"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        stdout = self._process.stdout
        line = stdout.readline() if stdout is not None else b""
        if line and self._info_file is not None:
            handle = os.open(self._info_file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(line)
        return line
