"""What is attached to a message, from the person's file to the draft on the server: whole, once, and never lost."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from app.domain.attachment import Attached, Attachment, AttachmentKind
from app.domain.edits import AttachmentSet, BodyReplaced
from app.domain.errors import BadInput, StorageError, Trouble, TroubleKind
from app.domain.listing import Folder
from app.domain.message import BodyFormat, Content, LocalId
from app.domain.outcome import Verdict
from app.domain.problem import ProblemKind, read_problem
from app.domain.state import State
from app.services.attachments.fetch import Moving
from app.services.drafts.drafts import Replaced
from app.services.text.status_text import explain_record, state_words
from tests.fakes.clock import settle
from tests.fakes.mailbox import Stored, words
from tests.fakes.scene import ANNA, MESSAGE, Scene, new_scene, typed

LOST = Trouble(TroubleKind.DEADLINE)
OFFLINE = Trouble(TroubleKind.UNREACHABLE, may_have_been_processed=False)


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    scene = await new_scene()
    yield scene
    await scene.spawn.end()
    assert scene.spawn.errors == []


def file(folder: Path, name: str = "plan.pdf", content: bytes = b"plan") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


async def message_with(scene: Scene, *paths: Path) -> LocalId:
    """A message that is open, with these attached; nothing was saved yet."""
    name = await scene.drafts.begin(ANNA, MESSAGE)
    scene.attachments.watch(await scene.records.read_message(name))
    assert await scene.attachments.add_files(name, paths) == []
    return name


def on_server(scene: Scene, folder: Folder = Folder.DRAFTS) -> Stored:
    [item] = scene.mailbox.in_folder(ANNA, folder)
    return item


def names_on(item: Stored) -> list[str]:
    return [one.name for one in item.attachments]


async def names_in(scene: Scene, name: LocalId) -> list[str]:
    return [one.name for one in (await scene.records.read_message(name)).content.attachments]


# --- adding -----------------------------------------------------------------------------------------------------------


async def test_a_file_is_copied_at_once_and_may_go_before_it_is_saved(scene: Scene, tmp_path: Path) -> None:
    path = file(tmp_path)
    name = await message_with(scene, path)
    path.unlink()
    await scene.drafts.save(name)
    item = on_server(scene)
    assert names_on(item) == ["plan.pdf"]
    assert scene.mailbox.contents[item.attachments[0].attachment_id] == b"plan"
    assert item.attachments[0].content_type == "application/pdf"
    assert scene.record(name).saved
    assert state_words(scene.record(name), scene.clock.now()).text.startswith("Saved")


async def test_several_files_are_one_request_and_one_item(scene: Scene, tmp_path: Path) -> None:
    name = await message_with(scene, *(file(tmp_path, f"{number}.txt") for number in range(5)))
    await scene.drafts.save(name)
    assert len(scene.mailbox.calls_of("save")) == 1
    assert len(scene.mailbox.calls_of("attach")) == 1
    assert names_on(on_server(scene)) == [f"{number}.txt" for number in range(5)]


async def test_what_cannot_be_read_is_said_and_leaves_nothing_in_the_message(scene: Scene, tmp_path: Path) -> None:
    name = await message_with(scene)
    errors = await scene.attachments.add_files(name, [tmp_path / "gone", file(tmp_path)])
    assert [type(error) for error in errors] == [BadInput]
    assert await names_in(scene, name) == ["plan.pdf"]
    [failed] = scene.attachments.failed(name)
    assert "cannot be read" in failed.sentence
    scene.attachments.remove(name, [failed.attached.key])
    assert scene.attachments.failed(name) == ()


async def test_a_full_disk_is_said_and_what_failed_can_be_tried_again(scene: Scene, tmp_path: Path) -> None:
    name = await message_with(scene)
    scene.files.trouble = StorageError("The disk is full.")
    assert [str(one) for one in await scene.attachments.add_files(name, [file(tmp_path)])] == ["The disk is full."]
    assert await names_in(scene, name) == []
    scene.files.trouble = None
    await scene.attachments.retry(name, scene.attachments.failed(name)[0].attached.key)
    assert scene.attachments.failed(name) == ()
    assert names_on(on_server(scene)) == ["plan.pdf"]


async def test_a_message_that_is_on_its_way_does_not_go_without_what_cannot_be_read(
    scene: Scene, tmp_path: Path
) -> None:
    name = await message_with(scene)
    # The file was chosen, and the message sent before its copy was tried.
    scene.records.append_edit(name, AttachmentSet(Attached("k", "gone", origin=str(tmp_path / "gone"))))
    await scene.outbox.send([name], 0.0)
    await settle()
    assert scene.record(name).state is State.NEEDS_ATTENTION
    assert scene.mailbox.delivered == []
    found = explain_record(scene.record(name))
    assert found is not None
    assert "cannot be read" in found.sentence


async def test_a_copy_that_a_crash_cut_off_is_made_after_the_start(scene: Scene, tmp_path: Path) -> None:
    name = await message_with(scene)
    scene.records.append_edit(name, AttachmentSet(Attached("k" * 32, "plan.pdf", origin=str(file(tmp_path)))))
    again = await scene.restarted()
    await settle()
    assert names_on(on_server(again)) == ["plan.pdf"]
    assert again.record(name).saved
    await again.spawn.end()


async def test_bytes_are_attached_and_pictures_shown_in_the_text(scene: Scene) -> None:
    name = await message_with(scene)
    await scene.attachments.add_bytes(name, "pasted.png", b"png", content_id="p1@mailwright")
    await scene.drafts.save(name)
    [one] = on_server(scene).attachments
    assert (one.name, one.inline, one.content_id, one.content_type) == (
        "pasted.png",
        True,
        "p1@mailwright",
        "image/png",
    )
    assert scene.record(name).head.attachments == 0


async def test_a_picture_that_was_taken_out_of_the_text_does_not_go_along(scene: Scene) -> None:
    name = await message_with(scene)
    await scene.attachments.add_bytes(name, "in.png", b"in", content_id="1@mailwright")
    await scene.attachments.add_bytes(name, "out.png", b"out", content_id="2@mailwright")
    await scene.attachments.add_bytes(name, "theirs.png", b"theirs", content_id="3@outlook")
    scene.drafts.edit(name, BodyReplaced('<p><img src="cid:1@mailwright"></p>', BodyFormat.HTML))
    await scene.drafts.save(name)
    await scene.outbox.send([name], 0.0)
    await settle()
    assert names_on(on_server(scene, Folder.SENT)) == ["in.png", "theirs.png"]


async def test_a_message_that_was_begun_anew_under_its_name_shows_what_it_has_now(scene: Scene, tmp_path: Path) -> None:
    name = await message_with(scene, file(tmp_path, "a"), file(tmp_path, "b"))
    message = await scene.records.read_message(name)
    fresh = msgspec.structs.replace(message.content, attachments=message.content.attachments[1:])
    await scene.records.create(message.record, fresh)
    await settle()
    assert [one.name for one in scene.attachments.of(name)] == ["b"]


async def test_a_message_with_nothing_but_an_attachment_is_a_message(scene: Scene, tmp_path: Path) -> None:
    name = await scene.drafts.begin(ANNA, Content())
    await scene.attachments.add_files(name, [file(tmp_path)])
    await scene.drafts.close(name)
    await settle()
    assert names_on(on_server(scene)) == ["plan.pdf"]


# --- changing ---------------------------------------------------------------------------------------------------------


async def test_what_is_removed_goes_from_the_server_and_can_be_put_back(scene: Scene, tmp_path: Path) -> None:
    name = await message_with(scene, file(tmp_path, "a"), file(tmp_path, "b"), file(tmp_path, "c"))
    await scene.drafts.save(name)
    gone = scene.attachments.remove(name, [scene.attachments.of(name)[1].key])
    await scene.drafts.save(name)
    assert names_on(on_server(scene)) == ["a", "c"]
    scene.attachments.put_back(name, gone)
    assert await names_in(scene, name) == ["a", "b", "c"]
    await scene.drafts.save(name)
    assert sorted(names_on(on_server(scene))) == ["a", "b", "c"]
    assert scene.record(name).saved


async def test_a_new_name_is_another_attachment_to_the_server_and_the_same_bytes(scene: Scene, tmp_path: Path) -> None:
    name = await message_with(scene, file(tmp_path, "a", b"bytes"), file(tmp_path, "b"))
    await scene.drafts.save(name)
    scene.attachments.rename(name, scene.attachments.of(name)[0].key, "  better name.txt ")
    assert await names_in(scene, name) == ["better name.txt", "b"]
    await scene.drafts.save(name)
    item = on_server(scene)
    assert sorted(names_on(item)) == ["b", "better name.txt"]
    assert b"bytes" in scene.mailbox.contents.values()
    assert scene.record(name).saved


async def test_a_smaller_picture_takes_the_place_of_the_large_one(scene: Scene, tmp_path: Path) -> None:
    name = await message_with(scene, file(tmp_path, "photo.png", b"large"), file(tmp_path, "b"))
    await scene.drafts.save(name)
    await scene.attachments.exchange_bytes(name, scene.attachments.of(name)[0].key, "photo.jpg", b"small")
    assert [one.name for one in scene.attachments.of(name)] == ["photo.jpg", "b"]
    await scene.drafts.save(name)
    assert sorted(names_on(on_server(scene))) == ["b", "photo.jpg"]


async def test_another_name_and_other_bytes_can_be_taken_back(scene: Scene, tmp_path: Path) -> None:
    item = scene.mailbox.put(ANNA, MESSAGE)
    item.attachments += [Attachment("one", "one.png", 3)]
    scene.mailbox.contents["one"] = b"one"
    [name] = await scene.drafts.adopt(ANNA, [item.ref])
    assert isinstance(name, str)
    scene.attachments.watch(await scene.drafts.open_draft(name))
    [old] = scene.attachments.of(name)
    new = scene.attachments.rename(name, old.key, "two.png")
    await scene.drafts.save(name)
    assert names_on(on_server(scene)) == ["two.png"]
    scene.attachments.exchange_back(name, old, new)
    await scene.drafts.save(name)
    assert names_on(on_server(scene)) == ["one.png"]
    assert scene.mailbox.contents[on_server(scene).attachments[0].attachment_id] == b"one"
    [old] = scene.attachments.of(name)
    new = await scene.attachments.exchange_bytes(name, old.key, "one.jpg", b"1")
    await scene.drafts.save(name)
    scene.attachments.exchange_back(name, old, new)
    await scene.drafts.save(name)
    assert scene.mailbox.contents[on_server(scene).attachments[0].attachment_id] == b"one"
    assert scene.attachments.rename(name, old.key, "  ") == old.key


async def test_text_and_attachments_are_saved_together_and_only_then_called_saved(scene: Scene, tmp_path: Path) -> None:
    name = await message_with(scene, file(tmp_path))
    gate = scene.mailbox.hold("attach")
    scene.spawn(scene.drafts.save(name), "save")
    await gate.reached.wait()
    assert not scene.record(name).saved
    assert scene.record(name).in_flight == (scene.attachments.of(name)[0].key,)
    scene.drafts.edit(name, typed("More. "))
    gate.open.set()
    await settle()
    await scene.drafts.save(name)
    assert scene.record(name).saved
    assert on_server(scene).content.body == "More. " + MESSAGE.body


async def test_the_row_tells_how_far_it_is(scene: Scene, tmp_path: Path) -> None:
    name = await message_with(scene, file(tmp_path))
    [one] = scene.attachments.of(name)
    told: list[LocalId] = []
    scene.attachments.changed.subscribe(told.append)
    gate = scene.mailbox.hold("attach")
    scene.spawn(scene.drafts.save(name), "save")
    await gate.reached.wait()
    scene.drafts.attaching._sent(name, [one], 3)
    moving = scene.attachments.moving(name, one.key)
    assert moving is not None
    assert (moving.done, moving.whole, moving.up) == (3, 4, True)
    gate.open.set()
    await settle()
    assert scene.attachments.moving(name, one.key) is None
    assert set(told) == {name}


# --- trouble ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("processed", [False, True])
async def test_an_upload_whose_answer_was_lost_is_looked_after_and_never_doubled(
    scene: Scene, tmp_path: Path, processed: bool
) -> None:
    name = await message_with(scene, file(tmp_path, "a"), file(tmp_path, "b"))
    scene.mailbox.fail("attach", LOST, processed=processed)
    record = await scene.drafts.save(name)
    assert record is not None
    assert not record.saved
    assert len(record.in_flight) == 2
    await scene.clock.advance(60)
    assert sorted(names_on(on_server(scene))) == ["a", "b"]
    assert scene.record(name).saved
    assert scene.record(name).in_flight == ()
    assert len(scene.mailbox.calls_of("attach")) == (1 if processed else 2)


@pytest.mark.parametrize("processed", [False, True])
async def test_after_a_crash_in_the_midst_of_an_upload_nothing_is_doubled(
    scene: Scene, tmp_path: Path, processed: bool
) -> None:
    name = await message_with(scene, file(tmp_path))
    scene.mailbox.fail("attach", LOST, processed=processed)
    await scene.drafts.save(name)
    again = await scene.restarted()
    await again.clock.advance(60)
    assert names_on(on_server(again)) == ["plan.pdf"]
    assert again.record(name).saved
    await again.spawn.end()


@pytest.mark.parametrize("processed", [False, True])
async def test_a_removal_whose_answer_was_lost_is_looked_after(scene: Scene, tmp_path: Path, processed: bool) -> None:
    name = await message_with(scene, file(tmp_path, "a"), file(tmp_path, "b"))
    await scene.drafts.save(name)
    gone = scene.attachments.remove(name, [scene.attachments.of(name)[0].key])
    scene.mailbox.fail("delete_attachments", LOST, processed=processed)
    await scene.drafts.save(name)
    # Taken back while nobody knows: it is there once in the end, wherever the request had come.
    scene.attachments.put_back(name, gone)
    await scene.clock.advance(60)
    assert sorted(names_on(on_server(scene))) == ["a", "b"]
    assert scene.record(name).saved


async def test_what_goes_up_can_be_stopped_and_does_not_stay(scene: Scene, tmp_path: Path) -> None:
    name = await message_with(scene, file(tmp_path, "large"), file(tmp_path, "small"))
    large, _ = scene.attachments.of(name)
    gate = scene.mailbox.hold("attach")
    scene.spawn(scene.drafts.save(name), "save")
    await gate.reached.wait()
    scene.drafts.attaching._sent(name, scene.attachments.of(name), 1)
    scene.attachments.remove(name, [large.key])
    await settle()
    assert name not in scene.drafts.attaching._uploads
    await scene.clock.advance(60)
    assert names_on(on_server(scene)) == ["small"]
    assert scene.record(name).saved


async def test_offline_nothing_is_lost_and_all_goes_up_later(scene: Scene, tmp_path: Path) -> None:
    name = await message_with(scene, file(tmp_path))
    scene.mailbox.fail("attach", OFFLINE, times=2)
    await scene.drafts.save(name)
    assert scene.record(name).in_flight == ()
    await scene.clock.advance(120)
    assert names_on(on_server(scene)) == ["plan.pdf"]
    assert scene.record(name).saved


async def test_one_that_is_refused_says_so_and_keeps_back_none_of_the_others(scene: Scene, tmp_path: Path) -> None:
    name = await message_with(scene, file(tmp_path, "large"), file(tmp_path, "small"))
    scene.mailbox.refuse("attach", 0, words("ErrorAttachmentSizeLimitExceeded"))
    record = await scene.drafts.save(name)
    assert record is not None
    assert names_on(on_server(scene)) == ["small"]
    assert not record.saved
    assert [one.key for one in record.refused] == [scene.attachments.of(name)[0].key]
    found = explain_record(record)
    assert found is not None
    assert (found.sentence.split(".")[0], found.action) == (
        "An attachment is larger than your server accepts",
        "review-attachments",
    )
    # It is not sent up again at each key.
    scene.drafts.edit(name, typed("x"))
    await scene.drafts.save(name)
    assert len(scene.mailbox.calls_of("attach")) == 1
    scene.attachments.remove(name, [record.refused[0].key])
    await scene.drafts.save(name)
    assert scene.record(name).saved


async def test_a_message_is_not_sent_without_what_was_refused(scene: Scene, tmp_path: Path) -> None:
    name = await message_with(scene, file(tmp_path, "large"))
    for _ in range(2):
        scene.mailbox.refuse("attach", 0, words("ErrorAttachmentSizeLimitExceeded"))
        await scene.outbox.send([name], 0.0)
        await settle()
        assert scene.record(name).state is State.NEEDS_ATTENTION
    assert scene.mailbox.delivered == []
    await scene.outbox.send([name], 0.0)
    await settle()
    assert len(scene.mailbox.delivered) == 1


async def test_a_draft_that_is_gone_is_said_once_and_not_at_each_attachment(scene: Scene, tmp_path: Path) -> None:
    name = await message_with(scene)
    await scene.drafts.save(name)
    scene.mailbox.delete_elsewhere(on_server(scene).item_id)
    await scene.attachments.add_files(name, [file(tmp_path)])
    record = await scene.drafts.save(name)
    assert record is not None
    assert record.refused == ()
    assert record.save_outcome is not None
    assert record.save_outcome.code == "ErrorItemNotFound"
    fresh = await scene.drafts.keep_mine_as_new(name)
    assert names_on(on_server(scene)) == ["plan.pdf"]
    assert scene.record(fresh).saved


# --- other hands ------------------------------------------------------------------------------------------------------


async def test_another_programs_text_is_never_written_over_after_an_upload(scene: Scene, tmp_path: Path) -> None:
    name = await message_with(scene)
    await scene.drafts.save(name)
    theirs = msgspec.structs.replace(MESSAGE, body="theirs")
    scene.mailbox.edit_elsewhere(on_server(scene).item_id, theirs)
    # CreateAttachment asks for no ChangeKey: the server takes it, and names a version that holds their text.
    await scene.attachments.add_files(name, [file(tmp_path)])
    await scene.drafts.save(name)
    scene.drafts.edit(name, typed("mine "))
    record = await scene.drafts.save(name)
    assert on_server(scene).content.body == "theirs"
    assert record is not None
    assert record.save_outcome is not None
    assert record.save_outcome.code == "ErrorIrresolvableConflict"


async def test_what_another_program_attached_is_shown_and_sent_only_once_it_is_kept(
    scene: Scene, tmp_path: Path
) -> None:
    name = await message_with(scene, file(tmp_path))
    await scene.drafts.save(name)
    item = on_server(scene)
    item.attachments.append(Attachment("theirs", "theirs.txt", 9))
    scene.mailbox._touch(item)
    scene.drafts.edit(name, typed("x"))
    await scene.drafts.save(name)
    stranger = scene.attachments.of(name)[1]
    assert (stranger.name, stranger.elsewhere) == ("theirs.txt", True)
    await scene.outbox.send([name], 0.0)
    await settle()
    assert read_problem(scene.record(name).problem)[0] is ProblemKind.ATTACHMENT_STRANGE
    assert scene.mailbox.delivered == []
    scene.attachments.keep_attachments(name, [stranger.key])
    await scene.outbox.send([name], 0.0)
    await settle()
    assert len(scene.mailbox.delivered) == 1


async def test_what_another_program_took_away_is_a_change_elsewhere(scene: Scene, tmp_path: Path) -> None:
    name = await message_with(scene, file(tmp_path))
    await scene.drafts.save(name)
    item = on_server(scene)
    item.attachments.clear()
    scene.mailbox._touch(item)
    scene.drafts.edit(name, typed("x"))
    record = await scene.drafts.save(name)
    assert record is not None
    assert record.save_outcome is not None
    assert record.save_outcome.code == "ErrorIrresolvableConflict"
    assert names_on(on_server(scene)) == []


async def test_a_draft_of_another_program_keeps_its_attachments_and_loses_those_removed_here(scene: Scene) -> None:
    item = scene.mailbox.put(ANNA, MESSAGE)
    item.attachments += [Attachment("one", "one.txt", 3), Attachment("two", "two.txt", 3)]
    scene.mailbox.contents |= {"one": b"one", "two": b"two"}
    [name] = await scene.drafts.adopt(ANNA, [item.ref])
    assert isinstance(name, str)
    message = await scene.drafts.open_draft(name)
    scene.attachments.watch(message)
    assert [one.name for one in message.content.attachments] == ["one.txt", "two.txt"]
    assert scene.record(name).saved
    gone = scene.attachments.remove(name, [message.content.attachments[0].key])
    await scene.clock.advance(60)
    assert names_on(on_server(scene)) == ["two.txt"]
    # Its bytes were fetched before the server forgot them.
    scene.attachments.put_back(name, gone)
    await scene.drafts.save(name)
    assert sorted(names_on(on_server(scene))) == ["one.txt", "two.txt"]
    await scene.outbox.send([name], 0.0)
    await settle()
    assert len(scene.mailbox.delivered) == 1


async def test_a_message_that_changed_on_the_server_brings_its_attachments(scene: Scene, tmp_path: Path) -> None:
    name = await message_with(scene, file(tmp_path))
    await scene.drafts.save(name)
    await scene.drafts.close(name)
    item = on_server(scene)
    key = (await scene.records.read_message(name)).content.attachments[0].key
    item.attachments.append(Attachment("theirs", "theirs.txt", 9))
    scene.mailbox._touch(item)
    await scene.drafts.adopt(ANNA, [item.ref])
    attached = (await scene.records.read_message(name)).content.attachments
    assert [one.name for one in attached] == ["plan.pdf", "theirs.txt"]
    assert (attached[0].key, bool(attached[0].file), attached[1].elsewhere) == (key, True, False)


# --- taking over ------------------------------------------------------------------------------------------------------


async def test_mine_saved_as_new_has_every_attachment(scene: Scene, tmp_path: Path) -> None:
    item = scene.mailbox.put(ANNA, MESSAGE)
    item.attachments.append(Attachment("one", "one.txt", 3))
    scene.mailbox.contents["one"] = b"one"
    [old] = await scene.drafts.adopt(ANNA, [item.ref])
    assert isinstance(old, str)
    scene.attachments.watch(await scene.drafts.open_draft(old))
    renamed: list[Replaced] = []
    scene.drafts.replaced.subscribe(renamed.append)
    await scene.attachments.add_files(old, [file(tmp_path)])
    new = await scene.drafts.keep_mine_as_new(old)
    await settle()
    fresh = next(one for one in scene.mailbox.in_folder(ANNA, Folder.DRAFTS) if one.item_id != item.item_id)
    assert sorted(names_on(fresh)) == ["one.txt", "plan.pdf"]
    assert {scene.mailbox.contents[one.attachment_id] for one in fresh.attachments} == {b"one", b"plan"}
    assert scene.record(new).saved
    assert {name for name, _ in scene.files.copies()} == {new}
    assert [one.name for one in scene.attachments.of(new)] == ["one.txt", "plan.pdf"]
    assert renamed == [Replaced(old, new)]


async def test_what_was_sent_is_written_anew_with_its_attachments(scene: Scene, tmp_path: Path) -> None:
    source = Attached("s" * 32, "sent.pdf", 4, source="sent-1")
    sent = scene.mailbox.put(ANNA, MESSAGE, folder=Folder.SENT)
    sent.attachments.append(Attachment("sent-1", "sent.pdf", 4))
    scene.mailbox.contents["sent-1"] = b"sent"
    scene.mailbox.fail("get_attachment", OFFLINE)
    name = await scene.drafts.begin(ANNA, msgspec.structs.replace(MESSAGE, attachments=(source,)))
    await scene.drafts.save(name)
    assert not scene.record(name).saved
    await scene.clock.advance(120)
    assert names_on(on_server(scene)) == ["sent.pdf"]
    assert scene.mailbox.contents[on_server(scene).attachments[0].attachment_id] == b"sent"


async def test_an_attached_message_is_taken_over_whole_as_a_file(scene: Scene) -> None:
    sent = scene.mailbox.put(ANNA, MESSAGE, folder=Folder.SENT)
    sent.attachments.append(Attachment("sent-1", "Re: plan", 40, kind=AttachmentKind.ITEM))
    scene.mailbox.contents["sent-1"] = b"Subject: plan"
    source = Attached("s" * 32, "Re: plan", kind=AttachmentKind.ITEM, source="sent-1")
    name = await scene.drafts.begin(ANNA, msgspec.structs.replace(MESSAGE, attachments=(source,)))
    await scene.drafts.save(name)
    [one] = on_server(scene).attachments
    assert (one.name, one.kind, one.content_type) == ("Re: plan.eml", AttachmentKind.FILE, "message/rfc822")
    assert scene.mailbox.contents[one.attachment_id] == b"Subject: plan"
    assert scene.record(name).saved


async def test_a_link_to_elsewhere_cannot_be_taken_over_and_is_not_left_out_unsaid(scene: Scene) -> None:
    source = Attached("s" * 32, "Shared plan", kind=AttachmentKind.REFERENCE, source="sent-1")
    name = await scene.drafts.begin(ANNA, msgspec.structs.replace(MESSAGE, attachments=(source,)))
    await scene.outbox.send([name], 0.0)
    await settle()
    assert scene.record(name).state is State.NEEDS_ATTENTION
    found = explain_record(scene.record(name))
    assert found is not None
    assert "cannot be taken over" in found.sentence


# --- before sending ---------------------------------------------------------------------------------------------------


async def test_messages_are_read_back_in_one_request_for_all(scene: Scene, tmp_path: Path) -> None:
    names = []
    for number in range(3):
        name = await message_with(scene, file(tmp_path, f"{number}"))
        await scene.drafts.save(name)
        names.append(name)
    plain = await scene.saved_message()
    before = len(scene.mailbox.calls)
    await scene.outbox.send([*names, plain], 0.0)
    await settle()
    assert [call.name for call in scene.mailbox.calls[before:]] == ["get", "send"]
    assert len(scene.mailbox.calls[before].asked) == 4
    assert len(scene.mailbox.delivered) == 4


async def test_what_was_read_since_it_was_written_is_not_read_again(scene: Scene) -> None:
    name = await scene.saved_message()
    await scene.records.change(name, read_back=on_server(scene).change_key)
    before = len(scene.mailbox.calls)
    await scene.outbox.send([name], 0.0)
    await settle()
    assert [call.name for call in scene.mailbox.calls[before:]] == ["send"]


@pytest.mark.parametrize("what", ["more", "other size"])
async def test_a_message_whose_attachments_differ_on_the_server_is_not_sent_and_says_which(
    scene: Scene, tmp_path: Path, what: str
) -> None:
    name = await message_with(scene, file(tmp_path), file(tmp_path, "b"))
    await scene.drafts.save(name)
    other = await message_with(scene, file(tmp_path, "c"))
    await scene.drafts.save(other)
    item = next(one for one in scene.mailbox.in_folder(ANNA, Folder.DRAFTS) if one.local_id == name)
    if what == "more":
        item.attachments.append(Attachment("x", "stranger", 5))
    else:
        item.attachments[0] = msgspec.structs.replace(item.attachments[0], size=1)
    # The ChangeKey is as it was: nothing but a look can tell.
    await scene.outbox.send([name, other], 0.0)
    await settle()
    record = scene.record(name)
    assert record.state is State.NEEDS_ATTENTION
    kind, said = read_problem(record.problem)
    assert kind is ProblemKind.ATTACHMENTS_DIFFER
    assert ("stranger" if what == "more" else "plan.pdf") in said
    found = explain_record(record)
    assert found is not None
    assert found.action == "review-attachments"
    assert [one.message_id for one in scene.mailbox.delivered] == [scene.record(other).message_id]


async def test_a_server_that_writes_names_in_its_own_manner_keeps_no_message_back(scene: Scene, tmp_path: Path) -> None:
    name = await message_with(scene, file(tmp_path, "U\u0308bersicht.pdf"))
    await scene.drafts.save(name)
    item = on_server(scene)
    item.attachments[0] = msgspec.structs.replace(item.attachments[0], name="\u00dcbersicht.pdf")
    await scene.outbox.send([name], 0.0)
    await settle()
    assert len(scene.mailbox.delivered) == 1


async def test_what_was_missing_is_brought_again_when_the_person_sends_again(scene: Scene, tmp_path: Path) -> None:
    name = await message_with(scene, file(tmp_path), file(tmp_path, "b"))
    await scene.drafts.save(name)
    on_server(scene).attachments.pop(0)
    for _ in range(2):
        await scene.outbox.send([name], 0.0)
        await settle()
    assert len(scene.mailbox.delivered) == 1
    assert scene.record(name).state is State.SENT


async def test_where_the_look_is_in_vain_the_message_waits_and_goes_later(scene: Scene, tmp_path: Path) -> None:
    name = await message_with(scene, file(tmp_path))
    await scene.drafts.save(name)
    scene.mailbox.fail("get", OFFLINE)
    await scene.outbox.send([name], 0.0)
    await settle()
    assert scene.record(name).state is State.QUEUED
    assert scene.mailbox.delivered == []
    await scene.clock.advance(60)
    assert len(scene.mailbox.delivered) == 1


async def test_a_draft_that_was_rewritten_elsewhere_is_not_sent_by_the_look(scene: Scene, tmp_path: Path) -> None:
    name = await message_with(scene, file(tmp_path))
    await scene.drafts.save(name)
    scene.mailbox.edit_elsewhere(on_server(scene).item_id, msgspec.structs.replace(MESSAGE, body="theirs"))
    await scene.outbox.send([name], 0.0)
    await settle()
    assert scene.record(name).state is State.NEEDS_ATTENTION
    assert scene.mailbox.delivered == []


async def test_an_attachment_chosen_just_before_sending_goes_along(scene: Scene, tmp_path: Path) -> None:
    name = await scene.drafts.begin(ANNA, MESSAGE)
    scene.spawn(scene.attachments.add_files(name, [file(tmp_path)]), "add")
    await scene.outbox.send([name], 0.0)
    await settle()
    assert len(scene.mailbox.delivered) == 1
    assert names_on(on_server(scene, Folder.SENT)) == ["plan.pdf"]


async def test_a_large_file_holds_up_nobody_elses_message_and_goes_up_while_it_can_be_undone(
    scene: Scene, tmp_path: Path
) -> None:
    large = await message_with(scene, file(tmp_path, "film.mp4"))
    plain = await scene.saved_message()
    gate = scene.mailbox.hold("attach")
    await scene.outbox.send([large, plain], 5.0)
    await gate.reached.wait()
    assert scene.record(large).state is State.HELD
    await scene.clock.advance(6)
    assert scene.record(large).state is State.QUEUED
    assert [one.message_id for one in scene.mailbox.delivered] == [scene.record(plain).message_id]
    [one] = (await scene.records.read_message(large)).content.attachments
    scene.drafts.fetching.note_progress((large, one.key), Moving(12_000_000, 38_000_000, up=True))
    moving = scene.drafts.fetching.total(large)
    assert state_words(scene.record(large), scene.clock.now(), moving).text == "Sending 12 MB of 38 MB"
    gate.open.set()
    await settle()
    assert len(scene.mailbox.delivered) == 2
    await scene.clock.advance(60)
    assert scene.clock.sleeping == 0


async def test_sending_that_is_undone_while_it_goes_up_leaves_a_draft(scene: Scene, tmp_path: Path) -> None:
    name = await message_with(scene, file(tmp_path))
    gate = scene.mailbox.hold("attach")
    await scene.outbox.send([name], 5.0)
    await gate.reached.wait()
    assert await scene.outbox.undo([name]) == [name]
    gate.open.set()
    await scene.clock.advance(60)
    assert scene.record(name).state is State.DRAFT
    assert scene.record(name).saved
    assert scene.mailbox.delivered == []


async def test_an_upload_in_vain_waits_like_any_message_and_goes_when_it_can(scene: Scene, tmp_path: Path) -> None:
    name = await message_with(scene, file(tmp_path))
    scene.mailbox.fail("save", OFFLINE, times=6)
    await scene.outbox.send([name], 0.0)
    await settle()
    assert scene.record(name).state is State.QUEUED
    await scene.clock.advance(3600)
    assert len(scene.mailbox.delivered) == 1
    assert scene.clock.sleeping == 0


# --- opening, and the end ---------------------------------------------------------------------------------------------


async def test_what_the_server_alone_has_is_fetched_to_be_opened_and_stays_what_it_was(scene: Scene) -> None:
    item = scene.mailbox.put(ANNA, MESSAGE)
    item.attachments.append(Attachment("one", "one.txt", 3))
    scene.mailbox.contents["one"] = b"one"
    [name] = await scene.drafts.adopt(ANNA, [item.ref])
    assert isinstance(name, str)
    scene.attachments.watch(await scene.drafts.open_draft(name))
    shown = await scene.attachments.path_to_open(name, scene.attachments.of(name)[0].key)
    assert (Path(shown).name, Path(shown).read_bytes()) == ("one.txt", b"one")  # noqa: ASYNC240 - three bytes
    await scene.drafts.save(name)
    assert names_on(on_server(scene)) == ["one.txt"]
    assert scene.mailbox.calls_of("attach") == []
    assert scene.record(name).saved


async def test_what_cannot_be_fetched_is_said(scene: Scene) -> None:
    item = scene.mailbox.put(ANNA, MESSAGE)
    item.attachments.append(Attachment("one", "one.txt", 3))
    [name] = await scene.drafts.adopt(ANNA, [item.ref])
    assert isinstance(name, str)
    scene.attachments.watch(await scene.drafts.open_draft(name))
    key = scene.attachments.of(name)[0].key
    item.attachments.clear()
    with pytest.raises(Exception, match="ErrorItemNotFound"):
        await scene.attachments.path_to_open(name, key)
    with pytest.raises(BadInput):
        await scene.attachments.path_to_open(name, "nobody")


async def test_copies_go_with_their_message_and_not_before(scene: Scene, tmp_path: Path) -> None:
    name = await message_with(scene, file(tmp_path))
    await scene.outbox.send([name], 0.0)
    await scene.clock.advance(120)
    assert scene.record(name).state is State.SENT
    assert len(scene.files.copies()) == 1
    await scene.records.forget(name)
    await settle()
    assert scene.files.copies() == {}


async def test_the_start_clears_what_no_message_names_and_nothing_else(scene: Scene, tmp_path: Path) -> None:
    name = await message_with(scene, file(tmp_path))
    await scene.files.keep_bytes(name, "left", b"x")
    await scene.files.keep_bytes(LocalId("nobody"), "left", b"x")
    await scene.attachments.resume(damaged=True)
    assert len(scene.files.copies()) == 3
    await scene.attachments.resume()
    assert [key for _, key in scene.files.copies()] == [scene.attachments.of(name)[0].file]


async def test_discarded_and_taken_back_it_has_its_attachments(scene: Scene, tmp_path: Path) -> None:
    name = await message_with(scene, file(tmp_path))
    await scene.drafts.save(name)
    await scene.drafts.discard(name)
    await scene.clock.advance(60)
    assert scene.record(name).held == ()
    await scene.drafts.take_back(name)
    await scene.clock.advance(60)
    assert names_on(on_server(scene)) == ["plan.pdf"]
    assert scene.record(name).saved


async def test_a_refused_removal_is_said_and_not_repeated_for_ever(scene: Scene, tmp_path: Path) -> None:
    name = await message_with(scene, file(tmp_path))
    await scene.drafts.save(name)
    scene.attachments.remove(name, [scene.attachments.of(name)[0].key])
    scene.mailbox.refuse("delete_attachments", 0, words("ErrorAccessDenied"))
    record = await scene.drafts.save(name)
    assert record is not None
    assert record.save_outcome is not None
    assert (record.save_outcome.verdict, record.save_outcome.code) == (Verdict.REFUSED, "ErrorAccessDenied")
    assert len(scene.mailbox.calls_of("delete_attachments")) == 1
    await scene.drafts.save(name)
    assert scene.record(name).saved
