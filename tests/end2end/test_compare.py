"""A draft that another client changed: both versions side by side on a real screen, and one item whatever is chosen."""

from __future__ import annotations

from tests.end2end.desktop import wait_until
from tests.end2end.person import ANYONE, Person
from tests.end2end.program import Launcher
from tests.end2end.server_side import ServerSide
from tests.integration.sandbox import soap

OURS = "Hello Ben,\nwe meet on Monday at ten in the small room.\nBring the contract, please.\nClara"
THEIRS = "Hello Ben,\nwe meet on Tuesday at ten in the large room.\nBring the contract, please.\nAnd a pen.\nClara"


def write_elsewhere(server: ServerSide, subject: str, body: str) -> None:
    """Change the text of a draft as another client would."""
    where = soap.equals(soap.field("item:Subject"), subject)
    (item,) = server.sandbox.post(soap.find("drafts", base="IdOnly", restriction=where)).ids()
    text = soap.set_field("item:Body", f'<t:Body BodyType="Text">{body}</t:Body>')
    server.sandbox.post(soap.update(item, text, resolution="AlwaysOverwrite"))


def test_a_draft_changed_elsewhere_is_compared_and_mine_is_kept(mailwright: Launcher) -> None:
    program = mailwright()
    person, server = Person(program), ServerSide(program.sandbox)
    person.wait_until_ready()
    person.write(ANYONE, "Two hands", OURS)
    person.save()
    wait_until(lambda: server.count("drafts", "Two hands") == 1, "it is saved")
    write_elsewhere(server, "Two hands", THEIRS)
    program.desktop.type(" and Anna")
    program.desktop.press("Ctrl+S")
    program.wait_until_accessible("changed elsewhere", seconds=30)
    program.desktop.press("Alt+A")
    program.wait_until_accessible("differences", seconds=30)
    program.desktop.shoot("compare-light")
    program.desktop.press("N")
    program.desktop.press("M")
    wait_until(lambda: "small room" in server.body("drafts", "Two hands"), "mine is written", 30)
    assert server.count("drafts", "Two hands") == 1
