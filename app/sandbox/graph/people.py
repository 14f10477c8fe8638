"""People, tips about them, a mailbox's settings, and ids in their other forms."""

import re
from typing import Any, Final
from uuid import NAMESPACE_DNS, uuid5

from app.sandbox.errors import EwsError
from app.sandbox.graph import payload
from app.sandbox.graph.call import GraphCall, GraphError, GraphReply
from app.sandbox.graph.lists import link_to
from app.sandbox.graph.selecting import read_select
from app.sandbox.ids import IMMUTABLE, ITEM, ObjectId
from app.sandbox.out_of_office import OutOfOffice, read_oof, write_oof
from app.sandbox.sending import LARGEST_MESSAGE, is_address
from app.sandbox.store.people import Person

_USER = (
    "businessPhones", "displayName", "givenName", "jobTitle", "mail", "mobilePhone", "officeLocation",
    "preferredLanguage", "surname", "userPrincipalName", "id",
)  # fmt: skip
_MORE = ("department", "mailNickname", "proxyAddresses", "companyName", "userType", "accountEnabled")


def person_id(person: Person) -> str:
    """Return the id of a person: the one that an ID token says."""
    return str(uuid5(NAMESPACE_DNS, person.address))


def show_user(person: Person, names: frozenset[str] | None) -> dict[str, Any]:
    """Return a person as a user."""
    given, _, surname = person.display_name.partition(" ")
    alone = person.kind != "Mailbox"
    values = {
        "businessPhones": [person.telephone] if person.telephone else [],
        "displayName": person.display_name,
        "givenName": None if alone else given,
        "jobTitle": person.job_title or None,
        "mail": person.address,
        "mobilePhone": None,
        "officeLocation": None,
        "preferredLanguage": None,
        "surname": None if alone else surname,
        "userPrincipalName": person.address,
        "id": person_id(person),
        "department": person.department or None,
        "mailNickname": person.alias,
        "proxyAddresses": [f"SMTP:{person.address}"],
        "companyName": "Contoso",
        "userType": "Member",
        "accountEnabled": person.password is not None,
    }
    return {name: value for name, value in values.items() if name in (names or _USER)}


def get_user(call: GraphCall) -> GraphReply:
    """Answer GET /me and /users/{address}."""
    said = call.request.query.get("$select")
    names = read_select(said, (*_USER, *_MORE), "microsoft.graph.user") if said else None
    context = {"@odata.context": f"{call.base}/v1.0/$metadata#users/$entity"}
    return GraphReply(200, {**context, **show_user(call.mailbox, names)})


_SPECIAL: Final = "Request_UnsupportedQuery"
_TERM: Final = re.compile(r'"?\s*(\w+)\s*:\s*([^"]*?)\s*"?')


def _page(call: GraphCall, found: list[dict[str, Any]], context: str, default: int, most: int) -> GraphReply:
    """Return a list page by page; raises GraphError for a $top that is too large."""
    said, skip = call.request.query.get("$top", str(default)), call.request.query.get("$skip", "0")
    if not said.isdecimal() or not 1 <= int(said) <= most or not skip.isdecimal():
        raise GraphError("BadRequest", f"Invalid page size specified: '{said[:20]}'. Must be between 1 and {most}.")
    top, start = int(said), int(skip)
    shown: dict[str, Any] = {"@odata.context": f"{call.base}/v1.0/$metadata#{context}"}
    if call.request.query.get("$count", "").lower() == "true":
        shown["@odata.count"] = len(found)
    if len(found) > start + top:
        shown["@odata.nextLink"] = link_to(call, **{"$top": said, "$skip": str(start + top)})
    return GraphReply(200, {**shown, "value": found[start : start + top]})


def _everybody(call: GraphCall, *kinds: str) -> list[Person]:
    return [one for one in call.store.people.everybody() if one.kind in kinds and not one.traits.get("hidden")]


