"""Operations on a mailbox's settings: out of office, delegates, configurations, time zones, ids."""

import base64
import binascii
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote, unquote

from lxml import etree

from app.sandbox import xmlns
from app.sandbox.access import READ, find_folder
from app.sandbox.call import Call, ServiceOperation, answer, answer_each, refuse, succeed
from app.sandbox.errors import SUCCESS, EwsError
from app.sandbox.out_of_office import OutOfOffice, read_oof, write_oof
from app.sandbox.properties import read_time, write_time
from app.sandbox.store.folders import StoredFolder
from app.sandbox.store.people import Person
from app.sandbox.zones import NAMES, define


def _oof_owner(call: Call, request: etree._Element, allowed: frozenset[str]) -> Person:
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


def _refuse_oof(message: etree._Element, error: EwsError, culture: str) -> None:
    message.set("ResponseClass", "Error")
    xmlns.add(message, "m:MessageText", error.words(culture))
    xmlns.add(message, "m:ResponseCode", error.code)
    xmlns.add(message, "m:DescriptiveLinkKey", "0")


def _get(call: Call, request: etree._Element) -> etree._Element:
    response, message = _begin("GetUserOofSettings")
    try:
        settings = read_oof(call.store, _oof_owner(call, request, frozenset({"full", "editor", "reader"})))
    except EwsError as error:
        _refuse_oof(message, error, call.culture)
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
        owner = _oof_owner(call, request, frozenset({"full"}))
        settings = _read(call, owner, xmlns.find_all(request, "t:UserOofSettings")[0])
        with call.store.database.writing():
            write_oof(call.store, owner, settings)
        xmlns.add(message, "m:ResponseCode", SUCCESS)
    except EwsError as error:
        _refuse_oof(message, error, call.culture)
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
GET_OOF_SETTINGS: Final = ServiceOperation("GetUserOofSettingsRequest", "t:Mailbox:OofMailbox", _get)
SET_OOF_SETTINGS: Final = ServiceOperation("SetUserOofSettingsRequest", "t:Mailbox:OofMailbox t:UserOofSettings", _set)


_FOLDERS: Final = ("Calendar", "Tasks", "Inbox", "Contacts", "Notes", "Journal")
_LEVELS: Final = (("full", "Editor"), ("editor", "Editor"), ("author", "Author"), ("reader", "Reviewer"))


def answer_get_delegate(call: Call, request: etree._Element) -> etree._Element:
    """Answer a GetDelegate request."""
    response = etree.Element(xmlns.tag("m:GetDelegateResponse"), nsmap={"m": xmlns.messages, "t": xmlns.type_})
    try:
        fault = call.fault_of(0)
        if fault:
            raise fault.error
        owner = _delegating_mailbox(call, request)
        _succeed(response)
        messages = xmlns.make("m:ResponseMessages")
        full = xmlns.is_true(request.get("IncludePermissions"))
        for person, is_delegate in _asked(call, request, owner):
            _show(call, messages, (owner, person), is_delegate=is_delegate, full=full)
        if len(messages):
            response.append(messages)
        xmlns.add(response, "m:DeliverMeetingRequests", "DelegatesAndSendInformationToMe")
    except EwsError as error:
        _refuse_delegate(response, error, call.culture)
    return response


def _delegating_mailbox(call: Call, request: etree._Element) -> Person:
    address = xmlns.text_at(request, "m:Mailbox/t:EmailAddress")
    if not address:
        raise EwsError("ErrorMissingInformationEmailAddress")
    owner = call.store.people.with_address(address)
    if owner is None or not owner.has_mailbox:
        raise EwsError("ErrorNonExistentMailbox")
    if "full" not in call.store.people.rights(owner.id, call.user.id):
        raise EwsError("ErrorAccessDenied")
    return owner


def _asked(call: Call, request: etree._Element, owner: Person) -> list[tuple[Person | None, bool]]:
    """Return whom the request is about, and whether they are delegates: those it names, or all there are."""
    everybody = call.store.people.everybody()
    delegates = [one for one in everybody if "on-behalf" in call.store.people.rights(owner.id, one.id)]
    named = xmlns.find_all(request, "m:UserIds/t:UserId")
    if not named:
        return [(one, True) for one in delegates]
    addresses = [xmlns.text_at(one, "t:PrimarySmtpAddress") or "" for one in named]
    people = [call.store.people.with_address(one) for one in addresses]
    return [(one, one is not None and one.id in {each.id for each in delegates}) for one in people]


