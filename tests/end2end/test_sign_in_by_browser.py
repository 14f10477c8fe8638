"""An account that signs in by the browser, by keys: set up, used, asked for again at the next start, and by a code."""

from __future__ import annotations

import hashlib
import re
import sqlite3
import sys
from pathlib import Path

import pytest

from app.sandbox.oauth.authority import CLIENT_ID
from tests.end2end.desktop import ROOT, wait_until
from tests.end2end.person import ANYONE, Person
from tests.end2end.program import Launcher, Program
from tests.end2end.server_side import ServerSide
from tests.integration.sandbox.signing_in import by_code
from tests.oauth_browser import Browser
from tests.sandbox_fixture import RunningSandbox


@pytest.fixture
def browser(mailwright: Launcher, sandbox: RunningSandbox) -> None:
    """Let the desktop's browser be one in which Clara signs in to whatever is opened."""
    first = sandbox.first
    said = {"CA": sandbox.ca_file, "USER": first["user"], "PASSWORD": first["password"]}
    words = [f"MAILWRIGHT_TEST_BROWSER_{name}={value}" for name, value in said.items()]
    mailwright.open_with("env", *words, sys.executable, str(ROOT / "tests/oauth_browser.py"))


def tokens_in(texts: list[bytes], sandbox: RunningSandbox) -> list[bytes]:
    """Every token that the sandbox gave out and that stands in one of `texts`; it knows them by their hashes alone."""
    store = sqlite3.connect(f"file:{Path(sandbox.ca_file).parent / 'sandbox.sqlite3'}?mode=ro", uri=True)
    given = {row[0] for row in store.execute("SELECT hash FROM tokens")}
    store.close()
    assert given, "the sandbox gave out tokens"
    runs = [run for text in texts for run in re.findall(rb"[A-Za-z0-9_-]{43,}", text)]
    parts = {run[place : place + 43] for run in runs for place in range(len(run) - 42)}
    return [part for part in parts if hashlib.sha256(part).hexdigest() in given]


def test_the_search_for_tokens_finds_one(sandbox: RunningSandbox) -> None:
    token = by_code(sandbox)["refresh_token"]
    assert tokens_in([f"xx{token}-yy".encode()], sandbox) == [token.encode()]
    assert tokens_in([b"nothing here"], sandbox) == []


def fill(program: Program, sandbox: RunningSandbox) -> None:
    program.desktop.press("Ctrl+,")
    program.wait_until_accessible("Set up your mailbox")
    program.desktop.press("Alt+M")
    program.wait_until_focused("Mail server")
    program.desktop.press("Alt+G")
    program.wait_until_focused("User and password")
    program.desktop.press("Down", "Down")
    program.wait_until_focused("Microsoft")
    base = sandbox.url.removesuffix("/EWS/Exchange.asmx")
    for key, name, text in (
        ("Alt+E", "E-mail address", sandbox.first["address"]),
        ("Alt+V", "Mail server", sandbox.url),
        ("Alt+I", "Client id", CLIENT_ID),
        ("Alt+N", "Organisation", f"{base}/common/v2.0"),
        ("Alt+C", "CA file", sandbox.ca_file),
    ):
        program.desktop.press(key)
        program.wait_until_focused(name)
        program.desktop.press("Ctrl+A", "Delete")
        program.desktop.type(text)


