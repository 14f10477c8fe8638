"""NTLM: three messages over one connection, which then counts as signed in, as with IIS ([MS-NTHT] 3.2).

The messages themselves are pyspnego's work. It looks passwords up in a file that an environment variable names; it lies
in the sandbox's scratch folder, is readable by its owner alone and goes with the server.
"""

import base64
import binascii
import os
import struct
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import spnego
from spnego.exceptions import SpnegoError

from app.sandbox.store.mail_store import MailStore
from app.sandbox.store.people import Person

CHALLENGE: Final = "NTLM"
_VARIABLE: Final = "NTLM_USER_FILE"
# The variable belongs to the whole process, so that one check is made at a time.
_LOCK: Final = threading.Lock()


class NtlmCheck:
    """The sign-in of one connection: first message in, challenge out, third message in."""

    def __init__(self, store: MailStore, file: Path) -> None:
        self._store = store
        self._file = file
        self._context: spnego.ContextProxy | None = None

    def take(self, credentials: str) -> tuple[Person | None, str | None]:
        """Take one message; returns who signed in, or the answer to send back, or neither for a failure."""
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
