"""Another client changes the folder that one looks at: it is seen at once, and nothing moves under one's hands."""

from __future__ import annotations

import random

from app.domain.listing import Folder, Place
from app.domain.message import Content
from tests.fakes.scene import ANNA, BEN
from tests.program_scene import ProgramScene

SENT = Place(Folder.SENT)


def message(subject: str) -> Content:
    return Content(to=(BEN,), subject=subject, body="Words")


async def told(scene: ProgramScene) -> None:
    """Let the server tell of what was just done."""
    scene.mailbox.happens(ANNA, SENT)
    await scene.clock.advance(1)
    await scene.settle()


async def test_a_change_of_another_client_is_seen_without_a_key(program_scene: ProgramScene) -> None:
    scene = program_scene
    scene.mailbox.has_notices = True
    scene.parts.notifications.start()
    await scene.press("Ctrl+3")
    await scene.passes(1)
    scene.on_server(message("From elsewhere"), folder=Folder.SENT)
    await told(scene)
    assert [row.subject for row in scene.rows] == ["From elsewhere"]


async def test_no_row_is_lost_or_doubled_and_neither_place_nor_marks_move(program_scene: ProgramScene) -> None:
    scene, chance = program_scene, random.Random(7)
    scene.mailbox.has_notices = True
    for number in range(60):
        scene.on_server(message(f"Message {number}"), folder=Folder.SENT)
        await scene.clock.advance(1)
    scene.parts.notifications.start()
    await scene.press("Ctrl+3", "F5", *["J"] * 20, "X", "J", "X", "J")
    await scene.passes(1)
    here = scene.current.subject
    panel = scene.parts.workspace.panel
    marked = {row.subject for row in scene.rows if panel.model.is_marked(panel.model.number_of(int(row.key)))}
    assert len(marked) == 2
    kept = {here, *marked}
    for step in range(40):
        items = [one for one in scene.mailbox.in_folder(ANNA, Folder.SENT) if one.content.subject not in kept]
        match step % 3:
            case 0:
                scene.on_server(message(f"New {step}"), folder=Folder.SENT)
            case 1:
                scene.mailbox.delete_elsewhere(chance.choice(items).item_id)
            case _:
                one = chance.choice(items)
                scene.mailbox.edit_elsewhere(one.item_id, message(f"Edited {step}"))
        await told(scene)
        assert scene.current.subject == here
        assert scene.in_list()
    there = sorted(one.content.subject for one in scene.mailbox.in_folder(ANNA, Folder.SENT))
    rows = await panel.session.rows_of(panel.model.ids)
    assert sorted(row.subject for row in rows) == there
    marks = {row.subject for row in rows if panel.model.is_marked(panel.model.number_of(int(row.key)))}
    assert marks == marked
