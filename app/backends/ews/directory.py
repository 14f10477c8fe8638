"""ResolveNames, ExpandDL and GetMailTips: what is asked, and what the answers say ([MS-OXWSRSLNM], [MS-OXWSEDIST])."""

from __future__ import annotations

from collections.abc import Sequence

from app.backends.ews.item_reader import mailbox_of, number_of
from app.backends.ews.item_writer import add_mailbox
from app.backends.ews.replies import words_of
from app.backends.ews.xml import Element, add, child, operation, text_of
from app.backends.net.http_errors import Unreadable
from app.domain.errors import ItemRefused
from app.domain.people import PERSONAL_LIST, MailTips, Resolution
from app.domain.recipient import Recipient
from app.domain.response_codes import NO_SUCH_PERSON

_PRIVATE = "PrivateDL"
_GROUPS = frozenset({"PublicDL", _PRIVATE, "GroupMailbox"})
TIPS_PER_REQUEST = 100
"""Exchange refuses more recipients in one GetMailTips."""


def resolve_names(text: str) -> Element:
    """ResolveNames over the directory and one's contacts."""
    request = operation("ResolveNames", ReturnFullContactData="false", SearchScope="ActiveDirectoryContacts")
    add(request, "m:UnresolvedEntry", text)
    return request


def expand_group(group: Recipient) -> Element:
    """ExpandDL of one group."""
    request = operation("ExpandDL")
    if group.routing != PERSONAL_LIST:
        add_mailbox(request, group, "m:Mailbox")
        return request
    mailbox = add(request, "m:Mailbox")
    if group.name:
        add(mailbox, "t:Name", group.name)
    add(mailbox, "t:RoutingType", PERSONAL_LIST)
    add(mailbox, "t:MailboxType", _PRIVATE)
    add(mailbox, "t:ItemId", Id=group.address)
    return request


def get_mail_tips(sending_as: str, recipients: Sequence[Recipient]) -> Element:
    """GetMailTips of all kinds; MailTipsRequested is a list in one element, as the schema has it."""
    request = operation("GetMailTips")
    add_mailbox(request, Recipient(sending_as), "m:SendingAs")
    people = add(request, "m:Recipients")
    for recipient in recipients:
        add_mailbox(people, recipient)
    add(request, "m:MailTipsRequested", "All")
    return request


def resolution_of(message: Element) -> Resolution:
    """Return whom a ResolveNames answer names: none and several are answers too. Raises ItemRefused, Unreadable."""
    words = words_of(message)
    if words.response_code in NO_SUCH_PERSON:
        return Resolution()
    if words.response_class == "Error":
        raise ItemRefused(words)
    return _people_of(child(message, "m:ResolutionSet"), within="t:Mailbox")


def members_of(message: Element) -> Resolution:
    """Return the members that an ExpandDL answer names. Raises ItemRefused, Unreadable."""
    words = words_of(message)
    if words.response_class == "Error":
        raise ItemRefused(words)
    return _people_of(child(message, "m:DLExpansion"))


def tips_of(response: Element, asked: Sequence[Recipient]) -> list[MailTips]:
    """Return what is said of each of `asked`, in order; of whom nothing is said, nothing is known. Raises ItemRefused.

    The answers are laid beside the recipients by address, and by place where an address comes back in other words.
    """
    words = words_of(response)
    if words.response_class == "Error":
        raise ItemRefused(words)
    messages = child(response, "m:ResponseMessages")
    found = [_tips_in(one) for one in (() if messages is None else messages)]
    by_address = {one.address.casefold(): one for one in found if one is not None}
    aligned = len(found) == len(asked)
    answers = []
    for place, recipient in enumerate(asked):
        tips = by_address.get(recipient.address.casefold()) or (found[place] if aligned else None)
        answers.append(tips or MailTips(recipient.address))
    return answers


def _tips_in(message: Element) -> MailTips | None:
    tips = child(message, "m:MailTips")
    if tips is None or message.get("ResponseClass") == "Error":
        return None
    reply = child(tips, "t:OutOfOffice", "t:ReplyBody")
    return MailTips(
        address=_text_in(tips, "t:RecipientAddress", "t:EmailAddress"),
        out_of_office="" if reply is None else text_of(reply, "t:Message"),
        mailbox_full=_said(tips, "t:MailboxFull"),
        custom=text_of(tips, "t:CustomMailTip"),
        members=_count(tips, "t:TotalMemberCount"),
        external_members=_count(tips, "t:ExternalMemberCount"),
        max_message_size=_count(tips, "t:MaxMessageSize"),
        restricted=_said(tips, "t:DeliveryRestricted"),
        moderated=_said(tips, "t:IsModerated"),
        invalid=_said(tips, "t:InvalidRecipient"),
    )


def _people_of(found: Element | None, within: str = "") -> Resolution:
    if found is None:
        raise Unreadable("no list of people")
    mailboxes = (child(one, within) if within else one for one in found)
    people = [(_person_of(mailbox), text_of(mailbox, "t:MailboxType")) for mailbox in mailboxes if mailbox is not None]
    complete = (found.get("IncludesLastItemInRange") or "true").casefold() in {"true", "1"}
    groups = frozenset(person.address for person, kind in people if kind in _GROUPS)
    return Resolution(tuple(person for person, _ in people if person.address or person.name), complete, groups)


def _person_of(mailbox: Element) -> Recipient:
    """Return a person or group; of a personal list, which has no address, its ItemId."""
    person = mailbox_of(mailbox) or Recipient("")
    item = child(mailbox, "t:ItemId")
    if text_of(mailbox, "t:MailboxType") != _PRIVATE or item is None:
        return person
    return Recipient(item.get("Id") or "", person.name, PERSONAL_LIST)


def _text_in(parent: Element, *names: str) -> str:
    found = child(parent, *names)
    return "" if found is None else found.text or ""


def _said(tips: Element, name: str) -> bool | None:
    text = text_of(tips, name).strip()
    return None if not text else text in {"true", "1"}


def _count(tips: Element, name: str) -> int | None:
    text = text_of(tips, name).strip()
    return number_of(text) if text else None
