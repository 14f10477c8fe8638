"""The form of one account, and the steps of its test as drawn."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from enum import StrEnum

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QBoxLayout, QComboBox, QFileDialog, QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.core.i18n import mark, tr
from app.domain.account import AuthKind
from app.ui import icons, theme
from app.ui.widgets import ChoiceBox, Label, say_aloud
from app.views.settings.account_form import AccountForm, FormField, ProxyKind
from app.views.settings.connection_steps import StepLine, StepState, fresh_lines
from app.views.settings.fields import LabelledField, lock, press_with_enter
from app.views.settings.session import Phase, SettingsSession
from app.views.settings.sign_in_bar import SignInPanel

_ICONS = {
    StepState.WAITING: ("clock", "faint"),
    StepState.RUNNING: ("loader-circle", "accent"),
    StepState.PASSED: ("circle-check", "good"),
    StepState.FAILED: ("circle-x", "bad"),
    StepState.PASSED_OVER: ("circle-help", "faint"),
}


class StepList(QFrame):
    """A card with one row per step."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "popup")
        self.setAccessibleName(tr("Connection test"))
        self._title = Label(self)
        self._title.setFont(theme.font(size=14, semibold=True))
        self._rows: list[_StepRow] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(20, 18, 20, 18)
        self._column.setSpacing(12)
        self._column.addWidget(self._title)
        self.show_lines(())

    def show_lines(self, lines: tuple[StepLine, ...], title: str = "") -> None:
        """Show the steps; none tried yet shows what will be, unless `title` says what else this is."""
        self._title.setText(title or _title_of(lines))
        shown = lines or (() if title else fresh_lines())
        while len(self._rows) < len(shown):
            row = _StepRow(self)
            self._rows.append(row)
            self._column.addWidget(row)
        for number, row in enumerate(self._rows):
            row.setVisible(number < len(shown))
            if number < len(shown):
                row.show_line(shown[number])


def _title_of(lines: tuple[StepLine, ...]) -> str:
    states = {line.state for line in lines}
    if not lines:
        return tr("What will be tested")
    if StepState.FAILED in states:
        return tr("The connection does not work yet")
    return tr("The connection works") if states == {StepState.PASSED} else tr("Testing…")


