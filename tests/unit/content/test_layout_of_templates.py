"""Templates of newsletters: where their text is aligned as in a browser, and what is left of pictures not loaded."""

from __future__ import annotations

import pytest

from app.content.html.clean import clean
from app.content.html.parse import parse_body, parse_showing
from app.domain.blocks import Block, Paragraph, Run, Table


def aligned(html: str) -> dict[str, str]:
    def walk(blocks: list[Block]) -> None:
        for block in blocks:
            if isinstance(block, Paragraph) and block.text().strip():
                found[block.text()] = block.align
            elif isinstance(block, Table):
                for row in block.rows:
                    for cell in row:
                        walk(list(cell.blocks))

    found: dict[str, str] = {}
    walk(parse_showing(clean(html).html))
    return found


INNER = "<table><tr><td>inner</td></tr></table>"


@pytest.mark.parametrize(
    ("html", "align"),
    [
        (f'<table><tr><td align="center">{INNER}</td></tr></table>', ""),
        (f"<center>{INNER}</center>", ""),
        (f'<div align="right">{INNER}</div>', ""),
        ('<table align="center"><tr><td>inner</td></tr></table>', ""),
        (f'<div style="text-align:center">{INNER}</div>', "center"),
        ('<table><tr><td align="center">inner</td></tr></table>', "center"),
        ('<table><tr align="center"><td>inner</td></tr></table>', "center"),
        ('<table style="text-align:right"><tr><td>inner</td></tr></table>', "right"),
    ],
)
def test_alignment_by_an_attribute_ends_at_the_next_table(html: str, align: str) -> None:
    assert aligned(html)["inner"] == align


def test_what_stands_beside_the_inner_table_stays_aligned() -> None:
    found = aligned(f'<table><tr><td align="center"><p>above</p>{INNER}<p>below</p></td></tr></table>')
    assert found == {"above": "center", "inner": "", "below": "center"}


def test_a_table_that_is_placed_in_the_middle_does_not_align_what_is_edited_in_it() -> None:
    [table] = parse_body('<table align="center"><tr><td>a</td><td>b</td></tr></table>').blocks
    assert isinstance(table, Table)
    assert {cell.blocks[0].align for row in table.rows for cell in row} == {""}


@pytest.mark.parametrize("source", ["https://example.org/banner.png", "file:///banner.png", "banner.png"])
def test_a_linked_picture_without_words_leaves_its_place_and_its_link(source: str) -> None:
    html = f'<a href="https://example.org/offer"><img src="{source}" width="600" height="200"></a>'
    [paragraph] = parse_showing(clean(html * 3).html)
    assert isinstance(paragraph, Paragraph)
    assert paragraph.text().count("[…]") == 3
    assert {piece.look.link for piece in paragraph.pieces if isinstance(piece, Run)} == {"https://example.org/offer"}


def test_a_picture_that_counts_readers_leaves_no_place() -> None:
    html = '<a href="https://example.org/"><img src="https://example.org/p.gif" width="1" height="1"></a>'
    assert parse_showing(clean(f"<p>x</p>{html}").html) == parse_showing("<p>x</p>")
