"""A server that does what a test tells it, connection by connection: for trouble that no good server makes.

    with ScriptedServer([answer(200, body), reset, stall]) as server: ...

Each request, on whatever connection, takes the next act of the script; the last one repeats. `server.requests` holds
what came in. With `tls` (an ssl.SSLContext) it speaks HTTPS.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import TracebackType


@dataclass(frozen=True)
class Incoming:
    """One request as it came."""

    head: str
    body: bytes


Act = Callable[[socket.socket, Incoming, threading.Event], bool]
"""Answers one request; True keeps the connection. The event is set when the server stops."""


def answer(status: int, body: bytes = b"", **headers: str) -> Act:
    """Answer properly."""
    named = {"Content-Type": "text/xml; charset=utf-8", "Content-Length": str(len(body))}
    named.update({name.replace("_", "-"): value for name, value in headers.items()})
    head = "".join(f"{name}: {value}\r\n" for name, value in named.items())

    def act(connection: socket.socket, _: Incoming, __: threading.Event) -> bool:
        connection.sendall(f"HTTP/1.1 {status} X\r\n{head}\r\n".encode() + body)
        return True

    return act


def cut_after(body: bytes, sent: int) -> Act:
    """Promise the whole body, give `sent` bytes of it, and close."""

    def act(connection: socket.socket, _: Incoming, __: threading.Event) -> bool:
        head = f"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: {len(body)}\r\n\r\n"
        connection.sendall(head.encode() + body[:sent])
        return False

    return act


def trickle(body: bytes, seconds: float) -> Act:
    """Give a byte at a time, each well within any timeout for a read, for ever."""

    def act(connection: socket.socket, _: Incoming, stopped: threading.Event) -> bool:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: 1000000\r\n\r\n")
        for byte in body * 1000:
            if stopped.wait(seconds):
                break
            connection.sendall(bytes([byte]))
        return False

    return act


def close(connection: socket.socket, _: Incoming, __: threading.Event) -> bool:
    """Close without an answer."""
    return False


def reset(connection: socket.socket, _: Incoming, __: threading.Event) -> bool:
    """Reset the connection without an answer."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return False


def stall(connection: socket.socket, _: Incoming, stopped: threading.Event) -> bool:
    """Say nothing until the server stops."""
    stopped.wait()
    return False


class ScriptedServer:
    """Listens on loopback from `with` to its end, with a thread for each connection."""

    def __init__(self, script: Sequence[Act], tls: ssl.SSLContext | None = None) -> None:
        """Play `script`."""
        self._script = list(script)
        self._tls = tls
        self._stopped = threading.Event()
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept, name="scripted server")]
        self.requests: list[Incoming] = []
        self.connections = 0
        self.arrived = threading.Event()

    @property
    def port(self) -> int:
        """The port it listens on."""
        port: int = self._listener.getsockname()[1]
        return port

    @property
    def url(self) -> str:
        """The endpoint."""
        return f"{'https' if self._tls else 'http'}://localhost:{self.port}/EWS/Exchange.asmx"

    def __enter__(self) -> ScriptedServer:
        self._threads[0].start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._stopped.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._threads[0].join()
        for connection in self._open:
            with contextlib.suppress(OSError):
                socket.socket.shutdown(connection, socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            thread = threading.Thread(target=self._serve, args=(connection,), name="scripted connection")
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.ExitStack() as stack:
            stack.callback(connection.close)
            stack.enter_context(contextlib.suppress(OSError, ssl.SSLError))
            self._open.append(connection)
            if self._tls is not None:
                connection = self._tls.wrap_socket(connection, server_side=True)
                stack.callback(connection.close)
                self._open.append(connection)
            with connection.makefile("rb") as stream:
                while (request := _read_request(stream)) is not None:
                    with self._lock:
                        act = self._script[min(len(self.requests), len(self._script) - 1)]
                        self.requests.append(request)
                    self.arrived.set()
                    if not act(connection, request, self._stopped):
                        return


def _read_request(stream: object) -> Incoming | None:
    head, length = [], 0
    while (line := stream.readline()).strip():  # type: ignore[attr-defined] # the file of a socket has no public type
        text = line.decode("latin-1").strip()
        head.append(text)
        if text.lower().startswith("content-length:"):
            length = int(text.partition(":")[2])
    if not head:
        return None
    return Incoming("\n".join(head), stream.read(length))  # type: ignore[attr-defined] # as above
