"""The port Cache on SQLite: the server's folders as they were last seen, in their order, and found by their words.

Orders come from SQLite as one JSON text: one step of the query, during which Python's lock is free, and not 100 000.
"""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from app.core.text import mend_surrogates
from app.domain.listing import (
    FIRST_ROWS,
    Change,
    ChangeKind,
    ConversationRow,
    Folder,
    Listing,
    Order,
    Place,
    Report,
    ReportKind,
    Row,
    RowId,
    SyncStanding,
    correspondents_of,
    keys_of,
    moment_of,
    recipient_key,
    subject_key,
    threading_of,
)
from app.domain.message import AccountId, Importance, ItemRef
from app.domain.query import Query
from app.storage.cache_drafts import DraftCopies
from app.storage.cache_queries import (
    Condition,
    changes_of_conversation,
    condition,
    conversation_ids,
    first_after,
    received_in,
)
from app.storage.cache_thread import CacheThread, Turn

FILE_NAME: Final = "cache.sqlite"
_SLICE: Final = 50
"""Rows that are written together: a read for a scrolling list waits for no more of them."""
_BODY: Final = 20_000
"""Characters of a body whose words can be found."""

_ORDERS: Final = {
    Order.NEWEST: ("-at", "at DESC, id DESC"),
    Order.OLDEST: ("at", "at, id"),
    Order.RECIPIENT: ("who", "who, at DESC, id DESC"),
    Order.SUBJECT: ("topic", "topic, at DESC, id DESC"),
    Order.LARGEST: ("-size", "size DESC, at DESC, id DESC"),
}
_COLUMNS: Final = (
    "id, item, change_key, subject, display_to, display_cc, preview, sender, created, modified, sent, size, attachment,"
    " importance, draft, mark, message_id, categories, flagged, conversation"
)
_WRITTEN: Final = (
    *("change_key", "subject", "display_to", "display_cc", "preview", "sender", "created", "modified"),
    *("sent", "size", "attachment", "importance", "draft", "mark", "message_id"),
    *("categories", "flagged", "conversation", "at", "who", "topic", "name", "thread", "told"),
)
_PUT: Final = (
    f"INSERT INTO rows (folder, item, {', '.join(_WRITTEN)}) VALUES ({', '.join('?' * (len(_WRITTEN) + 2))})"  # noqa: S608 - names of our own
    f" ON CONFLICT (folder, item) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in _WRITTEN)},"
    " body = CASE WHEN preview = excluded.preview THEN body END"
)
_SEE: Final = _PUT.replace("rows (folder,", "rows (seen, folder,").replace("VALUES (", "VALUES (1, ") + ", seen = 1"
_numbers: Final = msgspec.json.Decoder(list[int])
_reals: Final = msgspec.json.Decoder(list[float])
_texts: Final = msgspec.json.Decoder(list[str])
_Sql = sqlite3.Connection


