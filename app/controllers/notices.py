"""Tells on the desktop what a person would miss: what failed, what came back, what nobody answered.

What went well is never told. A click on a notice shows the message, its button does what its row offers. While a window
of the program is in front, a failure is seen there, and no notice is shown of it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import Final, Protocol

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from app.controllers.lists.reminding import ReminderController
from app.controllers.shell import Shell
from app.core.i18n import ntr, tr
from app.domain.message import LocalId
from app.domain.record import Record
from app.domain.reminder import Reminder
from app.domain.state import NEEDS_PERSON
from app.services.accounts.preset_settings import NOTICES_CHOICE
from app.services.outbox.reminders import Reminders
from app.services.ports import Settings
from app.services.records.records import Records
from app.services.text.error_text import action_words
from app.services.text.status_text import explain_record, explain_undelivered, short_subject
from app.ui.desktop_notices import DesktopNotice
from app.views.settings.preferences_port import NOTICE_KINDS, NoticeKind

_GATHERED: Final = 300
"""Milliseconds for which failures are gathered: those of one batch are one notice."""


class Desktop(Protocol):
    """What shows notices: `app/ui/desktop_notices.py`, or a test's."""

    def show_notice(self, notice: DesktopNotice) -> None:
        """Show a notice."""
        ...


class _Told:
    """What a notice is about: how its message is shown, and what its button does then."""

    def __init__(self, show: Callable[[], object], command: str = "") -> None:
        self.show, self.command = show, command


def kinds_in(setting: str | None) -> frozenset[NoticeKind]:
    """Return what a setting says is to be told: all of it, unless it names some, or "never"."""
    words = (setting or "").split()
    named = frozenset(kind for kind in NOTICE_KINDS if kind in words)
    return named if named or setting == "never" else frozenset(NOTICE_KINDS)


def setting_of(kinds: Collection[NoticeKind]) -> str:
    """Return the setting that names what is to be told."""
    return " ".join(kind for kind in NOTICE_KINDS if kind in kinds) or "never"


