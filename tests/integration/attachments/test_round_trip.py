"""A message with everything in it: saved, closed, opened, sent, and read at the recipient by Python's email package.

What is compared is what a person wrote, field by field and byte by byte, with what the recipient's MIME says.
"""

from __future__ import annotations

import os
import time
from email.message import EmailMessage
from pathlib import Path

import msgspec
import pytest

from app.core.background import run_in_thread
from app.domain.attachment import new_key, taken_over
from app.domain.edits import RecipientSplice, TextSplice
from app.domain.listing import Folder, Place
from app.domain.message import (
    BodyFormat,
    Content,
    Field,
    FlagStatus,
    FollowUp,
    Header,
    Importance,
    LocalId,
    Options,
    Sensitivity,
    written_anew,
)
from app.domain.recipient import Recipient
from app.domain.state import State
from app.services.drafts.reply_forward import ReplyForward
from app.services.records.rows import ListRow, row_of_item
from tests.html_everything import HTML
from tests.integration.attachments.conftest import TO, A, HurriedClock, Run, received
from tests.integration.attachments.test_to_the_recipient import PNG
from tests.sandbox_fixture import RunningSandbox

DAY = time.time() // 86_400 * 86_400 + 86_400
"""Tomorrow's midnight."""
PRIYA = Recipient("priya@fabrikam.example", 'Natarajan, Priya "P." Ñ')
WORLD = Recipient("josé.müller@bücher.example", "José Müller")
OPTIONS = Options(
    sensitivity=Sensitivity.CONFIDENTIAL,
    categories=("Budget", "Büro"),
    follow_up=FollowUp(FlagStatus.FLAGGED, start=DAY, due=DAY + 172_800),
    in_reply_to="<first@example.org>",
    references="<zeroth@example.org> <first@example.org>",
    reply_to=(Recipient("sofia.lindqvist@contoso.com", "Sofia Lindqvist"), PRIYA),
    read_receipt=True,
    delivery_receipt=True,
    response_requested=True,
    headers=(Header("X-Project", "Northwind"), Header("X-Note", "two words")),
    reminder=DAY + 90_000,
)
EVERYTHING = Content(
    to=(Recipient(TO, "James Okafor"), WORLD),
    cc=(PRIYA,),
    bcc=(Recipient("sofia.lindqvist@contoso.com", "Sofia Lindqvist"),),
    subject="Grüße aus Köln: 日本 🎉 = 100 % and more words, so that the header has to be folded",
    body=HTML,
    body_format=BodyFormat.HTML,
    importance=Importance.HIGH,
    options=OPTIONS,
)
PLAIN = (
    "Dear James,\n\nFrom here on\n.\n..\n-- \ttabs\tand   blanks   \n> quoted\n=20 = ü 日本 🎉\n"
    f"{'a line that is far longer than any line of mail may be, ' * 40}\n\nend"
)

FILES = {
    "plan.pdf": os.urandom(70_001),
    "Übersicht – 日本.txt": b"Zeile eins\r\nZeile zwei\n",
    "empty.bin": b"",
}


async def written(run: Run, folder: Path, content: Content, files: dict[str, bytes]) -> LocalId:
    """Return a message as it is after a whole life: written, saved, closed, forgotten here, opened again."""
    paths = []
    for name, held in files.items():
        paths.append(folder / name)
        paths[-1].write_bytes(held)
    name = await run.message(*paths, content=content)
    if "cid:" in content.body:
        await run.attachments.add_bytes(name, "logo.png", PNG, content_id="logo@mailwright")
    ref = (await run.until_saved(name)).ref
    assert ref is not None
    await run.drafts.close(name)
    await run.records.forget(name)
    [found] = await run.drafts.adopt(A, [ref])
    assert isinstance(found, str)
    return (await run.drafts.open_draft(found)).record.local_id


async def sent(run: Run, sandbox: RunningSandbox, name: LocalId, subject: str) -> EmailMessage:
    """Send it, and return what James has."""
    await run.outbox.send([name], 0.0)
    await run.until(name, State.SENT)
    [message] = received(sandbox, subject)
    assert not [part.defects for part in message.walk() if part.defects]
    return message


