"""Shared mailboxes: who may send as whom, and the two silent failures of the specification with their workaround."""

import pytest

from tests.integration.sandbox import soap
from tests.integration.sandbox.test_a_messages_way import draft, found
from tests.sandbox_fixture import RunningSandbox

SALES = "sales@contoso.com"
JAMES = "james.okafor@contoso.com"
SOFIA = "sofia.lindqvist"


def in_sales(sandbox: RunningSandbox, subject: str, user: str) -> tuple[str, str]:
    request = soap.create(soap.message(subject, "Hello", JAMES), folder=soap.folder("drafts", SALES))
    reply = sandbox.post(request, user)
    assert reply.codes == ["NoError"]
    return reply.ids()[0]


def test_send_as_puts_the_shared_mailbox_in_from_and_sender(sandbox: RunningSandbox) -> None:
    message = soap.message("From us", "Hello", JAMES, after=soap.people("From", SALES))
    assert sandbox.post(soap.create(message, disposition="SendAndSaveCopy"), SOFIA).codes == ["NoError"]
    arrived = sandbox.post(soap.get(found(sandbox, "inbox", "From us", "james.okafor")), "james.okafor")
    assert arrived.text(".//t:From/t:Mailbox/t:EmailAddress") == SALES
    assert arrived.text(".//t:Sender/t:Mailbox/t:EmailAddress") == SALES


def test_on_behalf_names_the_principal_in_from_and_the_delegate_in_sender(sandbox: RunningSandbox) -> None:
    message = soap.message("On behalf", "Hello", JAMES, after=soap.people("From", SALES))
    assert sandbox.post(soap.create(message, disposition="SendAndSaveCopy"), "james.okafor").codes == ["NoError"]
    arrived = sandbox.post(soap.get(found(sandbox, "inbox", "On behalf", "james.okafor")), "james.okafor")
    assert arrived.text(".//t:From/t:Mailbox/t:EmailAddress") == SALES
    assert arrived.text(".//t:Sender/t:Mailbox/t:EmailAddress") == JAMES


@pytest.mark.parametrize("who", ["clara.fontaine", "mateus.ribeiro"])
def test_without_the_right_to_send_the_message_stays_a_draft(sandbox: RunningSandbox, who: str) -> None:
    message = soap.message("Not mine to send", "Hello", JAMES, after=soap.people("From", SALES))
    item = sandbox.post(soap.create(message), who).ids()
    reply = sandbox.post(soap.send(item), who)
    assert reply.codes == ["ErrorSendAsDenied"]
    words = "does not have the right to send mail on behalf of the specified sending account."
    assert (reply.text(".//m:MessageText") or "").endswith(words)
    assert found(sandbox, "drafts", "Not mine to send", who) == item
    assert sandbox.deliveries() == []


def test_the_first_silent_failure_leaves_the_draft_in_the_principals_drafts(sandbox: RunningSandbox) -> None:
    item = in_sales(sandbox, "Offer", SOFIA)
    assert sandbox.post(soap.send([item]), SOFIA).codes == ["NoError"]
    assert len(sandbox.deliveries()) == 1
    wanted = soap.equals(soap.field("item:Subject"), "Offer")
    assert sandbox.post(soap.find("drafts", mailbox=SALES, restriction=wanted), SOFIA).ids() == [item]
    assert sandbox.post(soap.find("sentitems", mailbox=SALES, restriction=wanted), SOFIA).ids() == []
    assert found(sandbox, "sentitems", "Offer", SOFIA) == []


def test_naming_the_principals_mailbox_is_the_way_round_it(sandbox: RunningSandbox) -> None:
    item = in_sales(sandbox, "Offer", SOFIA)
    request = soap.send([item], folder=soap.folder("sentitems", SALES))
    assert sandbox.post(request, SOFIA).codes == ["NoError"]
    wanted = soap.equals(soap.field("item:Subject"), "Offer")
    assert sandbox.post(soap.find("drafts", mailbox=SALES, restriction=wanted), SOFIA).ids() == []
    assert len(sandbox.post(soap.find("sentitems", mailbox=SALES, restriction=wanted), SOFIA).ids()) == 1


def test_the_second_silent_failure_leaves_the_draft_in_the_delegates_drafts(sandbox: RunningSandbox) -> None:
    message = soap.message("Offer", "Hello", JAMES, after=soap.people("From", SALES))
    item = sandbox.post(soap.create(message), SOFIA).ids()[0]
    request = soap.send([item], folder=soap.folder("sentitems", SALES))
    assert sandbox.post(request, SOFIA).codes == ["NoError"]
    assert len(sandbox.deliveries()) == 1
    assert found(sandbox, "drafts", "Offer", SOFIA) == [item]
    wanted = soap.equals(soap.field("item:Subject"), "Offer")
    assert sandbox.post(soap.find("sentitems", mailbox=SALES, restriction=wanted), SOFIA).ids() == []
    assert found(sandbox, "sentitems", "Offer", SOFIA) == []


def test_a_mailbox_that_nobody_has_and_one_that_is_not_yours(sandbox: RunningSandbox) -> None:
    assert sandbox.post(soap.find("inbox", mailbox="nobody@contoso.com")).codes == ["ErrorNonExistentMailbox"]
    assert sandbox.post(soap.find("inbox", mailbox=JAMES)).codes == ["ErrorAccessDenied"]
    theirs = draft(sandbox)
    assert sandbox.post(soap.get([theirs]), "priya.natarajan").codes == ["ErrorItemNotFound"]
    named = soap.folder("sentitems", JAMES)
    assert sandbox.post(soap.send([theirs], folder=named)).codes == ["ErrorAccessDenied"]
