"""What goes out is HTML that Outlook shows as it was meant: its reader is Word's, which knows less than a browser.

Held for messages written here, for what is pasted, and for answers; what is quoted apart goes out as it came, made
safe.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser

import pytest

from app.content.html.clean import clean
from app.content.html.parse import parse_piece
from app.content.html.style import read_style
from app.services.html.prepare import answer_to, html_of_text, open_html, under_head
from app.services.html.write import OWN_BASE, write_blocks, write_body
from tests.html_corpus import ALL, Case
from tests.html_everything import HTML

NOT_READ = frozenset(
    {"float", "position", "display", "background", "background-image", "opacity", "transform", "box-shadow", "flex"}
)
"""Properties that Word does not read, and by which what is written would fall apart."""
UNITS = re.compile(r"\d(?:rem|vw|vh|ch|vmin|vmax)\b")
COLOURS = re.compile(r"rgba?\(|hsla?\(|#(?:[0-9a-f]{4}|[0-9a-f]{8})\b", re.IGNORECASE)
VOID = frozenset({"br", "hr", "img", "meta", "wbr", "col"})
BLOCKS = frozenset({"div", "p", "ul", "ol", "table", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "pre"})
INLINE = frozenset({"span", "b", "i", "u", "s", "sub", "sup"})
"""What may not stand around a block: Word ends it there."""


class Reader(HTMLParser):
    """Walks HTML by the standard library's parser, and notes each tag with those around it."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str], tuple[str, ...]]] = []
        self.around: list[str] = []
        self.wrong: list[str] = []
        self.feed(html)
        self.close()
        self.wrong += [f"<{tag}> is never closed" for tag in self.around]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}, tuple(self.around)))
        if tag not in VOID:
            self.around.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.around or self.around.pop() != tag:
            self.wrong.append(f"</{tag}> closes another element")


def written(html: str) -> str:
    """A message opened and saved."""
    return write_body(open_html(clean(html).html).body)


def pasted(html: str) -> str:
    """What is pasted into a message begun here."""
    whole = html_of_text("Hello")
    return whole.replace("</div></div>", f"</div>{write_blocks(parse_piece(clean(html).html), OWN_BASE)}</div>")


def answered(html: str) -> str:
    """An answer to a message that was written here."""
    return write_body(open_html(answer_to(written(html), "On Monday, Ben wrote:")).body)


def under_a_head(html: str) -> str:
    """An answer in Outlook's manner."""
    return write_body(open_html(under_head(written(html), [("From", "Ben"), ("Sent", "3 May"), ("To", "Anna")])).body)


WAYS = [written, pasted, answered, under_a_head]


def styles(reader: Reader) -> Iterator[str]:
    return (attributes["style"] for _, attributes, _ in reader.tags if "style" in attributes)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
@pytest.mark.parametrize("case", [*ALL, Case("everything", HTML)], ids=lambda case: case.name)
def test_word_reads_all_that_is_written(case: Case, way: Callable[[str], str]) -> None:
    reader = Reader(way(case.html))
    assert reader.wrong == [], "valid: each element is closed where it was opened"
    for style in styles(reader):
        said = dict(part.split(":", 1) for part in style.split(";"))
        assert not NOT_READ & set(said), style
        assert not UNITS.search(style), style
        assert not COLOURS.search(style), style
        assert read_style(style) == said, "nothing in it that its own reader would not take"


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
@pytest.mark.parametrize("case", [*ALL, Case("everything", HTML)], ids=lambda case: case.name)
def test_tables_say_what_word_does_not_guess(case: Case, way: Callable[[str], str]) -> None:
    html = way(case.html)
    reader = Reader(html)
    based = OWN_BASE in html
    for tag, attributes, around in reader.tags:
        if "table" in around or case.name in KEPT:
            continue
        if tag == "table":
            assert {"border", "cellspacing", "cellpadding"} <= set(attributes)
    if based and case.name not in KEPT:
        for tag, attributes, _ in reader.tags:
            if tag in {"td", "th"}:
                assert "font-family" in attributes.get("style", ""), "Word forgets the font inside of tables"


KEPT = frozenset(
    case.name
    for case in ALL
    if case.html.lower().count("<table") > 1 or "span=" in case.html.lower() or case.html.lower().count("<td") > 400
)
"""Messages with tables that the editor cannot hold: they go out as they came."""


@pytest.mark.parametrize("case", [*ALL, Case("everything", HTML)], ids=lambda case: case.name)
def test_no_block_stands_in_an_inline_element(case: Case) -> None:
    for tag, _, around in Reader(written(case.html)).tags:
        if tag in BLOCKS and case.name not in KEPT:
            assert not INLINE & set(around), f"<{tag}> in {around}"


def test_every_line_of_a_message_begun_here_stands_in_its_font_without_a_gap() -> None:
    html = html_of_text("one\ntwo")
    assert f'<div style="{OWN_BASE}"><div>one</div><div>two</div></div>' in html


def test_a_picture_says_its_size_in_attributes() -> None:
    [picture] = [attributes for tag, attributes, _ in Reader(HTML).tags if tag == "img"]
    assert (picture["width"], picture["height"], picture["alt"]) == ("10", "10", "Logo")


@pytest.mark.parametrize(
    ("said", "written_as"),
    [
        ("color:rgba(255, 0, 0, .5)", "#ff8080"),
        ("color:rgb(0 128 0 / 100%)", "#008000"),
        ("background:hsl(120deg, 100%, 25%) none", "#008000"),
        ("background-color:rgba(0, 0, 0, 0)", "transparent"),
        ("color:#ff000080", "#ff7f7f"),
        ("color:rgb(10,20,30)", "#0a141e"),
        ("color:#ccc", "#ccc"),
        ("font-size:1.5rem", "18pt"),
        ("border-left:1px solid rgb(204,204,204)", "1px solid #cccccc"),
    ],
)
def test_what_word_does_not_know_is_said_as_it_does(said: str, written_as: str) -> None:
    assert list(read_style(said).values()) == [written_as]
