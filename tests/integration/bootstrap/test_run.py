"""The program's own life on the window's own loop: a real disk, a real engine, no server; it ends with all on disk.

It runs as a process: qasync's loop holds Qt timers in cycles, which must not be collected among other tests.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.bootstrap.instance import DATABASE, TAKEN, address
from app.domain.account import Account
from app.domain.listing import Change, ChangeKind, Folder, Place, Row, SyncStanding
from app.domain.message import AccountId, ItemRef
from app.storage.cache import FILE_NAME, SqliteCache
from app.storage.lock import InstanceLock
from app.storage.settings import SqliteSettings
from app.storage.store import Store

LIFE = """
import sys
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from app.bootstrap import run
from app.ui.theme import dress
from app.bootstrap.options import parse
from app.views.shell.main_window import Window

qt = QApplication(sys.argv[:1])
dress(qt)
window = Window()
window.show()
window.activateWindow()
{steps}
sys.exit(run.run(qt, window, parse([])))
"""


def live(folder: Path, steps: str, *, hold: str = "1") -> subprocess.CompletedProcess[str]:
    """Run the program, with `steps` begun before its loop."""
    environment = os.environ | {
        "QT_QPA_PLATFORM": "offscreen",
        "MAILWRIGHT_DATA": str(folder),
        "MAILWRIGHT_HOLD": hold,
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
    }
    program = LIFE.format(steps=textwrap.dedent(steps))
    command = [sys.executable, "-W", "always::ResourceWarning", "-c", program]
    return subprocess.run(command, check=False, env=environment, capture_output=True, text=True, timeout=50)


def said(done: subprocess.CompletedProcess[str]) -> str:
    """Return what went to standard error that nobody expects."""
    known = ("propagateSizeHints", "XDG_RUNTIME_DIR")
    return "\n".join(line for line in done.stderr.splitlines() if not any(part in line for part in known))


def test_it_starts_on_nothing_shows_the_form_and_ends_clean(tmp_path: Path) -> None:
    done = live(
        tmp_path,
        """
        def look():
            if type(window.pages.currentWidget()).__name__ == "QSplitter":
                QTimer.singleShot(50, look)
                return
            print(type(window.pages.currentWidget()).__name__)
            window.close()
        QTimer.singleShot(50, look)
        """,
    )
    assert (done.returncode, done.stdout.strip(), said(done)) == (0, "SettingsView", "")
    assert (tmp_path / "mailwright.sqlite").stat().st_mode & 0o077 == 0


def test_closed_at_once_it_ends_clean(tmp_path: Path) -> None:
    done = live(tmp_path, "QTimer.singleShot(0, window.close)")
    assert (done.returncode, said(done)) == (0, "")


@pytest.mark.parametrize("name", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_clean(tmp_path: Path, name: signal.Signals) -> None:
    done = live(tmp_path, f"import os; QTimer.singleShot(1000, lambda: os.kill(os.getpid(), {int(name)}))")
    assert (done.returncode, said(done)) == (0, "")


def test_a_database_of_a_newer_program_is_told_in_the_window_and_not_touched(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "mailwright.sqlite") as newer:
        newer.execute("PRAGMA user_version = 9999")
        newer.execute("CREATE TABLE letters (words)")
    newer.close()
    before = (tmp_path / "mailwright.sqlite").read_bytes()
    done = live(
        tmp_path,
        """
        def look():
            if not window.notice_bar.isVisible():
                QTimer.singleShot(50, look)
                return
            print(window.notice_bar.isVisible(), window.notice_bar.accessibleName())
            window.close()
        QTimer.singleShot(50, look)
        """,
    )
    assert (done.returncode, said(done)) == (1, "")
    assert done.stdout.startswith("True ")
    assert (tmp_path / "mailwright.sqlite").read_bytes() == before


@pytest.mark.parametrize(
    "where",
    [
        "bad()",
        "import asyncio; asyncio.get_running_loop().call_soon(bad)",
        "import threading; threading.Thread(target=bad).start()",
        "from app.core.events import Event; event = Event(); event.subscribe(lambda _: bad()); event.emit(None)",
    ],
    ids=["a slot", "the loop", "a thread", "a listener"],
)
def test_a_defect_is_shown_and_logged_by_its_place_and_never_by_its_words(tmp_path: Path, where: str) -> None:
    done = live(
        tmp_path,
        f"""
        def bad():
            raise ValueError("the words of a message")

        def fail():
            {where}

        def look():
            if type(window.pages.currentWidget()).__name__ == "QSplitter":
                QTimer.singleShot(50, look)
            else:
                QTimer.singleShot(0, fail)
                QTimer.singleShot(50, seen)

        def seen():
            if not window.notice_bar.isVisible():
                QTimer.singleShot(50, seen)
                return
            print(window.notice_bar.accessibleName())
            window.close()

        QTimer.singleShot(50, look)
        """,
    )
    assert (done.returncode, said(done)) == (0, "")
    assert done.stdout.startswith("Something in the program went wrong.")
    log = (tmp_path / "logs" / "window.log").read_text("utf-8")
    assert "ERROR" in log
    assert "ValueError" in log
    assert "in bad" in log
    assert "the words" not in log + done.stdout


OTHER_FIRST = """
from pathlib import Path
def look():
    if window.notice_bar.isVisible():
        Path({seen!r}).touch()
    if type(window.pages.currentWidget()).__name__ == "QSplitter":
        QTimer.singleShot(50, look)
        return
    print(window.notice_bar.isVisible(), type(window.pages.currentWidget()).__name__)
    window.close()