def list_users(call: GraphCall) -> GraphReply:
    """Answer GET /users: all, or those that $search or $filter finds."""
    query = call.request.query
    names = read_select(query["$select"], (*_USER, *_MORE), "microsoft.graph.user") if query.get("$select") else None
    found = _found(call, _everybody(call, "Mailbox", "Shared"))
    return _page(call, [show_user(one, names) for one in found], "users", 100, 999)


def _found(call: GraphCall, people: list[Person]) -> list[Person]:
    """Return those whom $search and $filter find; raises GraphError."""
    query = call.request.query
    if query.get("$search"):
        if call.request.headers.get("consistencylevel", "").lower() != "eventual":
            words = "Request with $search query parameter only works through MSGraph with a special request header: "
            raise GraphError(_SPECIAL, f"{words}'ConsistencyLevel: eventual'")
        terms = [_TERM.fullmatch(one.strip()) for one in re.split(r"\s+OR\s+", query["$search"])]
        people = [one for one in people if any(_holds(one, _name(term), _said(term)) for term in terms)]
    if query.get("$filter"):
        people = [one for one in people if _filtered(one, query["$filter"])]
    return people


def _name(term: re.Match[str] | None) -> str:
    if term is None:
        raise GraphError("Request_BadRequest", "Syntax error in $search: a term is a property, a colon and words.")
    return term[1]


def _said(term: re.Match[str] | None) -> str:
    return "" if term is None else term[2]


def _value(person: Person, name: str) -> str:
    shown = show_user(person, frozenset({*_USER, *_MORE}))
    found = {one.lower(): value for one, value in shown.items()}.get(name.lower(), GraphError)
    if found is GraphError:
        raise GraphError(_SPECIAL, f"Unsupported or invalid query filter clause specified for property '{name[:40]}'.")
    return str(found or "").casefold()


def _holds(person: Person, name: str, said: str) -> bool:
    """Return whether the words of a property begin with those of a search."""
    words = re.split(r"[\s@.,()]+", _value(person, name))
    return all(any(word.startswith(part) for word in words) for part in re.split(r"[\s@.,()]+", said.casefold()))


def _filtered(person: Person, text: str) -> bool:
    found = []
    for one in re.split(r"\s+or\s+", text):
        begins = re.fullmatch(r"\s*startswith\(\s*(\w+)\s*,\s*'((?:[^']|'')*)'\s*\)\s*", one, re.IGNORECASE)
        equals = re.fullmatch(r"\s*(\w+)\s+eq\s+'((?:[^']|'')*)'\s*", one, re.IGNORECASE)
        among = re.fullmatch(r"\s*(\w+)/any\(\s*(\w+)\s*:\s*\2\s+eq\s+'((?:[^']|'')*)'\s*\)\s*", one, re.IGNORECASE)
        if among is not None:
            values = show_user(person, frozenset({*_USER, *_MORE})).get(among[1])
            if not isinstance(values, list):
                raise GraphError(_SPECIAL, f"Unsupported property filter clause for '{among[1][:40]}'.")
            said = among[3].replace("''", "'").casefold()
            found.append(any(str(value).casefold() == said for value in values))
            continue
        read = begins or equals
        if read is None:
            raise GraphError(_SPECIAL, "Unsupported or invalid query filter clause specified.")
        value, said = _value(person, read[1]), read[2].replace("''", "'").casefold()
        found.append(value.startswith(said) if begins else value == said)
    return any(found)


def list_people(call: GraphCall) -> GraphReply:
    """Answer GET /people: those who matter to the person, by relevance."""
    said = call.request.query.get("$search", "").strip().strip('"').casefold()
    found = [one for one in call.store.people.everybody() if one.id != call.user.id and not one.traits.get("hidden")]
    words = [(one, f"{one.display_name} {one.address} {one.alias}".casefold().split()) for one in found]
    parts = said.split()
    found = [one for one, names in words if all(any(name.startswith(part) for name in names) for part in parts)]
    shown = [_show_person(one, place) for place, one in enumerate(found)]
    return _page(call, shown, f"users('{call.mailbox.address}')/people", 10, 250)


