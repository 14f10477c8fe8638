"""A cache without a disk: the fake behind the port `Cache`. It keeps rows as they come, sorts and finds them in Python.

`fail` lets the next calls of one name raise; `lose` empties it, as a file that was removed.
"""

from __future__ import annotations

import dataclasses
import itertools
from array import array
from collections.abc import Mapping, Sequence

import msgspec

from app.domain.errors import StorageError
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
    sort_key,
    subject_key,
)
from app.domain.message import AccountId, Fetched, ItemRef
from app.domain.query import Query
from app.services.folders.search import SearchFields, finds


@dataclasses.dataclass
class _Kept:
    folder: tuple[AccountId, Place]
    row: Row
    body: str | None = None
    seen: bool = False


class FakeKeptDrafts:
    """Copies of drafts without a disk."""

    def __init__(self) -> None:
        self.copies: dict[tuple[AccountId, str], tuple[str, Fetched | None]] = {}
        self.broken = False

    async def kept(self, account_id: AccountId) -> dict[str, str]:
        """Return what there are copies of."""
        return {item: version for (owner, item), (version, _) in self.copies.items() if owner == account_id}

    async def read_copies(self, account_id: AccountId, refs: Sequence[ItemRef]) -> dict[str, Fetched]:
        """Return copies of these versions."""
        if self.broken:
            raise StorageError
        found = {ref.item_id: self.copies.get((account_id, ref.item_id), ("", None)) for ref in refs}
        versions = {ref.item_id: ref.change_key for ref in refs}
        return {item: one for item, (version, one) in found.items() if one is not None and version == versions[item]}

    async def keep_copies(self, account_id: AccountId, copies: Sequence[tuple[ItemRef, Fetched | None]]) -> None:
        """Keep copies."""
        self.copies.update({(account_id, ref.item_id): (ref.change_key, one) for ref, one in copies})

    async def drop_all_but(self, account_id: AccountId, item_ids: Sequence[str]) -> None:
        """Drop all others."""
        gone = [key for key in self.copies if key[0] == account_id and key[1] not in item_ids]
        for key in gone:
            del self.copies[key]


