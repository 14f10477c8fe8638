"""The gate of the service: reads who asks from a request's headers and, for NTLM, from what its connection has said."""

import threading
import weakref
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from app.sandbox.oauth.tokens import WRONG_AUDIENCE, WRONG_SCOPE, Tokens
from app.sandbox.signin import basic, ntlm
from app.sandbox.store.mail_store import MailStore
from app.sandbox.store.people import Person

_DIAGNOSTICS: Final = {WRONG_AUDIENCE: ("2000003", "invalid_resource"), WRONG_SCOPE: ("2000008", "invalid_grant")}


@dataclass(frozen=True, slots=True)
class Admission:
    """Who may pass; where that is nobody, the WWW-Authenticate headers of the 401, and what was wrong with a token."""

    person: Person | None
    challenges: tuple[str, ...] = ()
    diagnostics: str = ""


class _Connection:
    def __init__(self, check: ntlm.NtlmCheck) -> None:
        self.check = check
        self.person: Person | None = None


class Gate:
    """Signs people in. `passwords` is the file for NTLM, `authorize_url` where a token is to be had."""

    def __init__(self, store: MailStore, tokens: Tokens, passwords: Path) -> None:
        self._store = store
        self._tokens = tokens
        self._passwords = passwords
        self._connections: weakref.WeakKeyDictionary[Any, _Connection] = weakref.WeakKeyDictionary()
        self._lock = threading.Lock()
        self.authorize_url = ""

    def admit(self, headers: Mapping[str, str], connection: object | None) -> Admission:
        """Say who a request comes from. `connection` is what stays the same for all requests of one connection."""
        scheme, _, credentials = headers.get("Authorization", "").partition(" ")
        scheme, credentials = scheme.lower(), credentials.strip()
        if scheme == "ntlm" and connection is not None:
            return self._take_ntlm(connection, credentials)
        if scheme == "basic":
            return self._refuse_unless(basic.check_basic(self._store, credentials))
        if scheme == "bearer":
            return self._take_bearer(credentials)
        with self._lock:
            known = self._connections.get(connection) if connection is not None else None
        return self._refuse_unless(known.person if known is not None and not scheme else None)

    def _take_ntlm(self, connection: object, credentials: str) -> Admission:
        with self._lock:
            state = self._connections.get(connection)
            if state is None:
                state = _Connection(ntlm.NtlmCheck(self._store, self._passwords))
                self._connections[connection] = state
        state.person, answer = state.check.take(credentials)
        if answer is not None:
            return Admission(None, (f"{ntlm.CHALLENGE} {answer}",))
        return self._refuse_unless(state.person)

    def _take_bearer(self, token: str) -> Admission:
        person, wrong = self._tokens.check_access(token)
        number, category = _DIAGNOSTICS.get(wrong, ("2000001", "invalid_token"))
        diagnostics = f'{number};reason="{wrong}";error_category="{category}"' if wrong else ""
        return self._refuse_unless(person, error="invalid_token", diagnostics=diagnostics)

    def _refuse_unless(self, person: Person | None, error: str = "", diagnostics: str = "") -> Admission:
        if person is not None:
            return Admission(person)
        bearer = f'Bearer realm="localhost", authorization_uri="{self.authorize_url}"'
        bearer += f', error="{error}"' if error else ""
        return Admission(None, (bearer, ntlm.CHALLENGE, basic.CHALLENGE), diagnostics)
