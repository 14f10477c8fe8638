"""A damaged, foreign, newer or occupied database: set aside or left alone, never overwritten, and told in words."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from app.domain.account import Account
from app.domain.errors import Damaged, InUse, NewerFile, StorageError
from app.domain.message import AccountId, Content
from app.domain.record import Record
from app.storage import database
from app.storage.message_store import MessageStore
from app.storage.settings import SqliteSettings
from app.storage.store import SqliteJournal, Store
from tests.unit.storage.messages import BODY, new_record, typed

ROOT = Path(__file__).parents[2]
TEXT = "Words of a message. " * 400


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "own" / "mailwright.sqlite"


async def fill(path: Path, messages: int = 200) -> list[Record]:
    """Make a database of some megabytes, with edits after the snapshots, and close it."""
    store = await Store.open_database(path)
    journal = SqliteJournal(store)
    records = [new_record(changed=float(number)) for number in range(messages)]
    await asyncio.gather(*(journal.create(record, Content(body=TEXT)) for record in records))
    for record in records:
        journal.append_edit(record.local_id, typed("x"))
    await SqliteSettings(store).keep_account(Account(AccountId("a"), "a@example.org", "https://example.org", "a"))
    assert await store.close()
    return records


def asides(path: Path) -> list[Path]:
    return sorted(one for one in path.parent.iterdir() if "damaged" in one.name)


def read(path: Path) -> bytes:
    return path.read_bytes()


def write(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def make_folder(path: Path) -> None:
    path.parent.mkdir()


def modes(path: Path) -> dict[str, int]:
    """Return the rights of every file in the database's folder."""
    return {one.name: stat.S_IMODE(one.stat().st_mode) for one in path.parent.iterdir()}


def folder_mode(path: Path) -> int:
    return stat.S_IMODE(path.parent.stat().st_mode)


def loosen(path: Path) -> None:
    """Give others the rights that an older program, or a careless copy, may have left them."""
    path.parent.chmod(0o755)
    path.chmod(0o644)


async def still_works(store: Store) -> None:
    journal = SqliteJournal(store)
    record = new_record()
    await journal.create(record, BODY)
    journal.append_edit(record.local_id, typed("x"))
    await journal.flush()
    assert (await journal.read_message(record.local_id)).content.body == "xFirst words"
    assert await store.close()


@pytest.mark.parametrize("content", [b"random", b"", b"SQLite"], ids=["noise", "zeros", "half a header"])
async def test_a_file_with_a_broken_header_is_set_aside_whole_and_a_new_one_begun(path: Path, content: bytes) -> None:
    await fill(path, 3)
    broken = random.Random(7).randbytes(100) if content == b"random" else content.ljust(100, b"\x00")
    original = broken + read(path)[100:]
    write(path, bytes(original))
    store = await Store.open_database(path)
    assert await SqliteJournal(store).records() == []
    assert isinstance(store.damaged, Damaged)
    (aside,) = asides(path)
    assert str(aside) in str(store.damaged)
    assert read(aside) == original
    await still_works(store)


