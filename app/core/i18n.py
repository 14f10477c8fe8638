"""Words that a person reads pass through here, in every layer, so that translation is one mechanism and needs no Qt.

The catalogue is installed once by bootstrap; until then the English words of the source are what is shown.
"""

from __future__ import annotations

from typing import Protocol


class Catalogue(Protocol):
    """What this module needs of a catalogue; `gettext.NullTranslations` and others like it fit."""

    def gettext(self, message: str, /) -> str:
        """Return the translation of `message`, or `message` itself."""
        ...

    def ngettext(self, singular: str, plural: str, n: int, /) -> str:
        """Return the form that the language wants for `n`."""
        ...


class _Source:
    """The language of the source: English, which distinguishes one and many."""

    def gettext(self, message: str, /) -> str:
        return message

    def ngettext(self, singular: str, plural: str, n: int, /) -> str:
        return singular if n == 1 else plural


_catalogue: Catalogue = _Source()
_language = "en"


def install(catalogue: Catalogue | None, language: str = "en") -> None:
    """Make `catalogue` the one that words are taken from; None goes back to the words of the source."""
    global _catalogue, _language  # noqa: PLW0603 - one language per process, set once at start
    _catalogue = catalogue if catalogue is not None else _Source()
    _language = language if catalogue is not None and language else "en"


def language() -> str:
    """Return the language that words are in, as a tag such as "en" or "pt-BR"."""
    return _language


def tr(message: str, /, **values: object) -> str:
    """Return `message` in the person's language, with `{name}` places filled from `values`."""
    text = _catalogue.gettext(message)
    return text.format(**values) if values else text


def ntr(singular: str, plural: str, n: int, /, **values: object) -> str:
    """Return the form for `n` in the person's language; `{n}` and other places are filled."""
    return _catalogue.ngettext(singular, plural, n).format(n=n, **values)


def mark(message: str, /) -> str:
    """Mark `message` for the catalogue without translating it yet (tables of words made at import)."""
    return message
