"""Messages in windows of their own: by key, several at once, with all that a message offers, and nothing lost."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from app.domain.message import Content, Field, LocalId
from app.domain.state import State
from app.views.compose.view import ComposeView
from app.views.shell.message_window import MessageWindow
from tests.fakes.scene import MESSAGE
from tests.program_scene import ProgramScene

# The offscreen platform says so of every window that is brought to the front; there is none to be in front of.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support raise", extend=True)
OUT = "Ctrl+Shift+W"


@pytest.fixture
async def scene(program_scene: ProgramScene) -> ProgramScene:
    return program_scene


def focus() -> QWidget:
    found = QApplication.focusWidget()
    assert found is not None, "the focus is lost"
    return found


async def press(scene: ProgramScene, *keys: str) -> None:
    """Press keys in whatever window has the focus."""
    for sequence in keys:
        steps = QKeySequence(sequence)
        for number in range(steps.count()):
            step = steps[number]  # type: ignore[index]  # PySide's stub forgets it
            QTest.keyClick(focus(), step.key(), step.keyboardModifiers())
        await scene.settle()


async def type_(scene: ProgramScene, text: str) -> None:
    for sign in text:
        QTest.keyClicks(focus(), sign)
    await scene.settle()


def windows(scene: ProgramScene) -> list[MessageWindow]:
    return scene.parts.compose.message_windows.windows


async def popped(scene: ProgramScene, subject: str = "Popped", body: str = "Words") -> LocalId:
    """Write a message in the main window, and give it a window of its own."""
    await scene.parts.compose.begin_now(Content(to=MESSAGE.to, subject=subject))
    await scene.until(scene.window.isActiveWindow)
    await scene.settle()
    await type_(scene, body)
    await press(scene, OUT)
    await scene.until(lambda: bool(windows(scene)) and windows(scene)[-1].isActiveWindow())
    view = windows(scene)[-1].message()
    assert isinstance(view, ComposeView)
    return view.session.local_id


async def test_a_message_goes_into_a_window_of_its_own_with_caret_and_all(scene: ProgramScene) -> None:
    name = await popped(scene)
    (window,) = windows(scene)
    assert window.isAncestorOf(focus())
    assert window.windowTitle() == "Popped – Mailwright"
    assert scene.parts.workspace.messages == []
    await type_(scene, " and more")
    assert (await scene.content(name)).body == "Words and more"
    await press(scene, "Ctrl+Z")
    await scene.settle()
    assert (await scene.content(name)).body != "Words and more", "what can be undone went along"


async def test_tab_goes_from_the_text_to_send_there_and_back_here(scene: ProgramScene) -> None:
    await popped(scene)
    for _ in range(2):
        await press(scene, "Tab")
        assert focus().accessibleName() == "Send"
        await press(scene, "Shift+Tab")
        assert focus().accessibleName() == "Message"
        await press(scene, OUT)


async def test_the_same_key_puts_it_back(scene: ProgramScene) -> None:
    name = await popped(scene)
    await press(scene, OUT)
    assert windows(scene) == []
    assert scene.message.session.local_id == name
    assert scene.message.isAncestorOf(focus())
    await type_(scene, "!")
    assert (await scene.content(name)).body == "Words!"


async def test_commands_of_a_message_work_there_on_that_message(scene: ProgramScene) -> None:
    name = await popped(scene)
    await scene.parts.compose.begin_now(Content(subject="In the main window"))
    await scene.until(scene.window.isActiveWindow)
    other = scene.message.session.local_id
    (window,) = windows(scene)
    window.activateWindow()
    await scene.until(window.isActiveWindow)
    await press(scene, "Alt+U")
    await type_(scene, "Renamed")
    assert (await scene.content(name)).subject == "Renamed"
    assert (await scene.content(other)).subject == "In the main window"
    assert window.windowTitle().startswith("Renamed")
    await press(scene, "Ctrl+S")
    await scene.until(lambda: scene.record(name).saved)
    assert not scene.record(other).saved


async def test_sent_from_there_the_window_goes_and_it_can_be_taken_back(scene: ProgramScene) -> None:
    name = await popped(scene)
    await press(scene, "Ctrl+Return")
    await scene.until(lambda: windows(scene) == [])
    assert scene.record(name).state is State.HELD
    assert "Sending in" in scene.status_bar
    scene.parts.status_bar.undo()
    await scene.until(lambda: scene.parts.compose.current() is not None)
    assert scene.message.session.local_id == name


async def test_discarded_there_the_window_goes_and_it_can_be_taken_back(scene: ProgramScene) -> None:
    name = await popped(scene)
    await press(scene, "Ctrl+Shift+D")
    await scene.until(lambda: windows(scene) == [])
    assert scene.record(name).discarded
    scene.parts.status_bar.undo()
    await scene.until(lambda: not scene.record(name).discarded)


@pytest.mark.parametrize("how", ["escape", "close"])
async def test_closing_the_window_saves_the_message(scene: ProgramScene, how: str) -> None:
    name = await popped(scene)
    (window,) = windows(scene)
    if how == "escape":
        await press(scene, "Escape")
    else:
        window.close()
    await scene.until(lambda: scene.record(name).saved)
    assert windows(scene) == []
    assert not scene.record(name).open
    assert (await scene.content(name)).body == "Words"


async def test_several_messages_have_a_window_each(scene: ProgramScene) -> None:
    names = [await popped(scene, f"Message {n}", f"Words {n}") for n in range(3)]
    assert len(windows(scene)) == 3
    for number, window in enumerate(windows(scene)):
        window.activateWindow()
        await scene.until(window.isActiveWindow)
        await type_(scene, f" more {number}")
    bodies = [(await scene.content(name)).body for name in names]
    assert bodies == [f"Words {n} more {n}" for n in range(3)]


def in_one_breath(scene: ProgramScene, *what: str) -> None:
    """Press keys and type text faster than a window comes to the front: to the window that has the keyboard now."""
    for one in what:
        for key in [one] if "+" in one or (len(one) > 1 and one[0].isupper()) else one:
            step = QKeySequence(key)[0]  # type: ignore[index]  # PySide's stub forgets it
            QTest.keyClick(QApplication.focusWindow(), step.key(), step.keyboardModifiers())


@pytest.mark.parametrize(
    "way", [("Ctrl+2", "c"), ("Ctrl+N",), ("Ctrl+3", "Ctrl+N")], ids=["to a list and on", "new", "to Sent and on"]
)
async def test_what_is_asked_for_in_its_window_and_comes_in_the_main_one_has_the_keys_after_it(
    scene: ProgramScene, way: tuple[str, ...]
) -> None:
    name = await popped(scene)
    in_one_breath(scene, *way, "ben", "Tab", "subject")
    await scene.until(lambda: bool(scene.parts.workspace.messages) and scene.window.isActiveWindow())
    await scene.settle()
    assert (await scene.content(name)).body == "Words"
    other = await scene.content(scene.message.session.local_id)
    assert (other.to[0].address, other.subject) == ("ben", "subject")


async def test_what_is_typed_after_the_row_of_a_message_in_its_own_window_goes_there(scene: ProgramScene) -> None:
    name = await popped(scene)
    await press(scene, "Ctrl+2", "Home")
    await scene.until(scene.window.isActiveWindow)
    in_one_breath(scene, "Enter", "xen")
    await scene.until(windows(scene)[0].isActiveWindow)
    await scene.settle()
    assert "xen" in (await scene.content(name)).body
    assert scene.parts.workspace.messages == []


@pytest.mark.parametrize("key", ["Ctrl+,", "Ctrl+/"])
async def test_what_covers_the_main_window_brings_it_to_the_front(scene: ProgramScene, key: str) -> None:
    await popped(scene)
    await press(scene, key)
    await scene.until(scene.window.isActiveWindow)


async def test_opened_from_its_row_the_window_it_has_comes_to_the_front(scene: ProgramScene) -> None:
    name = await popped(scene)
    scene.window.activateWindow()
    await scene.until(scene.window.isActiveWindow)
    await press(scene, "Ctrl+2", "Home", "Return")
    await scene.until(windows(scene)[0].isActiveWindow)
    assert scene.parts.workspace.messages == []
    assert [view.session.local_id for view in scene.parts.compose._views] == [name]


async def test_a_row_is_opened_in_a_window_by_key(scene: ProgramScene) -> None:
    name = await scene.saved()
    await scene.until(lambda: len(scene.rows) == 1)
    await press(scene, "Home", "Shift+O")
    await scene.until(lambda: len(windows(scene)) == 1)
    view = windows(scene)[0].message()
    assert isinstance(view, ComposeView)
    assert view.session.local_id == name


async def test_the_palette_of_the_window_acts_on_its_message(scene: ProgramScene) -> None:
    name = await popped(scene)
    (window,) = windows(scene)
    await press(scene, "Ctrl+Shift+P")
    assert window.isAncestorOf(focus())
    await type_(scene, "high imp")
    await press(scene, "Return")
    await scene.settle()
    assert (await scene.content(name)).importance.value == "High"


async def test_after_a_crash_it_is_open_in_the_main_window(scene: ProgramScene) -> None:
    name = await popped(scene)
    (record,) = [one for one in await scene.journal.after_crash().records() if one.local_id == name]
    assert record.open


async def test_keys_of_ones_own_count_there_too(scene: ProgramScene) -> None:
    name = await popped(scene)
    assert scene.parts.keymap.set_keys("compose.subject", ("Ctrl+Shift+F12",)) == ""
    (window,) = windows(scene)
    view = window.message()
    assert isinstance(view, ComposeView)
    view.focus_field(Field.BODY)
    await press(scene, "Ctrl+Shift+F12")
    assert focus() is view.subject
    assert view.session.local_id == name


async def test_enter_presses_a_focused_button_once_in_either_window(scene: ProgramScene) -> None:
    await popped(scene)
    (window,) = windows(scene)
    for place in (window, scene.window):
        place.activateWindow()
        await scene.until(place.isActiveWindow)
        button = QPushButton("Press me", place)
        pressed: list[QPushButton] = []
        button.clicked.connect(lambda _on, pressed=pressed, button=button: pressed.append(button))
        button.show()
        button.setFocus()
        await press(scene, "Return", "Enter")
        assert len(pressed) == 2
        held = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier, "\r", autorep=True)
        QApplication.sendEvent(button, held)
        await press(scene, "Ctrl+Shift+Return")
        assert len(pressed) == 2, "neither a key that is held down nor another key presses it"
        button.deleteLater()
