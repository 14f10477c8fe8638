"""Keeps blocks within what can be laid out at once: in parts and pieces to be shown, kept whole to be edited.

What is shown is cut, what is sent never is: the editor keeps a paragraph that is too long as the HTML that it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Final

import msgspec

from app.core.layout_bounds import (
    LONGEST_PART,
    MOST_CHARACTERS,
    MOST_LINES,
    MOST_RUNS,
    direction_runs,
    is_editable_line,
    parts_of_line,
    shown_lines,
)
from app.domain.blocks import LINE, Block, KeptHtml, Paragraph, Piece, Run, Table
from app.services.html.write import write_blocks

_RUNS_OF_PART: Final = 200
"""Runs of one paragraph that are laid out as one."""
_HEAVIEST_TABLE: Final = 150_000
"""Weight of a table that is laid out whole; a heavier one is read through, cell by cell."""
SLICE: Final = 60_000
"""Weight of what is put into a document at one turn of the event loop: Qt lays it out at its end, in one go."""
PIECE: Final = 500_000
"""Weight of what is shown at once: some 100 000 characters in short lines, or 40 000 in long ones."""
_OF_BLOCK: Final = 90
_OF_CELL: Final = 300
_OF_RUN: Final = 12
_OF_PICTURE: Final = 200
_OF_CHARACTER: Final = 5
_OF_CHARACTER_IN_LONG: Final = 12
_OF_TURN: Final = 150
_OF_BREAK: Final = 80
"""Weights, by the time that Qt takes: block, cell, run, picture, character, change of direction, break of a line."""


_AT_A_TIME: Final = 1_000
"""Lines that are written at a time, so that a million of them are never there as blocks."""


def plain_blocks(text: str) -> Iterator[Paragraph]:
    """Return plain text as blocks that are only shown."""
    for part, continues in shown_lines(text):
        yield Paragraph((Run(part),) if part else (), continues=continues)


def shown_blocks(blocks: Iterable[Block]) -> Iterator[Block]:
    """Return blocks as they are shown: none of them keeps the window waiting."""
    for block in blocks:
        if isinstance(block, Paragraph):
            yield from _parts(block)
        elif not isinstance(block, Table):
            yield block
        elif weight_of(block) > _HEAVIEST_TABLE:
            for row in block.rows:
                for cell in row:
                    yield from shown_blocks(cell.blocks)
        else:
            yield _with_parts(block)


def _with_parts(table: Table) -> Table:
    if not any(_is_long(paragraph) for row in table.rows for cell in row for paragraph in cell.blocks):
        return table
    rows = tuple(
        tuple(
            msgspec.structs.replace(cell, blocks=tuple(part for one in cell.blocks for part in _parts(one)))
            for cell in row
        )
        for row in table.rows
    )
    return msgspec.structs.replace(table, rows=rows)


def _is_long(paragraph: Paragraph) -> bool:
    return len(paragraph.pieces) > _RUNS_OF_PART or _length(paragraph) > LONGEST_PART // 4


def _length(paragraph: Paragraph) -> int:
    return sum(len(piece.text) if isinstance(piece, Run) else 1 for piece in paragraph.pieces)


def _parts(paragraph: Paragraph) -> Iterator[Paragraph]:
    """Cut a paragraph where it is too long; most are not."""
    if not _is_long(paragraph):
        yield paragraph
        return
    parts = _divided(paragraph.pieces)
    first, second = next(parts), next(parts, None)
    if second is None:
        yield paragraph
        return
    kind = "div" if paragraph.kind == "p" else paragraph.kind
    yield msgspec.structs.replace(paragraph, pieces=first, kind=kind)
    for pieces in chain((second,), parts):
        yield msgspec.structs.replace(paragraph, pieces=pieces, kind=kind, continues=True, item=False)


def _divided(pieces: Sequence[Piece]) -> Iterator[tuple[Piece, ...]]:
    growing: list[Piece] = []
    length = 0
    for piece in pieces:
        for part in _cut(piece):
            size = len(part.text) + 3 * direction_runs(part.text) if isinstance(part, Run) else 1
            if growing and (length + size > LONGEST_PART or len(growing) >= _RUNS_OF_PART):
                yield tuple(growing)
                growing, length = [], 0
            growing.append(part)
            length += size
    yield tuple(growing)


def _cut(piece: Piece) -> Iterator[Piece]:
    if not isinstance(piece, Run):
        yield piece
        return
    for part in parts_of_line(piece.text):
        yield piece if len(part) == len(piece.text) else Run(part, piece.look)


def weight_of(block: Block) -> int:
    """Return how long a block takes to be laid out: 15 000 are about a millisecond."""
    if isinstance(block, Table):
        cells = [cell for row in block.rows for cell in row]
        return _OF_CELL * len(cells) + sum(weight_of(paragraph) for cell in cells for paragraph in cell.blocks)
    if not isinstance(block, Paragraph):
        return _OF_BLOCK
    length, weight = _length(block), _OF_BLOCK + _OF_RUN * len(block.pieces)
    for piece in block.pieces:
        if isinstance(piece, Run):
            turns = direction_runs(piece.text) - 1
            weight += _OF_BREAK * piece.text.count(LINE) + (_OF_TURN * turns if turns > 0 else 0)
        else:
            weight += _OF_PICTURE
    return weight + length * (_OF_CHARACTER if length <= LONGEST_PART // 4 else _OF_CHARACTER_IN_LONG)


class ShownPieces:
    """Blocks in pieces, each of which can be shown at once. They are cut only as far as they were asked for."""

    def __init__(self, blocks: Iterable[Block], weight: int = PIECE) -> None:
        """Cut nothing yet. A piece weighs about as much as `weight`."""
        self._weight = weight
        self._coming = shown_blocks(blocks)
        self._made: list[list[Block]] = []
        self._next: Block | None = next(self._coming, None)

    def piece(self, number: int) -> list[Block]:
        """Return one of the pieces; an empty one past the end."""
        while len(self._made) <= number and self._next is not None:
            self._made.append(self._cut())
        return self._made[number] if number < len(self._made) else []

    def has_more(self, number: int) -> bool:
        """Return whether there is a piece behind this one."""
        return number + 1 < len(self._made) or self._next is not None

    def _cut(self) -> list[Block]:
        made: list[Block] = []
        weight = 0
        while self._next is not None and (not made or weight < self._weight):
            made.append(self._next)
            weight += weight_of(self._next)
            self._next = next(self._coming, None)
        return made


def editable_blocks(blocks: Sequence[Block], base: str, most: int = MOST_LINES) -> tuple[Block, ...]:
    """Return blocks as they are edited: what keys would wait for is kept as its HTML, and goes out as it was.

    At most so many blocks are edited; those behind them are kept as one.
    """
    made: list[Block] = []
    length = 0
    for number, block in enumerate(blocks):
        length += _length(block) if isinstance(block, Paragraph) else 0
        if number >= most or length > MOST_CHARACTERS:
            made.append(KeptHtml(write_blocks(blocks[number:], base)))
            break
        made.append(block if _is_editable(block) else _kept(block, base))
    return tuple(made)


def editable_text(text: str, base: str, most: int = MOST_LINES) -> tuple[Block, ...]:
    """Return plain text as blocks that are edited; the lines behind the first so many are kept as one."""
    lines = text.split("\n")
    blocks = editable_blocks(_of_lines(lines[:most]), base)
    if len(lines) <= most:
        return blocks
    rest = range(most, len(lines), _AT_A_TIME)
    return *blocks, KeptHtml("".join(write_blocks(_of_lines(lines[at : at + _AT_A_TIME]), base) for at in rest))


def _of_lines(lines: Sequence[str]) -> tuple[Paragraph, ...]:
    return tuple(Paragraph((Run(line),) if line else ()) for line in lines)


def _is_editable(block: Block) -> bool:
    if isinstance(block, Table):
        return all(_is_editable(paragraph) for row in block.rows for cell in row for paragraph in cell.blocks)
    if not isinstance(block, Paragraph) or (len(block.pieces) <= 1 and _length(block) <= MOST_RUNS):
        return True
    return len(block.pieces) <= MOST_RUNS and is_editable_line(block.text().replace(LINE, " "))


def _kept(block: Block, base: str) -> KeptHtml:
    if not isinstance(block, Paragraph | Table):
        return KeptHtml("")
    return KeptHtml(write_blocks([msgspec.structs.replace(block, quote=0)], base), block.quote)
