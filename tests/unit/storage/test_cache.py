"""What is remembered of a folder, held against the disk's cache and the fake alike; and what a bad file does to it."""

from __future__ import annotations

import os
import sqlite3
import stat
import time
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import msgspec
import pytest

from app.domain.errors import StorageError
from app.domain.listing import Change, ChangeKind, Folder, Order, Place, Report, ReportKind, Row, SyncStanding
from app.domain.message import AccountId, Importance, ItemRef
from app.domain.query import read_query
from app.services.ports import Cache
from app.storage import cache_queries
from app.storage.cache import SqliteCache
from tests.fakes.cache import FakeCache

A, B = AccountId("a"), AccountId("b")
SENT, DRAFTS = Place(Folder.SENT), Place(Folder.DRAFTS)
TODAY = date(2026, 11, 21)


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


@pytest.fixture
async def disk(path: Path) -> AsyncIterator[SqliteCache]:
    made = SqliteCache(path)
    yield made
    made.close()


def row(number: int, subject: str = "", to: str = "Ben", **more: object) -> Row:
    """Return a row that was sent so many seconds after the beginning."""
    plain = Row(ItemRef(f"id-{number}", "1"), subject or f"Message {number}", to, sent=float(number))
    return msgspec.structs.replace(plain, **more)


async def subjects(cache: Cache, text: str = "", order: Order = Order.NEWEST, place: Place = SENT) -> list[str]:
    listing = await cache.listing(A, place, order, read_query(text, TODAY))
    return [listing.rows[number].subject for number in listing.ids]


async def test_a_folder_is_listed_in_each_order_with_its_keys(cache: Cache) -> None:
    rows = [
        row(1, "Re: budget", "Zoe", size=5),
        row(3, "Plan", "anna; Ben", size=9),
        row(2, "Aw: Budget", "Ben", size=1),
    ]
    await cache.put(A, SENT, rows)
    assert await subjects(cache) == ["Plan", "Aw: Budget", "Re: budget"]
    assert await subjects(cache, order=Order.OLDEST) == ["Re: budget", "Aw: Budget", "Plan"]
    assert await subjects(cache, order=Order.RECIPIENT) == ["Plan", "Aw: Budget", "Re: budget"]
    assert await subjects(cache, order=Order.SUBJECT) == ["Aw: Budget", "Re: budget", "Plan"]
    assert await subjects(cache, order=Order.LARGEST) == ["Plan", "Re: budget", "Aw: Budget"]
    assert list((await cache.listing(A, SENT)).keys) == [-3.0, -2.0, -1.0]
    assert list((await cache.listing(A, SENT, Order.RECIPIENT)).keys) == ["anna", "ben", "zoe"]
    assert len((await cache.listing(A, SENT, limit=2)).ids) == 2


async def test_what_is_equal_keeps_one_order(cache: Cache) -> None:
    await cache.put(A, SENT, [row(1, f"{number}", ref=ItemRef(f"i{number}")) for number in range(5)])
    assert await subjects(cache) == ["4", "3", "2", "1", "0"]
    assert await subjects(cache, order=Order.OLDEST) == ["0", "1", "2", "3", "4"]


async def test_a_row_keeps_its_number_when_it_changes_and_loses_it_when_it_goes(cache: Cache) -> None:
    await cache.put(A, SENT, [row(1), row(2)])
    before = list((await cache.listing(A, SENT)).ids)
    changes = [
        Change(ChangeKind.UPDATED, ItemRef("id-1", "2"), row(1, "New words", ref=ItemRef("id-1", "2"))),
        Change(ChangeKind.CREATED, ItemRef("id-3", "1"), row(3)),
    ]
    await cache.apply(A, SENT, changes, SyncStanding("state", complete=True, total=3, checked=7.0))
    listing = await cache.listing(A, SENT)
    assert list(listing.ids)[1:] == before
    assert listing.rows[before[1]].subject == "New words"
    assert listing.rows[before[1]].ref.change_key == "2"
    assert await cache.standing(A, SENT) == SyncStanding("state", complete=True, total=3, checked=7.0)
    gone = [Change(ChangeKind.DELETED, ItemRef("id-2")), Change(ChangeKind.DELETED, ItemRef("never-there"))]
    await cache.apply(A, SENT, gone, SyncStanding("later"))
    assert await subjects(cache) == ["Message 3", "New words"]
    await cache.put(A, SENT, [row(2)])
    assert before[0] not in (await cache.listing(A, SENT)).ids


