"""Prints letters, each on pages of its own: who, to whom, when, and the text; on paper or as a PDF.

The letters are read first, the pages are made in a thread: laying out a long text would hold up the keys.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from typing import TYPE_CHECKING

from app.domain.errors import MailError
from app.domain.i18n import ntr, tr
from app.services.desk_batches import Batch
from app.services.explaining import explain_error
from app.services.reading import Reading
from app.services.rows import ListRow
from app.services.times import exact_time
from app.ui.off_thread import off_thread

if TYPE_CHECKING:
    from PySide6.QtPrintSupport import QPrinter

    from app.bootstrap.program import Program

_PAGE = '<div style="page-break-before: always"></div>'


class Printing:
    """Of the letters that are chosen in a list."""

    def __init__(self, program: Program) -> None:
        """Print nothing yet."""
        self._program = program

    def ask(self, rows: Sequence[ListRow], come_back: Callable[[], None]) -> None:
        """Let the person choose a printer, or a file; then print."""
        from PySide6.QtPrintSupport import QPrintDialog, QPrinter
        from PySide6.QtWidgets import QDialog

        printer = QPrinter()
        printer.setDocName(rows[0].subject if len(rows) == 1 else tr("Messages"))
        dialog = QPrintDialog(printer, self._program.window)
        dialog.setObjectName("print")

        def finished(result: int) -> None:
            dialog.deleteLater()
            self._program.window.activateWindow()
            come_back()
            if result:
                self._program.tasks.spawn(self.print(rows, printer), "print")

        dialog.finished.connect(finished)
        QDialog.open(dialog)  # QPrintDialog hides it behind an older form that wants a receiver

    async def print(self, rows: Sequence[ListRow], printer: QPrinter) -> Batch:
        """Read the letters and print those that can be read; say at the foot how it went."""
        batch = Batch(len(rows))
        pages: list[str] = []
        for row in rows:
            if batch.stopped:
                break
            try:
                pages.append(page(row, await self._program.readings.read(row)))
            except KeyError:
                pass  # gone meanwhile, and so is its row
            except MailError as error:
                batch.amiss[row.key] = explain_error(error, self._program.clock.now())
            batch.done += 1
            if len(rows) > 1:
                self._program.foot.busy(tr("{done} of {total}", done=batch.done, total=len(rows)), batch.stop)
        if pages:
            await off_thread(lambda: lay_out(_PAGE.join(pages), printer))
        said = [ntr("Printed", "{n} printed", len(pages))] if pages else []
        said += [ntr("{n} was not done", "{n} were not done", len(batch.amiss))] if batch.amiss else []
        self._program.foot.say(", ".join(said))
        return batch


def page(row: ListRow, letter: Reading) -> str:
    """Return a letter as HTML of our own making: nothing of the letter's is read as markup."""
    content = letter.content
    lines = [
        (tr("From"), _people([content.sender]) if content.sender is not None else row.sender),
        (tr("To"), _people(content.to)),
        (tr("Cc"), _people(content.cc)),
        (tr("Date"), exact_time(row.when)),
    ]
    head = "<br>".join(f"<b>{escape(name)}</b> {escape(words)}" for name, words in lines if words)
    body = escape(letter.text).replace("\n", "<br>")
    return f"<h2>{escape(row.subject or tr('(no subject)'))}</h2><p>{head}</p><hr><p>{body}</p>"


def lay_out(html: str, printer: QPrinter) -> None:
    """Make the pages."""
    from PySide6.QtGui import QTextDocument

    document = QTextDocument()
    document.setHtml(html)
    document.print_(printer)


def _people(people: Sequence[object]) -> str:
    from app.domain.address_writing import format_recipient
    from app.domain.recipient import Recipient

    return ", ".join(format_recipient(one) for one in people if isinstance(one, Recipient))