class SqliteCache:
    """See the port for what each method promises."""

    def __init__(self, path: Path) -> None:
        """Keep the cache at `path`; it is opened with the first call."""
        self._thread = CacheThread(path)
        self.drafts = DraftCopies(self._thread)

    def close(self) -> None:
        """End the thread."""
        self._thread.close()

    async def standing(self, account_id: AccountId, place: Place) -> SyncStanding:
        """Return how far a folder is known."""

        def call(sql: _Sql) -> SyncStanding:
            found = sql.execute(
                "SELECT state, complete, total, checked FROM folders WHERE account = ? AND mailbox = ? AND folder = ?",
                _names(account_id, place),
            ).fetchone()
            return SyncStanding() if found is None else SyncStanding(found[0], bool(found[1]), found[2], found[3])

        return await self._thread.ask(call)

    async def listing(
        self,
        account_id: AccountId,
        place: Place,
        order: Order = Order.NEWEST,
        query: Query | None = None,
        names: Sequence[str] = (),
        limit: int = -1,
    ) -> Listing:
        """Return a folder, or what is found in it, in an order."""

        def call(sql: _Sql) -> Listing:
            folder = _folder(sql, account_id, place)
            ids, keys = _ordered(sql, condition(query or Query(), account_id), folder, order, limit)
            wanted = [*ids[:FIRST_ROWS], *_named(sql, folder, names)]
            return Listing(ids, keys, _rows(sql, account_id, wanted))

        return await self._thread.ask(call)

    async def rows(self, account_id: AccountId, ids: Sequence[RowId]) -> dict[RowId, Row]:
        """Return rows; what is no more is left out."""
        wanted = list(ids)
        return await self._thread.ask(lambda sql: _rows(sql, account_id, wanted))

    async def put(self, account_id: AccountId, place: Place, rows: Sequence[Row]) -> None:
        """Take rows in, or write them over."""
        for start in range(0, len(rows), _SLICE):
            await self._write(account_id, place, _putting(place.folder, rows[start : start + _SLICE]))

    async def apply(
        self,
        account_id: AccountId,
        place: Place,
        changes: Sequence[Change],
        standing: SyncStanding,
        *,
        whole: bool = False,
    ) -> None:
        """Take a page of changes in, and only then the state that says so."""
        for start in range(0, len(changes), _SLICE):
            await self._write(account_id, place, _applying(place.folder, changes[start : start + _SLICE]))

        def note(sql: _Sql, folder: int) -> None:
            sql.execute(
                "UPDATE folders SET state = ?, complete = ?, total = ?, checked = ? WHERE id = ?",
                (standing.state, standing.complete, standing.total, standing.checked, folder),
            )
            if whole:
                sql.execute("DELETE FROM rows WHERE folder = ? AND seen = 0", (folder,))

        await self._write(account_id, place, note)

    async def remove(self, account_id: AccountId, place: Place, item_ids: Sequence[str]) -> None:
        """Remove rows whose items are known to be there no more."""
        gone = list(item_ids)

        def remove(sql: _Sql, folder: int) -> None:
            sql.executemany("DELETE FROM rows WHERE folder = ? AND item = ?", [(folder, one) for one in gone])

        await self._write(account_id, place, remove)

    async def doubt(self, account_id: AccountId, place: Place) -> None:
        """Take every row for one that may be gone, until the server lists it again."""

        def doubt(sql: _Sql, folder: int) -> None:
            sql.execute("UPDATE rows SET seen = 0 WHERE folder = ?", (folder,))
            sql.execute("UPDATE folders SET state = '' WHERE id = ?", (folder,))

        await self._write(account_id, place, doubt)

    async def note_body(self, account_id: AccountId, item_id: str, text: str) -> None:
        """Let a message be found by all its words."""
        body = mend_surrogates(text[:_BODY])

        def note(sql: _Sql) -> None:
            sql.execute(
                "UPDATE rows SET body = ? WHERE item = ? AND folder IN (SELECT id FROM folders WHERE account = ?)",
                (body, item_id, account_id),
            )

        await self._thread.ask(_transaction(note), Turn.KEEP)

    async def note_reports(self, account_id: AccountId, reports: Sequence[tuple[str, Report]]) -> None:
        """Keep what reports say of messages, by Message-ID."""
        values = [
            (account_id, message_id, one.kind.value, one.who, one.at, one.reporter, one.from_within)
            for message_id, one in reports
        ]

        def note(sql: _Sql) -> None:
            sql.executemany(
                "INSERT INTO reports (account, message_id, kind, who, at, reporter, from_within)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)"
                # What a stranger says after one's own server adds nothing to it.
                " ON CONFLICT DO UPDATE SET at = excluded.at, reporter = excluded.reporter,"
                " from_within = excluded.from_within WHERE excluded.from_within >= from_within",
                values,
            )

        await self._thread.ask(_transaction(note), Turn.KEEP)

    async def undelivered(self, account_id: AccountId, place: Place) -> list[RowId]:
        """Return the messages of a folder with reports of no delivery that the person does not know of."""

        def call(sql: _Sql) -> list[RowId]:
            found = sql.execute(
                "SELECT id FROM rows WHERE folder = ? AND message_id != '' AND message_id IN"
                " (SELECT message_id FROM reports WHERE account = ? AND kind = ? AND settled = 0)"
                " ORDER BY at DESC, id DESC",
                (_folder(sql, account_id, place), account_id, ReportKind.NOT_DELIVERED.value),
            )
            return [row[0] for row in found]

        return await self._thread.ask(call)

    async def settle_reports(self, account_id: AccountId, message_id: str, *, settled: bool = True) -> None:
        """Take it that the person knows what became of a message, or does not yet."""

        def settle(sql: _Sql) -> None:
            sql.execute(
                "UPDATE reports SET settled = ? WHERE account = ? AND message_id = ?",
                (settled, account_id, message_id),
            )

        await self._thread.ask(_transaction(settle), Turn.KEEP)

    async def conversation(self, account_id: AccountId, item_id: str) -> list[ConversationRow]:
        """Return the messages of a message's conversation, written or received, the newest first."""

        def call(sql: _Sql) -> list[ConversationRow]:
            found = conversation_ids(sql, account_id, item_id)
            rows = _rows(sql, account_id, [row[0] for row in found])
            return [
                ConversationRow(Place(Folder(folder), mailbox), row_id, rows[row_id])
                for row_id, folder, mailbox in found
            ]

        return await self._thread.ask(call)

    async def put_conversation(
        self, account_id: AccountId, mailbox: str, conversation: str, rows: Sequence[Row]
    ) -> bool:
        """Take in which messages of a conversation lie in no list; return whether that is other than it was."""
        place = Place(Folder.ELSEWHERE, mailbox)

        def put(sql: _Sql) -> bool:
            sql.execute("BEGIN IMMEDIATE")
            folder = _folder(sql, account_id, place)
            fresh, gone = changes_of_conversation(sql, account_id, folder, conversation, rows)
            sql.executemany("DELETE FROM rows WHERE id = ?", [(one,) for one in gone])
            _putting(place.folder, fresh)(sql, folder)
            sql.execute("COMMIT")
            return bool(fresh or gone)

        return await self._thread.ask(put, Turn.KEEP)

    async def people(self, account_id: AccountId, place: Place, begun: str, many: int = 6) -> list[str]:
        """Return whom messages of a folder went to, by the start of a name, those of most messages first."""

        def call(sql: _Sql) -> list[str]:
            folder = _folder(sql, account_id, place)
            match = '{display_to} : "' + begun.replace('"', " ") + '" *'
            found = sql.execute(
                "SELECT display_to FROM rows WHERE folder = ? AND id IN"
                " (SELECT rowid FROM found WHERE found MATCH ? ORDER BY rowid DESC LIMIT 500)",
                (folder, match),
            )
            counts: dict[str, int] = {}
            for (words,) in found:
                for name in words.split("; "):
                    if f" {begun}" in f" {name.casefold()}":
                        counts[name] = counts.get(name, 0) + 1
            return sorted(counts, key=lambda name: -counts[name])[:many]

        return await self._thread.ask(call) if any(message.isalnum() for message in begun) else []

    async def forget(self, account_id: AccountId) -> None:
        """Remove all that is known of an account."""

        def remove(sql: _Sql) -> None:
            sql.execute("DELETE FROM rows WHERE folder IN (SELECT id FROM folders WHERE account = ?)", (account_id,))
            sql.execute("DELETE FROM folders WHERE account = ?", (account_id,))
            sql.execute("DELETE FROM reports WHERE account = ?", (account_id,))
            sql.execute("DELETE FROM drafts WHERE account = ?", (account_id,))

        await self._thread.ask(_transaction(remove), Turn.KEEP)

    async def item_ids(self, account_id: AccountId) -> dict[str, list[str]]:
        """Return the ids of all rows of an account, by the mailbox that they are of, empty for one's own."""

        def call(sql: _Sql) -> dict[str, list[str]]:
            question = (
                "SELECT DISTINCT mailbox, item FROM rows JOIN folders ON folders.id = rows.folder WHERE account = ?"
            )
            found: dict[str, list[str]] = {}
            for mailbox, item in sql.execute(question, (account_id,)):
                found.setdefault(mailbox, []).append(item)
            return found

        return await self._thread.ask(call)

    async def rename(self, account_id: AccountId, new: Mapping[str, str]) -> None:
        """Let rows and copies of drafts go by `new` ids, and take every row for one that may be gone."""
        values = [(after, before, account_id) for before, after in new.items()]
        here = "folder IN (SELECT id FROM folders WHERE account = ?)"

        def rename(sql: _Sql) -> None:
            sql.executemany("UPDATE OR IGNORE drafts SET item = ? WHERE item = ? AND account = ?", values)
            sql.executemany(f"UPDATE OR IGNORE rows SET item = ? WHERE item = ? AND {here}", values)  # noqa: S608 - names of our own
            sql.execute(f"UPDATE rows SET seen = 0 WHERE {here}", (account_id,))  # noqa: S608 - as above
            sql.execute("UPDATE folders SET state = '' WHERE account = ?", (account_id,))

        await self._thread.ask(_transaction(rename), Turn.KEEP)

    async def _write(self, account_id: AccountId, place: Place, write: Callable[[_Sql, int], None]) -> None:
        await self._thread.ask(_transaction(lambda sql: write(sql, _folder(sql, account_id, place))), Turn.KEEP)


