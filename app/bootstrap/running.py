"""The program's life once the window is painted: the loop, the disk, the sandbox if wanted, the rooms, the end."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
import traceback
from pathlib import Path

from PySide6.QtWidgets import QApplication
from qasync import QEventLoop

from app.bootstrap.collecting import Collector
from app.bootstrap.desk_work import DeskWork
from app.bootstrap.dress import dress
from app.bootstrap.dropping import Dropping
from app.bootstrap.handlers import all_handlers
from app.bootstrap.instance import DATABASE, address, hand_over
from app.bootstrap.open_events import OpeningApplication
from app.bootstrap.options import Options, config_folder, data_folder
from app.bootstrap.other_mailboxes import OtherMailboxes
from app.bootstrap.presets_work import load_presets
from app.bootstrap.program import Program
from app.bootstrap.reopening import keep_open, left_open, reopen
from app.bootstrap.sandbox_process import SandboxInfo, SandboxProcess
from app.bootstrap.signals import closing_on_signals
from app.bootstrap.spelling import begin_spelling, end_spelling
from app.bootstrap.window_work import WindowWork
from app.bootstrap.world import World
from app.commands.command import Command
from app.domain.account import Account
from app.domain.errors import InUse, StorageError
from app.domain.i18n import tr
from app.domain.message import AccountId
from app.storage.store import Store
from app.ui import theme
from app.ui.key_hints import KeyHints
from app.ui.off_thread import off_thread
from app.ui.tasks import Tasks
from app.views.shell.view import Window

log = logging.getLogger(__name__)

_SECOND_TRY = 3.0
"""Seconds for handing over where a program that did not answer before has the letters."""
_LISTEN_AFTER = 0.3
"""Seconds: Qt's network is loaded for it, and what is typed first shall not wait for that."""
_LETTERS_AFTER = 0.5
"""Seconds after the lists: what a letter is written in is loaded then, before somebody asks for it."""
_LAST_SAVES = 3.0
"""Seconds that the end waits for the server to take the last saves; the disk has them in any case."""


def run(qt: QApplication, window: Window, options: Options) -> int:
    """Run until the window is closed; return the exit status."""
    with asyncio.Runner(loop_factory=lambda: QEventLoop(qt)) as runner:
        return runner.run(_live(qt, window, options))


async def _live(qt: QApplication, window: Window, options: Options) -> int:
    tasks = Tasks()
    closing: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def close() -> bool:
        if not closing.done():
            closing.set_result(None)
        return False

    window.on_close = close
    if not window.isVisible():
        close()  # it was closed before anybody listened
    with closing_on_signals(window):
        tasks.on_defect = lambda error: _report(window, error)
        sys.excepthook = lambda _kind, error, _trace: _report(window, error)  # what fails in a slot of Qt's
        folder = data_folder(options)
        try:
            store = await Store.open(folder / DATABASE)
        except StorageError as error:
            if isinstance(error, InUse) and await off_thread(lambda: hand_over(folder, options.arrival, _SECOND_TRY)):
                window.close_for_good()  # somebody was faster: two programs were started at once
                return 0
            window.notice_bar.say(str(error), tone="bad")
            await closing
            window.close_for_good()
            return 1
        sandbox = SandboxProcess(folder / "exchange", options.sandbox_info) if options.sandbox else None
        world = World(store)
        program = Program(qt, window, options, world.ports, tasks)
        collector = Collector(window)
        try:
            # A task like any other: what fails in it is told, and a window may be closed before all is there.
            tasks.spawn(_begin(program, world, sandbox), "begin")
            await closing
        finally:
            await _end(program, world, sandbox)
            collector.end()
        return 0


def connect(program: Program) -> WindowWork:
    """Tie the parts of `program` to each other and to the keys; nothing is read or started yet."""
    window, windows = program.window, WindowWork(program)
    desks = DeskWork(program)
    program.writing.on_sent = desks.sent_from_letter
    program.writing.on_discarded = desks.discarded_from_letter
    program.writing.on_no_account = windows.add_account
    program.registry.add(program.keymap.commands, all_handlers(program, windows, desks))
    window.connect_commands(program.registry)
    windows.bind_lists()
    Dropping(program)
    _hint_at_sequences(program)
    desks.others = OtherMailboxes(program, desks)
    window.contexts = program.comparing.contexts
    program.stage.go("drafts")
    return windows


