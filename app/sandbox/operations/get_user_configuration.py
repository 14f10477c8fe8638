"""GetUserConfiguration: what programs keep beside a folder. Here that is the list of categories, by the calendar."""

import base64
from typing import Final

from lxml import etree

from app.sandbox import xmlns
from app.sandbox.access import find_folder
from app.sandbox.call import Call, Operation, answer_each
from app.sandbox.errors import EwsError
from app.sandbox.store.folders import Folder

_LIST: Final = "CategoryList"
_NAMESPACE: Final = "CategoryList.xsd"
_SHORTCUTS: Final = 11


def run(call: Call, request: etree._Element) -> etree._Element:
    """Answer a GetUserConfiguration request."""
    wanted = set((xmlns.text_at(request, "m:UserConfigurationProperties") or "").split())

    def get(name: etree._Element) -> list[etree._Element]:
        folder = find_folder(call, next(name.iterchildren(etree.Element)))
        categories = _categories(call, folder, str(name.get("Name")))
        shown = xmlns.make("m:UserConfiguration")
        named = xmlns.add(shown, "t:UserConfigurationName", None, Name=_LIST)
        identity, key = call.store.folder_id(folder)
        xmlns.add(named, "t:FolderId", None, Id=identity, ChangeKey=key)
        if wanted & {"XmlData", "All"}:
            xmlns.add(shown, "t:XmlData", base64.b64encode(_document(categories)).decode())
        return [shown]

    names = xmlns.find_all(request, "m:UserConfigurationName")
    return answer_each(call, "GetUserConfiguration", names, get, write=False)


def _categories(call: Call, folder: Folder, name: str) -> list[str]:
    found = call.store.people.with_id(folder.mailbox).traits.get("categories", [])
    if name.casefold() != _LIST.casefold() or folder.folder_class != "IPF.Appointment" or not found:
        raise EwsError("ErrorItemNotFound")
    return list(found)


def _document(categories: list[str]) -> bytes:
    """Return the list as programs keep it ([MS-OXOCFG] 2.2.5)."""
    root = etree.Element(f"{{{_NAMESPACE}}}categories", nsmap=xmlns.default_namespace(_NAMESPACE))
    root.set("default", categories[0])
    for number, name in enumerate(categories):
        category = etree.SubElement(root, f"{{{_NAMESPACE}}}category")
        category.set("name", xmlns.clean(name))
        category.set("color", str(number % 25))
        category.set("keyboardShortcut", str(min(number, _SHORTCUTS)))
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)


OPERATION: Final = Operation(
    "GetUserConfiguration", "UserConfigurationName UserConfigurationProperties:ConfigurationKinds", run
)
