"""Word of changes in folders, as they happen ([MS-OXWSNTIF]): by a reply that stays open, or by asking again and again.

Each folder has a subscription of its own, so that an event is known by its subscription alone: the FolderIds of
distinguished folders would have to be asked for first. Subscriptions end with their connection or some minutes after.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final

from app.backends.ews.calls import SoapFault, messages_in, post, streamed
from app.backends.ews.replies import words_of
from app.backends.ews.wire import Wire
from app.backends.ews.xml import SOAP, Element, M, T, Unreadable, add, add_folder, operation, parse, text_of
from app.backends.port import Job
from app.domain.errors import ItemRefused
from app.domain.listing import Folder, Place
from app.domain.outcome import ServerWords

MINUTES: Final = 29
"""How long a reply stays open; Exchange takes 30 at most."""
SILENCE: Final = 150.0
"""Seconds without a word after which the connection is taken for dead: Exchange says every 45 that it is well."""
PULL_SECONDS: Final = 3.0
"""Between two questions, where a server has no replies that stay open."""
_EVENTS: Final = ("CreatedEvent", "DeletedEvent", "ModifiedEvent", "MovedEvent", "CopiedEvent")
_NOT_STREAMED: Final = frozenset(
    {"ErrorInvalidSubscription", "ErrorInvalidSubscriptionRequest", "ErrorProxyRequestNotAllowed"}
    | {"ErrorNotSupported", "ErrorSchemaValidation", "ErrorInvalidRequest", "ErrorNoRespondingCASInDestinationSite"}
)
_END: Final = re.compile(rb"</(?:[\w.-]+:)?Envelope\s*>")
_LARGEST: Final = 4 * 1024 * 1024

Tell = Callable[[Sequence[Place]], None]


class Noticing:
    """One job of listening. `tell` is first told all folders that are listened to, then those that changed."""

    def __init__(self, wire: Wire, tell: Tell, job: Job) -> None:
        """Prepare; nothing is asked yet."""
        self._wire, self._tell, self._job = wire, tell, job

    def run(self, places: Sequence[Place]) -> None:
        """Listen until the server ends it. Raises ItemRefused where it tells of no folder, and what `post` raises."""
        try:
            self._stream(places)
        except (SoapFault, ItemRefused) as error:
            if error.words.response_code not in _NOT_STREAMED:
                raise
            self._pull(places)

    def _subscribe(self, places: Sequence[Place], *, streaming: bool) -> dict[str, tuple[Place, str]]:
        """Return folders and watermarks by their subscriptions; a folder that is refused is left out."""
        found: dict[str, tuple[Place, str]] = {}
        refused: ServerWords | None = None
        for place in places:
            messages = post(self._wire, subscribe(place, streaming=streaming), self._job)
            words = words_of(messages[0]) if messages else None
            identity = text_of(messages[0], "m:SubscriptionId").strip() if messages else ""
            if words is None or (not identity and words.response_class != "Error"):
                raise Unreadable("a subscription without its name")
            if identity:
                found[identity] = place, text_of(messages[0], "m:Watermark").strip()
            else:
                refused = refused or words
        if not found and refused is not None:
            raise ItemRefused(refused)
        return found

    def _stream(self, places: Sequence[Place]) -> None:
        subscriptions = self._subscribe(places, streaming=True)
        request = get_streaming_events(list(subscriptions))
        said = False
        for envelope in envelopes_in(streamed(self._wire, request, self._job, SILENCE)):
            body = envelope.find(f"{{{SOAP}}}Body")
            if body is None:
                raise Unreadable("no Body")
            for message in messages_in(body, "GetStreamingEvents"):
                words = words_of(message)
                if words.response_class == "Error":
                    raise ItemRefused(words)
                if not said:
                    said = True
                    self._tell([place for place, _ in subscriptions.values()])
                self._tell_of(message, subscriptions)
                if text_of(message, "m:ConnectionStatus") == "Closed":
                    return
        if not said:
            raise Unreadable("no envelope")

    def _pull(self, places: Sequence[Place]) -> None:
        subscriptions = self._subscribe(places, streaming=False)
        self._tell([place for place, _ in subscriptions.values()])
        ends = time.monotonic() + MINUTES * 60
        while time.monotonic() < ends:
            self._job.rest(PULL_SECONDS)
            for identity, (place, watermark) in list(subscriptions.items()):
                messages = post(self._wire, get_events(identity, watermark), self._job)
                if not messages:
                    raise Unreadable("no message")
                words = words_of(messages[0])
                if words.response_class == "Error":
                    raise ItemRefused(words)
                subscriptions[identity] = place, watermark_in(messages[0]) or watermark
                self._tell_of(messages[0], subscriptions)

    def _tell_of(self, message: Element, subscriptions: Mapping[str, tuple[Place, str]]) -> None:
        changed = changed_in(message)
        places = [place for identity, (place, _) in subscriptions.items() if identity in changed]
        if places:
            self._tell(places)


def subscribe(place: Place, *, streaming: bool) -> Element:
    """Subscribe to one folder ([MS-OXWSNTIF] 3.1.4.3)."""
    request = operation("Subscribe")
    wanted = add(request, f"m:{'Streaming' if streaming else 'Pull'}SubscriptionRequest")
    add_folder(add(wanted, "t:FolderIds"), place)
    events = add(wanted, "t:EventTypes")
    for event in ("NewMailEvent",) if place.folder is Folder.INBOX and not place.folder_id else _EVENTS:
        add(events, "t:EventType", event)
    if not streaming:
        add(wanted, "t:Timeout", str(MINUTES))
    return request


def get_streaming_events(subscriptions: Iterable[str]) -> Element:
    """Ask for a reply that stays open ([MS-OXWSNTIF] 3.1.4.2)."""
    request = operation("GetStreamingEvents")
    listed = add(request, "m:SubscriptionIds")
    for identity in subscriptions:
        add(listed, "t:SubscriptionId", identity)
    add(request, "m:ConnectionTimeout", str(MINUTES))
    return request


def get_events(subscription: str, watermark: str) -> Element:
    """Ask what happened since ([MS-OXWSNTIF] 3.1.4.1)."""
    request = operation("GetEvents")
    add(request, "m:SubscriptionId", subscription)
    add(request, "m:Watermark", watermark)
    return request


def envelopes_in(pieces: Iterable[bytes]) -> Iterator[Element]:
    """Part a reply that stays open into its envelopes. Raises Unreadable."""
    held = b""
    for piece in pieces:
        held += piece
        while (end := _END.search(held)) is not None:
            whole, held = held[: end.end()], held[end.end() :]
            yield parse(whole.strip())
        if len(held) > _LARGEST:
            raise Unreadable("an envelope without an end")


def changed_in(message: Element) -> set[str]:
    """Return the subscriptions of which a message tells that something happened, not that all is well."""
    notices = [*message.iter(f"{{{M}}}Notification"), *message.iter(f"{{{T}}}Notification")]
    return {
        text_of(notice, "t:SubscriptionId").strip()
        for notice in notices
        if any(str(one.tag).endswith("Event") and not str(one.tag).endswith("StatusEvent") for one in notice)
    }


def watermark_in(message: Element) -> str:
    """Return the last watermark in a message."""
    found = [one.text or "" for one in message.iter(f"{{{T}}}Watermark")]
    return found[-1].strip() if found else ""
