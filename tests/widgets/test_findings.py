"""The second look before a message goes: shown in the pane, answered by keys, and never a dialog in the way."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from PySide6.QtWidgets import QDialog, QPushButton

from app.domain.attachment import Attached
from app.domain.errors import StorageError
from app.domain.message import Content, Field, LocalId
from app.domain.people import MailTips
from app.domain.recipient import Recipient
from app.domain.state import State
from app.services.accounts.preset_settings import MANY_CHOICE, SIZE_CHOICE, STRANGERS_CHOICE
from app.services.checks.size import SizeLimits
from app.views.compose.findings import FindingsBar
from app.views.compose.findings_session import NERVOUS
from app.views.settings.preferences import AskingView
from tests.fakes.mailbox import words
from tests.fakes.scene import ACCOUNT, ANNA, BEN
from tests.program_scene import ProgramScene

SLIP = Recipient("me@gmial.com", "Me")
FINE = Content(to=(BEN,), subject="Hello", body="A few words.")
FILM = Attached("k" * 32, "film.mp4", 30_000_000, "video/mp4")


async def written(scene: ProgramScene, content: Content) -> LocalId:
    """Return a message that is open in the pane with the focus in its text."""
    await scene.parts.compose.begin_now(content)
    await scene.settle()
    scene.message.focus_field(Field.BODY)
    return scene.message.session.local_id


def bar(scene: ProgramScene) -> FindingsBar:
    found = scene.message.findChild(FindingsBar)
    assert found is not None
    return found


def found(scene: ProgramScene) -> str:
    """Return what the bar says, "" where it is not seen."""
    return bar(scene).accessibleName() if bar(scene).isVisible() else ""


async def test_a_message_with_nothing_to_say_about_goes_at_once(program_scene: ProgramScene) -> None:
    scene = program_scene
    name = await written(scene, FINE)
    await scene.press("Ctrl+Return")
    assert scene.record(name).state is State.HELD


async def test_without_a_subject_the_first_press_says_so_and_the_second_sends(program_scene: ProgramScene) -> None:
    scene = program_scene
    name = await written(scene, msgspec.structs.replace(FINE, subject=" "))
    focus = scene.focus
    await scene.press("Ctrl+Return")
    assert (found(scene), scene.focus) == ("There is no subject.", focus)
    assert scene.record(name).state is State.DRAFT
    assert scene.record(name).problem == ""
    assert not scene.window.findChildren(QDialog)
    await scene.passes(NERVOUS)
    await scene.press("Ctrl+Return")
    assert scene.record(name).state is State.HELD


async def test_a_key_that_is_pressed_twice_by_accident_sends_nothing(program_scene: ProgramScene) -> None:
    scene = program_scene
    name = await written(scene, msgspec.structs.replace(FINE, subject=""))
    await scene.press("Ctrl+Return", "Ctrl+Return", "Ctrl+Return")
    assert scene.record(name).state is State.DRAFT
    assert found(scene)


async def test_a_slip_is_mended_by_one_key_and_the_message_goes_on_the_next(program_scene: ProgramScene) -> None:
    scene = program_scene
    name = await written(scene, msgspec.structs.replace(FINE, cc=(SLIP,)))
    await scene.press("Ctrl+Return")
    assert found(scene) == "“me@gmial.com”: did you mean gmail.com?"
    assert [one.text() for one in bar(scene).findChildren(QPushButton)] == ["Use me@gmail.com"]
    await scene.press("Alt+1")
    assert found(scene).startswith("First message to “Me") is False
    assert (await scene.content(name)).cc == (Recipient("me@gmail.com", "Me"),)
    assert found(scene) == ""
    await scene.passes(NERVOUS)
    await scene.press("Alt+C", "Ctrl+Z")
    assert (await scene.content(name)).cc == (SLIP,)


async def test_alt_a_does_what_the_first_finding_offers(program_scene: ProgramScene) -> None:
    scene = program_scene
    name = await written(scene, msgspec.structs.replace(FINE, to=(SLIP,)))
    await scene.press("Ctrl+Return", "Alt+A")
    assert (await scene.content(name)).to[0].address == "me@gmail.com"


async def test_who_is_twice_among_the_recipients_is_left_once(program_scene: ProgramScene) -> None:
    scene = program_scene
    name = await written(scene, msgspec.structs.replace(FINE, cc=(BEN,), bcc=(BEN, Recipient("x@example.org"))))
    await scene.press("Ctrl+Return")
    assert found(scene) == "“Ben <ben@example.org>” is among the recipients twice."
    await scene.press("Alt+1")
    content = await scene.content(name)
    assert (content.to, content.cc, content.bcc) == ((BEN,), (), (Recipient("x@example.org"),))
    assert found(scene) == ""


async def test_a_stranger_outside_is_shown_and_once_written_to_is_none(program_scene: ProgramScene) -> None:
    scene = program_scene
    stranger = Recipient("fay@tailspin.example", "Fay")
    message = msgspec.structs.replace(FINE, to=(BEN, stranger))
    name = await written(scene, message)
    await scene.press("Ctrl+Return")
    assert found(scene) == "First message to “Fay <fay@tailspin.example>” (outside your organisation)."
    await scene.press("Alt+1")
    assert scene.message.recipients[Field.TO].chips.selected == {1}
    await scene.passes(NERVOUS)
    await scene.press("Ctrl+Return")
    await scene.passes(6)
    assert scene.record(name).state is State.SENT
    name = await written(scene, message)
    await scene.press("Ctrl+Return")
    assert scene.record(name).state is State.HELD


async def test_escape_takes_the_findings_away_and_the_next_send_says_them_again(program_scene: ProgramScene) -> None:
    scene = program_scene
    name = await written(scene, msgspec.structs.replace(FINE, subject=""))
    await scene.press("Ctrl+Return", "Escape")
    assert (found(scene), scene.field()) == ("", Field.BODY)
    await scene.passes(NERVOUS)
    await scene.press("Ctrl+Return")
    assert found(scene)
    assert scene.record(name).state is State.DRAFT
    await scene.press("Escape", "Escape")
    assert scene.in_list()


async def test_mending_by_hand_takes_a_finding_away_while_one_types(program_scene: ProgramScene) -> None:
    scene = program_scene
    await written(scene, msgspec.structs.replace(FINE, subject="", to=(SLIP,)))
    await scene.press("Ctrl+Return")
    assert found(scene).endswith("There is no subject.")
    await scene.press("Alt+U")
    await scene.type("F")
    assert found(scene) == "“me@gmial.com”: did you mean gmail.com?"


async def test_what_is_new_is_said_and_what_was_seen_is_not_said_again(program_scene: ProgramScene) -> None:
    scene = program_scene
    name = await written(scene, msgspec.structs.replace(FINE, subject=""))
    await scene.press("Ctrl+Return", "Alt+C")
    await scene.type("me@gmial.com,")
    await scene.passes(NERVOUS)
    await scene.press("Ctrl+Return")
    assert "did you mean gmail.com?" in found(scene)
    assert scene.record(name).state is State.DRAFT
    await scene.passes(NERVOUS)
    await scene.press("Ctrl+Return")
    assert scene.record(name).state is State.HELD


async def test_what_keeps_a_message_back_comes_before_what_only_asks(program_scene: ProgramScene) -> None:
    scene = program_scene
    name = await written(scene, msgspec.structs.replace(FINE, subject="", to=(Recipient("nobody"),)))
    await scene.press("Ctrl+Return")
    assert found(scene) == ""
    assert scene.record(name).state is State.NEEDS_ATTENTION
    assert scene.message.bar.isVisible()


async def test_many_recipients_are_asked_about_from_the_number_that_was_chosen(program_scene: ProgramScene) -> None:
    scene = program_scene
    scene.settings.preferences[MANY_CHOICE] = "3"
    await scene.parts.people.read_choices(scene.settings)
    people = tuple(Recipient(f"p{n}@example.org") for n in range(3))
    await written(scene, msgspec.structs.replace(FINE, to=people))
    await scene.press("Ctrl+Return")
    assert found(scene) == "This goes to 3 people."
    await scene.press("Escape", "Escape")
    scene.settings.preferences[MANY_CHOICE] = "many"
    scene.settings.preferences[STRANGERS_CHOICE] = "never"
    await scene.parts.people.read_choices(scene.settings)
    name = await written(scene, msgspec.structs.replace(FINE, to=(Recipient("fay@tailspin.example"),)))
    await scene.press("Ctrl+Return")
    assert scene.record(name).state is State.HELD


async def test_who_will_not_get_it_is_said_once_more_before_it_goes(program_scene: ProgramScene) -> None:
    scene = program_scene
    scene.mailbox.tips[BEN.address] = MailTips(BEN.address, mailbox_full=True)
    await written(scene, FINE)
    await scene.press("Ctrl+Return")
    assert found(scene) == "The mailbox of “Ben <ben@example.org>” is full."


async def test_a_forgotten_attachment_is_asked_about_until_the_words_are_gone(program_scene: ProgramScene) -> None:
    scene = program_scene
    name = await written(scene, msgspec.structs.replace(FINE, body="See the attached file."))
    await scene.press("Ctrl+Return")
    assert "attach" in found(scene)
    assert [one.text() for one in bar(scene).findChildren(QPushButton)] == ["Attach files"]
    scene.message.focus_field(Field.BODY)
    await scene.press("Ctrl+A")
    await scene.type("See you.")
    await scene.settle()
    assert found(scene) == ""
    await scene.passes(NERVOUS)
    await scene.press("Ctrl+Return")
    assert scene.record(name).state is State.HELD


async def test_more_findings_than_have_a_key_are_counted(program_scene: ProgramScene) -> None:
    scene = program_scene
    slips = tuple(Recipient(f"p{n}@gmial.com") for n in range(4))
    tips = Recipient("old@example.org", "Old")
    scene.mailbox.tips[tips.address] = MailTips(tips.address, mailbox_full=True)
    await written(scene, msgspec.structs.replace(FINE, subject="", to=(*slips, tips)))
    await scene.press("Ctrl+Return")
    assert found(scene).endswith("1 more finding follows.")
    assert len(bar(scene).findChildren(QPushButton)) == 5
    await scene.press("Alt+5")
    assert scene.message.recipients[Field.TO].chips.selected == {4}


async def test_what_the_bar_says_is_there_for_a_screen_reader_too(program_scene: ProgramScene) -> None:
    scene = program_scene
    await written(scene, msgspec.structs.replace(FINE, subject=""))
    await scene.press("Ctrl+Return")
    assert bar(scene).accessibleDescription().endswith("sends it as it is, Escape goes back to writing.")
    (button,) = bar(scene).findChildren(QPushButton)
    assert button.accessibleName() == "Write one: There is no subject."
    await scene.click(button)
    assert scene.field() is Field.SUBJECT


async def test_many_drafts_sent_from_the_list_are_kept_back_by_what_blocks_alone(program_scene: ProgramScene) -> None:
    scene = program_scene
    name = await scene.saved(FINE, subject="", to=(SLIP,))
    scene.parts.workspace.go("drafts")
    await scene.settle()
    await scene.passes(1)
    await scene.press("Ctrl+Return")
    assert scene.record(name).state is State.HELD


async def test_a_disk_that_cannot_read_the_message_is_told_of_and_nothing_goes(
    program_scene: ProgramScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = program_scene
    name = await written(scene, FINE)

    async def fails(_name: LocalId) -> None:
        raise StorageError("The disk is gone.")

    with monkeypatch.context() as patched:
        patched.setattr(scene.journal, "read_message", fails)
        await scene.press("Ctrl+Return")
    assert scene.record(name).state is State.DRAFT
    assert "The disk is gone." in scene.words(scene.window.notice_bar)
    await scene.press("Ctrl+Return")
    assert scene.record(name).state is State.HELD


async def test_a_long_list_is_looked_at_where_it_stops_no_key(program_scene: ProgramScene) -> None:
    scene = program_scene
    people = tuple(Recipient(f"p{n}@example.org") for n in range(400))
    name = await written(scene, msgspec.structs.replace(FINE, to=people))
    await scene.press("Ctrl+Return")
    await scene.until(lambda: found(scene) == "This goes to 400 people.")
    await scene.passes(NERVOUS)
    await scene.press("Ctrl+Return")
    await scene.until(lambda: scene.record(name).state is State.HELD)
    await scene.settle()


async def test_what_is_asked_is_chosen_in_the_settings_and_counts_at_once(
    program_scene: ProgramScene, tmp_path: Path
) -> None:
    scene = program_scene
    await scene.parts.keymap.load(tmp_path)
    await scene.press("Ctrl+,")
    asking = scene.window.findChild(AskingView)
    assert asking is not None
    assert (asking.many.value(), asking.strangers.isChecked()) == (30, True)
    asking.many.setFocus()
    asking.many.selectAll()
    await scene.type("2")
    asking.megabytes.setFocus()
    asking.megabytes.selectAll()
    await scene.type("7")
    asking.strangers.setFocus()
    await scene.press("Space", "Escape")
    assert scene.settings.preferences == {MANY_CHOICE: "2", STRANGERS_CHOICE: "never", SIZE_CHOICE: "7"}
    people = (BEN, Recipient("fay@tailspin.example"))
    await written(scene, msgspec.structs.replace(FINE, to=people))
    await scene.press("Ctrl+Return")
    assert found(scene) == "This goes to 2 people."
    await scene.press("Escape", "Escape")
    await written(scene, msgspec.structs.replace(FINE, attachments=(FILM,)))
    await scene.press("Ctrl+Return")
    await scene.until(lambda: "This message has 40 MB. Most servers take no more than 7 MB." in found(scene))
    await scene.settle()


async def test_a_message_larger_than_the_server_takes_is_said_before_it_goes_and_leads_to_what_is_attached(
    program_scene: ProgramScene,
) -> None:
    scene = program_scene
    scene.mailbox.tips[ACCOUNT.address] = MailTips(ACCOUNT.address, max_message_size=36_000_000)
    name = await written(scene, msgspec.structs.replace(FINE, attachments=(FILM,)))
    await scene.until(lambda: scene.parts.people.tips.of(ANNA, Recipient(ACCOUNT.address)) is not None)
    await scene.press("Ctrl+Return")
    assert found(scene) == "Your server takes messages up to 36 MB; this one has 40 MB."
    assert scene.record(name).state is State.DRAFT
    await scene.press("Alt+1")
    assert scene.message.attachments.isAncestorOf(scene.focus)
    await scene.press("Delete")
    await scene.until(lambda: found(scene) == "")


async def test_what_a_server_refused_for_its_size_is_known_from_then_on_also_in_the_next_run(
    program_scene: ProgramScene,
) -> None:
    scene = program_scene
    limits = scene.parts.size_limits
    large = Content(to=(BEN,), subject="Large", body="x" * 50_000)
    name = await scene.saved(large)
    scene.mailbox.refuse("send", 0, words("ErrorMessageSizeExceeded"))
    await scene.parts.outbox.send([name], 0.0)
    await scene.until(lambda: limits.refused(ANNA) == 50_000)
    fresh = SizeLimits(scene.parts.records, scene.settings, scene.parts.tasks.spawn)
    await fresh.load()
    assert fresh.refused(ANNA) == 50_000
    await written(scene, msgspec.structs.replace(large, body="y" * 60_000))
    await scene.press("Ctrl+Return")
    assert found(scene) == "Your server refused a message of 50 KB; this one has 60 KB."
    await scene.passes(NERVOUS)
    await scene.press("Ctrl+Return")
    await scene.passes(10)
    await scene.until(lambda: limits.refused(ANNA) == 0)


async def test_findings_are_shown_for_a_message_that_goes_later_too(program_scene: ProgramScene) -> None:
    scene = program_scene
    name = await written(scene, msgspec.structs.replace(FINE, subject=""))
    await scene.press("Ctrl+Shift+Return")
    await scene.type("tomorrow 8")
    await scene.press("Return")
    assert found(scene) == "There is no subject."
    assert "as it is" in scene.words(bar(scene))
    assert scene.record(name).state is State.DRAFT
    await scene.passes(NERVOUS)
    await scene.press("Ctrl+Return")
    await scene.until(lambda: scene.record(name).state is not State.DRAFT)
    assert (await scene.content(name)).options.deferred