class _StepRow(QWidget):
    """One step."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._shown: StepLine | None = None
        self._icon, self._title, self._words, self._detail = Label(self), Label(self), Label(self), Label(self)
        self._icon.setFixedSize(18, 18)
        for label in (self._title, self._words, self._detail):
            label.setWordWrap(True)
        for label in (self._words, self._detail):
            label.setFont(theme.font(size=12))
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._detail.setProperty("tone", "muted")
        column = QVBoxLayout()
        column.setSpacing(2)
        column.addWidget(self._title)
        column.addWidget(self._words)
        column.addWidget(self._detail)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(10)
        line.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        line.addLayout(column, 1)

    def show_line(self, line: StepLine) -> None:
        if line == self._shown:
            return
        known, self._shown = self._shown, line
        name, tone = _ICONS[line.state]
        icons.put(self._icon, name, tone, 18)
        self._title.setText(line.title)
        failed = line.state is StepState.FAILED
        self._title.setProperty("tone", "muted" if line.state is StepState.WAITING else "")
        self._title.style().polish(self._title)
        self._title.setFont(theme.font(semibold=failed))
        for label, words in ((self._words, f"{line.sentence}\n{line.advice}".strip()), (self._detail, line.detail)):
            label.setText(words)
            label.setVisible(bool(words))
        self.setAccessibleName(line.spoken())
        self._icon.setAccessibleName(line.spoken())
        if known is not None and failed:
            say_aloud(self, line.spoken())


_AUTH_CHOICES = (
    (AuthKind.BASIC, mark("User and password, over TLS (Basic)")),
    (AuthKind.NTLM, mark("Windows (NTLM)")),
    (AuthKind.OAUTH, mark("Microsoft, in the browser (OAuth)")),
)
"""The ways to sign in, as the form offers them."""

_BY_PASSWORD = (FormField.USER, FormField.PASSWORD)
_BY_BROWSER = (FormField.CLIENT_ID, FormField.TENANT)

_PROXY_CHOICES = (
    (ProxyKind.SYSTEM, mark("As this computer is set")),
    (ProxyKind.NONE, mark("None: straight to the server")),
    (ProxyKind.OWN, mark("This one")),
)

_NARROW = 800


class FormView(QWidget):
    """Draws the session's form and hands it what is typed."""

    def __init__(self, session: SettingsSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._phase = Phase.EDITING
        self._title = Label(self)
        self._title.setFont(theme.font(size=22, semibold=True))
        self.fields = _make_fields()
        self.auth = self._make_choice(tr("Sign-in"), _AUTH_CHOICES)
        self.proxy = self._make_choice(tr("Proxy"), _PROXY_CHOICES)
        self.choose = self._button(tr("Ch&oose…"))
        self.choose.setAccessibleName(tr("Choose a CA file"))
        self.find_server = self._button(tr("Find &my server"))
        self.test = self._button(tr("&Test connection"), "primary")
        self.save = self._button(tr("&Save"))
        self.save_anyway = self._button(tr("Save an&yway"), "link")
        self.save_anyway.setToolTip(tr("The server was not reached. It will be tested again at each use."))
        self.back = self._button(tr("Bac&k"), "quiet")
        self.steps = StepList(self)
        self.panel = SignInPanel(session.browser, self)
        self.panel.other_way.clicked.connect(session.change_way)
        self._auth_hint = Label(self)
        self._auth_hint.setWordWrap(True)
        self._auth_hint.setFont(theme.font(size=12))
        self._auth_hint.setProperty("tone", "muted")
        self._notice = Label(self)
        self._notice.setWordWrap(True)
        self._notice.setProperty("tone", "bad")
        self._build()
        self._connect()
        self.refresh()

    def _make_choice(self, name: str, choices: Sequence[tuple[StrEnum, str]]) -> QComboBox:
        box = ChoiceBox(self)
        box.setMinimumHeight(34)
        box.setAccessibleName(name)
        for kind, words in choices:
            box.addItem(tr(words), kind)
        return box

    def _button(self, words: str, kind: str = "") -> QPushButton:
        button = press_with_enter(QPushButton(words, self))
        button.setProperty("kind", kind)
        return button

    def _build(self) -> None:
        left = QVBoxLayout()
        left.setSpacing(14)
        for name, field in self.fields.items():
            left.addWidget(field)
            if name is FormField.USER:
                row = self._choice_row(tr("Si&gn-in"), self.auth)
                row.addWidget(self._auth_hint)
                left.addLayout(row)
            elif name is FormField.CA_FILE:
                left.addLayout(self._choice_row(tr("P&roxy"), self.proxy))
        self.fields[FormField.CA_FILE].add_beside(self.choose)
        self.fields[FormField.ENDPOINT].add_beside(self.find_server)
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.GAP)
        for button in (self.test, self.save, self.save_anyway):
            buttons.addWidget(button)
        buttons.addStretch(1)
        buttons.addWidget(self.back)
        left.addWidget(self._notice)
        left.addSpacing(4)
        left.addLayout(buttons)
        left.addStretch(1)
        right = QVBoxLayout()
        right.addWidget(self.panel)
        right.addWidget(self.steps)
        right.addStretch(1)
        self._columns = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._columns.setSpacing(36)
        self._columns.addLayout(left, 5)
        self._columns.addLayout(right, 4)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(20)
        whole.addWidget(self._title)
        whole.addLayout(self._columns, 1)

    def _choice_row(self, words: str, box: QComboBox) -> QVBoxLayout:
        label = Label(words, self)
        label.setFont(theme.font(size=12, semibold=True))
        label.setBuddy(box)
        column = QVBoxLayout()
        column.setSpacing(4)
        column.addWidget(label)
        column.addWidget(box)
        return column

    def _connect(self) -> None:
        session = self._session
        for name, field in self.fields.items():
            field.typed.connect(lambda text, name=name: session.set(name, text))
            field.left.connect(lambda name=name: session.leave_field(name))
            field.line.returnPressed.connect(self._go_on)
        self.auth.activated.connect(lambda index: session.set_auth(AuthKind(self.auth.itemData(index))))
        self.proxy.activated.connect(lambda index: session.set_proxy_kind(ProxyKind(self.proxy.itemData(index))))
        self.choose.clicked.connect(self._choose_file)
        self.find_server.clicked.connect(self._find_server)
        self.test.clicked.connect(self._test_or_stop)
        self.save.clicked.connect(session.save)
        self.save_anyway.clicked.connect(session.save)
        self.back.clicked.connect(session.leave_form)
        self._keep_tab_order()

    def _keep_tab_order(self) -> None:
        order: list[QWidget] = []
        for name, field in self.fields.items():
            order.append(field.line)
            if name is FormField.ENDPOINT:
                order.append(self.find_server)
            elif name is FormField.USER:
                order.append(self.auth)
            elif name is FormField.CA_FILE:
                order += [self.choose, self.proxy]
        order += [self.test, self.save, self.save_anyway, self.back]
        for first, second in itertools.pairwise(order):
            QWidget.setTabOrder(first, second)

    def _go_on(self) -> None:
        """Enter in a field does the next thing: test, then save."""
        if not self._session.save():
            self._test_or_stop()

    def _test_or_stop(self) -> None:
        if self._session.phase in {Phase.TESTING, Phase.FINDING}:
            self._session.stop_test()
        else:
            self._session.test()
            self._focus_first_error()

    def _find_server(self) -> None:
        self._session.find_server()
        self._focus_first_error()

    def _choose_file(self) -> None:
        dialog = QFileDialog(self, tr("Choose a CA file"))
        dialog.setNameFilters([tr("Certificates (*.pem *.crt *.cer)"), tr("All files (*)")])
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda path: self._session.set(FormField.CA_FILE, path))
        dialog.open()

    def focus_start(self) -> None:
        """Put the focus where typing begins: the first field that is empty, or the first."""
        empty = (field for field in self.fields.values() if not (field.line.text() or field.isHidden()))
        next(empty, self.fields[FormField.ADDRESS]).setFocus()

    def _focus_first_error(self) -> None:
        for name, field in self.fields.items():
            if name in self._session.errors:
                field.line.setFocus()
                field.line.selectAll()
                return

    def refresh(self) -> None:
        """Draw what the session says."""
        session = self._session
        if session.form is None:
            self._phase = Phase.EDITING
            return
        self._title.setText(tr("Set up your mailbox") if session.editing is None else tr("Change this account"))
        for name, field in self.fields.items():
            field.show_text(getattr(session.form, name.value))
            field.show_error(session.errors.get(name, ""))
        password = self.fields[FormField.PASSWORD]
        password.show_hint(session.where_kept)
        self._auth_hint.setText(session.where_kept)
        self._auth_hint.setVisible(session.form.by_browser)
        for name in (*_BY_PASSWORD, *_BY_BROWSER):
            self.fields[name].setVisible((name in _BY_BROWSER) is session.form.by_browser)
        self.panel.refresh()
        password.line.setPlaceholderText("" if session.editing is None else tr("Unchanged"))
        self.auth.setCurrentIndex(self.auth.findData(session.form.auth))
        self._refresh_proxy(session.form)
        self._refresh_locks(session.locked)
        self.steps.show_lines(session.lines, session.title)
        self._notice.setText(session.notice)
        self._notice.setVisible(bool(session.notice))
        self._refresh_buttons()
        self._follow(self._phase, session.phase)

    def _refresh_proxy(self, form: AccountForm) -> None:
        self.proxy.setCurrentIndex(self.proxy.findData(form.proxy_kind))
        for name in (FormField.PROXY, FormField.PROXY_USER, FormField.PROXY_PASSWORD):
            self.fields[name].setVisible(form.has_own_proxy)
        password = self.fields[FormField.PROXY_PASSWORD].line
        password.setEnabled(bool(form.proxy_user))
        known = form.proxy_user and form.proxy_user == self._session.known_proxy_user
        password.setPlaceholderText(tr("Unchanged") if known else "")

    def _refresh_locks(self, locked: frozenset[str]) -> None:
        for name, field in self.fields.items():
            field.lock(locked=name.value in locked)
        lock(self.auth, locked="auth" in locked)
        lock(self.proxy, locked="proxy_kind" in locked)
        lock(self.choose, locked=FormField.CA_FILE.value in locked)

    def _refresh_buttons(self) -> None:
        session = self._session
        busy = session.phase is Phase.SAVING
        stoppable = session.phase in {Phase.TESTING, Phase.FINDING}
        self.test.setText(tr("S&top") if stoppable else tr("&Test connection"))
        self.test.setEnabled(not busy)
        self.find_server.setEnabled(not (busy or stoppable or "endpoint" in session.locked))
        # In the way of Tab only as long as there is no server; its access key is there in any case.
        wanted = session.form is not None and not session.form.endpoint
        policy = Qt.FocusPolicy.StrongFocus if wanted else Qt.FocusPolicy.ClickFocus
        self.find_server.setFocusPolicy(policy)
        self.save.setEnabled(session.may_save)
        self.save_anyway.setVisible(session.may_save_unreached)
        for button, kind in (
            (self.test, "" if session.may_save else "primary"),
            (self.save, "primary" if session.may_save else ""),
        ):
            if button.property("kind") != kind:
                button.setProperty("kind", kind)
                button.style().polish(button)

    def _follow(self, before: Phase, now: Phase) -> None:
        """Move the focus when a test ends: to Save where it passed, to the field that is at fault where one is."""
        self._phase = now
        if before is Phase.FINDING and now is Phase.EDITING:
            say_aloud(self, self._session.title)
            self._focus_first_error() if self._session.errors else self.test.setFocus()
        if before is not Phase.TESTING or now is before:
            return
        if now is Phase.PASSED:
            self.save.setFocus()
            say_aloud(self.save, tr("The connection works. It can be saved."))
        elif now is Phase.EDITING:
            self._focus_first_error()

    def set_width(self, width: int) -> None:
        """Put the test below the form where `width`, the pixels there are, is too little for both."""
        narrow = width < _NARROW
        self._columns.setDirection(QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight)


