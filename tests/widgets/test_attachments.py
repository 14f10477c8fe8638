"""Attachments by hand: chosen, dropped, pasted, walked through, renamed, removed and taken back, all by key."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog, QLineEdit

from app.domain.attachment import Attachment
from app.domain.errors import Trouble, TroubleKind
from app.domain.listing import Folder
from app.domain.message import Content, Field
from app.ui.attachment_strip import WIDTH, AttachmentStrip
from app.views.compose import attachments as area
from app.views.compose.attachments import AttachmentsArea
from tests.fakes.mailbox import words
from tests.fakes.scene import ANNA, MESSAGE
from tests.program_scene import HOLD, ProgramScene


def file(folder: Path, name: str, content: bytes = b"content") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


async def open_message(scene: ProgramScene, *paths: Path) -> AttachmentsArea:
    """A message in the pane with these attached; the focus is in its text."""
    await scene.parts.compose.begin_now(MESSAGE)
    await scene.settle()
    scene.message.session.files.add([str(path) for path in paths])
    await scene.settle()
    scene.message.focus_field(Field.BODY)
    return scene.message.attachments


def strip_of(shown: AttachmentsArea) -> AttachmentStrip:
    assert shown.strip is not None
    return shown.strip


def names(scene: ProgramScene) -> list[str]:
    return [row.name for row in scene.message.session.files.rows()]


def clipboard(*paths: Path) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return mime


async def choose(scene: ProgramScene, *paths: Path) -> None:
    """Choose files in the dialog that is open, as a person does."""
    dialog = scene.message.attachments.dialog
    assert isinstance(dialog, QFileDialog)
    dialog.filesSelected.emit([str(path) for path in paths])
    dialog.done(1)
    await scene.settle()


async def test_the_last_draft_an_attachment_and_send_cost_six_presses(
    program_scene: ProgramScene, tmp_path: Path
) -> None:
    await program_scene.saved()
    program_scene.parts.workspace.go("drafts")
    await program_scene.settle()
    presses = ["L", "Ctrl+Shift+A"]
    await program_scene.press(*presses)
    await choose(program_scene, file(tmp_path, "plan.pdf"))
    presses.append("Ctrl+Return")
    await program_scene.press("Ctrl+Return")
    await program_scene.passes(6)
    assert sum(len(keys.split("+")) for keys in presses) == 6
    assert len(program_scene.mailbox.delivered) == 1
    [sent] = program_scene.mailbox.in_folder(ANNA, Folder.SENT)
    assert [one.name for one in sent.attachments] == ["plan.pdf"]


async def test_a_message_without_attachments_makes_no_strip(program_scene: ProgramScene) -> None:
    shown = await open_message(program_scene)
    assert shown.strip is None
    assert not shown.isVisible()


async def test_the_strip_shows_name_and_size_and_counts_them(program_scene: ProgramScene, tmp_path: Path) -> None:
    shown = await open_message(program_scene, file(tmp_path, "a.pdf", b"x" * 2000), file(tmp_path, "b.png"))
    assert names(program_scene) == ["a.pdf", "b.png"]
    rows = program_scene.message.session.files.rows()
    assert rows[0].words.startswith("2 KB")
    assert (rows[0].icon, rows[1].icon) == ("file-text", "image")
    assert "2 attachments, 2 KB" in program_scene.words(shown)
    assert strip_of(shown).accessibleName() == "Attachments"
    model = strip_of(shown).model()
    assert model.data(model.index(0, 0), Qt.ItemDataRole.AccessibleTextRole).startswith("a.pdf, 2 KB")


async def test_tab_goes_from_the_subject_through_the_strip_to_the_text(
    program_scene: ProgramScene, tmp_path: Path
) -> None:
    shown = await open_message(program_scene, file(tmp_path, "a"))
    program_scene.message.focus_field(Field.SUBJECT)
    await program_scene.press("Tab")
    assert program_scene.focus is strip_of(shown)
    await program_scene.press("Tab")
    assert program_scene.field() is Field.BODY
    await program_scene.press("Tab")
    assert program_scene.focus.accessibleName() == "Send"
    await program_scene.press("Shift+Tab", "Shift+Tab")
    assert program_scene.focus is strip_of(shown)
    await program_scene.press("Alt+H")
    assert program_scene.focus is strip_of(shown)


async def test_arrows_walk_through_lines_and_columns(program_scene: ProgramScene, tmp_path: Path) -> None:
    shown = await open_message(program_scene, *(file(tmp_path, f"{n}.txt") for n in range(7)))
    strip = strip_of(shown)
    program_scene.window.resize(1500, 800)
    await program_scene.settle()
    columns = max(1, strip.viewport().width() // WIDTH)
    assert 1 < columns < 7
    await program_scene.press("Alt+H")
    assert strip.currentIndex().row() == 0
    for key, number in (("Right", 1), ("Down", 1 + columns), ("Left", columns), ("Up", 0)):
        await program_scene.press(key)
        assert strip.currentIndex().row() == number, key
    await program_scene.press("Shift+Right", "Shift+Right")
    assert len(strip.chosen()) == 3
    await program_scene.press("Ctrl+A")
    assert len(strip.chosen()) == 7
    assert strip.height() <= 3 * 46


@pytest.mark.parametrize("key", ["Space", "Return", "Enter"])
async def test_delete_removes_and_there_is_a_way_back(program_scene: ProgramScene, tmp_path: Path, key: str) -> None:
    shown = await open_message(program_scene, file(tmp_path, "a"), file(tmp_path, "b"))
    await program_scene.press("Alt+H", "Delete")
    assert names(program_scene) == ["b"]
    assert "Removed “a”" in program_scene.words(shown)
    assert program_scene.focus is strip_of(shown)
    await program_scene.press("Ctrl+Z")
    assert names(program_scene) == ["a", "b"]
    await program_scene.press("Ctrl+A", "Delete")
    assert names(program_scene) == []
    assert program_scene.focus.accessibleName() == "Undo the last change of the attachments"
    await program_scene.press(key)
    assert names(program_scene) == ["a", "b"]
    assert program_scene.focus is strip_of(shown)


async def test_f2_renames_and_leaves_the_ending_alone(program_scene: ProgramScene, tmp_path: Path) -> None:
    shown = await open_message(program_scene, file(tmp_path, "scan.pdf"))
    await program_scene.press("Alt+H", "F2")
    line = program_scene.focus
    assert isinstance(line, QLineEdit)
    assert line.selectedText() == "scan"
    await program_scene.type("Contract")
    await program_scene.press("Return")
    assert names(program_scene) == ["Contract.pdf"]
    assert program_scene.focus is strip_of(shown)
    await program_scene.press("F2", "Escape")
    assert program_scene.focus is strip_of(shown)
    assert program_scene.parts.compose.current() is not None
    await program_scene.press("Ctrl+Z")
    assert names(program_scene) == ["scan.pdf"]


async def test_enter_opens_a_private_copy_and_asks_before_a_program(
    program_scene: ProgramScene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(area, "_show", opened.append)
    shown = await open_message(program_scene, file(tmp_path, "a.pdf"), file(tmp_path, "setup.exe"))
    await program_scene.press("Alt+H", "Return")
    assert [Path(path).name for path in opened] == ["a.pdf"]
    assert Path(opened[0]).parent != tmp_path
    await program_scene.press("Right", "Return")
    assert len(opened) == 1
    assert "may change this computer" in program_scene.words(shown)
    await program_scene.press("Left", "Right", "Return")
    assert len(opened) == 1
    await program_scene.press("Return")
    assert [Path(path).name for path in opened] == ["a.pdf", "setup.exe"]


async def test_files_that_are_dropped_on_the_message_are_attached(program_scene: ProgramScene, tmp_path: Path) -> None:
    await open_message(program_scene)
    mime = clipboard(file(tmp_path, "dropped.txt"))
    point, none = QPointF(50, 200), Qt.KeyboardModifier.NoModifier
    entering = QDragEnterEvent(
        point.toPoint(), Qt.DropAction.CopyAction | Qt.DropAction.MoveAction, mime, Qt.MouseButton.LeftButton, none
    )
    program_scene.message.dragEnterEvent(entering)
    assert entering.isAccepted()
    both = Qt.DropAction.CopyAction | Qt.DropAction.MoveAction
    dropped = QDropEvent(point, both, mime, Qt.MouseButton.LeftButton, none)
    program_scene.message.dropEvent(dropped)
    await program_scene.settle()
    assert dropped.dropAction() is Qt.DropAction.CopyAction, "the file stays where it was"
    assert names(program_scene) == ["dropped.txt"]


async def test_a_link_to_elsewhere_is_no_file(program_scene: ProgramScene) -> None:
    shown = await open_message(program_scene)
    mime = QMimeData()
    mime.setUrls([QUrl("https://example.org/plan.pdf")])
    assert not shown.attach_mime(mime)


async def test_files_and_pictures_of_the_clipboard_are_pasted_into_the_strip(
    program_scene: ProgramScene, tmp_path: Path
) -> None:
    await open_message(program_scene, file(tmp_path, "a"))
    QGuiApplication.clipboard().setMimeData(clipboard(file(tmp_path, "pasted.txt")))
    await program_scene.press("Alt+H", "Ctrl+V")
    assert names(program_scene) == ["a", "pasted.txt"]
    image = QImage(4, 4, QImage.Format.Format_RGB32)
    image.fill(0)
    QGuiApplication.clipboard().setImage(image)
    await program_scene.press("Ctrl+V")
    await program_scene.until(lambda: len(names(program_scene)) == 3)
    assert names(program_scene)[2] == "Picture 1.png"
    QGuiApplication.clipboard().setText("words")
    await program_scene.press("Ctrl+V")
    assert "no file and no picture" in program_scene.words(program_scene.message.attachments)


@pytest.mark.parametrize("formatted", [False, True])
async def test_files_that_are_pasted_into_the_text_are_attached(
    program_scene: ProgramScene, tmp_path: Path, formatted: bool
) -> None:
    await open_message(program_scene)
    if formatted:
        await program_scene.press("Ctrl+B")
        assert program_scene.message.body.is_formatted()
    before = program_scene.message.body.toPlainText()
    QGuiApplication.clipboard().setMimeData(clipboard(file(tmp_path, "a.pdf"), file(tmp_path, "b.txt")))
    await program_scene.press("Ctrl+V")
    assert names(program_scene) == ["a.pdf", "b.txt"]
    assert program_scene.message.body.toPlainText() == before


async def test_pictures_are_made_smaller_and_that_can_be_undone(program_scene: ProgramScene, tmp_path: Path) -> None:
    image = QImage(2400, 1800, QImage.Format.Format_RGB32)
    for x in range(0, 2400, 3):
        image.setPixel(x, x % 1800, 0xFF0000 + x)
    path = tmp_path / "photo.bmp"
    image.save(str(path))
    await open_message(program_scene, path, file(tmp_path, "a.txt"))
    before = program_scene.message.session.files.attached()[0].size
    await program_scene.press("Ctrl+Shift+J")
    await program_scene.until(lambda: names(program_scene)[0] == "photo.jpg")
    small = program_scene.message.session.files.attached()[0]
    assert 0 < small.size < before / 4
    await program_scene.press("Alt+H", "Ctrl+Z")
    assert names(program_scene) == ["photo.bmp", "a.txt"]
    assert program_scene.message.session.files.attached()[0].size == before


async def test_what_is_no_picture_stays_as_it_is_and_that_is_said(program_scene: ProgramScene, tmp_path: Path) -> None:
    shown = await open_message(program_scene, file(tmp_path, "broken.jpg"))
    await program_scene.press("Ctrl+Shift+J")
    await program_scene.until(lambda: "No picture could be made smaller" in program_scene.words(shown))
    assert names(program_scene) == ["broken.jpg"]


async def test_what_could_not_be_attached_is_said_in_its_own_row(program_scene: ProgramScene, tmp_path: Path) -> None:
    shown = await open_message(program_scene, tmp_path / "gone.txt")
    [row] = program_scene.message.session.files.rows()
    assert row.trouble
    assert row.words.startswith("Not attached: ")
    assert (await program_scene.content(program_scene.message.session.local_id)).attachments == ()
    file(tmp_path, "gone.txt")
    await program_scene.press("Alt+H", "Return")
    assert not program_scene.message.session.files.rows()[0].trouble
    await program_scene.press("Delete")
    assert names(program_scene) == []
    assert shown.isVisible()


async def test_what_the_server_refuses_is_said_in_its_row_and_the_bar_leads_there(
    program_scene: ProgramScene, tmp_path: Path
) -> None:
    shown = await open_message(program_scene, file(tmp_path, "small"), file(tmp_path, "large"))
    program_scene.mailbox.refuse("attach", 1, words("ErrorAttachmentSizeLimitExceeded"))
    await program_scene.press("Ctrl+S")
    await program_scene.settle()
    rows = program_scene.message.session.files.rows()
    assert [row.trouble for row in rows] == [False, True]
    assert "larger than your server accepts" in rows[1].words
    program_scene.message.focus_field(Field.BODY)
    await program_scene.press("Alt+A")
    assert program_scene.focus is strip_of(shown)
    assert strip_of(shown).chosen() == [rows[1].key]


async def test_what_another_program_attached_is_kept_by_space(program_scene: ProgramScene, tmp_path: Path) -> None:
    await open_message(program_scene, file(tmp_path, "mine"))
    await program_scene.press("Ctrl+S")
    await program_scene.settle()
    [item] = program_scene.mailbox.in_folder(ANNA, Folder.DRAFTS)
    item.attachments.append(Attachment("theirs", "theirs", 4))
    program_scene.mailbox._touch(item)
    await program_scene.type("x")
    await program_scene.press("Ctrl+S")
    await program_scene.settle()
    assert [row.action for row in program_scene.message.session.files.rows()] == ["", "keep"]
    await program_scene.press("Alt+H", "Right", "Space")
    assert [row.action for row in program_scene.message.session.files.rows()] == ["", ""]


async def test_progress_is_drawn_while_it_goes_up_and_delete_stops_it(
    program_scene: ProgramScene, tmp_path: Path
) -> None:
    await open_message(program_scene, file(tmp_path, "large.bin", b"x" * 4000))
    gate = program_scene.mailbox.hold("attach")
    await program_scene.press("Ctrl+S")
    await program_scene.until(gate.reached.is_set)
    name = program_scene.message.session.local_id
    attached = program_scene.message.session.files.attached()
    program_scene.parts.drafts.attaching._sent(name, attached, 1000)
    await program_scene.settle()
    [row] = program_scene.message.session.files.rows()
    assert (row.words, row.share) == ("Uploading 1 KB of 4 KB", 0.25)
    await program_scene.press("Alt+H", "Delete")
    await program_scene.passes(60)
    [item] = program_scene.mailbox.in_folder(ANNA, Folder.DRAFTS)
    assert item.attachments == []


async def test_a_forgotten_attachment_is_found_before_sending(program_scene: ProgramScene) -> None:
    from app.services.checks import preflight

    found = preflight.check(Content(to=MESSAGE.to, subject="Plan", body="Please find attached the plan."))
    assert [one.value for one in found] == ["attached"]


async def test_offline_the_row_says_where_the_bytes_are(program_scene: ProgramScene, tmp_path: Path) -> None:
    program_scene.mailbox.fail("save", Trouble(TroubleKind.UNREACHABLE, may_have_been_processed=False))
    await open_message(program_scene, file(tmp_path, "a.pdf"))
    await program_scene.press("Ctrl+S")
    await program_scene.settle()
    assert program_scene.message.session.files.rows()[0].words == "7 bytes · on this computer"


async def test_a_message_that_is_on_its_way_takes_no_attachment(program_scene: ProgramScene, tmp_path: Path) -> None:
    shown = await open_message(program_scene, file(tmp_path, "a"))
    name = program_scene.message.session.local_id
    await program_scene.parts.outbox.send([name], 60.0)
    await program_scene.settle()
    view = program_scene.parts.compose.current()
    if view is not None:
        shown.choose()
        assert shown.dialog is None
        assert not shown.attach_mime(clipboard(file(tmp_path, "late")))
    assert len((await program_scene.content(name)).attachments) == 1


async def test_a_file_that_was_changed_since_is_a_finding_and_is_replaced_or_kept(
    program_scene: ProgramScene, tmp_path: Path
) -> None:
    scene = program_scene
    plan = file(tmp_path, "plan.txt", b"old")
    scene.files.written_at[str(plan)] = 100.0
    await open_message(scene, plan)
    before = [one.key for one in scene.message.session.files.attached()]
    plan.write_bytes(b"new and longer")
    scene.files.written_at[str(plan)] = 200.0
    await scene.press("Ctrl+Return")
    assert "“plan.txt” was changed since you attached it." in scene.words(scene.message)
    assert not scene.mailbox.delivered
    await scene.press("Alt+1")
    await scene.until(lambda: [one.key for one in scene.message.session.files.attached()] != before)
    await scene.settle()
    (now,) = scene.message.session.files.attached()
    assert (now.name, now.size, now.modified) == ("plan.txt", 14, 200.0)
    assert "was changed since" not in scene.words(scene.message)
    plan.write_bytes(b"newest")
    scene.files.written_at[str(plan)] = 300.0
    await scene.passes(1)
    await scene.press("Ctrl+Return")
    assert "was changed since" in scene.words(scene.message)
    await scene.passes(1)
    await scene.press("Ctrl+Return")
    await scene.passes(HOLD + 1)
    [sent] = scene.mailbox.in_folder(ANNA, Folder.SENT)
    assert [one.name for one in sent.attachments] == ["plan.txt"]


async def test_a_file_that_is_gone_or_was_renamed_is_no_finding(program_scene: ProgramScene, tmp_path: Path) -> None:
    scene = program_scene
    plan = file(tmp_path, "plan.txt", b"old")
    scene.files.written_at[str(plan)] = 100.0
    await open_message(scene, plan)
    scene.files.written_at.clear()
    plan.unlink()
    await scene.press("Ctrl+Return")
    await scene.passes(HOLD + 1)
    assert len(scene.mailbox.delivered) == 1


async def test_from_the_list_too_a_message_waits_whose_file_was_changed_since(
    program_scene: ProgramScene, tmp_path: Path
) -> None:
    scene = program_scene
    path = file(tmp_path, "plan.txt", b"old")
    scene.files.written_at[str(path)] = 1.0
    await open_message(scene, path)
    await scene.press("Ctrl+S", "Escape")
    path.write_bytes(b"new, and longer")
    scene.files.written_at[str(path)] = 2.0
    await scene.press("Ctrl+2", "Home", "Ctrl+Return")
    await scene.passes(HOLD + 5)
    assert scene.mailbox.delivered == []
    (row,) = scene.rows
    assert scene.parts.lists.drafts.face(row).line == "Not sent: an attached file was changed since you attached it."
    await scene.press("O")
    await scene.until(lambda: scene.parts.compose.current() is not None)
    await scene.press("Ctrl+Return")
    await scene.passes(1)
    await scene.press("Ctrl+Return")  # the older one, on purpose
    await scene.passes(HOLD + 5)
    assert len(scene.mailbox.delivered) == 1
    assert list(scene.mailbox.contents.values()) == [b"old"]


async def test_a_copy_that_was_opened_and_saved_replaces_the_attachment_and_can_be_undone(
    program_scene: ProgramScene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = program_scene
    opened: list[str] = []
    monkeypatch.setattr(area, "_show", opened.append)
    shown = await open_message(scene, file(tmp_path, "plan.txt", b"first"))
    strip_of(shown).setFocus()
    await scene.press("Return")
    await scene.until(lambda: bool(opened))
    saved_in = Path(opened[0]).parent

    async def save(content: bytes, at: float) -> None:
        file(saved_in, "plan.txt", content)
        scene.files.written_at[opened[0]] = at
        app = QGuiApplication.instance()
        assert isinstance(app, QGuiApplication)
        app.applicationStateChanged.emit(Qt.ApplicationState.ApplicationActive)
        await scene.settle()

    def attached() -> bytes:
        (one,) = scene.message.session.files.attached()
        return Path(scene.files.path(scene.message.session.local_id, one.file)).read_bytes()

    await save(b"second", 1.0)
    assert attached() == b"second"
    assert "Replaced “plan.txt” by what you saved" in scene.words(scene.message)
    strip_of(shown).setFocus()
    await scene.press("Ctrl+Z")
    assert attached() == b"first"
    await save(b"third", 2.0)
    assert attached() == b"third"
    assert names(scene) == ["plan.txt"]
    scene.message.focus_field(Field.BODY)
    await scene.press("Ctrl+Return")
    await scene.passes(HOLD + 5)
    assert b"third" in scene.mailbox.contents.values()
    assert len(scene.mailbox.delivered) == 1


async def test_what_was_opened_and_not_saved_stays_as_it_is(
    program_scene: ProgramScene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = program_scene
    monkeypatch.setattr(area, "_show", lambda _path: None)
    shown = await open_message(scene, file(tmp_path, "plan.txt", b"first"))
    strip_of(shown).setFocus()
    await scene.press("Return")
    (before,) = scene.message.session.files.attached()
    app = QGuiApplication.instance()
    assert isinstance(app, QGuiApplication)
    app.applicationStateChanged.emit(Qt.ApplicationState.ApplicationActive)
    await scene.settle()
    assert list(scene.message.session.files.attached()) == [before]
