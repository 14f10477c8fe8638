"""From an earlier version to this one: with all that a person has there, and under the running program."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from pathlib import Path

from tests.end2end import processes, seen
from tests.end2end.desktop import wait_until
from tests.end2end.person import ANYONE, Person
from tests.end2end.program import Place, Program
from tests.end2end.server_side import ServerSide
from tests.packaging.installed.conftest import Installed
from tests.sandbox_fixture import RunningSandbox

SANDBOX = ("mailwright", "--sandbox", "--sandbox-info", "INFO")
OWN_KEYS = "Ctrl+Shift+F12"


def choose_keys(program: Program, command: str, keys: str) -> None:
    """Give a command keys of one's own, in the settings and by keys alone."""
    program.desktop.press("Ctrl+,")
    program.wait_until_accessible("Find a command", role="text")
    for _ in range(40):
        if seen.find(program.tree(), "Find a command", state="focused") is not None:
            break
        program.desktop.press("Tab")
    program.desktop.type(command)
    program.desktop.press("Tab", "Tab")
    program.wait_until_focused("New keys")
    program.desktop.press(keys, "Tab", "space")
    program.wait_until_accessible("Done. It counts at once.")
    program.desktop.press("Escape")
    program.wait_until_gone("Find a command", role="text")


def set_up_account(program: Program, sandbox: RunningSandbox, ca_file: str) -> None:
    """Fill the form for the first account with that of a server which the program did not start."""
    first = sandbox.first
    program.desktop.press("Alt+M")  # shows all fields; a version that always did looks for a server without an address
    for key, name, text in (
        ("Alt+E", "E-mail address", first["address"]),
        ("Alt+V", "Mail server", sandbox.url),
        ("Alt+U", "User", first["user"]),
        ("Alt+P", "Password", first["password"]),
        ("Alt+C", "CA file", ca_file),
    ):
        program.desktop.press(key)
        program.wait_until_focused(name)
        program.desktop.press("Ctrl+A", "Delete")
        program.desktop.type(text)
    program.desktop.press("Enter")
    program.wait_until_accessible("The connection works")
    program.wait_until_focused("Save")
    program.desktop.press("Enter")
    program.wait_until_accessible("is set up")
    program.desktop.press("Escape")


def test_an_upgrade_finds_every_message_the_outbox_and_the_settings(
    installed: Installed, package: Path, older_package: Path
) -> None:
    tree, desktop = installed.tree, installed.desktop
    tree.install(older_package)
    old = tree.run("mailwright", "--version", user=True)
    program = installed.start(*SANDBOX, hold=3600)
    person = Person(program)
    person.wait_until_ready()
    choose_keys(program, "go to sent every", OWN_KEYS)
    for number in range(3):
        person.write(ANYONE, f"Unfinished {number}", f"Thought number {number}")
        person.leave()
    for number in range(2):
        person.write(ANYONE, f"On its way {number}", "Soon.")
        desktop.press("Ctrl+Enter")
        program.wait_until_accessible("Sending in ")
    wait_until(lambda: program.has_on_disk("On its way 1"), "all of it is on disk")
    program.kill()

    tree.install(package)
    assert tree.run("mailwright", "--version", user=True) != old
    program = installed.start(*SANDBOX)
    person, server = Person(program), ServerSide(program.sandbox)
    person.wait_until_ready()
    for number in range(3):
        program.wait_until_accessible(f"Unfinished {number}", seconds=30)
    desktop.press(OWN_KEYS)
    program.wait_until_accessible("Sent", role="radio button", state="checked")
    person.go_to("Outbox")
    for number in range(2):
        program.wait_until_accessible(f"On its way {number}")
    program.wait_until_accessible("Sending in ")
    desktop.shoot(f"installed-upgraded-{tree.root.parent.name}")
    assert server.requests("SendItem") == [], "they still wait for what the person may undo"
    assert program.quit() == 0


