"""Looks words up, and notices their language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

_WRITTEN: Final = re.compile(r"\S+")
_ADDRESS: Final = re.compile(r"https?://|www\.|mailto:|[\\/]")
"""From here to the next blank it is an address or a path."""
_DOMAIN: Final = re.compile(r"\.(?:com|org|net|de|fr|eu|uk|ch|at)\b")
_OF_DOMAINS: Final = re.compile(r"[\w.-]*")
_OTHER_SCRIPT: Final = re.compile(r"[^A-Za-z\u00aa-\u024f\u1e00-\u1eff\ufb00-\ufb06'’\-\u00ad\u0300-\u036f]")
"""A letter of a script for which there is no dictionary: all of them are of languages that are written in Latin."""
_LATIN: Final = re.compile(r"[A-Za-z]")
_NOT_LATIN: Final = frozenset(
    {
        *("ar", "as", "be", "bg", "bn", "bo", "el", "fa", "gu", "he", "hi", "hy", "ja"),
        *("ka", "kk", "km", "kn", "ko", "ky", "lo", "mk", "ml", "mn", "mr", "my", "ne"),
        *("or", "pa", "ru", "si", "sr", "ta", "te", "th", "ug", "uk", "ur"),
    }
)
"""Languages that are written in a script of their own: with their dictionaries, Latin words are another language's."""
_WORD: Final = re.compile(r"[^\W\d_]+(?:['’\-\u00ad][^\W\d_]+)*", re.UNICODE)

_ENGLISH: Final = """the of and to in is that it for you with this are be on have we as not at your will from can or
has by would an"""
_FRENCH: Final = """le la les de des du un une et est en que qui pour dans vous nous je il elle pas sur avec ce cette
au aux par plus"""
_GERMAN: Final = """der die das und ist nicht ein eine zu den dem mit sie wir ich auf für von im auch es sich des an
werden haben bei"""
FREQUENT: Final = {
    "en": frozenset(_ENGLISH.split()),
    "fr": frozenset(_FRENCH.split()),
    "de": frozenset(_GERMAN.split()),
}
"""The words that a text of a language is full of; together they distinguish it from others within a sentence."""


def words_in(text: str, *, latin: bool = True) -> Iterator[tuple[int, str]]:
    """Give each word with where it begins. Addresses, names with digits and words in capitals are left out.

    `latin` says in which script they have to be to be given: in Latin, or in any other.
    """
    spaces = list(_skipped(text))
    for found in _WORD.finditer(text):
        start, end = found.span()
        if any(first <= start < last for first, last in spaces):
            continue
        word = found[0]
        beside = text[start - 1 : start] + text[end : end + 1]
        if (_OTHER_SCRIPT.search(word) is not None) is latin or (not latin and _LATIN.search(word) is not None):
            continue
        if len(word) > 1 and not word.isupper() and not any(sign.isdigit() or sign == "_" for sign in beside):
            yield start, word


def _skipped(text: str) -> Iterator[tuple[int, int]]:
    """Yield where addresses, domains and paths stand. Linear, for a text may be one word of 300 000 letters."""
    for written in _WRITTEN.finditer(text):
        start, end = written.span()
        if "@" in text[start + 1 : end - 1]:
            yield start, end
            continue
        address = _ADDRESS.search(text, start, end)
        if address is not None:
            yield address.start(), end
            end = address.start()
        for domain in _DOMAIN.finditer(text, start, end):
            before = _OF_DOMAINS.match(text[domain.start() - 1 : start - 1 if start else None : -1])
            yield domain.start() - (len(before[0]) if before is not None else 0), domain.end()
            start = domain.end()


def notice_language(words: list[str], usual: str) -> str:
    """Return the language that these words are most likely in; `usual` where they do not show it."""
    small = [word.lower() for word in words[:200]]
    counts = {name: sum(1 for word in small if word in frequent) for name, frequent in FREQUENT.items()}
    best = max(counts, key=lambda name: (counts[name], name == usual))
    others = max(count for name, count in counts.items() if name != best)
    return best if counts[best] >= 2 and counts[best] > others else usual


def units_before(text: str, place: int) -> int:
    """Return `place` in UTF-16 units, as Qt counts."""
    return place + sum(1 for sign in text[:place] if sign > "\uffff")


DICTIONARIES: Final = {"en": ("en_GB", "en_US"), "fr": ("fr",), "de": ("de_DE",)}
"""Files by language: a word that one of them knows is right."""
_MOST_SUGGESTED: Final = 8


class Checker:
    """Holds the dictionaries, and the words that the person added."""

    def __init__(self, folder: Path) -> None:
        """Read from `folder` when it is wanted."""
        self._folder = folder
        self._system: dict[str, Path] | None = None
        self._loaded: dict[str, list[Any]] = {}
        self._own: set[str] = set()
        self._usual = "en"
        self._is_right = lru_cache(maxsize=50_000)(self._look_up)

    def know_own(self, words: Sequence[str]) -> None:
        """Know these as the person's own words, and no others."""
        self._own = {word.casefold() for word in words}
        self._is_right.cache_clear()

    def languages(self) -> list[str]:
        """Return the names of the dictionaries that this computer has beside the program's own."""
        return sorted(self._on_system())

    def _on_system(self) -> dict[str, Path]:
        if self._system is None:
            from app.spelling.system_dictionaries import find, usual_folders

            self._system = find(usual_folders())
        return self._system

    def check(self, text: str, language: str = "") -> tuple[str, list[tuple[int, int]]]:
        """Return the language of a text, noticed where none is said, and where in it words are wrong.

        Places and lengths are in UTF-16 units.
        """
        own_script = language.replace("-", "_").partition("_")[0] in _NOT_LATIN and "Latn" not in language
        found = list(words_in(text, latin=not own_script))
        chosen = language or notice_language([word for _, word in found], self._usual)
        if not self._of(chosen):
            return chosen, []
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

            places = [(name, self._folder) for name in DICTIONARIES.get(language, ())]
            if not places and language in self._on_system():
                places = [(language, self._on_system()[language])]
            self._loaded[language] = [Hunspell(name, hunspell_data_dir=str(folder)) for name, folder in places]
        return self._loaded[language]


def _plain(word: str) -> str:
    return word.replace("’", "'").replace("\u00ad", "")
