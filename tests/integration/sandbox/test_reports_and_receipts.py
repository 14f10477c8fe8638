"""What comes back to a sender: non-delivery, delivery and read reports, as MIME that other programs can read."""

import base64
import email
import email.policy
from email.message import EmailMessage, Message

import pytest

from tests.integration.sandbox import soap
from tests.sandbox_fixture import RunningSandbox

JAMES = "james.okafor@contoso.com"
READ = "<t:IsReadReceiptRequested>true</t:IsReadReceiptRequested>"
DELIVERED = "<t:IsDeliveryReceiptRequested>true</t:IsDeliveryReceiptRequested>"


def reports(sandbox: RunningSandbox, subject: str) -> list[tuple[str, EmailMessage]]:
    """The messages in the first inbox by a subject: item class and MIME."""
    wanted = soap.equals(soap.field("item:Subject"), subject)
    ids = sandbox.post(soap.find("inbox", restriction=wanted)).ids()
    if not ids:
        return []
    more = "<t:IncludeMimeContent>true</t:IncludeMimeContent>"
    shown = sandbox.post(soap.get(ids, "IdOnly", soap.field("item:ItemClass"), more))
    found = []
    for item in shown.all(".//t:Message"):
        raw = base64.b64decode(item.findtext("{*}MimeContent") or "")
        message = email.message_from_bytes(raw, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        found.append((str(item.findtext("{*}ItemClass")), message))
    return found


def send(sandbox: RunningSandbox, subject: str, *to: str, wishes: str = "") -> None:
    message = (
        f'<t:Message><t:Subject>{subject}</t:Subject><t:Body BodyType="Text">x</t:Body>'
        f"{soap.people('ToRecipients', *to)}{wishes}</t:Message>"
    )
    assert sandbox.post(soap.create(message, disposition="SendAndSaveCopy")).codes == ["NoError"]


def part(message: EmailMessage, content_type: str) -> EmailMessage:
    (found,) = [one for one in message.walk() if one.get_content_type() == content_type]
    assert isinstance(found, EmailMessage)
    return found


def blocks(message: EmailMessage) -> list[Message]:
    """The groups of fields of a delivery status: that of the server, then one for each recipient."""
    found = part(message, "message/delivery-status").get_payload()
    assert isinstance(found, list)
    return [one for one in found if isinstance(one, Message)]


def test_an_unknown_address_brings_a_report_that_programs_can_read(sandbox: RunningSandbox) -> None:
    send(sandbox, "Grüße", "nobody@contoso.com", JAMES)
    ((item_class, message),) = reports(sandbox, "Undeliverable: Grüße")
    assert item_class == "REPORT.IPM.Note.NDR"
    assert (message.get_content_type(), message.get_param("report-type")) == ("multipart/report", "delivery-status")
    _, status = blocks(message)
    assert status["Final-Recipient"] == "rfc822;nobody@contoso.com"
    assert (status["Action"], status["Status"]) == ("failed", "5.1.10")
    headers = part(message, "text/rfc822-headers").get_payload()
    assert "Message-ID: " in str(headers)
    assert message["Auto-Submitted"] == "auto-replied"


def test_a_delivery_receipt_names_who_has_got_the_message_and_who_was_passed_on(sandbox: RunningSandbox) -> None:
    send(sandbox, "Told", JAMES, "sofia.lindqvist@contoso.com", "a@elsewhere.example", wishes=DELIVERED)
    ((item_class, delivered),) = reports(sandbox, "Delivered: Told")
    assert item_class == "REPORT.IPM.Note.DR"
    assert [(one["Final-Recipient"], one["Action"]) for one in blocks(delivered)[1:]] == [
        (f"rfc822;{JAMES}", "delivered"),
        ("rfc822;sofia.lindqvist@contoso.com", "delivered"),
    ]
    ((_, relayed),) = reports(sandbox, "Relayed: Told")
    assert blocks(relayed)[1]["Action"] == "relayed"


def test_nobody_gets_a_receipt_that_was_not_asked_for(sandbox: RunningSandbox) -> None:
    send(sandbox, "Plain", JAMES)
    received(sandbox, "Plain", read=True)
    assert reports(sandbox, "Delivered: Plain") == reports(sandbox, "Read: Plain") == []


def received(sandbox: RunningSandbox, subject: str, *, read: bool, more: str = "") -> tuple[str, str]:
    """James finds the message and, with `read`, marks it as read."""
    wanted = soap.equals(soap.field("item:Subject"), subject)
    item = sandbox.post(soap.find("inbox", restriction=wanted), "james.okafor").ids()[0]
    if read:
        update = soap.update(item, soap.set_field("message:IsRead", "<t:IsRead>true</t:IsRead>"))
        item = sandbox.post(update.replace("<m:UpdateItem ", f"<m:UpdateItem {more} "), "james.okafor").ids()[0]
    return item


def test_reading_a_message_sends_its_receipt_once(sandbox: RunningSandbox) -> None:
    send(sandbox, "Read me", JAMES, wishes=READ)
    item = received(sandbox, "Read me", read=True)
    for state in ("false", "true"):
        again = soap.update(
            item, soap.set_field("message:IsRead", f"<t:IsRead>{state}</t:IsRead>"), resolution="AlwaysOverwrite"
        )
        sandbox.post(again, "james.okafor")
    ((item_class, message),) = reports(sandbox, "Read: Read me")
    assert item_class == "REPORT.IPM.Note.IPNRN"
    assert message.get_param("report-type") == "disposition-notification"
    said = part(message, "message/disposition-notification").as_string()
    assert "Disposition: automatic-action/MDN-sent-automatically; displayed" in said
    assert f"Final-Recipient: rfc822;{JAMES}" in said


@pytest.mark.parametrize("way", ["update", "mark all", "delete"])
def test_a_receipt_can_be_suppressed_in_each_way(sandbox: RunningSandbox, way: str) -> None:
    send(sandbox, "Quiet", JAMES, wishes=READ)
    quiet = 'SuppressReadReceipts="true"'
    if way == "update":
        received(sandbox, "Quiet", read=True, more=quiet)
    elif way == "mark all":
        folders = f"<m:FolderIds>{soap.folder('inbox')}</m:FolderIds>"
        flags = "<m:ReadFlag>true</m:ReadFlag><m:SuppressReadReceipts>true</m:SuppressReadReceipts>"
        sandbox.post(f"<m:MarkAllItemsAsRead>{flags}{folders}</m:MarkAllItemsAsRead>", "james.okafor")
    else:
        item = received(sandbox, "Quiet", read=False)
        request = soap.delete([item], "HardDelete").replace("<m:DeleteItem ", f"<m:DeleteItem {quiet} ")
        sandbox.post(request, "james.okafor")
    assert reports(sandbox, "Read: Quiet") == reports(sandbox, "Not read: Quiet") == []


def test_a_message_thrown_away_unread_says_so(sandbox: RunningSandbox) -> None:
    send(sandbox, "Junk", JAMES, wishes=READ)
    item = received(sandbox, "Junk", read=False)
    assert sandbox.post(soap.delete([item]), "james.okafor").codes == ["NoError"]
    ((item_class, message),) = reports(sandbox, "Not read: Junk")
    assert item_class == "REPORT.IPM.Note.IPNNRN"
    assert "; deleted" in part(message, "message/disposition-notification").as_string()


def test_suppressing_a_receipt_by_its_own_item_settles_it(sandbox: RunningSandbox) -> None:
    send(sandbox, "Settled", JAMES, wishes=READ)
    item = received(sandbox, "Settled", read=False)
    named = f'<t:ReferenceItemId Id="{item[0]}" ChangeKey="{item[1]}"/>'
    request = soap.create(f"<t:SuppressReadReceipt>{named}</t:SuppressReadReceipt>")
    assert sandbox.post(request, "james.okafor").codes == ["NoError"]
    assert sandbox.post(request, "james.okafor").codes == ["ErrorReadReceiptNotPending"]
    received(sandbox, "Settled", read=True)
    assert reports(sandbox, "Read: Settled") == []
