"""What the server can tell of a mailbox: mailboxes of others that one may use, and its categories."""

from __future__ import annotations

import base64
from collections.abc import Callable

import msgspec
import pytest
from lxml import etree

from app.backends.ews.autodiscover import named_in, places
from app.backends.ews.backend import EwsBackend
from app.backends.net.http_errors import Unreadable
from app.domain.account import Account, AuthKind
from app.domain.errors import AccountError, ItemRefused, TroubleKind
from app.domain.message import AccountId
from app.domain.people import Named
from app.domain.recipient import Recipient
from tests.conformance import schema
from tests.integration.ews.conftest import job
from tests.sandbox_fixture import NAMES, RunningSandbox
from tests.scripted_server import ScriptedServer, answer, close

Make = Callable[..., EwsBackend]
ANSWERS = "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a"
HERE = "https://mail.contoso.com/autodiscover/autodiscover.xml"


def told(*inside: str, action: str = "settings") -> bytes:
    account = f"<Account><AccountType>email</AccountType><Action>{action}</Action>{''.join(inside)}</Account>"
    response = f'<Response xmlns="{ANSWERS}"><User/>{account}</Response>'
    return f'<?xml version="1.0"?><Autodiscover xmlns="urn:a">{response}</Autodiscover>'.encode()


def mailbox(name: str, kind: str = "Delegate", element: str = "AlternativeMailbox", **more: str) -> str:
    parts = "".join(f"<{key}>{value}</{key}>" for key, value in {"DisplayName": name, **more}.items())
    return f"<{element}><Type>{kind}</Type>{parts}</{element}>"


def account(endpoint: str, address: str = "anna@contoso.com", auth: AuthKind = AuthKind.BASIC) -> Account:
    return Account(AccountId("a"), address, endpoint, "anna", auth=auth)


# --- mailboxes of others ----------------------------------------------------------------------------------------------


def test_the_mailboxes_that_the_server_names_are_found_in_one_request(
    backend: EwsBackend, sandbox: RunningSandbox
) -> None:
    assert backend.named_mailboxes(job()) == (Recipient("sales@contoso.com", "Sales"),)
    assert [entry["operation"] for entry in sandbox.journal()] == ["Autodiscover"]


def test_with_ntlm_too(sandbox: RunningSandbox) -> None:
    first = sandbox.first
    ours = Account(
        AccountId("a"), first["address"], sandbox.url, first["user"], auth=AuthKind.NTLM, ca_file=sandbox.ca_file
    )
    backend = EwsBackend(ours, first["password"])
    assert [one.address for one in backend.named_mailboxes(job())] == ["sales@contoso.com"]
    backend.close()


def test_only_those_that_one_can_act_for_count() -> None:
    content = told(
        mailbox("Sales", SmtpAddress="sales@contoso.com"),
        mailbox("In-place archive", "Archive", SmtpAddress="anna@contoso.com"),
        mailbox("Site", "TeamMailbox", SmtpAddress="site@contoso.com"),
        mailbox("Old", element="AlternateMailbox", LegacyDN="/o=Contoso/cn=old", Server="ex1"),
        mailbox("Nameless"),
    )
    found = named_in(content, HERE)
    assert found == [Named("sales@contoso.com", "Sales"), Named("", "Old", "/o=Contoso/cn=old")]


def test_one_without_an_address_is_looked_up_in_the_directory(make_backend: Make) -> None:
    resolved = (
        '<s:Envelope xmlns:s="{s}"><s:Body><m:ResolveNamesResponse xmlns:m="{m}" xmlns:t="{t}"><m:ResponseMessages>'
        '<m:ResolveNamesResponseMessage ResponseClass="Success"><m:ResponseCode>NoError</m:ResponseCode>'
        '<m:ResolutionSet TotalItemsInView="1" IncludesLastItemInRange="true"><t:Resolution><t:Mailbox>'
        "<t:Name>Old</t:Name><t:EmailAddress>old@contoso.com</t:EmailAddress></t:Mailbox></t:Resolution></m:ResolutionSet>"
        "</m:ResolveNamesResponseMessage></m:ResponseMessages></m:ResolveNamesResponse></s:Body></s:Envelope>"
    ).format(**NAMES)
    script = [answer(200, told(mailbox("Old", LegacyDN="/o=Contoso/cn=old"))), answer(200, resolved.encode())]
    with ScriptedServer(script) as server:
        assert make_backend(server.url).named_mailboxes(job()) == (Recipient("old@contoso.com", "Old"),)
    assert b"/o=Contoso/cn=old" in server.requests[1].body


