"""The accounts there are: each with the way to change it and to remove it, which asks once more on the spot."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QStackedLayout, QVBoxLayout, QWidget

from app.core.i18n import tr
from app.domain.account import Account, host_of
from app.domain.message import AccountId
from app.ui import icons, theme
from app.ui.widgets import Label
from app.views.settings.fields import lay_out_card, press_with_enter
from app.views.settings.session import SettingsSession


class AccountList(QWidget):
    """Draws the session's accounts. `page_wanted` names another page of an account: its signatures, its mailboxes."""

    page_wanted = Signal(str, str)

    def __init__(self, session: SettingsSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._shown: list[tuple[Account, tuple[str, ...]]] | None = None
        self.rows: list[AccountRow] = []
        title = Label(tr("Accounts"), self)
        title.setFont(theme.font(size=22, semibold=True))
        self._notice = Label(self)
        self._notice.setWordWrap(True)
        self._notice.setProperty("tone", "muted")
        self.add = press_with_enter(QPushButton(tr("&Add an account"), self))
        icons.put(self.add, "plus", "on_accent")
        self.add.setProperty("kind", "primary")
        self.add.clicked.connect(session.start_new)
        self.back = press_with_enter(QPushButton(tr("Bac&k"), self))
        self.back.setProperty("kind", "quiet")
        buttons = QHBoxLayout()
        buttons.addWidget(self.add)
        buttons.addStretch(1)
        buttons.addWidget(self.back)
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

    def add_section(self, section: QWidget) -> None:
        """Show something else under the accounts."""
        whole = self.layout()
        if isinstance(whole, QVBoxLayout):
            whole.insertWidget(whole.count() - 1, section)

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
        if accounts != self._shown:
            self._shown = accounts
            self._fill(accounts)

    def _fill(self, accounts: Sequence[tuple[Account, Sequence[str]]]) -> None:
        focus: QWidget | None = self.window().focusWidget()
        held_focus = focus is not None and any(row.isAncestorOf(focus) for row in self.rows)
        for row in self.rows:
            self._accounts.removeWidget(row)
            row.hide()
            row.deleteLater()
        session = self._session
        self.rows = [
            AccountRow(account, departures, session.edit, session.remove, self) for account, departures in accounts
        ]
        before: QWidget = self
        for row in self.rows:
            self._accounts.addWidget(row)
            row.signatures.clicked.connect(partial(self._want, "signatures", row.account_id))
            row.mailboxes.clicked.connect(partial(self._want, "mailboxes", row.account_id))
            for button in (row.signatures, row.mailboxes, row.change, row.remove, row.confirm, row.keep):
                if before is not self:
                    QWidget.setTabOrder(before, button)
                before = button
        if before is not self:
            QWidget.setTabOrder(before, self.add)
        if held_focus:
            self.focus_start()

    def _want(self, name: str, account_id: AccountId) -> None:
        self.page_wanted.emit(name, account_id)


class AccountRow(QFrame):
    """One account."""

    def __init__(
        self,
        account: Account,
        departures: Sequence[str],
        edit: Callable[[AccountId], None],
        remove: Callable[[AccountId], None],
        parent: QWidget,
    ) -> None:
        """Show an account, and in sentences how its server was seen to depart from the documentation."""
        super().__init__(parent)
        self.setProperty("kind", "popup")
        host, _ = host_of(account.endpoint)
        self.setAccessibleName(f"{account.address}, {host}")
        self.change = self._button(tr("Change"), tr("Change {address}", address=account.address))
        self.account_id = account.account_id
        self.signatures = self._button(tr("Signatures"), tr("Signatures of {address}", address=account.address))
        self.mailboxes = self._button(tr("Mailboxes"), tr("Mailboxes beside {address}", address=account.address))
        self.remove = self._button(tr("Remove"), tr("Remove {address}", address=account.address))
        self.confirm = self._button(tr("Remove"), tr("Yes, remove {address}", address=account.address))
        self.keep = self._button(tr("Keep"), tr("Keep {address}", address=account.address))
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self._face(account, [host, *departures]))
        self._stack.addWidget(self._question(account))
        self.change.clicked.connect(lambda: edit(account.account_id))
        self.remove.clicked.connect(lambda: self._ask(True))
        self.keep.clicked.connect(lambda: self._ask(False))
        self.confirm.clicked.connect(lambda: remove(account.account_id))

    def _button(self, words: str, name: str) -> QPushButton:
        button = press_with_enter(QPushButton(words, self))
        button.setAccessibleName(name)
        return button

    def _face(self, account: Account, lines: Sequence[str]) -> QWidget:
        face = QWidget(self)
        icon = Label(face)
        icons.put(icon, "mail", "accent", 20)
        address, place = Label(account.address, face), Label("\n".join(lines), face)
        address.setFont(theme.font(size=14, semibold=True))
        place.setProperty("tone", "muted")
        lay_out_card(face, icon, address, place, (self.signatures, self.mailboxes, self.change, self.remove))
        return face

    def _question(self, account: Account) -> QWidget:
        question = QWidget(self)
        words = Label(
            tr("Remove {address} from this computer? Its messages here stay.", address=account.address), question
        )
        words.setWordWrap(True)
        line = QHBoxLayout(question)
        line.setContentsMargins(16, 12, 16, 12)
        line.addWidget(words, 1)
        line.addWidget(self.confirm)
        line.addWidget(self.keep)
        return question

    @property
    def asking(self) -> bool:
        """Return whether the row asks once more."""
        return self._stack.currentIndex() == 1

    def stop_asking(self) -> None:
        """Keep the account."""
        self._ask(False)

    def _ask(self, asking: bool) -> None:
        self._stack.setCurrentIndex(1 if asking else 0)
        (self.keep if asking else self.remove).setFocus()
