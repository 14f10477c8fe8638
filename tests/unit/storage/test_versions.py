"""Versions of drafts in the real file: when they are made, that they cost a key nothing, and how they are forgotten."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from app.domain.edits import BodyReplaced, Replica, TextSplice
from app.domain.errors import StorageError
from app.domain.message import BodyFormat, Content, Field, LocalId
from app.domain.state import State
from app.domain.version import MUCH, Version, VersionReason
from app.storage import database, versions, writer
from app.storage.message_store import MANY_EDITS, MessageStore
from app.storage.store import SqliteJournal, Store
from tests.unit.storage.messages import BODY, new_record, typed

WORDS = " ".join(f"secret{number}" for number in range(400))


class Pauses:
    """Tells of the writer's quiet moments, which are a hundredth of a second here."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._loop = asyncio.get_running_loop()
        self._passed = asyncio.Event()
        use_quiet = writer.Writer._use_quiet

        def tell(of: writer.Writer) -> None:
            use_quiet(of)
            self._loop.call_soon_threadsafe(self._passed.set)

        monkeypatch.setattr(writer, "QUIET", 0.01)
        monkeypatch.setattr(writer.Writer, "_use_quiet", tell)

    async def pass_by(self) -> None:
        """Return once the writer has used a whole quiet moment, after it looked for damage in another."""
        for _ in range(3):
            await self.next()

    async def next(self) -> None:
        """Return after the next quiet moment."""
        self._passed.clear()
        async with asyncio.timeout(20):
            await self._passed.wait()

    async def until_kept(self, journal: SqliteJournal, name: LocalId, count: int) -> None:
        """Return once there are so many versions, after a quiet moment."""
        await self.pass_by()
        async with asyncio.timeout(20):
            while len(await journal.versions(name)) < count:
                await self.pass_by()


@pytest.fixture(autouse=True)
async def pauses(monkeypatch: pytest.MonkeyPatch) -> Pauses:
    return Pauses(monkeypatch)


async def reasons(journal: SqliteJournal, name: LocalId) -> list[VersionReason]:
    return [one.why for one in await journal.versions(name)]


async def bodies(journal: SqliteJournal, name: LocalId) -> list[str]:
    """Return what the versions say, newest first."""
    return [(await journal.read_version(name, one.number)).content.body for one in await journal.versions(name)]


async def begun(journal: SqliteJournal, content: Content = BODY, *, on: bool = True) -> LocalId:
    record = new_record()
    await journal.turn_versions(on=on)
    await journal.create(record, content)
    return record.local_id


def _run(messages: MessageStore, statement: str) -> None:
    messages.connection.execute(statement)


async def statements(store: Store, work: Callable[[], None]) -> list[str]:
    """Return what SQLite is told until all of `work` is in the file."""
    told: list[str] = []
    await store.read_with(lambda messages: messages.connection.set_trace_callback(told.append))
    work()
    await store.flush()
    await store.read_with(lambda messages: messages.connection.set_trace_callback(None))
    return told


async def test_a_pause_makes_a_version_that_outlives_the_program(
    store: Store, journal: SqliteJournal, pauses: Pauses
) -> None:
    name = await begun(journal)
    before = time.time()
    journal.append_edit(name, typed("Three more words. "))
    await pauses.until_kept(journal, name, 1)
    assert await store.close()
    again = await Store.open_database(store.path)
    journal = SqliteJournal(again)
    (head,) = await journal.versions(name)
    assert (head.why, head.words) == (VersionReason.PAUSE, 5)
    assert before <= head.at <= time.time()
    version = await journal.read_version(name, head.number)
    assert version.content == Content(subject="Plan", body="Three more words. First words")
    with pytest.raises(KeyError):
        await journal.read_version(name, head.number + 1)
    await again.close()


async def test_the_end_of_the_program_is_a_pause_too(
    store: Store, journal: SqliteJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "QUIET", 1000.0)
    name = await begun(journal)
    journal.append_edit(name, typed("Last. "))
    assert await store.close()
    again = await Store.open_database(store.path)
    assert await reasons(SqliteJournal(again), name) == [VersionReason.PAUSE]
    await again.close()


