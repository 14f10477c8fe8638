"""What begins once the lists are shown."""

from __future__ import annotations

import asyncio
import importlib
import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from app import CLIENT_ID, RELEASES
from app.bootstrap.application import OpeningApplication
from app.bootstrap.instance import address
from app.bootstrap.late_modules import load_late_modules
from app.bootstrap.options import config_folder
from app.controllers.long_waits import begin_asking
from app.core.background import run_in_thread
from app.core.i18n import tr
from app.domain.account import AuthKind, BackendKind
from app.domain.errors import MailError, StorageError
from app.domain.listing import Folder
from app.domain.message import AccountId, LocalId
from app.domain.presets import Presets, read_presets
from app.domain.startup_request import SandboxKind
from app.services.accounts.preset_settings import PresetSettings
from app.storage.settings import presets_path, read_presets_file
from app.ui import theme
from app.ui.theme import dress

if TYPE_CHECKING:
    from app.bootstrap.adapters import Adapters
    from app.bootstrap.parts import Parts
    from app.bootstrap.sandbox_process import SandboxInfo, SandboxProcess
    from app.controllers.closing import Closing
    from app.services.folders.combined_view import CombinedView
    from app.services.folders.folder_view import FolderView


_KINDS = {
    SandboxKind.EWS: (BackendKind.EWS,),
    SandboxKind.GRAPH: (BackendKind.GRAPH,),
    SandboxKind.BOTH: (BackendKind.EWS, BackendKind.GRAPH),
}


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
    settings.presets = msgspec.structs.replace(presets, client_id=os.environ.get("MAILWRIGHT_CLIENT_ID", CLIENT_ID))
    # Any program may have written it: it fills in what a person sees, and takes no password to another server.
    settings.reaches_accounts = os.name == "posix"


def _read(text: str | None) -> Presets:
    return Presets() if text is None else read_presets(text)


log = logging.getLogger(__name__)

_LISTEN_AFTER = 0.3
"""Seconds: Qt's network is loaded for it, and what is typed first shall not wait for that."""
_MESSAGES_AFTER = 0.5
"""Seconds after the lists: what a message is written in is loaded then, before the person asks for it."""
_PATIENCE: Final = 0.2
"""Seconds that the rest of the program waits for the lists: a disk may be slow, and keys are wanted too."""
_SLICES: Final = (
    *("services.people.address_book", "services.people.people", "services.accounts.mailbox_discovery"),
    *("services.drafts.draft_attachments", "services.drafts.id_translation"),
    *("ui.reader.reader", "views.settings.sign_in_session"),
    *(
        "views.shell.status_bar",
        "controllers.compose.compose",
        "controllers.compose.compose_commands",
        "controllers.settings",
    ),
    *(
        "controllers.reader.attachment_viewer",
        "controllers.lists.bulk",
        "controllers.lists.row_actions",
        "controllers.compose.sending",
    ),
    *("controllers.reader.reader", "controllers.lists.resolution", "controllers.startup_requests"),
    *("controllers.notices", "controllers.spelling", "ui.desktop_notices"),
    *("controllers.lists.lists", "controllers.accounts", "controllers.window", "controllers.all_commands"),
)
"""Some milliseconds each: between two of them the window is drawn and hears the person."""


async def _make_whole(parts: Parts, *, lists_first: bool) -> bool:
    """Show the lists and make the rest; return whether the messages were read for the lists."""
    untold: list[MailError] = []
    parts.tasks.on_mail_error = untold.append
    await load_presets(parts.settings)
    messages_read = lists_first and await _show_lists(parts)
    await _furnish(parts)
    for error in untold:
        parts.window_controller.show_error(error)
    return messages_read


async def _show_lists(parts: Parts) -> bool:
    """Show what this computer has of the lists; return whether the messages were read for it.

    A disk that fails is told of by what comes after, which reads the same again.
    """
    try:
        await parts.records.load()
        await parts.outbox.long_waits.hold_back()
        await parts.accounts.read_accounts()
    except StorageError:
        return False
    account = parts.accounts.default
    if account is not None:
        drafts = parts.workspace.panels["drafts"]
        parts.window.show_list(drafts)
        parts.show_all_accounts()
        views = [
            session.view for session in parts.lists if session.view is not None and session.folder is not Folder.OUTBOX
        ]
        await asyncio.wait({parts.tasks.spawn(_first_rows(view), "wait for rows") for view in views}, timeout=_PATIENCE)
        drafts.repaint()
        await asyncio.sleep(0)
    return True


async def _first_rows(view: FolderView | CombinedView) -> None:
    """Return once a list has rows, or has none to show."""
    there = asyncio.Event()
    for told in (view.changed, view.state_changed):
        told.subscribe(lambda _: there.set())
    await there.wait()


