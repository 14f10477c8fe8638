"""What a screen reader is told: what comes without the focus moving, what rows and buttons are, and where Tab leads."""

from __future__ import annotations

import msgspec
import pytest
from PySide6 import QtGui
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QColor
from PySide6.QtWidgets import QApplication, QWidget

from app.domain.message import BodyFormat, Content, Field
from app.services.text.error_text import Explanation
from app.ui import theme
from app.ui.bars import MessageBar
from app.ui.message_list.row_face import RowFace
from app.views.shell.keys_sheet import KeysSheet
from tests.fakes.mailbox import words
from tests.fakes.scene import BEN, MESSAGE
from tests.program_scene import HOLD, ProgramScene

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)


class _Reader:
    """Stands for Qt's way to a screen reader, as if one were listening."""

    heard: list[str]

    @staticmethod
    def isActive() -> bool:
        return True

    @classmethod
    def updateAccessibility(cls, event: object) -> None:
        if isinstance(event, QAccessibleAnnouncementEvent):
            cls.heard.append(event.message())


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return what a screen reader is told to say, as it comes."""
    _Reader.heard = []
    monkeypatch.setattr(QtGui, "QAccessible", _Reader)
    return _Reader.heard


async def opened(scene: ProgramScene, content: Content = MESSAGE) -> None:
    name = await scene.saved(content)
    scene.parts.compose.open_message(name)
    await scene.until(lambda: scene.parts.compose.current() is not None and scene.message.is_filled)
    scene.message.focus_field(Field.BODY)
    await scene.settle()


# --- what comes by itself ---------------------------------------------------------------------------------------------


async def test_a_send_is_said_when_it_begins_and_when_it_went_and_not_each_second(
    program_scene: ProgramScene, heard: list[str]
) -> None:
    scene = program_scene
    await opened(scene)
    heard.clear()
    await scene.press("Ctrl+Return")
    assert [one for one in heard if "Sending in" in one] == ["Sending in 5 s. Undo"]
    await scene.passes(HOLD + 1)
    assert [one for one in heard if "Sending in" in one] == ["Sending in 5 s. Undo"]
    assert heard[-1] == "Sent"


async def test_what_was_discarded_and_why_a_key_did_nothing_are_said(
    program_scene: ProgramScene, heard: list[str]
) -> None:
    scene = program_scene
    await opened(scene)
    await scene.press("Ctrl+Shift+D")
    assert heard[-1].startswith("Discarded")
    assert heard[-1].endswith("Undo")
    await scene.press("R")
    assert heard[-1] == scene.status_bar.partition("\n")[0].partition("  ·  ")[0]


async def test_importance_is_said_on_and_off(program_scene: ProgramScene, heard: list[str]) -> None:
    scene = program_scene
    await opened(scene)
    await scene.press("Alt+I")
    assert heard[-1] == "High importance"
    await scene.press("Alt+I")
    assert heard[-1] == "Normal importance"


async def test_that_a_draft_is_on_this_computer_alone_is_said_and_that_it_was_saved_is_not(
    program_scene: ProgramScene, heard: list[str]
) -> None:
    scene = program_scene
    await opened(scene)
    scene.mailbox.refuse("update", 0, words("ErrorQuotaExceeded"))
    await scene.type("x")
    await scene.press("Ctrl+S")
    assert scene.message._state.text() in heard
    assert scene.message._state.property("tone") == "warn"
    heard.clear()
    await scene.type("y")
    await scene.press("Ctrl+S")
    assert scene.message._state.text().startswith("Saved")
    assert not [one for one in heard if one.startswith("Saved 1") or one == "Saved"]


async def test_the_bar_of_the_account_is_said_once_with_what_helps_and_its_details_when_they_open(
    program_scene: ProgramScene, heard: list[str]
) -> None:
    bar = program_scene.window.account_bar
    said = Explanation("Cannot reach mail.example.org.", "try-now", (("Server", "mail.example.org"),))
    for _ in range(2):
        bar.show_sentence(said.sentence, action=("try-now", "Try now"), details=said.details)
    assert heard == ["Cannot reach mail.example.org. Try now"]
    bar.show_details()
    assert heard[-1] == "Server: mail.example.org"
    bar.clear()
    bar.show_sentence(said.sentence)
    assert heard[-1] == "Cannot reach mail.example.org."
    quiet = MessageBar(program_scene.window, heard=False)
    quiet.show_sentence("In the reader, whose row says it.")
    assert heard[-1] == "Cannot reach mail.example.org."


async def test_why_a_message_is_not_sent_is_said_once_at_each_wish(
    program_scene: ProgramScene, heard: list[str]
) -> None:
    scene = program_scene
    await opened(scene)
    (stored,) = scene.mailbox.items.values()
    scene.mailbox.edit_elsewhere(stored.item_id, msgspec.structs.replace(MESSAGE, body="Theirs"))
    await scene.type("My words. ")
    await scene.press("Ctrl+S")
    await scene.until(scene.message.bar.isVisible)
    for _ in range(2):
        heard.clear()
        await scene.press("Ctrl+Return")
        why = [one for one in heard if one.startswith("Not sent. This draft was changed elsewhere")]
        assert len(why) == 1, heard
        scene.message.focus_field(Field.BODY)


async def test_what_was_typed_meanwhile_is_said_when_it_comes_and_not_at_each_key(
    program_scene: ProgramScene, heard: list[str]
) -> None:
    scene = program_scene
    hold = scene.window.gate.begin("Opening…")
    scene.tap_text("Dear zoe")
    hold.fail()
    await scene.settle()
    scene.tap_text(", and more")
    bar = scene.parts.unplaced_text.bar
    assert bar is not None
    assert "Dear zoe, and more" in scene.words(bar)
    assert len([one for one in heard if one.startswith("You typed this meanwhile")]) == 1
    await scene.rest()
    scene.window.gate.take_text()


async def test_the_ends_of_a_list_are_said(program_scene: ProgramScene, heard: list[str]) -> None:
    scene = program_scene
    for number in range(2):
        await scene.saved(MESSAGE, subject=f"Number {number}")
    await scene.press("Ctrl+2", "Home")
    heard.clear()
    await scene.press("Down")
    assert heard == []
    await scene.press("Down")
    assert heard == ["End of the list"]
    await scene.press("J")
    assert heard == ["End of the list"] * 2
    await scene.press("K", "Up")
    assert heard[-1] == "Start of the list"


# --- what is read of rows and buttons ---------------------------------------------------------------------------------


def test_a_row_says_that_it_has_a_problem_and_which_key_helps_and_ends_each_part_once() -> None:
    face = RowFace("Ben", "12:03", "Hello", "Add a recipient.", "bad", "circle-alert", "Mend address", attachment=True)
    assert face.spoken("A") == ("Ben. Hello. Problem: Add a recipient. A: Mend address. 12:03. Has an attachment")
    assert face._replace(line="Dear Ben", tone="faint", icon="", action="").spoken("A") == (
        "Ben. Hello. Dear Ben. 12:03. Has an attachment"
    )


async def test_rows_say_the_key_that_counts(program_scene: ProgramScene) -> None:
    scene = program_scene
    await scene.saved(msgspec.structs.replace(MESSAGE, to=()))
    await scene.press("Ctrl+2", "Home", "Ctrl+Return")
    model = scene.parts.workspace.panel.model
    said = str(model.data(model.index(0, 0), Qt.ItemDataRole.AccessibleTextRole))
    assert "Problem: Add a recipient. A: Mend address" in said


async def test_the_reason_is_read_where_an_address_is_mended(program_scene: ProgramScene) -> None:
    scene = program_scene
    await opened(scene)
    await scene.press("Alt+T")
    await scene.type("marc")
    await scene.press("Return", "Ctrl+Return")
    await scene.settle()
    line = scene.focus
    assert line.accessibleName() == "To: edit recipient"
    assert "marc" in line.accessibleDescription()


async def test_places_are_one_of_several_and_what_needs_the_person_has_a_sign(program_scene: ProgramScene) -> None:
    scene = program_scene
    drafts = scene.window.sidebar._buttons["drafts"]
    found = QAccessible.queryAccessibleInterface(drafts)
    assert found.role() == QAccessible.Role.RadioButton
    assert found.state().checked
    drafts.show_count(14, 0)
    assert drafts.badge_words() == "14"
    drafts.show_count(14, 2)
    assert drafts.badge_words() == "! 2"
    assert drafts.accessibleName() == "Drafts, 14 messages, 2 need attention"
    drafts.set_narrow(on=True)
    assert drafts.badge_words() == "! 2"
    drafts.show_count(14, 0)
    assert drafts.badge_words() == ""


async def test_the_keys_stand_in_one_list_under_headings(program_scene: ProgramScene) -> None:
    scene = program_scene
    await scene.press("C", "F1")
    (sheet,) = scene.window.findChildren(KeysSheet)
    assert scene.focus is sheet.list
    assert sheet.list.currentIndex().data() == "Everywhere"
    line = sheet.list.viewport().grab(sheet.list.visualRect(sheet.list.currentIndex())).toImage()
    inks = {line.pixelColor(x, y).name() for x in range(line.width()) for y in range(line.height())}
    assert {QColor(theme.scheme().text).name(), QColor(theme.scheme().selected).name()} <= inks
    await scene.press("Down")
    here = sheet.list.currentIndex()
    assert here.parent().data() == "Everywhere"
    keys = here.siblingAtColumn(1).data()
    assert here.data(Qt.ItemDataRole.AccessibleTextRole).startswith(f"{here.data()}: {keys}")
    await scene.press("Escape")
    assert scene.field() is Field.TO


def seen_order(view: QWidget) -> list[tuple[int, int, str]]:
    """Return what is seen in a pane with its place, as the tree of a screen reader has it."""
    interface = QAccessible.queryAccessibleInterface(view)
    parts = [interface.child(number).object() for number in range(interface.childCount())]
    return [
        (part.y() // 20, part.x(), part.accessibleName() or part.objectName())
        for part in parts
        if isinstance(part, QWidget) and part.isVisible() and part.height() > 1
    ]


async def test_a_message_is_walked_as_it_is_seen(program_scene: ProgramScene) -> None:
    scene = program_scene
    await opened(scene, msgspec.structs.replace(MESSAGE, cc=(BEN,)))
    names = [name for _, _, name in seen_order(scene.message)]
    wanted = ["Attach files", "Send", "To", "Cc", "Subject"]
    assert [name for name in names if name in wanted] == wanted
    assert names[-1] != "To"


# --- where the focus goes ---------------------------------------------------------------------------------------------


class Way:
    """The widgets that had the focus, in their order."""

    def __init__(self, scene: ProgramScene) -> None:
        self.names: list[str] = []
        scene.parts.shell.qt.focusChanged.connect(self._moved)

    def _moved(self, _before: QWidget | None, now: QWidget | None) -> None:
        if now is not None and now.isVisible():
            self.names.append(now.accessibleName() or type(now).__name__)


async def test_the_focus_goes_through_nothing_else_on_its_way(program_scene: ProgramScene) -> None:
    scene = program_scene
    await opened(scene)
    way = Way(scene)
    await scene.press("Ctrl+B")
    assert way.names == ["Message"], "from plain text to formatted"
    way.names.clear()
    await scene.press("Ctrl+T", "Escape")
    assert way.names == ["Template or signature", "Message"]
    way.names.clear()
    await scene.press("Ctrl+Shift+P", "Escape")
    assert way.names == ["Command", "Message"]
    way.names.clear()
    await scene.press("Ctrl+F", "Escape")
    assert way.names == ["Find", "Message"]
    way.names.clear()
    await scene.press("Ctrl+K", "Escape")
    assert way.names == ["Address of the link", "Message"]
    way.names.clear()
    await scene.press("Alt+O", "Escape")
    assert way.names[-1] == "Message"
    assert "New message" not in way.names


async def test_sending_leads_from_the_text_to_the_list_and_through_no_other_part(program_scene: ProgramScene) -> None:
    scene = program_scene
    await opened(scene)
    way = Way(scene)
    await scene.press("Ctrl+Return")
    assert scene.in_list()
    others = {"New message", "Text of the message", "Send", "Drafts, 1 message", "Settings"}
    assert not others & set(way.names), way.names


@pytest.mark.parametrize("body_format", list(BodyFormat))
async def test_tab_reaches_the_tools_behind_the_actions(program_scene: ProgramScene, body_format: BodyFormat) -> None:
    scene = program_scene
    await opened(scene, msgspec.structs.replace(MESSAGE, body_format=body_format))
    way = []
    for _ in range(24):
        await scene.press("Tab")
        way.append(scene.focus.accessibleName() or getattr(scene.focus, "text", str)())
    tools = ["Attach files", "Plain or formatted", "Template or signature", "Send later", "Options"]
    assert way[:8] == ["Send", "High importance", "Discard", *tools]
    if body_format is BodyFormat.HTML:
        assert way[8:11] == ["More", "Bold", "Italic"]
        assert way.index("Cc") > way.index("Clear formatting")
    else:
        assert way[8:11] == ["More", "Cc", "Bcc"]


async def test_a_click_on_a_tool_of_formatted_text_leaves_the_focus_in_the_text(program_scene: ProgramScene) -> None:
    scene = program_scene
    await opened(scene, msgspec.structs.replace(MESSAGE, body_format=BodyFormat.HTML))
    tools = scene.message.body.tools
    assert tools is not None
    await scene.click(tools._buttons["bold"])
    assert scene.field() is Field.BODY
    assert QApplication.focusWidget() is scene.message.body.editor


async def test_what_is_typed_at_a_tool_of_formatted_text_is_typed_in_the_text(program_scene: ProgramScene) -> None:
    scene = program_scene
    await opened(scene, msgspec.structs.replace(MESSAGE, body_format=BodyFormat.HTML))
    tools, before = scene.message.body.tools, scene.message.body.toPlainText()
    assert tools is not None
    tools._buttons["bold"].setFocus(Qt.FocusReason.TabFocusReason)
    await scene.type("words")
    assert scene.field() is Field.BODY
    assert "words" in scene.message.body.toPlainText()
    assert len(scene.message.body.toPlainText()) == len(before) + 5
