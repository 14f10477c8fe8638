"""Attachments and pictures in the reading pane, messages within messages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence, Set
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from app.commands.command import Command, Context, does
from app.controllers.shell import Shell, ShellController
from app.controllers.why_not import no_row, no_single_row
from app.core.background import run_in_thread
from app.core.events import Event
from app.core.formatting import clock_time
from app.core.i18n import mark, tr
from app.domain.errors import MailError
from app.domain.message import AccountId
from app.services.accounts.accounts import Accounts
from app.services.accounts.preset_settings import PresetSettings
from app.services.drafts.draft_from_request import ToRead
from app.services.reader.attachment_viewer import (
    ViewedAttachment,
    ViewedAttachments,
    Within,
    beside_the_text,
    viewed_attachments_of,
)
from app.services.reader.message_reader import MessageReader
from app.services.reader.message_reader import ReadMessage as Message
from app.services.records.rows import ListRow
from app.services.text.message_details import people_words
from app.services.text.unanswerable import unanswerable_words
from app.ui.reader.attachment_viewer_session import AttachmentViewerSession
from app.ui.reader.reader import Notice, ShownMessage

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

    from app.ui.reader.attachment_viewer import AttachmentViewerArea
    from app.ui.reader.reader import Reader

_LARGEST: Final = 30_000_000
"""Bytes of a picture that is shown in the text."""


async def show_pictures(
    reader: Reader,
    viewed: ViewedAttachments,
    account_id: AccountId,
    found: Iterable[ViewedAttachment],
    shown: Set[str],
    still: Callable[[], bool],
) -> None:
    """Show those of `found` that the text names (`shown`) as long as `still` says that the message is looked at.

    A picture that cannot be had leaves its place; the account's bar says where the account is to blame.
    """
    for one in found:
        if not still():
            return
        image = await picture_of(viewed, account_id, one, shown)
        if image is not None and still():
            reader.put_image(f"cid:{one.content_id}", image)


async def picture_of(
    viewed: ViewedAttachments, account_id: AccountId, one: ViewedAttachment, shown: Set[str]
) -> QImage | None:
    """Return an enclosure as the picture that the text shows; None where it is none of those, or cannot be had."""
    if not one.content_id or f"cid:{one.content_id}" not in shown or one.size > _LARGEST:
        return None
    try:
        path = await viewed.fetch(account_id, one)
    except MailError:
        return None
    return await run_in_thread(lambda: _decoded(path))


def _decoded(path: str) -> QImage | None:
    from app.ui.document.picture_decoder import decode

    try:
        return decode(Path(path).read_bytes())
    except OSError:
        return None


_FOLDER: Final = "save_folder"
_DEEPEST: Final = 20


class OpenWithin(NamedTuple):
    """A message that is shown now and in no list: within another, from a file (`from_file`), or in another folder.

    `row` is what the server has of the last.
    """

    account_id: AccountId
    name: str
    within: Within
    message: Message
    from_file: bool = False
    row: ListRow | None = None


def _offers(one: OpenWithin) -> Notice:
    """Return the bar above a message that is in no list: what can be done with it, or why it cannot be."""
    words = unanswerable_words(one.within.kind)
    if words:
        return Notice(words)
    said = tr("Opened from a file.") if one.from_file else tr("Attached to another message.")
    said = tr("In another folder.") if one.row is not None else said
    more = [
        ("read.reply_all", tr("Reply to all")),
        ("read.forward", tr("Forward")),
        ("read.edit_as_new", tr("Edit as new message")),
    ]
    return Notice(said, action=("read.reply", tr("Reply")), more=more)


class AttachmentViewerController(ShellController):
    """Keeps the pane's attachments true to the message in it."""

    def __init__(
        self,
        shell: Shell,
        accounts: Accounts,
        settings: PresetSettings,
        message_reader: MessageReader,
        viewed: ViewedAttachments,
    ) -> None:
        """Show nothing yet; the strip is made with the first attachment."""
        self._shell, self._accounts, self._settings = shell, accounts, settings
        self._message_reader, self.viewed = message_reader, viewed
        self.session = AttachmentViewerSession(self.viewed, shell.tasks.spawn)
        self.session.told.subscribe(shell.status_bar.show_words)
        self.session.message_opened.subscribe(lambda opened: self._go_in(*opened))
        self.area: AttachmentViewerArea | None = None
        self._row: ListRow | None = None
        self._message: Message | None = None
        self._then: Callable[[], None] | None = None
        self._open: list[OpenWithin] = []
        self._known_accounts: set[AccountId] = set()
        accounts.changed.subscribe(lambda _: self._forget_removed())
        self.within_changed: Event[bool] = Event()
        """Whether a message is in front that is in no list."""

    def _forget_removed(self) -> None:
        """Keep nothing of an account that was removed."""
        now = {account.account_id for account in self._accounts.all()}
        for account_id in self._known_accounts - now:
            self._shell.tasks.spawn(self.viewed.forget(account_id), "forget what was fetched")
        self._known_accounts = now

    @does(
        Command(
            "list.attachments",
            mark("Go to the attachments"),
            ("D",),
            Context.LIST,
            mark("Enter opens one, Ctrl+S saves it."),
            on_row=True,
        ),
        why_not=no_row,
    )
    def go_to_attachments(self) -> None:
        """Put the focus on the attachments, as soon as they are known."""
        self._once_read(self._go_to)

    @does(
        Command("list.save_attachments", mark("Save all attachments"), ("Shift+D",), Context.LIST, on_row=True),
        why_not=no_single_row,
    )
    def save_all_attachments(self) -> None:
        """Ask where to save all attachments, as soon as they are known."""
        self._once_read(self._save_all)

    def _once_read(self, act: Callable[[], None]) -> None:
        """Do something with what is attached to the current row's message, as soon as that is known."""
        workspace = self._shell.workspace
        if workspace.reads_soon():
            workspace.read_now()
        if self._row is None or self._message is not None:
            act()
        else:
            self._then = act
            self._shell.status_bar.show_words(tr("Fetching the message…"))

    def stop(self) -> bool:
        """Stop what is fetched for the message that is shown; return whether anything was."""
        return self.session.stop(self.session.keys())

    # --- the message of the row ---------------------------------------------------------------------------------------

    def is_within(self, row: ListRow) -> bool:
        """Return whether a message within this row's message is shown, or one from a file before it."""
        return self.has_file() or (bool(self._open) and self._row is not None and self._row.key == row.key)

    def has_file(self) -> bool:
        """Return whether a message from a file is in front: it stays there until the person goes elsewhere."""
        return any(one.from_file for one in self._open)

    def front(self) -> OpenWithin | None:
        """Return the message that is in front and in no list."""
        return self._open[-1] if self._open else None

    def show(self, row: ListRow | None, message: Message | None) -> None:
        """Show what is attached to the message of a row, as far as it is read."""
        if self._open:
            self._open.clear()
            self.within_changed.emit(False)
        if row is None or self._row is None or row.key != self._row.key:
            self._then = None
        self._row, self._message = row, message
        if row is None or message is None:
            self.session.show(None, ())
            return
        self._show_beside(row.account_id, viewed_attachments_of(row, message), message)
        then, self._then = self._then, None
        if then is not None and self._shell.workspace.in_list():
            then()

    async def show_pictures(self, row: ListRow, message: Message) -> None:
        """Bring the pictures of a row's message into its text, as long as it is looked at."""
        if message.blocks:
            found = viewed_attachments_of(row, message)
            await self._put_pictures(
                row.account_id, found, message, lambda: self._message is message and not self._open
            )

    def _show_beside(self, account_id: AccountId, found: tuple[ViewedAttachment, ...], message: Message) -> None:
        beside = beside_the_text(found, message.pictures)
        if beside and self.area is None:
            self._make()
        self.session.show(account_id, beside)

    def _make(self) -> None:
        from app.ui.reader.attachment_viewer import AttachmentViewerArea

        self.area = AttachmentViewerArea(self.session, self._shell.reader)
        self._shell.reader.add_part(self.area)
        self.area.folder_chosen.connect(self._keep_folder)
        self._shell.tasks.spawn(self._read_folder(self.area), "read where files are saved")

    async def _read_folder(self, area: AttachmentViewerArea) -> None:
        area.folder = area.folder or await self._settings.read_setting(_FOLDER) or ""

    def _keep_folder(self, folder: str) -> None:
        self._shell.tasks.spawn(self._settings.keep_setting(_FOLDER, folder), "keep where files are saved")

    # --- messages within ----------------------------------------------------------------------------------------------

    def _go_in(self, account_id: AccountId, one: ViewedAttachment) -> None:
        if len(self._open) < _DEEPEST:
            self._shell.tasks.spawn(self._read_within(account_id, one), "read an attached message")

    async def _read_within(self, account_id: AccountId, one: ViewedAttachment) -> None:
        before, row = len(self._open), self._row
        try:
            within = await self.viewed.read_attached_message(account_id, one, run_in_thread)
        except MailError:
            if self.viewed.failed(one.key):
                return  # its row says why
            raise
        message = await self._message_reader.made(within.content)
        if self._row is not row or len(self._open) != before:
            return  # the person went on meanwhile
        self._show_within(OpenWithin(account_id, one.name, within, message))

    def open_row(self, row: ListRow) -> None:
        """Read a message of a folder that has no list here; Escape goes back."""
        self._shell.tasks.spawn(self._read_row(row), "read a message of another folder")

    async def _read_row(self, row: ListRow) -> None:
        at = self._row
        message = await self._message_reader.read_message(row)
        if self._row is not at or message.item is None:
            return  # the person went on meanwhile
        item = message.item
        viewed = viewed_attachments_of(row, message)
        within = Within(message.content, item.sent, item.headers, viewed, item.kind)
        while self._open and self._open[-1].row is not None:
            self._open.pop()  # one of the same conversation
        self._show_within(OpenWithin(row.account_id, row.subject, within, message, row=row))

    async def open_files(self, account_id: AccountId, files: Sequence[ToRead]) -> Callable[[], None]:
        """Read messages from files, the first in front; Escape goes on to the next. Raises StorageError.

        What is returned closes those of them that are still open.
        """
        opened = []
        for one in files:
            within = await self.viewed.take_in(account_id, one.shown, run_in_thread)
            message = await self._message_reader.made(within.content)
            opened.append(OpenWithin(account_id, one.name, within, message, from_file=True))
        self._open.extend(reversed(opened[1:]))
        self._shell.window.come_forward()
        self._shell.window.show_pane(self._shell.reader)
        self._show_within(opened[0])
        return lambda: self._close_files(opened)

    def _close_files(self, files: Sequence[OpenWithin]) -> None:
        """Close messages from files, and what was opened from within them."""
        places = [number for number, one in enumerate(self._open) if any(one is file for file in files)]
        if not places:
            return
        del self._open[places[0] :]
        if self._open:
            self._show_innermost()
        else:
            self.within_changed.emit(False)
            self._shell.workspace.read_now()

    def _show_within(self, one: OpenWithin) -> None:
        self._open.append(one)
        self.within_changed.emit(True)
        self._show_innermost()
        self._shell.reader.focus_text()

    def leave(self) -> bool:
        """Go back from a message within to the one around it; False where none is shown."""
        if not self._open:
            return False
        gone = self._open.pop()
        if self._open:
            self._show_innermost()
        else:
            self.within_changed.emit(False)
            if gone.from_file and self._shell.workspace.place:
                self._shell.workspace.panel.take_focus()
            self._shell.workspace.read_now()
            if gone.from_file:
                return True
        if self.area is None or not self.area.take_focus():
            self._shell.reader.focus_text()
        return True

    def _show_innermost(self) -> None:
        account_id, name, within, message, from_file, row = self._open[-1]
        sent = clock_time(within.sent, self._shell.clock.now()) if within.sent else ""
        self._shell.reader.show_reading(
            ShownMessage(
                message=f"{len(self._open)} {name} {within.sent}",
                subject=within.content.subject or name or tr("(no subject)"),
                who=people_words(within.content),
                when=sent,
                body=message.text,
                blocks=message.blocks,
                remote=message.remote,
                headers=[(header.name, header.value) for header in within.headers],
                hint=tr("Esc closes it")
                if from_file
                else tr("Esc goes back")
                if row is not None
                else tr("Attached message · Esc goes back"),
                notice=_offers(self._open[-1]),
            )
        )
        self._show_beside(account_id, within.viewed, message)
        work = self._put_pictures(
            account_id, within.viewed, message, lambda: bool(self._open) and self._open[-1].message is message
        )
        self._shell.tasks.spawn(work, "show pictures")

    async def _put_pictures(
        self, account_id: AccountId, found: tuple[ViewedAttachment, ...], message: Message, still: Callable[[], bool]
    ) -> None:
        reader, shown = self._shell.reader, message.pictures
        await show_pictures(reader, self.viewed, account_id, found, shown, still)

    # --- keys ---------------------------------------------------------------------------------------------------------

    def _go_to(self) -> None:
        if self.area is None or not self.area.take_focus():
            self._shell.status_bar.show_words(tr("Nothing is attached to this message"))

    def _save_all(self) -> None:
        if self.area is None or not self.area.isVisible():
            self._shell.status_bar.show_words(tr("Nothing is attached to this message"))
        else:
            self.area.choose_place(self.session.keys())
