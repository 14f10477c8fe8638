"""Search and conversations as SQL."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

import msgspec

from app.domain.listing import Folder, ReportKind, Row
from app.domain.message import AccountId
from app.domain.query import Query, Term, Where

_COLUMNS: Final = {
    Where.ANY: "",
    Where.TO: "{display_to display_cc} : ",
    Where.CC: "{display_cc} : ",
    Where.FROM: "{sender} : ",
    Where.SUBJECT: "{subject} : ",
    Where.BODY: "{words} : ",
    Where.CATEGORY: "{categories} : ",
}
_REPORTED: Final = "message_id != '' AND message_id IN (SELECT message_id FROM reports WHERE account = ? AND kind = ?)"
_FAILED: Final = f"{_REPORTED[:-1]} AND settled = 0)"
_FLAGS: Final = {
    (Where.HAS, "attachment"): "attachment = 1",
    (Where.HAS, "category"): "categories != ''",
    (Where.HAS, "flag"): "flagged = 1",
    (Where.IS, "flagged"): "flagged = 1",
    (Where.IS, "important"): "importance = 'High'",
    (Where.IS, "undelivered"): _REPORTED,
    (Where.IS, "opened"): _REPORTED,
    (Where.IS, "failed"): _FAILED,
}
_KINDS: Final = {
    "undelivered": ReportKind.NOT_DELIVERED.value,
    "opened": ReportKind.READ.value,
    "failed": ReportKind.NOT_DELIVERED.value,
}

Condition = tuple[str, tuple[object, ...]]


def condition(query: Query, account: str) -> Condition:
    """Return what `query` asks of a row: SQL that joins on to others by AND, empty for nothing, and its values."""
    sought = [term for term in query.terms if term.where in _COLUMNS]
    wanted = [match for term in sought if not term.negated and (match := _match(term))]
    parts: list[Condition] = []
    if wanted:
        parts.append(("id IN (SELECT rowid FROM found WHERE found MATCH ?)", (" AND ".join(wanted),)))
    unwanted = [match for term in sought if term.negated and (match := _match(term))]
    parts += [("id NOT IN (SELECT rowid FROM found WHERE found MATCH ?)", (match,)) for match in unwanted]
    parts += [_other(term, account) for term in query.terms if term.where not in _COLUMNS]
    return " AND ".join(sql for sql, _ in parts), tuple(value for _, values in parts for value in values)


def _match(term: Term) -> str:
    """Return a term in the language of FTS5 (section 3 of its documentation), empty where no letter is in it."""
    if not any(sign.isalnum() for sign in term.words):
        return ""
    quoted = '"' + term.words.replace('"', " ").replace("\0", " ") + '"'
    return f"({_COLUMNS[term.where]}{quoted}{'' if term.phrase else ' *'})"


def _other(term: Term, account: str) -> Condition:
    if term.where in {Where.BEFORE, Where.AFTER}:
        sql = "at < ?" if term.where is Where.BEFORE else "at >= ?"
        values: tuple[object, ...] = (term.at,)
    else:
        # What only this machine knows (is:ready) is so of no row of the server.
        sql = _FLAGS.get((term.where, term.words), "0")
        values = (account, _KINDS[term.words]) if sql in {_REPORTED, _FAILED} else ()
    return (f"NOT ({sql})" if term.negated else sql), values


_MOST: Final = 200
"""Messages of a conversation that are shown."""
_FARTHEST: Final = 10
"""How often it is looked for what answers, or is answered by, what was found: each time one message further."""
_LISTED: Final = (Folder.SENT, Folder.DRAFTS, Folder.INBOX)
_OWN_FOLDERS: Final = ", ".join(f"'{folder.value}'" for folder in (*_LISTED, Folder.ELSEWHERE))
_OURS: Final = f"SELECT id FROM folders WHERE account = ?2 AND folder IN ({_OWN_FOLDERS})"  # noqa: S608 - names of our own
"""Where it stands behind a plus sign, another index than that of the folder is to be used: a folder is large."""
_Sql = sqlite3.Connection


class _Message(NamedTuple):
    row_id: int
    name: int
    thread: int
    is_told: bool
    conversation: str
    topic: str


def conversation_ids(sql: _Sql, account_id: AccountId, item_id: str) -> list[tuple[int, str, str]]:
    """Return the rows of a message's conversation, the newest first: number, folder and mailbox of each."""
    found = sql.execute(
        "SELECT id, name, thread, told, conversation, topic FROM rows"  # noqa: S608 - texts of our own
        f" WHERE folder IN ({_OURS}) AND item = ?1",
        (item_id, account_id),
    ).fetchone()
    if found is None:
        return []
    message = _Message(*found)
    ids = {message.row_id} | _threaded(sql, account_id, message) | _alike(sql, account_id, message)
    rows = sql.execute(
        "SELECT rows.id, folders.folder, folders.mailbox, item, name FROM rows JOIN folders ON folders.id = rows.folder"
        " WHERE rows.id IN (SELECT value FROM json_each(?)) ORDER BY at DESC, rows.id DESC LIMIT ?",
        (_listed(ids), _MOST),
    ).fetchall()
    # A copy of what a list has, or what a list has by now, is no message more.
    listed = {known for *_, folder, _mailbox, item, name in rows if folder in _LISTED for known in (item, name)} - {0}
    return [row[:3] for row in rows if row[1] in _LISTED or not listed & {row[3], row[4]}]


