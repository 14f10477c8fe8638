"""People: whom a name stands for, the members of a group, what is good to know before sending, and categories."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from app.backends.graph.batch import Part
from app.backends.graph.folders import ReadParts, listed, query
from app.backends.graph.http_session import Reply, quoted
from app.backends.graph.replies import words_of
from app.domain.errors import ItemRefused, ServerWords
from app.domain.people import MailTips, Resolution
from app.domain.recipient import Recipient
from app.domain.response_codes import NO_RECIPIENT, NOBODY_OF_THE_NAME

TIPS_AT_ONCE: Final = 20
_MOST: Final = 25
_TIPS: Final = (
    "automaticReplies,mailboxFullStatus,customMailTip,externalMemberCount,totalMemberCount,maxMessageSize,"
    "deliveryRestriction,moderationStatus,recipientScope"
)


def resolve(text: str, read: ReadParts) -> Resolution:
    """Return whom `text` may stand for: people of one's own, the directory, contacts; each as far as consent allows.

    Raises ItemRefused where none of them may be asked.
    """
    words = text.replace('"', " ").strip()
    name = words.replace("'", "''")
    own = f"startswith(displayName,'{name}') or emailAddresses/any(a:a/address eq '{name}')"
    directory = f'"displayName:{words}" OR "mail:{words}"'
    parts = [
        Part("GET", "me/people" + query(search=f'"{words}"', top=str(_MOST))),
        Part(
            "GET",
            "users" + query(search=directory, top=str(_MOST), select="displayName,mail"),
            headers={"ConsistencyLevel": "eventual"},
        ),
        Part("GET", "me/contacts" + query(filter=own, top=str(_MOST), select="displayName,emailAddresses")),
    ]
    replies = read(parts)
    if all(reply.status != 200 for reply in replies):
        raise ItemRefused(words_of(replies[0]))
    found: dict[str, Recipient] = {}
    groups: set[str] = set()
    complete = True
    for reply in replies:
        if reply.status != 200:
            continue
        complete = complete and "@odata.nextLink" not in reply.body
        for one in listed(reply.body):
            for person in _people_in(one):
                found.setdefault(person.address.casefold(), person)
                if _is_group(one):
                    groups.add(person.address)
    return Resolution(tuple(found.values()), complete, frozenset(groups))


def _people_in(one: dict[str, Any]) -> list[Recipient]:
    """Return the addresses of an entry, of whatever kind it is."""
    name = one.get("displayName") if isinstance(one.get("displayName"), str) else ""
    scored = one.get("scoredEmailAddresses") or one.get("emailAddresses")
    addresses = [each.get("address") for each in scored or [] if isinstance(each, dict)]
    addresses = addresses[:1] if one.get("scoredEmailAddresses") else addresses
    if not addresses:
        addresses = [one.get("mail") or one.get("userPrincipalName")]
    return [Recipient(address, name or "") for address in addresses if isinstance(address, str) and "@" in address]


def _is_group(one: dict[str, Any]) -> bool:
    kind = one.get("personType")
    return (isinstance(kind, dict) and str(kind.get("class")).casefold() == "group") or "groupTypes" in one


def expand_group(group: Recipient, read: ReadParts) -> Resolution:
    """Return the members of a group. Raises ItemRefused, also where an administrator has not consented."""
    address = group.address.replace("'", "''")
    wanted = f"mail eq '{address}' or proxyAddresses/any(p:p eq 'smtp:{address}')"
    (reply,) = read([Part("GET", "groups" + query(filter=wanted, select="id,displayName,mail"))])
    if reply.status != 200:
        raise ItemRefused(words_of(reply))
    found = [one.get("id") for one in listed(reply.body)]
    if not found or not isinstance(found[0], str):
        raise ItemRefused(ServerWords("Error", NOBODY_OF_THE_NAME, ""))
    select = query(select="displayName,mail,userPrincipalName", top="999")
    (reply,) = read([Part("GET", f"groups/{quoted(found[0])}/members{select}")])
    if reply.status != 200:
        raise ItemRefused(words_of(reply))
    members = [person for one in listed(reply.body) for person in _people_in(one)]
    kinds = [one for one in listed(reply.body) if str(one.get("@odata.type")).casefold().endswith(".group")]
    groups = frozenset(person.address for one in kinds for person in _people_in(one))
    return Resolution(tuple(members), "@odata.nextLink" not in reply.body, groups)


def tips_part(recipients: Sequence[Recipient]) -> Part:
    """Return what asks for MailTips of a few."""
    addresses = [one.address for one in recipients]
    return Part("POST", "me/getMailTips", {"EmailAddresses": addresses, "MailTipsOptions": _TIPS})


def tips_of(reply: Reply, asked: Sequence[Recipient]) -> list[MailTips]:
    """Return one answer for each recipient, in order, found by the address. Raises ItemRefused, Unreadable."""
    if reply.status != 200:
        raise ItemRefused(words_of(reply))
    found: dict[str, dict[str, Any]] = {}
    for one in listed(reply.body):
        address = one.get("emailAddress")
        if isinstance(address, dict) and isinstance(address.get("address"), str):
            found[address["address"].casefold()] = one
    return [_tips(one.address, found.get(one.address.casefold(), {})) for one in asked]


def _tips(address: str, one: dict[str, Any]) -> MailTips:
    replies, error = one.get("automaticReplies"), one.get("error")
    code = str(error.get("code") or "") if isinstance(error, dict) else ""
    return MailTips(
        address,
        out_of_office=str(replies.get("message") or "") if isinstance(replies, dict) else "",
        mailbox_full=_yes_or_no(one.get("mailboxFull")),
        custom=one["customMailTip"] if isinstance(one.get("customMailTip"), str) else "",
        members=_number(one.get("totalMemberCount")),
        external_members=_number(one.get("externalMemberCount")),
        max_message_size=_number(one.get("maxMessageSize")),
        restricted=_yes_or_no(one.get("deliveryRestricted")),
        moderated=_yes_or_no(one.get("isModerated")),
        invalid=True if {code, f"Error{code}"} & NO_RECIPIENT else None,
    )


def _yes_or_no(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def categories(read: ReadParts) -> tuple[str, ...]:
    """Return the master list of categories. Raises ItemRefused, Unreadable."""
    (reply,) = read([Part("GET", "me/outlook/masterCategories")])
    if reply.status != 200:
        raise ItemRefused(words_of(reply))
    names = [one.get("displayName") for one in listed(reply.body)]
    return tuple(dict.fromkeys(name.strip() for name in names if isinstance(name, str) and name.strip()))
