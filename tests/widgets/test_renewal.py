"""A clean draft takes over what another program wrote; one with unsaved words in it is left to the person."""

from __future__ import annotations

import asyncio

import msgspec

from app.domain.errors import Trouble, TroubleKind
from app.domain.message import BodyFormat, Content, Field, LocalId
from app.domain.recipient import Recipient
from app.domain.state import State
from app.views.compose.renewal import place_after
from tests.fakes.mailbox import Stored
from tests.fakes.scene import BEN, MESSAGE
from tests.program_scene import HOLD, ProgramScene

CARA = Recipient("cara@example.org", "Cara")
THEIRS = Content(to=(BEN,), cc=(CARA,), subject="Hello from elsewhere", body="Dear Ben\n\nTheir words")


async def opened(scene: ProgramScene, content: Content = MESSAGE) -> tuple[LocalId, Stored]:
    """Stand in the body of a draft that is saved."""
    name = await scene.saved(content)
    (stored,) = scene.mailbox.items.values()
    await scene.press("F5")
    scene.parts.compose.open_message(name)
    await scene.until(lambda: scene.parts.compose.current() is not None)
    assert scene.field() is Field.BODY
    return name, stored


async def elsewhere(scene: ProgramScene, stored: Stored, content: Content = THEIRS) -> None:
    """Let another program write, and the list look."""
    scene.mailbox.edit_elsewhere(stored.item_id, content)
    scene.parts.lists.drafts.reload()
    await scene.settle()


async def test_the_pane_takes_over_text_subject_and_people_and_says_so(program_scene: ProgramScene) -> None:
    scene = program_scene
    name, stored = await opened(scene)
    await elsewhere(scene, stored)
    message = scene.message
    assert message.body.toPlainText() == THEIRS.body
    assert message.subject.text() == THEIRS.subject
    assert message.recipients[Field.CC].recipients() == (CARA,)
    assert message.recipients[Field.CC].isVisible()
    assert scene.field() is Field.BODY
    assert "Updated: this draft was changed elsewhere" in scene.words(message)
    assert scene.record(name).ref == stored.ref
    assert scene.record(name).saved
    assert await scene.content(name) == THEIRS
    await scene.passes(60)
    assert scene.mailbox.calls_of("update") == [], "there was nothing to save"
    assert len(scene.parts.compose.views()) == 1


async def test_what_is_typed_afterwards_is_saved_over_the_new_version(program_scene: ProgramScene) -> None:
    scene = program_scene
    name, stored = await opened(scene)
    await scene.press("Ctrl+Home", "Right", "Right", "Right", "Right", "Right")
    await elsewhere(scene, stored)
    await scene.type("old ")
    await scene.press("Ctrl+S")
    assert stored.content.body == "Dear old Ben\n\nTheir words"
    assert stored.content.subject == THEIRS.subject
    assert scene.record(name).saved
    await scene.press("Ctrl+Return")
    await scene.passes(HOLD + 1)
    assert [one.content.body for one in scene.mailbox.delivered][:1] == ["Dear old Ben\n\nTheir words"]


async def test_unsaved_words_are_never_taken_away(program_scene: ProgramScene) -> None:
    scene = program_scene
    name, stored = await opened(scene)
    await scene.type("Mine. ")
    await elsewhere(scene, stored)
    assert scene.message.body.toPlainText() == "Mine. Dear Ben"
    await scene.press("Ctrl+S")
    assert "changed elsewhere" in scene.words(scene.message.bar)
    assert stored.content == THEIRS
    assert (await scene.content(name)).body == "Mine. Dear Ben"


async def test_a_key_that_comes_while_it_is_read_wins(program_scene: ProgramScene) -> None:
    scene = program_scene
    _, stored = await opened(scene)
    gate = scene.mailbox.hold("get")
    scene.mailbox.edit_elsewhere(stored.item_id, THEIRS)
    scene.parts.lists.drafts.reload()
    await asyncio.wait_for(gate.reached.wait(), 10)
    await scene.type("X")
    gate.open.set()
    await scene.settle()
    assert scene.message.body.toPlainText() == "XDear Ben"
    assert scene.message.subject.text() == MESSAGE.subject


