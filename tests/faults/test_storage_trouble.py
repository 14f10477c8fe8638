"""A disk that is full, read-only or broken: nothing typed is lost, and each trouble is told once, in words."""

from __future__ import annotations

import asyncio
import errno
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from app.domain.account import Account
from app.domain.errors import StorageError
from app.domain.message import AccountId, Content
from app.domain.state import State
from app.storage import writer
from app.storage.disk_errors import storage_error
from app.storage.message_store import MessageStore
from app.storage.settings import SqliteSettings
from app.storage.store import SqliteJournal, Store
from tests.unit.storage.messages import BODY, new_record, typed


class Scene:
    """A store whose disk can be made full and roomy again."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.journal = SqliteJournal(store)
        self.troubles: list[StorageError] = []
        self.wells = 0
        self.well = asyncio.Event()
        self.trouble = asyncio.Event()
        self.journal.troubled.subscribe(self._has_trouble)
        self.journal.healed.subscribe(lambda _: self._is_well())

    def _has_trouble(self, error: StorageError) -> None:
        self.troubles.append(error)
        self.trouble.set()

    def _is_well(self) -> None:
        self.wells += 1
        self.well.set()

    async def fill(self) -> None:
        """Let no page be added from now on, as SQLite sees a full disk."""

        def call(messages: MessageStore) -> None:
            messages.connection.execute("PRAGMA max_page_count = 1")

        await self.store.read_with(call)

    async def free(self) -> None:
        """Give room again, and wait until the journal has found out by itself."""

        def call(messages: MessageStore) -> None:
            messages.connection.execute("PRAGMA max_page_count = 1000000")

        await self.store.read_with(call)
        await asyncio.wait_for(self.well.wait(), 20)

    async def reopen(self) -> SqliteJournal:
        assert await self.store.close()
        self.store = await Store.open_database(self.store.path)
        return SqliteJournal(self.store)


@pytest.fixture
async def scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Scene]:
    monkeypatch.setattr(writer, "FIRST_RETRY", 0.02)
    monkeypatch.setattr(writer, "LAST_RETRY", 0.05)
    scene = Scene(await Store.open_database(tmp_path / "own" / "mailwright.sqlite"))
    yield scene
    await scene.store.close()


ROOT = Path(__file__).parents[2]
BIG = "0123456789" * 1000


async def test_what_is_typed_on_a_full_disk_is_written_in_order_when_there_is_room(scene: Scene) -> None:
    record = new_record()
    await scene.journal.create(record, Content())
    await scene.fill()
    for number in range(5):
        scene.journal.append_edit(record.local_id, typed(BIG + str(number)))
        with pytest.raises(StorageError, match="disk is full"):
            await scene.journal.flush()
    expected = "".join(BIG + str(number) for number in (4, 3, 2, 1, 0))
    message = await scene.journal.read_message(record.local_id)
    assert (message.content.body, message.record.edits) == (expected, 5)
    await asyncio.sleep(0.2)
    assert len(scene.troubles) == 1
    await scene.free()
    assert scene.wells == 1
    await scene.journal.flush()
    assert (await (await scene.reopen()).read_message(record.local_id)).content.body == expected


async def test_a_trouble_without_anybody_waiting_is_told_and_each_new_one_again(scene: Scene) -> None:
    record = new_record()
    await scene.journal.create(record, Content())
    for times in (1, 2):
        await scene.fill()
        scene.journal.append_edit(record.local_id, typed(BIG * times))
        await asyncio.wait_for(scene.trouble.wait(), 20)
        scene.trouble.clear()
        scene.well.clear()
        await scene.free()
    assert (len(scene.troubles), scene.wells) == (2, 2)


async def test_a_message_begun_on_a_full_disk_takes_edits_and_is_written_later(scene: Scene) -> None:
    record = new_record()
    await scene.fill()
    with pytest.raises(StorageError):
        await scene.journal.create(record, Content(body=BIG))
    scene.journal.append_edit(record.local_id, typed("x"))
    assert (await scene.journal.read_message(record.local_id)).content.body == "x" + BIG
    assert [one.local_id for one in await scene.journal.records()] == [record.local_id]
    await scene.free()
    assert (await (await scene.reopen()).read_message(record.local_id)).content.body == "x" + BIG


async def test_a_put_that_was_refused_never_happens_later(scene: Scene) -> None:
    record = new_record()
    await scene.journal.create(record, BODY, BODY)
    await scene.fill()
    sending = msgspec.structs.replace(record, state=State.SENDING)
    with pytest.raises(StorageError):
        await scene.journal.put(sending, Content(body=BIG))
    with pytest.raises(StorageError):
        await scene.journal.saved(sending, Content(body=BIG))
    results = await asyncio.gather(
        scene.journal.put(sending, Content(body=BIG)),
        scene.journal.read_message(record.local_id),
        return_exceptions=True,
    )
    assert isinstance(results[0], StorageError)
    for message in (results[1], await scene.journal.read_message(record.local_id)):
        assert not isinstance(message, BaseException)
        assert (message.record.state, message.attempt, message.on_server) == (State.DRAFT, None, BODY)
    await scene.free()
    message = await (await scene.reopen()).read_message(record.local_id)
    assert (message.record.state, message.attempt, message.on_server) == (State.DRAFT, None, BODY)


async def test_a_message_that_could_not_be_forgotten_is_still_there(scene: Scene) -> None:
    record = new_record()
    await scene.journal.create(record, BODY)
    other = new_record()
    await scene.fill()
    outcomes = await asyncio.gather(
        scene.journal.forget(record.local_id),
        scene.journal.create(other, Content(body=BIG)),
        return_exceptions=True,
    )
    assert [type(outcome) for outcome in outcomes] == [StorageError, StorageError]
    assert (await scene.journal.read_message(record.local_id)).content == BODY
    await scene.free()
    found = {one.local_id for one in await (await scene.reopen()).records()}
    assert found == {record.local_id, other.local_id}


async def test_settings_that_could_not_be_kept_say_so_and_the_end_of_it_is_told(scene: Scene) -> None:
    settings = SqliteSettings(scene.store)
    await scene.fill()
    with pytest.raises(StorageError):
        await settings.keep_setting("signature", BIG)
    with pytest.raises(StorageError):
        await settings.keep_account(Account(AccountId("a"), BIG, "https://example.org", "a"))
    assert (await settings.read_setting("signature"), await settings.accounts()) == (None, [])
    await scene.free()
    assert (await settings.read_setting("signature"), await settings.accounts()) == (None, [])


async def test_closing_on_a_full_disk_ends_and_says_that_not_all_is_written(scene: Scene) -> None:
    record = new_record()
    await scene.journal.create(record, Content())
    await scene.fill()
    scene.journal.append_edit(record.local_id, typed(BIG))
    assert not await scene.store.close()


_LIMITED = """
import asyncio, resource, sys
from pathlib import Path
from app.domain.errors import StorageError
from app.domain.message import Content
from app.storage.store import SqliteJournal
from app.storage import writer
from app.storage.store import Store
from tests.unit.storage.messages import new_record, typed

