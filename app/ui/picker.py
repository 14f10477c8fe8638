"""A list over a pane from which one thing is chosen by typing a part of its name: a mailbox, a folder, a template."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from app.commands.search import rank
from app.ui.chooser import Chooser, Measures
from app.ui.label import Label

_WIDTH = 460
_MEASURES = Measures(line=38, type=14, row=34, shown=8)


class Pick(NamedTuple):
    """One thing to choose: `thing` is handed back, `detail` stands quietly at the right. None for `thing` only says."""

    title: str
    thing: object
    detail: str = ""


class Picker(Chooser):
    """Made once for a pane, and opened for whatever is to be chosen there. Escape gives the focus back."""

    chooses = Chooser.chooses | {Qt.Key.Key_Tab}

    def __init__(self, pane: QWidget, elsewhere: Callable[[], None]) -> None:
        """`elsewhere` takes the focus when where it came from is gone."""
        self._picks: list[Pick] = []
        self._chosen: Callable[[object], None] = lambda _thing: None
        self._made: Callable[[str], Pick | None] = lambda _typed: None
        super().__init__(pane, elsewhere, _MEASURES)
        self._pane = pane
        self._note = Label(self)
        self._note.setProperty("tone", "muted")
        self._note.setWordWrap(True)
        self._note.setContentsMargins(12, 4, 12, 6)
        self.column.addWidget(self._note)

    def open(
        self,
        title: str,
        picks: Sequence[Pick],
        chosen: Callable[[object], None],
        note: str = "",
        made: Callable[[str], Pick | None] = lambda _typed: None,
    ) -> None:
        """Ask for one of `picks`, or for what `made` makes of the words that were typed.

        `chosen` is called with its thing once the list is closed.
        """
        self.remember()
        self._chosen, self._made = chosen, made
        self.setAccessibleName(title)
        self.line.setPlaceholderText(title)
        self.line.setAccessibleName(title)
        self.list.setAccessibleName(title)
        self.line.clear()
        self.offer(picks, note)
        self.show_sheet()
        self._fit()

    def offer(self, picks: Iterable[Pick], note: str = "") -> None:
        """Offer these instead: what the server told came later. What was typed, and the row one is at, stay."""
        current = self.list.currentItem() if self.list.count() else None
        title = "" if current is None else current.text()
        self._picks = list(picks)
        self.fill(self.line.text())
        found = next((row for row in range(self.list.count()) if self.list.item(row).text() == title), 0)
        self.list.setCurrentRow(found)
        self._note.setText(note)
        self._note.setVisible(bool(note))
        self._fit()

    def fill(self, query: str) -> None:
        """Offer what is found, and what is made of the words that were typed."""
        self.list.clear()
        made = self._made(query) if query.strip() else None
        others = [pick for pick in self._picks if made is None or pick.thing != made.thing]
        found = rank(query, [(f"{pick.title} {pick.detail}", pick) for pick in others])
        for pick in [*([] if made is None else [made]), *found]:
            self.put(pick.title, pick.thing, pick.detail)
        self.list.setCurrentRow(0)
        self._fit()

    def _fit(self) -> None:
        """Be as high as what is offered, and no higher than there is room."""
        self.list.setFixedHeight(_MEASURES.row * max(1, min(self.list.count(), _MEASURES.shown)) + 4)
        width = min(_WIDTH, self._pane.width() - 24)
        self.setGeometry(
            (self._pane.width() - width) // 2, 44, width, min(self._height(width), self._pane.height() - 60)
        )

    def _height(self, width: int) -> int:
        room = self._note.heightForWidth(width - 40) + 4 if self._note.text() else 0
        return self.line.height() + self.list.height() + room + 22

    def take(self, thing: object) -> bool:
        """Hand back what was chosen; None for a row that only says something."""
        if thing is None:
            return False
        self.close_sheet()
        self._chosen(thing)
        return True