class NoticeController:
    """Makes notices, and does what is asked of them."""

    def __init__(
        self, shell: Shell, records: Records, reminders: Reminders, reminding: ReminderController, settings: Settings
    ) -> None:
        """Tell nothing before `begin`."""
        self.kinds: frozenset[NoticeKind] = frozenset(NOTICE_KINDS)
        """What is told."""
        self._shell, self._records, self._reminding, self._settings = shell, records, reminding, settings
        self._desktop: Desktop | None = None
        self._told: dict[str, _Told] = {}
        self._failed: set[LocalId] = set()
        self._fresh: dict[LocalId, None] = {}
        self._came_back: set[int] | None = None
        self._soon = QTimer(shell.window, interval=_GATHERED, singleShot=True)
        self._soon.timeout.connect(self._tell_failures)
        records.changed.subscribe(self._record_changed)
        reminders.came_due.subscribe(self._came_due)
        shell.lists.sent.changed.subscribe(lambda _: self._look_what_came_back())

    async def begin(self, desktop: Desktop) -> None:
        """Tell from now on what the person wants to be told. Raises StorageError."""
        self.kinds = kinds_in(await self._settings.read_setting(NOTICES_CHOICE))
        self._failed |= {record.local_id for record in self._records.all() if record.state in NEEDS_PERSON}
        self._desktop = desktop

    def choose(self, kinds: frozenset[NoticeKind]) -> None:
        """Tell these from now on, and keep that."""
        self.kinds = kinds
        kept = self._settings.keep_setting(NOTICES_CHOICE, setting_of(kinds))
        self._shell.tasks.spawn(kept, "keep what the desktop is told")

    def opened(self, key: str) -> None:
        """Show the message of a notice."""
        self._open(key, act=False)

    def acted(self, key: str) -> None:
        """Show the message of a notice, and do what its row offers."""
        self._open(key, act=True)

    def _open(self, key: str, *, act: bool) -> None:
        told = self._told.pop(key, None)
        self._shell.window.come_forward()
        if told is None:
            return

        async def show() -> None:
            shown = told.show()
            if hasattr(shown, "__await__"):
                await shown
            if act and told.command:
                self._shell.registry.run(told.command)

        self._shell.tasks.spawn(show(), "show what a notice is about")

    def _tell(self, kind: NoticeKind, notice: DesktopNotice, told: _Told) -> None:
        if kind in self.kinds and self._desktop is not None:
            self._told[notice.key] = told
            self._desktop.show_notice(notice)

    # --- what nobody answered ---------------------------------------------------------------------------------------

    def _came_due(self, one: Reminder) -> None:
        subject, people = short_subject(one.subject), one.people
        words = tr("“{subject}”, to {people}", subject=subject, people=people) if people else subject
        notice = DesktopNotice(
            f"reminder {one.message_id}", tr("Nobody has answered"), words, action_words("follow-up")
        )
        self._tell("reminders", notice, _Told(lambda: self._reminding.show(one), "list.remedy"))

    # --- what failed ------------------------------------------------------------------------------------------------

    def _record_changed(self, record: Record) -> None:
        failed = record.state in NEEDS_PERSON and not record.discarded
        if not failed:
            self._failed.discard(record.local_id)
            self._fresh.pop(record.local_id, None)
        elif record.local_id not in self._failed:
            self._failed.add(record.local_id)
            self._fresh[record.local_id] = None
            self._soon.start()

    def _tell_failures(self) -> None:
        names, self._fresh = list(self._fresh), {}
        records = [one for name in names if (one := self._records.get(name)) is not None]
        if not records or QApplication.activeWindow() is not None:
            return
        if len(records) > 1:
            title = ntr("{n} message needs you", "{n} messages need you", len(records))
            words = ", ".join(f"“{short_subject(one.head.subject)}”" for one in records[:3])
            notice = DesktopNotice("failures", title, words, tr("Show"))
            self._tell("failures", notice, _Told(lambda: self._show_record(records[0])))
            return
        found = explain_record(records[0])
        words = "" if found is None else found.sentence
        title = tr("“{subject}” needs you", subject=short_subject(records[0].head.subject))
        action = "" if found is None else found.action_words
        self._tell(
            "failures",
            DesktopNotice(f"failure {records[0].local_id}", title, words, action),
            _Told(lambda: self._show_record(records[0]), "list.remedy"),
        )

    def _show_record(self, record: Record) -> None:
        """Stand at the row of a message, in the first list that has it."""
        workspace = self._shell.workspace
        for place, panel in list(workspace.panels.items()):
            row_id = panel.session.id_of(record.local_id)
            number = -1 if row_id is None else panel.model.number_of(row_id)
            if number >= 0:
                self._stand_at(place, number)
                return
        self._shell.status_bar.show_words(tr("This message is no longer here."))

    def _stand_at(self, place: str, number: int) -> None:
        workspace = self._shell.workspace
        workspace.go(place)
        workspace.panel.list.choose()
        workspace.panel.list.go_to(number)

    # --- what came back ---------------------------------------------------------------------------------------------

    def _look_what_came_back(self) -> None:
        """Tell what came back since the last look; what is there at the first one was there before."""
        session = self._shell.lists.sent
        view = session.view
        if view is None or not session.loaded:
            return
        now = set(view.undelivered)
        fresh = [] if self._came_back is None else [one for one in view.undelivered if one not in self._came_back]
        self._came_back = now
        if fresh and self._desktop is not None and QApplication.activeWindow() is None:
            self._shell.tasks.spawn(self._tell_what_came_back(fresh), "tell what came back")

    async def _tell_what_came_back(self, row_ids: Sequence[int]) -> None:
        session = self._shell.lists.sent
        for row in await session.rows_of(row_ids):
            found = explain_undelivered(row)
            if found is None:
                continue
            title = tr("“{subject}” was returned", subject=short_subject(row.subject))
            notice = DesktopNotice(f"returned {row.key}", title, found.sentence, found.action_words)
            self._tell("returned", notice, _Told(partial(self._show_row, int(row.key)), "list.remedy"))

    def _show_row(self, row_id: int) -> None:
        number = self._shell.workspace.panels["sent"].model.number_of(row_id)
        if number >= 0:
            self._stand_at("sent", number)
