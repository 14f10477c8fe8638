"""Many messages on paper or in a PDF by keys: how far it is, what became of each, stopping, and keys between."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtWidgets import QApplication

from app.controllers.reader import printing
from app.controllers.reader.printing import page
from app.domain.blocks import Paragraph, Run
from app.domain.errors import Trouble, TroubleKind
from app.domain.listing import Folder
from app.domain.message import BodyFormat, Content
from app.services.reader.message_reader import ReadMessage
from app.services.records.rows import ListRow
from app.ui import theme
from app.ui.print_renderer import PrintJob
from tests.fakes.mailbox import Stored, words
from tests.fakes.scene import ANNA, BEN
from tests.program_scene import ProgramScene

OFFLINE = Trouble(TroubleKind.UNREACHABLE, may_have_been_processed=False)
DENIED = words("ErrorAccessDenied", "Access is denied.")


def a_printer(path: Path) -> QPrinter:
    printer = QPrinter()
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(path))
    return printer


@pytest.fixture
def pdf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Choose a file in place of the dialog, which is the system's."""
    path = tmp_path / "messages.pdf"

    def choose(
        _program: object, _rows: Sequence[ListRow], come_back: Callable[[], None], start: Callable[[QPrinter], None]
    ) -> None:
        come_back()
        start(a_printer(path))

    monkeypatch.setattr(printing, "choose_printer", choose)
    return path


async def sent(scene: ProgramScene, *contents: Content) -> list[Stored]:
    """Put messages into Sent and go there; the newest is the last."""
    items = []
    for content in contents:
        items += scene.on_server(content, folder=Folder.SENT)
        await scene.clock.advance(1)
    await scene.press("Ctrl+3", "F5", "Home")
    return items


def plain(count: int) -> list[Content]:
    return [Content(to=(BEN,), subject=f"Message {number}", body="text") for number in range(count)]


def make_file(path: Path) -> None:
    path.write_bytes(b"of yesterday")


def content(path: Path) -> bytes:
    return path.read_bytes() if path.exists() else b""


def pages(path: Path) -> int:
    return content(path).count(b"/Type /Page\n")


async def test_each_message_is_on_its_page_and_one_that_is_gone_is_named_at_the_foot(
    program_scene: ProgramScene, pdf: Path
) -> None:
    scene = program_scene
    items = await sent(scene, *plain(4))
    scene.mailbox.delete_elsewhere(items[1].item_id)
    await scene.press("Ctrl+A", "Ctrl+P")
    await scene.until(lambda: "printed" in scene.status_bar)
    await scene.settle()
    assert [row.subject for row in scene.rows] == ["Message 3", "Message 2", "Message 0"]
    assert pages(pdf) == 3
    assert scene.status_bar == "3 printed, 1 was not done (Message 1)"
    assert list(pdf.parent.iterdir()) == [pdf]
    assert scene.in_list()


async def test_what_the_server_refuses_is_said_at_its_row(program_scene: ProgramScene, pdf: Path) -> None:
    scene = program_scene
    await sent(scene, *plain(3))
    scene.mailbox.refuse("get", 0, DENIED)
    await scene.press("Ctrl+A", "Ctrl+P")
    await scene.until(lambda: "printed" in scene.status_bar)
    assert scene.status_bar == "2 printed, 1 was not done (Message 1)"
    await scene.press("F8")
    assert scene.current.subject == "Message 1"
    assert scene.parts.workspace.panel.model.face(1).tone == "bad"


async def test_printing_says_how_far_it_is_and_is_stopped_by_key(program_scene: ProgramScene, pdf: Path) -> None:
    scene = program_scene
    await sent(scene, *plain(5))
    scene.mailbox.hold("get").open.set()
    gate = scene.mailbox.hold("get")
    await scene.press("Ctrl+A", "Ctrl+P")
    await gate.reached.wait()
    await scene.settle()
    assert scene.status_bar.startswith("2 of 5")
    await scene.press("Ctrl+.")
    gate.open.set()
    await scene.until(lambda: "printed" in scene.status_bar)
    assert scene.status_bar == "3 printed, 2 were not attempted"
    assert pages(pdf) == 3


async def test_no_second_batch_begins_while_messages_are_printed(program_scene: ProgramScene, pdf: Path) -> None:
    scene = program_scene
    await sent(scene, *plain(3))
    gate = scene.mailbox.hold("get")
    await scene.press("Ctrl+A", "Ctrl+P")
    await gate.reached.wait()
    await scene.press("Del")
    assert scene.status_bar == "Another batch is still under way"
    gate.open.set()
    await scene.until(lambda: scene.status_bar == "3 printed")


