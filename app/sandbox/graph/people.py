"""People, as a mail client asks for them."""

from typing import Any
from uuid import NAMESPACE_DNS, uuid5

from app.sandbox.graph.call import GraphCall, GraphReply
from app.sandbox.graph.selecting import read_select
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