def _transaction(write: Callable[[_Sql], None]) -> Callable[[_Sql], None]:
    def call(sql: _Sql) -> None:
        sql.execute("BEGIN IMMEDIATE")
        write(sql)
        sql.execute("COMMIT")

    return call


def _names(account_id: AccountId, place: Place) -> tuple[str, str, str]:
    return account_id, place.mailbox.casefold(), place.folder_id or place.folder.value


def _folder(sql: _Sql, account_id: AccountId, place: Place) -> int:
    names = _names(account_id, place)
    question = "SELECT id FROM folders WHERE account = ? AND mailbox = ? AND folder = ?"
    found = sql.execute(question, names).fetchone()
    if found is None:
        sql.execute("INSERT INTO folders (account, mailbox, folder) VALUES (?, ?, ?)", names)
        found = sql.execute(question, names).fetchone()
    return int(found[0])


def _ordered(
    sql: _Sql, where: Condition, folder: int, order: Order, limit: int
) -> tuple[array[int], array[float] | list[str]]:
    key, columns = _ORDERS[order]
    more = f"folder = ? AND {where[0]}" if where[0] else "folder = ?"
    inner = f"SELECT id, {key} AS key FROM rows WHERE {more} ORDER BY {columns} LIMIT ?"  # noqa: S608 - texts of our own
    ids, keys = sql.execute(
        f"SELECT json_group_array(id), json_group_array(key) FROM ({inner})",  # noqa: S608 - as above
        (folder, *where[1], limit),
    ).fetchone()
    worded = order in {Order.RECIPIENT, Order.SUBJECT}
    decoded: Sequence[float | str] = _texts.decode(keys) if worded else _reals.decode(keys)
    return array("q", _numbers.decode(ids)), keys_of(order, decoded)


