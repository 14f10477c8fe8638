"""A small proxy on loopback that speaks CONNECT: it leads names where a test says, wants a password, or misbehaves."""

from __future__ import annotations

import base64
import contextlib
import socket
import threading
from collections.abc import Mapping
from types import TracebackType


class ConnectProxy:
    """Listens from `with` to its end. `asked` is what clients wanted to be joined to, `signed_in` what they said.

    `answer` is given in place of joining (a whole head), `stalls` takes the connection and says nothing.
    """

    def __init__(
        self,
        places: Mapping[str, int],
        *,
        user: str = "",
        password: str = "",
        offers: str = 'Basic realm="proxy"',
        answer: bytes = b"",
        stalls: bool = False,
    ) -> None:
        """Lead each name in `places` to its port on this machine."""
        self._places = dict(places)
        self._wanted = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode() if user else ""
        self._offers = offers
        self._answer = answer
        self._stalls = stalls
        self._stopped = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._open: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept, name="proxy")]
        self.asked: list[str] = []
        self.signed_in: list[str] = []
        self.joined = 0

    @property
    def url(self) -> str:
        """Its address, as a person types it."""
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> ConnectProxy:
        self._threads[0].start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._stopped.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._threads[0].join()
        for one in self._open:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        for one in self._open:
            one.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self._open.append(client)
            self._run(self._serve, client)

    def _run(self, work: object, *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, name="proxy connection")  # type: ignore[arg-type] # a bound method
        self._threads.append(thread)
        thread.start()

    def _serve(self, client: socket.socket) -> None:
        with contextlib.suppress(OSError):
            head = _head(client)
            if not head:
                return
            lines = head.decode("latin-1").split("\r\n")
            self.asked.append(lines[0].split(" ")[1])
            told = next((line.partition(":")[2].strip() for line in lines if line.startswith("Proxy-Auth")), "")
            self.signed_in.append(told)
            if self._stalls:
                self._stopped.wait()
            elif self._answer:
                client.sendall(self._answer)
                client.shutdown(socket.SHUT_RDWR)
            elif self._wanted and told != self._wanted:
                words = f"HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: {self._offers}\r\n"
                client.sendall(f"{words}Content-Length: 0\r\n\r\n".encode())
                client.shutdown(socket.SHUT_RDWR)
            else:
                self._join(client, lines[0].split(" ")[1].rpartition(":")[0])

    def _join(self, client: socket.socket, name: str) -> None:
        if name not in self._places:
            client.sendall(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
            client.shutdown(socket.SHUT_RDWR)
            return
        server = socket.create_connection(("127.0.0.1", self._places[name]))
        self._open.append(server)
        self.joined += 1
        client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        self._run(_copy, server, client)
        _copy(client, server)


def _head(client: socket.socket) -> bytes:
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        byte = client.recv(1)
        if not byte:
            return b""
        head += byte
    return head


def _copy(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while piece := source.recv(65536):
            target.sendall(piece)
        target.shutdown(socket.SHUT_WR)
