"""The hands and eyes of these tests work: shown on a window that is not the program."""

from __future__ import annotations

import signal
import subprocess
from pathlib import Path

import pytest

from tests import bare_environment
from tests.end2end import seen
from tests.end2end.desktop import Desktop, wait_until
from tests.end2end.program import Launcher, Program


@pytest.fixture
def demo(desktop: Desktop, mailwright: Launcher) -> Program:
    program = mailwright.start_command("-m", "tests.end2end.demo_window")
    wait_until(lambda: desktop.active_title() == "Demonstration", "the window has the focus")
    program.wait_until_focused("Line")
    return program


def test_typed_text_arrives_whole_with_accents_and_capitals(desktop: Desktop, demo: Program) -> None:
    text = "Ça va? Größe: 12 €, naïve façade & «Ærø» O'Neil_{}[]@#"
    desktop.type(text)
    assert demo.wait_until_accessible(text, role="text")["text"] == text


def test_a_line_break_is_a_key_too(desktop: Desktop, demo: Program) -> None:
    desktop.press("Tab")
    demo.wait_until_focused("Text")
    desktop.type("first\nsecond")
    demo.wait_until_accessible("first\nsecond")


@pytest.mark.parametrize("chord", ["Ctrl+Enter", "Ctrl+Shift+P", "F8", "Alt+Shift+S"])
def test_chords_arrive_as_what_they_are(desktop: Desktop, demo: Program, chord: str) -> None:
    desktop.press(chord)
    demo.wait_until_accessible(f"pressed {chord.replace('Enter', 'Return')}")


def test_what_another_program_copied_can_be_pasted_however_large(desktop: Desktop, demo: Program) -> None:
    desktop.press("Tab")
    demo.wait_until_focused("Text")
    with desktop.copied("☂" * 99 + "\n" + "x" * 99 + "\n" * 20_000):
        desktop.press("Ctrl+V")
        demo.wait_until_accessible(f"{100 + 99 + 20_000} characters")


def test_a_picture_shows_what_is_on_the_screen(desktop: Desktop, demo: Program) -> None:
    picture = desktop.shoot("harness")
    facts = subprocess.run(["identify", "-format", "%w %h %k", str(picture)], capture_output=True, check=True)
    width, height, colours = map(int, facts.stdout.split())
    assert (width, height) == (1440, 900)
    assert colours > 10


def test_what_does_not_appear_fails_with_the_tree_in_its_words(demo: Program) -> None:
    with pytest.raises(AssertionError, match="nothing yet"):
        demo.wait_until_accessible("no such words", seconds=0.3)


def test_a_program_that_ended_is_told_as_ended(demo: Program) -> None:
    demo.kill()
    with pytest.raises(AssertionError, match=str(-signal.SIGKILL)):
        demo.tree()


def test_every_process_of_a_test_is_ended_also_one_that_was_orphaned(mailwright: Launcher) -> None:
    child = "import time; time.sleep(60)"
    program = mailwright.start_command(
        "-c", f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {child!r}], start_new_session=True)"
    )
    program.process.wait(10)
    assert len(mailwright.running()) == 1
    mailwright.end_all()
    assert mailwright.running() == []


def test_the_tree_names_roles_states_and_texts(demo: Program) -> None:
    tree = demo.tree()
    assert tree is not None
    line = seen.focused(tree)
    assert line is not None
    assert (line["role"], line["name"]) == ("text", "Line")
    assert "nothing yet" in seen.all_words(tree)
    assert "Demonstration" in seen.outline(tree)


def test_what_a_program_wants_opened_reaches_the_tests_own_browser_and_no_other(
    mailwright: Launcher, tmp_path: Path
) -> None:
    seen_by_ours = tmp_path / "seen"
    mailwright.open_with("sh", "-c", f'printf %s "$1" > {seen_by_ours}', "sh")
    asked = "QDesktopServices.openUrl(QUrl('https://login.example/a?b=c&d'))"
    mailwright.start_command(
        "-c",
        "from PySide6.QtCore import QUrl; from PySide6.QtGui import QDesktopServices, QGuiApplication;"
        f"qt = QGuiApplication([]); assert {asked}",
    ).process.wait(20)
    wait_until(lambda: seen_by_ours.exists() and seen_by_ours.read_text(), "our browser was started")
    assert mailwright.opened() == ["https://login.example/a?b=c&d"] == [seen_by_ours.read_text()]


def test_a_program_knows_nothing_of_who_runs_the_tests(mailwright: Launcher, tmp_path: Path) -> None:
    environment = mailwright.environment()
    brought = {"LANG", "LC_ALL", "BROWSER", "DBUS_SESSION_BUS_ADDRESS", "PYTHON_KEYRING_BACKEND"}
    brought |= {"QT_QPA_PLATFORM", "QT_LINUX_ACCESSIBILITY_ALWAYS_ON", "MAILWRIGHT_DATA", "MAILWRIGHT_PRESETS"}
    chosen = {name for name in environment if bare_environment.is_chosen(name) and not name.startswith("XDG_")}
    assert chosen == brought
    folders = {name: Path(environment[name]) for name in environment if name.startswith("XDG_") or name == "HOME"}
    assert {name for name, folder in folders.items() if tmp_path not in folder.parents} == {"XDG_RUNTIME_DIR"}


def test_the_bus_starts_accessibility_and_nothing_else_of_this_machine(desktop: Desktop) -> None:
    ask = ["dbus-send", "--session", "--print-reply", "--dest=org.freedesktop.DBus", "/", "org.freedesktop.DBus"]
    ask[-1] += ".ListActivatableNames"
    answer = subprocess.run(ask, env=desktop.environment, capture_output=True, check=True, text=True).stdout
    names = {line.split('"')[1] for line in answer.splitlines() if '"' in line}
    assert names == {"org.freedesktop.DBus", "org.a11y.Bus"}
