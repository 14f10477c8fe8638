"""The address of Exchange Web Services: completed where the meaning is plain, refused in words where it is not."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import SplitResult, urlsplit

from app.domain.i18n import tr
from app.domain.late_pattern import late_pattern

EWS_PATH: Final = "/EWS/Exchange.asmx"
"""Where Exchange answers EWS unless its administrator moved it."""

_LABEL: Final = late_pattern(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\Z", re.IGNORECASE)
_CONTROL: Final = late_pattern("[\x00-\x1f\x7f\u2028\u2029\ud800-\udfff]")
_WEB: Final = late_pattern("https?:", re.IGNORECASE)
_LONGEST: Final = 1024


def complete_endpoint(text: str) -> str:
    """Return the address of EWS that was meant: a host alone, or with https:// before it, gets the usual path.

    What names no host is left as it was typed, for `endpoint_error` to refuse; completing twice changes nothing more.
    """
    text = text.strip()
    if not text:
        return ""
    whole = text if has_scheme(text) else f"https://{text.lstrip('/')}"
    parts = _split(whole)
    if parts is None:
        return whole
    if not parts.hostname:
        return text
    if parts.scheme.lower() != "https" or parts.path.strip("/") or parts.query or parts.fragment:
        return whole
    return f"https://{parts.netloc}{EWS_PATH}"


def has_scheme(text: str) -> bool:
    """Tell whether `text` says how to speak to a host, or begins to: `http:` is no host of that name."""
    return "://" in text or bool(_WEB.match(text))


def host_of(endpoint: str) -> tuple[str, int]:
    """Return host and port of a valid endpoint."""
    parts = urlsplit(endpoint)
    return parts.hostname or "", parts.port or 443


def endpoint_error(endpoint: str) -> str:
    """Return in a sentence why `endpoint` cannot be the address of EWS, or nothing."""
    if not endpoint:
        return tr("Type the name of your mail server, such as mail.contoso.com.")
    parts = _split(endpoint)
    if parts is None or len(endpoint) > _LONGEST or re.search(r"\s", endpoint) or _CONTROL.search(endpoint):
        return tr("This cannot be the address of a server.")
    if not parts.scheme:
        return tr("Type the name of your mail server, such as mail.contoso.com.")
    if parts.scheme.lower() != "https":
        return tr("The address must begin with https://, so that nobody can read your password on its way.")
    if "@" in parts.netloc:
        return tr("The address must not hold a user name or password; there are fields for them.")
    if parts.query or parts.fragment:
        return tr("The address must not hold a ? or a #.")
    if not _is_host(parts.hostname or ""):
        return tr("Type the name of your mail server after https://, such as mail.contoso.com.")
    return ""


def _split(text: str) -> SplitResult | None:
    try:
        parts = urlsplit(text)
        usable = parts.port is None or parts.port > 0
    except ValueError:
        return None
    return parts if usable else None


def _is_host(host: str) -> bool:
    if ":" in host:
        return True  # urlsplit has checked what stands in brackets
    try:
        name = host.encode("idna").decode("ascii")
    except UnicodeError:
        return False
    labels = name.rstrip(".").split(".")
    return len(name) <= 253 and all(_LABEL.match(label) for label in labels)
