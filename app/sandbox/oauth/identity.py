"""ID tokens (OpenID Connect Core 2): who signed in, signed with a key that is made when the first is asked for."""

import base64
import json
import threading
import time
import uuid
from typing import Any, Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from app.sandbox.store.people import Person

_SECONDS: Final = 3600
_TENANT: Final = "1f6a0a9e-5f3d-4c0c-9f7a-6b8f0c2d4e10"


class Identity:
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
