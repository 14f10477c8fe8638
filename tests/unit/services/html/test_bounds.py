"""Blocks are shown in parts and pieces and edited up to a bound; what is sent stays what it was."""

from __future__ import annotations

import pytest

from app.content.html.clean import clean
from app.content.html.parse import parse_showing
from app.core.layout_bounds import LONGEST_PART, MOST_LINES
from app.domain.blocks import Block, KeptHtml, Look, Paragraph, Run, Table
from app.domain.visible_text import plain_text
from app.services.html.bounds import ShownPieces, editable_text, plain_blocks, shown_blocks
from app.services.html.prepare import open_html, open_text
from app.services.html.write import write_body

SPANS = "".join(f'<span style="color:#{number % 2 * 8}{number % 9}0">ab </span>' for number in range(6_000))
LONG = {
    "one word": f"<p>{'x' * 300_000}</p>",
    "two directions": "<p>" + "a\u05d0" * 20_000 + "</p>",
    "coloured spans": f"<p>{SPANS}</p>",
    "breaks": "<p>" + "line<br>" * 20_000 + "</p>",
    "a cell": f"<table><tr><td>a</td><td>{'x' * 300_000}</td></tr></table>",
}


def words_of(blocks: list[Block]) -> str:
    found: list[str] = []
    for block in blocks:
        if isinstance(block, Paragraph):
            found.append(block.text())
        elif isinstance(block, Table):
            found += [words_of(list(cell.blocks)) for row in block.rows for cell in row]
    return "".join(found)


def paragraphs(blocks: list[Block]) -> list[Paragraph]:
    inside = [paragraphs(list(cell.blocks)) for one in blocks if isinstance(one, Table) for r in one.rows for cell in r]
    return [one for one in blocks if isinstance(one, Paragraph)] + [one for found in inside for one in found]


@pytest.mark.parametrize("html", LONG.values(), ids=LONG.keys())
def test_what_is_shown_is_cut_and_loses_nothing(html: str) -> None:
    blocks = parse_showing(clean(html).html)
    made = list(shown_blocks(blocks))
    assert words_of(made) == words_of(blocks)
    assert max(len(one.text()) for one in paragraphs(made)) <= LONGEST_PART
    assert max(len(one.pieces) for one in paragraphs(made)) <= 200


def test_parts_say_that_they_go_on_and_are_no_items_of_their_own() -> None:
    [long] = parse_showing(f"<ul><li>{'word ' * 2_000}</li></ul>")
    made = [one for one in shown_blocks([long]) if isinstance(one, Paragraph)]
    assert [one.continues for one in made] == [False, True, True]
    assert [one.item for one in made] == [True, False, False]


def test_what_is_short_is_shown_as_it_is() -> None:
    blocks = parse_showing("<p>one <b>two</b></p><table><tr><td>a</td><td>b</td></tr></table>")
    assert list(shown_blocks(blocks)) == blocks


def test_a_long_text_comes_in_pieces_which_are_made_when_they_are_asked_for() -> None:
    taken = 0

    def lines() -> object:
        nonlocal taken
        for number in range(1_000_000):
            taken += 1
            yield Paragraph((Run(str(number)),))

    pieces = ShownPieces(lines())  # type: ignore[arg-type]  # a generator of blocks
    first = pieces.piece(0)
    assert taken == len(first) + 1 < 50_000
    second = pieces.piece(1)
    assert first[-1] == Paragraph((Run(str(len(first) - 1)),))
    assert second[0] == Paragraph((Run(str(len(first))),))
    assert pieces.has_more(1)
    assert pieces.piece(0) is first


def test_an_ordinary_message_is_one_piece() -> None:
    pieces = ShownPieces(plain_blocks("a line of words that one can read\n" * 1_500))
    assert len(pieces.piece(0)) == 1_501
    assert not pieces.has_more(0)


@pytest.mark.parametrize("html", [LONG[name] for name in ("one word", "two directions", "coloured spans", "a cell")])
def test_what_is_too_long_to_be_edited_goes_out_as_it_was(html: str) -> None:
    opened = open_html(f"<p>before</p>{html}<p>after</p>")
    kinds = [type(block) for block in opened.body.blocks]
    assert kinds == [Paragraph, KeptHtml, Paragraph]
    assert plain_text(write_body(opened.body)) == plain_text(f"<p>before</p>{html}<p>after</p>")
    again = open_html(write_body(opened.body))
    assert write_body(again.body) == write_body(opened.body)


def test_lines_behind_the_bound_are_kept_as_one() -> None:
    text = "\n".join(str(number) for number in range(MOST_LINES + 2_500))
    opened = open_text(text)
    assert len(opened.body.blocks) == MOST_LINES + 1
    assert plain_text(write_body(opened.body)) == text


def test_blanks_in_what_is_kept_stay() -> None:
    first, kept = editable_text("a  b\nc  d", "", most=1)
    assert first == Paragraph((Run("a  b"),))
    assert isinstance(kept, KeptHtml)
    assert kept.html == "<div>c &nbsp;d</div>"


def test_a_dressed_long_run_keeps_its_look() -> None:
    bold = Look(bold=True)
    made = list(shown_blocks([Paragraph((Run("x" * 9_000, bold),))]))
    assert {
        piece.look for one in made if isinstance(one, Paragraph) for piece in one.pieces if isinstance(piece, Run)
    } == {bold}
