"""ResolveNames and ExpandDL: who is meant by a name, and who is on a list."""

from typing import Final

from lxml import etree

from app.sandbox import xmlns
from app.sandbox.access import find_folder
from app.sandbox.call import Call, Operation, answer, answer_each, refuse, succeed
from app.sandbox.errors import EwsError
from app.sandbox.fields.reading import mailbox_element
from app.sandbox.store.items import Mailbox
from app.sandbox.store.people import Person

_MOST: Final = 100


def _resolve(call: Call, request: etree._Element) -> etree._Element:
    response, messages = answer("ResolveNames")
    fault = call.fault_of(0)
    try:
        if fault:
            raise fault.error
        for folder in xmlns.find_all(request, "m:ParentFolderIds/*"):
            if find_folder(call, folder).folder_class != "IPF.Contact":
                raise EwsError("ErrorResolveNamesInvalidFolderType")
        found = _matching(call, (xmlns.text_at(request, "m:UnresolvedEntry") or "").strip())
        if not found:
            raise EwsError("ErrorNameResolutionNoResults")
    except EwsError as error:
        refuse(messages, "ResolveNames", error, call.culture)
        return response
    full = xmlns.is_true(request.get("ReturnFullContactData"))
    resolved = _resolutions(found[:_MOST], full=full, cut=len(found) > _MOST)
    if len(found) == 1:
        succeed(messages, "ResolveNames", [resolved])
    else:
        several = EwsError("ErrorNameResolutionMultipleResults")
        refuse(messages, "ResolveNames", several, call.culture, parts=[resolved], warning=True)
    return response


def _matching(call: Call, entry: str) -> list[Person]:
    """Return whom Exchange's ambiguous name resolution finds: by the start of any part of a name, alias or address."""
    said = entry.removeprefix("smtp:").removeprefix("SMTP:").strip().casefold()
    if not said:
        raise EwsError("ErrorInvalidNameForNameResolution")
    exact = said.removeprefix("=")
    found = []
    for person in call.store.people.everybody():
        if person.traits.get("hidden") and exact not in {person.address.casefold(), person.alias.casefold()}:
            continue
        names = {person.address.casefold(), person.alias.casefold(), person.display_name.casefold()}
        words = person.display_name.casefold().split()
        if exact in names or (said == exact and _starts(said, [*names, *words])):
            found.append(person)
    precise = [one for one in found if exact in {one.address.casefold(), one.display_name.casefold()}]
    return precise or found


def _starts(said: str, names: list[str]) -> bool:
    if any(name.startswith(said) for name in names):
        return True
    parts = said.split()
    return len(parts) > 1 and all(any(name.startswith(part) for name in names) for part in parts)


def _mailbox_of(person: Person) -> etree._Element:
    return mailbox_element(Mailbox(person.display_name, person.address, "SMTP", person.mailbox_type))


def _resolutions(people: list[Person], *, full: bool, cut: bool) -> etree._Element:
    resolved = xmlns.make(
        "m:ResolutionSet", None, TotalItemsInView=str(len(people)), IncludesLastItemInRange=xmlns.flag(not cut)
    )
    for person in people:
        resolution = xmlns.add(resolved, "t:Resolution")
        resolution.append(_mailbox_of(person))
        if full:
            resolution.append(_contact(person))
    return resolved


def _contact(person: Person) -> etree._Element:
    contact = xmlns.make("t:Contact")
    given, _, surname = person.display_name.partition(" ")
    xmlns.add(contact, "t:DisplayName", person.display_name)
    if person.kind == "Mailbox":
        xmlns.add(contact, "t:GivenName", given)
    addresses = xmlns.add(contact, "t:EmailAddresses")
    xmlns.add(
        addresses,
        "t:Entry",
        person.address,
        Key="EmailAddress1",
        Name=person.display_name,
        RoutingType="SMTP",
        MailboxType=person.mailbox_type,
    )
    if person.telephone:
        xmlns.add(xmlns.add(contact, "t:PhoneNumbers"), "t:Entry", person.telephone, Key="BusinessPhone")
    xmlns.add(contact, "t:ContactSource", "ActiveDirectory")
    if person.department:
        xmlns.add(contact, "t:Department", person.department)
    if person.job_title:
        xmlns.add(contact, "t:JobTitle", person.job_title)
    if person.kind == "Mailbox" and surname:
        xmlns.add(contact, "t:Surname", surname)
    return contact


def _expand(call: Call, request: etree._Element) -> etree._Element:
    def expand(mailbox: etree._Element) -> list[etree._Element]:
        address = xmlns.text_at(mailbox, "t:EmailAddress")
        if not address:
            raise EwsError("ErrorMissingInformationEmailAddress")
        group = call.store.people.with_address(address)
        if group is None or group.kind != "PublicDL":
            raise EwsError("ErrorNameResolutionNoResults")
        members = [call.store.people.with_address(one) for one in call.store.people.members(group.id)]
        shown = [one for one in members if one is not None]
        if group.traits.get("hidden_members"):
            shown = []
        expansion = xmlns.make("m:DLExpansion", None, TotalItemsInView=str(len(shown)), IncludesLastItemInRange="true")
        for person in shown:
            expansion.append(_mailbox_of(person))
        return [expansion]

    return answer_each(call, "ExpandDL", xmlns.find_all(request, "m:Mailbox"), expand, write=False)


RESOLVE: Final = Operation(
    "ResolveNames",
    "@ReturnFullContactData:boolean! @SearchScope:SearchScopeKind @ContactDataShape:BaseShapeKind "
    "ParentFolderIds:FolderIds? UnresolvedEntry:nonempty",
    _resolve,
)
EXPAND: Final = Operation("ExpandDL", "Mailbox", _expand)
