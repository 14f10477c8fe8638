"""Draws the preferences: undo time, questions before sending, keys.

Tab goes on and Escape goes back, as everywhere, so that the keyboard can leave every field; both can be no command's
keys.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence, QPainter
from PySide6.QtWidgets import (
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSpinBox,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from app.commands.reference import written
from app.commands.search import rank
from app.core.i18n import ntr, tr
from app.ui import theme
from app.ui.elision import elided
from app.ui.inputs import ChoiceBox, NumberBox
from app.ui.widgets import Label
from app.ui.wrapping import WrappingCheckBox
from app.views.settings.fields import dress_list, lock, press_with_enter, wrapped
from app.views.settings.preferences_port import LONGEST_HOLD, Asking, Choices, NoticeKind, SpellingChoices
from app.views.settings.spelling_view import SpellingView

_MOST: Final = 10_000
_CHOICE: Final = 200
_CHOICE_LABEL: Final = 84
"""Pixels of a choice of few and of the words before it, so that they stand below each other."""
_LARGEST: Final = 1_000


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
        self.strangers = WrappingCheckBox(tr("Ask before somebody outside is written to for the first time"), self)
        self.strangers.setAccessibleName(self.strangers.text())
        self.strangers.setChecked(asking.strangers)
        self.strangers.toggled.connect(lambda on: asking.set_strangers(on=on))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addWidget(self._line(tr("Ask before sending to"), self.many, self._words))
        column.addWidget(self._line(tr("Ask before sending more than"), self.megabytes, self._size_words))
        column.addWidget(self.strangers)
        self._tell(asking.many)
        self._tell_size(asking.megabytes)
        lock(self.many, locked=asking.many_is_locked)
        lock(self.strangers, locked=asking.strangers_is_locked)
        lock(self.megabytes, locked=asking.megabytes_are_locked)

    def _number(self, about: str, most: int, value: int) -> QSpinBox:
        box = NumberBox(self)
        box.setRange(0, most)
        box.setAccessibleName(about)
        box.setValue(value)
        return box

    def _line(self, before: str, box: QSpinBox, after: Label) -> QWidget:
        after.setProperty("tone", "muted")
        return wrapped(self, (Label(before, self), box, after))

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


_MODIFIERS = frozenset({Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_Meta, Qt.Key.Key_AltGr})
_ON = frozenset({Qt.Key.Key_Tab, Qt.Key.Key_Backtab, Qt.Key.Key_Escape})
_MOST_STEPS = 2
_KEYS_WIDTH = 160


class KeyField(QLineEdit):
    """`keys` is what was pressed, as commands write it; a second key makes a sequence, a third begins anew."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setPlaceholderText(tr("Press the new keys"))
        self.setAccessibleName(tr("New keys"))
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self._steps: list[str] = []

    @property
    def keys(self) -> str:
        """Return the sequence, "" for none."""
        return ", ".join(self._steps)

    def forget(self) -> None:
        """Begin anew."""
        self._steps = []
        self.clear()

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() not in _ON:
            event.accept()  # it is named here, and not done
            return True
        return super().event(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.forget()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _MODIFIERS or event.isAutoRepeat():
            return
        if event.key() in _ON:
            event.ignore()
            return
        if len(self._steps) >= _MOST_STEPS:
            self._steps = []
        self._steps.append(QKeySequence(event.keyCombination()).toString(QKeySequence.SequenceFormat.PortableText))
        self.setText(QKeySequence(self.keys).toString(QKeySequence.SequenceFormat.NativeText))


_ROWS = 14
_ROW = 28
_COLUMNS = (0.5, 0.26, 0.24)
"""The shares of a command's name, of where it counts, and of its keys."""
_PARTS = Qt.ItemDataRole.UserRole + 1


AnyIndex = QModelIndex | QPersistentModelIndex


class _InColumns(QStyledItemDelegate):
    """Draws a command in columns; a screen reader hears the item's own text."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        own = QStyleOptionViewItem(option)
        self.initStyleOption(own, index)
        own.text = ""
        widget: QWidget = option.widget
        widget.style().drawControl(QStyle.ControlElement.CE_ItemViewItem, own, painter, widget)
        room = option.rect.adjusted(10, 0, -10, 0)
        painter.save()
        left = room.left()
        for number, (words, share) in enumerate(zip(index.data(_PARTS), _COLUMNS, strict=True)):
            column = QRect(left, room.top(), int(room.width() * share), room.height())
            left += column.width()
            painter.setPen(theme.color("muted" if number == 1 else "text"))
            shown = elided(painter.fontMetrics(), words, Qt.TextElideMode.ElideRight, column.width() - theme.GAP)
            painter.drawText(column, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        """Return no width: the columns share what the list has, however long the item's own text is."""
        return QSize(0, super().sizeHint(option, index).height())


class Entry(NamedTuple):
    """One thing that can be chosen: its section, its words, and the control that has it."""

    section: str
    words: str
    control: QWidget


class ChoicesView(QWidget):
    """The sections of the settings beside the accounts; one is shown at a time."""

    def __init__(self, choices: Choices, spelling: SpellingChoices, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._choices = choices
        self.titles = {
            "writing": tr("Writing"),
            "sending": tr("Sending"),
            "appearance": tr("Appearance"),
            "spelling": tr("Spelling"),
            "keys": tr("Keys"),
            "notifications": tr("Notifications"),
        }
        """The sections and what they are called, in their order."""
        self._sections: dict[str, QWidget] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._add_section("writing", self._build_formatted(), self._build_heads(), self._build_versions())
        self._add_section("sending", self._build_hold(), self._build_asking())
        self._add_section("appearance", self._build_scheme(), self._build_density())
        self.spelling = SpellingView(spelling, self)
        self._add_section("spelling", self.spelling)
        self._add_section("keys", *self._build_keys())
        self._add_section("notifications", *self._build_notices())
        self.refresh()

    def _add_section(self, name: str, *parts: QWidget) -> None:
        section = QWidget(self)
        column = QVBoxLayout(section)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(14)
        column.addWidget(self._title(self.titles[name]))
        for part in parts:
            column.addWidget(part)
        column.addStretch(1)
        section.hide()
        self._column.addWidget(section)
        self._sections[name] = section

    def show_section(self, name: str) -> None:
        """Show one section."""
        self._sections[name].show()
        for other, section in self._sections.items():
            section.setVisible(other == name)

    def focus_start(self) -> None:
        """Put the focus on the first control of the section that is shown."""
        first = next((one for one in self.entries() if one.control.isVisibleTo(self) and one.control.isEnabled()), None)
        if first is not None:
            first.control.setFocus()

    def entries(self) -> list[Entry]:
        """Return everything that can be chosen here, in the order in which it stands."""
        return [
            Entry("writing", self.formatted.text(), self.formatted),
            Entry("writing", self.heads.text(), self.heads),
            Entry("writing", self.versions.text(), self.versions),
            Entry("sending", self.hold.accessibleName(), self.hold),
            Entry("sending", self.asking.many.accessibleName(), self.asking.many),
            Entry("sending", self.asking.megabytes.accessibleName(), self.asking.megabytes),
            Entry("sending", self.asking.strangers.text(), self.asking.strangers),
            Entry("appearance", self.scheme.accessibleName(), self.scheme),
            Entry("appearance", self.density.accessibleName(), self.density),
            Entry("spelling", self.spelling.languages.accessibleName(), self.spelling.languages),
            Entry("spelling", tr("Your own words"), self.spelling.field),
            Entry("keys", self.letters.text(), self.letters),
            Entry("keys", tr("Keys of a command"), self.search),
            *(Entry("notifications", box.text(), box) for box in self.notices.values()),
        ]

    def _build_scheme(self) -> QWidget:
        choices = (
            ("", tr("As this computer is set")),
            ("light", tr("Light")),
            ("dark", tr("Dark")),
            ("contrast", tr("High contrast")),
        )
        self.scheme, line = self._choice(tr("Co&lours"), tr("Light, dark or high contrast"), choices)
        self.scheme.activated.connect(lambda index: self._choices.set_scheme(self.scheme.itemData(index)))
        return line

    def _build_density(self) -> QWidget:
        choices = (("compact", tr("Compact")), ("", tr("Usual")), ("roomy", tr("Roomy")))
        self.density, line = self._choice(tr("&Rows of lists"), tr("Density of lists"), choices)
        self.density.activated.connect(lambda index: self._choices.set_density(self.density.itemData(index)))
        return line

    def _choice(self, words: str, name: str, choices: Sequence[tuple[str, str]]) -> tuple[ChoiceBox, QWidget]:
        """Return a choice of few and the line that it stands in; `words` has its access key."""
        box = ChoiceBox(self)
        box.setAccessibleName(name)
        box.setMinimumHeight(34)
        box.setMinimumWidth(_CHOICE)
        for value, shown in choices:
            box.addItem(shown, value)
        label = Label(words, self)
        label.setBuddy(box)
        label.setMinimumWidth(_CHOICE_LABEL)
        return box, wrapped(self, (label, box))

    def _build_keys(self) -> list[QWidget]:
        self.letters = WrappingCheckBox(tr("Letters alone are commands in lists (C, J, K, …)"), self)
        self.letters.setAccessibleName(self.letters.text())
        self.letters.setChecked(self._choices.letters)
        self.letters.toggled.connect(self._set_letters)
        self.search = QLineEdit(self)
        self.search.setPlaceholderText(tr("Find a command"))
        self.search.setAccessibleName(tr("Find a command"))
        self.search.setClearButtonEnabled(True)
        self.search.setProperty("kind", "box")
        self.search.setMinimumHeight(34)
        self.search.textChanged.connect(self._look_for)
        self.list = QListWidget(self)
        self.list.setItemDelegate(_InColumns(self.list))
        self.list.setAccessibleName(tr("Commands and their keys"))
        self.list.setTabKeyNavigation(False)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setFixedHeight(_ROWS * _ROW)
        self.redress()
        self.list.currentItemChanged.connect(lambda *_: self._say(""))
        self._words = Label(self)
        self._words.setWordWrap(True)
        return [self.letters, self.search, self.list, self._build_change(), self._words]

    def redress(self) -> None:
        """Dress the list of commands in the scheme of now."""
        dress_list(self.list, _ROW)

    def _title(self, words: str) -> Label:
        title = Label(words, self)
        title.setFont(theme.font(size=22, semibold=True))
        return title

    def _build_hold(self) -> QWidget:
        self.hold = NumberBox(self)
        self.hold.setRange(0, LONGEST_HOLD)
        self.hold.setAccessibleName(tr("Seconds in which a send can be undone"))
        self.hold.setValue(int(self._choices.hold))
        self.hold.valueChanged.connect(self._set_hold)
        self._hold_words = Label(self)
        self._hold_words.setProperty("tone", "muted")
        self._tell_hold()
        lock(self.hold, locked=self._choices.hold_is_locked)
        return wrapped(self, (Label(tr("A message can be taken back for"), self), self.hold, self._hold_words))

    def _build_asking(self) -> AskingView:
        self.asking = AskingView(self._choices.asking, self)
        return self.asking

    def _build_notices(self) -> list[QWidget]:
        before = Label(tr("Show a desktop notification when"), self)
        words: dict[NoticeKind, str] = {
            "failures": tr("a message could not be sent"),
            "returned": tr("a message was returned"),
            "reminders": tr("nobody has answered by the time you chose"),
        }
        self.notices = {kind: self._build_notice(kind, said) for kind, said in words.items()}
        after = Label(tr("What went well is never shown there."), self)
        after.setProperty("tone", "muted")
        after.setWordWrap(True)
        return [before, *self.notices.values(), after]

    def _build_notice(self, kind: NoticeKind, words: str) -> WrappingCheckBox:
        box = WrappingCheckBox(words, self)
        box.setAccessibleName(tr("Show a desktop notification when {what}", what=words))
        box.setChecked(kind in self._choices.notices)
        box.toggled.connect(lambda on: self._choices.set_notice(kind, on=on))
        return box

    def _build_heads(self) -> WrappingCheckBox:
        words = tr("Put From, Sent, To and Subject above the message that is answered, as Outlook does")
        self.heads = WrappingCheckBox(words, self)
        self.heads.setAccessibleName(words)
        self.heads.setToolTip(tr("If not, an answer says “On …, … wrote:” and quotes what was written."))
        self.heads.setChecked(self._choices.heads)
        self.heads.toggled.connect(lambda on: self._choices.set_heads(on=on))
        lock(self.heads, locked=self._choices.heads_are_locked)
        return self.heads

    def _build_formatted(self) -> WrappingCheckBox:
        words = tr("Write new messages as formatted text")
        self.formatted = WrappingCheckBox(words, self)
        self.formatted.setAccessibleName(words)
        self.formatted.setToolTip(tr("If not, they are plain text until you format something."))
        self.formatted.setChecked(self._choices.formatted)
        self.formatted.toggled.connect(lambda on: self._choices.set_formatted(on=on))
        lock(self.formatted, locked=self._choices.formatted_is_locked)
        return self.formatted

    def _build_versions(self) -> WrappingCheckBox:
        words = tr("Keep earlier versions of drafts on this computer")
        self.versions = WrappingCheckBox(words, self)
        self.versions.setAccessibleName(words)
        self.versions.setToolTip(tr("They go with the draft: when it is sent or discarded. If not, all go at once."))
        self.versions.setChecked(self._choices.versions)
        self.versions.toggled.connect(lambda on: self._choices.set_versions(on=on))
        lock(self.versions, locked=self._choices.versions_are_locked)
        return self.versions

    def _build_change(self) -> QWidget:
        self.field = KeyField(self)
        self.field.setMinimumWidth(_KEYS_WIDTH)
        self.field.setProperty("kind", "box")
        self.field.setMinimumHeight(34)
        self.use = self._button(tr("Use these keys"), self._use)
        self.add = self._button(tr("Also these"), self._also)
        self.usual = self._button(tr("Usual keys"), lambda: self._set(None))
        self.none = self._button(tr("No keys"), lambda: self._set(()))
        return wrapped(self, (self.field, self.use, self.add, self.usual, self.none))

    def _button(self, words: str, act: Callable[[], None]) -> QPushButton:
        button = press_with_enter(QPushButton(words, self))
        button.clicked.connect(lambda _checked=False: act())
        return button

    # --- the time for Undo ------------------------------------------------------------------------------------------

    def _set_hold(self, seconds: int) -> None:
        self._choices.set_hold(seconds)
        self._tell_hold()

    def _tell_hold(self) -> None:
        seconds = self.hold.value()
        words = ntr("second after it is sent", "seconds after it is sent", seconds)
        self._hold_words.setText(words if seconds else tr("seconds: it leaves at once, and cannot be taken back"))

    # --- keys ---------------------------------------------------------------------------------------------------------

    def _look_for(self, _words: str) -> None:
        self.refresh()
        self.list.setCurrentRow(0)  # the best answer

    def refresh(self) -> None:
        """Show the commands that answer what is looked for, the current one where it was."""
        self.scheme.setCurrentIndex(max(0, self.scheme.findData(self._choices.scheme)))
        self.density.setCurrentIndex(max(0, self.density.findData(self._choices.density)))
        self.spelling.refresh()
        current = self._current()
        rows = rank(self.search.text(), [(f"{row.title} {row.where}", row) for row in self._choices.rows()])
        self.list.clear()
        for row in rows:
            shown = ", ".join(map(written, row.keys)) or tr("no keys")
            own = tr(" (changed)") if row.own else ""
            item = QListWidgetItem(f"{row.title}   ·   {row.where}   ·   {shown}{own}", self.list)
            item.setData(Qt.ItemDataRole.UserRole, row.command)
            item.setData(_PARTS, (row.title, row.where, f"{shown}{own}"))
            if row.command == current:
                self.list.setCurrentItem(item)
        if self.list.currentRow() < 0 and rows:
            self.list.setCurrentRow(0)

    def _current(self) -> str:
        item = self.list.currentItem()
        # Qt returns nothing where no row is chosen; its stub forgets that.
        return str(item.data(Qt.ItemDataRole.UserRole)) if self.list.currentRow() >= 0 else ""

    def _set_letters(self, on: bool) -> None:
        self._say(self._choices.set_letters(on=on))
        self.refresh()

    def _use(self) -> None:
        if self.field.keys:
            self._set((self.field.keys,))

    def _also(self) -> None:
        command = self._current()
        if self.field.keys and command:
            now = next(row.keys for row in self._choices.rows() if row.command == command)
            self._set((*now, self.field.keys))

    def _set(self, keys: tuple[str, ...] | None) -> None:
        command = self._current()
        if not command:
            return
        why_not = self._choices.set_keys(command, keys)
        self.refresh()
        self.field.forget()
        self._say(why_not, done=tr("Done. It counts at once."))

    def _say(self, trouble: str, done: str = "") -> None:
        self._words.setProperty("tone", "bad" if trouble else "muted")
        self._words.style().polish(self._words)
        self._words.setText(trouble or done)
        self._words.setAccessibleName(trouble or done)
