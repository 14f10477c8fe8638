"""The list of what is on its way: held, waiting, sending, or in need of the person."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from app.core.i18n import tr
from app.ui.letter_list.desk import ListDesk
from app.ui.letter_list.empty import Empty
from app.ui.letter_list.session import ListSession


class OutboxDesk(ListDesk):
    """Draws the outbox."""

    def __init__(self, session: ListSession, parent: QWidget | None = None) -> None:
        empty = Empty("send-horizontal", tr("Nothing is on its way"), tr("F9 sends what is ready"))
        super().__init__(tr("Outbox"), session, empty, parent)
