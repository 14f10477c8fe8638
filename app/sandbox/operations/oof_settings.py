"""GetUserOofSettings and SetUserOofSettings: what a mailbox answers while its owner is away ([MS-OXWOOF])."""

from typing import Final

from lxml import etree

from app.sandbox import xmlns
from app.sandbox.call import Call, Operation
from app.sandbox.errors import SUCCESS, EwsError
from app.sandbox.out_of_office import OutOfOffice, read_oof, write_oof
from app.sandbox.properties import read_time, write_time
from app.sandbox.store.people import Person


def _owner(call: Call, request: etree._Element, allowed: frozenset[str]) -> Person:
    address = xmlns.text_at(request, "t:Mailbox/t:Address") or ""
    owner = call.store.people.with_address(address)
    if owner is None or not owner.has_mailbox:
        raise EwsError("ErrorNonExistentMailbox")
    if not call.store.people.rights(owner.id, call.user.id) & allowed:
        raise EwsError("ErrorAccessDenied")
    fault = call.fault_of(0)
    if fault:
        raise fault.error
    return owner


def _begin(name: str) -> tuple[etree._Element, etree._Element]:
    response = etree.Element(xmlns.tag(f"m:{name}Response"), nsmap={"m": xmlns.messages, "t": xmlns.type_})
    return response, xmlns.add(response, "m:ResponseMessage", ResponseClass="Success")


def _refuse(message: etree._Element, error: EwsError, culture: str) -> None:
    message.set("ResponseClass", "Error")
    xmlns.add(message, "m:MessageText", error.words(culture))
    xmlns.add(message, "m:ResponseCode", error.code)
    xmlns.add(message, "m:DescriptiveLinkKey", "0")


def _get(call: Call, request: etree._Element) -> etree._Element:
    response, message = _begin("GetUserOofSettings")
    try:
        settings = read_oof(call.store, _owner(call, request, frozenset({"full", "editor", "reader"})))
    except EwsError as error:
        _refuse(message, error, call.culture)
        return response
    xmlns.add(message, "m:ResponseCode", SUCCESS)
    shown = xmlns.add(response, "t:OofSettings")
    xmlns.add(shown, "t:OofState", settings.state)
    xmlns.add(shown, "t:ExternalAudience", settings.audience)
    duration = xmlns.add(shown, "t:Duration")
    xmlns.add(duration, "t:StartTime", write_time(settings.start))
    xmlns.add(duration, "t:EndTime", write_time(settings.end))
    for name, text in (("InternalReply", settings.internal), ("ExternalReply", settings.external)):
        xmlns.add(xmlns.add(shown, f"t:{name}"), "t:Message", text)
    xmlns.add(response, "m:AllowExternalOof", "All")
    return response


def _set(call: Call, request: etree._Element) -> etree._Element:
    response, message = _begin("SetUserOofSettings")
    try:
        owner = _owner(call, request, frozenset({"full"}))
        settings = _read(call, owner, xmlns.find_all(request, "t:UserOofSettings")[0])
        with call.store.database.writing():
            write_oof(call.store, owner, settings)
        xmlns.add(message, "m:ResponseCode", SUCCESS)
    except EwsError as error:
        _refuse(message, error, call.culture)
    return response


def _read(call: Call, owner: Person, element: etree._Element) -> OutOfOffice:
    before = read_oof(call.store, owner)
    state = (xmlns.text_at(element, "t:OofState") or "").strip()
    start, end = before.start, before.end
    if xmlns.find(element, "t:Duration") is not None:
        try:
            start = read_time(xmlns.text_at(element, "t:Duration/t:StartTime") or "")
            end = read_time(xmlns.text_at(element, "t:Duration/t:EndTime") or "")
        except (ValueError, OverflowError):
            raise EwsError("ErrorInvalidArgument") from None
    elif state == "Scheduled":
        raise EwsError("ErrorInvalidScheduledOofDuration")
    if state == "Scheduled" and end <= start:
        raise EwsError("ErrorInvalidScheduledOofDuration")
    return OutOfOffice(
        state,
        (xmlns.text_at(element, "t:ExternalAudience") or "").strip(),
        start,
        end,
        xmlns.text_at(element, "t:InternalReply/t:Message") or "",
        xmlns.text_at(element, "t:ExternalReply/t:Message") or "",
    )


# Alone among the operations, these name what they are about in the namespace of types.
GET: Final = Operation("GetUserOofSettingsRequest", "t:Mailbox:OofMailbox", _get)
SET: Final = Operation("SetUserOofSettingsRequest", "t:Mailbox:OofMailbox t:UserOofSettings", _set)
