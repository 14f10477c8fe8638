"""The options of a message by keys alone: each is journalled, saved by itself, read back, and never hidden."""

from __future__ import annotations

import msgspec
import pytest
from PySide6.QtWidgets import QApplication

from app.domain.listing import Folder, MailFolder, Place
from app.domain.message import (
    Content,
    DraftUpdate,
    Field,
    FlagStatus,
    FollowUp,
    Header,
    Importance,
    LocalId,
    Options,
    Sensitivity,
)
from app.domain.recipient import Recipient
from app.domain.record import CopyKind, CopyTo
from app.domain.state import State
from app.views.compose.options_panel import OptionsPanel
from app.views.compose.typed_dates import read_day, read_moment
from tests.fakes.scene import ANNA, MESSAGE
from tests.program_scene import HOLD, ProgramScene

DESK = Recipient("desk@example.org")


async def opened(scene: ProgramScene, content: Content = MESSAGE) -> LocalId:
    """Return a saved draft, open in the pane with the focus in its body."""
    name = await scene.saved(content)
    scene.parts.compose.open_message(name)
    await scene.until(lambda: scene.parts.compose.current() is not None)
    scene.message.focus_field(Field.BODY)
    return name


def panel(scene: ProgramScene) -> OptionsPanel:
    found = scene.message.options.panel
    assert found is not None
    return found


def place(scene: ProgramScene) -> str:
    """Return which option has the focus."""
    focus = scene.focus
    for name, field in panel(scene).fields.items():
        if field.isAncestorOf(focus):
            return name
    return next(field.value for field, box in panel(scene).checks.items() if box is focus)


async def at(scene: ProgramScene, name: str) -> None:
    """Open the panel and go to an option by Tab."""
    await scene.press("Alt+O")
    for _ in range(20):
        if place(scene) == name:
            return
        await scene.press("Tab")
    raise AssertionError(f"Tab never came to {name}")


async def options(scene: ProgramScene, name: LocalId) -> Options:
    """Return what is on disk, as it would be found after a crash."""
    return (await scene.journal.after_crash().read_message(name)).content.options


def chosen(scene: ProgramScene) -> str:
    words = scene.message.options.chosen
    return words.text().replace("\u00a0", " ") if words.isVisible() else ""


async def test_tab_goes_through_every_option_and_out_again(program_scene: ProgramScene) -> None:
    scene = program_scene
    await opened(scene)
    await scene.press("Alt+O")
    way = [place(scene)]
    for _ in range(13):
        await scene.press("Tab")
        way.append(place(scene))
    assert way == [
        *("importance", "sensitivity", "categories", "flag", "start", "due", "reminder", "deferred", "copy"),
        *("reply_to", "headers", "read_receipt", "delivery_receipt", "response_requested"),
    ]
    assert [panel(scene).fields[name].inner.accessibleName() for name in way[:3]] == [
        "Importance",
        "Sensitivity",
        "Categories",
    ]


@pytest.mark.parametrize("keys", ["Escape", "Return", "Alt+O"])
async def test_the_panel_is_closed_by_key_and_the_focus_is_where_it_was(program_scene: ProgramScene, keys: str) -> None:
    scene = program_scene
    name = await opened(scene)
    await scene.press("Alt+O", "Tab", "Tab")
    await scene.press(keys)
    assert not scene.message.options.is_open
    assert scene.field() is Field.BODY
    assert scene.record(name).state is State.DRAFT
    assert chosen(scene) == ""


async def test_importance_and_sensitivity_are_chosen_by_their_first_message(program_scene: ProgramScene) -> None:
    scene = program_scene
    name = await opened(scene)
    await scene.press("Alt+O")
    await scene.type("l")
    await scene.press("Tab")
    await scene.type("c")
    content = (await scene.journal.after_crash().read_message(name)).content
    assert (content.importance, content.options.sensitivity) == (Importance.LOW, Sensitivity.CONFIDENTIAL)
    assert chosen(scene) == "Low importance · Confidential"


async def test_a_category_that_was_used_is_two_messages_and_tab(program_scene: ProgramScene) -> None:
    scene = program_scene
    name = await opened(scene)
    await at(scene, "categories")
    await scene.type("Budget, Board")
    await scene.press("Escape", "Escape")
    assert (await options(scene, name)).categories == ("Budget", "Board")
    other = await opened(scene, msgspec.structs.replace(MESSAGE, subject="Another"))
    await at(scene, "categories")
    await scene.type("Bu")
    assert panel(scene).categories.text() == "Budget"
    assert (await options(scene, other)).categories == ("Bu",)
    await scene.type(",bo")
    await scene.press("Tab")
    assert (await options(scene, other)).categories == ("Budget", "Board")
    assert place(scene) == "flag"


