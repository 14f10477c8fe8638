"""The settings by keys: sections, a setting found by its words, the theme, and what the sidebar marks meanwhile."""

from __future__ import annotations

from tests.end2end.person import Person
from tests.end2end.program import Launcher


def test_a_section_is_chosen_a_setting_is_found_and_the_way_back_is_escape(mailwright: Launcher) -> None:
    program = mailwright()
    desktop = program.desktop
    Person(program).wait_until_ready()
    desktop.press("Ctrl+3")
    program.wait_until_focused("Sent", role="table")
    desktop.press("Ctrl+,")
    program.wait_until_accessible("Add an account")
    program.wait_until_gone("Sent Items")
    tree = program.wait_until_accessible("Sent", role="radio button")
    assert "checked" not in tree["states"], "the sidebar marks no list while the settings are open"
    desktop.shoot("settings-accounts-light")
    desktop.press("Alt+F")
    program.wait_until_focused("Find a setting")
    desktop.type("undo")
    program.wait_until_accessible("Seconds in which a send can be undone · Sending")
    desktop.shoot("settings-search-light")
    desktop.press("Enter")
    program.wait_until_focused("Seconds in which a send can be undone")
    desktop.shoot("settings-sending-light")
    desktop.press("Alt+F")
    program.wait_until_focused("Find a setting")
    desktop.press("Down", "Down")
    program.wait_until_accessible("Colours")
    desktop.shoot("settings-appearance-light")
    desktop.press("Alt+L")
    program.wait_until_focused("As this computer is set")
    desktop.press("End")
    program.wait_until_accessible("High contrast")
    desktop.shoot("settings-high-contrast")
    desktop.press("Up")
    program.wait_until_accessible("Dark")
    desktop.press("Alt+F", "Down", "End")
    program.wait_until_accessible("a message could not be sent", state="checked")
    desktop.press("Up")
    program.wait_until_accessible("Commands and their keys")
    desktop.shoot("settings-keys-dark")
    desktop.press("Escape")
    program.wait_until_focused("Sent", role="table")
    tree = program.wait_until_accessible("Sent", role="radio button")
    assert "checked" in tree["states"]
