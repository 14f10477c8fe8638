"""The documentation of Graph's sendMail: its examples, word for word, and its sentences, answered by the sandbox.

The document is not part of this project: it is looked for in spec/ beside the folder of Graph's metadata. It has two
slips, which the service answers as is asserted here: "saveToSentItems" as a text, which is taken, and the example of a
flag, which lacks its `message` and is refused.
"""

import base64
import json
import re
from typing import Any

import pytest

from tests.conformance import metadata
from tests.integration.sandbox import soap
from tests.integration.sandbox.graph import Answer, Client, client, to
from tests.sandbox_fixture import RunningSandbox

ADELE = "adelev"
PATH = "/me/sendMail"


def examples() -> list[tuple[str, str]]:
    """The requests in their order: the kind of the content, and the body as it stands."""
    found = metadata.file()
    text = None if found is None else found.parent.parent / "spec" / "graph-user-sendmail.md"
    if text is None or not text.is_file():
        pytest.skip("the documentation of sendMail is absent: it is looked for in spec/ beside the metadata of Graph")
    blocks = re.findall(r"```http\nPOST https://graph[^\n]*\n(.*?)```", text.read_text("utf-8"), re.DOTALL)
    assert len(blocks) == 5
    return [(head.partition(":")[2].strip(), body) for head, _, body in (one.partition("\n\n") for one in blocks)]


def ask(asker: Client, example: tuple[str, str]) -> Answer:
    kind, body = example
    return asker.ask("POST", PATH, body.encode(), **{"Content-Type": kind})


def subjects(sandbox: RunningSandbox, folder: str, user: str = ADELE) -> list[str | None]:
    return [one.text for one in sandbox.post(soap.find(folder), user).all(".//t:Subject")]


@pytest.fixture
def adele(sandbox: RunningSandbox) -> Client:
    """The sender of the examples, with no more than the permission that the document names."""
    return client(sandbox, ADELE, ["Mail.Send"])


def test_example_1_is_taken_and_keeps_no_copy(sandbox: RunningSandbox, adele: Client) -> None:
    answer = ask(adele, examples()[0])
    assert (answer.status, answer.content) == (202, b"")
    assert "Meet for lunch?" not in subjects(sandbox, "sentitems")
    assert {one["recipient"] for one in sandbox.deliveries()} == {"frannis@contoso.com", "danas@contoso.com"}


def test_example_2_goes_with_its_headers(sandbox: RunningSandbox, adele: Client) -> None:
    answer = ask(adele, examples()[1])
    assert (answer.status, answer.content) == (202, b"")
    assert subjects(sandbox, "sentitems") == ["9/9/2018: concert"]
    [(identity, _)] = sandbox.post(soap.find("sentitems"), ADELE).ids()
    kept = sandbox.post(soap.get([(identity, "")]), ADELE)
    assert [(one.get("HeaderName"), one.text) for one in kept.all(".//t:InternetMessageHeader")] == [
        ("x-custom-header-group-name", "Nevada"),
        ("x-custom-header-group-id", "NV001"),
    ]


def test_example_3_goes_with_its_file(sandbox: RunningSandbox, adele: Client) -> None:
    answer = ask(adele, examples()[2])
    assert (answer.status, answer.content) == (202, b"")
    [(identity, _)] = sandbox.post(soap.find("sentitems"), ADELE).ids()
    kept = sandbox.post(soap.get([(identity, "")]), ADELE)
    assert kept.text(".//t:FileAttachment/t:Name") == "attachment.txt"
    assert kept.text(".//t:FileAttachment/t:Size") == "12"


def test_example_4_goes_as_mime_and_its_copy_is_kept(sandbox: RunningSandbox, adele: Client) -> None:
    answer = ask(adele, examples()[3])
    assert (answer.status, answer.content) == (202, b"")
    assert [(one["subject"], one["sender"], one["recipient"]) for one in sandbox.deliveries()] == [
        ("Test Message", "adelev@contoso.com", "AlexW@contoso.com")
    ]
    assert subjects(sandbox, "sentitems") == ["Test Message"]


def test_malformed_mime_is_refused_in_the_documents_words(sandbox: RunningSandbox, adele: Client) -> None:
    for body in (b"this is no base64!", b"RnJvbTo", b""):
        answer = adele.ask("POST", PATH, body)
        assert (answer.status, answer.headers["content-type"]) == (400, "application/json")
        assert answer.json["error"]["code"] == "ErrorMimeContentInvalidBase64String"
        assert answer.json["error"]["message"] == "Invalid base64 string for MIME content."
    assert sandbox.deliveries() == []


