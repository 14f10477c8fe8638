"""The end of the program: what was half typed is a message, on disk and, if there is time, on the server."""

from __future__ import annotations

from app.bootstrap import run
from app.domain.errors import StorageError
from app.domain.listing import Folder
from tests.fakes.scene import ANNA, MESSAGE
from tests.program_scene import ProgramScene


async def test_what_was_half_typed_is_saved_before_the_end(program_scene: ProgramScene) -> None:
    scene = program_scene
    await scene.press("C")
    await scene.type("ben@example.org")
    name = scene.message.session.local_id
    await run.finish(scene.parts)
    (saved,) = scene.mailbox.in_folder(ANNA, Folder.DRAFTS)
    assert [person.address for person in saved.content.to] == ["ben@example.org"]
    assert scene.record(name).saved
    assert len(scene.tasks) == 0


async def test_a_server_that_does_not_answer_holds_the_end_up_for_a_moment_only(
    program_scene: ProgramScene,
) -> None:
    scene = program_scene
    scene.mailbox.hold("save")
    await scene.press("C")
    await scene.type("ben@example.org")
    name = scene.message.session.local_id
    await run.finish(scene.parts)
    message = await scene.journal.after_crash().read_message(name)
    assert [person.address for person in message.content.to] == ["ben@example.org"]
    assert scene.mailbox.in_folder(ANNA, Folder.DRAFTS) == []


async def test_a_disk_that_fails_does_not_keep_the_program_from_ending(program_scene: ProgramScene) -> None:
    scene = program_scene
    await scene.parts.compose.begin_now(MESSAGE)
    await scene.settle()
    await scene.type("more")
    scene.journal.trouble = StorageError("The disk is full.")
    await run.finish(scene.parts)
    assert len(scene.tasks) == 0


async def test_the_end_in_the_midst_of_a_fetch_meets_no_defect(program_scene: ProgramScene) -> None:
    scene = program_scene
    scene.on_server(MESSAGE)
    await scene.press("F5")
    gate = scene.mailbox.hold("get")
    await scene.press("Return")
    await gate.reached.wait()
    await run.finish(scene.parts)
    assert scene.defects == []
    assert len(scene.tasks) == 0


async def test_a_message_that_was_open_is_open_for_the_next_start(program_scene: ProgramScene) -> None:
    scene = program_scene
    name = await scene.saved()
    scene.parts.compose.open_message(name)
    await scene.settle()
    await run.finish(scene.parts)
    assert (await scene.journal.after_crash().read_message(name)).record.open


async def test_a_message_in_which_nothing_was_written_vanishes_with_the_end(program_scene: ProgramScene) -> None:
    scene = program_scene
    await scene.press("C")
    await run.finish(scene.parts)
    assert await scene.journal.after_crash().records() == []


async def test_a_server_that_is_late_does_not_make_the_next_start_forget_what_was_open(
    program_scene: ProgramScene,
) -> None:
    scene = program_scene
    scene.mailbox.hold("save")
    await scene.press("C")
    await scene.type("ben@example.org")
    name = scene.message.session.local_id
    await run.finish(scene.parts)
    assert (await scene.journal.after_crash().read_message(name)).record.open
