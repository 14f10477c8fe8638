"""Messages that follow one that was sent, by key: to all it went to, or passed on, in the same conversation."""

from __future__ import annotations

import msgspec
import pytest

from app.domain.attachment import Attachment
from app.domain.listing import Folder
from app.domain.message import BodyFormat, Content, Field, ItemRef, Options
from app.domain.recipient import Recipient
from app.domain.state import State
from app.services.accounts.signatures import Snippet
from app.services.records.rows import ListRow
from tests.fakes.mailbox import Stored, words
from tests.fakes.scene import ANNA
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
    """Stand at a message in Sent."""
    (stored,) = scene.on_server(content, folder=Folder.SENT)
    stored.message_id, stored.sent = "<1@example.org>", scene.clock.now() - 60
    scene.parts.lists.sent.reload()
    scene.parts.workspace.go("sent")
    await scene.until(lambda: len(scene.rows) == 1)
    return stored


async def reply_forward(scene: ProgramScene, key: str) -> Content:
    await scene.press(key)
    await scene.until(lambda: scene.parts.compose.current() is not None)
    return await scene.content(scene.message.session.local_id)


@pytest.mark.parametrize("key", ["Shift+R", "Ctrl+Shift+R"])
async def test_an_answer_to_all_goes_to_those_it_went_to_and_not_to_oneself_or_those_in_bcc(
    program_scene: ProgramScene, key: str
) -> None:
    await at_sent(program_scene)
    content = await reply_forward(program_scene, key)
    assert (content.to, content.cc, content.bcc) == ((CLARA,), (DAN,), ())
    assert content.subject == "RE: Prices"
    assert program_scene.field() is Field.BODY


async def test_an_answer_quotes_the_message_under_room_for_ones_own_words(program_scene: ProgramScene) -> None:
    await at_sent(program_scene)
    content = await reply_forward(program_scene, "Shift+R")
    assert content.body.startswith("\n\nOn ")
    assert content.body.endswith("wrote:\n> Line one\n>> older\n>\n> Last\n")
    assert "anna@example.org" in content.body
    await program_scene.type("New words")
    name = program_scene.message.session.local_id
    assert (await program_scene.content(name)).body == "New words" + content.body


@pytest.mark.parametrize("key", ["Shift+R", "F"])
async def test_what_follows_stands_in_the_same_conversation(program_scene: ProgramScene, key: str) -> None:
    await at_sent(program_scene)
    options = (await reply_forward(program_scene, key)).options
    assert options.in_reply_to == "<1@example.org>"
    assert options.references == "<0@x> <1@example.org>"
    assert options.conversation_topic == "Prices"
    assert options.conversation_index[:22] == INDEX
    assert len(options.conversation_index) == 27


@pytest.mark.parametrize("key", ["F", "Ctrl+Shift+F"])
async def test_a_message_is_passed_on_whole_to_nobody_yet(program_scene: ProgramScene, key: str) -> None:
    await at_sent(program_scene)
    content = await reply_forward(program_scene, key)
    assert content.recipients() == ()
    assert content.subject == "FW: Prices"
    for words_of_it in ("Forwarded message", "Clara", "Dan", "Subject: Prices", "Line one\n> older\n\nLast"):
        assert words_of_it in content.body
    assert "eve@" not in content.body, "Bcc stays hidden"
    assert program_scene.field() is Field.TO


async def test_a_message_is_passed_on_with_its_attachments_and_answered_without(program_scene: ProgramScene) -> None:
    stored = await at_sent(program_scene)
    program_scene.mailbox.contents["a1"] = b"PDF"
    stored.attachments.append(Attachment("a1", "report.pdf", 3, "application/pdf"))
    assert (await reply_forward(program_scene, "Shift+R")).attachments == ()
    await program_scene.press("Escape")
    await program_scene.until(lambda: program_scene.parts.compose.current() is None)
    (attached,) = (await reply_forward(program_scene, "F")).attachments
    assert (attached.name, attached.source) == ("report.pdf", "a1")


