"""Prints messages, each on pages of its own: who, to whom, when, and the text as it is read; on paper or as a PDF.

One message after the other is read and put on its pages, in small steps between two turns of the event loop. A file
bears its name only once all of it is there.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from app.controllers.reader.attachment_viewer import picture_of
from app.core.background import run_in_thread
from app.core.formatting import exact_time
from app.core.i18n import tr
from app.domain.blocks import Block, HorizontalRule, Look, Paragraph, Run, pictures_of
from app.domain.errors import AccountError, ItemRefused, MailError
from app.domain.recipient import Recipient, format_recipient
from app.domain.response_codes import ITEM_GONE
from app.services.folders.bulk_operations import BulkRun
from app.services.html.bounds import plain_blocks
from app.services.ports import Clock
from app.services.reader.attachment_viewer import ViewedAttachments, viewed_attachments_of
from app.services.reader.message_reader import MessageReader, ReadMessage
from app.services.records.rows import ListRow
from app.services.text.error_text import Explanation, explain_error

if TYPE_CHECKING:
    from PySide6.QtGui import QImage
    from PySide6.QtPrintSupport import QPrinter
    from PySide6.QtWidgets import QWidget

    from app.ui.print_renderer import PrintJob

_PICTURES_AT_MOST = 70_000_000
"""Bytes of the pictures that are written out in one message."""


def choose_printer(
    window: QWidget, rows: Sequence[ListRow], come_back: Callable[[], None], start: Callable[[QPrinter], None]
) -> None:
    """Let the person choose a printer, or a file; then `start`."""
    from PySide6.QtPrintSupport import QPrintDialog, QPrinter
    from PySide6.QtWidgets import QDialog

    printer = QPrinter()
    printer.setDocName(rows[0].subject if len(rows) == 1 else tr("Messages"))
    dialog = QPrintDialog(printer, window)
    dialog.setObjectName("print")

    def finished(result: int) -> None:
        dialog.deleteLater()
        window.activateWindow()
        come_back()
        if result:
            start(printer)

    dialog.finished.connect(finished)
    QDialog.open(dialog)  # QPrintDialog hides it behind an older form that wants a receiver


class Printing:
    """Of the messages that are chosen in a list."""

    def __init__(self, messages: MessageReader, clock: Clock, viewed: ViewedAttachments) -> None:
        """Print nothing yet."""
        self._messages, self._clock, self._viewed = messages, clock, viewed

    async def print(self, rows: Sequence[ListRow], printer: QPrinter, batch: BulkRun) -> None:
        """Print messages; what could not be read or printed is told of in `batch`."""
        from app.ui.print_renderer import PrintJob

        job = PrintJob(printer)
        file = _File(job.file) if job.file else None
        try:
            if not job.begin():
                _none(rows, batch, tr("The printer takes nothing now: nothing was printed."))
                return
            try:
                await self._each(rows, job, file, batch)
            finally:
                taken = job.end() if file is not None else await run_in_thread(job.end)
            if not taken:
                _none(rows, batch, tr("The printer did not take it all."))
            elif file is not None and job.drawn:
                await file.finish(job.taken())
        except OSError as error:
            why = error.strerror or str(error)
            _none(rows, batch, tr("The file could not be written ({why}): nothing was printed.", why=why))
        finally:
            if file is not None:
                await run_in_thread(file.give_up)

    async def _each(self, rows: Sequence[ListRow], job: PrintJob, file: _File | None, batch: BulkRun) -> None:
        good = True
        for row in rows:
            if batch.stopped or not good:
                return
            try:
                good = await self._put(row, job)
            except AccountError as error:
                batch.failures[row.key] = explain_error(error, self._clock.now())
                good = False  # the others would fare no better
            except KeyError:
                batch.failures[row.key] = _gone()
            except MailError as error:
                batch.failures[row.key] = _why(error, self._clock.now())
            if job.failed:
                batch.failures[row.key] = Explanation(
                    tr("The printer took no more: this message is not printed whole.")
                )
            if file is not None:
                await file.add(job.taken())
            batch.done += 1
            batch.progress.emit(None)

    async def _put(self, row: ListRow, job: PrintJob) -> bool:
        message = await self._messages.read_message(row)
        images: dict[str, QImage] = {}
        for one in viewed_attachments_of(row, message) if message.blocks else ():
            image = await picture_of(self._viewed, row.account_id, one, message.pictures)
            if image is not None:
                images[f"cid:{one.content_id}"] = image
        images.update(await run_in_thread(lambda: written_out_in(message.blocks)))
        for _ in job.message(page(row, message), images):
            await asyncio.sleep(0)
        return not job.failed


class _File:
    """A PDF that grows beside its place, off the window's thread."""

    def __init__(self, path: str) -> None:
        self._path = Path(path)
        self._beside: Path | None = None

    async def add(self, made: bytes) -> None:
        await run_in_thread(lambda: self._write(made))

    async def finish(self, made: bytes) -> None:
        await run_in_thread(lambda: self._finish(made))

    def _write(self, made: bytes) -> None:
        if self._beside is None:
            import tempfile

            # A name that nobody can foresee, and a file that was not there: in a shared folder a link may lie in wait.
            number, beside = tempfile.mkstemp(".part", f".{self._path.name}.", self._path.parent)
            self._beside = Path(beside)
            with os.fdopen(number, "wb") as file:
                file.write(made)
            return
        with self._beside.open("ab") as file:
            file.write(made)

    def _finish(self, made: bytes) -> None:
        self._write(made)
        assert self._beside is not None  # noqa: S101 - it was written just now
        self._beside.replace(self._path)

    def give_up(self) -> None:
        with suppress(OSError):
            if self._beside is not None:
                self._beside.unlink(missing_ok=True)


def _gone() -> Explanation:
    return Explanation(tr("This message is not there any more: it was not printed."), tone="warn")


def _why(error: MailError, now: float) -> Explanation:
    """Return why a message could not be read; what is said of drafts that are gone speaks of sending."""
    gone = isinstance(error, ItemRefused) and error.words.response_code in ITEM_GONE
    return _gone() if gone else explain_error(error, now)


def _none(rows: Sequence[ListRow], batch: BulkRun, why: str) -> None:
    batch.failures.update({row.key: Explanation(why) for row in rows if row.key not in batch.failures})
    batch.done = len(rows)


def page(row: ListRow, message: ReadMessage) -> list[Block]:
    """Return a message as it is put on paper: its head, a line, and its text."""
    content = message.content
    lines = [
        (tr("From"), _people([content.sender]) if content.sender is not None else row.sender),
        (tr("To"), _people(content.to)),
        (tr("Cc"), _people(content.cc)),
        (tr("Date"), exact_time(row.when)),
    ]
    title = Paragraph((Run(row.subject or tr("(no subject)")),), kind="h2")
    head = [Paragraph((Run(f"{name}  ", Look(bold=True)), Run(words))) for name, words in lines if words]
    body = message.blocks or plain_blocks(message.text)
    return [title, *head, HorizontalRule(), *body]


def written_out_in(blocks: Sequence[Block]) -> dict[str, QImage]:
    """Return the pictures that are written out (data:) in a text, as far as memory goes. Runs in a thread."""
    from app.ui.document.picture_decoder import decode_address

    found: dict[str, QImage] = {}
    room = _PICTURES_AT_MOST
    for source in sorted(pictures_of(blocks)):
        image = decode_address(source) if source.startswith("data:image/") and room > 0 else None
        if image is not None:
            found[source] = image
            room -= image.sizeInBytes()
    return found


def _people(people: Sequence[Recipient]) -> str:
    return ", ".join(format_recipient(one) for one in people)
