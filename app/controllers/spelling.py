"""Spelling as the person chose it: the checker, the usual language, and the person's own words."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtWidgets import QWidget

from app.controllers.compose.compose import ComposeController
from app.core.background import Spawn
from app.core.events import Event
from app.domain.errors import StorageError
from app.services.accounts.preset_settings import OWN_WORDS, SPELLING_CHOICE, PresetSettings
from app.services.people.people import People

if TYPE_CHECKING:
    from app.ui.editor.spelling_client import Spelling


class SpellingController:
    """The port `SpellingChoices` of the settings page, on the running program. `changed` tells that they differ."""

    def __init__(
        self, window: QWidget, settings: PresetSettings, compose: ComposeController, people: People, spawn: Spawn
    ) -> None:
        """Nothing is looked at before `begin`."""
        self.changed: Event[None] = Event()
        self._window, self._settings, self._compose = window, settings, compose
        self._people, self._spawn = people, spawn
        self._spelling: Spelling | None = None
        self._kept: tuple[str, ...] | None = None
        """The person's own words on the disk, None where it could not be read: then nothing is written over them."""

    async def begin(self) -> None:
        """Read what was chosen, and let messages be looked at from now on, whatever the disk says."""
        from app.ui.editor.spelling_client import Spelling

        spelling = Spelling(self._window)
        spelling.is_name = self._people.is_name
        try:
            spelling.set_language(await self._settings.read_setting(SPELLING_CHOICE) or "")
            kept = await self._settings.read_setting(OWN_WORDS)
            self._kept = tuple(msgspec.json.decode(kept or "[]", type=list[str]))
        except StorageError:
            pass  # spelling without them is better than none
        except msgspec.DecodeError:
            self._kept = ()  # they are asked for again, word by word
        spelling.know(self._kept or ())
        spelling.changed.connect(self._follow)
        self._spelling = spelling
        self._compose.begin_spelling(spelling)
        self.changed.emit(None)

    def end(self) -> None:
        """End the checker."""
        if self._spelling is not None:
            self._spelling.close()

    @property
    def language(self) -> str:
        """Return the language of texts for which no other was chosen."""
        return "" if self._spelling is None else self._spelling.language

    def set_language(self, language: str) -> None:
        """Look at texts in this language from now on."""
        if self._spelling is not None:
            self._spelling.set_language(language)
            self._spawn(self._settings.keep_setting(SPELLING_CHOICE, language), "keep the language of spelling")

    def languages(self, then: Callable[[list[str]], None]) -> None:
        """Ask which dictionaries this computer has beside the program's own."""
        if self._spelling is not None:
            self._spelling.languages(then)

    @property
    def own_words(self) -> tuple[str, ...]:
        """Return the person's own words."""
        return () if self._spelling is None else self._spelling.own_words

    def add_words(self, text: str) -> None:
        """Add the words of a text to the person's own."""
        if self._spelling is not None:
            for word in text.split():
                self._spelling.add_word(word)

    def remove_word(self, word: str) -> None:
        """Take a word from the person's own."""
        if self._spelling is not None:
            self._spelling.remove_word(word)

    def _follow(self) -> None:
        """Keep the person's own words, wherever they were changed."""
        if self._kept is not None and self._kept != self.own_words:
            self._kept = self.own_words
            text = msgspec.json.encode(sorted(self._kept)).decode()
            self._spawn(self._settings.keep_setting(OWN_WORDS, text), "keep the person's own words")
        self.changed.emit(None)
