"""What begins once the lists are shown."""

from __future__ import annotations

import asyncio
import importlib
import json
import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from app.bootstrap.application import OpeningApplication
from app.bootstrap.instance import address
from app.bootstrap.options import config_folder
from app.commands.command import Command
from app.controllers.long_waits import begin_asking
from app.core.background import run_in_thread
from app.core.i18n import tr
from app.domain.account import Account
from app.domain.errors import MailError, StorageError
from app.domain.listing import Folder
from app.domain.message import AccountId
from app.domain.presets import Presets, read_presets
from app.services.accounts.preset_settings import PresetSettings
from app.storage.settings import presets_path, read_presets_file
from app.ui import theme
from app.ui.theme import dress

if TYPE_CHECKING:
    from app.bootstrap.adapters import Adapters
    from app.bootstrap.sandbox_process import SandboxInfo, SandboxProcess
    from app.controllers.program import Program
    from app.controllers.window import WindowController
    from app.services.folders.folder_view import FolderView


async def load_presets(settings: PresetSettings) -> None:
    """Lay the file over `settings`. What is wrong with it is told in the settings; nothing here raises."""
    path = presets_path()
    try:
        presets = await run_in_thread(lambda: _read(read_presets_file(path)))
    except StorageError as error:
        presets = Presets(faults=(str(error),))
    if presets.faults:
        told = tr("Not all that was set for this computer counts ({path}).", path=path)
        presets = Presets(presets.accounts, presets.settings, presets.locked, (told, *presets.faults))
    settings.presets = presets
    # There anybody may have written it: it fills in what a person sees, and takes no password to another server.
    settings.reaches_accounts = os.name == "posix"


def _read(text: str | None) -> Presets:
    return Presets() if text is None else read_presets(text)


_NAME = "own words"


async def begin_spelling(program: Program) -> None:
    """Read the person's own words, and let messages be looked at from now on."""
    from app.ui.editor.spelling_client import Spelling

    spelling = Spelling(program.window)
    try:
        kept = await program.settings.read(_NAME)
        spelling.know([str(word) for word in json.loads(kept or "[]")])
    except (StorageError, ValueError):
        spelling.know(())  # they are asked for again, word by word; spelling without them is better than none

    def keep(_word: str) -> None:
        words = json.dumps(sorted(spelling.own_words), ensure_ascii=False)
        program.tasks.spawn(program.settings.keep(_NAME, words), "keep a word")

    spelling.learnt.connect(keep)
    program.writing.begin_spelling(spelling)


def end_spelling(program: Program) -> None:
    """End the checker."""
    if program.writing.spelling is not None:
        program.writing.spelling.close()


log = logging.getLogger(__name__)

_LISTEN_AFTER = 0.3
"""Seconds: Qt's network is loaded for it, and what is typed first shall not wait for that."""
_MESSAGES_AFTER = 0.5
"""Seconds after the lists: what a message is written in is loaded then, before somebody asks for it."""
_PATIENCE: Final = 0.2
"""Seconds that the rest of the program waits for the lists: a disk may be slow, and keys are wanted too."""
_SLICES: Final = (
    *("services.people.address_book", "services.people.people", "services.accounts.mailbox_discovery"),
    *("services.drafts.draft_attachments", "ui.reader.reader", "views.settings.sign_in_session"),
    *("views.shell.status_bar", "controllers.compose", "controllers.compose_commands", "controllers.reader"),
    *("controllers.attachment_viewer", "controllers.bulk", "controllers.row_actions", "controllers.lists"),
    *("controllers.resolution", "controllers.message_windows", "controllers.startup_requests"),
    *("controllers.window", "controllers.all_commands", "controllers.settings"),
)
"""Some milliseconds each: between two of them the window is drawn and hears the person."""


