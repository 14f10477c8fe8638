"""How the messages of an account look: font, size and colour of all text that has no style of its own."""

from __future__ import annotations

from typing import Final

import msgspec

from app.core.lazy_regex import late_pattern

FONTS: Final = (
    *("Aptos", "Arial", "Calibri", "Cambria", "Consolas", "Courier New", "Georgia", "Segoe UI", "Tahoma"),
    *("Times New Roman", "Trebuchet MS", "Verdana"),
)
"""The fonts that are offered: those that programs of mail and offices have."""
SIZES: Final = (8.0, 9.0, 10.0, 10.5, 11.0, 12.0, 14.0, 16.0, 18.0)
"""The sizes that are offered, in points."""
SMALLEST: Final = 6.0
LARGEST: Final = 36.0
"""Points of the size."""
_SERIF: Final = frozenset(
    {"cambria", "constantia", "garamond", "georgia", "palatino linotype", "times new roman", "book antiqua"}
)
_MONO: Final = frozenset({"consolas", "courier new", "cascadia mono", "lucida console"})
_NAME: Final = late_pattern(r"\w(?:[\w .-]{0,58}\w)?")
_COLOR: Final = late_pattern(r"#[0-9a-f]{6}")
BASE: Final = r"font-family:[\w .,'-]{1,160};font-size:\d{1,2}(?:\.\d)?pt(?:;color:#[0-9a-f]{6})?"
"""The form of `HouseStyle.base`, as a regular expression."""


_BASE: Final = late_pattern(BASE)


def is_base(css: str) -> bool:
    """Return whether CSS around a body is of the form of `HouseStyle.base`: nobody styled the text by hand so."""
    return _BASE.fullmatch(css) is not None


class HouseStyle(msgspec.Struct, frozen=True):
    """`size` is in points; `color` is #rrggbb, or "" for none, which readers show as black on white."""

    font: str = "Calibri"
    size: float = 11.0
    color: str = ""

    @property
    def base(self) -> str:
        """Return it as the CSS around a body, with fonts to fall back on where a reader has not this one."""
        color = f";color:{self.color}" if self.color else ""
        return f"font-family:{font_stack(self.font)};font-size:{self.size:g}pt{color}"


def font_stack(font: str) -> str:
    """Return a font and those to fall back on, as the value of font-family."""
    if font.casefold() in _MONO:
        others = ("Courier New", "Courier", "monospace")
    elif font.casefold() in _SERIF:
        others = ("Times New Roman", "Times", "serif")
    else:
        others = ("Arial", "Helvetica", "sans-serif")
    names = dict.fromkeys([font, *others])
    return ",".join(name if name.replace("-", "_").isidentifier() else f"'{name}'" for name in names)


def is_font(name: str) -> bool:
    """Return whether this can be the name of a font in CSS, and in mail."""
    return _NAME.fullmatch(name) is not None


def is_color(value: str) -> bool:
    """Return whether this is a colour as #rrggbb, in small letters."""
    return _COLOR.fullmatch(value) is not None


def is_size(points: float) -> bool:
    """Return whether a size can be chosen: within the bounds, in tenths of a point at most."""
    return SMALLEST <= points <= LARGEST and round(points, 1) == points
