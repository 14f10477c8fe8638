"""A person at the keyboard: what every test here does, by keys, seen as a screen reader sees."""

from __future__ import annotations

from tests.end2end.desktop import wait_until
from tests.end2end.program import Program
from tests.end2end.server_side import ServerSide

ANYONE = "james.okafor@contoso.com"


class Person:
    """Writes messages with a program that has the focus."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.desktop = program.desktop

    def go_to(self, place: str) -> None:
        """Go to a list by its keys ("Drafts", "Sent", "Outbox") and wait until it is there."""
        keys = {"Drafts": "Ctrl+2", "Sent": "Ctrl+3", "Outbox": "Ctrl+4"}[place]
        self.desktop.press(keys)
        self.program.wait_until_accessible(place, role="radio button", state="checked")

    def wait_until_ready(self) -> None:
        """Wait until the list of drafts was read from the server, and has the focus."""
        self.program.wait_until_accessible(" messages", seconds=30)

    def begin(self) -> None:
        """Begin a message from a list."""
        self.desktop.press("C")
        self.program.wait_until_focused("To")

    def write(self, to: str, subject: str, body: str) -> None:
        """Begin a message and type all of it."""
        self.begin()
        self.desktop.type(to)
        self.desktop.press("Tab")
        self.program.wait_until_focused("Subject")
        self.desktop.type(subject)
        self.desktop.press("Enter")
        self.program.wait_until_focused("Message")
        self.desktop.type(body)

    def send_without_trouble(self) -> None:
        """Send a message, by which the program sees that the server takes drafts away."""
        self.wait_until_ready()
        self.write(ANYONE, "Without trouble", "Seen.")
        self.desktop.press("Ctrl+Enter")
        ServerSide(self.program.sandbox).wait_until_delivered("Without trouble")
        seen = '"send_takes_draft_away":true'
        wait_until(lambda: self.program.has_on_disk(seen), "it was seen where it went", 30)

    def save(self) -> None:
        """Save by hand, and wait until the server has it."""
        self.desktop.press("Ctrl+S")
        self.program.wait_until_accessible("Saved ", seconds=20)

    def leave(self) -> None:
        """Leave the message for the list."""
        self.desktop.press("Escape")
        self.program.wait_until_gone("Compose", role="filler")
