"""Work on many drafts and sent messages at once that is not a batch of the server's: written anew, thrown away."""

from __future__ import annotations

import asyncio

from app.domain.listing import Folder
from app.domain.message import Content
from app.domain.record import CopyKind, CopyTo
from app.domain.state import State
from tests.fakes.scene import BEN, MESSAGE
from tests.program_scene import ProgramScene


async def test_all_that_are_marked_are_written_anew_and_that_is_taken_back(program_scene: ProgramScene) -> None:
    scene = program_scene
    scene.on_server(*(Content(to=(BEN,), subject=f"Message {n}", body="x") for n in range(3)), folder=Folder.SENT)
    await scene.press("Ctrl+3", "F5", "Ctrl+A", "E")
    await scene.until(lambda: scene.status_bar.startswith("3 new drafts"))
    assert scene.parts.compose.current() is None
    await scene.press("Ctrl+2")
    await scene.until(lambda: len(scene.rows) == 3)
    assert {row.subject for row in scene.rows} == {"Message 0", "Message 1", "Message 2"}
    assert scene.states() == [State.DRAFT] * 3
    await scene.press("Z")
    await scene.until(lambda: not scene.rows)


async def test_one_that_cannot_be_read_does_not_keep_the_others(program_scene: ProgramScene) -> None:
    scene = program_scene
    items = scene.on_server(*(Content(to=(BEN,), subject=f"Message {n}") for n in range(3)), folder=Folder.SENT)
    await scene.press("Ctrl+3", "F5")
    scene.parts.message_reader._kept.clear()
    scene.mailbox.delete_elsewhere(items[1].item_id)
    await scene.press("Ctrl+A", "E")
    await scene.until(lambda: scene.status_bar.startswith("2 new drafts, 1 was not done"))


async def test_throwing_many_away_is_counted_and_can_be_stopped(program_scene: ProgramScene) -> None:
    scene = program_scene
    for number in range(120):
        await scene.saved(subject=f"Message {number}")
    told: list[str] = []
    room = scene.parts.lists.drafts

    def stop_then(progress: tuple[int, int]) -> None:
        told.append(scene.status_bar)
        if progress[0] == 50:
            scene.parts.registry.run("many.stop")

    room.progress.subscribe(stop_then)
    await scene.press("Ctrl+2", "Ctrl+A", "Del")
    await scene.until(lambda: scene.status_bar.startswith("50 discarded"))
    assert told == ["Discarding: 25 of 120\nStop", "Discarding: 50 of 120\nStop"] or told[0].startswith(
        "Discarding: 25"
    )
    assert len(scene.rows) == 70
    await scene.press("Z")
    await scene.until(lambda: len(scene.rows) == 120)


async def test_what_was_sent_says_where_its_copy_is(program_scene: ProgramScene) -> None:
    scene = program_scene
    for copy_to in (
        CopyTo(CopyKind.NONE),
        CopyTo(CopyKind.FOLDER, folder_id="F", name="Northwind"),
        CopyTo(CopyKind.PRINCIPAL_SENT, "sales@example.org"),
        CopyTo(),
    ):
        name = await scene.saved(MESSAGE)
        await scene.parts.records.change(name, copy_to=copy_to, state=State.QUEUED)
        await scene.parts.records.change(name, state=State.SENDING)
        await scene.parts.records.change(name, state=State.SENT, verified=scene.clock.now())
    await asyncio.sleep(0)
    await scene.press("Ctrl+3")
    session = scene.parts.workspace.panel.session
    said = {session.words(row).text.partition("; ")[2] for row in scene.rows}
    assert said == {"no copy was wanted", "copy in Northwind", "copy in Sent of sales@example.org", ""}