async def test_an_answer_to_an_answer_has_one_prefix(program_scene: ProgramScene) -> None:
    await at_sent(program_scene, msgspec.structs.replace(SENT, subject="AW: RE: Prices"))
    assert (await reply_forward(program_scene, "Shift+R")).subject == "RE: Prices"


async def test_a_message_to_oneself_alone_is_answered_to_oneself(program_scene: ProgramScene) -> None:
    me = Recipient("anna@example.org")
    await at_sent(program_scene, msgspec.structs.replace(SENT, to=(me,), cc=(), bcc=()))
    assert (await reply_forward(program_scene, "Shift+R")).to == (me,)


def formatted(html: str, **changes: object) -> Content:
    return msgspec.structs.replace(SENT, body=html, body_format=BodyFormat.HTML, **changes)


async def test_an_answer_to_a_formatted_message_stays_formatted_and_clean_with_its_pictures(
    program_scene: ProgramScene,
) -> None:
    scene = program_scene
    html = "<p>One <b>bold</b></p><img src='cid:pic%40x'><table border=1><tr><td>A</td></tr></table><script>x()"
    stored = await at_sent(scene, formatted(html))
    scene.mailbox.contents.update({"a1": b"PNG", "a2": b"PDF"})
    stored.attachments.append(Attachment("a1", "p.png", 3, "image/png", content_id="pic@x", inline=True))
    stored.attachments.append(Attachment("a2", "report.pdf", 3, "application/pdf"))
    stored.attachments.append(Attachment("a3", "unused.png", 3, "image/png", content_id="other@x", inline=True))
    content = await reply_forward(scene, "Shift+R")
    assert content.body_format is BodyFormat.HTML
    assert "script" not in content.body
    for words_of_it in ("anna@example.org wrote:", "<blockquote", "<b>bold</b>", "cid:pic%40x", "<td>A</td>"):
        assert words_of_it in content.body
    assert [(one.name, one.content_id) for one in content.attachments] == [("p.png", "pic@x")]
    assert scene.field() is Field.BODY
    await scene.until(lambda: not scene.message.body.rich.is_pouring() if scene.message.body.rich else False)
    await scene.type("My words")
    body = (await scene.content(scene.message.session.local_id)).body
    places = [body.index(words) for words in ("<div>My words</div>", "wrote:</div>", "<blockquote", "bold")]
    assert places == sorted(places)
    assert body.count("<blockquote") == 1


async def test_a_large_formatted_message_is_quoted_whole_below_the_text(program_scene: ProgramScene) -> None:
    scene = program_scene
    html = "".join(f"<table><tr><td>Cell {number} <i>leaning</i></td></tr></table>" for number in range(1000))
    await at_sent(scene, formatted(html))
    await reply_forward(scene, "Shift+R")
    assert scene.message.body.quote is not None
    assert scene.message.body.quote.isVisible()
    assert scene.message.body.toPlainText().strip() == ""
    await scene.type("My words")
    body = (await scene.content(scene.message.session.local_id)).body
    assert body.index("My words") < body.index("wrote:</div>") < body.index("<blockquote") < body.index("Cell 0")
    assert "<i>leaning</i></td></tr></table></blockquote></div></body>" in body.replace("<tbody>", "").replace(
        "</tbody>", ""
    )


@pytest.mark.parametrize("key", ["Shift+R", "F"])
@pytest.mark.parametrize("large", [False, True])
async def test_a_formatted_signature_stands_above_the_older_message_and_is_exchanged_there(
    program_scene: ProgramScene, key: str, *, large: bool
) -> None:
    scene = program_scene
    mine = Snippet("1", name="Mine", text="Anna Lind", html="<div><b>Anna</b> Lind</div>", for_replies=True)
    for snippet in (mine, Snippet("2", name="Short", text="A.")):
        await scene.parts.aids.signatures.keep_snippet(ANNA, snippet)
    older = "<p>Hello</p><div><b>Anna</b> Lind</div>"
    await at_sent(scene, formatted(older + "<p>and <i>more</i></p>" * (2000 if large else 1)))
    body = (await reply_forward(scene, key)).body
    mark = "wrote:" if key == "Shift+R" else "<hr>"
    own, _, theirs = body.partition(mark)
    assert "<div><b>Anna</b> Lind</div>" in own
    assert "<b>Anna</b> Lind" in theirs
    await scene.press("Alt+M", "Ctrl+T")
    await scene.type("short")
    await scene.press("Return")
    await scene.type("Mine to say")
    own, _, theirs = (await scene.content(scene.message.session.local_id)).body.partition(mark)
    assert "Anna</b>" not in own
    assert own.index("Mine to say") < own.index("<div>A.</div>")
    assert "<b>Anna</b> Lind" in theirs, "the older message is as it was"


