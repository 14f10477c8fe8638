"""What a list says when it has no rows: why, in one sentence, and the one key that helps."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.core.i18n import tr
from app.domain.errors import Trouble, TroubleKind
from app.ui import icons
from app.ui.label import Label
from app.ui.letter_list.session import ListSession


class Empty(NamedTuple):
    """An icon, one sentence, and one key in words. `action` is the command that Enter does, "" for none."""

    icon: str
    sentence: str
    hint: str = ""
    action: str = ""


def why_empty(session: ListSession, nothing: Empty) -> Empty:
    """Return why a list has no rows; `nothing` is what it says where there truly are none."""
    if session.view is None:
        return Empty("user-round", tr("No mailbox is set up yet"), tr("Ctrl+, adds one"))
    if session.searching:
        if session.searched_server:
            return Empty("search", tr("Nothing found, on the server neither"), tr("Esc ends the search"))
        return Empty("search", tr("Nothing found on this computer"), tr("Shift+Enter looks on the server"))
    if session.refusal is not None:
        return Empty("lock-keyhole", tr("The server does not let you look in here"), tr("F5 asks again"))
    if session.trouble is not None:
        return _why_not_known(session.trouble)
    if session.loaded or not session.loading:
        return nothing
    return Empty("loader-circle", tr("Reading what is there…"), tr("C writes a message meanwhile"))


def _why_not_known(trouble: Trouble) -> Empty:
    again = tr("F5 tries again")
    match trouble.kind:
        case TroubleKind.SIGN_IN:
            return Empty("lock-keyhole", tr("Waiting for your sign-in"), tr("Enter asks for it"), "account.sign_in")
        case TroubleKind.NOT_GENUINE:
            return Empty("lock-keyhole", tr("The server could not show that it is genuine"), again)
        case TroubleKind.SERVICE_OFF:
            return Empty("cloud-off", tr("Your organisation has turned this connection off"), again)
        case TroubleKind.SERVER:
            return Empty("cloud-off", tr("The server is not well"), again)
        case _:
            return Empty("cloud-off", tr("The server cannot be reached"), again)


class EmptyState(QWidget):
    """Draws it. It can take the focus, so that keys of the list work on nothing too."""

    escaped = Signal()
    acted = Signal(str)

    def __init__(self, empty: Empty, parent: QWidget) -> None:
        super().__init__(parent)
        self.shown = empty
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._icon = Label(self)
        self._icon.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._sentence = Label(self)
        self._sentence.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._sentence.setWordWrap(True)
        self._sentence.setProperty("tone", "muted")
        self._hint = Label(self)
        self._hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._hint.setProperty("tone", "faint")
        column = QVBoxLayout(self)
        column.setContentsMargins(32, 0, 32, 80)
        column.setSpacing(10)
        column.addStretch(1)
        for label in (self._icon, self._sentence, self._hint):
            column.addWidget(label)
        column.addStretch(1)
        self.say(empty)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.escaped.emit()
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and self.shown.action:
            self.acted.emit(self.shown.action)
            return
        super().keyPressEvent(event)

    def say(self, empty: Empty) -> None:
        """Show `empty`."""
        self.shown = empty
        icons.put(self._icon, empty.icon, "faint", 36)
        self._sentence.setText(empty.sentence)
        self._hint.setText(empty.hint)
        self._hint.setVisible(bool(empty.hint))
        ended = empty.sentence if empty.sentence.endswith("…") else f"{empty.sentence}."
        self.setAccessibleName(f"{ended} {empty.hint}" if empty.hint else empty.sentence)
