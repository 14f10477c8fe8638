"""Send at a time: typed, or one of three that are near at hand; or put aside as ready, to be sent with the others."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from app.core.formatting import moment_words
from app.core.i18n import tr
from app.domain.message import Field
from app.domain.typed_dates import read_moment, suggested_moments
from app.views.compose.picking import Picking
from app.views.compose.session import ComposeSession

if TYPE_CHECKING:
    from app.ui.picker import Pick

_ASIDE: Final = "aside"


class LaterChoice:
    """The choice for one letter."""

    def __init__(self, session: ComposeSession, picking: Picking, now: Callable[[], float]) -> None:
        """Choose in `picking` for `session`; `now` is in seconds since the epoch."""
        self._session = session
        self._picking = picking
        self._now = now
        self._send: Callable[[], None] = lambda: None

    def open(self, send: Callable[[], None]) -> None:
        """Ask when; `send` sends the letter once its time is set."""
        if not self._session.can_edit():
            return
        from app.ui.picker import Pick  # what most letters never want is not loaded with the first

        self._send = send
        now, kept = self._now(), self._session.content.options.deferred
        picks = [Pick(tr("At once"), 0.0)] if kept else []
        picks += [Pick(_words(moment, now), moment) for moment in suggested_moments(now)]
        picks.append(Pick(tr("When I send all that are ready"), _ASIDE, "F9"))
        note = tr("Type a time, such as tomorrow 8, Mon 9:00 or in 2 hours.")
        self._picking.picker.open(tr("Send at"), picks, self._chosen, note, self._read)

    def _read(self, typed: str) -> Pick | None:
        from app.ui.picker import Pick

        now = self._now()
        moment = read_moment(typed, now)
        if moment is None:
            return None
        if moment <= now:
            return Pick(tr("That time has passed."), None, _words(moment, now))
        return Pick(_words(moment, now), moment)

    def _chosen(self, when: object) -> None:
        if when == _ASIDE:
            self._session.put_aside()
        elif isinstance(when, float):
            self._session.options.choose(Field.DEFERRED, float(int(when)))
            self._send()


def _words(moment: float, now: float) -> str:
    words = moment_words(moment, now)
    return words[:1].upper() + words[1:]