async def _make_whole(program: Program, *, lists_first: bool) -> tuple[WindowController, bool]:
    """Show the lists and make the rest; tell whether the messages were read for the lists."""
    untold: list[MailError] = []
    program.tasks.on_mail_error = untold.append
    await load_presets(program.settings)
    messages_read = lists_first and await _show_lists(program)
    windows = await _furnish(program)
    for error in untold:
        windows.tell(error)
    return windows, messages_read


async def _show_lists(program: Program) -> bool:
    """Show what this computer has of the lists; tell whether the messages were read for it.

    A disk that fails is told of by what comes after, which reads the same again.
    """
    try:
        await program.records.load()
        await program.outbox.long_waits.hold_back()
        await program.accounts.read()
    except StorageError:
        return False
    account = program.accounts.default
    if account is not None:
        drafts = program.stage.desks["drafts"]
        program.window.show_list(drafts)
        program.show_account(account.account_id)
        views = [room.view for room in program.rooms if room.view is not None and room.folder is not Folder.OUTBOX]
        await asyncio.wait(
            {program.tasks.spawn(_first_rows(view), "wait for rows") for view in views}, timeout=_PATIENCE
        )
        drafts.repaint()
        await asyncio.sleep(0)
    return True


async def _first_rows(view: FolderView) -> None:
    """Return once a list has rows, or has none to show."""
    there = asyncio.Event()
    for told in (view.changed, view.state_changed):
        told.subscribe(lambda _: there.set())
    await there.wait()


async def _furnish(program: Program) -> WindowController:
    """Load and connect what the lists do without."""
    for name in _SLICES:
        importlib.import_module(f"app.{name}")
        await asyncio.sleep(0)
    program.complete()
    await program.keymap.load(config_folder(program.options))
    windows = connect(program)
    program.keymap.tell()
    return windows


def connect(program: Program) -> WindowController:
    """Make `program` complete, and tie its parts to each other and to the keys; nothing is read or started yet."""
    from app.controllers.all_commands import all_bound
    from app.controllers.compose import RenewingWork
    from app.controllers.lists import ListController
    from app.controllers.other_mailboxes import OtherMailboxes
    from app.controllers.startup_requests import Dropping
    from app.controllers.window import WindowController

    program.complete()
    window, windows = program.window, WindowController(program)
    desks = ListController(program)
    program.writing.on_sent = desks.sent_from_message
    program.writing.on_discarded = desks.discarded_from_message
    program.writing.on_no_account = windows.add_account
    own = {command.id: command for command in program.keymap.commands}
    program.registry.add((own[command.id], handler) for command, handler in all_bound(program, windows, desks))
    window.connect_commands(program.registry)
    windows.bind_lists()
    Dropping(program)
    RenewingWork(program)
    _hint_at_sequences(program)
    desks.others = OtherMailboxes(program, desks.listen)
    window.contexts = program.comparing.contexts
    program.stage.go("drafts")
    program.stage.desk.list.choose_only(None)  # the program went there, and nobody has seen it yet
    return windows


def _hint_at_sequences(program: Program) -> None:
    from app.ui.keys import KeyHints

    def possible() -> list[Command]:
        contexts = program.window.contexts()
        return [command for command, _ in program.registry if command.context in contexts]

    hints = KeyHints(program.window, possible)
    for desk in program.stage.desks.values():
        hints.watch(desk)
    hints.watch(program.reader)


async def begin(program: Program, world: Adapters, sandbox: SandboxProcess | None) -> None:
    """Show the lists, load and connect the rest of the program, and bring back what the last run left."""
    try:
        await _begin(program, world, sandbox)
    finally:
        _give_keys(program)


def _give_keys(program: Program) -> None:
    """Let the keys go that were kept since the window was shown: to what the start was asked for, or to the list."""
    starting, program.window.starting = program.window.starting, None
    if starting is not None:
        if program.accounts.default is None and program.options.arrival.begins_messages():
            starting.fail()  # they were for a message, and there is a form in its place
        else:
            starting.release()


