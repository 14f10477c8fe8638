"""Draws the signatures and templates of an account, or the form of one. Escape goes one step back."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QStackedLayout, QVBoxLayout, QWidget

from app.commands.command import Registry
from app.core.i18n import tr
from app.services.accounts.signatures import Snippet, SnippetKind
from app.ui import icons, theme
from app.ui.label import Label
from app.views.settings.fields import press_with_enter
from app.views.settings.snippet_form import SnippetForm
from app.views.settings.snippets_session import SnippetsSession


class SnippetsPage(QWidget):
    """One account's. `closed` says that the person is done."""

    closed = Signal()

    def __init__(
        self, session: SnippetsSession, address: str, registry: Registry, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.session = session
        self._shown: tuple[Snippet, ...] | None = None
        self.rows: list[SnippetRow] = []
        self.list = QWidget(self)
        self.form = SnippetForm(session, registry, self)
        title = Label(tr("Signatures and templates"), self.list)
        title.setFont(theme.font(size=22, semibold=True))
        about = Label(tr("Of {address}. Ctrl+T puts one into a message.", address=address), self.list)
        about.setProperty("tone", "muted")
        self._error = Label(self.list)
        self._error.setProperty("tone", "bad")
        self._error.setWordWrap(True)
        self.add_signature = press_with_enter(QPushButton(tr("Add a signature"), self.list))
        icons.put(self.add_signature, "plus", "on_accent")
        self.add_signature.setProperty("kind", "primary")
        self.add_template = press_with_enter(QPushButton(tr("Add a template"), self.list))
        self.back = press_with_enter(QPushButton(tr("Back"), self.list))
        self.back.setProperty("kind", "quiet")
        self._snippets = QVBoxLayout()
        self._snippets.setSpacing(theme.GAP)
        self._build((title, about, self._error))
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self.list)
        self._stack.addWidget(self.form)
        self.add_signature.clicked.connect(lambda: session.begin(SnippetKind.SIGNATURE))
        self.add_template.clicked.connect(lambda: session.begin(SnippetKind.TEMPLATE))
        self.back.clicked.connect(self.closed)
        session.on_change = self.refresh
        self.refresh()

    def _build(self, head: tuple[QWidget, ...]) -> None:
        buttons = QHBoxLayout()
        for button in (self.add_signature, self.add_template):
            buttons.addWidget(button)
        buttons.addStretch(1)
        buttons.addWidget(self.back)
        whole = QVBoxLayout(self.list)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(16)
        for widget in head:
            whole.addWidget(widget)
        whole.addLayout(self._snippets)
        whole.addLayout(buttons)
        whole.addStretch(1)

    def focus_start(self) -> None:
        """Put the focus on the first of them, or where one is added."""
        if self.session.editing is not None:
            self.form.focus_start()
        else:
            (self.rows[0].change if self.rows else self.add_signature).setFocus()

    def step_back(self) -> bool:
        """Leave the form for the list; False where the list is shown."""
        if self.session.editing is None:
            return False
        self.session.leave()
        return True

    def refresh(self) -> None:
        """Draw what the session says."""
        session = self.session
        editing = session.editing is not None
        before = self._stack.currentWidget()
        focus: QWidget | None = self.window().focusWidget()
        had_focus = focus is not None and self.isAncestorOf(focus)
        if session.snippets != self._shown:
            self._shown = session.snippets
            self._fill()
        self._error.setText("" if editing else session.error)
        self._error.setVisible(bool(self._error.text()))
        self.form.refresh()
        self._stack.setCurrentWidget(self.form if editing else self.list)
        if had_focus and (before is not self._stack.currentWidget() or not editing):
            self.focus_start()

    def _fill(self) -> None:
        for row in self.rows:
            self._snippets.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.rows = [SnippetRow(one, self.session, self.list) for one in self.session.snippets]
        before: QWidget | None = None
        for row in self.rows:
            self._snippets.addWidget(row)
            for button in (row.change, row.remove):
                if before is not None:
                    QWidget.setTabOrder(before, button)
                before = button
        way = [*([] if before is None else [before]), self.add_signature, self.add_template, self.back]
        for first, second in pairwise(way):
            QWidget.setTabOrder(first, second)


class SnippetRow(QFrame):
    """One of them."""

    def __init__(self, snippet: Snippet, session: SnippetsSession, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("kind", "popup")
        self.setAccessibleName(f"{snippet.name}, {session.words(snippet)}")
        icon, title, words = Label(self), Label(snippet.name, self), Label(session.words(snippet), self)
        icons.put(icon, "pen-line" if snippet.kind is SnippetKind.SIGNATURE else "file-text", "accent", 20)
        title.setFont(theme.font(size=14, semibold=True))
        words.setProperty("tone", "muted")
        self.change = press_with_enter(QPushButton(tr("Change"), self))
        self.change.setAccessibleName(tr("Change {name}", name=snippet.name))
        self.remove = press_with_enter(QPushButton(tr("Remove"), self))
        self.remove.setAccessibleName(tr("Remove {name}", name=snippet.name))
        self.change.clicked.connect(lambda: session.edit(snippet))
        self.remove.clicked.connect(lambda: session.remove(snippet))
        column = QVBoxLayout()
        column.setSpacing(2)
        column.addWidget(title)
        column.addWidget(words)
        line = QHBoxLayout(self)
        line.setContentsMargins(16, 12, 16, 12)
        line.setSpacing(14)
        line.addWidget(icon)
        line.addLayout(column, 1)
        line.addWidget(self.change)
        line.addWidget(self.remove)
