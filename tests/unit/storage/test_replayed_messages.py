"""Whatever is done to messages and their file, each reads as a plain replica of its edits would."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.edits import (
    BodyReplaced,
    Edit,
    ImportanceSet,
    Pending,
    RecipientSplice,
    Replica,
    SenderSet,
    TextSplice,
)
from app.domain.message import BodyFormat, Content, Field, Importance
from app.domain.recipient import Recipient
from app.storage import message_store
from app.storage.store import SqliteJournal, Store
from tests.unit.storage.messages import new_record

texts = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("\U0001f600\x00\n"), max_size=8)
halves = st.sampled_from(["\ud83d", "\ude00", "a\ud83d\ude00"])
recipients = st.builds(Recipient, texts, texts)
places = st.integers(0, 12)
edits: st.SearchStrategy[Edit] = st.one_of(
    st.builds(TextSplice, st.sampled_from([Field.SUBJECT, Field.BODY]), places, places, texts | halves),
    st.builds(
        RecipientSplice,
        st.sampled_from([Field.TO, Field.CC, Field.BCC]),
        st.integers(0, 3),
        st.integers(0, 3),
        st.lists(recipients, max_size=3).map(tuple),
    ),
    st.builds(Pending, st.sampled_from([Field.TO, Field.CC, Field.BCC]), texts),
    st.builds(ImportanceSet, st.sampled_from(Importance)),
    st.builds(SenderSet, st.none() | recipients),
    st.builds(BodyReplaced, texts, st.sampled_from(BodyFormat)),
)
steps = st.one_of(
    st.tuples(st.integers(0, 1), edits),
    st.tuples(st.integers(0, 1), edits),
    st.tuples(st.integers(0, 1), st.sampled_from(["read", "snapshot", "drop", "reopen", "put", "begin anew"])),
)


async def play(path: Path, script: list[tuple[int, Any]]) -> None:
    store = await Store.open_database(path)
    journal = SqliteJournal(store)
    records = [new_record(), new_record()]
    replicas = [Replica(Content()), Replica(Content())]
    counts = [0, 0]
    for record in records:
        await journal.create(record, Content())
    for which, what in [*script, (0, "reopen"), (0, "read"), (1, "read")]:
        record = records[which]
        if what == "read":
            message = await journal.read_message(record.local_id)
            assert message.content == replicas[which].content()
            assert message.pending == replicas[which].pending
            assert message.record.edits == counts[which]
        elif what == "snapshot":
            await journal.flush()  # what is not on disk yet is left alone
            await store.change(lambda messages: messages.tidy(0.0, 1e9))
        elif what == "drop":
            await journal.flush()
            await store.read_with(lambda messages: messages.tidy(1e9, 0.0))
        elif what == "reopen":
            assert await store.close()
            store = await Store.open_database(path)
            journal = SqliteJournal(store)
        elif what == "put":
            await journal.put(record)
        elif what == "begin anew":
            content = replicas[1 - which].content()
            replicas[which] = Replica(content)
            await journal.create(new_record(record.local_id, edits=counts[which]), content)
        else:
            replicas[which].apply(what)
            counts[which] += 1
            journal.append_edit(record.local_id, what)
    await store.close()


@pytest.fixture
def eager_snapshots(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(message_store, "MANY_EDITS", 1)


@pytest.mark.usefixtures("eager_snapshots")
def test_any_order_of_edits_reads_snapshots_and_reopenings_gives_the_message_of_a_plain_replica() -> None:
    @settings(max_examples=150, deadline=None)
    @given(st.lists(steps, max_size=25))
    def replay(script: list[tuple[int, Any]]) -> None:
        with tempfile.TemporaryDirectory() as folder:
            asyncio.run(play(Path(folder) / "own" / "mailwright.sqlite", script))

    replay()


@pytest.mark.usefixtures("eager_snapshots")
def test_a_pair_split_by_an_edit_survives_a_snapshot_until_it_is_whole_again(tmp_path: Path) -> None:
    script = [
        (0, TextSplice(Field.BODY, 0, 0, "\U0001f600")),
        (0, TextSplice(Field.BODY, 1, 0, "x")),
        (0, "snapshot"),
        (0, "reopen"),
        (0, TextSplice(Field.BODY, 1, 1, "")),
        (0, "read"),
    ]
    asyncio.run(play(tmp_path / "own" / "mailwright.sqlite", script))


def test_long_tails_of_edits_become_a_snapshot_in_a_quiet_moment(tmp_path: Path) -> None:
    async def run() -> tuple[int, int, str]:
        store = await Store.open_database(tmp_path / "own" / "mailwright.sqlite")
        journal = SqliteJournal(store)
        record = new_record()
        await journal.create(record, Content())
        for _ in range(message_store.MANY_EDITS):
            journal.append_edit(record.local_id, TextSplice(Field.BODY, 0, 0, "x"))
        await journal.flush()
        count = "SELECT count(*) FROM edits"
        before = await store.read_with(lambda messages: messages.connection.execute(count).fetchone()[0])
        await store.change(lambda messages: messages.tidy(0.0, 60.0))
        after = await store.read_with(lambda messages: messages.connection.execute(count).fetchone()[0])
        text = (await journal.read_message(record.local_id)).content.body
        await store.close()
        return before, after, text

    assert asyncio.run(run()) == (message_store.MANY_EDITS, 0, "x" * message_store.MANY_EDITS)


def test_large_texts_that_are_not_in_use_are_let_go_of_at_once(tmp_path: Path) -> None:
    async def run() -> tuple[list[int], list[str]]:
        store = await Store.open_database(tmp_path / "own" / "mailwright.sqlite")
        journal = SqliteJournal(store)
        records = [new_record() for _ in range(6)]
        for number, record in enumerate(records):
            await journal.create(record, Content(body=f"{number}" * (message_store.MOST_TEXT // 12)))
        await journal.flush()
        kept = []
        for _ in range(2):  # what was in use just now stays until the next look
            await store.read_with(lambda messages: messages.tidy(1.0, 60.0))
            kept.append(await store.read_with(lambda messages: len(messages._kept)))
        texts = [(await journal.read_message(record.local_id)).content.body[:1] for record in records]
        await store.close()
        return kept, texts

    # Each takes two bytes a character as it stands, and one as it began.
    assert asyncio.run(run()) == ([6, 4], ["0", "1", "2", "3", "4", "5"])
