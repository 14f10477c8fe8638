"""Finds servers and other mailboxes.

Asked where the service is; where that host does not know of it, at `autodiscover.` and the domain of the address, and
there only if the service is in that domain too: the password goes only to hosts that have it already.

First without a sign-in, in JSON (the "v2" of Exchange 2016 and later, and of Exchange Online): that gives nothing away
but the address. Then, only where a password was typed, by SOAP ([MS-OXWSADISC]) and in plain XML ([MS-OXDSCLI]), at the
host that was typed and at the domain's `autodiscover.`, whose certificates hold. The domain itself, which is often a
hosted web site, gets no password. Nor does a host that DNS names (SRV, `_autodiscover._tcp`) outside of the domain:
whoever can write DNS answers could name their own. A redirect is followed without a sign-in, and never with one: where
an answer says that another host knows (RedirectUrl), or that the mailbox has another address (RedirectAddr), that is
asked like any other, and gets the password only under the same rules. Three such turns are made at most, and nothing is
asked twice. A password that one host refused is tried at no other.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urljoin, urlsplit

import requests
from lxml import etree
from msgspec.structs import replace

from app.backends.ews.error_mapping import trouble_of
from app.backends.ews.http_session import HttpSession
from app.backends.ews.xml import SOAP, Element, clean, parse
from app.backends.net.connection import new_session, work_on
from app.backends.net.http_errors import HttpRefusal, Unreadable
from app.backends.net.proxies import ProxyFailed, proxy_for
from app.backends.net.tls import trust
from app.backends.port import Job
from app.core.i18n import tr
from app.core.parsing import json_in
from app.domain.account import (
    Account,
    AuthKind,
    BackendKind,
    Discovery,
    ProbeStep,
    cloud_of,
    endpoint_error,
    other_endpoint,
)
from app.domain.address_parser import address_problem
from app.domain.errors import AccountError, Trouble, TroubleKind, error_for
from app.domain.people import Named

if TYPE_CHECKING:
    from app.backends.port import Job

_ASKED: Final = "http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006"
_ANSWERED: Final = "http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a"
_PATH: Final = "/autodiscover/autodiscover.xml"
_NAMES: Final = frozenset({"AlternativeMailbox", "AlternateMailbox"})
"""The first is the schema's and Exchange's, the second that of the SOAP service, which some servers use here too."""
_DELEGATE: Final = "delegate"
"""Of the types Archive, Delegate and TeamMailbox the one that one can send as."""
_CONNECT_SECONDS: Final = 15.0
_ELSEWHERE: Final = frozenset({403, 404, 405, 410})


def places(account: Account) -> list[str]:
    """Return the addresses at which to ask, in order."""
    parts = urlsplit(account.endpoint)
    host, domain = (parts.hostname or "").casefold(), account.address.rpartition("@")[2].casefold()
    found = [f"{parts.scheme}://{parts.netloc}{_PATH}"]
    ours = bool(domain) and (host == domain or host.endswith(f".{domain}"))
    if ours and host != f"autodiscover.{domain}" and parts.scheme == "https" and account.auth is not AuthKind.OAUTH:
        found.append(f"https://autodiscover.{domain}{_PATH}")
    return found


def ask(http: HttpSession, account: Account, job: Job) -> list[Named]:
    """Return the mailboxes that the server names. Raises as `calls.post` does, and AccountError for a refusal."""
    *others, last = places(account)
    for place in others:
        try:
            return named_in(post_to(http, place, request(account.address), job), place)
        except HttpRefusal as refusal:
            if refusal.status not in _ELSEWHERE:
                raise
    return named_in(post_to(http, last, request(account.address), job), last)


def named_in(content: bytes, place: str) -> list[Named]:
    """Return the mailboxes that an answer names. Raises Unreadable, and AccountError where it is a refusal."""
    root = parse(content)
    if local_of(root) != "Autodiscover":
        raise Unreadable("no Autodiscover")
    host = urlsplit(place).hostname or ""
    for element in root.iter(etree.Element):
        if local_of(element) == "Error":
            said = f"{text_in(element, 'ErrorCode')}: {text_in(element, 'Message')}"
            raise error_for(Trouble(TroubleKind.SERVER, said, http_status=200, host=host))
        if local_of(element) == "Account" and text_in(element, "Action").casefold().startswith("redirect"):
            detail = tr("{host} says that this mailbox is elsewhere.", host=host)
            raise error_for(Trouble(TroubleKind.SERVER, detail, http_status=200, host=host))
    found = (_named(one) for one in root.iter(etree.Element) if local_of(one) in _NAMES)
    return [one for one in found if one is not None]


def _named(element: Element) -> Named | None:
    """Return a mailbox that one can act for; one's own archive is none."""
    address, path = text_in(element, "SmtpAddress"), text_in(element, "LegacyDN")
    if text_in(element, "Type").casefold() != _DELEGATE or not (address or path):
        return None
    return Named(address, text_in(element, "DisplayName"), path)


