"""What was read is at hand without a request, as long as all of it together is not too much."""

from __future__ import annotations

from app.core.background import run_here
from app.domain.listing import Folder
from app.domain.message import BodyFormat, Content
from app.services.reader.message_reader import MessageReader
from app.services.records.rows import ListRow, row_of_item
from tests.fakes.scene import ANNA, Scene


async def _read(scene: Scene, reader: MessageReader, *contents: Content) -> list[ListRow]:
    for content in contents:
        scene.mailbox.put(ANNA, content, folder=Folder.SENT)
    page = await scene.watched.list_folder(ANNA, Folder.SENT)
    rows = [row_of_item(ANNA, Folder.SENT, row) for row in page.rows]
    for row in rows:
        await reader.read_message(row)
    return rows


async def test_twenty_messages_are_at_hand(scene: Scene) -> None:
    reader = MessageReader(scene.records, scene.watched, run_here)
    rows = await _read(scene, reader, *(Content(subject=f"{number}", body="Words") for number in range(21)))
    assert [reader.known(row) is not None for row in rows] == [False] + [True] * 20


async def test_of_large_messages_fewer_are_at_hand_and_the_last_always(scene: Scene) -> None:
    reader = MessageReader(scene.records, scene.watched, run_here)
    large = Content(body="a" * 700_000)  # as its body and as the text that is read
    rows = await _read(scene, reader, large, large, large, large)
    assert [reader.known(row) is not None for row in rows] == [False, False, True, True]


async def test_blocks_count_too(scene: Scene) -> None:
    reader = MessageReader(scene.records, scene.watched, run_here)
    many = Content(body="<p>a</p>" * 40_000, body_format=BodyFormat.HTML)
    rows = await _read(scene, reader, many, Content(body="Words"), many)
    assert [reader.known(row) is not None for row in rows] == [False, False, True]
