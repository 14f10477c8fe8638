"""Operations on people: names, people, mail tips."""

from typing import Final

from lxml import etree

from app.sandbox import xmlns
from app.sandbox.access import find_folder
from app.sandbox.call import Call, ServiceOperation, answer, answer_each, refuse, succeed
from app.sandbox.errors import SUCCESS, EwsError
from app.sandbox.fields.reading import mailbox_element
from app.sandbox.ids import ObjectId
from app.sandbox.out_of_office import read_oof
from app.sandbox.sending import LARGEST_MESSAGE, is_address
from app.sandbox.store.items import StoredMailbox
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
    return mailbox_element(StoredMailbox(person.display_name, person.address, "SMTP", person.mailbox_type))


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


RESOLVE_NAMES: Final = ServiceOperation(
    "ResolveNames",
    "@ReturnFullContactData:boolean! @SearchScope:SearchScopeKind @ContactDataShape:BaseShapeKind "
    "ParentFolderIds:FolderIds? UnresolvedEntry:nonempty",
    _resolve,
)
EXPAND_DL: Final = ServiceOperation("ExpandDL", "Mailbox", _expand)


PERSONA: Final = 0x16
"""The kind of a PersonaId; no operation on items takes one."""
_EVERYBODY: Final = frozenset({"directory"})


def answer_find_people(call: Call, request: etree._Element) -> etree._Element:
    """Answer a FindPeople request."""
    response = etree.Element(xmlns.tag("m:FindPeopleResponse"), nsmap={"m": xmlns.messages, "t": xmlns.type_})
    try:
        fault = call.fault_of(0)
        if fault:
            raise fault.error
        found = _find(call, request)
        view = xmlns.find_all(request, "m:IndexedPageItemView")[0]
        offset, limit = int(str(view.get("Offset"))), int(str(view.get("MaxEntriesReturned") or 1000))
        if offset < 0 or view.get("BasePoint") != "Beginning":
            raise EwsError("ErrorInvalidIndexedPagingParameters")
        if limit <= 0:
            raise EwsError("ErrorInvalidPagingMaxRows")
    except EwsError as error:
        response.set("ResponseClass", "Error")
        xmlns.add(response, "m:MessageText", error.words(call.culture))
        xmlns.add(response, "m:ResponseCode", error.code)
        xmlns.add(response, "m:DescriptiveLinkKey", "0")
        return response
    response.set("ResponseClass", "Success")
    xmlns.add(response, "m:ResponseCode", SUCCESS)
    people = xmlns.add(response, "m:People")
    base = (xmlns.text_at(request, "m:PersonaShape/t:BaseShape") or "Default").strip()
    for person in found[offset : offset + min(limit, 1000)]:
        people.append(_persona(call, person, id_only=base == "IdOnly"))
    xmlns.add(response, "m:TotalNumberOfPeopleInView", str(len(found)))
    xmlns.add(response, "m:FirstMatchingRowIndex", "0")
    xmlns.add(response, "m:FirstLoadedRowIndex", str(min(offset, len(found))))
    return response


def _find(call: Call, request: etree._Element) -> list[Person]:
    if xmlns.find(request, "m:Restriction") is not None or xmlns.find(request, "m:AggregationRestriction") is not None:
        # Personas are searched by words here; Exchange too knows restrictions of few of their fields.
        raise EwsError("ErrorUnsupportedPathForQuery")
    named = next(iter(xmlns.find_all(request, "m:ParentFolderId/*")), None)
    if named is not None and xmlns.local(named) == "FolderId":
        find_folder(call, named)
        return []
    if named is not None and xmlns.local(named) == "DistinguishedFolderId" and named.get("Id") not in _EVERYBODY:
        # A folder of the caller's own contacts: it is empty here.
        find_folder(call, named)
        return []
    words = (xmlns.text_at(request, "m:QueryString") or "").casefold().split()
    everybody = [one for one in call.store.people.everybody() if not one.traits.get("hidden")]
    found = [one for one in everybody if all(_matches(one, word) for word in words)]
    return sorted(found, key=lambda one: one.display_name.casefold())


def _matches(person: Person, word: str) -> bool:
    names = [*person.display_name.casefold().split(), person.address.casefold(), person.alias.casefold()]
    return any(name.startswith(word.strip('"*')) for name in names)


def _persona(call: Call, person: Person, *, id_only: bool) -> etree._Element:
    persona = xmlns.make("t:Persona")
    identity = call.store.database.ids.write(ObjectId(PERSONA, person.id, person.id))
    xmlns.add(persona, "t:PersonaId", None, Id=identity)
    if id_only:
        return persona
    xmlns.add(persona, "t:PersonaType", "DistributionList" if person.kind == "PublicDL" else "Person")
    xmlns.add(persona, "t:DisplayName", person.display_name)
    given, _, surname = person.display_name.partition(" ")
    for name, value in (
        ("GivenName", given if person.kind == "Mailbox" else ""),
        ("Surname", surname if person.kind == "Mailbox" else ""),
        ("Title", person.job_title),
        ("Department", person.department),
    ):
        if value:
            xmlns.add(persona, f"t:{name}", value)
    _address(xmlns.add(persona, "t:EmailAddress"), person)
    _address(xmlns.add(xmlns.add(persona, "t:EmailAddresses"), "t:Address"), person)
    xmlns.add(persona, "t:RelevanceScore", "1000")
    return persona


def _address(element: etree._Element, person: Person) -> None:
    xmlns.add(element, "t:Name", person.display_name)
    xmlns.add(element, "t:EmailAddress", person.address)
    xmlns.add(element, "t:RoutingType", "SMTP")
    xmlns.add(element, "t:MailboxType", person.mailbox_type)