async def test_a_change_of_the_read_flag_changes_the_version_alone(cache: Cache) -> None:
    await cache.put(A, SENT, [row(1)])
    await cache.apply(A, SENT, [Change(ChangeKind.READ, ItemRef("id-1", "9"), is_read=True)], SyncStanding())
    (found,) = (await cache.listing(A, SENT)).rows.values()
    assert (found.ref.change_key, found.subject) == ("9", "Message 1")


async def test_folders_accounts_and_mailboxes_do_not_mix(cache: Cache) -> None:
    theirs = Place(Folder.SENT, "sales@example.org")
    for account, place, subject in ((A, SENT, "mine"), (A, DRAFTS, "draft"), (B, SENT, "other"), (A, theirs, "sales")):
        await cache.put(account, place, [row(1, subject)])
    assert await subjects(cache) == ["mine"]
    assert await subjects(cache, place=DRAFTS) == ["draft"]
    assert await subjects(cache, place=theirs) == ["sales"]
    await cache.forget(A)
    assert await subjects(cache) == []
    assert len((await cache.listing(B, SENT)).ids) == 1


def made(*numbers: int) -> list[Change]:
    return [Change(ChangeKind.CREATED, ItemRef(f"id-{number}"), row(number)) for number in numbers]


async def test_once_all_was_told_what_was_not_told_of_goes(cache: Cache) -> None:
    await cache.put(A, SENT, [row(9), row(1)])
    await cache.apply(A, SENT, made(0, 1, 2), SyncStanding("first"))
    assert await subjects(cache) == ["Message 9", "Message 2", "Message 1", "Message 0"]
    await cache.apply(A, SENT, made(3), SyncStanding("second", complete=True), whole=True)
    assert await subjects(cache) == ["Message 3", "Message 2", "Message 1", "Message 0"]


async def test_rows_in_doubt_stay_until_all_was_told_anew(cache: Cache) -> None:
    await cache.apply(A, SENT, made(1, 2, 3), SyncStanding("first", complete=True, total=3), whole=True)
    numbers = list((await cache.listing(A, SENT)).ids)
    await cache.doubt(A, SENT)
    assert (await cache.standing(A, SENT)) == SyncStanding("", complete=True, total=3)
    assert len(await subjects(cache)) == 3
    await cache.apply(A, SENT, made(1), SyncStanding("a", complete=True))
    await cache.apply(A, SENT, made(3), SyncStanding("b", complete=True), whole=True)
    assert list((await cache.listing(A, SENT)).ids) == [numbers[0], numbers[2]]


async def test_rows_come_by_name_whether_they_are_among_the_first_or_not(cache: Cache) -> None:
    await cache.put(A, SENT, [row(number, local_id=f"mark-{number}" if number % 2 else "") for number in range(200)])
    listing = await cache.listing(A, SENT, names=["id-4", "mark-7", "mark-8", "nobody"])
    named = {listing.rows[number].subject for number in listing.ids[60:] if number in listing.rows}
    assert named == {"Message 4", "Message 7"}
    some = await cache.rows(A, list(listing.ids[100:103]))
    assert [some[number].subject for number in listing.ids[100:103]] == ["Message 99", "Message 98", "Message 97"]
    assert await cache.rows(A, [-1, 99999]) == {}


async def test_a_row_is_given_back_as_it_was(cache: Cache) -> None:
    whole = Row(
        ref=ItemRef("id", "key"),
        subject="Résumé",
        display_to="Ben; Anna",
        display_cc="Zoë",
        preview="First words",
        sender="Sales",
        created=1.0,
        modified=2.5,
        sent=3.25,
        size=77,
        has_attachments=True,
        importance=Importance.HIGH,
        is_draft=True,
        local_id="mark",
        message_id="<x@y>",
        categories=("Red", "To do"),
        flagged=True,
    )
    await cache.put(A, SENT, [whole])
    assert list((await cache.listing(A, SENT)).rows.values()) == [whole]


