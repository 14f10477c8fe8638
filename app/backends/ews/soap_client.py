"""One request, one reply: exchangelib's services with its guesses, retries and losses taken out.

What stands in exchangelib's place: the envelope is ours, so `wrap` hands it on (an exception inside `wrap` would leak
the session); one API version instead of a walk through ten on ErrorInvalidRequest; the server's version never replaces
ours; faults keep code, words and details; and each ResponseMessage is handed on as it came, so that one item's
ErrorServerBusy neither ends the batch nor posts it again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import requests
from exchangelib.services.common import EWSService

from app.backends.ews.http_session import HttpSession, work_on
from app.backends.ews.replies import back_off_of, serialise
from app.backends.ews.streamed_files import DOWNLOAD_PIECE, UploadBody, read_aside
from app.backends.ews.xml import SERVER_VERSION, SOAP, E, Element, M, T, envelope, parse
from app.backends.net.connection import LARGEST_REPLY, allow
from app.backends.net.files import NewFile
from app.backends.net.http_errors import Unreadable
from app.backends.port import Job
from app.core.i18n import language
from app.domain.errors import ServerWords

_CONNECT_SECONDS = 15.0


class SoapFault(Exception):
    """The server refused the request as a whole, in words ([MS-OXWSCDATA] 3.1.4, soap:Fault)."""

    def __init__(self, words: ServerWords) -> None:
        """Keep code, words and details."""
        super().__init__(words.response_code)
        self.words = words


class _Call(EWSService):  # type: ignore[misc] # exchangelib has no types
    def wrap(self, content: bytes | UploadBody, api_version: str | None = None) -> bytes | UploadBody:  # noqa: ARG002 - exchangelib's signature
        return content

    def _extra_headers(self) -> dict[str, str]:
        """SOAP 1.1 section 6.1.1, and the soapAction of each operation in [MS-OXWSMSG] 6.2."""
        return {"SOAPAction": f'"{M}/{self.SERVICE_NAME}"'}

    def _api_versions_to_try(self) -> tuple[str]:
        return (SERVER_VERSION,)

    def _update_api_version(self, api_version: str, header: Element) -> None:
        """Ours stays as it is."""

    def _get_soap_parts(self, response: requests.Response) -> tuple[Element | None, Element]:
        root = parse(response.content)
        body = root.find(f"{{{SOAP}}}Body")
        if body is None:
            raise Unreadable("no Body")
        self.protocol.server_version = version_in(root) or self.protocol.server_version
        return root.find(f"{{{SOAP}}}Header"), body

    def _get_soap_messages(self, body: Element) -> list[Element]:
        return messages_in(body, self.SERVICE_NAME)


_VERSION = ("MajorVersion", "MinorVersion", "MajorBuildNumber", "MinorBuildNumber")


def version_in(root: Element) -> str:
    """Return the version that a reply's ServerVersionInfo names, such as 15.2.1544.4; empty where it names none."""
    found = root.find(f"{{{SOAP}}}Header/{{{T}}}ServerVersionInfo")
    numbers = [] if found is None else [found.get(name, "") for name in _VERSION]
    return ".".join(numbers) if numbers and all(one.isdecimal() for one in numbers) else ""


class _Open(_Call):
    """A call whose reply is read from the connection piece by piece."""

    _streaming_session: Any
    _streaming_response: Any

    def leave(self, *, whole: bool) -> None:
        """Give the connection back; one whose reply was not read to its end is closed."""
        session, self._streaming_session = self._streaming_session, None
        response, self._streaming_response = self._streaming_response, None
        if session is None:
            return
        if response is not None:
            response.close()
        self.protocol.release_session(session)
        self.protocol.end_call(well=whole)


class _Download(_Open):
    """A call whose reply holds a file."""

    file: NewFile

    def _get_soap_parts(self, response: requests.Response) -> tuple[Element | None, Element]:
        allow(response, 2 * self.file.most + LARGEST_REPLY)
        root = read_aside(response.iter_content(DOWNLOAD_PIECE), self.file)
        body = root.find(f"{{{SOAP}}}Body")
        if body is None:
            raise Unreadable("no Body")
        return None, body


class _Stream(_Open):
    """A call whose reply is many, one after the other, for as long as the connection stays open."""

    SERVICE_NAME = "GetStreamingEvents"

    def _extra_headers(self) -> dict[str, str]:
        return {"Accept-Encoding": "identity"}  # a compressor would hold back what is to be delivered now

    def _get_soap_parts(self, response: requests.Response) -> tuple[None, requests.Response]:  # type: ignore[override] # it is read later
        allow(response, None)  # for half an hour; its reader bounds each of them
        return None, response

    def _get_soap_messages(self, body: requests.Response) -> requests.Response:  # type: ignore[override] # as above
        return body


class MailTipsCall(_Call):
    """The one operation whose response is itself a response message, with those of the recipients inside."""

    SERVICE_NAME = "GetMailTips"

    def _get_soap_messages(self, body: Element) -> list[Element]:
        fault = body.find(f"{{{SOAP}}}Fault")
        if fault is not None:
            raise SoapFault(_words_of_fault(fault))
        response = _response_in(body, self.SERVICE_NAME)
        if response is None:
            raise Unreadable("no GetMailTipsResponse")
        return [response]


@cache
def _call_of(name: str) -> type[_Call]:
    """Return what sends an operation of EWS. All are alike but one."""
    return MailTipsCall if name == MailTipsCall.SERVICE_NAME else type(name, (_Call,), {"SERVICE_NAME": name})


