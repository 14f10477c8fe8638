"""The line that says from which mailbox a letter goes. The command opens the choice; so does a click."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from app.core.i18n import tr
from app.services.accounts.identities import Identity
from app.ui import keys
from app.ui.label import Label
from app.views.compose.from_session import FromSession
from app.views.compose.picking import Picking


class FromLine(QPushButton):
    """Shown where there is more than one mailbox, or another than one's own was chosen; `label` is shown with it."""

    def __init__(self, session: FromSession, label: Label, picking: Picking, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._label = label
        self._picking = picking
        self.setProperty("kind", "quiet")
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        keys.put_tip(self, tr("Send from another mailbox"), "compose.from", "Alt+F")
        self.clicked.connect(self.choose)

    def refresh(self, *, editable: bool) -> None:
        """Draw which it is."""
        text = self._session.text()
        self.setText(text.replace("&", "&&"))
        self.setAccessibleName(tr("From {mailbox}", mailbox=text))
        self.setEnabled(editable)
        shown = self._session.is_worth_showing()
        self.setVisible(shown)
        self._label.setVisible(shown)

    def choose(self) -> None:
        """Choose another mailbox by typing a part of its name or address."""
        from app.ui.picker import Pick

        choices = self._session.choices()
        picks = [Pick(one.name or one.address, one, self._session.detail(one)) for one in choices]
        note = "" if len(choices) > 1 else tr("Other mailboxes are added in the settings (Ctrl+,).")
        self._picking.picker.open(tr("Send from"), picks, self._chosen, note)

    def _chosen(self, identity: object) -> None:
        if isinstance(identity, Identity):
            self._session.choose(identity)
