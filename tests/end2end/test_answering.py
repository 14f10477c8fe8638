"""What was received is answered by real keys: one key, some letters, Enter, and the first word."""

from __future__ import annotations

from tests.end2end.desktop import wait_until
from tests.end2end.person import ANYONE, Person
from tests.end2end.program import Launcher
from tests.end2end.server_side import ServerSide
from tests.integration.sandbox import soap


def test_what_was_received_is_answered_from_where_one_is(mailwright: Launcher) -> None:
    program = mailwright()
    person, server, desktop = Person(program), ServerSide(program.sandbox), program.desktop
    person.wait_until_ready()
    subject = server.subjects("inbox")[0]
    topic = subject.removeprefix("RE: ")
    desktop.press("Ctrl+5")
    program.wait_until_accessible(subject)
    desktop.shoot("received")
    desktop.type(topic.split()[0].lower())
    desktop.press("Enter")
    program.wait_until_focused("Message")
    wait_until(lambda: f"Subject: {subject}" in program.words(), "the older message is there")
    desktop.type("Thank you")
    desktop.press("Ctrl+Enter")
    server.wait_until_delivered(f"RE: {topic}")
    assert server.complaints() == []


def test_an_answer_that_was_filed_away_is_found_read_and_answered(mailwright: Launcher) -> None:
    program = mailwright()
    person, server, desktop = Person(program), ServerSide(program.sandbox), program.desktop
    person.wait_until_ready()
    person.write(server.sandbox.first["address"], "Filed by a rule", "Did it come?")
    desktop.press("Ctrl+Enter")
    server.wait_until_delivered("Filed by a rule")
    file_away(server, answered_by_another(server, "Filed by a rule"))
    person.go_to("Sent")
    desktop.press("Home")
    program.wait_until_accessible("Answered")
    desktop.press("W")
    program.wait_until_accessible("From James Okafor, It did.")
    desktop.shoot("conversation-elsewhere")
    desktop.press("Home", "Enter")
    program.wait_until_accessible("In another folder.")
    desktop.shoot("message-elsewhere")
    desktop.press("R")
    program.wait_until_focused("Message")
    desktop.type("Thank you")
    desktop.press("Ctrl+Enter")
    wait_until(lambda: server.count("sentitems", "RE: Filed by a rule") == 1, "the answer went")
    assert server.delivered("RE: Filed by a rule").count(ANYONE) == 1
    assert len(server.requests("GetConversationItems")) <= 4, "once for each message that was looked at"
    assert server.complaints() == []


def answered_by_another(server: ServerSide, subject: str) -> tuple[str, str]:
    """Let James answer the message, and return what lies in the Inbox of it."""
    where = soap.equals(soap.field("item:Subject"), subject)
    item = server.sandbox.post(soap.find("sentitems", restriction=where)).ids()[0]
    paths = "".join(map(soap.field, ("message:ConversationIndex", "message:ConversationTopic")))
    shown = server.sandbox.post(soap.get([item], paths=paths))
    place = "".join(
        f"<t:{name}>{shown.text(f'.//t:{name}')}</t:{name}>" for name in ("ConversationIndex", "ConversationTopic")
    )
    answer = soap.message(f"RE: {subject}", "It did.", server.sandbox.first["address"], after=place)
    server.sandbox.post(soap.create(answer, disposition="SendOnly"), user=ANYONE)
    server.wait_until_delivered(f"RE: {subject}")
    where = soap.equals(soap.field("item:Subject"), f"RE: {subject}")
    return server.sandbox.post(soap.find("inbox", restriction=where)).ids()[0]


def file_away(server: ServerSide, item: tuple[str, str]) -> None:
    """Do what a rule does."""
    to = f"<m:ToFolderId>{soap.folder('archive')}</m:ToFolderId>"
    assert server.sandbox.post(f"<m:MoveItem>{to}{soap.item_ids([item])}</m:MoveItem>").codes == ["NoError"]