async def test_without_being_told_so_none_is_kept(store: Store, journal: SqliteJournal, pauses: Pauses) -> None:
    record = new_record()
    await journal.create(record, BODY)
    journal.append_edit(record.local_id, typed("More. "))
    journal.mark_version(record.local_id, VersionReason.TEMPLATE)
    await journal.flush()
    await pauses.pass_by()
    assert await journal.versions(record.local_id) == []


async def test_a_message_that_is_only_read_has_none_and_an_empty_one_neither(
    store: Store, journal: SqliteJournal, pauses: Pauses
) -> None:
    name = await begun(journal)
    empty = await begun(journal, Content())
    journal.append_edit(empty, typed("x"))
    journal.append_edit(empty, TextSplice(Field.BODY, 0, 1, ""))
    await journal.read_message(name)
    await pauses.pass_by()
    assert await journal.versions(name) == await journal.versions(empty) == []


async def test_before_much_is_deleted_the_text_is_kept(store: Store, journal: SqliteJournal, pauses: Pauses) -> None:
    name = await begun(journal)
    journal.append_edit(name, typed(WORDS))
    journal.append_edit(name, TextSplice(Field.BODY, 0, len(WORDS), ""))
    await pauses.until_kept(journal, name, 2)
    pause, deletion = await journal.versions(name)
    assert [pause.why, deletion.why] == [VersionReason.PAUSE, VersionReason.DELETION]
    assert (await journal.read_version(name, deletion.number)).content.body == WORDS + "First words"
    assert (await journal.read_version(name, pause.number)).content.body == "First words"


async def test_a_slip_of_the_keys_is_no_deletion_and_a_whole_body_is(
    store: Store, journal: SqliteJournal, pauses: Pauses
) -> None:
    name = await begun(journal)
    journal.append_edit(name, typed(WORDS))
    journal.append_edit(name, TextSplice(Field.BODY, 0, MUCH - 1, ""))
    await pauses.until_kept(journal, name, 1)
    assert await reasons(journal, name) == [VersionReason.PAUSE, VersionReason.BEGUN]
    journal.append_edit(name, typed("More. "))
    journal.append_edit(name, BodyReplaced("Quite another text", BodyFormat.TEXT))
    await pauses.until_kept(journal, name, 3)
    assert VersionReason.REPLACED in await reasons(journal, name)


async def test_what_was_only_added_takes_the_place_of_the_pause_before(
    store: Store, journal: SqliteJournal, monkeypatch: pytest.MonkeyPatch, pauses: Pauses
) -> None:
    name = await begun(journal)
    for number in range(3):
        journal.append_edit(name, typed(f"{number} "))
        await pauses.until_kept(journal, name, 1)
        await store.flush()
        await pauses.pass_by()
    (head,) = await journal.versions(name)
    assert (await journal.read_version(name, head.number)).content.body == "2 1 0 First words"
    monkeypatch.setattr(versions, "TOGETHER", 0.0)
    journal.append_edit(name, typed("later "))
    await pauses.until_kept(journal, name, 2)


async def test_what_is_marked_says_why_and_the_same_text_is_kept_once(
    store: Store, journal: SqliteJournal, pauses: Pauses
) -> None:
    name = await begun(journal)
    journal.append_edit(name, typed("More. "))
    await pauses.until_kept(journal, name, 1)
    for why in (VersionReason.TEMPLATE, VersionReason.SERVER, VersionReason.TEMPLATE):
        journal.mark_version(name, why)
    await journal.flush()
    assert await reasons(journal, name) == [VersionReason.TEMPLATE]
    journal.mark_version(LocalId("nobody"), VersionReason.SERVER)
    await journal.flush()


async def test_what_a_draft_said_when_writing_in_it_began_is_kept(
    store: Store, journal: SqliteJournal, pauses: Pauses
) -> None:
    said = "It was written in another program, and is opened here to be changed."
    name = await begun(journal, Content(body=said))
    await journal.read_message(name)
    journal.append_edit(name, TextSplice(Field.BODY, 0, 60, "Quite "))
    await pauses.until_kept(journal, name, 2)
    assert await bodies(journal, name) == ["Quite " + said[60:], said]
    assert await reasons(journal, name) == [VersionReason.PAUSE, VersionReason.BEGUN]


