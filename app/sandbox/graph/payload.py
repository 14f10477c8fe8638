"""Reads the values of a request's JSON as their types have it, in the words of the service where they do not fit."""

import re
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from app.sandbox.errors import EwsError
from app.sandbox.fields.writing import read_base64
from app.sandbox.graph.call import GraphCall, GraphError
from app.sandbox.properties import read_time, write_time
from app.sandbox.store.items import StoredMailbox
from app.sandbox.zones import NAMES

_BODY: Final = "RequestBodyRead"


def _misfit(value: object, kind: str) -> GraphError:
    return GraphError(_BODY, f"Cannot convert the literal '{value}' to the expected type '{kind}'.")


def text(value: Any) -> str | None:
    """Return a text, or None for null; raises GraphError."""
    if value is not None and not isinstance(value, str):
        raise _misfit(value, "Edm.String")
    return value


def boolean(value: Any) -> bool:
    """Return true or false, which may come as a text in any case; raises GraphError."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in {"true", "false"}:
        return value.lower() == "true"
    raise _misfit(value, "Edm.Boolean")


def number(value: Any) -> int:
    """Return a whole number; raises GraphError."""
    if isinstance(value, bool) or not isinstance(value, int | str) or not re.fullmatch(r"-?\d{1,18}", str(value)):
        raise _misfit(value, "Edm.Int64")
    return int(value)


def choice(value: Any, names: tuple[str, ...], kind: str) -> int:
    """Return the place of a name among `names`, whatever its case; raises GraphError."""
    if isinstance(value, str) and value.lower() in [one.lower() for one in names]:
        return [one.lower() for one in names].index(value.lower())
    raise GraphError(_BODY, f"Requested value '{value}' was not found in '{kind}'.")


def several(value: Any) -> list[Any]:
    """Return the members of a list; raises GraphError."""
    if not isinstance(value, list):
        raise GraphError(_BODY, "When trying to read the start of a collection, a node of another type was found.")
    return value


def members(value: Any, kind: str, *names: str) -> dict[str, Any]:
    """Return an object that has none but these names; annotations are left out. Raises GraphError."""
    if not isinstance(value, dict):
        raise GraphError(_BODY, f"A node of type 'PrimitiveValue' was read where a '{kind}' was expected.")
    found = {name: one for name, one in value.items() if "@odata." not in name}
    for name in found:
        if name not in names:
            raise GraphError(_BODY, f"The property '{name}' does not exist on type '{kind}'. Make sure to only use "
                             "property names that are defined by the type.")  # fmt: skip
    return found


def parameters(value: dict[str, Any], action: str, *names: str) -> dict[str, Any]:
    """Return an action's parameters by their names in `names`, whatever the case of their first letter."""
    known = {name.lower(): name for name in names}
    found = {known.get(name.lower(), name): one for name, one in value.items() if not name.startswith("@odata.")}
    for name in found:
        if name not in names:
            raise GraphError(_BODY, f"The parameter '{name}' in the request payload is not a valid parameter for the "
                             f"operation '{action}'.")  # fmt: skip
    return found


def needed(given: dict[str, Any], action: str, name: str) -> Any:
    """Return a parameter that must be there; raises GraphError."""
    if given.get(name) is None:
        raise GraphError(_BODY, f"One or more parameters of the operation '{action}' are missing from the request "
                         f"payload. The missing parameters are: {name}.")  # fmt: skip
    return given[name]


def base64_of(value: Any) -> bytes:
    """Return what base64 stands for; raises GraphError."""
    said = text(value) or ""
    try:
        return read_base64(said)
    except EwsError:
        raise _misfit(said[:40], "Edm.Binary") from None


def mailbox(call: GraphCall, value: Any) -> StoredMailbox:
    """Return a recipient; an address of the organisation gets the name that the directory has for it."""
    given = members(value, "microsoft.graph.recipient", "emailAddress")
    if given.get("emailAddress") is None:
        return StoredMailbox()
    named = members(given["emailAddress"], "microsoft.graph.emailAddress", "name", "address")
    name, address = text(named.get("name")), (text(named.get("address")) or "").strip()
    known = call.store.people.with_address(address) if address else None
    if known is not None:
        return StoredMailbox(known.display_name, known.address, "SMTP", known.mailbox_type)
    return StoredMailbox(name or address or None, address or None, "SMTP" if address else None, "OneOff")


def moment(value: Any) -> int | None:
    """Return a dateTimeTimeZone as milliseconds, None for null; raises GraphError."""
    if value is None:
        return None
    given = members(value, "microsoft.graph.dateTimeTimeZone", "dateTime", "timeZone")
    said, zone = text(given.get("dateTime")) or "", text(given.get("timeZone")) or "UTC"
    try:
        key = NAMES[zone][0] if zone in NAMES else zone
        read = datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", said.removesuffix("Z")))
        placed = read if read.tzinfo else read.replace(tzinfo=UTC if key == "UTC" else ZoneInfo(key))
        return read_time(placed.isoformat())
    except (ValueError, OverflowError, KeyError, OSError):
        raise GraphError("ErrorInvalidTimeZone", "A valid TimeZone and DateTime value must be specified.") from None


def show_moment(milliseconds: int | None) -> dict[str, str] | None:
    """Return a time as a dateTimeTimeZone in UTC."""
    if milliseconds is None:
        return None
    return {"dateTime": f"{write_time(milliseconds).removesuffix('Z')}.0000000", "timeZone": "UTC"}