def request(address: str) -> bytes:
    """Return what is asked of the server about `address`."""
    root = etree.Element(f"{{{_ASKED}}}Autodiscover", nsmap={None: _ASKED})  # type: ignore[dict-item] # lxml takes None for the default
    holder = etree.SubElement(root, f"{{{_ASKED}}}Request")
    for name, text in (("EMailAddress", address), ("AcceptableResponseSchema", _ANSWERED)):
        etree.SubElement(holder, f"{{{_ASKED}}}{name}").text = clean(text)
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)


def post_to(http: HttpSession, place: str, body: bytes, job: Job) -> bytes:
    """Ask once, signed in, on a connection of its own. A redirect is not followed: it may lead to any host.

    Raises HttpRefusal, AccountError, port.Stopped, and what requests raises when the network fails.
    """
    job.begin_request()
    work_on(job)
    session = None
    try:
        http.authorise(job)
        session = http.create_session()
        remaining = job.remaining()
        answer = session.post(
            place,
            data=body,
            timeout=(min(_CONNECT_SECONDS, remaining), remaining),
            allow_redirects=False,
        )
        content: bytes = answer.content
    finally:
        if session is not None:
            http.close_session(session)
        work_on(None)
        job.attach(None)
    if answer.status_code != 200:
        raise HttpRefusal(answer)
    return content


def local_of(element: Element) -> str:
    """Return the name of an element without its namespace, which servers do not agree on here."""
    return str(element.tag).rpartition("}")[2]


def text_in(element: Element, name: str) -> str:
    """Return the text of a child by its local name, empty where there is none."""
    found = (one for one in element.iterchildren(etree.Element) if local_of(one) == name)
    return next(((one.text or "").strip() for one in found), "")


ONLINE: Final = "outlook.office365.com"
"""Exchange Online's own; it is asked last, and knows only what is Microsoft's to know."""
_JSON: Final = "/autodiscover/autodiscover.json/v1.0/{address}?Protocol=Ews&RedirectCount={number}"
_XML: Final = "/autodiscover/autodiscover.xml"
_SOAP: Final = "/autodiscover/autodiscover.svc"
_SETTINGS: Final = "http://schemas.microsoft.com/exchange/2010/Autodiscover"
_ADDRESSING: Final = "http://www.w3.org/2005/08/addressing"
_WANTED: Final = ("ExternalEwsUrl", "InternalEwsUrl", "UserDisplayName")
_SECONDS: Final = 8.0
_DNS_SECONDS: Final = 4.0
_MOST_REDIRECTS: Final = 3
_LARGEST: Final = 256 * 1024
_PIECE: Final = 16 * 1024
_PREFERRED: Final = ("EXPR", "EXCH", "WEB")
"""The protocols of a POX answer that name an EWS, from the outside first."""

Tell = Callable[[ProbeStep], None]


class _NotHere(Exception):
    """A host does not know; the words say why."""


class _WrongPassword(_NotHere):
    """A host does not accept the user and password: no other is asked with them, so that no account is locked."""


class _Elsewhere(_NotHere):
    """An answer names another host to ask, as an address, or another e-mail address to ask about; the other is ""."""

    def __init__(self, place: str, address: str) -> None:
        super().__init__(tr("It points elsewhere: {address}", address=(place or address)[:200]))
        self.place, self.address = place, address


