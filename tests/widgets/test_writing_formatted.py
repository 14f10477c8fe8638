"""New messages are formatted text: nothing is saved of an empty one, and what is typed becomes what it looks like."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData
from PySide6.QtGui import QGuiApplication

from app.controllers.settings import PreferencesController
from app.domain.message import BodyFormat, Content, Field
from app.services.accounts.signatures import Snippet
from app.services.html.write import OWN_BASE, close_body, open_body
from tests.fakes.scene import ACCOUNT, BEN
from tests.program_scene import ProgramScene


async def begun(scene: ProgramScene, content: Content | None = None) -> None:
    """Begin a message as the program does where nothing was chosen, and go to its text."""
    scene.parts.compose.writes_formatted = True
    scene.parts.compose.begin(content)
    await scene.until(lambda: scene.parts.compose.current() is not None and scene.message.is_filled)
    scene.message.focus_field(Field.BODY)
    await scene.settle()


async def inner(scene: ProgramScene) -> str:
    """Return what stands in the body, without what is around every body; what a thread brought in is told by now."""
    await scene.settle()
    content = await scene.content(scene.message.session.local_id)
    assert content.body_format is BodyFormat.HTML
    return content.body.removeprefix(open_body(OWN_BASE)).removesuffix(close_body(""))


async def test_a_new_message_is_formatted_from_its_first_key(program_scene: ProgramScene) -> None:
    await begun(program_scene)
    assert program_scene.message.body.is_formatted()
    assert program_scene.message.body.tools is not None
    assert program_scene.message.body.tools.isVisible()
    await program_scene.type("Dear Ben")
    assert await inner(program_scene) == "<div>Dear Ben</div>"


async def test_an_empty_formatted_message_is_nothing_and_leaves_nothing(program_scene: ProgramScene) -> None:
    await begun(program_scene)
    await program_scene.type("x")
    await program_scene.press("Backspace")
    name = program_scene.message.session.local_id
    await program_scene.press("Escape")
    await program_scene.settle()
    assert program_scene.parts.records.get(name) is None
    assert not program_scene.on_server()


async def test_plain_text_is_a_setting_that_is_kept_and_one_key_away(program_scene: ProgramScene) -> None:
    preferences: PreferencesController = program_scene.parts.preferences
    preferences.set_formatted(on=False)
    await program_scene.settle()
    assert await program_scene.settings.read_setting("write_formatted") == "never"
    await program_scene.press("C")
    await program_scene.until(lambda: program_scene.parts.compose.current() is not None)
    assert not program_scene.message.body.is_formatted()
    preferences.set_formatted(on=True)
    await program_scene.settle()
    await preferences.load(None)
    assert preferences.formatted
    await program_scene.press("Escape")
    await begun(program_scene)
    await program_scene.press("Ctrl+Shift+H")
    assert not program_scene.message.body.is_formatted()


async def test_text_of_a_link_and_a_signature_come_into_formatted_text(program_scene: ProgramScene) -> None:
    mine = Snippet("a", text="Anna\nContoso", for_new=True)
    await program_scene.parts.aids.signatures.keep_snippet(ACCOUNT.account_id, mine)
    await begun(program_scene, Content(to=(BEN,), body="One\nTwo <3"))
    expected = "<div>One</div><div>Two &lt;3</div><div><br></div><div>Anna</div><div>Contoso</div>"
    assert await inner(program_scene) == expected
    record = program_scene.record(program_scene.message.session.local_id)
    assert record.signature == "Anna\nContoso"


@pytest.mark.parametrize(
    ("mark", "html"),
    [("-", "<ul><li>"), ("*", "<ul><li>"), ("1.", "<ol><li>"), ("1)", "<ol><li>"), (">", "<blockquote")],
)
async def test_what_is_typed_at_the_start_of_a_line_becomes_what_it_looks_like_and_one_undo_takes_that_back(
    program_scene: ProgramScene, mark: str, html: str
) -> None:
    await begun(program_scene)
    await program_scene.type(f"{mark} one")
    made = await inner(program_scene)
    assert made.startswith(html)
    assert ">one</" in made
    await program_scene.press("Ctrl+A", "Delete", "Backspace")
    await program_scene.type(f"{mark} ")
    await program_scene.press("Ctrl+Z")
    assert program_scene.message.body.toPlainText().replace("\xa0", " ") == f"{mark} "
    assert html not in await inner(program_scene)
    await program_scene.type("x")
    assert html not in await inner(program_scene)


async def test_three_dashes_and_enter_are_a_line_across_and_one_undo_brings_them_back(
    program_scene: ProgramScene,
) -> None:
    await begun(program_scene)
    await program_scene.type("above")
    await program_scene.press("Return")
    await program_scene.type("---")
    await program_scene.press("Return")
    await program_scene.type("below")
    assert await inner(program_scene) == "<div>above</div><hr><div>below</div>"
    await program_scene.press("Ctrl+Z", "Ctrl+Z")
    assert await inner(program_scene) == "<div>above</div><div>---</div>"
    assert program_scene.message.body.editor.textCursor().atEnd()


@pytest.mark.parametrize(
    ("typed", "html"),
    [
        ("see https://a.example/b?c=1. ", 'see <a href="https://a.example/b?c=1">https://a.example/b?c=1</a>. '),
        ("(www.a.example) ", '(<a href="https://www.a.example">www.a.example</a>) '),
        ("to ben@contoso.example, ", 'to <a href="mailto:ben@contoso.example">ben@contoso.example</a>, '),
        ("e.g. this, or 1.5 ", "e.g. this, or 1.5 "),
        ("javascript:alert(1).x ", "javascript:alert(1).x "),
        ("\N{GRINNING FACE} www.a.example ", '\N{GRINNING FACE} <a href="https://www.a.example">www.a.example</a> '),
    ],
)
async def test_an_address_becomes_a_link_with_the_blank_behind_it(
    program_scene: ProgramScene, typed: str, html: str
) -> None:
    await begun(program_scene)
    await program_scene.type(typed)
    await program_scene.type("x")
    assert await inner(program_scene) == f"<div>{html}x</div>"


async def test_enter_makes_a_link_too_and_one_undo_leaves_the_words(program_scene: ProgramScene) -> None:
    await begun(program_scene)
    await program_scene.type("www.a.example ")
    await program_scene.press("Ctrl+Z")
    assert "<a " not in await inner(program_scene)
    assert "www.a.example" in await inner(program_scene)
    await program_scene.type("and www.b.example")
    await program_scene.press("Return")
    await program_scene.type("on")
    linked = '<div>www.a.example and <a href="https://www.b.example">www.b.example</a></div><div>on</div>'
    assert await inner(program_scene) == linked


async def test_a_list_goes_on_in_a_list_and_a_dash_in_a_sentence_is_a_dash(program_scene: ProgramScene) -> None:
    await begun(program_scene)
    await program_scene.type("a - b")
    await program_scene.press("Return")
    await program_scene.type("- - c")
    assert (await inner(program_scene)).replace("&nbsp;", " ") == "<div>a - b</div><ul><li>- c</li></ul>"


TABLE = '<table border="1"><tr><td>one</td><td><a href="https://a.example">two</a></td></tr></table><ul><li>x</li></ul>'


async def test_html_alone_on_the_clipboard_is_pasted_with_its_form_and_as_words_on_demand(
    program_scene: ProgramScene,
) -> None:
    data = QMimeData()
    data.setHtml(TABLE)
    QGuiApplication.clipboard().setMimeData(data)
    await begun(program_scene)
    await program_scene.press("Ctrl+V")
    await program_scene.until(lambda: "two" in program_scene.message.body.toPlainText())
    html = await inner(program_scene)
    assert "<table" in html
    assert '<a href="https://a.example">two</a>' in html
    assert "<li>x</li>" in html
    await program_scene.press("Ctrl+A", "Delete", "Ctrl+Shift+V")
    html = await inner(program_scene)
    assert "two" in html
    assert "<table" not in html
    assert "<a " not in html


async def test_html_alone_on_the_clipboard_is_pasted_into_plain_text_as_its_words(program_scene: ProgramScene) -> None:
    data = QMimeData()
    data.setHtml(TABLE)
    QGuiApplication.clipboard().setMimeData(data)
    await program_scene.press("C")
    await program_scene.until(lambda: program_scene.parts.compose.current() is not None)
    program_scene.message.focus_field(Field.BODY)
    await program_scene.press("Ctrl+V")
    content = await program_scene.content(program_scene.message.session.local_id)
    assert content.body_format is BodyFormat.TEXT
    assert "two" in content.body


@pytest.mark.parametrize("before", ["<p>One</p>", "<ul><li>one</li></ul><p>after</p>", '<p align="right">One</p>'])
async def test_two_presses_of_enter_leave_an_empty_line_whatever_stands_before(
    program_scene: ProgramScene, before: str
) -> None:
    """Qt's second Enter took the form of the empty paragraph away, and began no other one."""
    await begun(program_scene, Content(subject="S", body=before, body_format=BodyFormat.HTML))
    await program_scene.press("Ctrl+End")
    rich = program_scene.message.body.rich
    assert rich is not None
    lines, form = rich.document().blockCount(), rich.textCursor().blockFormat()
    await program_scene.press("Return", "Return")
    await program_scene.type("Two")
    assert rich.document().blockCount() == lines + 2
    assert rich.toPlainText().endswith("\n\nTwo")
    assert rich.textCursor().blockFormat().alignment() == form.alignment()
