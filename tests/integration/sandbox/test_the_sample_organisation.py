"""What a newcomer finds: mailboxes that look lived in, with one of each trouble among the drafts."""

from tests.integration.sandbox import soap
from tests.sandbox_fixture import RunningSandbox


def test_the_first_mailbox_has_drafts_and_sent_messages_newest_first(sandbox: RunningSandbox) -> None:
    for where in ("drafts", "sentitems"):
        listed = sandbox.post(soap.find(where, paths=soap.field("item:DateTimeReceived")))
        dates = [one.text for one in listed.all(".//t:DateTimeReceived")]
        assert 12 <= len(dates) <= 20
        assert dates == sorted(dates, key=str, reverse=True)


def test_sending_all_sample_drafts_meets_every_trouble_once(sandbox: RunningSandbox) -> None:
    listed = sandbox.post(soap.find("drafts"))
    subjects = [one.text for one in listed.all(".//t:Subject")]
    codes = dict(zip(subjects, sandbox.post(soap.send(listed.ids())).codes, strict=True))
    refused = {subject: code for subject, code in codes.items() if code != "NoError"}
    assert refused == {
        "Our spring offer for Northwind": "ErrorSendAsDenied",
        "Déjeuner jeudi ?": "ErrorInvalidRecipients",
        "Ideas for the spring newsletter": "ErrorInvalidRecipients",
    }


def test_an_attachment_of_a_draft_is_listed_with_its_name_and_size(sandbox: RunningSandbox) -> None:
    wanted = soap.equals(soap.field("item:HasAttachments"), "true")
    listed = sandbox.post(soap.find("drafts", restriction=wanted))
    shown = sandbox.post(soap.get(listed.ids()))
    assert shown.text(".//t:FileAttachment/t:Name") == "Travel costs Rotterdam.csv"
    assert int(shown.text(".//t:FileAttachment/t:Size") or 0) > 200


def test_the_shared_mailbox_can_be_looked_into_by_who_may(sandbox: RunningSandbox) -> None:
    request = soap.find("inbox", mailbox="sales@contoso.com")
    assert sandbox.post(request).codes == ["NoError"]
    assert sandbox.post(request, "priya.natarajan").codes == ["ErrorAccessDenied"]


def test_a_reset_brings_the_sample_messages_back_or_leaves_the_mailboxes_empty(sandbox: RunningSandbox) -> None:
    before = len(sandbox.post(soap.find("drafts")).ids())
    sandbox.post(soap.delete(sandbox.post(soap.find("drafts")).ids(), "HardDelete"))
    assert sandbox.post(soap.find("drafts")).ids() == []
    sandbox.reset()
    assert len(sandbox.post(soap.find("drafts")).ids()) == before
    sandbox.reset(messages=False)
    assert sandbox.post(soap.find("drafts")).ids() == []


def test_a_trainee_may_send_no_large_message_and_only_three_a_day(sandbox: RunningSandbox) -> None:
    who = "lena.vogel"
    large = sandbox.post(soap.create(soap.message("Large", "x" * 300_000, "james.okafor@contoso.com")), who).ids()
    assert sandbox.post(soap.send(large), who).codes == ["ErrorMessageSizeExceeded"]
    for number in range(4):
        small = sandbox.post(soap.create(soap.message("Small", "x", "james.okafor@contoso.com")), who).ids()
        expected = "NoError" if number < 3 else "ErrorSubmissionQuotaExceeded"
        assert sandbox.post(soap.send(small), who).codes == [expected]


def test_who_cannot_be_reached_is_named_in_a_report(sandbox: RunningSandbox) -> None:
    addresses = ("old.orders@contoso.com", "board@contoso.com", "james.okafor@contoso.com")
    item = sandbox.post(soap.create(soap.message("To several", "x", *addresses))).ids()
    assert sandbox.post(soap.send(item)).codes == ["NoError"]
    outcomes = {one["recipient"]: one["outcome"] for one in sandbox.deliveries()}
    assert outcomes == dict(zip(addresses, ("mailbox-full", "refused", "delivered"), strict=True))
    wanted = soap.equals(soap.field("item:Subject"), "Undeliverable: To several")
    report = sandbox.post(soap.get(sandbox.post(soap.find("inbox", restriction=wanted)).ids()))
    text = report.text(".//t:Body") or ""
    assert all(address in text for address in addresses[:2])
    assert addresses[2] not in text
    assert report.text(".//t:ItemClass") == "REPORT.IPM.Note.NDR"


def test_the_board_takes_messages_from_who_may_write_to_it(sandbox: RunningSandbox) -> None:
    request = soap.create(soap.message("Numbers", "x", "board@contoso.com"), disposition="SendOnly")
    assert sandbox.post(request, "sofia.lindqvist").codes == ["NoError"]
    assert [one["outcome"] for one in sandbox.deliveries()] == ["expanded", "delivered"]


def tips(sandbox: RunningSandbox, address: str) -> dict[str, str | None]:
    sender = "<m:SendingAs><t:EmailAddress>clara.fontaine@contoso.com</t:EmailAddress></m:SendingAs>"
    to = f"<m:Recipients><t:Mailbox><t:EmailAddress>{address}</t:EmailAddress></t:Mailbox></m:Recipients>"
    asked = "<m:MailTipsRequested>All</m:MailTipsRequested>"
    reply = sandbox.post(f"<m:GetMailTips>{sender}{to}{asked}</m:GetMailTips>")
    assert reply.codes == ["NoError", "NoError"]
    return {one.tag.rpartition("}")[2]: "".join(map(str, one.itertext())) for one in reply.all(".//m:MailTips/*")}


def test_mail_tips_tell_what_would_happen_to_a_message(sandbox: RunningSandbox) -> None:
    assert tips(sandbox, "old.orders@contoso.com")["MailboxFull"] == "true"
    assert tips(sandbox, "board@contoso.com")["DeliveryRestricted"] == "true"
    assert tips(sandbox, "everyone@contoso.com")["TotalMemberCount"] == "6"
    assert tips(sandbox, "nobody@contoso.com")["InvalidRecipient"] == "true"
    assert tips(sandbox, "somebody@example.org")["InvalidRecipient"] == "false"
    lena = tips(sandbox, "lena.vogel@contoso.com")
    assert lena["OutOfOffice"] == "I am at school on Thursdays and Fridays.\r\n"
    assert lena["MaxMessageSize"] == "262144"


def test_who_is_out_of_office_answers_the_sender(sandbox: RunningSandbox) -> None:
    request = soap.create(soap.message("A question", "x", "lena.vogel@contoso.com"), disposition="SendOnly")
    assert sandbox.post(request).codes == ["NoError"]
    wanted = soap.equals(soap.field("item:Subject"), "Automatic reply: A question")
    answer = sandbox.post(soap.get(sandbox.post(soap.find("inbox", restriction=wanted)).ids()))
    assert answer.text(".//t:From/t:Mailbox/t:Name") == "Lena Vogel"
    assert answer.text(".//t:ItemClass") == "IPM.Note.Rules.OofTemplate.Microsoft"
    assert "school" in (answer.text(".//t:Body") or "")
