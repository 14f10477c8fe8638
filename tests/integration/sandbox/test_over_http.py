"""What clients may do with HTTP and XML: compression, chunks, lasting connections, encodings and prefixes."""

import base64
import gzip
import http.client
import socket
import ssl
import struct
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from lxml import etree

from tests.integration.sandbox import soap
from tests.sandbox_fixture import RunningSandbox, envelope, start, stop

MESSAGES = "http://schemas.microsoft.com/exchange/services/2006/messages"
TYPES = "http://schemas.microsoft.com/exchange/services/2006/types"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"


@pytest.fixture
def line(sandbox: RunningSandbox) -> Iterator[http.client.HTTPSConnection]:
    """A connection that stays open."""
    parts = urlsplit(sandbox.url)
    context = ssl.create_default_context(cafile=sandbox.ca_file)
    connection = http.client.HTTPSConnection(str(parts.hostname), parts.port, timeout=20, context=context)
    yield connection
    connection.close()


def headers(sandbox: RunningSandbox, **more: str) -> dict[str, str]:
    account = sandbox.first
    credentials = base64.b64encode(f"{account['user']}:{account['password']}".encode()).decode()
    named = {name.replace("_", "-"): value for name, value in more.items()}
    return {"Content-Type": "text/xml; charset=utf-8", "Authorization": f"Basic {credentials}", **named}


def test_a_large_reply_is_compressed_for_who_takes_that(
    sandbox: RunningSandbox, line: http.client.HTTPSConnection
) -> None:
    request = envelope(soap.find("sentitems", base="AllProperties")).encode()
    plain = sandbox.post_raw(request).content
    for accepted, expected in (("gzip, deflate", "gzip"), ("identity", None)):
        line.request("POST", urlsplit(sandbox.url).path, request, headers(sandbox, Accept_Encoding=accepted))
        response = line.getresponse()
        content = response.read()
        assert response.headers["Content-Encoding"] == expected
        assert (gzip.decompress(content) if expected else content) == plain


def test_a_request_may_be_compressed_or_come_in_chunks(
    sandbox: RunningSandbox, line: http.client.HTTPSConnection
) -> None:
    request = envelope(soap.find()).encode()
    path = urlsplit(sandbox.url).path
    line.request("POST", path, gzip.compress(request), headers(sandbox, Content_Encoding="gzip"))
    assert b"NoError" in line.getresponse().read()
    parts = iter([request[:50], request[50:51], request[51:]])
    line.request("POST", path, parts, headers(sandbox), encode_chunked=True)
    assert b"NoError" in line.getresponse().read()


def test_a_bomb_of_zeros_is_too_large(sandbox: RunningSandbox, line: http.client.HTTPSConnection) -> None:
    bomb = gzip.compress(b" " * (80 * 1024 * 1024))
    line.request("POST", urlsplit(sandbox.url).path, bomb, headers(sandbox, Content_Encoding="gzip"))
    assert line.getresponse().status in {400, 413}
    assert sandbox.post(soap.find()).codes == ["NoError"]