async def test_what_is_only_offered_is_gone_with_backspace(program_scene: ProgramScene) -> None:
    scene = program_scene
    name = await opened(scene)
    await scene.parts.aids.categories.use(("Budget",))
    await at(scene, "categories")
    await scene.type("Bud")
    await scene.press("Backspace", "Tab")
    assert (await options(scene, name)).categories == ("Bud",)


async def test_a_due_day_flags_the_message_and_says_how_it_was_understood(program_scene: ProgramScene) -> None:
    scene = program_scene
    name = await opened(scene)
    now = scene.clock.now()
    await at(scene, "due")
    await scene.type("in 3 days")
    flag = (await options(scene, name)).follow_up
    assert flag == FollowUp(FlagStatus.FLAGGED, due=read_day("in 3 days", now) or 0.0)
    assert panel(scene).fields["due"].said()
    await scene.press("Shift+Tab")
    await scene.type("in 5 days")
    assert panel(scene).fields["start"].said() == "The follow-up flag starts after it is due."
    assert (await options(scene, name)).follow_up == flag
    await scene.press("Ctrl+A")
    await scene.type("in 1 day")
    assert (await options(scene, name)).follow_up.start == read_day("in 1 day", now)
    assert panel(scene).fields["start"].said() == "tomorrow"
    await scene.press("Shift+Tab", "Up")
    assert (await options(scene, name)).follow_up == FollowUp()


async def test_a_reminder_is_typed(program_scene: ProgramScene) -> None:
    scene = program_scene
    name = await opened(scene)
    await at(scene, "reminder")
    await scene.type("tomorrow 9")
    assert (await options(scene, name)).reminder == read_moment("tomorrow 9", scene.clock.now())
    assert chosen(scene) == "Reminder tomorrow, 09:00"


async def test_receipts_and_answer_are_asked_for_with_space(program_scene: ProgramScene) -> None:
    scene = program_scene
    name = await opened(scene)
    await at(scene, "read_receipt")
    await scene.press("Space", "Tab", "Space", "Tab", "Space")
    found = await options(scene, name)
    assert (found.read_receipt, found.delivery_receipt, found.response_requested) == (True, True, True)
    assert chosen(scene) == "Read receipt · Delivery receipt · Answer requested"
    await scene.press("Space")
    assert not (await options(scene, name)).response_requested


async def test_reply_to_is_a_field_of_recipients(program_scene: ProgramScene) -> None:
    scene = program_scene
    name = await opened(scene)
    await at(scene, "reply_to")
    await scene.type("desk@example.org, ben@ex")
    message = await scene.journal.after_crash().read_message(name)
    assert message.content.options.reply_to == (DESK,)
    assert message.pending[Field.REPLY_TO].strip() == "ben@ex"
    await scene.press("Escape")
    assert len((await options(scene, name)).reply_to) == 2


async def test_headers_are_written_a_line_each_and_refused_in_words(program_scene: ProgramScene) -> None:
    scene = program_scene
    name = await opened(scene)
    await at(scene, "headers")
    await scene.type("X-Project: Northwind")
    await scene.press("Return")
    await scene.type("Subject: other")
    assert (await options(scene, name)).headers == (Header("X-Project", "Northwind"),)
    assert panel(scene).fields["headers"].said().startswith("The header Subject is written by the server")
    assert (await scene.journal.after_crash().read_message(name)).pending[Field.HEADERS] == "Subject: other"
    assert "not understood: Subject: other" in chosen(scene)


async def test_what_is_half_typed_keeps_the_message_back_and_is_gone_to(program_scene: ProgramScene) -> None:
    scene = program_scene
    name = await opened(scene)
    await at(scene, "deferred")
    await scene.type("tomorow 8")
    await scene.press("Ctrl+Return")
    await scene.passes(HOLD + 1)
    assert scene.record(name).state is State.NEEDS_ATTENTION
    assert scene.mailbox.delivered == []
    assert "“tomorow 8” among the options is not understood." in scene.words(scene.message.bar)
    assert place(scene) == "deferred"
    await scene.press("Ctrl+A", "Delete", "Escape", "Ctrl+Return")
    await scene.passes(HOLD + 1)
    assert len(scene.mailbox.delivered) == 1


