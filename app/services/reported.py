"""What reports say of a letter that was sent, in the words of its row."""

from __future__ import annotations

from app.domain.i18n import ntr, tr
from app.domain.listing import Report, ReportKind
from app.services.rows import ListRow
from app.services.times import clock_time
from app.services.wording import StateWords

_NAMED = 2


def report_words(row: ListRow, now: float) -> StateWords | None:
    """Return what is to be said of a row's reports, the worst first; None where there is nothing."""
    failed = _of(row, ReportKind.NOT_DELIVERED)
    if failed:
        return StateWords("triangle-alert", tr("Could not be delivered to {people}", people=_people(failed)), "bad")
    read = _of(row, ReportKind.READ)
    if read:
        when = clock_time(read[-1].at, now)
        return StateWords("mail-check", tr("Read by {people} {time}", people=_people(read), time=when).strip(), "good")
    unread = _of(row, ReportKind.NOT_READ)
    if unread:
        return StateWords("mail-check", tr("Deleted unread by {people}", people=_people(unread)), "muted")
    delivered = _of(row, ReportKind.DELIVERED)
    if delivered:
        return StateWords("mail-check", tr("Delivered to {people}", people=_people(delivered)), "good")
    return None


def _of(row: ListRow, kind: ReportKind) -> list[Report]:
    return [report for report in row.reports if report.kind is kind]


def _people(reports: list[Report]) -> str:
    names = list(dict.fromkeys(report.who for report in reports if report.who))
    if not names:
        return tr("a recipient")
    more = len(names) - _NAMED
    shown = ", ".join(names[:_NAMED])
    return shown + ntr(" and {n} more", " and {n} more", more) if more > 0 else shown
