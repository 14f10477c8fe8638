"""Actions on many messages of a list at once; the status bar shows progress, Stop and Undo."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, cast

from app.commands.command import Command, Context, does
from app.controllers.reader.attachment_viewer import AttachmentViewerController
from app.controllers.shell import Shell, ShellController
from app.controllers.why_not import (
    cannot_categorise,
    cannot_copy,
    cannot_export,
    cannot_move,
    no_row,
    shown_in,
)
from app.core.i18n import mark, ntr, tr
from app.core.text import shortened
from app.domain.errors import AccountError, MailError
from app.domain.listing import Folder, MailFolder, Place
from app.domain.message import AccountId
from app.domain.state import State
from app.services.accounts.mailbox_discovery import Aids
from app.services.folders.bulk_operations import BulkOperations, BulkRun, Into
from app.services.reader.message_reader import MessageReader
from app.services.records.records import Records
from app.services.records.rows import ListRow
from app.ui import folders, theme
from app.ui.message_list.doing import Doing
from app.ui.message_list.list_panel import ListPanel

if TYPE_CHECKING:
    from PySide6.QtPrintSupport import QPrinter
    from PySide6.QtWidgets import QFileDialog

    from app.ui.chooser import Pick, Picker

_TOLD_FROM = 50
"""A batch that takes more than one request says how far it is."""
_ONE_BY_ONE = 1
"""So does one that takes each message by itself."""
_NAMED = 2
"""So many of those that were not done are named in the status bar; more are walked through by key."""
_LONGEST_NAME = 40
_LOOKED_AT = 200
"""So many rows are asked which categories they have; of more, those that are not read yet would all be read for it."""
Done = Callable[[BulkRun], str]
Alike = Mapping[AccountId, MailFolder]
"""A folder as each account has it: those of one path."""


_L = Context.LIST


class BulkController(ShellController):
    """Acts on the rows that are chosen in the list that is shown."""

    def __init__(
        self,
        shell: Shell,
        records: Records,
        aids: Aids,
        batches: BulkOperations,
        message_reader: MessageReader,
        attachment_viewer: AttachmentViewerController,
    ) -> None:
        """Nothing runs yet; `attachment_viewer` fetches what is attached to a message."""
        self._shell, self._records, self._aids, self._batches = shell, records, aids, batches
        self._message_reader, self._attachment_viewer = message_reader, attachment_viewer
        self._running: BulkRun | None = None

    @cached_property
    def _picker(self) -> Picker:
        from app.ui.chooser import Picker

        return Picker(self._shell.window, self._shell.window.rest_focus)

    @does(
        Command(
            "many.move",
            mark("Move to a folder"),
            ("V",),
            _L,
            mark("Any folder, by typing a part of its name."),
            on_row=True,
        ),
        enabled=shown_in("drafts", "sent"),
        why_not=cannot_move,
    )
    def move_chosen(self) -> None:
        """Ask for a folder, and move the chosen messages to it."""
        self._choose_folder(self._move, tr("Move to folder"))

    @does(
        Command("many.copy", mark("Copy to a folder"), ("Shift+V",), _L, on_row=True),
        enabled=shown_in("drafts", "sent"),
        why_not=cannot_copy,
    )
    def copy_chosen(self) -> None:
        """Ask for a folder, and copy the chosen messages to it."""
        self._choose_folder(self._copy, tr("Copy to folder"))

    # --- stop ---------------------------------------------------------------------------------------------------------

    @does(
        Command(
            "many.stop", mark("Stop"), ("Ctrl+.",), _L, mark("What was not attempted is as it was, or ready again.")
        )
    )
    def stop_all(self) -> None:
        """Stop what runs: what is fetched for the message that is read, else work on many."""
        if not self._attachment_viewer.stop():
            self.stop()

    def stop(self) -> None:
        """Stop what runs: a batch of the lists, or what is on its way out and has not left."""
        if self._running is not None:
            self._running.stop()
            return
        if self._shell.lists.drafts.discarding:
            self._shell.lists.drafts.stop_discarding()
            return
        waiting = [r.local_id for r in self._records.all() if r.state is State.QUEUED]
        if waiting:
            self._shell.tasks.spawn(self._stop_sending(waiting), "stop sending")
        else:
            self._shell.status_bar.show_words(tr("Nothing runs that could be stopped"))

    async def _stop_sending(self, names: Sequence[str]) -> None:
        messages = self._records
        back = await messages.change_all(names, lambda r: r.state is State.QUEUED, state=State.READY, not_before=0.0)  # type: ignore[arg-type]  # they are names of messages
        words = ntr("Stopped: {n} message is ready again", "Stopped: {n} messages are ready again", len(back))
        self._shell.status_bar.show_words(words)

    # --- delete, move, copy -------------------------------------------------------------------------------------------

    def delete(self) -> None:
        """Move the chosen messages to Deleted Items."""

        def delete(panel: ListPanel, rows: list[ListRow]) -> None:
            # To those of the same mailbox: what goes to another has no name by which it could be brought back.
            deleted = Place(Folder.DELETED, self._source(panel).mailbox)
            self._start_move(panel, rows, lambda _: deleted, _deleted, tr("Deleting…"))

        self._with_chosen(delete)

    def _move(self, panel: ListPanel, rows: list[ListRow], into: Into, name: str) -> None:
        def moved(batch: BulkRun) -> str:
            return ntr("Moved to {name}", "{n} moved to {name}", batch.went_well, name=name)

        self._start_move(panel, rows, into, moved, tr("Moving…"))

    def _start_move(self, panel: ListPanel, rows: list[ListRow], into: Into, done: Done, words: str) -> None:
        source = self._source(panel)

        async def work(batch: BulkRun) -> None:
            await self._batches.move(rows, source, into, batch)

        async def undo(batch: BulkRun) -> None:
            came = await self._batches.bring_back(batch, source)
            self._shell.status_bar.show_words(ntr("{n} brought back", "{n} brought back", came))

        self._start(panel, rows, work, done, undo, words)

    def _copy(self, panel: ListPanel, rows: list[ListRow], into: Into, name: str) -> None:
        def copied(batch: BulkRun) -> str:
            return ntr("Copied to {name}", "{n} copied to {name}", batch.went_well, name=name)

        async def work(batch: BulkRun) -> None:
            await self._batches.copy(rows, into, batch)

        self._start(panel, rows, work, copied, self._batches.remove_copies, tr("Copying…"))

    # --- categories ---------------------------------------------------------------------------------------------------

    @does(
        Command("many.category", mark("Give or take away a category"), ("T",), _L, on_row=True),
        enabled=shown_in("drafts", "sent"),
        why_not=cannot_categorise,
    )
    def choose_category(self) -> None:
        """Ask for a category; the chosen messages get it, or lose it where all of them have it."""
        from app.ui.chooser import Pick

        panel = self._shell.workspace.panel
        ids = panel.chosen_ids()
        looked_at = ids if len(ids) <= _LOOKED_AT else []
        worn = [row.categories for one in looked_at if (row := panel.session.row(one)) is not None]

        def pick(name: str) -> Pick:
            count = sum(name in names for names in worn)
            state = tr("given") if count and count == len(ids) else tr("given to some") if count else ""
            return Pick(name, name, state, theme.avatar_color(name).name())

        picks = [pick(name) for name in dict.fromkeys((*self._aids.categories.known, *chain.from_iterable(worn)))]

        def typed(text: str) -> Pick | None:
            return Pick(text.strip(), text.strip(), tr("New category"))

        def chosen(name: object) -> None:
            self._with(panel, ids, lambda rows: self._categorise(panel, rows, str(name)))

        if ids:
            self._picker.show_picks(tr("Category"), picks, chosen, made=typed)

    def _categorise(self, panel: ListPanel, rows: list[ListRow], name: str) -> None:
        takes_away = all(name in row.categories for row in rows)

        def names(row: ListRow) -> tuple[str, ...]:
            others = tuple(one for one in row.categories if one != name)
            return others if takes_away else (*others, name)

        def done(_batch: BulkRun) -> str:
            if takes_away:
                return tr("Category taken away: {name}", name=name)
            return tr("Category given: {name}", name=name)

        async def work(batch: BulkRun) -> None:
            await self._batches.categorise(rows, names, batch)
            await self._aids.categories.use([name])

        async def undo(_batch: BulkRun) -> None:
            await self._batches.categorise(
                await self._fresh(panel, rows), lambda row: before[row.key], BulkRun(len(rows))
            )

        before = {row.key: row.categories for row in rows}
        self._start(panel, rows, work, done, undo, tr("Changing the category…"))

    async def _fresh(self, panel: ListPanel, rows: Sequence[ListRow]) -> list[ListRow]:
        """Return rows as they are after a change: their ItemRefs name the newer version."""
        return await panel.session.rows_of(int(row.key) for row in rows)

    # --- export -------------------------------------------------------------------------------------------------------

    @does(
        Command("many.export", mark("Export as files (.eml)"), ("Ctrl+S",), _L, on_row=True),
        enabled=shown_in("drafts", "sent"),
        why_not=cannot_export,
    )
    def export_chosen(self) -> None:
        """Ask for a folder of this computer, and write the chosen messages to it."""
        from PySide6.QtWidgets import QFileDialog

        panel = self._shell.workspace.panel
        ids = panel.chosen_ids()
        if not ids:
            return
        dialog = QFileDialog(self._shell.window, tr("Export messages to a folder"), folders.last("export"))
        dialog.setObjectName("exportTo")
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.setLabelText(QFileDialog.DialogLabel.Accept, tr("Export"))
        dialog.fileSelected.connect(lambda folder: folders.remember("export", folder))
        dialog.fileSelected.connect(
            lambda folder: self._with(panel, ids, lambda rows: self.export(panel, rows, Path(folder)))
        )
        dialog.finished.connect(lambda _: self._come_back(panel, dialog))
        dialog.open()

    def _come_back(self, panel: ListPanel, dialog: QFileDialog) -> None:
        dialog.deleteLater()
        self._shell.window.activateWindow()
        panel.take_focus()

    def export(self, panel: ListPanel, rows: list[ListRow], folder: Path) -> None:
        """Write messages as files into `folder`, none over another."""
        taken: set[str] = set()

        def path_of(name: str) -> str:
            path, number = folder / name, 1
            while str(path) in taken or path.exists():
                number += 1
                path = folder / f"{name.removesuffix('.eml')} ({number}).eml"
            taken.add(str(path))
            return str(path)

        async def work(batch: BulkRun) -> None:
            await self._batches.export(rows, path_of, batch)

        def done(batch: BulkRun) -> str:
            return ntr("Exported to {folder}", "{n} exported to {folder}", batch.went_well, folder=folder.name)

        self._start(panel, rows, work, done, None, tr("Exporting…"), _ONE_BY_ONE)

    @does(
        Command("many.print", mark("Print"), ("Ctrl+P",), _L, mark("Or save as a PDF."), on_row=True),
        enabled=shown_in("drafts", "sent", "outbox"),
        why_not=no_row,
    )
    def print_chosen(self) -> None:
        """Ask for a printer, and print the chosen messages."""
        from app.controllers.reader.printing import choose_printer

        def ask(panel: ListPanel, rows: list[ListRow]) -> None:
            choose_printer(self._shell.window, rows, panel.take_focus, lambda printer: self.print(panel, rows, printer))

        self._with_chosen(ask)

    def print(self, panel: ListPanel, rows: list[ListRow], printer: QPrinter) -> None:
        """Print messages where `printer` says."""
        from app.controllers.reader.printing import Printing

        printing = Printing(self._message_reader, self._shell.clock, self._attachment_viewer.viewed)

        async def work(batch: BulkRun) -> None:
            await printing.print(rows, printer, batch)

        def done(batch: BulkRun) -> str:
            return ntr("Printed", "{n} printed", batch.went_well)

        self._start(panel, rows, work, done, None, tr("Printing…"), _ONE_BY_ONE)

    # --- one batch ----------------------------------------------------------------------------------------------------

    def _start(
        self,
        panel: ListPanel,
        rows: list[ListRow],
        work: Callable[[BulkRun], Awaitable[None]],
        done: Done,
        undo: Callable[[BulkRun], Awaitable[None]] | None,
        words: str,
        told_from: int | None = None,
    ) -> None:
        if self._running is not None:
            self._shell.status_bar.show_words(tr("Another batch is still under way"))
            return
        batch = self._running = BulkRun(len(rows))
        if batch.total > (_TOLD_FROM if told_from is None else told_from):
            batch.progress.subscribe(lambda _: self._tell(batch))
            self._tell(batch)
        doing = panel.session.notes.begin((int(row.key) for row in rows), words)
        doing.can_be_taken_back = False  # it is stopped, and what was done by then is undone
        self._shell.tasks.spawn(self._run(panel, rows, batch, work, done, undo, doing), "work on many")

    async def _run(
        self,
        panel: ListPanel,
        rows: list[ListRow],
        batch: BulkRun,
        work: Callable[[BulkRun], Awaitable[None]],
        done: Done,
        undo: Callable[[BulkRun], Awaitable[None]] | None,
        doing: Doing,
    ) -> None:
        try:
            await work(batch)
        finally:
            self._running = None
            panel.session.notes.end(doing)
            panel.session.notes.tell_failures(batch.failures)
        words = [done(batch)] if batch.went_well else []
        if batch.failures:
            words.append(_not_done([row for row in rows if row.key in batch.failures]))
        if batch.done < batch.total:
            words.append(ntr("{n} was not attempted", "{n} were not attempted", batch.total - batch.done))
        can_undo = undo is not None and batch.went_well > 0
        self._shell.status_bar.show_words(
            ", ".join(words), (lambda: self._undo(panel, batch, undo)) if can_undo else None
        )
        await self._look_anew(panel)

    def _undo(self, panel: ListPanel, batch: BulkRun, undo: Callable[[BulkRun], Awaitable[None]] | None) -> None:
        async def take_back() -> None:
            if undo is not None:
                await undo(batch)
            await self._look_anew(panel)

        self._shell.tasks.spawn(take_back(), "take back work on many")

    async def _look_anew(self, panel: ListPanel) -> None:
        if panel.session.view is not None:
            await panel.session.view.reload()

    def _tell(self, batch: BulkRun) -> None:
        if self._running is batch and batch.done < batch.total:
            words = tr("{done} of {total}", done=batch.done, total=batch.total)
            self._shell.status_bar.busy(words, batch.stop)

    # --- which rows, which folder -------------------------------------------------------------------------------------

    def _with_chosen(self, act: Callable[[ListPanel, list[ListRow]], None]) -> None:
        panel = self._shell.workspace.panel
        self._with(panel, panel.chosen_ids(), lambda rows: act(panel, rows))

    def _with(self, panel: ListPanel, ids: Sequence[int], act: Callable[[list[ListRow]], None]) -> None:
        async def read() -> None:
            rows = await panel.session.rows_of(ids)
            if rows:
                act(rows)

        panel.list.clear_marks()
        if ids:
            self._shell.tasks.spawn(read(), "read what was chosen")

    def _source(self, panel: ListPanel) -> Place:
        view = panel.session.view
        return Place(panel.session.folder) if view is None else view.place

    def _choose_folder(self, act: Callable[[ListPanel, list[ListRow], Into, str], None], title: str) -> None:
        """Ask for a folder. Messages of several accounts are offered those that each has; none leaves its account."""
        panel = self._shell.workspace.panel
        ids = panel.chosen_ids()
        mailbox = self._source(panel).mailbox
        if not ids:
            return

        def chosen(thing: object) -> None:
            alike = cast("Alike", thing)
            into = {one: Place(Folder.INBOX, mailbox, folder.folder_id) for one, folder in alike.items()}
            name = next(iter(alike.values())).name
            self._with(panel, ids, lambda rows: act(panel, rows, into.__getitem__, name))

        loaded = [row for one in ids if (row := panel.session.row(one)) is not None]
        known = self._known_folders(_accounts_of(loaded), mailbox) if len(loaded) == len(ids) else []
        self._picker.show_picks(title, _picks(known), chosen, "" if known else tr("Asking for the folders…"))

        async def ask() -> None:
            accounts = _accounts_of(await panel.session.rows_of(ids))
            asked = [self._ask_for_folders(one, mailbox) for one in accounts]
            trouble = next(filter(None, await asyncio.gather(*asked)), "")
            found = self._known_folders(accounts, mailbox)
            self._picker.offer(_picks(found), trouble or _several_words(accounts, found))

        self._shell.tasks.spawn(ask(), "ask for folders")

    async def _ask_for_folders(self, account_id: AccountId, mailbox: str) -> str:
        """Ask for the folders of an account; return why they cannot be had, "" where they can."""
        try:
            await self._aids.folders(account_id, mailbox)
        except AccountError:
            called = self._aids.identities.called(account_id)
            if called:
                return tr("The server of {account} cannot be asked for its folders now", account=called)
            return tr("The server cannot be asked for its folders now")
        except MailError as error:
            return str(error)
        return ""

    def _known_folders(self, accounts: Sequence[AccountId], mailbox: str) -> list[Alike]:
        """Return the folders of the last answers that every one of `accounts` has, in the order of the first."""
        by_path = [
            (one, {_path_key(folder): folder for folder in self._aids.known_folders(one, mailbox)}) for one in accounts
        ]
        first = by_path[0][1] if by_path else {}
        return [
            {one: folders[path] for one, folders in by_path}
            for path in first
            if all(path in folders for _, folders in by_path)
        ]


def _accounts_of(rows: Sequence[ListRow]) -> list[AccountId]:
    return list(dict.fromkeys(row.account_id for row in rows))


def _path_key(folder: MailFolder) -> tuple[str, ...]:
    return tuple(one.casefold() for one in folder.path)


def _several_words(accounts: Sequence[AccountId], found: Sequence[Alike]) -> str:
    """Return what is to be said where messages of several accounts go to a folder."""
    if len(accounts) < 2:
        return ""
    if not found:
        return tr("These accounts have no folder of the same name. Select messages of one account.")
    return tr("Each message stays in its account: it goes to the folder of that name there.")


def _picks(folders: Sequence[Alike]) -> list[Pick]:
    from app.ui.chooser import Pick

    first = [(next(iter(one.values())), one) for one in folders]
    return [Pick(folder.name, alike, " / ".join(folder.path[:-1])) for folder, alike in first]


def _not_done(rows: Sequence[ListRow]) -> str:
    words = ntr("{n} was not done", "{n} were not done", len(rows))
    if len(rows) > _NAMED:
        return words
    names = ", ".join(shortened(row.subject, _LONGEST_NAME) or tr("(no subject)") for row in rows)
    return tr("{words} ({names})", words=words, names=names)


def _deleted(batch: BulkRun) -> str:
    return ntr("Deleted", "{n} deleted", batch.went_well)
