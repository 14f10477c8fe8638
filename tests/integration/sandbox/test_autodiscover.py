"""Autodiscover in its three ways, for who is known here and who is not."""

import base64
import json

import pytest
from lxml import etree

from tests.integration.sandbox.signing_in import CLARA
from tests.sandbox_fixture import Reply, RunningSandbox

OUTLOOK = "http://schemas.microsoft.com/exchange/autodiscover/outlook/"
SOAP = "http://schemas.microsoft.com/exchange/2010/Autodiscover"


def post(sandbox: RunningSandbox, path: str, body: str) -> Reply:
    account = sandbox.first
    credentials = base64.b64encode(f"{account['user']}:{account['password']}".encode()).decode()
    base = sandbox.url.removesuffix("/EWS/Exchange.asmx")
    headers = {"Content-Type": "text/xml; charset=utf-8", "Authorization": f"Basic {credentials}"}
    return sandbox.request("POST", f"{base}{path}", body.encode(), headers)


def texts(reply: Reply, name: str) -> list[str | None]:
    return [one.text for one in etree.fromstring(reply.content).iter(f"{{*}}{name}")]


def pox(address: str, schema: str = f"{OUTLOOK}responseschema/2006a") -> str:
    return (
        f'<Autodiscover xmlns="{OUTLOOK}requestschema/2006"><Request><EMailAddress>{address}</EMailAddress>'
        f"<AcceptableResponseSchema>{schema}</AcceptableResponseSchema></Request></Autodiscover>"
    )


@pytest.mark.parametrize("path", ["/autodiscover/autodiscover.xml", "/Autodiscover/Autodiscover.xml"])
def test_plain_xml_leads_to_the_service(sandbox: RunningSandbox, path: str) -> None:
    reply = post(sandbox, path, pox(CLARA))
    assert reply.status == 200
    assert set(texts(reply, "EwsUrl")) == {sandbox.url}
    assert texts(reply, "DisplayName") == ["Clara Fontaine", "Sales"]
    assert texts(reply, "Type") == ["EXCH", "EXPR", "Delegate"]


def test_the_mailboxes_that_one_has_whole_are_named_to_their_user_alone(sandbox: RunningSandbox) -> None:
    mine = post(sandbox, "/autodiscover/autodiscover.xml", pox(CLARA))
    assert texts(mine, "SmtpAddress") == ["sales@contoso.com"]
    another = post(sandbox, "/autodiscover/autodiscover.xml", pox("sofia.lindqvist@contoso.com"))
    assert texts(another, "SmtpAddress") == []


def test_soap_names_them_as_a_collection(sandbox: RunningSandbox) -> None:
    asked = svc("GetUserSettings", users(CLARA, "sofia.lindqvist@contoso.com"), "AlternateMailboxes")
    reply = post(sandbox, "/autodiscover/autodiscover.svc", asked)
    assert texts(reply, "SmtpAddress") == ["sales@contoso.com"]
    assert texts(reply, "DisplayName") == ["Sales"]
    assert texts(reply, "SettingName") == ["AlternateMailboxes"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (pox("nobody@contoso.com"), "500"),
        (pox(CLARA, "urn:other"), "601"),
        ("<Autodiscover/>", "600"),
        ("not xml", "600"),
        ('<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>', "600"),
    ],
)
def test_plain_xml_says_what_is_wrong(sandbox: RunningSandbox, body: str, code: str) -> None:
    reply = post(sandbox, "/autodiscover/autodiscover.xml", body)
    assert (reply.status, texts(reply, "ErrorCode")) == (200, [code])


def svc(name: str, whom: str, *settings: str) -> str:
    wanted = "".join(f"<a:Setting>{one}</a:Setting>" for one in settings)
    return (
        f'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:a="{SOAP}"><s:Body>'
        f"<a:{name}RequestMessage><a:Request>{whom}<a:RequestedSettings>{wanted}</a:RequestedSettings></a:Request>"
        f"</a:{name}RequestMessage></s:Body></s:Envelope>"
    )


def users(*addresses: str) -> str:
    return f"<a:Users>{''.join(f'<a:User><a:Mailbox>{one}</a:Mailbox></a:User>' for one in addresses)}</a:Users>"


def test_soap_answers_each_user_and_each_setting_by_itself(sandbox: RunningSandbox) -> None:
    asked = svc("GetUserSettings", users(CLARA, "nobody@contoso.com"), "ExternalEwsUrl", "UserDisplayName", "MailboxDN")
    reply = post(sandbox, "/autodiscover/autodiscover.svc", asked)
    assert reply.status == 200
    assert texts(reply, "Value") == [sandbox.url, "Clara Fontaine"]
    assert texts(reply, "ErrorCode") == ["NoError", "NoError", "SettingIsNotAvailable", "InvalidUser"]


def test_soap_knows_domains_and_refuses_what_it_does_not_serve(sandbox: RunningSandbox) -> None:
    domains = "<a:Domains><a:Domain>contoso.com</a:Domain><a:Domain>example.org</a:Domain></a:Domains>"
    reply = post(sandbox, "/autodiscover/autodiscover.svc", svc("GetDomainSettings", domains, "ExternalEwsUrl"))
    assert texts(reply, "Value") == [sandbox.url]
    assert texts(reply, "ErrorCode") == ["NoError", "NoError", "InvalidDomain"]
    assert post(sandbox, "/autodiscover/autodiscover.svc", svc("GetOther", "")).status == 500
    assert post(sandbox, "/autodiscover/autodiscover.svc", "<").status == 500
    nothing = post(sandbox, "/autodiscover/autodiscover.svc", svc("GetUserSettings", users(CLARA)))
    assert texts(nothing, "ErrorCode") == ["InvalidRequest"]


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        (f"?Email={CLARA}&Protocol=EWS", 200, None),
        (f"/v1.0/{CLARA}?Protocol=Ews", 200, None),
        (f"/v1.0/{CLARA}?Protocol=Nonsense", 400, "ProtocolNotSupported"),
        (f"?Email={CLARA}", 400, "MandatoryParameterMissing"),
        ("?Protocol=EWS", 400, "MandatoryParameterMissing"),
        ("/v1.0/nobody@contoso.com?Protocol=EWS", 404, "UserNotFound"),
    ],
)
def test_json_needs_no_sign_in(sandbox: RunningSandbox, path: str, status: int, said: str | None) -> None:
    base = sandbox.url.removesuffix("/EWS/Exchange.asmx")
    reply = sandbox.request("GET", f"{base}/autodiscover/autodiscover.json{path}")
    answer = json.loads(reply.content)
    assert reply.status == status
    assert (answer.get("ErrorCode"), answer.get("Url")) == (said, None if said else sandbox.url)


def test_the_other_two_want_a_sign_in_and_obey_the_fault_plan(sandbox: RunningSandbox) -> None:
    base = sandbox.url.removesuffix("/EWS/Exchange.asmx")
    for name in ("xml", "svc"):
        assert sandbox.request("GET", f"{base}/autodiscover/autodiscover.{name}").status == 401
    sandbox.faults([{"operation": "Autodiscover", "action": "status", "status": 503}])
    assert post(sandbox, "/autodiscover/autodiscover.xml", pox(CLARA)).status == 503
    assert [one["operation"] for one in sandbox.journal()] == ["Autodiscover"]
