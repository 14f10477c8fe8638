"""The real things behind the ports."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from app.content.ask import use
from app.credentials.keyring import KeyringSecrets
from app.services.ports import Ports, Server
from app.storage.attachment_files import AttachmentFolder
from app.storage.cache import FILE_NAME, SqliteCache
from app.storage.settings import SqliteCorrespondents, SqliteSettings
from app.storage.store import SqliteJournal, Store

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence
    from pathlib import Path

    from app.content.client import ContentProcesses
    from app.content.jobs import Answer as ContentAnswer
    from app.content.jobs import Job
    from app.domain.account import Account, Discovery, ProbeStep
    from app.domain.listing import Place
    from app.domain.message import AccountId
    from app.domain.operations import Answer, Read, Result, Write
    from app.domain.release import Release
    from app.domain.sign_in import SignedIn, SignInPage, SignInWay
    from app.engine.client import EngineClient


class SystemClock:
    """Seconds since the epoch, and the loop's own sleep."""

    def now(self) -> float:
        """Return seconds since the epoch."""
        return time.time()

    async def sleep(self, seconds: float) -> None:
        """Return after `seconds`."""
        import asyncio

        await asyncio.sleep(seconds)


class LateEngine(Server):
    """Stands for an EngineClient, which is loaded by the first call that needs it."""

    def __init__(self) -> None:
        """Load nothing."""
        self._client: EngineClient | None = None
        self._tell: Callable[[AccountId, str], None] | None = None

    @property
    def client(self) -> EngineClient:
        """Return the client, loaded now if need be."""
        if self._client is None:
            from app.engine.client import EngineClient

            self._client = EngineClient()
            if self._tell is not None:
                self._client.on_secret_changed(self._tell)
        return self._client

    @property
    def pid(self) -> int | None:
        """Return the engine's process id, None where none runs."""
        return None if self._client is None else self._client.pid

    def start(self) -> None:
        """Start the engine ahead of the first call."""
        self.client.start()

    async def close(self) -> None:
        """End the engine within a second; later calls are not attempted."""
        await self.client.close()

    async def perform_write(
        self,
        account_id: AccountId,
        operation: Write[Answer],
        on_bytes: Callable[[int, int], None] | None = None,
    ) -> list[Answer]:
        """See the client."""
        return await self.client.perform_write(account_id, operation, on_bytes)

    async def perform_read(
        self,
        account_id: AccountId,
        operation: Read[Result],
        on_bytes: Callable[[int, int], None] | None = None,
        on_places: Callable[[Sequence[Place]], None] | None = None,
    ) -> Result:
        """See the client."""
        return await self.client.perform_read(account_id, operation, on_bytes, on_places)

    async def open_account(self, account: Account, secret: str, proxy_secret: str = "") -> None:
        """See the client."""
        await self.client.open_account(account, secret, proxy_secret)

    def probe(self, account: Account, secret: str, proxy_secret: str = "") -> AsyncIterator[ProbeStep]:
        """See the client."""
        return self.client.probe(account, secret, proxy_secret)

    async def sign_in(
        self, account: Account, way: SignInWay, on_page: Callable[[SignInPage], None], proxy_secret: str = ""
    ) -> SignedIn:
        """See the client."""
        return await self.client.sign_in(account, way, on_page, proxy_secret)

    async def discover(
        self, account: Account, secret: str, on_step: Callable[[ProbeStep], None], proxy_secret: str = ""
    ) -> Discovery:
        """See the client."""
        return await self.client.discover(account, secret, on_step, proxy_secret)

    async def find_release(self, account: Account, address: str, proxy_secret: str = "") -> Release | None:
        """See the client."""
        return await self.client.find_release(account, address, proxy_secret)

    def on_secret_changed(self, tell: Callable[[AccountId, str], None]) -> None:
        """See the port; an engine that is not there has no secrets to tell of."""
        self._tell = tell
        if self._client is not None:
            self._client.on_secret_changed(tell)


class LateContent:
    """Stands for the content processes, which are loaded by the first job."""

    def __init__(self, marks: Path) -> None:
        """Load nothing."""
        self._marks = marks
        self._lock = threading.Lock()
        self._made: dict[str, ContentProcesses] = {}
        self._closed = False

    def __call__(self, job: Job) -> ContentAnswer:
        """Return the answer to a job. Raises TooComplex."""
        from app.content.jobs import PICTURES, ReadPicture

        return self._processes(PICTURES if isinstance(job, ReadPicture) else "")(job)

    def start(self) -> None:
        """Start a process for text ahead of the first job."""
        self._processes("").warm()

    @property
    def pids(self) -> list[int]:
        """The ids of the processes that run."""
        return [pid for processes in self._made.values() for pid in processes.pids]

    def close(self) -> None:
        """End the processes; later jobs are refused."""
        with self._lock:
            self._closed = True
        for processes in self._made.values():
            processes.close()

    def _processes(self, kind: str) -> ContentProcesses:
        from app.content.client import MOST, ContentProcesses, command_line
        from app.content.jobs import TooComplex

        with self._lock:
            if self._closed:
                raise TooComplex
            if kind not in self._made:
                command = command_line(*([kind] if kind else []))
                name = "-".join(filter(None, ("content", kind)))
                self._made[kind] = ContentProcesses(self._marks, command, most=1 if kind else MOST, name=name)
            return self._made[kind]


class Adapters:
    """Made on an open store; `close` ends all that runs in it."""

    def __init__(self, store: Store) -> None:
        """Nothing is started but the store."""
        self.store = store
        self.engine = LateEngine()
        self.content = LateContent(store.path.parent / "content")
        use(self.content)
        self._secrets = KeyringSecrets()
        self._cache = SqliteCache(store.path.with_name(FILE_NAME))
        self.ports = Ports(
            SqliteJournal(store),
            SqliteSettings(store),
            self.engine,
            self._secrets,
            SystemClock(),
            SqliteCorrespondents(store),
            AttachmentFolder(store.path.parent / "attachments"),
            self._cache,
        )

    def start(self) -> None:
        """Start the engine and a content process ahead of what is first asked of them."""
        self.engine.start()
        self.content.start()

    async def close(self) -> None:
        """End the engine, the content processes and the keyring's thread, and write what waits."""
        await self.engine.close()
        self.content.close()
        use(None)
        self._secrets.close()
        self._cache.close()
        await self.store.close()
