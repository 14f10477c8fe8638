"""From a file to the recipient: byte for byte, in few requests, and read there by Python's own email package."""

from __future__ import annotations

import os
from email import policy
from email.parser import BytesParser
from pathlib import Path

import msgspec

from app.domain.attachment import Attached, new_key
from app.domain.listing import Folder
from app.domain.message import BodyFormat
from app.domain.state import State
from app.services.attachments.fetch import Name
from app.services.text.status_text import explain_record
from tests.integration.attachments.conftest import MESSAGE, A, Run, received
from tests.sandbox_fixture import RunningSandbox

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360000000000500010d0a2db40000000049454e44ae426082"
)
NAMES = ("plan.pdf", "Übersicht Q4 – final.xlsx", "日本語の名前.txt", 'a "quoted"; name.bin', "empty.txt", "photo.jpg")


def file(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


async def test_what_the_recipient_has_is_what_was_attached(run: Run, sandbox: RunningSandbox, tmp_path: Path) -> None:
    contents = {name: b"" if name.startswith("empty") else os.urandom(50_000 + 7 * n) for n, name in enumerate(NAMES)}
    html = '<p>Dear James <img src="cid:logo@mailwright"></p>'
    formatted = msgspec.structs.replace(MESSAGE, body=html, body_format=BodyFormat.HTML)
    name = await run.message(*(file(tmp_path, one, held) for one, held in contents.items()), content=formatted)
    await run.attachments.add_bytes(name, "logo.png", PNG, content_id="logo@mailwright")
    await run.until_saved(name)
    await run.outbox.send([name], 0.0)
    await run.until(name, State.SENT)
    [message] = received(sandbox)
    got = {part.get_filename(): part.get_payload(decode=True) for part in message.walk() if part.get_filename()}
    assert got == {**contents, "logo.png": PNG}
    [logo] = [part for part in message.walk() if part.get("Content-ID") == "<logo@mailwright>"]
    assert (logo.get_content_type(), logo.get_content_disposition()) == ("image/png", "inline")
    plan = next(part for part in message.walk() if part.get_filename() == "plan.pdf")
    assert (plan.get_content_type(), plan.get_content_disposition()) == ("application/pdf", "attachment")
    assert 'src="cid:logo@mailwright"' in message.get_body(("html",)).get_content()  # type: ignore[union-attr]
    BytesParser(policy=policy.strict).parsebytes(message.as_bytes())


async def test_a_message_with_attachments_costs_what_was_promised(
    run: Run, sandbox: RunningSandbox, tmp_path: Path
) -> None:
    name = await run.message(*(file(tmp_path, f"{n}.bin", os.urandom(1000)) for n in range(10)))
    await run.until_saved(name)
    saving = [entry["operation"] for entry in sandbox.journal()]
    assert saving == ["CreateItem", "CreateAttachment", "GetItem"]
    await run.outbox.send([name], 0.0)
    await run.until(name, State.SENT)
    while not run.record(name).verified:
        await run.drafts.read_message(name)
    sending = [entry["operation"] for entry in sandbox.journal()][len(saving) :]
    assert sending[:2] == ["GetItem", "SendItem"]
    assert sending.count("SendItem") == 1
    assert len(sending) <= 3


async def test_a_batch_is_looked_at_in_one_request(run: Run, sandbox: RunningSandbox, tmp_path: Path) -> None:
    path = file(tmp_path, "a.bin", b"abc")
    names = [await run.message(path) for _ in range(3)] + [await run.message()]
    for name in names:
        await run.until_saved(name)
    before = len(sandbox.journal())
    await run.outbox.send(names, 0.0)
    for name in names:
        await run.until(name, State.SENT)
    sending = [entry["operation"] for entry in sandbox.journal()][before:]
    assert sending.count("GetItem") == 1
    assert sending.count("SendItem") == 1
    assert len(received(sandbox)) == 4


async def test_twenty_five_megabytes_arrive_and_tell_how_far_they_are(
    run: Run, sandbox: RunningSandbox, tmp_path: Path
) -> None:
    content = os.urandom(1_000_000) * 25
    path = file(tmp_path, "film.mp4", content)
    told: list[float] = []

    def note(where: Name) -> None:
        moving = run.drafts.fetching.moving.get(where)
        if moving is not None and moving.up:
            told.append(moving.done)

    run.drafts.fetching.moved.subscribe(note)
    name = await run.message(path)
    path.unlink()
    await run.until_saved(name)
    assert told == sorted(told)
    # It is told some times a second, so that how often depends on how fast the machine is.
    assert 0 < told[0] < told[-1] == len(content)
    await run.outbox.send([name], 0.0)
    await run.until(name, State.SENT)
    [message] = received(sandbox)
    [part] = [one for one in message.walk() if one.get_filename()]
    assert part.get_payload(decode=True) == content


async def test_a_sent_message_is_written_anew_with_its_attachments(
    run: Run, sandbox: RunningSandbox, tmp_path: Path
) -> None:
    content = os.urandom(30_000)
    name = await run.message(file(tmp_path, "plan.pdf", content))
    await run.outbox.send([name], 0.0)
    await run.until(name, State.SENT)
    page = await run.engine.list_folder(A, Folder.SENT)
    sent = next(row for row in page.rows if row.subject == MESSAGE.subject)
    item = (await run.engine.get(A, [sent.ref]))[0].item
    assert item is not None
    [held] = item.attachments
    taken = Attached(new_key(), held.name, held.size, held.content_type, source=held.attachment_id)
    anew = await run.drafts.begin(A, msgspec.structs.replace(MESSAGE, subject="Anew", attachments=(taken,)))
    await run.until_saved(anew)
    await run.outbox.send([anew], 0.0)
    await run.until(anew, State.SENT)
    [message] = received(sandbox, "Anew")
    [part] = [one for one in message.walk() if one.get_filename()]
    assert part.get_payload(decode=True) == content


async def test_a_draft_of_another_program_keeps_what_is_left_and_loses_what_is_removed(
    run: Run, sandbox: RunningSandbox, tmp_path: Path
) -> None:
    other = await run.message(file(tmp_path, "one.txt", b"1"), file(tmp_path, "two.txt", b"2"))
    ref = (await run.until_saved(other)).ref
    assert ref is not None
    await run.records.forget(other)
    [name] = await run.drafts.adopt(A, [ref])
    assert isinstance(name, str)
    run.attachments.watch(await run.drafts.open_draft(name))
    one, _ = run.attachments.of(name)
    gone = run.attachments.remove(name, [one.key])
    await run.until_saved(name)
    while await run.attached_on_server(name) != ["two.txt"]:
        await run.drafts.save(name)
    run.attachments.put_back(name, gone)
    await run.until_saved(name)
    assert sorted(await run.attached_on_server(name)) == ["one.txt", "two.txt"]


async def test_what_the_server_finds_too_large_leads_to_the_attachments(
    run: Run, sandbox: RunningSandbox, tmp_path: Path
) -> None:
    name = await run.message(file(tmp_path, "large.bin", b"x" * 1000))
    await run.until_saved(name)
    sandbox.faults([{"action": "code", "operation": "SendItem", "item": 0, "code": "ErrorMessageSizeExceeded"}])
    await run.outbox.send([name], 0.0)
    found = explain_record(await run.until(name, State.NEEDS_ATTENTION))
    assert found is not None
    assert (found.action, found.action_words) == ("review-attachments", "Review attachments")
    assert "larger than your server accepts" in found.sentence
    assert received(sandbox) == []


async def test_what_differs_on_the_server_is_not_sent(run: Run, sandbox: RunningSandbox, tmp_path: Path) -> None:
    name = await run.message(file(tmp_path, "one.txt", b"1"), file(tmp_path, "two.txt", b"2"))
    record = await run.until_saved(name)
    assert record.ref is not None
    await run.engine.delete_attachments(A, record.ref, [record.held[0].attachment_id])
    await run.outbox.send([name], 0.0)
    found = explain_record(await run.until(name, State.NEEDS_ATTENTION))
    assert found is not None
    assert "one.txt" in found.sentence
    assert received(sandbox) == []
    await run.outbox.send([name], 0.0)
    await run.until(name, State.SENT)
    [message] = received(sandbox)
    assert sorted(str(part.get_filename()) for part in message.iter_attachments()) == ["one.txt", "two.txt"]
