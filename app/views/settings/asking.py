"""When a letter is looked at twice before it goes: from how many recipients on, and whether strangers count."""

from __future__ import annotations

from typing import Final, Protocol

from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QSpinBox, QVBoxLayout, QWidget

from app.domain.i18n import ntr, tr
from app.ui.label import Label
from app.views.settings.fields import lock

_MOST: Final = 10_000


class Asking(Protocol):
    """The choice in force, and the ways to change it."""

    @property
    def many(self) -> int:
        """Return from how many recipients on it is asked, 0 for never."""
        ...

    @property
    def strangers(self) -> bool:
        """Tell whether it is asked where somebody outside is written to for the first time."""
        ...

    @property
    def many_is_locked(self) -> bool:
        """Tell whether an administrator has set the number."""
        ...

    @property
    def strangers_is_locked(self) -> bool:
        """Tell whether an administrator has set whether strangers count."""
        ...

    def set_many(self, many: int) -> None:
        """Ask from so many recipients on, 0 for never."""
        ...

    def set_strangers(self, *, on: bool) -> None:
        """Ask where somebody outside is new, or not."""
        ...


class AskingView(QWidget):
    """Two lines of the settings."""

    def __init__(self, asking: Asking, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._asking = asking
        self.many = QSpinBox(self)
        self.many.setRange(0, _MOST)
        self.many.setAccessibleName(tr("Recipients from which on it is asked before sending"))
        self.many.setValue(asking.many)
        self.many.valueChanged.connect(self._set_many)
        self._words = Label(self)
        self._words.setProperty("tone", "muted")
        self.strangers = QCheckBox(tr("Ask before somebody outside is written to for the first time"), self)
        self.strangers.setAccessibleName(self.strangers.text())
        self.strangers.setChecked(asking.strangers)
        self.strangers.toggled.connect(lambda on: asking.set_strangers(on=on))
        line = QHBoxLayout()
        line.addWidget(Label(tr("Ask before sending to"), self))
        line.addWidget(self.many)
        line.addWidget(self._words)
        line.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addLayout(line)
        column.addWidget(self.strangers)
        self._tell(asking.many)
        lock(self.many, locked=asking.many_is_locked)
        lock(self.strangers, locked=asking.strangers_is_locked)

    def _set_many(self, many: int) -> None:
        self._asking.set_many(many)
        self._tell(many)

    def _tell(self, many: int) -> None:
        words = ntr("person or more", "people or more", many)
        self._words.setText(words if many else tr("people: it is never asked"))
