"""Listens for programs that are started later.

Qt's local server: a socket of the file system that only the same person may open, a named pipe on Windows. A client
that sends too much, too slowly, or no startup request, is cut off; nothing that comes in is more than plain data.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial

import msgspec
from PySide6.QtCore import QObject, QTimer
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from app.bootstrap.instance import LONGEST, NOT_NOW, NOT_UNDERSTOOD, SIZE_BYTES, TAKEN
from app.domain.startup_request import StartupRequest

log = logging.getLogger(__name__)

_PATIENCE = 5_000
"""Milliseconds in which a message must be there whole."""
_MOST = 8
"""Conversations at a time."""


OnArrival = Callable[[StartupRequest, Callable[[], None]], bool]


class InstanceServer(QObject):
    """Listens at a place; `on_arrival` is told of each wish and answers whether it is taken.

    It is also given what to call once an end of this program cannot lose the wish: only then the other start hears
    that it was taken, and ends.
    """

    def __init__(self, on_arrival: OnArrival, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._on_arrival = on_arrival
        self._talks: dict[QLocalSocket, QTimer] = {}
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._greet)

    def listen(self, place: str) -> bool:
        """Listen at `place`, over whatever a dead program left there: the caller has the lock. False where it fails."""
        QLocalServer.removeServer(place)
        if self._server.listen(place):
            return True
        log.info("no second start can reach this window: %s", self._server.errorString())
        return False

    def close(self) -> None:
        """Listen no more, and end every conversation."""
        self._server.close()
        for talk in list(self._talks):
            talk.abort()

    def _greet(self) -> None:
        while (talk := self._server.nextPendingConnection()) is not None:
            if len(self._talks) >= _MOST:
                talk.abort()
                talk.deleteLater()
                continue
            limit = QTimer(talk)
            limit.setSingleShot(True)
            limit.setInterval(_PATIENCE)
            limit.timeout.connect(partial(self._give_up, talk))
            self._talks[talk] = limit
            talk.setReadBufferSize(LONGEST + SIZE_BYTES + 1)
            talk.readyRead.connect(partial(self._read, talk))
            talk.disconnected.connect(partial(self._forget, talk))
            limit.start()
            self._read(talk)

    def _read(self, talk: QLocalSocket) -> None:
        there = talk.bytesAvailable()
        if talk not in self._talks or there < SIZE_BYTES:
            return
        size = int.from_bytes(talk.peek(SIZE_BYTES).data(), "big")
        if size > LONGEST or there > SIZE_BYTES + size:
            self._answer(talk, NOT_UNDERSTOOD)
        elif there == SIZE_BYTES + size:
            self._take(talk, bytes(talk.readAll().data())[SIZE_BYTES:])

    def _take(self, talk: QLocalSocket, message: bytes) -> None:
        try:
            arrival = msgspec.json.decode(message, type=StartupRequest)
        except (ValueError, RecursionError):  # also bytes that are no UTF-8
            self._answer(talk, NOT_UNDERSTOOD)
            return
        if b"\\u0000" in message or b"\0" in message:
            self._answer(talk, NOT_UNDERSTOOD)  # no path and no variable of the environment can hold it
        elif not self._on_arrival(arrival, partial(self._answer, talk, TAKEN)):
            self._answer(talk, NOT_NOW)

    def _answer(self, talk: QLocalSocket, words: bytes) -> None:
        if talk not in self._talks:
            return  # it did not wait for the answer, and asks again
        self._talks[talk].start()  # as long again for a start that does not take the answer
        talk.readAll()
        talk.write(words)
        talk.flush()
        talk.disconnectFromServer()

    def _give_up(self, talk: QLocalSocket) -> None:
        talk.abort()

    def _forget(self, talk: QLocalSocket) -> None:
        limit = self._talks.pop(talk, None)
        if limit is not None:
            limit.stop()
        talk.deleteLater()
