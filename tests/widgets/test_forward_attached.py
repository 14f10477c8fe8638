"""Messages passed on as attachments, by key; and what is done with one message, where several are selected."""

from __future__ import annotations

import pytest

from app.domain.attachment import AttachmentKind
from app.domain.listing import Folder
from app.domain.message import Content, Field
from app.domain.original import Verb
from app.domain.recipient import Recipient
from app.domain.state import State
from tests.fakes.mailbox import Stored
from tests.program_scene import ProgramScene

BEN = Recipient("ben@example.org", "Ben")


async def at_sent(scene: ProgramScene, count: int = 3) -> list[Stored]:
    """Stand at the first of some messages in Sent."""
    contents = [Content(to=(BEN,), subject=f"Prices {number}", body="Dear Ben") for number in range(count)]
    items = scene.on_server(*contents, folder=Folder.SENT)
    for item in items:
        item.sent = scene.clock.now() - 60
    scene.parts.lists.sent.reload()
    scene.parts.workspace.go("sent")
    await scene.until(lambda: len(scene.rows) == count)
    await scene.press("Home")
    return list(items)


async def begun(scene: ProgramScene, *keys: str) -> Content:
    await scene.press(*keys)
    await scene.until(lambda: scene.parts.compose.current() is not None)
    return await scene.content(scene.message.session.local_id)


@pytest.mark.parametrize("key", ["F", "Shift+F"])
async def test_several_that_are_selected_are_attached_to_one_message(program_scene: ProgramScene, key: str) -> None:
    scene = program_scene
    items = await at_sent(scene)
    content = await begun(scene, "Ctrl+A", key)
    assert scene.field() is Field.TO
    assert (content.subject, content.recipients()) == ("", ())
    assert sorted(one.name for one in content.attachments) == ["Prices 0", "Prices 1", "Prices 2"]
    assert {one.kind for one in content.attachments} == {AttachmentKind.ITEM}
    record = scene.record(scene.message.session.local_id)
    assert {one.ref.item_id for one in record.originals} == {item.item_id for item in items}
    assert {one.verb for one in record.originals} == {Verb.FORWARDED}


async def test_they_are_sent_as_messages_and_each_original_is_marked(program_scene: ProgramScene) -> None:
    scene = program_scene
    items = await at_sent(scene)
    await begun(scene, "Ctrl+A", "F")
    name = scene.message.session.local_id
    await scene.type("ben@example.org")
    await scene.press("Tab")
    await scene.type("Three of them")
    await scene.press("Ctrl+Return")
    await scene.until(lambda: scene.record(name).state is State.HELD)
    await scene.clock.advance(600)
    await scene.until(lambda: scene.record(name).state is State.SENT)
    sent = next(one for one in scene.mailbox.items.values() if one.local_id == name)
    assert sorted((one.name, one.kind) for one in sent.attachments) == [
        (f"Prices {number}", AttachmentKind.ITEM) for number in range(3)
    ]
    assert [call.asked[2] for call in scene.mailbox.calls_of("save_mime")] == [True] * 3, "without their Bcc"
    await scene.until(lambda: all(item.marks for item in items))
    assert [[mark.verb for mark in item.marks] for item in items] == [[Verb.FORWARDED]] * 3


async def test_a_message_that_is_still_to_come_is_not_said_to_be_here(program_scene: ProgramScene) -> None:
    scene = program_scene
    await at_sent(scene, 1)
    await begun(scene, "Shift+F")
    assert [row.words for row in scene.message.session.files.rows()] == ["to be fetched"]


async def test_one_is_attached_too_where_that_is_asked_for(program_scene: ProgramScene) -> None:
    await at_sent(program_scene, 1)
    content = await begun(program_scene, "Shift+F")
    assert content.subject == "FW: Prices 0"
    assert [one.name for one in content.attachments] == ["Prices 0"]
    assert "Dear Ben" not in content.body


async def test_the_one_that_is_selected_is_meant_wherever_one_stands(program_scene: ProgramScene) -> None:
    scene = program_scene
    await at_sent(scene)
    first = scene.rows[0].subject
    content = await begun(scene, "X", "Down", "F")
    assert content.subject == f"FW: {first}"


@pytest.mark.parametrize("key", ["Shift+R", "Shift+O", "Shift+D", "A"])
async def test_what_is_done_with_one_says_so_where_several_are_selected(program_scene: ProgramScene, key: str) -> None:
    scene = program_scene
    await at_sent(scene)
    await scene.press("Ctrl+A", key)
    await scene.settle()
    assert scene.parts.compose.current() is None
    assert "3 messages are selected, and this is done with one" in scene.words(scene.window)
    await scene.press("Escape", "Shift+R")
    await scene.until(lambda: scene.parts.compose.current() is not None)
