"""Autodiscover as plain XML ([MS-OXDSCLI]): /autodiscover/autodiscover.xml."""

from typing import Final

from lxml import etree

from app.sandbox import xmlns
from app.sandbox.errors import RequestFault
from app.sandbox.soap import parse
from app.sandbox.store.people import People, Person

REQUEST: Final = "http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006"
RESPONSE: Final = "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a"
_ROOT: Final = "http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006"


def answer_pox(people: People, body: bytes, user: Person, ews_url: str) -> bytes:
    """Answer a request of `user`; whatever is wrong with it is said in the reply, whose HTTP status is 200."""
    try:
        root, _ = parse(body)
    except RequestFault:
        return _refusal("600", "Invalid Request")
    asked = {xmlns.local(one): (one.text or "").strip() for one in root.iter(etree.Element)}
    if xmlns.local(root) != "Autodiscover" or xmlns.namespace(root) != REQUEST or "EMailAddress" not in asked:
        return _refusal("600", "Invalid Request")
    if asked.get("AcceptableResponseSchema") != RESPONSE:
        return _refusal("601", "Provider is not available")
    person = people.with_address(asked["EMailAddress"])
    if person is None or not person.has_mailbox:
        return _refusal("500", "The email address can't be found.")
    return _settings(person, ews_url, others_of(people, person) if person.id == user.id else [])


def others_of(people: People, person: Person) -> list[Person]:
    """Return the shared mailboxes of which somebody has the whole: those that a server names of its own accord."""
    shared = (one for one in people.everybody() if one.kind == "Shared")
    return [one for one in shared if "full" in people.rights(one.id, person.id)]


def _write(root: etree._Element) -> bytes:
    return b'<?xml version="1.0" encoding="utf-8"?>' + etree.tostring(root, encoding="utf-8")


def _refusal(code: str, words: str) -> bytes:
    root = etree.Element(f"{{{_ROOT}}}Autodiscover", nsmap=xmlns.default_namespace(_ROOT))
    error = etree.SubElement(etree.SubElement(root, f"{{{_ROOT}}}Response"), f"{{{_ROOT}}}Error")
    error.attrib.update({"Time": "00:00:00.0000000", "Id": "1"})
    for name, text in (("ErrorCode", code), ("Message", words), ("DebugData", "")):
        etree.SubElement(error, f"{{{_ROOT}}}{name}").text = text
    return _write(root)


def _settings(person: Person, ews_url: str, others: list[Person]) -> bytes:
    root = etree.Element(f"{{{_ROOT}}}Autodiscover", nsmap=xmlns.default_namespace(_ROOT))
    response = etree.SubElement(root, f"{{{RESPONSE}}}Response", nsmap=xmlns.default_namespace(RESPONSE))
    _add(
        response,
        "User",
        DisplayName=person.display_name,
        LegacyDN=legacy_dn(person),
        AutoDiscoverSMTPAddress=person.address,
        DeploymentId="7d4d2b3a-6a1c-4a59-9c53-1d1f4c6d7a20",
    )
    account = _add(response, "Account", AccountType="email", Action="settings", MicrosoftOnline="False")
    for kind in ("EXCH", "EXPR"):
        protocol = _add(account, "Protocol", Type=kind, Server="localhost", ServerDN="", ServerVersion="73C28A02")
        _add(protocol, "", EwsUrl=ews_url, EmwsUrl=ews_url, ASUrl=ews_url, OOFUrl=ews_url)
    for one in others:
        _add(
            account,
            "AlternativeMailbox",
            Type="Delegate",
            DisplayName=one.display_name,
            SmtpAddress=one.address,
            OwnerSmtpAddress=one.address,
        )
    return _write(root)


def _add(parent: etree._Element, name: str, **children: str) -> etree._Element:
    element = etree.SubElement(parent, f"{{{RESPONSE}}}{name}") if name else parent
    for child, text in children.items():
        etree.SubElement(element, f"{{{RESPONSE}}}{child}").text = xmlns.clean(text)
    return element


def legacy_dn(person: Person) -> str:
    """Return a person's name in Exchange's own directory."""
    return f"/o=Contoso/ou=Exchange Administrative Group/cn=Recipients/cn={person.alias}"
