"""Signatures and templates by key: exchanged and not doubled, above what is quoted, and nothing when alone."""

from __future__ import annotations

import msgspec

from app.domain.message import BodyFormat, Content, Field, LocalId, Options
from app.domain.recipient import Recipient
from app.domain.state import State
from app.domain.visible_text import plain_text
from app.services.accounts.signatures import Snippet, SnippetKind
from app.views.settings.snippets_page import SnippetsPage
from app.views.settings.view import SettingsView
from tests.fakes.scene import ANNA, BEN, MESSAGE
from tests.program_scene import HOLD, ProgramScene

SALES = "sales@example.org"
MINE = Snippet("1", name="Mine", text="Anna Lind\nPartnerships", for_new=True, for_replies=True)
SHORT = Snippet("2", name="Short", text="A.")
THEIRS = Snippet("3", name="Sales", text="The sales team", address=SALES, for_new=True, for_replies=True)
RICH = Snippet("4", name="Formatted", text="Anna Lind", html="<div><b>Anna</b> Lind</div>")
OFFER = Snippet("5", SnippetKind.TEMPLATE, "Offer", "Dear {to.name},\n\nour offer of {date}.", subject="Our offer")


async def with_snippets(scene: ProgramScene, *snippets: Snippet) -> None:
    for snippet in snippets:
        await scene.parts.aids.signatures.keep_snippet(ANNA, snippet)


async def begun(scene: ProgramScene) -> LocalId:
    await scene.press("C")
    await scene.until(lambda: scene.parts.compose.current() is not None)
    return scene.message.session.local_id


async def choose(scene: ProgramScene, name: str) -> None:
    await scene.press("Ctrl+T")
    await scene.type(name)
    await scene.press("Return")


async def text(scene: ProgramScene, name: LocalId) -> str:
    """Return the text on disk, as it would be found after a crash."""
    content = (await scene.journal.after_crash().read_message(name)).content
    return plain_text(content.body) if content.body_format is BodyFormat.HTML else content.body


async def test_a_new_message_has_the_signature_and_vanishes_if_nothing_else_is_written(
    program_scene: ProgramScene,
) -> None:
    scene = program_scene
    await with_snippets(scene, MINE)
    name = await begun(scene)
    assert scene.message.body.toPlainText() == "\n\nAnna Lind\nPartnerships"
    scene.message.focus_field(Field.BODY)
    await scene.type("Hello")
    assert await text(scene, name) == "Hello\n\nAnna Lind\nPartnerships"
    for _ in "Hello":
        await scene.press("Backspace")
    await scene.press("Escape")
    assert scene.parts.records.get(name) is None
    assert scene.mailbox.items == {}


async def test_another_signature_takes_the_place_of_the_first_and_none_takes_it_out(
    program_scene: ProgramScene,
) -> None:
    scene = program_scene
    await with_snippets(scene, MINE, SHORT)
    name = await begun(scene)
    scene.message.focus_field(Field.BODY)
    await scene.type("Hello")
    await choose(scene, "short")
    assert await text(scene, name) == "Hello\n\nA."
    assert scene.field() is Field.BODY
    await scene.type("!")
    await choose(scene, "mine")
    assert await text(scene, name) == "Hello!\n\nAnna Lind\nPartnerships"
    await choose(scene, "no sig")
    assert (await text(scene, name)).strip() == "Hello!"
    await choose(scene, "mine")
    assert await text(scene, name) == "Hello!\n\nAnna Lind\nPartnerships"


async def test_it_is_exchanged_in_a_message_opened_again_after_a_restart(program_scene: ProgramScene) -> None:
    scene = program_scene
    await with_snippets(scene, MINE, SHORT)
    name = await scene.saved(msgspec.structs.replace(MESSAGE, body="Hello\n\nAnna Lind\nPartnerships\n"))
    scene.parts.compose.open_message(name)
    await scene.until(lambda: scene.parts.compose.current() is not None)
    await choose(scene, "short")
    assert await text(scene, name) == "Hello\n\nA.\n"


async def test_in_an_answer_it_stands_above_what_is_quoted(program_scene: ProgramScene) -> None:
    scene = program_scene
    await with_snippets(scene, MINE, SHORT)
    answer = Content(
        to=(BEN,),
        subject="Re: Hello",
        body="\n\nOn 3 Nov, Ben wrote:\n> Hello\n",
        options=Options(in_reply_to="<a@b>"),
    )
    scene.parts.compose.begin(answer)
    await scene.until(lambda: scene.parts.compose.current() is not None)
    name = scene.message.session.local_id
    quote = "\n\nOn 3 Nov, Ben wrote:\n> Hello\n"
    assert await text(scene, name) == f"\n\nAnna Lind\nPartnerships{quote}"
    await choose(scene, "short")
    assert await text(scene, name) == f"\n\nA.{quote}"


async def test_the_signature_follows_the_mailbox_that_the_message_is_from(program_scene: ProgramScene) -> None:
    scene = program_scene
    scene.mailbox.people = [Recipient(SALES, "Sales")]
    await scene.parts.aids.identities.add(ANNA, SALES)
    await with_snippets(scene, MINE, THEIRS)
    name = await begun(scene)
    for mailbox, signature in (("sales", THEIRS.text), ("anna", MINE.text)):
        await scene.press("Alt+F")
        await scene.type(mailbox)
        await scene.press("Return")
        assert (await text(scene, name)).strip() == signature
    scene.message.focus_field(Field.BODY)
    await scene.press("Ctrl+A", "Delete", "Alt+F")
    await scene.type("sales")
    await scene.press("Return")
    assert await text(scene, name) == "", "one that was taken out stays out"


