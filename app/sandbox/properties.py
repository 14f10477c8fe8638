"""Extended properties: how they are named, what they may say, and how they are kept.

A property is named by a tag ("0x3FEF") or by a set (a GUID, or one of the distinguished sets) with a name or a number.
Two ways of naming the same property give the same key.
"""

import base64
import binascii
import re
import uuid
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import MAXYEAR, UTC, datetime, timedelta, tzinfo
from typing import Final

from lxml import etree

from app.sandbox import xmlns
from app.sandbox.errors import EwsError

Value = str | int | float | bytes

SETS: Final = {
    "Meeting": "6ed8da90-450b-101b-98da-00aa003f1305",
    "Appointment": "00062002-0000-0000-c000-000000000046",
    "Common": "00062008-0000-0000-c000-000000000046",
    "PublicStrings": "00020329-0000-0000-c000-000000000046",
    "Address": "00062004-0000-0000-c000-000000000046",
    "InternetHeaders": "00020386-0000-0000-c000-000000000046",
    "CalendarAssistant": "11000e07-b51b-40d6-af21-caa85edab1d0",
    "UnifiedMessaging": "4442858e-a9e3-4e80-b900-317a210cc15b",
    "Task": "00062003-0000-0000-c000-000000000046",
    "Sharing": "00062040-0000-0000-c000-000000000046",
}
"""The distinguished property sets and their GUIDs."""

ZONE: Final[ContextVar[tzinfo | None]] = ContextVar("zone", default=None)
"""The time zone that the request at hand has named; None for UTC."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_UNUSABLE: Final = frozenset({"Error", "Null", "Object", "ObjectArray"})


@dataclass(frozen=True, slots=True)
class PropertyName:
    """The name of an extended property; `given` are the attributes with which the caller named it."""

    key: str
    kind: str
    tag: int | None
    given: tuple[tuple[str, str], ...]

    @property
    def is_array(self) -> bool:
        """Whether it holds several values."""
        return self.kind.endswith("Array")

    @property
    def single(self) -> str:
        """The type of one value."""
        return self.kind.removesuffix("Array")


def read_name(path: etree._Element) -> PropertyName:
    """Read an ExtendedFieldURI.

    Raises EwsError: ErrorInvalidExtendedProperty for a combination of attributes that names nothing,
    ErrorNoPropertyTagForCustomProperties for a tag at or above 0x8000.
    """
    attributes = {str(key): str(value) for key, value in path.attrib.items()}
    kind = attributes["PropertyType"]
    given = tuple(sorted(attributes.items()))
    if kind in _UNUSABLE:
        raise EwsError("ErrorUnsupportedMapiPropertyType").about(attributes)
    tag = attributes.get("PropertyTag")
    sets = [name for name in ("DistinguishedPropertySetId", "PropertySetId") if name in attributes]
    names = [name for name in ("PropertyName", "PropertyId") if name in attributes]
    if tag is not None:
        if sets or names:
            raise EwsError("ErrorInvalidExtendedProperty").about(attributes)
        number = int(tag, 16) if tag.strip()[:2].lower() == "0x" else int(tag)
        if number > 0xFFFF:
            raise EwsError("ErrorInvalidExtendedProperty").about(attributes)
        if number >= 0x8000:
            raise EwsError("ErrorNoPropertyTagForCustomProperties").about(attributes)
        return PropertyName(f"tag:{number:04x}:{kind}", kind, number, given)
    if len(sets) != 1 or len(names) != 1:
        raise EwsError("ErrorInvalidExtendedProperty").about(attributes)
    return PropertyName(_named_key(attributes, names[0]), kind, None, given)


def _named_key(attributes: Mapping[str, str], name: str) -> str:
    distinguished = attributes.get("DistinguishedPropertySetId")
    guid = SETS[distinguished] if distinguished else attributes["PropertySetId"].lower()
    # The names of Internet headers are compared without regard to case, as headers are.
    said = attributes[name].lower() if guid == SETS["InternetHeaders"] else attributes[name]
    return f"set:{guid}:{'name' if name == 'PropertyName' else 'id'}:{said}:{attributes['PropertyType']}"


def read_values(name: PropertyName, element: etree._Element) -> list[Value]:
    """Read the values of an ExtendedProperty; raises EwsError("ErrorInvalidExtendedPropertyValue")."""
    several = xmlns.find(element, "t:Values")
    if name.is_array != (several is not None):
        raise EwsError("ErrorInvalidExtendedPropertyValue").about(dict(name.given))
    texts = (
        [xmlns.text_of(value) for value in xmlns.find_all(several, "t:Value")]
        if several is not None
        else [xmlns.text_at(element, "t:Value") or ""]
    )
    return [read_value(name, text) for text in texts]


def read_value(name: PropertyName, text: str) -> Value:
    """Read one value of a property; raises EwsError("ErrorInvalidExtendedPropertyValue")."""
    try:
        return _READERS[name.single](text)
    except (ValueError, binascii.Error, OverflowError):
        raise EwsError("ErrorInvalidExtendedPropertyValue").about(dict(name.given)) from None


def write_value(kind: str, value: Value) -> str:
    """Write a kept value as Exchange does."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if kind == "Boolean":
        return xmlns.flag(bool(value))
    if kind in {"SystemTime", "ApplicationTime"} and isinstance(value, int):
        return write_time(value)
    return str(value)


def read_time(text: str) -> int:
    """Turn an XML dateTime into milliseconds; one without a zone is taken as the request's. Raises ValueError."""
    said = datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", text.strip()))
    return ((said if said.tzinfo else said.replace(tzinfo=ZONE.get() or UTC)) - _EPOCH) // timedelta(milliseconds=1)


def write_time(milliseconds: int) -> str:
    """Write a time as Exchange does: whole seconds, in UTC or in the zone that the request has named."""
    moment = _EPOCH + timedelta(seconds=milliseconds // 1000)
    zone = ZONE.get()
    if zone is not None and _EPOCH.year - 900 < moment.year < MAXYEAR:
        return moment.astimezone(zone).isoformat(timespec="seconds")
    return f"{moment.replace(tzinfo=None).isoformat(timespec='seconds')}Z"


def _read_bounded(bits: int, text: str) -> int:
    number = int(text.strip())
    if not -(2 ** (bits - 1)) <= number < 2 ** (bits - 1):
        raise ValueError(text)
    return number


def _read_boolean(text: str) -> int:
    if text.strip().lower() not in {"true", "false", "1", "0"}:
        raise ValueError(text)
    return int(text.strip().lower() in {"true", "1"})


def _read_binary(text: str) -> bytes:
    return binascii.a2b_base64("".join(text.split()).encode("ascii"), strict_mode=True)


_READERS: Final[dict[str, Callable[[str], Value]]] = {
    "String": str,
    "Integer": lambda text: _read_bounded(32, text),
    "Short": lambda text: _read_bounded(16, text),
    "Long": lambda text: _read_bounded(64, text),
    "Currency": lambda text: _read_bounded(64, text),
    "Boolean": _read_boolean,
    "Double": float,
    "Float": float,
    "ApplicationTime": float,
    "SystemTime": read_time,
    "Binary": _read_binary,
    "CLSID": lambda text: str(uuid.UUID(text.strip())),
}
