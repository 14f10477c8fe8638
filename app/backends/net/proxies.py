"""By which proxy an account goes, and the tunnel through it (CONNECT, RFC 9110 section 9.3.6).

Done here, and not by requests: what the proxy said (a status, the ways to sign in) reaches the person, the test of a
connection goes the same way as the messages, and no user or password of a proxy stands in an address.
"""

from __future__ import annotations

import base64
import contextlib
import http.client
import ipaddress
import socket
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from app.core.i18n import tr
from app.domain import account as choice
from app.domain.account import Account
from app.domain.message import AccountId


class Proxy(NamedTuple):
    """Where a proxy listens and, where it asks for them, the user and password for it."""

    host: str
    port: int
    user: str = ""
    password: str = ""

    def __repr__(self) -> str:
        """Leave the password out of whatever prints this."""
        return f"Proxy({self.place})"

    @property
    def place(self) -> str:
        """Host and port in one, as they are shown to a person."""
        return f"{_bracketed(self.host)}:{self.port}"


class ProxyFailed(OSError):
    """The way ended at the proxy: nothing has reached the server. `status` is the proxy's answer, 0 for none."""

    def __init__(self, words: str, status: int = 0) -> None:
        """`words` are for the person and hold no secret."""
        super().__init__(words)
        self.words = words
        self.status = status

    @property
    def is_sign_in(self) -> bool:
        """Return whether the proxy wants a user and password, or does not accept those it got."""
        return self.status == http.client.PROXY_AUTHENTICATION_REQUIRED

    @property
    def is_the_proxys_own(self) -> bool:
        """Return whether it is the proxy that cannot be used, and not the server behind it that it cannot reach."""
        return self.status == 0 or self.is_sign_in


def is_this_machine(host: str) -> bool:
    """Return whether `host` is this computer, to which no proxy is ever asked."""
    name = host.rstrip(".").casefold()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


_passwords: dict[tuple[AccountId, str, str], str] = {}


def let_through(account: Account, password: str) -> None:
    """Hold the password of the account's own proxy in memory; it came over the pipe with the account."""
    _passwords[(account.account_id, account.proxy, account.proxy_user)] = password


def proxy_for(account: Account | None, url: str) -> Proxy | None:
    """Return the proxy by which `account` goes to `url`, None for straight; without an account, the system's.

    Raises ProxyFailed for one that cannot be used.
    """
    if is_this_machine(urlsplit(url).hostname or "") or (account and account.proxy == choice.NONE):
        return None
    if account is None:
        return _of_the_system(url)
    if choice.is_own(account.proxy):
        error = choice.proxy_error(account.proxy)
        if error:
            raise ProxyFailed(error)
        password = _passwords.get((account.account_id, account.proxy, account.proxy_user), "")
        return Proxy(*choice.proxy_place(account.proxy), account.proxy_user, password)
    return _of_the_system(url)


def _of_the_system(url: str) -> Proxy | None:
    """By the environment; on Windows and macOS by the system's settings where the environment says nothing."""
    from requests.utils import get_environ_proxies, select_proxy

    address = select_proxy(url, get_environ_proxies(url))
    if not address:
        return None
    whole = choice.complete_proxy(address)
    with contextlib.suppress(ValueError):
        parts = urlsplit(whole)
        bare = whole.replace(f"{parts.netloc.rpartition('@')[0]}@", "", 1) if "@" in parts.netloc else whole
        if not choice.proxy_error(bare):
            who = unquote(parts.username or ""), unquote(parts.password or "")
            return Proxy(*choice.proxy_place(bare), *who)
    kind = whole.partition("://")[0][:20]
    raise ProxyFailed(tr("This computer is set to a proxy that Mailwright cannot use ({kind}).", kind=kind))


def reach(proxy: Proxy, seconds: float) -> socket.socket:
    """Return a connection to the proxy itself. Raises ProxyFailed."""
    try:
        return socket.create_connection((proxy.host, proxy.port), timeout=seconds)
    except (socket.gaierror, UnicodeError):
        words = tr("There is no proxy of the name {proxy}.", proxy=proxy.host)
    except ConnectionRefusedError:
        words = tr("The proxy {proxy} does not take connections at port {n}.", proxy=proxy.host, n=proxy.port)
    except TimeoutError:
        words = tr("The proxy {proxy} did not answer in time.", proxy=proxy.place)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        words = tr("The proxy {proxy} cannot be reached ({reason}).", proxy=proxy.place, reason=reason)
    raise ProxyFailed(words)


def tunnel(plain: socket.socket, proxy: Proxy, host: str, port: int) -> None:
    """Let the proxy, at the other end of `plain`, join it to the server. Raises ProxyFailed; `plain` stays open."""
    target = f"{_bracketed(host)}:{port}"
    lines = [f"CONNECT {target} HTTP/1.1", f"Host: {target}", "User-Agent: Mailwright"]
    if proxy.user:
        pair = base64.b64encode(f"{proxy.user}:{proxy.password}".encode()).decode("ascii")
        lines.append(f"Proxy-Authorization: Basic {pair}")
    try:
        plain.sendall("\r\n".join([*lines, "", ""]).encode("ascii"))
        # Closed at once: it holds the socket open, and what comes after its head is the server's.
        with contextlib.closing(http.client.HTTPResponse(plain, method="CONNECT")) as answer:
            answer.begin()
    except TimeoutError:
        words = tr("The proxy {proxy} did not answer in time.", proxy=proxy.place)
        raise ProxyFailed(words) from None
    except (OSError, http.client.HTTPException):
        words = tr("What answers at {proxy} is not a proxy, or it closed the connection.", proxy=proxy.place)
        raise ProxyFailed(words) from None
    if not 200 <= answer.status < 300:
        raise ProxyFailed(_refusal(proxy, host, answer), answer.status)


def connect(host: str, port: int, seconds: float, proxy: Proxy | None) -> socket.socket:
    """Return a connection to the server, by `proxy` where there is one. Raises OSError, of it ProxyFailed."""
    if proxy is None:
        return socket.create_connection((host, port), timeout=seconds)
    plain = reach(proxy, seconds)
    try:
        tunnel(plain, proxy, host, port)
    except BaseException:
        plain.close()
        raise
    return plain


def _refusal(proxy: Proxy, host: str, answer: http.client.HTTPResponse) -> str:
    if answer.status == http.client.PROXY_AUTHENTICATION_REQUIRED:
        return _sign_in(proxy, ", ".join(answer.headers.get_all("Proxy-Authenticate") or []))
    if answer.status >= 500:
        words = tr("The proxy {proxy} could not reach {host} (HTTP status {status}).", **_facts(proxy, host, answer))
    else:
        words = tr(
            "The proxy {proxy} lets nobody through to {host} (HTTP status {status}).", **_facts(proxy, host, answer)
        )
    return words


def _facts(proxy: Proxy, host: str, answer: http.client.HTTPResponse) -> dict[str, object]:
    return {"proxy": proxy.place, "host": host, "status": answer.status}


def _sign_in(proxy: Proxy, offered: str) -> str:
    if offered and "basic" not in offered.casefold():
        known = [way for way in ("NTLM", "Negotiate", "Digest") if way.casefold() in offered.casefold()]
        ways = ", ".join(known) or offered[:80]
        return tr(
            "The proxy {proxy} wants a sign-in that Mailwright does not speak ({ways}).", proxy=proxy.place, ways=ways
        )
    if proxy.user:
        return tr("The proxy {proxy} does not accept this user and password.", proxy=proxy.place)
    return tr("The proxy {proxy} wants a user and password.", proxy=proxy.place)


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
