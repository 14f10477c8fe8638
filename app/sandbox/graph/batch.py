"""$batch: up to twenty requests in one, answered in any order, some of them after others."""

import base64
import binascii
import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl, unquote

from app.sandbox.graph.call import GraphCall, GraphError, GraphReply, GraphRequest, split_path
from app.sandbox.graph.payload import several, text
from app.sandbox.manners import Manner

MOST: Final = 20
AT_ONCE: Final = 4
Answer = Callable[[GraphRequest], GraphReply | None]
"""Answers one part; None where its reply is to be lost."""


@dataclass(frozen=True, slots=True)
class _Part:
    id: str
    request: GraphRequest
    after: tuple[str, ...]


def _invalid(words: str) -> GraphError:
    return GraphError("BadRequest", f"Invalid batch payload format: {words}")


def _read_part(given: Any) -> _Part:
    if not isinstance(given, dict):
        raise _invalid("a request is an object.")
    identity, method, url = (text(given.get(name)) for name in ("id", "method", "url"))
    if not identity or not method or not url or "://" in url:
        raise _invalid("a request has an id, a method and a relative url.")
    headers = given.get("headers") or {}
    if not isinstance(headers, dict):
        raise _invalid("headers are an object.")
    lowered = {str(name).lower(): str(value) for name, value in headers.items()}
    path, _, query = url.partition("?")
    segments = split_path([unquote(one) for one in path.split("/") if one])
    options = dict(parse_qsl(query, keep_blank_values=True))
    body = _read_body(given.get("body"), lowered)
    after = tuple(str(text(one)) for one in several(given.get("dependsOn") or []))
    return _Part(identity, GraphRequest(method.upper(), segments, options, lowered, body), after)


def _read_body(given: Any, headers: dict[str, str]) -> bytes:
    """Return the body of a part: an object as JSON, and what is of another type as it is, or in base64."""
    if given is None:
        return b""
    if "content-type" not in headers:
        raise _invalid("a request with a body has a header Content-Type.")
    if headers["content-type"].lower().startswith("application/json"):
        return json.dumps(given).encode()
    said = text(given) or ""
    if headers["content-type"].lower().startswith("text/plain"):
        return said.encode()
    try:
        return base64.b64decode(said, validate=True)
    except binascii.Error:
        raise _invalid("a body that is no JSON is in base64.") from None


def read_parts(call: GraphCall) -> list[_Part]:
    """Read a batch; raises GraphError for one that is refused as a whole."""
    parts = [_read_part(one) for one in several(call.read_json().get("requests"))]
    if not parts or len(parts) > MOST:
        raise _invalid(f"a batch has 1 to {MOST} requests.")
    known: set[str] = set()
    for part in parts:
        if part.id.lower() in known:
            raise _invalid(f"the id '{part.id}' is there twice.")
        if not {one.lower() for one in part.after} <= known:
            raise _invalid(f"the request '{part.id}' depends on one that does not come before it.")
        known.add(part.id.lower())
    return parts


def answer_batch(call: GraphCall, answer: Answer) -> GraphReply:
    """Answer a batch: its own status says nothing of its parts."""
    parts = read_parts(call)
    status: dict[str, int] = {}
    shown = []
    alone = 0
    for part in parts:
        alone += not part.after
        if any(status[one.lower()] >= 400 for one in part.after):
            made: GraphReply | None = _error("FailedDependency", "A request that this depends on has failed.", 424)
        elif alone > AT_ONCE and not part.after and Manner.GRAPH_BATCH_THROTTLED in call.manners:
            made = _error("ApplicationThrottled", "Application is over its MailboxConcurrency limit.", 429)
            made.headers["Retry-After"] = "1"
        else:
            made = answer(part.request)
        status[part.id.lower()] = 504 if made is None else made.status
        if made is not None:
            shown.append(_show(part.id, made))
    if Manner.GRAPH_BATCH_IN_ORDER not in call.manners:
        _shuffle(shown)
    return GraphReply(200, {"responses": shown})


def _error(code: str, words: str, status: int) -> GraphReply:
    return GraphReply(status, GraphError(code, words, status).as_json({}))


def _show(identity: str, made: GraphReply) -> dict[str, Any]:
    shown: dict[str, Any] = {"id": identity, "status": made.status, "headers": dict(made.headers)}
    if made.value is not None:
        shown["headers"]["Content-Type"] = "application/json"
        shown["body"] = made.value
    elif made.content:
        shown["headers"]["Content-Type"] = made.content_type
        shown["body"] = base64.b64encode(made.content).decode()
    return shown


def _shuffle(shown: list[dict[str, Any]]) -> None:
    """Put the replies in another order than the requests had, the same for the same batch."""
    before = list(shown)
    dice = random.Random(len(shown))  # noqa: S311 -- not a secret
    while len(shown) > 1 and shown == before:
        dice.shuffle(shown)
