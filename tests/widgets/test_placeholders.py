"""Placeholders of a template go out only if the person wants them to: from the pane, from the list, after a restart."""

from __future__ import annotations

import msgspec
import pytest

from app.domain.message import BodyFormat, Content, Field, LocalId
from app.domain.problem import ProblemKind, problem
from app.domain.record import StoredMessage
from app.domain.state import State
from app.services.accounts.signatures import Snippet, SnippetKind
from app.views.compose.findings import FindingsBar
from app.views.compose.findings_session import NERVOUS
from tests.fakes.scene import ANNA, BEN
from tests.program_scene import HOLD, ProgramScene

OFFER = Snippet("1", SnippetKind.TEMPLATE, "Offer", "We ask {amount} until {due date}.", subject="Offer {number}")
RICH = Snippet("2", SnippetKind.TEMPLATE, "Rich", "We ask {amount}.", html="<div>We ask {<b>amount</b>}.</div>")
SIGNED = Snippet("3", name="Mine", text="Anna\n{phone}", for_new=True)
TO_BEN = Content(to=(BEN,), subject="Hello", body="A few words. ")
NOT_FILLED = "The placeholder {} is not filled in."


async def begun(scene: ProgramScene, snippet: Snippet = OFFER, content: Content = TO_BEN) -> LocalId:
    """Return a message into which a template was put, open in the pane."""
    await scene.parts.aids.signatures.keep_snippet(ANNA, snippet)
    await scene.parts.compose.begin_now(content)
    await scene.settle()
    scene.message.focus_field(Field.BODY)
    await scene.press("Ctrl+End")
    if snippet.kind is SnippetKind.TEMPLATE:
        await scene.press("Ctrl+T")
        await scene.type(snippet.name)
        await scene.press("Return")
    return scene.message.session.local_id


async def on_disk(scene: ProgramScene, name: LocalId) -> StoredMessage:
    return await scene.journal.after_crash().read_message(name)


def asked(scene: ProgramScene) -> str:
    """Return what is asked before sending, "" for nothing."""
    bar = scene.message.findChild(FindingsBar)
    assert bar is not None
    return bar.accessibleName() if bar.isVisible() else ""


async def test_each_is_asked_about_and_one_key_selects_it(program_scene: ProgramScene) -> None:
    scene = program_scene
    name = await begun(scene, content=msgspec.structs.replace(TO_BEN, subject=""))
    await scene.press("Ctrl+Return")
    places = ("{number}", "{amount}", "{due date}")
    assert asked(scene) == " ".join(NOT_FILLED.format(one) for one in places)
    assert scene.record(name).state is State.DRAFT
    await scene.press("Alt+1")
    assert (scene.field(), scene.message.subject.selectedText()) == (Field.SUBJECT, "{number}")
    await scene.type("17")
    await scene.press("Alt+1")
    assert (scene.field(), scene.message.body.editor.textCursor().selectedText()) == (Field.BODY, "{amount}")
    await scene.type("5")
    await scene.press("Alt+A")
    await scene.type("Friday")
    assert asked(scene) == ""
    await scene.passes(NERVOUS)
    await scene.press("Ctrl+Return")
    await scene.passes(HOLD + 1)
    (sent,) = scene.mailbox.delivered
    assert (sent.content.subject, sent.content.body) == ("Offer 17", "A few words. We ask 5 until Friday.")


async def test_braces_that_the_person_typed_are_theirs(program_scene: ProgramScene) -> None:
    scene = program_scene
    await scene.parts.aids.signatures.keep_snippet(ANNA, OFFER)
    await scene.parts.compose.begin_now(TO_BEN)
    await scene.settle()
    scene.message.focus_field(Field.BODY)
    await scene.type("In Python {amount} is a set.")
    await scene.press("Ctrl+Return")
    await scene.passes(HOLD + 1)
    assert len(scene.mailbox.delivered) == 1


async def test_a_second_ctrl_enter_sends_them_on_purpose_and_nobody_asks_again(program_scene: ProgramScene) -> None:
    scene = program_scene
    name = await begun(scene)
    await scene.press("Ctrl+Return", "Ctrl+Return")
    assert scene.record(name).state is State.DRAFT, "a key pressed twice is no answer"
    await scene.passes(NERVOUS)
    await scene.press("Ctrl+Return")
    assert scene.record(name).state is State.HELD
    assert (await on_disk(scene, name)).unfilled == ()
    await scene.passes(HOLD + 1)
    assert [one.content.body for one in scene.mailbox.delivered] == ["A few words. We ask {amount} until {due date}."]


