"""Without a window manager no window is the active one by itself; keys go to the one below the pointer."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.end2end.desktop import Desktop, own_desktop, wait_until, why_not
from tests.end2end.person import Person
from tests.end2end.program import Launcher
from tests.end2end.server_side import ServerSide


@pytest.fixture(scope="module")
def desktop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desktop]:
    """A display without a window manager, in place of the one that all other tests share."""
    reason = why_not()
    if reason:
        pytest.skip(reason)
    with own_desktop(tmp_path_factory.mktemp("shots"), managed=False) as made:
        yield made


def test_a_message_is_written_and_sent_where_nothing_makes_the_window_the_active_one(mailwright: Launcher) -> None:
    program = mailwright()
    Person(program).wait_until_ready()
    program.desktop.press("c")
    program.desktop.type("henrik.mueller@contoso.com")
    program.desktop.press("Alt+U")
    program.desktop.type("No manager")
    program.desktop.press("Alt+M")
    program.desktop.type("Every word of it.")
    for words in ("henrik.mueller@contoso.com", "No manager", "Every word of it."):
        program.wait_until_accessible(words)
    program.desktop.press("Ctrl+Enter")
    ServerSide(program.sandbox).wait_until_delivered("No manager")


def test_keys_find_their_way_through_a_dialog_and_a_window_of_a_message(mailwright: Launcher) -> None:
    program = mailwright()
    Person(program).wait_until_ready()
    program.desktop.press("c")
    program.wait_until_focused("To")
    program.desktop.press("Ctrl+Shift+A")
    wait_until(lambda: program.desktop.windows("Attach files"), "the dialog is there")
    program.desktop.press("Escape")
    wait_until(lambda: not program.desktop.windows("Attach files"), "the dialog is gone")
    program.desktop.press("Alt+M")
    program.desktop.type("After the dialog, ")
    program.wait_until_accessible("After the dialog, ")
    program.desktop.press("Ctrl+Shift+W")
    program.desktop.type("in its own window.")
    program.wait_until_accessible("After the dialog, in its own window.")