async def _furnish(parts: Parts) -> None:
    """Load and connect what the lists do without."""
    for name in _SLICES:
        importlib.import_module(f"app.{name}")
        await asyncio.sleep(0)
    parts.complete()
    await parts.keymap.load(config_folder(parts.options))
    parts.connect()
    parts.keymap.show_problems()


async def begin(parts: Parts, adapters: Adapters, sandbox: SandboxProcess | None, closing: Closing) -> None:
    """Show the lists, load and connect the rest of the parts, and bring back what the last run left."""
    try:
        await _begin(parts, adapters, sandbox, closing)
    finally:
        _give_keys(parts)


def _give_keys(parts: Parts) -> None:
    """Let the keys go that were kept since the window was shown: to what the start was asked for, or to the list."""
    starting, parts.window.starting = parts.window.starting, None
    if starting is not None:
        asked = parts.options.arrival
        to_write = parts.accounts.default is not None and parts.compose.current() is not None
        if asked.begins_messages() and not to_write and parts.window.gate.has_keys():
            starting.fail()  # they were for a message, and there is a form in its place, or one that is only read
        else:
            starting.release()


async def _begin(parts: Parts, adapters: Adapters, sandbox: SandboxProcess | None, closing: Closing) -> None:
    messages_read = await _make_whole(parts, lists_first=sandbox is None)
    parts.serve(closing)
    await parts.preferences.load(parts.options.hold)
    _listen_soon(parts, adapters.store.path.parent)
    adapters.store.watch_damage(parts.tasks.on_mail_error)
    if not messages_read:
        await parts.records.load()
        await parts.outbox.long_waits.hold_back()
    begin_asking(parts.shell, parts.outbox, parts.records)
    await parts.aids.load()
    from app.controllers.compose.compose import left_open  # loaded behind the lists

    left = left_open(parts.records)
    _read_settings(parts)
    _ask_servers(parts)
    if sandbox is None:
        await parts.accounts.read_accounts()
    else:
        adapters.engine.start()
        await _open_sandbox(parts, sandbox)
    # What is begun from here on is not taken for a message that the last run left.
    await parts.outbox.resume()
    await parts.drafts.resume()
    await asyncio.wait({parts.tasks.spawn(_reopen(parts, left), "open what was open")})
    damaged = adapters.store.damaged is not None
    parts.tasks.spawn(parts.attachments.resume(damaged=damaged), "clear copies of attachments")
    beginning = parts.startup_requests.begin(parts.options.arrival)
    await asyncio.wait({parts.tasks.spawn(beginning, "do what was asked for")})
    if parts.accounts.default is None:
        parts.account_controller.add_account()
    _give_keys(parts)
    parts.startup_requests.go_on()
    await _dress_as_chosen(parts)
    _look_around(parts)
    await _begin_notices(parts)
    adapters.start()
    await parts.spelling.begin()
    if sandbox is None:
        await parts.accounts.open_all()  # last: a keyring may wait for the person


_ASKED_AFTER: Final = 60.0
"""Seconds after an account was opened until its server is asked what it does: nothing waits for that."""


def _ask_servers(parts: Parts) -> None:
    """Ask the server of each account once in a while what it does, when the person's own work has long begun.

    One whose connection was tested in the form is asked at once.
    """
    begun: set[AccountId] = set()

    async def ask_later(account_id: AccountId) -> None:
        await asyncio.sleep(_ASKED_AFTER)
        begun.discard(account_id)
        await parts.drafts.asking.ask_all(account_id)

    def opened(account_id: AccountId) -> None:
        if account_id not in begun:
            begun.add(account_id)
            parts.tasks.spawn(ask_later(account_id), "ask what a server does")

    def tested(account_id: AccountId) -> None:
        # The form has just shown that the connection works: what is known before the first draft costs no draft.
        parts.tasks.spawn(parts.drafts.asking.ask_all(account_id, anew=True), "ask what a server does")

    parts.accounts.well.subscribe(opened)
    parts.accounts.tested.subscribe(tested)


async def _reopen(parts: Parts, left: list[LocalId]) -> None:
    """Open what was open: after a restart as it stood, after a usual end without a word, else with a word why."""
    from app.controllers.compose.arrangement import bring_back, take_arrangement
    from app.controllers.compose.compose import reopen, take_left_open

    arrangement = await take_arrangement(parts.settings)
    quietly = await take_left_open(parts.settings)
    if arrangement is None:
        await reopen(parts.shell, parts.records, parts.compose, left, quietly=quietly)
    else:
        await bring_back(parts.shell, parts.records, parts.compose, left, arrangement)


