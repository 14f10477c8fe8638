"""Colours of letters on our own ground: as they were meant where it is light, mirrored where it is dark.

A letter's colours were chosen for white paper. In the dark scheme each is turned over in its lightness, ground and ink
alike, so that what could be told apart before still can.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from PySide6.QtGui import QColor

from app.ui import theme

_NUMBERS: Final = re.compile(r"[\d.]+%?")


def shown_color(css: str) -> QColor | None:
    """Return a CSS colour as it is drawn in the scheme in force, None where it is none."""
    found = _shown(css, theme.scheme().dark)
    return None if found is None else QColor.fromRgba(found)


@lru_cache(maxsize=2000)
def _shown(css: str, dark: bool) -> int | None:
    color = read_color(css)
    if color is None or color.alpha() == 0:
        return None
    if not dark:
        return color.rgba()
    hue, saturation, lightness = color.hslHueF(), color.hslSaturationF(), color.lightnessF()
    # White paper becomes the pane's ground, black ink its text; neither pole is reached.
    mirrored = 0.14 + (1.0 - lightness) * 0.78
    return QColor.fromHslF(max(0.0, hue), min(saturation, 0.75), mirrored).rgba()


def read_color(css: str) -> QColor | None:
    """Return what CSS means, None for no colour. Transparency that is not whole is passed over."""
    css = css.strip().lower()
    if css.startswith("#"):
        digits = css[1:]
        if len(digits) in {3, 4}:
            digits = "".join(digit * 2 for digit in digits[:3])
        color = QColor(f"#{digits[:6]}") if len(digits) >= 6 else QColor()
    elif css.startswith(("rgb", "hsl")):
        color = _by_numbers(css)
    elif css == "transparent":
        return QColor(0, 0, 0, 0)
    else:
        color = QColor(css) if css.isalpha() else QColor()
    return color if color.isValid() else None


def _by_numbers(css: str) -> QColor:
    parts = _NUMBERS.findall(css)
    if len(parts) < 3:
        return QColor()
    try:
        values = [float(part.rstrip("%")) for part in parts]
    except ValueError:
        return QColor()
    if css.startswith("hsl"):
        return QColor.fromHslF((values[0] % 360) / 360, min(values[1], 100) / 100, min(values[2], 100) / 100)
    shares = [value * 2.55 if part.endswith("%") else value for value, part in zip(values, parts, strict=True)]
    if len(values) > 3 and values[3] == 0:
        return QColor(0, 0, 0, 0)
    return QColor(*(min(255, round(share)) for share in shares[:3]))
