"""The person's settings with what an administrator has set laid over them: defaults under theirs, locks above."""

from __future__ import annotations

from typing import Final

from app.domain.account import Account
from app.domain.message import AccountId
from app.domain.presets import Presets
from app.services.ports import Settings

MANY_CHOICE: Final = "ask_from_recipients"
"""The preference that names from how many recipients on it is asked whether all are meant; 0 for never."""


STRANGERS_CHOICE: Final = "ask_for_strangers"
"""The preference that says whether it is asked where a recipient outside is new: "never", or anything else for yes."""


SIZE_CHOICE: Final = "ask_from_megabytes"
"""The preference that names above how many megabytes it is asked where the server does not say what it takes."""


HOLD_CHOICE: Final = "hold"
"""The preference that says for how many seconds a send can be undone."""

HEADS_CHOICE: Final = "outlook_heads"
"""The preference that says whether an answer has Outlook's head above what it quotes: "never" for "On …, … wrote"."""

FORMATTED_CHOICE: Final = "write_formatted"
"""The preference that says whether a new message is formatted text: "never" for plain text, anything else for yes."""

FONT_CHOICE: Final = "font"
"""The preference that names the font of messages, for accounts for which the person chose none."""

SIZE_OF_TEXT_CHOICE: Final = "font_size"
"""The preference that says how large the text of messages is, in points, for accounts for which no size was chosen."""

COLOR_CHOICE: Final = "font_color"
"""The preference that says which colour the text of messages has (#rrggbb), where the person chose none."""

RELEASES_CHOICE: Final = "look_for_new_versions"
"""The preference that says whether it is asked for new versions: "never", or anything else for yes."""

NOTICES_CHOICE: Final = "desktop_notices"
"""The preference that says what is told on the desktop: some of "failures", "returned" and "reminders" with blanks
between them, "never" for none, or anything else for all.
"""

VERSIONS_CHOICE: Final = "keep_versions"
"""The preference that says whether earlier versions of drafts are kept: "never", or anything else for yes."""

SPELLING_CHOICE: Final = "spelling_language"
"""The preference that names the usual language of spelling: empty where it is noticed, "none" to look at nothing."""

OWN_WORDS: Final = "own words"
"""The words that the person has added to all dictionaries, a list in JSON."""

_CALLED: Final = {
    HOLD_CHOICE: "undo_seconds",
    MANY_CHOICE: "ask_from_recipients",
    STRANGERS_CHOICE: "ask_for_strangers",
    SIZE_CHOICE: "ask_from_megabytes",
    HEADS_CHOICE: "outlook_heads",
    FORMATTED_CHOICE: "formatted_text",
    FONT_CHOICE: "font",
    SIZE_OF_TEXT_CHOICE: "font_size",
    COLOR_CHOICE: "font_color",
    RELEASES_CHOICE: "look_for_new_versions",
    VERSIONS_CHOICE: "earlier_versions",
}


class PresetSettings:
    """The port Settings, once more. What is locked is read as it was set, whatever is kept."""

    def __init__(self, settings: Settings) -> None:
        """Read and write through to `settings`; nothing is set until `presets` is."""
        self.presets = Presets()
        self.reaches_accounts = True
        self._settings = settings

    def is_locked(self, name: str) -> bool:
        """Return whether a preference is the administrator's."""
        return _CALLED.get(name, "") in self.presets.locked

    async def accounts(self) -> list[Account]:
        """Return the accounts, each with what is locked for it where presets are to reach accounts that there are."""
        if not self.reaches_accounts:
            return await self._settings.accounts()
        return [self.presets.enforced(account) for account in await self._settings.accounts()]

    async def keep_account(self, account: Account) -> None:
        """Keep it as it is."""
        await self._settings.keep_account(account)

    async def remove_account(self, account_id: AccountId) -> None:
        """Remove it."""
        await self._settings.remove_account(account_id)

    async def read_setting(self, name: str) -> str | None:
        """Return what is locked, else what the person chose, else what was set for all users."""
        if self.is_locked(name):
            return self._set_for_all(name)
        chosen = await self._settings.read_setting(name)
        return self._set_for_all(name) if chosen is None else chosen

    async def keep_setting(self, name: str, value: str) -> None:
        """Keep one preference."""
        await self._settings.keep_setting(name, value)

    def _set_for_all(self, name: str) -> str | None:
        value = self.presets.settings.get(_CALLED.get(name, ""))
        if isinstance(value, bool):
            return "yes" if value else "never"
        return None if value is None else str(value)
