"""Words and frames have the contrast that WCAG 2.2 asks for (1.4.3, 1.4.11), in every scheme and on every ground."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QColor

from app.ui import theme
from app.ui.document.formats import _shown
from app.ui.message_list.list_view import CATEGORY_TINT
from app.views.settings.style_page import COLORS

SCHEMES = {
    "light": theme.LIGHT,
    "dark": theme.DARK,
    "contrast, light": theme.CONTRAST_LIGHT,
    "contrast, dark": theme.CONTRAST_DARK,
}
INKS = ("text", "muted", "faint", "accent", "bad", "warn", "good")
GROUNDS = (
    *("sidebar", "list_ground", "pane", "raised", "selected", "hover"),
    *("accent_soft", "bad_soft", "warn_soft"),
)


def luminance(color: QColor) -> float:
    parts = (color.redF(), color.greenF(), color.blueF())
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: QColor, other: QColor) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def over(top: QColor, alpha: float, ground: QColor) -> QColor:
    """Return what is seen of `top` over `ground`."""
    parts = zip((top.redF(), top.greenF(), top.blueF()), (ground.redF(), ground.greenF(), ground.blueF()), strict=True)
    return QColor.fromRgbF(*(alpha * one + (1 - alpha) * other for one, other in parts))


def pairs(scheme: theme.Scheme, inks: tuple[str, ...], grounds: tuple[str, ...]) -> dict[tuple[str, str], float]:
    return {
        (ink, ground): contrast(QColor(getattr(scheme, ink)), QColor(getattr(scheme, ground)))
        for ink in inks
        for ground in grounds
    }


@pytest.mark.parametrize("name", SCHEMES)
def test_words_are_read_on_every_ground(name: str) -> None:
    scheme = SCHEMES[name]
    least = 7.0 if scheme.contrast else 4.5
    shown = {**pairs(scheme, INKS, GROUNDS), **pairs(scheme, ("on_accent",), ("accent", "accent_hover"))}
    assert {pair: round(found, 2) for pair, found in shown.items() if found < least} == {}


@pytest.mark.parametrize("name", SCHEMES)
def test_frames_of_fields_and_what_marks_a_row_are_seen(name: str) -> None:
    shown = pairs(SCHEMES[name], ("edge", "accent"), ("pane", "raised", "list_ground"))
    assert {pair: round(found, 2) for pair, found in shown.items() if found < 3.0} == {}


@pytest.mark.parametrize("name", SCHEMES)
def test_a_category_is_read_on_its_own_colour(name: str) -> None:
    scheme = SCHEMES[name]
    poor = {}
    for colour in theme._AVATARS:
        for ground in ("list_ground", "selected", "hover"):
            tint = over(QColor(colour), CATEGORY_TINT / 255, QColor(getattr(scheme, ground)))
            found = contrast(QColor(scheme.muted), tint)
            if found < 4.5:
                poor[colour, ground] = round(found, 2)
    assert poor == {}


@pytest.mark.parametrize("name", SCHEMES)
def test_each_colour_that_messages_may_have_is_read_while_one_writes(name: str) -> None:
    scheme = SCHEMES[name]
    shown = {css: _shown(css, scheme.dark) for _, css in COLORS if css}
    found = {css: contrast(QColor.fromRgba(ink or 0), QColor(scheme.pane)) for css, ink in shown.items()}
    assert {css: round(one, 2) for css, one in found.items() if one < 4.5} == {}
    assert found["#000000"] > 12.0, "black is the ink of the scheme"
