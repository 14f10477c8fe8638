"""What lies in folders: pages, changes by delta, marked messages, reports, and the folders themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final
from urllib.parse import quote

from msgspec.structs import replace

from app.backends.graph import message_writer as names
from app.backends.graph.batch import LARGEST, Part
from app.backends.graph.http_session import Reply
from app.backends.graph.message_reader import (
    ROW_EXPAND,
    ROW_SELECT,
    expand,
    is_whole_row,
    person_of,
    property_of,
    row_of,
)
from app.backends.graph.places import as_place, folder_path, message_path, root_of
from app.backends.graph.replies import item_id_of, ref_of, words_of
from app.backends.net.http_errors import Unreadable
from app.backends.net.reports import FoundReport
from app.core.parsing import moment_in
from app.domain.errors import ItemRefused, ServerWords
from app.domain.listing import (
    Change,
    ChangeKind,
    Folder,
    MailFolder,
    Mark,
    Page,
    Place,
    Report,
    ReportKind,
    Row,
    Sighting,
    SyncPage,
)
from app.domain.message import ItemRef
from app.domain.properties import SUBMITTED_FLAG
from app.domain.response_codes import SYNC_STATE_GONE

ReadParts = Callable[[Sequence[Part]], list[Reply]]
"""Asks for parts and returns a reply for each. Raises AccountError where one is missing."""

_PLAIN: Final = "(),'=;:/@$"
"""Characters that mean something in a query, and stand there as they are; all ids are in quotes."""
_SEARCH_MOST: Final = 1000
_IDS_AT_ONCE: Final = 10
"""Message-IDs in one $filter: more would make an address that is too long."""
_FOLDERS_AT_ONCE: Final = 250
_DEEPEST: Final = 20
_SYNC_LOST: Final = ServerWords("Error", SYNC_STATE_GONE, "The server starts its changes anew.")
_LOST_CODES: Final = frozenset({"syncstatenotfound", "resyncrequired", "errorinvalididmalformed", "badrequest"})


def query(**options: str) -> str:
    """Return a query string of options; their names get the $ that they begin with."""
    return "?" + "&".join(f"${name}={quote(value, safe=_PLAIN)}" for name, value in options.items())


# --- pages ----------------------------------------------------------------------------------------------------------


def page_path(place: Place, offset: int, limit: int, search: str) -> str:
    """Return the path of a page, newest first. A search comes by relevance in time, from its beginning."""
    path = f"{folder_path(place)}/messages"
    if search:
        words = search.replace("\\", "\\\\").replace('"', '\\"')
        most = str(min(offset + limit, _SEARCH_MOST))
        return path + query(search=f'"{words}"', top=most, select=ROW_SELECT, expand=ROW_EXPAND)
    by_sent = place.folder in {Folder.SENT, Folder.INBOX}
    order = "sentDateTime desc" if by_sent else "lastModifiedDateTime desc"
    more = query(top=str(limit), skip=str(offset), orderby=order, count="true", select=ROW_SELECT, expand=ROW_EXPAND)
    return path + more


def page_of(body: Any, place: Place, offset: int, limit: int, search: str) -> Page:
    """Return a page. Raises Unreadable."""
    rows = [row for one in listed(body) if (row := row_of(one, place.mailbox)) is not None]
    more = isinstance(body.get("@odata.nextLink"), str)
    if search:
        found = rows[offset:]
        full = more and offset + limit < _SEARCH_MOST and bool(found)
        return Page(tuple(found), len(rows), offset + len(found) if full else None)
    count = body.get("@odata.count")
    total = count if isinstance(count, int) else offset + len(rows) + (1 if more else 0)
    return Page(tuple(rows), total, offset + len(rows) if more and rows else None)


def listed(body: Any) -> list[dict[str, Any]]:
    """Return what is in a list. Raises Unreadable: a missing list is no empty one."""
    found = body.get("value") if isinstance(body, dict) else None
    if not isinstance(found, list):
        raise Unreadable("no list")
    return [one for one in found if isinstance(one, dict)]


# --- changes --------------------------------------------------------------------------------------------------------


def delta_path(place: Place) -> str:
    """Return where the changes of a folder begin."""
    return f"{folder_path(place)}/messages/delta" + query(select=ROW_SELECT, expand=ROW_EXPAND)


def is_sync_lost(reply: Reply) -> bool:
    """Return whether the server does not know any more what it told: the folder is listed anew."""
    error = reply.body.get("error") if isinstance(reply.body, dict) else None
    code = error.get("code") if isinstance(error, dict) else None
    return reply.status == 410 or (reply.status == 400 and isinstance(code, str) and code.casefold() in _LOST_CODES)


def sync_lost() -> ItemRefused:
    """Return the error for that, in the words of the other protocol: what follows is the same."""
    return ItemRefused(_SYNC_LOST)


def sync_page_of(body: Any, place: Place, known: bool, read: ReadParts) -> SyncPage:
    """Return a page of changes. A message shown in part is read whole. Raises Unreadable."""
    following, end = body.get("@odata.nextLink"), body.get("@odata.deltaLink")
    items = listed(body)
    state = following or end
    if not isinstance(state, str):
        raise Unreadable("changes without a link to the next")
    whole = _whole_rows([one for one in items if "@removed" not in one], place, read)
    changes: dict[str, Change] = {}
    for one in items:
        ref = ref_of(one, place.mailbox)
        if ref is None:
            continue
        changes.pop(ref.item_id, None)  # what is shown twice counts as it was shown last
        if "@removed" in one:
            changes[ref.item_id] = Change(ChangeKind.DELETED, ref)
        elif (row := whole.get(ref.item_id)) is not None:
            changes[ref.item_id] = Change(ChangeKind.UPDATED if known else ChangeKind.CREATED, row.ref, row)
    return SyncPage(state, tuple(changes.values()), more=isinstance(following, str))


def _whole_rows(items: Sequence[dict[str, Any]], place: Place, read: ReadParts) -> dict[str, Row]:
    parts = []
    found: dict[str, Row] = {}
    for one in items:
        ref = ref_of(one, place.mailbox)
        row = row_of(one, place.mailbox) if is_whole_row(one) else None
        if row is not None:
            found[row.ref.item_id] = row
        elif ref is not None:
            parts.append(Part("GET", message_path(ref) + query(select=ROW_SELECT, expand=ROW_EXPAND)))
    for reply in _in_batches(parts, read):
        row = row_of(reply.body, place.mailbox) if reply.status == 200 and isinstance(reply.body, dict) else None
        if row is not None:
            found[row.ref.item_id] = row
    return found


def _in_batches(parts: Sequence[Part], read: ReadParts) -> Iterator[Reply]:
    for start in range(0, len(parts), LARGEST):
        yield from read(parts[start : start + LARGEST])


# --- marked messages ------------------------------------------------------------------------------------------------

_LOCATE_SELECT: Final = "id,changeKey,isDraft,internetMessageId,parentFolderId"
_LOCATE_EXPAND: Final = expand(names.MARK, names.FLAGS, names.DEFERRED)


class Locator:
    """One look for marked messages. `known` keeps the ids of folders, which never change, from look to look."""

    def __init__(self, read: ReadParts, known: dict[Place, str]) -> None:
        """Ask by `read`."""
        self._read, self._known = read, known

    def look(self, marks: Sequence[Mark], folders: Sequence[Folder | Place]) -> list[Sighting]:
        """Look in whole mailboxes, by the Message-ID first, and by our mark for what was not found sent so."""
        found: dict[tuple[str, Folder | Place], Sighting] = {}
        for mailbox in dict.fromkeys(as_place(one).mailbox for one in folders):
            here = {self._folder_id(as_place(one)): one for one in folders if as_place(one).mailbox == mailbox}
            named = [mark for mark in marks if mark.message_id]
            self._search(mailbox, _by_message_id(mailbox, named), marks, here, found)
            sent = {key[0] for key, one in found.items() if not one.is_draft}
            left = [mark for mark in marks if mark.local_id and mark.local_id not in sent]
            self._search(mailbox, _by_mark(mailbox, left), marks, here, found)
        return list(found.values())

    def _search(
        self,
        mailbox: str,
        parts: Sequence[Part],
        marks: Sequence[Mark],
        here: dict[str, Folder | Place],
        found: dict[tuple[str, Folder | Place], Sighting],
    ) -> None:
        for reply in _in_batches(parts, self._read):
            if reply.status != 200:
                raise ItemRefused(words_of(reply))
            for item in listed(reply.body):
                for sighting in _sightings(item, mailbox, marks, here):
                    found[sighting.ref.item_id, sighting.place or sighting.folder] = sighting

    def _folder_id(self, place: Place) -> str:
        if place.folder_id:
            return place.folder_id
        if place not in self._known:
            (reply,) = self._read([Part("GET", folder_path(place) + query(select="id"))])
            number = reply.body.get("id") if reply.status == 200 and isinstance(reply.body, dict) else None
            if not isinstance(number, str):
                raise ItemRefused(words_of(reply))
            self._known[place] = number
        return self._known[place]


def _by_message_id(mailbox: str, marks: Sequence[Mark]) -> list[Part]:
    parts = []
    for start in range(0, len(marks), _IDS_AT_ONCE):
        wanted = [f"internetMessageId eq '{_doubled(mark.message_id)}'" for mark in marks[start : start + _IDS_AT_ONCE]]
        parts.append(_search_part(mailbox, " or ".join(wanted)))
    return parts


def _by_mark(mailbox: str, marks: Sequence[Mark]) -> list[Part]:
    return [_search_part(mailbox, property_is(names.MARK, mark.local_id)) for mark in marks]


def property_is(name: str, value: str) -> str:
    """Return the $filter for messages that have an extended property of this value."""
    return f"singleValueExtendedProperties/Any(ep: ep/id eq '{name}' and ep/value eq '{_doubled(value)}')"


def _search_part(mailbox: str, wanted: str) -> Part:
    options = query(filter=wanted, top="50", select=_LOCATE_SELECT, expand=_LOCATE_EXPAND)
    return Part("GET", f"{root_of(mailbox)}/messages{options}")


def _doubled(text: str) -> str:
    return text.replace("'", "''")


def _sightings(
    item: dict[str, Any], mailbox: str, marks: Sequence[Mark], here: dict[str, Folder | Place]
) -> Iterator[Sighting]:
    """Yield where a message is. One that the server has taken and not sent yet is on its way, wherever it lies.

    A draft that lies in the Outbox, and was not taken, is one that was being fenced (`GraphBackend.fence`).
    """
    ref = ref_of(item, mailbox)
    own, message_id = property_of(item, names.MARK), item.get("internetMessageId")
    folder = here.get(str(item.get("parentFolderId")))
    mark = next((one for one in marks if (own and one.local_id == own)), None)
    mark = mark or next((one for one in marks if one.message_id and one.message_id == message_id), None)
    if ref is None or mark is None or folder is None:
        return
    is_draft = item.get("isDraft") is True
    place = as_place(folder)
    flags, deferred = property_of(item, names.FLAGS), property_of(item, names.DEFERRED)
    taken = is_draft and flags.isdigit() and bool(int(flags) & SUBMITTED_FLAG) and not deferred
    if taken:
        place = Place(Folder.OUTBOX, place.mailbox)
    elif is_draft and place.folder is Folder.OUTBOX:
        place = Place(Folder.DRAFTS, place.mailbox)
    yield Sighting(mark, place.folder, ref, is_draft, place if isinstance(folder, Place) else None)


# --- conversations --------------------------------------------------------------------------------------------------

_CONVERSATION_MOST: Final = 100


def conversation(conversation_id: str, mailbox: str, own: Sequence[str], read: ReadParts) -> tuple[Row, ...]:
    """Return the newest messages of a conversation; from one of `own` (addresses) without sender.

    They come in no order: with one, the service refuses the search. Raises ItemRefused, Unreadable.
    """
    wanted = f"conversationId eq '{_doubled(conversation_id)}'"
    options = query(filter=wanted, top=str(_CONVERSATION_MOST), select=ROW_SELECT, expand=ROW_EXPAND)
    thrown = [Part("GET", f"{root_of(mailbox)}/mailFolders/{name}?$select=id") for name in _THROWN_AWAY]
    found, *places = read([Part("GET", f"{root_of(mailbox)}/messages{options}"), *thrown])
    if found.status != 200:
        raise ItemRefused(words_of(found))
    left_out = {one.body.get("id") for one in places if one.status == 200 and isinstance(one.body, dict)}
    ours = {one.casefold() for one in own}
    rows = []
    for item in listed(found.body):
        row, sender = row_of(item, mailbox), person_of(item.get("from"))
        if row is not None and item.get("parentFolderId") not in left_out:
            mine = sender is not None and sender.address.casefold() in ours
            rows.append(replace(row, sender="") if mine else row)
    return tuple(sorted(rows, key=lambda row: -row.sent))


def answers_path(message_id: str, mailbox: str) -> str:
    """Return the path of what came to the Inbox with this Message-ID in its In-Reply-To."""
    wanted = property_is(names.IN_REPLY_TO, message_id)
    options = query(filter=wanted, top=str(_CONVERSATION_MOST), select=ROW_SELECT, expand=ROW_EXPAND)
    return f"{folder_path(Place(Folder.INBOX, mailbox))}/messages{options}"


def answers_of(body: Any, mailbox: str) -> tuple[Row, ...]:
    """Return the rows of a list, the oldest first. Raises Unreadable."""
    rows = [row for item in listed(body) if (row := row_of(item, mailbox)) is not None]
    return tuple(sorted(rows, key=lambda row: row.sent))


_THROWN_AWAY: Final = ("deleteditems", "junkemail")


# --- folders and reports --------------------------------------------------------------------------------------------


def find_folders(mailbox: str, read: ReadParts) -> tuple[MailFolder, ...]:
    """Return all folders that hold messages, level by level: there is no deep query."""
    options = query(top=str(_FOLDERS_AT_ONCE), select="id,displayName,childFolderCount")
    level: list[tuple[str, tuple[str, ...]]] = [(f"{root_of(mailbox)}/mailFolders", ())]
    found: list[MailFolder] = []
    for _ in range(_DEEPEST):
        below: list[tuple[str, tuple[str, ...]]] = []
        replies = _in_batches([Part("GET", path + options) for path, _ in level], read)
        for (_, above), reply in zip(level, replies, strict=True):
            if reply.status != 200:
                raise ItemRefused(words_of(reply))
            for one in listed(reply.body):
                number, name = one.get("id"), one.get("displayName")
                if not isinstance(number, str) or not isinstance(name, str):
                    continue
                path = (*above, name)
                found.append(MailFolder(number, path))
                if one.get("childFolderCount"):
                    below.append((f"{root_of(mailbox)}/mailFolders/{quote(number, safe='')}/childFolders", path))
        if not below:
            break
        level = below
    return tuple(sorted(found, key=lambda one: [name.casefold() for name in one.path]))


def reports_path(since: float) -> str:
    """Return the path of the reports that came to the Inbox after `since`, oldest first."""
    is_report = f"ep/id eq '{names.ITEM_CLASS}' and startswith(ep/value, 'REPORT.IPM.Note')"
    kind = f"singleValueExtendedProperties/Any(ep: {is_report})"
    wanted = f"receivedDateTime ge {names.moment(max(0.0, since))} and {kind}"
    select, more = "id,changeKey,from,receivedDateTime", expand(names.ITEM_CLASS, names.IN_REPLY_TO)
    return f"{folder_path(Place(Folder.INBOX))}/messages" + query(
        filter=wanted, orderby="receivedDateTime", top="100", select=select, expand=more
    )


def reports_of(body: Any) -> list[FoundReport]:
    """Return the reports in a list. Raises Unreadable."""
    found = []
    for item in listed(body):
        kind = property_of(item, names.ITEM_CLASS).rpartition(".")[2].upper()
        message_id, ref = property_of(item, names.IN_REPLY_TO).strip(), ref_of(item)
        if kind not in set(ReportKind) or not message_id or ref is None:
            continue
        author = person_of(item.get("from"))
        who = "" if author is None else author.name or author.address
        at = moment_in(str(item.get("receivedDateTime") or ""))
        found.append(FoundReport(message_id, Report(ReportKind(kind), who, at), ref))
    return found


# --- polling --------------------------------------------------------------------------------------------------------


def newest_part(place: Place) -> Part:
    """Return what asks for the newest change of a folder, and for how many messages it holds."""
    options = query(top="1", count="true", orderby="lastModifiedDateTime desc", select="id,changeKey")
    return Part("GET", f"{folder_path(place)}/messages{options}")


def fingerprint(reply: Reply) -> str:
    """Return what is the same as long as a folder is; "" where the reply does not say."""
    if reply.status != 200 or not isinstance(reply.body, dict):
        return ""
    newest: list[ItemRef | None] = [ref_of(one) for one in reply.body.get("value") or []]
    return f"{reply.body.get('@odata.count')} {newest}"


# --- ids of EWS -------------------------------------------------------------------------------------------------------

_MOST_IDS: Final = 1000


def translate_ids(ids: Sequence[str], mailbox: str, read: ReadParts) -> tuple[str, ...]:
    """Return what Graph calls items of EWS, "" for those that it does not know. Raises ItemRefused, Unreadable.

    The service translates, because the forms of ids are its own affair.
    """
    found: dict[str, str] = {}
    for start in range(0, len(ids), _MOST_IDS):
        asked = {"InputIds": ids[start : start + _MOST_IDS], "SourceIdType": "ewsId", "TargetIdType": "restId"}
        (reply,) = read([Part("POST", f"{root_of(mailbox)}/translateExchangeIds", asked)])
        if reply.status != 200:
            raise ItemRefused(words_of(reply))
        for one in listed(reply.body):
            source, target = one.get("sourceId"), one.get("targetId")
            if isinstance(source, str) and isinstance(target, str) and target:
                found[source] = item_id_of(target, mailbox)
    return tuple(found.get(one, "") for one in ids)
