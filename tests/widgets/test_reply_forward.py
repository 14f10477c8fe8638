"""Messages that follow one that was sent, by key: to all it went to, or passed on, in the same conversation."""

from __future__ import annotations

import msgspec
import pytest

from app.domain.attachment import Attachment
from app.domain.listing import Folder
from app.domain.message import BodyFormat, Content, Field, ItemRef, Options
from app.domain.message_kind import MessageKind
from app.domain.recipient import Recipient
from app.domain.state import State
from app.services.accounts.signatures import Snippet
from app.services.drafts.reply_forward import QuoteStyle
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


async def at_sent(scene: ProgramScene, content: Content = SENT, kind: MessageKind = MessageKind.MESSAGE) -> Stored:
    """Stand at a message in Sent."""
    (stored,) = scene.on_server(content, folder=Folder.SENT)
    stored.kind = kind
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


async def test_an_answer_to_all_leaves_out_all_of_ones_own_mailboxes(program_scene: ProgramScene) -> None:
    sales = Recipient("sales@example.org", "Sales")
    await program_scene.parts.aids.identities.add(ANNA, sales.address)
    await at_sent(program_scene, msgspec.structs.replace(SENT, cc=(DAN, Recipient("SALES@example.org"))))
    content = await reply_forward(program_scene, "Shift+R")
    assert (content.to, content.cc) == ((CLARA,), (DAN,))


async def test_an_answer_has_the_message_under_its_head_and_room_for_ones_own_words(
    program_scene: ProgramScene,
) -> None:
    await at_sent(program_scene)
    content = await reply_forward(program_scene, "Shift+R")
    head, _, older = content.body.partition("\n\nLine one\n")
    assert older == "> older\n\nLast\n", "as it was written"
    lines = head.split("\n")
    assert lines[:3] == ["", "", "-------- Original message --------"]
    assert [line.partition(": ")[0] for line in lines[3:]] == ["From", "Sent", "To", "Cc", "Subject"]
    assert "anna@example.org" in lines[3]
    assert lines[-1] == "Subject: Prices"
    assert "eve@" not in content.body, "Bcc stays hidden"
    await program_scene.type("New words")
    name = program_scene.message.session.local_id
    assert (await program_scene.content(name)).body == "New words" + content.body


async def test_an_answer_quotes_line_for_line_where_that_is_chosen(program_scene: ProgramScene) -> None:
    program_scene.parts.reply_forward.quote_style = QuoteStyle.WROTE
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


async def test_who_wrote_and_what_about_are_words_in_the_head(program_scene: ProgramScene) -> None:
    turned = Recipient("dan@example.org", "<b>Dan\u202e\u05d0\nBcc: eve@example.org")
    subject = "</div><script>x()</script>\u202egnp.exe"
    await at_sent(program_scene, formatted("<p>One</p>", to=(turned,), subject=subject))
    body = (await reply_forward(program_scene, "Shift+R")).body
    head = body.partition('<div id="divRplyFwdMsg">')[2].partition("</div>")[0]
    assert "\u202e" not in body
    assert "<script" not in body
    assert "&lt;/div&gt;&lt;script&gt;" in head
    assert "<b>To:</b> \u2068" in head
    assert head.count("<br>") == 4, "one line for each field"


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


@pytest.mark.parametrize("style", QuoteStyle)
async def test_an_answer_to_a_formatted_message_stays_formatted_and_clean_with_its_pictures(
    program_scene: ProgramScene, style: QuoteStyle
) -> None:
    scene = program_scene
    scene.parts.reply_forward.quote_style = style
    html = "<p>One <b>bold</b></p><img src='cid:pic%40x'><table border=1><tr><td>A</td></tr></table><script>x()"
    stored = await at_sent(scene, formatted(html))
    scene.mailbox.contents.update({"a1": b"PNG", "a2": b"PDF"})
    stored.attachments.append(Attachment("a1", "p.png", 3, "image/png", content_id="pic@x", inline=True))
    stored.attachments.append(Attachment("a2", "report.pdf", 3, "application/pdf"))
    stored.attachments.append(Attachment("a3", "unused.png", 3, "image/png", content_id="other@x", inline=True))
    content = await reply_forward(scene, "Shift+R")
    assert content.body_format is BodyFormat.HTML
    assert "script" not in content.body
    mark = "<b>Subject:</b> Prices</div>" if style is QuoteStyle.OUTLOOK else "anna@example.org wrote:</div>"
    for words_of_it in (mark, "<b>bold</b>", "cid:pic%40x", "<td>A</td>"):
        assert words_of_it in content.body
    assert [(one.name, one.content_id) for one in content.attachments] == [("p.png", "pic@x")]
    assert scene.field() is Field.BODY
    await scene.until(lambda: not scene.message.body.rich.is_building() if scene.message.body.rich else False)
    await scene.type("My words")
    body = (await scene.content(scene.message.session.local_id)).body
    places = [body.index(words) for words in ("<div>My words</div>", mark, "bold")]
    assert places == sorted(places)
    is_head = style is QuoteStyle.OUTLOOK
    assert body.count('<hr><div id="divRplyFwdMsg">') == body.count("<hr>") == int(is_head)
    assert body.count('<blockquote type="cite"') == body.count("<blockquote") == int(not is_head)


