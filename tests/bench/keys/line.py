"""The line between the program and its server: it can be cut, and mended again, as cables and servers are."""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
from types import TracebackType
from typing import Final

_PIECE: Final = 64 * 1024


class Line:
    """Leads from a port of its own to `port`, from `with` to its end."""

    def __init__(self, port: int) -> None:
        """Nothing is led anywhere yet."""
        self._to = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._open = True
        self._ended = False
        self._ends: set[socket.socket] = set()
        self._thread = threading.Thread(target=self._run, name="line", daemon=True)

    def __enter__(self) -> Line:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._ended = True
        self.cut()
        self._thread.join()

    def cut(self) -> None:
        """End every connection, and refuse new ones: nobody is there any more."""
        if self._open:
            self._open = False
            with contextlib.suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
        for one in list(self._ends):
            _hang_up(one)

    def mend(self) -> None:
        """Lead on."""
        if not self._open:
            self._listener = socket.create_server(("127.0.0.1", self.port))
            self._open = True

    def _run(self) -> None:
        while not self._ended:
            if not self._open:
                threading.Event().wait(0.01)
                continue
            try:
                self._listener.settimeout(0.1)
                client, _ = self._listener.accept()
            except OSError:
                continue
            self._lead(client)

    def _lead(self, client: socket.socket) -> None:
        client.settimeout(None)
        try:
            server = socket.create_connection(("127.0.0.1", self._to))
        except OSError:
            _hang_up(client)
            return
        self._ends |= {client, server}
        threading.Thread(target=self._carry, args=(client, server), name="line", daemon=True).start()

    def _carry(self, client: socket.socket, server: socket.socket) -> None:
        with contextlib.suppress(OSError, ValueError):
            _carry_until_one_ends(client, server)
        for one in (client, server):
            self._ends.discard(one)
            _hang_up(one)
            one.close()


def _carry_until_one_ends(client: socket.socket, server: socket.socket) -> None:
    with selectors.DefaultSelector() as ready:
        ready.register(client, selectors.EVENT_READ, server)
        ready.register(server, selectors.EVENT_READ, client)
        while True:
            for key, _ in ready.select():
                assert isinstance(key.fileobj, socket.socket)
                piece = key.fileobj.recv(_PIECE)
                if not piece:
                    return
                key.data.sendall(piece)


def _hang_up(one: socket.socket) -> None:
    with contextlib.suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
