"""What leaves is what the person meant: no unfilled template, no other sender, no whole list, nobody else's recipients.

Each is asked of the server: who received what, by which request.
"""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

from tests.end2end import seen
from tests.end2end.desktop import wait_until
from tests.end2end.person import ANYONE, Person
from tests.end2end.program import Launcher, Program
from tests.end2end.server_side import ServerSide
from tests.end2end.test_options import make_snippet
from tests.integration.sandbox import soap

NOT_FILLED = "The placeholder {} is not filled in."


def ready(mailwright: Launcher, *arguments: str) -> tuple[Program, Person, ServerSide]:
    program = mailwright(*arguments)
    person, server = Person(program), ServerSide(program.sandbox)
    person.wait_until_ready()
    return program, person, server


def put_in(program: Program, subject: str) -> None:
    """Begin a message with the template; its subject is typed first, so that it is known by it."""
    person, desktop = Person(program), program.desktop
    person.write(ANYONE, subject, "Hello, ")
    desktop.press("Ctrl+T")
    program.wait_until_focused("Template or signature")
    desktop.type("off")
    desktop.press("Enter")
    program.wait_until_focused("Message")
    program.wait_until_accessible("{amount}", role="text")


def make_template(program: Program) -> None:
    make_snippet(program, "Add a signature", "Short", "Clara")
    make_snippet(program, "Add a template", "Offer", "we ask {amount} until {due date}.", "Our offer")


def test_a_placeholder_of_a_template_is_asked_about_and_filled_in_by_keys(mailwright: Launcher) -> None:
    program, person, server = ready(mailwright)
    desktop = program.desktop
    make_template(program)
    put_in(program, "Prices")
    desktop.press("Ctrl+Enter")
    wait_until(lambda: server.delivered("Prices") or "not filled in" in program.words(), "it is sent or asked about")
    assert server.delivered("Prices") == [], "a placeholder went out"
    program.wait_until_accessible(NOT_FILLED.format("{due date}"))
    desktop.shoot("placeholders-light")
    desktop.press("Alt+1")
    desktop.type("5 EUR")
    program.wait_until_gone(NOT_FILLED.format("{amount}"))
    desktop.press("Alt+1")
    desktop.type("Friday")
    program.wait_until_gone("not filled in")
    desktop.press("Ctrl+Enter")
    assert server.wait_until_delivered("Prices") == [ANYONE]
    assert "we ask 5 EUR until Friday." in server.body("sentitems", "Prices")
    # What a person types in braces is a person's own, whatever a template has there.
    person.go_to("Drafts")
    person.write(ANYONE, "Python", "A set is {amount}.")
    desktop.press("Ctrl+Enter")
    assert server.wait_until_delivered("Python") == [ANYONE]


def test_after_a_crash_the_list_keeps_back_what_is_not_filled_in_and_sends_the_others(mailwright: Launcher) -> None:
    program, person, server = ready(mailwright)
    program.sandbox.reset(messages=False)
    program.desktop.press("F5")
    program.wait_until_focused("No drafts")
    make_template(program)
    person.write(ANYONE, "Filled in", "Everything is said.")
    person.save()
    person.leave()
    put_in(program, "Prices")
    person.save()
    wait_until(lambda: program.has_on_disk("we ask {amount}"), "the words are on disk")
    program.kill()
    program = mailwright()
    person, server, desktop = Person(program), ServerSide(program.sandbox), program.desktop
    program.wait_until_accessible("was open when Mailwright ended")
    person.go_to("Drafts")
    program.wait_until_accessible("2 messages")
    desktop.press("Home", "Ctrl+A", "Ctrl+Enter")
    assert server.wait_until_delivered("Filled in") == [ANYONE]
    wait_until(lambda: server.delivered("Prices") or "1 needs attention" in program.words(), "the other is told of")
    assert server.delivered("Prices") == [], "a placeholder went out"
    desktop.shoot("placeholder-kept-back-light")
    desktop.press("F8", "A")
    program.wait_until_focused("Message")
    program.wait_until_accessible(NOT_FILLED.format("{amount}"))
    desktop.shoot("placeholder-selected-light")
    desktop.type("5 EUR")
    # Whoever wants braces in a message sends it twice from there; nothing asks after that.
    desktop.press("Ctrl+Enter")
    program.wait_until_accessible(NOT_FILLED.format("{due date}"))
    program.wait_until_accessible("sends it as it is")
    wait_until(lambda: _sends_on(program, server), "it is sent on purpose")
    assert "we ask 5 EUR until {due date}." in server.body("sentitems", "Prices")


def _sends_on(program: Program, server: ServerSide) -> bool:
    """Press Ctrl+Enter as somebody does who has read what is asked; a press that comes too soon is none."""
    if not server.delivered("Prices"):
        program.desktop.press("Ctrl+Enter")
    return bool(server.delivered("Prices"))


