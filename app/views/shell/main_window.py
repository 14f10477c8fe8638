"""The window: sidebar, list, pane, and bars over them. It arranges what bootstrap hands in; it knows no mail."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QMainWindow, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from app.commands.command import Command, Context, Handler, Registry
from app.ui import icons, keys, widgets
from app.ui.bars import ActionBar, MessageBar, QuestionBar
from app.ui.keyboard.come_forward import come_forward
from app.ui.keyboard.kept_keys import KeptKeys
from app.ui.keyboard.key_gate import Hold, KeyGate
from app.views.shell.sidebar import Sidebar

if TYPE_CHECKING:
    from app.ui.chooser import CommandPalette

_SIZE = QSize(1240, 800)
_SHARE = 0.94
"""Of the screen: a window that begins larger than it would hide its own edge."""
_LIST_WIDTH = 410
_LIST_SHARE = 0.38
"""What the list may take of the room that it shares with a message, where that is narrow."""
_NARROW = 1120
"""Pixels of the window from which on the left edge has its words."""
_ONE = 920
"""Pixels from which on a message is written beside its list; below, the list makes room for it."""


class Window(QMainWindow):
    """The main window. It is painted before anything else of the program is loaded."""

    desktop_changed = Signal()
    """The desktop is dark or light now, or of another contrast."""

    def __init__(self) -> None:
        super().__init__()
        self.on_close: Callable[[], bool] = lambda: True
        self._may_close = False
        self._list_wanted = True
        self.setWindowTitle("Mailwright")
        self.setWindowIcon(icons.program_icon())
        self.resize(_SIZE.boundedTo(self.screen().availableSize() * _SHARE))
        self.setMinimumSize(640, 400)
        self.sidebar = Sidebar(self)
        self.account_bar = MessageBar(self)
        self.notice_bar = MessageBar(self, closable=True)
        self.lists = QStackedWidget(self)
        self.lists.setObjectName("lists")
        self.pane = QStackedWidget(self)
        self.pane.setObjectName("pane")
        self.pages = QStackedWidget(self)
        self.pages.currentChanged.connect(lambda index: self.sidebar.mark_place(on=index == 0))
        self.gate = KeyGate(self)
        """All keys of the program go through it (`ui/keyboard/key_gate.py`)."""
        self.starting: Hold | None = None
        """Keeps the keys that are typed before the program is all there."""
        self.kept_keys = KeptKeys(self, self.gate)
        self.status_bar = ActionBar(self)
        self._question = QuestionBar(self, self.rest_focus)
        self._build()
        self._registry: Registry | None = None
        self._palette: CommandPalette | None = None
        self.contexts: Callable[[], frozenset[Context]] = lambda: frozenset(Context)

    def _build(self) -> None:
        self._splitter = QSplitter(Qt.Orientation.Horizontal, self)
        self._splitter.setHandleWidth(1)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.addWidget(self.lists)
        self._splitter.addWidget(self.pane)
        self._splitter.setStretchFactor(1, 1)
        self._splitter.setSizes([_LIST_WIDTH, _SIZE.width() - _LIST_WIDTH - self.sidebar.width()])
        self.lists.setMinimumWidth(280)
        self.pane.setMinimumWidth(300)
        self.pages.addWidget(self._splitter)
        self._bars = QVBoxLayout()
        self._bars.setContentsMargins(0, 0, 0, 0)
        self._bars.setSpacing(0)
        for bar in (self.account_bar, self.notice_bar, self._question):
            self.add_bar(bar)
        right = QVBoxLayout()
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(0)
        right.addLayout(self._bars)
        right.addWidget(self.pages, 1)
        whole = QWidget(self)
        line = QHBoxLayout(whole)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(0)
        line.addWidget(self.sidebar)
        line.addLayout(right, 1)
        self.setCentralWidget(whole)

    def connect_commands(self, registry: Registry) -> None:
        """Bind the commands of the whole window, and offer all of them in the palette."""
        keys.bind(self, registry, Context.WINDOW, registry.attempt)
        self.sidebar.connect_commands(registry)
        self._registry = registry

    def add_bar(self, bar: QWidget) -> None:
        """Put a bar over the lists; it is seen while it has something to say."""
        self._bars.addWidget(bar)

    def ask(self, question: str, yes: str, act: Callable[[], None]) -> None:
        """Ask in a bar: Enter does it, Escape does not. The focus goes back to where it was."""
        self._question.ask(question, yes, act)

    def hold_still(self, bar: QWidget | None) -> None:
        """Let nothing be done in the window but in `bar`, which it has; None: everything again."""
        self.sidebar.setEnabled(bar is None)
        self.pages.setEnabled(bar is None)
        self.status_bar.setEnabled(bar is None)
        for number in range(self._bars.count()):
            item = self._bars.itemAt(number)
            widget = None if item is None else item.widget()
            if widget is not None:
                widget.setEnabled(bar is None or widget is bar)

    def redress(self) -> None:
        """Draw everything in the scheme of now: what was made of colours is made anew."""
        icons.forget()
        icons.redress_within(self)

    def _offered(self, registry: Registry) -> list[tuple[Command, Handler]]:
        """Return what the palette offers: what makes sense where the focus is."""
        contexts = self.contexts()
        return [(command, handler) for command, handler in registry if command.context in contexts]

    def open_palette(self) -> None:
        """Open the command palette."""
        registry = self._registry
        if registry is None:
            return
        if self._palette is None:
            from app.ui.chooser import CommandPalette

            self._palette = CommandPalette(self, lambda: self._offered(registry), self.rest_focus)
        self._palette.show_palette()

    def focus_is_elsewhere(self, panel: QWidget) -> bool:
        """Return whether the focus is in something else than `panel`, in any window of the program."""
        focus = QApplication.focusWidget()
        return focus is not None and not panel.isAncestorOf(focus) and not self.gate.holds_focus()

    def rest_focus(self) -> None:
        """Put the focus in the page or the list that is shown: where it came from is gone."""
        here: QWidget | None = (
            self.lists if self.pages.currentWidget() is self._splitter else self.pages.currentWidget()
        )
        focus: QWidget | None = here
        while focus is not None and not (focus.focusPolicy() & Qt.FocusPolicy.TabFocus and focus.isVisible()):
            focus = focus.nextInFocusChain()
            if focus is here:
                return
        if focus is not None:
            focus.setFocus(Qt.FocusReason.OtherFocusReason)

    def come_forward(self) -> None:
        """Take the keyboard from a window of a single message: what was asked for there is shown here."""
        active = QApplication.activeWindow()
        if active is not self and self.gate.watches(active):
            come_forward(self, self.gate)

    def show_list(self, panel: QWidget) -> None:
        """Show one list at the left."""
        if self.lists.indexOf(panel) < 0:
            self.lists.addWidget(panel)
        self.lists.setCurrentWidget(panel)
        self.pages.setCurrentWidget(self._splitter)

    def show_pane(self, widget: QWidget) -> None:
        """Show a reader or a message being written at the right."""
        if self.pane.indexOf(widget) < 0:
            self.pane.addWidget(widget)
        self.pane.setCurrentWidget(widget)
        self.pages.setCurrentWidget(self._splitter)

    def make_room(self, *, on: bool) -> None:
        """Let the list give its room to the pane while a message is written in it, where the window is narrow."""
        self._list_wanted = not on
        self._fit()

    def _fit(self) -> None:
        """Give list, pane and left edge what the width of the window has for them."""
        self.sidebar.set_narrow(on=self.width() < _NARROW)
        self.lists.setVisible(self._list_wanted or self.width() >= _ONE)
        room = self.width() - self.sidebar.width()
        if self.width() < _NARROW and self.lists.isVisible() and self.lists.width() > room * _LIST_SHARE:
            self._splitter.setSizes([int(room * _LIST_SHARE), room - int(room * _LIST_SHARE)])

    def drop_pane(self, widget: QWidget) -> None:
        """Take a pane away for good."""
        self.pane.removeWidget(widget)
        widget.deleteLater()

    def show_page(self, page: QWidget) -> None:
        """Show a page in place of list and pane (settings): the person went there."""
        self.come_forward()
        if self.pages.indexOf(page) < 0:
            self.pages.addWidget(page)
        self.pages.setCurrentWidget(page)
        page.setFocus()

    def leave_page(self) -> None:
        """Go back to list and pane."""
        self.pages.setCurrentWidget(self._splitter)

    def remove_page(self, page: QWidget) -> bool:
        """Take a page away for good; where it was shown, go back to list and pane, and return True."""
        shown = self.pages.currentWidget() is page
        self.pages.removeWidget(page)
        page.deleteLater()
        if shown:
            self.leave_page()
        return shown

    def panes(self) -> list[QWidget]:
        """Return what F6 goes round: list, pane, sidebar; or a page and the sidebar."""
        page = self.pages.currentWidget()
        panes: list[QWidget | None] = [page if page is not self._splitter else None]
        panes += [self.lists.currentWidget(), self.pane.currentWidget(), self.sidebar.new]
        return [pane for pane in panes if pane is not None and pane.isVisible()]

    def focus_next_pane(self, step: int) -> None:
        """Move the focus to the next pane that is shown, as the person left it."""
        panes = self.panes()
        here = next((n for n, pane in enumerate(panes) if self._holds_focus(pane)), -1)
        if panes:
            target = panes[(here + step) % len(panes)]
            inner: QWidget | None = target.focusWidget()
            (inner if inner is not None else target).setFocus(Qt.FocusReason.ShortcutFocusReason)

    def show_status(self, words: str, action: str = "") -> None:
        """Say something in the status bar."""
        self.status_bar.show_words(words, action)
        self._place_status_bar()

    def close_for_good(self) -> None:
        """Close without asking `on_close` again: all is on disk."""
        self._may_close = True
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Close only when `on_close` says that everything is on disk; it is called once, and closes later."""
        if self._may_close or self.on_close():
            event.accept()
        else:
            event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape that no widget used dismisses the notice over the lists; Enter presses a focused button."""
        if event.key() == Qt.Key.Key_Escape and self.notice_bar.isVisible():
            self.notice_bar.dismiss()
        elif not widgets.presses(self, event):
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()
        self._place_status_bar()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.gate.watch(self)

    def _place_status_bar(self) -> None:
        left = self.sidebar.width() + (self.lists.width() if self.lists.isVisible() else 0)
        self.status_bar.fit(self.width() - left - 24)
        self.status_bar.move(
            left + (self.width() - left - self.status_bar.width()) // 2, self.height() - self.status_bar.height() - 18
        )

    @staticmethod
    def _holds_focus(widget: QWidget) -> bool:
        focus: QObject | None = widget.window().focusWidget()
        while focus is not None:
            if focus is widget:
                return True
            focus = focus.parent()
        return False
