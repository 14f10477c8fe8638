"""A letter that was asked for and has to be fetched first: keys are kept for it, and Escape gives it up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from app.domain.errors import MailError
from app.domain.i18n import tr
from app.ui.type_ahead import TypeAhead, Wish

if TYPE_CHECKING:
    from app.bootstrap.program import Program
    from app.views.compose.view import ComposeView

    Opening = Callable[[Wish], Coroutine[Any, Any, ComposeView | None]]

_QUIETLY = 0.4
"""Seconds that a letter may take to come before the foot says that it is awaited."""


class Awaiting:
    """One such letter, from the key that asked for it until it is open, refused or given up."""

    def __init__(self, program: Program, ahead: TypeAhead, opening: Opening, name: str) -> None:
        """Keep keys from now on, and open; `opening` shows nothing of a wish that was given up, and returns None."""
        self._program, self._ahead = program, ahead
        self._wish = Wish(self._given_up)
        ahead.hold(self._wish)
        program.tasks.spawn(self._open(opening), name)

    async def _open(self, opening: Opening) -> None:
        telling = self._program.tasks.spawn(self._tell(), "say that a letter is awaited")
        view = None
        try:
            view = await opening(self._wish)
        except MailError as error:
            if not self._wish.given_up:
                self._program.tasks.on_mail_error(error)
        finally:
            telling.cancel()
            self._program.foot.free(self._stop)
            if view is not None:
                self._ahead.release(self._wish)
            else:
                self._return(self._ahead.drop(self._wish))

    async def _tell(self) -> None:
        await asyncio.sleep(_QUIETLY)
        if not self._wish.given_up:
            self._program.foot.busy(tr("Fetching the message… Esc gives it up"), self._stop)

    def _stop(self) -> None:
        self._wish.give_up()

    def _given_up(self) -> None:
        self._program.foot.free(self._stop)
        self._return(self._ahead.drop(self._wish))

    def _return(self, typed: str) -> None:
        """Show what was typed for a letter that does not come: it is not lost, and was not a command."""
        if typed.strip():
            self._program.window.notice_bar.say(tr("You typed this meanwhile: “{text}”").format(text=typed))
