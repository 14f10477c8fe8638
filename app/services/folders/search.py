"""Searching a list: here, and on the server."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from app.core.lazy_regex import late_pattern
from app.domain.listing import Place, Report, ReportKind
from app.domain.message import AccountId, Importance
from app.domain.query import Query, Term, Where
from app.domain.state import WRITABLE
from app.services.ports import Cache, Mailbox
from app.services.records.rows import ListRow
from app.services.text.status_text import explain_row

_WORD: Final = late_pattern(r"[^\W_]+")


class SearchFields(msgspec.Struct, frozen=True):
    """What of a message can be looked for. `when` is what the list sorts it by; `marks` are what `is:` asks for."""

    to: str = ""
    cc: str = ""
    sender: str = ""
    subject: str = ""
    body: str = ""
    categories: Sequence[str] = ()
    when: float = 0.0
    has_attachments: bool = False
    flagged: bool = False
    importance: Importance = Importance.NORMAL
    reports: Sequence[Report] = ()
    marks: frozenset[str] = frozenset()


def finds(query: Query, message: SearchFields) -> bool:
    """Return whether all that is asked for is so."""
    return all(_is_so(term, message) is not term.negated for term in query.terms if _says_something(term))


def _says_something(term: Term) -> bool:
    return bool(term.at) or any(sign.isalnum() for sign in term.words)


def _is_so(term: Term, message: SearchFields) -> bool:
    match term.where:
        case Where.BEFORE:
            return message.when < term.at
        case Where.AFTER:
            return message.when >= term.at
        case Where.HAS | Where.IS:
            return _has(term.words, message)
        case _:
            return any(_in(term, text) for text in _texts(term.where, message))


def _has(word: str, message: SearchFields) -> bool:
    kinds = {report.kind for report in message.reports}
    known = {
        "attachment": message.has_attachments,
        "category": bool(message.categories),
        "flag": message.flagged,
        "flagged": message.flagged,
        "important": message.importance is Importance.HIGH,
        "undelivered": ReportKind.NOT_DELIVERED in kinds,
        "opened": ReportKind.READ in kinds,
        "failed": "failed" in message.marks or any(is_undelivered(report) for report in message.reports),
    }
    return known.get(word, word in message.marks)


def is_undelivered(report: Report) -> bool:
    """Return whether a report says that a message did not arrive, and the person does not know of it."""
    return report.kind is ReportKind.NOT_DELIVERED and not report.settled


def _texts(where: Where, message: SearchFields) -> Sequence[str]:
    categories = " ".join(message.categories)
    match where:
        case Where.TO:
            return message.to, message.cc
        case Where.CC:
            return (message.cc,)
        case Where.FROM:
            return (message.sender,)
        case Where.SUBJECT:
            return (message.subject,)
        case Where.BODY:
            return (message.body,)
        case Where.CATEGORY:
            return (categories,)
        case _:
            return message.to, message.cc, message.sender, message.subject, message.body, categories


def _in(term: Term, text: str) -> bool:
    """Return whether the words of a term stand in `text` in their order; the last may be but begun, unless a phrase."""
    wanted, there = words_of(term.words), words_of(text)
    if not wanted:
        return True  # signs alone ask for nothing
    for start in range(len(there) - len(wanted) + 1):
        stretch = there[start : start + len(wanted)]
        last = stretch[-1] == wanted[-1] if term.phrase else stretch[-1].startswith(wanted[-1])
        if last and stretch[:-1] == wanted[:-1]:
            return True
    return False


def words_of(text: str) -> list[str]:
    """Return the words of a text, whatever their case and accents."""
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    return _WORD.findall(bare.casefold())


_ANYWHERE: Final = frozenset({Where.ANY, Where.TO, Where.CC, Where.FROM, Where.SUBJECT, Where.BODY})


def sought_words(query: Query) -> frozenset[str]:
    """Return the words that a search looks for in texts, whatever their case and accents."""
    terms = [term for term in query.terms if term.where in _ANYWHERE and not term.negated]
    return frozenset(word for term in terms for word in words_of(term.words))


def places_of(words: frozenset[str], text: str) -> list[tuple[int, int]]:
    """Return where words of `text` begin with one of `words`, each as its start and its length."""
    found = []
    for part in _WORD.finditer(text):
        bare = "".join(words_of(part[0]))
        lengths = [len(word) for word in words if bare.startswith(word)]
        if lengths:
            whole = len(bare) != len(part[0])  # what was taken off it stands somewhere in it
            found.append((part.start(), len(part[0]) if whole else max(lengths)))
    return found


FOUND_ON_SERVER: Final = 500
"""Rows that a search on the server may add."""
_PAGE: Final = 100


async def ask_server(
    mailbox: Mailbox, cache: Cache, where: tuple[AccountId, Place], query: str, still: Callable[[], bool]
) -> list[str]:
    """Return the ItemIds that are found, as long as `still` says that they are wanted.

    Raises AccountError, ItemRefused, StorageError.
    """
    offset: int | None = 0
    names: list[str] = []
    while offset is not None and len(names) < FOUND_ON_SERVER and still():
        page = await mailbox.list_folder(*where, offset, _PAGE, query)
        await cache.put(*where, page.rows)
        names += [row.ref.item_id for row in page.rows]
        offset = page.next_offset
    return names


def sought_of(row: ListRow) -> SearchFields:
    """Return what a search holds against its words."""
    marks = {row.state.value}
    if row.state in WRITABLE:
        marks.add("unsent")
    if explain_row(row) is not None:
        marks.add("failed")
    return SearchFields(
        to=row.to,
        cc=row.cc,
        sender=row.sender,
        subject=row.subject,
        body=row.preview,
        categories=row.categories,
        when=row.when,
        has_attachments=row.has_attachments,
        flagged=row.flagged,
        importance=row.importance,
        reports=row.reports,
        marks=frozenset(marks),
    )
