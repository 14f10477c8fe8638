"""The engine's client, loaded when something is first asked of it: the lists need none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.domain.message import AccountId
    from app.engine.client import EngineClient


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
