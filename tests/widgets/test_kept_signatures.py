"""Signatures to the letter: pasted, imported or taken from a message, by keys; what goes out is what came in."""

from __future__ import annotations

import base64
import threading
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import QMimeData
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from app.content.ask import read_content
from app.content.jobs import ReadHtml, ReadSignature
from app.domain.blocks import as_signature
from app.domain.listing import Folder
from app.domain.message import BodyFormat, Content, Field, LocalId
from app.services.accounts.signatures import Snippet
from app.services.html import foreign
from app.views.settings.snippets_page import SnippetsPage
from tests.fakes.scene import ACCOUNT, ANNA, BEN, CLARA, OTHER_ACCOUNT
from tests.program_scene import HOLD, ProgramScene
from tests.widgets.test_account_pages import snippets, tab_to
from tests.widgets.test_pictures_in_signatures import ADDRESS, png, red

TABLE = (
    '<table style="border:2px solid #c00000;border-collapse:collapse"><tbody><tr>'
    '<td style="padding:3px 9px 3px 7px;border-right:1px dotted #1f3864"><b>Anna Lind</b></td>'
    '<td style="padding:3px">Partnerships</td></tr></tbody></table>'
)
"""A signature as the sanitiser leaves it."""
KEPT = Snippet("9", name="Table", text="Anna Lind\nPartnerships", html=TABLE, for_new=True, for_replies=True, kept=True)
SHORT = Snippet("2", name="Short", text="A.")
LOGO = Snippet(
    "8",
    name="Logo",
    text="Anna Lind",
    html=f'<table style="padding:3px"><tbody><tr><td><img src="{ADDRESS}" width="40"></td><td>Anna Lind</td></tr>'
    "</tbody></table>",
    for_new=True,
    kept=True,
)
_EDGES = ("border:2px solid #c00000", "padding:3px 9px 3px 7px", "border-right:1px dotted #1f3864", "<b>Anna Lind</b>")


async def with_snippets(scene: ProgramScene, *all_of_them: Snippet) -> None:
    scene.parts.compose.writes_formatted = True
    for snippet in all_of_them:
        await scene.parts.aids.signatures.keep_snippet(ANNA, snippet)


async def begun(scene: ProgramScene) -> LocalId:
    await scene.press("C")
    await scene.until(lambda: scene.parts.compose.current() is not None and scene.message.is_filled)
    await scene.until(lambda: scene.message.body.rich is not None and not scene.message.body.rich.is_building())
    return scene.message.session.local_id


async def body(scene: ProgramScene, name: LocalId) -> str:
    await scene.settle()
    return (await scene.journal.after_crash().read_message(name)).content.body


async def choose(scene: ProgramScene, name: str) -> None:
    await scene.press("Ctrl+T")
    await scene.type(name)
    await scene.press("Return")


