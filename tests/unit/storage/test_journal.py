"""Every method of the port Journal, over a real file."""

from __future__ import annotations

import asyncio
import threading
import time
from pathlib import Path

import msgspec
import pytest

from app.domain.edits import BodyReplaced, ImportanceSet, Pending, RecipientSplice, SenderSet, TextSplice, Unfilled
from app.domain.errors import ServerWords, StorageError
from app.domain.message import BodyFormat, Content, Field, Importance, ItemRef, LocalId
from app.domain.outcome import Outcome, Verdict
from app.domain.recipient import Recipient
from app.domain.record import Record
from app.domain.state import State
from app.services.ports import Journal
from app.storage.message_store import MANY_EDITS
from app.storage.store import SqliteJournal, Store
from tests.unit.storage.messages import BODY, new_record, typed

ANNA = Recipient("anna@example.org", "Anna Berg")
BEN = Recipient("ben@example.org")


async def reopened(store: Store) -> tuple[Store, SqliteJournal]:
    assert await store.close()
    again = await Store.open_database(store.path)
    return again, SqliteJournal(again)


def test_the_journal_is_what_the_services_ask_for(store: Store) -> None:
    journal: Journal = SqliteJournal(store)
    assert journal is not None


async def test_a_message_reads_back_with_every_edit_also_after_reopening(store: Store, journal: SqliteJournal) -> None:
    record = new_record(created=5.0)
    await journal.create(record, BODY)
    before = time.time()
    for edit in (
        typed("Dear Anna, "),
        RecipientSplice(Field.TO, 0, 0, (ANNA, BEN)),
        Pending(Field.CC, "car"),
        ImportanceSet(Importance.HIGH),
        SenderSet(BEN),
        typed("Q: ", 0, Field.SUBJECT),
    ):
        journal.append_edit(record.local_id, edit)
    for _ in range(2):
        message = await journal.read_message(record.local_id)
        assert message.content == Content(
            sender=BEN,
            to=(ANNA, BEN),
            subject="Q: Plan",
            body="Dear Anna, First words",
            importance=Importance.HIGH,
        )
        assert message.pending == {Field.CC: "car"}
        assert message.record.edits == 6
        assert before <= message.record.changed <= time.time()
        assert message.record.created == 5.0
        head = message.record.head
        assert (head.to, head.subject, head.preview) == (
            "Anna Berg; ben@example.org; car",
            "Q: Plan",
            "Dear Anna, First words",
        )
        assert (head.importance, head.sender) == (Importance.HIGH, "ben@example.org")
        assert (await journal.records())[0] == message.record
        store, journal = await reopened(store)
    await store.close()


async def test_put_writes_a_record_but_edits_changed_and_head_are_the_journals_own(journal: SqliteJournal) -> None:
    record = new_record()
    await journal.create(record, BODY)
    journal.append_edit(record.local_id, typed("x"))
    words = ServerWords("Error", "ErrorX", "No.", message_xml="<x/>")
    put = msgspec.structs.replace(
        record, state=State.UNKNOWN, edits=99, changed=1.0, send_outcome=Outcome(Verdict.UNKNOWN, words=words)
    )
    await journal.put(put)
    now = (await journal.read_message(record.local_id)).record
    assert (now.state, now.send_outcome, now.edits) == (State.UNKNOWN, put.send_outcome, 1)
    assert now.changed > 1.0
    assert now.head.preview == "xFirst words"


async def test_an_attempt_is_kept_until_saved_also_over_other_puts(store: Store, journal: SqliteJournal) -> None:
    record = new_record()
    await journal.create(record, BODY)
    await journal.put(record, BODY)
    await journal.put(msgspec.structs.replace(record, attempts=2))
    store, journal = await reopened(store)
    message = await journal.read_message(record.local_id)
    assert (message.attempt, message.on_server, message.record.attempts) == (BODY, None, 2)
    saved = msgspec.structs.replace(record, ref=ItemRef("id", "key"), saved_edits=0)
    await journal.saved(saved, BODY)
    store, journal = await reopened(store)
    message = await journal.read_message(record.local_id)
    assert (message.attempt, message.on_server) == (None, BODY)
    assert message.record.saved
    await store.close()


async def test_a_message_begun_anew_has_the_other_text_and_goes_on_counting(
    store: Store, journal: SqliteJournal
) -> None:
    record = new_record()
    await journal.create(record, BODY, BODY)
    for _ in range(3):
        journal.append_edit(record.local_id, typed("x"))
    await journal.put(record, BODY)
    other = Content(body="From the server")
    await journal.create(msgspec.structs.replace(record, edits=3, saved_edits=3), other, other)
    journal.append_edit(record.local_id, typed("!", 15))
    for _ in range(2):
        message = await journal.read_message(record.local_id)
        assert message.content.body == "From the server!"
        assert (message.on_server, message.attempt, message.pending) == (other, None, {})
        assert (message.record.edits, message.record.saved_edits) == (4, 3)
        assert len(await journal.records()) == 1
        store, journal = await reopened(store)
    await store.close()


