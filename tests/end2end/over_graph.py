"""Starts the program on its own Exchange over Microsoft Graph, and signs it in as a person would, by the browser."""

from __future__ import annotations

import sys

from tests.end2end.desktop import ROOT
from tests.end2end.person import Person
from tests.end2end.program import Launcher, Program
from tests.sandbox_fixture import RunningSandbox


def sign_in_with(mailwright: Launcher, sandbox: RunningSandbox, person: dict[str, str]) -> None:
    """Let the desktop's browser be one in which `person` signs in to whatever programs open from now on."""
    said = {"CA": sandbox.ca_file, "USER": person["user"], "PASSWORD": person["password"]}
    words = [f"MAILWRIGHT_TEST_BROWSER_{name}={value}" for name, value in said.items()]
    mailwright.open_with("env", *words, sys.executable, str(ROOT / "tests/oauth_browser.py"))
    mailwright.environment()  # writes the program that stands for the browser


def start_over_graph(mailwright: Launcher, *arguments: str, hold: float = 0.0) -> Program:
    """Start the program on the sandbox's first mailbox over Graph; return once it is signed in and has its lists."""
    program = mailwright("--sandbox-kind", "graph", *arguments, hold=hold)
    sign_in_with(mailwright, program.sandbox, program.sandbox.first)
    program.wait_until_focused("Waiting for your sign-in")
    program.desktop.press("Alt+G")
    program.wait_until_gone("Waiting for your sign-in")
    Person(program).wait_until_ready()
    return program
