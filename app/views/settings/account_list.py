"""The accounts there are: each with the way to change it and to remove it, which asks once more on the spot."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSizePolicy, QStackedLayout, QVBoxLayout, QWidget

from app.core.i18n import ntr, tr
from app.domain.account import Account, host_of
from app.domain.message import AccountId
from app.services.drafts.account_removal import Left
from app.ui import icons, theme
from app.ui.widgets import Label
from app.ui.wrapping import WrappingLine
from app.views.settings.account_arrangement import AccountArrangement
from app.views.settings.fields import lay_out_card, press_with_enter, wrapped
from app.views.settings.session import SettingsSession

_QUESTION_WIDTH = 260
"""Pixels below which the words of a question take more lines than are read well."""


class AccountList(QWidget):
    """Draws the session's accounts. `page_wanted` names another page of an account: how its messages look, its
    signatures, its mailboxes.
    """

    page_wanted = Signal(str, str)

    def __init__(self, session: SettingsSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._shown: tuple[object, ...] | None = None
        self.rows: list[AccountRow] = []
        title = Label(tr("Accounts"), self)
        title.setFont(theme.font(size=22, semibold=True))
        self._notice = Label(self)
        self._notice.setWordWrap(True)
        self._notice.setProperty("tone", "muted")
        self.add = press_with_enter(QPushButton(tr("&Add an account"), self))
        icons.put(self.add, "plus", "on_accent")
        self.add.setProperty("kind", "primary")
        self.add.clicked.connect(lambda _checked: session.start_new())
        buttons = QHBoxLayout()
        buttons.addWidget(self.add)
        buttons.addStretch(1)
        self._accounts = QVBoxLayout()
        self._accounts.setSpacing(theme.GAP)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(16)
        whole.addWidget(title)
        whole.addWidget(self._notice)
        whole.addLayout(self._accounts)
        whole.addLayout(buttons)
        whole.addStretch(1)
        self.refresh()

    def focus_start(self) -> None:
        """Put the focus on the first account, or on the way to add one."""
        (self.rows[0].change if self.rows else self.add).setFocus()

    def refresh(self) -> None:
        """Draw what the session says."""
        session = self._session
        notice = session.notice
        if not session.accounts:
            notice = " ".join(part for part in (notice, tr("There is no account yet.")) if part)
        self._notice.setText(notice)
        self._notice.setVisible(bool(notice))
        accounts = [(account, session.departures(account.account_id)) for account in session.accounts]
        arranged = [session.arranging.color(account.account_id) for account, _ in accounts]
        shown = accounts, arranged, session.arranging.default
        if shown != self._shown:
            self._shown = shown
            self._fill(accounts)

    def _fill(self, accounts: Sequence[tuple[Account, Sequence[str]]]) -> None:
        stood_at = self._stands_at()
        for row in self.rows:
            self._accounts.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.rows = [AccountRow(account, departures, self._session, self) for account, departures in accounts]
        before: QWidget = self
        for row in self.rows:
            self._accounts.addWidget(row)
            row.style_button.clicked.connect(partial(self._want, "style", row.account_id))
            row.signatures.clicked.connect(partial(self._want, "signatures", row.account_id))
            row.mailboxes.clicked.connect(partial(self._want, "mailboxes", row.account_id))
            for button in row.controls():
                if before is not self:
                    QWidget.setTabOrder(before, button)
                before = button
        if before is not self:
            QWidget.setTabOrder(before, self.add)
        if stood_at is not None:
            self._stand_at(*stood_at)

    def _stands_at(self) -> tuple[AccountId, str] | None:
        """Return at which account's control the focus is, None where it is elsewhere."""
        focus: QWidget | None = self.window().focusWidget()
        row = None if focus is None else next((one for one in self.rows if one.isAncestorOf(focus)), None)
        return None if row is None or focus is None else (row.account_id, focus.objectName())

    def _stand_at(self, account_id: AccountId, name: str) -> None:
        """Put the focus where it was, at the same account wherever that stands now."""
        row = next((one for one in self.rows if one.account_id == account_id), None)
        found = None if row is None or not name else row.findChild(QWidget, name)
        if found is not None and found.isEnabled():
            found.setFocus()
        elif row is not None:
            row.change.setFocus()
        else:
            self.focus_start()

    def _want(self, name: str, account_id: AccountId) -> None:
        self.page_wanted.emit(name, account_id)


