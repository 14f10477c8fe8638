"""Draws the comparison.

All words are escaped: nothing of a message is HTML here. What differs is marked by its ground and by a line under it,
never by colour alone. Long stretches that are equal are folded.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import Final, Protocol

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QTextEdit, QVBoxLayout, QWidget

from app.commands.command import Context, Registry
from app.core.formatting import clock_time
from app.core.i18n import ntr, tr
from app.core.layout_bounds import direction_runs
from app.core.text_diff import Line, Pair
from app.services.drafts.comparison import Comparison, FieldPair
from app.ui import icons, keys, theme
from app.ui.theme import Scheme
from app.ui.widgets import Label
from app.views.compare.session import CompareSession, Stand

_AROUND: Final = 3
"""Equal lines that are shown before and after a difference."""
MOST_ROWS: Final = 600
_LONGEST_LINE: Final = 4_000
_HEAVIEST: Final = 60_000
"""Characters of all lines on the page; each change of direction counts as some."""
_OF_TURN: Final = 20
_OF_MARK: Final = 40
ANCHOR: Final = "difference"


class Compared(Protocol):
    """Two versions as the page shows them."""

    @property
    def fields(self) -> tuple[FieldPair, ...]:
        """Return the fields in which they differ."""
        ...

    @property
    def lines(self) -> tuple[Pair, ...]:
        """Return the lines of both."""
        ...

    @property
    def formatted(self) -> bool:
        """Return whether only the text is compared."""
        ...


def html_of(comparison: Comparison, scheme: Scheme, now: float) -> str:
    """Return the page of both versions of a draft that was changed elsewhere."""
    mine = tr("On this computer, {time}", time=clock_time(comparison.changed, now))
    theirs = tr("On the server, {time}", time=clock_time(comparison.seen.modified, now))
    more = tr("There is more. It is not shown, and is kept whole whatever you choose.")
    return page_of(comparison, (mine, theirs), more, scheme)


def page_of(comparison: Compared, titles: tuple[str, str], more: str, scheme: Scheme) -> str:
    """Return the page; each difference has an anchor, numbered from 0. `more` is said where not all is shown."""
    mine, theirs = titles
    width = 90 if comparison.fields else 4
    rows = [_row("", f"<b>{escape(mine)}</b>", f"<b>{escape(theirs)}</b>", width)]
    number, room = 0, _HEAVIEST
    for field in comparison.fields:
        rows.append(
            _row(
                _label(field.title, number, scheme),
                _line(field.ours, scheme, "accent_soft"),
                _line(field.theirs, scheme, "warn_soft"),
            )
        )
        number += 1
    for row in _folded(comparison.lines):
        room -= 0 if isinstance(row, int) else _weight(row.ours) + _weight(row.theirs)
        if len(rows) >= MOST_ROWS or room < 0:
            rows.append(_note(more, scheme))
            break
        if isinstance(row, int):
            rows.append(_note(ntr("{n} equal line", "{n} equal lines", row), scheme))
        elif row.same:
            rows.append(_row("", _line(row.ours, scheme, ""), _line(row.theirs, scheme, "")))
        else:
            label = _label("", number, scheme)
            rows.append(_row(label, _line(row.ours, scheme, "accent_soft"), _line(row.theirs, scheme, "warn_soft")))
            number += 1
    note = tr("Only the text of formatted messages is compared here. The formatting is kept.")
    tail = f"<p style='color:{scheme.faint}'>{escape(note)}</p>" if comparison.formatted else ""
    return f"<table width='100%' cellspacing='0' cellpadding='5'>{''.join(rows)}</table>{tail}"


def shown_differences(page: str) -> int:
    """Return how many anchors a page has."""
    return page.count(f"<a name='{ANCHOR}")


def _folded(lines: Sequence[Pair]) -> Iterator[Pair | int]:
    """Give lines as they are, and the number of those left out between them."""
    given = near = 0
    for number, pair in enumerate(lines):
        if pair.same:
            continue
        stop = max(given, min(near, number))
        yield from lines[given:stop]
        start = max(stop, number - _AROUND)
        if start > stop:
            yield start - stop
        yield from lines[start : number + 1]
        given, near = number + 1, number + _AROUND + 1
    stop = max(given, min(near, len(lines)))
    yield from lines[given:stop]
    if stop < len(lines):
        yield len(lines) - stop


def _row(label: str, ours: str, theirs: str, width: int = 0) -> str:
    wide = f" width='{width}'" if width else ""
    return (
        f"<tr><td{wide} valign='top'>{label}</td>"
        f"<td width='46%' valign='top'>{ours}</td><td width='46%' valign='top'>{theirs}</td></tr>"
    )


def _note(words: str, scheme: Scheme) -> str:
    return f"<tr><td></td><td colspan='2'><span style='color:{scheme.faint}'>{escape(words)}</span></td></tr>"


def _label(title: str, number: int, scheme: Scheme) -> str:
    return f"<a name='{ANCHOR}{number}'></a><span style='color:{scheme.muted}'>{escape(title)}</span>"


def _weight(line: Line | None) -> int:
    words = "".join(piece.text for piece in line or ())[:_LONGEST_LINE]
    return len(words) + _OF_TURN * direction_runs(words) + _OF_MARK * min(len(line or ()), _LONGEST_LINE)


def _line(line: Line | None, scheme: Scheme, ground: str) -> str:
    if line is None:
        return f"<span style='color:{scheme.faint}'>·</span>"
    parts = []
    room = _LONGEST_LINE
    for piece in line:
        words = escape(piece.text[:room]).replace("  ", "&nbsp; ")
        room -= len(piece.text)
        if piece.own and ground and words.strip():
            parts.append(f"<span style='background:{getattr(scheme, ground)};text-decoration:underline'>{words}</span>")
        else:
            parts.append(words)
        if room <= 0:
            parts.append("…")
            break
    return "".join(parts) or "&nbsp;"


_SIDE = 32


class ComparedPage(QTextEdit):
    """Read only; it fetches nothing, whatever its words are. `name` is what a screen reader calls it."""

    def __init__(self, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName(name)
        self.setFont(theme.font(size=14))
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )

    def loadResource(self, kind: int, name: QUrl | str) -> None:
        return None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            event.ignore()
        else:
            super().keyPressEvent(event)


class CompareView(QWidget):
    """The page of one comparison. `left` says that the person chose nothing for now."""

    left = Signal()

    def __init__(self, session: CompareSession, registry: Registry, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self._registry = registry
        self._html = ""
        self._at = -1
        self.setObjectName("pane")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(tr("Compare"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._title = Label(tr("This draft was changed elsewhere"), self)
        self._title.setFont(theme.font(size=18, semibold=True))
        self._words = Label(self)
        self._words.setProperty("tone", "muted")
        self._words.setWordWrap(True)
        self.page = ComparedPage(tr("Both versions"), self)
        self.mine = self._button("compare.mine", "hard-drive")
        self.theirs = self._button("compare.theirs", "cloud-check")
        self.both = self._button("compare.both", "file-text")
        self.again = self._button("compare.again", "rotate-ccw")
        self._build()
        keys.bind(self, registry, Context.COMPARE, registry.attempt)
        session.changed.subscribe(lambda _: self.refresh())
        self.refresh()

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(_SIDE, 24, _SIDE, 16)
        column.setSpacing(8)
        column.addWidget(self._title)
        column.addWidget(self._words)
        line = QHBoxLayout()
        line.setSpacing(8)
        for button in (self.mine, self.theirs, self.both):
            line.addWidget(button)
        line.addStretch(1)
        line.addWidget(self.again)
        column.addLayout(line)
        column.addSpacing(8)
        column.addWidget(self.page, 1)

    def _button(self, command: str, icon: str) -> QPushButton:
        found = self._registry.command(command)
        button = QPushButton(self)
        button.setProperty("kind", "quiet")
        icons.put(button, icon, "muted")
        shown = keys.shown(found)
        button.setText(f"{found.shown_title()}  ({shown})" if shown else found.shown_title())
        button.setAccessibleName(found.shown_title())
        button.setToolTip(keys.tip(found.shown_title(), found))
        button.setAccessibleDescription(shown)
        button.clicked.connect(lambda: self._registry.run(command))
        return button

    def refresh(self) -> None:
        """Draw how the comparison stands."""
        session = self.session
        self._words.setText(self._sentence())
        self._words.setAccessibleName(self._words.text())
        for button in (self.mine, self.theirs):
            button.setEnabled(session.can_choose())
        self.both.setEnabled(session.can_keep_both())
        self.again.setVisible(session.stand is not Stand.READING)
        if session.comparison is None or session.stand in {Stand.READING, Stand.CHOSEN}:
            return
        self._show(html_of(session.comparison, theme.scheme(), session.now()))

    def _sentence(self) -> str:
        words = self.session.words()
        if self.session.can_choose():
            return tr("{found}. Choose which version to keep; until then nothing is changed.", found=words.rstrip("."))
        if self.session.stand is Stand.FAILED:
            return tr("{trouble} Your text is safe here, and can be kept as a new draft.", trouble=words)
        return words

    def _show(self, html: str) -> None:
        if html != self._html:
            self._html = html
            self._at = -1
            self.page.setHtml(html)

    def redress(self) -> None:
        """Draw in the colours of now."""
        self.refresh()

    def step(self, by: int) -> None:
        """Go to the next difference, or the one before; round at the ends."""
        count = shown_differences(self._html)
        if count:
            self._at = (self._at + by) % count if self._at >= 0 else (0 if by > 0 else count - 1)
            self.page.scrollToAnchor(f"{ANCHOR}{self._at}")

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.page.setFocus(event.reason())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)
