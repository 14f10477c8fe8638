"""Autodiscover: plain XML and SOAP, and where each is asked for."""

from collections.abc import Mapping
from typing import Final

from aiohttp import web
from lxml import etree

from app.sandbox import soap, xmlns
from app.sandbox.endpoint import Endpoint
from app.sandbox.errors import RequestFault
from app.sandbox.fault_replies import HttpReply
from app.sandbox.soap import parse
from app.sandbox.store.people import PeopleStore, Person

REQUEST: Final = "http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006"
RESPONSE: Final = "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a"
_ROOT: Final = "http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006"


def answer_pox(people: PeopleStore, body: bytes, user: Person, ews_url: str) -> bytes:
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


def others_of(people: PeopleStore, person: Person) -> list[Person]:
    """Return the shared mailboxes to which `person` has full access: those that a server names of its own accord."""
    shared = (one for one in people.everybody() if one.kind == "Shared")
    return [one for one in shared if "full" in people.rights(one.id, person.id)]


def _write_pox(root: etree._Element) -> bytes:
    return b'<?xml version="1.0" encoding="utf-8"?>' + etree.tostring(root, encoding="utf-8")


def _refusal(code: str, words: str) -> bytes:
    root = etree.Element(f"{{{_ROOT}}}Autodiscover", nsmap=xmlns.default_namespace(_ROOT))
    error = etree.SubElement(etree.SubElement(root, f"{{{_ROOT}}}Response"), f"{{{_ROOT}}}Error")
    error.attrib.update({"Time": "00:00:00.0000000", "Id": "1"})
    for name, text in (("ErrorCode", code), ("Message", words), ("DebugData", "")):
        etree.SubElement(error, f"{{{_ROOT}}}{name}").text = text
    return _write_pox(root)


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
    return _write_pox(root)


def _add(parent: etree._Element, name: str, **children: str) -> etree._Element:
    element = etree.SubElement(parent, f"{{{RESPONSE}}}{name}") if name else parent
    for child, text in children.items():
        etree.SubElement(element, f"{{{RESPONSE}}}{child}").text = xmlns.clean(text)
    return element


def legacy_dn(person: Person) -> str:
    """Return a person's name in Exchange's own directory."""
    return f"/o=Contoso/ou=Exchange Administrative Group/cn=Recipients/cn={person.alias}"


NAMESPACE: Final = "http://schemas.microsoft.com/exchange/2010/Autodiscover"
_ADDRESSING: Final = "http://www.w3.org/2005/08/addressing"
_NIL: Final = f"{{{xmlns.xsi}}}nil"
_TYPE: Final = f"{{{xmlns.xsi}}}type"
_OPERATIONS: Final = {"GetUserSettings": "User", "GetDomainSettings": "Domain"}
_MOST: Final = 100
_OTHERS: Final = "AlternateMailboxes"
_Settings = dict[str, str | list[Person]]


def answer_svc(people: PeopleStore, body: bytes, user: Person, ews_url: str) -> tuple[int, bytes]:
    """Answer a request of `user`; returns the HTTP status and the reply."""
    try:
        root, _ = soap.parse(body)
    except RequestFault as fault:
        return 500, _fault("s:Client", str(getattr(fault, "violation", fault.words())))
    holder = xmlns.find(root, "s:Body")
    request = next(iter(holder.iterchildren(etree.Element)), None) if holder is not None else None
    name = xmlns.local(request).removesuffix("RequestMessage") if request is not None else ""
    if request is None or xmlns.namespace(request) != NAMESPACE or name not in _OPERATIONS:
        return 500, _fault("s:Client", "The message cannot be processed: its action is not one of this endpoint's.")
    return 200, _answer(people, request, name, user, ews_url)


def _answer(people: PeopleStore, request: etree._Element, name: str, user: Person, ews_url: str) -> bytes:
    root, body = _envelope(f"{NAMESPACE}/Autodiscover/{name}Response")
    kind = _OPERATIONS[name]
    response = _sub(_sub(body, f"{name}ResponseMessage"), "Response")
    wanted = [(one.text or "").strip() for one in request.iter(f"{{{NAMESPACE}}}Setting")]
    asked = [(one.text or "").strip() for one in request.iter(f"{{{NAMESPACE}}}{_NAMED[kind]}")]
    trouble = _complaint(wanted, asked, kind)
    _sub(response, "ErrorCode", "InvalidRequest" if trouble else "NoError")
    _sub(response, "ErrorMessage", trouble)
    answers = _sub(response, f"{kind}Responses")
    for one in () if trouble else asked:
        settings = _settings_of(people, kind, one, ews_url)
        if settings is not None and kind == "User" and one.casefold() == user.address.casefold():
            settings[_OTHERS] = others_of(people, user)
        _answer_one(answers, kind, settings, wanted)
    return _write_soap(root)


