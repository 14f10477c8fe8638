"""Reports in the Inbox of what became of letters that were sent: who could not be reached, who opened one, and when.

Found by their item class ([MS-OXOMSG] 2.2.3), told apart by its last part, matched by In-Reply-To. Whom a
non-delivery report is about stands in its X-Failed-Recipients, or in its text alone.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from app.backends.ews.items import mailbox_of, ref_of, time_of
from app.backends.ews.xml import Element, add, add_folder, child, operation, text_of
from app.domain.listing import Folder, Report, ReportKind
from app.domain.message import ItemRef

AT_ONCE: Final = 100
_CLASS: Final = "REPORT.IPM.Note"
_FIELDS: Final = ("item:ItemClass", "item:InReplyTo", "item:DateTimeReceived", "message:From")
_ADDRESS: Final = re.compile(r"[^\s<>\"'():;,\[\]]+@[^\s<>\"'():;,\[\]]+")
_PEOPLE: Final = 20


class Found:
    """One report: of which letter, what it says, and the item that says it."""

    def __init__(self, message_id: str, report: Report, ref: ItemRef) -> None:
        """Take down what the list told."""
        self.message_id, self.report, self.ref = message_id, report, ref


def find_reports(since: float, offset: int) -> Element:
    """FindItem in the Inbox for reports that came after `since` (seconds), oldest first."""
    request = operation("FindItem", Traversal="Shallow")
    shape = add(request, "m:ItemShape")
    add(shape, "t:BaseShape", "IdOnly")
    properties = add(shape, "t:AdditionalProperties")
    for uri in _FIELDS:
        add(properties, "t:FieldURI", FieldURI=uri)
    view = add(request, "m:IndexedPageItemView", MaxEntriesReturned=str(AT_ONCE), Offset=str(offset))
    view.set("BasePoint", "Beginning")
    both = add(add(request, "m:Restriction"), "t:And")
    contains = add(both, "t:Contains", ContainmentMode="Prefixed", ContainmentComparison="IgnoreCase")
    add(contains, "t:FieldURI", FieldURI="item:ItemClass")
    add(contains, "t:Constant", Value=_CLASS)
    later = add(both, "t:IsGreaterThanOrEqualTo")
    add(later, "t:FieldURI", FieldURI="item:DateTimeReceived")
    moment = datetime.fromtimestamp(max(0.0, since), UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    add(add(later, "t:FieldURIOrConstant"), "t:Constant", Value=moment)
    order = add(add(request, "m:SortOrder"), "t:FieldOrder", Order="Ascending")
    add(order, "t:FieldURI", FieldURI="item:DateTimeReceived")
    add_folder(add(request, "m:ParentFolderIds"), Folder.INBOX)
    return request


def reports_of(items: Sequence[Element]) -> list[Found]:
    """Return what the list tells; what is no report of a letter of ours is left out."""
    found = []
    for item in items:
        kind = text_of(item, "t:ItemClass").rpartition(".")[2].upper()
        message_id, ref = text_of(item, "t:InReplyTo").strip(), ref_of(item)
        if kind not in set(ReportKind) or not message_id or ref is None:
            continue
        author = mailbox_of(child(item, "t:From", "t:Mailbox"))
        by_reader = ReportKind(kind) in {ReportKind.READ, ReportKind.NOT_READ}
        who = "" if author is None or not by_reader else author.name or author.address
        found.append(
            Found(message_id, Report(ReportKind(kind), who, time_of(text_of(item, "t:DateTimeReceived"))), ref)
        )
    return found


def people_in(headers: dict[str, str], body: str, own: str) -> list[str]:
    """Return whom a delivery report is about: as its header names them, or else every address in its text."""
    named = headers.get("x-failed-recipients", "")
    addresses = _ADDRESS.findall(named) or _ADDRESS.findall(body)
    ours = own.casefold()
    kept = dict.fromkeys(one.strip(".").casefold() for one in addresses)
    return [one for one in kept if one != ours and not one.startswith("postmaster@")][:_PEOPLE]
