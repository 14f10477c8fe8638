"""One recipient: a name, an address, or words that are not an address yet and must not be lost."""

from __future__ import annotations

import msgspec


class Recipient(msgspec.Struct, frozen=True):
    """A person or group. `address` holds what was typed, also when it cannot be an address.

    `routing` is EmailAddress's RoutingType ("SMTP", or "EX" for an address of the directory, which is not mended).
    """

    address: str
    name: str = ""
    routing: str = "SMTP"
