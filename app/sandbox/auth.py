"""Who asks: reads the Authorization header. Basic today; a further scheme is a further function in `SCHEMES`."""

import base64
import binascii
import hmac
from collections.abc import Callable, Mapping
from typing import Final

from app.sandbox.store.mail_store import MailStore
from app.sandbox.store.people import Person

CHALLENGES: Final = ('Basic realm="localhost"',)
"""The WWW-Authenticate headers of a 401."""


def authenticate(store: MailStore, headers: Mapping[str, str]) -> Person | None:
    """Return who signed in; None for nobody, an unknown name, a wrong password or a scheme that is not served."""
    scheme, _, credentials = headers.get("Authorization", "").partition(" ")
    check = SCHEMES.get(scheme.lower())
    return None if check is None else check(store, credentials.strip())


def _basic(store: MailStore, credentials: str) -> Person | None:
    try:
        decoded = base64.b64decode(credentials, validate=True)
    except binascii.Error:
        return None
    try:
        text = decoded.decode("utf-8")
    except UnicodeDecodeError:
        text = decoded.decode("latin-1")
    name, colon, password = text.partition(":")
    person = store.people.with_user_name(name) if colon else None
    expected = person.password if person is not None and person.password is not None else ""
    # Compared in any case, so that the time taken does not tell a known name from an unknown one.
    right = hmac.compare_digest(expected.encode(), password.encode())
    return person if right and person is not None and person.password is not None else None


SCHEMES: Final[dict[str, Callable[[MailStore, str], Person | None]]] = {"basic": _basic}
"""Scheme, in lower case, to what checks its credentials."""
