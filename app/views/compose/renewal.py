"""Replaces the text of an open message by what another program wrote; the caret stays where its words are."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtGui import QTextCursor

from app.domain.edits import Edit
from app.domain.message import BodyFormat, Content

if TYPE_CHECKING:
    from app.services.html.prepare import Opened
    from app.views.compose.view import ComposeView

_AT_ONCE: Final = 200_000
"""Characters of a formatted body up to which it is put in at once, so that the caret can stay; more is built later."""

OpenHtml = Callable[[str], Coroutine[Any, Any, "Opened"]]


class Renewal:
    """Exchanges the text in one pane: the `OpenMessage` of `services/drafts/renewal.py`."""

    def __init__(self, view: ComposeView, open_html: OpenHtml) -> None:
        """`open_html` reads formatted text where it stops no key."""
        self._view, self._open_html = view, open_html

    async def read_body(self, content: Content) -> Opened | None:
        """Read formatted text for the editor; None for plain text."""
        return await self._open_html(content.body) if content.body_format is BodyFormat.HTML else None

    def settle(self) -> bool:
        """Let what was typed be journalled; False while text is still built or pasted in."""
        body = self._view.body
        if body.plain.is_pasting():
            return False
        if body.rich is not None and body.is_formatted():
            if body.rich.is_building() or body.rich.pasting.is_pasting():
                return False
            body.rich.tell_now()
        return True

    def exchange(self, edits: Sequence[Edit], content: Content, ready: Opened | None) -> None:
        """Show `content`; what is half typed in a recipients field stays there."""
        view = self._view
        view.session.take_over(edits, content)
        view.show_head()
        self._exchange_body(content, ready)
        view.refresh()

    def _exchange_body(self, content: Content, ready: Opened | None) -> None:
        body = self._view.body
        editor = body.editor
        before, top = editor.toPlainText(), editor.verticalScrollBar().value()
        anchor, place = editor.textCursor().anchor(), editor.textCursor().position()
        had_focus = editor.hasFocus()
        shown_already = not body.is_formatted() and ready is None and before == content.body
        if shown_already:
            return
        if ready is None:
            body.set_body(content.body)
        else:
            body.open_formatted(ready)
            if len(content.body) <= _AT_ONCE and body.rich is not None:
                body.rich.finish()
        editor = body.editor
        after = editor.toPlainText()
        fresh = QTextCursor(editor.document())
        fresh.setPosition(place_after(before, after, anchor))
        fresh.setPosition(place_after(before, after, place), QTextCursor.MoveMode.KeepAnchor)
        editor.setTextCursor(fresh)
        editor.verticalScrollBar().setValue(top)
        if had_focus:
            editor.setFocus()


def place_after(before: str, after: str, place: int) -> int:
    """Return where a place of `before` is in `after`: beside the same words, where these are still there.

    Places count UTF-16 units, as Qt's documents do.
    """
    old, new = _units(before), _units(after)
    limit = min(len(old), len(new))
    start = next((n for n in range(limit) if old[n] != new[n]), limit)
    end = next((n for n in range(limit - start) if old[-1 - n] != new[-1 - n]), limit - start)
    if place <= start:
        return place
    if place >= len(old) - end:
        return max(0, place + len(new) - len(old))
    return min(place, len(new) - end)


def _units(text: str) -> Sequence[int]:
    return memoryview(text.encode("utf-16-le", "surrogatepass")).cast("H")