async def test_a_message_that_is_not_there_is_a_key_error_and_forgetting_it_is_done_already(
    journal: SqliteJournal,
) -> None:
    record = new_record()
    with pytest.raises(KeyError):
        await journal.read_message(record.local_id)
    with pytest.raises(KeyError):
        await journal.put(record)
    with pytest.raises(KeyError):
        await journal.saved(record, BODY)
    await journal.forget(record.local_id)


async def test_a_forgotten_message_leaves_nothing_on_disk(store: Store, journal: SqliteJournal, path: Path) -> None:
    record = new_record()
    await journal.create(record, Content(body="A secret word: marzipan"))
    journal.append_edit(record.local_id, typed("More marzipan. "))
    await journal.flush()
    await journal.forget(record.local_id)
    with pytest.raises(KeyError):
        await journal.read_message(record.local_id)
    store, journal = await reopened(store)
    assert await journal.records() == []
    assert await store.close()
    assert b"marzipan" not in await asyncio.to_thread(path.read_bytes)


async def test_a_forgotten_message_may_be_begun_again_in_the_same_breath(journal: SqliteJournal) -> None:
    record = new_record()
    await journal.create(record, BODY)
    journal.append_edit(record.local_id, typed("old"))
    await asyncio.gather(journal.forget(record.local_id), journal.create(record, Content(body="new")))
    message = await journal.read_message(record.local_id)
    assert (message.content.body, message.record.edits) == ("new", 0)


async def test_an_edit_for_no_message_harms_nobody(journal: SqliteJournal, caplog: pytest.LogCaptureFixture) -> None:
    record = new_record()
    await journal.create(record, BODY)
    journal.append_edit(LocalId("nobody"), typed("marzipan"))
    journal.append_edit(record.local_id, typed("x"))
    assert (await journal.read_message(record.local_id)).content.body == "xFirst words"
    assert "nobody" in caplog.text
    assert "marzipan" not in caplog.text


async def test_records_come_oldest_change_first(journal: SqliteJournal) -> None:
    records = [new_record(changed=float(when)) for when in (3, 1, 2)]
    await asyncio.gather(*(journal.create(record, BODY) for record in records))
    assert [record.changed for record in await journal.records()] == [1.0, 2.0, 3.0]
    journal.append_edit(records[1].local_id, typed("x"))
    assert (await journal.records())[-1].local_id == records[1].local_id


