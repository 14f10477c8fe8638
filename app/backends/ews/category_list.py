"""The master category list of a mailbox: a document kept with its calendar ([MS-OXOCFG] 2.2.5)."""

from __future__ import annotations

import base64
import binascii

from lxml import etree

from app.backends.ews.replies import words_of
from app.backends.ews.xml import Element, Unreadable, add, child, operation, parse, text_of
from app.domain.errors import ItemRefused

_NONE = frozenset({"ErrorItemNotFound", "ErrorFolderNotFound"})


def get_category_list() -> Element:
    """GetUserConfiguration of the list, its XML alone."""
    request = operation("GetUserConfiguration")
    name = add(request, "m:UserConfigurationName", Name="CategoryList")
    add(name, "t:DistinguishedFolderId", Id="calendar")
    add(request, "m:UserConfigurationProperties", "XmlData")
    return request


def categories_of(message: Element) -> tuple[str, ...]:
    """Return the names of the categories in their order; a mailbox without a list has none.

    Raises ItemRefused, Unreadable.
    """
    words = words_of(message)
    if words.response_class == "Error":
        if words.response_code in _NONE:
            return ()
        raise ItemRefused(words)
    configuration = child(message, "m:UserConfiguration")
    text = "" if configuration is None else text_of(configuration, "t:XmlData")
    if not text.strip():
        return ()
    try:
        root = parse(base64.b64decode(text))
    except binascii.Error as error:
        raise Unreadable("no base64") from error
    named = (one.get("name") or "" for one in root.iter(etree.Element) if str(one.tag).rpartition("}")[2] == "category")
    return tuple(dict.fromkeys(name.strip() for name in named if name.strip()))
