"""The six everyday paths by mouse alone: real clicks in a real window. Only what one wants to say is typed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.end2end import seen
from tests.end2end.desktop import wait_until
from tests.end2end.person import Person
from tests.end2end.program import Launcher, Program
from tests.end2end.server_side import ServerSide

_MENU_EDGE, _MENU_ITEM = 6, 28
_BELOW = 36
"""Pixels from the middle of a field of recipients to that of the first suggestion."""


class Mouse:
    """A hand on the mouse of one program."""

    def __init__(self, program: Program) -> None:
        self.program, self.desktop = program, program.desktop

    def click(self, text: str, *, role: str = "", button: int = 1, times: int = 1) -> None:
        """Click on what says `text`, once it shows."""
        self.desktop.click(self.program.place_of(text, role=role), button=button, times=times)

    def choose_suggestion(self, field: str, name: str) -> None:
        """Click on the first of the people suggested below a field; a screen reader hears them of the field."""
        self.program.wait_until_accessible(f"{name}, ")
        node = self.program.place_of(field, role="text")
        x, y = node["middle"]
        self.desktop.click({"middle": [x, y + _BELOW]})

    def choose_in_menu(self, on: str, number: int, *, role: str = "") -> None:
        """Open the menu of what says `on` by a right click, and click on its item `number`, from 1.

        The reader of these tests is told of no item of a menu, so that its place is counted.
        """
        node = self.program.place_of(on, role=role)
        x, y = node["middle"]
        self.desktop.click(node, button=3)
        is_open = lambda: any(one["role"] == "unknown" for one in seen.walk(self.program.tree()))  # noqa: E731
        wait_until(is_open, "the menu is open")
        self.desktop.click({"middle": [x + 40, y + _MENU_EDGE + int(_MENU_ITEM * (number - 0.5))]})


@pytest.fixture
def program(mailwright: Launcher) -> Program:
    started = mailwright()
    Person(started).wait_until_ready()
    return started


def begin(mouse: Mouse, subject: str) -> None:
    mouse.click("New message", role="push button")
    mouse.program.wait_until_focused("To")
    mouse.desktop.type("jam")
    mouse.choose_suggestion("To", "James Okafor")
    mouse.click("Subject", role="text")
    mouse.program.wait_until_focused("Subject")
    mouse.desktop.type(subject)


def test_a_new_message_a_file_copies_and_importance_and_one_sent_before(program: Program, tmp_path: Path) -> None:
    mouse, server = Mouse(program), ServerSide(program.sandbox)
    begin(mouse, "By mouse one")
    mouse.click("Send", role="push button")
    server.wait_until_delivered("By mouse one")

    begin(mouse, "By mouse two")
    mouse.click("Cc", role="push button")
    program.wait_until_focused("Cc")
    mouse.desktop.type("sof")
    mouse.choose_suggestion("Cc", "Sofia Lindqvist")
    mouse.click("High importance")
    program.wait_until_accessible("Saved ", seconds=20)
    mouse.click("Send", role="push button")
    server.wait_until_delivered("By mouse two")

    mouse.click("Sent", role="radio button")
    mouse.click("By mouse one", role="table cell")
    mouse.click("Edit as new", role="push button")
    program.wait_until_accessible("Compose", role="filler")
    mouse.click("Subject", role="text", times=3)
    mouse.desktop.type("By mouse three")
    mouse.click("Send", role="push button")
    server.wait_until_delivered("By mouse three")


def test_a_wrong_recipient_is_mended(program: Program) -> None:
    mouse, server = Mouse(program), ServerSide(program.sandbox)
    mouse.click("New message", role="push button")
    program.wait_until_focused("To")
    mouse.desktop.type("Nobody Like This")
    mouse.click("Subject", role="text")
    mouse.desktop.type("To be mended")
    mouse.click("Send", role="push button")
    mouse.click("Mend address", role="push button")
    program.wait_until_accessible("edit recipient")
    mouse.desktop.type("james.okafor@contoso.com")
    mouse.click("Send", role="push button")
    server.wait_until_delivered("To be mended")
