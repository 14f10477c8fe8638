"""The form of one account, and the steps of its test as drawn."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from enum import StrEnum

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QBoxLayout, QComboBox, QFileDialog, QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.core.i18n import mark, tr
from app.domain.account import AuthKind, BackendKind
from app.ui import icons, theme
from app.ui.inputs import ChoiceBox
from app.ui.keyboard.key_events import ENTER
from app.ui.widgets import Label, say_aloud
from app.views.settings.account_form import KINDS, WAYS, AccountForm, FormField, ProxyKind
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


_PROXY_CHOICES = (
    (ProxyKind.SYSTEM, mark("As this computer is set")),
    (ProxyKind.NONE, mark("None: straight to the server")),
    (ProxyKind.OWN, mark("This one")),
)

_NARROW = 800
_FORM_WIDTH = 516
"""Pixels: a line of the form is read at one glance."""


class FormView(QWidget):
    """Draws the session's form and hands it what is typed."""

    def __init__(self, session: SettingsSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._phase = Phase.EDITING
        self._title = Label(self)
        self._title.setFont(theme.font(size=22, semibold=True))
        self.fields = _make_fields()
        self.kind = self._make_choice(tr("Kind of account"), [(kind, one.title) for kind, one in KINDS.items()])
        self.auth = self._make_choice(tr("Sign-in"), ())
        self.proxy = self._make_choice(tr("Proxy"), _PROXY_CHOICES)
        self.choose = self._button(tr("&Browse…"))
        self.choose.setAccessibleName(tr("Choose a CA file"))
        self.find_server = self._button(tr("Find my server"))
        self.more = self._button(tr("&More settings"), "link")
        self.more.setAccessibleDescription(tr("Server, user, sign-in, certificates and proxy."))
        self.try_out = self._button(tr("Try it &without an account"), "link")
        self.try_out.setToolTip(tr("Opens an Exchange of its own with sample messages. Nothing leaves this computer."))
        self.test = self._button(tr("&Test connection"), "primary")
        self.save = self._button(tr("&Save"))
        self.save_anyway = self._button(tr("Save an&yway"), "link")
        self.save_anyway.setToolTip(tr("The server was not reached. It will be tested again at each use."))
        self.back = self._button(tr("Bac&k"), "quiet")
        self.steps = StepList(self)
        self.panel = SignInPanel(session.browser, self)
        self.panel.other_way.clicked.connect(session.change_way)
        self.ask_admin = self._button("")
        self._auth_hint = Label(self)
        self._auth_hint.setWordWrap(True)
        self._auth_hint.setFont(theme.font(size=12))
        self._auth_hint.setProperty("tone", "muted")
        self._notice = Label(self)
        self._notice.setWordWrap(True)
        self._notice.setProperty("tone", "bad")
        self._welcome = Label(self)
        self._welcome.setWordWrap(True)
        self._welcome.setProperty("tone", "muted")
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
        right = QVBoxLayout()
        right.addWidget(self.panel)
        right.addWidget(self.steps)
        right.addWidget(self.ask_admin, 0, Qt.AlignmentFlag.AlignLeft)
        right.addStretch(1)
        self._columns = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._columns.setSpacing(36)
        self._columns.addWidget(self._build_fields(), 5)
        self._columns.addLayout(right, 4)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(20)
        whole.addWidget(self._title)
        whole.addWidget(self._welcome)
        whole.addLayout(self._columns, 1)

    def _build_fields(self) -> QWidget:
        fields = QWidget(self)
        fields.setMaximumWidth(_FORM_WIDTH)
        left = QVBoxLayout(fields)
        left.setContentsMargins(0, 0, 0, 0)
        left.setSpacing(14)
        self._choice_rows = {
            FormField.ENDPOINT: self._choice_row(tr("Kind of account"), self.kind),
            FormField.USER: self._choice_row(tr("Si&gn-in"), self.auth),
            FormField.PROXY: self._choice_row(tr("P&roxy"), self.proxy),
        }
        for name, field in self.fields.items():
            if name in self._choice_rows:
                left.addWidget(self._choice_rows[name])
            left.addWidget(field)
            if name is FormField.PASSWORD:
                left.addWidget(self._auth_hint)
            elif name is FormField.NAME:
                left.addWidget(self.more, 0, Qt.AlignmentFlag.AlignLeft)
        self.fields[FormField.CA_FILE].add_beside(self.choose)
        self.fields[FormField.ENDPOINT].add_beside(self.find_server)
        left.addWidget(self._notice)
        left.addSpacing(4)
        left.addLayout(self._build_buttons())
        left.addWidget(self.try_out, 0, Qt.AlignmentFlag.AlignLeft)
        left.addStretch(1)
        return fields

    def _build_buttons(self) -> QHBoxLayout:
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.GAP)
        for button in (self.test, self.save, self.save_anyway):
            buttons.addWidget(button)
        buttons.addStretch(1)
        buttons.addWidget(self.back)
        return buttons

    def _choice_row(self, words: str, box: QComboBox) -> QWidget:
        row = QWidget(self)
        label = Label(words, row)
        label.setFont(theme.font(size=12, semibold=True))
        label.setBuddy(box)
        column = QVBoxLayout(row)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(label)
        column.addWidget(box)
        return row

    def _connect(self) -> None:
        session = self._session
        for name, field in self.fields.items():
            field.typed.connect(lambda text, name=name: session.set(name, text))
            field.left.connect(lambda name=name: session.leave_field(name))
            field.line.returnPressed.connect(self._go_on)
        self.kind.activated.connect(lambda index: session.set_kind(BackendKind(self.kind.itemData(index))))
        self.auth.activated.connect(lambda index: session.set_auth(AuthKind(self.auth.itemData(index))))
        self.proxy.activated.connect(lambda index: session.set_proxy_kind(ProxyKind(self.proxy.itemData(index))))
        self.choose.clicked.connect(self._choose_file)
        self.find_server.clicked.connect(self._find_server)
        self.test.clicked.connect(self._test_or_stop)
        self.save.clicked.connect(session.save)
        self.save_anyway.clicked.connect(session.save)
        self.back.clicked.connect(session.leave_form)
        self.ask_admin.clicked.connect(self._copy_request)
        self.more.clicked.connect(self._show_more)
        self.try_out.clicked.connect(session.try_out)
        self._keep_tab_order()

    def _keep_tab_order(self) -> None:
        order: list[QWidget] = []
        before = {FormField.ENDPOINT: [self.kind], FormField.USER: [self.auth], FormField.PROXY: [self.proxy]}
        after = {
            FormField.NAME: [self.more],
            FormField.ENDPOINT: [self.find_server],
            FormField.CA_FILE: [self.choose],
        }
        for name, field in self.fields.items():
            order += [*before.get(name, ()), field.line, *after.get(name, ())]
        order += [self.test, self.save, self.save_anyway, self.back, self.try_out, self.ask_admin]
        for first, second in itertools.pairwise(order):
            QWidget.setTabOrder(first, second)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go on with Enter on a choice too, as on a line: a list of choices leaves the key to what it stands in."""
        if event.key() in ENTER and isinstance(self.focusWidget(), QComboBox):
            self._go_on()
        else:
            super().keyPressEvent(event)

    def _go_on(self) -> None:
        """Enter in a field does the next thing: test, then save."""
        if not self._session.save():
            self._test_or_stop()

    def _test_or_stop(self) -> None:
        if self._session.phase in {Phase.TESTING, Phase.FINDING}:
            self._session.stop_test()
        else:
            begun = self._session.test()
            if not (self._focus_first_error() or begun):
                self._focus_next()

    def _copy_request(self) -> None:
        QGuiApplication.clipboard().setText(self._session.admin_request)
        self.ask_admin.setText(tr("Copied. Send it to your administrator."))
        say_aloud(self.ask_admin, self.ask_admin.text())

    def _show_more(self) -> None:
        self._session.unfold(on=not self._session.unfolded)
        if self._session.unfolded:
            self.fields[FormField.ENDPOINT].setFocus()

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

    def _focus_first_error(self) -> bool:
        for name, field in self.fields.items():
            if name in self._session.errors:
                field.line.setFocus()
                field.line.selectAll()
                return True
        return False

    def refresh(self) -> None:
        """Draw what the session says."""
        session = self._session
        if session.form is None:
            self._phase = Phase.EDITING
            return
        self._refresh_head()
        for name, field in self.fields.items():
            field.show_text(getattr(session.form, name.value))
            field.show_error(session.errors.get(name, ""))
            field.setVisible(name in session.shown_fields)
        password = self.fields[FormField.PASSWORD]
        password.show_hint(session.where_kept)
        self._auth_hint.setText(session.where_kept)
        self._auth_hint.setVisible(session.form.by_browser and not session.is_beginning)
        self.panel.refresh()
        password.line.setPlaceholderText("" if session.editing is None else tr("Unchanged"))
        self._refresh_choices(session.form)
        self._refresh_locks(session.locked)
        self.steps.show_lines(session.lines, session.title)
        self.ask_admin.setVisible(bool(session.admin_request))
        self.ask_admin.setText(tr("Copy details: a re&quest to your administrator"))
        self.steps.setVisible(bool(session.lines or session.title or session.editing is not None))
        self._notice.setText(session.notice)
        self._notice.setVisible(bool(session.notice))
        self._refresh_buttons()
        self._follow(self._phase, session.phase)

    def _refresh_head(self) -> None:
        session = self._session
        first = session.is_first
        self._title.setText(
            tr("Change this account")
            if session.editing is not None
            else tr("Welcome to Mailwright")
            if first
            else tr("Set up another mailbox")
        )
        words = tr("Set up your mailbox: your e-mail address is enough to begin.") if first else ""
        words = (session.why or words) if first else ""
        self._welcome.setText(words)
        self._welcome.setVisible(bool(words))

    def _refresh_choices(self, form: AccountForm) -> None:
        unfolded = self._session.unfolded
        for row in self._choice_rows.values():
            row.setVisible(unfolded)
        self._choice_rows[FormField.ENDPOINT].setVisible(unfolded and len(KINDS) > 1)
        self.more.setVisible(self._session.editing is None)
        icons.put(self.more, "chevron-down" if unfolded else "chevron-right", "muted", 16)
        self.kind.setCurrentIndex(self.kind.findData(form.backend))
        ways = KINDS[form.backend].ways
        if [self.auth.itemData(index) for index in range(self.auth.count())] != list(ways):
            self.auth.clear()
            for way in ways:
                self.auth.addItem(tr(WAYS[way].title), way)
        self.auth.setCurrentIndex(self.auth.findData(form.auth))
        self._refresh_proxy(form)

    def _refresh_proxy(self, form: AccountForm) -> None:
        self.proxy.setCurrentIndex(self.proxy.findData(form.proxy_kind))
        password = self.fields[FormField.PROXY_PASSWORD].line
        password.setEnabled(bool(form.proxy_user))
        known = form.proxy_user and form.proxy_user == self._session.known_proxy_user
        password.setPlaceholderText(tr("Unchanged") if known else "")

    def _refresh_locks(self, locked: frozenset[str]) -> None:
        for name, field in self.fields.items():
            field.lock(locked=name.value in locked)
        lock(self.kind, locked="backend" in locked)
        self.kind.setEnabled("backend" not in locked and self._session.may_choose_kind)
        lock(self.auth, locked="auth" in locked)
        lock(self.proxy, locked="proxy_kind" in locked)
        lock(self.choose, locked=FormField.CA_FILE.value in locked)

    def _refresh_buttons(self) -> None:
        session = self._session
        busy = session.phase is Phase.SAVING
        savable = session.may_save or busy  # where it is pressed it keeps the focus until the account is kept
        stoppable = session.phase in {Phase.TESTING, Phase.FINDING}
        go_on = tr("Con&tinue") if session.editing is None else tr("&Test connection")
        self.test.setText(tr("S&top") if stoppable else go_on)
        self.test.setEnabled(not busy)
        self.test.setVisible(session.editing is not None or not savable)
        self.save.setVisible(session.editing is not None or savable)
        self.back.setVisible(not session.is_first)
        self.try_out.setVisible(session.may_try_out)
        self.find_server.setEnabled(not (busy or stoppable or "endpoint" in session.locked))
        # In the way of Tab only as long as there is no server; its access key is there in any case.
        wanted = session.form is not None and not session.form.endpoint
        policy = Qt.FocusPolicy.StrongFocus if wanted else Qt.FocusPolicy.ClickFocus
        self.find_server.setFocusPolicy(policy)
        self.save.setEnabled(savable)
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
            if not self._focus_first_error():
                self._focus_next()
        if before is not Phase.TESTING or now is before:
            return
        if now is Phase.PASSED:
            self.save.setFocus()
            say_aloud(self.save, tr("The connection works. It can be saved."))
        elif now is Phase.EDITING:
            self._focus_first_error()

    def _focus_next(self) -> None:
        """Put the focus where the person goes on: in the password that is asked for now, or on the button."""
        password = self.fields[FormField.PASSWORD]
        (self.test if password.isHidden() or password.line.text() else password).setFocus()

    def set_width(self, width: int) -> None:
        """Put the test below the form where `width`, the pixels there are, is too little for both."""
        narrow = width < _NARROW
        self._columns.setDirection(QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight)


def _make_fields() -> dict[FormField, LabelledField]:
    return {
        FormField.ADDRESS: LabelledField(tr("&E-mail address")),
        FormField.PASSWORD: LabelledField(tr("&Password"), secret=True),
        FormField.NAME: LabelledField(
            tr("Y&our name (optional)"), tr("As others see it beside your address. Empty: as your server has it.")
        ),
        FormField.ENDPOINT: LabelledField(
            tr("Mail ser&ver"), tr("Its name, such as mail.contoso.com, or the whole address.")
        ),
        FormField.USER: LabelledField(tr("&User"), tr("Only if it is not your e-mail address, such as DOMAIN\\anna.")),
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