async def test_a_draft_that_is_opened_and_emptied_at_once_can_be_had_back(
    store: Store, journal: SqliteJournal, pauses: Pauses
) -> None:
    name = await begun(journal, Content(body=WORDS))
    journal.append_edit(name, TextSplice(Field.BODY, 0, len(WORDS), ""))
    await pauses.until_kept(journal, name, 1)
    assert await bodies(journal, name) == [WORDS]
    assert await reasons(journal, name) == [VersionReason.DELETION]


async def test_what_was_emptied_bit_by_bit_stays_beside_what_is_written_anew(
    store: Store, journal: SqliteJournal, pauses: Pauses
) -> None:
    name = await begun(journal, Content())
    words = "Seventy units are too many for a slip of the keys, and too few for much"
    journal.append_edit(name, typed(words))
    await pauses.until_kept(journal, name, 1)
    journal.append_edit(name, TextSplice(Field.BODY, 0, len(words), ""))
    await pauses.pass_by()
    journal.append_edit(name, typed("Written anew."))
    await pauses.until_kept(journal, name, 2)
    assert await bodies(journal, name) == ["Written anew.", words]


async def test_nor_do_its_words_go_where_the_draft_was_out_of_memory_in_between(
    store: Store, journal: SqliteJournal, monkeypatch: pytest.MonkeyPatch, pauses: Pauses
) -> None:
    words = "Some words that are deleted one after another"
    name = await begun(journal, Content(body=words))
    journal.append_edit(name, TextSplice(Field.BODY, 0, len(words), ""))
    await pauses.until_kept(journal, name, 1)
    with monkeypatch.context() as patch:
        patch.setattr(writer, "IDLE", 0.0)
        async with asyncio.timeout(20):
            while await store.read_with(lambda messages: bool(messages._kept)):
                await pauses.next()
    journal.append_edit(name, typed("Written anew."))
    await pauses.until_kept(journal, name, 2)
    assert await bodies(journal, name) == ["Written anew.", words]


async def test_edits_that_belong_together_have_one_version_before_them(
    store: Store, journal: SqliteJournal, pauses: Pauses
) -> None:
    name = await begun(journal, Content(subject="S" * MUCH, body=WORDS))
    journal.mark_version(name, VersionReason.RETURN, 2)
    journal.append_edit(name, TextSplice(Field.SUBJECT, 0, MUCH, "Another"))
    journal.append_edit(name, BodyReplaced("Another text", BodyFormat.TEXT))
    await pauses.until_kept(journal, name, 2)
    assert await reasons(journal, name) == [VersionReason.PAUSE, VersionReason.RETURN]
    journal.append_edit(name, BodyReplaced("", BodyFormat.TEXT))
    await pauses.until_kept(journal, name, 3)
    assert await reasons(journal, name) == [VersionReason.PAUSE, VersionReason.REPLACED, VersionReason.RETURN]


async def test_what_much_was_deleted_from_is_in_the_file_with_the_deletion(
    store: Store, journal: SqliteJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "QUIET", 1000.0)
    written = asyncio.Event()
    loop, write = asyncio.get_running_loop(), versions.Versions.write

    def tell(of: versions.Versions, connection: sqlite3.Connection, now: float) -> None:
        write(of, connection, now)
        loop.call_soon_threadsafe(written.set)

    name = await begun(journal, Content(body=WORDS))
    monkeypatch.setattr(versions.Versions, "write", tell)
    journal.append_edit(name, TextSplice(Field.BODY, 0, len(WORDS), ""))
    async with asyncio.timeout(20):
        await written.wait()
    with sqlite3.connect(store.path) as reader:
        assert reader.execute("SELECT why FROM versions").fetchall() == [("deletion",)]
    reader.close()


async def test_of_too_many_that_wait_the_oldest_stays_and_no_word_of_it_is_taken_for_kept(
    store: Store, journal: SqliteJournal, monkeypatch: pytest.MonkeyPatch, pauses: Pauses
) -> None:
    kept = versions.Versions()
    kept.on = True
    name = await begun(journal)
    for number in range(versions.MOST_WAITING + 5):
        kept.take(name, VersionReason.PAUSE, float(number), Replica(Content(body=f"Text {number}")), lost=30)
    texts = [one.content.body for one in kept._waiting]
    assert len(texts) == versions.MOST_WAITING
    assert (texts[0], texts[-1]) == ("Text 0", f"Text {versions.MOST_WAITING + 4}")
    assert sum(one.lost for one in kept._waiting) == 30 * (versions.MOST_WAITING + 5)