MESSAGES = [
    row(1, "Quarterly résumé", "Ben Okafor", preview="the numbers of spring", has_attachments=True),
    row(2, "Holiday plan", "Anna Lindqvist", sender="Sales", preview="budget and résumés", categories=("Red",)),
    row(3, "Plan of the meeting", "ben.o@example.org; Zoë", flagged=True, importance=Importance.HIGH),
    row(4, "Re: a_b 50%", "Straße", preview='*wild* "cards" AND NEAR(x)', display_cc="Anna L"),
]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", [4, 3, 2, 1]),
        ("plan", [3, 2]),
        ("PLA", [3, 2]),
        ("plan bud", [2]),
        ("lan", []),
        ("resume", [2, 1]),
        ('"resume"', [1]),
        ("-plan", [4, 1]),
        ('"meeting of"', []),
        ('"of the meeting"', [3]),
        ('"of the meet"', []),
        ("to:anna", [4, 2]),
        ("cc:anna", [4]),
        ("-to:anna plan", [3]),
        ("from:sales", [2]),
        ("subject:budget", []),
        ("body:budget", [2]),
        ("category:red", [2]),
        ("has:category", [2]),
        ("has:attachment", [1]),
        ("-has:attachment", [4, 3, 2]),
        ("is:important", [3]),
        ("is:flagged", [3]),
        ("is:failed", []),
        ("-is:failed plan", [3, 2]),
        ("ben.o@example.org", [3]),
        ("ben.o@exam", [3]),
        ("50%", [4]),
        ("a b", [4, 2]),
        ("a_b", [4]),
        ('"NEAR(x', [4]),
        ("*", [4, 3, 2, 1]),
        ("…", [4, 3, 2, 1]),
        ("before:1970-01-02 plan", [3, 2]),
        ("after:2026", []),
    ],
)
async def test_words_and_operators_find_what_they_say(cache: Cache, text: str, found: list[int]) -> None:
    await cache.put(A, SENT, MESSAGES)
    listing = await cache.listing(A, SENT, query=read_query(text, TODAY))
    assert [int(listing.rows[number].sent) for number in listing.ids] == found


async def test_what_changes_is_found_by_its_new_words_and_not_by_the_old(cache: Cache) -> None:
    await cache.put(A, SENT, [row(1, "Plan")])
    await cache.put(A, SENT, [row(1, "Budget")])
    assert await subjects(cache, "plan") == []
    assert await subjects(cache, "budget") == ["Budget"]
    await cache.apply(A, SENT, [], SyncStanding(), whole=True)
    assert await subjects(cache, "budget") == []


async def test_a_body_that_was_read_is_found_until_the_message_changes(cache: Cache) -> None:
    await cache.put(A, SENT, [row(1, preview="first words")])
    await cache.note_body(A, "id-1", "first words and much later a needle")
    assert await subjects(cache, "needle") == ["Message 1"]
    await cache.put(A, SENT, [row(1, preview="first words", categories=("Red",))])
    assert await subjects(cache, "needle") == ["Message 1"]
    await cache.put(A, SENT, [row(1, preview="other words")])
    assert await subjects(cache, "needle") == []


async def test_reports_stand_with_the_message_that_they_are_about(cache: Cache) -> None:
    read = Report(ReportKind.READ, "Ben", 20.0)
    failed = Report(ReportKind.NOT_DELIVERED, "zoe@example.org", 10.0)
    await cache.put(A, SENT, [row(1, message_id="<1@x>"), row(2, message_id="<2@x>")])
    await cache.note_reports(A, [("<1@x>", read), ("<1@x>", failed), ("<1@x>", read), ("<9@x>", read)])
    await cache.note_reports(B, [("<2@x>", read)])
    listing = await cache.listing(A, SENT)
    assert [listing.rows[number].reports for number in listing.ids] == [(), (failed, read)]
    assert await subjects(cache, "is:undelivered") == ["Message 1"]
    assert await subjects(cache, "-is:opened") == ["Message 2"]


