"""From nothing to a message sent: by keys, counted in presses, for each way to sign in; by mouse; without an account.

The system's proxy leads the domain's `autodiscover.` to the sandbox, as a name server would, and its authority is
taken for one of the system's.
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from app.sandbox.oauth.authority import CLIENT_ID
from tests.connect_proxy import ConnectProxy
from tests.end2end.desktop import ROOT, Desktop
from tests.end2end.person import ANYONE, Person
from tests.end2end.program import Launcher, Program
from tests.end2end.server_side import ServerSide
from tests.oauth_browser import Browser
from tests.sandbox_fixture import RunningSandbox


class Hands:
    """Presses keys, and counts them: a chord is one press, and what is typed is one for each character."""

    def __init__(self, desktop: Desktop) -> None:
        """Nothing was pressed."""
        self._desktop = desktop
        self.chords, self.characters = 0, 0

    def press(self, *chords: str) -> None:
        """Press chords."""
        self.chords += len(chords)
        self._desktop.press(*chords)

    def type(self, text: str) -> None:
        """Type a text."""
        self.characters += len(text)
        self._desktop.type(text)


@pytest.fixture
def proxy(sandbox: RunningSandbox) -> Iterator[ConnectProxy]:
    with ConnectProxy({"autodiscover.contoso.com": urlsplit(sandbox.url).port or 0}) as leading:
        yield leading


@pytest.fixture
def begin(mailwright: Launcher, sandbox: RunningSandbox, proxy: ConnectProxy) -> Program:
    return mailwright(sandbox=False, HTTPS_PROXY=proxy.url, SSL_CERT_FILE=sandbox.ca_file)


def base_of(sandbox: RunningSandbox) -> str:
    return sandbox.url.removesuffix("/EWS/Exchange.asmx")


def with_a_client_id(mailwright: Launcher, sandbox: RunningSandbox, proxy: ConnectProxy) -> Program:
    """Start a program whose package was built with a client id; the sandbox's authority comes from a preset."""
    presets = mailwright.data.parent / "own-presets.toml"
    presets.write_text(f'[[account]]\ntenant = "{base_of(sandbox)}/common/v2.0"\n', "utf-8")
    return mailwright(
        sandbox=False,
        HTTPS_PROXY=proxy.url,
        SSL_CERT_FILE=sandbox.ca_file,
        MAILWRIGHT_CLIENT_ID=CLIENT_ID,
        MAILWRIGHT_PRESETS=str(presets),
    )


def write_and_send(program: Program, hands: Hands, subject: str) -> None:
    """Go on from the list, where the form leaves the person."""
    program.wait_until_accessible("is set up")
    Person(program).wait_until_ready()
    hands.press("C")
    program.wait_until_focused("To")
    hands.type(f"{ANYONE},")
    hands.press("Tab")
    program.wait_until_focused("Subject")
    hands.type(subject)
    hands.press("Tab")
    program.wait_until_focused("Message")
    hands.type("Hello")
    hands.press("Ctrl+Enter")


def test_with_a_password_it_takes_the_address_the_password_and_three_times_enter(
    begin: Program, sandbox: RunningSandbox, proxy: ConnectProxy
) -> None:
    hands = Hands(begin.desktop)
    begin.wait_until_accessible("Welcome to Mailwright")
    begin.wait_until_focused("E-mail address")
    begin.desktop.shoot("first-start-1-address")
    hands.type(sandbox.first["address"])
    hands.press("Enter")
    begin.wait_until_accessible("Your mail server was found")
    begin.wait_until_focused("Password")
    begin.desktop.shoot("first-start-2-password")
    assert sandbox.journal() == [], "nobody was signed in to find it"
    hands.type(sandbox.first["password"])
    hands.press("Enter")
    begin.wait_until_focused("Save")
    begin.desktop.shoot("first-start-3-works")
    hands.press("Enter")
    write_and_send(begin, hands, "From nothing, by a password")
    assert ServerSide(sandbox).wait_until_delivered("From nothing, by a password") == [ANYONE]
    begin.desktop.shoot("first-start-4-sent")
    assert hands.chords == 3 + 4, "three to set it up, four to write and send"
    assert set(proxy.asked) == {"autodiscover.contoso.com:443"}


def test_with_the_browser_it_takes_the_address_and_three_times_enter(
    mailwright: Launcher, sandbox: RunningSandbox, proxy: ConnectProxy
) -> None:
    first = sandbox.first
    said = {"CA": sandbox.ca_file, "USER": first["user"], "PASSWORD": first["password"]}
    words = [f"MAILWRIGHT_TEST_BROWSER_{name}={value}" for name, value in said.items()]
    mailwright.open_with("env", *words, sys.executable, str(ROOT / "tests/oauth_browser.py"))
    begin = with_a_client_id(mailwright, sandbox, proxy)
    hands = Hands(begin.desktop)
    begin.wait_until_focused("E-mail address")
    hands.type(first["address"])
    hands.press("Enter")
    begin.wait_until_accessible("never sees your password")
    begin.wait_until_focused("Continue")
    begin.desktop.shoot("first-start-browser-1")
    assert mailwright.opened() == [], "the browser opens when the person wants it"
    hands.press("Enter")
    begin.wait_until_focused("Save")
    begin.desktop.shoot("first-start-browser-2")
    hands.press("Enter")
    write_and_send(begin, hands, "From nothing, by the browser")
    assert ServerSide(sandbox).wait_until_delivered("From nothing, by the browser") == [ANYONE]
    assert hands.chords == 3 + 4


