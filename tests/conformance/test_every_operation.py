"""Each operation, driven by raw SOAP: request and reply are valid against Exchange's schema, and it succeeds."""

import pytest

from app.sandbox.operations import OPERATIONS
from tests.conformance import schema
from tests.integration.sandbox import every_request, soap
from tests.sandbox_fixture import Reply, RunningSandbox, envelope

# Its reply is a stream of envelopes; tests/integration/sandbox/test_notifications.py holds each against the schema.
STREAMED = {"GetStreamingEvents"}


def requests_of(sandbox: RunningSandbox) -> dict[str, str]:
    """Make what the requests are about, and the requests."""
    item = sandbox.post(soap.create(soap.message("Each", "x", "james.okafor@contoso.com"))).ids()[0]
    shown = sandbox.post(soap.get([item], paths=soap.field("item:ConversationId")))
    made = sandbox.post(every_request.attach(item)).all(".//t:AttachmentId")[0]
    item = (item[0], str(made.get("RootItemChangeKey")))
    folder = sandbox.post(every_request.of_folders(("", ""))["CreateFolder"].replace("Another", "To be changed"))
    told = sandbox.post(every_request.of_people("x", "x")["Subscribe"])
    return {
        **every_request.of_items(item, str(made.get("Id")), shown.ids(".//t:ConversationId")[0][0]),
        **every_request.of_folders(folder.ids(".//t:FolderId")[0]),
        **every_request.of_people(str(told.text(".//m:SubscriptionId")), str(told.text(".//m:Watermark"))),
    }


def test_no_operation_is_left_out(sandbox: RunningSandbox) -> None:
    assert set(requests_of(sandbox)) == set(OPERATIONS) - STREAMED


@pytest.mark.parametrize("name", sorted(set(OPERATIONS) - STREAMED))
def test_an_operation_succeeds_with_a_valid_request_and_a_valid_reply(sandbox: RunningSandbox, name: str) -> None:
    schema.require()
    # `post` holds the request and the reply against the schema.
    reply: Reply = sandbox.post(requests_of(sandbox)[name])
    assert reply.status == 200
    assert set(reply.codes) == {"NoError"}
    assert sandbox.journal()[-1]["operation"] == name


@pytest.mark.parametrize("name", sorted(set(OPERATIONS) - STREAMED))
def test_a_child_that_an_operation_does_not_know_is_refused_with_its_place(sandbox: RunningSandbox, name: str) -> None:
    document = envelope("\n" + requests_of(sandbox)[name].replace(f"</m:{name}>", f"\n  <m:Odd/></m:{name}>"))
    reply = sandbox.post_raw((document.replace("/></s:Body>", f"><m:Odd/></m:{name}></s:Body>")).encode())
    assert reply.codes == ["ErrorSchemaValidation"]
    assert int(reply.text(".//t:LineNumber") or 0) >= 2
    assert int(reply.text(".//t:LinePosition") or 0) >= 1
    assert "Odd" in str(reply.text(".//t:Violation"))


@pytest.mark.parametrize("name", ["GetRoomLists", "PlayOnPhone", "Nonsense"])
def test_an_operation_that_is_not_there_gets_exchanges_fault(sandbox: RunningSandbox, name: str) -> None:
    reply = sandbox.post(f"<m:{name}/>", valid=False)
    assert (reply.status, reply.codes) == (500, ["ErrorInvalidRequest"])
    assert reply.text("s:Body/s:Fault/faultcode") == "a:ErrorInvalidRequest"
