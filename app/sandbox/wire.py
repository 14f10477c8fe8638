"""Writes to a connection past the web framework: what a well-behaved server would never send."""

import socket
import struct
import sys

from aiohttp import web


class Broken(web.Response):
    """Stands for a reply that has already been sent by hand; the framework must not add to it."""

    async def prepare(self, request: web.BaseRequest) -> None:
        """Send nothing."""
        del request

    async def write_eof(self, data: bytes = b"") -> None:
        """Send nothing."""
        del data


def send_raw(request: web.Request, data: bytes, *, reset: bool = False) -> web.Response:
    """Send these bytes and close the connection; with `reset`, by a TCP reset."""
    transport = request.transport
    response = Broken(status=200)
    if transport is None:
        return response
    if reset:
        found = transport.get_extra_info("socket")
        if found is not None:
            # Linger of 0 seconds: what closes then is a reset, as when a server dies.
            layout = "hh" if sys.platform == "win32" else "ii"
            found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack(layout, 1, 0))
        transport.abort()
        return response
    transport.write(data)
    transport.close()
    return response
