"""One request, one reply: exchangelib's services with its guesses, retries and losses taken out.

What stands in exchangelib's place: the envelope is ours, so `wrap` hands it on (an exception inside `wrap` would leak
the session); one API version instead of a walk through ten on ErrorInvalidRequest; the server's version never replaces
ours; faults keep code, words and details; and each ResponseMessage is handed on as it came, so that one item's
ErrorServerBusy neither ends the batch nor posts it again.
"""

from __future__ import annotations

from collections.abc import Sequence

import requests
from exchangelib.services.common import EWSService

from app.backends.ews.replies import back_off_of, serialise
from app.backends.ews.wire import Wire, work_on
from app.backends.ews.xml import SERVER_VERSION, SOAP, E, Element, M, T, Unreadable, envelope, parse
from app.backends.port import Job
from app.domain.outcome import ServerWords

_CONNECT_SECONDS = 15.0


class SoapFault(Exception):
    """The server refused the request as a whole, in words ([MS-OXWSCDATA] 3.1.4, soap:Fault)."""

    def __init__(self, words: ServerWords) -> None:
        """Keep code, words and details."""
        super().__init__(words.response_code)
        self.words = words


class _Call(EWSService):  # type: ignore[misc] # exchangelib has no types
    def wrap(self, content: bytes, api_version: str | None = None) -> bytes:  # noqa: ARG002 - exchangelib's signature
        return content

    def _api_versions_to_try(self) -> tuple[str]:
        return (SERVER_VERSION,)

    def _update_api_version(self, api_version: str, header: Element) -> None:
        """Ours stays as it is."""

    @classmethod
    def _get_soap_parts(cls, response: requests.Response) -> tuple[Element | None, Element]:
        root = parse(response.content)
        body = root.find(f"{{{SOAP}}}Body")
        if body is None:
            raise Unreadable("no Body")
        return root.find(f"{{{SOAP}}}Header"), body

    def _get_soap_messages(self, body: Element) -> list[Element]:
        fault = body.find(f"{{{SOAP}}}Fault")
        if fault is not None:
            raise SoapFault(_words_of_fault(fault))
        messages = body.find(f"{{{M}}}{self.SERVICE_NAME}Response/{{{M}}}ResponseMessages")
        if messages is None:
            raise Unreadable("no ResponseMessages")
        return list(messages)


class CreateItem(_Call):
    """Saves new drafts."""

    SERVICE_NAME = "CreateItem"


class UpdateItem(_Call):
    """Changes drafts."""

    SERVICE_NAME = "UpdateItem"


class SendItem(_Call):
    """Sends drafts."""

    SERVICE_NAME = "SendItem"


class DeleteItem(_Call):
    """Removes items."""

    SERVICE_NAME = "DeleteItem"


class GetItem(_Call):
    """Reads items."""

    SERVICE_NAME = "GetItem"


class FindItem(_Call):
    """Reads folders."""

    SERVICE_NAME = "FindItem"


_CALLS: dict[str, type[_Call]] = {
    call.SERVICE_NAME: call for call in (CreateItem, UpdateItem, SendItem, DeleteItem, GetItem, FindItem)
}


def post(wire: Wire, request: Element, job: Job) -> Sequence[Element]:
    """Send `request` and return the ResponseMessages of the reply, in order.

    Raises SoapFault, Unreadable, wire.HttpRefusal, port.Stopped, and what exchangelib, requests and ssl raise when the
    network fails; `job.left` then tells whether anything may have reached the server.
    """
    name = request.tag.rpartition("}")[2]
    job.begin_request()
    content = envelope(request)
    remaining = job.remaining()
    call = _CALLS[name](wire, timeout=(min(_CONNECT_SECONDS, remaining), remaining))
    work_on(job)
    try:
        messages: list[Element] = call._get_response_xml(content)  # noqa: SLF001 - the seam that exchangelib's own services override
    finally:
        work_on(None)
        job.attach(None)
    return messages


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