async def test_a_formatted_message_is_passed_on_formatted_and_clean_with_its_pictures(
    program_scene: ProgramScene,
) -> None:
    html = "<p>One <b>bold</b></p><img src='cid:pic'><img src='https://x.example/a.png'><script>x()</script>"
    content = msgspec.structs.replace(SENT, body=html, body_format=BodyFormat.HTML, subject="<b>S")
    stored = await at_sent(program_scene, content)
    program_scene.mailbox.contents["a1"] = b"PDF"
    stored.attachments.append(Attachment("a1", "p.png", 3, "image/png", content_id="pic", inline=True))
    found = await reply_forward(program_scene, "F")
    assert found.body_format is BodyFormat.HTML
    assert "<script" not in found.body
    assert "<b>Subject:</b> &lt;b&gt;S" in found.body
    for words_of_it in ("bold</b>", "cid:pic", "https://x.example/a.png", "Forwarded message"):
        assert words_of_it in found.body
    assert [(one.name, one.content_id) for one in found.attachments] == [("p.png", "pic")]


@pytest.mark.parametrize("code", ["ErrorItemNotFound", "ErrorInvalidId"])
@pytest.mark.parametrize("key", ["Shift+R", "F"])
async def test_a_message_that_was_sent_a_moment_ago_is_followed_though_its_name_on_the_server_is_another(
    program_scene: ProgramScene, key: str, code: str
) -> None:
    scene = program_scene
    html = "<p>One <b>bold</b></p><img src='cid:pic@x'>"
    name = await scene.parts.drafts.begin(ANNA, formatted(html, to=(CLARA,), cc=(), bcc=(), options=Options()))
    await scene.parts.attachments.add_bytes(name, "p.png", b"PNG", "image/png", "pic@x")
    await scene.parts.drafts.save(name)
    await scene.parts.drafts.close(name)
    await scene.parts.outbox.send([name], 0.0)
    await scene.until(lambda: scene.record(name).state is State.SENT)
    row = ListRow(f"local:{name}", ANNA, ItemRef("gone", "gone"), scene.record(name), is_draft=False)
    follow = scene.parts.reply_forward
    scene.mailbox.refuse("get", 0, words(code))
    begun = await (follow.reply_all(row) if key == "Shift+R" else follow.forward(row))
    content = await scene.content(begun)
    assert "<b>bold</b>" in content.body
    assert content.options.in_reply_to == scene.record(name).message_id
    assert [(one.name, one.content_id) for one in content.attachments] == [("p.png", "pic@x")]
    scene.mailbox.refuse("get", 0, words(code))
    reading = await scene.parts.message_reader.read_message(row)
    assert "One bold" in reading.text


async def test_a_message_that_cannot_be_read_is_said_and_nothing_is_begun(program_scene: ProgramScene) -> None:
    await at_sent(program_scene)
    await program_scene.until(lambda: any(call.name == "get" for call in program_scene.mailbox.calls))
    program_scene.mailbox.refuse("get", 0, words("ErrorItemNotFound"))
    await program_scene.press("Shift+R")
    await program_scene.settle()
    assert program_scene.parts.compose.current() is None
    assert program_scene.window.notice_bar.isVisible()


async def test_a_draft_is_written_anew_by_key(program_scene: ProgramScene) -> None:
    await program_scene.saved()
    await program_scene.until(lambda: len(program_scene.rows) == 1)
    await program_scene.press("E")
    await program_scene.until(lambda: program_scene.parts.compose.current() is not None)
    await program_scene.until(lambda: len(program_scene.rows) == 2)
    assert len({row.local_id for row in program_scene.rows}) == 2
