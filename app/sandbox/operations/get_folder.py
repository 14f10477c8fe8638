"""GetFolder: show folders by their ids or by what they are for."""

from typing import Final

from lxml import etree

from app.sandbox import xmlns
from app.sandbox.access import find_folder
from app.sandbox.call import Call, Operation, answer_each
from app.sandbox.folder_shape import read_folder_shape, show_folder


def run(call: Call, request: etree._Element) -> etree._Element:
    """Answer a GetFolder request."""
    wanted = xmlns.find_all(request, "m:FolderShape")[0]

    def get(named: etree._Element) -> list[etree._Element]:
        folder = find_folder(call, named)
        folders = xmlns.make("m:Folders")
        folders.append(show_folder(call, read_folder_shape(wanted, call.envelope.version), folder))
        return [folders]

    ids = list(xmlns.find_all(request, "m:FolderIds")[0].iterchildren(etree.Element))
    return answer_each(call, "GetFolder", ids, get, empty="m:Folders", write=False)


OPERATION: Final = Operation("GetFolder", "FolderShape FolderIds", run)
