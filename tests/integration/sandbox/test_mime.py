"""Messages as MIME: taken in, given out, made anew after a change, and broken ones refused by their own code."""

import base64
import random
from email import message_from_bytes, policy
from email.message import EmailMessage

from tests.integration.sandbox import soap
from tests.integration.sandbox.mutations import mutate_bytes
from tests.sandbox_fixture import Reply, RunningSandbox

WITH_MIME = "<t:IncludeMimeContent>true</t:IncludeMimeContent>"
MESSAGE = (
    b'From: "Clara" <clara.fontaine@contoso.com>\r\nTo: =?utf-8?q?J=C3=A9?= <james.okafor@contoso.com>\r\n'
    b"Subject: =?utf-8?B?aGk=?=\r\nDate: Fri, 20 Nov 2026 10:00:00 +0100\r\nMessage-ID: <1@contoso.com>\r\n"
    b'References: <a@b> <c@d>\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n'
    b'Content-Type: text/html; charset="utf-8"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
    b"<p>=C3=A9 <img src=3D'cid:c@d'></p>\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: inner\r\n"
    b'From: q@r.example\r\n\r\nbody\r\n--b\r\nContent-Type: image/png; name="a.png"\r\nContent-ID: <c@d>\r\n'
    b'Content-Disposition: inline; filename="a.png"\r\nContent-Transfer-Encoding: base64\r\n\r\nAAEC\r\n--b--\r\n'
)


def put(sandbox: RunningSandbox, raw: bytes) -> Reply:
    content = base64.b64encode(raw).decode()
    return sandbox.post(soap.create(f"<t:Message><t:MimeContent>{content}</t:MimeContent></t:Message>"))


def mime_of(sandbox: RunningSandbox, item: tuple[str, str]) -> bytes:
    return base64.b64decode(sandbox.post(soap.get([item], more=WITH_MIME)).text(".//t:MimeContent") or "")


def rename(sandbox: RunningSandbox, item: tuple[str, str]) -> tuple[str, str]:
    change = soap.set_field("item:Subject", "<t:Subject>Changed: é</t:Subject>")
    return sandbox.post(soap.update(item, change)).ids()[0]


def test_a_header_set_as_a_property_goes_out_with_the_message(sandbox: RunningSandbox) -> None:
    path = (
        '<t:ExtendedFieldURI DistinguishedPropertySetId="InternetHeaders" PropertyName="X-Project"'
        ' PropertyType="String"/>'
    )
    extended = f"<t:ExtendedProperty>{path}<t:Value>Northwind</t:Value></t:ExtendedProperty>"
    message = soap.message("With a header", "Hello", "james.okafor@contoso.com", extended=extended)
    sandbox.post(soap.create(message, disposition="SendAndSaveCopy"))
    where = soap.equals(soap.field("item:Subject"), "With a header")
    ids = sandbox.post(soap.find("inbox", base="IdOnly", restriction=where), "james.okafor").ids()
    shown = sandbox.post(soap.get(ids), "james.okafor").all(".//t:InternetMessageHeader")
    assert {one.get("HeaderName"): one.text for one in shown}["x-project"] == "Northwind"


def test_a_message_that_came_as_mime_has_its_parts_and_comes_out_as_it_came(sandbox: RunningSandbox) -> None:
    item = put(sandbox, MESSAGE).ids()[0]
    shown = sandbox.post(soap.get([item]))
    assert shown.text(".//t:Subject") == "hi"
    assert (shown.text(".//t:Body") or "").startswith("<p>é")
    assert shown.text(".//t:DateTimeSent") == "2026-11-20T09:00:00Z"
    assert [one.text for one in shown.all(".//t:FileAttachment/t:Name")] == ["message.eml", "a.png"]
    assert shown.text(".//t:FileAttachment/t:ContentId") == "c@d"
    assert mime_of(sandbox, item) == MESSAGE


def test_a_changed_message_is_made_anew_with_all_its_parts(sandbox: RunningSandbox) -> None:
    item = rename(sandbox, put(sandbox, MESSAGE).ids()[0])
    made = message_from_bytes(mime_of(sandbox, item), policy=policy.default)
    assert isinstance(made, EmailMessage)
    assert made["Subject"] == "Changed: é"
    assert made["Message-ID"] == "<1@contoso.com>"
    kinds = [part.get_content_type() for part in made.walk()]
    assert "text/html" in kinds
    assert "image/png" in kinds
    page = made.get_body(("html",))
    assert page is not None
    assert "cid:c@d" in page.get_content()


def test_addresses_beyond_ascii_go_out_in_utf_8(sandbox: RunningSandbox) -> None:
    item = sandbox.post(soap.create(soap.message("Ça va ?", "x", "zoë@exemple.fr"))).ids()[0]
    assert "zoë@exemple.fr" in mime_of(sandbox, item).decode("utf-8")


def test_what_is_no_base64_and_what_is_no_message_are_told_apart(sandbox: RunningSandbox) -> None:
    bad = "<t:Message><t:MimeContent>%%%</t:MimeContent></t:Message>"
    assert sandbox.post(soap.create(bad)).codes == ["ErrorMimeContentInvalidBase64String"]
    assert put(sandbox, b"").codes == ["ErrorMimeContentInvalid"]


def test_broken_messages_are_taken_or_refused_and_never_an_internal_error(sandbox: RunningSandbox) -> None:
    dice = random.Random(20261121)
    for _ in range(150):
        raw = mutate_bytes(MESSAGE, dice)
        reply = put(sandbox, raw)
        assert "ErrorInternalServerError" not in reply.codes, raw
        if reply.codes == ["NoError"]:
            item = rename(sandbox, reply.ids()[0])
            assert mime_of(sandbox, item), raw
            assert "ErrorInternalServerError" not in sandbox.post(soap.send([item])).codes, raw
