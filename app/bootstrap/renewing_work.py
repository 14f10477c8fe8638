"""Lets an open draft take over what another program wrote, and says so quietly at its head."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.background import run_in_thread
from app.core.i18n import tr
from app.domain.message import LocalId
from app.services.drafts.renewal import OpenLetter
from app.ui.widgets import say_aloud

if TYPE_CHECKING:
    from app.bootstrap.program import Program
    from app.services.html.prepare import Opened
    from app.views.compose.view import ComposeView

_STAYS = 10_000
"""Milliseconds that the word stays."""


class RenewingWork:
    """Knows the pane of each open letter."""

    def __init__(self, program: Program) -> None:
        """Listen."""
        self._program = program
        self._panes: dict[ComposeView, OpenLetter] = {}
        program.drafts.renewing.pane_of = self._pane_of
        program.drafts.renewing.renewed.subscribe(self._tell)

    def _pane_of(self, name: LocalId) -> OpenLetter | None:
        from app.views.compose.renewal import Renewal

        views = self._program.writing.views()
        self._panes = {view: pane for view, pane in self._panes.items() if view in views}
        view = next((view for view in views if view.session.local_id == name and view.is_filled), None)
        return None if view is None else self._panes.setdefault(view, Renewal(view, _open_html))

    def _tell(self, name: LocalId) -> None:
        words = tr("Updated: this draft was changed elsewhere")
        self._program.writing.say(name, words, _STAYS)
        view = next((view for view in self._program.writing.views() if view.session.local_id == name), None)
        if view is not None:
            say_aloud(view, words)


async def _open_html(body: str) -> Opened:
    def read() -> Opened:
        from app.services.html.prepare import open_html

        return open_html(body)

    opened: Opened = await run_in_thread(read)
    return opened
