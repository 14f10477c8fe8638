"""Starts the Exchange of our own as a process beside the window, and ends it with the window."""

from __future__ import annotations

import asyncio
import logging
import os
from pathlib import Path

import msgspec

from app.core.background import post_result, run_in_thread
from app.core.child_process import LINES, ChildProcess, own_program
from app.core.i18n import tr
from app.domain.account import Account, AuthKind, BackendKind
from app.domain.errors import StorageError
from app.domain.message import AccountId

log = logging.getLogger(__name__)
_EXIT_SECONDS = 5.0


class SandboxAccount(msgspec.Struct, frozen=True):
    """One mailbox of the sandbox."""

    address: str
    user: str
    password: str
    display_name: str = ""


class SandboxGraph(msgspec.Struct, frozen=True):
    """Where the sandbox speaks Microsoft Graph."""

    url: str


class SandboxAuthority(msgspec.Struct, frozen=True):
    """Where one signs in to the sandbox by the browser."""

    client_id: str
    authority: str


class SandboxInfo(msgspec.Struct, frozen=True):
    """What the sandbox says when it is ready."""

    url: str
    ca_file: str
    accounts: list[SandboxAccount]
    graph: SandboxGraph
    oauth: SandboxAuthority

    def account(self, number: int, kind: BackendKind) -> Account:
        """Return one of its mailboxes as an account of this kind, the first one being 0.

        Each kind has an id of its own, since one knows nothing of the other's messages.
        """
        one, suffix = self.accounts[number], f"-{number + 1}" if number else ""
        account = Account(
            account_id=AccountId("sandbox" + ("" if kind is BackendKind.EWS else f"-{kind}") + suffix),
            address=one.address,
            endpoint=self.url,
            user=one.user,
            display_name=one.display_name,
            ca_file=self.ca_file,
        )
        if kind is BackendKind.EWS:
            return account
        return msgspec.structs.replace(
            account,
            backend=kind,
            endpoint=self.graph.url,
            auth=AuthKind.OAUTH,
            client_id=self.oauth.client_id,
            tenant=self.oauth.authority,
        )


class SandboxProcess:
    """The running sandbox. It ends by itself when this program does, however that ends."""

    def __init__(self, data: Path, info_file: Path | None = None) -> None:
        """Keep its mailboxes in `data`; write its first line to `info_file` if that is asked for."""
        self._data = data
        self._info_file = info_file
        self._child: ChildProcess[bytes, bytes] | None = None

    async def start(self) -> SandboxInfo:
        """Start it and wait until it is ready. Raises StorageError in words when it does not start."""
        ready: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        options = ["--port", "0", "--data", str(self._data), "--die-with-parent"]
        try:
            await run_in_thread(lambda: self._data.mkdir(mode=0o700, parents=True, exist_ok=True))
            self._child = ChildProcess(
                "sandbox",
                own_program("app.sandbox", "--sandbox-server", *options),
                LINES,
                on_message=lambda _, line: post_result(ready, line, None),
                on_end=lambda _, end: post_result(ready, None, ChildProcessError(str(end))),
                echo=True,
            )
            line = await ready
            info = msgspec.json.decode(line, type=SandboxInfo)
            await run_in_thread(lambda: self._write_info(line))
        except (OSError, msgspec.DecodeError) as error:
            log.warning("the sandbox did not start: %s", error)
            raise StorageError(tr("The Exchange for trying the program did not start.")) from error
        return info

    def end(self) -> None:
        """End it; it writes down what it has confirmed before."""
        if self._child is not None:
            self._child.finish(_EXIT_SECONDS)

    def _write_info(self, line: bytes) -> None:
        if self._info_file is not None:
            handle = os.open(self._info_file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(line)
