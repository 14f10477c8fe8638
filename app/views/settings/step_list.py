"""The steps of testing a connection as they are drawn: an icon and words for each, never colour alone."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.core.i18n import tr
from app.ui import icons, theme
from app.ui.announcing import say_aloud
from app.ui.label import Label
from app.views.settings.steps import StepLine, StepState, fresh_lines

_ICONS = {
    StepState.WAITING: ("clock", "faint"),
    StepState.RUNNING: ("loader-circle", "accent"),
    StepState.PASSED: ("circle-check", "good"),
    StepState.FAILED: ("circle-x", "bad"),
    StepState.PASSED_OVER: ("circle-help", "faint"),
}


class StepList(QFrame):
    """A card with one row per step."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "popup")
        self.setAccessibleName(tr("Connection test"))
        self._title = Label(self)
        self._title.setFont(theme.font(size=14, semibold=True))
        self._rows: list[_StepRow] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(20, 18, 20, 18)
        self._column.setSpacing(12)
        self._column.addWidget(self._title)
        self.show_lines(())

    def show_lines(self, lines: tuple[StepLine, ...], title: str = "") -> None:
        """Show the steps; none tried yet shows what will be, unless `title` says what else this is."""
        self._title.setText(title or _title_of(lines))
        shown = lines or (() if title else fresh_lines())
        while len(self._rows) < len(shown):
            row = _StepRow(self)
            self._rows.append(row)
            self._column.addWidget(row)
        for number, row in enumerate(self._rows):
            row.setVisible(number < len(shown))
            if number < len(shown):
                row.show_line(shown[number])


def _title_of(lines: tuple[StepLine, ...]) -> str:
    states = {line.state for line in lines}
    if not lines:
        return tr("What will be tested")
    if StepState.FAILED in states:
        return tr("The connection does not work yet")
    return tr("The connection works") if states == {StepState.PASSED} else tr("Testing…")


class _StepRow(QWidget):
    """One step."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._shown: StepLine | None = None
        self._icon, self._title, self._words, self._detail = Label(self), Label(self), Label(self), Label(self)
        self._icon.setFixedSize(18, 18)
        for label in (self._title, self._words, self._detail):
            label.setWordWrap(True)
        for label in (self._words, self._detail):
            label.setFont(theme.font(size=12))
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._detail.setProperty("tone", "muted")
        column = QVBoxLayout()
        column.setSpacing(2)
        column.addWidget(self._title)
        column.addWidget(self._words)
        column.addWidget(self._detail)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(10)
        line.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        line.addLayout(column, 1)

    def show_line(self, line: StepLine) -> None:
        if line == self._shown:
            return
        known, self._shown = self._shown, line
        name, tone = _ICONS[line.state]
        icons.put(self._icon, name, tone, 18)
        self._title.setText(line.title)
        failed = line.state is StepState.FAILED
        self._title.setProperty("tone", "muted" if line.state is StepState.WAITING else "")
        self._title.style().polish(self._title)
        self._title.setFont(theme.font(semibold=failed))
        for label, words in ((self._words, f"{line.sentence}\n{line.advice}".strip()), (self._detail, line.detail)):
            label.setText(words)
            label.setVisible(bool(words))
        self.setAccessibleName(line.spoken())
        self._icon.setAccessibleName(line.spoken())
        if known is not None and failed:
            say_aloud(self, line.spoken())