async def test_what_is_too_long_has_none_but_what_is_written_over_by_an_earlier_one(
    store: Store, journal: SqliteJournal, monkeypatch: pytest.MonkeyPatch, pauses: Pauses
) -> None:
    monkeypatch.setattr(versions, "LARGEST", len(WORDS) - 1)
    name = await begun(journal, Content(body=WORDS))
    journal.append_edit(name, typed("More. "))
    await pauses.pass_by()
    assert await journal.versions(name) == []
    journal.mark_version(name, VersionReason.RETURN, 1)
    journal.append_edit(name, BodyReplaced("Earlier", BodyFormat.TEXT))
    await pauses.until_kept(journal, name, 2)
    assert await bodies(journal, name) == ["Earlier", "More. " + WORDS]


async def test_a_save_in_the_midst_of_writing_makes_one(
    store: Store, journal: SqliteJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "QUIET", 1000.0)
    name = await begun(journal)
    journal.append_edit(name, typed("More. "))
    message = await journal.read_message(name)
    await journal.put(message.record, message.content)
    assert await reasons(journal, name) == [VersionReason.SAVE]


async def test_a_key_writes_nothing_more_and_a_version_waits_for_a_pause(
    store: Store, journal: SqliteJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "QUIET", 1000.0)

    def type_and_delete(name: LocalId) -> None:
        for _ in range(20):
            journal.append_edit(name, typed("k"))
        journal.append_edit(name, typed(WORDS))
        journal.append_edit(name, TextSplice(Field.BODY, 0, len(WORDS), ""))

    with_none = await begun(journal, on=False)
    without = await statements(store, lambda: type_and_delete(with_none))
    name = await begun(journal)
    kept: list[str] = []
    # What is awaited is followed by what waits: the versions come after all keys, in one transaction of their own.
    kept = await statements(store, lambda: type_and_delete(name))
    begins = [number for number, one in enumerate(kept) if one.startswith("BEGIN")]
    last = begins[-1]
    assert any("versions" in one for one in kept[last:])
    assert not any("versions" in one for one in kept[:last])
    assert sum("INSERT OR REPLACE INTO edits" in one for one in kept) == sum(
        "INSERT OR REPLACE INTO edits" in one for one in without
    )


async def test_what_cannot_be_written_of_them_is_no_trouble_and_is_written_later(
    store: Store, journal: SqliteJournal, pauses: Pauses
) -> None:
    name = await begun(journal)
    troubles: list[object] = []
    journal.troubled.subscribe(troubles.append)
    refuse = "CREATE TEMP TRIGGER no BEFORE INSERT ON versions BEGIN SELECT RAISE(ABORT, 'no'); END"
    await store.read_with(lambda messages: _run(messages, refuse))
    journal.append_edit(name, typed("Kept all the same. "))
    await pauses.pass_by()
    await journal.flush()
    assert (await journal.read_message(name)).content.body == "Kept all the same. First words"
    assert troubles == []
    await store.read_with(lambda messages: _run(messages, "DROP TRIGGER no"))
    await pauses.until_kept(journal, name, 1)
    assert troubles == []


async def test_no_defect_in_them_keeps_an_edit_out_of_the_journal(
    store: Store, journal: SqliteJournal, monkeypatch: pytest.MonkeyPatch, pauses: Pauses
) -> None:
    name = await begun(journal)

    def fail(*_: object) -> None:
        raise RuntimeError("a defect")

    with monkeypatch.context() as patch:
        patch.setattr(versions.Versions, "take", fail)
        journal.append_edit(name, typed(WORDS))
        journal.append_edit(name, TextSplice(Field.BODY, 0, len(WORDS), ""))
        journal.append_edit(name, typed("Here. "))
        await journal.flush()
        await pauses.pass_by()
    monkeypatch.setattr(versions, "to_forget", fail)
    journal.append_edit(name, typed("And here. "))
    await pauses.pass_by()
    await journal.flush()
    assert (await journal.read_message(name)).content.body == "And here. Here. First words"


