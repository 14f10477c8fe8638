"""Takes the signature of a message that was sent: found by its marks, or chosen from the end of the message."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from app.commands.command import Command, Context, does
from app.controllers.shell import Shell, ShellController
from app.controllers.why_not import no_single_row, shown_in
from app.core.background import run_in_thread
from app.core.i18n import mark, tr
from app.domain.errors import MailError
from app.domain.message import AccountId, BodyFormat
from app.services.accounts.signatures import Snippet, SnippetKind, new_key, quote_begins
from app.services.reader.attachment_viewer import ViewedAttachments, viewed_attachments_of
from app.services.reader.message_reader import MessageReader, ReadMessage
from app.services.records.rows import ListRow

if TYPE_CHECKING:
    from app.services.html.foreign import SignatureRead
    from app.ui.chooser import Picker

_LARGEST: Final = 2_000_000
_MOST: Final = 6_000_000
"""Bytes of a picture that goes into a signature, and of all that are fetched to look for one."""


class SentSignature(ShellController):
    """Reads the message, and hands its signature to `show`, which lets the person see, name and keep it."""

    def __init__(
        self,
        shell: Shell,
        readings: MessageReader,
        viewed: ViewedAttachments,
        show: Callable[[AccountId, Snippet], None],
    ) -> None:
        """Read nothing yet; pictures of a message come by `viewed`."""
        self._shell, self._readings, self._viewed, self._show = shell, readings, viewed, show

    def _cannot_take(self) -> str:
        if self._shell.workspace.kind != "sent":
            return tr("Signatures are taken from messages in Sent.")
        return no_single_row(self)

    @does(
        Command(
            "sent.take_signature",
            mark("Use the signature of this message"),
            (),
            Context.LIST,
            mark("It becomes a signature of the account, as it stands there."),
            on_row=True,
        ),
        enabled=shown_in("sent"),
        why_not=_cannot_take,
    )
    def take(self) -> None:
        """Take the signature of the current message."""
        row = self._shell.workspace.panel.current()
        if row is not None:
            self._shell.tasks.spawn(self._take(row), "take the signature of a message")

    async def _take(self, row: ListRow) -> None:
        say = self._shell.status_bar.show_words
        try:
            message = await self._readings.read_message(row)
        except KeyError:
            say(tr("This message is no longer here."))
            return
        pictures = await self._pictures(row, message)
        found: SignatureRead | None = await run_in_thread(lambda: _read(message, pictures))
        if found is None or not found.parts:
            say(tr("No signature was found in this message."))
        elif found.found:
            self._use(row.account_id, found, 0)
        else:
            self._ask(row.account_id, found)

    async def _pictures(self, row: ListRow, message: ReadMessage) -> dict[str, bytes]:
        """Return the pictures that the text shows, by their addresses in it; one that cannot be had is left out."""
        found: dict[str, bytes] = {}
        left = _MOST
        for one in viewed_attachments_of(row, message):
            if f"cid:{one.content_id}" not in message.pictures or one.size > min(left, _LARGEST):
                continue
            left -= one.size
            try:
                path = await self._viewed.fetch(row.account_id, one)
                found[f"cid:{one.content_id}"] = await run_in_thread(Path(path).read_bytes)
            except (MailError, OSError):
                continue
        return found

    def _use(self, account_id: AccountId, found: SignatureRead, number: int) -> None:
        part = found.parts[number]
        html = "" if found.is_plain else part.html
        self._show(account_id, Snippet(new_key(), SnippetKind.SIGNATURE, text=part.words, html=html, kept=bool(html)))

    @cached_property
    def _picker(self) -> Picker:
        from app.ui.chooser import Picker

        return Picker(self._shell.window, self._shell.window.rest_focus)

    def _ask(self, account_id: AccountId, found: SignatureRead) -> None:
        """Let the person say with which line the signature begins."""
        from app.ui.chooser import Pick

        picks = [Pick(part.line or tr("(picture)"), number) for number, part in enumerate(found.parts)]
        self._picker.show_picks(
            tr("The signature begins with"),
            picks,
            lambda number: self._use(account_id, found, number) if isinstance(number, int) else None,
            tr("Nothing in this message says where its signature begins. It goes on to the end of what you wrote."),
        )


def _read(message: ReadMessage, pictures: dict[str, bytes]) -> SignatureRead | None:
    """Return what a message has for a signature, None where it is too much to read. Runs in a thread."""
    from app.services.html.foreign import TooComplex, read_signature_of, read_text_signature_of

    content = message.content
    try:
        if content.body_format is BodyFormat.TEXT:
            return read_text_signature_of(content.body[: quote_begins(content.body)])
        return read_signature_of(content.body, pictures)
    except TooComplex:
        return None
