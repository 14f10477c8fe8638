"""Replies that faults ask for, and how they go out."""

import asyncio
import socket
import struct
import sys
from dataclasses import dataclass, field
from typing import Final

from aiohttp import web

from app.sandbox import soap
from app.sandbox.errors import RequestFault
from app.sandbox.faults import FaultRule
from app.sandbox.journal import LoggedRequest


class Broken(web.Response):
    """Stands for a reply that has already been sent by hand; the framework must not add to it."""

    async def prepare(self, request: web.BaseRequest) -> None:
        """Send nothing."""
        del request

    async def write_eof(self, data: bytes = b"") -> None:
        """Send nothing."""
        del data


def send_raw(request: web.Request, data: bytes, *, reset: bool = False) -> web.Response:
    """Send these bytes and close the connection; with `reset`, by a TCP reset."""
    transport = request.transport
    response = Broken(status=200)
    if transport is None:
        return response
    if reset:
        found = transport.get_extra_info("socket")
        if found is not None:
            # Linger of 0 seconds: what closes then is a reset, as when a server dies.
            layout = "hh" if sys.platform == "win32" else "ii"
            found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack(layout, 1, 0))
        transport.abort()
        return response
    transport.write(data)
    transport.close()
    return response


WORTH_COMPRESSING: Final = 4096
"""Bytes from which a reply goes out as gzip to clients that accept it."""


@dataclass(slots=True)
class HttpReply:
    """A reply before it goes out."""

    status: int
    body: bytes
    content_type: str = "text/xml; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)


async def trouble_before(request: web.Request, rules: list[FaultRule]) -> web.StreamResponse | None:
    """Do what is to happen before a request is looked at; returns the reply where that is all there is."""
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


async def reply(
    request: web.Request, answer: HttpReply, rules: list[FaultRule], entry: LoggedRequest
) -> web.StreamResponse:
    """Send a reply, or what the rules make of it."""
    for rule in rules:
        if rule.action == "stall" and rule.after:
            await asyncio.sleep(rule.seconds)
        if rule.action == "reset-after":
            return send_raw(request, b"", reset=True)
        if rule.action in {"status", "html"} and rule.after:
            return _status(rule)
        if rule.action == "fault" and rule.after:
            answer = HttpReply(500, soap.fault(_ordered(rule)))
        if rule.action == "garbage":
            answer = HttpReply(200, (rule.body or "\x00\x01 this is not XML <<<>>>").encode())
        if rule.action in {"cut", "wrong-length"}:
            return send_raw(request, _raw(answer, rule))
        if rule.action == "trickle":
            return await _trickle(request, answer, rule)
    entry.status = answer.status
    return _whole(request, answer)


def _whole(request: web.Request, answer: HttpReply) -> web.Response:
    response = web.Response(status=answer.status, body=answer.body or None, headers=answer.headers)
    if answer.content_type:
        response.headers["Content-Type"] = answer.content_type
    if len(answer.body) >= WORTH_COMPRESSING and "gzip" in request.headers.get("Accept-Encoding", "").lower():
        response.enable_compression(web.ContentCoding.gzip)
    return response


async def reply_twice(request: web.Request, response: web.StreamResponse) -> None:
    """Send a fault, and the same once more on the same connection, which nobody asked for."""
    if not isinstance(response, web.Response) or isinstance(response, Broken) or not isinstance(response.body, bytes):
        return
    await response.prepare(request)
    await response.write_eof()
    if request.transport is not None:
        again = HttpReply(response.status, response.body, response.headers["Content-Type"])
        request.transport.write(_head(again, len(again.body)) + again.body)


def _ordered(rule: FaultRule) -> RequestFault:
    values = {} if rule.back_off is None else {"BackOffMilliseconds": str(rule.back_off)}
    return RequestFault(rule.code, rule.text, values=values)


def _status(rule: FaultRule) -> web.Response:
    html = "<html><head><title>Sign in</title></head><body><h1>Sign in to continue</h1></body></html>"
    status = 200 if rule.action == "html" else rule.status
    text = rule.body if rule.body is not None else (html if rule.action == "html" else "")
    kinds = {"<": "text/html", "{": "application/json"}
    content_type = kinds.get(text.lstrip()[:1], "text/plain")
    return web.Response(status=status, text=text, headers=rule.headers, content_type=content_type)


def _raw(answer: HttpReply, rule: FaultRule) -> bytes:
    """Return a reply whose end does not come, or whose Content-Length is a lie."""
    length = len(answer.body) + (rule.bytes if rule.action == "wrong-length" else 0)
    if rule.action == "cut" and rule.head:
        return (_head(answer, length) + answer.body)[: rule.bytes]
    body = answer.body[: rule.bytes] if rule.action == "cut" else answer.body
    return _head(answer, length) + body


def _head(answer: HttpReply, length: int) -> bytes:
    lines = [f"HTTP/1.1 {answer.status} OK", *(f"{name}: {value}" for name, value in answer.headers.items())]
    lines += [f"Content-Type: {answer.content_type}"] if answer.content_type else []
    return "\r\n".join([*lines, f"Content-Length: {length}", "", ""]).encode()


async def _trickle(request: web.Request, answer: HttpReply, rule: FaultRule) -> web.StreamResponse:
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
