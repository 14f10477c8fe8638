"""Two accounts at two servers in one window: written in, listed, sent from, moved between, and one that is not well."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from app.bootstrap.instance import DATABASE
from app.domain.account import Account
from app.domain.message import AccountId
from app.storage.settings import SqliteSettings
from app.storage.store import Store
from tests.end2end.desktop import wait_until
from tests.end2end.person import ANYONE, Person
from tests.end2end.program import Launcher, Program
from tests.end2end.server_side import ServerSide
from tests.sandbox_fixture import RunningSandbox, start, stop

CLARA: Final = "clara.fontaine@contoso.com"
PRIYA: Final = "priya.natarajan@contoso.com"
EACH: Final = {"operation": "*", "nth": "every"}
WRONGS: Final[dict[str, tuple[dict[str, Any], str]]] = {
    "dead": ({**EACH, "action": "reset-before"}, "Not connected"),
    "wrong password": ({**EACH, "action": "status", "status": 401}, f"Password for {PRIYA}"),
}
"""What is the matter with the second server, and what the window says of it."""
pytestmark = pytest.mark.timeout(240)


@pytest.fixture(scope="module")
def second_process() -> Iterator[RunningSandbox]:
    """Run a second server for the tests of this file."""
    running = start()
    yield running
    stop(running)


@pytest.fixture
def second(second_process: RunningSandbox) -> RunningSandbox:
    second_process.reset(messages=False)
    return second_process


def keep_accounts(data: Path, *accounts: Account) -> None:
    """Leave a data folder as a run left it in which these accounts were set up."""
    data.mkdir(mode=0o700)

    async def keep() -> None:
        store = await Store.open_database(data / DATABASE)
        for account in accounts:
            await SqliteSettings(store).keep_account(account)
        await store.close()

    asyncio.run(keep())


def sign_in(program: Program, server: RunningSandbox, address: str) -> None:
    """Answer the one question that is asked of an account."""
    program.wait_until_accessible(f"Password for {address}")
    program.desktop.press("Alt+P")
    program.wait_until_focused("Password for")
    program.desktop.type(server.account(address)["password"])
    program.desktop.press("Enter")
    program.wait_until_gone(f"Password for {address}", seconds=40)


@pytest.fixture
def program(mailwright: Launcher, sandbox: RunningSandbox, second: RunningSandbox) -> Program:
    """The program with an account at each of two servers, signed in to by keys."""
    sandbox.reset(messages=False)
    accounts = [
        Account(AccountId(name), address, server.url, server.account(address)["user"], ca_file=server.ca_file)
        for name, address, server in (("clara", CLARA, sandbox), ("priya", PRIYA, second))
    ]
    keep_accounts(mailwright.data, *accounts)
    program = mailwright(sandbox=False)
    sign_in(program, sandbox, CLARA)
    sign_in(program, second, PRIYA)
    program.wait_until_accessible("All drafts", role="radio button")
    return program


def go(program: Program, address: str) -> None:
    """Go to the drafts of one account by typing a part of their name."""
    program.desktop.press("G", "M")
    program.wait_until_focused("Go to a list")
    program.desktop.type(f"drafts {address.partition('.')[0]}")
    program.desktop.press("Return")
    program.wait_until_accessible(f"Drafts of {address}", role="radio button", state="checked")


def write(program: Program, subject: str) -> None:
    """Write a message from the list that is shown, and leave it once its server has it."""
    person = Person(program)
    person.write(ANYONE, subject, "Hello")
    person.save()
    person.leave()


def test_written_in_each_seen_in_all_sent_from_each_and_moved_by_its_from(
    program: Program, sandbox: RunningSandbox, second: RunningSandbox
) -> None:
    desktop, first, other = program.desktop, ServerSide(sandbox), ServerSide(second)
    go(program, CLARA)
    write(program, "From Clara")
    go(program, PRIYA)
    write(program, "From Priya")
    assert (first.count("drafts", "From Clara"), first.count("drafts", "From Priya")) == (1, 0)
    assert (other.count("drafts", "From Clara", PRIYA), other.count("drafts", "From Priya", PRIYA)) == (0, 1)

    # From takes a draft of the one to the other, and it is one draft all the while.
    go(program, CLARA)
    Person(program).write(ANYONE, "Moved", "Hello")
    Person(program).save()
    assert first.count("drafts", "Moved") == 1
    desktop.press("Alt+F")
    desktop.type("priya")
    desktop.press("Return")
    wait_until(lambda: other.count("drafts", "Moved", PRIYA) == 1, "it is saved at the other server")
    wait_until(lambda: first.count("drafts", "Moved") == 0, "it has left the former server")
    Person(program).leave()

    desktop.press("G", "D")
    for subject in ("From Clara", "From Priya", "Moved"):
        program.wait_until_accessible(subject, role="table cell")
    desktop.shoot("two-accounts-all-drafts")
    desktop.press("Ctrl+A", "Ctrl+Enter")
    program.wait_until_accessible("Send 3")
    desktop.press("Return")
    assert first.wait_until_delivered("From Clara") == [ANYONE]
    assert other.wait_until_delivered("From Priya") == [ANYONE]
    assert other.wait_until_delivered("Moved") == [ANYONE]
    senders = {row["subject"]: row["from_address"] for row in (*sandbox.deliveries(), *second.deliveries())}
    assert senders == {"From Clara": CLARA, "From Priya": PRIYA, "Moved": PRIYA}
    desktop.press("Ctrl+3")
    for subject in ("From Clara", "From Priya", "Moved"):
        program.wait_until_accessible(subject, role="table cell")
    desktop.shoot("two-accounts-all-sent")
    assert len(sandbox.deliveries()) + len(second.deliveries()) == 3, "each went once"


@pytest.mark.parametrize("wrong", list(WRONGS))
def test_while_one_account_is_not_well_the_other_works_and_what_waits_goes_once(
    program: Program, sandbox: RunningSandbox, second: RunningSandbox, wrong: str
) -> None:
    desktop, first, other = program.desktop, ServerSide(sandbox), ServerSide(second)
    rule, words = WRONGS[wrong]
    second.faults([rule])
    go(program, PRIYA)
    Person(program).write(ANYONE, "Waits", "Hello")
    desktop.press("Ctrl+Enter")
    go(program, CLARA)
    Person(program).write(ANYONE, "Goes", "Hello")
    desktop.press("Ctrl+Enter")
    assert first.wait_until_delivered("Goes") == [ANYONE]
    program.wait_until_accessible(words)
    desktop.press("Ctrl+4")
    program.wait_until_accessible("Waits", role="table cell")
    program.wait_until_gone("Goes", role="table cell")
    desktop.shoot(f"two-accounts-{wrong.replace(' ', '-')}")
    assert other.delivered("Waits") == []
    second.faults([])
    if wrong == "wrong password":
        desktop.press("Alt+P")
        program.wait_until_focused("Password for")
        desktop.type(second.account(PRIYA)["password"])
        desktop.press("Enter")
        program.wait_until_gone("Password for")
    else:
        desktop.press("F5")
    assert wait_until(lambda: other.delivered("Waits"), "what waited is delivered", 60) == [ANYONE]
    program.wait_until_gone("Waits", role="table cell")
    assert len(second.deliveries()) == len(sandbox.deliveries()) == 1


def test_by_mouse_alone_but_for_what_is_typed(
    program: Program, sandbox: RunningSandbox, second: RunningSandbox
) -> None:
    desktop, first, other = program.desktop, ServerSide(sandbox), ServerSide(second)

    def click(words: str, role: str) -> None:
        desktop.click(program.wait_until_accessible(words, role=role))

    click(f"Drafts of {PRIYA}", "radio button")
    click("New message", "push button")
    program.wait_until_focused("To")
    desktop.type(f"{ANYONE},")
    click("Subject", "text")
    program.wait_until_focused("Subject")
    desktop.type("By mouse")
    wait_until(lambda: other.count("drafts", "By mouse", PRIYA) == 1, "it is saved where it was begun")
    click(f"From {PRIYA}", "push button")
    click(CLARA, "list item")
    wait_until(lambda: first.count("drafts", "By mouse") == 1, "it is saved at the other server")
    wait_until(lambda: other.count("drafts", "By mouse", PRIYA) == 0, "it has left the former server")
    click("Send (Ctrl+Return)", "push button")
    assert first.wait_until_delivered("By mouse") == [ANYONE]
    click("All sent", "radio button")
    program.wait_until_accessible("By mouse", role="table cell")
    desktop.shoot("two-accounts-by-mouse")
    assert second.deliveries() == []