def _read_settings(parts: Parts) -> None:
    parts.tasks.spawn(parts.address_book.load(), "read the address book")
    parts.tasks.spawn(parts.people.read_choices(parts.settings), "read what is asked before sending")
    parts.tasks.spawn(parts.size_limits.load(), "read how large a message may be")
    parts.tasks.spawn(parts.versions.load(), "keep versions of drafts, or none")
    parts.tasks.spawn(parts.reminders.load(), "read what there is to be reminded of")


async def _dress_as_chosen(parts: Parts) -> None:
    size = await parts.settings.read_setting("text_size") or ""
    if size.isascii() and size.isdigit():
        theme.set_text_scale(int(size) / 100)
    await _remember_folders(parts)
    choice = await parts.settings.read_setting("scheme")
    density = await parts.settings.read_setting("density") or ""
    if density in theme.DENSITIES and density != theme.density():
        theme.set_density(parts.qt, density)
        parts.window.redress()
    parts.window_controller.scheme = choice if choice in theme.CHOICES and choice else ""
    if theme.wanted(parts.qt, parts.window_controller.scheme) != theme.scheme():
        dress(parts.qt, parts.window_controller.scheme)
        parts.window.redress()


async def _begin_notices(parts: Parts) -> None:
    """Tell on the desktop what goes wrong from now on."""
    from app.ui.desktop_notices import DesktopNotices

    desktop = DesktopNotices(parts.window)
    desktop.opened.connect(parts.notices.opened)
    desktop.acted.connect(parts.notices.acted)
    await parts.notices.begin(desktop)


_FOLDERS: Final = ("attach", "picture", "export")
"""What files are chosen for, each in a folder of its own that is kept as the setting `folder_<purpose>`."""


async def _remember_folders(parts: Parts) -> None:
    """Let dialogs open where the last run chose files."""
    from app.ui import folders

    def keep(purpose: str, folder: str) -> None:
        parts.tasks.spawn(parts.settings.keep_setting(f"folder_{purpose}", folder), "keep where files are chosen")

    kept = {purpose: await parts.settings.read_setting(f"folder_{purpose}") or "" for purpose in _FOLDERS}
    folders.begin(kept, keep)


def _look_around(parts: Parts) -> None:
    """Keep true what the server's folders hold, and what it names, as long as the program runs."""
    asyncio.get_running_loop().call_later(_MESSAGES_AFTER, _load_the_messages_pane)
    parts.tasks.spawn(parts.unplaced_text.load(), "show text that found no place")
    parts.syncing.start()
    parts.notifications.start()
    parts.prefetching.start()
    parts.tasks.spawn(load_late_modules(), "load what is needed late")
    parts.tasks.spawn(parts.new_version.keep_looking(), "look for a new version")
    releases = os.environ.get("MAILWRIGHT_RELEASES", RELEASES)
    parts.tasks.spawn(parts.release_notice.keep_asking(releases), "ask for a new version")
    parts.tasks.spawn(parts.aids.discovery.keep_looking(), "look what the server names")
    parts.tasks.spawn(parts.lists.outbox.keep_looking(parts.clock.sleep), "look what rests in the server's Outbox")


def _load_the_messages_pane() -> None:
    # Loaded, so that the first message opens as fast as the second.
    import app.services.html.prepare
    import app.ui.editor.rich
    import app.ui.editor.toolbar
    import app.views.compose.view  # noqa: F401


def _listen_soon(parts: Parts, folder: Path) -> None:
    """Listen once the first message is there, or would be: a later start has more patience than that."""
    if isinstance(parts.qt, OpeningApplication):
        parts.qt.hand_to(parts.startup_requests.take_request)
    timer = asyncio.get_running_loop().call_later(_LISTEN_AFTER, _listen, parts, folder)
    parts.startup_requests.on_close = timer.cancel


def _listen(parts: Parts, folder: Path) -> None:
    """Hear of later starts. Where that cannot be, they say that the program runs already."""
    from app.bootstrap.instance_server import InstanceServer

    server = InstanceServer(parts.startup_requests.take_request, parts.window)
    parts.startup_requests.on_close = server.close
    try:
        server.listen(address(folder))
    except OSError as error:
        log.info("no second start can reach this window: %s", error)


async def _open_sandbox(parts: Parts, sandbox: SandboxProcess) -> None:
    """Start the Exchange of our own and open its first mailboxes; their passwords are those of a toy, and not kept.

    Over Graph one signs in by the browser, as with the service.
    """
    info: SandboxInfo = await sandbox.start()
    kinds = _KINDS[parts.options.sandbox_kind]
    for number, one in enumerate(info.accounts[: max(1, parts.options.sandbox_accounts)]):
        account = info.account(number, kinds[number % len(kinds)])
        await parts.accounts.open_unkept(account, None if account.auth is AuthKind.OAUTH else one.password)
    if parts.options.try_out:
        parts.account_controller.offer_own_mailbox()