def test_the_request_is_the_one_of_the_schema(make_backend: Make) -> None:
    with ScriptedServer([answer(200, told())]) as server:
        assert make_backend(server.url).named_mailboxes(job()) == ()
    assert server.requests[0].head.startswith("POST /autodiscover/autodiscover.xml ")
    root = etree.fromstring(server.requests[0].body)
    texts = {etree.QName(one).localname: one.text for one in root.iter() if one.text}
    assert texts == {"EMailAddress": "anna@contoso.com", "AcceptableResponseSchema": ANSWERS}


@pytest.mark.parametrize(
    ("act", "kind"),
    [
        (answer(404), TroubleKind.SERVER),
        (answer(401), TroubleKind.SIGN_IN),
        (answer(302, Location="https://elsewhere.example/"), TroubleKind.SERVER),
        (answer(200, b"<html>"), TroubleKind.SERVER),
        (answer(200, b"<html/>"), TroubleKind.SERVER),
        (answer(200, told(action="redirectAddr")), TroubleKind.SERVER),
        (close, TroubleKind.UNREACHABLE),
    ],
)
def test_each_trouble_is_named_and_the_next_request_works(make_backend: Make, act: object, kind: TroubleKind) -> None:
    with ScriptedServer([act, answer(200, told(mailbox("Sales", SmtpAddress="sales@contoso.com")))]) as server:  # type: ignore[list-item] # acts, as they stand above
        backend = make_backend(server.url)
        with pytest.raises(AccountError) as raised:
            backend.named_mailboxes(job())
        assert raised.value.trouble.kind is kind
        assert [one.address for one in backend.named_mailboxes(job())] == ["sales@contoso.com"]


def test_a_refusal_keeps_the_servers_words() -> None:
    error = "<Error><ErrorCode>500</ErrorCode><Message>Not found.</Message></Error>"
    refusal = f"<Autodiscover><Response>{error}</Response></Autodiscover>".encode()
    with pytest.raises(AccountError) as raised:
        named_in(refusal, HERE)
    assert raised.value.trouble.detail == "500: Not found."


def test_an_answer_cut_at_any_byte_is_never_a_shorter_list() -> None:
    whole = told(*(mailbox(f"Mailbox {n}", SmtpAddress=f"m{n}@contoso.com") for n in range(3)))
    for length in range(len(whole)):
        with pytest.raises(Unreadable):
            named_in(whole[:length], HERE)


def test_a_certificate_that_is_not_believed_gets_no_password(sandbox: RunningSandbox) -> None:
    first = sandbox.first
    backend = EwsBackend(Account(AccountId("a"), first["address"], sandbox.url, first["user"]), first["password"])
    with pytest.raises(AccountError) as raised:
        backend.named_mailboxes(job())
    assert raised.value.trouble.kind is TroubleKind.NOT_GENUINE
    assert sandbox.journal() == []
    backend.close()


