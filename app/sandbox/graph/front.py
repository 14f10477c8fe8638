"""The front of Graph: HTTP in, who may ask, an operation, HTTP out, and what the fault plan wants between."""

import asyncio
import base64
import json
import logging
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final
from urllib.parse import unquote

from aiohttp import web

from app.sandbox.endpoint import Endpoint
from app.sandbox.errors import EwsError
from app.sandbox.fault_replies import HttpReply, reply, send_raw, trouble_before
from app.sandbox.faults import FaultRule
from app.sandbox.graph import attachments, sending
from app.sandbox.graph.batch import answer_batch
from app.sandbox.graph.call import (
    LARGEST_REQUEST,
    STATUS,
    GraphCall,
    GraphError,
    GraphReply,
    GraphRequest,
    refusal_of,
    split_path,
)
from app.sandbox.graph.routes import ATTACHING, UPLOAD, Match, Route, check_scopes, find_route, mailbox_of
from app.sandbox.store.people import Person

PREFIX: Final = "/v1.0"
AT_ONCE: Final = 4
"""Requests that one mailbox has at a time."""
SCOPES: Final = (
    "Mail.ReadWrite", "Mail.Send", "Mail.ReadWrite.Shared", "Mail.Send.Shared", "People.Read", "User.ReadBasic.All",
    "Contacts.Read", "MailboxSettings.ReadWrite",
)  # fmt: skip

_log = logging.getLogger(__name__)