class AccountRow(QFrame):
    """One account."""

    def __init__(
        self,
        account: Account,
        departures: Sequence[str],
        session: SettingsSession,
        parent: QWidget,
    ) -> None:
        """Show an account, and in sentences how its server was seen to depart from the documentation."""
        super().__init__(parent)
        self.setProperty("kind", "popup")
        host, _ = host_of(account.endpoint)
        self.setAccessibleName(f"{account.address}, {host}")
        self.change = self._button(tr("Change"), tr("Change {address}", address=account.address))
        self.account_id = account.account_id
        self.style_button = self._button(tr("Style"), tr("Font and reply header of {address}", address=account.address))
        self.signatures = self._button(tr("Signatures"), tr("Signatures of {address}", address=account.address))
        self.mailboxes = self._button(tr("Mailboxes"), tr("Mailboxes beside {address}", address=account.address))
        self.remove = self._button(tr("Remove"), tr("Remove {address}", address=account.address))
        self.move_messages = self._button(tr("Move and remove"), tr("Move the messages, then remove the account"))
        self.confirm = self._button(tr("Remove"), tr("Yes, remove {address}", address=account.address))
        self.keep = self._button(tr("Keep"), tr("Keep {address}", address=account.address))
        self._session, self._account = session, account
        self.arrangement = AccountArrangement(account, session, self) if session.arranging.several else None
        self._words = Label(self)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self._face(account, [host, *departures]))
        self._stack.addWidget(self._question())
        self.change.clicked.connect(lambda: session.edit(account.account_id))
        self.remove.clicked.connect(lambda: self._ask(True))
        self.keep.clicked.connect(lambda: self._ask(False))
        self.move_messages.clicked.connect(lambda: session.remove(account.account_id, Left.MOVED))
        self.confirm.clicked.connect(lambda: session.remove(account.account_id, Left.DELETED))

    def controls(self) -> tuple[QWidget, ...]:
        """Return what can be pressed, in the order of Tab."""
        arranged = () if self.arrangement is None else self.arrangement.controls
        face = (self.style_button, self.signatures, self.mailboxes, self.change, self.remove)
        return (*face, *arranged, self.move_messages, self.confirm, self.keep)

    def _button(self, words: str, name: str) -> QPushButton:
        button = press_with_enter(QPushButton(words, self))
        button.setAccessibleName(name)
        return button

    def _face(self, account: Account, lines: Sequence[str]) -> QWidget:
        face, card = QWidget(self), QWidget(self)
        icon = Label(card)
        icons.put(icon, "mail", "accent", 20)
        address, place = Label(account.address, card), Label("\n".join(lines), card)
        address.setFont(theme.font(size=14, semibold=True))
        place.setProperty("tone", "muted")
        buttons = (self.style_button, self.signatures, self.mailboxes, self.change, self.remove)
        lay_out_card(card, icon, address, place, buttons)
        column = QVBoxLayout(face)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(card)
        if self.arrangement is not None:
            column.addWidget(self.arrangement)
        return face

    def _question(self) -> QWidget:
        question = QWidget(self)
        self._words.setWordWrap(True)
        self._words.setMinimumWidth(_QUESTION_WIDTH)
        self._words.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        line = WrappingLine(question)
        line.setContentsMargins(16, 12, 16, 12)
        line.addWidget(self._words)
        line.addWidget(wrapped(question, (self.move_messages, self.confirm, self.keep)))
        return question

    def _show_losses(self) -> None:
        """Say what becomes of the account's messages, as it is now."""
        losses, address = self._session.losses(self._account.account_id), self._account.address
        sentences = [tr("Remove {address} from this computer? Its mailbox stays as it is.", address=address)]
        if losses.unsaved:
            words = ntr("{n} draft is only on this computer.", "{n} drafts are only on this computer.", losses.unsaved)
            sentences.append(words)
        if losses.waiting:
            words = ntr("{n} message was not sent yet.", "{n} messages were not sent yet.", losses.waiting)
            sentences.append(words)
        if losses.unknown:
            words = ntr(
                "It isn’t known whether {n} message was sent: look in Sent Items.",
                "It isn’t known whether {n} messages were sent: look in Sent Items.",
                losses.unknown,
            )
            sentences.append(words)
        can_move = bool(losses.count) and losses.heir is not None
        if can_move and losses.heir is not None:
            sentences.append(tr("They can go on as drafts of {account}.", account=losses.heir.called))
        self._words.setText(" ".join(sentences))
        self.move_messages.setVisible(can_move)
        self.confirm.setText(tr("Delete and remove") if losses.count else tr("Remove"))

    @property
    def asking(self) -> bool:
        """Return whether the row asks once more."""
        return self._stack.currentIndex() == 1

    def stop_asking(self) -> None:
        """Keep the account."""
        self._ask(False)

    def _ask(self, asking: bool) -> None:
        if asking:
            self._show_losses()
        self._stack.setCurrentIndex(1 if asking else 0)
        (self.keep if asking else self.remove).setFocus()
