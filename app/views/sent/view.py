"""The list of what was sent."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from app.core.i18n import tr
from app.ui.letter_list.desk import ListDesk
from app.ui.letter_list.empty import Empty
from app.ui.letter_list.session import ListSession


class SentDesk(ListDesk):
    """Draws what was sent."""

    def __init__(self, session: ListSession, parent: QWidget | None = None) -> None:
        empty = Empty("mail-check", tr("Nothing sent yet"), tr("C writes a message"))
        super().__init__(tr("Sent"), session, empty, parent)