async def test_a_message_that_went_out_has_none_any_more(store: Store, journal: SqliteJournal, pauses: Pauses) -> None:
    name = await begun(journal)
    journal.append_edit(name, typed("More. "))
    await pauses.until_kept(journal, name, 1)
    record = (await journal.read_message(name)).record
    for state in (State.QUEUED, State.SENDING):
        record = msgspec.structs.replace(record, state=state)
        await journal.put(record)
        assert len(await journal.versions(name)) == 1, "sending can be undone, or fail"
    await journal.put(msgspec.structs.replace(record, state=State.SENT))
    assert await journal.versions(name) == []


async def test_a_discarded_one_keeps_them_as_long_as_it_can_be_taken_back(
    store: Store, journal: SqliteJournal, pauses: Pauses
) -> None:
    name = await begun(journal)
    journal.append_edit(name, typed("More. "))
    await pauses.until_kept(journal, name, 1)
    record = (await journal.read_message(name)).record
    await journal.put(msgspec.structs.replace(record, discarded=time.time()))
    assert len(await journal.versions(name)) == 1
    await journal.forget(name)
    left = await store.read_with(lambda m: m.connection.execute("SELECT count(*) FROM versions").fetchone()[0])
    assert left == 0


async def test_a_message_that_goes_on_under_another_name_takes_them_along(
    store: Store, journal: SqliteJournal, pauses: Pauses
) -> None:
    name = await begun(journal)
    journal.append_edit(name, typed("More. "))
    await pauses.until_kept(journal, name, 1)
    other = await begun(journal)
    await journal.carry_versions(name, other)
    await journal.forget(name)
    (head,) = await journal.versions(other)
    assert (await journal.read_version(other, head.number)).content.body == "More. First words"


async def test_none_is_lost_where_the_other_one_has_versions_of_its_own_or_one_waits(
    store: Store, journal: SqliteJournal, monkeypatch: pytest.MonkeyPatch, pauses: Pauses
) -> None:
    monkeypatch.setattr(versions, "TOGETHER", 0.0)
    name = await begun(journal)
    for word in ("One. ", "Two. "):
        journal.append_edit(name, typed(word))
        await pauses.pass_by()
    other = await begun(journal)
    journal.append_edit(other, typed("Other. "))
    await pauses.until_kept(journal, other, 2)
    monkeypatch.setattr(writer, "QUIET", 1000.0)
    journal.append_edit(name, typed("Three. "))
    journal.mark_version(name, VersionReason.PAUSE)  # it waits in memory when the others are carried
    earlier, own = await bodies(journal, name), await bodies(journal, other)
    journal.append_edit(name, typed("Four. "))
    journal.mark_version(name, VersionReason.SAVE)
    await journal.carry_versions(name, other)
    await journal.forget(name)
    assert len(own) == 2
    found = await bodies(journal, other)
    assert found == ["Four. Three. Two. One. First words", *own, *earlier]
    left = await store.read_with(lambda m: m.connection.execute("SELECT count(*) FROM versions").fetchone()[0])
    assert left == len(found)


def in_files(folder: Path, wanted: bytes) -> list[str]:
    return [file.name for file in folder.iterdir() if wanted in file.read_bytes()]


def mode_of(path: Path) -> int:
    return path.stat().st_mode & 0o777


async def much_written(store: Store, journal: SqliteJournal, pauses: Pauses) -> tuple[LocalId, list[bytes]]:
    """Write a message that was long, was written anew and was deleted from; return what of it is in the files."""
    name = await begun(journal)
    for number in range(MANY_EDITS + 10):
        journal.append_edit(name, typed(f"secret{number} "))
    await pauses.until_kept(journal, name, 1)
    journal.append_edit(name, BodyReplaced(WORDS * 5, BodyFormat.TEXT))
    await pauses.until_kept(journal, name, 2)
    journal.append_edit(name, TextSplice(Field.BODY, 0, len(WORDS), ""))
    message = await journal.read_message(name)
    await journal.put(message.record, message.content)
    await journal.saved(message.record, message.content)
    await pauses.until_kept(journal, name, 3)

    def blobs(messages: MessageStore) -> list[bytes]:
        return [row[0] for row in messages.connection.execute("SELECT content FROM versions")]

    marks = [blob[20:60] for blob in await store.read_with(blobs)]
    assert len(marks) >= 3
    assert all(in_files(store.path.parent, mark) for mark in [*marks, b"secret"]), "else this test sees nothing"
    return name, marks


