"""Signing in to the server: Basic, NTLM and bearer tokens.

The messages themselves are pyspnego's work. It looks passwords up in a file that an environment variable names; it lies
in the sandbox's scratch folder, is readable by its owner alone and goes with the server.
"""

import base64
import binascii
import hmac
import os
import struct
import threading
import weakref
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import spnego
from spnego.exceptions import SpnegoError

from app.sandbox.oauth.tokens import WRONG_AUDIENCE, WRONG_SCOPE, IssuedTokens
from app.sandbox.store.mail_store import MailStore
from app.sandbox.store.people import Person

BASIC_CHALLENGE = 'Basic realm="localhost"'


def check_basic(store: MailStore, credentials: str) -> Person | None:
    """Return the person that a Basic header names; None for an unknown name, a wrong password or no Basic header."""
    try:
        decoded = base64.b64decode(credentials, validate=True)
    except binascii.Error:
        return None
    try:
        text = decoded.decode("utf-8")
    except UnicodeDecodeError:
        text = decoded.decode("latin-1")
    name, colon, password = text.partition(":")
    return check_password(store, name, password) if colon else None


def check_password(store: MailStore, name: str, password: str) -> Person | None:
    """Return the person with this name and this password; None where there is none."""
    person = store.people.with_user_name(name)
    expected = person.password if person is not None and person.password is not None else ""
    # Compared in any case, so that the time taken does not tell a known name from an unknown one.
    right = hmac.compare_digest(expected.encode(), password.encode("utf-8", "replace"))
    return person if right and person is not None and person.password is not None else None


NTLM_CHALLENGE: Final = "NTLM"
_VARIABLE: Final = "NTLM_USER_FILE"
# The variable belongs to the whole process, so that one check is made at a time.
_LOCK: Final = threading.Lock()


class NtlmCheck:
    """The sign-in of one connection: first message in, challenge out, third message in."""

    def __init__(self, store: MailStore, file: Path) -> None:
        self._store = store
        self._file = file
        self._context: spnego.ContextProxy | None = None

    def check_message(self, credentials: str) -> tuple[Person | None, str | None]:
        """Take one message; returns the person who signed in, or the answer to send back, or neither for a failure."""
        try:
            token = base64.b64decode(credentials, validate=True)
        except binascii.Error:
            return None, None
        try:
            with _LOCK:
                os.environ[_VARIABLE] = str(self._file)
                # A first message begins anew, whatever came before it on this connection.
                if self._context is None or token[8:9] == b"\x01":
                    self._context = spnego.server(protocol="ntlm", options=spnego.NegotiateOptions.use_ntlm)
                answer = self._context.step(token)
        except (SpnegoError, struct.error, ValueError, TypeError, LookupError, AttributeError, OverflowError):
            # Its reader of messages raises what it happens to stumble upon when they are broken.
            self._context = None
            return None, None
        if not self._context.complete:
            return None, base64.b64encode(answer or b"").decode()
        name = str(self._context.client_principal or "")
        self._context = None
        return self._store.people.with_user_name(name), None


def write_passwords(path: Path, people: Iterable[Person]) -> None:
    """Write the file that pyspnego looks passwords up in: each person under every name they may sign in with."""
    lines = []
    for person in people:
        if person.password is None:
            continue
        domain = person.address.rpartition("@")[2]
        names = [("", person.address), ("", person.alias)]
        names += [(short, person.alias) for short in (domain, domain.partition(".")[0])]
        names += [(domain, person.address)]
        lines += [f"{where}:{name}:{person.password}" for where, name in names]
    descriptor = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write("\n".join(lines))


_DIAGNOSTICS: Final = {WRONG_AUDIENCE: ("2000003", "invalid_resource"), WRONG_SCOPE: ("2000008", "invalid_grant")}


@dataclass(frozen=True, slots=True)
class Admission:
    """The person who may pass; for None, the WWW-Authenticate headers of the 401, and what was wrong with a token."""

    person: Person | None
    challenges: tuple[str, ...] = ()
    diagnostics: str = ""


class _Connection:
    def __init__(self, check: NtlmCheck) -> None:
        self.check = check
        self.person: Person | None = None


class Gate:
    """Signs people in. `passwords` is the file for NTLM, `authorize_url` where a token is to be had."""

    def __init__(self, store: MailStore, tokens: IssuedTokens, passwords: Path) -> None:
        self._store = store
        self._tokens = tokens
        self._passwords = passwords
        self._connections: weakref.WeakKeyDictionary[Any, _Connection] = weakref.WeakKeyDictionary()
        self._lock = threading.Lock()
        self.authorize_url = ""

    def admit(self, headers: Mapping[str, str], connection: object | None) -> Admission:
        """Return whose request it is, or why it is refused. Requests of one TCP connection share `connection`."""
        scheme, _, credentials = headers.get("Authorization", "").partition(" ")
        scheme, credentials = scheme.lower(), credentials.strip()
        if scheme == "ntlm" and connection is not None:
            return self._take_ntlm(connection, credentials)
        if scheme == "basic":
            return self._refuse_unless(check_basic(self._store, credentials))
        if scheme == "bearer":
            return self._take_bearer(credentials)
        with self._lock:
            known = self._connections.get(connection) if connection is not None else None
        return self._refuse_unless(known.person if known is not None and not scheme else None)

    def _take_ntlm(self, connection: object, credentials: str) -> Admission:
        with self._lock:
            state = self._connections.get(connection)
            if state is None:
                state = _Connection(NtlmCheck(self._store, self._passwords))
                self._connections[connection] = state
        state.person, answer = state.check.check_message(credentials)
        if answer is not None:
            return Admission(None, (f"{NTLM_CHALLENGE} {answer}",))
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
        return Admission(None, (bearer, NTLM_CHALLENGE, BASIC_CHALLENGE), diagnostics)
