"""Shows the findings of the preflight in the pane, each with one thing to do about it by key."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.commands.command import Registry
from app.core.i18n import ntr, tr
from app.domain.message import Field
from app.domain.people import key_of
from app.domain.problem import Finding, ProblemKind
from app.domain.recipient import Recipient
from app.ui import icons, keys
from app.ui.recipients.field import RecipientsField
from app.ui.widgets import Label, say_aloud
from app.views.compose.findings_session import MOST, FindingsSession

_ATTACH: Final = "compose.attach"
_ATTACHMENTS: Final = "compose.attachments"


class CheckedMessage(Protocol):
    """What has to be known of the message in the pane."""

    recipients: dict[Field, RecipientsField]

    def focus_field(self, field: Field) -> None:
        """Put the focus in a field, showing it first if it is hidden."""
        ...

    def select_words(self, words: str) -> bool:
        """Select words in the subject or the text, and go there; False where they do not stand there."""
        ...


class FindingsBar(QFrame):
    """A line for each finding, and below them what Ctrl+Enter and Escape do now."""

    def __init__(self, registry: Registry, act: Callable[[int], None], parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("kind", "bar")
        self.setProperty("tone", "warn")
        self._registry, self._act = registry, act
        self._lines: list[QWidget] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(12, 6, 8, 8)
        self._column.setSpacing(4)
        self._advice = Label(self)
        self._advice.setProperty("tone", "muted")
        self._advice.setContentsMargins(26, 2, 0, 0)
        self._advice.setWordWrap(True)
        self._column.addWidget(self._advice)
        self.hide()

    def show_findings(self, found: tuple[Finding, ...]) -> None:
        """Show `found`; none hides the bar. The focus goes nowhere."""
        send = keys.shown(self._registry.command("compose.send")).replace("Return", "Enter")
        self._advice.setText(tr("{keys} sends it as it is, Escape goes back to writing.", keys=send))
        for line in self._lines:
            self._column.removeWidget(line)
            line.hide()
            line.deleteLater()
        self._lines = [self._line(number, finding) for number, finding in enumerate(found[:MOST])]
        for number, line in enumerate(self._lines):
            self._column.insertWidget(number, line)
        words = " ".join(finding.sentence for finding in found[:MOST])
        more = len(found) - MOST
        if more > 0:
            words += " " + ntr("{n} more finding follows.", "{n} more findings follow.", more)
        self.setAccessibleName(words)
        self.setAccessibleDescription(self._advice.text())
        appeared = bool(found) and not self.isVisible()
        self.setVisible(bool(found))
        if appeared:
            say_aloud(self, f"{words} {self._advice.text()}")

    def _line(self, number: int, finding: Finding) -> QWidget:
        line = QWidget(self)
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        sign, sentence = Label(line), Label(finding.sentence, line)
        icons.put(sign, "triangle-alert", "warn", 18)
        sign.setContentsMargins(0, 2, 0, 0)
        sentence.setWordWrap(True)
        sentence.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        command = self._registry.command(f"compose.finding_{number + 1}")
        button = QPushButton(action_words(finding), line)
        button.setProperty("kind", "link")
        button.setAccessibleName(f"{button.text()}: {finding.sentence}")
        button.setToolTip(keys.with_keys(button.text(), command.keys_here()[0]))
        button.clicked.connect(lambda: self._act(number))
        hint = Label(keys.shown(command), line)
        hint.setProperty("tone", "faint")
        row.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(sentence, 1)
        row.addWidget(button)
        row.addWidget(hint)
        return line


def action_words(finding: Finding) -> str:
    """Return what the button of a finding says."""
    if finding.fix:
        return tr("Use {address}", address=finding.fix)
    return {
        ProblemKind.SUBJECT_EMPTY: tr("Write one"),
        ProblemKind.TWICE: tr("Remove the second"),
        ProblemKind.ATTACHMENT_FORGOTTEN: tr("Attach files"),
        ProblemKind.ATTACHMENT_OUTDATED: tr("Replace"),
        ProblemKind.TOO_LARGE: tr("Review attachments"),
        ProblemKind.UNFILLED: tr("Fill it in"),
    }.get(finding.kind, tr("Look at it"))


class MessageFindings:
    """Ties the findings of a message to its pane."""

    def __init__(self, message: CheckedMessage, session: FindingsSession, bar: FindingsBar, registry: Registry) -> None:
        """Show what `session` finds in `bar`."""
        self._message, self._session, self._bar, self._registry = message, session, bar, registry
        session.changed.subscribe(lambda _: bar.show_findings(session.shown))

    def act(self, number: int) -> bool:
        """Do what the finding `number` (from 0) offers; False where there is none."""
        if not 0 <= number < min(len(self._session.shown), MOST):
            return False
        finding = self._session.shown[number]
        if finding.fix:
            self._mend(finding)
        elif finding.kind is ProblemKind.TWICE:
            self._remove_second(finding)
        elif finding.kind is ProblemKind.ATTACHMENT_FORGOTTEN:
            self._registry.run(_ATTACH)
        elif finding.kind is ProblemKind.ATTACHMENT_OUTDATED:
            self._session.renew(finding.value)
        elif finding.kind is ProblemKind.TOO_LARGE:
            self._registry.run(_ATTACHMENTS)
        elif finding.kind is ProblemKind.UNFILLED:
            self._message.select_words(finding.value)
        elif finding.field in self._message.recipients and finding.value:
            self._go_to(finding)
        else:
            self._message.focus_field(finding.field)
        return True

    def dismiss(self) -> bool:
        """Take the findings away; False where there were none."""
        return self._session.dismiss()

    def _mend(self, finding: Finding) -> None:
        """Write the address that is proposed, wherever the doubtful one stands."""
        for widget in self._message.recipients.values():
            for chip in [one for one in widget.chips.items if one.recipient.address == finding.value]:
                widget.take_for_chip(chip, (Recipient(finding.fix, chip.recipient.name, chip.recipient.routing),))

    def _remove_second(self, finding: Finding) -> None:
        """Leave the first of the recipients that are there several times, and remove the others."""
        key, seen = key_of(Recipient(finding.value)), False
        for widget in self._message.recipients.values():
            for chip in list(widget.chips.items):
                if key_of(chip.recipient) == key:
                    if seen:
                        widget.take_for_chip(chip, ())
                    seen = True

    def _go_to(self, finding: Finding) -> None:
        widget = self._message.recipients[finding.field]
        self._message.focus_field(finding.field)
        for index, chip in enumerate(widget.chips.items):
            if chip.recipient.address == finding.value:
                widget.go_to_chip(index)
                return
