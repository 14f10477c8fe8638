"""An account: where the mailbox lies and how one signs in. The secret is never part of it."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from app.domain.message import AccountId


class AuthKind(StrEnum):
    """How one signs in. OAuth takes its place here with the full sign-in."""

    BASIC = "basic"
    NTLM = "ntlm"


class BackendKind(StrEnum):
    """Which door of the server is used."""

    EWS = "ews"


class Account(msgspec.Struct, frozen=True):
    """One mailbox of this person. `ca_file` is a path to a PEM bundle that is trusted beside the system's.

    With `impersonate` the sign-in is a service's, and every request acts as `address` (ExchangeImpersonation).
    """

    account_id: AccountId
    address: str
    endpoint: str
    user: str
    auth: AuthKind = AuthKind.BASIC
    backend: BackendKind = BackendKind.EWS
    display_name: str = ""
    ca_file: str = ""
    impersonate: bool = False


class ProbeStep(msgspec.Struct, frozen=True):
    """One step of testing a connection: what was tried, whether it held, and what was found or went wrong."""

    name: str
    passed: bool
    detail: str = ""