def _named(sql: _Sql, folder: int, names: Sequence[str]) -> list[RowId]:
    """Return the rows that bear one of these names: ItemIds, and marks of ours."""
    if not names:
        return []
    given = msgspec.json.encode(list(names)).decode()
    found = sql.execute(
        "SELECT id FROM rows WHERE folder = ?1 AND item IN (SELECT value FROM json_each(?2)) UNION"
        " SELECT id FROM rows WHERE folder = ?1 AND mark != '' AND mark IN (SELECT value FROM json_each(?2))",
        (folder, given),
    )
    return [row[0] for row in found]


def _rows(sql: _Sql, account_id: AccountId, ids: Sequence[RowId]) -> dict[RowId, Row]:
    wanted = msgspec.json.encode(list(ids)).decode()
    found = sql.execute(
        f"SELECT {_COLUMNS} FROM rows WHERE id IN (SELECT value FROM json_each(?))",  # noqa: S608 - as above
        (wanted,),
    ).fetchall()
    reports = _reports(sql, account_id, [row[16] for row in found if row[16]])
    came = received_in(sql, account_id, {row[19] for row in found if row[19]})
    return {
        row[0]: _row(row, reports.get(row[16], ()), first_after(row[10], row[16], came.get(row[19], ())))
        for row in found
    }


