"""Subscriptions and the events they get ([MS-OXWSNTIF]).

Both live as long as the server: after a restart a client finds its subscription gone, as it does when Exchange fails
over, and subscribes anew.
"""

import asyncio
import base64
import threading
import time
import uuid
from collections import deque
from dataclasses import dataclass
from itertools import islice
from typing import Final

from lxml import etree

from app.sandbox import xmlns
from app.sandbox.errors import EwsError
from app.sandbox.ids import FOLDER, ITEM, ObjectId
from app.sandbox.properties import write_time
from app.sandbox.store.database import Happening, ItemPlace
from app.sandbox.store.mail_store import MailStore

_REMEMBERED: Final = 20_000
_MOST_SUBSCRIPTIONS: Final = 200
"""Subscriptions that one user may hold at a time."""
PAGE: Final = 100
"""Events that one notification holds at most."""


@dataclass(slots=True)
class Subscription:
    """A subscription. `folders` None stands for all of a mailbox; `minutes` is how long it lasts unused."""

    id: str
    owner: int
    mailbox: int
    folders: frozenset[int] | None
    kinds: frozenset[str]
    minutes: int
    streaming: bool
    position: int
    used: float

    def wants(self, happening: Happening) -> bool:
        """Say whether the subscription is about an event."""
        if happening.kind not in self.kinds:
            return False
        return any(
            place is not None
            and place.mailbox == self.mailbox
            and (self.folders is None or _where(place) & self.folders)
            for place in (happening.place, happening.old)
        )


def _where(place: ItemPlace) -> set[int]:
    return {place.folder} if place.entry is not None else {place.folder, place.parent or place.folder}


@dataclass(frozen=True, slots=True)
class Stream:
    """A reply that goes on: for which subscriptions, and for how many minutes."""

    subscriptions: tuple[Subscription, ...]
    minutes: int


