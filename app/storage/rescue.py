"""Takes over from a damaged database what can still be read: letters that are there whole, accounts, preferences, and
whom was written to.

A letter with a gap is left where it is, in the file that was set aside: half a letter could be saved over a whole one
on the server.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from app.storage import codec, database

_TABLES = {
    "letters": "id, local_id, record, edits, changed, head",
    "texts": "letter, kind, content",
    "edits": "letter, number, edit",
    "accounts": "account_id, account, position",
    "preferences": "name, value",
    "correspondents": "account_id, key, entry",
}


def rescue(damaged: Path, fresh: sqlite3.Connection) -> int:
    """Copy into `fresh` what can be read of `damaged`; return the number of letters. Raises sqlite3.Error."""
    if damaged.stat().st_size == 0:
        return 0  # SQLite would remove the changes beside an empty file, and they may be all there is
    try:
        old = sqlite3.connect(database.to_look_at(damaged), uri=True, timeout=2.0)
    except sqlite3.Error:
        return 0
    try:
        found = {table: list(_rows(old, table)) for table in _TABLES}
    finally:
        old.close()
        database.remove_index(damaged)
    whole = _whole_letters(found)
    fresh.execute("BEGIN IMMEDIATE")
    try:
        for table, rows in found.items():
            own = table in {"accounts", "preferences", "correspondents"}
            taken = [row for row in rows if own or row[0] in whole]
            places = ", ".join("?" * len(_TABLES[table].split(", ")))
            statement = f"INSERT OR IGNORE INTO {table} ({_TABLES[table]}) VALUES ({places})"  # noqa: S608 - our own names
            fresh.executemany(statement, taken)
        fresh.execute("COMMIT")
    except BaseException:
        if fresh.in_transaction:
            fresh.execute("ROLLBACK")
        raise
    return len(whole)


def _rows(old: sqlite3.Connection, table: str) -> Iterator[tuple[Any, ...]]:
    """Yield the rows from the start up to the damage, then from the end back to it."""
    key = "letter, number" if table == "edits" else "rowid"
    backwards = ", ".join(f"{part} DESC" for part in key.split(", "))
    seen: set[tuple[Any, ...]] = set()
    for order in (key, backwards):
        query = f"SELECT {key}, {_TABLES[table]} FROM {table} ORDER BY {order}"  # noqa: S608 - names of our own
        width = len(key.split(", "))
        try:
            for row in old.execute(query):
                if row[:width] in seen:
                    break
                seen.add(row[:width])
                yield row[width:]
            else:
                return
        except sqlite3.Error:
            continue


def _whole_letters(found: dict[str, list[tuple[Any, ...]]]) -> set[int]:
    """Return the ids of letters whose row, base and every edit after it can be read."""
    bases: dict[int, int] = {}
    for letter, kind, content in found["texts"]:
        try:
            if kind == "base":
                bases[letter] = codec.read_base(content).edits
            else:
                codec.read_content(content)
        except (msgspec.DecodeError, TypeError):
            continue
    edits: dict[int, set[int]] = {}
    for letter, number, _ in found["edits"]:
        edits.setdefault(letter, set()).add(number)
    return {
        key
        for key, _, _, last, *_ in found["letters"]
        if key in bases and edits.get(key, set()) >= set(range(bases[key] + 1, last + 1))
    }
