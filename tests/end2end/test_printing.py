"""Printing many messages in a real window, by keys, into a file: the dialog is the system's."""

from __future__ import annotations

from pathlib import Path

from tests.end2end.desktop import wait_until
from tests.end2end.person import Person
from tests.end2end.program import Launcher


def test_all_messages_of_a_list_are_printed_into_a_file_and_stopped_by_keys(mailwright: Launcher) -> None:
    program = mailwright()
    person, desktop, sandbox = Person(program), program.desktop, program.sandbox
    person.wait_until_ready()
    # Of Sent nothing is fetched ahead, as drafts are: each message is asked for, and the server takes its time.
    sandbox.faults([{"operation": "GetItem", "nth": "every", "action": "stall", "seconds": 0.8}])
    person.go_to("Sent")
    program.wait_until_accessible("Notes from the call with Fabrikam", seconds=30)
    printed = Path(mailwright.environment()["HOME"]) / "Messages.pdf"
    desktop.press("Home", "Ctrl+A", "Ctrl+P")
    program.wait_until_accessible("Write PDF file", seconds=30)
    desktop.shoot("print-dialog")
    desktop.press("Enter")
    program.wait_until_accessible("4 of", seconds=60)
    desktop.shoot("print-progress")
    desktop.press("Ctrl+.")
    program.wait_until_accessible("were not attempted", seconds=60)
    wait_until(lambda: printed.read_bytes().count(b"/Type /Page\n") >= 4, "what was read is printed")
    desktop.shoot("print-stopped")
    sandbox.faults([])
    printed.unlink()
    desktop.press("Home", "Ctrl+A", "Ctrl+P")
    program.wait_until_accessible("Write PDF file", seconds=30)
    desktop.press("Enter")
    program.wait_until_accessible("16 printed", seconds=60)
    wait_until(printed.exists, "the file")
    assert printed.read_bytes().count(b"/Type /Page\n") >= 16
