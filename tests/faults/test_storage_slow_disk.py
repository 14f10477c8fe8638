"""A disk that answers late or not at all: keys are in the file all the same, and nobody is told that it has them."""

from __future__ import annotations

import asyncio
import errno
import os
import sqlite3
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from app.domain.errors import StorageError
from app.domain.message import Content
from app.storage import write_queue, writer
from app.storage.store import SqliteJournal, Store
from tests.unit.storage.messages import new_record, typed

pytestmark = pytest.mark.skipif(not write_queue.POSSIBLE, reason="every commit waits for the disk here")


class Disk:
    """What `fsync` of the changes beside the database does."""

    def __init__(self) -> None:
        self.free = threading.Event()
        self.free.set()
        self.waiting = threading.Event()
        self.trouble: OSError | None = None
        self.waits = 0

    def wait(self, _descriptor: int) -> None:
        """Take the place of the real one."""
        self.waits += 1
        self.waiting.set()
        assert self.free.wait(30)
        if self.trouble is not None:
            raise self.trouble


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Disk]:
    made = Disk()
    monkeypatch.setattr(write_queue, "_wait_for_the_disk", made.wait)
    monkeypatch.setattr(writer, "FIRST_RETRY", 0.02)
    yield made
    made.free.set()


@pytest.fixture
async def store(tmp_path: Path, disk: Disk) -> AsyncIterator[Store]:
    made = await Store.open_database(tmp_path / "own" / "mailwright.sqlite")
    yield made
    disk.free.set()
    await made.close()


def in_the_file(path: Path) -> int:
    """Return how many edits another process would find."""
    connection = sqlite3.connect(path)
    try:
        return int(connection.execute("SELECT count(*) FROM edits").fetchone()[0])
    finally:
        connection.close()


async def comes(path: Path, count: int) -> None:
    async with asyncio.timeout(20):
        while in_the_file(path) < count:  # noqa: ASYNC110 - the file tells nobody
            await asyncio.sleep(0.01)


async def test_keys_are_in_the_file_though_the_disk_does_not_answer(store: Store, disk: Disk) -> None:
    journal, record = SqliteJournal(store), new_record()
    await journal.create(record, Content())
    disk.free.clear()
    journal.append_edit(record.local_id, typed("0"))
    async with asyncio.timeout(20):
        while not disk.waiting.is_set():  # noqa: ASYNC110 - it is set in another thread
            await asyncio.sleep(0.01)
    for number in range(1, 5):
        journal.append_edit(record.local_id, typed(str(number)))
        await comes(store.path, number + 1)


async def test_keys_that_follow_each_other_share_one_wait_for_the_disk(
    store: Store, disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(write_queue, "SYNC_GATHER", 60.0)
    journal, record = SqliteJournal(store), new_record()
    await journal.create(record, Content())
    for number in range(5):
        journal.append_edit(record.local_id, typed(str(number)))
        await comes(store.path, number + 1)
    assert disk.waits == 0
    await journal.flush()
    assert disk.waits == 1


async def test_who_waits_for_the_disk_is_told_when_the_disk_has_it(store: Store, disk: Disk) -> None:
    journal, record = SqliteJournal(store), new_record()
    await journal.create(record, Content())
    disk.free.clear()
    journal.append_edit(record.local_id, typed("x"))
    await comes(store.path, 1)
    flushing = asyncio.ensure_future(journal.flush())
    await asyncio.sleep(0.2)
    assert not flushing.done()
    disk.free.set()
    await asyncio.wait_for(flushing, 20)


async def test_a_disk_that_refuses_what_the_file_has_is_told_and_so_is_the_end_of_it(store: Store, disk: Disk) -> None:
    journal, record = SqliteJournal(store), new_record()
    await journal.create(record, Content())
    told: list[StorageError] = []
    well = asyncio.Event()
    journal.troubled.subscribe(told.append)
    journal.healed.subscribe(lambda _: well.set())
    disk.trouble = OSError(errno.EIO, os.strerror(errno.EIO))
    journal.append_edit(record.local_id, typed("x"))
    await asyncio.wait_for(well.wait(), 20)  # SQLite waits for the disk in its own way, which answers here
    assert len(told) == 1
    assert (await journal.read_message(record.local_id)).content.body == "x"


async def test_a_flush_on_a_disk_that_refuses_is_refused(store: Store, disk: Disk) -> None:
    journal, record = SqliteJournal(store), new_record()
    await journal.create(record, Content())
    disk.free.clear()
    disk.trouble = OSError(errno.EIO, os.strerror(errno.EIO))
    journal.append_edit(record.local_id, typed("x"))
    await comes(store.path, 1)
    flushing = asyncio.ensure_future(journal.flush())
    await asyncio.sleep(0.1)
    disk.free.set()
    with pytest.raises(StorageError):
        await asyncio.wait_for(flushing, 20)
