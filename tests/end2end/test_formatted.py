"""A formatted message by real keys: written, a word in it replaced, sent, and read in Sent; what went out is clean."""

from __future__ import annotations

from tests.end2end.desktop import wait_until
from tests.end2end.person import ANYONE, Person
from tests.end2end.program import Launcher, Program
from tests.end2end.server_side import ServerSide
from tests.integration.sandbox import soap


def html_of(server: ServerSide, subject: str, folder: str = "sentitems", user: str | None = None) -> str:
    """Return the body of the one message of that subject as HTML, in Sent where no other folder is named."""
    where = soap.equals(soap.field("item:Subject"), subject)
    ids = server.sandbox.post(soap.find(folder, base="IdOnly", restriction=where), user).ids()
    assert len(ids) == 1
    tree = server.sandbox.post(soap.get(ids, more="<t:BodyType>HTML</t:BodyType>"), user).tree
    return tree.findtext(".//t:Body", "", {"t": "http://schemas.microsoft.com/exchange/services/2006/types"})


def shoot_both(program: Program, name: str, focus: str) -> None:
    """Take a picture in the light scheme and in the dark one; the focus comes back to where it was."""
    for scheme in ("light", "dark"):
        program.desktop.shoot(f"{name}-{scheme}")
        program.desktop.press("Ctrl+Shift+P")
        program.wait_until_focused("Command")
        program.desktop.type("Switch between light")
        program.desktop.press("Enter")
        program.wait_until_focused(focus)


def test_a_formatted_message_goes_out_clean_and_is_read_formatted(mailwright: Launcher) -> None:
    program = mailwright()
    person, server, desktop = Person(program), ServerSide(program.sandbox), program.desktop
    person.wait_until_ready()
    person.write(ANYONE, "Dressed", "Dear James")
    desktop.press("Enter", "Ctrl+B")
    desktop.type("urgent")
    desktop.press("Ctrl+B")
    desktop.type(" news")
    desktop.press("Enter", "Ctrl+Shift+8")
    desktop.type("first point")
    desktop.press("Enter")
    desktop.type("secnd point")
    desktop.press("Enter", "Enter", "Ctrl+Shift+L")
    desktop.type("Region")
    desktop.press("Tab")
    desktop.type("Sum")
    person.save()
    shoot_both(program, "formatted", "Message")
    desktop.press("Ctrl+H")
    program.wait_until_focused("Find")
    desktop.type("secnd")
    desktop.press("Tab")
    desktop.type("second")
    desktop.press("Tab", "Tab", "space", "Escape")
    desktop.press("Ctrl+Enter")
    assert ANYONE in server.wait_until_delivered("Dressed")
    body = html_of(server, "Dressed")
    assert "<b>urgent</b> news" in body
    assert "<ul><li>first point</li><li>second point</li></ul>" in body
    assert "Region</td>" in body
    assert "-qt-" not in body
    person.go_to("Sent")
    desktop.press("Home")
    program.wait_until_accessible("Dressed")
    wait_until(lambda: "Region" in program.words(), "the message is read, formatted")
    shoot_both(program, "formatted-read", "Sent")
