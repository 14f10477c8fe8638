"""The languages in which texts are looked at, and what they are called."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QLocale

from app.core.i18n import mark

LANGUAGES: Final = (
    (mark("Noticed by itself"), ""),
    (mark("English"), "en"),
    (mark("French"), "fr"),
    (mark("German"), "de"),
    (mark("Look at no spelling"), "none"),
)
"""What can be chosen wherever the program is; the dictionaries of a computer stand before the last."""


def language_name(name: str) -> str:
    """Return what the language of a dictionary is called in itself, with its country where the name says one."""
    locale = QLocale(name)
    words = locale.nativeLanguageName()
    if locale.language() is QLocale.Language.C or not words:
        return name
    words = words[0].upper() + words[1:]
    return f"{words} ({locale.nativeTerritoryName()})" if "_" in name else words
