"""FindFolder: list the folders below others, right below or at any depth."""

from typing import Final

from lxml import etree

from app.sandbox import xmlns
from app.sandbox.access import find_folder
from app.sandbox.call import Call, Operation, answer_each
from app.sandbox.folder_search import matches
from app.sandbox.folder_shape import read_folder_shape, show_folder
from app.sandbox.paging import read_page
from app.sandbox.store.folders import Folder


def run(call: Call, request: etree._Element) -> etree._Element:
    """Answer a FindFolder request."""

    def find(named: etree._Element) -> list[etree._Element]:
        return [_find(call, request, find_folder(call, named))]

    ids = list(xmlns.find_all(request, "m:ParentFolderIds")[0].iterchildren(etree.Element))
    return answer_each(call, "FindFolder", ids, find, write=False)


def _find(call: Call, request: etree._Element, parent: Folder) -> etree._Element:
    shape = read_folder_shape(xmlns.find_all(request, "m:FolderShape")[0], call.envelope.version)
    ways = {"Deep": call.store.folders.below, "Shallow": call.store.folders.children}
    way = ways.get(str(request.get("Traversal")))
    found = way(parent.id) if way is not None else []
    restriction = xmlns.find(request, "m:Restriction")
    if restriction is not None:
        found = [folder for folder in found if matches(call.store, restriction, folder)]
    page = read_page(request, "Folder", len(found))
    shown = found[page.offset : page.offset + page.limit]
    root = xmlns.make("m:RootFolder", None, **page.attributes(len(found), len(shown)))
    folders = xmlns.add(root, "t:Folders")
    for folder in shown:
        folders.append(show_folder(call, shape, folder))
    return root


OPERATION: Final = Operation(
    "FindFolder",
    "@Traversal:FolderTraversalKind! FolderShape IndexedPageFolderView:IndexedPageView|"
    "FractionalPageFolderView:FractionalPageView? Restriction? ParentFolderIds:FolderIds",
    run,
)