def test_with_windows_sign_in_it_takes_the_password_and_one_choice_more(
    begin: Program, mailwright: Launcher, sandbox: RunningSandbox
) -> None:
    hands = Hands(begin.desktop)
    begin.wait_until_focused("E-mail address")
    hands.type(sandbox.first["address"])
    hands.press("Enter")
    begin.wait_until_focused("Password")
    hands.type(sandbox.first["password"])
    hands.press("Alt+M")
    begin.wait_until_focused("Mail server")
    hands.press("Alt+G")
    begin.wait_until_focused("User and password")
    hands.press("Down")
    begin.wait_until_focused("Windows (NTLM)")
    begin.desktop.shoot("first-start-ntlm-1")
    hands.press("Enter")
    begin.wait_until_focused("Save")
    hands.press("Enter")
    write_and_send(begin, hands, "From nothing, by NTLM")
    assert ServerSide(sandbox).wait_until_delivered("From nothing, by NTLM") == [ANYONE]
    begin.desktop.shoot("first-start-ntlm-2-sent")
    assert hands.chords == 3 + 3 + 4, "as with a password, and three to choose the way"
    begin.quit()
    kept = sqlite3.connect(f"file:{mailwright.data / 'mailwright.sqlite'}?mode=ro", uri=True)
    assert [row for row in kept.execute("SELECT * FROM accounts") if "ntlm" in str(row)]
    kept.close()


def test_with_a_code_it_takes_the_address_one_key_for_the_code_and_twice_enter(
    mailwright: Launcher, sandbox: RunningSandbox, proxy: ConnectProxy
) -> None:
    """The computer's browser cannot be used: the code is typed on a telephone."""
    begin = with_a_client_id(mailwright, sandbox, proxy)
    hands = Hands(begin.desktop)
    begin.wait_until_focused("E-mail address")
    hands.type(sandbox.first["address"])
    hands.press("Enter")
    begin.wait_until_focused("Continue")
    hands.press("Enter")
    begin.wait_until_accessible("Show a code instead")
    begin.desktop.shoot("first-start-code-1")
    hands.press("Alt+W")
    begin.wait_until_accessible("type this code")
    code = begin.wait_until_accessible("Code: ")["name"].removeprefix("Code: ")
    begin.desktop.shoot("first-start-code-2")
    telephone = Browser(sandbox.ca_file, sandbox.first["user"], sandbox.first["password"])
    assert "close this page" in telephone.sign_in(f"{base_of(sandbox)}/common/oauth2/deviceauth", user_code=code).text
    begin.wait_until_focused("Save", seconds=30)
    hands.press("Enter")
    write_and_send(begin, hands, "From nothing, by a code")
    assert ServerSide(sandbox).wait_until_delivered("From nothing, by a code") == [ANYONE]
    assert hands.chords == 4 + 4


def test_who_has_no_account_tries_it_and_goes_back_to_set_up_their_own(mailwright: Launcher) -> None:
    program = mailwright(sandbox=False)
    program.wait_until_accessible("Welcome to Mailwright")
    program.desktop.press("Alt+W")
    program.wait_until_accessible("You’re trying Mailwright", seconds=60)
    person = Person(program)
    person.wait_until_ready()
    program.desktop.shoot("first-start-trying")
    person.write(ANYONE, "Only tried", "Hello")
    program.desktop.press("Ctrl+Enter")
    program.wait_until_accessible("Sent")
    program.desktop.press("Ctrl+,")
    program.wait_until_accessible("Add an account")
    program.desktop.press("Alt+A")
    program.wait_until_accessible("Welcome to Mailwright", seconds=60)
    program.wait_until_focused("E-mail address")
    assert "trying Mailwright" not in program.words()


def test_without_an_account_a_new_message_asks_for_one_first_and_then_opens(
    begin: Program, sandbox: RunningSandbox
) -> None:
    desktop = begin.desktop
    begin.wait_until_focused("E-mail address")
    desktop.press("Escape", "Ctrl+N")
    begin.wait_until_accessible("To write a message, set up your mailbox first.")
    begin.wait_until_focused("E-mail address")
    desktop.shoot("first-start-to-write")
    desktop.type(sandbox.first["address"])
    desktop.press("Enter")
    begin.wait_until_focused("Password")
    desktop.type(sandbox.first["password"])
    desktop.press("Enter")
    begin.wait_until_focused("Save")
    desktop.press("Enter")
    begin.wait_until_focused("To")


def test_by_mouse(begin: Program, sandbox: RunningSandbox) -> None:
    desktop = begin.desktop
    begin.wait_until_focused("E-mail address")
    desktop.type(sandbox.first["address"])
    desktop.click(begin.wait_until_accessible("Continue", role="push button"))
    begin.wait_until_focused("Password")
    desktop.type(sandbox.first["password"])
    desktop.click(begin.wait_until_accessible("Continue", role="push button"))
    begin.wait_until_focused("Save")
    desktop.click(begin.wait_until_accessible("Save", role="push button"))
    begin.wait_until_accessible("is set up")
    desktop.click(begin.wait_until_accessible("New message", role="push button"))
    begin.wait_until_focused("To")