writer.FIRST_RETRY, writer.LAST_RETRY = 0.02, 0.05

async def run():
    store = await Store.open_database(Path(sys.argv[1]))
    journal = SqliteJournal(store)
    troubles, well = [], asyncio.Event()
    journal.troubled.subscribe(troubles.append)
    journal.healed.subscribe(lambda _: well.set())
    record = new_record("message")
    await journal.create(record, Content())
    most = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    resource.setrlimit(resource.RLIMIT_FSIZE, (120_000, most))
    for number in range(20):
        journal.append_edit(record.local_id, typed(f"{number:05}" * 2000))
        try:
            await journal.flush()
        except StorageError:
            pass
    assert len(troubles) == 1, troubles
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    await asyncio.wait_for(well.wait(), 20)
    assert await store.close()

asyncio.run(run())
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on the size of a process's files")
async def test_a_system_that_refuses_writes_in_the_middle_costs_no_edit(tmp_path: Path) -> None:
    path = tmp_path / "own" / "mailwright.sqlite"
    command = [sys.executable, "-c", _LIMITED, str(path)]
    await asyncio.to_thread(subprocess.run, command, check=True, timeout=50, cwd=ROOT)
    store = await Store.open_database(path)
    message = await SqliteJournal(store).read_message(new_record("message").local_id)
    assert message.content.body == "".join(f"{number:05}" * 2000 for number in reversed(range(20)))
    await store.close()


