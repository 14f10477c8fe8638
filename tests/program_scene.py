"""The whole window over fakes, and hands that only have keys."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import msgspec
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication, QKeySequence, QWindow
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from app.bootstrap.parts import Parts
from app.controllers.long_waits import begin_asking
from app.domain.account import Account
from app.domain.listing import Folder
from app.domain.message import Content, Field, LocalId
from app.domain.record import Record
from app.domain.startup_request import CommandLine
from app.domain.state import State
from app.services.ports import Ports
from app.services.records.rows import ListRow
from app.ui.tasks import Tasks
from app.ui.theme import dress
from app.views.compose.view import ComposeView
from app.views.shell.main_window import Window
from tests.fakes import clock as fake_clock
from tests.fakes.cache import FakeCache
from tests.fakes.clock import FakeClock
from tests.fakes.correspondents import FakeCorrespondents
from tests.fakes.files import FakeFiles
from tests.fakes.journal import FakeJournal
from tests.fakes.mailbox import FakeMailbox, Stored
from tests.fakes.scene import ACCOUNT, ANNA, MESSAGE
from tests.fakes.secrets import FakeSecrets
from tests.fakes.settings import FakeSettings

HOLD = 5.0
PATIENCE = 60.0
"""Seconds for which a test waits for what comes at once on a machine that has nothing else to do."""


class ProgramScene:
    """One run of the program. `press` and `type` go to whatever has the focus, as a keyboard's keys do."""

    def __init__(self, qtbot: QtBot, qapp: QApplication, *accounts: Account, after: ProgramScene | None = None) -> None:
        """`after` is a run whose disk and server this one finds, as they were when its plug was pulled."""
        dress(qapp, "light")
        self.qtbot = qtbot
        self.clock: FakeClock = FakeClock() if after is None else after.clock
        self.mailbox: FakeMailbox = FakeMailbox(now=self.clock.now) if after is None else after.mailbox
        self.journal, self.secrets, self.settings = FakeJournal(), FakeSecrets(), FakeSettings(accounts)
        if after is not None:
            self.journal = after.journal.after_crash()
        self.journal.now = self.clock.now
        self.correspondents = FakeCorrespondents()
        for account in accounts:
            self.secrets.held[account.account_id] = "secret"
        self.tasks = Tasks()
        self.defects: list[BaseException] = []
        self.tasks.on_defect = self.defects.append
        self.window = Window()
        # Wide enough for all of it side by side, however small the screen of a platform without one is.
        self.window.resize(1180, self.window.height())
        qtbot.addWidget(self.window)
        self.files = FakeFiles()
        self.cache: FakeCache = FakeCache() if after is None else after.cache
        ports = Ports(
            self.journal,
            self.settings,
            self.mailbox,
            self.secrets,
            self.clock,
            self.correspondents,
            self.files,
            self.cache,
        )
        self.parts = Parts(qapp, self.window, CommandLine(hold=HOLD), ports, self.tasks)

    async def start(self) -> ProgramScene:
        """Start as the program does once its disk is open."""
        self.parts.connect()
        # Most tests are about something else than formats, and read what was written as it was typed.
        self.parts.compose.writes_formatted = False
        with self.qtbot.waitActive(self.window):
            self.window.show()
            self.window.activateWindow()
        await self.parts.records.load()
        await self.parts.outbox.long_waits.hold_back()
        begin_asking(self.parts.shell, self.parts.outbox, self.parts.records)
        await self.parts.aids.load()
        await self.parts.address_book.load()
        await self.parts.reminders.load()
        await self.parts.versions.load()
        await self.parts.accounts.start()
        await self.parts.outbox.resume()
        await self.parts.drafts.resume()
        self.parts.workspace.go("drafts")
        await self.settle()
        return self

    async def end(self) -> None:
        """End as the program does; no defect may have been met on the way."""
        self.parts.compose.settle_all()
        self.parts.compose.message_windows.close_all()
        await self.tasks.end()
        self.window.close_for_good()
        assert not self.defects, self.defects

    # --- time -------------------------------------------------------------------------------------------------------

    async def settle(self) -> None:
        """Let Qt and the tasks do all they can do now, the lists gather what changed, and the reader follow."""
        workspace = self.parts.workspace
        panels = workspace.panels.values()
        for _ in range(400):
            await fake_clock.settle()
            QApplication.processEvents()
            await asyncio.sleep(0)
            ready = asyncio.get_running_loop()._ready  # type: ignore[attr-defined]  # as in tests/fakes/clock.py
            if not ready and not workspace._rest.isActive() and not any(panel._soon.isActive() for panel in panels):
                return
            await asyncio.sleep(0.001)
        raise AssertionError("it never comes to rest")

    async def until(self, so: Callable[[], bool]) -> None:
        """Wait until `so`, for what a thread or a timer of Qt's does; a busy machine takes its time."""
        async with asyncio.timeout(PATIENCE):
            while not so():
                await self.settle()
                await asyncio.sleep(0.002)

    async def passes(self, seconds: float) -> None:
        """Let time pass; the foot of the window counts its seconds."""
        for second in [1.0] * int(seconds) + [seconds % 1.0]:
            await self.clock.advance(second)
            if self.parts.status_bar._tick.isActive():
                self.parts.status_bar._tick.timeout.emit()
            await self.settle()

    # --- hands ------------------------------------------------------------------------------------------------------

    @property
    def focus(self) -> QWidget:
        """Return what has the focus; something must."""
        found = QApplication.focusWidget()
        assert found is not None, "the focus is lost"
        assert found.window() is self.window
        assert found.isVisible()
        return found

    async def press(self, *keys: str) -> None:
        """Press keys, written as commands write theirs ("Ctrl+Return", "G, D")."""
        for sequence in keys:
            steps = QKeySequence(sequence)
            for number in range(steps.count()):
                step = steps[number]  # type: ignore[index]  # PySide's stub forgets it
                self.tap(step.key(), step.keyboardModifiers())
            await self.settle()

    async def type(self, text: str) -> None:
        """Type `text`, letter by letter; each goes where the focus is then."""
        self.tap_text(text)
        await self.settle()

    async def rest(self) -> None:
        """Stop typing, until a key is no longer taken for what did not come."""
        await self.until(lambda: self.window.gate.is_open)

    def tap(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press a key as the window system tells of it, and wait for nothing: the window's gate sees it first."""
        QTest.keyClick(self._window_of_keys(), key, modifiers)

    def tap_text(self, text: str) -> None:
        """Type `text`, and wait for nothing."""
        plain = Qt.KeyboardModifier.NoModifier
        for sign in text:
            key = QTest.asciiToKey(ord(sign)) if sign.isascii() else Qt.Key.Key_unknown
            QTest.sendKeyEvent(QTest.KeyAction.Click, self._window_of_keys(), key, sign, plain)

    def _window_of_keys(self) -> QWindow:
        active = QApplication.activeWindow()
        handle = (self.window if active is None else active).windowHandle()
        assert handle is not None
        return handle

    async def click(self, widget: QWidget) -> None:
        """Click on the middle of a widget."""
        middle = QPoint(widget.width() // 2, widget.height() // 2)
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=middle)
        await self.settle()

    # --- what is there ----------------------------------------------------------------------------------------------

    def on_server(self, *contents: Content, folder: Folder = Folder.DRAFTS) -> list[Stored]:
        """Put messages on the server, as another client would."""
        return [self.mailbox.put(ANNA, content, folder=folder) for content in contents]

    async def saved(self, content: Content = MESSAGE, **changes: object) -> LocalId:
        """Return a draft that the server has, and that is not open."""
        name = await self.parts.drafts.begin(ANNA, msgspec.structs.replace(content, **changes))
        await self.parts.drafts.save(name)
        await self.parts.drafts.close(name)
        await self.settle()
        return name

    def record(self, name: LocalId) -> Record:
        """Return a record that must be there."""
        record = self.parts.records.get(name)
        assert record is not None
        return record

    async def content(self, name: LocalId) -> Content:
        """Return what the journal has of a message."""
        return (await self.journal.read_message(name)).content

    @property
    def message(self) -> ComposeView:
        """Return the message in the pane."""
        view = self.parts.compose.current()
        assert view is not None, "no message is open"
        return view

    @property
    def rows(self) -> list[ListRow]:
        """Return the rows of the list that is shown."""
        panel = self.parts.workspace.panel
        rows = [panel.session.row(row_id) for row_id in panel.model.ids]
        assert None not in rows, "a row is still read"
        return [row for row in rows if row is not None]

    def states(self) -> list[State]:
        """Return the states of the rows."""
        return [row.state for row in self.rows]

    @property
    def current(self) -> ListRow:
        """Return the row one is at."""
        row = self.parts.workspace.panel.current()
        assert row is not None
        return row

    def in_list(self) -> bool:
        """Tell whether the focus is in the list that is shown."""
        return self.parts.workspace.in_list()

    def field(self) -> Field | None:
        """Return which field of the message has the focus."""
        view, focus = self.message, self.focus
        for field, widget in view.recipients.items():
            if widget is focus or widget.isAncestorOf(focus):
                return field
        if focus is view.body.editor:
            return Field.BODY
        return Field.SUBJECT if focus is view.subject else None

    def words(self, widget: QWidget) -> str:
        """Return all words that are shown in a widget."""
        return "\n".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible())

    @property
    def status_bar(self) -> str:
        """Return what the foot of the window says, "" for nothing."""
        return self.words(self.window.status_bar) if self.window.status_bar.isVisible() else ""


SceneMaker = Callable[..., ProgramScene]


@pytest.fixture
async def program_scene(qtbot: QtBot, qapp: QApplication) -> AsyncIterator[ProgramScene]:
    """The program with one account, started, with the focus in an empty list of drafts."""
    QGuiApplication.clipboard().clear()
    scene = await ProgramScene(qtbot, qapp, ACCOUNT).start()
    yield scene
    await scene.end()
