"""The port Correspondents over a real file."""

from __future__ import annotations

import sqlite3

from app.domain.message import AccountId
from app.domain.people import Correspondent
from app.domain.recipient import Recipient
from app.services.ports import Correspondents
from app.storage.settings import SqliteCorrespondents
from app.storage.store import Store

ANNA = AccountId("anna")


def entry(name: str, uses: int = 1) -> Correspondent:
    return Correspondent(ANNA, f"{name}@example.org", Recipient(f"{name}@example.org", name), uses, float(uses), 9.0)


async def test_entries_are_kept_written_over_and_removed(store: Store) -> None:
    disk: Correspondents = SqliteCorrespondents(store)
    await disk.change([entry("ben"), entry("carla")], [])
    await disk.change([entry("ben", 2)], [(ANNA, "carla@example.org"), (ANNA, "nobody")])
    await store.close()
    store = await Store.open_database(store.path)
    assert await SqliteCorrespondents(store).read_all() == [entry("ben", 2)]
    await store.close()


async def test_an_entry_that_is_removed_and_written_at_once_is_there(store: Store) -> None:
    disk = SqliteCorrespondents(store)
    await disk.change([entry("ben")], [])
    await disk.change([entry("ben", 5)], [(ANNA, "ben@example.org")])
    assert await disk.read_all() == [entry("ben", 5)]


async def test_half_a_character_in_a_name_is_mended_and_an_unreadable_row_left_out(store: Store) -> None:
    disk = SqliteCorrespondents(store)
    await disk.change([Correspondent(ANNA, "x@y", Recipient("x@y", "Smile \ud83d"))], [])
    await store.close()
    with sqlite3.connect(store.path) as raw:
        raw.execute("INSERT INTO correspondents VALUES ('anna', 'bad', x'ff00')")
    raw.close()
    store = await Store.open_database(store.path)
    assert [one.recipient.name for one in await SqliteCorrespondents(store).read_all()] == ["Smile �"]
    await store.close()
