"""The window's side without its window: the services as bootstrap puts them together, on the real disk and engine."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from app.engine.client import EngineClient
from app.services.accounts.accounts import Accounts
from app.services.accounts.watched_mailbox import WatchedMailbox
from app.services.drafts.comparison import VersionComparison
from app.services.drafts.draft_attachments import DraftAttachments
from app.services.drafts.drafts import Drafts
from app.services.drafts.reply_forward import ReplyForward
from app.services.outbox.outbox import Outbox
from app.services.outbox.remedies import Remedies
from app.services.ports import Clock
from app.services.records.records import Records
from app.storage.attachment_files import AttachmentFolder
from app.storage.store import SqliteJournal, Store
from tests.fakes.scene import Spawned
from tests.fakes.secrets import FakeSecrets
from tests.fakes.settings import FakeSettings
from tests.faults.promise.life import Life, Pending
from tests.faults.promise.ports import MortalFiles, MortalJournal, MortalMailbox

FILE = "mailwright.sqlite"
ATTACHED = "attachments"


class MortalSpawned(Spawned):
    """Begins nothing any more once the window is dead."""

    def __init__(self, life: Life) -> None:
        super().__init__()
        self._life = life

    def __call__(self, work: Coroutine[Any, Any, Any], name: str) -> asyncio.Task[Any]:
        if self._life.dead:
            work.close()
            work = _nothing()
        return super().__call__(work, name)


async def _nothing() -> None:
    """Do it."""


class Window:
    """One run of the program, from `open` to `kill` or `quit`."""

    def __init__(self, store: Store, clock: Clock, pending: Pending) -> None:
        self.store = store
        self.life = Life(pending)
        self.spawn = MortalSpawned(self.life)
        self.clock = clock
        self.journal = MortalJournal(SqliteJournal(store), self.life)

    @classmethod
    async def open(
        cls,
        folder: Path,
        clock: Clock,
        pending: Pending,
        engine: Callable[[], EngineClient],
        before_each: Callable[[str], None],
        settings: FakeSettings,
        secrets: FakeSecrets,
    ) -> Window:
        """Begin a run on what is in `folder`; nothing is read yet."""
        window = cls(await Store.open_database(folder / FILE), clock, pending)
        mailbox = MortalMailbox(engine, window.life, before_each)
        spawn = window.spawn
        window.messages = Records(window.journal, clock, spawn)
        window.accounts = Accounts(settings, secrets, mailbox)
        window.mailbox = WatchedMailbox(mailbox, window.accounts, clock)
        window.files = AttachmentFolder(folder / ATTACHED)
        files = MortalFiles(window.files, window.life).as_port()
        window.drafts = Drafts(window.messages, window.mailbox, window.accounts, clock, spawn, files)
        window.attachments = DraftAttachments(window.messages, window.drafts, files, spawn)
        window.comparing = VersionComparison(window.messages, window.drafts, window.mailbox, _at_once)
        window.follow = ReplyForward(window.drafts, window.mailbox, window.accounts, clock, _at_once)
        window.outbox = Outbox(window.messages, window.drafts, window.mailbox, window.accounts, clock, spawn)
        window.remedies = Remedies(window.messages, window.drafts, window.outbox, window.accounts, spawn)
        return window

    files: AttachmentFolder
    messages: Records
    accounts: Accounts
    mailbox: WatchedMailbox
    drafts: Drafts
    attachments: DraftAttachments
    comparing: VersionComparison
    follow: ReplyForward
    outbox: Outbox
    remedies: Remedies

    async def start(self) -> None:
        """Go on from where the disk says, as the program does."""
        await self.messages.load()
        await self.accounts.read_accounts()
        await self.outbox.resume()
        await self.drafts.resume()
        await self.attachments.resume()
        await self.accounts.open_all()

    async def bury(self, to: Path, edits_kept: int) -> list[str]:
        """End as by SIGKILL; `to` holds what the disk has then, with so many of the edits of the last moment.

        Returns the words that were lost with the others.
        """
        self.life.dead = True
        self.journal.hand_over(min(edits_kept, self.journal.waiting))
        lost = self.journal.words_waiting()
        await self.spawn.end()
        if self.life.pending.works:
            await _all_of(self.life.pending)
        await self.store.flush()
        # The files as they lie there, with the changes that SQLite has not brought into the main file yet.
        _copy(self.store.path.parent, to)
        await self.store.close(10)
        return lost

    async def end(self) -> None:
        """End for good, after the schedule."""
        self.life.dead = True
        await self.spawn.end()
        await _all_of(self.life.pending)
        await self.store.close(10)


async def _at_once(work: Callable[[], Any]) -> Any:
    return work()


def _copy(old: Path, new: Path) -> None:
    new.mkdir()
    for name in (FILE, f"{FILE}-wal"):
        if (old / name).exists():
            shutil.copy2(old / name, new / name)
    if (old / ATTACHED).exists():
        shutil.copytree(old / ATTACHED, new / ATTACHED)


async def _all_of(pending: Pending) -> None:
    while pending.works:
        await asyncio.wait(set(pending.works))
