"""What is said of a sent letter that came back: to whom it was not delivered, and how to write to them again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from app.core.formatting import exact_time
from app.core.i18n import ntr, tr
from app.domain.listing import Report, ReportKind
from app.domain.message import Content, written_anew
from app.domain.recipient import Recipient
from app.services.explaining import Explanation
from app.services.rows import ListRow

_NAMED: Final = 2


def explain_undelivered(row: ListRow) -> Explanation | None:
    """Return what is to be said of a letter with reports that the person does not know of; None where there is none."""
    failed = [report for report in row.reports if report.kind is ReportKind.NOT_DELIVERED]
    if not failed or all(report.settled for report in failed):
        return None
    sentence = tr("Could not be delivered to {people}.", people=people_in(failed))
    details = tuple((exact_time(report.at), report.who or tr("a recipient")) for report in failed)
    return Explanation(sentence, "write-again", details, more=("seen",))


def people_in(reports: Sequence[Report]) -> str:
    """Return whom reports are about, two by name and the rest by number."""
    names = list(dict.fromkeys(report.who for report in reports if report.who))
    if not names:
        return tr("a recipient")
    more = len(names) - _NAMED
    shown = ", ".join(names[:_NAMED])
    return shown + ntr(" and {n} more", " and {n} more", more) if more > 0 else shown


def once_more(content: Content, reports: Sequence[Report]) -> Content:
    """Return the letter to those alone whom it did not reach; to all of them where reports name nobody of them."""
    names = {report.who.casefold() for report in reports if report.kind is ReportKind.NOT_DELIVERED and report.who}

    def missed(people: tuple[Recipient, ...]) -> tuple[Recipient, ...]:
        return tuple(one for one in people if names & {one.address.casefold(), one.name.casefold()})

    anew = written_anew(content)
    fewer = msgspec.structs.replace(anew, to=missed(anew.to), cc=missed(anew.cc), bcc=missed(anew.bcc))
    return fewer if fewer.recipients() else anew
