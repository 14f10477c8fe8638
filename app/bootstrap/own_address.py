"""A message that may not be sent as somebody else: it is opened with one's own address in From, and sent by the person.

Who a message is from is no detail: nothing goes under another name than the one that was seen before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.core.i18n import tr
from app.ui import keys

if TYPE_CHECKING:
    from app.bootstrap.program import Program
    from app.domain.message import LocalId
    from app.views.compose.view import ComposeView


def use_own_address(program: Program, name: LocalId) -> None:
    """Open the message with From changed, and say so beside the way back."""

    def change(view: ComposeView) -> None:
        from app.views.compose.view import Aside

        back = view.session.sender.use_own()
        if back is None:
            return
        send = keys.shown(program.registry.command("compose.send")).replace("Return", "Enter")
        words = tr(
            "From is now your own address, {address}. Press {keys} to send.",
            address=view.session.sender.text(),
            keys=send,
        )
        Aside(view).say(words, 0, offer=(tr("Undo"), back))

    program.writing.open_and_then(name, change)
