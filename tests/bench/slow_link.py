"""A slow way to a server: what goes up is taken at so many bytes a second, and when it ended is known to a millisecond.

It takes no more ahead than its two small buffers hold, so that what a client has left unsent stays with the client.
"""

from __future__ import annotations

import contextlib
import select
import socket
import threading
import time
from types import TracebackType

_PIECE = 16 * 1024
_AHEAD = 64 * 1024


class Passage:
    """One connection through the link. Times are monotonic nanoseconds, 0 for not yet."""

    def __init__(self, client: socket.socket, server: socket.socket) -> None:
        """Hold both ends."""
        self.client, self.server = client, server
        self.taken = 0
        """Bytes of the client that the link has taken."""
        self.last = 0
        """When the last of them was taken."""
        self.ended = 0
        """When the client's machine had said that no more comes."""
        self.over = False
        """Whether all that it sent was taken."""


class SlowLink:
    """Listens on loopback from `with` to its end. `passages` are its connections, oldest first."""

    def __init__(self, port: int, rate: int) -> None:
        """Lead to `port` of this machine, at `rate` bytes a second upwards."""
        self._to, self._rate = port, rate
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _AHEAD)
        self._threads: list[threading.Thread] = []
        self.passages: list[Passage] = []

    @property
    def port(self) -> int:
        """The port it listens on."""
        port: int = self._listener.getsockname()[1]
        return port

    def __enter__(self) -> SlowLink:
        self._start(self._accept)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._threads[0].join()
        for passage in self.passages:
            _end(passage)
        for thread in self._threads:
            thread.join()
        for passage in self.passages:
            passage.client.close()
            passage.server.close()

    def _start(self, work: object, *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, name="slow link", daemon=True)  # type: ignore[arg-type] # a callable
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self._to))
            passage = Passage(client, server)
            self.passages.append(passage)
            for work in (self._upwards, self._downwards, self._watch):
                self._start(work, passage)

    def _upwards(self, passage: Passage) -> None:
        with contextlib.suppress(OSError):
            while piece := passage.client.recv(_PIECE):
                passage.last = time.monotonic_ns()
                passage.taken += len(piece)
                passage.server.sendall(piece)
                time.sleep(len(piece) / self._rate)
        _end(passage)
        passage.over = True

    def _downwards(self, passage: Passage) -> None:
        with contextlib.suppress(OSError):
            while piece := passage.server.recv(_PIECE):
                passage.client.sendall(piece)
        _end(passage)

    def _watch(self, passage: Passage) -> None:
        poll = select.poll()
        poll.register(passage.client, select.POLLRDHUP)
        poll.poll()
        passage.ended = time.monotonic_ns()


def _end(passage: Passage) -> None:
    for one in (passage.client, passage.server):
        with contextlib.suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
