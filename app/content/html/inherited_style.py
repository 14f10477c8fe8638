"""What holds inside an element, from its own tag and style and from all elements around."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from app.content.html.style import read_style
from app.content.html.tree import attribute
from app.core.parsing import whole_number
from app.domain.blocks import QUOTE_HEAD, Level, Look
from app.domain.html_rules import Style, pixels, write_style

if TYPE_CHECKING:
    from lxml.etree import _Element

SEPARATE: Final = frozenset(
    {
        *("address", "article", "aside", "blockquote", "caption", "center", "dd", "div", "dl", "dt", "figure"),
        *("figcaption", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "li", "main", "nav", "ol", "p"),
        *("pre", "section", "ul", "table", "tr", "td", "th", "tbody", "thead", "tfoot", "colgroup"),
    }
)
HEADINGS: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_SAYING: Final[tuple[tuple[tuple[str, ...], str, object], ...]] = (
    (("b", "strong", "th"), "bold", True),
    (("i", "em", "cite", "dfn", "var", "address"), "italic", True),
    (("s", "strike", "del"), "strike", True),
    (("u", "ins"), "underline", True),
    (("sub",), "raised", "sub"),
    (("sup",), "raised", "sup"),
    (("mark",), "background", "#ffff00"),
)
_MEANINGS: Final = {tag: {field: value} for tags, field, value in _SAYING for tag in tags}
_RELATIVE: Final = {"small": "85%", "big": "120%"}
_MONO: Final = frozenset({"code", "kbd", "samp", "tt", "pre"})
OF_RUNS: Final = ("font-family", "font-size", "letter-spacing", "text-transform", "font-variant")
_OF_BLOCKS: Final = (
    *("margin", "margin-top", "margin-bottom", "margin-left", "margin-right", "text-indent", "line-height"),
    *("direction", "padding", "padding-left", "border-left"),
)
_FONT_SIZES: Final = {"1": "8pt", "2": "10pt", "3": "12pt", "4": "14pt", "5": "18pt", "6": "24pt", "7": "36pt"}


class InheritedStyle(msgspec.Struct, frozen=True):
    """What holds where the reader is, from all elements around."""

    look: Look = Look()
    styles: tuple[tuple[str, str], ...] = ()
    kind: str = "div"
    align: str = ""
    lists: tuple[Level, ...] = ()
    quote: int = 0
    block: tuple[tuple[str, str], ...] = ()
    background: str = ""
    kept: bool = False
    name: str = ""
    align_told: bool = False
    """Whether `align` comes from an attribute, or from `center`: that ends at the next table (HTML, 15.3.3)."""


def entered(element: _Element, tag: str, place: InheritedStyle) -> InheritedStyle:
    """Return what holds inside an element."""
    look, styles = place.look, dict(place.styles)
    style = read_style(attribute(element, "style")) if element.get("style") is not None else {}
    if tag == "font":
        style = {**_of_font(element), **style}
    changes = dict(_MEANINGS.get(tag, {}))
    if tag == "a" and element.get("href"):
        changes["link"] = attribute(element, "href")
    if tag in _MONO:
        styles["font-family"] = "monospace"
    changes.update(_changes(style))
    styles.update({name: style[name] for name in OF_RUNS if style.get(name, "normal") not in {"inherit", "normal"}})
    relative = _RELATIVE.get(tag, "") or style.get("font-size", "")
    if relative.endswith(("%", "em")):
        styles["font-size"] = _absolute(relative, place)
    if changes or styles != dict(place.styles):
        look = msgspec.structs.replace(look, **{**changes, "style": write_style(styles)})
    if tag not in SEPARATE:
        kept = place.kept or style.get("white-space", "").startswith("pre")
        return msgspec.structs.replace(place, look=look, styles=tuple(styles.items()), kept=kept)
    return _inside_block(element, tag, place, style, look, styles)


def _inside_block(
    element: _Element, tag: str, place: InheritedStyle, style: Style, look: Look, styles: Style
) -> InheritedStyle:
    block = dict(place.block) if tag not in {"p", "td", "th", "li"} or place.kind == tag else {}
    block.update({name: style[name] for name in _OF_BLOCKS if name in style})
    background = look.background if tag != "mark" and "background-color" in style else place.background
    if background and "background-color" in style:
        look = msgspec.structs.replace(look, background=place.look.background)
    if tag in {"td", "th", "table", "tr"}:
        block = {}  # how a cell is spaced is of the table
    align, align_told = _align(element, tag, place, style)
    kind = tag if tag in HEADINGS or tag in {"p", "pre"} else ("div" if tag != "li" else place.kind)
    if kind == "p" and pixels(block.get("margin", "x").split()[0]) == 0 and len(set(block["margin"].split())) == 1:
        kind = "div"
        del block["margin"]
    if kind in {"p", "div"} and place.kind in HEADINGS and tag not in {"table", "td", "th", "tr"}:
        kind = place.kind
    return msgspec.structs.replace(
        place,
        look=look,
        styles=tuple(styles.items()),
        kind=kind,
        align=align if align in {"center", "right", "justify"} else "",
        align_told=align_told,
        name=QUOTE_HEAD if element.get("id") == QUOTE_HEAD else "",
        block=tuple(block.items()),
        background=background,
        kept=tag == "pre" or style.get("white-space", "").startswith("pre") or place.kept,
    )


def _align(element: _Element, tag: str, place: InheritedStyle, style: Style) -> tuple[str, bool]:
    """Return how text is aligned inside, and whether an attribute says so.

    Of a table the attribute places the table itself, and what attributes around it said ends there, as in browsers.
    """
    if style.get("text-align"):
        return style["text-align"].lower(), False
    if tag == "table":
        return ("", False) if place.align_told else (place.align, False)
    if element.get("align"):
        return attribute(element, "align").lower(), True
    return ("center", True) if tag == "center" else (place.align, place.align_told)


def _changes(style: Style) -> dict[str, object]:
    changes: dict[str, object] = {}
    if weight := style.get("font-weight"):
        changes["bold"] = weight in {"bold", "bolder"} or whole_number(weight) >= 600
    if slope := style.get("font-style"):
        changes["italic"] = slope in {"italic", "oblique"}
    if line := style.get("text-decoration") or style.get("text-decoration-line"):
        changes["underline"], changes["strike"] = "underline" in line, "line-through" in line
    if color := style.get("color"):
        changes["color"] = "" if color in {"windowtext", "inherit", "initial"} else color
    if ground := style.get("background-color"):
        changes["background"] = "" if ground in {"transparent", "inherit", "initial", "none"} else ground
    if (raised := style.get("vertical-align")) in {"sub", "super", "baseline"}:
        changes["raised"] = {"sub": "sub", "super": "sup", "baseline": ""}[raised or ""]
    return changes


def _of_font(element: _Element) -> Style:
    said: list[str] = []
    if color := element.get("color"):
        said.append(f"color:{color}")
    if face := element.get("face"):
        said.append(f"font-family:{face}")
    if size := _FONT_SIZES.get(element.get("size", "")):
        said.append(f"font-size:{size}")
    return read_style(";".join(said))


def _absolute(size: str, place: InheritedStyle) -> str:
    around = pixels(dict(place.styles).get("font-size", "16px")) or 16.0
    value = pixels(size, around) or around
    return f"{round(value * 0.75, 1):g}pt"