def test_using_ones_own_address_opens_the_message_and_the_person_sends_it(mailwright: Launcher) -> None:
    program, _, server = ready(mailwright)
    desktop, subject = program.desktop, "Our spring offer for Northwind"
    desktop.press("/")
    desktop.type("spring offer")
    program.wait_until_accessible("1 found")
    program.sandbox.faults([{"operation": "SendItem", "action": "code", "code": "ErrorSendAsDenied", "item": 0}])
    desktop.press("Down", "Home", "Ctrl+Enter")
    program.wait_until_accessible("You cannot send as ")
    sent = len(server.requests("SendItem"))
    desktop.press("A")
    wait_until(
        lambda: len(server.requests("SendItem")) > sent or "From is now" in program.words(), "it is sent or opened"
    )
    assert len(server.requests("SendItem")) == sent, "it went under another name that nobody had seen"
    program.wait_until_accessible("From is now your own address, Clara Fontaine <clara.fontaine@contoso.com>.")
    program.wait_until_focused("Message")
    desktop.shoot("own-address-light")
    desktop.press("Alt+A")
    program.wait_until_gone("From is now your own address")
    program.wait_until_accessible("Use my own address", role="push button")
    desktop.press("Alt+A")
    program.wait_until_accessible("From is now your own address")
    assert len(server.requests("SendItem")) == sent
    desktop.press("Ctrl+Enter")
    wait_until(lambda: server.count("sentitems", subject) == 1, "it is sent")
    assert len(server.requests("SendItem")) == sent + 1
    names = {"t": "http://schemas.microsoft.com/exchange/services/2006/types"}
    sender = server.message("sentitems", subject).find(".//t:From/t:Mailbox/t:EmailAddress", names)
    assert sender is not None
    assert sender.text == "clara.fontaine@contoso.com"


def test_a_whole_list_goes_only_after_the_question_how_many(mailwright: Launcher) -> None:
    program, person, server = ready(mailwright)
    desktop = program.desktop
    program.sandbox.reset(messages=False)
    names = [f"Number {number}" for number in range(5)]
    program.sandbox.post(soap.create(*[soap.message(name, "x", ANYONE) for name in names]))
    desktop.press("F5")
    program.wait_until_accessible("5 messages")
    person.go_to("Drafts")
    desktop.press("Ctrl+A", "Ctrl+Enter")
    wait_until(
        lambda: server.requests("SendItem") or "Send 5 messages?" in program.words(), "they go or are asked about"
    )
    assert server.requests("SendItem") == [], "five went by one key"
    program.wait_until_focused("Send")
    desktop.shoot("send-five-light")
    desktop.press("Ctrl+Enter", "Ctrl+Enter")
    program.wait_until_focused("Send")
    desktop.press("Escape")
    program.wait_until_gone("Send 5 messages?")
    assert server.requests("SendItem") == []
    desktop.press("Ctrl+Enter")
    program.wait_until_focused("Send")
    desktop.press("Enter")
    for name in names:
        assert server.wait_until_delivered(name) == [ANYONE]
    assert len(server.requests("SendItem")) == 1


def eml(folder: Path, **headers: str) -> str:
    """Return the path of a message of a stranger."""
    message = EmailMessage()
    message["From"], message["To"] = "Eve Moss <eve@tailspin.example>", ANYONE
    message["Cc"], message["Reply-To"] = "mateus.ribeiro@contoso.com", "trap@tailspin.example"
    message["Subject"], message["Date"] = "Pay this today", "Sun, 3 May 2026 10:00:00 +0000"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content("Pay 40,000 at once.\n")
    message.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="bill.pdf")
    path = folder / "from a stranger.eml"
    path.write_bytes(bytes(message))
    return str(path)


def test_a_message_of_somebody_else_goes_to_nobody_by_one_key_and_is_nobodys_draft(
    mailwright: Launcher, tmp_path: Path
) -> None:
    program = mailwright(eml(tmp_path))
    server, desktop, subject = ServerSide(program.sandbox), program.desktop, "Pay this today"
    program.wait_until_accessible(subject)
    program.wait_until_accessible("bill.pdf")
    program.wait_until_focused("Text of the message")
    desktop.shoot("eml-of-a-stranger-light")
    desktop.press("Ctrl+Enter", "E")
    program.wait_until_accessible("These are the words of Eve Moss <eve@tailspin.example>, sent on 3 May 2026. ")
    program.wait_until_focused("To")
    desktop.shoot("eml-edited-as-new-light")
    desktop.press("Ctrl+Enter")
    wait_until(lambda: server.delivered(subject) or "Add a recipient." in program.words(), "it is sent or stopped")
    assert server.delivered(subject) == [], "a stranger's words went to whom the stranger named"
    desktop.press("Escape")
    program.wait_until_gone("These are the words of")
    program.wait_until_accessible("Opened from a file.")
    desktop.press("Escape")
    # What comes after is on the server, and of the stranger's message nothing is.
    person = Person(program)
    person.go_to("Drafts")
    person.write(ANYONE, "My own words", "Mine.")
    person.save()
    assert server.count("drafts", subject) == 0
    assert [subject for one in server.requests("CreateItem") if subject in str(one)] == []
    assert subject not in seen.all_words(program.tree())


def test_once_the_person_writes_it_is_a_draft_like_any_other(mailwright: Launcher, tmp_path: Path) -> None:
    program = mailwright(eml(tmp_path))
    server, desktop = ServerSide(program.sandbox), program.desktop
    program.wait_until_accessible("Opened from a file.")
    program.wait_until_focused("Text of the message")  # a key of the first moment would go where the person was
    desktop.press("E")
    program.wait_until_accessible("These are the words of")
    program.wait_until_focused("To")
    desktop.type(ANYONE)
    desktop.press("Tab", "Alt+M")
    program.wait_until_focused("Message")
    desktop.type("Is this true? ")
    program.wait_until_gone("These are the words of")
    program.wait_until_accessible("Saved ", seconds=30)
    assert server.count("drafts", "Pay this today") == 1
    desktop.press("Ctrl+Enter")
    assert server.wait_until_delivered("Pay this today") == [ANYONE]


def test_a_draft_that_a_stranger_made_says_whose_it_is(mailwright: Launcher, tmp_path: Path) -> None:
    program = mailwright(eml(tmp_path, X_Unsent="1"))
    said = "This file says it is from Eve Moss <eve@tailspin.example>. It will be sent from your address."
    program.wait_until_accessible(said)
    program.wait_until_accessible("mateus.ribeiro@contoso.com")
    program.desktop.shoot("eml-draft-of-a-stranger-light")