async def test_formatted_text_is_taken_over(program_scene: ProgramScene) -> None:
    scene = program_scene
    html = "<html><body><p>Dear <b>Ben</b></p></body></html>"
    formatted = Content(to=(BEN,), subject="Hello", body=html, body_format=BodyFormat.HTML)
    name, stored = await opened(scene, formatted)
    theirs = msgspec.structs.replace(formatted, body=html.replace("Ben", "Cara and Ben"))
    await elsewhere(scene, stored, theirs)
    await scene.until(lambda: scene.message.body.toPlainText().strip() == "Dear Cara and Ben")
    assert scene.record(name).saved
    plain = Content(to=(BEN,), subject="Hello", body="Plain again")
    await elsewhere(scene, stored, plain)
    await scene.until(lambda: scene.message.body.toPlainText() == "Plain again")
    await scene.type("! ")
    await scene.press("Ctrl+S")
    assert "!" in stored.content.body
    assert stored.content.body_format is BodyFormat.TEXT


async def test_a_change_of_the_name_alone_shows_nothing_and_is_no_conflict_later(program_scene: ProgramScene) -> None:
    scene = program_scene
    name, stored = await opened(scene)
    await elsewhere(scene, stored, MESSAGE)
    assert scene.record(name).ref == stored.ref
    assert "Updated" not in scene.words(scene.message)


async def test_a_server_that_cannot_be_asked_leaves_it_as_it_is(program_scene: ProgramScene) -> None:
    scene = program_scene
    _, stored = await opened(scene)
    scene.mailbox.fail("get", Trouble(TroubleKind.UNREACHABLE, may_have_been_processed=False))
    await elsewhere(scene, stored)
    assert scene.message.body.toPlainText() == MESSAGE.body
    scene.mailbox.edit_elsewhere(stored.item_id, THEIRS)
    scene.parts.lists.drafts.reload()
    await scene.settle()
    assert scene.message.body.toPlainText() == THEIRS.body


async def test_a_draft_that_is_not_open_has_the_new_text_when_it_is_opened_offline(
    program_scene: ProgramScene,
) -> None:
    scene = program_scene
    name = await scene.saved()
    (stored,) = scene.mailbox.items.values()
    await scene.press("F5")
    await elsewhere(scene, stored)
    assert (await scene.content(name)).body == THEIRS.body


# --- what is known stops at the key -----------------------------------------------------------------------------------


async def in_conflict(scene: ProgramScene) -> tuple[LocalId, Stored]:
    name, stored = await opened(scene)
    await scene.type("Mine. ")
    scene.mailbox.edit_elsewhere(stored.item_id, THEIRS)
    await scene.press("Ctrl+S")
    await scene.until(scene.message.bar.isVisible)
    return name, stored


async def test_ctrl_enter_stops_at_a_known_conflict_and_enter_compares(program_scene: ProgramScene) -> None:
    scene = program_scene
    name, _ = await in_conflict(scene)
    scene.mailbox.calls.clear()
    for keys in ("Ctrl+Return", "Ctrl+Return"):
        await scene.press(keys)
        assert scene.record(name).state is State.DRAFT
        assert scene.status_bar == "", "nothing is counted down"
        assert "Not sent. This draft was changed elsewhere." in scene.words(scene.message.bar)
        assert scene.message.bar.isAncestorOf(scene.focus)
        await scene.press("Alt+M")
    await scene.passes(HOLD + 1)
    assert scene.mailbox.calls == []
    await scene.press("Ctrl+Return", "Return")
    await scene.until(scene.parts.comparison.is_open)


async def test_a_batch_keeps_back_the_one_that_is_known_to_conflict(program_scene: ProgramScene) -> None:
    scene = program_scene
    name, _ = await in_conflict(scene)
    await scene.saved(subject="Other")
    await scene.press("Escape", "Ctrl+A", "Ctrl+Return")
    assert scene.status_bar.startswith("Sending in 5 s")
    assert scene.record(name).state is State.DRAFT
    await scene.passes(HOLD + 1)
    assert [one.content.subject for one in scene.mailbox.delivered] == ["Other"]
    assert scene.status_bar == "1 sent, 1 needs attention"
    scene.parts.workspace.panel.list.go_to(0)
    await scene.press("Ctrl+Return")
    assert scene.status_bar == "“Hello” was not sent: This draft was changed elsewhere."


def test_the_caret_stays_beside_its_words() -> None:
    assert place_after("one two", "zero one two", 4) == 9
    assert place_after("one two", "one two three", 3) == 3
    assert place_after("one two", "one", 7) == 3
    assert place_after("a middle z", "a z", 5) == 2
    assert place_after("\U0001f600 two", "\U0001f600 and two", 6) == 10
    assert place_after("", "new", 0) == 0
