"""ConvertId: one name of an item or folder into another ([MS-OXWSCVTID])."""

import base64
import binascii
from collections.abc import Callable
from typing import Final
from urllib.parse import quote, unquote

from lxml import etree

from app.sandbox import xmlns
from app.sandbox.access import READ
from app.sandbox.call import Call, Operation, answer_each
from app.sandbox.errors import EwsError

_STORE: Final = b"\x02\x01\x00"
_LEGACY: Final = b"\x01\x2e\x00"


def _decode(text: str) -> bytes:
    try:
        return binascii.a2b_base64(text.encode("ascii"), strict_mode=True)
    except (binascii.Error, UnicodeEncodeError):
        raise EwsError("ErrorInvalidIdMalformed") from None


def _from_hex(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise EwsError("ErrorInvalidIdMalformed") from None


def _headed(head: bytes) -> tuple[Callable[[bytes], str], Callable[[str], bytes]]:
    def read(text: str) -> bytes:
        raw = _decode(text)
        if not raw.startswith(head):
            raise EwsError("ErrorInvalidIdMalformed")
        return raw.removeprefix(head)

    return (lambda raw: base64.b64encode(head + raw).decode()), read


_FORMATS: Final[dict[str, tuple[Callable[[bytes], str], Callable[[str], bytes]]]] = {
    "EwsLegacyId": _headed(_LEGACY),
    "EwsId": (lambda raw: base64.b64encode(raw).decode(), _decode),
    "EntryId": (lambda raw: base64.b64encode(raw[::-1]).decode(), lambda text: _decode(text)[::-1]),
    "HexEntryId": (lambda raw: raw[::-1].hex().upper(), lambda text: _from_hex(text)[::-1]),
    "StoreId": _headed(_STORE),
    "OwaId": (lambda raw: quote(base64.b64encode(raw).decode(), safe=""), lambda text: _decode(unquote(text))),
}
"""Format to how an id is written in it and read from it."""

_NAMES_ITS_MAILBOX: Final = frozenset({"EwsId", "OwaId"})
"""What says itself whose mailbox it is of; clients ask with any address, to learn the true one from the reply."""


def run(call: Call, request: etree._Element) -> etree._Element:
    """Answer a ConvertId request."""
    wanted = str(request.get("DestinationFormat"))

    def convert(source: etree._Element) -> list[etree._Element]:
        if xmlns.local(source) != "AlternateId":
            # There are no public folders here.
            raise EwsError("ErrorInvalidIdMalformed")
        form = str(source.get("Format"))
        if form not in _NAMES_ITS_MAILBOX:
            owner = call.store.people.with_address(str(source.get("Mailbox")))
            if owner is None or not owner.has_mailbox:
                raise EwsError("ErrorNonExistentMailbox")
        text = str(source.get("Id"))
        if not text:
            raise EwsError("ErrorInvalidIdEmpty")
        raw = _FORMATS[form][1](text)
        named = call.store.database.ids.read(base64.b64encode(raw).decode())
        if not call.store.people.rights(named.mailbox, call.user.id) & READ:
            raise EwsError("ErrorAccessDenied")
        address = call.store.people.with_id(named.mailbox).address
        found = xmlns.make("m:AlternateId", None, Format=wanted, Id=_FORMATS[wanted][0](raw), Mailbox=address)
        # The type of this element is open in the schema, so that the reply has to say which it is.
        found.set(f"{{{xmlns.xsi}}}type", "t:AlternateIdType")
        return [found]

    sources = list(xmlns.find_all(request, "m:SourceIds")[0].iterchildren(etree.Element))
    return answer_each(call, "ConvertId", sources, convert, write=False)


OPERATION: Final = Operation("ConvertId", "@DestinationFormat:IdKind! SourceIds:AlternateIds", run)
