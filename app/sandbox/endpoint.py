"""The endpoint of the service: HTTP in, an operation, HTTP out, and whatever trouble the fault plan wants between.

Requests are read, checked and carried out in worker threads; the event loop only moves bytes, so that many clients are
served at once and a stalled one holds up nobody.
"""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from app.sandbox import soap, xmlns
from app.sandbox.auth import CHALLENGES, authenticate
from app.sandbox.call import Call
from app.sandbox.errors import EwsError, RequestFault
from app.sandbox.faults import FaultPlan, Rule
from app.sandbox.journal import Entry, Journal
from app.sandbox.operations import OPERATIONS
from app.sandbox.request_types import GRAMMAR
from app.sandbox.soap import Envelope
from app.sandbox.store.mail_store import MailStore
from app.sandbox.store.people import Person
from app.sandbox.wire import send_raw

PATH: Final = "/EWS/Exchange.asmx"
LARGEST_REQUEST: Final = 64 * 1024 * 1024
"""Bytes a request may have: Exchange's default of 64 MB for EWS."""

_log = logging.getLogger(__name__)
_LISTS: Final = (
    "ItemIds",
    "Items",
    "ItemChanges",
    "AttachmentIds",
    "Attachments",
    "FolderIds",
    "ParentFolderIds",
    "Folders",
    "FolderChanges",
)


@dataclass(slots=True)
class Answer:
    """A reply before it goes out."""

    status: int
    body: bytes
    content_type: str = "text/xml; charset=utf-8"