def test_an_account_is_signed_in_by_the_browser_used_and_asked_for_at_the_next_start(
    mailwright: Launcher, sandbox: RunningSandbox, browser: None
) -> None:
    program = mailwright(sandbox=False)
    fill(program, sandbox)
    program.wait_until_accessible("never sees your password")
    program.desktop.shoot("oauth-form-light")
    program.desktop.press("Enter")
    program.wait_until_accessible("The connection works")
    program.desktop.shoot("oauth-works-light")
    assert len(mailwright.opened()) == 1
    program.wait_until_focused("Save")
    program.desktop.press("Enter")
    program.wait_until_accessible("is set up")
    person, server = Person(program), ServerSide(sandbox)
    person.wait_until_ready()
    person.write(ANYONE, "Signed in by the browser", "Hello")
    program.desktop.press("Ctrl+Enter")
    assert server.wait_until_delivered("Signed in by the browser") == [ANYONE]
    # The account was just tested, so that the server is asked what it does beside this: nothing of that is delivered.
    assert len(sandbox.deliveries()) == 1
    arguments = "\0".join(program.parts())
    program.quit()
    written = [file.read_bytes() for file in mailwright.data.parent.rglob("*") if file.is_file()]
    assert tokens_in([*written, arguments.encode(), program.said().encode()], sandbox) == []

    again = mailwright(sandbox=False)
    again.wait_until_accessible("Sign in again to", seconds=20)
    again.wait_until_accessible("Waiting for your sign-in")
    again.wait_until_focused("Drafts", role="table")
    again.desktop.shoot("oauth-sign-in-again-light")
    again.desktop.press("Alt+G")
    again.wait_until_gone("Sign in again to")
    assert len(mailwright.opened()) == 2
    Person(again).wait_until_ready()
    Person(again).go_to("Sent")
    again.wait_until_accessible("Signed in by the browser")


def test_a_sign_in_that_was_revoked_holds_the_message_until_a_code_was_typed_and_sends_it_once(
    mailwright: Launcher, sandbox: RunningSandbox, browser: None
) -> None:
    program = mailwright(sandbox=False)
    fill(program, sandbox)
    program.desktop.press("Enter")
    program.wait_until_focused("Save")
    program.desktop.press("Enter")
    program.wait_until_accessible("is set up")
    person, server = Person(program), ServerSide(sandbox)
    person.wait_until_ready()
    sandbox.admin("POST", "tokens", {"withdraw": ["access", "refresh"]})
    person.write(ANYONE, "While signed out", "Hello")
    program.desktop.press("Ctrl+Enter")
    program.wait_until_accessible("Your sign-in has ended. Sign in again.")
    program.wait_until_accessible("Sign in again to")
    program.desktop.shoot("oauth-revoked-light")
    # The window's browser would sign in at once; a person without one takes the code.
    mailwright.notes.unlink()
    known = sandbox.first
    sandbox.faults([{"operation": "Authorize", "nth": "every", "action": "stall", "seconds": 20}])
    program.desktop.press("Alt+G")
    program.wait_until_accessible("Your browser is open")
    program.desktop.shoot("oauth-browser-open-light")
    program.desktop.press("Alt+W")
    program.wait_until_accessible("type this code")
    code = program.wait_until_accessible("Code: ")["name"].removeprefix("Code: ")
    program.desktop.shoot("oauth-code-light")
    base = sandbox.url.removesuffix("/EWS/Exchange.asmx")
    telephone = Browser(sandbox.ca_file, known["user"], known["password"])
    shown = telephone.sign_in(f"{base}/common/oauth2/deviceauth", user_code=code)
    assert "close this page" in shown.text
    program.wait_until_gone("Sign in again to")
    assert server.wait_until_delivered("While signed out") == [ANYONE]
    wait_until(lambda: not program.tree() or "Your sign-in has ended" not in program.words(), "the bar is gone")
    assert len([one for one in sandbox.deliveries() if one["subject"] == "While signed out"]) == 1


def test_what_the_authority_refuses_is_told_at_its_step(
    mailwright: Launcher, sandbox: RunningSandbox, browser: None
) -> None:
    program = mailwright(sandbox=False)
    fill(program, sandbox)
    text = "AADSTS90094: An administrator of Contoso has set a policy that prevents you from granting this application."
    sandbox.faults([{"operation": "Authorize", "action": "oauth-error", "code": "access_denied", "text": text}])
    program.desktop.press("Enter")
    program.wait_until_accessible("Your organisation has to allow Mailwright first.")
    program.wait_until_accessible("AADSTS90094")
    program.desktop.press("Alt+Q")
    program.wait_until_accessible("Copied. Send it to your administrator.")
    program.desktop.shoot("oauth-needs-admin-light")
    program.desktop.press("Alt+T")
    program.wait_until_accessible("The connection works")
