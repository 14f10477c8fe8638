"""GetMailTips: what is good to know of a recipient before a letter is sent."""

from typing import Final

from lxml import etree

from app.sandbox import xmlns
from app.sandbox.call import Call, Operation
from app.sandbox.errors import SUCCESS, EwsError
from app.sandbox.fields.reading import mailbox_element
from app.sandbox.out_of_office import read_oof
from app.sandbox.sending import LARGEST_MESSAGE, is_address
from app.sandbox.store.items import Mailbox
from app.sandbox.store.people import Person

_MOST: Final = 100


def run(call: Call, request: etree._Element) -> etree._Element:
    """Answer a GetMailTips request."""
    response = etree.Element(
        xmlns.tag("m:GetMailTipsResponse"), ResponseClass="Success", nsmap={"m": xmlns.messages, "t": xmlns.type_}
    )
    sender = xmlns.text_at(request, "m:SendingAs/t:EmailAddress") or call.user.address
    wanted = set((xmlns.text_at(request, "m:MailTipsRequested") or "").split())
    recipients = xmlns.find_all(request, "m:Recipients/t:Mailbox")
    fault = call.fault_of(0)
    if fault or len(recipients) > _MOST:
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
    named = mailbox_element(Mailbox(person.display_name if person else None, address or "invalid", "SMTP"))
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


OPERATION: Final = Operation("GetMailTips", "SendingAs:Mailbox Recipients MailTipsRequested:MailTipKinds", run)
