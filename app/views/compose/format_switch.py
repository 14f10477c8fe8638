"""Turns a body from plain to formatted and back. A long one is read in a thread, and the keys wait for nobody.

Meanwhile the body is locked, a quiet bar says why, and Escape lets it be as it was. The editor that was turned from
keeps its text: to go back is to show it again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject, QTimer, Signal

from app.core.i18n import tr
from app.domain.edits import BodyReplaced
from app.domain.message import BodyFormat
from app.services.text.error_text import action_words
from app.ui.editor.background_work import Behind

if TYPE_CHECKING:
    from app.services.html.prepare import Opened
    from app.ui.editor.rich import RichEditor
    from app.views.compose.body import BodyField

LONG: Final = 30_000
"""Characters from which on a text is turned in a thread: about ten milliseconds' work."""
_QUIET: Final = 250
"""Milliseconds for which nothing is said."""


class Turning(QObject):
    """The turning of one body. `act` waits until there is formatted text to act on.

    `working` tells that a long one is turned behind the keys, `done` that this is over.
    """

    working = Signal()
    done = Signal()

    def __init__(self, body: BodyField) -> None:
        super().__init__(body)
        self._body = body
        self._behind = Behind(self)
        self._acts: list[Callable[[RichEditor], object]] = []
        self._pouring = False
        self._busy = self._said = False
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_QUIET)
        self._soon.timeout.connect(self._say)
        self._from: BodyFormat | None = None

    @property
    def is_busy(self) -> bool:
        """Tell whether the body is being turned."""
        return self._busy

    # --- to formatted text -------------------------------------------------------------------------------------------

    def to_formatted(self, act: Callable[[RichEditor], object]) -> None:
        """Make plain text formatted, and then `act` on it. Nothing is lost by that; the cursor stays where it is."""
        if self._busy:
            self._acts.append(act)
            return
        from app.services.html.prepare import open_text

        self._body.plain.finish_pasting()
        text = self._body.plain.toPlainText()
        self._acts = [act]
        self._begin()
        if len(text) < LONG:
            self._pour(open_text(text))
            self._body.formatted_editor().finish()
        else:
            self.working.emit()
            self._behind.run(lambda: open_text(text), self._pour)

    def _pour(self, opened: Opened) -> None:
        rich = self._body.formatted_editor()
        self._pouring = True
        rich.poured.connect(self._poured)
        self._body.open_formatted(opened)

    def _poured(self) -> None:
        rich, plain = self._body.formatted_editor(), self._body.plain
        rich.poured.disconnect(self._poured)
        if not self._pouring:
            return
        cursor, moved = plain.textCursor(), rich.textCursor()
        last = rich.document().characterCount() - 1
        moved.setPosition(min(cursor.anchor(), last))
        moved.setPosition(min(cursor.position(), last), moved.MoveMode.KeepAnchor)
        rich.setTextCursor(moved)
        self._end(BodyFormat.TEXT)
        self._body.edited.emit(BodyReplaced(rich.html(), BodyFormat.HTML))
        acts, self._acts = self._acts, []
        for act in acts:
            act(rich)
        rich.ensureCursorVisible()

    # --- to plain text -----------------------------------------------------------------------------------------------

    def find_losses(self, then: Callable[[str], None]) -> None:
        """Find what the body would lose as plain text, and tell it in words."""
        from app.services.html.clean import losses

        html = self._body.formatted_editor().html()
        self._read(html, lambda: losses(html), then)

    def to_plain(self) -> None:
        """Keep the words and nothing else."""
        from app.services.html.plain_text import plain_text

        rich = self._body.formatted_editor()
        rich.finish()
        html = rich.html()
        self._read(html, lambda: plain_text(html, quoting=True), self._put_plain)

    def _put_plain(self, text: str) -> None:
        self._body.set_body(text)
        self._end(BodyFormat.HTML)
        self._body.edited.emit(BodyReplaced(text, BodyFormat.TEXT))
        self._body.made_plain()

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
        self._behind.run(work, arrived)

    # --- back --------------------------------------------------------------------------------------------------------

    def forget(self) -> None:
        """There is nothing to go back to: another message is shown."""
        self._from = None

    def can_go_back(self, to: BodyFormat) -> bool:
        """Tell whether the body was of the format `to` before, and can be so again."""
        return self._from is to and not self._busy

    def go_back(self) -> None:
        """Show again what the body was before it was turned."""
        before, self._from = self._from, None
        if before is BodyFormat.TEXT:
            self._body.show_plain()
            self._body.edited.emit(BodyReplaced(self._body.plain.toPlainText(), BodyFormat.TEXT))
        elif before is BodyFormat.HTML:
            self._body.show_formatted()
            self._body.edited.emit(BodyReplaced(self._body.formatted_editor().html(), BodyFormat.HTML))

    # --- meanwhile ---------------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        self._busy = True
        self._body.lock()
        self._soon.start()

    def _end(self, turned_from: BodyFormat | None) -> None:
        self._busy = self._pouring = False
        self._soon.stop()
        if self._said:
            self._said = False
            self._body.bar.clear()
        self._from = turned_from
        self._body.lock()
        self.done.emit()

    def _say(self) -> None:
        self._said = True
        words = tr("Turning a long text. Escape leaves it as it was.")
        self._body.bar.say(words, action=("stop-turning", action_words("stop-turning")))

    def stop(self) -> bool:
        """Leave the body as it was; False where nothing is being turned."""
        if not self._busy:
            return False
        self._acts = []
        self._behind.forget()
        poured = self._pouring
        self._end(self._from)
        if poured:
            rich = self._body.formatted_editor()
            rich.poured.disconnect(self._poured)
            rich.stop_pouring()
            self.forget()
            self._body.show_plain()
        return True

    def give_up(self) -> None:
        """Leave the body as it was, if it is being turned."""
        self.stop()

    def finish(self) -> None:
        """Bring it to its end at once, because the message is being sent or saved."""
        self._behind.finish()
        if self._pouring:
            self._body.formatted_editor().finish()
