"""GetItem: show items by their ids."""

from typing import Final

from lxml import etree

from app.sandbox import xmlns
from app.sandbox.access import find_item
from app.sandbox.call import Call, Operation, answer_each
from app.sandbox.shape import read_shape, show


def run(call: Call, request: etree._Element) -> etree._Element:
    """Answer a GetItem request."""
    wanted = xmlns.find(request, "m:ItemShape")

    def get(named: etree._Element) -> list[etree._Element]:
        item = find_item(call, named)
        items = xmlns.make("m:Items")
        items.append(show(read_shape(call, wanted), item))
        return [items]

    ids = list(xmlns.find_all(request, "m:ItemIds")[0].iterchildren(etree.Element))
    return answer_each(call, "GetItem", ids, get, empty="m:Items", write=False)


OPERATION: Final = Operation("GetItem", "ItemShape ItemIds", run)
