"""Blocks and runs as Qt's formats, with colours for light and dark.

Qt's formats cannot hold CSS. So each carries the CSS it came with in properties of our own, and what Qt draws is made
of them; what is written again is read from those properties, never from what is drawn.

A message's colours were chosen for white paper. In the dark scheme each is turned over in its lightness, ground and ink
alike, so that what differed before still does.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QFontDatabase,
    QFontInfo,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextFormat,
)

from app.domain.blocks import LINE, OBJECT, Level, Look, Paragraph
from app.domain.html_rules import declarations, pixels
from app.ui import theme

_METRIC: Final = {
    "calibri": ("Carlito",),
    "cambria": ("Caladea",),
    "arial": ("Liberation Sans", "Arimo"),
    "helvetica": ("Liberation Sans", "Arimo"),
    "times new roman": ("Liberation Serif", "Tinos"),
    "courier new": ("Liberation Mono", "Cousine"),
    "georgia": ("Gelasio",),
}
"""Fonts that are as wide as others, sign for sign, and stand in for these where they are not installed."""
_MOST_FAMILIES: Final = 10


def font_families(css: str) -> list[str]:
    """Return the fonts that a font-family names, each with those that are as wide as it, in the order of preference."""
    named = [part.strip(" '\"") for part in css.split(",")]
    found = [family for name in named if name for family in (name, *_METRIC.get(name.casefold(), ()))]
    return list(dict.fromkeys(found))[:_MOST_FAMILIES]


def shown_family(css: str) -> str:
    """Return in which font text with that font-family is drawn on this computer."""
    there = next((family for family in font_families(css) if QFontDatabase.hasFamily(family)), "")
    return there or QFontInfo(theme.text_font(",".join(font_families(css)))).family()


def shown_size(css: str) -> float:
    """Return the pixels in which text of that font-size is drawn at the usual size of text, 0 for none said."""
    size = pixels(css)
    return size * _BODY_PIXELS / _BASE_PIXELS if size else 0.0


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


_OWN: Final = int(QTextFormat.Property.UserProperty)
KEPT_TYPE: Final = int(QTextFormat.ObjectTypes.UserObject) + 1
"""The type of the object that stands for HTML kept as it is."""


class Own:
    """Our properties. Those of runs, then those of blocks. Bare numbers: Qt is asked for them at every key."""

    STYLE: Final = _OWN + 1
    COLOR: Final = _OWN + 2
    GROUND: Final = _OWN + 3
    ALT: Final = _OWN + 4
    KEPT: Final = _OWN + 5
    WIDTH: Final = _OWN + 6
    HEIGHT: Final = _OWN + 7
    BLOCK_STYLE: Final = _OWN + 10
    BLOCK_GROUND: Final = _OWN + 11
    KIND: Final = _OWN + 12
    QUOTE: Final = _OWN + 13
    LISTS: Final = _OWN + 14
    GOES_ON: Final = _OWN + 15
    START: Final = _OWN + 16
    FILLER: Final = _OWN + 17
    RULE: Final = _OWN + 18
    CONTINUES: Final = _OWN + 19
    NAME: Final = _OWN + 20


_BODY_PIXELS: Final = 14.0
_BASE_PIXELS: Final = 44 / 3
"""The size in which a message's own size (11 points) is shown, and what it is in pixels."""
_ADJUSTED: Final = {"h1": 3, "h2": 2, "h3": 1}
_P_MARGIN: Final = 9.0
INDENT: Final = 26
"""Pixels by which one list or one quotation stands further in."""
_ALIGNED: Final = {
    "center": Qt.AlignmentFlag.AlignHCenter,
    "right": Qt.AlignmentFlag.AlignRight,
    "justify": Qt.AlignmentFlag.AlignJustify,
}
_WEIGHT_OF_BOLD: Final = 600


def char_format(look: Look, kind: str = "div") -> QTextCharFormat:
    """Return how characters of this look are drawn in a block of that kind."""
    made = QTextCharFormat()
    if look.bold or kind.startswith("h"):
        made.setFontWeight(QFont.Weight.DemiBold)
    if look.italic:
        made.setFontItalic(True)
    if look.underline or look.link:
        made.setFontUnderline(True)
    if look.strike:
        made.setFontStrikeOut(True)
    if look.raised:
        made.setVerticalAlignment(
            QTextCharFormat.VerticalAlignment.AlignSuperScript
            if look.raised == "sup"
            else QTextCharFormat.VerticalAlignment.AlignSubScript
        )
    if look.link:
        made.setAnchor(True)
        made.setAnchorHref(look.link)
    if kind in _ADJUSTED:
        made.setProperty(QTextFormat.Property.FontSizeAdjustment, _ADJUSTED[kind])
    _put_style(made, look.style, kind)
    put_colors(made, look.color, look.background)
    return made


def put_colors(made: QTextCharFormat, color: str, background: str) -> None:
    """Put ink and ground into a format, as said and as drawn; "" takes them out."""
    is_link = made.isAnchor()
    for own, drawn, css in (
        (Own.COLOR, QTextFormat.Property.ForegroundBrush, color),
        (Own.GROUND, QTextFormat.Property.BackgroundBrush, background),
    ):
        shown = shown_color(css) if css else None
        if css:
            made.setProperty(own, css)
        else:
            made.clearProperty(own)
        if shown is not None:
            made.setProperty(drawn, QBrush(shown))
        else:
            made.clearProperty(drawn)
    if is_link and not color:
        made.setForeground(theme.color("accent"))


