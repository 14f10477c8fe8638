"""Looks words up in Hunspell's dictionaries. Each is loaded when a text in its language first comes."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from app.spelling.words import notice_language, units_before, words_in

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

DICTIONARIES: Final = {"en": ("en_GB", "en_US"), "fr": ("fr",), "de": ("de_DE",)}
"""Files by language: a word that one of them knows is right."""
_MOST_SUGGESTED: Final = 8


class Checker:
    """Holds the dictionaries, and the words that the person added."""

    def __init__(self, folder: Path) -> None:
        """Read from `folder` when it is wanted."""
        self._folder = folder
        self._loaded: dict[str, list[Any]] = {}
        self._own: set[str] = set()
        self._usual = "en"
        self._is_right = lru_cache(maxsize=50_000)(self._look_up)

    def learn(self, words: Sequence[str]) -> None:
        """Take in the person's own words."""
        self._own |= {word.casefold() for word in words}
        self._is_right.cache_clear()

    def check(self, text: str, language: str = "") -> tuple[str, list[tuple[int, int]]]:
        """Return the language of a text, noticed where none is said, and where in it words are wrong.

        Places and lengths are in UTF-16 units.
        """
        found = list(words_in(text))
        chosen = language or notice_language([word for _, word in found], self._usual)
        if not language and len(found) > 6:
            self._usual = chosen
        wrong = [(start, word) for start, word in found if not self._is_right(word, chosen)]
        return chosen, [(units_before(text, start), units_before(word, len(word))) for start, word in wrong]

    def suggest(self, word: str, language: str = "") -> list[str]:
        """Return what may have been meant, the likeliest first. Takes up to seconds."""
        plain = _plain(word)
        found: list[str] = []
        for dictionary in self._of(language or self._usual):
            found += [one for one in dictionary.suggest(plain) if one not in found]
        return found[:_MOST_SUGGESTED]

    def _look_up(self, word: str, language: str) -> bool:
        plain = _plain(word)
        if plain.casefold() in self._own:
            return True
        dictionaries = self._of(language)
        if any(dictionary.spell(plain) for dictionary in dictionaries):
            return True
        parts = [part for part in plain.replace("'", "-").split("-") if part]
        return len(parts) > 1 and all(len(part) == 1 or self._look_up(part, language) for part in parts)

    def _of(self, language: str) -> list[Any]:
        if language not in self._loaded:
            from hunspell import Hunspell

            names = DICTIONARIES.get(language, ())
            self._loaded[language] = [Hunspell(name, hunspell_data_dir=str(self._folder)) for name in names]
        return self._loaded[language]


def _plain(word: str) -> str:
    return word.replace("’", "'").replace("\u00ad", "")
