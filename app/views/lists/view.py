"""The panels: their title, their empty state, and what is their own."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.core.i18n import tr
from app.ui.message_list.list_panel import Empty, ListPanel
from app.ui.message_list.session import ListSession


class DraftsPanel(ListPanel):
    """Draws the drafts."""

    def __init__(self, session: ListSession, parent: QWidget | None = None) -> None:
        super().__init__(tr("Drafts"), session, Empty("file-text", tr("No drafts"), tr("C writes a message")), parent)


class OutboxPanel(ListPanel):
    """Draws the outbox."""

    def __init__(self, session: ListSession, parent: QWidget | None = None) -> None:
        empty = Empty("send-horizontal", tr("Nothing is on its way"), tr("F9 sends what is ready"))
        super().__init__(tr("Outbox"), session, empty, parent)


class SentPanel(ListPanel):
    """Draws what was sent."""

    def __init__(self, session: ListSession, parent: QWidget | None = None) -> None:
        empty = Empty("mail-check", tr("Nothing sent yet"), tr("C writes a message"))
        super().__init__(tr("Sent"), session, empty, parent)


class ReceivedPanel(ListPanel):
    """Draws what came, to be answered. `answer_wanted` is emitted for Enter in the line in which one types.

    The row at which the list stands is then the first that was found, unless the person went to another.
    """

    answer_wanted = Signal()

    def __init__(self, title: str, session: ListSession, parent: QWidget | None = None) -> None:
        empty = Empty("inbox", tr("Nothing was received here"), tr("F5 looks again"))
        self.search_keys = tr("Enter: reply · Down: to the list · Shift+Enter: on the server")
        super().__init__(title, session, empty, parent)

    def begin_to_answer(self) -> None:
        """Show everything, stand at the newest, and let the person type whom or what to answer."""
        self.end_search()
        self.list.clear_marks()
        self.session.once_found(self._stand_at_the_first)
        self.begin_search()

    def look_for(self, text: str) -> None:
        """Show what `text` finds alone, and stand at the first of it."""
        before = self.session.text
        super().look_for(text)
        if text != before:
            self.session.once_found(self._stand_at_the_first)

    def _stand_at_the_first(self) -> None:
        self.refresh()
        self.list.go_to(0)

    def enter_from_search(self) -> None:
        """Go to what was found, and ask for an answer to it once it is there."""
        super().enter_from_search()
        self.answer_wanted.emit()
