"""A comparison as the page that is read: one table, so that lines stand beside each other however they wrap.

All words are escaped: nothing of a letter is HTML here. What differs is marked by its ground and by a line under it,
never by colour alone. Long stretches that are equal are folded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from typing import Final

from app.core.formatting import clock_time
from app.core.i18n import ntr, tr
from app.domain.text_diff import Line, Pair
from app.services.drafts.comparison import Comparison
from app.ui.theme import Scheme

_AROUND: Final = 3
"""Equal lines that are shown before and after a difference."""
MOST_ROWS: Final = 600
_LONGEST_LINE: Final = 4000
ANCHOR: Final = "difference"


def html_of(comparison: Comparison, scheme: Scheme, now: float) -> str:
    """Return the page; each difference has an anchor, numbered from 0."""
    mine = tr("On this computer, {time}", time=clock_time(comparison.changed, now))
    theirs = tr("On the server, {time}", time=clock_time(comparison.seen.modified, now))
    width = 90 if comparison.fields else 4
    rows = [_row("", f"<b>{escape(mine)}</b>", f"<b>{escape(theirs)}</b>", width)]
    number = 0
    for field in comparison.fields:
        rows.append(
            _row(
                _label(field.title, number, scheme),
                _line(field.ours, scheme, "accent_soft"),
                _line(field.theirs, scheme, "warn_soft"),
            )
        )
        number += 1
    for row in _folded(comparison.lines):
        if len(rows) >= MOST_ROWS:
            rows.append(_note(tr("There is more. It is not shown, and is kept whole whatever you choose."), scheme))
            break
        if isinstance(row, int):
            rows.append(_note(ntr("{n} equal line", "{n} equal lines", row), scheme))
        elif row.same:
            rows.append(_row("", _line(row.ours, scheme, ""), _line(row.theirs, scheme, "")))
        else:
            label = _label("", number, scheme)
            rows.append(_row(label, _line(row.ours, scheme, "accent_soft"), _line(row.theirs, scheme, "warn_soft")))
            number += 1
    note = tr("Only the text of formatted messages is compared here. The formatting is kept.")
    tail = f"<p style='color:{scheme.faint}'>{escape(note)}</p>" if comparison.formatted else ""
    return f"<table width='100%' cellspacing='0' cellpadding='5'>{''.join(rows)}</table>{tail}"


def shown_differences(page: str) -> int:
    """Return how many anchors a page has."""
    return page.count(f"<a name='{ANCHOR}")


def _folded(lines: Iterable[Pair]) -> Iterator[Pair | int]:
    """Give lines as they are, and the number of those left out between them."""
    everything = list(lines)
    near: set[int] = set()
    for number, pair in enumerate(everything):
        if not pair.same:
            near.update(range(number - _AROUND, number + _AROUND + 1))
    left_out = 0
    for number, pair in enumerate(everything):
        if number in near:
            if left_out:
                yield left_out
            left_out = 0
            yield pair
        else:
            left_out += 1
    if left_out:
        yield left_out


def _row(label: str, ours: str, theirs: str, width: int = 0) -> str:
    wide = f" width='{width}'" if width else ""
    return (
        f"<tr><td{wide} valign='top'>{label}</td>"
        f"<td width='46%' valign='top'>{ours}</td><td width='46%' valign='top'>{theirs}</td></tr>"
    )


def _note(words: str, scheme: Scheme) -> str:
    return f"<tr><td></td><td colspan='2'><span style='color:{scheme.faint}'>{escape(words)}</span></td></tr>"


def _label(title: str, number: int, scheme: Scheme) -> str:
    return f"<a name='{ANCHOR}{number}'></a><span style='color:{scheme.muted}'>{escape(title)}</span>"


def _line(line: Line | None, scheme: Scheme, ground: str) -> str:
    if line is None:
        return f"<span style='color:{scheme.faint}'>·</span>"
    parts = []
    room = _LONGEST_LINE
    for piece in line:
        words = escape(piece.text[:room]).replace("  ", "&nbsp; ")
        room -= len(piece.text)
        if piece.own and ground and words.strip():
            parts.append(f"<span style='background:{getattr(scheme, ground)};text-decoration:underline'>{words}</span>")
        else:
            parts.append(words)
        if room <= 0:
            parts.append("…")
            break
    return "".join(parts) or "&nbsp;"
