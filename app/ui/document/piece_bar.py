"""The line below a long text of which a piece is shown: it says so, and goes on or back by a button."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from app.core.i18n import tr
from app.ui.widgets import Label

if TYPE_CHECKING:
    from app.ui.document.html_view import HtmlView
    from app.ui.document.plain_view import PlainView


class PieceBar(QWidget):
    """Hidden while all of a text is shown."""

    def __init__(self, view: HtmlView | PlainView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view = view
        self._wanted = True
        self._words = Label(self)
        self._words.setProperty("tone", "muted")
        self.back = QPushButton(tr("Show what came before"), self)
        self.more = QPushButton(tr("Show more"), self)
        for button in (self.back, self.more):
            button.setProperty("kind", "link")
        self.back.clicked.connect(lambda: view.show_piece(view.piece - 1))
        self.more.clicked.connect(lambda: view.show_piece(view.piece + 1))
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self._words, 1)
        line.addWidget(self.back)
        line.addWidget(self.more)
        view.pieces_changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Draw which piece is shown, and where one can go from it."""
        more, before = self._view.has_more(), self._view.piece > 0
        number = self._view.piece + 1
        if more:
            self._words.setText(tr("This text is long: part {n} of it is shown.", n=number))
        else:
            self._words.setText(tr("This text is long: part {n}, its end, is shown.", n=number))
        had_focus = self.more.hasFocus() or self.back.hasFocus()
        if had_focus and not more:
            self.back.setFocus()
        elif had_focus and not before:
            self.more.setFocus()
        self.back.setVisible(before)
        self.more.setVisible(more)
        self.setVisible(self._wanted and (more or before))

    def set_shown(self, wanted: bool) -> None:
        """Let the line be seen where it is needed, or not at all: its text is hidden."""
        self._wanted = wanted
        self.refresh()