def _reports(sql: _Sql, account_id: AccountId, message_ids: Sequence[str]) -> dict[str, tuple[Report, ...]]:
    found = sql.execute(
        "SELECT message_id, kind, who, at, settled, reporter, from_within FROM reports WHERE account = ?"
        " AND message_id IN (SELECT value FROM json_each(?)) ORDER BY at",
        (account_id, msgspec.json.encode(message_ids).decode()),
    )
    reports: dict[str, tuple[Report, ...]] = {}
    for message_id, kind, who, at, settled, reporter, from_within in found:
        report = Report(ReportKind(kind), who, at, bool(settled), reporter, bool(from_within))
        reports[message_id] = (*reports.get(message_id, ()), report)
    return reports


def _row(row: Sequence[Any], reports: tuple[Report, ...], answered: float) -> Row:
    return Row(
        ref=ItemRef(row[1], row[2]),
        subject=row[3],
        display_to=row[4],
        display_cc=row[5],
        preview=row[6],
        sender=row[7],
        created=row[8],
        modified=row[9],
        sent=row[10],
        size=row[11],
        has_attachments=bool(row[12]),
        importance=Importance(row[13]),
        is_draft=bool(row[14]),
        local_id=row[15],
        message_id=row[16],
        categories=tuple(row[17].split("\n")) if row[17] else (),
        flagged=bool(row[18]),
        conversation=row[19],
        reports=reports,
        answered=answered,
    )


def _values(row: Row, folder: Folder) -> tuple[object, ...]:
    texts = (row.subject, row.display_to, row.display_cc, row.preview, row.sender)
    subject, to, cc, preview, sender = (mend_surrogates(text.replace("\0", "")) for text in texts)
    return (
        *(row.ref.item_id, row.ref.change_key, subject, to, cc, preview, sender),
        *(row.created, row.modified, row.sent, row.size, row.has_attachments, row.importance.value, row.is_draft),
        *(row.local_id, row.message_id, "\n".join(row.categories), row.flagged, row.conversation),
        *(
            moment_of(row, folder),
            recipient_key(correspondents_of(row, folder)),
            subject_key(subject),
            *threading_of(row),
        ),
    )


def _putting(kind: Folder, rows: Sequence[Row]) -> Callable[[_Sql, int], None]:
    values = [_values(row, kind) for row in rows]

    def put(sql: _Sql, folder: int) -> None:
        sql.executemany(_PUT, [(folder, *one) for one in values])

    return put


def _applying(kind: Folder, changes: Sequence[Change]) -> Callable[[_Sql, int], None]:
    def take_in(sql: _Sql, folder: int) -> None:
        for change in changes:
            if change.row is not None:
                sql.execute(_SEE, (folder, *_values(change.row, kind)))
            elif change.kind is ChangeKind.DELETED:
                sql.execute("DELETE FROM rows WHERE folder = ? AND item = ?", (folder, change.ref.item_id))
            elif change.ref.change_key:
                sql.execute(
                    "UPDATE rows SET change_key = ? WHERE folder = ? AND item = ?",
                    (change.ref.change_key, folder, change.ref.item_id),
                )

    return take_in