async def test_a_template_goes_in_where_one_writes_with_its_fields_and_its_subject(
    program_scene: ProgramScene,
) -> None:
    scene = program_scene
    await with_snippets(scene, OFFER)
    await begun(scene)
    await scene.type("ben@example.org")
    await scene.press("Tab")
    name = scene.message.session.local_id
    scene.message.focus_field(Field.BODY)
    await scene.type("PS: ")
    await choose(scene, "offer")
    content = await scene.content(name)
    assert content.subject == "Our offer"
    assert content.body.startswith("PS: Dear {to.name},\n\nour offer of ")
    assert "{date}" not in content.body
    assert scene.field() is Field.BODY
    await scene.press("Ctrl+Z")
    assert await text(scene, name) == "PS: "


async def test_a_subject_that_was_written_stays(program_scene: ProgramScene) -> None:
    scene = program_scene
    await with_snippets(scene, OFFER)
    name = await scene.saved(MESSAGE)
    scene.parts.compose.open_message(name)
    await scene.until(lambda: scene.parts.compose.current() is not None)
    await choose(scene, "offer")
    content = await scene.content(name)
    assert (content.subject, content.body[:9]) == (MESSAGE.subject, "Dear Ben,")


async def test_a_formatted_signature_is_words_in_a_plain_message_and_formatted_in_a_formatted_one(
    program_scene: ProgramScene,
) -> None:
    scene = program_scene
    await with_snippets(scene, RICH, SHORT)
    name = await scene.saved(MESSAGE)
    scene.parts.compose.open_message(name)
    await scene.until(lambda: scene.parts.compose.current() is not None)
    await choose(scene, "formatted")
    assert await text(scene, name) == "Dear Ben\n\nAnna Lind"
    scene.message.body.with_formatted(lambda _rich: None)
    await scene.settle()
    await choose(scene, "formatted")
    content = await scene.content(name)
    assert content.body_format is BodyFormat.HTML
    assert content.body.count("<b>Anna</b> Lind") == 1
    assert (await text(scene, name)).count("Anna") == 1
    await choose(scene, "short")
    assert "Anna" not in await text(scene, name)
    assert (await text(scene, name)).split() == ["Dear", "Ben", "A."]


async def test_without_any_the_choice_leads_to_where_they_are_made(program_scene: ProgramScene) -> None:
    scene = program_scene
    await begun(scene)
    await scene.press("Ctrl+T")
    picker = scene.message.picking.picker
    assert picker.titles() == ["Make a signature or a template…"]
    assert "There are none yet." in scene.words(picker)
    await scene.press("Escape")
    assert scene.field() is Field.TO
    await scene.press("Ctrl+T", "Return")
    page = scene.window.pages.currentWidget()
    assert isinstance(page, SettingsView)
    assert isinstance(page.page, SnippetsPage)
    await scene.press("Escape", "Escape")
    assert scene.parts.compose.current() is not None


async def test_what_is_on_its_way_takes_none(program_scene: ProgramScene) -> None:
    scene = program_scene
    await with_snippets(scene, SHORT)
    name = await scene.saved(MESSAGE)
    scene.parts.compose.open_message(name)
    await scene.until(lambda: scene.parts.compose.current() is not None)
    await scene.parts.outbox.send([name], HOLD)
    await scene.settle()
    await scene.press("Ctrl+T")
    assert not scene.message.picking.is_open
    assert scene.record(name).state is State.HELD


QUOTE = Snippet(
    "7",
    SnippetKind.TEMPLATE,
    "Quote",
    "Dear {{to.first}},\n\nwe ask {{Amount}} until {{Due date}}. {{Amount}}!\n{{to.company}}",
    subject="Quote of {{date}}",
)


async def test_a_template_asks_what_it_has_to_know_and_what_is_left_open_is_a_finding(
    program_scene: ProgramScene,
) -> None:
    scene = program_scene
    await scene.parts.aids.signatures.keep_snippet(ANNA, QUOTE)
    name = await scene.saved(Content(to=(Recipient("ben@example.org", "Ben Okafor"),), subject="", body=""))
    scene.parts.compose.open_message(name)
    await scene.until(lambda: scene.parts.compose.current() is not None and scene.message.is_filled)
    scene.message.focus_field(Field.BODY)
    await scene.press("Ctrl+T")
    await scene.type("Quote")
    await scene.press("Return")
    assert scene.focus.accessibleName() == "Amount"
    await scene.type("5 EUR")
    await scene.press("Return")
    assert scene.focus.accessibleName() == "Due date"
    await scene.press("Return")
    assert scene.focus.accessibleName() == "Company of the recipient"
    await scene.type("Contoso & Co")
    await scene.press("Return")
    content = await scene.content(name)
    assert content.body == "Dear Ben,\n\nwe ask 5 EUR until {{Due date}}. 5 EUR!\nContoso & Co"
    assert content.subject.startswith("Quote of ")
    assert "{{" not in content.subject
    await scene.press("Ctrl+Return")
    assert "{{Due date}}" in scene.words(scene.message)
    assert not scene.mailbox.delivered


async def test_escape_gives_a_template_up_that_asks(program_scene: ProgramScene) -> None:
    scene = program_scene
    await scene.parts.aids.signatures.keep_snippet(ANNA, QUOTE)
    name = await scene.saved(Content(to=(BEN,), subject="x", body="words"))
    scene.parts.compose.open_message(name)
    await scene.until(lambda: scene.parts.compose.current() is not None and scene.message.is_filled)
    scene.message.focus_field(Field.BODY)
    await scene.press("Ctrl+T")
    await scene.type("Quote")
    await scene.press("Return", "Escape")
    assert (await scene.content(name)).body == "words"
    assert scene.field() is Field.BODY
