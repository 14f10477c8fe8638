"""The newest drafts are here before anybody opens them: they are read, opened, written on and sent without a server."""

from __future__ import annotations

import msgspec
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.domain.attachment import Attachment
from app.domain.errors import Trouble, TroubleKind
from app.domain.message import Content
from app.domain.state import State
from app.services.folders.prefetch import LARGEST, MOST, SETTLED
from tests.fakes.scene import ACCOUNT, BEN
from tests.program_scene import HOLD, ProgramScene

OFFLINE = Trouble(TroubleKind.UNREACHABLE, may_have_been_processed=False)
ASKED = ("get", "update", "save", "send", "sync", "list_folder", "locate")


def message(number: int) -> Content:
    return Content(to=(BEN,), subject=f"Message {number}", body=f"Text {number}")


def offline(scene: ProgramScene) -> None:
    for name in ASKED:
        scene.mailbox.fail(name, OFFLINE, times=1000)


def online(scene: ProgramScene) -> None:
    scene.mailbox._failures.clear()


async def fetched(scene: ProgramScene, count: int = 3) -> None:
    """Put drafts on the server and let all of them be fetched ahead; the list stands at the last."""
    scene.on_server(*(message(number) for number in range(count)))
    await scene.press("F5")
    scene.parts.prefetching.start()
    await scene.passes(SETTLED + 1)
    await scene.clock.advance(2.0 * count)
    await scene.settle()
    assert len(scene.cache.drafts.copies) == min(count, MOST)
    await scene.press("End")
    scene.parts.message_reader._kept.clear()
    scene.mailbox.calls.clear()


async def test_a_draft_is_opened_written_on_and_sent_offline(program_scene: ProgramScene) -> None:
    scene = program_scene
    await fetched(scene)
    offline(scene)
    subject = scene.current.subject
    await scene.press("Return")
    await scene.until(lambda: scene.parts.compose.current() is not None)
    assert scene.message.body.toPlainText() == subject.replace("Message", "Text")
    await scene.type("Offline. ")
    await scene.press("Ctrl+Return")
    await scene.passes(HOLD + 2)
    assert [r.state for r in scene.parts.records.all()] == [State.QUEUED]
    online(scene)
    await scene.passes(120)
    assert [one.content.body for one in scene.mailbox.delivered] == [f"Offline. {subject.replace('Message', 'Text')}"]


async def test_opening_asks_the_server_nothing(program_scene: ProgramScene) -> None:
    scene = program_scene
    await fetched(scene)
    await scene.press("Return")
    await scene.until(lambda: scene.parts.compose.current() is not None)
    assert scene.mailbox.calls_of("get") == []


async def test_a_row_is_sent_from_the_list_offline_and_read_there(program_scene: ProgramScene) -> None:
    scene = program_scene
    await fetched(scene)
    offline(scene)
    await scene.press("Home")
    await scene.until(lambda: "Text" in scene.parts.reader._body.toPlainText())
    await scene.press("Ctrl+Return")
    assert scene.status_bar.startswith("Sending in 5 s")
    await scene.passes(HOLD + 2)
    online(scene)
    await scene.passes(120)
    assert len(scene.mailbox.delivered) == 1


async def test_a_newer_version_of_the_server_is_never_written_over(program_scene: ProgramScene) -> None:
    scene = program_scene
    await fetched(scene, 1)
    (stored,) = scene.mailbox.items.values()
    theirs = msgspec.structs.replace(stored.content, body="Changed elsewhere")
    scene.mailbox.edit_elsewhere(stored.item_id, theirs)  # and no list was told
    await scene.press("Return")
    await scene.until(lambda: scene.parts.compose.current() is not None)
    assert scene.message.body.toPlainText() == "Text 0"
    await scene.type("Mine. ")
    await scene.press("Ctrl+S")
    assert stored.content == theirs
    assert "changed elsewhere" in scene.words(scene.message.bar)


async def test_an_older_version_is_never_sent_in_the_place_of_a_newer_one(program_scene: ProgramScene) -> None:
    scene = program_scene
    await fetched(scene, 1)
    (stored,) = scene.mailbox.items.values()
    scene.mailbox.edit_elsewhere(stored.item_id, msgspec.structs.replace(stored.content, body="Changed elsewhere"))
    await scene.press("Ctrl+Return")
    await scene.passes(HOLD + 2)
    assert scene.mailbox.delivered == []
    assert [r.state for r in scene.parts.records.all()] == [State.NEEDS_ATTENTION]


