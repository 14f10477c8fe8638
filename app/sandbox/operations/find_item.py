"""FindItem: list what lies in folders, searched, sorted and by the page."""

from typing import Final

from lxml import etree

from app.sandbox import xmlns
from app.sandbox.access import find_folder
from app.sandbox.call import Call, Operation, answer_each
from app.sandbox.errors import EwsError
from app.sandbox.paging import Page, read_page
from app.sandbox.query_string import read_query
from app.sandbox.search import Condition, read_restriction, read_sort_order
from app.sandbox.shape import read_shape, show
from app.sandbox.store.folders import Folder


def run(call: Call, request: etree._Element) -> etree._Element:
    """Answer a FindItem request."""

    def find(named: etree._Element) -> list[etree._Element]:
        return [_find(call, request, find_folder(call, named))]

    folders = list(xmlns.find_all(request, "m:ParentFolderIds")[0].iterchildren(etree.Element))
    return answer_each(call, "FindItem", folders, find, write=False)


def _find(call: Call, request: etree._Element, folder: Folder) -> etree._Element:
    for unserved in ("m:GroupBy", "m:DistinguishedGroupBy", "m:CalendarView", "m:ContactsView"):
        if xmlns.find(request, unserved) is not None:
            raise EwsError("ErrorInvalidOperation")
    shape = read_shape(call, xmlns.find(request, "m:ItemShape"), find=True)
    traversal = request.get("Traversal")
    where = _conditions(request)
    order = read_sort_order(xmlns.find(request, "m:SortOrder"), "i.received DESC, i.id DESC")
    # The plus keeps SQLite from going through the folder where a condition finds the few items by itself.
    few = "+" if any(one.few for one in where) else ""
    source = f"{few}i.folder_id = ? AND {few}i.is_associated = ?"
    scope = (folder.id, int(traversal == "Associated"))
    total = folder.total
    if traversal == "SoftDeleted":
        total, where = 0, [Condition("0")]
    elif where or traversal == "Associated":
        total = call.store.database.number(_select("count(*)", source, where), (*scope, *_values(where)))
    page = _page(call, request, total, (source, scope, where, order))
    sql = f"{_select('*', source, where)} ORDER BY {order.sql} LIMIT ? OFFSET ?"
    values = (*scope, *_values(where), *order.values, page.limit, page.offset)
    found = call.store.items.of_rows(call.store.database.all(sql, values))
    root = xmlns.make("m:RootFolder", None, **page.attributes(total, len(found)))
    items = xmlns.add(root, "t:Items")
    for item in found:
        items.append(show(shape, item))
    return root


def _conditions(request: etree._Element) -> list[Condition]:
    restriction = xmlns.find(request, "m:Restriction")
    query = xmlns.text_at(request, "m:QueryString")
    if restriction is not None and query:
        raise EwsError("ErrorInvalidOperation")
    found = [] if restriction is None else [read_restriction(restriction)]
    return [*found, read_query(query)] if query and query.strip() else found


def _select(what: str, source: str, where: list[Condition]) -> str:
    # Made of the texts in this module and in the tables of fields and tags; a caller's words are values.
    conditions = " AND ".join([source, *(f"({one.sql})" for one in where)])
    return f"SELECT {what} FROM items i WHERE {conditions}"  # noqa: S608


def _values(where: list[Condition]) -> list[object]:
    return [value for one in where for value in one.values]


Listing = tuple[str, tuple[int, int], list[Condition], Condition]


def _page(call: Call, request: etree._Element, total: int, listing: Listing) -> Page:
    """Read the page that is wanted; SeekToCondition is the one that needs to look into the list for it."""
    seek = xmlns.find(request, "m:SeekToConditionPageItemView")
    if seek is None:
        return read_page(request, "Item", total)
    source, scope, where, order = listing
    condition = read_restriction(xmlns.find_all(seek, "t:Condition")[0])
    ranked = _select(f"row_number() OVER (ORDER BY {order.sql}) AS place, ({condition.sql}) AS hit", source, where)
    from_end = seek.get("BasePoint") == "End"
    best = "max" if from_end else "min"
    values = (*order.values, *condition.values, *scope, *_values(where))
    place = call.store.database.number(f"SELECT {best}(place) FROM ({ranked}) WHERE hit", values)  # noqa: S608
    limit = int(seek.get("MaxEntriesReturned", "1000"))
    if limit <= 0:
        raise EwsError("ErrorInvalidPagingMaxRows")
    start = total if not place else place - 1
    return Page(max(0, start + 1 - limit) if from_end else start, min(limit, 1000))


OPERATION: Final = Operation(
    "FindItem",
    "@Traversal:ItemTraversalKind! ItemShape IndexedPageItemView:IndexedPageView|"
    "FractionalPageItemView:FractionalPageView|SeekToConditionPageItemView|CalendarView:Anything|"
    "ContactsView:Anything? GroupBy:Anything|DistinguishedGroupBy:Anything? Restriction? SortOrder? "
    "ParentFolderIds:FolderIds QueryString?",
    run,
)