def discover(account: Account, secret: str, job: Job, tell: Tell) -> Discovery:
    """Return where the mailbox of `account.address` is served; `tell` gets a step for each host that was asked.

    What stands in `account.endpoint` is asked first: it may be the name of a host, and its EWS elsewhere. A mailbox of
    Exchange Online is found at Graph. Raises port.Stopped.
    """
    try:
        context = trust(account.ca_file)
    except OSError as error:
        tell(ProbeStep("ca-file", passed=False, detail=tr("The CA file cannot be read: {why}", why=error)))
        return Discovery()
    finder = _Finder(account, secret, context, job)
    places = server_places(account.endpoint, account.address)
    for place in (*places, *finder.named_by_dns(places, tell), f"https://{ONLINE}"):
        found = finder.ask(place, tell)
        if cloud_of(found.endpoint) is not None:
            # Exchange Online: its EWS is being shut off, and it takes no password since 2022.
            graph = other_endpoint(found.endpoint, BackendKind.GRAPH)
            return replace(found, endpoint=graph, ways=(AuthKind.OAUTH,), kind=BackendKind.GRAPH)
        if found.endpoint:
            return replace(found, ways=finder.ways(found.endpoint))
    return Discovery()


def server_places(endpoint: str, address: str) -> list[str]:
    """Return the hosts to ask before DNS, as addresses, in order; Exchange Online is asked last of all."""
    domain = _domain(address)
    typed = urlsplit(endpoint)
    hosts = [f"{typed.scheme}://{typed.netloc}"] if typed.scheme == "https" and typed.netloc else []
    hosts += [f"https://autodiscover.{domain}", f"https://{domain}"]
    return [host for host in dict.fromkeys(hosts) if urlsplit(host).hostname != ONLINE]


