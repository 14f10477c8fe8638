"""Draws the mailboxes of others that one sends as, and what the server said of them. Enter adds, Escape goes back."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.core.i18n import tr
from app.services.accounts.identities import Identity
from app.ui import icons, theme
from app.ui.bars import MessageBar
from app.ui.widgets import Label
from app.views.settings.fields import LabelledField, lay_out_card, press_with_enter
from app.views.settings.mailboxes_session import MailboxesSession


class MailboxesPage(QWidget):
    """One account's. `closed` says that the person is done."""

    closed = Signal()

    def __init__(self, session: MailboxesSession, address: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self._shown: tuple[Identity, ...] | None = None
        self.rows: list[MailboxRow] = []
        title = Label(tr("Mailboxes you send as"), self)
        title.setFont(theme.font(size=22, semibold=True))
        about = Label(
            tr("Beside {address}. Whether you may send from one, the server says when you do.", address=address), self
        )
        about.setProperty("tone", "muted")
        about.setWordWrap(True)
        self.field = LabelledField(tr("Address of the mailbox"), tr("Such as sales@contoso.com"), parent=self)
        self.add = press_with_enter(QPushButton(tr("Add"), self))
        self.add.setProperty("kind", "primary")
        self.field.add_beside(self.add)
        self.back = press_with_enter(QPushButton(tr("Back"), self))
        self.back.setProperty("kind", "quiet")
        self._notice = Label(self)
        self._notice.setProperty("tone", "muted")
        self.bar = MessageBar(self)
        self.told = Label(self)
        self.told.setProperty("tone", "muted")
        self.ask = press_with_enter(QPushButton(tr("Ask again"), self))
        self.ask.setProperty("kind", "link")
        self.ask.setAccessibleName(tr("Ask the server again which mailboxes you may use"))
        self._lay_out(title, about)
        self.field.line.returnPressed.connect(self._add)
        self.add.clicked.connect(self._add)
        self.back.clicked.connect(self.closed)
        self.ask.clicked.connect(session.ask)
        self.bar.action_wanted.connect(lambda _: session.ask())
        session.changed.subscribe(lambda _: self.refresh())
        self.refresh()

    def _lay_out(self, title: QWidget, about: QWidget) -> None:
        self._mailboxes = QVBoxLayout()
        self._mailboxes.setSpacing(theme.GAP)
        under = QHBoxLayout()
        under.addWidget(self._notice, 1)
        under.addWidget(self.back)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(16)
        for widget in (title, about):
            whole.addWidget(widget)
        whole.addLayout(self._mailboxes)
        asked = QHBoxLayout()
        asked.addWidget(self.told)
        asked.addWidget(self.ask)
        asked.addStretch(1)
        whole.addLayout(asked)
        whole.addWidget(self.bar)
        whole.addWidget(self.field)
        whole.addLayout(under)
        whole.addStretch(1)

    def focus_start(self) -> None:
        """Put the focus where a mailbox is added."""
        self.field.line.setFocus()

    def step_back(self) -> bool:
        """Go one step back within the page; False where there is none."""
        return False

    def refresh(self) -> None:
        """Draw what the session says."""
        session = self.session
        self.field.show_error(session.error)
        self.add.setEnabled(not session.busy)
        self.add.setText(tr("Looking…") if session.busy else tr("Add"))
        self._notice.setText(session.notice)
        self._show_told()
        if session.mailboxes != self._shown:
            if self._shown is not None and session.notice and not session.error:
                self.field.line.clear()
            self._shown = session.mailboxes
            self._fill()

    def _show_told(self) -> None:
        words, details = self.session.told_words(), self.session.trouble_details()
        focus: QWidget | None = self.window().focusWidget()
        held_focus = focus is not None and (focus is self.ask or self.bar.isAncestorOf(focus))
        self.told.setText(words)
        for widget in (self.told, self.ask):
            widget.setVisible(not details)
        if details:
            self.bar.show_sentence(words, action=("ask", tr("Ask again")), details=details)
        else:
            self.bar.clear()
        if held_focus:
            self.bar.focus_action() if details else self.ask.setFocus()

    def _add(self) -> None:
        self.session.add(self.field.line.text())

    def _fill(self) -> None:
        focus: QWidget | None = self.window().focusWidget()
        held_focus = focus is not None and any(row.isAncestorOf(focus) for row in self.rows)
        for row in self.rows:
            self._mailboxes.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.rows = [MailboxRow(one, self.session, self) for one in self.session.mailboxes]
        for row in self.rows:
            self._mailboxes.addWidget(row)
        way: list[QWidget] = [button for row in self.rows for button in (row.look, row.remove)]
        asked = [self.ask, *self.bar.findChildren(QPushButton)]
        for first, second in pairwise([*way, *asked, self.field.line, self.add, self.back]):
            QWidget.setTabOrder(first, second)
        if held_focus:
            self.focus_start()


class MailboxRow(QFrame):
    """One mailbox: what it is called, what is known of it, and the way to look again or to take it away."""

    def __init__(self, identity: Identity, session: MailboxesSession, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("kind", "popup")
        name = identity.name or identity.address
        self.setAccessibleName(f"{name}, {session.words(identity)}")
        icon, title, words = Label(self), Label(self), Label(self)
        icons.put(icon, "user-round", "accent", 20)
        title.setText(f"{identity.name} · {identity.address}" if identity.name else identity.address)
        title.setFont(theme.font(size=14, semibold=True))
        words.setText(session.words(identity))
        words.setProperty("tone", "muted")
        words.setWordWrap(True)
        self.look = press_with_enter(QPushButton(tr("Look again"), self))
        self.look.setAccessibleName(tr("Look again at {mailbox}", mailbox=name))
        self.remove = press_with_enter(QPushButton(tr("Remove"), self))
        self.remove.setAccessibleName(tr("Remove {mailbox}", mailbox=name))
        self.look.clicked.connect(lambda: session.add(identity.address, by_server=identity.by_server))
        self.remove.clicked.connect(lambda: session.remove(identity.address))
        lay_out_card(self, icon, title, words, (self.look, self.remove))
