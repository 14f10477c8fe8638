"""GetDelegate: who may act for the owner of a mailbox ([MS-OXWSDLGM] 3.1.4.2)."""

from typing import Final

from lxml import etree

from app.sandbox import xmlns
from app.sandbox.call import Call, Operation
from app.sandbox.errors import SUCCESS, EwsError
from app.sandbox.store.people import Person

_FOLDERS: Final = ("Calendar", "Tasks", "Inbox", "Contacts", "Notes", "Journal")
_LEVELS: Final = (("full", "Editor"), ("editor", "Editor"), ("author", "Author"), ("reader", "Reviewer"))


def run(call: Call, request: etree._Element) -> etree._Element:
    """Answer a GetDelegate request."""
    response = etree.Element(xmlns.tag("m:GetDelegateResponse"), nsmap={"m": xmlns.messages, "t": xmlns.type_})
    try:
        fault = call.fault_of(0)
        if fault:
            raise fault.error
        owner = _owner(call, request)
        _succeed(response)
        messages = xmlns.make("m:ResponseMessages")
        full = xmlns.is_true(request.get("IncludePermissions"))
        for person, is_delegate in _asked(call, request, owner):
            _show(call, messages, (owner, person), is_delegate=is_delegate, full=full)
        if len(messages):
            response.append(messages)
        xmlns.add(response, "m:DeliverMeetingRequests", "DelegatesAndSendInformationToMe")
    except EwsError as error:
        _refuse(response, error, call.culture)
    return response


def _owner(call: Call, request: etree._Element) -> Person:
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
        _refuse(message, EwsError("ErrorNotDelegate" if person else "ErrorDelegateNoUser"), call.culture)
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


def _refuse(element: etree._Element, error: EwsError, culture: str) -> None:
    element.set("ResponseClass", "Error")
    xmlns.add(element, "m:MessageText", error.words(culture))
    xmlns.add(element, "m:ResponseCode", error.code)
    xmlns.add(element, "m:DescriptiveLinkKey", "0")


OPERATION: Final = Operation("GetDelegate", "@IncludePermissions:boolean! Mailbox UserIds:UserIds?", run)
