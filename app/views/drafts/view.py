"""The list of drafts: what is kept, what can go, and beside each that failed, why."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from app.core.i18n import tr
from app.ui.letter_list.desk import ListDesk
from app.ui.letter_list.empty import Empty
from app.ui.letter_list.session import ListSession


class DraftsDesk(ListDesk):
    """Draws the drafts."""

    def __init__(self, session: ListSession, parent: QWidget | None = None) -> None:
        super().__init__(tr("Drafts"), session, Empty("file-text", tr("No drafts"), tr("C writes a message")), parent)
