"""An account: where the mailbox lies and how one signs in. The secret is never part of it."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from app.domain.message import AccountId


class AuthKind(StrEnum):
    """How one signs in. With OAuth the secret is a refresh token, which the sign-in in the browser brings."""

    BASIC = "basic"
    NTLM = "ntlm"
    OAUTH = "oauth"


class BackendKind(StrEnum):
    """Which door of the server is used."""

    EWS = "ews"


class Account(msgspec.Struct, frozen=True):
    """One mailbox of this person. `ca_file` is a path to a PEM bundle that is trusted beside the system's.

    With `impersonate` the sign-in is a service's, and every request acts as `address` (ExchangeImpersonation).
    `proxy` is one of the choices in `domain/proxy.py`; the password of `proxy_user` is a secret like the other.
    For OAuth, `client_id` is how the program is registered with the authority, and `tenant` is an organisation's name
    or id at Microsoft, or the whole address of another authority (https://…); empty is any organisation.
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
    proxy: str = ""
    proxy_user: str = ""
    client_id: str = ""
    tenant: str = ""


class ProbeStep(msgspec.Struct, frozen=True):
    """One step of testing a connection: what was tried, whether it held, and what was found or went wrong."""

    name: str
    passed: bool
    detail: str = ""
