"""GetServerTimeZones: the time zones that the server knows, by the names of Windows."""

from datetime import UTC, datetime
from typing import Final

from lxml import etree

from app.sandbox import xmlns
from app.sandbox.call import Call, Operation, answer, refuse, succeed
from app.sandbox.errors import EwsError
from app.sandbox.zones import NAMES, define


def run(call: Call, request: etree._Element) -> etree._Element:
    """Answer a GetServerTimeZones request."""
    response, messages = answer("GetServerTimeZones")
    full = request.get("ReturnFullTimeZoneData")
    named = [(one.text or "").strip() for one in xmlns.find_all(request, "m:Ids/t:Id")]
    zones = xmlns.make("m:TimeZoneDefinitions")
    try:
        fault = call.fault_of(0)
        if fault:
            raise fault.error
        for name in named or NAMES:
            if name not in NAMES:
                raise EwsError("ErrorTimeZone")
            zones.append(define(name, datetime.now(UTC).year, full=full is None or xmlns.is_true(full)))
        succeed(messages, "GetServerTimeZones", [zones])
    except EwsError as error:
        refuse(messages, "GetServerTimeZones", error, call.culture, parts=[xmlns.make("m:TimeZoneDefinitions")])
    return response


OPERATION: Final = Operation("GetServerTimeZones", "@ReturnFullTimeZoneData:boolean Ids:ZoneIds?", run)
