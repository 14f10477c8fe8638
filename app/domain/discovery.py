"""Where an address's mail server was found."""

from __future__ import annotations

import msgspec

from app.domain.account import AuthKind


class Discovery(msgspec.Struct, frozen=True):
    """`endpoint` is the address of EWS, empty where none was found; `ways` are those it takes to sign in, if told."""

    endpoint: str = ""
    ways: tuple[AuthKind, ...] = ()
