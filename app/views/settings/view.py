"""The page, and the pages of an account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.commands.command import Registry
from app.core.i18n import tr
from app.domain.message import AccountId
from app.services.accounts.accounts import Accounts
from app.services.accounts.mailbox_discovery import Aids
from app.ui.tasks import Tasks
from app.ui.widgets import Label
from app.views.settings.account_list import AccountList
from app.views.settings.form_view import FormView
from app.views.settings.preferences import ChoicesView, Entry
from app.views.settings.preferences_port import Choices, SpellingChoices
from app.views.settings.section_list import ACCOUNTS, SectionList
from app.views.settings.session import Phase, SettingsSession

if TYPE_CHECKING:
    from app.services.accounts.signatures import Snippet
    from app.views.settings.mailboxes_page import MailboxesPage
    from app.views.settings.snippets_page import SnippetsPage
    from app.views.settings.style_page import StylePage

    AccountPage = MailboxesPage | SnippetsPage | StylePage
    Page = AccountList | FormView | ChoicesView | AccountPage


class AccountPages:
    """Makes them on the services they work on."""

    def __init__(self, accounts: Accounts, aids: Aids, tasks: Tasks, registry: Registry) -> None:
        """Nothing is made yet. Text is formatted by the keys that `registry` has for it."""
        self._registry = registry
        self._accounts = accounts
        self._aids = aids
        self._tasks = tasks

    def make(self, name: str, account_id: AccountId, parent: QWidget) -> AccountPage | None:
        """Return the page `name` of an account, None for an account that is no more."""
        account = self._accounts.get(account_id)
        if account is None:
            return None
        if name == "mailboxes":
            from app.views.settings.mailboxes_page import MailboxesPage
            from app.views.settings.mailboxes_session import MailboxesSession

            mailboxes = MailboxesSession(self._aids.identities, self._aids.discovery, account_id, self._tasks)
            return MailboxesPage(mailboxes, account.address, parent)
        if name == "style":
            from app.views.settings.style_page import StylePage
            from app.views.settings.style_session import StyleSession

            return StylePage(StyleSession(self._aids.styles, account_id, self._tasks), account.address, parent)
        from app.views.settings.snippets_page import SnippetsPage
        from app.views.settings.snippets_session import SnippetsSession

        session = SnippetsSession(self._aids, account_id, self._tasks)
        return SnippetsPage(session, account.address, self._registry, parent)


_WIDEST = 980


class _Pages(QWidget):
    """Shows one of its pages, and is as high as that one: a QStackedWidget is as high as the highest."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._shown: QWidget | None = None

    def add(self, page: QWidget) -> None:
        """Add a page, hidden."""
        page.hide()
        self._column.addWidget(page)

    def remove(self, page: QWidget) -> None:
        """Take a page away."""
        if page is self._shown:
            self._shown = None
        page.hide()
        self._column.removeWidget(page)

    @property
    def current(self) -> QWidget | None:
        """Return the page that is shown."""
        return self._shown

    def show_page(self, page: QWidget) -> None:
        """Show one page, and no other."""
        before, self._shown = self._shown, page
        page.show()
        if before is not None and before is not page:
            before.hide()


