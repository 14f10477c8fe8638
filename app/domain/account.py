"""Where the mailbox is, how one signs in, server and proxy addresses."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final, NamedTuple
from urllib.parse import SplitResult, urlsplit

import msgspec

from app.core.i18n import tr
from app.core.lazy_regex import late_pattern
from app.domain.message import AccountId


class AuthKind(StrEnum):
    """How one signs in. With OAuth the secret is a refresh token, which the sign-in in the browser brings."""

    BASIC = "basic"
    NTLM = "ntlm"
    OAUTH = "oauth"


class BackendKind(StrEnum):
    """The interface of the server that is used."""

    EWS = "ews"
    GRAPH = "graph"


class Account(msgspec.Struct, frozen=True):
    """One mailbox of this person. `ca_file` is a path to a PEM bundle that is trusted beside the system's.

    With `impersonate` the sign-in is a service's, and every request acts as `address` (ExchangeImpersonation).
    `proxy` is one of the choices in `domain/account.py`; the password of `proxy_user` is a secret like the other.
    For OAuth, `client_id` is how the program is registered with the authority, and `tenant` is an organisation's name
    or id at Microsoft, or the whole address of another authority (https://…); empty is any organisation.
    `ids_of` is the kind that the account was of before, where its messages here still bear the ids of that.
    `endpoint` is the address of EWS, or the root of Graph, by what `backend` says.
    `label` is what the person calls the account, and `color` one of COLORS, by which its rows are told from others.
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
    label: str = ""
    color: str = ""
    ids_of: BackendKind | None = None

    @property
    def called(self) -> str:
        """Return what the account is called on the screen: its label, or its address."""
        return self.label or self.address


COLORS: Final = ("blue", "green", "orange", "purple", "red", "teal", "pink", "brown")
"""The colours that an account can have, by name. An account without one has one by when it was added."""


class ProbeStep(msgspec.Struct, frozen=True):
    """One step of testing a connection: what was tried, whether it held, and what was found or went wrong."""

    name: str
    passed: bool
    detail: str = ""


PERSON: Final = "person"
"""The name of the step in which a server that was signed in to says how it calls the person."""

EWS_PATH: Final = "/EWS/Exchange.asmx"
"""Where Exchange answers EWS unless its administrator moved it."""

GRAPH_PATH: Final = "/v1.0"
"""Where Microsoft Graph answers: the version of it that is used here."""

_USUAL_PATHS: Final = {BackendKind.EWS: EWS_PATH, BackendKind.GRAPH: GRAPH_PATH}


class Cloud(NamedTuple):
    """One of Microsoft's clouds: the host of Exchange Online's EWS, that of its Graph, and of its sign-in."""

    ews: str
    graph: str
    login: str


CLOUDS: Final = (
    Cloud("outlook.office365.com", "graph.microsoft.com", "login.microsoftonline.com"),
    Cloud("outlook.office365.us", "graph.microsoft.us", "login.microsoftonline.us"),
    Cloud("outlook-dod.office365.us", "dod-graph.microsoft.us", "login.microsoftonline.us"),
    Cloud("partner.outlook.cn", "microsoftgraph.chinacloudapi.cn", "login.chinacloudapi.cn"),
)
"""The worldwide one first. A national one is known by its hosts; a token of one counts in no other."""


def cloud_of(endpoint: str) -> Cloud | None:
    """Return which of Microsoft's clouds an endpoint belongs to, None for another server."""
    parts = _split(endpoint)
    host = (parts.hostname or "").rstrip(".") if parts is not None else ""
    return next((cloud for cloud in CLOUDS if host in {cloud.ews, cloud.graph}), None)


def other_endpoint(endpoint: str, kind: BackendKind) -> str:
    """Return where the same service answers by `kind`: for one of Microsoft's clouds its own host, else nothing.

    Nothing typed is the worldwide Graph, because there is but one that most people can mean.
    """
    cloud = cloud_of(endpoint)
    if kind is BackendKind.GRAPH and (cloud is not None or not endpoint):
        return f"https://{(cloud or CLOUDS[0]).graph}{GRAPH_PATH}"
    return "" if cloud is None else f"https://{cloud.ews}{EWS_PATH}"


_LABEL: Final = late_pattern(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\Z", re.IGNORECASE)
_CONTROL: Final = late_pattern("[\x00-\x1f\x7f\u2028\u2029\ud800-\udfff]")
_WEB: Final = late_pattern("https?:", re.IGNORECASE)
_LONGEST: Final = 1024


def can_move_to_graph(account: Account) -> bool:
    """Return whether the account uses the EWS of one of Microsoft's clouds, where Graph serves the same mailbox."""
    return account.backend is BackendKind.EWS and cloud_of(account.endpoint) is not None


def complete_endpoint(text: str, kind: BackendKind = BackendKind.EWS) -> str:
    """Return the address that was meant: a host alone, or with https:// before it, gets the usual path of its kind.

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
    return f"https://{parts.netloc}{_USUAL_PATHS[kind]}"


def has_scheme(text: str) -> bool:
    """Return whether `text` says how to speak to a host, or begins to: `http:` is no host of that name."""
    return "://" in text or bool(_WEB.match(text))


def host_of(endpoint: str) -> tuple[str, int]:
    """Return host and port of a valid endpoint."""
    parts = urlsplit(endpoint)
    return parts.hostname or "", parts.port or 443


def endpoint_error(endpoint: str) -> str:
    """Return in a sentence why `endpoint` cannot be the address of a server, or nothing."""
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


SYSTEM: Final = ""
"""As this computer is set: HTTPS_PROXY and NO_PROXY, or the system's own settings."""

NONE: Final = "none"
"""Straight to the server, whatever this computer says. Anything else is the address of a proxy."""

USUAL_PORT: Final = 8080

_TAIL: Final = "/ \t\r\n\v\f\xa0\u3000"
"""What a copied address ends with by mistake."""


def is_own(choice: str) -> bool:
    """Return whether `choice` is the address of a proxy."""
    return choice not in {SYSTEM, NONE}


def complete_proxy(text: str) -> str:
    """Return the address of the proxy that was meant: a bare host and port get http:// before them.

    What names no host is left as it was typed, for `proxy_error` to refuse; completing twice changes nothing more.
    """
    text = text.strip()
    if not text or text == NONE:
        return text
    whole = (text if has_scheme(text) else f"http://{text.lstrip('/')}").rstrip(_TAIL)
    return whole if _split_proxy(whole) else text


def proxy_error(address: str) -> str:
    """Return in a sentence why `address` cannot be that of a proxy, or nothing."""
    parts = _split_proxy(address)
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


def _split_proxy(address: str) -> SplitResult | None:
    try:
        parts = urlsplit(address)
        # A port that was begun and not typed ("proxy:") is not the usual one.
        usable = bool(parts.hostname) and not parts.netloc.endswith(":") and (parts.port is None or parts.port > 0)
    except ValueError:
        return None
    return parts if usable else None


class Discovery(msgspec.Struct, frozen=True):
    """`endpoint` is the server's address, empty where none was found; `ways` are the ways to sign in that it named.

    `kind` is the interface at that address. `display_name` is what the server calls the person, where it said so.
    """

    endpoint: str = ""
    ways: tuple[AuthKind, ...] = ()
    display_name: str = ""
    kind: BackendKind = BackendKind.EWS
