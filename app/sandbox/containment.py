"""Says whether one text holds another, by Exchange's ContainmentMode and ContainmentComparison."""

import unicodedata


def _bare(text: str) -> str:
    return "".join(one for one in unicodedata.normalize("NFD", text) if not unicodedata.combining(one))


def contains(value: object, needle: str, mode: str, comparison: str) -> bool:
    """Say whether a text holds another, by ContainmentMode and ContainmentComparison; for use within SQL."""
    if not isinstance(value, str):
        return False
    text = value
    if "NonSpac" in comparison or comparison.startswith("Loose"):
        text, needle = _bare(text), _bare(needle)
    if "Case" in comparison or comparison == "Loose":
        text, needle = text.casefold(), needle.casefold()
    if mode == "FullString":
        return text == needle
    if mode == "Prefixed":
        return text.startswith(needle)
    if mode == "PrefixOnWords":
        return f" {text}".find(f" {needle}") >= 0
    if mode == "ExactPhrase":
        return f" {needle} " in f" {text} "
    return needle in text
