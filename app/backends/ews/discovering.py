"""Finds the mail server of an address (Autodiscover), host after host, and says what each of them said.

First without a sign-in, in JSON (the "v2" of Exchange 2016 and later, and of Exchange Online): that gives nothing away
but the address. Then, only where a password was typed, in plain XML ([MS-OXDSCLI]), at the host that was typed and at
the domain's `autodiscover.`, whose certificates hold. The domain itself, which is often somebody's web site, gets no
password. A redirect is followed without a sign-in, and never with one.
"""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable, Iterator
from typing import Final
from urllib.parse import quote, urljoin, urlsplit

import requests
from lxml import etree
from msgspec.structs import replace

from app.backends.ews.autodiscover import local_of, post_to, request, text_in
from app.backends.ews.connection import new_session, work_on
from app.backends.ews.tls import trust
from app.backends.ews.troubles import trouble_of
from app.backends.ews.wire import HttpRefusal, Wire
from app.backends.ews.xml import Unreadable, parse
from app.backends.port import Job
from app.core.i18n import tr
from app.domain.account import Account, AuthKind, Discovery, ProbeStep, endpoint_error
from app.domain.errors import AccountError

ONLINE: Final = "outlook.office365.com"
"""Exchange Online's own; it is asked last, and knows only what is Microsoft's to know."""
_JSON: Final = "/autodiscover/autodiscover.json/v1.0/{address}?Protocol=Ews&RedirectCount={number}"
_XML: Final = "/autodiscover/autodiscover.xml"
_SECONDS: Final = 8.0
_MOST_REDIRECTS: Final = 3
_LARGEST: Final = 256 * 1024
_PIECE: Final = 16 * 1024
_PREFERRED: Final = ("EXPR", "EXCH", "WEB")
"""The protocols of a POX answer that name an EWS, from the outside first."""

Tell = Callable[[ProbeStep], None]


class _NotHere(Exception):
    """A host does not know; the words say why."""


def discover(account: Account, secret: str, job: Job, tell: Tell) -> Discovery:
    """Return where the mailbox of `account.address` is served; each host that was asked is told. Raises port.Stopped.

    What stands in `account.endpoint` is asked first: it may be the name of a host, and its EWS elsewhere.
    """
    try:
        context = trust(account.ca_file)
    except OSError as error:
        tell(ProbeStep("ca-file", passed=False, detail=tr("The CA file cannot be read: {why}", why=error)))
        return Discovery()
    finder = _Finder(account, secret, context, job)
    for place in places(account):
        host = urlsplit(place).netloc
        try:
            endpoint = finder.ask(place)
        except _NotHere as why:
            tell(ProbeStep(host, passed=False, detail=str(why)))
            continue
        tell(ProbeStep(host, passed=True, detail=endpoint))
        return Discovery(endpoint, finder.ways(endpoint))
    return Discovery()


def places(account: Account) -> list[str]:
    """Return the hosts to ask, as addresses, in order."""
    domain = _domain(account)
    typed = urlsplit(account.endpoint)
    hosts = [f"{typed.scheme}://{typed.netloc}"] if typed.scheme == "https" and typed.netloc else []
    hosts += [f"https://autodiscover.{domain}", f"https://{domain}", f"https://{ONLINE}"]
    return list(dict.fromkeys(hosts))


class _Finder:
    def __init__(self, account: Account, secret: str, context: ssl.SSLContext, job: Job) -> None:
        self._account, self._secret, self._context, self._job = account, secret, context, job

    def ask(self, place: str) -> str:
        try:
            return self._checked(self._by_json(place))
        except _NotHere as why:
            by_password = self._secret and self._account.auth is not AuthKind.OAUTH
            if not by_password or urlsplit(place).hostname in {ONLINE, _domain(self._account)}:
                raise
            without = why
        try:
            return self._checked(self._by_xml(place))
        except _NotHere as why:
            raise why from without

    def ways(self, endpoint: str) -> tuple[AuthKind, ...]:
        """Return how the server lets itself be signed in to; nothing where it does not say."""
        try:
            offered = self._get(endpoint).headers.get("WWW-Authenticate", "").casefold()
        except _NotHere:
            return ()
        names = {AuthKind.OAUTH: "bearer", AuthKind.BASIC: "basic", AuthKind.NTLM: "ntlm"}
        return tuple(kind for kind, name in names.items() if name in offered)

    def _checked(self, endpoint: str) -> str:
        if endpoint_error(endpoint):
            raise _NotHere(tr("It named an address that cannot be used: {address}", address=endpoint[:200]))
        return endpoint

    def _by_json(self, place: str) -> str:
        url = place + _JSON.format(address=quote(self._account.address), number=1)
        for number in range(_MOST_REDIRECTS + 1):
            answer = self._get(url)
            if answer.status_code not in {301, 302, 303, 307, 308}:
                return self._address_in(answer)
            url = urljoin(url, answer.headers.get("Location", ""))
            if urlsplit(url).scheme != "https" or number == _MOST_REDIRECTS:
                break
        raise _NotHere(tr("It points elsewhere: {address}", address=url[:200]))

    def _address_in(self, answer: requests.Response) -> str:
        try:
            said = json.loads(answer.content)
        except ValueError:
            said = None
        if answer.status_code == 200 and isinstance(said, dict) and isinstance(said.get("Url"), str):
            return str(said["Url"])
        words = said.get("ErrorMessage") if isinstance(said, dict) else None
        raise _NotHere(str(words)[:300] if words else tr("It does not tell (HTTP status {n}).", n=answer.status_code))

    def _by_xml(self, place: str) -> str:
        try:
            wire = Wire(replace(self._account, endpoint=place + _XML, impersonate=False), self._secret)
            content = post_to(wire, place + _XML, request(self._account.address), self._job)
            return next(endpoints_in(content))
        except HttpRefusal as refusal:
            if refusal.status == 401:
                raise _NotHere(tr("It does not accept this user and password.")) from None
            raise _NotHere(tr("It does not tell (HTTP status {n}).", n=refusal.status)) from None
        except (Unreadable, StopIteration):
            raise _NotHere(tr("Its answer names no Exchange Web Services.")) from None
        except (OSError, AccountError) as error:
            raise self._trouble(error, place) from None

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


def _domain(account: Account) -> str:
    return account.address.rpartition("@")[2].casefold()


def endpoints_in(content: bytes) -> Iterator[str]:
    """Yield the addresses of EWS that a POX answer names, the best first. Raises Unreadable."""
    root = parse(content)
    protocols = [one for one in root.iter(etree.Element) if local_of(one) == "Protocol"]
    by_kind = {kind: [one for one in protocols if _kind(one) == kind] for kind in _PREFERRED}
    for kind in _PREFERRED:
        for protocol in by_kind[kind]:
            address = text_in(protocol, "EwsUrl")
            if address:
                yield address


def _kind(protocol: etree._Element) -> str:
    return (text_in(protocol, "Type") or protocol.get("Type") or "").upper()
