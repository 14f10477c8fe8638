"""Which part of a long list is wanted: reads the paging views, and says in the reply where the list goes on."""

from dataclasses import dataclass
from typing import Final

from lxml import etree

from app.sandbox import xmlns
from app.sandbox.errors import EwsError

LARGEST_PAGE: Final = 1000
"""How many items a find gives at most, whatever it asks for: Exchange's EWSFindCountLimit."""


@dataclass(frozen=True, slots=True)
class PageRequest:
    """A page of a list: `offset` from the start of it, at most `limit` long."""

    offset: int
    limit: int
    fractional: bool = False
    from_end: bool = False

    def attributes(self, total: int, shown: int) -> dict[str, str]:
        """Return the attributes of RootFolder for a list of `total`, of which `shown` are in the reply."""
        last = self.offset <= 0 if self.from_end else self.offset + shown >= total
        found = {"TotalItemsInView": str(total), "IncludesLastItemInRange": xmlns.flag(last)}
        following = self.offset if self.from_end else self.offset + shown
        if self.fractional:
            found["NumeratorOffset"] = str(following)
            found["AbsoluteDenominator"] = str(total)
        else:
            found["IndexedPagingOffset"] = str(max(0, total - following) if self.from_end else following)
        return found


def read_page(request: etree._Element, kind: str, total: int) -> PageRequest:
    """Read the paging view of a find over `total` entries; `kind` is Item or Folder.

    Raises EwsError: ErrorInvalidPagingMaxRows, ErrorInvalidIndexedPagingParameters and
    ErrorInvalidFractionalPagingParameters.
    """
    indexed = xmlns.find(request, f"m:IndexedPage{kind}View")
    fractional = xmlns.find(request, f"m:FractionalPage{kind}View")
    view = indexed if indexed is not None else fractional
    if view is None:
        return PageRequest(0, LARGEST_PAGE)
    limit = int(view.get("MaxEntriesReturned", str(LARGEST_PAGE)))
    if limit <= 0:
        raise EwsError("ErrorInvalidPagingMaxRows")
    limit = min(limit, LARGEST_PAGE)
    if indexed is not None:
        return _indexed(indexed, limit, total)
    numerator, denominator = int(str(view.get("Numerator"))), int(str(view.get("Denominator")))
    if denominator <= 0 or not 0 <= numerator <= denominator:
        raise EwsError("ErrorInvalidFractionalPagingParameters")
    return PageRequest(total * numerator // denominator, limit, fractional=True)


def _indexed(view: etree._Element, limit: int, total: int) -> PageRequest:
    offset = int(str(view.get("Offset")))
    if offset < 0:
        raise EwsError("ErrorInvalidIndexedPagingParameters")
    if view.get("BasePoint") == "Beginning":
        return PageRequest(offset, limit)
    end = max(0, total - offset)
    start = max(0, end - limit)
    return PageRequest(start, end - start, from_end=True)