class Endpoint:
    """The service over one store."""

    def __init__(self, store: MailStore, workers: int = 4) -> None:
        self.store = store
        self.journal = Journal()
        self.faults = FaultPlan()
        self.on_change: Callable[[], None] = lambda: None
        self._workers = ThreadPoolExecutor(workers, thread_name_prefix="sandbox")

    def close(self) -> None:
        """End the workers once they have finished what they are at."""
        self._workers.shutdown(wait=True, cancel_futures=True)

    async def in_worker(self, work: Callable[[], object]) -> object:
        """Run something that takes its time, or uses the store, in a worker."""
        return await asyncio.get_running_loop().run_in_executor(self._workers, work)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one HTTP request."""
        user = await asyncio.get_running_loop().run_in_executor(
            self._workers, authenticate, self.store, dict(request.headers)
        )
        if user is None:
            return _unauthorised()
        if request.method != "POST":
            return web.Response(
                text="<html><body><h1>Exchange Web Services</h1></body></html>", content_type="text/html"
            )
        if not request.content_type.startswith("text/xml"):
            return web.Response(status=415)
        try:
            body = await request.read()
        except web.HTTPRequestEntityTooLarge:
            return web.Response(status=413)
        return await self._serve(request, user, body)

    async def _serve(self, request: web.Request, user: Person, body: bytes) -> web.StreamResponse:
        loop = asyncio.get_running_loop()
        envelope, refusal = await loop.run_in_executor(self._workers, _read, body)
        operation = envelope.operation if envelope else ""
        entry = self.journal.add(operation, _count_items(envelope), user.address, body)
        rules = self.faults.take(operation, user.address)
        entry.fault = ", ".join(rule.action for rule in rules)
        early = await self._trouble_before(request, rules)
        if early is not None:
            entry.status = early.status
            return early
        if envelope is not None and refusal is None:
            answer = await loop.run_in_executor(self._workers, self._carry_out, envelope, user, rules)
        else:
            answer = Answer(500, soap.fault(refusal or RequestFault("ErrorInvalidRequest")))
        entry.status = answer.status
        return await _reply(request, answer, rules, entry)

    async def _trouble_before(self, request: web.Request, rules: list[Rule]) -> web.StreamResponse | None:
        for rule in rules:
            if rule.action == "stall" and not rule.after:
                await asyncio.sleep(rule.seconds)
            if rule.action == "reset-before":
                return send_raw(request, b"", reset=True)
            if rule.action in {"status", "html"} and not rule.after:
                return _status(rule)
            if rule.action == "fault" and not rule.after:
                return web.Response(status=500, body=soap.fault(_ordered(rule)), content_type="text/xml")
        return None

    def _carry_out(self, envelope: Envelope, caller: Person, rules: list[Rule]) -> Answer:
        culture = envelope.culture
        try:
            operation = OPERATIONS.get(envelope.operation)
            if operation is None:
                raise RequestFault("ErrorInvalidRequest")
            GRAMMAR.check(envelope.request, operation.grammar, envelope.document)
            user = _impersonated(self.store, envelope, caller)
            item_faults = {rule.item: rule.item_fault() for rule in rules if rule.action == "code"}
            call = Call(self.store, user, caller, envelope, item_faults, self.on_change)
            return Answer(200, soap.reply(operation.run(call, envelope.request)))
        except RequestFault as fault:
            return Answer(500, soap.fault(fault, culture))
        except EwsError as error:
            return Answer(500, soap.fault(RequestFault(error.code, error.text, values=error.values), culture))
        except Exception:  # noqa: BLE001 -- the last line of a server; it is logged and answered
            # Whatever else goes wrong is this server's own defect; the client gets what Exchange would say.
            _log.exception("%s failed", envelope.operation)
            return Answer(500, soap.fault(RequestFault("ErrorInternalServerError"), culture))


def _read(body: bytes) -> tuple[Envelope | None, RequestFault | None]:
    try:
        return soap.read(body), None
    except RequestFault as fault:
        return None, fault


def _count_items(envelope: Envelope | None) -> int:
    if envelope is None:
        return 0
    for name in _LISTS:
        found = xmlns.find(envelope.request, f"m:{name}")
        if found is not None:
            return len(found)
    return 1


def _impersonated(store: MailStore, envelope: Envelope, caller: Person) -> Person:
    if envelope.impersonated is None:
        return caller
    kind, name = envelope.impersonated
    person = None if kind == "SID" else store.people.with_address(name)
    if person is None or not person.has_mailbox:
        raise RequestFault("ErrorNonExistentMailbox")
    if "impersonate" not in store.people.rights(person.id, caller.id) and person.id != caller.id:
        raise RequestFault("ErrorImpersonateUserDenied")
    return person


def _unauthorised() -> web.Response:
    response = web.Response(status=401)
    for challenge in CHALLENGES:
        response.headers.add("WWW-Authenticate", challenge)
    return response


def _ordered(rule: Rule) -> RequestFault:
    values = {} if rule.back_off is None else {"BackOffMilliseconds": str(rule.back_off)}
    return RequestFault(rule.code, rule.text, values=values)


def _status(rule: Rule) -> web.Response:
    html = "<html><head><title>Sign in</title></head><body><h1>Sign in to continue</h1></body></html>"
    status = 200 if rule.action == "html" else rule.status
    text = rule.body if rule.body is not None else (html if rule.action == "html" else "")
    content_type = "text/html" if text.lstrip().startswith("<html") else "text/plain"
    return web.Response(status=status, text=text, headers=rule.headers, content_type=content_type)


async def _reply(request: web.Request, answer: Answer, rules: list[Rule], entry: Entry) -> web.StreamResponse:
    for rule in rules:
        if rule.action == "stall" and rule.after:
            await asyncio.sleep(rule.seconds)
        if rule.action == "reset-after":
            return send_raw(request, b"", reset=True)
        if rule.action in {"status", "html"} and rule.after:
            return _status(rule)
        if rule.action == "fault" and rule.after:
            answer = Answer(500, soap.fault(_ordered(rule)))
        if rule.action == "garbage":
            answer = Answer(200, (rule.body or "\x00\x01 this is not XML <<<>>>").encode())
        if rule.action in {"cut", "wrong-length"}:
            return send_raw(request, _raw(answer, rule))
        if rule.action == "trickle":
            return await _trickle(request, answer, rule)
    entry.status = answer.status
    response = web.Response(status=answer.status, body=answer.body)
    response.headers["Content-Type"] = answer.content_type
    return response


def _raw(answer: Answer, rule: Rule) -> bytes:
    """Return a reply whose end does not come, or whose Content-Length is a lie."""
    length = len(answer.body) + (rule.bytes if rule.action == "wrong-length" else 0)
    head = f"HTTP/1.1 {answer.status} OK\r\nContent-Type: {answer.content_type}\r\nContent-Length: {length}\r\n\r\n"
    body = answer.body[: rule.bytes] if rule.action == "cut" else answer.body
    return head.encode() + body


async def _trickle(request: web.Request, answer: Answer, rule: Rule) -> web.StreamResponse:
    response = web.StreamResponse(status=answer.status)
    response.headers["Content-Type"] = answer.content_type
    response.content_length = len(answer.body)
    await response.prepare(request)
    step = max(1, rule.bytes or 64)
    for place in range(0, len(answer.body), step):
        await response.write(answer.body[place : place + step])
        await asyncio.sleep(rule.seconds)
    await response.write_eof()
    return response