_WITHOUT_RIGHTS = """
import asyncio, os, sys, traceback
from pathlib import Path
from app.domain.errors import StorageError
from app.storage.store import Store

if os.geteuid() == 0:
    os.setgid(65534)
    os.setuid(65534)

async def run():
    try:
        await Store.open_database(Path(sys.argv[1]))
    except StorageError as error:
        print(error)

asyncio.run(run())
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps rights otherwise")
@pytest.mark.parametrize("what", ["folder", "file"])
def test_a_folder_or_file_that_may_not_be_written_is_said_in_words(what: str) -> None:
    # Not in tmp_path: the superuser's child gives up its rights, and could not even look in there.
    with tempfile.TemporaryDirectory() as outer:
        Path(outer).chmod(0o755)
        folder = Path(outer) / "own"
        folder.mkdir()
        file = folder / "mailwright.sqlite"
        file.write_bytes(b"SQLite")
        file.chmod(0o444)
        folder.chmod(0o555 if what == "folder" else 0o777)
        command = [sys.executable, "-c", _WITHOUT_RIGHTS, str(file)]
        said = subprocess.run(command, check=True, timeout=50, cwd=ROOT, capture_output=True, text=True).stdout
        folder.chmod(0o700)
        assert said == f"Mailwright may not write in {folder}: allow it to write there.\n"
        assert file.read_bytes() == b"SQLite"


async def test_edits_of_a_message_that_cannot_be_read_for_a_time_wait_and_keep_their_order(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "FIRST_RETRY", 0.5)
    monkeypatch.setattr(writer, "LAST_RETRY", 0.5)
    record = new_record()
    await scene.journal.create(record, Content())
    scene = Scene((await scene.reopen(), scene.store)[1])

    def refuse(messages: MessageStore) -> None:
        deny = lambda _action, table, *_: sqlite3.SQLITE_DENY if table == "texts" else sqlite3.SQLITE_OK  # noqa: E731
        messages.connection.set_authorizer(deny)

    def allow(messages: MessageStore) -> None:
        messages.connection.set_authorizer(None)

    await scene.store.read_with(refuse)
    for message in "abc":
        scene.journal.append_edit(record.local_id, typed(message))
        await asyncio.sleep(0.03)
    with pytest.raises(StorageError):
        await scene.journal.flush()
    assert len(scene.troubles) == 1
    await scene.store.read_with(allow)
    scene.journal.append_edit(record.local_id, typed("d"))  # readable by now, but those before it still wait
    await asyncio.wait_for(scene.well.wait(), 20)
    assert (await (await scene.reopen()).read_message(record.local_id)).content.body == "dcba"
    assert await scene.store.close()


async def test_a_place_that_cannot_be_a_folder_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(StorageError) as caught:
        await Store.open_database(tmp_path / "file" / "mailwright.sqlite")
    assert str(tmp_path / "file") in str(caught.value)


async def test_a_database_that_turns_read_only_is_a_trouble_like_others(scene: Scene) -> None:
    record = new_record()
    await scene.journal.create(record, BODY)

    def read_only(messages: MessageStore) -> None:
        messages.connection.execute("PRAGMA query_only = ON")

    def writable(messages: MessageStore) -> None:
        messages.connection.execute("PRAGMA query_only = OFF")

    await scene.store.read_with(read_only)
    scene.journal.append_edit(record.local_id, typed("x"))
    with pytest.raises(StorageError, match="may not write"):
        await scene.journal.flush()
    await scene.store.read_with(writable)
    await asyncio.wait_for(scene.well.wait(), 20)
    assert (await (await scene.reopen()).read_message(record.local_id)).content.body == "xFirst words"


def test_a_disk_that_became_read_only_is_named_though_sqlite_says_only_that_there_was_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = sqlite3.SQLITE_IOERR
    assert "check the disk" in str(storage_error(error, tmp_path))
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
    assert "read-only" in str(storage_error(error, tmp_path))


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS])
def test_a_disk_that_refuses_the_start_is_told_as_such(tmp_path: Path, number: int) -> None:
    error = OSError(number, os.strerror(number))
    assert "again" in str(storage_error(error, tmp_path, opening=True))
    assert "again" not in str(storage_error(error, tmp_path))