async def test_undo_and_redo_of_the_template_are_followed(program_scene: ProgramScene) -> None:
    scene = program_scene
    await begun(scene)
    await scene.press("Ctrl+Return", "Ctrl+Z")
    assert asked(scene) == ""
    await scene.passes(NERVOUS)
    await scene.press("Ctrl+Shift+Z", "Ctrl+Return")
    assert asked(scene).startswith(NOT_FILLED.format("{amount}"))


async def test_in_formatted_text_a_placeholder_in_two_formats_is_one(program_scene: ProgramScene) -> None:
    scene = program_scene
    name = await begun(scene, RICH)
    await scene.settle()
    assert (await scene.content(name)).body_format is BodyFormat.HTML
    await scene.press("Ctrl+Return")
    assert asked(scene) == NOT_FILLED.format("{amount}")
    await scene.press("Alt+1")
    assert scene.message.body.editor.textCursor().selectedText() == "{amount}"
    await scene.type("5")
    await scene.settle()
    assert asked(scene) == ""


async def test_a_signature_that_could_not_be_filled_is_asked_about_too(program_scene: ProgramScene) -> None:
    scene = program_scene
    await begun(scene, SIGNED)
    await scene.press("Ctrl+Return")
    assert asked(scene) == NOT_FILLED.format("{phone}")


async def test_a_batch_goes_without_the_one_that_is_not_filled_in(program_scene: ProgramScene) -> None:
    scene = program_scene
    name = await begun(scene)
    await scene.press("Escape")
    other = await scene.saved(subject="Filled in")
    scene.parts.workspace.go("drafts")
    await scene.settle()
    await scene.press("Ctrl+A", "Ctrl+Return")
    await scene.passes(HOLD + 1)
    assert [one.content.subject for one in scene.mailbox.delivered] == ["Filled in"]
    assert scene.record(other).state is State.SENT
    assert scene.record(name).problem == problem(ProblemKind.UNFILLED, "{amount}")
    assert scene.status_bar == "1 sent, 1 needs attention"
    assert scene.parts.workspace.panel.model.face(0).action == "Fill it in"
    await scene.press("F8", "A")
    await scene.until(lambda: scene.parts.compose.current() is not None)
    assert scene.message.body.editor.textCursor().selectedText() == "{amount}"
    assert NOT_FILLED.format("{amount}") in scene.words(scene.message.bar)
    await scene.press("Ctrl+Return")
    assert asked(scene).startswith(NOT_FILLED.format("{amount}"))
    assert not scene.message.bar.isVisible(), "it is not said twice"
    await scene.press("Alt+1")
    await scene.type("5")
    await scene.press("Alt+1")
    await scene.type("Friday")
    await scene.passes(3)
    assert scene.record(name).problem == "", "what was filled in is no problem any more"


@pytest.mark.parametrize("how", ["Ctrl+Shift+Return", "F9"])
async def test_it_is_not_put_aside_as_ready(program_scene: ProgramScene, how: str) -> None:
    scene = program_scene
    name = await begun(scene)
    await scene.press("Escape")
    scene.parts.workspace.go("drafts")
    await scene.settle()
    await scene.press("Ctrl+Shift+Return", *(["F9", "Return"] if how == "F9" else []))
    await scene.passes(HOLD + 1)
    assert scene.record(name).state is State.NEEDS_ATTENTION
    assert scene.mailbox.delivered == []


async def test_written_anew_it_is_remembered_too(program_scene: ProgramScene) -> None:
    scene = program_scene
    await begun(scene)
    await scene.press("Escape")
    await scene.passes(3)
    scene.parts.workspace.go("drafts")
    await scene.settle()
    await scene.press("E")
    await scene.until(lambda: scene.parts.compose.current() is not None)
    await scene.press("Ctrl+Return")
    assert asked(scene).startswith(NOT_FILLED.format("{amount}"))


async def test_after_a_crash_it_is_remembered(program_scene: ProgramScene) -> None:
    scene = program_scene
    name = await begun(scene)
    message = await on_disk(scene, name)
    assert message.unfilled == ("{amount}", "{due date}")
    assert message.content.body.endswith("We ask {amount} until {due date}.")
