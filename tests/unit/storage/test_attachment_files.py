"""Private copies: whole or not there, readable by nobody else, gone only when they may go."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import stat
import time
from pathlib import Path

import pytest

from app.domain.attachment import Attached, AttachmentKind, Held, new_key
from app.domain.edits import AttachmentGone, AttachmentSet
from app.domain.errors import BadInput, NewerFile, ServerWords, StorageError
from app.domain.message import Content, LocalId
from app.domain.outcome import Outcome, Verdict
from app.domain.record import Refused
from app.services.ports import AttachedFiles
from app.storage import attachment_files as module
from app.storage import database
from app.storage.attachment_files import AttachmentFolder
from app.storage.store import SqliteJournal, Store
from tests.unit.storage.messages import BODY, new_record

ONE, TWO = LocalId("1" * 32), LocalId("2" * 32)
DAY = 24 * 3600.0


@pytest.fixture
def files(tmp_path: Path) -> AttachmentFolder:
    return AttachmentFolder(tmp_path / "kept")


def silent(_done: int, _all: int) -> None:
    """Hear of bytes and say nothing."""


def source(folder: Path, content: bytes, name: str = "report.pdf") -> str:
    path = folder / name
    path.write_bytes(content)
    return str(path)


def read(path: str) -> bytes:
    return Path(path).read_bytes()


def write(path: str, content: bytes) -> None:
    Path(path).write_bytes(content)


def remove(path: str) -> None:
    Path(path).unlink()


def everything(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_the_folder_is_what_the_services_ask_for(files: AttachmentFolder) -> None:
    port: AttachedFiles = files
    assert port is not None


async def test_two_copies_are_the_same_if_every_byte_is(files: AttachmentFolder) -> None:
    for key, content in (("a", b"x" * 70_000), ("b", b"x" * 70_000), ("c", b"x" * 69_999 + b"y")):
        await files.keep_bytes(ONE, key, content)
    assert await files.same(ONE, "a", "b")
    assert not await files.same(ONE, "a", "c")
    with pytest.raises(StorageError):
        await files.same(ONE, "a", "gone")


@pytest.mark.parametrize("size", [0, 1, module.PIECE, module.PIECE + 1])
async def test_a_copy_is_whole_and_outlives_its_original(files: AttachmentFolder, tmp_path: Path, size: int) -> None:
    content = os.urandom(size)
    original = source(tmp_path, content)
    told: list[tuple[int, int]] = []
    assert await files.copy_file(ONE, "a" * 32, original, lambda done, whole: told.append((done, whole))) == size
    remove(original)
    assert read(files.path(ONE, "a" * 32)) == content
    assert await files.has(ONE, "a" * 32)
    assert [done for done, _ in told] == sorted({done for done, _ in told})
    assert not size or told[-1] == (size, size)


@pytest.mark.skipif(os.name != "posix", reason="rights are the folder's on Windows")
async def test_nobody_else_may_read_a_copy(files: AttachmentFolder, tmp_path: Path) -> None:
    await files.copy_file(ONE, "a" * 32, source(tmp_path, b"x"), silent)
    await files.keep_bytes(ONE, "b" * 32, b"y")
    await files.share(ONE, "a" * 32, TWO, "c" * 32)
    await files.show(ONE, "a" * 32, "report.pdf")
    kept = tmp_path / "kept"
    assert {stat.S_IMODE(path.stat().st_mode) for path in everything(kept)} == {0o600}
    folders = [kept, *(path for path in kept.rglob("*") if path.is_dir())]
    assert {stat.S_IMODE(path.stat().st_mode) for path in folders} == {0o700}


async def test_what_cannot_be_read_is_said_in_words_and_leaves_nothing(files: AttachmentFolder, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    for path, words in (
        (str(tmp_path / "gone.txt"), "not there any more"),
        (str(tmp_path / "folder"), "is a folder"),
        ("nul\0byte", "cannot be read"),
    ):
        with pytest.raises(BadInput, match=words):
            await files.copy_file(ONE, "a" * 32, path, silent)
    assert everything(tmp_path / "kept") == []


@pytest.mark.skipif(os.name != "posix", reason="pipes with names are the posix ones")
async def test_a_pipe_is_refused_and_never_waited_for(files: AttachmentFolder, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    async with asyncio.timeout(10):
        with pytest.raises(BadInput, match="is not a file"):
            await files.copy_file(ONE, "a" * 32, str(tmp_path / "pipe"), silent)


@pytest.mark.parametrize("change", [b"", b"x" * (4 * module.PIECE)])
async def test_a_file_that_changes_while_it_is_read_is_not_attached(
    files: AttachmentFolder, tmp_path: Path, change: bytes
) -> None:
    original = source(tmp_path, b"x" * (3 * module.PIECE))

    def alter(done: int, _whole: int) -> None:
        if done == module.PIECE:
            Path(original).write_bytes(change)

    with pytest.raises(BadInput, match="changed while it was read"):
        await files.copy_file(ONE, "a" * 32, original, alter)
    assert everything(tmp_path / "kept") == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a full disk is made by Linux's /dev/full")
async def test_a_full_disk_is_said_in_words_and_nothing_is_half_added(
    files: AttachmentFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_private_file", lambda _: os.fdopen(os.open("/dev/full", os.O_WRONLY), "wb"))
    with pytest.raises(StorageError, match="The disk is full"):
        await files.copy_file(ONE, "a" * 32, source(tmp_path, b"x" * 100_000), silent)
    with pytest.raises(StorageError, match="The disk is full"):
        await files.keep_bytes(ONE, "b" * 32, b"x" * 100_000)
    assert everything(tmp_path / "kept") == []


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
async def test_a_folder_that_may_not_be_written_is_said_in_words(files: AttachmentFolder, tmp_path: Path) -> None:
    await files.keep_bytes(ONE, "a" * 32, b"x")
    folder = Path(files.path(ONE, "a" * 32)).parent
    folder.chmod(0o500)
    try:
        with pytest.raises(StorageError, match="could not keep the attachment"):
            await files.keep_bytes(ONE, "b" * 32, b"y")
    finally:
        folder.chmod(0o700)


async def test_nobody_waits_for_a_copy_that_is_given_up(files: AttachmentFolder, tmp_path: Path) -> None:
    original = source(tmp_path, b"x" * (8 * module.PIECE))
    loop, began = asyncio.get_running_loop(), asyncio.Event()
    given_up = asyncio.Event()

    def wait(_done: int, _whole: int) -> None:
        loop.call_soon_threadsafe(began.set)
        asyncio.run_coroutine_threadsafe(given_up.wait(), loop).result(10)

    work = asyncio.create_task(files.copy_file(ONE, "a" * 32, original, wait))
    await began.wait()
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    given_up.set()
    async with asyncio.timeout(10):
        # A thread ends by itself: there is no event for its end.
        while everything(tmp_path / "kept"):  # noqa: ASYNC110
            await asyncio.sleep(0.005)
    assert not await files.has(ONE, "a" * 32)


async def test_another_message_shares_the_bytes_and_keeps_them(files: AttachmentFolder) -> None:
    await files.keep_bytes(ONE, "a" * 32, b"bytes")
    await files.share(ONE, "a" * 32, TWO, "b" * 32)
    await files.forget(ONE)
    assert read(files.path(TWO, "b" * 32)) == b"bytes"
    with pytest.raises(StorageError):
        await files.share(ONE, "a" * 32, TWO, "c" * 32)


async def test_bytes_are_shared_on_a_disk_without_links_too(
    files: AttachmentFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    await files.keep_bytes(ONE, "a" * 32, b"bytes")
    await files.share(ONE, "a" * 32, TWO, "b" * 32)
    assert read(files.path(TWO, "b" * 32)) == b"bytes"


async def test_what_somebody_else_writes_counts_once_it_is_settled(files: AttachmentFolder) -> None:
    write(await files.begin(ONE, "a" * 32), b"half")
    assert not await files.has(ONE, "a" * 32)
    again = await files.begin(ONE, "a" * 32)
    write(again, b"whole")
    assert await files.settle(ONE, "a" * 32) == 5
    assert read(files.path(ONE, "a" * 32)) == b"whole"


@pytest.mark.parametrize("name", ["../../../../etc/passwd", "a/b", "..", "", "ä" * 500, "c:\\x"])
async def test_a_name_of_another_client_leads_nowhere_else(files: AttachmentFolder, tmp_path: Path, name: str) -> None:
    await files.keep_bytes(LocalId(name), name, b"x")
    assert len(everything(tmp_path / "kept")) == 1
    shown = Path(await files.show(LocalId(name), name, name))
    assert shown.is_relative_to(tmp_path / "kept")
    assert len(everything(tmp_path)) == 2


async def test_a_copy_to_be_opened_has_its_name_and_is_nobody_elses(files: AttachmentFolder) -> None:
    await files.keep_bytes(ONE, "a" * 32, b"x")
    shown = await files.show(ONE, "a" * 32, "Übersicht: Q4.pdf")
    assert Path(shown).name == "Übersicht_ Q4.pdf"
    write(shown, b"changed by the program that opened it")
    assert read(files.path(ONE, "a" * 32)) == b"x"


async def test_the_start_clears_what_no_message_names_once_it_is_old(files: AttachmentFolder, tmp_path: Path) -> None:
    for local_id, key in ((ONE, "a"), (ONE, "b"), (TWO, "c")):
        await files.keep_bytes(local_id, key * 32, b"x")
    await files.show(ONE, "a" * 32, "shown")
    old = time.time() - 2 * DAY
    for path in everything(tmp_path / "kept"):
        os.utime(path, (old, old))
    await files.keep_bytes(TWO, "d" * 32, b"young")
    assert await files.left_over({ONE: frozenset({"a" * 32})}, DAY) == 2
    left = [path.name for path in everything(tmp_path / "kept")]
    assert left == ["a" * 32, "d" * 32]
    assert await files.left_over({}, -DAY) == 2
    assert everything(tmp_path / "kept") == []


async def test_what_was_begun_and_not_ended_goes_after_a_day(files: AttachmentFolder, tmp_path: Path) -> None:
    for key, days in (("a", 2), ("b", 0)):
        path = await files.begin(ONE, key * 32)
        write(path, b"half")
        os.utime(path, (time.time() - days * DAY, time.time() - days * DAY))
    assert await files.left_over({ONE: frozenset({"a" * 32, "b" * 32})}, 30 * DAY) == 1
    assert [path.name for path in everything(tmp_path / "kept")] == ["b" * 32 + ".part"]


async def test_clearing_an_empty_disk_finds_nothing(files: AttachmentFolder) -> None:
    assert await files.left_over({}, 0.0) == 0
    await files.remove(ONE, "a" * 32)
    await files.forget(ONE)


# --- in the journal ---------------------------------------------------------------------------------------------------


async def test_attachments_are_journalled_like_keys_and_come_back(store: Store, journal: SqliteJournal) -> None:
    record = new_record()
    plan = Attached(new_key(), "plan.pdf", 5, "application/pdf", file="f")
    photo = Attached(new_key(), "photo.png", 7, content_id="x@y", file="f")
    await journal.create(record, BODY)
    journal.append_edit(record.local_id, AttachmentSet(plan))
    journal.append_edit(record.local_id, AttachmentSet(photo))
    journal.append_edit(record.local_id, AttachmentSet(Attached(plan.key, "Plan B.pdf", 5, file="f")))
    third = Attached(new_key(), "third", kind=AttachmentKind.ITEM)
    journal.append_edit(record.local_id, AttachmentSet(third, 0))
    await journal.flush()
    assert await store.close()
    again = await Store.open_database(store.path)
    message = await SqliteJournal(again).read_message(record.local_id)
    assert [one.name for one in message.content.attachments] == ["third", "Plan B.pdf", "photo.png"]
    assert message.content.attachments[2].inline
    assert message.record.head.attachments == 2
    SqliteJournal(again).append_edit(record.local_id, AttachmentGone(third.key))
    SqliteJournal(again).append_edit(record.local_id, AttachmentGone("nobody"))
    SqliteJournal(again).append_edit(record.local_id, AttachmentSet(third, if_there=True))
    message = await SqliteJournal(again).read_message(record.local_id)
    assert [one.name for one in message.content.attachments] == ["Plan B.pdf", "photo.png"]
    await again.close()


async def test_what_the_server_holds_rests_in_the_record(store: Store, journal: SqliteJournal) -> None:
    refusal = Outcome(Verdict.REFUSED, words=ServerWords("Error", "ErrorAttachmentSizeLimitExceeded"))
    record = new_record(held=(Held("k", "id"),), in_flight=("j",), refused=(Refused("r", refusal),))
    await journal.create(record, BODY)
    assert await store.close()
    again = await Store.open_database(store.path)
    found = (await SqliteJournal(again).records())[0]
    assert (found.held, found.in_flight, found.refused) == (record.held, record.in_flight, record.refused)
    await again.close()


async def test_a_file_of_the_first_form_is_brought_up_to_date_with_all_it_holds(path: Path) -> None:
    path.parent.mkdir(parents=True)
    database.open_database(path, database.MIGRATIONS[:1]).close()
    record = new_record()
    old = database.open_database(path, database.MIGRATIONS[:1])
    from app.storage import codec
    from app.storage.message_store import MessageStore

    messages = MessageStore(old, lambda _: None)
    messages.create(record, BODY, None)
    old.execute("BEGIN")
    messages.write()
    old.execute("COMMIT")
    old.close()
    assert codec.read_content(codec.blob(BODY)) == BODY
    store = await Store.open_database(path)
    message = await SqliteJournal(store).read_message(record.local_id)
    assert message.content == Content(subject=BODY.subject, body=BODY.body)
    assert message.content.attachments == ()
    await store.close()
    with sqlite3.connect(path) as now:
        assert now.execute("PRAGMA user_version").fetchone()[0] == len(database.MIGRATIONS)
    now.close()
    with pytest.raises(NewerFile):
        database.open_database(path, database.MIGRATIONS[:1])


# --- saved where the person wants it ----------------------------------------------------------------------------------


async def test_a_copy_is_saved_for_its_owner_alone_and_never_over_another(
    files: AttachmentFolder, tmp_path: Path
) -> None:
    await files.keep_bytes(ONE, "a" * 32, b"new")
    wanted = tmp_path / "plan.pdf"
    write(str(wanted), b"mine")
    path = await files.save(ONE, "a" * 32, str(wanted))
    assert path == str(tmp_path / "plan (2).pdf")
    assert (read(path), read(str(wanted))) == (b"new", b"mine")
    assert mode(path) == 0o600
    assert await files.save(ONE, "a" * 32, str(wanted)) == str(tmp_path / "plan (3).pdf")


async def test_who_wants_to_replace_a_file_has_the_old_one_until_the_new_one_is_whole(
    files: AttachmentFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await files.keep_bytes(ONE, "a" * 32, b"new")
    wanted = tmp_path / "plan.pdf"
    write(str(wanted), b"old")
    with monkeypatch.context() as trouble:
        trouble.setattr(os, "fsync", _full)
        with pytest.raises(BadInput, match="the disk is full"):
            await files.save(ONE, "a" * 32, str(wanted), replace=True)
    assert names_in(tmp_path) == ["plan.pdf"]
    assert read(str(wanted)) == b"old"
    assert await files.save(ONE, "a" * 32, str(wanted), replace=True) == str(wanted)
    assert read(str(wanted)) == b"new"


@pytest.mark.parametrize("place", ["none/plan.pdf", "plan\0.pdf"])
async def test_where_nothing_can_be_written_it_is_said(files: AttachmentFolder, tmp_path: Path, place: str) -> None:
    await files.keep_bytes(ONE, "a" * 32, b"new")
    with pytest.raises(BadInput, match="was not saved"):
        await files.save(ONE, "a" * 32, f"{tmp_path}/{place}")
    assert names_in(tmp_path) == []


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.is_file()]


def mode(path: str) -> int:
    return stat.S_IMODE(Path(path).stat().st_mode)


def _full(_descriptor: int) -> None:
    raise OSError(28, "No space left on device")


async def test_when_a_file_was_written_is_told_and_one_that_is_gone_was_never(
    files: AttachmentFolder, tmp_path: Path
) -> None:
    path = source(tmp_path, b"x")
    os.utime(path, (1_000, 2_000))
    assert await files.modified(path) == 2_000
    remove(path)
    assert await files.modified(path) == 0
    assert await files.modified("\0") == 0