def _threaded(sql: _Sql, account_id: AccountId, message: _Message) -> set[int]:
    """Return what References and In-Reply-To hold together with a message."""
    names = {message.name, message.thread} - {0}
    ids: set[int] = set()
    looked_for: set[int] = set()
    for _ in range(_FARTHEST):
        fresh = names - looked_for
        if not fresh or len(ids) > _MOST:
            break
        looked_for |= fresh
        for column in ("name", "thread"):
            found = sql.execute(
                f"SELECT id, name, thread FROM rows WHERE {column} != 0"  # noqa: S608 - texts of our own
                f" AND {column} IN (SELECT value FROM json_each(?1)) AND +folder IN ({_OURS}) LIMIT {2 * _MOST}",
                (_listed(fresh), account_id),
            )
            for row_id, name, thread in found:
                ids.add(row_id)
                names |= {name, thread} - {0}
    return ids


def _alike(sql: _Sql, account_id: AccountId, message: _Message) -> set[int]:
    """Return what the server says is of the conversation; where it says nothing, what has the same subject."""
    if message.conversation:
        which, value = "conversation != '' AND conversation = ?1", message.conversation
    elif message.topic and not message.is_told:
        which, value = "conversation = '' AND topic != '' AND topic = ?1 AND told = 0", message.topic
    else:
        return set()
    found = sql.execute(
        f"SELECT id FROM rows WHERE {which} AND +folder IN ({_OURS}) ORDER BY at DESC, id DESC LIMIT {_MOST}",  # noqa: S608 - as above
        (value, account_id),
    )
    return {row[0] for row in found}


def received_in(sql: _Sql, account_id: AccountId, conversations: set[str]) -> dict[str, list[tuple[float, str]]]:
    """Return what was received in conversations: when each message was sent, the oldest first, and its Message-ID.

    Of what lies in folders without a list, what has no sender is the mailbox's own.
    """
    found = sql.execute(
        "SELECT conversation, sent, message_id FROM rows"
        " WHERE conversation != '' AND conversation IN (SELECT value FROM json_each(?1))"
        " AND (+folder IN (SELECT id FROM folders WHERE account = ?2 AND folder = ?3)"
        "  OR (sender != '' AND NOT draft AND +folder IN (SELECT id FROM folders WHERE account = ?2 AND folder = ?4)))"
        " ORDER BY sent",
        (
            msgspec.json.encode(sorted(conversations)).decode(),
            account_id,
            Folder.INBOX.value,
            Folder.ELSEWHERE.value,
        ),
    )
    came: dict[str, list[tuple[float, str]]] = {}
    for conversation, sent, message_id in found:
        came.setdefault(conversation, []).append((sent, message_id))
    return came


def first_after(sent: float, message_id: str, came: Iterable[tuple[float, str]]) -> float:
    """Return when the first was sent that came after a message, 0 for none; the message itself, received, is none.

    Servers tell whole seconds: what is known to be another message may have been sent in the same one.
    """
    if not sent:
        return 0.0
    for at, name in came:
        if (at > sent or (at == sent and name and message_id)) and (not name or name != message_id):
            return at
    return 0.0


def changes_of_conversation(
    sql: _Sql, account_id: AccountId, folder: int, conversation: str, rows: Sequence[Row]
) -> tuple[list[Row], list[int]]:
    """Return of a conversation's messages those to be taken into `folder`, and the rows of it that are to go."""
    named = msgspec.json.encode([row.ref.item_id for row in rows]).decode()
    listed = sql.execute(
        "SELECT item FROM rows WHERE item IN (SELECT value FROM json_each(?1)) AND folder != ?3"  # noqa: S608 - texts of our own
        f" AND folder IN ({_OURS})",
        (named, account_id, folder),
    )
    known = {item for (item,) in listed}
    kept = sql.execute(
        "SELECT id, item, change_key FROM rows WHERE folder = ? AND conversation != '' AND conversation = ?",
        (folder, conversation),
    ).fetchall()
    wanted = {row.ref.item_id: row for row in rows if row.ref.item_id not in known}
    same = {item for _, item, change_key in kept if item in wanted and wanted[item].ref.change_key == change_key}
    fresh = [row for item, row in wanted.items() if item not in same]
    return fresh, [row_id for row_id, item, _ in kept if item not in wanted]


def _listed(numbers: set[int]) -> str:
    return msgspec.json.encode(sorted(numbers)).decode()
