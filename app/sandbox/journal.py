"""What was asked of the server, request by request, for tests to read."""

import threading
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any, Final

_LONGEST: Final = 10_000
"""Requests that are remembered; older ones are forgotten first."""
BODIES: Final = 8 * 1024 * 1024
"""Bytes of request bodies that are kept. Together they bound what a server that runs for days takes of memory."""


@dataclass(slots=True)
class LoggedRequest:
    """One request. `number` counts from 1; `time` is seconds since 1970; `status` is 0 until it is answered."""

    number: int
    operation: str
    items: int
    user: str
    time: float
    size: int
    body: bytes | None = field(repr=False, default=None)
    status: int = 0
    fault: str = ""

    def as_json(self, *, with_body: bool) -> dict[str, Any]:
        """Return the entry as the admin call gives it out."""
        shown = {
            "number": self.number,
            "operation": self.operation,
            "items": self.items,
            "user": self.user,
            "time": self.time,
            "size": self.size,
            "status": self.status,
            "fault": self.fault,
        }
        if with_body:
            shown["body"] = None if self.body is None else self.body.decode("utf-8", "replace")
        return shown


class RequestLog:
    """The requests since the start or the last reset."""

    def __init__(self) -> None:
        self._entries: deque[LoggedRequest] = deque(maxlen=_LONGEST)
        self._with_body: deque[LoggedRequest] = deque()
        self._kept = 0
        self._count = 0
        self._lock = threading.Lock()

    def add(self, operation: str, items: int, user: str, body: bytes) -> LoggedRequest:
        """Write down a request that was read."""
        with self._lock:
            self._count += 1
            entry = LoggedRequest(self._count, operation, items, user, time.time(), len(body), body)
            self._entries.append(entry)
            self._with_body.append(entry)
            self._kept += len(body)
            while self._kept > BODIES and len(self._with_body) > 1:
                oldest = self._with_body.popleft()
                self._kept -= oldest.size
                oldest.body = None
            return entry

    def entries(self) -> list[LoggedRequest]:
        """Return what is written down, oldest first."""
        with self._lock:
            return list(self._entries)

    def clear(self) -> None:
        """Forget everything and count from 1 again."""
        with self._lock:
            self._entries.clear()
            self._with_body.clear()
            self._kept = self._count = 0