def people(message: EmailMessage, header: str) -> list[tuple[str, str]]:
    """Return names and addresses in a header; what is beyond ASCII stands there as UTF-8 (RFC 6532)."""
    return [(_told(one.display_name), _told(one.addr_spec)) for one in message[header].addresses]


def _told(words: str) -> str:
    return words.encode("utf-8", "surrogateescape").decode()


def named(*recipients: Recipient) -> list[tuple[str, str]]:
    return [(one.name or one.address, one.address) for one in recipients]


def text_of(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def files_of(message: EmailMessage) -> dict[str, bytes]:
    return {
        str(part.get_filename()): bytes(part.get_payload(decode=True)) for part in message.walk() if part.get_filename()
    }


async def test_a_message_with_everything_opens_again_as_it_was_written(
    run: Run, sandbox: RunningSandbox, tmp_path: Path
) -> None:
    name = await written(run, tmp_path, EVERYTHING, FILES)
    content = (await run.drafts.read_message(name)).content
    assert sorted(one.name for one in content.attachments) == sorted([*FILES, "logo.png"])
    assert [one.content_id for one in content.attachments if one.content_id] == ["logo@mailwright"]
    assert content.body.replace("\r\n", "\n") == HTML
    options = msgspec.structs.replace(content.options, conversation_index=b"", conversation_topic="", submitter=None)
    assert [
        (name, told, meant)
        for name in OPTIONS.__struct_fields__
        if (told := getattr(options, name)) != (meant := getattr(OPTIONS, name))
    ] == []
    bare = msgspec.structs.replace(content, attachments=(), options=OPTIONS, body=HTML, sender=None)
    assert bare == EVERYTHING


async def test_a_message_with_everything_arrives_as_it_was_written(
    run: Run, sandbox: RunningSandbox, tmp_path: Path
) -> None:
    name = await written(run, tmp_path, EVERYTHING, FILES)
    message = await sent(run, sandbox, name, EVERYTHING.subject)
    assert message["Subject"] == EVERYTHING.subject
    assert people(message, "To") == named(*EVERYTHING.to)
    assert people(message, "Cc") == named(*EVERYTHING.cc)
    assert people(message, "Reply-To") == named(*OPTIONS.reply_to)
    assert message["Bcc"] is None
    assert [one.addr_spec for one in message["From"].addresses] == [sandbox.first["address"]]
    assert (message["In-Reply-To"], message["References"]) == (OPTIONS.in_reply_to, OPTIONS.references)
    assert (message["X-Project"], message["X-Note"]) == ("Northwind", "two words")
    assert message["Importance"].lower() == "high"
    assert message["Sensitivity"].lower() == "company-confidential"
    assert sandbox.first["address"] in str(message["Disposition-Notification-To"])
    assert text_of(message, "html").rstrip("\n") == HTML
    assert "Dear James, bold italic under struck <tag> & „quotes“ 日本 🎉" in text_of(message, "plain")
    assert files_of(message) == {**FILES, "logo.png": PNG}
    delivered = {str(row["recipient"]) for row in sandbox.deliveries() if row["subject"] == EVERYTHING.subject}
    assert delivered == {one.address for one in EVERYTHING.recipients()}


async def test_plain_text_of_every_kind_arrives_line_for_line(
    run: Run, sandbox: RunningSandbox, tmp_path: Path
) -> None:
    plain = msgspec.structs.replace(EVERYTHING, body=PLAIN, body_format=BodyFormat.TEXT, subject="Plain")
    name = await written(run, tmp_path, plain, {})
    message = await sent(run, sandbox, name, "Plain")
    assert text_of(message, "plain").rstrip("\n") == PLAIN
    assert message.get_body(("html",)) is None


async def following(run: Run, sandbox: RunningSandbox, folder: Path) -> tuple[ReplyForward, ListRow, str]:
    """Send a formatted message with a picture and a file; return what follows it, its row in Sent, its Message-ID."""
    name = await written(run, folder, msgspec.structs.replace(EVERYTHING, options=Options()), {"plan.pdf": b"plan"})
    first = await sent(run, sandbox, name, EVERYTHING.subject)
    page = await run.engine.list_folder(A, Place(Folder.SENT), 0, 20)
    row = row_of_item(A, Folder.SENT, next(row for row in page.rows if row.subject == EVERYTHING.subject))
    return (
        ReplyForward(run.drafts, run.engine, run.accounts, HurriedClock(), run_in_thread),
        row,
        str(first["Message-ID"]),
    )


async def written_above(run: Run, name: LocalId, words: str) -> None:
    """Write above what is quoted, as the editor tells it."""
    body = (await run.drafts.read_message(name)).content.body
    place = body.index("<div><br></div>")
    run.drafts.edit(name, TextSplice(Field.BODY, place + len("<div>"), len("<br>"), words))
    if not (await run.drafts.read_message(name)).content.to:
        run.drafts.edit(name, RecipientSplice(Field.TO, 0, 0, (Recipient(TO, "James Okafor"),)))


@pytest.mark.parametrize("way", ["reply", "forward"])
async def test_what_follows_a_formatted_message_is_formatted_with_its_pictures_in_the_same_conversation(
    run: Run, sandbox: RunningSandbox, tmp_path: Path, way: str
) -> None:
    follow, row, first = await following(run, sandbox, tmp_path)
    name = await (follow.reply_all(row) if way == "reply" else follow.forward(row))
    subject = (await run.drafts.read_message(name)).content.subject
    await written_above(run, name, "My words")
    await run.until_saved(name)
    message = await sent(run, sandbox, name, subject)
    assert (message["In-Reply-To"], message["References"]) == (first, first)
    html = text_of(message, "html")
    inner = HTML.partition("<body>")[2].partition("</body>")[0]
    assert inner.replace("<tr>", "<tbody><tr>").replace("</tr>", "</tr></tbody>") in html, "word for word, as it went"
    assert html.index("My words") < html.index('<hr><div id="divRplyFwdMsg">') < html.index(inner[:60], 200)
    assert files_of(message) == ({"logo.png": PNG} if way == "reply" else {"logo.png": PNG, "plan.pdf": b"plan"})
    [logo] = [part for part in message.walk() if part.get_filename() == "logo.png"]
    assert (logo["Content-ID"], logo.get_content_disposition()) == ("<logo@mailwright>", "inline")


async def test_a_sent_formatted_message_edited_as_new_is_the_same_message_outside_of_its_conversation(
    run: Run, sandbox: RunningSandbox, tmp_path: Path
) -> None:
    _, row, first = await following(run, sandbox, tmp_path)
    assert row.ref is not None
    assert await run.engine.people_of(A, [row.ref]) == [EVERYTHING.recipients()], "whom it went to, asked for alone"
    item = (await run.engine.get(A, [row.ref]))[0].item
    assert item is not None
    attached = tuple(taken_over(one, new_key(), item.ref.item_id) for one in item.attachments)
    anew = msgspec.structs.replace(written_anew(item.content), attachments=attached, subject="Anew")
    name = await run.drafts.begin(A, anew)
    await run.until_saved(name)
    message = await sent(run, sandbox, name, "Anew")
    assert text_of(message, "html").rstrip("\n") == HTML
    assert files_of(message) == {"logo.png": PNG, "plan.pdf": b"plan"}
    assert message["In-Reply-To"] is None
    assert message["Message-ID"] != first


async def test_messages_that_are_attached_arrive_whole_without_those_in_their_bcc(
    run: Run, sandbox: RunningSandbox, tmp_path: Path
) -> None:
    follow, row, first = await following(run, sandbox, tmp_path)
    name = await follow.forward_attached([row])
    run.drafts.edit(name, RecipientSplice(Field.TO, 0, 0, (Recipient(TO, "James Okafor"),)))
    subject = (await run.drafts.read_message(name)).content.subject
    await run.until_saved(name)
    await run.outbox.send([name], 0.0)
    await run.until(name, State.SENT)
    [message] = received(sandbox, subject)
    (attached,) = [part for part in message.walk() if part.get_content_type() == "message/rfc822"]
    inner = attached.get_payload(0)
    assert isinstance(inner, EmailMessage)
    assert (inner["Message-ID"], inner["Subject"]) == (first, EVERYTHING.subject)
    assert inner["Bcc"] is None, "the copy of what one sent has it"
    assert files_of(inner) == {"logo.png": PNG, "plan.pdf": b"plan"}
    assert text_of(inner, "html").rstrip("\n") == HTML
