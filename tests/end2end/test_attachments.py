"""Attachments by keys in a real window: chosen in a dialog, walked through, sent; and a plug that is pulled."""

from __future__ import annotations

import base64
from email import message_from_bytes, policy
from pathlib import Path

from tests.end2end.desktop import wait_until
from tests.end2end.person import ANYONE, Person
from tests.end2end.program import Launcher, Program
from tests.end2end.server_side import ServerSide
from tests.integration.sandbox import soap

WITH_MIME = "<t:IncludeMimeContent>true</t:IncludeMimeContent>"


def attach(program: Program, *paths: Path) -> None:
    """Attach files by the keys of a message, and wait until their rows are there."""
    for path in paths:
        program.desktop.press("Ctrl+Shift+A")
        wait_until(lambda: "Attach files" in program.desktop.active_title(), "the dialog has the focus")
        program.desktop.type(str(path))
        program.desktop.press("Enter")
        program.wait_until_accessible(path.name)


def received(server: ServerSide, subject: str) -> dict[str | None, bytes]:
    """Return the attachments of the message with this subject that came, by name."""
    where = soap.equals(soap.field("item:Subject"), subject)
    ids = server.sandbox.post(soap.find("inbox", base="IdOnly", restriction=where), user=ANYONE).ids()
    assert len(ids) == 1
    raw = server.sandbox.post(soap.get(ids, more=WITH_MIME), user=ANYONE).text(".//t:MimeContent") or ""
    message = message_from_bytes(base64.b64decode(raw), policy=policy.default)
    return {part.get_filename(): bytes(part.get_payload(decode=True)) for part in message.walk() if part.get_filename()}


def test_the_last_draft_gets_an_attachment_and_goes(mailwright: Launcher, tmp_path: Path) -> None:
    (tmp_path / "plan.pdf").write_bytes(b"the plan")
    program = mailwright()
    person, server = Person(program), ServerSide(program.sandbox)
    person.wait_until_ready()
    person.write(ANYONE, "The plan", "Here it is.")
    person.save()
    person.leave()
    program.desktop.press("L")
    program.wait_until_focused("Message")
    attach(program, tmp_path / "plan.pdf")
    program.wait_until_focused("Message")
    program.desktop.press("Ctrl+Enter")
    server.wait_until_delivered("The plan")
    assert received(server, "The plan") == {"plan.pdf": b"the plan"}
    assert server.complaints() == []


def test_rows_are_walked_renamed_and_removed_by_key(mailwright: Launcher, tmp_path: Path) -> None:
    names = ("budget.xlsx", "photo.jpg", "notes.txt")
    for name in names:
        (tmp_path / name).write_bytes(name.encode() * 5000)
    program = mailwright()
    person, server = Person(program), ServerSide(program.sandbox)
    person.wait_until_ready()
    person.write(ANYONE, "Three files", "All here.")
    attach(program, *(tmp_path / name for name in names))
    program.desktop.press("Alt+H")
    program.wait_until_focused("budget.xlsx")
    program.desktop.shoot("attachments-light")
    program.desktop.press("Right")
    program.wait_until_focused("photo.jpg")
    program.desktop.press("Delete")
    program.wait_until_accessible("Removed “photo.jpg”")
    program.desktop.press("Home")
    program.wait_until_focused("budget.xlsx")
    # The line for the name has the focus at once; Qt tells screen readers of it, but not where in the list it stands.
    program.desktop.press("F2")
    program.desktop.type("costs")
    program.desktop.press("Enter")
    program.wait_until_accessible("costs.xlsx")
    program.desktop.shoot("attachments-removed-light")
    program.desktop.press("Ctrl+Enter")
    server.wait_until_delivered("Three files")
    assert received(server, "Three files") == {
        "costs.xlsx": (tmp_path / "budget.xlsx").read_bytes(),
        "notes.txt": (tmp_path / "notes.txt").read_bytes(),
    }


def test_what_was_attached_is_there_after_the_plug_was_pulled_and_the_file_is_gone(
    mailwright: Launcher, tmp_path: Path
) -> None:
    path = tmp_path / "report.bin"
    path.write_bytes(bytes(range(256)) * 400)
    content = path.read_bytes()
    program = mailwright()
    person, server = Person(program), ServerSide(program.sandbox)
    person.wait_until_ready()
    program.sandbox.faults([{"action": "reset-after", "operation": "CreateAttachment", "nth": "every"}])
    person.write(ANYONE, "The report", "See the attachment.")
    attach(program, path)
    wait_until(lambda: server.requests("CreateAttachment"), "it goes up")
    path.unlink()
    program.kill()
    program = mailwright()
    person, server = Person(program), ServerSide(program.sandbox)
    person.wait_until_ready()
    program.desktop.press("L")
    program.wait_until_accessible("report.bin")
    program.desktop.press("Ctrl+Enter")
    server.wait_until_delivered("The report")
    assert received(server, "The report") == {"report.bin": content}
