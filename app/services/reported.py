"""What reports say of a letter that was sent, in the words of its row."""

from __future__ import annotations

from app.core.formatting import clock_time
from app.core.i18n import tr
from app.domain.listing import Report, ReportKind
from app.services.rows import ListRow
from app.services.undelivered import people_in
from app.services.wording import StateWords


def report_words(row: ListRow, now: float) -> StateWords | None:
    """Return what is to be said of a row's reports, the worst first; None where there is nothing."""
    failed = _of(row, ReportKind.NOT_DELIVERED)
    if failed:
        return StateWords("triangle-alert", tr("Could not be delivered to {people}", people=people_in(failed)), "bad")
    read = _of(row, ReportKind.READ)
    if read:
        when = clock_time(read[-1].at, now)
        words = tr("Read by {people} {time}", people=people_in(read), time=when).strip()
        return StateWords("mail-check", words, "good")
    unread = _of(row, ReportKind.NOT_READ)
    if unread:
        return StateWords("mail-check", tr("Deleted unread by {people}", people=people_in(unread)), "muted")
    delivered = _of(row, ReportKind.DELIVERED)
    if delivered:
        return StateWords("mail-check", tr("Delivered to {people}", people=people_in(delivered)), "good")
    return None


def _of(row: ListRow, kind: ReportKind) -> list[Report]:
    return [report for report in row.reports if report.kind is kind]