def _hint_at_sequences(program: Program) -> None:
    def possible() -> list[Command]:
        contexts = program.window.contexts()
        return [command for command, _ in program.registry if command.context in contexts]

    hints = KeyHints(program.window, possible)
    for desk in program.stage.desks.values():
        hints.watch(desk)
    hints.watch(program.reader)


async def _begin(program: Program, world: World, sandbox: SandboxProcess | None) -> None:
    window = program.window
    await load_presets(program.settings)
    await program.keymap.load(config_folder(program.options))
    windows = connect(program)
    program.keymap.tell()
    await program.choices.load()
    _listen_soon(program, world.store.path.parent)
    world.store.on_damaged(program.tasks.on_mail_error)
    await program.letters.load()
    await program.aids.load()
    left = left_open(program)
    program.tasks.spawn(program.address_book.load(), "read the address book")
    program.tasks.spawn(program.people.read_choices(program.settings), "read what is asked before sending")
    program.tasks.spawn(program.size_limits.load(), "read how large a message may be")
    if sandbox is None:
        await program.accounts.read()
    else:
        world.engine.start()
        await _open_sandbox(program, sandbox)
    # What is begun from here on is not taken for a letter that the last run left.
    await program.outbox.resume()
    await program.drafts.resume()
    await asyncio.wait({program.tasks.spawn(reopen(program, left), "open what was open")})
    damaged = world.store.damaged is not None
    program.tasks.spawn(program.attachments.resume(damaged=damaged), "clear copies of attachments")
    await asyncio.wait({program.tasks.spawn(program.wishes.begin(program.options.arrival), "do what was asked for")})
    if program.accounts.default is None:
        windows.add_account()
    choice = await program.settings.read("scheme")
    if choice in {"light", "dark"} and (choice == "dark") != theme.scheme().dark:
        dress(program.qt, choice)
        window.redress()
    _look_around(program)
    world.engine.start()
    await begin_spelling(program)
    if sandbox is None:
        await program.accounts.open_all()  # last: a keyring may wait for the person


def _look_around(program: Program) -> None:
    """Keep true what the server's folders hold, and what it names, as long as the program runs."""
    asyncio.get_running_loop().call_later(_LETTERS_AFTER, _load_the_letters_pane)
    program.syncing.start()
    program.listening.start()
    program.tasks.spawn(program.aids.surroundings.keep_looking(), "look what the server names")
    program.tasks.spawn(program.outbox_room.keep_looking(program.clock.sleep), "look what rests in the server's Outbox")


def _load_the_letters_pane() -> None:
    import app.views.compose.view  # noqa: F401 - loaded, so that the first letter opens as fast as the second


def _listen_soon(program: Program, folder: Path) -> None:
    """Listen once the first letter is there, or would be: a later start has more patience than that."""
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


async def finish(program: Program) -> None:
    """Put everything on disk, give the server a moment for the last saves, and end all tasks."""
    program.writing.settle_all()
    with contextlib.suppress(StorageError):
        await program.journal.flush()
    still_open = left_open(program)
    if still_open:
        saves = [keep_open(program, name) for name in still_open]
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.gather(*saves, return_exceptions=True), _LAST_SAVES)
    await program.tasks.end()


async def _end(program: Program, world: World, sandbox: SandboxProcess | None) -> None:
    """End what was started, after the letters."""
    program.wishes.close()
    program.window.setEnabled(False)
    await finish(program)
    program.popping.close_all()
    end_spelling(program)
    await world.close()
    if sandbox is not None:
        sandbox.end()
    program.window.close_for_good()


def _report(window: Window, error: BaseException) -> None:
    """Tell of a defect of ours: the person keeps working, and has the words to send."""
    log.error("defect", exc_info=error)
    details = "".join(traceback.format_exception(error))[-4000:]
    window.notice_bar.say(
        tr("Something in the program went wrong. What you wrote is safe on this computer."),
        tone="bad",
        details=[(tr("For the people who make it"), details)],
    )