class Hub:
    """All subscriptions, and the latest events of one store."""

    def __init__(self, store: MailStore) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._events: deque[Happening] = deque(maxlen=_REMEMBERED)
        self._count = 0
        self._subscriptions: dict[str, Subscription] = {}
        self._wakers: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = set()
        store.database.on_commit = self.publish

    def publish(self, happenings: list[Happening]) -> None:
        """Remember what was committed and wake the replies that wait for it."""
        with self._lock:
            self._events.extend(happenings)
            self._count += len(happenings)
            wakers = list(self._wakers)
        for loop, waker in wakers:
            loop.call_soon_threadsafe(waker.set)

    def wait_on(self, waker: tuple[asyncio.AbstractEventLoop, asyncio.Event], *, wait: bool) -> None:
        """Begin, or end, to set `waker` whenever something happens."""
        with self._lock:
            (self._wakers.add if wait else self._wakers.discard)(waker)

    def wake(self) -> None:
        """Have the replies that wait look once more."""
        self.publish([])

    def clear(self) -> None:
        """Forget all subscriptions and events."""
        with self._lock:
            self._subscriptions.clear()
            self._events.clear()

    def subscribe(
        self, owner: int, where: tuple[int, frozenset[int] | None], kinds: frozenset[str], *, minutes: int | None
    ) -> Subscription:
        """Make a subscription; without `minutes` it is a streaming one. Raises ErrorExceededSubscriptionCount."""
        made = Subscription(
            id=base64.b64encode(b"\x09\x00localhost\x10\x00" + uuid.uuid4().bytes).decode(),
            owner=owner,
            mailbox=where[0],
            folders=where[1],
            kinds=kinds,
            minutes=minutes or 30,
            streaming=minutes is None,
            position=self._count,
            used=time.monotonic(),
        )
        with self._lock:
            self._drop_unused()
            if sum(1 for one in self._subscriptions.values() if one.owner == owner) >= _MOST_SUBSCRIPTIONS:
                raise EwsError("ErrorExceededSubscriptionCount")
            self._subscriptions[made.id] = made
        return made

    def _drop_unused(self) -> None:
        moment = time.monotonic()
        for one in list(self._subscriptions.values()):
            if moment - one.used > one.minutes * 60:
                del self._subscriptions[one.id]

    def find(self, text: str, owner: int) -> Subscription:
        """Return a subscription; raises ErrorInvalidSubscription, ErrorSubscriptionNotFound or ...AccessDenied."""
        with self._lock:
            self._drop_unused()
            found = self._subscriptions.get(text.strip())
        if found is None:
            raise EwsError("ErrorSubscriptionNotFound")
        if found.owner != owner:
            raise EwsError("ErrorSubscriptionAccessDenied")
        found.used = time.monotonic()
        return found

    def unsubscribe(self, subscription: Subscription) -> None:
        """End a subscription."""
        with self._lock:
            self._subscriptions.pop(subscription.id, None)

    def alive(self, subscription: Subscription) -> bool:
        """Say whether a subscription still stands."""
        with self._lock:
            return subscription.id in self._subscriptions

    def after(self, subscription: Subscription, position: int) -> tuple[list[tuple[int, Happening]], bool]:
        """Return the events past a position, each with its own, and whether there are more.

        Raises ErrorInvalidWatermark for a position that lies ahead, ErrorEventNotFound for one that is forgotten.
        """
        with self._lock:
            first = self._count - len(self._events)
            if position > self._count:
                raise EwsError("ErrorInvalidWatermark")
            if position < first:
                raise EwsError("ErrorEventNotFound")
            rest = islice(enumerate(self._events, first + 1), position - first, None)
            found = list(islice((one for one in rest if subscription.wants(one[1])), PAGE + 1))
        return found[:PAGE], len(found) > PAGE

    @property
    def latest(self) -> int:
        """The position of the latest event."""
        with self._lock:
            return self._count

    def watermark(self, position: int) -> str:
        """Write a position down for a client."""
        return self._store.database.ids.write_state(position)

    def read_watermark(self, text: str) -> int:
        """Read what `watermark` wrote; raises ErrorInvalidWatermark."""
        try:
            return self._store.database.ids.read_state(text.strip(), 1)[0]
        except EwsError:
            raise EwsError("ErrorInvalidWatermark") from None

    def show(
        self, subscription: Subscription, previous: int, events: list[tuple[int, Happening]], *, more: bool = False
    ) -> etree._Element:
        """Make a Notification; where nothing has happened it says that the subscription stands."""
        # The published schema has it in the other namespace within Notifications; Exchange writes this one.
        element = xmlns.make("m:Notification")
        xmlns.add(element, "t:SubscriptionId", subscription.id)
        if not subscription.streaming:
            xmlns.add(element, "t:PreviousWatermark", self.watermark(previous))
            xmlns.add(element, "t:MoreEvents", xmlns.flag(more))
        for position, happening in events:
            self._show_event(element, None if subscription.streaming else position, happening)
        if not events:
            status = xmlns.add(element, "t:StatusEvent")
            if not subscription.streaming:
                xmlns.add(status, "t:Watermark", self.watermark(self.latest))
        return element

    def _show_event(self, parent: etree._Element, position: int | None, happening: Happening) -> None:
        event = xmlns.add(parent, f"t:{happening.kind}")
        if position is not None:
            xmlns.add(event, "t:Watermark", self.watermark(position))
        xmlns.add(event, "t:TimeStamp", write_time(happening.time))
        self._show_place(event, happening.place, happening.change, "")
        if happening.old is not None:
            self._show_place(event, happening.old, happening.change, "Old")
        if happening.unread is not None:
            xmlns.add(event, "t:UnreadCount", str(happening.unread))

    def _show_place(self, event: etree._Element, place: ItemPlace, change: int, prefix: str) -> None:
        ids = self._store.database.ids
        key = ids.write_change_key(change, folder=True)
        own = ids.write(ObjectId(FOLDER, place.mailbox, place.folder))
        if place.entry is not None:
            item = ids.write(ObjectId(ITEM, place.mailbox, place.entry))
            xmlns.add(event, f"t:{prefix}ItemId", None, Id=item, ChangeKey=ids.write_change_key(change))
            parent = own
        else:
            xmlns.add(event, f"t:{prefix}FolderId", None, Id=own, ChangeKey=key)
            parent = ids.write(ObjectId(FOLDER, place.mailbox, place.parent or place.folder))
        xmlns.add(event, f"t:{prefix}ParentFolderId", None, Id=parent, ChangeKey=key)
