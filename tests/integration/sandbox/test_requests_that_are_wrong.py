"""What the sandbox says to requests that are not what they should be, and what it never does with them."""

import re
from pathlib import Path

import pytest

from tests.integration.sandbox import soap
from tests.integration.sandbox.test_a_messages_way import JAMES, draft
from tests.sandbox_fixture import RunningSandbox, envelope

IMPERSONATION = (
    "<t:ExchangeImpersonation><t:ConnectingSID><t:PrimarySmtpAddress>james.okafor@contoso.com</t:PrimarySmtpAddress>"
    "</t:ConnectingSID></t:ExchangeImpersonation>"
)
FOLDERS = f"<m:ParentFolderIds>{soap.folder('drafts')}</m:ParentFolderIds>"


@pytest.mark.parametrize(
    ("body", "violation"),
    [
        ("<m:GetItem/>", "The element 'GetItem' .* has incomplete content. .*'ItemShape'"),
        (f"<m:FindItem>{soap.shape()}{FOLDERS}</m:FindItem>", "The required attribute 'Traversal' is missing."),
        (
            f'<m:FindItem Traversal="Sideways">{soap.shape()}{FOLDERS}</m:FindItem>',
            "'Traversal' attribute is invalid .*The value 'Sideways' .*ItemQueryTraversalType.*Enumeration",
        ),
        (
            f'<m:FindItem Traversal="Shallow" Colour="red">{soap.shape()}{FOLDERS}</m:FindItem>',
            "The 'Colour' attribute is not declared.",
        ),
        (
            f'<m:FindItem Traversal="Shallow">{FOLDERS}{soap.shape()}</m:FindItem>',
            "invalid child element 'ParentFolderIds' .*elements expected: 'ItemShape'",
        ),
        (
            soap.create("<t:Message><t:Importance>Huge</t:Importance></t:Message>"),
            "Importance' element is invalid - The value 'Huge' is invalid according to its datatype",
        ),
        (
            soap.create('<t:Message><t:Body BodyType="Text">x</t:Body><t:Subject>y</t:Subject></t:Message>'),
            "The element 'Message' .* has invalid child element 'Subject'",
        ),
        (
            soap.create("<t:Message>stray<t:Subject>y</t:Subject></t:Message>"),
            "The element 'Message' .* cannot contain text.",
        ),
        ("<m:SendItem SaveItemToFolder='true'><m:ItemIds/></m:SendItem>", "'ItemIds' .* has incomplete content"),
        (
            soap.find("drafts", paths='<t:FieldURI FieldURI="item:NoSuchField"/>'),
            "'FieldURI' attribute is invalid - The value 'item:NoSuchField'",
        ),
        ("<m:NoSuchThing><m:Inner/></m:NoSuchThing>", ""),
    ],
)
def test_a_malformed_request_is_refused_with_its_line_and_position(
    sandbox: RunningSandbox, body: str, violation: str
) -> None:
    reply = sandbox.post(f"\n   {body}", valid=False)
    assert reply.status == 500
    if not violation:
        assert reply.codes == ["ErrorInvalidRequest"]
        return
    assert reply.codes == ["ErrorSchemaValidation"]
    assert reply.text(".//faultcode") == "a:ErrorSchemaValidation"
    assert re.search(violation, reply.text(".//t:Violation") or ""), reply.text(".//t:Violation")
    assert (reply.text(".//faultstring") or "").startswith("The request failed schema validation: ")
    assert reply.text(".//t:LineNumber") == "2"
    assert int(reply.text(".//t:LinePosition") or 0) > 3


def test_the_position_is_that_of_the_element_that_is_wrong(sandbox: RunningSandbox) -> None:
    document = envelope("\n<m:GetItem>\n  <m:Wrong/></m:GetItem>").encode()
    reply = sandbox.post_raw(document)
    assert (reply.text(".//t:LineNumber"), reply.text(".//t:LinePosition")) == ("3", "4")