async def test_discarded_for_good_leaves_no_byte_in_the_files(
    store: Store, journal: SqliteJournal, pauses: Pauses
) -> None:
    other = await begun(journal, Content(subject="Another", body="stays " * 2000))
    name, marks = await much_written(store, journal, pauses)
    await journal.forget(name, for_good=True)
    for mark in [*marks, b"secret", b"Plan"]:
        assert in_files(store.path.parent, mark) == []
    assert (await journal.read_message(other)).content.body == "stays " * 2000
    assert await store.close()
    for mark in [*marks, b"secret", b"Plan"]:
        assert in_files(store.path.parent, mark) == []


async def test_a_blanked_message_has_its_record_and_no_byte_of_its_words(
    store: Store, journal: SqliteJournal, pauses: Pauses
) -> None:
    name, marks = await much_written(store, journal, pauses)
    await journal.blank(msgspec.structs.replace(new_record(name), discarded=5.0, for_good="a fingerprint"))
    for mark in [*marks, b"secret", b"Plan"]:
        assert in_files(store.path.parent, mark) == []
    message = await journal.read_message(name)
    assert (message.content, message.on_server, message.attempt) == (Content(), None, None)
    assert (message.record.discarded, message.record.for_good) == (5.0, "a fingerprint")
    assert await journal.versions(name) == []


async def test_switched_off_all_are_gone_and_the_drafts_stay(
    store: Store, journal: SqliteJournal, pauses: Pauses
) -> None:
    name, marks = await much_written(store, journal, pauses)
    body = (await journal.read_message(name)).content.body
    await journal.turn_versions(on=False)
    for mark in marks:
        assert in_files(store.path.parent, mark) == []
    assert await journal.versions(name) == []
    journal.append_edit(name, typed("x"))
    await pauses.pass_by()
    assert await journal.versions(name) == []
    assert (await journal.read_message(name)).content.body == "x" + body


async def test_no_byte_stays_in_the_gaps_of_pages_that_others_share(store: Store, journal: SqliteJournal) -> None:
    names = [await begun(journal) for _ in range(3)]
    for number in range(600):
        for place, name in enumerate(names):
            journal.append_edit(name, typed(f"secret{number} " * 5 if place == 1 else f"other{number} " * 5))
    await journal.flush()
    assert in_files(store.path.parent, b"secret"), "else this test sees nothing"
    await journal.forget(names[1], for_good=True)
    assert in_files(store.path.parent, b"secret") == []
    assert (await journal.read_message(names[2])).content.body.startswith("other599 ")


class Killed(Exception):
    """What ends a program in the midst of its work."""


@pytest.mark.parametrize("statement", range(8))
def test_a_crash_while_it_is_blanked_out_leaves_that_to_the_next_start(path: Path, statement: int) -> None:
    database.prepare_folder(path.parent)
    before = database.open_database(path)
    messages = MessageStore(before, lambda _: None)
    record = new_record()
    before.execute("BEGIN")
    messages.create(record, Content(body=WORDS), None)
    messages.write()
    before.execute("COMMIT")
    messages.written()
    messages.forget(record.local_id, for_good=True)
    before.execute("BEGIN")
    messages.write()
    before.execute("COMMIT")

    class Dying:
        """The connection, up to the statement in which the program is killed."""

        left = statement

        def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
            if not self.left:
                raise Killed
            self.left -= 1
            return before.execute(sql, *values)

    with contextlib.suppress(Killed):
        database.blank_out(Dying())  # type: ignore[arg-type]
    crashed = path.with_name("crashed")
    crashed.mkdir()
    for name in (path.name, f"{path.name}-wal"):  # as a kill leaves them: nothing is closed
        if (path.parent / name).exists():
            (crashed / name).write_bytes((path.parent / name).read_bytes())
    before.close()
    again = database.open_database(crashed / path.name)
    assert database.wants_blank(again) or in_files(crashed, b"secret") == []
    database.blank_out(again)
    assert in_files(crashed, b"secret") == []
    assert not database.wants_blank(again)
    again.close()