async def test_what_a_stranger_reports_takes_nothing_from_what_the_own_server_said(cache: Cache) -> None:
    sure = Report(ReportKind.NOT_DELIVERED, "zoe@x", 10.0, reporter="postmaster@x", from_within=True)
    forged = Report(ReportKind.NOT_DELIVERED, "zoe@x", 20.0, reporter="eve@evil.example")
    await cache.put(A, SENT, [row(1, message_id="<1@x>"), row(2, message_id="<2@x>")])
    await cache.note_reports(A, [("<1@x>", sure), ("<1@x>", forged), ("<2@x>", forged)])
    listing = await cache.listing(A, SENT)
    assert [listing.rows[number].reports for number in listing.ids] == [(forged,), (sure,)]
    await cache.note_reports(A, [("<2@x>", sure)])
    listing = await cache.listing(A, SENT)
    assert [listing.rows[number].reports for number in listing.ids] == [(sure,), (sure,)]


async def test_a_file_of_the_form_before_asks_anew_who_sent_the_reports_of_the_last_month(path: Path) -> None:
    cache = SqliteCache(path)
    now = time.time()
    kept = [Report(ReportKind.READ, "Ben", now - 40 * 86400), Report(ReportKind.NOT_DELIVERED, "zoe@x", now)]
    await cache.put(A, SENT, [row(1, message_id="<1@x>")])
    await cache.note_reports(A, [("<1@x>", one) for one in (*kept, Report(ReportKind.READ, "Anna", now))])
    await cache.apply(A, Place(Folder.INBOX), (), SyncStanding(checked=now))
    cache.close()
    with sqlite3.connect(path) as older:
        older.executescript(
            "ALTER TABLE reports DROP COLUMN reporter; ALTER TABLE reports DROP COLUMN from_within;"
            " PRAGMA user_version = 5"
        )
    older.close()
    cache = SqliteCache(path)
    listing = await cache.listing(A, SENT)
    assert list(listing.rows[listing.ids[0]].reports) == kept
    assert (await cache.standing(A, Place(Folder.INBOX))).checked == 0
    cache.close()


async def test_people_are_offered_by_the_start_of_a_name(cache: Cache) -> None:
    await cache.put(A, SENT, [row(1, to="Ben Okafor; Anna"), row(2, to="Ben Okafor"), row(3, to="Zoe Okonjo")])
    assert await cache.people(A, SENT, "ok") == ["Ben Okafor", "Zoe Okonjo"]
    assert await cache.people(A, SENT, "ben o") == ["Ben Okafor"]
    assert await cache.people(A, SENT, "") == []


# --- the file ---------------------------------------------------------------------------------------------------------


async def test_what_was_kept_is_there_at_the_next_start(path: Path) -> None:
    first = SqliteCache(path)
    await first.apply(A, SENT, [Change(ChangeKind.CREATED, ItemRef("id-1"), row(1))], SyncStanding("s", complete=True))
    first.close()
    again = SqliteCache(path)
    assert (await again.standing(A, SENT)).state == "s"
    assert await subjects(again) == ["Message 1"]
    again.close()


