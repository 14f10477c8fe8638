"""Lists at work in a real window: what is attached, conversations, other hands, and every state of a list."""

from __future__ import annotations

import base64
import time
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.end2end.desktop import wait_until
from tests.end2end.person import ANYONE, Person
from tests.end2end.program import Launcher, Program
from tests.integration.sandbox import soap
from tests.sandbox_fixture import RunningSandbox

READS = ("FindItem", "SyncFolderItems")


def shoot_both(program: Program, name: str) -> None:
    """Take a picture in the light scheme and in the dark one, and go back to the light one."""
    for scheme in ("light", "dark"):
        time.sleep(0.3)  # what fades in, and the word in the status bar, are to be in the picture
        program.desktop.shoot(f"{name}-{scheme}")
        program.desktop.press("Ctrl+Shift+P")
        program.wait_until_focused("Command")
        program.desktop.type("Switch between light")
        program.desktop.press("Enter")
        program.wait_until_gone("Command", role="text")


def message_within() -> bytes:
    """Return a message with a table attached, as a file."""
    message = EmailMessage()
    message["From"], message["To"] = "Anneke Visser <anneke.visser@fabrikam.com>", "clara.fontaine@contoso.com"
    message["Subject"], message["Date"] = "The old agreement", "Fri, 20 Nov 2026 09:30:00 +0100"
    message.set_content("Dear Clara,\n\nthese are the terms of last year, for you to compare.\n\nAnneke\n")
    message.add_attachment(b"Item;Sum\r\nStorage;1200\r\n", maintype="text", subtype="csv", filename="Terms 2025.csv")
    return message.as_bytes()


def sent_with(sandbox: RunningSandbox, subject: str, *files: tuple[str, bytes]) -> None:
    """Send a message with files as another program would; its copy is in Sent."""
    attached = "".join(
        f"<t:FileAttachment><t:Name>{name}</t:Name><t:Content>{base64.b64encode(data).decode()}</t:Content>"
        "</t:FileAttachment>"
        for name, data in files
    )
    message = soap.message(subject, "Dear James,\n\nall of it is attached.\n\nClara", ANYONE)
    message = message.replace("<t:ToRecipients>", f"<t:Attachments>{attached}</t:Attachments><t:ToRecipients>", 1)
    reply = sandbox.post(soap.create(message, disposition="SendAndSaveCopy"))
    assert reply.codes == ["NoError"]


@pytest.fixture
def program(mailwright: Launcher) -> Program:
    program = mailwright()
    Person(program).wait_until_ready()
    return program


def test_what_is_attached_is_reached_opened_saved_and_read_by_keys(program: Program, tmp_path: Path) -> None:
    files = (
        ("Offer.pdf", b"%PDF-1.4 " + bytes(200_000)),
        ("setup.exe", b"MZ"),
        ("Agreement.eml", message_within()),
        ("Prices 2027.csv", b"a;b\r\n" * 900),
    )
    sent_with(program.sandbox, "Everything for the offer", *files)
    person, desktop = Person(program), program.desktop
    person.go_to("Sent")
    program.wait_until_accessible("James Okafor. Everything for the offer", seconds=30)
    desktop.press("Home")
    program.wait_until_accessible("4 attachments", seconds=30)
    desktop.press("D")
    program.wait_until_focused("Offer.pdf", role="list item")
    desktop.press("Right")
    program.wait_until_focused("setup.exe", role="list item")
    desktop.press("Enter")
    program.wait_until_accessible("may change this computer when it is opened")
    shoot_both(program, "lists-attachments")
    desktop.press("D", "Home", "Right", "Right")
    program.wait_until_focused("Agreement.eml", role="list item")
    desktop.press("Enter")
    program.wait_until_accessible("these are the terms of last year")
    program.wait_until_accessible("Terms 2025.csv, 24 bytes", role="list item")
    program.wait_until_accessible("Attached message")
    shoot_both(program, "attached-message-within")
    desktop.press("Escape")
    program.wait_until_accessible("all of it is attached")
    desktop.press("Shift+D")
    program.wait_until_accessible("Save attachments")
    desktop.type(str(tmp_path))
    desktop.press("Enter")
    saved = tmp_path
    wait_until(lambda: len([one for one in saved.iterdir() if one.suffix in {".pdf", ".exe", ".eml"}]) == 3, "saved")
    program.wait_until_accessible("4 saved to")
    assert (saved / "Offer.pdf").read_bytes() == files[0][1]
    assert all(one.stat().st_mode & 0o077 == 0 for one in saved.iterdir() if one.name in dict(files))
    desktop.press("Escape")
    program.wait_until_focused("Everything for the offer")


def test_a_conversation_is_walked_from_the_message_that_is_read(program: Program) -> None:
    person, desktop, sandbox = Person(program), program.desktop, program.sandbox
    item = sandbox.post(
        soap.find("sentitems", restriction=soap.equals(soap.field("item:Subject"), "Notes from the call with Fabrikam"))
    ).ids()[0]
    for words in ("Dear both, one more thing: the list of warehouses is here.", "And the dates, at last."):
        answer = (
            f'<m:CreateItem MessageDisposition="SendAndSaveCopy"><m:Items><t:ReplyAllToItem>'
            f'<t:ReferenceItemId Id="{item[0]}" ChangeKey="{item[1]}"/><t:NewBodyContent BodyType="Text">{words}'
            f"</t:NewBodyContent></t:ReplyAllToItem></m:Items></m:CreateItem>"
        )
        assert sandbox.post(answer).codes == ["NoError"]
    person.go_to("Sent")
    program.wait_until_accessible("And the dates, at last.", seconds=30)
    desktop.press("Home")
    # Two answers of one's own, the message itself, and one that was received, which the server is asked for.
    program.wait_until_accessible("1 of 4 in this conversation", seconds=30)
    desktop.press("W")
    program.wait_until_focused("shown now", role="list item")
    shoot_both(program, "lists-conversation")
    desktop.press("W", "W", "Down", "Down", "Down", "Enter")
    program.wait_until_accessible("4 of 4 in this conversation")
    desktop.press("Escape", "Escape", "Shift+M")
    program.wait_until_accessible("In another folder.")