async def test_a_time_that_has_passed_is_refused(program_scene: ProgramScene) -> None:
    scene = program_scene
    name = await opened(scene)
    await at(scene, "deferred")
    await scene.type("2001-01-01 8:00")
    assert panel(scene).fields["deferred"].said() == "That time has passed."
    assert (await options(scene, name)).deferred == 0


async def test_each_choice_is_saved_by_itself(program_scene: ProgramScene) -> None:
    scene = program_scene
    await opened(scene)
    await at(scene, "read_receipt")
    await scene.press("Space")
    await scene.passes(20)
    update = scene.mailbox.calls_of("update")[-1].asked[0]
    assert isinstance(update, DraftUpdate)
    assert update.fields == {Field.READ_RECEIPT}


async def test_a_draft_of_another_client_shows_what_it_says(program_scene: ProgramScene) -> None:
    scene = program_scene
    said = Options(categories=("Blue",), read_receipt=True, reply_to=(DESK,), headers=(Header("X-A", "1"),))
    scene.on_server(msgspec.structs.replace(MESSAGE, options=said))
    scene.parts.lists.drafts.reload()
    await scene.settle()
    await scene.press("O")
    await scene.until(lambda: scene.parts.compose.current() is not None)
    assert chosen(scene) == "Blue · Read receipt · Replies to desk@example.org · X-A: 1"
    await scene.press("Alt+O")
    assert panel(scene).categories.text() == "Blue"
    assert panel(scene).headers.toPlainText() == "X-A: 1"
    assert panel(scene).reply_to.recipients() == (DESK,)


async def test_the_copy_goes_to_a_folder_chosen_by_typing_its_name(program_scene: ProgramScene) -> None:
    scene = program_scene
    scene.mailbox.folders[""] = (MailFolder("F1", ("Projects", "Northwind")), MailFolder("F2", ("Notes",)))
    name = await opened(scene)
    await at(scene, "copy")
    await scene.press("Return")
    await scene.type("north")
    await scene.press("Return")
    wanted = CopyTo(CopyKind.FOLDER, folder_id="F1", name="Northwind")
    assert scene.record(name).copy_to == wanted
    assert {record.copy_to for record in await scene.journal.after_crash().records()} == {wanted}
    assert place(scene) == "copy"
    assert chosen(scene) == "Copy in “Northwind”"
    await scene.press("Escape", "Ctrl+Return")
    await scene.passes(HOLD + 1)
    assert len(scene.mailbox.in_place(ANNA, Place(Folder.SENT, folder_id="F1"))) == 1


async def test_no_copy_is_kept_where_none_is_wanted(program_scene: ProgramScene) -> None:
    scene = program_scene
    name = await opened(scene)
    await at(scene, "copy")
    await scene.press("Return")
    await scene.type("no co")
    await scene.press("Return")
    assert scene.record(name).copy_to.kind is CopyKind.NONE
    await scene.press("Escape", "Ctrl+Return")
    await scene.passes(HOLD + 1)
    assert scene.mailbox.in_folder(ANNA, Folder.SENT) == []
    assert len(scene.mailbox.delivered) == 1


async def test_folders_that_cannot_be_read_leave_the_other_places(program_scene: ProgramScene) -> None:
    scene = program_scene
    scene.mailbox.closed_to_us.add("")
    await opened(scene)
    await at(scene, "copy")
    await scene.press("Return")
    picker = scene.message.picking.picker
    assert picker.titles() == ["Copy in Sent Items", "No copy"]
    assert "The folders cannot be read now." in scene.words(picker)
    await scene.press("Escape")
    assert place(scene) == "copy"


async def test_the_palette_opens_an_option_by_its_name(program_scene: ProgramScene) -> None:
    scene = program_scene
    await opened(scene)
    await scene.press("Ctrl+Shift+P")
    await scene.type("custom head")
    await scene.press("Return")
    assert place(scene) == "headers"
    assert QApplication.focusWidget() is panel(scene).headers


async def test_a_message_on_its_way_shows_its_options_and_takes_none(program_scene: ProgramScene) -> None:
    scene = program_scene
    name = await opened(scene)
    await scene.press("Alt+O")
    await scene.parts.outbox.send([name], HOLD)
    await scene.settle()
    assert not panel(scene).isEnabled()
    await scene.parts.outbox.undo([name])
    await scene.settle()
    assert panel(scene).isEnabled()
