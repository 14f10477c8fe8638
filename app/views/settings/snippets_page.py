"""Signatures and templates, drawn; the form of one.

Where it is put into a message they are attached to that.
"""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import Final

import msgspec
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QTextCursor
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QStackedLayout, QVBoxLayout, QWidget

from app.commands.command import Handler, Registry
from app.core.i18n import tr
from app.domain.blocks import OBJECT, Picture, without_name
from app.domain.house_style import is_base
from app.domain.visible_text import plain_text
from app.services.accounts.signatures import FIELDS, Snippet, SnippetKind
from app.services.html.foreign import read_for_insertion, read_for_signature
from app.services.html.prepare import Opened, losses, open_kept, open_own, open_text
from app.ui import icons, keys, theme
from app.ui.document import pictures
from app.ui.editor import format_actions
from app.ui.editor.action_names import FORMATTING
from app.ui.editor.background_work import BackgroundWork
from app.ui.editor.rich import RichEditor
from app.ui.editor.toolbar import FormatBar, LinkBar
from app.ui.inputs import ChoiceBox
from app.ui.widgets import Label
from app.ui.wrapping import WrappingCheckBox
from app.views.settings.fields import LabelledField, lay_out_card, press_with_enter, wrapped
from app.views.settings.signature_import import SignatureImport
from app.views.settings.snippets_session import SnippetsSession


class SnippetPictures(QObject):
    """Puts into `text` what is chosen, pasted or dropped."""

    def __init__(self, text: RichEditor) -> None:
        super().__init__(text)
        self._text = text
        self._background = BackgroundWork(self)
        text.pictures_offered.connect(self._offered)

    def choose(self) -> None:
        """Let the person choose a file."""
        pictures.choose(self._text, self._offered, self._go_back)

    def finish(self) -> None:
        """Wait for what is being read, because the text is being kept."""
        self._background.finish()

    def forget(self) -> None:
        """Let nothing arrive in another text than it was chosen for."""
        self._background.forget()

    def _go_back(self) -> None:
        self._text.window().activateWindow()
        self._text.setFocus()

    def _offered(self, them: list[object]) -> None:
        place = QTextCursor(self._text.textCursor())
        self._background.run(lambda: [_read(one) for one in them], lambda read: self._put_in(read, place))

    def _put_in(self, read: list[tuple[str, QImage] | None], place: QTextCursor) -> None:
        for one in read:
            if one is not None:
                source, image = one
                self._text.insert_picture(Picture(source, "", *pictures.size_shown(image)), image, place)


def _read(one: object) -> tuple[str, QImage] | None:
    found = pictures.read(one)
    return None if found is None else (pictures.written_out(found[0], found[2]), found[2])


_NOT_HERE: Final = frozenset({"color"})
"""A colour is chosen in a message's own list."""
_OWN: Final = frozenset({"link", "picture"})
"""Done by the form, and not by what formats text."""


