"""Draws how the messages of an account look, with words that are written so. Each choice counts at once."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.core.i18n import mark, tr
from app.domain.house_style import FONTS, SIZES, font_stack
from app.services.html.prepare import open_own
from app.ui import theme
from app.ui.document.formats import shown_family
from app.ui.editor.rich import RichEditor
from app.ui.inputs import ChoiceBox
from app.ui.widgets import Label
from app.views.settings.fields import LabelledField, lock, press_with_enter, wrapped
from app.views.settings.style_session import StyleSession

_LABEL: Final = 150
_CHOICE: Final = 360
"""Pixels of the words before a choice and of the choice, so that they stand below each other."""
_PREVIEW: Final = 190
_OTHER: Final = "other"
"""What stands for a font that is not in the list."""
COLORS: Final = (
    (mark("The reader’s own (black)"), ""),
    (mark("Black"), "#000000"),
    (mark("Dark grey"), "#404040"),
    (mark("Grey"), "#6b7280"),
    (mark("Dark blue"), "#1f3864"),
    (mark("Blue"), "#1a4f9c"),
    (mark("Teal"), "#00838f"),
    (mark("Green"), "#2e7d32"),
    (mark("Purple"), "#602a86"),
    (mark("Red"), "#b00000"),
)
_HEADS: Final = (
    (mark("As chosen for all accounts"), ""),
    (mark("From, Sent, To and Subject, as Outlook has them"), "yes"),
    (mark("“On …, … wrote:”"), "never"),
)


class StylePage(QWidget):
    """One account's. `closed` says that the person is done."""

    closed = Signal()

    def __init__(self, session: StyleSession, address: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session, self._address = session, address
        self._asks_name = False
        """Whether the person chose to type the name of a font."""
        title = Label(tr("How messages look"), self)
        title.setFont(theme.font(size=22, semibold=True))
        words = tr("Messages from {address}, as they go out. What you format by hand stays.", address=address)
        about = Label(words, self)
        about.setProperty("tone", "muted")
        about.setWordWrap(True)
        self.font_choice = self._choice(tr("Font"), [(name, name) for name in FONTS])
        self.font_choice.addItem(tr("Another font"), _OTHER)
        hint = tr("As it is called in Word, such as Segoe UI")
        self.font_name = LabelledField(tr("Name of the font"), hint, parent=self)
        self.size_choice = self._choice(tr("Size"), [(tr("{n} points", n=f"{size:g}"), size) for size in SIZES])
        self.color_choice = self._choice(tr("Colour"), [(tr(words), css) for words, css in COLORS])
        self.heads_choice = self._choice(tr("Above what is quoted"), [(tr(words), name) for words, name in _HEADS])
        self.shown_as = Label(self)
        self.shown_as.setProperty("tone", "muted")
        self.shown_as.setWordWrap(True)
        self.preview = self._make_preview()
        self.error = Label(self)
        self.error.setProperty("tone", "bad")
        self.error.setWordWrap(True)
        self.back = press_with_enter(QPushButton(tr("Back"), self))
        self.back.setProperty("kind", "quiet")
        self._lay_out(title, about)
        self._connect()
        self.refresh()

    def _choice(self, name: str, choices: list[tuple[str, object]]) -> ChoiceBox:
        box = ChoiceBox(self)
        box.setAccessibleName(name)
        box.setFixedWidth(_CHOICE)
        for words, thing in choices:
            box.addItem(words, thing)
        return box

    def _make_preview(self) -> RichEditor:
        """Return the editor of messages itself: what it shows here is what it shows there."""
        preview = RichEditor(self)
        preview.setReadOnly(True)
        preview.setAccessibleName(tr("Words as they go out"))
        preview.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        preview.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
        preview.setFixedHeight(_PREVIEW)
        preview.setStyleSheet("background: transparent;")  # the ground of its box
        return preview

    def _lay_out(self, title: QWidget, about: QWidget) -> None:
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(12)
        whole.addWidget(title)
        whole.addWidget(about)
        for box in (self.font_choice, self.size_choice, self.color_choice, self.heads_choice):
            words = Label(box.accessibleName(), self)
            words.setMinimumWidth(_LABEL)
            whole.addWidget(wrapped(self, (words, box)))
            if box is self.font_choice:
                whole.addWidget(self.font_name)
                whole.addWidget(self.shown_as)
        frame = QFrame(self)
        frame.setProperty("kind", "box")
        inner = QVBoxLayout(frame)
        inner.setContentsMargins(14, 12, 4, 12)
        inner.addWidget(self.preview)
        whole.addWidget(frame)
        whole.addWidget(self.error)
        line = QHBoxLayout()
        line.addWidget(self.back)
        line.addStretch(1)
        whole.addLayout(line)
        whole.addStretch(1)

    def _connect(self) -> None:
        session = self.session
        self.font_choice.activated.connect(lambda _: self._font_chosen())
        self.font_name.left.connect(self._font_named)
        self.size_choice.activated.connect(lambda _: session.set_size(float(self.size_choice.currentData())))
        self.color_choice.activated.connect(lambda _: session.set_color(str(self.color_choice.currentData())))
        self.heads_choice.activated.connect(lambda _: session.set_heads(str(self.heads_choice.currentData())))
        self.back.clicked.connect(self.closed)
        session.changed.subscribe(lambda _: self.refresh())

    def _font_chosen(self) -> None:
        font = str(self.font_choice.currentData())
        self._asks_name = font == _OTHER
        self.font_name.setVisible(self._asks_name)
        if self._asks_name:
            self.font_name.line.setFocus()
        else:
            self.session.set_font(font)

    def _font_named(self) -> None:
        name = self.font_name.line.text().strip()
        if name and name != self.session.style.font:
            self.session.set_font(name)

    def focus_start(self) -> None:
        """Put the focus on the first choice that can be made."""
        boxes = (self.font_choice, self.size_choice, self.color_choice, self.heads_choice)
        next((box for box in boxes if box.isEnabled()), self.back).setFocus()

    def step_back(self) -> bool:
        """Go one step back within the page; False where there is none."""
        return False

    def refresh(self) -> None:
        """Draw what the session says."""
        session, style = self.session, self.session.style
        listed = style.font in FONTS
        named = self._asks_name or not listed
        self.font_name.setVisible(named)
        if not listed and not self.font_name.line.hasFocus():
            self.font_name.show_text(style.font)
        _show(self.font_choice, _OTHER if named else style.font, "")
        _show(self.size_choice, style.size, tr("{n} points", n=f"{style.size:g}"))
        _show(self.color_choice, style.color, style.color)
        _show(self.heads_choice, session.heads, "")
        lock(self.font_choice, locked=session.font_is_locked)
        lock(self.font_name.line, locked=session.font_is_locked)
        lock(self.size_choice, locked=session.size_is_locked)
        lock(self.color_choice, locked=session.color_is_locked)
        lock(self.heads_choice, locked=session.heads_are_locked)
        self.font_name.show_error(session.font_error)
        self._say_font(style.font)
        self.error.setText(session.error)
        self.error.setVisible(bool(session.error))
        self.preview.open_body(open_own(session.sample(self._address)))
        self.preview.finish()

    def _say_font(self, font: str) -> None:
        """Say in which font it is drawn here, where that is another one."""
        shown = shown_family(font_stack(font))
        other = shown.casefold() != font.casefold()
        words = tr(
            "{font} is not installed on this computer: you see {shown} here. Those who have {font} see {font}.",
            font=font,
            shown=shown,
        )
        self.shown_as.setText(words if other else "")
        self.shown_as.setVisible(other)


def _show(box: ChoiceBox, thing: object, words: str) -> None:
    """Show a choice; one that is not in the list is added under `words`."""
    found = box.findData(thing)
    if found < 0 and words:
        box.addItem(words, thing)
        found = box.count() - 1
    box.setCurrentIndex(max(0, found))
