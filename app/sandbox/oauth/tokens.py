"""Codes and tokens: what was given out, to whom, and until when.

They are kept in the store by their hashes alone, so that a token given out is good after a restart and cannot be read
out of the file.
"""

import base64
import hashlib
import json
import secrets
import threading
import time
import uuid
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from app.sandbox.store.mail_store import MailStore
from app.sandbox.store.people import Person

ACCESS, REFRESH, CODE, DEVICE = "access", "refresh", "code", "device"
LIFETIMES: Final = {ACCESS: 3600.0, REFRESH: 90 * 24 * 3600.0, CODE: 300.0, DEVICE: 900.0}
"""Seconds each kind is good for unless `IssuedTokens.lifetimes` says otherwise."""
PERMISSION: Final = "EWS.AccessAsUser.All"
"""What a token must allow for the service to take it; before it stands the service's own address, or nothing."""
_OF_OPENID: Final = frozenset({"openid", "profile", "email", "offline_access"})
UNKNOWN: Final = "The token was not given out by an authority that is trusted here, or was withdrawn."
EXPIRED: Final = "The token has expired."
WRONG_AUDIENCE: Final = "The audience claim value is invalid for this resource."
WRONG_SCOPE: Final = "The token contains not enough scope to make this call."


@dataclass(frozen=True, slots=True)
class Grant:
    """What stands behind a code or token. `person` is the id of the person who signed in, 0 for none yet."""

    person: int
    client: str
    scope: str
    details: dict[str, Any]


class IssuedTokens:
    """All codes and tokens of one store. With `refresh_lasts`, a refresh token is good more than once."""

    def __init__(self, store: MailStore) -> None:
        self._store = store
        self.lifetimes = dict(LIFETIMES)
        self.refresh_lasts = False
        with store.database.writing():
            # Stores of before have no such table yet.
            store.database.run(
                "CREATE TABLE IF NOT EXISTS tokens (hash TEXT PRIMARY KEY, kind TEXT NOT NULL, person INTEGER NOT NULL,"
                " client TEXT NOT NULL, scope TEXT NOT NULL, details TEXT NOT NULL, expires REAL NOT NULL)"
            )

    def give(self, kind: str, grant: Grant, *, value: str | None = None) -> str:
        """Give out a code or token of a kind; returns it."""
        token = value or secrets.token_urlsafe(32)
        database = self._store.database
        with database.writing():
            database.run("DELETE FROM tokens WHERE expires < ?", (time.time() - 86_400,))
            database.run(
                "INSERT OR REPLACE INTO tokens VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    _hash(token),
                    kind,
                    grant.person,
                    grant.client,
                    grant.scope,
                    json.dumps(grant.details),
                    time.time() + self.lifetimes[kind],
                ),
            )
        return token

    def look(self, kind: str, token: str, *, expired: bool = False) -> Grant | None:
        """Return what stands behind a token that is good, or, with `expired`, was."""
        row = self._store.database.one("SELECT * FROM tokens WHERE hash = ? AND kind = ?", (_hash(token), kind))
        if row is None or (row["expires"] < time.time() and not expired):
            return None
        return Grant(row["person"], row["client"], row["scope"], json.loads(row["details"]))

    def redeem(self, kind: str, token: str) -> Grant | None:
        """Return what stands behind a token and make it worthless: codes and refresh tokens are good once."""
        if kind == REFRESH and self.refresh_lasts:
            return self.look(kind, token)
        with self._store.database.writing():
            found = self.look(kind, token)
            self._store.database.run("DELETE FROM tokens WHERE hash = ? AND kind = ?", (_hash(token), kind))
        return found

    def check_access(self, token: str) -> tuple[Person | None, str]:
        """Return the person that an access token was given to, or why it is refused here."""
        person, ours, wrong = self._permissions(token, {"localhost"})
        if person is not None and PERMISSION not in ours:
            return None, WRONG_SCOPE
        return person, wrong

    def check_graph(self, token: str) -> tuple[Person | None, frozenset[str], str]:
        """Return the person of a token and what it allows at Graph, or why it is refused there."""
        person, ours, wrong = self._permissions(token, {"localhost", "graph.microsoft.com"})
        # One for EWS alone is one for another audience, although both have one address here.
        if person is not None and ours == {PERMISSION}:
            return None, frozenset(), "Access token validation failure. Invalid audience."
        return person, ours, wrong

    def _permissions(self, token: str, hosts: set[str]) -> tuple[Person | None, frozenset[str], str]:
        grant = self.look(ACCESS, token, expired=True)
        if grant is None:
            return None, frozenset(), UNKNOWN
        if self.look(ACCESS, token) is None:
            return None, frozenset(), EXPIRED
        resources = [one.rpartition("/") for one in grant.scope.split() if one not in _OF_OPENID]
        ours = {name for resource, _, name in resources if not resource or urlsplit(resource).hostname in hosts}
        if not ours:
            return None, frozenset(), WRONG_AUDIENCE
        return self._store.people.with_id(grant.person), frozenset(ours), ""

    def withdraw(self, person: int | None = None, kinds: tuple[str, ...] = (ACCESS, REFRESH)) -> int:
        """Make the tokens of a person, or of all, worthless; returns how many."""
        marks = ", ".join("?" for _ in kinds)
        with self._store.database.writing():
            return self._store.database.run(
                f"DELETE FROM tokens WHERE kind IN ({marks}) AND (? IS NULL OR person = ?)",  # noqa: S608 -- marks
                (*kinds, person, person),
            ).rowcount


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


_SECONDS: Final = 3600
_TENANT: Final = "1f6a0a9e-5f3d-4c0c-9f7a-6b8f0c2d4e10"


class TokenSigner:
    """The signer of one authority."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._key: rsa.RSAPrivateKey | None = None
        self._name = uuid.uuid4().hex

    def token(self, issuer: str, client: str, person: Person, nonce: str) -> str:
        """Return an ID token."""
        now = int(time.time())
        claims = {
            "iss": issuer,
            "sub": uuid.uuid5(uuid.NAMESPACE_URL, person.address).hex,
            "aud": client,
            "iat": now,
            "nbf": now,
            "exp": now + _SECONDS,
            "name": person.display_name,
            "preferred_username": person.address,
            "oid": str(uuid.uuid5(uuid.NAMESPACE_DNS, person.address)),
            "tid": _TENANT,
            **({"nonce": nonce} if nonce else {}),
        }
        head = {"alg": "RS256", "typ": "JWT", "kid": self._name}
        signed = f"{_part(json.dumps(head).encode())}.{_part(json.dumps(claims).encode())}"
        signature = self._private().sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{signed}.{_part(signature)}"

    def keys(self) -> dict[str, Any]:
        """Return what a signature is checked with (RFC 7517)."""
        numbers = self._private().public_key().public_numbers()
        return {
            "keys": [
                {
                    "kty": "RSA",
                    "use": "sig",
                    "alg": "RS256",
                    "kid": self._name,
                    "n": _part(numbers.n.to_bytes(256, "big")),
                    "e": _part(numbers.e.to_bytes(3, "big")),
                }
            ]
        }

    def _private(self) -> rsa.RSAPrivateKey:
        with self._lock:
            if self._key is None:
                self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
            return self._key


def _part(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