def test_a_document_type_is_refused_before_it_is_read(sandbox: RunningSandbox) -> None:
    bomb = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    for head in ("", "<?xml version='1.0'?>\n", "<!-- hello -->\n<!-- again -->"):
        text = f'{head}<!DOCTYPE x [<!ENTITY a0 "ha">{bomb}]>' + envelope("<m:GetItem>&a11;</m:GetItem>")
        reply = sandbox.post_raw(text.encode())
        assert reply.codes == ["ErrorSchemaValidation"]
        assert "DTD is prohibited" in (reply.text(".//t:Violation") or "")


def test_no_file_is_read_for_anybody(sandbox: RunningSandbox) -> None:
    secret = Path(sandbox.ca_file).read_text().splitlines()[1]
    text = f'<!DOCTYPE x [<!ENTITY f SYSTEM "file://{sandbox.ca_file}">]>' + envelope(soap.create(soap.message("&f;")))
    reply = sandbox.post_raw(text.encode().replace(b"&amp;f;", b"&f;"))
    assert secret.encode() not in reply.content
    assert sandbox.post(soap.find("drafts", restriction=soap.equals(soap.field("item:Subject"), secret))).ids() == []


@pytest.mark.parametrize("document", [b"", b"not xml", b"<a>", b"\xff\xfe<", b"\x00" * 50, b"<s:Envelope/>", b"<a/>"])
def test_what_is_no_request_gets_a_fault(sandbox: RunningSandbox, document: bytes) -> None:
    reply = sandbox.post_raw(document)
    assert reply.status == 500
    assert reply.codes == ["ErrorSchemaValidation"]


def test_utf_16_and_a_declared_encoding_are_understood(sandbox: RunningSandbox) -> None:
    text = '<?xml version="1.0" encoding="utf-16"?>' + envelope(soap.create(soap.message("Größe", "ü")))
    assert sandbox.post_raw(text.encode("utf-16")).codes == ["NoError"]
    found = sandbox.post(soap.find("drafts", restriction=soap.equals(soap.field("item:Subject"), "Größe")))
    assert len(found.ids()) == 1


def test_nobody_is_served_without_a_password_and_none_with_a_wrong_one(sandbox: RunningSandbox) -> None:
    for credentials in ("", "Basic", "Basic !!!", "Basic bm9ib2R5Ong=", "Bearer x", "Basic Y2xhcmE="):
        headers = {"Content-Type": "text/xml", "Authorization": credentials} if credentials else {}
        reply = sandbox.request("POST", sandbox.url, envelope(soap.find()).encode(), headers)
        assert reply.status == 401
        assert reply.headers["www-authenticate"].startswith("Basic")
    assert sandbox.journal() == []


def test_another_content_type_is_not_taken(sandbox: RunningSandbox) -> None:
    assert sandbox.post_raw(envelope(soap.find()).encode(), headers={"Content-Type": "application/json"}).status == 415


@pytest.mark.parametrize(
    ("header", "version", "code"),
    [
        ("", "Exchange1999", "ErrorInvalidServerVersion"),
        (
            "<t:MailboxCulture>en-US</t:MailboxCulture><t:MailboxCulture>fr-FR</t:MailboxCulture>",
            "Exchange2016",
            "ErrorDuplicateSOAPHeader",
        ),
        (
            IMPERSONATION,
            "Exchange2016",
            "ErrorImpersonateUserDenied",
        ),
    ],
)
def test_headers_that_cannot_be_met_are_faults(sandbox: RunningSandbox, header: str, version: str, code: str) -> None:
    assert sandbox.post(soap.find(), header=header, version=version, valid=False).codes == [code]


def test_errors_are_said_in_french_to_who_asks_for_it(sandbox: RunningSandbox) -> None:
    header = "<t:MailboxCulture>fr-FR</t:MailboxCulture>"
    reply = sandbox.post(soap.send([("x" * 20, "y")]), header=header)
    assert reply.codes == ["ErrorInvalidIdMalformed"]
    assert reply.text(".//m:MessageText") == "L'ID est incorrect."