async def test_a_file_that_cannot_be_written_is_said_and_what_was_there_before_stays(
    program_scene: ProgramScene, pdf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = program_scene
    make_file(pdf)

    def full(_self: object, _made: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(printing._File, "_write", full)
    await sent(scene, *plain(5))
    await scene.press("Ctrl+A", "Ctrl+P")
    await scene.until(lambda: "not done" in scene.status_bar)
    assert scene.status_bar == "5 were not done"
    assert content(pdf) == b"of yesterday"
    await scene.press("I")
    assert "No space left on device" in scene.words(scene.parts.reader)


async def test_a_printer_that_takes_nothing_is_said(
    program_scene: ProgramScene, pdf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = program_scene
    monkeypatch.setattr(PrintJob, "begin", lambda _self: False)
    await sent(scene, *plain(1))
    await scene.press("Ctrl+P")
    assert scene.status_bar == "1 was not done (Message 0)"
    assert content(pdf) == b""


async def test_without_a_server_the_rest_is_not_asked_for(program_scene: ProgramScene, pdf: Path) -> None:
    scene = program_scene
    await sent(scene, *plain(2))
    scene.parts.message_reader._kept.clear()
    scene.mailbox.fail("get", OFFLINE, times=9)
    await scene.press("Ctrl+A", "Ctrl+P")
    await scene.until(lambda: "not done" in scene.status_bar)
    assert scene.status_bar == "1 was not done (Message 1), 1 was not attempted"
    assert content(pdf) == b""


async def test_formatted_text_is_printed_formatted_and_in_ink_where_the_window_is_dark(
    program_scene: ProgramScene, pdf: Path, qapp: QApplication
) -> None:
    scene = program_scene
    html = "<table border=1><tr><td>one<td>two</table><p style='color:#ffffff;background:#000000'>white on black</p>"
    await sent(scene, Content(to=(BEN,), subject="Colours", body=html, body_format=BodyFormat.HTML))
    theme.apply(qapp, theme.DARK)
    try:
        await scene.press("Ctrl+P")
        await scene.until(lambda: scene.status_bar == "Printed")
        assert theme.scheme().dark
    finally:
        theme.apply(qapp, theme.LIGHT)
    assert pages(pdf) == 1


# --- the job itself -------------------------------------------------------------------------------------------------


def test_a_long_message_is_printed_page_by_page_with_turns_of_the_loop_between(
    qapp: QApplication, tmp_path: Path
) -> None:
    job = PrintJob(a_printer(tmp_path / "long.pdf"))
    assert job.begin()
    steps = sum(1 for _ in job.message([Paragraph((Run(f"Line {n}"),)) for n in range(1_000)], {}))
    assert job.end()
    made = job.taken()
    count = made.count(b"/Type /Page\n")
    assert count > 10
    assert steps >= count
    assert made.startswith(b"%PDF")
    assert made.rstrip().endswith(b"%%EOF")


def test_a_pdf_taken_piece_by_piece_is_the_pdf(qapp: QApplication, tmp_path: Path) -> None:
    def printed(*, in_pieces: bool) -> bytes:
        job, made = PrintJob(a_printer(tmp_path / "x.pdf")), b""
        assert job.begin()
        for number in range(3):
            for _ in job.message([Paragraph((Run(f"Message {number}"),))], {}):
                pass
            made += job.taken() if in_pieces else b""
        assert job.end()
        return made + job.taken()

    whole, pieces = printed(in_pieces=False), printed(in_pieces=True)
    assert len(whole) == len(pieces)
    assert whole.count(b"/Type /Page\n") == pieces.count(b"/Type /Page\n") == 3
    offset = int(pieces.rsplit(b"startxref", 1)[1].split()[0])
    assert pieces[offset:].startswith(b"xref")


def test_only_the_pages_that_were_asked_for_are_printed(qapp: QApplication, tmp_path: Path) -> None:
    printer = a_printer(tmp_path / "some.pdf")
    printer.setFromTo(2, 3)
    job = PrintJob(printer)
    assert job.begin()
    for number in range(5):
        for _ in job.message([Paragraph((Run(f"Message {number}"),))], {}):
            pass
    assert job.end()
    assert job.taken().count(b"/Type /Page\n") == 2


def test_nothing_of_a_message_is_read_as_markup() -> None:
    row = ListRow("1", ANNA, subject="<b>x</b>", when=1_800_000_000.0)
    made = page(row, ReadMessage(Content(to=(BEN,)), "<img src='file:///etc/passwd'>\nsecond"))
    texts = [block.text() for block in made if isinstance(block, Paragraph)]
    assert texts[0] == "<b>x</b>"
    assert texts[-2:] == ["<img src='file:///etc/passwd'>", "second"]


def test_a_line_of_a_megabyte_is_not_laid_out_in_one_step() -> None:
    row = ListRow("1", ANNA, subject="x", when=1_800_000_000.0)
    made = page(row, ReadMessage(Content(), "x" * 1_000_000))
    longest = max(len(block.text()) for block in made if isinstance(block, Paragraph))
    assert longest <= 4_000


async def test_a_link_that_lies_in_wait_in_the_folder_is_not_written_through(
    program_scene: ProgramScene, pdf: Path
) -> None:
    victim = pdf.with_name("victim")
    victim.write_bytes(b"precious")
    pdf.with_name(f".{pdf.name}.part").symlink_to(victim)
    await sent(program_scene, *plain(1))
    await program_scene.press("Ctrl+P")
    await program_scene.until(lambda: pages(pdf) == 1)
    assert victim.read_bytes() == b"precious"
