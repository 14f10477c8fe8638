"""A message from somebody else, opened as a file: read, answered by real keys, and what cannot be answered says so."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

from tests.end2end.person import ANYONE, Person
from tests.end2end.program import Launcher
from tests.end2end.server_side import ServerSide
from tests.end2end.test_ways_in import second

INVITATION = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nSUMMARY:Board\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"


def message_of(subject: str, sender: str = f"James Okafor <{ANYONE}>") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, "mateus.ribeiro@contoso.com", subject
    message["Date"], message["Message-ID"] = "Sun, 3 May 2026 10:00:00 +0000", "<from-a-file@contoso.com>"
    message.set_content("Shall we meet on Monday?\n")
    return message


def kept(folder: Path, message: EmailMessage) -> str:
    path = folder / f"{message['Subject']}.eml"
    path.write_bytes(bytes(message))
    return str(path)


def test_a_message_from_a_file_is_answered_and_an_untouched_answer_leaves_nothing(
    mailwright: Launcher, tmp_path: Path
) -> None:
    program = mailwright()
    person, server, desktop = Person(program), ServerSide(program.sandbox), program.desktop
    person.wait_until_ready()
    second(mailwright, kept(tmp_path, message_of("Monday")))
    program.wait_until_accessible("Opened from a file.")
    program.wait_until_focused("Text of the message")  # a key of the first moment would go where the person was
    desktop.press("Shift+R")
    program.wait_until_focused("Message")
    desktop.press("Escape")
    program.wait_until_focused("Text of the message")
    desktop.press("R")
    program.wait_until_focused("Message")
    desktop.type("Monday it is.")
    desktop.press("Ctrl+Enter")
    assert server.wait_until_delivered("RE: Monday") == [ANYONE]
    assert server.count("drafts", "RE: Monday") == 0
    created = [one for one in server.requests("CreateItem") if "RE: Monday" in str(one)]
    assert len(created) <= 1
    assert server.complaints() == []


def test_a_meeting_request_says_what_it_is_and_where_it_can_be_answered(mailwright: Launcher, tmp_path: Path) -> None:
    message = message_of("Board meeting")
    message.add_alternative(INVITATION, subtype="calendar", params={"method": "REQUEST"})
    program = mailwright(kept(tmp_path, message))
    program.wait_until_accessible("This is a meeting request")
    program.wait_until_focused("Text of the message")
    program.desktop.press("R")
    program.desktop.shoot("meeting-request-answered-light")
    program.desktop.press("Escape")
    program.wait_until_gone("This is a meeting request")
