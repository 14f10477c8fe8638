"""The person's part: a page to open, and the wait for the browser.

It listens on 127.0.0.1 alone. An answer counts only with the state that the flow began with; anything else is turned
away and does not end the waiting. What came is handed on, and is in no log and no file.
"""

from __future__ import annotations

import hmac
import html
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from app.backends.oauth.client import Client, TokenResponse
from app.backends.oauth.errors import local, refusal
from app.backends.oauth.tokens import scope_of, tokens_for
from app.backends.port import Job
from app.core.i18n import language, tr
from app.core.parsing import seconds_in
from app.domain.account import Account
from app.domain.errors import AccountError, TroubleKind
from app.domain.sign_in import TIMED_OUT, SignedIn, SignInPage, SignInWay

_ADDRESS: Final = "127.0.0.1"
_LARGEST: Final = 64 * 1024
_PATIENCE: Final = 5.0
"""Seconds that one connection has to say what it wants; browsers open some in advance and say nothing."""
_LOOK: Final = 0.1

_PAGE: Final = (
    '<!DOCTYPE html><html lang="{language}"><head><meta charset="utf-8"><title>Mailwright</title><style>'
    ":root{{color-scheme:light dark}}body{{margin:0;min-height:100vh;display:grid;place-items:center;"
    "font:16px/1.5 system-ui,sans-serif;background:#f6f6f4;color:#1d1f21}}main{{max-width:30rem;padding:2rem}}"
    "h1{{font-size:1.4rem;font-weight:600;margin:0 0 .5rem}}p{{margin:0}}"
    "@media(prefers-color-scheme:dark){{body{{background:#1c1d1f;color:#e6e6e3}}}}</style></head>"
    "<body><main><h1>{title}</h1><p>{words}</p></main></body></html>"
)
_HEADERS: Final = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Connection": "close",
}


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = False
    listener: Listener

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: what a broken connection held may be a code."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = _PATIENCE
    server_version, sys_version = "Mailwright", ""

    def do_GET(self) -> None:
        """Take an answer in the query, which is how an authority reports some errors."""
        self._take(urlsplit(self.path).query)

    def do_POST(self) -> None:
        """Take an answer as a form (OAuth 2.0 Form Post Response Mode)."""
        length = self.headers.get("Content-Length", "")
        if not length.isdigit() or int(length) > _LARGEST:
            self._turn_away()
            return
        self._take(self.rfile.read(int(length)).decode("utf-8", "replace"))

    def _take(self, text: str) -> None:
        place = urlsplit(self.path).path
        if place != "/" or self.headers.get("Host", "").lower() not in self.server.listener.names:
            self._turn_away(404)
            return
        try:
            found = parse_qs(text, max_num_fields=30)
        except ValueError:
            found = {}
        said = {name: values[0] for name, values in found.items() if len(values) == 1}
        if not self.server.listener.accept(said):
            self._turn_away()
        elif "code" in said:
            self._say(200, tr("Back to Mailwright"), tr("You can close this."))
        else:
            self._say(200, tr("You are not signed in"), tr("You can close this. Mailwright says what can be done."))

    def _turn_away(self, status: int = 400) -> None:
        self._say(status, tr("This does not belong to a sign-in"), tr("You can close this."))

    def _say(self, status: int, title: str, words: str) -> None:
        filled = _PAGE.format(language=language(), title=html.escape(title), words=html.escape(words))
        content = filled.encode("utf-8")
        self.send_response(status)
        for name, value in _HEADERS.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base's name for it
        """Log nothing: the line holds what was asked for."""


class Listener:
    """The waiting. As a context it listens; `redirect` is where the browser is to be sent back to."""

    def __init__(self) -> None:
        """Take a free port. Raises OSError where there is none."""
        self._server = _Server((_ADDRESS, 0), _Handler)
        self._server.listener = self
        port = self._server.server_address[1]
        self.names = frozenset({f"localhost:{port}", f"{_ADDRESS}:{port}"})
        # By its name, because that is what is registered; at Microsoft the port may then be any.
        self.redirect = f"http://localhost:{port}"
        self._state = ""
        self._lock = threading.Lock()
        self._answer: dict[str, str] | None = None
        self._came = threading.Event()
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(_LOOK,), name="sign-in listener", daemon=True
        )

    def __enter__(self) -> Listener:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(1.0)

    def expect(self, state: str) -> None:
        """Take the answer that bears `state`, and no other."""
        self._state = state

    def wait(self, job: Job, seconds: float) -> dict[str, str] | None:
        """Return what came back, None where nothing did in time. Raises port.Stopped."""
        ends = min(seconds, job.remaining())
        waited = 0.0
        while waited < ends:
            if self._came.wait(_LOOK):
                return self._answer
            waited += _LOOK
            job.go_on()
        return None

    def accept(self, said: dict[str, str]) -> bool:
        """Take an answer, the first that is one; False for all else."""
        right = hmac.compare_digest(said.get("state", "").encode(), self._state.encode())
        if not self._state or not right or not ({"code", "error"} & said.keys()):
            return False
        with self._lock:
            if self._answer is not None:
                return False
            self._answer = said
        self._came.set()
        return True


BROWSER_SECONDS: Final = 300.0
"""How long the browser has to come back."""
_ANSWERED: Final = 0.3
"""Seconds after the answer for which the browser still gets its page."""
_STEP: Final = 0.1

Tell = Callable[[SignInPage], None]


def sign_in(account: Account, way: SignInWay, tell: Tell, job: Job, seconds: float = BROWSER_SECONDS) -> SignedIn:
    """Sign `account` in; `tell` is given what the person is to open. Raises AccountError, port.Stopped."""
    client = Client(account)
    try:
        if way is SignInWay.BROWSER:
            answer = _by_browser(client, account, tell, job, seconds)
        else:
            answer = _by_code(client, account, tell, job)
    finally:
        client.close()
    tokens_for(account, answer.refresh).take_sign_in(answer, scope_of(account.endpoint, account.backend))
    return SignedIn(answer.refresh, answer.user)


def _by_browser(client: Client, account: Account, tell: Tell, job: Job, seconds: float) -> TokenResponse:
    with Listener() as listener:
        flow = client.begin_code(
            scope_of(account.endpoint, account.backend), listener.redirect, account.user or account.address, job
        )
        listener.expect(flow["state"])
        tell(SignInPage(flow["auth_uri"], seconds=min(seconds, job.remaining())))
        said = listener.wait(job, seconds)
        if said is None:
            raise _timed_out(client)
        time.sleep(_ANSWERED)
    if "error" in said:
        raise refusal(said, client.host)
    return client.finish_code(flow, said, job)


def _by_code(client: Client, account: Account, tell: Tell, job: Job) -> TokenResponse:
    flow = client.begin_device(scope_of(account.endpoint, account.backend), job)
    seconds = min(seconds_in(str(flow["expires_in"]), 900.0), job.remaining())
    tell(SignInPage(flow["verification_uri"], str(flow["user_code"]), seconds))
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        _rest(seconds_in(str(flow["interval"]), 5.0), job)
        try:
            answer = client.ask_device(flow, job)
        except AccountError as error:
            if error.trouble.kind is TroubleKind.SIGN_IN:
                raise
            continue  # the network is away for a moment; the code is still good
        if answer is not None:
            return answer
    raise _timed_out(client)


def _rest(seconds: float, job: Job) -> None:
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        job.go_on()
        time.sleep(_STEP)


def _timed_out(client: Client) -> AccountError:
    return local(TIMED_OUT, tr("Nobody signed in within the time there was."), client.host)