async def test_damage_in_the_middle_is_found_before_the_first_answer_and_the_rest_is_rescued(path: Path) -> None:
    records = await fill(path)
    original = bytearray(read(path))
    size = len(original)
    original[size // 2 : size // 2 + 40_000] = random.Random(3).randbytes(40_000)
    write(path, bytes(original))
    store = await Store.open_database(path)
    told: list[Damaged] = []
    store.watch_damage(told.append)
    journal = SqliteJournal(store)
    found = await journal.records()
    await asyncio.sleep(0)
    assert len(told) == 1
    (aside,) = asides(path)
    assert str(aside) in str(told[0])
    assert read(aside) == bytes(original)
    assert 0 < len(found) < len(records)
    for record in found:
        message = await journal.read_message(record.local_id)
        assert (message.content.body, message.record.edits) == ("x" + TEXT, 1)
    assert [one.account_id for one in await SqliteSettings(store).accounts()] == ["a"]
    await still_works(store)


async def test_a_truncated_file_is_set_aside(path: Path) -> None:
    await fill(path)
    original = read(path)
    original = original[: len(original) // 2 + 100]
    write(path, bytes(original))
    store = await Store.open_database(path)
    await SqliteJournal(store).records()
    assert store.damaged is not None
    (aside,) = asides(path)
    assert read(aside) == original
    await still_works(store)


async def test_an_emptied_file_with_its_changes_beside_it_is_set_aside_with_them(path: Path) -> None:
    make_folder(path)
    write(path, b"")
    write(path.with_name(path.name + "-wal"), b"x" * 100)
    store = await Store.open_database(path)
    assert [one.name.endswith("-wal") for one in asides(path)] == [False, True]
    await still_works(store)


async def test_damage_found_while_somebody_writes_loses_nothing_that_is_open(path: Path) -> None:
    records = await fill(path, 20)
    store = await Store.open_database(path)
    told: list[Damaged] = []
    store.watch_damage(told.append)
    journal = SqliteJournal(store)
    await journal.records()
    open_one = records[0].local_id
    assert (await journal.read_message(open_one)).record.edits == 1
    begun = new_record()
    await journal.create(begun, BODY)

    def break_it(messages: MessageStore) -> None:
        """Answer with SQLite's own error for a page that makes no sense, once."""
        root = messages.connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'edits'").fetchone()[0]
        messages.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        with path.open("r+b") as file:
            file.seek((root - 1) * 4096)
            file.write(random.Random(5).randbytes(4096))
        messages.connection.execute("PRAGMA cache_size = 0")
        messages.connection.execute("PRAGMA shrink_memory")

    await store.read_with(break_it)
    journal.append_edit(open_one, typed("y"))
    journal.append_edit(begun.local_id, typed("z"))
    await journal.flush()
    await asyncio.sleep(0)
    assert len(told) == 1
    assert (await journal.read_message(open_one)).content.body == "yx" + TEXT
    await store.close()
    store = await Store.open_database(path)
    journal = SqliteJournal(store)
    assert (await journal.read_message(open_one)).content.body == "yx" + TEXT
    assert (await journal.read_message(begun.local_id)).content.body == "zFirst words"
    await still_works(store)


async def test_a_file_of_a_newer_program_is_refused_and_not_touched(path: Path) -> None:
    await fill(path, 2)
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {len(database.MIGRATIONS) + 1}")
    connection.close()
    before = read(path)
    threads = threading.active_count()
    with pytest.raises(NewerFile, match="newer Mailwright"):
        await Store.open_database(path)
    assert read(path) == before
    assert sorted(modes(path)) == ["mailwright.sqlite", "mailwright.sqlite.lock"]
    async with asyncio.timeout(20):
        while threading.active_count() > threads:  # noqa: ASYNC110 - a thread that ends sets no event
            await asyncio.sleep(0.01)


async def test_a_database_of_another_program_is_refused_and_not_touched(path: Path) -> None:
    make_folder(path)
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE theirs (x)")
    connection.close()
    before = read(path)
    with pytest.raises(StorageError, match="not a database of Mailwright"):
        await Store.open_database(path)
    assert read(path) == before


def test_steps_to_a_newer_form_run_once_and_a_step_that_fails_changes_nothing(path: Path) -> None:
    make_folder(path)
    database.open_database(path).close()
    more = (*database.MIGRATIONS, "ALTER TABLE preferences ADD COLUMN since REAL; CREATE TABLE fresh (x)")
    for _ in range(2):
        connection = database.open_database(path, more)
        assert connection.execute("PRAGMA user_version").fetchone()[0] == len(more)
        assert connection.execute("SELECT count(*) FROM fresh").fetchone()[0] == 0
        connection.close()
    with pytest.raises(sqlite3.OperationalError):
        database.open_database(path, (*more, "CREATE TABLE half (x); CREATE TABLE fresh (x)"))
    connection = database.open_database(path, more)
    assert connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'half'").fetchone()[0] == 0
    connection.close()


async def test_a_second_store_is_refused_while_the_first_is_open(path: Path) -> None:
    store = await Store.open_database(path)
    with pytest.raises(InUse, match="already running"):
        await Store.open_database(path)
    await still_works(store)
    await still_works(await Store.open_database(path))


_HOLDER = """
import asyncio, sys
from pathlib import Path
from app.storage.store import Store

async def run():
    await Store.open_database(Path(sys.argv[1]))
    print("open", flush=True)
    await asyncio.sleep(60)

asyncio.run(run())
"""


async def test_a_second_program_is_refused_and_a_killed_one_leaves_the_way_free(path: Path) -> None:
    holder = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _HOLDER, str(path), stdout=subprocess.PIPE, cwd=ROOT
    )
    try:
        assert holder.stdout is not None
        assert (await asyncio.wait_for(holder.stdout.readline(), 30)).strip() == b"open"
        with pytest.raises(InUse):
            await Store.open_database(path)
    finally:
        holder.kill()
        await holder.wait()
    assert holder.returncode == -getattr(signal, "SIGKILL", 9) or sys.platform == "win32"
    await still_works(await Store.open_database(path))


@pytest.mark.skipif(os.name != "posix", reason="rights are kept by the person's folder on Windows")
async def test_folder_and_files_are_the_persons_alone(path: Path) -> None:
    old = os.umask(0)
    try:
        store = await Store.open_database(path)
        journal = SqliteJournal(store)
        await journal.create(new_record(), BODY)
        found = modes(path)
        assert await store.close()
    finally:
        os.umask(old)
    assert found == {
        "mailwright.sqlite": 0o600,
        "mailwright.sqlite-wal": 0o600,
        "mailwright.sqlite-shm": 0o600,
        "mailwright.sqlite.lock": 0o600,
    }
    assert folder_mode(path) == 0o700
    loosen(path)
    await still_works(await Store.open_database(path))
    assert modes(path)["mailwright.sqlite"] == 0o600
    assert folder_mode(path) == 0o700
