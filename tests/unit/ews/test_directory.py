"""What the directory's answers say of groups: those of the organisation, and those a person keeps."""

from __future__ import annotations

from lxml import etree

from app.backends.ews.directory import expand_group, members_of, resolution_of, tips_of
from app.backends.ews.xml import Element, M, T
from app.domain.people import PERSONAL_LIST
from app.domain.recipient import Recipient

BOARD = (
    "<t:Mailbox><t:Name>Board</t:Name><t:EmailAddress>board@example.org</t:EmailAddress>"
    "<t:RoutingType>SMTP</t:RoutingType><t:MailboxType>PublicDL</t:MailboxType></t:Mailbox>"
)
SKITTLES = (
    "<t:Mailbox><t:Name>Skittles</t:Name><t:RoutingType>MAPIPDL</t:RoutingType>"
    '<t:MailboxType>PrivateDL</t:MailboxType><t:ItemId Id="AAMkL" ChangeKey="CQ"/></t:Mailbox>'
)
ANNA = (
    "<t:Mailbox><t:Name>Anna</t:Name><t:EmailAddress>anna@example.org</t:EmailAddress>"
    "<t:RoutingType>SMTP</t:RoutingType><t:MailboxType>Mailbox</t:MailboxType></t:Mailbox>"
)


def answer(inside: str) -> Element:
    return etree.fromstring(
        f'<m:Answer xmlns:m="{M}" xmlns:t="{T}" ResponseClass="Warning">'
        f"<m:ResponseCode>ErrorNameResolutionMultipleResults</m:ResponseCode>{inside}</m:Answer>"
    )


def test_groups_are_known_as_groups_and_a_personal_list_by_its_item() -> None:
    found = resolution_of(
        answer(
            '<m:ResolutionSet IncludesLastItemInRange="false">'
            + "".join(f"<t:Resolution>{one}</t:Resolution>" for one in (ANNA, BOARD, SKITTLES))
            + "</m:ResolutionSet>"
        )
    )
    skittles = Recipient("AAMkL", "Skittles", PERSONAL_LIST)
    assert found.people == (
        Recipient("anna@example.org", "Anna"),
        Recipient("board@example.org", "Board"),
        skittles,
    )
    assert found.groups == {"board@example.org", "AAMkL"}
    assert not found.complete


def test_members_are_named_and_what_has_no_name_at_all_is_left_out() -> None:
    found = members_of(answer(f"<m:DLExpansion>{ANNA}{BOARD}<t:Mailbox/></m:DLExpansion>"))
    assert [person.name for person in found.people] == ["Anna", "Board"]
    assert found.groups == {"board@example.org"}


def test_mail_tips_in_another_order_are_laid_beside_the_recipients_they_are_of() -> None:
    def tips(address: str, words: str) -> str:
        said = f"<t:RecipientAddress><t:EmailAddress>{address}</t:EmailAddress></t:RecipientAddress>"
        inside = f"<m:MailTips>{said}<t:CustomMailTip>{words}</t:CustomMailTip></m:MailTips>"
        return f'<m:MailTipsResponseMessageType ResponseClass="Success">{inside}</m:MailTipsResponseMessageType>'

    response = etree.fromstring(
        f'<m:GetMailTipsResponse xmlns:m="{M}" xmlns:t="{T}" ResponseClass="Success"><m:ResponseCode>NoError'
        f"</m:ResponseCode><m:ResponseMessages>{tips('BEN@example.org', 'Ben')}{tips('anna@example.org', 'Anna')}"
        "</m:ResponseMessages></m:GetMailTipsResponse>"
    )
    asked = [Recipient("anna@example.org"), Recipient("ben@example.org"), Recipient("eve@example.org")]
    assert [one.custom for one in tips_of(response, asked)] == ["Anna", "Ben", ""]


def test_a_personal_list_is_asked_for_by_its_item_and_not_by_an_address() -> None:
    request = etree.tostring(expand_group(Recipient("AAMkL", "Skittles", PERSONAL_LIST))).decode()
    assert 'Id="AAMkL"' in request
    assert "EmailAddress" not in request
