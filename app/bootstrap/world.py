"""The real things behind the ports: the disk, the engine, the keyring, the clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from app.bootstrap.clock import SystemClock
from app.bootstrap.program import Ports
from app.credentials.keyring import KeyringSecrets
from app.engine.late import LateEngine
from app.storage.attachment_files import AttachmentFolder
from app.storage.cache import FILE_NAME, SqliteCache
from app.storage.settings import SqliteCorrespondents, SqliteSettings
from app.storage.store import SqliteJournal, Store

if TYPE_CHECKING:
    from app.services.ports import Server


class World:
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