@pytest.mark.parametrize(
    ("endpoint", "address", "auth", "expected"),
    [
        ("https://mail.contoso.com/EWS/Exchange.asmx", "a@contoso.com", AuthKind.NTLM, ["mail", "autodiscover"]),
        ("https://contoso.com/EWS/Exchange.asmx", "a@contoso.com", AuthKind.BASIC, ["contoso", "autodiscover"]),
        ("https://autodiscover.contoso.com/EWS/Exchange.asmx", "a@contoso.com", AuthKind.BASIC, ["autodiscover"]),
        ("https://mail.hoster.example/EWS/Exchange.asmx", "a@contoso.com", AuthKind.BASIC, ["mail"]),
        ("https://evilcontoso.com/EWS/Exchange.asmx", "a@contoso.com", AuthKind.BASIC, ["evilcontoso"]),
        ("http://localhost:8080/EWS/Exchange.asmx", "a@localhost", AuthKind.BASIC, ["localhost:8080"]),
        ("https://mail.contoso.com/EWS/Exchange.asmx", "a@contoso.com", AuthKind.OAUTH, ["mail"]),
    ],
)
def test_a_password_goes_to_nobody_who_does_not_have_it(
    endpoint: str, address: str, auth: AuthKind, expected: list[str]
) -> None:
    asked = places(account(endpoint, address, auth))
    assert [one.split("/")[2].split(".")[0] for one in asked] == expected
    assert all(one.endswith("/autodiscover/autodiscover.xml") for one in asked)


# --- categories -------------------------------------------------------------------------------------------------------


def test_the_master_category_list_is_read(backend: EwsBackend, sandbox: RunningSandbox) -> None:
    assert backend.category_list(job()) == ("Fabrikam", "Northwind", "Legal", "Budget", "Trade fair", "Press")
    body = sandbox.journal("GetUserConfiguration", bodies=True)[0]["body"]
    assert schema.complaints(etree.fromstring(body.encode())) == []


def test_a_mailbox_without_a_list_has_none(sandbox: RunningSandbox) -> None:
    james = sandbox.account("james.okafor")
    ours = Account(AccountId("a"), james["address"], sandbox.url, james["user"], ca_file=sandbox.ca_file)
    backend = EwsBackend(ours, james["password"])
    assert backend.category_list(job()) == ()
    backend.close()


def configuration(data: bytes | str) -> bytes:
    text = base64.b64encode(data).decode() if isinstance(data, bytes) else data
    message = f"<m:UserConfiguration><t:XmlData>{text}</t:XmlData></m:UserConfiguration>"
    return (
        (
            '<s:Envelope xmlns:s="{s}"><s:Body><m:GetUserConfigurationResponse xmlns:m="{m}" xmlns:t="{t}">'
            '<m:ResponseMessages><m:GetUserConfigurationResponseMessage ResponseClass="Success"><m:ResponseCode>NoError'
            "</m:ResponseCode>{message}</m:GetUserConfigurationResponseMessage></m:ResponseMessages>"
            "</m:GetUserConfigurationResponse></s:Body></s:Envelope>"
        )
        .format(**NAMES, message=message)
        .encode()
    )


@pytest.mark.parametrize(
    ("data", "names"),
    [
        (b'<categories xmlns="CategoryList.xsd"><category name=" Blue "/><category/></categories>', ("Blue",)),
        (b'<categories><category name="Red"/><category name="Red"/></categories>', ("Red",)),
        (b"<categories/>", ()),
        ("", ()),
    ],
)
def test_a_list_in_unusual_form_is_read(make_backend: Make, data: bytes | str, names: tuple[str, ...]) -> None:
    with ScriptedServer([answer(200, configuration(data))]) as server:
        assert make_backend(server.url).category_list(job()) == names


@pytest.mark.parametrize("data", [b"no xml", "&amp;&amp;&amp;", b"<categories>"])
def test_a_list_that_cannot_be_read_is_a_trouble_and_no_empty_list(make_backend: Make, data: bytes | str) -> None:
    with ScriptedServer([answer(200, configuration(data))]) as server, pytest.raises(AccountError):
        make_backend(server.url).category_list(job())


def test_a_server_that_does_not_know_the_operation_refuses_in_its_words(
    backend: EwsBackend, sandbox: RunningSandbox
) -> None:
    sandbox.faults([{"operation": "GetUserConfiguration", "action": "code", "code": "ErrorAccessDenied"}])
    with pytest.raises(ItemRefused) as raised:
        backend.category_list(job())
    assert raised.value.words.response_code == "ErrorAccessDenied"
    assert msgspec.structs.asdict(raised.value.words)["response_class"] == "Error"
