"""Basic, NTLM and Bearer: who is let in, for how long, and what the others are told."""

import base64
import http.client
import ssl
from urllib.parse import urlsplit

import pytest
import spnego

from tests.integration.sandbox import soap
from tests.integration.sandbox.signing_in import CLARA, by_code
from tests.sandbox_fixture import RunningSandbox, envelope

REQUEST = envelope(soap.find()).encode()


class Line:
    """One connection that stays open, to say several requests over."""

    def __enter__(self) -> "Line":
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def __init__(self, sandbox: RunningSandbox) -> None:
        parts = urlsplit(sandbox.url)
        context = ssl.create_default_context(cafile=sandbox.ca_file)
        self.path = parts.path
        self.connection = http.client.HTTPSConnection(str(parts.hostname), parts.port, timeout=20, context=context)

    def post(self, credentials: str = "", body: bytes = REQUEST) -> tuple[int, list[str]]:
        headers = {"Content-Type": "text/xml; charset=utf-8"}
        if credentials:
            headers["Authorization"] = credentials
        self.connection.request("POST", self.path, body, headers)
        response = self.connection.getresponse()
        response.read()
        return response.status, response.headers.get_all("WWW-Authenticate", [])


def sign_in(line: Line, user: str, password: str) -> int:
    """Go through NTLM's three messages; returns the last status."""
    client = spnego.client(user, password, protocol="ntlm", options=spnego.NegotiateOptions.use_ntlm)
    status, said = line.post(f"NTLM {base64.b64encode(client.step() or b'').decode()}", b"")
    assert status == 401
    assert len(said) == 1
    token = client.step(base64.b64decode(said[0].removeprefix("NTLM ")))
    return line.post(f"NTLM {base64.b64encode(token or b'').decode()}")[0]


def test_a_request_without_credentials_is_told_of_every_scheme(sandbox: RunningSandbox) -> None:
    with Line(sandbox) as line:
        status, said = line.post()
    assert status == 401
    assert [one.partition(" ")[0] for one in said] == ["Bearer", "NTLM", "Basic"]
    assert f'authorization_uri="{sandbox.url.removesuffix("/EWS/Exchange.asmx")}/' in said[0]


@pytest.mark.parametrize("name", [CLARA, "clara.fontaine", "CONTOSO\\clara.fontaine", "contoso.com\\clara.fontaine"])
def test_ntlm_signs_a_connection_in_by_any_name_of_a_person(sandbox: RunningSandbox, name: str) -> None:
    with Line(sandbox) as line, Line(sandbox) as other:
        assert sign_in(line, name, sandbox.first["password"]) == 200
        assert line.post()[0] == 200
        assert other.post()[0] == 401
    assert [one["user"] for one in sandbox.journal()] == [CLARA, CLARA]


def test_ntlm_refuses_a_wrong_password_and_what_is_no_message(sandbox: RunningSandbox) -> None:
    with Line(sandbox) as line:
        assert sign_in(line, CLARA, "wrong") == 401
        assert line.post()[0] == 401
        for nonsense in ("", "!!!", "AAAA", base64.b64encode(b"NTLMSSP\0\x03\0\0\0" + b"\xff" * 40).decode()):
            status, said = line.post(f"NTLM {nonsense}")
            assert status == 401
            assert len(said) == 3
        assert sign_in(line, CLARA, sandbox.first["password"]) == 200


def test_other_credentials_on_a_connection_of_ntlm_count_for_themselves(sandbox: RunningSandbox) -> None:
    with Line(sandbox) as line:
        assert sign_in(line, CLARA, sandbox.first["password"]) == 200
        james = sandbox.account("james.okafor")
        basic = base64.b64encode(f"{james['user']}:{james['password']}".encode()).decode()
        assert line.post(f"Basic {basic}")[0] == 200
        assert line.post("Basic bm9ib2R5Ong=")[0] == 401
        assert [one["user"] for one in sandbox.journal()] == [CLARA, james["address"]]


def ask(sandbox: RunningSandbox, credentials: str) -> tuple[int, list[str]]:
    with Line(sandbox) as line:
        return line.post(credentials)


def test_a_token_is_good_until_it_expires_or_is_withdrawn(sandbox: RunningSandbox) -> None:
    sandbox.admin("POST", "tokens", {"lifetimes": {"access": -1}})
    status, said = ask(sandbox, f"Bearer {by_code(sandbox)['access_token']}")
    assert status == 401
    assert 'error="invalid_token"' in said[0]
    sandbox.admin("POST", "tokens", {"lifetimes": {"access": 600}})
    token = by_code(sandbox)["access_token"]
    assert ask(sandbox, f"Bearer {token}")[0] == 200
    assert sandbox.admin("POST", "tokens", {"withdraw": ["access"]})["withdrawn"] >= 1
    assert ask(sandbox, f"Bearer {token}")[0] == 401