def test_example_5_lacks_its_message_and_is_taken_with_it(sandbox: RunningSandbox, adele: Client) -> None:
    kind, body = examples()[4]
    refused = ask(adele, (kind, body))
    assert (refused.status, refused.code) == (400, "RequestBodyRead")
    assert "Message" in refused.json["error"]["message"]
    assert sandbox.deliveries() == []
    whole = adele.ask("POST", PATH, {"message": json.loads(body)})
    assert (whole.status, whole.content) == (202, b"")
    [(identity, _)] = sandbox.post(soap.find("sentitems"), ADELE).ids()
    kept = sandbox.post(soap.get([(identity, "")]), ADELE)
    assert kept.text(".//t:Flag/t:FlagStatus") == "Flagged"
    assert kept.text(".//t:Flag/t:StartDate") == "2023-08-30T16:13:00Z"


SAID: dict[str, Any] = {"subject": "Kept?", "toRecipients": to("james.okafor@contoso.com")}


@pytest.mark.parametrize(
    ("more", "status", "kept"),
    [
        ({}, 202, True),
        ({"saveToSentItems": True}, 202, True),
        ({"saveToSentItems": False}, 202, False),
        ({"SaveToSentItems": "FALSE"}, 202, False),
        ({"saveToSentItems": "true"}, 202, True),
        ({"saveToSentItems": None}, 202, True),
        ({"saveToSentItems": "no"}, 400, False),
        ({"saveToSentItems": 0}, 400, False),
        ({"savetoSent": False}, 400, False),
    ],
)
def test_a_copy_is_kept_unless_the_parameter_is_false(
    sandbox: RunningSandbox, adele: Client, more: dict[str, Any], status: int, kept: bool
) -> None:
    answer = adele.ask("POST", PATH, {"message": SAID, **more})
    assert answer.status == status
    assert ("Kept?" in subjects(sandbox, "sentitems")) == kept
    assert len(sandbox.deliveries()) == (status == 202)
    if status == 400:
        assert answer.code == "RequestBodyRead"


def test_the_parameters_are_taken_in_the_spelling_of_the_metadata_too(sandbox: RunningSandbox, adele: Client) -> None:
    assert adele.ask("POST", PATH, {"Message": SAID, "SaveToSentItems": False}).status == 202
    assert adele.ask("POST", f"/users/{ADELE}@contoso.com/sendMail", {"message": SAID}).status == 202
    assert len(sandbox.deliveries()) == 2


def test_the_header_authorization_and_a_content_type_are_required(sandbox: RunningSandbox, adele: Client) -> None:
    assert Client(sandbox, "").ask("POST", PATH, {"message": SAID}).status == 401
    assert (
        adele.ask("POST", PATH, json.dumps({"message": SAID}).encode(), **{"Content-Type": "text/html"}).status == 415
    )
    assert client(sandbox, ADELE, ["Mail.ReadWrite"]).ask("POST", PATH, {"message": SAID}).status == 403
    assert sandbox.deliveries() == []


def test_another_sender_within_the_mime_is_refused(sandbox: RunningSandbox, adele: Client) -> None:
    raw = base64.b64encode(b"From: sales@contoso.com\r\nTo: james.okafor@contoso.com\r\nSubject: x\r\n\r\nx\r\n")
    answer = adele.ask("POST", PATH, raw)
    assert (answer.status, answer.code) == (403, "ErrorSendAsDenied")
    assert sandbox.deliveries() == []


def test_the_metadata_finds_what_is_wrong() -> None:
    known = metadata.require()
    good = {"subject": "x", "importance": "high", "toRecipients": to("a@b.c"), "body": {"contentType": "text"}}
    assert known.complaints(good, "message") == []
    for wrong in (
        {"sensitivity": "private"},
        {"importance": "High"},
        {"isRead": "true"},
        {"toRecipients": to("a@b.c")[0]},
        {"toRecipients": [{"address": "a@b.c"}]},
        {"attachments": [{"@odata.type": "#microsoft.graph.fileAttachment", "bytes": ""}]},
    ):
        assert len(known.complaints({**good, **wrong}, "message")) == 1
    context = {"@odata.context": "https://x/v1.0/$metadata#users('a')/messages"}
    assert metadata.complaints({**context, "value": [{"id": "1", "subjct": "x"}]}) != []