@pytest.mark.parametrize("path", ["/EWS/Exchange.asmx", "/ews/exchange.asmx", "/EWS/exchange.ASMX"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_the_endpoint_shows_a_page_to_who_looks(sandbox: RunningSandbox, path: str, method: str) -> None:
    base = sandbox.url.removesuffix("/EWS/Exchange.asmx")
    assert sandbox.request(method, base + path).status == 401
    reply = sandbox.request(method, base + path, None, headers(sandbox))
    assert (reply.status, reply.headers["content-type"]) == (200, "text/html; charset=utf-8")


def test_what_is_not_served_is_not_found(sandbox: RunningSandbox) -> None:
    base = sandbox.url.removesuffix("/EWS/Exchange.asmx")
    for path in ("/EWS/Services.wsdl", "/EWS/messages.xsd", "/", "/EWS/Exchange.asmx/more"):
        assert sandbox.request("GET", base + path, None, headers(sandbox)).status == 404


MESSAGE = (
    '<CreateItem xmlns="{m}" MessageDisposition="SaveOnly"><Items><Message xmlns="{t}"><Subject>{subject}</Subject>'
    "</Message></Items></CreateItem>"
)


@pytest.mark.parametrize(
    "shape",
    [
        '<Envelope xmlns="{s}"><Body>{inner}</Body></Envelope>',
        (
            '<SOAP-ENV:Envelope xmlns:SOAP-ENV="{s}" xmlns:xsd="http://www.w3.org/2001/XMLSchema"><SOAP-ENV:Header/>'
            "<SOAP-ENV:Body>{inner}</SOAP-ENV:Body></SOAP-ENV:Envelope>"
        ),
        (
            '<a:Envelope xmlns:a="{s}" a:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"><a:Header>'
            '<b:RequestServerVersion xmlns:b="{t}" Version="Exchange2007_SP1" a:mustUnderstand="0"/></a:Header>\n'
            "<!-- a remark --><a:Body>\n{inner}\n</a:Body></a:Envelope>"
        ),
    ],
)
def test_prefixes_remarks_and_blanks_are_the_clients_own(sandbox: RunningSandbox, shape: str) -> None:
    inner = MESSAGE.format(m=MESSAGES, t=TYPES, subject="Mine")
    assert sandbox.post_raw(shape.format(s=SOAP, t=TYPES, inner=inner).encode()).codes == ["NoError"]


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [
        ("utf-8", "utf-8"),
        ("UTF-8", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("UTF-16", "utf-16-le"),
        ("utf-16", "utf-16-be"),
        ("iso-8859-1", "latin-1"),
        ("Windows-1252", "cp1252"),
    ],
)
def test_the_encoding_is_the_one_that_is_declared(sandbox: RunningSandbox, declared: str, encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{declared}"?>' + envelope(soap.create(soap.message("Grüße, é")))
    made = sandbox.post_raw(text.encode(encoding))
    assert made.codes == ["NoError"]
    assert sandbox.post(soap.get(made.ids())).text(".//t:Subject") == "Grüße, é"


@pytest.mark.parametrize("action", ['"{m}/FindItem"', "{m}/FindItem", '""', ""])
def test_the_action_may_be_said_or_left_out(sandbox: RunningSandbox, action: str) -> None:
    more = {"SOAPAction": action.format(m=MESSAGES)} if action else {}
    assert sandbox.post_raw(envelope(soap.find(), version="").encode(), headers=more).codes == ["NoError"]


def test_a_header_of_somebody_else_is_passed_over_unless_it_must_be_understood(sandbox: RunningSandbox) -> None:
    mine = '<x:Trace xmlns:x="urn:x" s:mustUnderstand="{}">1</x:Trace>'
    assert sandbox.post(soap.find(), header=mine.format(0)).codes == ["NoError"]
    assert sandbox.post(soap.find(), header=mine.format(1)).codes == ["ErrorInvalidRequest"]


def test_the_server_says_its_version_in_each_reply_and_each_fault(sandbox: RunningSandbox) -> None:
    for request in (soap.find(), "<m:Nonsense/>"):
        reply = sandbox.post(request, valid=False)
        (version,) = reply.all("s:Header/t:ServerVersionInfo")
        assert (version.get("MajorVersion"), version.get("MinorVersion")) == ("15", "2")
        assert etree.QName(reply.tree).namespace == SOAP


def test_a_client_that_is_killed_in_the_midst_of_its_request_is_no_error_of_the_sandbox(
    capfd: pytest.CaptureFixture[str],
) -> None:
    own = start()  # one of its own, so that what it says is heard here
    try:
        parts = urlsplit(own.url)
        context = ssl.create_default_context(cafile=own.ca_file)
        raw = socket.create_connection(("127.0.0.1", int(parts.port or 0)))
        with context.wrap_socket(raw, server_hostname="localhost") as line:
            signed = base64.b64encode(f"{own.first['user']}:{own.first['password']}".encode()).decode()
            head = f"POST {parts.path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic {signed}\r\n"
            line.sendall((head + "Content-Type: text/xml\r\nContent-Length: 5000\r\n\r\n<?xml").encode())
            own.journal()  # by now the sandbox waits for the rest
            # A connection that is reset, as when a process is killed with bytes unread.
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        assert own.post(soap.find("drafts")).codes == ["NoError"]
    finally:
        stop(own)
    assert "Error handling request" not in capfd.readouterr().err
