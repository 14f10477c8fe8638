"""GetStreamingEvents' reply: one envelope after another over a connection that stays open ([MS-OXWSNTIF] 3.1.4.2).

The envelopes have no prefix and no XML declaration, as Exchange's have none here: clients look for the text "<Envelope"
to tell one from the next.

What was written to a connection that turns out closed is not lost: the next connection gets it. TCP does not say what a
client has read, so the events of the last moment count as unread when a connection ends, and may come twice.
"""

import asyncio
import time
from collections import deque
from typing import Final

from aiohttp import web

from app.sandbox import soap, xmlns
from app.sandbox.call import answer, succeed
from app.sandbox.errors import EwsError
from app.sandbox.notifications import Hub, Stream, Subscription

HEARTBEAT: Final = 30.0
"""Seconds of silence after which the connection is said to be well."""
LATELY: Final = 2.0
"""Seconds for which events count as unread after they were written."""
_LOOK: Final = 0.5
"""Seconds between two looks at whether the client is still there."""


class Unread:
    """The events that were written a moment ago: where each subscription stood before them."""

    def __init__(self) -> None:
        self._written: deque[tuple[float, list[tuple[Subscription, int]]]] = deque()

    def add(self, before: list[tuple[Subscription, int]]) -> None:
        """Note where subscriptions stood before what is about to be written."""
        self._written.append((time.monotonic(), before))

    def settle(self) -> None:
        """Forget what was written some time ago: the connection has lasted since."""
        while self._written and time.monotonic() - self._written[0][0] > LATELY:
            self._written.popleft()

    def take_back(self) -> None:
        """Let the subscriptions stand where they stood before all that is unread."""
        while self._written:
            for subscription, position in self._written.pop()[1]:
                subscription.position = min(subscription.position, position)


async def stream(request: web.Request, hub: Hub, wanted: Stream) -> web.StreamResponse:
    """Send the first part of the reply, then what happens, until the time is up or the client goes."""
    response = web.StreamResponse(status=200)
    response.headers["Content-Type"] = "text/xml; charset=utf-8"
    response.enable_chunked_encoding()
    loop, waker = asyncio.get_running_loop(), asyncio.Event()
    hub.wait_on((loop, waker), wait=True)
    unread = Unread()
    try:
        await response.prepare(request)
        await response.write(envelope("OK"))
        end = time.monotonic() + wanted.minutes * 60
        quiet_since = time.monotonic()
        while time.monotonic() < end and all(hub.alive(one) for one in wanted.subscriptions):
            _be_sure_of(request)
            unread.settle()
            before = [(one, one.position) for one in wanted.subscriptions]
            part = _part(hub, wanted)
            if part is not None:
                unread.add(before)
                await response.write(part)
                quiet_since = time.monotonic()
                continue
            silent = await _sleep(waker, min(_LOOK, end - time.monotonic()))
            if silent and time.monotonic() - quiet_since >= HEARTBEAT and time.monotonic() < end:
                await response.write(envelope("OK"))
                quiet_since = time.monotonic()
        await response.write(envelope("Closed"))
        await response.write_eof()
    except (ConnectionResetError, asyncio.CancelledError) as error:
        # The client has gone, which is how most of them end a stream.
        unread.take_back()
        hub.wake()
        if isinstance(error, asyncio.CancelledError):
            raise
    finally:
        hub.wait_on((loop, waker), wait=False)
    return response


def _be_sure_of(request: web.Request) -> None:
    """Raise ConnectionResetError where the client is known to have gone."""
    if request.transport is None or request.transport.is_closing():
        raise ConnectionResetError


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
