"""The page on how the messages of an account look: what is chosen counts from the next message on."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import msgspec

from app.core.events import Event
from app.core.formatting import clock_time
from app.core.i18n import tr
from app.domain.errors import StorageError
from app.domain.house_style import HouseStyle, is_font
from app.domain.message import AccountId
from app.services.accounts.house_styles import ChosenStyle
from app.services.accounts.preset_settings import COLOR_CHOICE, FONT_CHOICE, HEADS_CHOICE, SIZE_OF_TEXT_CHOICE
from app.services.html.write import close_body, open_body
from app.ui.tasks import Tasks

if TYPE_CHECKING:
    from app.services.accounts.house_styles import HouseStyles


class StyleSession:
    """The style of one account. `changed` comes after every change that is to be drawn."""

    def __init__(self, styles: HouseStyles, account_id: AccountId, tasks: Tasks) -> None:
        """Work on `styles`."""
        self.changed: Event[None] = Event()
        self.error = ""
        self.font_error = ""
        """What is wrong with the name of a font that was typed."""
        self._styles, self._account_id, self._tasks = styles, account_id, tasks
        self._chosen = styles.chosen(account_id)
        """What was chosen, of which the last may still be on its way to the disk."""

    @property
    def style(self) -> HouseStyle:
        """Return the style in force, or the one that is about to be."""
        return self._styles.resolved(self._chosen)

    @property
    def heads(self) -> str:
        """Return what was chosen for what introduces a quotation: "yes", "never", or "" for what holds for all."""
        return "" if self.heads_are_locked else self._chosen.heads

    @property
    def font_is_locked(self) -> bool:
        """Return whether an administrator has set the font."""
        return self._styles.is_locked(FONT_CHOICE)

    @property
    def size_is_locked(self) -> bool:
        """Return whether an administrator has set the size."""
        return self._styles.is_locked(SIZE_OF_TEXT_CHOICE)

    @property
    def color_is_locked(self) -> bool:
        """Return whether an administrator has set the colour."""
        return self._styles.is_locked(COLOR_CHOICE)

    @property
    def heads_are_locked(self) -> bool:
        """Return whether an administrator has set what introduces a quotation."""
        return self._styles.is_locked(HEADS_CHOICE)

    def set_font(self, font: str) -> None:
        """Write in that font; a name that can be none is told, and changes nothing."""
        font = " ".join(font.split())
        if not is_font(font):
            self.font_error = tr("A font has a name of letters, digits, blanks, dots and hyphens.")
            self.changed.emit(None)
            return
        self._choose(font=font)

    def set_size(self, points: float) -> None:
        """Write in that size."""
        self._choose(size=points)

    def set_color(self, color: str) -> None:
        """Write in that colour, "" for the reader's own."""
        self._choose(color=color)

    def set_heads(self, heads: str) -> None:
        """Introduce what is quoted so from now on."""
        self._choose(heads=heads)

    def sample(self, address: str) -> str:
        """Return an answer from `address` as HTML, down to what introduces the quotation."""
        when, who = clock_time(1_790_000_000.0, 0.0), "Ben Smith <ben@example.org>"
        lines = [escape(line) or "<br>" for line in tr("Dear Ben,\nthis is how your messages look.\n").split("\n")]
        own = "".join(f"<div>{line}</div>" for line in lines)
        if not self._styles.has_heads(self._chosen):
            head = f"<div>{escape(tr('On {when}, {who} wrote:', when=when, who=who))}</div>"
        else:
            fields = ((tr("From"), who), (tr("Sent"), when), (tr("To"), address), (tr("Subject"), tr("Prices")))
            said = "<br>".join(f"<b>{escape(label)}:</b> {escape(words)}" for label, words in fields)
            head = f"<hr><div>{said}</div>"
        return f"{open_body(self.style.base)}{own}{head}{close_body('')}"

    def _choose(self, **what: object) -> None:
        self.error = self.font_error = ""
        self._chosen = msgspec.structs.replace(self._chosen, **what)
        self._tasks.spawn(self._keep(self._chosen), "keep how messages look")

    async def _keep(self, chosen: ChosenStyle) -> None:
        try:
            await self._styles.keep(self._account_id, chosen)
        except StorageError as error:
            self._chosen = self._styles.chosen(self._account_id)
            self.error = str(error)
        self.changed.emit(None)
