"""A real database in a folder of its own, for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.storage.store import SqliteJournal, Store


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "own" / "mailwright.sqlite"


@pytest.fixture
async def store(path: Path) -> AsyncIterator[Store]:
    store = await Store.open_database(path)
    yield store
    await store.close()


@pytest.fixture
def journal(store: Store) -> SqliteJournal:
    return SqliteJournal(store)
