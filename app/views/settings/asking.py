"""When a letter is looked at twice before it goes: how many recipients, how large, and whether strangers count."""

from __future__ import annotations

from typing import Final, Protocol

from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QSpinBox, QVBoxLayout, QWidget

from app.core.i18n import ntr, tr
from app.ui.label import Label
from app.views.settings.fields import lock

_MOST: Final = 10_000
_LARGEST: Final = 1_000


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

    @property
    def megabytes(self) -> int:
        """Return above how many megabytes it is asked where the server does not say what it takes, 0 for never."""
        ...

    @property
    def megabytes_are_locked(self) -> bool:
        """Tell whether an administrator has set that."""
        ...

    def set_megabytes(self, megabytes: int) -> None:
        """Ask above so many megabytes, 0 for never."""
        ...

    def set_many(self, many: int) -> None:
        """Ask from so many recipients on, 0 for never."""
        ...

    def set_strangers(self, *, on: bool) -> None:
        """Ask where somebody outside is new, or not."""
        ...


class AskingView(QWidget):
    """Three lines of the settings."""

    def __init__(self, asking: Asking, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._asking = asking
        self.many = self._number(tr("Recipients from which on it is asked before sending"), _MOST, asking.many)
        self.many.valueChanged.connect(self._set_many)
        about = tr("Megabytes above which it is asked before sending")
        self.megabytes = self._number(about, _LARGEST, asking.megabytes)
        self.megabytes.valueChanged.connect(self._set_megabytes)
        self._words, self._size_words = Label(self), Label(self)
        self.strangers = QCheckBox(tr("Ask before somebody outside is written to for the first time"), self)
        self.strangers.setAccessibleName(self.strangers.text())
        self.strangers.setChecked(asking.strangers)
        self.strangers.toggled.connect(lambda on: asking.set_strangers(on=on))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addLayout(self._line(tr("Ask before sending to"), self.many, self._words))
        column.addLayout(self._line(tr("Ask before sending more than"), self.megabytes, self._size_words))
        column.addWidget(self.strangers)
        self._tell(asking.many)
        self._tell_size(asking.megabytes)
        lock(self.many, locked=asking.many_is_locked)
        lock(self.strangers, locked=asking.strangers_is_locked)
        lock(self.megabytes, locked=asking.megabytes_are_locked)

    def _number(self, about: str, most: int, value: int) -> QSpinBox:
        box = QSpinBox(self)
        box.setRange(0, most)
        box.setAccessibleName(about)
        box.setValue(value)
        return box

    def _line(self, before: str, box: QSpinBox, after: Label) -> QHBoxLayout:
        after.setProperty("tone", "muted")
        line = QHBoxLayout()
        line.addWidget(Label(before, self))
        line.addWidget(box)
        line.addWidget(after)
        line.addStretch(1)
        return line

    def _set_many(self, many: int) -> None:
        self._asking.set_many(many)
        self._tell(many)

    def _set_megabytes(self, megabytes: int) -> None:
        self._asking.set_megabytes(megabytes)
        self._tell_size(megabytes)

    def _tell_size(self, megabytes: int) -> None:
        said = tr("MB, where the server does not say what it takes")
        self._size_words.setText(said if megabytes else tr("MB: it is never asked"))

    def _tell(self, many: int) -> None:
        words = ntr("person or more", "people or more", many)
        self._words.setText(words if many else tr("people: it is never asked"))
