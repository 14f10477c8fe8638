"""The end of the program, and what it does about messages that have not gone by then.

Who closes the window is done with it: it goes at once. What was sent and has not left goes now, and the program ends
when it has. Only what cannot go for long brings the window back, with a question; what needs the person brings it back
without one. What waits on purpose (`services/outbox/leaving.py`) is named, and waits on disk for the next start. A
signal, the end of the session and an upgrade have no time for any of this: all is on disk, and the program ends at
once.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Sequence
from enum import Enum, auto
from functools import partial
from typing import TYPE_CHECKING, Final

from app.core.i18n import ntr, tr
from app.domain.errors import StorageError
from app.domain.state import State
from app.ui.keyboard.come_forward import show_in_front, take_away

if TYPE_CHECKING:
    from PySide6.QtCore import QByteArray
    from PySide6.QtWidgets import QApplication, QWidget

    from app.controllers.compose.compose import ComposeController
    from app.controllers.shell import Shell
    from app.controllers.startup_requests import StartupRequests
    from app.domain.message import LocalId
    from app.domain.record import Record
    from app.services.accounts.accounts import Accounts
    from app.services.outbox.leaving import Leaving
    from app.services.outbox.outbox import Outbox
    from app.services.ports import Journal
    from app.services.records.records import Records
    from app.ui.choice_bar import Choice, ChoiceBar

_PATIENCE: Final = 10.0
"""Seconds in which messages are sent without a word, before it is asked."""
_LOOK: Final = 0.2
"""Seconds between two looks whether a send is over, before a restart."""
_WORD: Final = 4.0
"""Seconds that a last word can be read."""
_SESSION_ENDS_WITHIN: Final = 60.0
"""Seconds after the session's word in which a close is its close and not the person's: an end may be called off."""
_MOST_LINES: Final = 3
_UNREAD: Final = 2.0
"""Seconds for which a question in a message cannot count as read."""
SENDS: Final = ("sent", "send selected", "retry", "try-now", "send-now", "send-from-own")
"""The names of tasks that are about to let messages go: a key was pressed, and the disk does not know of it yet."""


class _Phase(Enum):
    OPEN = auto()
    SENDING = auto()
    ASKING = auto()
    TRYING = auto()
    TAKING_BACK = auto()
    LAST_WORD = auto()
    ENDED = auto()


class Closing:
    """Decides when the program ends. `end` is done then."""

    _shell: Shell
    _accounts: Accounts
    _records: Records
    _journal: Journal
    _compose: ComposeController
    _startup_requests: StartupRequests
    _leaving: Leaving

    def __init__(self, qt: QApplication) -> None:
        """A close ends the program at once, until there are messages to look after (`serve`)."""
        self.end: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.restarts = False
        """Whether the program starts again once it has ended."""
        self.tries_out: bool | None = None
        """Whether it starts again on the Exchange of its own; None: as it is now."""
        self._serves = False
        self._phase = _Phase.OPEN
        self._round = 0
        self._session_ends = -_SESSION_ENDS_WITHIN
        self._bar: ChoiceBar | None = None
        self._hidden: list[tuple[QWidget, QByteArray]] = []
        self._stops: list[Callable[[], None]] = []
        self._forget()
        qt.commitDataRequest.connect(lambda _manager: self.session_ends())

    def _forget(self) -> None:
        self._followed: dict[LocalId, None] = {}
        self._refused_before: set[LocalId] = set()
        self._sends: list[asyncio.Task[object]] = []
        self._late = False

    def serve(
        self,
        shell: Shell,
        accounts: Accounts,
        records: Records,
        outbox: Outbox,
        journal: Journal,
        compose: ComposeController,
        startup_requests: StartupRequests,
    ) -> None:
        """Look after the messages from now on."""
        from app.services.outbox.leaving import Leaving

        self._shell, self._accounts, self._records, self._journal = shell, accounts, records, journal
        self._compose, self._startup_requests = compose, startup_requests
        self._leaving = Leaving(records, outbox, accounts, shell.clock)
        self._serves = True

    # --- who wants the end ------------------------------------------------------------------------------------------

    def ask(self) -> bool:
        """The window is to close: that is the person's wish, unless the session ends. False: it closes later."""
        session_ends = time.monotonic() - self._session_ends < _SESSION_ENDS_WITHIN
        if not self._serves or session_ends:
            self.at_once()
        elif self._phase is _Phase.OPEN:
            self._begin()
        elif self._phase is _Phase.LAST_WORD:
            self.at_once()
        elif self._bar is not None and self._phase is not _Phase.ENDED:
            self._bar.take_focus()
        return False

    def at_once(self) -> None:
        """End now: whatever is on its way is on disk, and goes on with the next start."""
        self._phase = _Phase.ENDED
        if self._serves:
            self._startup_requests.close()  # a start that comes from now on is not to be heard and forgotten
        if not self.end.done():
            self.end.set_result(None)

    def restart(self) -> None:
        """End, and start again. What is being sent at this moment is waited for; what is held goes on afterwards."""
        if self._serves and self._phase is _Phase.OPEN:
            self._shell.tasks.spawn(self._restart(), "restart")

    def turn(self, *, try_out: bool) -> None:
        """Start again on the Exchange of our own, or go back from there to the person's own messages."""
        self.tries_out = try_out
        self.restart()

    async def _restart(self) -> None:
        until = self._shell.clock.now() + _PATIENCE
        while self._is_sending() and self._shell.clock.now() < until:
            await self._shell.clock.sleep(_LOOK)
        if self._phase is _Phase.OPEN:
            self.restarts = True
            self.at_once()

    def _is_sending(self) -> bool:
        return any(record.state is State.SENDING for record in self._records.all())

    def session_ends(self) -> None:
        """The session asks for what is unsaved, before it closes the windows, or merely takes stock."""
        self._session_ends = time.monotonic()

    def cancel(self) -> None:
        """Do not end after all: the person wants the window, or another start does."""
        if self._phase not in {_Phase.OPEN, _Phase.ENDED}:
            self._come_back()

    # --- sending, unseen --------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        if self._compose.asks_since(self._unread_since()):
            return  # sending was asked about a moment ago: who pressed the keys together has not read it
        self._forget()
        self._round += 1
        self._sends = list(self._shell.tasks.named(*SENDS))
        if not self._sends and not self._leaving.under_way():
            self._say_last(self._leaving.waiting_words())
            return
        self._phase = _Phase.SENDING
        self._refused_before = self._leaving.refused()
        self._startup_requests.on_taken = self.cancel
        self._stops = [
            self._records.changed.subscribe(lambda _: self._look_soon()),
            self._accounts.trouble_changed.subscribe(lambda _: self._look_soon()),
        ]
        self._hide()
        self._shell.tasks.spawn(self._guarded(self._send_all), "send before the end")
        self._shell.tasks.spawn(self._guarded(self._lose_patience), "wait before the end")

    def _unread_since(self) -> float:
        return self._shell.clock.now() - _UNREAD

    async def _send_all(self) -> None:
        """Let everything go. Raises StorageError."""
        mine = self._round
        unread_since = self._unread_since()
        with contextlib.suppress(StorageError):
            await self._journal.flush()
        if self._sends:
            await asyncio.wait(self._sends)
        if self._round != mine or self._phase is _Phase.OPEN:
            return
        if self._compose.asks_since(unread_since):
            self._come_back()  # sending it was asked about, and the question is in its pane
            return
        await self._leaving.let_go()
        self._look()

    async def _lose_patience(self) -> None:
        mine = self._round
        await self._shell.clock.sleep(_PATIENCE)
        if self._round == mine and self._phase is _Phase.SENDING:
            self._late = True
            self._look()

    def _look_soon(self) -> None:
        async def look() -> None:
            self._look()

        if self._phase is not _Phase.ENDED:
            self._shell.tasks.spawn(self._guarded(look), "look before the end")

    async def _guarded(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do `work`; should it fail, the window comes back: a program without a window must not stay for ever."""
        try:
            await work()
        except Exception:
            self.cancel()
            raise

    def _look(self) -> None:
        """See what is left, and what follows from that."""
        if self._phase not in {_Phase.SENDING, _Phase.ASKING, _Phase.TRYING}:
            return
        under_way = self._leaving.under_way()
        self._followed.update(dict.fromkeys(record.local_id for record in under_way))
        begun = any(not task.done() for task in self._sends)
        if self._phase is not _Phase.SENDING:
            self._look_again(begun=begun)
            return
        not_known = [one for one in self._leaving.left_of(self._followed) if one.state is State.UNKNOWN]
        left = [*under_way, *not_known]
        if not left and not begun:
            self._all_gone()
        elif self._late or not (begun or self._leaving.can_go_within(left, _PATIENCE)):
            self._ask()

    def _look_again(self, *, begun: bool) -> None:
        """The same while the question stands: what was waited for and went is waited for no more."""
        if not begun and not self._leaving.left_of(self._followed):
            self._all_gone()
        elif self._bar is not None:
            self._bar.show_lines(self._lines())

    def _all_gone(self) -> None:
        refused = self._refused()
        if refused:
            self._come_back()
            words = ntr(
                "Mailwright stays open: “{subject}” was not sent.",
                "Mailwright stays open: {n} messages were not sent.",
                len(refused),
                subject=_named(refused),
            )
            self._shell.window.notice_bar.show_sentence(words, tone="bad")
            return
        self._say_last(self._leaving.waiting_words())

    def _refused(self) -> list[Record]:
        """Return those that were sent, and need the person now."""
        names = self._leaving.refused() - self._refused_before
        return [record for name in names if (record := self._records.get(name)) is not None]

    # --- the question -----------------------------------------------------------------------------------------------

    def _ask(self) -> None:
        from app.ui.choice_bar import Choice

        self._phase = _Phase.ASKING
        left = self._leaving.left_of(self._followed)
        sentence = self._question(left)
        keep = Choice(tr("Keep as drafts"), self._keep_as_drafts)
        choices = [Choice(tr("Keep trying"), self._keep_trying), keep, Choice(tr("Cancel"), self.cancel)]
        self._show(sentence, self._lines(), choices)

    @staticmethod
    def _question(left: Sequence[Record]) -> str:
        count, subject = max(1, len(left)), _named(left)
        if left and all(record.state is State.SENDING for record in left):
            return ntr("“{subject}” is still being sent.", "{n} messages are still being sent.", count, subject=subject)
        return ntr("“{subject}” hasn't been sent yet.", "{n} messages haven't been sent yet.", count, subject=subject)

    def _lines(self) -> list[str]:
        """Say how each stands, the first few by name."""
        records = [*self._leaving.left_of(self._followed), *self._refused()]
        if len(records) == 1:
            return [self._standing(records[0])]
        lines = [f"{_named([one])}: {self._standing(one)}" for one in records[:_MOST_LINES]]
        more = len(records) - _MOST_LINES
        return [*lines, ntr("and {n} more", "and {n} more", more)] if more > 0 else lines

    def _standing(self, record: Record) -> str:
        from app.services.text.status_text import state_words

        if record.state is State.SENDING:
            return tr("It can't be taken back any more, and whether it went isn't known yet.")
        return state_words(record, self._shell.clock.now()).text

    def _keep_trying(self) -> None:
        from app.ui.choice_bar import Choice

        self._phase = _Phase.TRYING
        self._shell.tasks.spawn(self._guarded(partial(self._leaving.try_again, self._followed)), "keep trying")
        count = max(1, len(self._leaving.left_of(self._followed)))
        sentence = ntr(
            "Still trying. Mailwright closes when the message has been sent.",
            "Still trying. Mailwright closes when all {n} messages have been sent.",
            count,
        )
        choices = [Choice(tr("Keep as drafts"), self._keep_as_drafts), Choice(tr("Cancel"), self.cancel)]
        self._show(sentence, self._lines(), choices, urgent=False)

    def _keep_as_drafts(self) -> None:
        self._phase = _Phase.TAKING_BACK
        self._shell.tasks.spawn(self._guarded(self._take_back), "keep as drafts")

    async def _take_back(self) -> None:
        """Take back what has not left, and end. Raises StorageError."""
        unsure = await self._leaving.take_back(self._followed)
        if self._phase is not _Phase.TAKING_BACK:
            return
        words = self._leaving.waiting_words()
        if unsure:
            words = ntr(
                "Whether “{subject}” was sent can't be known yet. Mailwright finds out when it runs again.",
                "Whether {n} messages were sent can't be known yet. Mailwright finds out when it runs again.",
                len(unsure),
                subject=_named(unsure),
            )
        self._say_last(words)

    def _say_last(self, words: str) -> None:
        """End, after a word where there is something to say."""
        if not words:
            self.at_once()
            return
        from app.ui.choice_bar import Choice

        self._phase = _Phase.LAST_WORD
        self._startup_requests.on_taken = self.cancel
        self._show(words, [], [Choice(tr("Cancel"), self.cancel)], urgent=False)
        self._shell.tasks.spawn(self._guarded(self._end_soon), "let the last word be read")

    async def _end_soon(self) -> None:
        mine = self._round
        await self._shell.clock.sleep(_WORD)
        if self._round == mine and self._phase is _Phase.LAST_WORD:
            self.at_once()

    # --- the windows ------------------------------------------------------------------------------------------------

    def _hide(self) -> None:
        self._hidden = [(one, one.saveGeometry()) for one in self._compose.windows()]
        for window, _ in self._hidden:
            take_away(window)

    def _show(self, sentence: str, lines: Sequence[str], choices: Sequence[Choice], *, urgent: bool = True) -> None:
        """Show the main window with something to say, and nothing else to do in it."""
        from app.ui.choice_bar import ChoiceBar

        window = self._shell.window
        if self._bar is None:
            self._bar = ChoiceBar(window, window.rest_focus)
            window.add_bar(self._bar)
        self._unhide(lambda one: one is window)
        self._bar.ask(sentence, lines, choices, urgent=urgent)
        self._shell.status_bar.clear()
        window.hold_still(self._bar)
        self._bar.take_focus()
        self._shell.qt.alert(window)

    def _unhide(self, wanted: Callable[[QWidget], bool]) -> None:
        shown = [(one, geometry) for one, geometry in self._hidden if wanted(one)]
        self._hidden = [(one, geometry) for one, geometry in self._hidden if not wanted(one)]
        for window, geometry in shown:
            window.restoreGeometry(geometry)
            show_in_front(window)

    def _come_back(self) -> None:
        """Be as before, with every window where it was."""
        self._phase = _Phase.OPEN
        self._round += 1
        for stop in self._stops:
            stop()
        self._stops = []
        self._shell.window.hold_still(None)
        if self._bar is not None and self._bar.isVisible():
            self._bar.leave()
        main = self._shell.window
        self._unhide(lambda one: one is not main)
        self._unhide(lambda one: one is main)


def _named(records: Sequence[Record]) -> str:
    """Return the subject of the first of `records`, as a person calls the message by."""
    return next((record.head.subject for record in records if record.head.subject), tr("(no subject)"))