_DOWNLOADS: dict[str, type[_Download]] = {
    name: type(name, (_Download,), {"SERVICE_NAME": name}) for name in ("GetAttachment", "GetItem")
}

_DATED = frozenset({"CreateItem", "UpdateItem", "GetItem", "FindItem", "CreateAttachment", "GetAttachment"})
"""Operations whose WSDL takes TimeZoneContext. All times that we write and read are UTC."""

CULTURES = {
    "de": "de-DE",
    "en": "en-US",
    "es": "es-ES",
    "fr": "fr-FR",
    "it": "it-IT",
    "ja": "ja-JP",
    "nl": "nl-NL",
    "pl": "pl-PL",
    "pt": "pt-PT",
}
"""MailboxCulture wants a country too; a language that is not here goes without the header."""


def culture() -> str:
    """Return the culture of the program's language, in which the server's words are to be; empty for none known."""
    spoken = language()
    return spoken if "-" in spoken else CULTURES.get(spoken, "")


def post(
    http: HttpSession, request: Element, job: Job, body: Callable[[bytes], UploadBody] | None = None
) -> list[Element]:
    """Send `request` and return the ResponseMessages of the reply, in order.

    `body` makes of the envelope what is sent instead, with files in it. Raises SoapFault, Unreadable, wire.HttpRefusal,
    port.Stopped, upload.FileChanged, and what exchangelib, requests and ssl raise when the network fails; `job.left`
    then says whether anything may have reached the server.
    """
    name = request.tag.rpartition("}")[2]
    content, timeout = _begin(http, request, job)
    call = _call_of(name)(http, timeout=timeout)
    well = False
    work_on(job)
    try:
        messages: list[Element] = call._get_response_xml(content if body is None else body(content))  # noqa: SLF001 - the seam that exchangelib's own services override
        well = True
    finally:
        http.end_call(well=well)
        work_on(None)
        job.attach(None)
    return messages


def download(http: HttpSession, request: Element, job: Job, file: NewFile) -> list[Element]:
    """Send `request`, write the file in the reply to `file`, and return the ResponseMessages without it.

    Raises what `post` raises, and download.Unwritable. Nothing is left of a file that did not come whole.
    """
    content, timeout = _begin(http, request, job)
    call = _DOWNLOADS[request.tag.rpartition("}")[2]](http, timeout=timeout)
    call.streaming, call.file = True, file
    whole = False
    work_on(job)
    try:
        messages: list[Element] = call._get_response_xml(content)  # noqa: SLF001 - as above
        whole = True
    finally:
        work_on(None)
        job.attach(None)
        call.leave(whole=whole)
        if not whole:
            file.remove()
    return messages


def streamed(http: HttpSession, request: Element, job: Job, silence: float) -> Iterator[bytes]:
    """Send `request`, and yield what comes of a reply that stays open. After `silence` seconds it is taken for dead.

    Raises what `post` raises.
    """
    content, timeout = _begin(http, request, job)
    call = _Stream(http, timeout=(timeout[0], silence))
    call.streaming = True
    whole = False
    work_on(job)
    try:
        response: requests.Response = call._get_response_xml(content)  # noqa: SLF001 - as above
        yield from response.iter_content(None)
        whole = True
    finally:
        work_on(None)
        job.attach(None)
        call.leave(whole=whole)


def _begin(http: HttpSession, request: Element, job: Job) -> tuple[bytes, tuple[float, float]]:
    """Return what is sent, and how long connecting and reading may take. Raises port.Stopped."""
    job.begin_request()
    zone = "UTC" if request.tag.rpartition("}")[2] in _DATED else ""
    content = envelope(request, culture=culture(), impersonated=http.impersonated, zone=zone)
    remaining = job.remaining()
    return content, (min(_CONNECT_SECONDS, remaining), remaining)


def messages_in(body: Element, operation: str) -> list[Element]:
    """Return the ResponseMessages in a Body. Raises SoapFault, Unreadable."""
    fault = body.find(f"{{{SOAP}}}Fault")
    if fault is not None:
        raise SoapFault(_words_of_fault(fault))
    response = _response_in(body, operation)
    wrappers = [] if response is None else list(response)
    named = next((one for one in wrappers if one.tag == f"{{{M}}}ResponseMessages"), None)
    if named is not None:
        return list(named)
    # Another server may call what is around them otherwise: they are known by what they are.
    for around in wrappers:
        messages = list(around)
        if messages and all(map(_is_response_message, messages)):
            return messages
    raise Unreadable("no response messages")


def _is_response_message(one: Element) -> bool:
    """Return whether an element is the answer for one item, whatever stands around it."""
    return str(one.tag).endswith("ResponseMessage") and one.get("ResponseClass") is not None


def _response_in(body: Element, operation: str) -> Element | None:
    """Find the response by its local name: SendItem's own documentation shows one in a misspelt namespace."""
    named = f"{operation}Response"
    return next((one for one in body if str(one.tag).rpartition("}")[2] == named), None)


def _words_of_fault(fault: Element) -> ServerWords:
    """SOAP 1.1 section 4.4; Exchange puts its ResponseCode, Message and MessageXml (of types) into the detail."""
    code = fault.findtext(f"detail/{{{E}}}ResponseCode") or (fault.findtext("faultcode") or "").rpartition(":")[2]
    text = fault.findtext(f"detail/{{{E}}}Message") or fault.findtext("faultstring") or ""
    details = fault.find(f"detail/{{{T}}}MessageXml")
    return ServerWords(
        response_class="Error",
        response_code=code.strip(),
        message_text=text.strip(),
        message_xml=serialise(details),
        back_off_ms=back_off_of(details),
    )