class _Finder:
    def __init__(self, account: Account, secret: str, context: ssl.SSLContext, job: Job) -> None:
        self._account, self._secret, self._context, self._job = account, secret, context, job
        self._address = account.address
        """Whom is asked about: an answer may have named another address."""
        self._asked: set[tuple[str, str]] = set()
        self._turns = 0

    def ask(self, place: str, tell: Tell) -> Discovery:
        """Ask a host in each form that it may be asked in, and tell of each; empty where it does not know.

        Nothing is asked twice.
        """
        host = urlsplit(place).netloc
        if (place, self._address) in self._asked:
            return Discovery()
        self._asked.add((place, self._address))
        forms: list[tuple[str, Callable[[str], Discovery]]] = [("JSON", self._by_json)]
        if self._may_have_password(place):
            forms += [("SOAP", self._by_soap), ("XML", self._by_xml)]
        for name, form in forms:
            try:
                found = self._checked(form(place))
            except _NotHere as why:
                tell(ProbeStep(f"{host} ({name})", passed=False, detail=str(why)))
                if isinstance(why, _WrongPassword):
                    self._secret = ""
                    break
                if isinstance(why, _Elsewhere):
                    found = self._follow(why, tell)
                    if found.endpoint:
                        return found
            else:
                tell(ProbeStep(f"{host} ({name})", passed=True, detail=found.endpoint))
                return found
        return Discovery()

    def _follow(self, to: _Elsewhere, tell: Tell) -> Discovery:
        """Ask where an answer points; empty where nobody knows there, or after too many turns."""
        if self._turns == _MOST_REDIRECTS:
            return Discovery()
        self._turns += 1
        before, self._address = self._address, to.address or self._address
        places = [to.place] if to.place else [*server_places("", to.address), f"https://{ONLINE}"]
        try:
            found = (self.ask(place, tell) for place in places)
            return next((one for one in found if one.endpoint), Discovery())
        finally:
            self._address = before

    def _may_have_password(self, place: str) -> bool:
        host, domain = urlsplit(place).hostname or "", _domain(self._account.address)
        known = host.endswith(f".{domain}") or host == urlsplit(self._account.endpoint).hostname
        return bool(self._secret) and self._account.auth is not AuthKind.OAUTH and known and host != ONLINE

    def named_by_dns(self, known: list[str], tell: Tell) -> Iterator[str]:
        """Yield the host that the domain's SRV record names, unless it was asked already or a proxy finds the names."""
        record = f"_autodiscover._tcp.{_domain(self._account.address)}"
        try:
            if proxy_for(self._account, f"https://{ONLINE}") is not None:
                return
            self._job.begin_request()
            host, port = srv_of(record, min(_DNS_SECONDS, self._job.remaining()))
        except (_NotHere, ProxyFailed) as why:
            tell(ProbeStep(f"{record} (DNS)", passed=False, detail=str(why)))
            return
        place = f"https://{host}" if port == 443 else f"https://{host}:{port}"
        tell(ProbeStep(f"{record} (DNS)", passed=True, detail=place))
        if place not in known:
            yield place

    def ways(self, endpoint: str) -> tuple[AuthKind, ...]:
        """Return how the server lets itself be signed in to; nothing where it does not say."""
        try:
            offered = self._get(endpoint).headers.get("WWW-Authenticate", "").casefold()
        except _NotHere:
            return ()
        names = {AuthKind.OAUTH: "bearer", AuthKind.BASIC: "basic", AuthKind.NTLM: "ntlm"}
        return tuple(kind for kind, name in names.items() if name in offered)

    def _checked(self, found: Discovery) -> Discovery:
        if endpoint_error(found.endpoint):
            raise _NotHere(tr("It named an address that cannot be used: {address}", address=found.endpoint[:200]))
        return found

    def _by_json(self, place: str) -> Discovery:
        url = place + _JSON.format(address=quote(self._address), number=1)
        for number in range(_MOST_REDIRECTS + 1):
            answer = self._get(url)
            if answer.status_code not in {301, 302, 303, 307, 308}:
                return Discovery(self._address_in(answer))
            url = urljoin(url, answer.headers.get("Location", ""))
            if urlsplit(url).scheme != "https" or number == _MOST_REDIRECTS:
                break
        raise _NotHere(tr("It points elsewhere: {address}", address=url[:200]))

    def _address_in(self, answer: requests.Response) -> str:
        said = json_in(answer.content)
        if answer.status_code == 200 and isinstance(said, dict) and isinstance(said.get("Url"), str):
            return str(said["Url"])
        words = said.get("ErrorMessage") if isinstance(said, dict) else None
        raise _NotHere(str(words)[:300] if words else tr("It does not tell (HTTP status {n}).", n=answer.status_code))

    def _by_soap(self, place: str) -> Discovery:
        return self._signed_in(place + _SOAP, soap_request(self._address, place + _SOAP), settings_in)

    def _by_xml(self, place: str) -> Discovery:
        read = lambda content: Discovery(next(endpoints_in(content)))  # noqa: E731 - one call
        return self._signed_in(place + _XML, request(self._address), read)

    def _signed_in(self, url: str, body: bytes, read: Callable[[bytes], Discovery]) -> Discovery:
        try:
            http = HttpSession(replace(self._account, endpoint=url, impersonate=False), self._secret)
            return read(post_to(http, url, body, self._job))
        except HttpRefusal as refusal:
            if refusal.status == 401:
                raise _WrongPassword(tr("It does not accept this user and password.")) from None
            raise _NotHere(tr("It does not tell (HTTP status {n}).", n=refusal.status)) from None
        except (Unreadable, StopIteration):
            raise _NotHere(tr("Its answer names no Exchange Web Services.")) from None
        except (OSError, AccountError) as error:
            raise self._trouble(error, url) from None

    def _get(self, url: str) -> requests.Response:
        job = self._job
        job.begin_request()
        work_on(job)
        try:
            with new_session(url, self._context, self._account) as session:
                seconds = min(_SECONDS, job.remaining())
                answer = session.get(url, timeout=(seconds, seconds), allow_redirects=False, stream=True)
                content = b""
                for piece in answer.iter_content(_PIECE):
                    content += piece
                    if len(content) > _LARGEST:
                        break
                answer._content = content  # noqa: SLF001 - no more than this is read
                return answer
        except OSError as error:
            raise self._trouble(error, url) from None
        finally:
            work_on(None)
            job.attach(None)

    def _trouble(self, error: Exception, url: str) -> _NotHere:
        self._job.go_on()
        return _NotHere(trouble_of(error, self._job, url).detail)


def _domain(address: str) -> str:
    return address.rpartition("@")[2].casefold()


def _point_elsewhere(url: str, address: str) -> None:
    """Raise _Elsewhere for what an answer points to; _NotHere where that cannot be asked. It may point to nothing."""
    if not (url or address):
        return
    if address_problem(address) is None and _domain(address):
        raise _Elsewhere("", address)
    parts = urlsplit(url)
    if parts.scheme == "https" and parts.hostname and parts.username is None:
        raise _Elsewhere(f"https://{parts.netloc}", "")
    raise _NotHere(tr("It points elsewhere: {address}", address=(url or address)[:200]))