class SettingsView(QWidget):
    """Draws a session; the window shows it as a page and takes it away at `closed`."""

    closed = Signal()

    def __init__(
        self, session: SettingsSession, parent: QWidget | None = None, pages: AccountPages | None = None
    ) -> None:
        """`pages` makes the further pages of an account; without it there are none."""
        super().__init__(parent)
        self.session = session
        self._pages = pages
        self.page: AccountPage | None = None
        self.setAccessibleName(tr("Settings"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.nav = SectionList(self)
        self.list = AccountList(session, self)
        self.list.page_wanted.connect(self.open_page)
        self.form = FormView(session, self)
        self._section = ACCOUNTS
        self._stack = _Pages(self)
        self._stack.setMaximumWidth(_WIDEST)
        self._stack.add(self.list)
        self._stack.add(self.form)
        self.choices: ChoicesView | None = None
        self.nav.chosen.connect(self.show_section)
        self.nav.wanted.connect(self._show_entry)
        self.nav.back.clicked.connect(self.closed)
        self._build()
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._keep_in_sight)
        session.changed.subscribe(lambda _: self.refresh())
        self.refresh()

    def _build(self) -> None:
        inner = QWidget(self)
        margins = QVBoxLayout(inner)
        margins.setContentsMargins(32, 32, 32, 32)
        self._faults = self._make_faults()
        margins.addWidget(self._faults)
        margins.addWidget(self._stack)
        self._area = QScrollArea(self)
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setWidget(inner)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.nav)
        whole.addWidget(self._area, 1)

    def _make_faults(self) -> Label:
        faults = Label(self)
        faults.setProperty("tone", "bad")
        faults.setWordWrap(True)
        faults.setMaximumWidth(_WIDEST)
        faults.setContentsMargins(0, 0, 0, 20)
        return faults

    def add_choices(self, choices: Choices, spelling: SpellingChoices) -> None:
        """Add the sections of what else can be chosen."""
        self.choices = ChoicesView(choices, spelling, self)
        self._stack.add(self.choices)
        accounts = Entry(ACCOUNTS, tr("Add an account"), self.list.add)
        self.nav.fill({ACCOUNTS: tr("Accounts"), **self.choices.titles}, [accounts, *self.choices.entries()])
        self.refresh()

    def show_section(self, name: str) -> None:
        """Show one section of the settings."""
        self._section = name
        if self.choices is not None and name != ACCOUNTS:
            self.choices.show_section(name)
            self.choices.refresh()
        self.nav.show_chosen(name)
        self.refresh()

    def _show_entry(self, entry: Entry) -> None:
        """Go to one setting, that was looked for."""
        self.show_section(entry.section)
        entry.control.setFocus()

    def _resting_page(self) -> Page:
        """Return the page of the section that was chosen."""
        choices = self.choices
        return self.list if choices is None or self._section == ACCOUNTS else choices

    def refresh(self) -> None:
        """Draw what the session says, and follow it with the focus where the page changes."""
        before = self._stack.current
        page: Page = self._resting_page() if self.session.form is None else self.form
        page = self.page or page
        had_focus = self._has_focus()
        self._faults.setText("\n".join(self.session.preset_faults))
        self._faults.setVisible(bool(self.session.preset_faults))
        self.list.refresh()
        self.form.refresh()
        self._stack.show_page(page)
        self.nav.setVisible(self.choices is not None and page in {self.list, self.choices})
        if page is not before and had_focus and not self.nav.has_focus():
            page.focus_start()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.form.set_width(event.size().width())
        super().resizeEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        (self.page or (self._resting_page() if self.session.form is None else self.form)).focus_start()

    def open_page(self, name: str, account_id: str) -> None:
        """Show the page `name` ("signatures", "mailboxes", "style") of an account, with the focus in it."""
        self._drop_page()
        self.page = None if self._pages is None else self._pages.make(name, AccountId(account_id), self)
        if self.page is not None:
            self._stack.add(self.page)
            self.page.closed.connect(self._leave_page)
            self.show_section(ACCOUNTS)
            self.page.focus_start()

    def edit_snippet(self, snippet: Snippet) -> None:
        """Open the form of a signature or template, on the page of signatures that is shown."""
        from app.views.settings.snippets_page import SnippetsPage

        if isinstance(self.page, SnippetsPage):
            self.page.session.edit(snippet)
            self.page.focus_start()

    def _leave_page(self) -> None:
        self._drop_page()
        self.refresh()
        self.list.focus_start()

    def _drop_page(self) -> None:
        page, self.page = self.page, None
        if page is not None:
            self._stack.remove(page)
            page.deleteLater()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._go_back()
        else:
            super().keyPressEvent(event)

    def _go_back(self) -> None:
        session = self.session
        asking = next((row for row in self.list.rows if row.asking), None)
        if self.page is not None:
            if not self.page.step_back():
                self._leave_page()
        elif session.phase in {Phase.TESTING, Phase.FINDING}:
            session.stop_test()
        elif session.form is not None and session.accounts:
            session.leave_form()
        elif session.form is None and asking is not None:
            asking.stop_asking()
        else:
            self.closed.emit()

    def _has_focus(self) -> bool:
        focus: QObject | None = self.window().focusWidget()
        return focus is self or (isinstance(focus, QWidget) and self.isAncestorOf(focus))

    def _keep_in_sight(self, _before: QWidget | None, now: QWidget | None) -> None:
        if now is not None and self._area.isAncestorOf(now):
            self._area.ensureWidgetVisible(now, 24, 60)