def test_ids_are_refused_for_what_is_wrong_with_them(sandbox: RunningSandbox) -> None:
    item = draft(sandbox)
    folder = sandbox.post(soap.find("drafts", paths=soap.field("item:ParentFolderId"))).ids(".//t:ParentFolderId")[0]
    ids = [("", ""), ("%BadItemId%", ""), (item[0][:-8] + "AAAAAAA=", ""), (folder[0], ""), (item[0], "CQAAABY+T")]
    assert sandbox.post(soap.get(ids)).codes == [
        "ErrorInvalidIdEmpty",
        "ErrorInvalidIdMalformed",
        "ErrorInvalidIdMalformed",
        "ErrorCannotUseFolderIdForItemId",
        "ErrorInvalidChangeKey",
    ]


def test_a_tampered_id_never_names_another_item(sandbox: RunningSandbox) -> None:
    item = draft(sandbox)[0]
    swapped = [item[:place] + ("B" if item[place] != "B" else "C") + item[place + 1 :] for place in range(90, 140, 3)]
    codes = set(sandbox.post(soap.get([(one, "") for one in swapped], "IdOnly")).codes)
    assert codes == {"ErrorInvalidIdMalformed"}


def test_sending_says_what_is_wrong_with_each_message(sandbox: RunningSandbox) -> None:
    nobody = sandbox.post(soap.create(soap.message("To nobody"))).ids()[0]
    nonsense = draft(sandbox, "To nonsense", "not an address")
    fine = draft(sandbox, "Fine", JAMES)
    items = [nobody, nonsense, (fine[0], ""), (fine[0], nobody[1]), fine]
    reply = sandbox.post(soap.send(items))
    assert reply.codes == [
        "ErrorInvalidRecipients",
        "ErrorInvalidRecipients",
        "ErrorChangeKeyRequiredForWriteOperations",
        "ErrorStaleObject",
        "NoError",
    ]
    keys = [one.text for one in reply.all(".//m:DescriptiveLinkKey")]
    assert keys == ["0"] * 4


def test_settings_for_the_copy_that_contradict_each_other_are_refused(sandbox: RunningSandbox) -> None:
    item = draft(sandbox)
    request = soap.send([item], save=False, folder=soap.folder("sentitems"))
    assert sandbox.post(request).codes == ["ErrorInvalidSendItemSaveSettings"]


def test_sent_messages_keep_what_was_said(sandbox: RunningSandbox) -> None:
    sandbox.post(soap.send([draft(sandbox, "Gone")]))
    wanted = soap.equals(soap.field("item:Subject"), "Gone")
    item = sandbox.post(soap.find("sentitems", restriction=wanted)).ids()[0]
    locked = soap.set_field("message:ToRecipients", soap.people("ToRecipients", "x@example.org"))
    assert sandbox.post(soap.update(item, locked)).codes == ["ErrorInvalidPropertyUpdateSentMessage"]
    assert sandbox.post(soap.send([item])).codes == ["ErrorInvalidItemForOperationSendItem"]
    category = soap.set_field("item:Categories", "<t:Categories><t:String>Done</t:String></t:Categories>")
    assert sandbox.post(soap.update(item, category)).codes == ["NoError"]


def test_what_is_read_only_cannot_be_set(sandbox: RunningSandbox) -> None:
    item = draft(sandbox)
    size = soap.set_field("item:Size", "<t:Size>1</t:Size>")
    reply = sandbox.post(soap.update(item, size))
    assert reply.codes == ["ErrorInvalidPropertySet"]
    assert reply.all(".//m:MessageXml/t:FieldURI")[0].get("FieldURI") == "item:Size"
    two = soap.set_field("item:Subject", "<t:Subject>a</t:Subject><t:Culture>fr</t:Culture>")
    assert sandbox.post(soap.update(item, two)).codes == ["ErrorIncorrectUpdatePropertyCount"]
    other = soap.set_field("item:Subject", "<t:Culture>fr</t:Culture>")
    assert sandbox.post(soap.update(item, other)).codes == ["ErrorUpdatePropertyMismatch"]
    assert sandbox.post(soap.create(soap.message("x" * 256))).codes == ["ErrorPropertyValidationFailure"]
    assert sandbox.post(soap.get([item])).ids() == [item]