# exchangelib 5.6 adds a Traversal that the schema does not have, and Exchange takes it; remove when that is mended.
FIND_PEOPLE: Final = ServiceOperation(
    "FindPeople",
    "@Traversal:ItemTraversalKind PersonaShape:FolderShape? IndexedPageItemView:IndexedPageView Restriction? "
    "AggregationRestriction:Restriction? SortOrder? ParentFolderId:TargetFolder? QueryString:string? "
    "SearchPeopleSuggestionIndex:boolean? TopicQueryString:string? Context:Anything? QuerySources:Anything?",
    answer_find_people,
)


_MOST_TIPS: Final = 100


def answer_get_mail_tips(call: Call, request: etree._Element) -> etree._Element:
    """Answer a GetMailTips request."""
    response = etree.Element(
        xmlns.tag("m:GetMailTipsResponse"), ResponseClass="Success", nsmap={"m": xmlns.messages, "t": xmlns.type_}
    )
    sender = xmlns.text_at(request, "m:SendingAs/t:EmailAddress") or call.user.address
    wanted = set((xmlns.text_at(request, "m:MailTipsRequested") or "").split())
    recipients = xmlns.find_all(request, "m:Recipients/t:Mailbox")
    fault = call.fault_of(0)
    if fault or len(recipients) > _MOST_TIPS:
        return _refused(response, fault.error if fault else EwsError("ErrorInvalidArgument"), call.culture)
    xmlns.add(response, "m:ResponseCode", SUCCESS)
    if not recipients:
        return response
    answers = xmlns.add(response, "m:ResponseMessages")
    for recipient in recipients:
        message = xmlns.add(answers, "m:MailTipsResponseMessageType", ResponseClass="Success")
        xmlns.add(message, "m:ResponseCode", SUCCESS)
        message.append(_tips_of(call, recipient, sender, wanted))
    return response


def _refused(element: etree._Element, error: EwsError, culture: str) -> etree._Element:
    element.set("ResponseClass", "Error")
    xmlns.add(element, "m:MessageText", error.words(culture))
    xmlns.add(element, "m:ResponseCode", error.code)
    xmlns.add(element, "m:DescriptiveLinkKey", "0")
    return element


def _tips_of(call: Call, recipient: etree._Element, sender: str, wanted: set[str]) -> etree._Element:
    address = (xmlns.text_at(recipient, "t:EmailAddress") or "").strip()
    person = call.store.people.with_address(address)
    tips = xmlns.make("m:MailTips")
    named = mailbox_element(StoredMailbox(person.display_name if person else None, address or "invalid", "SMTP"))
    named.tag = xmlns.tag("t:RecipientAddress")
    tips.append(named)
    xmlns.add(tips, "t:PendingMailTips")

    def asked(name: str) -> bool:
        return bool(wanted & {name, "All"})

    if asked("OutOfOfficeMessage") and person is not None and person.has_mailbox:
        _show_oof(call, tips, person)
    if asked("MailboxFullStatus"):
        xmlns.add(tips, "t:MailboxFull", xmlns.flag(person is not None and _is_full(call, person)))
    if asked("CustomMailTip") and person is not None and person.traits.get("mail_tip"):
        xmlns.add(tips, "t:CustomMailTip", str(person.traits["mail_tip"]))
    if person is not None and person.kind == "PublicDL":
        _show_members(call, tips, person, total=asked("TotalMemberCount"), external=asked("ExternalMemberCount"))
    if asked("MaxMessageSize"):
        largest = LARGEST_MESSAGE if person is None else person.traits.get("largest_message", LARGEST_MESSAGE)
        xmlns.add(tips, "t:MaxMessageSize", str(largest))
    if asked("DeliveryRestriction"):
        allowed = [sender] if person is None else person.traits.get("senders", [sender])
        xmlns.add(tips, "t:DeliveryRestricted", xmlns.flag(sender.lower() not in {one.lower() for one in allowed}))
    if asked("ModerationStatus"):
        xmlns.add(tips, "t:IsModerated", "false")
    if asked("InvalidRecipient"):
        own = address.rpartition("@")[2].lower() == call.user.address.rpartition("@")[2].lower()
        xmlns.add(tips, "t:InvalidRecipient", xmlns.flag(not is_address(address) or (own and person is None)))
    return tips


def _is_full(call: Call, person: Person) -> bool:
    quota = person.traits.get("quota")
    used = call.store.database.number("SELECT sum(size) FROM items WHERE mailbox_id = ?", (person.id,))
    return quota is not None and used >= int(quota)


def _show_oof(call: Call, tips: etree._Element, person: Person) -> None:
    words = read_oof(call.store, person).answers(outside=False)
    body = xmlns.add(xmlns.add(tips, "t:OutOfOffice"), "t:ReplyBody")
    xmlns.add(body, "t:Message", words or "")


def _show_members(call: Call, tips: etree._Element, group: Person, *, total: bool, external: bool) -> None:
    members = [call.store.people.with_address(one) for one in call.store.people.members(group.id)]
    if total:
        xmlns.add(tips, "t:TotalMemberCount", str(len(members)))
    if external:
        outside = sum(1 for one in members if one is None or one.kind == "Contact")
        xmlns.add(tips, "t:ExternalMemberCount", str(outside))


GET_MAIL_TIPS: Final = ServiceOperation(
    "GetMailTips", "SendingAs:Mailbox Recipients MailTipsRequested:MailTipKinds", answer_get_mail_tips
)

OPERATIONS: Final = (EXPAND_DL, FIND_PEOPLE, GET_MAIL_TIPS, RESOLVE_NAMES)
