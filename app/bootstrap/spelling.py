"""Gives every letter its marks under words: begun behind the first letters, so that none of them waits for it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from app.domain.errors import StorageError

if TYPE_CHECKING:
    from app.bootstrap.program import Program

_NAME = "own words"


async def begin_spelling(program: Program) -> None:
    """Read the person's own words, and let letters be looked at from now on."""
    from app.ui.editor.spelling_client import Spelling

    spelling = Spelling(program.window)
    try:
        kept = await program.settings.read(_NAME)
        spelling.know([str(word) for word in json.loads(kept or "[]")])
    except (StorageError, ValueError):
        spelling.know(())  # they are asked for again, word by word; spelling without them is better than none

    def keep(_word: str) -> None:
        words = json.dumps(sorted(spelling.own_words), ensure_ascii=False)
        program.tasks.spawn(program.settings.keep(_NAME, words), "keep a word")

    spelling.learnt.connect(keep)
    program.writing.begin_spelling(spelling)


def end_spelling(program: Program) -> None:
    """End the checker."""
    if program.writing.spelling is not None:
        program.writing.spelling.close()
