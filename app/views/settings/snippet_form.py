"""The form of one signature or template. Its text may be formatted: what is pasted keeps what is safe of its looks."""

from __future__ import annotations

from functools import partial
from typing import Final

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.commands.command import Handler, Registry
from app.core.i18n import tr
from app.services.accounts.signatures import Snippet, SnippetKind
from app.services.html.clean import losses
from app.services.html.prepare import open_html, open_text
from app.ui import keys, theme
from app.ui.editor import deeds
from app.ui.editor.link_bar import LinkBar
from app.ui.editor.names import FORMATTING
from app.ui.editor.rich import RichEditor
from app.ui.editor.toolbar import FormatBar
from app.ui.inputs import CheckBox, ChoiceBox
from app.ui.label import Label
from app.views.settings.fields import LabelledField, press_with_enter
from app.views.settings.snippet_pictures import SnippetPictures
from app.views.settings.snippets_session import SnippetsSession

_NOT_HERE: Final = frozenset({"color"})
"""A colour is chosen in a letter's own list."""
_OWN: Final = frozenset({"link", "picture"})
"""Done by the form, and not by what formats text."""


class SnippetForm(QWidget):
    """Draws the snippet that the session has open. Ctrl+Enter saves from anywhere in it.

    The text is formatted by the keys that format a letter, which `registry` has.
    """

    def __init__(self, session: SnippetsSession, registry: Registry, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._shown: Snippet | None = None
        self.title = Label(self)
        self.title.setFont(theme.font(size=22, semibold=True))
        self.name = LabelledField(tr("Name"), tr("By which you choose it with Ctrl+T"), parent=self)
        self.subject = LabelledField(tr("Subject"), tr("Where the message has none yet"), parent=self)
        self.text = RichEditor(self)
        self.text.setAccessibleName(tr("Text"))
        self.text.setMinimumHeight(150)
        self.text.setStyleSheet("background: transparent;")  # the ground of its box
        self.pictures = SnippetPictures(self.text)
        self.tools = FormatBar(self.text, self._format, self, without=_NOT_HERE)
        self.link_bar = LinkBar(self.text, self)
        self.link_bar.closed.connect(self._close_link)
        self.link_bar.hide()
        self.for_new = CheckBox(tr("Put it into new messages"), self)
        self.for_replies = CheckBox(tr("Put it into answers"), self)
        self.mailbox = ChoiceBox(self)
        self.mailbox.setAccessibleName(tr("For messages from"))
        self._error = Label(self)
        self._error.setProperty("tone", "bad")
        self.save = press_with_enter(QPushButton(tr("Save"), self))
        self.save.setProperty("kind", "primary")
        self.cancel = press_with_enter(QPushButton(tr("Cancel"), self))
        self.cancel.setProperty("kind", "quiet")
        self._build()
        self._bind(registry)
        self.save.clicked.connect(self._save)
        self.cancel.clicked.connect(session.leave)

    def _build(self) -> None:
        text_label = Label(tr("Text"), self)
        text_label.setFont(theme.font(size=12, semibold=True))
        box = QFrame(self)
        box.setProperty("kind", "box")
        inner = QVBoxLayout(box)
        inner.setContentsMargins(10, 8, 4, 8)
        inner.addWidget(self.tools)
        inner.addWidget(self.text)
        inner.addWidget(self.link_bar)
        self._box = box
        hint = Label(tr("Filled in by themselves: {fields}", fields="{name}  {address}  {date}  {to.name}"), self)
        hint.setProperty("tone", "muted")
        hint.setFont(theme.font(size=12))
        buttons = QHBoxLayout()
        buttons.addWidget(self.save)
        buttons.addWidget(self.cancel)
        buttons.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(10)
        for widget in (self.title, self.name, self.subject, text_label, box, hint, self.for_new, self.for_replies):
            whole.addWidget(widget)
        whole.addWidget(self.mailbox, 0, Qt.AlignmentFlag.AlignLeft)
        whole.addWidget(self._error)
        whole.addLayout(buttons)
        whole.addStretch(1)

    def _bind(self, registry: Registry) -> None:
        """Let the keys that format a letter format this text, and the tools say them."""
        for command, _ in registry:
            name = command.id.removeprefix("text.")
            if command.id.startswith("text.") and (name in FORMATTING or name in _OWN):
                handler = Handler(partial(self._format, command.id))
                keys.bind(self._box, [(command, handler)], command.context, registry.attempt)
        keys.show_tips(self.tools, registry)

    def _format(self, command: str) -> None:
        name = command.removeprefix("text.")
        if name == "link":
            self.link_bar.open()
        elif name == "picture":
            self.pictures.choose()
        else:
            deeds.do(self.text, name)

    def _close_link(self) -> None:
        self.link_bar.hide()
        self.text.setFocus()

    def focus_start(self) -> None:
        """Put the focus on the name."""
        self.name.line.setFocus()

    def refresh(self) -> None:
        """Draw what the session says; what was typed stays."""
        snippet = self._session.editing
        self._error.setText(self._session.error)
        self._error.setVisible(bool(self._session.error))
        if snippet is None:
            self._shown = None
        elif self._shown is None or self._shown.key != snippet.key:
            self._shown = snippet
            self._show(snippet)

    def _show(self, snippet: Snippet) -> None:
        signature = snippet.kind is SnippetKind.SIGNATURE
        self.title.setText(tr("Signature") if signature else tr("Template"))
        self.name.show_text(snippet.name)
        self.subject.show_text(snippet.subject)
        self.subject.setVisible(not signature)
        for widget in (self.for_new, self.for_replies, self.mailbox):
            widget.setVisible(signature)
        self.pictures.forget()
        self.text.open(open_html(snippet.html) if snippet.html else open_text(snippet.text))
        self.text.finish()
        self.for_new.setChecked(snippet.for_new)
        self.for_replies.setChecked(snippet.for_replies)
        self.mailbox.clear()
        self.mailbox.addItem(tr("From any mailbox"), "")
        for one in self._session.mailboxes:
            self.mailbox.addItem(tr("From {mailbox} only", mailbox=one.address), one.address)
        found = self.mailbox.findData(snippet.address)
        if found < 0:
            self.mailbox.addItem(tr("From {mailbox} only", mailbox=snippet.address), snippet.address)
            found = self.mailbox.count() - 1
        self.mailbox.setCurrentIndex(found)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        entered = event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}
        if entered and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._save()
        else:
            super().keyPressEvent(event)

    def _save(self) -> None:
        snippet = self._session.editing
        if snippet is None:
            return
        self.pictures.finish()
        self.text.finish()
        html = self.text.html()
        signature = snippet.kind is SnippetKind.SIGNATURE
        self._session.save(
            msgspec.structs.replace(
                snippet,
                name=self.name.line.text(),
                subject="" if signature else self.subject.line.text().strip(),
                text=self.text.toPlainText(),
                html=html if losses(html) else "",
                address=str(self.mailbox.currentData() or "") if signature else "",
                for_new=signature and self.for_new.isChecked(),
                for_replies=signature and self.for_replies.isChecked(),
            )
        )
