"""What follows a formatted message, by real keys: answered and forwarded, formatted and signed, in one conversation."""

from __future__ import annotations

import base64
from email import message_from_bytes, policy
from email.message import EmailMessage

from tests.end2end.desktop import wait_until
from tests.end2end.person import ANYONE, Person
from tests.end2end.program import Launcher, Program
from tests.end2end.server_side import ServerSide
from tests.end2end.test_attachments import WITH_MIME
from tests.end2end.test_formatted import shoot_both
from tests.end2end.test_options import make_snippet
from tests.integration.sandbox import soap


def received(server: ServerSide, subject: str) -> EmailMessage:
    """Return the one message with this subject that came, as Python's own email package reads it."""
    where = soap.equals(soap.field("item:Subject"), subject)
    ids = server.sandbox.post(soap.find("inbox", base="IdOnly", restriction=where), user=ANYONE).ids()
    assert len(ids) == 1
    raw = server.sandbox.post(soap.get(ids, more=WITH_MIME), user=ANYONE).text(".//t:MimeContent") or ""
    message = message_from_bytes(base64.b64decode(raw), policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def html_of(message: EmailMessage) -> str:
    part = message.get_body(("html",))
    assert part is not None
    return str(part.get_content())


def test_a_formatted_message_is_answered_and_passed_on_as_it_is(mailwright: Launcher) -> None:
    program = mailwright()
    person, server, desktop = Person(program), ServerSide(program.sandbox), program.desktop
    person.wait_until_ready()
    make_snippet(program, "Add a signature", "Short", "{name}\nPartnerships")
    person.write(ANYONE, "Dressed", "Dear James")
    desktop.press("Enter", "Ctrl+B")
    desktop.type("urgent")
    desktop.press("Ctrl+B", "Enter", "Ctrl+Shift+L")
    desktop.type("Region")
    desktop.press("Ctrl+Enter")
    server.wait_until_delivered("Dressed")
    first = received(server, "Dressed")
    assert html_of(first).count("Partnerships") == 1
    answer_it(program, server, first)
    pass_it_on(program, server)
    assert server.complaints() == []


def answer_it(program: Program, server: ServerSide, first: EmailMessage) -> None:
    """Answer the message from Sent, and hold what came against it."""
    person, desktop = Person(program), program.desktop
    person.go_to("Sent")
    desktop.press("Home")
    program.wait_until_accessible("Dressed")
    desktop.press("Shift+R")
    program.wait_until_focused("Message")
    wait_until(lambda: "Subject: Dressed" in program.words(), "the older message is there")
    desktop.type("One more thing")
    shoot_both(program, "answer", "Message")
    desktop.press("Ctrl+Enter")
    server.wait_until_delivered("RE: Dressed")
    answer = received(server, "RE: Dressed")
    html = html_of(answer)
    own, _, older = html.partition('<hr><div id="divRplyFwdMsg">')
    assert (answer["In-Reply-To"], answer["References"]) == (first["Message-ID"], first["Message-ID"])
    assert own.index("One more thing") < own.index("Partnerships")
    for words in ("<b>From:</b>", "<b>urgent</b>", "Region</td>", "Partnerships"):
        assert words in older
    assert "-qt-" not in html


def pass_it_on(program: Program, server: ServerSide) -> None:
    """Pass the answer on from Sent."""
    person, desktop = Person(program), program.desktop
    person.go_to("Sent")
    desktop.press("Home")
    program.wait_until_accessible("RE: Dressed")
    desktop.press("F")
    program.wait_until_focused("To")
    wait_until(lambda: "Subject: RE: Dressed" in program.words(), "the older message is there")
    desktop.type(ANYONE)
    shoot_both(program, "passed-on", "To")
    desktop.press("Tab", "Ctrl+Enter")
    server.wait_until_delivered("FW: Dressed")
    html = html_of(received(server, "FW: Dressed"))
    assert html.index("Partnerships") < html.index("<hr>") < html.index("One more thing") < html.index("<b>urgent</b>")


def test_three_are_passed_on_as_attachments_and_an_answer_quotes_line_for_line(mailwright: Launcher) -> None:
    program = mailwright()
    person, server, desktop = Person(program), ServerSide(program.sandbox), program.desktop
    person.wait_until_ready()
    quote_line_for_line(program)
    person.go_to("Sent")
    desktop.press("Home", "Shift+R")
    program.wait_until_focused("Message")
    wait_until(lambda: "wrote:" in program.words(), "the older message is there")
    desktop.type("Line for line")
    shoot_both(program, "answer-wrote", "Message")
    person.leave()
    desktop.press("Home", "X", "Down", "X", "Down", "X")
    shoot_both(program, "three-selected", "Sent")
    desktop.press("Shift+R")
    program.wait_until_accessible("3 messages are selected, and this is done with one")
    desktop.press("F")
    program.wait_until_focused("To")
    desktop.type(ANYONE)
    desktop.press("Tab")
    program.wait_until_focused("Subject")
    desktop.type("Three of them")
    shoot_both(program, "three-attached", "Subject")
    desktop.press("Enter")
    program.wait_until_focused("Message")
    desktop.type("See these")
    desktop.press("Ctrl+Enter")
    server.wait_until_delivered("Three of them")
    message = received(server, "Three of them")
    assert [part.get_content_type() for part in message.walk()].count("message/rfc822") == 3
    assert server.complaints() == []


def quote_line_for_line(program: Program) -> None:
    """Choose "On …, … wrote" in the settings, by keys."""
    box = "Put From, Sent, To and Subject above the message that is answered"
    program.desktop.press("Ctrl+,")
    program.wait_until_accessible("Add an account")
    program.desktop.press("Alt+F")
    program.wait_until_focused("Find a setting")
    program.desktop.type("Put From, Sent")
    program.wait_until_accessible(box)
    program.desktop.press("Enter")
    program.wait_until_focused(box)
    program.desktop.shoot("settings-heads-light")
    program.desktop.press("space", "Escape")
    program.wait_until_gone(box)
