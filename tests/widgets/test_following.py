"""Letters that follow one that was sent, by key: to all it went to, or passed on, in the same conversation."""

from __future__ import annotations

import msgspec
import pytest

from app.domain.attachment import Attachment
from app.domain.listing import Folder
from app.domain.message import BodyFormat, Content, Field
from app.domain.options import Options
from app.domain.recipient import Recipient
from tests.fakes.mailbox import Stored, words
from tests.program_scene import ProgramScene

INDEX = b"\x01" + bytes(range(21))
CLARA, DAN, EVE = (Recipient(f"{name}@example.org", name.title()) for name in ("clara", "dan", "eve"))
SENT = Content(
    to=(CLARA, Recipient("ANNA@example.org")),
    cc=(DAN, CLARA),
    bcc=(EVE,),
    subject="Prices",
    body="Line one\n> older\n\nLast",
    options=Options(conversation_index=INDEX, references="<0@x>"),
)


async def at_sent(scene: ProgramScene, content: Content = SENT) -> Stored:
    """Stand at a letter in Sent."""
    (stored,) = scene.on_server(content, folder=Folder.SENT)
    stored.message_id, stored.sent = "<1@example.org>", scene.clock.now() - 60
    scene.program.sent_room.reload()
    scene.program.stage.go("sent")
    await scene.until(lambda: len(scene.rows) == 1)
    return stored


async def following(scene: ProgramScene, key: str) -> Content:
    await scene.press(key)
    await scene.until(lambda: scene.program.writing.current() is not None)
    return await scene.content(scene.letter.session.local_id)


@pytest.mark.parametrize("key", ["Shift+R", "Ctrl+Shift+R"])
async def test_an_answer_to_all_goes_to_those_it_went_to_and_not_to_oneself_or_those_in_bcc(
    program_scene: ProgramScene, key: str
) -> None:
    await at_sent(program_scene)
    content = await following(program_scene, key)
    assert (content.to, content.cc, content.bcc) == ((CLARA,), (DAN,), ())
    assert content.subject == "RE: Prices"
    assert program_scene.field() is Field.BODY


async def test_an_answer_quotes_the_letter_under_room_for_ones_own_words(program_scene: ProgramScene) -> None:
    await at_sent(program_scene)
    content = await following(program_scene, "Shift+R")
    assert content.body.startswith("\n\nOn ")
    assert content.body.endswith("wrote:\n> Line one\n>> older\n>\n> Last\n")
    assert "anna@example.org" in content.body
    await program_scene.type("New words")
    name = program_scene.letter.session.local_id
    assert (await program_scene.content(name)).body == "New words" + content.body


@pytest.mark.parametrize("key", ["Shift+R", "F"])
async def test_what_follows_stands_in_the_same_conversation(program_scene: ProgramScene, key: str) -> None:
    await at_sent(program_scene)
    options = (await following(program_scene, key)).options
    assert options.in_reply_to == "<1@example.org>"
    assert options.references == "<0@x> <1@example.org>"
    assert options.conversation_topic == "Prices"
    assert options.conversation_index[:22] == INDEX
    assert len(options.conversation_index) == 27


@pytest.mark.parametrize("key", ["F", "Ctrl+Shift+F"])
async def test_a_letter_is_passed_on_whole_to_nobody_yet(program_scene: ProgramScene, key: str) -> None:
    await at_sent(program_scene)
    content = await following(program_scene, key)
    assert content.recipients() == ()
    assert content.subject == "FW: Prices"
    for words_of_it in ("Forwarded message", "Clara", "Dan", "Subject: Prices", "Line one\n> older\n\nLast"):
        assert words_of_it in content.body
    assert "eve@" not in content.body, "Bcc stays hidden"
    assert program_scene.field() is Field.TO


async def test_a_letter_is_passed_on_with_its_attachments_and_answered_without(program_scene: ProgramScene) -> None:
    stored = await at_sent(program_scene)
    program_scene.mailbox.contents["a1"] = b"PDF"
    stored.attachments.append(Attachment("a1", "report.pdf", 3, "application/pdf"))
    assert (await following(program_scene, "Shift+R")).attachments == ()
    await program_scene.press("Escape")
    await program_scene.until(lambda: program_scene.program.writing.current() is None)
    (attached,) = (await following(program_scene, "F")).attachments
    assert (attached.name, attached.source) == ("report.pdf", "a1")


async def test_an_answer_to_an_answer_has_one_prefix(program_scene: ProgramScene) -> None:
    await at_sent(program_scene, msgspec.structs.replace(SENT, subject="AW: RE: Prices"))
    assert (await following(program_scene, "Shift+R")).subject == "RE: Prices"


async def test_a_letter_to_oneself_alone_is_answered_to_oneself(program_scene: ProgramScene) -> None:
    me = Recipient("anna@example.org")
    await at_sent(program_scene, msgspec.structs.replace(SENT, to=(me,), cc=(), bcc=()))
    assert (await following(program_scene, "Shift+R")).to == (me,)


async def test_html_is_quoted_as_what_can_be_read(program_scene: ProgramScene) -> None:
    html = "<p>One</p><script>x()</script><p>Two</p>"
    await at_sent(program_scene, msgspec.structs.replace(SENT, body=html, body_format=BodyFormat.HTML))
    content = await following(program_scene, "Shift+R")
    assert "script" not in content.body
    assert "One" in content.body
    assert "Two" in content.body


async def test_a_formatted_letter_is_passed_on_formatted_and_clean_with_its_pictures(
    program_scene: ProgramScene,
) -> None:
    html = "<p>One <b>bold</b></p><img src='cid:pic'><img src='https://x.example/a.png'><script>x()</script>"
    content = msgspec.structs.replace(SENT, body=html, body_format=BodyFormat.HTML, subject="<b>S")
    stored = await at_sent(program_scene, content)
    program_scene.mailbox.contents["a1"] = b"PDF"
    stored.attachments.append(Attachment("a1", "p.png", 3, "image/png", content_id="pic", inline=True))
    found = await following(program_scene, "F")
    assert found.body_format is BodyFormat.HTML
    assert "<script" not in found.body
    assert "Subject: &lt;b&gt;S" in found.body
    for words_of_it in ("bold</b>", "cid:pic", "https://x.example/a.png", "Forwarded message"):
        assert words_of_it in found.body
    assert [(one.name, one.content_id) for one in found.attachments] == [("p.png", "pic")]


async def test_a_letter_that_cannot_be_read_is_said_and_nothing_is_begun(program_scene: ProgramScene) -> None:
    await at_sent(program_scene)
    await program_scene.until(lambda: any(call.name == "get" for call in program_scene.mailbox.calls))
    program_scene.mailbox.refuse("get", 0, words("ErrorItemNotFound"))
    await program_scene.press("Shift+R")
    await program_scene.settle()
    assert program_scene.program.writing.current() is None
    assert program_scene.window.notice_bar.isVisible()


async def test_a_draft_is_written_anew_by_key(program_scene: ProgramScene) -> None:
    await program_scene.saved()
    await program_scene.until(lambda: len(program_scene.rows) == 1)
    await program_scene.press("E")
    await program_scene.until(lambda: program_scene.program.writing.current() is not None)
    await program_scene.until(lambda: len(program_scene.rows) == 2)
    assert len({row.local_id for row in program_scene.rows}) == 2