def _show_person(person: Person, place: int) -> dict[str, Any]:
    given, _, surname = person.display_name.partition(" ")
    alone = person.kind != "Mailbox"
    subclass = {"PublicDL": "PublicDistributionList", "Contact": "OrganizationContact"}
    return {
        "id": person_id(person),
        "displayName": person.display_name,
        "givenName": None if alone else given,
        "surname": None if alone else surname,
        "jobTitle": person.job_title or None,
        "department": person.department or None,
        "companyName": None,
        "userPrincipalName": person.address,
        "phones": [{"type": "business", "number": person.telephone}] if person.telephone else [],
        "scoredEmailAddresses": [
            {"address": person.address, "relevanceScore": float(30 - place), "selectionLikelihood": "notSpecified"}
        ],
        "personType": {
            "class": "Group" if person.kind == "PublicDL" else "Person",
            "subclass": subclass.get(person.kind, "OrganizationUser"),
        },
    }


def list_contacts(call: GraphCall) -> GraphReply:
    """Answer GET /contacts: a person's own, and there are none here, as by EWS."""
    return _page(call, [], f"users('{call.mailbox.address}')/contacts", 10, 1000)


def list_groups(call: GraphCall) -> GraphReply:
    """Answer GET /groups: the distribution lists."""
    found = _found(call, _everybody(call, "PublicDL"))
    return _page(call, [_show_group(one) for one in found], "groups", 100, 999)


def _show_group(person: Person) -> dict[str, Any]:
    return {
        "id": person_id(person),
        "displayName": person.display_name,
        "description": None,
        "groupTypes": [],
        "mail": person.address,
        "mailEnabled": True,
        "mailNickname": person.alias,
        "proxyAddresses": [f"SMTP:{person.address}"],
    }


def list_members(call: GraphCall, identity: str) -> GraphReply:
    """Answer GET /groups/{id}/members."""
    group = next((one for one in _everybody(call, "PublicDL") if person_id(one) == identity), None)
    if group is None:
        raise GraphError("Request_ResourceNotFound", f"Resource '{identity[:60]}' does not exist.", 404)
    addresses = [] if group.traits.get("hidden_members") else call.store.people.members(group.id)
    found = [one for one in (call.store.people.with_address(address) for address in addresses) if one is not None]
    shown = [{"@odata.type": "#microsoft.graph.user", **show_user(one, None)} for one in found]
    return _page(call, shown, "directoryObjects", 100, 999)


_TIPS: Final = (
    "automaticReplies", "mailboxFullStatus", "customMailTip", "externalMemberCount", "totalMemberCount",
    "maxMessageSize", "deliveryRestriction", "moderationStatus", "recipientScope", "recipientSuggestions",
)  # fmt: skip


def get_mail_tips(call: GraphCall) -> GraphReply:
    """Answer POST /getMailTips."""
    given = payload.parameters(call.read_json(), "getMailTips", "EmailAddresses", "MailTipsOptions")
    addresses = payload.several(payload.needed(given, "getMailTips", "EmailAddresses"))
    said = payload.text(given.get("MailTipsOptions")) or ""
    kind = "microsoft.graph.mailTipsType"
    wanted = {_TIPS[payload.choice(one.strip(), _TIPS, kind)] for one in said.split(",") if one.strip()}
    shown = [_tips(call, payload.text(one) or "", wanted) for one in addresses]
    return GraphReply(
        200, {"@odata.context": f"{call.base}/v1.0/$metadata#Collection(microsoft.graph.mailTips)", "value": shown}
    )