async def _begin(program: Program, world: Adapters, sandbox: SandboxProcess | None) -> None:
    windows, messages_read = await _make_whole(program, lists_first=sandbox is None)
    await program.choices.load()
    _listen_soon(program, world.store.path.parent)
    world.store.watch_damage(program.tasks.on_mail_error)
    if not messages_read:
        await program.records.load()
        await program.outbox.long_waits.hold_back()
    begin_asking(program)
    await program.aids.load()
    from app.controllers.compose import left_open, reopen  # what a message is written in is loaded behind the lists

    left = left_open(program)
    program.tasks.spawn(program.address_book.load(), "read the address book")
    program.tasks.spawn(program.people.read_choices(program.settings), "read what is asked before sending")
    program.tasks.spawn(program.size_limits.load(), "read how large a message may be")
    if sandbox is None:
        await program.accounts.read()
    else:
        world.engine.start()
        await _open_sandbox(program, sandbox)
    # What is begun from here on is not taken for a message that the last run left.
    await program.outbox.resume()
    await program.drafts.resume()
    await asyncio.wait({program.tasks.spawn(reopen(program, left), "open what was open")})
    damaged = world.store.damaged is not None
    program.tasks.spawn(program.attachments.resume(damaged=damaged), "clear copies of attachments")
    await asyncio.wait({program.tasks.spawn(program.wishes.begin(program.options.arrival), "do what was asked for")})
    if program.accounts.default is None:
        windows.add_account()
    _give_keys(program)
    program.wishes.go_on()
    program.tasks.spawn(program.unplaced.load(), "show text that found no place")
    await _dress_as_chosen(program)
    _look_around(program)
    world.engine.start()
    await begin_spelling(program)
    if sandbox is None:
        await program.accounts.open_all()  # last: a keyring may wait for the person


async def _dress_as_chosen(program: Program) -> None:
    choice = await program.settings.read("scheme")
    if choice in {"light", "dark"} and (choice == "dark") != theme.scheme().dark:
        dress(program.qt, choice)
        program.window.redress()


def _look_around(program: Program) -> None:
    """Keep true what the server's folders hold, and what it names, as long as the program runs."""
    asyncio.get_running_loop().call_later(_MESSAGES_AFTER, _load_the_messages_pane)
    program.syncing.start()
    program.listening.start()
    program.prefetching.start()
    program.tasks.spawn(program.aids.surroundings.keep_looking(), "look what the server names")
    program.tasks.spawn(program.outbox_room.keep_looking(program.clock.sleep), "look what rests in the server's Outbox")


def _load_the_messages_pane() -> None:
    import app.views.compose.view  # noqa: F401 - loaded, so that the first message opens as fast as the second


def _listen_soon(program: Program, folder: Path) -> None:
    """Listen once the first message is there, or would be: a later start has more patience than that."""
    if isinstance(program.qt, OpeningApplication):
        program.qt.hand_to(program.wishes.take)
    timer = asyncio.get_running_loop().call_later(_LISTEN_AFTER, _listen, program, folder)
    program.wishes.on_close = timer.cancel


def _listen(program: Program, folder: Path) -> None:
    """Hear of later starts. Where that cannot be, they say that the program runs already."""
    from app.bootstrap.instance_server import InstanceServer

    server = InstanceServer(program.wishes.take, program.window)
    program.wishes.on_close = server.close
    try:
        server.listen(address(folder))
    except OSError as error:
        log.info("no second start can reach this window: %s", error)


async def _open_sandbox(program: Program, sandbox: SandboxProcess) -> None:
    """Start the Exchange of our own and open its first mailbox; the password is that of a toy, and is not kept."""
    info: SandboxInfo = await sandbox.start()
    first = info.accounts[0]
    account = Account(
        account_id=AccountId("sandbox"),
        address=first.address,
        endpoint=info.url,
        user=first.user,
        display_name=first.display_name,
        ca_file=info.ca_file,
    )
    await program.accounts.open_unkept(account, first.password)
