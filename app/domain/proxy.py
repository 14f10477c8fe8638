"""The way to the server: straight, by the proxy that this computer is set to, or by one of the account's own."""

from __future__ import annotations

from typing import Final
from urllib.parse import SplitResult, urlsplit

from app.domain.endpoint import has_scheme
from app.domain.i18n import tr
from app.domain.late_pattern import late_pattern
from app.domain.message import AccountId

SYSTEM: Final = ""
"""As this computer is set: HTTPS_PROXY and NO_PROXY, or the system's own settings."""

NONE: Final = "none"
"""Straight to the server, whatever this computer says. Anything else is the address of a proxy."""

USUAL_PORT: Final = 8080
_LONGEST: Final = 1024
_TAIL: Final = late_pattern(r"[/\s]+\Z")


def is_own(choice: str) -> bool:
    """Tell whether `choice` is the address of a proxy."""
    return choice not in {SYSTEM, NONE}


def complete_proxy(text: str) -> str:
    """Return the address of the proxy that was meant: a bare host and port get http:// before them.

    What names no host is left as it was typed, for `proxy_error` to refuse; completing twice changes nothing more.
    """
    text = text.strip()
    if not text or text == NONE:
        return text
    whole = _TAIL.sub("", text if has_scheme(text) else f"http://{text.lstrip('/')}")
    return whole if _split(whole) else text


def proxy_error(address: str) -> str:
    """Return in a sentence why `address` cannot be that of a proxy, or nothing."""
    parts = _split(address)
    if parts is None or len(address) > _LONGEST or not address.isprintable() or " " in address:
        return tr("This cannot be the address of a proxy, such as http://proxy.contoso.com:8080.")
    if parts.scheme.lower() != "http":
        return tr("Mailwright speaks to proxies by http:// alone; to the server it is encrypted all the way.")
    if "@" in parts.netloc:
        return tr("The address must not hold a user name or password; there are fields for them.")
    if parts.path.strip("/") or parts.query or parts.fragment:
        return tr("The address of a proxy ends with its port.")
    return ""


def proxy_place(address: str) -> tuple[str, int]:
    """Return host and port of a proxy whose address has no error."""
    parts = urlsplit(address)
    return parts.hostname or "", parts.port or USUAL_PORT


def proxy_key(account_id: AccountId) -> AccountId:
    """Return the name under which the keyring holds the password for an account's proxy."""
    return AccountId(f"{account_id} proxy")


def _split(address: str) -> SplitResult | None:
    try:
        parts = urlsplit(address)
        # A port that was begun and not typed ("proxy:") is not the usual one.
        usable = bool(parts.hostname) and not parts.netloc.endswith(":") and (parts.port is None or parts.port > 0)
    except ValueError:
        return None
    return parts if usable else None