def _tips(call: GraphCall, address: str, wanted: set[str]) -> dict[str, Any]:
    person = call.store.people.with_address(address)
    named = {"name": "" if person is None else person.display_name, "address": address}
    if not is_address(address) or (person is None and address.rpartition("@")[2].lower() == call.domain.lower()):
        error = {"code": "RecipientNotFound", "message": "The recipient was not found."}
        return {"emailAddress": named, "error": error}
    allowed = [call.user.address] if person is None else person.traits.get("senders", [call.user.address])
    values: dict[str, dict[str, Any]] = {
        "automaticReplies": _away(call, person),
        "mailboxFullStatus": {"mailboxFull": person is not None and _is_full(call, person)},
        "customMailTip": {"customMailTip": str(person.traits["mail_tip"])}
        if person is not None and person.traits.get("mail_tip")
        else {},
        "externalMemberCount": {"externalMemberCount": _members(call, person, outside=True)},
        "totalMemberCount": {"totalMemberCount": _members(call, person, outside=False)},
        "maxMessageSize": {
            "maxMessageSize": LARGEST_MESSAGE
            if person is None
            else person.traits.get("largest_message", LARGEST_MESSAGE)
        },
        "deliveryRestriction": {"deliveryRestricted": call.user.address not in allowed},
        "moderationStatus": {"isModerated": False},
        "recipientScope": {"recipientScope": "external" if person is None or person.kind == "Contact" else "internal"},
        "recipientSuggestions": {"recipientSuggestions": []},
    }
    shown: dict[str, Any] = {"emailAddress": named}
    for name in _TIPS:
        shown.update(values[name] if name in wanted else {})
    return shown


def _away(call: GraphCall, person: Person | None) -> dict[str, Any]:
    words = None if person is None or not person.has_mailbox else read_oof(call.store, person).answers(outside=False)
    language = {"locale": "en-US", "displayName": "English (United States)"}
    return {"automaticReplies": {"message": words or "", **({"messageLanguage": language} if words else {})}}


def _is_full(call: GraphCall, person: Person) -> bool:
    quota = person.traits.get("quota")
    used = call.store.database.number("SELECT sum(size) FROM items WHERE mailbox_id = ?", (person.id,))
    return quota is not None and used >= int(quota)


def _members(call: GraphCall, person: Person | None, *, outside: bool) -> int:
    if person is None or person.kind != "PublicDL":
        return 0 if outside or person is None else 1
    members = [call.store.people.with_address(one) for one in call.store.people.members(person.id)]
    return sum(1 for one in members if not outside or one is None or one.kind == "Contact")


_STATES: Final = {"Disabled": "disabled", "Enabled": "alwaysEnabled", "Scheduled": "scheduled"}
_AUDIENCES: Final = {"None": "none", "Known": "contactsOnly", "All": "all"}


def get_settings(call: GraphCall) -> GraphReply:
    """Answer GET /mailboxSettings."""
    settings = read_oof(call.store, call.mailbox)
    shown = {
        "@odata.context": call.context("mailboxSettings"),
        "archiveFolder": call.folder_id(call.find_folder("archive")),
        "timeZone": "UTC",
        "dateFormat": "yyyy-MM-dd",
        "timeFormat": "HH:mm",
        "language": {"locale": "en-US", "displayName": "English (United States)"},
        "userPurpose": "shared" if call.mailbox.kind == "Shared" else "user",
        "automaticRepliesSetting": {
            "status": _STATES[settings.state],
            "externalAudience": _AUDIENCES[settings.audience],
            "internalReplyMessage": settings.internal,
            "externalReplyMessage": settings.external,
            "scheduledStartDateTime": payload.show_moment(settings.start),
            "scheduledEndDateTime": payload.show_moment(settings.end),
        },
    }
    return GraphReply(200, shown)


