"""The one thread that owns the database.

A commit that a caller waits for ends when the disk has it; one of keys ends when the file has it, and the disk follows
at once (`write_queue.py`). A trouble is reported once, and tried again in growing pauses; until then memory holds
what was typed. A damaged file is set aside at once; all that can be read, or is in memory, goes on in a new one.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Generic, Protocol, TypeVar

import msgspec

from app.core.i18n import tr
from app.domain.edits import Edit
from app.domain.errors import Damaged, StorageError
from app.domain.message import LocalId
from app.domain.version import VersionReason
from app.storage import database
from app.storage.database import rescue
from app.storage.disk_errors import closed_error, damage_told, storage_error
from app.storage.lock import InstanceLock
from app.storage.message_store import MessageStore
from app.storage.write_queue import POSSIBLE, WalSync, WriteQueue

if TYPE_CHECKING:
    import asyncio

_T = TypeVar("_T")


class TaskKind(Enum):
    """What a disk that fails means for a task."""

    READ = "read"
    """Nothing: memory answers."""
    CHANGE = "change"
    """It did not happen, and the caller gets the error."""
    FLUSH = "flush"
    """Something handed over before is not on disk, and the caller gets the error."""


class WriterTask(Generic[_T]):
    """One call in the writer's thread, and the future that waits for it."""

    def __init__(self, call: Callable[[MessageStore], _T], kind: TaskKind, loop: asyncio.AbstractEventLoop) -> None:
        """Made in the window's thread; `call` runs in the writer's, once more where it has to."""
        self.kind = kind
        self.error: BaseException | None = None
        self.answer: asyncio.Future[_T] = loop.create_future()
        self._call = call
        self._result: _T | None = None

    def run(self, messages: MessageStore) -> None:
        """Make the call. Raises sqlite3.Error; anything else is the caller's answer."""
        self.error = None
        try:
            self._result = self._call(messages)
        except (KeyError, StorageError) as error:
            self.error = error
        except msgspec.DecodeError as error:
            self.error = Damaged(tr("This message cannot be read on this computer: its text is damaged."))
            self.error.__cause__ = error

    def deliver(self) -> None:
        """In the window's thread: hand over the result, unless the caller no longer waits."""
        if self.answer.done():
            return
        if self.error is not None:
            self.answer.set_exception(self.error)
        else:
            self.answer.set_result(self._result)  # type: ignore[arg-type]  # run() has set it


class Append:
    """One edit on its way to the disk; no caller waits for it."""

    __slots__ = ("at", "edit", "local_id")

    def __init__(self, local_id: LocalId, edit: Edit, at: float) -> None:
        """`at` is when it was typed, in seconds since the epoch."""
        self.local_id = local_id
        self.edit = edit
        self.at = at


class VersionMark:
    """A moment of which a version is to be kept, on its way to the writer; no caller waits for it."""

    __slots__ = ("at", "edits", "local_id", "why")

    def __init__(self, local_id: LocalId, why: VersionReason, at: float, edits: int) -> None:
        """`at` is in seconds since the epoch; `edits` is how many follow that have this one version before them all."""
        self.local_id = local_id
        self.why = why
        self.at = at
        self.edits = edits


FIRST_RETRY: Final = 0.5
LAST_RETRY: Final = 5.0
QUIET: Final = 1.0
IDLE: Final = 60.0
"""After this many seconds a message's text is let go of in memory."""
MANY_COMMITS: Final = 100
"""After so many the changes beside the database are brought into it, in a quiet moment."""
FIRST_CHECK: Final = 0.25
"""How long looking for damage may keep the first read waiting; a longer look is made in a quiet moment."""


class Stop:
    """The last entry of the queue."""


@dataclass(frozen=True)
class DiskFailed:
    """The disk would not take what is in the file."""

    error: OSError


Entry = Append | VersionMark | WriterTask[Any] | Stop | DiskFailed


class Ears(Protocol):
    """What the writer reports to; it makes each call in its own thread, and the call is handed on from there."""

    def opened(self, error: StorageError | None) -> None:
        """The database is open, or cannot be opened; then the thread is over."""

    def answered(self, tasks: list[WriterTask[Any]]) -> None:
        """These have their answer."""

    def trouble(self, error: StorageError) -> None:
        """Something could not be written; called once until `well`."""

    def well(self) -> None:
        """The disk takes writing again."""

    def damaged(self, error: Damaged) -> None:
        """A database was set aside."""

    def ended(self) -> None:
        """The database is closed."""


