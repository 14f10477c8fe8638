"""What of a row of a list can be looked for."""

from __future__ import annotations

from typing import Final

from app.domain.state import State
from app.services.rows import ListRow
from app.services.search import Sought
from app.services.wording import explain_row

_UNSENT: Final = frozenset({State.DRAFT, State.READY, State.NEEDS_ATTENTION})


def sought_of(row: ListRow) -> Sought:
    """Return what a search holds against its words."""
    marks = {row.state.value}
    if row.state in _UNSENT:
        marks.add("unsent")
    if explain_row(row) is not None:
        marks.add("failed")
    return Sought(
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