class SnippetForm(QWidget):
    """Draws the snippet that the session has open. Ctrl+Enter saves from anywhere in it.

    The text is formatted by the keys that format a message, which `registry` has.
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
        self.text.edited.connect(lambda _edit: self._show_kept())
        self.pictures = SnippetPictures(self.text)
        self.tools = FormatBar(self.text, self._format, self, without=_NOT_HERE)
        self.link_bar = LinkBar(self.text, self)
        self.link_bar.closed.connect(self._close_link)
        self.link_bar.hide()
        self.for_new = WrappingCheckBox(tr("Put it into new messages"), self)
        self.for_replies = WrappingCheckBox(tr("Put it into answers"), self)
        self.mailbox = ChoiceBox(self)
        self.mailbox.setAccessibleName(tr("For messages from"))
        words = tr("It goes out to the letter, also what is not drawn here. Write above and below it.")
        self._kept = Label(words, self)
        self._kept.setProperty("tone", "muted")
        self._kept.setWordWrap(True)
        self.change_words = press_with_enter(QPushButton(tr("Change its words"), self))
        self.change_words.setAccessibleDescription(tr("Its tables are then written as the editor writes them."))
        self.change_words.clicked.connect(self._change_words)
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
        fields = "  ".join(f"{{{{{field}}}}}" for field in FIELDS)
        asked = tr("Filled in by themselves: {fields}. Anything else in two braces is asked for.", fields=fields)
        hint = Label(asked, self)
        hint.setWordWrap(True)
        hint.setProperty("tone", "muted")
        hint.setFont(theme.font(size=12))
        buttons = QHBoxLayout()
        buttons.addWidget(self.save)
        buttons.addWidget(self.cancel)
        buttons.addStretch(1)
        self._kept_line = wrapped(self, (self._kept, self.change_words))
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(10)
        for widget in (self.title, self.name, self.subject, text_label, box, self._kept_line, hint):
            whole.addWidget(widget)
        for widget in (self.for_new, self.for_replies):
            whole.addWidget(widget)
        whole.addWidget(self.mailbox, 0, Qt.AlignmentFlag.AlignLeft)
        whole.addWidget(self._error)
        whole.addLayout(buttons)
        whole.addStretch(1)

    def _bind(self, registry: Registry) -> None:
        """Let the keys that format a message format this text, and the tools say them."""
        for command, _ in registry:
            name = command.id.removeprefix("text.")
            if command.id.startswith("text.") and (name in FORMATTING or name in _OWN):
                handler = Handler(partial(self._format, command.id))
                keys.bind(self._box, [(command, handler)], command.context, registry.attempt)
        keys.show_tips(self.tools, registry)

    def _format(self, command: str) -> None:
        name = command.removeprefix("text.")
        if name == "link":
            self.link_bar.open_bar()
        elif name == "picture":
            self.pictures.choose()
        else:
            format_actions.do(self.text, name)

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
        self.text.pasting.read_html = read_for_signature if signature else read_for_insertion
        self.text.open_body(self._opened(snippet))
        self.text.finish()
        if not self.text.fragments.base or is_base(self.text.fragments.base):
            self.text.change_base(self._session.base)
        self._show_kept()
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

    def _show_kept(self) -> None:
        """Say that a part goes out to the letter, as long as one does."""
        self._kept_line.setVisible(self.text.place_of_signature() is not None)

    def _change_words(self) -> None:
        self.text.change_signature_here()
        self.text.setFocus()

    def _opened(self, snippet: Snippet) -> Opened:
        if snippet.kept:
            return open_kept(snippet.html, self._session.base)
        return open_own(snippet.html) if snippet.html else open_text(snippet.text, self._session.base)

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
        signature = snippet.kind is SnippetKind.SIGNATURE
        kept = signature and self.text.has_kept()
        html = without_name(self.text.inner()) if kept else self.text.html()
        self._session.save(
            msgspec.structs.replace(
                snippet,
                name=self.name.line.text(),
                subject="" if signature else self.subject.line.text().strip(),
                text=(plain_text(html).strip() or OBJECT) if kept else self.text.toPlainText(),
                html=html if kept or losses(html) else "",
                address=str(self.mailbox.currentData() or "") if signature else "",
                for_new=signature and self.for_new.isChecked(),
                for_replies=signature and self.for_replies.isChecked(),
                kept=kept,
            )
        )


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
        words = tr("Of {address}. Ctrl+T puts one into a message.", address=address)
        taken = tr("A message in Sent gives you its signature: “Use the signature of this message”.")
        about = Label(f"{words} {taken}", self.list)
        about.setProperty("tone", "muted")
        about.setWordWrap(True)
        self._error = Label(self.list)
        self._error.setProperty("tone", "bad")
        self._error.setWordWrap(True)
        self.add_signature = press_with_enter(QPushButton(tr("Add a signature"), self.list))
        icons.put(self.add_signature, "plus", "on_accent")
        self.add_signature.setProperty("kind", "primary")
        self.import_signature = press_with_enter(QPushButton(tr("Import a signature"), self.list))
        self.importing = SignatureImport(self, session.imported)
        self.import_signature.clicked.connect(self.importing.choose)
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
        session.changed.subscribe(lambda _: self.refresh())
        self.refresh()

    def _build(self, head: tuple[QWidget, ...]) -> None:
        buttons = QHBoxLayout()
        for button in (self.add_signature, self.import_signature, self.add_template):
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
        adding = (self.add_signature, self.import_signature, self.add_template)
        way = [*([] if before is None else [before]), *adding, self.back]
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
        lay_out_card(self, icon, title, words, (self.change, self.remove))
