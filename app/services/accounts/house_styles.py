"""How the messages of each account look, and how its answers introduce what they quote.

What the person chose for an account goes before what an administrator has set, and after what is locked.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec

from app.domain.house_style import HouseStyle, is_color, is_font, is_size
from app.domain.message import AccountId
from app.services.accounts.preset_settings import COLOR_CHOICE, FONT_CHOICE, HEADS_CHOICE, SIZE_OF_TEXT_CHOICE
from app.services.ports import Settings

_NAME: Final = "house_styles"


class ChosenStyle(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the person chose for one account; "", 0 and None are nothing chosen.

    `color` is "" for the reader's own. `heads` is "yes" for Outlook's head above what is quoted, "never" for
    "On …, … wrote", and "" for what holds for all accounts.
    """

    font: str = ""
    size: float = 0.0
    color: str | None = None
    heads: str = ""


class HouseStyles:
    """The styles of all accounts."""

    def __init__(self, settings: Settings) -> None:
        """Know nothing; `load` reads what was chosen and set."""
        self.is_locked: Callable[[str], bool] = lambda _name: False
        """Whether one of the choices, by its name, is the administrator's."""
        self.heads_of_all: Callable[[], bool] = lambda: True
        """Whether answers have Outlook's head above what they quote, where nothing is said for their account."""
        self._settings = settings
        self._chosen: dict[str, ChosenStyle] = {}
        self._set = HouseStyle()

    async def load(self) -> None:
        """Read what was chosen, and what an administrator has set. Raises StorageError."""
        text = await self._settings.read_setting(_NAME)
        try:
            self._chosen = msgspec.json.decode(text or "{}", type=dict[str, ChosenStyle])
        except msgspec.DecodeError:
            self._chosen = {}
        usual = HouseStyle()
        font = await self._settings.read_setting(FONT_CHOICE) or ""
        size = _points(await self._settings.read_setting(SIZE_OF_TEXT_CHOICE) or "")
        color = await self._settings.read_setting(COLOR_CHOICE) or ""
        self._set = HouseStyle(
            font if is_font(font) else usual.font,
            size if is_size(size) else usual.size,
            color if is_color(color) else usual.color,
        )

    def chosen(self, account_id: AccountId) -> ChosenStyle:
        """Return what the person chose for an account."""
        return self._chosen.get(account_id, ChosenStyle())

    def style(self, account_id: AccountId) -> HouseStyle:
        """Return how the messages of an account look."""
        return self.resolved(self.chosen(account_id))

    def resolved(self, chosen: ChosenStyle) -> HouseStyle:
        """Return how the messages of an account look for which that was chosen."""
        known = self._set
        free = not self.is_locked(COLOR_CHOICE) and chosen.color is not None and is_color(chosen.color or "#000000")
        return HouseStyle(
            chosen.font if is_font(chosen.font) and not self.is_locked(FONT_CHOICE) else known.font,
            chosen.size if is_size(chosen.size) and not self.is_locked(SIZE_OF_TEXT_CHOICE) else known.size,
            chosen.color or "" if free else known.color,
        )

    def base(self, account_id: AccountId) -> str:
        """Return the CSS around the body of a message that is begun in an account."""
        return self.style(account_id).base

    def outlook_heads(self, account_id: AccountId) -> bool | None:
        """Return whether its answers have Outlook's head above what they quote; None where nothing is said for it."""
        return self._said_of_heads(self.chosen(account_id))

    def has_heads(self, chosen: ChosenStyle) -> bool:
        """Return whether answers from an account for which that was chosen have Outlook's head."""
        said = self._said_of_heads(chosen)
        return self.heads_of_all() if said is None else said

    def _said_of_heads(self, chosen: ChosenStyle) -> bool | None:
        return None if not chosen.heads or self.is_locked(HEADS_CHOICE) else chosen.heads != "never"

    def any_color(self) -> bool:
        """Return whether text has a colour in any account: a message may go on in that one."""
        return any(self.resolved(one).color for one in (ChosenStyle(), *self._chosen.values()))

    async def keep(self, account_id: AccountId, chosen: ChosenStyle) -> None:
        """Let the messages of an account that are begun from now on look so. Raises StorageError."""
        await self._keep({**self._chosen, account_id: chosen})

    async def forget(self, account_id: AccountId) -> None:
        """Keep nothing of an account that was removed. Raises StorageError."""
        if account_id in self._chosen:
            await self._keep({name: one for name, one in self._chosen.items() if name != account_id})

    async def _keep(self, chosen: dict[str, ChosenStyle]) -> None:
        await self._settings.keep_setting(_NAME, msgspec.json.encode(chosen).decode())
        self._chosen = chosen


def _points(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
