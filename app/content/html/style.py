"""CSS as far as messages need it: declarations that are safe and mean something here, and simple style sheets.

Values are held to what each property may say, sign by sign; nothing with an address, an escape or a function other than
rgb() and hsl() gets through, nor a length that would only be there to break a layout.
"""

from __future__ import annotations

import colorsys
import re
from functools import lru_cache
from typing import Final

from app.domain.html_rules import LARGEST_FONT, SMALLEST_LENGTH, Style, pixels

_COLOR: Final = re.compile(
    r"#[0-9a-f]{3,8}|[a-z]{3,25}|(?:rgb|hsl)a?\(\s*[\d.%]{1,8}(?:deg)?(?:\s*[,/ ]\s*[\d.%]{1,8}){2,3}\s*\)",
    re.IGNORECASE,
)
_WORDS: Final = re.compile(r"[a-z][a-z -]{0,40}", re.IGNORECASE)
_FAMILY: Final = re.compile(r"[\w ,.'\"&-]{1,200}")
_PROPERTY: Final = re.compile(r"[a-z-]{2,40}")
_LONGEST_VALUE: Final = 400
_LARGEST: Final = 3000.0
_REM: Final = re.compile(r"(?<![\w.])(-?\d{0,5}(?:\.\d{1,6})?)(?<=\d)rem\b", re.IGNORECASE)
_NUMBER: Final = r"\d{1,3}(?:\.\d{1,6})?%?|\.\d{1,6}%?"
_STRANGE_COLOR: Final = re.compile(
    r"#([0-9a-f]{8}|[0-9a-f]{4})\b"
    rf"|(rgb|rgba|hsl|hsla)\(\s*((?:{_NUMBER})(?:deg)?(?:\s*[,\s]\s*(?:{_NUMBER})){{2}}(?:\s*[,/]\s*(?:{_NUMBER}))?)\s*\)",
    re.IGNORECASE,
)
_SIDES: Final = ("top", "right", "bottom", "left")
_COLORS: Final = frozenset({"color", "background-color"})
_LENGTHS: Final = frozenset(
    {
        *("font-size", "line-height", "text-indent", "letter-spacing", "width", "height", "max-width", "min-width"),
        *("margin", *(f"margin-{side}" for side in _SIDES), "padding", *(f"padding-{side}" for side in _SIDES)),
        *("border-spacing", "border-width", "border-radius"),
    }
)
_KEYWORDS: Final = frozenset(
    {
        *("font-weight", "font-style", "text-decoration", "text-decoration-line", "text-align", "vertical-align"),
        *("white-space", "direction", "unicode-bidi", "list-style-type", "text-transform", "border-collapse"),
        *("font-variant", "display", "visibility", "border-style"),
    }
)
_BORDERS: Final = frozenset({"border", "border-color", *(f"border-{side}" for side in _SIDES)})
_SIZES: Final = frozenset(
    {"xx-small", "x-small", "small", "medium", "large", "x-large", "xx-large", "smaller", "larger", "normal", "auto"}
)


def read_style(text: str) -> Style:
    """Return the declarations of a style attribute that may stay, by property; the later wins."""
    return dict(_declarations(text))


@lru_cache(maxsize=2000)
def _declarations(text: str) -> tuple[tuple[str, str], ...]:
    """Read a style attribute; a message has few that differ, and each of them many times."""
    style: Style = {}
    text = _without(_without(text, "url(", ")"), "/*", "*/")
    for part in text.split(";"):
        name, _, value = part.partition(":")
        name = name.strip().lower()
        if not _PROPERTY.fullmatch(name):
            continue
        value = plain_units(value.strip()[:_LONGEST_VALUE].replace("!important", "").replace('"', "'").strip())
        if name == "background":
            name, value = "background-color", _first_color(value)
        if value and _may_stay(name, value):
            style[name] = value
        elif name == "mso-hide" and value == "all":
            style["display"] = "none"
        elif name == "mso-list" and re.fullmatch(r"[\w ]{1,40}", value):
            style[name] = value
    return tuple(style.items())


def _without(text: str, begin: str, end: str) -> str:
    """Return `text` without what stands between `begin` and `end`; what is never ended goes on to the end."""
    first, *parts = text.split(begin)
    return first + "".join(part.partition(end)[2] for part in parts)


def plain_units(value: str) -> str:
    """Return a value with colours as #rrggbb where they are written in a way that Word's reader does not know, and
    lengths in rem as points. A colour one sees through is the one it makes on white.
    """
    if "rem" in value:
        value = _REM.sub(lambda found: f"{round(float(found[1]) * 12, 2):g}pt", value)
    if "(" not in value and "#" not in value:
        return value
    return _STRANGE_COLOR.sub(_as_hex, value)


