"""Messages as files, and mailto: links, dropped beside the letters being written: each becomes a draft to write on.

Files dropped on a letter are the letter's own matter (they are attached to it).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QMimeData, QObject, Qt
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QWidget

from app.core.i18n import tr
from app.domain.startup_request import Arrival

if TYPE_CHECKING:
    from app.bootstrap.program import Program

_DRAGGED: Final = frozenset({QEvent.Type.DragEnter, QEvent.Type.DragMove, QEvent.Type.Drop})
_MESSAGES: Final = frozenset({".eml"})


class Dropping(QObject):
    """Takes what is dropped on the lists, the rail and the reader."""

    def __init__(self, program: Program) -> None:
        """Listen; nothing else of those widgets passes through here than their own few events."""
        super().__init__(program.window)
        self._program = program
        targets: tuple[QWidget, ...] = (program.window.lists, program.window.rail, program.reader)
        for target in targets:
            target.setAcceptDrops(True)
            target.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: ARG002, N802 - Qt's name, and one work for all that are watched
        """Take drops that hold messages or links; say of others what is taken."""
        if event.type() not in _DRAGGED or not isinstance(event, QDropEvent):
            return False
        if not event.mimeData().hasUrls():
            return False
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        if event.type() is QEvent.Type.Drop:
            self._take(event.mimeData())
        return True

    def _take(self, dropped: QMimeData) -> None:
        arrival = arrival_of([url.toLocalFile() or url.toString() for url in dropped.urls()])
        if arrival.begins_letters():
            self._program.wishes.take(arrival)
        else:
            self._program.foot.say(tr("Only messages (.eml) can be opened here. Drop other files on a letter."))


def arrival_of(words: list[str]) -> Arrival:
    """Return what of dropped paths and addresses can be opened."""
    from app.domain.mailto import is_mailto

    return Arrival(
        links=tuple(word for word in words if is_mailto(word)),
        files=tuple(word for word in words if Path(word).suffix.lower() in _MESSAGES and Path(word).is_absolute()),
    )