class FakeCache:
    """The fake."""

    def __init__(self) -> None:
        self.drafts = FakeKeptDrafts()
        self._kept: dict[RowId, _Kept] = {}
        self._standings: dict[tuple[AccountId, Place], SyncStanding] = {}
        self._reports: dict[tuple[AccountId, str], dict[tuple[str, str], Report]] = {}
        self._count = itertools.count(1)
        self._failures: dict[str, int] = {}

    def fail(self, name: str, times: int = 1) -> None:
        """Let the next `times` calls of `name` fail as a full disk does."""
        self._failures[name] = times

    def lose(self) -> None:
        """Forget everything."""
        self._kept.clear()
        self._standings.clear()

    async def standing(self, account_id: AccountId, place: Place) -> SyncStanding:
        """Return how far a folder is known."""
        self._enter("standing")
        return self._standings.get((account_id, place), SyncStanding())

    async def listing(
        self,
        account_id: AccountId,
        place: Place,
        order: Order = Order.NEWEST,
        query: Query | None = None,
        names: Sequence[str] = (),
        limit: int = -1,
    ) -> Listing:
        """Return a folder in an order."""
        self._enter("listing")
        mine = {number: kept for number, kept in self._kept.items() if kept.folder == (account_id, place)}
        found = [n for n, kept in mine.items() if query is None or finds(query, self._sought(account_id, kept))]
        sorted_out = sorted(((*self._order(order, place, mine[n].row), -n, n) for n in found), key=lambda one: one[:-1])
        if order is Order.OLDEST:
            sorted_out = sorted(sorted_out, key=lambda one: (one[0], one[-1]))
        sorted_out = sorted_out if limit < 0 else sorted_out[:limit]
        ids = [one[-1] for one in sorted_out]
        named = [n for n, kept in mine.items() if {kept.row.ref.item_id, kept.row.local_id} & set(names)]
        rows = {n: self._row(account_id, n) for n in [*ids[:FIRST_ROWS], *named]}
        keys = keys_of(order, [one[0] for one in sorted_out])
        return Listing(array("q", ids), keys, rows)

    async def rows(self, account_id: AccountId, ids: Sequence[RowId]) -> dict[RowId, Row]:
        """Return rows."""
        self._enter("rows")
        return {number: self._row(account_id, number) for number in ids if number in self._kept}

    async def people(self, account_id: AccountId, place: Place, begun: str, many: int = 6) -> list[str]:
        """Return whom messages of a folder went to."""
        self._enter("people")
        counts: dict[str, int] = {}
        for kept in self._kept.values():
            for name in kept.row.display_to.split("; ") if kept.folder == (account_id, place) else ():
                if begun and f" {begun}" in f" {name.casefold()}":
                    counts[name] = counts.get(name, 0) + 1
        return sorted(counts, key=lambda name: -counts[name])[:many]

    async def put(self, account_id: AccountId, place: Place, rows: Sequence[Row]) -> None:
        """Take rows in."""
        self._enter("put")
        for row in rows:
            self._put(account_id, place, row)

    async def apply(
        self,
        account_id: AccountId,
        place: Place,
        changes: Sequence[Change],
        standing: SyncStanding,
        *,
        whole: bool = False,
    ) -> None:
        """Take a page of changes in."""
        self._enter("apply")
        for change in changes:
            number = self._find(account_id, place, change.ref.item_id)
            if change.row is not None:
                self._put(account_id, place, change.row).seen = True
            elif change.kind is ChangeKind.DELETED:
                self._kept.pop(number or 0, None)
            elif number is not None and change.ref.change_key:
                kept = self._kept[number]
                kept.row = msgspec.structs.replace(kept.row, ref=change.ref)
        self._standings[account_id, place] = standing
        for number, kept in list(self._kept.items()):
            if whole and kept.folder == (account_id, place) and not kept.seen:
                del self._kept[number]

    async def remove(self, account_id: AccountId, place: Place, item_ids: Sequence[str]) -> None:
        """Remove rows."""
        self._enter("remove")
        for item_id in item_ids:
            self._kept.pop(self._find(account_id, place, item_id) or 0, None)

    async def doubt(self, account_id: AccountId, place: Place) -> None:
        """Take every row for one that may be no more."""
        self._enter("doubt")
        for kept in self._kept.values():
            if kept.folder == (account_id, place):
                kept.seen = False
        standing = self._standings.get((account_id, place), SyncStanding())
        self._standings[account_id, place] = msgspec.structs.replace(standing, state="")

    async def note_body(self, account_id: AccountId, item_id: str, text: str) -> None:
        """Let a message be found by all its words."""
        self._enter("note_body")
        for kept in self._kept.values():
            if kept.folder[0] == account_id and kept.row.ref.item_id == item_id:
                kept.body = text

    async def note_reports(self, account_id: AccountId, reports: Sequence[tuple[str, Report]]) -> None:
        """Keep what reports say of messages."""
        self._enter("note_reports")
        for message_id, one in reports:
            known = self._reports.setdefault((account_id, message_id), {})
            before = known.get((one.kind.value, one.who), one)
            if one.from_within >= before.from_within:
                known[one.kind.value, one.who] = msgspec.structs.replace(one, settled=before.settled)

    async def undelivered(self, account_id: AccountId, place: Place) -> list[RowId]:
        """Return the messages with reports that are not settled."""
        self._enter("undelivered")
        found = [
            (-moment_of(kept.row, place.folder), -number, number)
            for number, kept in self._kept.items()
            if kept.folder == (account_id, place)
            and any(
                one.kind is ReportKind.NOT_DELIVERED and not one.settled
                for one in self._row(account_id, number).reports
            )
        ]
        return [one[-1] for one in sorted(found)]

    async def settle_reports(self, account_id: AccountId, message_id: str, *, settled: bool = True) -> None:
        """Take it that the person knows."""
        self._enter("settle_reports")
        known = self._reports.get((account_id, message_id), {})
        known.update({key: msgspec.structs.replace(one, settled=settled) for key, one in known.items()})

    async def conversation(self, account_id: AccountId, item_id: str) -> list[ConversationRow]:
        """Return the messages of a conversation."""
        self._enter("conversation")
        ours = {
            number: kept
            for number, kept in self._kept.items()
            if kept.folder[0] == account_id
            and kept.folder[1].folder in {*_LISTED, Folder.ELSEWHERE}
            and not kept.folder[1].folder_id
        }
        this = next((kept.row for kept in ours.values() if kept.row.ref.item_id == item_id), None)
        if this is None:
            return []
        names = {this.message_id, this.thread} - {""}
        for _ in range(10):
            held = [kept.row for kept in ours.values() if {kept.row.message_id, kept.row.thread} & names]
            names |= {name for row in held for name in (row.message_id, row.thread)} - {""}
        found = []
        for number, kept in ours.items():
            if kept.row is this or {kept.row.message_id, kept.row.thread} & names or _alike(kept.row, this):
                moment = moment_of(kept.row, kept.folder[1].folder)
                place = msgspec.structs.replace(kept.folder[1], mailbox=kept.folder[1].mailbox.casefold())
                found.append((-moment, -number, ConversationRow(place, number, self._row(account_id, number))))
        rows = [row for *_, row in sorted(found, key=lambda one: one[:2])][:200]
        listed = [one.row for one in rows if one.place.folder in _LISTED]
        items, told = {row.ref.item_id for row in listed}, {row.message_id for row in listed if row.message_id}
        return [
            one
            for one in rows
            if one.place.folder in _LISTED or (one.row.ref.item_id not in items and one.row.message_id not in told)
        ]

    async def put_conversation(
        self, account_id: AccountId, mailbox: str, conversation: str, rows: Sequence[Row]
    ) -> bool:
        """Take in what lies in no list."""
        self._enter("put_conversation")
        place = Place(Folder.ELSEWHERE, mailbox)
        listed = {
            kept.row.ref.item_id
            for kept in self._kept.values()
            if kept.folder[0] == account_id and kept.folder[1].folder in _LISTED and not kept.folder[1].folder_id
        }
        before = {
            number: kept.row
            for number, kept in self._kept.items()
            if kept.folder == (account_id, place) and kept.row.conversation == conversation
        }
        wanted = [row for row in rows if row.ref.item_id not in listed]
        names = {row.ref.item_id for row in wanted}
        gone = [number for number, row in before.items() if row.ref.item_id not in names]
        fresh = [row for row in wanted if row.ref not in {one.ref for one in before.values()}]
        for number in gone:
            del self._kept[number]
        for row in fresh:
            self._put(account_id, place, row)
        return bool(fresh or gone)

    async def forget(self, account_id: AccountId) -> None:
        """Remove all that is known of an account."""
        self._enter("forget")
        self._kept = {n: kept for n, kept in self._kept.items() if kept.folder[0] != account_id}
        self._standings = {key: one for key, one in self._standings.items() if key[0] != account_id}
        self._reports = {key: one for key, one in self._reports.items() if key[0] != account_id}

    async def item_ids(self, account_id: AccountId) -> dict[str, list[str]]:
        """Return the ids of all rows of an account, by the mailbox that they are of."""
        self._enter("item_ids")
        found: dict[str, list[str]] = {}
        for kept in self._kept.values():
            if kept.folder[0] == account_id:
                found.setdefault(kept.folder[1].mailbox, []).append(kept.row.ref.item_id)
        return found

    async def rename(self, account_id: AccountId, new: Mapping[str, str]) -> None:
        """Let rows go by `new` ids, and ask for every folder anew."""
        self._enter("rename")
        for kept in self._kept.values():
            if kept.folder[0] == account_id:
                ref = kept.row.ref
                ref = msgspec.structs.replace(ref, item_id=new.get(ref.item_id, ref.item_id))
                kept.row = msgspec.structs.replace(kept.row, ref=ref)
        for key, one in self._standings.items():
            if key[0] == account_id:
                self._standings[key] = msgspec.structs.replace(one, state="")

    # --- behind it ------------------------------------------------------------------------------------------------

    def _enter(self, name: str) -> None:
        if self._failures.get(name, 0) > 0:
            self._failures[name] -= 1
            raise StorageError("The disk is full.")

    def _find(self, account_id: AccountId, place: Place, item_id: str) -> RowId | None:
        return next(
            (n for n, k in self._kept.items() if k.folder == (account_id, place) and k.row.ref.item_id == item_id), None
        )

    def _put(self, account_id: AccountId, place: Place, row: Row) -> _Kept:
        number = self._find(account_id, place, row.ref.item_id)
        if number is None:
            kept = self._kept[next(self._count)] = _Kept((account_id, place), row)
            return kept
        kept = self._kept[number]
        kept.body = kept.body if kept.row.preview == row.preview else None
        kept.row = row
        return kept

    def _order(self, order: Order, place: Place, row: Row) -> tuple[float | str, float]:
        moment = moment_of(row, place.folder)
        key = sort_key(
            order, moment=moment, people=correspondents_of(row, place.folder), subject=row.subject, size=row.size
        )
        return key, -moment

    def _row(self, account_id: AccountId, number: RowId) -> Row:
        row = self._kept[number].row
        reports = sorted(self._reports.get((account_id, row.message_id), {}).values(), key=lambda one: one.at)
        row = msgspec.structs.replace(row, reports=tuple(reports)) if row.message_id else row
        later = [
            kept.row.sent
            for kept in self._kept.values()
            if kept.folder[0] == account_id
            and (kept.folder[1].folder is Folder.INBOX or _is_from_others(kept.folder[1], kept.row))
            and not kept.folder[1].folder_id
            and row.conversation
            and kept.row.conversation == row.conversation
            and (
                kept.row.sent > row.sent > 0
                or (kept.row.sent == row.sent > 0 and row.message_id and kept.row.message_id)
            )
            and (not row.message_id or kept.row.message_id != row.message_id)
        ]
        return msgspec.structs.replace(row, answered=min(later)) if later else row

    def _sought(self, account_id: AccountId, kept: _Kept) -> SearchFields:
        row = kept.row
        number = next(n for n, one in self._kept.items() if one is kept)
        return SearchFields(
            to=row.display_to,
            cc=row.display_cc,
            sender=row.sender,
            subject=row.subject,
            body=row.preview if kept.body is None else kept.body,
            categories=row.categories,
            when=moment_of(row, kept.folder[1].folder),
            has_attachments=row.has_attachments,
            flagged=row.flagged,
            importance=row.importance,
            reports=self._row(account_id, number).reports,
        )


_LISTED = frozenset({Folder.SENT, Folder.DRAFTS, Folder.INBOX})


def _is_from_others(place: Place, row: Row) -> bool:
    return place.folder is Folder.ELSEWHERE and bool(row.sender) and not row.is_draft


def _alike(row: Row, this: Row) -> bool:
    if this.conversation or row.conversation:
        return this.conversation == row.conversation
    topic = subject_key(this.subject)
    return bool(topic) and subject_key(row.subject) == topic and not (row.has_references or this.has_references)