def _show(
    call: Call, parent: etree._Element, pair: tuple[Person, Person | None], *, is_delegate: bool, full: bool
) -> None:
    owner, person = pair
    message = xmlns.add(parent, "m:DelegateUserResponseMessageType")
    if person is None or not is_delegate:
        _refuse_delegate(message, EwsError("ErrorNotDelegate" if person else "ErrorDelegateNoUser"), call.culture)
        return
    _succeed(message)
    user = xmlns.add(message, "m:DelegateUser")
    identity = xmlns.add(user, "t:UserId")
    xmlns.add(identity, "t:PrimarySmtpAddress", person.address)
    xmlns.add(identity, "t:DisplayName", person.display_name)
    if full:
        rights = call.store.people.rights(owner.id, person.id)
        level = next((shown for right, shown in _LEVELS if right in rights), "None")
        permissions = xmlns.add(user, "t:DelegatePermissions")
        for folder in _FOLDERS:
            xmlns.add(permissions, f"t:{folder}FolderPermissionLevel", level)
    xmlns.add(user, "t:ReceiveCopiesOfMeetingMessages", "false")
    xmlns.add(user, "t:ViewPrivateItems", "false")


def _succeed(element: etree._Element) -> None:
    element.set("ResponseClass", "Success")
    xmlns.add(element, "m:ResponseCode", SUCCESS)


def _refuse_delegate(element: etree._Element, error: EwsError, culture: str) -> None:
    element.set("ResponseClass", "Error")
    xmlns.add(element, "m:MessageText", error.words(culture))
    xmlns.add(element, "m:ResponseCode", error.code)
    xmlns.add(element, "m:DescriptiveLinkKey", "0")


GET_DELEGATE: Final = ServiceOperation(
    "GetDelegate", "@IncludePermissions:boolean! Mailbox UserIds:UserIds?", answer_get_delegate
)


_LIST: Final = "CategoryList"
_NAMESPACE: Final = "CategoryList.xsd"
_SHORTCUTS: Final = 11


def answer_get_user_configuration(call: Call, request: etree._Element) -> etree._Element:
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


def _categories(call: Call, folder: StoredFolder, name: str) -> list[str]:
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


GET_USER_CONFIGURATION: Final = ServiceOperation(
    "GetUserConfiguration",
    "UserConfigurationName UserConfigurationProperties:ConfigurationKinds",
    answer_get_user_configuration,
)


def answer_get_server_time_zones(call: Call, request: etree._Element) -> etree._Element:
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


GET_SERVER_TIME_ZONES: Final = ServiceOperation(
    "GetServerTimeZones", "@ReturnFullTimeZoneData:boolean Ids:ZoneIds?", answer_get_server_time_zones
)


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


def answer_convert_id(call: Call, request: etree._Element) -> etree._Element:
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
        named = call.store.database.ids.read_id(base64.b64encode(raw).decode())
        if not call.store.people.rights(named.mailbox, call.user.id) & READ:
            raise EwsError("ErrorAccessDenied")
        address = call.store.people.with_id(named.mailbox).address
        found = xmlns.make("m:AlternateId", None, Format=wanted, Id=_FORMATS[wanted][0](raw), Mailbox=address)
        # The type of this element is open in the schema, so that the reply has to say which it is.
        found.set(f"{{{xmlns.xsi}}}type", "t:AlternateIdType")
        return [found]

    sources = list(xmlns.find_all(request, "m:SourceIds")[0].iterchildren(etree.Element))
    return answer_each(call, "ConvertId", sources, convert, write=False)


CONVERT_ID: Final = ServiceOperation(
    "ConvertId", "@DestinationFormat:IdKind! SourceIds:AlternateIds", answer_convert_id
)

OPERATIONS: Final = (
    CONVERT_ID,
    GET_DELEGATE,
    GET_OOF_SETTINGS,
    GET_SERVER_TIME_ZONES,
    GET_USER_CONFIGURATION,
    SET_OOF_SETTINGS,
)
