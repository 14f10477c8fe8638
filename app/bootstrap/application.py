"""What macOS asks of a program: mailto: links and files come as events, to one that runs and to one that starts."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QUrl
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication

from app.domain.startup_request import StartupRequest


class OpeningApplication(QApplication):
    """Hands what is to be opened to whom `hand_to` names, and keeps it until then."""

    def __init__(self, arguments: Sequence[str]) -> None:
        """Listen from the start: the link that started the program comes before its window."""
        super().__init__(list(arguments))
        self._waiting: list[StartupRequest] = []
        self._take: Callable[[StartupRequest], object] | None = None

    def hand_to(self, take: Callable[[StartupRequest], object]) -> None:
        """Let `take` have each wish, those that waited first."""
        self._take = take
        waiting, self._waiting = self._waiting, []
        for arrival in waiting:
            take(arrival)

    def event(self, event: QEvent) -> bool:
        """Take what is to be opened; all else is Qt's."""
        if isinstance(event, QFileOpenEvent):
            arrival = arrival_of(event.url())
            if arrival is not None and self._take is not None:
                self._take(arrival)
            elif arrival is not None:
                self._waiting.append(arrival)
            return True
        return super().event(event)


def arrival_of(url: QUrl) -> StartupRequest | None:
    """Return the wish that an address stands for: a message by a link, or a message in a file; None for others."""
    if url.scheme().lower() == "mailto":
        return StartupRequest(links=(bytes(url.toEncoded().data()).decode("ascii", "replace"),))
    if url.isLocalFile():
        return StartupRequest(files=(url.toLocalFile(),))
    return None


def make_application(arguments: Sequence[str], platform: str = sys.platform) -> QApplication:
    """Return the application; one that hears such events where the system sends them."""
    return OpeningApplication(arguments) if platform == "darwin" else QApplication(list(arguments))