async def test_order_holds_under_load_over_many_messages(store: Store, journal: SqliteJournal) -> None:
    records = [new_record() for _ in range(8)]
    await asyncio.gather(*(journal.create(record, Content()) for record in records))
    reads = []
    for number in range(4000):
        record = records[number % 8]
        journal.append_edit(record.local_id, typed(chr(0x100 + number // 8), number // 8))
        if number % 500 == 0:
            reads.append(asyncio.ensure_future(journal.put(record)))
            await asyncio.sleep(0)
    await asyncio.gather(*reads)
    store, journal = await reopened(store)
    expected = "".join(chr(0x100 + number) for number in range(500))
    for record in records:
        message = await journal.read_message(record.local_id)
        assert message.content.body == expected
        assert message.record.edits == 500
    await store.close()


async def test_controls_and_halves_of_characters_never_break_it(store: Store, journal: SqliteJournal) -> None:
    half = "\ud83d"
    record = new_record(problem=half)
    await journal.create(record, Content(subject=half, to=(Recipient(half, half),)), Content(body=half))
    for edit in (
        typed("\x00\x01\x1f￾"),
        TextSplice(Field.BODY, 1, 0, half),
        RecipientSplice(Field.CC, 0, 0, (Recipient("a" + half),)),
        Pending(Field.TO, half),
        SenderSet(Recipient(half)),
        BodyReplaced(half + "\x00", BodyFormat.TEXT),
        typed("\ud83d\ude00"),
    ):
        journal.append_edit(record.local_id, edit)
    for _ in range(2):
        message = await journal.read_message(record.local_id)
        assert message.content.body == "\U0001f600�\x00"
        assert message.content.subject == "�"
        assert message.content.to == (Recipient("�", "�"),)
        assert message.content.cc == (Recipient("a�"),)
        assert message.content.sender == Recipient("�")
        assert message.pending == {Field.TO: "�"}
        assert message.record.problem == "�"
        assert message.on_server == Content(body="�")
        store, journal = await reopened(store)
    await store.close()


async def test_a_paste_of_five_megabytes_is_one_edit(store: Store, journal: SqliteJournal) -> None:
    record = new_record()
    await journal.create(record, BODY)
    text = "0123456789" * 500_000
    journal.append_edit(record.local_id, typed(text))
    journal.append_edit(record.local_id, typed("x"))
    store, journal = await reopened(store)
    message = await journal.read_message(record.local_id)
    assert message.content.body == "x" + text + "First words"
    assert message.record.edits == 2
    await store.close()


async def test_the_head_of_a_page_written_as_html_shows_its_words(journal: SqliteJournal) -> None:
    html = f"<html><head><style>{'p {color: red}' * 900}</style></head><body><p>Good <b>day</b></p></body></html>"
    record = new_record()
    await journal.create(record, Content(body=html, body_format=BodyFormat.HTML, bcc=(ANNA,)))
    head = (await journal.read_message(record.local_id)).record.head
    assert (head.preview, head.to) == ("Good day", "Anna Berg")


async def test_a_record_of_an_older_program_takes_defaults_and_a_newer_ones_fields_are_passed_over(
    store: Store, journal: SqliteJournal
) -> None:
    record = new_record("old")
    await journal.create(record, BODY)
    blob = msgspec.msgpack.encode({"local_id": "old", "account_id": "a", "message_id": "m", "from_the_future": [1]})
    await store.change(
        lambda messages: messages.also.append(lambda c: c.execute("UPDATE letters SET record = ?", (blob,)))
    )
    store, journal = await reopened(store)
    assert await journal.records() == [
        msgspec.structs.replace(
            Record(record.local_id, record.account_id, "m"), account_id="a", head=(await journal.records())[0].head
        )
    ]
    assert (await journal.read_message(record.local_id)).content == BODY
    await store.close()


async def test_a_row_that_cannot_be_read_is_left_out_and_told(store: Store, journal: SqliteJournal) -> None:
    good, bad = new_record(), new_record()
    await journal.create(good, BODY)
    await journal.create(bad, BODY)
    await store.change(
        lambda messages: messages.also.append(
            lambda c: c.execute("UPDATE letters SET record = x'ff00' WHERE local_id = ?", (bad.local_id,))
        )
    )
    store, journal = await reopened(store)
    told: list[StorageError] = []
    store.watch_damage(told.append)
    assert [record.local_id for record in await journal.records()] == [good.local_id]
    await asyncio.sleep(0)
    assert "cannot be read" in str(told[0])
    await store.close()


async def test_closing_leaves_no_thread_and_refuses_what_comes_later(path: Path) -> None:
    threads = threading.active_count()
    store = await Store.open_database(path)
    journal = SqliteJournal(store)
    record = new_record()
    await journal.create(record, BODY)
    journal.append_edit(record.local_id, typed("last "))
    assert await store.close()
    assert threading.active_count() == threads
    with pytest.raises(StorageError):
        await journal.read_message(record.local_id)
    journal.append_edit(record.local_id, typed("too late"))
    assert await store.close()
    store = await Store.open_database(path)
    assert (await SqliteJournal(store).read_message(record.local_id)).content.body == "last First words"
    assert store.end()
    assert threading.active_count() == threads


async def test_a_cancelled_wait_does_not_cancel_the_writing(store: Store, journal: SqliteJournal) -> None:
    record = new_record()
    task = asyncio.ensure_future(journal.create(record, BODY))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await journal.read_message(record.local_id)).content == BODY


async def test_many_are_begun_and_written_together_also_after_reopening(store: Store, journal: SqliteJournal) -> None:
    records = [new_record() for _ in range(3)]
    await journal.create_all([(record, BODY, BODY) for record in records])
    messages = await journal.read_all([record.local_id for record in records])
    assert [message.content for message in messages] == [BODY] * 3
    await journal.put_all([msgspec.structs.replace(record, attempts=4) for record in records])
    again, journal = await reopened(store)
    names = {record.local_id for record in records}
    assert {record.local_id: record.attempts for record in await journal.records()} == dict.fromkeys(names, 4)
    await again.close()


async def test_of_many_records_none_is_written_where_one_is_no_more(store: Store, journal: SqliteJournal) -> None:
    there, gone = new_record(), new_record()
    await journal.create(there, BODY)
    with pytest.raises(KeyError):
        await journal.put_all([msgspec.structs.replace(there, attempts=4), gone])
    assert [message.record.attempts for message in await journal.read_all([there.local_id, gone.local_id])] == [0]
    again, journal = await reopened(store)
    assert [record.attempts for record in await journal.records()] == [0]
    await again.close()


async def test_what_templates_left_unfilled_is_kept_like_what_is_typed(store: Store, journal: SqliteJournal) -> None:
    record = new_record()
    await journal.create(record, BODY)
    for edit in (Unfilled(("{amount}", "{date}")), typed("x"), Unfilled(("{amount}", "{name}"))):
        journal.append_edit(record.local_id, edit)
    store, journal = await reopened(store)
    assert (await journal.read_message(record.local_id)).unfilled == ("{amount}", "{date}", "{name}")
    for _ in range(MANY_EDITS):  # so many that a snapshot takes the place of the edits
        journal.append_edit(record.local_id, typed("x"))
    await journal.flush()
    await store.change(lambda messages: messages.tidy(time.time(), 1000.0))
    store, journal = await reopened(store)
    assert (await journal.read_message(record.local_id)).unfilled == ("{amount}", "{date}", "{name}")
    journal.append_edit(record.local_id, Unfilled())
    assert (await journal.read_message(record.local_id)).unfilled == ()
    assert await store.close()
