"""The options in the pane of a message: a line of muted words for what is set, and the panel where it is set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from app.core.i18n import tr
from app.domain.errors import MailError
from app.domain.listing import MailFolder
from app.domain.message import Field
from app.domain.record import CopyKind, CopyTo
from app.ui import theme
from app.ui.widgets import FocusReturn, Label
from app.views.compose.options_session import OptionsSession, copy_words
from app.views.compose.pickers import Picking

if TYPE_CHECKING:
    from app.ui.chooser import Pick
    from app.views.compose.options_panel import OptionsPanel

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_LEAST_PANEL = 120
"""Pixels of the panel that stay in sight in a low window."""
_NAMES = {
    Field.FOLLOW_UP: "due",
    Field.REMINDER: "reminder",
    Field.DEFERRED: "deferred",
    Field.HEADERS: "headers",
    Field.REPLY_TO: "reply_to",
}


class ChosenWords(Label):
    """What is set, in muted words. A click opens the panel; by key, the command does."""

    clicked = Signal()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        del event
        self.clicked.emit()


class PanelScroll(QScrollArea):
    """Is as high as its panel, or scrolls it where the window is too low for it and some lines of text."""

    def __init__(self, panel: QWidget, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("panelScroll")
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidgetResizable(True)
        self._panel = panel
        self.setWidget(panel)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.setMinimumHeight(_LEAST_PANEL)

    def sizeHint(self) -> QSize:
        return self._panel.sizeHint()

    def show_focus(self) -> None:
        """Bring what has the focus into sight."""
        focus: QWidget | None = self._panel.focusWidget()
        if focus is not None:
            self.ensureWidgetVisible(focus, 20, 40)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)


class OptionsArea(QWidget):
    """Hidden as long as nothing is set. `picking` is the pane's list to choose from."""

    panel_made = Signal(object)
    """The panel (OptionsPanel) is there now: it was opened for the first time."""

    def __init__(self, session: OptionsSession, pane: QWidget, picking: Picking) -> None:
        super().__init__(pane)
        self._session = session
        self._pane = pane
        self._picking = picking
        self.panel: OptionsPanel | None = None
        self._way_back = FocusReturn(self, self._focus_pane)
        self.chosen = ChosenWords(self)
        self.chosen.setProperty("tone", "muted")
        self.chosen.setFont(theme.font(size=12))
        self.chosen.setWordWrap(True)
        self.chosen.setCursor(Qt.CursorShape.PointingHandCursor)
        self.chosen.clicked.connect(self.toggle)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 2)
        self._column.setSpacing(6)
        self._column.addWidget(self.chosen)
        self.refresh()

    @property
    def is_open(self) -> bool:
        """Return whether the panel is shown."""
        return self.panel is not None and not self.panel.isHidden()

    def refresh(self) -> None:
        """Draw what is set."""
        words = " · ".join(self._session.words())
        shown = words.replace(" · ", "\u00a0· ")  # a line may end with the dot, and none begins with it
        if shown != self.chosen.text():
            self.chosen.setText(shown)
            self.chosen.setAccessibleName(tr("Options: {words}", words=words))
        self.chosen.setVisible(bool(words))
        if self.panel is not None:
            self.panel.setEnabled(self._session.draft.can_edit())
            if self.is_open:
                self.panel.refresh()
        self.setVisible(bool(words) or self.is_open)

    def toggle(self) -> None:
        """Open the panel, or close it."""
        if self.is_open:
            self.close_panel()
        else:
            self.open_option("importance")

    def open_option(self, name: str) -> None:
        """Open the panel with the focus on one option."""
        if self.panel is None:
            from app.views.compose.options_panel import OptionsPanel

            self.panel = OptionsPanel(self._session, self)
            self.panel.told.connect(self.refresh)
            self.panel.folder_wanted.connect(self.choose_copy)
            self._scroll = PanelScroll(self.panel, self)
            self._column.addWidget(self._scroll)
            self.panel_made.emit(self.panel)
        self._way_back.remember()
        if not self.panel.isVisible():
            self.panel.show()
            self._scroll.show()
            self.panel.show_message()
        self.refresh()
        self.panel.focus_on(name)
        self._scroll.show_focus()

    def close_panel(self) -> None:
        """Close the panel, and give the focus back to where it was."""
        if self.panel is not None and self.is_open:
            self.settle()
            self._way_back.go()  # before they are hidden, which would leave the focus to whatever comes next
            self.panel.hide()
            self._scroll.hide()
            self.refresh()

    def settle(self) -> None:
        """Make what is half typed part of the message."""
        if self.panel is not None:
            self.panel.settle()

    def focus_problem(self) -> bool:
        """Put the focus on an option that is not understood; False where there is none."""
        field = self._session.half_typed()
        if field is None and not self._session.draft.pending.get(Field.REPLY_TO, "").strip():
            return False
        self.open_option(_NAMES[field or Field.REPLY_TO])
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape and Enter end the panel alone: the message stays, and is not sent."""
        if self.is_open and event.key() in (Qt.Key.Key_Escape, *_ENTER):
            self.close_panel()
        else:
            super().keyPressEvent(event)

    # Where the copy goes ---------------------------------------------------------------------------------------------

    def choose_copy(self) -> None:
        """Choose where the copy goes, by typing a part of the folder's name."""
        session = self._session.draft
        record, aids = session.record, self._session.aids
        known = () if record is None or aids is None else aids.known_folders(record.account_id)
        note = "" if known else tr("Looking for folders…")
        self._picking.picker.show_picks(tr("Where the copy goes"), self._places(known), self._file_copy, note)
        if record is not None and aids is not None:
            session.spawn(self._look_for_folders(), "look for folders")

    async def _look_for_folders(self) -> None:
        session, aids = self._session.draft, self._session.aids
        record = session.record
        if record is None or aids is None:
            return
        try:
            found, note = await aids.folders(record.account_id), ""
        except MailError:
            found, note = aids.known_folders(record.account_id), tr("The folders cannot be read now.")
        if self._picking.is_open:
            self._picking.picker.offer(self._places(found), note)

    def _places(self, folders: tuple[MailFolder, ...]) -> list[Pick]:
        from app.ui.chooser import Pick

        fixed = [Pick(copy_words(one), one) for one in self._session.copy_choices()]
        for folder in folders:
            copy_to = CopyTo(CopyKind.FOLDER, folder_id=folder.folder_id, name=folder.name)
            fixed.append(Pick(folder.name, copy_to, " / ".join(folder.path[:-1])))
        return fixed

    def _file_copy(self, place: object) -> None:
        if isinstance(place, CopyTo):
            self._session.file_copy(place)

    def _focus_pane(self) -> None:
        focus_best = getattr(self._pane, "focus_best", None)
        if focus_best is not None:
            focus_best()