def _make_fields() -> dict[FormField, LabelledField]:
    return {
        FormField.ADDRESS: LabelledField(tr("&E-mail address")),
        FormField.ENDPOINT: LabelledField(
            tr("Mail ser&ver"), tr("Its name, such as mail.contoso.com, or the whole address of EWS.")
        ),
        FormField.USER: LabelledField(tr("&User"), tr("Only if it is not your e-mail address, such as DOMAIN\\anna.")),
        FormField.PASSWORD: LabelledField(tr("&Password"), secret=True),
        FormField.CLIENT_ID: LabelledField(
            tr("Cl&ient id"), tr("Under which your organisation has registered Mailwright.")
        ),
        FormField.TENANT: LabelledField(
            tr("Orga&nisation (optional)"),
            tr("Such as contoso.com, or the https:// address of another sign-in service."),
        ),
        FormField.CA_FILE: LabelledField(
            tr("&CA file (optional)"), tr("Certificates (PEM) of your organisation's own authority.")
        ),
        FormField.PROXY: LabelledField(tr("A&ddress of the proxy"), tr("Such as http://proxy.contoso.com:8080.")),
        FormField.PROXY_USER: LabelledField(tr("User &for the proxy (optional)")),
        FormField.PROXY_PASSWORD: LabelledField(tr("Password for the pro&xy"), secret=True),
    }
