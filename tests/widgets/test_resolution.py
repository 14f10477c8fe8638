"""What only the person can know, by key: it was sent, or it was not; and the copy that is missing."""

from __future__ import annotations

import msgspec
import pytest
from PySide6.QtWidgets import QPushButton

from app.domain.listing import Folder
from app.domain.message import LocalId
from app.domain.problem import ProblemKind, problem
from app.domain.state import State
from tests.fakes.scene import ANNA
from tests.program_scene import ProgramScene


async def at_unknown(scene: ProgramScene) -> LocalId:
    """Stand in the Outbox at a message of which nobody can say whether it was sent."""
    name = await scene.saved()
    for state in (State.QUEUED, State.SENDING, State.UNKNOWN):
        await scene.parts.records.change(name, state=state)
    await scene.parts.records.change(name, problem=problem(ProblemKind.CANNOT_BE_KNOWN), verified=scene.clock.now())
    scene.parts.workspace.go("outbox")
    await scene.until(lambda: len(scene.rows) == 1)
    await scene.press("Home")
    return name


def asked(scene: ProgramScene) -> str:
    return scene.window._question.accessibleName() if scene.window._question.isVisible() else ""


def offered(scene: ProgramScene) -> dict[str, QPushButton]:
    """The buttons of the reader's bar, by their words."""
    return {one.text(): one for one in scene.parts.reader.bar.findChildren(QPushButton) if one.isVisible()}


@pytest.mark.parametrize(("key", "state"), [("Y", State.SENT), ("N", State.DRAFT)])
async def test_the_persons_word_is_asked_for_twice_and_then_believed(
    program_scene: ProgramScene, key: str, state: State
) -> None:
    name = await at_unknown(program_scene)
    await program_scene.press(key)
    assert asked(program_scene)
    assert program_scene.record(name).state is State.UNKNOWN
    await program_scene.press("Return")
    await program_scene.until(lambda: program_scene.record(name).state is state)
    assert program_scene.mailbox.delivered == [], "nothing is sent by saying so"


@pytest.mark.parametrize("key", ["Y", "N"])
async def test_escape_leaves_it_open(program_scene: ProgramScene, key: str) -> None:
    name = await at_unknown(program_scene)
    await program_scene.press(key, "Escape")
    assert asked(program_scene) == ""
    assert program_scene.record(name).state is State.UNKNOWN
    assert program_scene.in_list()


async def test_the_bar_offers_all_three(program_scene: ProgramScene) -> None:
    name = await at_unknown(program_scene)
    # The reader may still show what it was shown before the last word of it.
    await program_scene.until(lambda: {"Check", "It was sent", "It was not sent"} <= set(offered(program_scene)))
    buttons = offered(program_scene)
    places = [buttons[words].x() for words in ("Check", "It was sent", "It was not sent", "Details")]
    assert places == sorted(places)
    await program_scene.click(buttons["It was not sent"])
    assert "not sent" in asked(program_scene)
    await program_scene.press("Return")
    await program_scene.until(lambda: program_scene.record(name).state is State.DRAFT)


async def test_the_keys_do_nothing_where_it_is_known_or_can_be(program_scene: ProgramScene) -> None:
    name = await at_unknown(program_scene)
    await program_scene.parts.records.change(name, problem="", verified=0.0)
    await program_scene.press("Y")
    assert asked(program_scene) == ""
    assert program_scene.record(name).state is State.UNKNOWN


async def test_a_missing_copy_is_saved_by_key_from_its_row(program_scene: ProgramScene) -> None:
    scene = program_scene
    scene.mailbox.files_no_copy = True
    name = await scene.saved()
    await scene.parts.outbox.send([name], 0)
    for _ in range(4):
        await scene.passes(60)
    assert scene.record(name).state is State.SENT_NOT_FILED
    for place in ("outbox", "sent"):
        scene.parts.workspace.go(place)
        await scene.settle()
        if scene.rows:
            break
    await scene.press("Home", "A")
    await scene.until(lambda: scene.record(name).state is State.SENT)
    (copy,) = scene.mailbox.in_folder(ANNA, Folder.SENT)
    assert not copy.is_draft
    assert msgspec.structs.replace(copy.content, sender=None) == await scene.content(name)
    assert "copy is saved" in scene.status_bar
