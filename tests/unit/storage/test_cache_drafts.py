"""Copies of drafts beside the cache's rows: of one version each, gone with their rows, and never missed when lost."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.domain.listing import Change, ChangeKind, Folder, Place, Row, SyncStanding
from app.domain.message import AccountId, Content, Fetched, ItemRef
from app.domain.recipient import Recipient
from app.services.ports import Cache, KeptDrafts
from app.storage.cache import SqliteCache
from tests.fakes.cache import FakeCache

A, B = AccountId("a"), AccountId("b")
DRAFTS = Place(Folder.DRAFTS)
ONE, TWO = ItemRef("one", "1"), ItemRef("two", "1")


def copy(ref: ItemRef, body: str = "Text") -> Fetched:
    content = Content(to=(Recipient("ben@example.org", "Ben"),), subject="Hello", body=body)
    return Fetched(ref, content, conversation_index=b"\x00\xff")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "own" / "cache.sqlite"


@pytest.fixture(params=["disk", "fake"])
async def cache(request: pytest.FixtureRequest, path: Path) -> AsyncIterator[Cache]:
    if request.param == "fake":
        yield FakeCache()
        return
    made = SqliteCache(path)
    yield made
    made.close()


async def test_a_copy_is_found_by_its_version_alone(cache: Cache) -> None:
    drafts: KeptDrafts = cache.drafts
    await drafts.keep_copies(A, [(ONE, copy(ONE)), (TWO, None)])
    assert await drafts.kept(A) == {"one": "1", "two": "1"}
    assert await drafts.read_copies(A, [ONE, TWO]) == {"one": copy(ONE)}
    assert await drafts.read_copies(A, [ItemRef("one", "2")]) == {}
    assert await drafts.read_copies(B, [ONE]) == {}
    newer = ItemRef("one", "2")
    await drafts.keep_copies(A, [(newer, copy(newer, "Newer"))])
    assert await drafts.kept(A) == {"one": "2", "two": "1"}
    assert await drafts.read_copies(A, [newer]) == {"one": copy(newer, "Newer")}
    assert await drafts.read_copies(A, [ONE]) == {}
    await drafts.drop_all_but(A, ["two"])
    assert await drafts.kept(A) == {"two": "1"}


async def test_a_copy_goes_with_its_row_and_its_account_and_is_there_after_a_restart(path: Path) -> None:
    disk = SqliteCache(path)
    changes = [Change(ChangeKind.CREATED, ref, Row(ref, "Hello", "Ben")) for ref in (ONE, TWO)]
    await disk.apply(A, DRAFTS, changes, SyncStanding("s", complete=True))
    await disk.drafts.keep_copies(A, [(ONE, copy(ONE)), (TWO, copy(TWO))])
    disk.close()
    disk = SqliteCache(path)
    assert await disk.drafts.read_copies(A, [ONE]) == {"one": copy(ONE)}
    await disk.apply(A, DRAFTS, [Change(ChangeKind.DELETED, ONE)], SyncStanding("t", complete=True))
    assert await disk.drafts.kept(A) == {"two": "1"}
    await disk.forget(A)
    assert await disk.drafts.kept(A) == {}
    disk.close()


async def test_a_cache_of_the_form_before_keeps_its_rows_and_takes_copies(path: Path) -> None:
    disk = SqliteCache(path)
    await disk.put(A, DRAFTS, [Row(ONE, "Hello", "Ben")])
    disk.close()
    with sqlite3.connect(path) as connection:
        connection.executescript(
            "ALTER TABLE reports DROP COLUMN reporter; ALTER TABLE reports DROP COLUMN from_within;"
            " DROP TRIGGER drafts_go; DROP TABLE drafts; PRAGMA user_version = 4;"
        )
    connection.close()
    disk = SqliteCache(path)
    assert len((await disk.listing(A, DRAFTS)).ids) == 1
    await disk.drafts.keep_copies(A, [(ONE, copy(ONE))])
    assert await disk.drafts.kept(A) == {"one": "1"}
    disk.close()


async def test_a_copy_that_another_version_of_the_program_wrote_is_passed_over(path: Path) -> None:
    disk = SqliteCache(path)
    await disk.drafts.keep_copies(A, [(ONE, copy(ONE))])
    disk.close()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE drafts SET data = x'01'")
    connection.close()
    disk = SqliteCache(path)
    assert await disk.drafts.read_copies(A, [ONE]) == {}
    disk.close()
