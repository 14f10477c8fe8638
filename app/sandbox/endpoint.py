"""The endpoint of the service: HTTP in, an operation, HTTP out, and whatever trouble the fault plan wants between.

Requests are read, checked and carried out in worker threads; the event loop only moves bytes, so that many clients are
served at once and a stalled one does not hold up the others.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

from aiohttp import web

from app.sandbox import soap, xmlns, zones
from app.sandbox.call import Call
from app.sandbox.errors import EwsError, RequestFault, SchemaViolation
from app.sandbox.fault_replies import HttpReply, reply, reply_twice, send_raw, trouble_before
from app.sandbox.faults import FaultPlan, FaultRule
from app.sandbox.journal import LoggedRequest, RequestLog
from app.sandbox.manners import BY_THE_BOOK, Manner, Manners
from app.sandbox.notifications import Hub
from app.sandbox.oauth.tokens import IssuedTokens
from app.sandbox.operations import OPERATIONS
from app.sandbox.request_types import GRAMMAR
from app.sandbox.sign_in import Admission, Gate, write_passwords
from app.sandbox.soap import Envelope
from app.sandbox.store.mail_store import MailStore
from app.sandbox.store.people import Person
from app.sandbox.streaming import stream
from app.sandbox.versions import operation_since

T = TypeVar("T")


class Late:
    """What waits to be carried out: until its seconds are over, or, where it has none, until `release`."""

    def __init__(self, run: Callable[[Callable[[], object]], Awaitable[object]]) -> None:
        """Nothing waits yet; `run` carries out."""
        self._run = run
        self._parked: list[Callable[[], object]] = []
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def waiting(self) -> int:
        """Return how many requests are still to be carried out."""
        return len(self._parked) + len(self._tasks)

    def schedule(self, work: Callable[[], object], seconds: float) -> None:
        """Carry out `work` after so many seconds, or, with none, once `release` is called."""
        if not seconds:
            self._parked.append(work)
            return
        task = asyncio.get_running_loop().create_task(self._after(seconds, work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def release(self) -> int:
        """Carry out all that waits for this call, in the order it came; returns how many."""
        parked, self._parked = self._parked, []
        for work in parked:
            await self._run(work)
        return len(parked)

    def clear(self) -> None:
        """Forget what waits."""
        self._parked.clear()
        for task in tuple(self._tasks):
            task.cancel()

    async def _after(self, seconds: float, work: Callable[[], object]) -> None:
        await asyncio.sleep(seconds)
        await self._run(work)


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
_PAGE: Final = "<html><body><h1>Exchange Web Services</h1></body></html>"


class Endpoint:
    """The service over one store. `scratch` is a folder of the server's own, for what goes with it."""

    def __init__(self, store: MailStore, scratch: Path, workers: int = 4) -> None:
        self.store = store
        self.journal = RequestLog()
        self.faults = FaultPlan()
        self.manners: Manners = BY_THE_BOOK
        self.hub = Hub(store)
        self.tokens = IssuedTokens(store)
        self.on_change: Callable[[], None] = lambda: None
        self.served = 0
        passwords = scratch / "passwords"
        write_passwords(passwords, store.people.everybody())
        self.gate = Gate(store, self.tokens, passwords)
        self.late = Late(self.in_worker)
        self._workers = ThreadPoolExecutor(workers, thread_name_prefix="sandbox")

    def close(self) -> None:
        """End the workers once they have finished what they are at."""
        self.late.clear()
        self._workers.shutdown(wait=True, cancel_futures=True)

    async def in_worker(self, work: Callable[[], T]) -> T:
        """Run something that takes its time, or uses the store, in a worker."""
        return await asyncio.get_running_loop().run_in_executor(self._workers, work)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one HTTP request to the service."""
        response = await self._handle(request)
        if Manner.SECOND_REPLY_AFTER_FAULT in self.manners and response.status == soap.FAULT:
            await reply_twice(request, response)
        return response

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        self.served += 1
        user, refusal = await self._admit(request)
        if user is None:
            return refusal
        if request.method != "POST":
            return web.Response(text=_PAGE, content_type="text/html")
        if not request.content_type.startswith("text/xml"):
            return web.Response(status=415)
        try:
            body = await request.read()
        except web.HTTPRequestEntityTooLarge:
            return web.Response(status=413)
        except ConnectionError:
            return web.Response(status=400)  # the client was killed in the midst of its request: no client reads this
        return await self._serve(request, user, body)

    async def serve(
        self, request: web.Request, operation: str, answer: Callable[[bytes, Person], HttpReply]
    ) -> web.StreamResponse:
        """Answer a request to a neighbour of the service: signed in, written down and open to trouble as all are."""
        user, refusal = await self._admit(request)
        if user is None:
            return refusal
        try:
            body = await request.read()
        except web.HTTPRequestEntityTooLarge:
            return web.Response(status=413)
        except ConnectionError:
            return web.Response(status=400)  # the client was killed in the midst of its request: no client reads this
        entry, rules = self.note_request(operation, 1, user.address, body)
        early = await trouble_before(request, rules)
        if early is not None:
            entry.status = early.status
            return early
        made = await asyncio.get_running_loop().run_in_executor(self._workers, answer, body, user)
        entry.status = made.status
        return await reply(request, made, rules, entry)

    def note(self, operation: str, user: str = "") -> tuple[LoggedRequest, list[FaultRule]]:
        """Write down a request whose text is a secret, and return what the fault plan wants of it."""
        return self.note_request(operation, 1, user, b"")

    async def _admit(self, request: web.Request) -> tuple[Person | None, web.Response]:
        headers = {"Authorization": request.headers.get("Authorization", "")}
        loop = asyncio.get_running_loop()
        found: Admission = await loop.run_in_executor(self._workers, self.gate.admit, headers, request.transport)
        response = web.Response(status=401)
        for challenge in found.challenges:
            response.headers.add("WWW-Authenticate", challenge)
        if found.diagnostics:
            response.headers["x-ms-diagnostics"] = found.diagnostics
        return found.person, response

    def note_request(self, operation: str, items: int, user: str, body: bytes) -> tuple[LoggedRequest, list[FaultRule]]:
        """Write down a request, and return what the fault plan wants of it; `user` is its sender's address."""
        entry = self.journal.add(operation, items, user, body)
        rules = self.faults.take_rules(operation, user)
        entry.fault = ", ".join(rule.action for rule in rules)
        return entry, rules

    async def _serve(self, request: web.Request, user: Person, body: bytes) -> web.StreamResponse:
        loop = asyncio.get_running_loop()
        envelope, refusal = await loop.run_in_executor(self._workers, _read, body)
        operation = envelope.operation if envelope else ""
        entry, rules = self.note_request(operation, _count_items(envelope), user.address, body)
        early = await trouble_before(request, rules)
        if early is not None:
            entry.status = early.status
            return early
        if envelope is None or refusal is not None:
            answer = HttpReply(soap.FAULT, soap.fault(refusal or RequestFault("ErrorInvalidRequest")))
            entry.status = answer.status
            return await reply(request, answer, rules, entry)
        late = next((rule for rule in rules if rule.action == "late"), None)
        if late is not None:
            self.late.schedule(partial(self._carry_out, envelope, user, rules), late.seconds)
            cut_off = send_raw(request, b"", reset=True)
            entry.status = cut_off.status
            return cut_off
        call, answer = await loop.run_in_executor(self._workers, self._carry_out, envelope, user, rules)
        entry.status = answer.status
        if call is not None and call.stream is not None and not any(rule.action != "code" for rule in rules):
            return await stream(request, self.hub, call.stream)
        return await reply(request, answer, rules, entry)

    def _carry_out(self, envelope: Envelope, caller: Person, rules: list[FaultRule]) -> tuple[Call | None, HttpReply]:
        culture = envelope.culture
        try:
            call = self._prepare(envelope, caller, rules)
            with zones.scoped(envelope.zone):
                response = OPERATIONS[envelope.operation].run(call, envelope.request)
                return call, HttpReply(200, soap.reply(response))
        except RequestFault as fault:
            return None, HttpReply(soap.FAULT, soap.fault(fault, culture))
        except EwsError as error:
            whole = RequestFault(error.code, error.text, values=error.values)
            return None, HttpReply(soap.FAULT, soap.fault(whole, culture))
        except Exception:  # noqa: BLE001 -- the last line of a server; it is logged and answered
            # Whatever else goes wrong is this server's own defect; the client gets what Exchange would say.
            _log.exception("%s failed", envelope.operation)
            return None, HttpReply(soap.FAULT, soap.fault(RequestFault("ErrorInternalServerError"), culture))

    def _prepare(self, envelope: Envelope, caller: Person, rules: list[FaultRule]) -> Call:
        operation = OPERATIONS.get(envelope.operation)
        if operation is None:
            raise RequestFault("ErrorInvalidRequest")
        if operation_since(operation.name) > envelope.version:
            name = f"{xmlns.messages}:{operation.name}"
            words = f"Could not find schema information for the element '{name}'."
            raise SchemaViolation(words, xmlns.line_of(envelope.request), 1)
        GRAMMAR.check(envelope.request, operation.grammar, envelope.document, envelope.version)
        user = _impersonated(self.store, envelope, caller)
        item_faults = {rule.item: rule.item_fault() for rule in rules if rule.action == "code"}
        manners = self.manners.beside(rule.manner for rule in rules if rule.manner is not None)
        return Call(self.store, user, caller, envelope, item_faults, self.on_change, self.hub, manners=manners)


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
