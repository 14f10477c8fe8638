"""Which mailboxes of others the server names beside one's own: Autodiscover, in plain XML ([MS-OXDSCLI] 2.2.3, 2.2.4).

Asked where the service is; where that host does not know of it, at `autodiscover.` and the domain of the address, and
there only if the service is in that domain too: the password goes to nobody who does not have it already.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from lxml import etree

from app.backends.ews.connection import work_on
from app.backends.ews.wire import HttpRefusal, Wire
from app.backends.ews.xml import Element, Unreadable, clean, parse
from app.core.i18n import tr
from app.domain.account import Account, AuthKind
from app.domain.errors import Trouble, TroubleKind, error_for
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


def ask(wire: Wire, account: Account, job: Job) -> list[Named]:
    """Return the mailboxes that the server names. Raises as `calls.post` does, and AccountError for a refusal."""
    *others, last = places(account)
    for place in others:
        try:
            return named_in(post_to(wire, place, request(account.address), job), place)
        except HttpRefusal as refusal:
            if refusal.status not in _ELSEWHERE:
                raise
    return named_in(post_to(wire, last, request(account.address), job), last)


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


def post_to(wire: Wire, place: str, body: bytes, job: Job) -> bytes:
    """Ask once, signed in, on a connection of its own. A redirect is not followed: it may lead to anybody.

    Raises HttpRefusal, AccountError, port.Stopped, and what requests raises when the network fails.
    """
    job.begin_request()
    work_on(job)
    session = None
    try:
        wire.authorise(job)
        session = wire.create_session()
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
            wire.close_session(session)
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
