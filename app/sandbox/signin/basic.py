"""Basic: a name and a password with each request."""

import base64
import binascii
import hmac

from app.sandbox.store.mail_store import MailStore
from app.sandbox.store.people import Person

CHALLENGE = 'Basic realm="localhost"'


def check_basic(store: MailStore, credentials: str) -> Person | None:
    """Return who a Basic header names; None for an unknown name, a wrong password or what is no Basic header."""
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
    """Return who has this name and this password; None where nobody has."""
    person = store.people.with_user_name(name)
    expected = person.password if person is not None and person.password is not None else ""
    # Compared in any case, so that the time taken does not tell a known name from an unknown one.
    right = hmac.compare_digest(expected.encode(), password.encode("utf-8", "replace"))
    return person if right and person is not None and person.password is not None else None
