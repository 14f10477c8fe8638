"""What a newcomer finds: mailboxes that look lived in, with one of each trouble among the drafts."""

from tests.integration.sandbox import soap
from tests.sandbox_fixture import RunningSandbox


def test_the_first_mailbox_has_drafts_and_sent_letters_newest_first(sandbox: RunningSandbox) -> None:
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


def test_a_reset_brings_the_sample_letters_back_or_leaves_the_mailboxes_empty(sandbox: RunningSandbox) -> None:
    before = len(sandbox.post(soap.find("drafts")).ids())
    sandbox.post(soap.delete(sandbox.post(soap.find("drafts")).ids(), "HardDelete"))
    assert sandbox.post(soap.find("drafts")).ids() == []
    sandbox.reset()
    assert len(sandbox.post(soap.find("drafts")).ids()) == before
    sandbox.reset(letters=False)
    assert sandbox.post(soap.find("drafts")).ids() == []


def test_a_trainee_may_send_no_large_letter_and_only_three_a_day(sandbox: RunningSandbox) -> None:
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


def test_the_board_takes_letters_from_who_may_write_to_it(sandbox: RunningSandbox) -> None:
    request = soap.create(soap.message("Numbers", "x", "board@contoso.com"), disposition="SendOnly")
    assert sandbox.post(request, "sofia.lindqvist").codes == ["NoError"]
    assert [one["outcome"] for one in sandbox.deliveries()] == ["expanded", "delivered"]