@pytest.mark.parametrize("style", QuoteStyle)
async def test_a_large_formatted_message_is_quoted_whole_below_the_text(
    program_scene: ProgramScene, style: QuoteStyle
) -> None:
    scene = program_scene
    scene.parts.reply_forward.quote_style = style
    html = "".join(f"<table><tr><td>Cell {number} <i>leaning</i></td></tr></table>" for number in range(1000))
    await at_sent(scene, formatted(html))
    await reply_forward(scene, "Shift+R")
    assert scene.message.body.quote is not None
    assert scene.message.body.quote.isVisible()
    assert scene.message.body.toPlainText().strip() == ""
    await scene.type("My words")
    body = (await scene.content(scene.message.session.local_id)).body
    is_head = style is QuoteStyle.OUTLOOK
    mark = '<div id="divRplyFwdMsg">' if is_head else "wrote:</div><blockquote"
    assert body.index("My words") < body.index(mark) < body.index("Cell 0")
    end = "<i>leaning</i></td></tr></table>" + ("</body>" if is_head else "</blockquote></div></body>")
    assert end in body.replace("<tbody>", "").replace("</tbody>", "")


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
    mark = "<hr>"
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
    for words_of_it in ("bold</b>", "cid:pic", "https://x.example/a.png", '<div id="divRplyFwdMsg">'):
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


@pytest.mark.parametrize("key", ["Shift+R", "F", "Shift+F"])
@pytest.mark.parametrize("html", [False, True])
async def test_an_untouched_answer_is_on_no_server_and_closed_it_leaves_nothing(
    program_scene: ProgramScene, key: str, html: bool
) -> None:
    scene = program_scene
    await scene.parts.aids.signatures.keep_snippet(ANNA, Snippet("k", text="Anna", for_new=True, for_replies=True))
    await at_sent(scene, formatted("<p>One <b>bold</b></p>") if html else SENT)
    before = set(scene.mailbox.items)
    await reply_forward(scene, key)
    name = scene.message.session.local_id
    await scene.passes(120)
    assert set(scene.mailbox.items) == before
    await scene.press("Escape")
    await scene.until(lambda: scene.parts.compose.current() is None)
    await scene.passes(120)
    assert set(scene.mailbox.items) == before
    assert scene.parts.records.get(name) is None
    assert scene.mailbox.calls_of("save") == []


@pytest.mark.parametrize("key", ["Shift+R", "F"])
async def test_an_answer_is_saved_from_the_first_change_on(program_scene: ProgramScene, key: str) -> None:
    scene = program_scene
    await at_sent(scene)
    before = set(scene.mailbox.items)
    await reply_forward(scene, key)
    name = scene.message.session.local_id
    await scene.press("Alt+M")
    await scene.type("x")
    await scene.passes(30)
    assert len(set(scene.mailbox.items) - before) == 1
    await scene.press("Backspace", "Escape")
    await scene.passes(30)
    assert scene.record(name).saved, "what was once changed is one's own"


async def test_an_untouched_answer_can_be_sent_and_taken_back(program_scene: ProgramScene) -> None:
    scene = program_scene
    await at_sent(scene)
    await reply_forward(scene, "Shift+R")
    name = scene.message.session.local_id
    await scene.press("Ctrl+Return")
    await scene.settle()
    assert not scene.record(name).prepared
    await scene.press("Z")
    await scene.until(lambda: scene.parts.compose.current() is not None)
    await scene.press("Escape")
    await scene.passes(30)
    assert scene.record(name).saved, "it was to be sent: it is kept"


async def test_what_cannot_be_answered_here_says_so_in_the_reader_and_by_key(program_scene: ProgramScene) -> None:
    scene = program_scene
    await at_sent(scene, kind=MessageKind.MEETING)
    await scene.until(lambda: "meeting request" in scene.words(scene.parts.reader))
    for key in ("Shift+R", "F"):
        await scene.press(key)
        await scene.until(lambda: "meeting request" in scene.words(scene.window.notice_bar) + scene.status_bar)
        assert scene.parts.compose.current() is None
        await scene.rest()
        scene.window.notice_bar.clear()
        scene.parts.status_bar.clear()
