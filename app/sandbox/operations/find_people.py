"""FindPeople: the people of the directory, by the page, for who looks for somebody to write to."""

from typing import Final

from lxml import etree

from app.sandbox import xmlns
from app.sandbox.access import find_folder
from app.sandbox.call import Call, Operation
from app.sandbox.errors import SUCCESS, EwsError
from app.sandbox.ids import ObjectId
from app.sandbox.store.people import Person

PERSONA: Final = 0x16
"""The kind of a PersonaId; no operation on items takes one."""
_EVERYBODY: Final = frozenset({"directory"})


def run(call: Call, request: etree._Element) -> etree._Element:
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
        # A folder of contacts of the caller's own: nobody keeps any here.
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


# exchangelib 5.6 adds a Traversal that the schema does not have, and Exchange takes it; to go when that is mended.
OPERATION: Final = Operation(
    "FindPeople",
    "@Traversal:ItemTraversalKind PersonaShape:FolderShape? IndexedPageItemView:IndexedPageView Restriction? "
    "AggregationRestriction:Restriction? SortOrder? ParentFolderId:TargetFolder? QueryString:string? "
    "SearchPeopleSuggestionIndex:boolean? TopicQueryString:string? Context:Anything? QuerySources:Anything?",
    run,
)