def _as_hex(found: re.Match[str]) -> str:
    if found[1] is not None:
        digits = found[1] if len(found[1]) > 4 else "".join(2 * digit for digit in found[1])
        red, green, blue, alpha = (int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4, 6))
    else:
        parts = [part for part in re.split(r"[\s,/]+", found[3].strip()) if part]
        alpha = _part(parts[3], 1) if len(parts) > 3 else 1.0
        if found[2].lower().startswith("hsl"):
            hue = float(parts[0].lower().removesuffix("deg").removesuffix("%")) % 360 / 360
            red, green, blue = colorsys.hls_to_rgb(hue, _part(parts[2], 100), _part(parts[1], 100))
        else:
            red, green, blue = (_part(part, 255) for part in parts[:3])
    if alpha == 0:
        return "transparent"
    return "#" + "".join(f"{round(255 * (one * alpha + 1 - alpha)):02x}" for one in (red, green, blue))


def _part(text: str, whole: float) -> float:
    """Return a number or a percentage as a part of one."""
    value = float(text[:-1]) / 100 if text.endswith("%") else float(text) / whole
    return min(1.0, max(0.0, value))


def is_hidden(style: Style) -> bool:
    """Return whether the element is not to be seen."""
    return style.get("display", "").lower() == "none" or style.get("visibility", "").lower() == "hidden"


def _first_color(value: str) -> str:
    for found in _COLOR.finditer(value):
        if found[0].lower() not in {"none", "repeat", "scroll", "fixed", "center", "top", "left", "right", "bottom"}:
            return found[0]
    return ""


def _may_stay(name: str, value: str) -> bool:
    if name in _COLORS:
        return _COLOR.fullmatch(value) is not None
    if name in _LENGTHS:
        return all(_is_length(name, part) for part in value.split()) and len(value) < 60
    if name in _KEYWORDS:
        return _WORDS.fullmatch(value) is not None or value.isdigit()
    if name in _BORDERS:
        return all(_is_length(name, part) or _COLOR.fullmatch(part) for part in re.split(r"\s+(?![^(]*\))", value))
    return name == "font-family" and _FAMILY.fullmatch(value) is not None


def _is_length(name: str, part: str) -> bool:
    if part.lower() in _SIZES:
        return True
    length = pixels(part)
    largest = LARGEST_FONT if name == "font-size" else _LARGEST
    return length is not None and SMALLEST_LENGTH <= length <= largest


# --- style sheets ---------------------------------------------------------------------------------------------------

_RULES_AT_MOST: Final = 2000
_SIMPLE: Final = re.compile(r"([a-z][a-z0-9]*|\*)?((?:[.#][\w-]+)?)", re.IGNORECASE)


class StyleSheet:
    """The rules of a message's style elements whose selector is one element, class or name (p, .x, p.x, #x).

    Selectors that ask for more (descendants, states, media) are left out: what they dress is readable without, and to
    hold each rule against each element is what makes a hostile sheet slow.
    """

    def __init__(self, css: str) -> None:
        """Read `css`, as far as it can be read; time is linear in its length."""
        self._rules: dict[str, Style] = {}
        for selectors, body in _rules(css):
            style = read_style(body)
            if not style:
                continue
            for selector in selectors.split(","):
                found = _SIMPLE.fullmatch(selector.strip())
                if found and selector.strip():
                    key = (found[1] or "").lower().replace("*", "") + found[2].lower()
                    self._rules.setdefault(key, {}).update(style)

    def __bool__(self) -> bool:
        return bool(self._rules)

    def style_for(self, tag: str, classes: str, name: str) -> Style:
        """Return what the sheet says of such an element, the more exact rule last."""
        style: Style = dict(self._rules.get(tag, {}))
        for one in classes.lower().split()[:8]:
            style.update(self._rules.get(f".{one}", {}))
            style.update(self._rules.get(f"{tag}.{one}", {}))
        if name:
            style.update(self._rules.get(f"#{name.lower()}", {}))
            style.update(self._rules.get(f"{tag}#{name.lower()}", {}))
        return style


def _rules(css: str) -> list[tuple[str, str]]:
    """Return selectors and bodies of the plain rules; those inside @media and its like are passed over."""
    css = css.replace("<!--", " ").replace("-->", " ")
    css = " ".join(part.partition("*/")[2] if number else part for number, part in enumerate(css.split("/*")))
    found: list[tuple[str, str]] = []
    depth, start, selector = 0, 0, ""
    for brace in re.finditer(r"[{}]", css):
        if brace[0] == "{":
            depth += 1
            if depth == 1:
                selector = css[start : brace.start()].rpartition(";")[2].strip()
            start = brace.end()
        elif depth:
            depth -= 1
            if depth == 0:
                if not selector.startswith("@") and len(selector) < 2000:
                    found.append((selector, css[start : brace.start()]))
                selector = ""
            start = brace.end()
        if len(found) >= _RULES_AT_MOST:
            break
    return found