async def imported(scene: ProgramScene, page: SnippetsPage, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Import a file by the button; the desktop's dialog is answered for the person."""
    opened: list[QFileDialog] = []
    monkeypatch.setattr(QFileDialog, "open", lambda dialog: opened.append(dialog))  # noqa: PLW0108 - a method
    await tab_to(scene, "Import a signature")
    await scene.press("Return")
    (dialog,) = opened
    dialog.filesSelected.emit([str(path)])
    dialog.finished.emit(1)
    await scene.until(lambda: page.session.editing is not None or bool(page.session.error))


def kept_of(scene: ProgramScene) -> Snippet:
    (made,) = scene.parts.aids.signatures.all(ANNA)
    return made


async def test_it_stands_in_a_new_message_to_the_letter_and_stays_so_while_one_writes(
    program_scene: ProgramScene,
) -> None:
    scene = program_scene
    await with_snippets(scene, KEPT)
    name = await begun(scene)
    scene.message.focus_field(Field.BODY)
    await scene.type("Dear Ben")
    await scene.press("Ctrl+B", "Return")
    await scene.type("bold")
    written = await body(scene, name)
    assert as_signature(TABLE) in written
    assert "<div>Dear Ben</div><div><b>bold</b></div>" in written
    await scene.press("Escape")
    scene.parts.compose.open_message(name)
    await scene.until(lambda: scene.parts.compose.current() is not None and scene.message.is_filled)
    scene.message.focus_field(Field.BODY)
    await scene.press("Ctrl+Home")
    await scene.type("Oh. ")
    again = await body(scene, name)
    assert "Oh. Dear Ben" in again
    for edge in _EDGES:
        assert edge in again
    assert again.count("mailwright-signature") == 1


async def test_a_message_in_which_nothing_else_was_written_is_nothing(program_scene: ProgramScene) -> None:
    scene = program_scene
    await with_snippets(scene, KEPT)
    name = await begun(scene)
    await scene.press("Escape")
    await scene.settle()
    assert scene.parts.records.get(name) is None
    assert scene.mailbox.items == {}


async def test_another_signature_takes_its_place_and_gives_it_back(program_scene: ProgramScene) -> None:
    scene = program_scene
    await with_snippets(scene, KEPT, SHORT)
    name = await begun(scene)
    scene.message.focus_field(Field.BODY)
    await scene.type("Hello")
    await choose(scene, "short")
    assert "mailwright-signature" not in await body(scene, name)
    assert "<div>Hello</div><div><br></div><div>A.</div>" in await body(scene, name)
    await choose(scene, "table")
    assert (await body(scene, name)).count(as_signature(TABLE)) == 1
    assert "A." not in await body(scene, name)
    await choose(scene, "no sig")
    assert "Anna Lind" not in await body(scene, name)
    await choose(scene, "table")
    assert (await body(scene, name)).count(as_signature(TABLE)) == 1
    await scene.press("Ctrl+Z")
    assert "Anna Lind" not in await body(scene, name)


async def test_in_a_plain_message_its_words_stand(program_scene: ProgramScene) -> None:
    scene = program_scene
    await with_snippets(scene, KEPT)
    scene.parts.compose.writes_formatted = False
    content = Content(to=(BEN,), body="Hello\n")
    scene.parts.compose.begin(content)
    await scene.until(lambda: scene.parts.compose.current() is not None)
    text = (await scene.content(scene.message.session.local_id)).body
    assert text == "Hello\n\nAnna Lind\nPartnerships"


async def test_its_words_can_be_changed_in_one_message_and_undo_brings_it_back(program_scene: ProgramScene) -> None:
    scene = program_scene
    await with_snippets(scene, KEPT)
    name = await begun(scene)
    scene.message.focus_field(Field.BODY)
    await scene.type("Hello")
    await scene.press("Ctrl+Shift+P")
    await scene.type("words of the signature")
    await scene.press("Return")
    rich = scene.message.body.rich
    assert rich is not None
    await scene.until(lambda: rich.place_of_signature() is None)
    changed = await body(scene, name)
    assert "mailwright-signature" not in changed
    assert "Partnerships</td>" in changed
    scene.message.focus_field(Field.BODY)
    await scene.press("Ctrl+Z")
    assert as_signature(TABLE) in await body(scene, name)


async def test_its_pictures_are_attached_once_one_writes_and_only_their_addresses_differ(
    program_scene: ProgramScene,
) -> None:
    scene = program_scene
    await with_snippets(scene, LOGO)
    name = await begun(scene)
    scene.message.focus_field(Field.BODY)
    await scene.type("Hello")
    await scene.until(lambda: scene.message.body.rich is not None and "cid:" in scene.message.body.rich.html())
    content = await scene.content(name)
    (one,) = content.attachments
    assert (one.inline, one.content_type) == (True, "image/png")
    assert as_signature(LOGO.html.replace(ADDRESS, f"cid:{one.content_id}")) in content.body
    assert "data:" not in content.body


async def test_a_table_that_is_pasted_into_a_signature_is_kept_and_sent_to_the_letter(
    program_scene: ProgramScene,
) -> None:
    scene = program_scene
    scene.parts.compose.writes_formatted = True
    page = await snippets(scene)
    await scene.press("Return")
    await scene.type("Mine")
    await tab_to(scene, "Text")
    await scene.type("Regards,")
    await scene.press("Return")
    mime = QMimeData()
    mime.setHtml(f"<html><body>{TABLE}</body></html>")
    QGuiApplication.clipboard().setMimeData(mime)
    await scene.press("Ctrl+V")
    await scene.until(page.form.change_words.isVisible)
    await scene.press("Ctrl+Return")
    made = kept_of(scene)
    assert made.kept
    assert made.text.split() == ["Regards,", "Anna", "Lind", "Partnerships"]
    for edge in _EDGES:
        assert edge in made.html
    assert "mailwright-signature" not in made.html
    await scene.press("Escape", "Escape")
    name = await begun(scene)
    await scene.type("ben@example.org")
    scene.message.focus_field(Field.SUBJECT)
    await scene.type("Kept")
    scene.message.focus_field(Field.BODY)
    await scene.type("Hello")
    assert as_signature(made.html) in await body(scene, name)
    await scene.press("Ctrl+Return")
    await scene.passes(HOLD + 600)
    (sent,) = scene.mailbox.delivered
    assert as_signature(made.html) in sent.content.body


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8"])
async def test_a_file_of_outlook_is_imported_with_its_picture(
    program_scene: ProgramScene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    scene = program_scene
    (tmp_path / "Büro-Dateien").mkdir()
    (tmp_path / "Büro-Dateien" / "image001.png").write_bytes(png(red()))
    (tmp_path / "secret.png").write_bytes(png(red(3, 3)))
    charset = {"cp1252": "windows-1252"}.get(encoding, encoding)
    head = f'<meta http-equiv=Content-Type content="text/html; charset={charset}">'
    html = f'<html><head>{head}</head><body>{TABLE}<p>Grüße</p><img src="B%C3%BCro-Dateien/image001.png"></body></html>'
    file = tmp_path / "Büro.htm"
    file.write_bytes(html.encode(encoding))
    page = await snippets(scene)
    await imported(scene, page, file, monkeypatch)
    assert page.form.name.line.text() == "Büro"
    await scene.press("Ctrl+Return")
    made = kept_of(scene)
    assert (made.kept, made.for_new, made.for_replies) == (True, True, True)
    assert "Grüße" in made.text
    assert made.html.count(f'src="data:image/png;base64,{base64.b64encode(png(red())).decode()}"') == 1
    for edge in _EDGES:
        assert edge in made.html
    html = made.html
    await scene.press("Return", "Ctrl+Return")
    assert kept_of(scene).html == html, "what was only looked at is what it was"


async def test_a_text_file_is_plain_words_and_what_cannot_be_read_is_told(
    program_scene: ProgramScene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = program_scene
    (tmp_path / "Empty.htm").write_bytes(b"")
    (tmp_path / "Large.htm").write_bytes(b"<p>Anna</p>" + b" " * 2_000_000)
    (tmp_path / "Words.txt").write_bytes("Anna\r\nBüro\r\n".encode("cp1252"))
    page = await snippets(scene)
    (tmp_path / "Deep.htm").write_bytes(b"<div>" * 100_000)
    (tmp_path / "Silent.htm").write_bytes(b"<script>x()</script><p>&nbsp;</p>")
    for wrong in ("Empty", "Large", "Gone", "Deep", "Silent"):
        await imported(scene, page, tmp_path / f"{wrong}.htm", monkeypatch)
        assert page.session.error == f"“{wrong}” holds no signature that can be read."
        assert page.session.error in scene.words(page)
        assert page.session.editing is None
        page.session.error = ""
    await imported(scene, page, tmp_path / "Words.txt", monkeypatch)
    await scene.press("Ctrl+Return")
    made = kept_of(scene)
    assert (made.text, made.html, made.kept, made.name) == ("Anna\nBüro", "", False, "Words")


async def take(scene: ProgramScene, html: str, body_format: BodyFormat = BodyFormat.HTML) -> None:
    """Put a message into Sent, and use its signature by the palette."""
    sent = Content(to=(BEN,), subject="Old", body=html, body_format=body_format)
    scene.mailbox.put(ANNA, sent, folder=Folder.SENT)
    await scene.press("Ctrl+3", "F5", "Ctrl+Shift+P")
    await scene.type("signature of this message")
    await scene.press("Return")


async def form(scene: ProgramScene) -> SnippetsPage:
    """Return the page once the form of a signature is open on it."""

    def page() -> object:
        return scene.parts.account_controller._settings_page.page

    def there() -> bool:
        shown = page()
        return isinstance(shown, SnippetsPage) and shown.session.editing is not None

    await scene.until(there)
    found = page()
    assert isinstance(found, SnippetsPage)
    return found


async def test_the_signature_of_a_sent_message_is_used(program_scene: ProgramScene) -> None:
    scene = program_scene
    await take(scene, f'<div>Hello</div><div class="gmail_signature">{TABLE}</div><blockquote>old</blockquote>')
    page = await form(scene)
    assert scene.focus is page.form.name.line
    await scene.type("From Gmail")
    await scene.press("Ctrl+Return")
    made = kept_of(scene)
    assert (made.kept, made.name) == (True, "From Gmail")
    assert TABLE in made.html
    assert "Hello" not in made.html
    assert "old" not in made.html


async def test_where_nothing_marks_it_the_person_says_with_which_line_it_begins(program_scene: ProgramScene) -> None:
    scene = program_scene
    await take(scene, "<div>Dear Ben</div><div>Regards</div><div><b>Anna</b></div>")
    await scene.until(lambda: scene.focus.accessibleName() == "The signature begins with")
    await scene.type("regards")
    await scene.press("Return")
    await form(scene)
    await scene.press("Ctrl+Return")
    assert kept_of(scene).text == "Regards\nAnna"
    assert "<b>Anna</b>" in kept_of(scene).html


async def test_of_a_plain_message_it_is_plain(program_scene: ProgramScene) -> None:
    scene = program_scene
    await take(scene, "Hello\n\n-- \nAnna\nPartnerships\n\n> old\n", BodyFormat.TEXT)
    await form(scene)
    await scene.press("Ctrl+Return")
    made = kept_of(scene)
    assert (made.text, made.html, made.kept) == ("Anna\nPartnerships", "", False)


async def test_a_message_without_words_says_that_there_is_none(program_scene: ProgramScene) -> None:
    scene = program_scene
    await take(scene, "<div><br></div>")
    await scene.until(lambda: scene.status_bar == "No signature was found in this message.")


async def test_a_hostile_file_is_read_off_the_windows_thread_and_comes_in_harmless(
    program_scene: ProgramScene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = program_scene
    threads: list[threading.Thread] = []

    def read(job: ReadHtml | ReadSignature) -> object:
        if isinstance(job, ReadSignature):
            threads.append(threading.current_thread())
        return read_content(job)

    monkeypatch.setattr(foreign, "read_content", read)
    file = tmp_path / "Hostile.htm"
    file.write_bytes(
        b'<meta charset="utf-16"><script>x()</script><base href="http://a/"><p onclick="x()">Anna</p>'
        b'<img src="file:///etc/passwd"><img src="../secret.png"><img src="https://example.org/logo.png">'
        b'<style>p{background:url(http://a/b)}</style><svg><script>y()</script></svg><form action="http://a"></form>'
    )
    (tmp_path.parent / "secret.png").write_bytes(png(red()))
    page = await snippets(scene)
    await imported(scene, page, file, monkeypatch)
    assert threads
    assert threading.main_thread() not in threads
    await scene.press("Ctrl+Return")
    made = kept_of(scene)
    for wrong in ("script", "onclick", "url(", "form", "base", "file:", "secret", "data:"):
        assert wrong not in made.html
    assert 'src="https://example.org/logo.png"' in made.html


async def test_a_form_that_was_opened_while_a_file_is_read_keeps_what_was_typed(
    program_scene: ProgramScene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = program_scene
    (tmp_path / "Late.htm").write_bytes(b"<p>Late</p>")
    go_on = threading.Event()

    def read(job: ReadHtml | ReadSignature) -> object:
        if isinstance(job, ReadSignature):
            go_on.wait(10)
        return read_content(job)

    monkeypatch.setattr(foreign, "read_content", read)
    page = await snippets(scene)
    page.importing.read(str(tmp_path / "Late.htm"))
    await scene.press("Return")
    await scene.type("Mine")
    go_on.set()
    await scene.until(lambda: not page.importing._background.is_busy())
    assert page.form.name.line.text() == "Mine"
    assert page.form.text.toPlainText() == ""


async def test_a_signature_is_imported_by_mouse(
    program_scene: ProgramScene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = program_scene
    (tmp_path / "Mine.htm").write_bytes(TABLE.encode())
    page = await snippets(scene)
    opened: list[QFileDialog] = []
    monkeypatch.setattr(QFileDialog, "open", lambda dialog: opened.append(dialog))  # noqa: PLW0108 - a method
    await scene.click(page.import_signature)
    opened[0].filesSelected.emit([str(tmp_path / "Mine.htm")])
    opened[0].finished.emit(1)
    await scene.until(lambda: page.session.editing is not None)
    assert page.form.change_words.isVisible()
    await scene.click(page.form.save)
    assert kept_of(scene).html == TABLE


async def test_another_account_brings_its_own_signature_to_the_letter(qtbot: QtBot, qapp: QApplication) -> None:
    scene = await ProgramScene(qtbot, qapp, ACCOUNT, OTHER_ACCOUNT).start()
    await with_snippets(scene, KEPT)
    hers = TABLE.replace("Anna Lind", "Clara Fontaine &amp; Söhne")
    await scene.parts.aids.signatures.keep_snippet(CLARA, msgspec.structs.replace(KEPT, html=hers))
    name = await begun(scene)
    scene.message.focus_field(Field.BODY)
    await scene.type("Hello")
    assert as_signature(TABLE) in await body(scene, name)
    await scene.press("Alt+F")
    await scene.type("clara")
    await scene.press("Return")
    await scene.until(lambda: scene.record(scene.message.session.local_id).account_id == CLARA)
    moved = await body(scene, scene.message.session.local_id)
    assert as_signature(hers) in moved
    assert "Anna Lind" not in moved
    await scene.end()


@pytest.mark.parametrize(
    "quoted",
    [
        f"<p>On Monday, Ben wrote:</p><blockquote>{as_signature(TABLE)}</blockquote>",
        (
            '<hr><div id="divRplyFwdMsg"><b>From:</b> Ben &lt;ben@example.org&gt;<br><b>Sent:</b> Monday<br>'
            f"<b>To:</b> Anna<br><b>Subject:</b> Old</div>{as_signature(TABLE)}"
        ),
    ],
)
async def test_one_that_another_program_quoted_is_left_alone(program_scene: ProgramScene, quoted: str) -> None:
    scene = program_scene
    await with_snippets(scene, SHORT)
    html = f"<div>Hello</div><div><br></div>{quoted}"
    name = await scene.saved(Content(to=(BEN,), subject="Re: Old", body=html, body_format=BodyFormat.HTML))
    scene.parts.compose.open_message(name)
    await scene.until(lambda: scene.parts.compose.current() is not None and scene.message.is_filled)
    rich = scene.message.body.rich
    assert rich is not None
    assert rich.place_of_signature() is None
    await choose(scene, "short")
    written = await body(scene, name)
    assert "Anna Lind" in written
    assert written.index("<div>A.</div>") < written.index("Ben")
