"""Word of changes in folders, as they happen ([MS-OXWSNTIF]): by a reply that stays open, or by asking again and again.

An event is known by its subscription alone: the FolderIds of distinguished folders would have to be asked for first.
So each folder has one of its own, or each mailbox, where every subscription costs a question every few seconds.
Subscriptions end with their connection or some minutes after.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from app.backends.ews.http_session import HttpSession
from app.backends.ews.replies import words_of
from app.backends.ews.soap_client import SoapFault, messages_in, post, streamed
from app.backends.ews.xml import SOAP, Element, M, T, add, add_folder, child, operation, parse, text_of
from app.backends.net.http_errors import Unreadable
from app.backends.port import Job
from app.domain.errors import ItemRefused, ServerWords
from app.domain.listing import Folder, Place
from app.domain.response_codes import STREAMING_NOT_OFFERED

MINUTES: Final = 29
"""How long a reply stays open; Exchange takes 30 at most."""
SILENCE: Final = 150.0
"""Seconds without a word after which the connection is taken for dead: Exchange sends a sign of life every 45."""
PULL_SECONDS: Final = 3.0
"""Between two questions, where a server has no replies that stay open."""
_NEW_MAIL: Final = "NewMailEvent"
_EVENTS: Final = ("CreatedEvent", "DeletedEvent", "ModifiedEvent", "MovedEvent", "CopiedEvent")
_END: Final = re.compile(rb"</(?:[\w.-]+:)?Envelope\s*>")
_LARGEST: Final = 4 * 1024 * 1024

Tell = Callable[[Sequence[Place]], None]


class Subscribed(NamedTuple):
    """Folders with one subscription, and up to where they were reported; empty for a reply that stays open."""

    places: tuple[Place, ...]
    watermark: str = ""


class _Refused(ItemRefused):
    """The server reports some subscriptions not together with the others; `subscriptions` names them."""

    def __init__(self, words: ServerWords, subscriptions: frozenset[str]) -> None:
        super().__init__(words)
        self.subscriptions = subscriptions


class Subscriptions:
    """One job of listening. `tell` first gets all folders that are listened to, then those that changed."""

    def __init__(self, http: HttpSession, tell: Tell, job: Job) -> None:
        """Prepare; nothing is asked yet."""
        self._http, self._tell, self._job = http, tell, job

    def run(self, places: Sequence[Place]) -> None:
        """Listen until the server ends it. Raises ItemRefused where it reports on no folder, and what `post` raises."""
        try:
            self._stream(self.subscribe([[place] for place in places], streaming=True))
        except (SoapFault, ItemRefused) as error:
            if error.words.response_code not in STREAMING_NOT_OFFERED:
                raise
            mailboxes = dict.fromkeys(place.mailbox for place in places)
            groups = [[place for place in places if place.mailbox == mailbox] for mailbox in mailboxes]
            self._pull(self.subscribe(groups, streaming=False))

    def subscribe(self, groups: Sequence[Sequence[Place]], *, streaming: bool) -> dict[str, Subscribed]:
        """Return what was subscribed to, by the names of subscriptions; what is refused is left out."""
        found: dict[str, Subscribed] = {}
        refused: ServerWords | None = None
        for places in groups:
            messages = post(self._http, subscribe(places, streaming=streaming), self._job)
            words = words_of(messages[0]) if messages else None
            identity = text_of(messages[0], "m:SubscriptionId").strip() if messages else ""
            if words is None or (not identity and words.response_class != "Error"):
                raise Unreadable("a subscription without its name")
            if identity:
                found[identity] = Subscribed(tuple(places), text_of(messages[0], "m:Watermark").strip())
            else:
                refused = refused or words
        if not found and refused is not None:
            raise ItemRefused(refused)
        return found

    def _stream(self, subscriptions: dict[str, Subscribed]) -> None:
        """Listen, without those that the server cannot report together with the others."""
        while True:
            try:
                self._stream_once(subscriptions)
            except _Refused as error:
                left = {name: one for name, one in subscriptions.items() if name not in error.subscriptions}
                if not left or len(left) == len(subscriptions):
                    raise
                subscriptions = left
            else:
                return

    def _stream_once(self, subscriptions: Mapping[str, Subscribed]) -> None:
        request = get_streaming_events(subscriptions)
        said = False
        for envelope in envelopes_in(streamed(self._http, request, self._job, SILENCE)):
            body = envelope.find(f"{{{SOAP}}}Body")
            if body is None:
                raise Unreadable("no Body")
            for message in messages_in(body, "GetStreamingEvents"):
                words = words_of(message)
                if words.response_class == "Error":
                    raise _Refused(words, refused_in(message))
                if not said:
                    said = True
                    self._tell_all(subscriptions)
                self._tell_of(message, subscriptions)
                if text_of(message, "m:ConnectionStatus") == "Closed":
                    return
        if not said:
            raise Unreadable("no envelope")

    def _pull(self, subscriptions: dict[str, Subscribed]) -> None:
        self._tell_all(subscriptions)
        ends = time.monotonic() + MINUTES * 60
        while time.monotonic() < ends:
            self._job.rest(PULL_SECONDS)
            for identity, one in list(subscriptions.items()):
                messages = post(self._http, get_events(identity, one.watermark), self._job)
                if not messages:
                    raise Unreadable("no message")
                words = words_of(messages[0])
                if words.response_class == "Error":
                    raise ItemRefused(words)
                subscriptions[identity] = Subscribed(one.places, watermark_in(messages[0]) or one.watermark)
                self._tell_of(messages[0], subscriptions)

    def _tell_all(self, subscriptions: Mapping[str, Subscribed]) -> None:
        self._tell([place for one in subscriptions.values() for place in one.places])

    def _tell_of(self, message: Element, subscriptions: Mapping[str, Subscribed]) -> None:
        changed = changed_in(message)
        places = [place for name, one in subscriptions.items() if name in changed for place in one.places]
        if places:
            self._tell(places)


def subscribe(places: Sequence[Place], *, streaming: bool) -> Element:
    """Subscribe to folders of one mailbox ([MS-OXWSNTIF] 3.1.4.3)."""
    request = operation("Subscribe")
    wanted = add(request, f"m:{'Streaming' if streaming else 'Pull'}SubscriptionRequest")
    folders = add(wanted, "t:FolderIds")
    for place in places:
        add_folder(folders, place)
    events = add(wanted, "t:EventTypes")
    new_mail_alone = all(place.folder is Folder.INBOX and not place.folder_id for place in places)
    for event in (_NEW_MAIL,) if new_mail_alone else _EVENTS:
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
    """Return the subscriptions for which a message reports an event, and not only a sign of life."""
    notices = [*message.iter(f"{{{M}}}Notification"), *message.iter(f"{{{T}}}Notification")]
    return {
        text_of(notice, "t:SubscriptionId").strip()
        for notice in notices
        if any(str(one.tag).endswith("Event") and not str(one.tag).endswith("StatusEvent") for one in notice)
    }


def refused_in(message: Element) -> frozenset[str]:
    """Return the subscriptions that a refusal is about, none where it does not say."""
    listed = child(message, "m:ErrorSubscriptionIds")
    return frozenset() if listed is None else frozenset((one.text or "").strip() for one in listed)


def watermark_in(message: Element) -> str:
    """Return the last watermark in a message."""
    found = [one.text or "" for one in message.iter(f"{{{T}}}Watermark")]
    return found[-1].strip() if found else ""
