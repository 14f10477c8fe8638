"""Writing by keys alone: what is typed goes to the journal, and every key of the pane does what it says."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import msgspec
import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QToolTip

from app.controllers.compose import compose
from app.domain.errors import Trouble, TroubleKind
from app.domain.listing import Folder
from app.domain.message import BodyFormat, Content, Field, Importance, LocalId
from app.domain.recipient import Recipient
from app.domain.state import State
from tests.fakes.mailbox import words
from tests.fakes.scene import ANNA, BEN, MESSAGE
from tests.program_scene import HOLD, ProgramScene

HTML = Content(to=(BEN,), subject="Hello", body="<p>Dear <b>Ben</b></p>", body_format=BodyFormat.HTML)


async def opened(scene: ProgramScene, content: Content = MESSAGE) -> LocalId:
    """Return a saved draft, open in the pane with the focus in its body."""
    name = await scene.saved(content)
    scene.parts.compose.open_message(name)
    await scene.settle()
    await scene.until(lambda: scene.parts.compose.current() is not None)
    scene.message.focus_field(Field.BODY)
    return name


async def written(scene: ProgramScene) -> LocalId:
    """Write a message from its first key: C, an address, a subject, a body."""
    await scene.press("C")
    await scene.type("ben@example.org")
    await scene.press("Tab")
    await scene.type("Figures")
    await scene.press("Tab")
    await scene.type("Dear Ben")
    return scene.message.session.local_id


async def test_a_message_goes_from_its_first_key_to_sent(program_scene: ProgramScene) -> None:
    scene = program_scene
    name = await written(scene)
    content = await scene.content(name)
    assert (content.to[0].address, content.subject, content.body) == ("ben@example.org", "Figures", "Dear Ben")
    await scene.press("Ctrl+Return")
    assert scene.record(name).state is State.HELD
    assert scene.in_list()
    assert scene.status_bar.startswith("Sending in 5 s")
    await scene.passes(HOLD + 1)
    assert [delivered.address for delivered in scene.mailbox.delivered] == ["ben@example.org"]
    assert scene.status_bar == "Sent"


async def test_each_key_is_on_disk_as_soon_as_it_is_on_the_screen(program_scene: ProgramScene) -> None:
    scene = program_scene
    name = await written(scene)
    before = scene.record(name).edits
    for typed in ("Dear Ben!", "Dear Ben!?"):
        await scene.type(typed[-1])
        assert (await scene.journal.after_crash().read_message(name)).content.body == typed
    assert scene.record(name).edits == before + 2


async def test_words_that_are_no_recipient_yet_are_on_disk_too(program_scene: ProgramScene) -> None:
    scene = program_scene
    await scene.press("C")
    await scene.type("be")
    message = await scene.journal.after_crash().read_message(scene.message.session.local_id)
    assert message.pending[Field.TO] == "be"


async def test_tab_goes_from_to_to_subject_to_body_and_shift_tab_back(program_scene: ProgramScene) -> None:
    scene = program_scene
    await scene.press("C")
    way = [scene.field()]
    for keys in ("Tab", "Tab", "Shift+Tab", "Shift+Tab"):
        await scene.press(keys)
        way.append(scene.field())
    assert way == [Field.TO, Field.SUBJECT, Field.BODY, Field.SUBJECT, Field.TO]


@pytest.mark.parametrize("body_format", list(BodyFormat))
async def test_tab_goes_from_the_text_to_send_and_along_the_actions(
    program_scene: ProgramScene, body_format: BodyFormat
) -> None:
    scene = program_scene
    await opened(scene, msgspec.structs.replace(MESSAGE, body_format=body_format))
    way = []
    for _ in range(3):
        await scene.press("Tab")
        way.append(scene.focus.accessibleName())
    assert way == ["Send", "High importance", "Discard"]
    await scene.press("Shift+Tab", "Shift+Tab", "Shift+Tab")
    assert scene.field() is Field.BODY
    await scene.press("Shift+Tab")
    assert scene.field() is Field.SUBJECT


@pytest.mark.qt_log_ignore("This plugin does not support raise", extend=True)
async def test_what_is_typed_on_after_a_tab_meant_for_the_text_is_in_the_text(program_scene: ProgramScene) -> None:
    scene = program_scene
    name = await opened(scene)
    await scene.press("End", "Tab")
    await scene.type("x y")
    assert scene.field() is Field.BODY
    assert (await scene.content(name)).body == f"{MESSAGE.body}x y"
    await scene.press("Tab", "Return")
    assert scene.record(name).state is State.DRAFT, "Enter alone never sends"
    assert QToolTip.text() == "Press Space or Ctrl+Enter to send."
    await scene.press("Space")
    assert scene.record(name).state is State.HELD


async def test_tab_goes_through_cc_and_bcc_once_they_are_shown(program_scene: ProgramScene) -> None:
    scene = program_scene
    await scene.press("C", "Alt+B", "Alt+C", "Alt+T")
    way = [scene.field()]
    for _ in range(4):
        await scene.press("Tab")
        way.append(scene.field())
    assert way == [Field.TO, Field.CC, Field.BCC, Field.SUBJECT, Field.BODY]


@pytest.mark.parametrize(
    ("keys", "field"),
    [
        ("Alt+T", Field.TO),
        ("Alt+C", Field.CC),
        ("Alt+B", Field.BCC),
        ("Alt+U", Field.SUBJECT),
        ("Alt+M", Field.BODY),
    ],
)
async def test_alt_and_a_message_goes_to_its_field(program_scene: ProgramScene, keys: str, field: Field) -> None:
    await opened(program_scene)
    await program_scene.press(keys)
    assert program_scene.field() is field
    await program_scene.press(keys)
    assert program_scene.field() is field


async def test_alt_i_makes_it_important_and_takes_that_back(program_scene: ProgramScene) -> None:
    name = await opened(program_scene)
    await program_scene.press("Alt+I")
    assert (await program_scene.content(name)).importance is Importance.HIGH
    await program_scene.press("Alt+I")
    assert (await program_scene.content(name)).importance is Importance.NORMAL


async def test_ctrl_s_saves_at_once_with_what_is_half_typed(program_scene: ProgramScene) -> None:
    scene = program_scene
    await scene.press("C")
    await scene.type("ben@example.org")
    await scene.press("Ctrl+S")
    saved = scene.mailbox.in_folder(ANNA, Folder.DRAFTS)
    assert [item.content.to for item in saved] == [(Recipient("ben@example.org"),)]
    assert scene.message.session.state().text.startswith("Saved")
    assert scene.field() is Field.TO


async def test_escape_leaves_and_keeps_the_message(program_scene: ProgramScene) -> None:
    scene = program_scene
    name = await written(scene)
    await scene.press("Escape")
    assert scene.parts.compose.current() is None
    assert scene.in_list()
    assert scene.record(name).saved
    assert not scene.record(name).open
    assert [row.local_id for row in scene.rows] == [name]


async def test_escape_on_a_message_in_which_nothing_was_written_leaves_nothing(program_scene: ProgramScene) -> None:
    scene = program_scene
    await scene.press("C", "Escape")
    assert scene.rows == []
    assert scene.mailbox.calls_of("save") == []
    assert scene.in_list()


async def test_escape_leaves_the_chips_first_and_then_the_message(program_scene: ProgramScene) -> None:
    scene = program_scene
    await opened(scene)
    await scene.press("Alt+T", "Left")
    await scene.press("Escape")
    assert scene.field() is Field.TO
    await scene.press("Escape")
    assert scene.parts.compose.current() is None


async def test_escape_while_a_chip_is_edited_leaves_the_chip_as_it_was(program_scene: ProgramScene) -> None:
    scene = program_scene
    name = await opened(scene)
    await scene.press("Alt+T", "Left", "F2")
    await scene.type("xyz")
    await scene.press("Escape")
    assert scene.message.session.content.to == (BEN,)
    assert (await scene.content(name)).to == (BEN,)


async def test_discarding_leaves_the_pane_and_z_brings_the_message_back(program_scene: ProgramScene) -> None:
    scene = program_scene
    name = await opened(scene)
    await scene.press("Ctrl+Shift+D")
    assert scene.parts.compose.current() is None
    assert scene.in_list()
    assert scene.rows == []
    assert scene.status_bar == "Discarded"
    await scene.press("Z")
    assert [row.local_id for row in scene.rows] == [name]
    await scene.passes(60)
    assert len(scene.mailbox.in_folder(ANNA, Folder.DRAFTS)) == 1


async def test_undo_of_a_send_opens_the_message_again(program_scene: ProgramScene) -> None:
    scene = program_scene
    name = await written(scene)
    await scene.press("Ctrl+Return")
    await scene.passes(2)
    assert scene.status_bar.startswith("Sending in 3 s")
    await scene.press("Z")
    assert scene.record(name).state is State.DRAFT
    assert scene.message.session.local_id == name
    assert scene.status_bar == ""
    await scene.passes(60)
    assert scene.mailbox.delivered == []
    await scene.press("Alt+M")
    await scene.type("!")
    assert "!" in (await scene.content(name)).body


async def test_ctrl_enter_twice_at_once_sends_once(program_scene: ProgramScene) -> None:
    scene = program_scene
    other = await scene.saved(subject="Another draft, not meant")
    name = await opened(scene)
    scene.parts.compose.send()
    scene.parts.compose.send()
    await scene.settle()
    assert scene.parts.compose.current() is None
    await scene.press("Ctrl+Return")
    assert scene.record(other).state is State.DRAFT, "the second press fell on the list"
    await scene.passes(HOLD + 1)
    assert len(scene.mailbox.delivered) == 1
    assert scene.record(name).state is State.SENT
    assert scene.record(other).state is State.DRAFT


async def test_a_message_without_recipient_stays_and_says_so(program_scene: ProgramScene) -> None:
    scene = program_scene
    await scene.press("C", "Tab")
    await scene.type("Subject")
    await scene.press("Ctrl+Return")
    assert scene.message.bar.isVisible()
    assert "Add a recipient." in scene.words(scene.message.bar)
    assert scene.field() is Field.TO
    await scene.rest()
    await scene.type("ben@example.org")
    await scene.press("Ctrl+Return")
    await scene.passes(HOLD + 1)
    assert len(scene.mailbox.delivered) == 1


async def test_a_bad_address_is_opened_to_be_mended(program_scene: ProgramScene) -> None:
    scene = program_scene
    await opened(scene, Content(to=(BEN,), cc=(Recipient("jon@exa mple"),), subject="Hello", body="Text"))
    await scene.press("Ctrl+Return")
    assert scene.field() is Field.CC
    assert scene.mailbox.delivered == []
    await scene.press("Ctrl+A")
    await scene.type("jon@example.org")
    await scene.press("Ctrl+Return")
    await scene.passes(HOLD + 1)
    assert {one.address for one in scene.mailbox.delivered} == {"ben@example.org", "jon@example.org"}


async def test_a_subject_of_three_hundred_characters_is_said_at_the_field_and_not_cut(
    program_scene: ProgramScene,
) -> None:
    scene = program_scene
    name = await opened(scene)
    await scene.press("Alt+U")
    QGuiApplication.clipboard().setText("x" * 300)
    await scene.press("Ctrl+V")
    assert scene.message.subject.text() == "x" * 300
    assert (await scene.content(name)).subject == "x" * 300
    assert "300" in scene.words(scene.message)
    await scene.press("Alt+M", "Ctrl+Return")
    assert scene.record(name).state is State.NEEDS_ATTENTION
    assert scene.field() is Field.SUBJECT
    await scene.rest()
    await scene.press("End")
    for _ in range(50):
        await scene.press("Backspace")
    assert "250" not in scene.words(scene.message)
    await scene.press("Ctrl+Return")
    await scene.passes(HOLD + 1)
    assert scene.mailbox.delivered[0].content.subject == "x" * 250


async def test_line_breaks_pasted_into_the_subject_become_spaces(program_scene: ProgramScene) -> None:
    scene = program_scene
    name = await opened(scene)
    await scene.press("Alt+U")
    QGuiApplication.clipboard().setText("first\r\nsecond\u2028third\x07")
    await scene.press("Ctrl+V")
    assert (await scene.content(name)).subject == scene.message.subject.text() == "first second third"


async def test_an_html_draft_is_left_as_it_is_until_a_key_changes_its_text(program_scene: ProgramScene) -> None:
    scene = program_scene
    name = await opened(scene, HTML)
    assert scene.message.body.toPlainText().strip() == "Dear Ben"
    await scene.press("Alt+U", "End")
    await scene.type("!")
    await scene.press("Ctrl+S")
    assert (await scene.content(name)).body == HTML.body
    await scene.press("Alt+M", "Ctrl+End")
    await scene.type(", hello")
    content = await scene.content(name)
    assert content.body_format is BodyFormat.HTML
    assert "<p>Dear <b>Ben, hello</b></p>" in content.body


async def test_a_message_on_its_way_cannot_be_edited(program_scene: ProgramScene) -> None:
    scene = program_scene
    name = await opened(scene)
    await scene.parts.outbox.send([name], HOLD)
    await scene.settle()
    before = await scene.content(name)
    await scene.press("Alt+M")
    await scene.type("more")
    await scene.press("Alt+U")
    await scene.type("more")
    await scene.press("Alt+T")
    await scene.type("more")
    await scene.press("Alt+I", "Delete", "Backspace")
    assert await scene.content(name) == before
    assert scene.message.body.toPlainText() == before.body
    assert scene.message.subject.text() == before.subject
    assert scene.message.session.state().text.startswith("Sending in")


async def test_a_message_that_was_sent_from_the_list_leaves_the_pane(program_scene: ProgramScene) -> None:
    scene = program_scene
    await opened(scene)
    await scene.press("Ctrl+2", "Ctrl+Return")
    await scene.passes(HOLD + 1)
    assert len(scene.mailbox.delivered) == 1
    assert scene.parts.compose.show_last() is False
    assert scene.in_list()


async def test_a_message_that_was_discarded_in_the_list_leaves_the_pane(program_scene: ProgramScene) -> None:
    scene = program_scene
    await opened(scene)
    await scene.press("Ctrl+2", "Del")
    assert scene.rows == []
    assert scene.parts.compose.show_last() is False
    await scene.press("Z")
    assert len(scene.rows) == 1


async def test_a_refusal_stands_over_the_message_with_its_details(program_scene: ProgramScene) -> None:
    scene = program_scene
    name = await opened(scene)
    scene.mailbox.refuse("send", 0, words("ErrorSendAsDenied", "The user account does not have the right."))
    await scene.press("Ctrl+Return")
    await scene.passes(HOLD + 1)
    assert scene.record(name).state is State.NEEDS_ATTENTION
    assert scene.status_bar == "“Hello”: You cannot send from this address. Nothing was sent."
    await scene.press("F8", "Return")
    bar = scene.message.bar
    assert bar.isVisible()
    assert "ErrorSendAsDenied" not in scene.words(bar)
    await scene.press("Alt+D")
    assert "ErrorSendAsDenied" in scene.words(bar)
    assert "The user account does not have the right." in scene.words(bar)
    await scene.press("Alt+D")
    assert "ErrorSendAsDenied" not in scene.words(bar)
    await scene.press("Ctrl+Return")
    await scene.passes(HOLD + 1)
    assert len(scene.mailbox.delivered) == 1


async def test_without_a_server_the_message_says_that_it_is_on_this_computer_only(program_scene: ProgramScene) -> None:
    scene = program_scene
    trouble = Trouble(TroubleKind.UNREACHABLE, may_have_been_processed=False)
    scene.mailbox.fail("save", trouble, times=2)
    await written(scene)
    await scene.press("Ctrl+S")
    assert scene.message.session.state().text == "Saved on this computer only"
    await scene.passes(60)
    assert scene.message.session.state().text.startswith("Saved ")


async def test_a_paste_of_html_brings_its_words_alone(program_scene: ProgramScene) -> None:
    scene = program_scene
    name = await opened(scene)
    data = QMimeData()
    data.setHtml("<b>Bold</b><img src='file:///etc/passwd'>")
    data.setText("Bold")
    QGuiApplication.clipboard().setMimeData(data)
    await scene.press("Ctrl+A", "Ctrl+V")
    assert (await scene.content(name)).body == "Bold"


async def test_markup_in_a_message_is_shown_as_it_was_typed(program_scene: ProgramScene) -> None:
    scene = program_scene
    sender = Recipient("eve@example.org", "<img src='file:///x'> Eve")
    await opened(scene, Content(sender=sender, to=(BEN,), subject="Hello", body="Text"))
    assert "<img src='file:///x'> Eve" in scene.message.from_line.text()
    scene.parts.account_controller.show_settings()
    labels = scene.window.findChildren(QLabel)
    assert [label.text() for label in labels if label.textFormat() is not Qt.TextFormat.PlainText] == []


async def test_two_messages_are_open_side_by_side_and_go_compose_shows_the_last(program_scene: ProgramScene) -> None:
    scene = program_scene
    first = await written(scene)
    await scene.press("Ctrl+N")
    second = scene.message.session.local_id
    assert first != second
    await scene.press("Ctrl+2", "Ctrl+1")
    assert scene.message.session.local_id == second
    await scene.press("Escape", "Ctrl+1")
    assert scene.message.session.local_id == first


async def test_a_row_opened_twice_while_it_is_fetched_is_opened_once(
    program_scene: ProgramScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene, read = program_scene, asyncio.Event()

    async def slowly(work: Callable[[], str]) -> str:
        await read.wait()
        return work()

    monkeypatch.setattr(compose, "run_in_thread", slowly)
    scene.on_server(HTML)
    scene.parts.lists.drafts.reload()
    await scene.settle()
    await scene.until(lambda: not scene.tasks)
    gate = scene.mailbox.hold("get")
    row = scene.current
    await scene.press("Return", "Return")  # the second asks for the same once more, and is not typed into it
    scene.parts.compose.open_message(row)
    gate.open.set()
    await scene.settle()
    read.set()
    await scene.until(lambda: not scene.tasks)
    assert len(scene.parts.workspace.messages) == 1
    assert scene.field() is not None
    await scene.press("Escape")
    assert scene.parts.compose.show_last() is False
    assert scene.in_list()


async def test_a_row_that_is_gone_when_it_is_opened_is_said_to_be_gone(program_scene: ProgramScene) -> None:
    scene = program_scene
    (item,) = scene.on_server(MESSAGE)
    scene.parts.lists.drafts.reload()
    await scene.settle()
    scene.mailbox.delete_elsewhere(item.item_id)
    await scene.press("Return")
    await scene.settle()
    assert scene.window.notice_bar.isVisible()
    said = scene.words(scene.window.notice_bar)
    assert "ErrorItemNotFound" not in said.split("\n")[0]
    assert scene.in_list()
    await scene.press("Escape")
    assert not scene.window.notice_bar.isVisible()


async def test_a_message_that_went_under_another_name_goes_on_being_written(program_scene: ProgramScene) -> None:
    scene = program_scene
    name = await opened(scene)
    ref = scene.record(name).ref
    assert ref is not None
    scene.mailbox.delete_elsewhere(ref.item_id)
    await scene.type("more")
    await scene.press("Ctrl+S")
    assert scene.message.session.notice() is not None
    await scene.press("Alt+A")
    assert scene.message.session.local_id != name
    await scene.type("!")
    await scene.press("Ctrl+S")
    assert "more!" in (await scene.content(scene.message.session.local_id)).body
    assert scene.message.session.state().text.startswith("Saved")


async def test_a_send_that_ends_while_settings_are_open_leaves_them_open(program_scene: ProgramScene) -> None:
    scene = program_scene
    await opened(scene)
    scene.parts.compose.send()
    scene.parts.account_controller.show_settings()
    await scene.settle()
    assert scene.parts.compose.current() is None
    assert scene.window.pages.currentWidget() is not scene.window._splitter
    assert scene.focus.isVisible()


async def test_the_row_says_who_a_message_is_to_as_soon_as_one_goes_on_to_its_text(program_scene: ProgramScene) -> None:
    scene = program_scene
    await scene.press("C")
    await scene.until(lambda: scene.parts.compose.current() is not None)
    await scene.type("ben@example.org")
    await scene.press("Tab", "Alt+U")
    await scene.type("Prices")
    await scene.press("Alt+M")
    await scene.type("D")
    (row,) = scene.rows
    assert (row.to, row.subject) == ("ben@example.org", "Prices")
    assert scene.mailbox.items == {}, "it was not saved yet"