def _until_nothing_is_asked(program: Program) -> int:
    """Return how often folders were synced, once nothing was for a second: what was told last was followed."""

    def rests() -> int:
        syncs = len(program.sandbox.journal("SyncFolderItems"))
        time.sleep(1)
        return syncs if len(program.sandbox.journal("SyncFolderItems")) == syncs else 0

    return wait_until(rests, "the folders are synced")


def test_what_another_client_does_appears_by_itself_within_seconds(program: Program) -> None:
    sandbox = program.sandbox
    wait_until(lambda: sandbox.journal("GetStreamingEvents"), "the program listens")
    _until_nothing_is_asked(program)
    took = []
    for number in range(3):
        began = time.monotonic()
        sandbox.post(soap.create(soap.message(f"Written elsewhere {number}", "x", ANYONE)))
        program.wait_until_accessible(f"Written elsewhere {number}", seconds=20)
        took.append(time.monotonic() - began)
    print("seconds until another client's draft is in the list:", [round(one, 2) for one in took])  # noqa: T201 - read by whoever runs it
    syncs = _until_nothing_is_asked(program)
    time.sleep(3)
    assert len(sandbox.journal("SyncFolderItems")) == syncs, "nothing is asked while nothing happens"


def test_an_undelivered_message_is_a_problem_that_f8_leads_to(program: Program) -> None:
    person, desktop = Person(program), program.desktop
    lost = soap.message("To nobody", "Is anybody there?", "nobody.at.all@contoso.com")
    assert program.sandbox.post(soap.create(lost, disposition="SendAndSaveCopy")).codes == ["NoError"]
    person.go_to("Sent")
    program.wait_until_accessible("Could not be delivered to nobody.at.all@contoso.com.", seconds=60)
    desktop.press("End", "F8")
    program.wait_until_accessible("Write to them again", role="push button")
    program.wait_until_accessible("1 needs attention", role="radio button")
    shoot_both(program, "lists-undelivered")


def test_many_messages_on_their_way_are_counted_at_the_foot(program: Program) -> None:
    person, desktop, sandbox = Person(program), program.desktop, program.sandbox
    sandbox.faults([{"operation": "SendItem", "nth": "every", "action": "stall", "seconds": 2.5}])
    for start in range(0, 120, 40):
        sandbox.post(soap.create(*[soap.message(f"Batch {start + n}", "x", ANYONE) for n in range(40)]))
    program.wait_until_accessible("134 messages", seconds=60)
    desktop.press("/")
    desktop.type("batch")
    program.wait_until_accessible("120 found", seconds=30)
    desktop.press("Down", "Ctrl+A", "Ctrl+Enter")
    program.wait_until_accessible("Send 120 messages?")
    desktop.press("Enter")
    program.wait_until_accessible("Sending: 100 of 120", seconds=60)
    program.desktop.shoot("lists-sending-light")
    program.wait_until_accessible("120 messages sent", seconds=60)
    person.go_to("Sent")


def test_each_state_of_a_list_is_said_in_one_sentence_with_one_key(program: Program) -> None:
    person, desktop, sandbox = Person(program), program.desktop, program.sandbox
    program.wait_until_accessible("Sent of Sales", role="radio button", seconds=90)

    def go_to_sales(kind: str) -> None:
        desktop.press("G", "M")
        program.wait_until_focused("Go to a list of another mailbox")
        desktop.type(f"{kind} of sales")
        desktop.press("Enter")

    sandbox.faults([{"operation": one, "nth": "every", "action": "stall", "seconds": 8} for one in READS])
    go_to_sales("sent")
    program.wait_until_accessible("Reading what is there…")
    shoot_both(program, "state-loading")
    sandbox.faults([{"operation": one, "nth": "every", "action": "code", "code": "ErrorAccessDenied"} for one in READS])
    desktop.press("F5")
    program.wait_until_accessible("The server does not let you look in here", seconds=60)
    shoot_both(program, "state-no-rights")
    sandbox.faults([])
    sandbox.reset(messages=False)
    person.go_to("Drafts")
    desktop.press("F5")
    program.wait_until_accessible("No drafts. C writes a message", seconds=60)
    shoot_both(program, "state-empty")
    sandbox.faults([{"operation": "*", "nth": "every", "action": "reset-before"}])
    desktop.press("F5")
    program.wait_until_accessible("The server cannot be reached", seconds=60)
    shoot_both(program, "state-offline")
    sandbox.faults([])
    desktop.press("F5")
    program.wait_until_accessible("No drafts", seconds=60)
    desktop.press("/")
    desktop.type("nothing like it")
    program.wait_until_accessible("Nothing found on this computer")
    shoot_both(program, "state-not-found")


def test_other_mailboxes_stand_in_the_rail(program: Program) -> None:
    desktop = program.desktop
    program.wait_until_accessible("Drafts of Sales", role="radio button", seconds=90)
    desktop.press("G", "M")
    program.wait_until_focused("Go to a list of another mailbox")
    desktop.type("drafts of sales")
    desktop.press("Enter")
    program.wait_until_accessible("Drafts of Sales", role="radio button", state="checked")
    time.sleep(1)
    shoot_both(program, "lists-other-mailboxes")