def _put_style(made: QTextCharFormat, style: str, kind: str) -> None:
    if kind == "pre":
        made.setFontFamilies(["monospace"])
    if not style:
        return
    made.setProperty(Own.STYLE, style)
    said = declarations(style)
    if families := said.get("font-family"):
        made.setFontFamilies(font_families(families))
    size = shown_size(said.get("font-size", ""))
    if size:
        made.setProperty(QTextFormat.Property.FontPixelSize, max(8, round(size * theme.text_scale())))


def look_of(drawn: QTextCharFormat, kind: str = "div") -> Look:
    """Return the look that is written for a format."""
    is_link = drawn.isAnchor()
    raised = drawn.verticalAlignment()
    return Look(
        bold=drawn.fontWeight() >= _WEIGHT_OF_BOLD and not kind.startswith("h"),
        italic=drawn.fontItalic(),
        underline=drawn.fontUnderline() and not is_link,
        strike=drawn.fontStrikeOut(),
        color=str(drawn.property(Own.COLOR) or ""),
        background=str(drawn.property(Own.GROUND) or ""),
        raised={
            QTextCharFormat.VerticalAlignment.AlignSuperScript: "sup",
            QTextCharFormat.VerticalAlignment.AlignSubScript: "sub",
        }.get(raised, ""),
        link=drawn.anchorHref() if is_link else "",
        style=str(drawn.property(Own.STYLE) or ""),
    )


def block_format(paragraph: Paragraph) -> QTextBlockFormat:
    """Return how a paragraph is drawn, lists left out: those are objects of Qt's, made where the document is built."""
    made = QTextBlockFormat()
    for own, value, usual in (
        (Own.KIND, paragraph.kind, "div"),
        (Own.BLOCK_STYLE, paragraph.style, ""),
        (Own.BLOCK_GROUND, paragraph.background, ""),
        (Own.QUOTE, paragraph.quote, 0),
        (Own.NAME, paragraph.name, ""),
        (Own.LISTS, "".join("o" if level.ordered else "u" for level in paragraph.lists), ""),
    ):
        if value != usual:
            made.setProperty(own, value)
    if paragraph.lists:
        if not paragraph.item:
            made.setProperty(Own.GOES_ON, True)
        if paragraph.lists[-1].start != 1:
            made.setProperty(Own.START, paragraph.lists[-1].start)
    if paragraph.continues:
        made.setProperty(Own.CONTINUES, True)
    if paragraph.align:
        made.setAlignment(_ALIGNED[paragraph.align])
    if paragraph.kind.startswith("h"):
        made.setHeadingLevel(int(paragraph.kind[1]))
    _put_spaces(made, paragraph)
    if paragraph.background and (shown := shown_color(paragraph.background)) is not None:
        made.setBackground(QBrush(shown))
    return made


def _put_spaces(made: QTextBlockFormat, paragraph: Paragraph) -> None:
    above = below = _P_MARGIN if paragraph.kind == "p" or paragraph.kind.startswith("h") else 0.0
    left = float(paragraph.quote * INDENT)
    if paragraph.style:
        said = declarations(paragraph.style)
        sides = said.get("margin", "").split()
        above = _space(said.get("margin-top") or (sides[0] if sides else ""), above)
        below = _space(said.get("margin-bottom") or (sides[2 if len(sides) > 2 else 0] if sides else ""), below)
        left += _space(said.get("margin-left") or (sides[3] if len(sides) > 3 else ""), 0.0)
        if said.get("direction") == "rtl":
            made.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    if above:
        made.setTopMargin(above)
    if below:
        made.setBottomMargin(below)
    if left:
        made.setLeftMargin(left)
    if paragraph.lists and not paragraph.item:
        made.setIndent(len(paragraph.lists))


def _space(value: str, otherwise: float) -> float:
    length = pixels(value) if value else None
    return otherwise if length is None else min(max(length, 0.0), 120.0)


def paragraph_of(drawn: QTextBlockFormat) -> Paragraph:
    """Return the paragraph that is written for a block's format, without what stands in it."""
    lists = str(drawn.property(Own.LISTS) or "")
    start = int(drawn.property(Own.START) or 1)
    levels = tuple(Level(sign == "o", start if number == len(lists) - 1 else 1) for number, sign in enumerate(lists))
    aligned = drawn.alignment() & Qt.AlignmentFlag.AlignHorizontal_Mask
    return Paragraph(
        kind=str(drawn.property(Own.KIND) or "div"),
        align=next((name for name, flag in _ALIGNED.items() if aligned & flag), ""),
        lists=levels,
        item=not drawn.property(Own.GOES_ON),
        quote=int(drawn.property(Own.QUOTE) or 0),
        style=str(drawn.property(Own.BLOCK_STYLE) or ""),
        background=str(drawn.property(Own.BLOCK_GROUND) or ""),
        name=str(drawn.property(Own.NAME) or ""),
    )


def unbroken(cursor: QTextCursor, goes_on: Callable[[QTextBlock], bool]) -> str:
    """Return what is selected as text, without the breaks that are there for the eye alone."""
    parts: list[str] = []
    block = cursor.document().findBlock(cursor.selectionStart())
    while block.isValid() and block.position() <= cursor.selectionEnd():
        start = max(0, cursor.selectionStart() - block.position())
        end = cursor.selectionEnd() - block.position()
        if parts and not goes_on(block):
            parts.append("\n")
        part = QTextCursor(block)
        part.setPosition(block.position() + start)
        part.setPosition(block.position() + min(end, block.length() - 1), QTextCursor.MoveMode.KeepAnchor)
        parts.append(part.selectedText().replace(LINE, "\n").replace("\xa0", " ").replace(OBJECT, ""))
        block = block.next()
    return "".join(parts)