class Graph:
    """Graph over one endpoint; `base` and `upload_base` are set once the addresses are known."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self.base = self.upload_base = ""
        self._lock = threading.Lock()
        self._running: dict[str, int] = {}
        self._busy: set[str] = set()
        self._challenged: set[str] = set()
        sending.prepare(endpoint.store)
        attachments.prepare(endpoint.store)

    def add_routes(self, app: web.Application) -> None:
        """Put Graph into an application."""
        app.router.add_route("*", f"{PREFIX}/{{path:.*}}", self.handle)
        app.router.add_route("*", f"{attachments.UPLOAD_PATH}/{{item}}", self.handle_upload)

    def announcement(self) -> dict[str, str]:
        """Return what a program needs to know before it can ask."""
        scope = " ".join(f"{self.base}/{one}" for one in SCOPES)
        return {"url": f"{self.base}{PREFIX}", "uploads": self.upload_base, "scope": f"{scope} offline_access"}

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one HTTP request."""
        self._endpoint.served += 1
        said = await _read(request)
        try:
            if isinstance(said, GraphError):
                raise said
            user, scopes = await self._endpoint.in_worker(partial(self._admit, said))
            is_batch = said.method == "POST" and said.path == ("$batch",)
            match = self._batch_of(user, scopes) if is_batch else find_route(said.method, said.path)
            mailbox = await self._endpoint.in_worker(partial(self._settle, user, match, scopes))
        except GraphError as error:
            asked = said if isinstance(said, GraphRequest) else GraphRequest(request.method, ())
            return _respond(_refused(asked, error))
        call = self._call(said, user, mailbox)
        with self._at_once(call) as throttled:
            if throttled is not None:
                return _respond(_refused(said, throttled))
            return await self._serve(request, call, match)

    async def handle_upload(self, request: web.Request) -> web.StreamResponse:
        """Answer a request to the address of an upload session, which needs no sign-in: the address is the secret."""
        said = await _read(request, LARGEST_REQUEST + 1024)
        if isinstance(said, GraphError):
            return _respond(_refused(GraphRequest(request.method, ()), said))
        nobody = Person(0, "", "", "", "Mailbox")
        match = Match(UPLOAD, (said.query.get("authtoken", ""),), "")
        return await self._serve(request, self._call(said, nobody, nobody), match, str(request.match_info["item"]))

    def _batch_of(self, user: Person, scopes: frozenset[str]) -> Match:
        """Return the route of a batch of a person with these permissions."""
        loop = asyncio.get_running_loop()

        def run(call: GraphCall) -> GraphReply:
            return answer_batch(call, partial(self._answer_part, loop, user, scopes))

        return Match(Route("GraphBatch", "POST", "$batch", (), run, write=False, below_user=False), (), "")

    def _answer_part(
        self, loop: asyncio.AbstractEventLoop, user: Person, scopes: frozenset[str], said: GraphRequest
    ) -> GraphReply | None:
        """Answer a part of a batch; None where the fault plan loses its reply."""
        try:
            match = find_route(said.method, said.path)
            mailbox = self._settle(user, match, scopes)
        except GraphError as error:
            return _refused(said, error)
        call = self._call(said, user, mailbox)
        entry, rules = self._endpoint.note_request(match.route.operation, 1, user.address, said.body)
        late = next((rule for rule in rules if rule.action == "late"), None)
        if late is not None:
            work = partial(self.carry_out, call, match, rules)
            loop.call_soon_threadsafe(self._endpoint.late.schedule, work, late.seconds)
        if late is not None or any(rule.action == "reset-before" for rule in rules):
            entry.status = 200  # of a reply that never came
            return None
        done = self.carry_out(call, match, [_as_refusal(rule) for rule in rules])
        entry.status = done.status
        return None if any(rule.action == "reset-after" for rule in rules) else done

    def _call(self, said: GraphRequest, user: Any, mailbox: Any) -> GraphCall:
        return GraphCall(self._endpoint.store, user, mailbox, said, self.base, self.upload_base, self._endpoint.manners)

    def _admit(self, said: GraphRequest) -> tuple[Person, frozenset[str]]:
        scheme, _, token = said.headers.get("authorization", "").partition(" ")
        challenge = {"WWW-Authenticate": f'Bearer realm="", authorization_uri="{self._endpoint.gate.authorize_url}"'}
        if scheme.lower() != "bearer":
            raise GraphError("InvalidAuthenticationToken", "Access token is empty.", headers=challenge)
        person, scopes, wrong = self._endpoint.tokens.check_graph(token.strip())
        if person is None:
            raise GraphError("InvalidAuthenticationToken", wrong, headers=challenge)
        return person, scopes

    def _challenge(self) -> GraphError:
        """Return the refusal of a token whose person has to show anew who they are (continuous access evaluation)."""
        claims = {"access_token": {"nbf": {"essential": True, "value": str(int(time.time()))}}}
        said = base64.b64encode(json.dumps(claims).encode()).decode()
        header = f'Bearer realm="", authorization_uri="{self._endpoint.gate.authorize_url}", '
        header += f'client_id="00000003-0000-0000-c000-000000000000", error="insufficient_claims", claims="{said}"'
        words = "Continuous access evaluation resulted in challenge with result: InteractionRequired."
        return GraphError("InvalidAuthenticationToken", words, headers={"WWW-Authenticate": header})

    def _settle(self, user: Person, match: Match, scopes: frozenset[str]) -> Person:
        mailbox = mailbox_of(self._endpoint.store, user, match)
        check_scopes(match, user, mailbox, scopes)
        if mailbox.id != user.id and match.route.operation != "GraphGetUser":
            GraphCall(self._endpoint.store, user, mailbox, GraphRequest("GET", ())).require()
        return mailbox

    @contextmanager
    def _at_once(self, call: GraphCall) -> Iterator[GraphError | None]:
        """Count a request of a mailbox; yields the refusal of the fifth at a time."""
        with self._lock:
            count = self._running.get(call.mailbox.address, 0)
            self._running[call.mailbox.address] = count + 1
        try:
            words = "Application is over its MailboxConcurrency limit."
            full = count >= AT_ONCE
            yield GraphError("ApplicationThrottled", words, headers={"Retry-After": "1"}) if full else None
        finally:
            with self._lock:
                self._running[call.mailbox.address] -= 1

    async def _serve(self, request: web.Request, call: GraphCall, match: Match, draft: str = "") -> web.StreamResponse:
        """Write a request down, and answer it with the trouble that is ordered."""
        operation, said = match.route.operation, call.request
        if operation in ATTACHING and not draft:
            draft = await self._endpoint.in_worker(partial(_row_of, call, match.ids[0]))
        with self._one_at_a_time(draft) as taken:
            entry, rules = self._endpoint.note_request(operation, 1, call.user.address, said.body)
            rules = [_as_json(said, rule) for rule in rules]
            if any(rule.action == "claims-challenge" for rule in rules):
                self._challenged.add(said.headers.get("authorization", ""))
            if said.headers.get("authorization", "") in self._challenged:
                entry.status = 401
                return _respond(_refused(said, self._challenge()))
            early = await trouble_before(request, rules)
            if early is not None:
                entry.status = early.status
                return early
            late = next((rule for rule in rules if rule.action == "late"), None)
            if late is not None:
                self._endpoint.late.schedule(partial(self.carry_out, call, match, rules), late.seconds)
                cut_off = send_raw(request, b"", reset=True)
                entry.status = cut_off.status
                return cut_off
            if taken:
                answer = _refused(said, GraphError("ErrorIrresolvableConflict"))
            else:
                answer = await self._endpoint.in_worker(partial(self.carry_out, call, match, rules))
            entry.status = answer.status
            return await reply(request, _http(answer), rules, entry)

    @contextmanager
    def _one_at_a_time(self, draft: str) -> Iterator[bool]:
        """Hold a draft while something is attached to it; yields whether another request holds it."""
        with self._lock:
            taken = bool(draft) and draft in self._busy
            if draft and not taken:
                self._busy.add(draft)
        try:
            yield taken
        finally:
            with self._lock:
                if draft and not taken:
                    self._busy.discard(draft)

    def carry_out(self, call: GraphCall, match: Match, rules: list[FaultRule]) -> GraphReply:
        """Do what a request asks for; what is wrong with it becomes its reply."""
        ordered = next((rule for rule in rules if rule.action == "code"), None)
        try:
            if ordered is not None and not ordered.after:
                raise _ordered(ordered)
            done = self._run(call, match)
            if ordered is not None:
                raise _ordered(ordered)
        except GraphError as error:
            done = _refused(call.request, error)
        except EwsError as error:
            done = _refused(call.request, refusal_of(error))
        except Exception:  # noqa: BLE001 -- the last line of a server; it is logged and answered
            _log.exception("%s failed", match.route.operation)
            done = _refused(call.request, GraphError("ErrorInternalServerError", "An internal server error occurred."))
        done.headers = {**_naming(call.request), **_applied(call.request), **done.headers}
        return done

    def _run(self, call: GraphCall, match: Match) -> GraphReply:
        if not match.route.write:
            return match.route.run(call, *match.ids)
        with call.store.database.writing():
            done = match.route.run(call, *match.ids)
        self._endpoint.on_change()
        return done


