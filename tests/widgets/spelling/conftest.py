"""The rules for what touches Qt; and a checker that knows few words, at once and in this process."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pytest
from PySide6.QtCore import QObject, Signal

from app.spelling.checker import words_in
from app.ui.editor.spelling_client import Checked, Spelling
from tests.qt_rules import expected_warnings, no_task_left, nothing_left

__all__ = ["FewWords", "expected_warnings", "few_words", "no_task_left", "nothing_left", "spelling"]


class FewWords(QObject):
    """Fulfils what `SpellingMarks` asks of `Spelling`: every word that has an x in it is wrong.

    Answers are held back until `answer` is called, so that a test decides what happened meanwhile.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.held: list[Callable[[], None]] = []
        self.asked: list[list[str]] = []
        self.own: set[str] = set()
        self.names: set[str] = set()
        self.language = ""

    def check(self, texts: Sequence[str], language: str, then: Callable[[list[Checked]], None]) -> None:
        self.asked.append(list(texts))
        found: list[Checked] = [
            (
                language or "en",
                [(start, len(word)) for start, word in words_in(text) if "x" in word and word not in self.own],
            )
            for text in texts
        ]
        self.held.append(lambda: then(found))

    def language_for(self, chosen: str | None) -> str:
        return self.language if chosen is None else chosen

    def suggest(self, word: str, language: str, then: Callable[[list[str]], None]) -> None:
        self.held.append(lambda: then([word.replace("x", "s"), f"{language}-word"]))

    def languages(self, then: Callable[[list[str]], None]) -> None:
        self.held.append(lambda: then(["es_ES", "ru_RU"]))

    def is_name(self, word: str) -> bool:
        return word in self.names

    def add_word(self, word: str) -> None:
        self.own.add(word)
        self.changed.emit()

    def answer(self) -> None:
        held, self.held = self.held, []
        for one in held:
            one()


@pytest.fixture
def few_words() -> FewWords:
    return FewWords()


@pytest.fixture
def spelling() -> Iterator[Spelling]:
    made = Spelling()
    yield made
    made.close()
