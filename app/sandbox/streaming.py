"""GetStreamingEvents' reply: one envelope after another over a connection that stays open ([MS-OXWSNTIF] 3.1.4.2).

The envelopes have no prefix, as Exchange's have none here: clients look for the text "<Envelope" to tell one from the
next.
"""

import asyncio
import time
from typing import Final

from aiohttp import web

from app.sandbox import soap, xmlns
from app.sandbox.call import answer, succeed
from app.sandbox.errors import EwsError
from app.sandbox.notifications import Hub, Stream

HEARTBEAT: Final = 30.0
"""Seconds of silence after which the connection is said to be well."""


async def stream(request: web.Request, hub: Hub, wanted: Stream) -> web.StreamResponse:
    """Send the first part of the reply, then what happens, until the time is up or the client goes."""
    response = web.StreamResponse(status=200)
    response.headers["Content-Type"] = "text/xml; charset=utf-8"
    response.enable_chunked_encoding()
    loop, waker = asyncio.get_running_loop(), asyncio.Event()
    hub.wait_on((loop, waker), wait=True)
    try:
        await response.prepare(request)
        await response.write(envelope("OK"))
        end = time.monotonic() + wanted.minutes * 60
        while time.monotonic() < end and all(hub.alive(one) for one in wanted.subscriptions):
            part = _part(hub, wanted)
            if part is not None:
                await response.write(part)
                continue
            silent = await _sleep(waker, min(HEARTBEAT, end - time.monotonic()))
            if silent and time.monotonic() < end:
                await response.write(envelope("OK"))
        await response.write(envelope("Closed"))
        await response.write_eof()
    except ConnectionResetError:
        # The client has gone, which is how most of them end a stream.
        pass
    finally:
        hub.wait_on((loop, waker), wait=False)
    return response


async def _sleep(waker: asyncio.Event, seconds: float) -> bool:
    try:
        await asyncio.wait_for(waker.wait(), max(0.0, seconds))
    except TimeoutError:
        return True
    waker.clear()
    return False


def _part(hub: Hub, wanted: Stream) -> bytes | None:
    """Return an envelope with the events that the subscriptions have not got yet; None where there is nothing."""
    response, messages = answer("GetStreamingEvents")
    notifications = xmlns.make("m:Notifications")
    for subscription in wanted.subscriptions:
        subscription.used = time.monotonic()
        latest = hub.latest
        try:
            events, more = hub.after(subscription, subscription.position)
        except EwsError:
            # So far behind that events are forgotten: go on from now.
            subscription.position = latest
            continue
        if events:
            notifications.append(hub.show(subscription, subscription.position, events))
        subscription.position = events[-1][0] if more else max(latest, events[-1][0] if events else 0)
    if not len(notifications):
        return None
    succeed(messages, "GetStreamingEvents", [notifications])
    return soap.reply(response, plain=True)


def envelope(status: str) -> bytes:
    """Make the envelope that says how the connection is: OK or Closed."""
    response, messages = answer("GetStreamingEvents")
    succeed(messages, "GetStreamingEvents", [xmlns.make("m:ConnectionStatus", status)])
    return soap.reply(response, plain=True)
