"""Where the browser comes back to: one port of this machine, for one answer, and nobody else's."""

from __future__ import annotations

import contextlib
import http.client
import threading

import pytest

from app.backends.oauth.sign_in import Listener, sign_in
from app.domain.errors import AccountError
from app.domain.sign_in import SignInPage, SignInWay
from tests.integration.ews.conftest import job
from tests.integration.ews.test_oauth import Signing, account_of, browser_of
from tests.sandbox_fixture import RunningSandbox


def test_only_the_right_answer_ends_the_waiting_and_only_once(sandbox: RunningSandbox) -> None:
    browser, seen = browser_of(sandbox), []
    working: list[threading.Thread] = []

    def meddle(page: SignInPage) -> None:
        place = page.url.partition("redirect_uri=http%3A%2F%2Flocalhost%3A")[2].partition("&")[0]
        redirect = f"http://localhost:{place}/"

        def work() -> None:
            state = page.url.partition("state=")[2].partition("&")[0]
            seen.append(browser.ask("GET", f"{redirect}?code=stolen&state=made-up").status)
            seen.append(browser.ask("POST", redirect, "code=stolen").status)
            seen.append(browser.ask("GET", f"{redirect}?state={state}").status)
            seen.append(browser.ask("GET", f"{redirect}favicon.ico?code=x&state={state}").status)
            seen.append(browser.ask("POST", redirect, "x" * 70_000).status)
            seen.append(browser.sign_in(page.url).status)
            with contextlib.suppress(OSError):  # nobody may listen any more
                seen.append(browser.ask("GET", f"{redirect}?code=again&state={state}").status)

        working.append(threading.Thread(target=work))
        working[0].start()

    assert sign_in(account_of(sandbox), SignInWay.BROWSER, meddle, job()).secret
    working[0].join(20)
    assert seen[:6] == [400, 400, 400, 404, 400, 200]
    assert seen[6:] in ([], [400])


def test_another_site_cannot_reach_the_listener_by_a_name_of_its_own(sandbox: RunningSandbox) -> None:
    found: list[int] = []

    def open_page(page: SignInPage) -> None:
        port = int(page.url.partition("localhost%3A")[2].partition("&")[0])
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request("GET", "/?code=x&state=y", headers={"Host": f"evil.example:{port}"})
        found.append(connection.getresponse().status)
        connection.close()

    with pytest.raises(AccountError):
        sign_in(account_of(sandbox), SignInWay.BROWSER, open_page, job(), seconds=0.3)
    assert found == [404]


def test_it_listens_on_this_machine_alone(sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Listener] = []

    def listen() -> Listener:
        made.append(Listener())
        return made[-1]

    monkeypatch.setattr("app.backends.oauth.sign_in.Listener", listen)
    Signing(browser_of(sandbox)).run(account_of(sandbox))
    assert made[0]._server.server_address[0] == "127.0.0.1"