def update_settings(call: GraphCall) -> GraphReply:
    """Answer PATCH /mailboxSettings: the automatic reply, which is the one of EWS."""
    call.require(frozenset({"full"}))
    given = payload.members(call.read_json(), "microsoft.graph.mailboxSettings", "automaticRepliesSetting")
    names = ("status", "externalAudience", "internalReplyMessage", "externalReplyMessage")
    moments = ("scheduledStartDateTime", "scheduledEndDateTime")
    kind = "microsoft.graph.automaticRepliesSetting"
    said = payload.members(given.get("automaticRepliesSetting") or {}, kind, *names, *moments)
    before = read_oof(call.store, call.mailbox)
    states, audiences = tuple(_STATES.values()), tuple(_AUDIENCES.values())
    start, end = (payload.moment(said.get(one)) for one in moments)
    settings = OutOfOffice(
        list(_STATES)[payload.choice(said.get("status", _STATES[before.state]), states, kind)],
        list(_AUDIENCES)[payload.choice(said.get("externalAudience", _AUDIENCES[before.audience]), audiences, kind)],
        before.start if start is None else start,
        before.end if end is None else end,
        payload.text(said.get("internalReplyMessage", before.internal)) or "",
        payload.text(said.get("externalReplyMessage", before.external)) or "",
    )
    if settings.state == "Scheduled" and settings.end <= settings.start:
        raise GraphError("ErrorInvalidScheduledOofDuration", "The end is not after the start.")
    write_oof(call.store, call.mailbox, settings)
    return get_settings(call)


def list_categories(call: GraphCall) -> GraphReply:
    """Answer GET /outlook/masterCategories."""
    names = call.mailbox.traits.get("categories", [])
    shown = [
        {"id": str(uuid5(NAMESPACE_DNS, name)), "displayName": name, "color": f"preset{place % 25}"}
        for place, name in enumerate(names)
    ]
    return GraphReply(200, {"@odata.context": call.context("outlook/masterCategories"), "value": shown})


_FORMATS: Final = ("entryId", "ewsId", "immutableEntryId", "restId", "restImmutableEntryId")
_MOST_IDS: Final = 1000


def translate_ids(call: GraphCall) -> GraphReply:
    """Answer POST /translateExchangeIds: ids of EWS and Graph, in both forms; of MAPI's own there are none."""
    names = ("InputIds", "SourceIdType", "TargetIdType")
    given = payload.parameters(call.read_json(), "translateExchangeIds", *names)
    said = [payload.needed(given, "translateExchangeIds", one) for one in names]
    ids, kind = payload.several(said[0]), "microsoft.graph.exchangeIdFormat"
    source, target = (_FORMATS[payload.choice(one, _FORMATS, kind)] for one in said[1:])
    if len(ids) > _MOST_IDS:
        raise GraphError("ErrorInvalidArgument", f"There may be {_MOST_IDS} ids.")
    shown: list[dict[str, Any]] = []
    for one in ids:
        identity = payload.text(one) or ""
        try:
            shown.append({"sourceId": identity, "targetId": _translated(call, identity, source, target)})
        except EwsError as error:
            details = {"code": error.code, "message": error.words()}
            shown.append({"sourceId": identity, "errorDetails": details})
    context = f"{call.base}/v1.0/$metadata#Collection(microsoft.graph.convertIdResult)"
    return GraphReply(200, {"@odata.context": context, "value": shown})


def _translated(call: GraphCall, identity: str, source: str, target: str) -> str:
    """Return an id in another form; raises EwsError for one that is malformed, or whose item is gone."""
    ids = call.store.database.ids
    named = ids.read_id(identity) if source == "ewsId" else ids.read_rest(identity)
    if {source, target} & {"entryId", "immutableEntryId"} or named.mailbox != call.mailbox.id:
        raise EwsError("ErrorInvalidIdMalformed")
    if named.kind == ITEM and target == "restImmutableEntryId":
        item = call.store.items.with_entry(named.mailbox, named.number)
        named = ObjectId(IMMUTABLE, item.mailbox, item.id)
    elif named.kind == IMMUTABLE and target != "restImmutableEntryId":
        item = call.store.items.with_id(named.number)
        named = ObjectId(ITEM, item.mailbox, int(item.row["entry"]))
    return ids.write(named) if target == "ewsId" else ids.write_rest(named)
