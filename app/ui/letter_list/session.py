"""The state of a list that its room draws: which rows, which words. It knows the services, and nothing of Qt's."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from app.domain.errors import Trouble
from app.domain.i18n import ntr, tr
from app.domain.listing import Folder
from app.domain.message import AccountId, Importance, LocalId
from app.services.events import Event
from app.services.folders import FolderView
from app.services.rows import ListRow
from app.services.times import short_time
from app.services.wording import Explanation, StateWords, explain_row, row_words
from app.services.work import Spawn
from app.ui.letter_list.face import RowFace


class ListSession:
    """One list. `changed` says that rows, words, loading or trouble may differ."""

    folder: Folder

    def __init__(self, spawn: Spawn, now: Callable[[], float]) -> None:
        """Show nothing until `attach`; `now` gives the time that words are about."""
        self.changed: Event[None] = Event()
        self.view: FolderView | None = None
        self._spawn = spawn
        self._now = now

    def attach(self, view: FolderView | None) -> None:
        """Show another account's folder, or nothing. Raises ValueError for another folder than this list's."""
        if view is not None and view.folder is not self.folder:
            raise ValueError(f"this list is for {self.folder}")
        if self.view is not None:
            self.view.close()
        self.view = view
        if view is not None:
            view.changed.subscribe(lambda _: self.changed.emit(None))
            view.state_changed.subscribe(lambda _: self.changed.emit(None))
            self.reload()
        self.changed.emit(None)

    def reload(self) -> None:
        """Ask the server again."""
        if self.view is not None:
            self._spawn(self.view.reload(), f"list {self.folder}")

    def load_more(self) -> None:
        """Fetch the next page, if there is one."""
        if self.view is not None and self.view.has_more and not self.view.loading:
            self._spawn(self.view.load_more(), f"list more of {self.folder}")

    # --- what is so -------------------------------------------------------------------------------------------------

    @property
    def account_id(self) -> AccountId | None:
        """Return whose list it is."""
        return None if self.view is None else self.view.account_id

    @property
    def loading(self) -> bool:
        """Tell whether the server is being asked."""
        return self.view is not None and self.view.loading

    @property
    def loaded(self) -> bool:
        """Tell whether what is shown is all there is, as far as pages were asked for."""
        return self.folder is Folder.OUTBOX or (self.view is not None and self.view.loaded)

    @property
    def trouble(self) -> Trouble | None:
        """Return why the server's part is missing."""
        return None if self.view is None else self.view.trouble

    def rows(self) -> list[ListRow]:
        """Return the rows, newest first."""
        return [] if self.view is None else list(self.view.rows)

    def count(self) -> int:
        """Return how many there are, on the pages not yet fetched too."""
        if self.view is None:
            return 0
        shown = len(self.view.rows)
        return max(self.view.total, shown) if self.view.has_more else shown

    def count_words(self) -> str:
        """Return how many there are, in words."""
        return ntr("{n} message", "{n} messages", self.count())

    def face(self, row: ListRow) -> RowFace:
        """Return what a row shows now."""
        words, explanation = self.words(row), self.explanation(row)
        if explanation is not None:
            line, tone, action = explanation.sentence, explanation.tone, explanation.action_words
            icon = "circle-alert" if tone == "bad" else "triangle-alert"
        elif words.quiet and row.preview:
            line, tone, icon, action = row.preview, "faint", "", ""
        else:
            line, tone, icon, action = words.text, words.tone, words.icon, words.action_words
        return RowFace(
            who=row.to or tr("(no recipient)"),
            when=short_time(row.when, self._now()),
            subject=row.subject or tr("(no subject)"),
            line=" ".join(line.split()),
            tone=tone,
            icon=icon,
            action=action,
            attachment=row.has_attachments,
            important=row.importance is Importance.HIGH,
        )

    def words(self, row: ListRow) -> StateWords:
        """Return how a row stands."""
        return row_words(row, self._now())

    def explanation(self, row: ListRow) -> Explanation | None:
        """Return what is the matter with a row, None where nothing is."""
        return explain_row(row)

    def problems(self) -> list[int]:
        """Return the numbers of the rows that need the person."""
        return [number for number, row in enumerate(self.rows()) if explain_row(row) is not None]

    def local_ids(self, rows: Iterable[ListRow]) -> list[LocalId]:
        """Return this machine's names of those rows that have one."""
        return [row.local_id for row in rows if row.local_id is not None]
