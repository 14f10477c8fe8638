"""The real things behind the ports."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, cast

from app.credentials.keyring import KeyringSecrets
from app.services.ports import Ports
from app.storage.attachment_files import AttachmentFolder
from app.storage.cache import FILE_NAME, SqliteCache
from app.storage.settings import SqliteCorrespondents, SqliteSettings
from app.storage.store import SqliteJournal, Store

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.domain.message import AccountId
    from app.engine.client import EngineClient
    from app.services.ports import Server


class SystemClock:
    """Seconds since the epoch, and the loop's own sleep."""

    def now(self) -> float:
        """Return seconds since the epoch."""
        return time.time()

    async def sleep(self, seconds: float) -> None:
        """Return after `seconds`."""
        import asyncio

        await asyncio.sleep(seconds)


class LateEngine:
    """Stands for an EngineClient, and is one from the first call on."""

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

    def on_secret_changed(self, tell: Callable[[AccountId, str], None]) -> None:
        """See the port; an engine that is not there has no secrets to tell of."""
        self._tell = tell
        if self._client is not None:
            self._client.on_secret_changed(tell)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.client, name)


class Adapters:
    """Made on an open store; `close` ends all that runs in it."""

    def __init__(self, store: Store) -> None:
        """Nothing is started but the store."""
        self.store = store
        self.engine = LateEngine()
        self._secrets = KeyringSecrets()
        self._cache = SqliteCache(store.path.with_name(FILE_NAME))
        self.ports = Ports(
            SqliteJournal(store),
            SqliteSettings(store),
            cast("Server", self.engine),
            self._secrets,
            SystemClock(),
            SqliteCorrespondents(store),
            AttachmentFolder(store.path.parent / "attachments"),
            self._cache,
        )

    async def close(self) -> None:
        """End the engine and the keyring's thread, and write what waits."""
        await self.engine.close()
        self._secrets.close()
        self._cache.close()
        await self.store.close()
