"""Hostile and ordinary HTML by every way that it takes here: read, paste, quote and save. Nothing gets through."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser

import pytest

from app.content.html import policy
from app.content.html.clean import clean
from app.content.html.parse import parse_body, parse_piece, parse_showing
from app.content.jobs import Remote
from app.domain.blocks import QUOTE_HEAD, Block, Body, KeptHtml, Paragraph, Picture, Run, Table
from app.domain.visible_text import plain_text
from app.services.html.prepare import answer_to, open_html, under_head
from app.services.html.write import write_blocks, write_body
from tests.html_corpus import ALL, Case

_OUTER = {"html", "head", "body", "meta"}
_ATTRIBUTES = {
    *("style", "href", "src", "alt", "width", "height", "color", "face", "size", "start", "type", "value", "border"),
    *(
        "cellpadding",
        "cellspacing",
        "colspan",
        "rowspan",
        "valign",
        "align",
        "dir",
        "lang",
        "nowrap",
        "span",
        "charset",
    ),
}
_BAD_STYLE = re.compile(r"url|expression|import|behavio|binding|var\(|\\|position|z-index|-qt-|mso", re.IGNORECASE)

_SRC = r"cid:|data:image/(png|jpe?g|gif|webp|bmp);base64,"


class Judge(HTMLParser):
    """Reads the result with another parser than ours, and takes down whatever is not on the list."""

    def __init__(self, *, own: bool = False) -> None:
        """With `own`, it is a message of one's own: pictures from elsewhere stay in it."""
        super().__init__(convert_charrefs=True)
        self._own = own
        self._src = re.compile(_SRC + ("|https?://" if own else ""))
        self.wrong: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in policy.ELEMENTS | _OUTER:
            self.wrong.append(f"<{tag}>")
        for name, value in attrs:
            self._judge(tag, name, value or "")

    def _judge(self, tag: str, name: str, value: str) -> None:
        is_head = self._own and (tag, name, value) == ("div", "id", QUOTE_HEAD)
        if name not in _ATTRIBUTES and not is_head:
            self.wrong.append(f"{tag} {name}={value!r}")
        if name == "style" and _BAD_STYLE.search(value):
            self.wrong.append(f"style {value!r}")
        if name == "href" and not re.match(r"(https?|mailto|tel|sip|callto|ftp|webcal):", value):
            self.wrong.append(f"href {value!r}")
        if name == "src" and not self._src.match(value):
            self.wrong.append(f"src {value!r}")
        if name == "alt":
            self.words.append(value)

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def handle_comment(self, data: str) -> None:
        self.wrong.append(f"comment {data!r}")


def read(html: str) -> str:
    return clean(html).html


def paste(html: str) -> str:
    return write_blocks(parse_piece(clean(html).html))


def quote(html: str) -> str:
    return write_body(Body((Paragraph((Run("My words"),)),), "", clean(html).html))


def save(html: str) -> str:
    return write_body(parse_body(clean(html).html))


def save_twice(html: str) -> str:
    return save(save(html))


def answer(html: str) -> str:
    return answer_to(html, "On Monday, Ben wrote:")


def answer_that_is_written_on(html: str) -> str:
    return write_body(open_html(answer(html)).body)


def pass_on(html: str) -> str:
    return write_body(open_html(under_head(html, [("From", "Ben <ben@example.org>")])).body)


OF_ONES_OWN = [answer, answer_that_is_written_on, pass_on]
WAYS = [read, paste, quote, save, save_twice, *OF_ONES_OWN]


def words_of(text: str) -> str:
    return " ".join(text.replace("\u2028", " ").split())


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
@pytest.mark.parametrize("case", ALL, ids=lambda case: case.name)
def test_nothing_gets_through_and_what_is_visible_stays(case: Case, way: Callable[[str], str]) -> None:
    html = way(case.html)
    judge = Judge(own=way in OF_ONES_OWN)
    judge.feed(html)
    judge.close()
    assert judge.wrong == []
    words = words_of(" ".join(judge.words))
    assert [word for word in case.seen if word not in words] == []
    assert [word for word in case.gone if word in html] == []


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.name)
def test_the_reading_pane_gets_plain_blocks_with_every_word(case: Case) -> None:
    blocks = parse_showing(clean(case.html).html)
    words = words_of(" ".join(text_of(block) for block in blocks))
    assert [word for word in case.seen if word not in words] == []
    assert not any(isinstance(block, KeptHtml) for block in blocks)
    assert all(sum(len(row) for row in block.rows) <= 210 for block in blocks if isinstance(block, Table))


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.name)
def test_its_plain_text_says_the_same(case: Case) -> None:
    words = words_of(plain_text(clean(case.html).html))
    assert [word for word in case.seen if word not in words] == []


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.name)
def test_what_was_made_safe_stays_as_it_is(case: Case) -> None:
    once = clean(case.html).html
    assert clean(once).html == once


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.name)
def test_what_was_saved_opens_and_is_saved_as_the_same(case: Case) -> None:
    once = save(case.html)
    assert save(once) == once


def text_of(block: Block) -> str:
    if isinstance(block, Paragraph):
        return "".join(piece.alt if isinstance(piece, Picture) else piece.text for piece in block.pieces)
    if isinstance(block, Table):
        return " ".join(text_of(paragraph) for row in block.rows for cell in row for paragraph in cell.blocks)
    return ""


def test_a_draft_of_ones_own_keeps_its_pictures_from_elsewhere() -> None:
    html = '<p>Logo <img src="https://example.org/logo.png" alt="Logo"></p>'
    assert clean(html, Remote.KEPT).html == html
    assert "<img" not in clean(html).html
    assert clean(html).remote == clean(html, Remote.KEPT).remote == 1


def test_a_picture_from_elsewhere_becomes_a_link_to_it() -> None:
    cleaned = clean('<p><img src="https://example.org/a.png" alt="Chart"></p>')
    assert cleaned.html == '<p><a href="https://example.org/a.png">[Chart]</a></p>'


def test_there_are_cases_enough() -> None:
    assert len(ALL) >= 60
    assert len({case.name for case in ALL}) == len(ALL)
