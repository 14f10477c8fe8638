"""A signature from a file, and font, size and colour of the setting, by keys: what the recipient gets."""

from __future__ import annotations

from pathlib import Path

from app.domain.blocks import as_signature
from app.services.html.foreign import Remote, clean
from tests.end2end.desktop import wait_until
from tests.end2end.person import ANYONE, Person
from tests.end2end.program import Launcher, Program
from tests.end2end.server_side import ServerSide
from tests.end2end.test_formatted import html_of, shoot_both

BORDER = "border:2px solid #c00000"
PADDING = "padding:3px 9px 3px 7px"
PAGE = (
    f'<html><head><meta charset="windows-1252"></head><body><table style="{BORDER}"><tr><td style="{PADDING}">'
    "<b>Clara Fontaine</b><br>Büro&nbsp;3, R&amp;D</td></tr></table></body></html>"
)
BASE = "font-family:Georgia,'Times New Roman',Times,serif;font-size:12pt;color:#1f3864"


def at_row(program: Program, button: str, back: int) -> None:
    """Press the button of the account's row in the settings that stands `back` before the one that changes it."""
    program.desktop.press("Ctrl+,")
    program.wait_until_focused("Change ")
    program.desktop.press(*["Shift+Tab"] * back)
    program.wait_until_focused(button)
    program.desktop.press("Enter")


def choose_style(program: Program) -> None:
    desktop = program.desktop
    at_row(program, "Font and reply header of", 3)
    program.wait_until_focused("Calibri")
    desktop.type("Georgia")
    program.wait_until_focused("Georgia")
    desktop.press("Tab")
    program.wait_until_focused("11 points")
    desktop.press("Down", "Tab")
    program.wait_until_focused("The reader")
    desktop.press("Down", "Down", "Down", "Down")
    wait_until(lambda: program.has_on_disk('"color":"#1f3864"'), "the style is kept")
    shoot_both(program, "house-style", "Dark blue")
    desktop.press("Escape", "Escape")


def import_signature(program: Program, file: Path) -> None:
    desktop = program.desktop
    at_row(program, "Signatures of", 2)
    program.wait_until_focused("Add a signature")
    desktop.press("Tab")
    program.wait_until_focused("Import a signature")
    desktop.press("Enter")
    program.wait_until_focused("File name")
    desktop.type(str(file))
    desktop.press("Enter")
    program.wait_until_accessible("It goes out to the letter")
    shoot_both(program, "signature-imported", "Name")
    desktop.press("Ctrl+Return")
    wait_until(lambda: program.has_on_disk('"kept":true'), "the signature is kept")
    desktop.press("Escape", "Escape")


def test_what_was_chosen_and_imported_is_what_the_recipient_gets(mailwright: Launcher, tmp_path: Path) -> None:
    file = tmp_path / "Office.htm"
    file.write_bytes(PAGE.encode("cp1252"))
    program = mailwright()
    person, server, desktop = Person(program), ServerSide(program.sandbox), program.desktop
    person.wait_until_ready()
    choose_style(program)
    import_signature(program, file)
    person.write(ANYONE, "House style", "Dear James")
    shoot_both(program, "house-style-written", "Message")
    desktop.press("Ctrl+Enter")
    assert ANYONE in server.wait_until_delivered("House style")
    for body in (html_of(server, "House style"), html_of(server, "House style", "inbox", ANYONE)):
        assert f'<div style="{BASE}"><div>Dear James</div>' in body
        assert as_signature(clean(PAGE, Remote.KEPT)) in body, "to the letter"
        for edge in (BORDER, PADDING, "R&amp;D"):
            assert edge in body