class Writer:
    """The thread. Work comes in by `entries` alone."""

    def __init__(self, path: Path, ears: Ears) -> None:
        """Nothing is opened before `thread` is started."""
        self.entries: WriteQueue[Entry] = WriteQueue(
            hurried=lambda entry: not isinstance(entry, Append | VersionMark),
            last=lambda entry: isinstance(entry, Stop),
        )
        self.thread = threading.Thread(target=self._live, name="mailwright storage", daemon=True)
        self.all_written = True
        self._path = path
        self._ears = ears
        self._lock = InstanceLock(path)
        self._message_store: MessageStore
        self._to_disk = WalSync(database.wal_of(path), self._disk_failed)
        self._waits_for_disk = True
        self._commits = 0
        self._late: deque[Append] = deque()
        self._broken = False
        self._checked = False
        self._untidy = True
        self._unblanked = False
        self._trouble: StorageError | None = None
        self._retry_at = 0.0
        self._pause = FIRST_RETRY

    # --- its life ----------------------------------------------------------------------------------------------------

    def _live(self) -> None:
        try:
            self._open()
        except Exception as error:  # noqa: BLE001 - the caller that awaits the opening gets it, whatever it is
            self._lock.release()
            self._ears.opened(storage_error(error, self._path.parent, opening=True))
            return
        self._ears.opened(None)
        try:
            while self._serve(self._gather()):
                pass
        finally:
            self._to_disk.end()
            self._message_store.connection.close()
            self._lock.release()
            self._refuse_the_rest()
            self._ears.ended()

    def _refuse_the_rest(self) -> None:
        """Answer the calls that came too late, so that no caller waits without end."""
        for entry in self.entries.rest():
            if isinstance(entry, WriterTask):
                entry.error = closed_error()
                self._ears.answered([entry])
            elif isinstance(entry, Append):
                self.all_written = False

    def _disk_failed(self, error: OSError) -> None:
        """Called in the other thread: have the writer find out by itself whether the disk works, and say so."""
        self.entries.put(DiskFailed(error))

    def _open(self) -> None:
        database.prepare_folder(self._path.parent)
        self._lock.acquire()
        try:
            self._attach(database.open_database(self._path))
        except (sqlite3.Error, database.NotReadable) as error:
            if not database.is_damage(error):
                raise
            self._begin_anew()

    def _attach(self, connection: sqlite3.Connection) -> None:
        try:
            if hasattr(self, "_message_store"):
                self._message_store.attach(connection)
            else:
                self._message_store = MessageStore(connection, self._row_unreadable)
            self._unblanked = database.wants_blank(connection)
        except BaseException:
            connection.close()
            raise

    def _begin_anew(self) -> None:
        """Set the damaged file aside, and take what can be read of it over. Raises OSError and sqlite3.Error."""
        aside = database.set_aside(self._path)
        fresh = database.open_database(self._path)
        self._waits_for_disk = True
        try:
            rescued = rescue(aside, fresh)
        except BaseException:
            fresh.close()
            raise
        self._attach(fresh)
        self._checked = True
        self._ears.damaged(damage_told(aside, rescued))

    def _rebuild(self) -> None:
        self._broken = True
        self._message_store.connection.close()
        self._begin_anew()
        self._broken = False

    # --- waiting -----------------------------------------------------------------------------------------------------

    def _gather(self) -> list[Entry]:
        """Wait for something to do; edits gather for a moment, what a caller waits for goes at once."""
        batch = self.entries.take_all(self._next_look())
        if not batch:
            self._use_quiet()
        return batch

    def _next_look(self) -> float | None:
        if self._trouble is not None:
            return max(self._retry_at - time.monotonic(), 0.0)
        return QUIET if self._untidy or not self._checked else None

    def _use_quiet(self) -> None:
        """Look for damage to the end, make snapshots of long tails, let go of texts."""
        if self._trouble is None:
            if not self._checked:
                self._check(self.entries.waits)
            else:
                messages = self._message_store
                messages.note_pause(time.time())
                self._keep_versions()
                if self._unblanked:
                    self._blank_out()
                untidy = messages.tidy(time.monotonic(), IDLE)
                self._untidy = untidy or messages.versions.waits or self._unblanked
                self._bring_in()

    def _keep_versions(self) -> None:
        """Write the versions of drafts that wait. What the disk does not take of them waits on: no trouble is told."""
        if self._trouble is None and self._message_store.versions.waits:
            try:
                self._wait_for_disk(wait=not POSSIBLE)
                self._message_store.versions.write(self._message_store.connection, time.time())
            except sqlite3.Error as error:
                self._mend(error)
            except Exception:  # no defect in what is beside the journal may end it
                import logging

                logging.getLogger(__name__).exception("a version could not be kept")
                self._message_store.versions.drop()
            else:
                self._commits += 1
                if POSSIBLE:
                    self._to_disk.soon()

    def _blank_out(self) -> None:
        """Blank out in the files what was deleted for good; where that fails it is done in a later quiet moment."""
        self._message_store.to_blank = False
        self._unblanked = True
        if self._trouble is None:
            try:
                database.blank_out(self._message_store.connection)
            except sqlite3.Error as error:
                self._mend(error)
            else:
                self._unblanked = False

    def _bring_in(self) -> None:
        """Bring the changes beside the database into it, while no key comes: that waits for the disk three times."""
        if self._commits >= MANY_COMMITS:
            self._commits = 0
            try:
                self._message_store.connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
            except sqlite3.Error as error:
                self._mend(error)  # the next write reports any other trouble

    def _check(self, give_up: Callable[[], bool]) -> None:
        try:
            self._checked = database.check(self._message_store.connection, give_up)
        except (sqlite3.Error, database.NotReadable) as error:
            self._mend(error)

    def _mend(self, error: BaseException) -> bool:
        """Begin a new file where `error` says that this one is damaged; return whether that was done."""
        if not database.is_damage(error):
            return False
        try:
            self._rebuild()
        except (sqlite3.Error, OSError, database.NotReadable) as failure:
            self._note_trouble(storage_error(failure, self._path.parent))
            return False
        return True

    # --- working -----------------------------------------------------------------------------------------------------

    def _serve(self, batch: list[Entry]) -> bool:
        """Do what was asked, write it, answer. False after the last."""
        stopping = any(isinstance(entry, Stop) for entry in batch)
        if not self._checked and batch and not stopping:
            end = time.monotonic() + FIRST_CHECK
            self._check(lambda: time.monotonic() > end)
        due = self._trouble is None or time.monotonic() >= self._retry_at
        tasks = [entry for entry in batch if isinstance(entry, WriterTask)]
        wanted = due or stopping or any(task.kind is not TaskKind.READ for task in tasks)
        if wanted:
            self._take_late()
        for entry in batch:
            self._do(entry)
        if wanted:
            awaited = stopping or any(task.kind is not TaskKind.READ for task in tasks)
            self._write_for(tasks, wait=awaited)
        if self._message_store.to_blank and not self._message_store.dirty:
            self._blank_out()
        if tasks:
            self._ears.answered(tasks)
        self._keep_versions_after(tasks, stopping=stopping)
        self._untidy = self._untidy or bool(batch)
        self.all_written = not (self._message_store.dirty or self._late)
        return not stopping

    def _do(self, entry: Entry) -> None:
        if isinstance(entry, Append):
            self._append(entry)
        elif isinstance(entry, VersionMark):
            self._mark(entry)
        elif isinstance(entry, WriterTask):
            self._run(entry)
        elif isinstance(entry, DiskFailed):
            self._note_trouble(storage_error(entry.error, self._path.parent))

    def _keep_versions_after(self, tasks: list[WriterTask[Any]], *, stopping: bool) -> None:
        """Write versions now, where they cannot wait for a quiet moment, or where nothing waits for the writer."""
        if stopping:
            self._message_store.note_pause(time.time())
        rests = bool(tasks) and not self.entries.waits()
        if stopping or rests or self._message_store.versions.hurry:
            self._keep_versions()

    def _write_for(self, tasks: list[WriterTask[Any]], *, wait: bool) -> None:
        if self._trouble is None and not self._message_store.dirty:
            if wait:
                self._fail([task for task in tasks if task.kind is TaskKind.FLUSH], self._catch_up())
            return
        error = self._write(wait=wait)
        if error is None:
            if self._late:
                self._fail([task for task in tasks if task.kind is TaskKind.FLUSH], self._trouble)
            return
        self._message_store.undo()
        for task in tasks:
            if task.kind is TaskKind.READ:
                self._run(task)
        self._fail([task for task in tasks if task.kind is not TaskKind.READ], error)

    def _fail(self, tasks: list[WriterTask[Any]], error: StorageError | None) -> None:
        for task in tasks:
            task.error = task.error or error

    def _append(self, entry: Append) -> None:
        if self._late:
            self._late.append(entry)  # a later edit never overtakes an earlier one
        elif not self._take_in(entry):
            self._late.append(entry)

    def _take_late(self) -> None:
        while self._late and self._take_in(self._late[0]):
            self._late.popleft()

    def _take_in(self, entry: Append) -> bool:
        """Give an edit to its message; False where the disk kept the message from being read."""
        for _ in range(2):
            try:
                self._message_store.append_edit(entry.local_id, entry.edit, entry.at)
            except sqlite3.Error as error:
                if not self._mend(error):
                    self._note_trouble(storage_error(error, self._path.parent))
                    return False
            except Exception:  # one edit that cannot be taken in must not end the writer for all others
                import logging

                # Its text is not named: a log may be read by others.
                logging.getLogger(__name__).exception("an edit of message %s could not be taken in", entry.local_id)
                return True
            else:
                return True
        return False

    def _mark(self, entry: VersionMark) -> None:
        try:
            self._message_store.mark_version(entry.local_id, entry.why, entry.at, entry.edits)
        except KeyError:
            pass  # forgotten meanwhile
        except sqlite3.Error as error:
            self._mend(error)
        except msgspec.DecodeError:
            pass  # whoever reads the message is told

    def _run(self, task: WriterTask[Any], *, again: bool = True) -> None:
        try:
            task.run(self._message_store)
        except sqlite3.Error as error:
            if again and self._mend(error):
                self._run(task, again=False)
            else:
                task.error = storage_error(error, self._path.parent)
        except Exception as error:  # noqa: BLE001 - the caller that awaits the answer gets the defect
            task.error = error

    def _catch_up(self) -> StorageError | None:
        """Return when the disk has what the file has, or what went wrong."""
        try:
            self._to_disk.now()
        except OSError as error:
            told = storage_error(error, self._path.parent)
            self._note_trouble(told)
            return told
        return None

    def _write(self, *, wait: bool) -> StorageError | None:
        """Write the messages to the file in one transaction, and to the disk with `wait`; return what failed."""
        error: BaseException | None = None
        for _ in range(2):
            try:
                if self._broken:
                    self._rebuild()
                self._commit(wait=wait or self._trouble is not None or not POSSIBLE)
            except Exception as failure:  # noqa: BLE001 - whatever it is, the writer goes on, and the person sees it
                error = failure
                if not (database.is_damage(failure) and self._mend(failure)):
                    break
            else:
                self._note_well()
                return None
        told = storage_error(error or StorageError(), self._path.parent)
        self._note_trouble(told)
        return told

    def _commit(self, *, wait: bool) -> None:
        connection = self._message_store.connection
        self._wait_for_disk(wait=wait)
        connection.execute("BEGIN IMMEDIATE")
        try:
            if self._trouble is not None and not self._message_store.dirty:
                # Nothing is left to write, but refused callers wait for a disk that works: this writes one page.
                connection.execute(f"PRAGMA user_version = {len(database.MIGRATIONS)}")
            self._message_store.write()
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        self._message_store.written()
        self._commits += 1
        if wait:
            self._to_disk.done()
        else:
            self._to_disk.soon()

    def _wait_for_disk(self, *, wait: bool) -> None:
        """Let the next commit end when the disk has it, or when the file has it."""
        if wait is not self._waits_for_disk:
            self._message_store.connection.execute(f"PRAGMA synchronous = {'FULL' if wait else 'NORMAL'}")
            self._waits_for_disk = wait

    # --- trouble -----------------------------------------------------------------------------------------------------

    def _note_trouble(self, error: StorageError) -> None:
        if self._trouble is None:
            self._ears.trouble(error)
        self._trouble = error
        self._retry_at = time.monotonic() + self._pause
        self._pause = min(self._pause * 2, LAST_RETRY)

    def _note_well(self) -> None:
        if self._trouble is not None and not self._late:
            self._trouble = None
            self._pause = FIRST_RETRY
            self._ears.well()

    def _row_unreadable(self, detail: str) -> None:
        told = Damaged(
            tr("A message on this computer cannot be read in full ({reason}); it was left as it is.", reason=detail)
        )
        self._ears.damaged(told)