def srv_of(record: str, seconds: float) -> tuple[str, int]:
    """Return host and port of the best answer to a SRV record (RFC 2782). Raises _NotHere."""
    from dns.exception import DNSException
    from dns.resolver import resolve

    try:
        found = sorted(resolve(record, "SRV", lifetime=seconds), key=lambda one: (one.priority, -one.weight))
    except (DNSException, OSError):
        raise _NotHere(tr("There is no such record.")) from None
    host = str(found[0].target).rstrip(".") if found else ""
    if not host:
        raise _NotHere(tr("There is no such record."))
    return host.casefold(), int(found[0].port)


def soap_request(address: str, url: str) -> bytes:
    """Return what is asked of the SOAP service about `address` (GetUserSettings)."""
    root = etree.Element(f"{{{SOAP}}}Envelope", nsmap={"s": SOAP, "a": _ADDRESSING, "d": _SETTINGS})
    header = etree.SubElement(root, f"{{{SOAP}}}Header")
    etree.SubElement(header, f"{{{_SETTINGS}}}RequestedServerVersion").text = "Exchange2013"
    etree.SubElement(header, f"{{{_ADDRESSING}}}Action").text = f"{_SETTINGS}/Autodiscover/GetUserSettings"
    etree.SubElement(header, f"{{{_ADDRESSING}}}To").text = clean(url)
    message = etree.SubElement(
        etree.SubElement(root, f"{{{SOAP}}}Body"), f"{{{_SETTINGS}}}GetUserSettingsRequestMessage"
    )
    asked = etree.SubElement(message, f"{{{_SETTINGS}}}Request")
    user = etree.SubElement(etree.SubElement(asked, f"{{{_SETTINGS}}}Users"), f"{{{_SETTINGS}}}User")
    etree.SubElement(user, f"{{{_SETTINGS}}}Mailbox").text = clean(address)
    wanted = etree.SubElement(asked, f"{{{_SETTINGS}}}RequestedSettings")
    for name in _WANTED:
        etree.SubElement(wanted, f"{{{_SETTINGS}}}Setting").text = name
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)


def settings_in(content: bytes) -> Discovery:
    """Return what an answer of the SOAP service names.

    Raises Unreadable, StopIteration where it names no EWS, and _NotHere where it points elsewhere.
    """
    elements = list(parse(content).iter(etree.Element))
    for one in elements:
        code, target = text_in(one, "ErrorCode"), text_in(one, "RedirectTarget")
        if local_of(one) == "UserResponse" and code in {"RedirectUrl", "RedirectAddress"}:
            _point_elsewhere(*((target, "") if code == "RedirectUrl" else ("", target)))
    settings = {text_in(one, "Name"): text_in(one, "Value") for one in elements if local_of(one) == "UserSetting"}
    endpoint = next(settings[name] for name in _WANTED[:2] if settings.get(name))
    return Discovery(endpoint, display_name=settings.get("UserDisplayName", ""))


def endpoints_in(content: bytes) -> Iterator[str]:
    """Yield the addresses of EWS that a POX answer names, the best first.

    Raises Unreadable, and _NotHere where it points elsewhere.
    """
    root = parse(content)
    for one in root.iter(etree.Element):
        action = text_in(one, "Action").casefold() if local_of(one) == "Account" else ""
        if action in {"redirecturl", "redirectaddr"}:
            url, address = text_in(one, "RedirectUrl"), text_in(one, "RedirectAddr")
            _point_elsewhere(*((url, "") if action == "redirecturl" else ("", address)))
    protocols = [one for one in root.iter(etree.Element) if local_of(one) == "Protocol"]
    by_kind = {kind: [one for one in protocols if _kind(one) == kind] for kind in _PREFERRED}
    for kind in _PREFERRED:
        for protocol in by_kind[kind]:
            address = text_in(protocol, "EwsUrl")
            if address:
                yield address


def _kind(protocol: etree._Element) -> str:
    return (text_in(protocol, "Type") or protocol.get("Type") or "").upper()
