"""Delivery reports as a backend found them, and what each says.

Whom a non-delivery report is about stands in its X-Failed-Recipients, or in its text alone. Anybody can make a report:
whether it comes from within says a header that Exchange writes itself ("header firewall" in its documentation).
"""

from __future__ import annotations

import re
from typing import Final

from msgspec.structs import replace

from app.domain.listing import Report, ReportKind
from app.domain.message import Fetched, ItemRef

_BETWEEN: Final = re.compile(r"[\s<>\"'():;,\[\]]+")
"""What stands between addresses in the words of a report."""
_PEOPLE: Final = 20
_MADE_BY: Final = "x-ms-exchange-organization-authas"
"""Exchange writes it on each message, and takes it off what comes from outside: a stranger cannot bring his own."""


class FoundReport:
    """One report: of which message, what it says, and the item that says it."""

    def __init__(self, message_id: str, report: Report, ref: ItemRef) -> None:
        """Keep what the list said."""
        self.message_id, self.report, self.ref = message_id, report, ref


def told_by(report: Report, item: Fetched | None, own: str) -> list[Report]:
    """Return what a report says, for each person that it is about; `item` is None where it could not be read.

    A report of reading is about the one who sent it, who is named by address alone unless the server marked the report.
    """
    values: dict[str, list[str]] = {}
    for header in () if item is None else item.headers:
        values.setdefault(header.name.casefold(), []).append(header.value.strip())
    marks = {value.casefold() for value in values.get(_MADE_BY, ())}
    author = None if item is None else item.content.sender or item.submitter
    reporter = "" if author is None else author.address
    report = replace(report, reporter=reporter, from_within=marks == {"internal"})
    if report.kind in {ReportKind.READ, ReportKind.NOT_READ}:
        return [report if report.from_within else replace(report, who=reporter)]
    body = "" if item is None else item.content.body
    named = people_in(", ".join(values.get("x-failed-recipients", ())), body, own)
    return [replace(report, who=who) for who in named or [""]]


def people_in(named: str, body: str, own: str) -> list[str]:
    """Return whom a delivery report is about: as its header `named` them, or else every address in its text."""
    addresses = _addresses_in(named) or _addresses_in(body)
    ours = own.casefold()
    kept = dict.fromkeys(one.strip(".").casefold() for one in addresses)
    return [one for one in kept if one != ours and not one.startswith("postmaster@")][:_PEOPLE]


def _addresses_in(text: str) -> list[str]:
    """Return the words with an "@" within them. Linear, whatever a stranger's report is made of."""
    return [word for word in _BETWEEN.split(text) if "@" in word[1:-1]]