def _row_of(call: GraphCall, identity: str) -> str:
    """Return what names a draft whatever form its id has; "" where there is none."""
    try:
        return str(call.find_item(identity).id)
    except (GraphError, EwsError):
        return ""


async def _read(request: web.Request, largest: int = LARGEST_REQUEST) -> GraphRequest | GraphError:
    """Read a request, or say why it cannot be read."""
    raw = request.rel_url.raw_path.removeprefix(PREFIX)
    path = split_path([unquote(one) for one in raw.split("/") if one])
    headers: dict[str, str] = {}
    for name, value in request.headers.items():
        headers[name.lower()] = f"{headers[name.lower()]}, {value}" if name.lower() in headers else value
    if (request.content_length or 0) > largest:
        return GraphError("RequestEntityTooLarge", "The request is too large.")
    try:
        body = await request.read()
    except web.HTTPRequestEntityTooLarge:
        return GraphError("RequestEntityTooLarge", "The request is too large.")
    except ConnectionError:
        return GraphError("BadRequest", "The request ended early.")  # its client is gone: no client reads this
    if len(body) > largest:
        return GraphError("RequestEntityTooLarge", "The request is too large.")
    return GraphRequest(request.method, path, dict(request.rel_url.query), headers, body)


def _naming(said: GraphRequest) -> dict[str, str]:
    """Return the headers that name a request."""
    number = str(uuid.uuid4())
    return {
        "request-id": number,
        "client-request-id": said.headers.get("client-request-id", number),
        "x-ms-ags-diagnostic": '{"ServerInfo":{"DataCenter":"Sandbox","Slice":"E","Ring":"1","ScaleUnit":"000"}}',
    }


def _applied(said: GraphRequest) -> dict[str, str]:
    """Return the header that says which preferences were followed."""
    names = {
        "idtype": 'IdType="ImmutableId"',
        "outlook.body-content-type": f'outlook.body-content-type="{said.preferences.get("outlook.body-content-type")}"',
        "outlook.allow-unsafe-html": "outlook.allow-unsafe-html",
        "odata.maxpagesize": f"odata.maxpagesize={said.preferences.get('odata.maxpagesize')}",
    }
    found = [shown for name, shown in names.items() if name in said.preferences]
    return {"Preference-Applied": ", ".join(found)} if found else {}


def _refused(said: GraphRequest, error: GraphError) -> GraphReply:
    named = _naming(said)
    inner = {
        "date": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S"),
        "request-id": named["request-id"],
        "client-request-id": named["client-request-id"],
    }
    return GraphReply(error.status, error.as_json(inner), {**named, **error.headers}, content_type="application/json")


def _ordered(rule: FaultRule) -> GraphError:
    """Return the refusal that a rule wants; `back_off` becomes Retry-After, in seconds."""
    headers = dict(rule.headers)
    if rule.back_off is not None:
        headers["Retry-After"] = f"{rule.back_off / 1000:g}"
    return GraphError(rule.code, rule.text or "", 0 if rule.code in STATUS else rule.status, headers)


def _as_refusal(rule: FaultRule) -> FaultRule:
    """Return a rule for a part of a batch, where a status can be nothing but a refusal."""
    if rule.action not in {"fault", "status"}:
        return rule
    return replace(rule, action="code", code="UnknownError" if rule.action == "status" else rule.code)


def _as_json(said: GraphRequest, rule: FaultRule) -> FaultRule:
    """Return a rule as it is meant for Graph: a fault is a refusal, and a status comes with an error in JSON."""
    if rule.action == "fault":
        return replace(rule, action="code")
    if rule.action == "status" and rule.body is None and rule.status >= 400:
        error = GraphError("TooManyRequests" if rule.status == 429 else "UnknownError", " ", rule.status)
        return replace(rule, body=_refused(said, error).body.decode())
    return rule


def _http(answer: GraphReply) -> HttpReply:
    kind = answer.content_type if answer.body else ""
    return HttpReply(answer.status, answer.body, kind, answer.headers)


def _respond(answer: GraphReply) -> web.Response:
    return web.Response(
        status=answer.status, body=answer.body, headers={**answer.headers, "Content-Type": answer.content_type}
    )