def test_an_upgrade_keeps_an_account_of_ones_own_and_what_was_read_of_it(
    installed: Installed, package: Path, older_package: Path, sandbox: RunningSandbox
) -> None:
    tree, desktop = installed.tree, installed.desktop
    tree.install(older_package)
    program = installed.start("mailwright")
    desktop.press("Ctrl+,")
    program.wait_until_accessible("Set up your mailbox")
    shutil.copyfile(sandbox.ca_file, tree.home / "ca.pem")  # where it lies, the person may not read it
    set_up_account(program, sandbox, "/home/anna/ca.pem")
    person = Person(program)
    person.wait_until_ready()
    person.write(ANYONE, "From an older version", "Kept on this computer.")
    person.save()
    person.leave()
    assert program.quit() == 0

    tree.install(package)
    program = installed.start("mailwright")
    program.wait_until_accessible("From an older version", seconds=30)  # before it asked the server for anything
    program.wait_until_accessible("Password for")
    desktop.press("Alt+P")
    program.wait_until_focused("Password for")
    desktop.type(sandbox.first["password"])
    desktop.press("Enter")
    program.wait_until_gone("Password for")
    person, server = Person(program), ServerSide(sandbox)
    person.wait_until_ready()
    person.write(ANYONE, "From a newer version", "By the account that was there.")
    desktop.press("Ctrl+Enter")
    assert server.wait_until_delivered("From a newer version") == [ANYONE]
    assert server.count("drafts", "From an older version") == 1
    assert program.quit() == 0


def restart(program: Program) -> None:
    """Start what is installed now in the place of the program, by keys, and wait until the one before is gone."""
    engine = program.part("--engine")
    program.desktop.press("Ctrl+Shift+P")
    program.desktop.type("Restart with the new")
    program.wait_until_accessible("Restart with the new version")
    program.desktop.press("Return")
    wait_until(lambda: not processes.is_running(engine), "the old engine is gone", 30)


def test_an_upgrade_under_the_running_program_loses_no_key_and_sends_once(
    installed: Installed, package: Path, older_package: Path
) -> None:
    tree, desktop = installed.tree, installed.desktop
    tree.install(older_package)
    program = installed.start(*SANDBOX, hold=3600)
    person = Person(program)
    person.wait_until_ready()
    person.write(ANYONE, "Held for undo", "Goes later.")
    desktop.press("Ctrl+Enter")
    program.wait_until_accessible("Sending in ")
    person.write(ANYONE, "Half written", "Begun end")
    desktop.press("Left", "Left", "Left")
    tree.install(package)
    desktop.type("under way ")
    program.wait_until_accessible("A new version is installed", seconds=60)
    program.wait_until_accessible("Restart", role="push button")
    desktop.shoot(f"installed-new-version-{tree.root.parent.name}")
    assert ServerSide(program.sandbox).requests("SendItem") == []

    info = tree.home / "sandbox-0.json"
    info.unlink()  # the Exchange that came with the program starts again too, and tells where it listens then
    restart(program)
    program.wait_until_accessible("Begun under way end", state="focused", seconds=60)
    assert runs_as_installed(installed)
    desktop.type("to the ")
    program.wait_until_accessible("Begun under way to the end")
    desktop.press("Ctrl+Enter")
    server = ServerSide(Program(desktop, program.process, Place(program.log, program.data, info)).sandbox)
    assert server.delivered("Held for undo") == [], "it waits for Undo as before"
    desktop.press("Ctrl+Q")
    assert server.wait_until_delivered("Held for undo") == [ANYONE]
    assert server.wait_until_delivered("Half written") == [ANYONE]
    assert program.process.wait(60) == 0
    sent_once(installed, {"Held for undo": "Goes later.", "Half written": "Begun under way to the end"})


def runs_as_installed(installed: Installed) -> bool:
    """Return whether the version that is installed now has begun a log."""
    version = installed.tree.run("mailwright", "--version", user=True).strip()
    logs = [path for path in (installed.messages / "logs").rglob("*") if path.is_file()]
    return any(re.search(rf"{re.escape(version)}(?![\w.])", path.read_text("utf-8")) for path in logs)


def sent_once(installed: Installed, texts: Mapping[str, str]) -> None:
    """Start again and look: each subject is once in Sent, with its text, and nothing more goes out."""
    program = installed.start(*SANDBOX)
    Person(program).wait_until_ready()
    server = ServerSide(program.sandbox)
    for subject, text in texts.items():
        assert server.count("sentitems", subject) == 1
        assert text in server.body("sentitems", subject)
    assert server.requests("SendItem") == []
    assert program.quit() == 0
