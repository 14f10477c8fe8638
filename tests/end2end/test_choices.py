"""One's own keys and the time for Undo, chosen in the settings by keys alone, and there after the next start."""

from __future__ import annotations

from tests.end2end import seen
from tests.end2end.desktop import wait_until
from tests.end2end.person import Person
from tests.end2end.program import Launcher


def test_keys_and_the_time_for_undo_are_chosen_and_kept(mailwright: Launcher) -> None:
    program = mailwright()
    person = Person(program)
    person.wait_until_ready()
    program.desktop.press("G")
    program.wait_until_accessible("G, then")
    program.desktop.shoot("hint-light")
    program.desktop.press("D")
    program.wait_until_gone("G, then")
    program.desktop.press("Ctrl+,")
    program.wait_until_accessible("Add an account")
    program.desktop.press("Alt+F", "Down", "End", "Up")
    program.wait_until_accessible("Find a command", role="text")
    program.desktop.shoot("settings-choices-light")
    for _ in range(40):
        if seen.find(program.tree(), "Find a command", state="focused") is not None:
            break
        program.desktop.press("Tab")
    program.desktop.type("go to sent every")
    program.desktop.press("Tab", "Tab")
    program.wait_until_focused("New keys")
    program.desktop.press("Ctrl+Shift+F12", "Tab", "space")
    program.wait_until_accessible("Done. It counts at once.")
    wait_until((program.data / "keys.toml").exists, "the file of keys is there")
    program.desktop.press("Escape")
    program.desktop.press("Ctrl+Shift+F12")
    program.wait_until_accessible("Sent", role="radio button", state="checked")
    assert program.quit() == 0
    again = mailwright()
    Person(again).wait_until_ready()
    again.desktop.press("Ctrl+Shift+F12")
    again.wait_until_accessible("Sent", role="radio button", state="checked")