@pytest.mark.skipif(os.name != "posix", reason="a person's folder on Windows is theirs alone already")
async def test_nobody_else_may_read_it(disk: SqliteCache, path: Path) -> None:
    await disk.put(A, SENT, [row(1)])
    assert {stat.S_IMODE(one.stat().st_mode) for one in path.parent.iterdir()} == {0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


async def test_a_damaged_file_is_set_aside_once_and_made_anew(path: Path) -> None:
    path.parent.mkdir()
    for _ in range(2):
        _spoil(path)
        cache = SqliteCache(path)
        assert await subjects(cache) == []
        await cache.put(A, SENT, [row(1)])
        assert await subjects(cache) == ["Message 1"]
        cache.close()
        assert len([one for one in path.parent.iterdir() if "damaged" in one.name]) == 1


async def test_damage_met_while_it_runs_costs_the_rows_and_nothing_else(path: Path) -> None:
    cache = SqliteCache(path)
    await cache.put(A, SENT, [row(number) for number in range(500)])
    cache.close()
    with path.open("r+b") as file:
        file.seek(8192)
        file.write(b"\xff" * 40_000)
    again = SqliteCache(path)
    listing = await again.listing(A, SENT)
    await again.put(A, SENT, [row(1)])
    assert len(listing.ids) in {0, 500}
    assert "Message 1" in await subjects(again)
    again.close()


async def test_a_file_of_another_form_is_begun_anew(path: Path) -> None:
    path.parent.mkdir()
    with sqlite3.connect(path) as other:
        other.execute("PRAGMA user_version = 99")
    other.close()
    cache = SqliteCache(path)
    await cache.put(A, SENT, [row(1)])
    assert await subjects(cache) == ["Message 1"]
    cache.close()


async def test_where_no_file_can_be_made_memory_serves(path: Path) -> None:
    _put_a_folder_at(path)
    cache = SqliteCache(path)
    await cache.put(A, SENT, [row(1)])
    assert await subjects(cache) == ["Message 1"]
    cache.close()


async def test_after_the_end_every_call_says_so(path: Path) -> None:
    cache = SqliteCache(path)
    cache.close()
    with pytest.raises(StorageError):
        await cache.standing(A, SENT)


async def test_who_reads_does_not_wait_for_all_that_is_written(disk: SqliteCache) -> None:
    import asyncio

    await disk.put(A, SENT, [row(0)])
    writing = asyncio.ensure_future(disk.put(A, SENT, [row(number) for number in range(2000)]))
    await asyncio.sleep(0)
    listing = await disk.listing(A, SENT)
    assert not writing.done()
    assert len(listing.ids) < 2000
    await writing
    assert len((await disk.listing(A, SENT)).ids) == 2000


def _spoil(path: Path) -> None:
    path.write_bytes(b"this is no database" * 1000)


def _put_a_folder_at(path: Path) -> None:
    path.mkdir(parents=True)


async def test_what_came_back_is_named_until_the_person_knows_of_it(cache: Cache) -> None:
    await cache.put(A, SENT, [row(1, message_id="<1@x>"), row(2, message_id="<2@x>"), row(3)])
    failed = Report(ReportKind.NOT_DELIVERED, "ben@x", 5.0)
    await cache.note_reports(A, [("<1@x>", failed), ("<2@x>", failed), ("", failed)])
    await cache.note_reports(B, [("<1@x>", failed)])
    ids = list((await cache.listing(A, SENT)).ids)
    assert await cache.undelivered(A, SENT) == ids[1:]
    assert await cache.undelivered(A, DRAFTS) == []
    await cache.settle_reports(A, "<2@x>")
    await cache.note_reports(A, [("<2@x>", failed)])
    assert await cache.undelivered(A, SENT) == [ids[2]]
    assert list((await cache.listing(A, SENT, query=read_query("is:failed", TODAY))).ids) == [ids[2]]
    await cache.note_reports(A, [("<2@x>", Report(ReportKind.NOT_DELIVERED, "zoe@x", 6.0))])
    assert await cache.undelivered(A, SENT) == ids[1:]
    await cache.settle_reports(A, "<1@x>")
    await cache.settle_reports(A, "<1@x>", settled=False)
    assert await cache.undelivered(A, SENT) == ids[1:]


async def test_a_conversation_is_found_in_every_list_by_its_id_or_else_by_its_topic(cache: Cache) -> None:
    theirs = Place(Folder.SENT, "Boss@x")
    await cache.put(A, SENT, [row(1, conversation="c"), row(2, conversation="d", subject="Plan")])
    await cache.put(A, DRAFTS, [row(3, conversation="c", modified=3.0), row(4, subject="Re: plan", modified=4.0)])
    await cache.put(A, theirs, [row(5, conversation="c"), row(6, subject="AW: Plan")])
    await cache.put(A, Place(Folder.INBOX, "", "F"), [row(7, conversation="c", sent=9.0)])
    await cache.put(B, SENT, [row(8, conversation="c", sent=9.0)])
    found = await cache.conversation(A, "id-1")
    assert [one.row.ref.item_id for one in found] == ["id-5", "id-3", "id-1"]
    assert [one.place for one in found] == [Place(Folder.SENT, "boss@x"), DRAFTS, SENT]
    assert await thread(cache, 4) == [6, 4]
    assert await thread(cache, 7) == await thread(cache, 99) == []


async def thread(cache: Cache, number: int) -> list[int]:
    found = await cache.conversation(A, f"id-{number}")
    return [int(one.row.ref.item_id.removeprefix("id-")) for one in found]


def answering(number: int, thread: str, *, by_references: bool = True, **more: object) -> Row:
    """Return a row of a message that answers; its own Message-ID is <number@x>."""
    told = {"message_id": f"<{number}@x>", "thread": thread, "has_references": by_references, **more}
    return msgspec.structs.replace(row(number), **told)


async def test_what_was_received_is_of_the_conversation_and_says_when_the_first_answer_came(cache: Cache) -> None:
    inbox, theirs = Place(Folder.INBOX), Place(Folder.INBOX, "Sales@x")
    await cache.put(A, SENT, [row(2, conversation="c", message_id="<2@x>"), row(8, conversation="c"), row(3)])
    await cache.put(A, inbox, [row(1, conversation="c"), row(7, conversation="c"), row(4, conversation="d"), row(5)])
    await cache.put(A, theirs, [row(6, conversation="c")])
    await cache.put(A, inbox, [row(20, conversation="c", message_id="<2@x>", sent=2.5)])
    await cache.put(A, Place(Folder.INBOX, "", "F"), [row(21, conversation="c", sent=2.7)])
    await cache.put(B, inbox, [row(22, conversation="c", sent=2.8)])
    found = await cache.conversation(A, "id-2")
    assert [one.row.ref.item_id for one in found] == ["id-8", "id-7", "id-6", "id-20", "id-2", "id-1"]
    listing = await cache.listing(A, SENT)
    answered = {one.ref.item_id: one.answered for one in listing.rows.values()}
    assert answered == {"id-2": 6.0, "id-8": 0.0, "id-3": 0.0}


async def test_what_lies_in_no_list_is_of_the_conversation_and_may_be_the_first_answer(cache: Cache) -> None:
    here, there = row(2, conversation="c", message_id="<2@x>"), row(7, conversation="c", message_id="<7@x>")
    await cache.put(A, SENT, [here])
    await cache.put(A, Place(Folder.INBOX), [there])
    filed = [
        row(5, conversation="c", sender="James"),
        row(4, conversation="c", sender=""),
        row(3, conversation="c", sender="James", is_draft=True),
        row(30, conversation="c", sender="James", message_id="<7@x>", sent=6.0),
    ]
    assert await cache.put_conversation(A, "", "c", [*filed, here, there])
    assert not await cache.put_conversation(A, "", "c", [*filed, here, there])
    found = await cache.conversation(A, "id-2")
    assert [one.row.ref.item_id for one in found] == ["id-7", "id-5", "id-4", "id-3", "id-2"]
    assert {one.place.folder for one in found[1:4]} == {Folder.ELSEWHERE}
    listing = await cache.listing(A, SENT)
    assert listing.rows[listing.ids[0]].answered == 5.0
    assert await cache.put_conversation(A, "", "c", filed[1:])
    assert [one.row.ref.item_id for one in await cache.conversation(A, "id-2")] == ["id-7", "id-4", "id-3", "id-2"]
    await cache.put(A, DRAFTS, [row(4, conversation="c")])  # it is in a list by now
    assert len(await cache.conversation(A, "id-2")) == 4


async def test_an_answer_of_the_same_second_is_one_and_the_message_itself_is_none(cache: Cache) -> None:
    await cache.put(A, SENT, [row(2, conversation="c", message_id="<2@x>"), row(3, conversation="d")])
    await cache.put(A, Place(Folder.INBOX), [row(20, conversation="c", message_id="<2@x>", sent=2.0)])
    await cache.put(A, Place(Folder.INBOX), [row(30, conversation="d", sent=3.0)])
    assert {one.answered for one in (await cache.listing(A, SENT)).rows.values()} == {0.0}
    await cache.put(A, Place(Folder.INBOX), [row(21, conversation="c", message_id="<21@x>", sent=2.0)])
    assert {one.answered for one in (await cache.listing(A, SENT)).rows.values()} == {2.0, 0.0}


async def test_answers_are_of_the_conversation_whatever_their_subject_and_whose_messages_lie_between(
    cache: Cache,
) -> None:
    await cache.put(A, SENT, [row(1, "Offer", message_id="<1@x>", conversation="c")])
    await cache.put(A, SENT, [answering(2, "<1@x>", subject="A new subject", conversation="d")])
    await cache.put(A, DRAFTS, [answering(3, "<theirs@y>", by_references=False), answering(4, "<elsewhere@y>")])
    await cache.put(A, SENT, [answering(5, "<2@x>", by_references=False), answering(6, "<theirs@y>")])
    assert await thread(cache, 1) == await thread(cache, 2) == await thread(cache, 5) == [5, 2, 1]
    assert await thread(cache, 3) == [6, 3]
    assert await thread(cache, 4) == [4]


async def test_the_same_subject_joins_no_messages_whose_references_begin_elsewhere(cache: Cache) -> None:
    await cache.put(
        A, SENT, [answering(1, "<anna@y>", subject="Re: Lunch"), answering(2, "<ben@y>", subject="Re: Lunch")]
    )
    await cache.put(A, SENT, [answering(3, "<anna@y>", subject="Re: Lunch"), row(4, "Lunch", message_id="<4@x>")])
    await cache.put(A, SENT, [answering(5, "<carl@y>", by_references=False, subject="Re: Lunch"), row(6, "AW: Lunch")])
    assert await thread(cache, 1) == [3, 1]
    assert await thread(cache, 2) == [2]
    assert await thread(cache, 4) == await thread(cache, 5) == [6, 5, 4]


async def test_a_thread_of_thousands_is_shown_as_its_newest_and_told_at_once(disk: SqliteCache) -> None:
    await disk.put(A, SENT, [answering(number, "<first@x>") for number in range(1, 1_001)])
    found = await thread(disk, 500)
    assert len(found) == 200


async def test_a_file_of_the_form_before_keeps_its_rows_and_learns_of_threads_with_a_look_at_everything(
    path: Path,
) -> None:
    cache = SqliteCache(path)
    changes = [Change(ChangeKind.CREATED, one.ref, one) for one in (row(1, message_id="<1@x>"), row(2), row(3))]
    await cache.apply(A, SENT, changes, SyncStanding("state", complete=True, total=3))
    cache.close()
    with sqlite3.connect(path) as older:
        older.executescript(
            "ALTER TABLE reports DROP COLUMN reporter; ALTER TABLE reports DROP COLUMN from_within;"
            " DROP TRIGGER drafts_go; DROP TABLE drafts;"
            " DROP INDEX rows_by_name; DROP INDEX rows_by_thread; ALTER TABLE rows DROP COLUMN name;"
            " ALTER TABLE rows DROP COLUMN thread; ALTER TABLE rows DROP COLUMN told; PRAGMA user_version = 3"
        )
    older.close()
    cache = SqliteCache(path)
    assert await subjects(cache) == ["Message 3", "Message 2", "Message 1"]
    assert await subjects(cache, "message 2") == ["Message 2"]
    assert await cache.standing(A, SENT) == SyncStanding("", complete=True, total=3)
    told = [Change(ChangeKind.CREATED, one.ref, one) for one in (row(1, message_id="<1@x>"), answering(2, "<1@x>"))]
    await cache.apply(A, SENT, told, SyncStanding("new", complete=True, total=2), whole=True)
    assert await thread(cache, 1) == [2, 1]
    cache.close()


async def test_a_conversation_is_found_by_an_index_among_a_hundred_thousand(disk: SqliteCache, path: Path) -> None:
    await disk.put(A, SENT, [answering(1, "<first@x>", conversation="c"), answering(2, "<first@x>")])
    asked: list[str] = []
    with sqlite3.connect(path) as sql:
        sql.set_trace_callback(asked.append)
        assert (
            len(cache_queries.conversation_ids(sql, A, "id-1"))
            == len(cache_queries.conversation_ids(sql, A, "id-2"))
            == 2
        )
        sql.set_trace_callback(None)
        plans = [row[3] for question in asked for row in sql.execute(f"EXPLAIN QUERY PLAN {question}")]
    sql.close()
    assert any("rows_by_thread" in plan for plan in plans)
    assert any("rows_by_conversation" in plan for plan in plans)
    assert [plan for plan in plans if plan.startswith("SCAN rows")] == []