_NAMED: Final = {"User": "Mailbox", "Domain": "Domain"}


def _complaint(wanted: list[str], asked: list[str], kind: str) -> str:
    if not wanted:
        return "At least one setting must be requested."
    if not asked:
        return f"At least one {kind.lower()} must be requested."
    return f"No more than {_MOST} can be requested at once." if len(asked) > _MOST else ""


def _settings_of(people: PeopleStore, kind: str, asked: str, ews_url: str) -> _Settings | None:
    if kind == "Domain":
        domains = {one.address.rpartition("@")[2].lower() for one in people.everybody() if one.has_mailbox}
        served: _Settings = {"ExternalEwsUrl": ews_url, "ExternalEwsVersion": "15.02.2562.017"}
        return served if asked.lower() in domains else None
    person = people.with_address(asked)
    return None if person is None or not person.has_mailbox else _user_settings(person, ews_url)


def _user_settings(person: Person, ews_url: str) -> _Settings:
    return {
        "UserDisplayName": person.display_name,
        "UserDN": legacy_dn(person),
        "UserDeploymentId": "7d4d2b3a-6a1c-4a59-9c53-1d1f4c6d7a20",
        "AutoDiscoverSMTPAddress": person.address,
        "InternalEwsUrl": ews_url,
        "ExternalEwsUrl": ews_url,
        "InternalMailboxServer": "localhost",
        "CasVersion": "15.02.2562.017",
        "ExternalEwsVersion": "15.02.2562.017",
        "EwsSupportedSchemas": (
            "Exchange2007, Exchange2007_SP1, Exchange2010, Exchange2010_SP1, Exchange2010_SP2, Exchange2013, "
            "Exchange2013_SP1, Exchange2015"
        ),
        "UserMSOnline": "False",
    }


def _add_others(setting: etree._Element, others: list[Person]) -> None:
    """Name the mailboxes of others: alone among the settings it is no text."""
    setting.set(_TYPE, "AlternateMailboxCollectionSetting")
    collection = _sub(setting, _OTHERS)
    for one in others:
        mailbox = _sub(collection, "AlternateMailbox")
        for name, text in (("Type", "Delegate"), ("DisplayName", one.display_name), ("SmtpAddress", one.address)):
            _sub(mailbox, name, text)


def _answer_one(answers: etree._Element, kind: str, settings: _Settings | None, wanted: list[str]) -> None:
    answer = _sub(answers, f"{kind}Response")
    known = settings is not None
    missing = "InvalidUser" if kind == "User" else "InvalidDomain"
    _sub(answer, "ErrorCode", "NoError" if known else missing)
    _sub(answer, "ErrorMessage", "No error." if known else f"The {kind.lower()} is not known here.")
    if kind == "Domain":
        errors, shown = _sub(answer, "DomainSettingErrors"), _sub(answer, "DomainSettings")
        _sub(answer, "RedirectTarget").set(_NIL, "true")
    else:
        _sub(answer, "RedirectTarget").set(_NIL, "true")
        errors, shown = _sub(answer, "UserSettingErrors"), _sub(answer, "UserSettings")
    for name in dict.fromkeys(wanted) if known else ():
        value = (settings or {}).get(name)
        if value is None:
            error = _sub(errors, f"{kind}SettingError")
            _sub(error, "ErrorCode", "SettingIsNotAvailable")
            _sub(error, "ErrorMessage", "The setting is not available.")
            _sub(error, "SettingName", name)
            continue
        setting = _sub(shown, f"{kind}Setting")
        _sub(setting, "Name", name)
        if isinstance(value, list):
            _add_others(setting, value)
            continue
        setting.set(_TYPE, "StringSetting" if kind == "User" else "DomainStringSetting")
        _sub(setting, "Value", value)


def _sub(parent: etree._Element, name: str, text: str | None = None) -> etree._Element:
    element = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}")
    element.text = None if text is None else xmlns.clean(text)
    return element


