"""The three panels: their title and their empty state."""

from __future__ import annotations

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
