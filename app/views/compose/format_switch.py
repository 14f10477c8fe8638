"""Turns a body from plain to formatted and back. A long one is read in a thread, and keys do not wait for it.

Meanwhile the body is locked, a quiet bar says why, and Escape leaves it as it was. The editor that was turned from
keeps its text: to go back is to show it again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject, QTimer, Signal

from app.core.i18n import tr
from app.domain.edits import BodyReplaced
from app.domain.house_style import HouseStyle, is_base
from app.domain.message import BodyFormat
from app.ui.editor.background_work import BackgroundWork

if TYPE_CHECKING:
    from app.services.html.prepare import Opened
    from app.ui.editor.rich import RichEditor
    from app.views.compose.fields import BodyEditor

LONG: Final = 30_000
"""Characters from which on a text is turned in a thread: about ten milliseconds' work."""
_QUIET: Final = 250
"""Milliseconds for which nothing is said."""


class Turning(QObject):
    """The turning of one body. `act` waits until there is formatted text to act on.

    `working` says that a long one is turned in a thread, `done` that this is over. The widget that shows the body
    follows the other signals, which come in the order in which things are to be shown.
    """

    working = Signal()
    done = Signal()
    locked = Signal()
    """Says that `is_busy` differs: the body takes keys again, or takes none."""
    said = Signal(str)
    """Words that say why the body is locked, "" once they no longer hold."""
    formatted_ready = Signal(object)
    """Formatted text (`Opened`) that is to be shown."""
    plain_ready = Signal(str)
    """Plain text that is to be shown."""
    shown = Signal(bool)
    """The editor of formatted text (True) or of plain text is to be shown as it stands."""
    edited = Signal(object)
    made_plain = Signal()

    def __init__(self, plain: BodyEditor, rich: Callable[[], RichEditor], parent: QObject) -> None:
        """`rich` returns the editor of formatted text, which is made when it is first wanted."""
        super().__init__(parent)
        self._plain, self._rich = plain, rich
        self.base: Callable[[], str] = lambda: HouseStyle().base
        """The CSS around text that is made formatted."""
        self._background = BackgroundWork(self)
        self._acts: list[Callable[[RichEditor], object]] = []
        self._building = False
        self._busy = self._said = False
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_QUIET)
        self._soon.timeout.connect(self._say)
        self._from: BodyFormat | None = None

    @property
    def is_busy(self) -> bool:
        """Return whether the body is being turned."""
        return self._busy

    def wear_base(self) -> None:
        """Let formatted text have the `base` of now, unless another program has said how the message looks."""
        rich = self._rich()
        if is_base(rich.fragments.base):
            rich.change_base(self.base())

    # --- to formatted text -------------------------------------------------------------------------------------------

    def to_formatted(self, act: Callable[[RichEditor], object]) -> None:
        """Make plain text formatted, and then `act` on it. Nothing is lost by that; the cursor stays where it is."""
        if self._busy:
            self._acts.append(act)
            return
        from app.services.html.prepare import open_text

        self._plain.finish_pasting()
        text, base = self._plain.toPlainText(), self.base()
        self._acts = [act]
        self._begin()
        if len(text) < LONG:
            self._build_document(open_text(text, base))
            self._rich().finish()
        else:
            self.working.emit()
            self._background.run(lambda: open_text(text, base), self._build_document)

    def _build_document(self, opened: Opened) -> None:
        rich = self._rich()
        self._building = True
        rich.built.connect(self._built)
        self.formatted_ready.emit(opened)

    def _built(self) -> None:
        rich, plain = self._rich(), self._plain
        rich.built.disconnect(self._built)
        if not self._building:
            return
        cursor, moved = plain.textCursor(), rich.textCursor()
        last = rich.document().characterCount() - 1
        moved.setPosition(min(cursor.anchor(), last))
        moved.setPosition(min(cursor.position(), last), moved.MoveMode.KeepAnchor)
        rich.setTextCursor(moved)
        self._end(BodyFormat.TEXT)
        self.wear_base()
        self.edited.emit(BodyReplaced(rich.html(), BodyFormat.HTML))
        acts, self._acts = self._acts, []
        for act in acts:
            act(rich)
        rich.ensureCursorVisible()

    # --- to plain text -----------------------------------------------------------------------------------------------

    def find_losses(self, then: Callable[[str], None]) -> None:
        """Find what the body would lose as plain text, and call `then` with it in words."""
        from app.services.html.prepare import losses

        html = self._rich().html()
        self._read(html, lambda: losses(html), then)

    def to_plain(self) -> None:
        """Keep the words and nothing else."""
        from app.domain.visible_text import plain_text

        rich = self._rich()
        rich.finish()
        html = rich.html()
        self._read(html, lambda: plain_text(html, quoting=True), self._put_plain)

    def _put_plain(self, text: str) -> None:
        self.plain_ready.emit(text)
        self._end(BodyFormat.HTML)
        self.edited.emit(BodyReplaced(text, BodyFormat.TEXT))
        self.made_plain.emit()

    def _read(self, html: str, work: Callable[[], Any], then: Callable[[Any], None]) -> None:
        if self._busy:
            return
        if len(html) < LONG:
            then(work())
            return

        def arrived(result: object) -> None:
            self._end(self._from)
            then(result)

        self._begin()
        self.working.emit()
        self._background.run(work, arrived)

    # --- back --------------------------------------------------------------------------------------------------------

    def forget(self) -> None:
        """Drop the way back, because another message is shown."""
        self._from = None

    def can_go_back(self, to: BodyFormat) -> bool:
        """Return whether the body was of the format `to` before, and can be so again."""
        return self._from is to and not self._busy

    def go_back(self) -> None:
        """Show again what the body was before it was turned."""
        before, self._from = self._from, None
        if before is BodyFormat.TEXT:
            self.shown.emit(False)
            self.edited.emit(BodyReplaced(self._plain.toPlainText(), BodyFormat.TEXT))
        elif before is BodyFormat.HTML:
            self.shown.emit(True)
            self.wear_base()
            self.edited.emit(BodyReplaced(self._rich().html(), BodyFormat.HTML))

    # --- meanwhile ---------------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        self._busy = True
        self.locked.emit()
        self._soon.start()

    def _end(self, turned_from: BodyFormat | None) -> None:
        self._busy = self._building = False
        self._soon.stop()
        if self._said:
            self._said = False
            self.said.emit("")
        self._from = turned_from
        self.locked.emit()
        self.done.emit()

    def _say(self) -> None:
        self._said = True
        self.said.emit(tr("Turning a long text. Escape leaves it as it was."))

    def stop(self) -> bool:
        """Leave the body as it was; False where nothing is being turned."""
        if not self._busy:
            return False
        self._acts = []
        self._background.forget()
        built = self._building
        self._end(self._from)
        if built:
            rich = self._rich()
            rich.built.disconnect(self._built)
            rich.stop_building()
            self.forget()
            self.shown.emit(False)
        return True

    def give_up(self) -> None:
        """Leave the body as it was, if it is being turned."""
        self.stop()

    def finish(self) -> None:
        """Bring it to its end at once, because the message is being sent or saved."""
        self._background.finish()
        if self._building:
            self._rich().finish()