def _envelope(action: str) -> tuple[etree._Element, etree._Element]:
    names = {"s": xmlns.soap, "a": _ADDRESSING, "i": xmlns.xsi, **xmlns.default_namespace(NAMESPACE)}
    root = etree.Element(xmlns.tag("s:Envelope"), nsmap=names)
    header = xmlns.add(root, "s:Header")
    said = etree.SubElement(header, f"{{{_ADDRESSING}}}Action")
    said.set(xmlns.tag("s:mustUnderstand"), "1")
    said.text = action
    version = _sub(header, "ServerVersionInfo")
    for name in ("MajorVersion", "MinorVersion", "MajorBuildNumber", "MinorBuildNumber"):
        _sub(version, name, soap.SERVER[name])
    _sub(version, "Version", "Exchange2015")
    return root, xmlns.add(root, "s:Body")


def _fault(code: str, words: str) -> bytes:
    root, body = _envelope(f"{NAMESPACE}/Autodiscover/fault")
    element = xmlns.add(body, "s:Fault")
    etree.SubElement(element, "faultcode").text = code
    etree.SubElement(element, "faultstring").text = xmlns.clean(words)
    return _write_soap(root)


def _write_soap(root: etree._Element) -> bytes:
    return b'<?xml version="1.0" encoding="utf-8"?>' + etree.tostring(root, encoding="utf-8")


_SUPPORTED: Final = "'AutodiscoverV1,Ews'"


class Autodiscover:
    """Autodiscover over one endpoint; `base` is set to the server's address once that is known."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self.base = ""

    @property
    def ews_url(self) -> str:
        """The address of the service that is given out."""
        return f"{self.base}/EWS/Exchange.asmx"

    def add_routes(self, app: web.Application) -> None:
        """Put the paths into an application; they are read in any case, as by IIS."""
        app.router.add_route("*", "/{path:(?i:autodiscover/autodiscover\\.xml)}", self.pox)
        app.router.add_route("*", "/{path:(?i:autodiscover/autodiscover\\.svc)}", self.svc)
        app.router.add_get("/{path:(?i:autodiscover/autodiscover\\.json)}", self.json)
        app.router.add_get("/{path:(?i:autodiscover/autodiscover\\.json/v1\\.0)}/{email}", self.json)

    async def pox(self, request: web.Request) -> web.StreamResponse:
        """Answer plain XML."""
        people = self._endpoint.store.people
        return await self._endpoint.serve(
            request, "Autodiscover", lambda body, user: HttpReply(200, answer_pox(people, body, user, self.ews_url))
        )

    async def svc(self, request: web.Request) -> web.StreamResponse:
        """Answer SOAP."""
        people = self._endpoint.store.people

        def answer(body: bytes, user: Person) -> HttpReply:
            status, content = answer_svc(people, body, user, self.ews_url)
            return HttpReply(status, content)

        return await self._endpoint.serve(request, "Autodiscover", answer)

    async def json(self, request: web.Request) -> web.Response:
        """Answer JSON."""
        query = {name.lower(): value for name, value in request.query.items()}
        address = request.match_info.get("email") or query.get("email", "")
        known = await self._endpoint.in_worker(lambda: self._endpoint.store.people.with_address(address) is not None)
        status, answer = self._look_up(query, address, known=bool(known))
        return web.json_response(answer, status=status)

    def _look_up(self, query: Mapping[str, str], address: str, *, known: bool) -> tuple[int, dict[str, str]]:
        protocol = query.get("protocol", "")
        urls = {"ews": self.ews_url, "autodiscoverv1": f"{self.base}/autodiscover/autodiscover.xml"}
        if not protocol or "@" not in address:
            missing = "Email" if protocol else "Protocol"
            words = f"A valid value must be provided for the query parameter '{missing}'"
            return 400, {"ErrorCode": "MandatoryParameterMissing", "ErrorMessage": words}
        if protocol.lower() not in urls:
            words = f"The given protocol value '{protocol[:100]}' is invalid. Supported values are {_SUPPORTED}"
            return 400, {"ErrorCode": "ProtocolNotSupported", "ErrorMessage": words}
        if not known:
            return 404, {"ErrorCode": "UserNotFound", "ErrorMessage": "The given user is not found"}
        return 200, {"Protocol": protocol, "Url": urls[protocol.lower()]}