async def test_what_the_list_knows_to_be_newer_is_fetched_anew(program_scene: ProgramScene) -> None:
    scene = program_scene
    await fetched(scene, 1)
    (stored,) = scene.mailbox.items.values()
    scene.mailbox.edit_elsewhere(stored.item_id, msgspec.structs.replace(stored.content, body="Newer"))
    await scene.press("F5")
    await scene.passes(SETTLED + 2)
    ((version, copy),) = scene.cache.drafts.copies.values()
    assert version == stored.change_key
    assert copy is not None
    assert copy.content.body == "Newer"
    scene.mailbox.delete_elsewhere(stored.item_id)
    scene.on_server(message(9))
    await scene.press("F5")
    await scene.passes(SETTLED + 2)
    assert [copy.content.body for _, copy in scene.cache.drafts.copies.values() if copy] == ["Text 9"]


async def test_a_few_at_a_time_and_never_more_than_the_newest(program_scene: ProgramScene) -> None:
    scene = program_scene
    scene.on_server(*(message(number) for number in range(MOST + 20)))
    await scene.press("F5")
    scene.mailbox.calls.clear()
    scene.parts.prefetching.start()
    await scene.passes(SETTLED - 1)
    assert scene.mailbox.calls_of("get") == [], "the lists come first"
    await scene.clock.advance(200)
    await scene.settle()
    asked = [call.asked for call in scene.mailbox.calls_of("get")]
    assert len(scene.cache.drafts.copies) == MOST
    assert max(map(len, asked)) <= 5
    bodies = {copy.content.body for _, copy in scene.cache.drafts.copies.values() if copy}
    assert "Text 0" not in bodies or f"Text {MOST + 19}" in bodies
    scene.parts.prefetching.start()
    await scene.clock.advance(60)
    assert len(scene.mailbox.calls_of("get")) == len(asked), "what is here is not asked for again"


async def test_a_large_body_is_not_kept_and_not_asked_for_again(program_scene: ProgramScene) -> None:
    scene = program_scene
    (long,) = scene.on_server(Content(to=(BEN,), subject="Long", body="x" * (LARGEST + 1)))
    await scene.clock.advance(5)
    scene.on_server(message(1))
    scene.parts.lists.drafts.reload()
    await scene.until(lambda: len(scene.rows) == 2)
    assert scene.current.subject == "Message 1", "the reader is not to show a line of a million letters"
    scene.parts.prefetching.start()
    await scene.clock.advance(30)
    copies = {item: copy for (_, item), (_, copy) in scene.cache.drafts.copies.items()}
    assert copies.pop(long.item_id) is None
    assert [copy.content.body for copy in copies.values() if copy] == ["Text 1"]


async def test_nothing_is_fetched_while_messages_are_on_their_way_or_the_server_is_away(
    program_scene: ProgramScene,
) -> None:
    scene = program_scene
    name = await scene.saved()
    gate = scene.mailbox.hold("send")
    await scene.parts.outbox.send([name], 0.0)
    scene.on_server(message(1))
    scene.parts.lists.drafts.reload()
    await scene.settle()
    scene.mailbox.calls.clear()
    scene.parts.prefetching.start()
    await scene.clock.advance(SETTLED + 10)
    assert scene.mailbox.calls_of("get") == []
    gate.open.set()
    await scene.clock.advance(60)
    await scene.settle()
    assert len(scene.cache.drafts.copies) == 1


async def test_attachments_are_known_by_name_and_not_fetched(program_scene: ProgramScene) -> None:
    scene = program_scene
    (stored,) = scene.on_server(message(0))
    stored.attachments.append(Attachment("a1", "Terms.pdf", 12_000, "application/pdf"))
    await scene.press("F5")
    scene.parts.prefetching.start()
    await scene.clock.advance(30)
    offline(scene)
    await scene.press("Home", "Return")
    await scene.until(lambda: scene.parts.compose.current() is not None)
    assert [row.name for row in scene.message.session.files.rows()] == ["Terms.pdf"]


async def test_a_disk_that_fails_has_no_copies_and_the_server_is_asked(program_scene: ProgramScene) -> None:
    scene = program_scene
    await fetched(scene)
    scene.cache.drafts.broken = True
    await scene.press("Return")
    await scene.until(lambda: scene.parts.compose.current() is not None)
    assert len(scene.mailbox.calls_of("get")) >= 1


async def test_copies_are_there_after_a_restart(qtbot: QtBot, qapp: QApplication) -> None:
    before = await ProgramScene(qtbot, qapp, ACCOUNT).start()
    await fetched(before)
    await before.end()
    scene = ProgramScene(qtbot, qapp, ACCOUNT, after=before)
    offline(scene)
    await scene.start()
    await scene.press("Home", "Return")
    await scene.until(lambda: scene.parts.compose.current() is not None)
    assert scene.message.body.toPlainText().startswith("Text ")
    await scene.end()