QTimer.singleShot(50, look)
"""


@contextlib.contextmanager
def once_there(file: Path, act: Callable[[], None]) -> Iterator[None]:
    """Do something in a thread as soon as there is a file."""

    def wait() -> None:
        while not file.exists() and not over.wait(0.02):
            pass
        act()

    over = threading.Event()
    thread = threading.Thread(target=wait)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def test_the_slower_of_two_starts_goes_on_where_the_faster_one_ends_without_listening(tmp_path: Path) -> None:
    lock, seen = InstanceLock(tmp_path / DATABASE), tmp_path / "seen"
    lock.acquire()
    with once_there(seen, lock.release):
        done = live(tmp_path, OTHER_FIRST.format(seen=str(seen)))
    assert (done.returncode, done.stdout.strip(), said(done)) == (0, "False SettingsView", "")


@pytest.mark.skipif(sys.platform == "win32", reason="listens on a socket of POSIX by hand")
def test_the_slower_of_two_starts_hands_over_however_late_the_faster_one_listens(tmp_path: Path) -> None:
    lock, seen, heard = InstanceLock(tmp_path / DATABASE), tmp_path / "seen", list[bytes]()

    def listen() -> None:
        with socket.socket(socket.AF_UNIX) as there:
            there.bind(address(tmp_path))
            there.listen()
            there.settimeout(20)
            with there.accept()[0] as one:
                heard.append(one.recv(1000))
                one.sendall(TAKEN)

    lock.acquire()
    with once_there(seen, listen):
        done = live(tmp_path, OTHER_FIRST.format(seen=str(seen)))
    lock.release()
    assert (done.returncode, done.stdout.strip(), said(done)) == (0, "", "")
    assert len(heard) == 1


def test_the_lists_are_there_before_the_rest_of_the_program_is_loaded(tmp_path: Path) -> None:
    """Looked at when the rest is asked for, and when its commands are there: however long either takes.

    How long the rest waits for a slow disk at most is not what is tested; here it waits as long as it takes.
    """
    asyncio.run(_with_messages(tmp_path))
    done = live(
        tmp_path,
        """
        from importlib.abc import MetaPathFinder
        from PySide6.QtWidgets import QTableView
        from app.bootstrap import background_start
        background_start._PATIENCE = 30
        def there():
            return sorted(
                (view.accessibleName(), view.model().rowCount())
                for view in window.findChildren(QTableView) if view.model().rowCount()
            )
        def commands():
            return any(action.shortcuts() for action in window.actions())
        class Loading(MetaPathFinder):
            def find_spec(self, name, path, target=None):
                if name in {f"app.{late}" for late in background_start._SLICES} and self in sys.meta_path:
                    sys.meta_path.remove(self)
                    print(there(), commands())
        sys.meta_path.insert(0, Loading())
        def look():
            if commands():
                print(there(), window.lists.currentWidget().accessibleName())
                window.close()
                return
            QTimer.singleShot(20, look)
        look()
        """,
    )
    assert (done.returncode, said(done)) == (0, "")
    rows = "[('Drafts', 2), ('Sent', 3)]"
    assert done.stdout.splitlines() == [f"{rows} False", f"{rows} Drafts"]


def test_how_many_drafts_there_are_stands_in_the_sidebar_also_where_no_server_says_so(tmp_path: Path) -> None:
    asyncio.run(_with_messages(tmp_path))
    done = live(
        tmp_path,
        """
        from PySide6.QtWidgets import QPushButton
        looks = iter(range(500))
        def look():
            names = [button.accessibleName() for button in window.sidebar.findChildren(QPushButton)]
            if "Drafts, 2 messages" in names or next(looks, None) is None:
                print("Drafts, 2 messages" in names)
                window.close()
                return
            QTimer.singleShot(20, look)
        look()
        """,
    )
    assert (done.returncode, said(done)) == (0, "")
    assert done.stdout.strip() == "True"


async def _with_messages(folder: Path) -> None:
    """Be somebody who has messages on this computer, and whose server does not answer."""
    store = await Store.open_database(folder / "mailwright.sqlite")
    first = AccountId("first")
    await SqliteSettings(store).keep_account(Account(first, "anna@contoso.com", "https://127.0.0.1:9/", "anna"))
    await store.close()
    cache = SqliteCache(folder / FILE_NAME)
    for place, many in ((Place(Folder.DRAFTS), 2), (Place(Folder.SENT), 3)):
        rows = [
            Row(ItemRef(f"{place.folder}{n}", "key"), subject=f"Message {n}", sent=n, modified=n) for n in range(many)
        ]
        changes = [Change(ChangeKind.CREATED, row.ref, row) for row in rows]
        await cache.apply(first, place, changes, SyncStanding("known", complete=True, total=many))
    cache.close()