async def test_a_start_blanks_out_what_the_last_one_did_not(
    store: Store, journal: SqliteJournal, monkeypatch: pytest.MonkeyPatch, pauses: Pauses
) -> None:
    name, marks = await much_written(store, journal, pauses)

    def fail(_: sqlite3.Connection) -> None:
        raise sqlite3.OperationalError("another program reads the file")

    with monkeypatch.context() as patch:
        patch.setattr(database, "blank_out", fail)
        await journal.forget(name, for_good=True)
        assert await store.close()
    assert any(in_files(store.path.parent, mark) for mark in [*marks, b"secret"]), "else this test sees nothing"
    again = await Store.open_database(store.path)
    await SqliteJournal(again).create(new_record(), BODY)
    await pauses.pass_by()
    for mark in [*marks, b"secret"]:
        assert in_files(store.path.parent, mark) == []
    await again.close()


async def test_a_disk_that_takes_nothing_forgets_nothing(store: Store, journal: SqliteJournal, pauses: Pauses) -> None:
    name = await begun(journal)
    journal.append_edit(name, typed("More. "))
    await pauses.until_kept(journal, name, 1)
    refuse = "CREATE TEMP TRIGGER no BEFORE INSERT ON letters BEGIN SELECT RAISE(ABORT, 'no'); END"
    await store.read_with(lambda messages: _run(messages, refuse))
    with pytest.raises(StorageError):
        await journal.blank(msgspec.structs.replace(new_record(name), discarded=5.0, for_good="a fingerprint"))
    await store.read_with(lambda messages: _run(messages, "DROP TRIGGER no"))
    message = await journal.read_message(name)
    assert message.content.body == "More. First words"
    assert message.record.for_good == ""
    assert await bodies(journal, name) == ["More. First words"]


async def test_what_could_not_be_blanked_out_is_in_a_later_pause(
    store: Store, journal: SqliteJournal, pauses: Pauses
) -> None:
    name, marks = await much_written(store, journal, pauses)
    with sqlite3.connect(store.path) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM letters").fetchone()
        await journal.forget(name, for_good=True)  # its words stay in the file of changes that this one reads
        other = await begun(journal)
        told = await statements(store, lambda: journal.append_edit(other, typed("k")))
        assert any("edits" in one for one in told)
        assert not any("VACUUM" in one for one in told), "no key waits for it"
        reader.execute("ROLLBACK")
    reader.close()
    async with asyncio.timeout(20):
        while any(in_files(store.path.parent, mark) for mark in [*marks, b"secret"]):
            await pauses.pass_by()


async def test_a_file_of_the_form_before_opens_and_keeps_versions_from_then_on(path: Path, pauses: Pauses) -> None:
    database.prepare_folder(path.parent)
    older = database.open_database(path, database.MIGRATIONS[:3])
    record = new_record()
    older.execute("BEGIN")
    messages = MessageStore(older, lambda _: None)
    messages.create(record, Content(subject="Before", body="Written by the version before"), None)
    messages.append_edit(record.local_id, typed("More. "), 1.0)
    # The table of versions is not there: the version before did not ask for it.
    messages.write()
    older.execute("COMMIT")
    assert older.execute("PRAGMA user_version").fetchone()[0] == 3
    older.close()
    store = await Store.open_database(path)
    assert store.damaged is None
    journal = SqliteJournal(store)
    await journal.turn_versions(on=True)
    body = "More. Written by the version before"
    assert (await journal.read_message(record.local_id)).content.body == body
    assert await journal.versions(record.local_id) == []
    journal.append_edit(record.local_id, typed("Now. "))
    await pauses.until_kept(journal, record.local_id, 1)
    await store.close()
    assert mode_of(path) == 0o600


async def test_a_damaged_file_gives_the_versions_of_what_can_be_rescued(path: Path, pauses: Pauses) -> None:
    store = await Store.open_database(path)
    journal = SqliteJournal(store)
    name = await begun(journal)
    journal.append_edit(name, typed("More. "))
    await pauses.until_kept(journal, name, 1)
    await store.close()
    fresh = database.open_database(path.with_name("fresh.sqlite"))
    assert database.rescue(path, fresh) == 1
    (row,) = fresh.execute("SELECT why, content FROM versions").fetchall()
    assert row[0] == "pause"
    version = msgspec.msgpack.decode(zlib.decompress(row[1]), type=Version)
    assert version.content.body == "More. First words"
    fresh.close()
