"""Spelling in the settings: the usual language and the person's own words count at once, and after the next start."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from app.domain.errors import StorageError
from app.domain.message import Content
from app.domain.recipient import Recipient
from app.services.accounts.preset_settings import OWN_WORDS, SPELLING_CHOICE
from app.views.settings.spelling_view import SpellingView
from tests.program_scene import ProgramScene
from tests.widgets.test_choices import at_choices
from tests.widgets.test_formatting_a_message import opened

WRITTEN = Content(to=(Recipient("ben@example.org", "Ben"),), subject="A hous", body="The hous of the man is for you")
WRONG = [(4, 4)]


@pytest.fixture
async def scene(program_scene: ProgramScene) -> AsyncIterator[ProgramScene]:
    """The program with its checker, and a message in it that is looked at."""
    await program_scene.parts.spelling.begin()
    yield program_scene
    program_scene.parts.spelling.end()


def places(scene: ProgramScene) -> list[tuple[int, int]]:
    marks = scene.message.body.marks
    assert marks is not None
    return marks.places()


async def written(scene: ProgramScene) -> None:
    """Open a message with a word that no dictionary knows, and wait for its mark."""
    await opened(scene, WRITTEN)
    await scene.until(lambda: places(scene) == WRONG)


async def at_spelling(scene: ProgramScene, folder: Path) -> SpellingView:
    return (await at_choices(scene, folder, "spelling")).spelling


def listed(view: SpellingView) -> list[str]:
    return [view.list.item(number).text() for number in range(view.list.count())]


async def started_anew(scene: ProgramScene) -> None:
    """Read what was kept, as the next start does."""
    scene.parts.spelling.end()
    await scene.parts.spelling.begin()


async def test_the_usual_language_counts_at_once_is_kept_and_is_read(scene: ProgramScene, tmp_path: Path) -> None:
    await written(scene)
    subject = scene.message.subject.marks
    assert subject is not None
    await scene.until(lambda: subject.places() == [(2, 4)])
    view = await at_spelling(scene, tmp_path)
    assert view.languages.currentText() == "Noticed by itself"
    view.languages.setFocus()
    await scene.press("End")
    assert view.languages.currentText() == "Look at no spelling"
    await scene.until(lambda: not places(scene) and not subject.places())
    assert await scene.settings.read_setting(SPELLING_CHOICE) == "none"
    await started_anew(scene)
    assert scene.parts.spelling.language == "none"
    view.languages.setFocus()
    await scene.press("Home")
    assert await scene.settings.read_setting(SPELLING_CHOICE) == ""


async def test_a_language_that_was_chosen_for_a_message_goes_before_the_usual_one(scene: ProgramScene) -> None:
    scene.parts.spelling.set_language("none")
    await opened(scene, WRITTEN)
    subject = scene.message.subject.marks
    assert subject is not None
    scene.message.body.set_language("en")
    await scene.until(lambda: places(scene) == WRONG and subject.places() == [(2, 4)])
    await scene.press("Ctrl+Shift+H")
    await scene.until(lambda: places(scene) == WRONG)
    assert scene.message.body.rich is not None, "the language stays when the message is formatted"


async def test_a_dictionary_that_this_computer_no_longer_has_is_still_what_was_chosen(
    scene: ProgramScene, tmp_path: Path
) -> None:
    scene.parts.spelling.set_language("tlh_XX")
    view = await at_spelling(scene, tmp_path)
    assert view.languages.currentData() == "tlh_XX"
    assert view.languages.itemData(view.languages.count() - 1) == "none"


async def test_ones_own_words_are_added_and_removed_by_key_and_count_at_once(
    scene: ProgramScene, tmp_path: Path
) -> None:
    await written(scene)
    view = await at_spelling(scene, tmp_path)
    assert (listed(view), view.none.isVisible(), view.remove.isEnabled()) == ([], True, False)
    await scene.press("Alt+W")
    assert view.field.hasFocus()
    await scene.type("zebu hous")
    await scene.press("Return")
    assert (listed(view), view.field.text(), view.field.hasFocus()) == (["hous", "zebu"], "", True)
    assert not view.none.isVisible()
    await scene.until(lambda: places(scene) == [])
    assert await scene.settings.read_setting(OWN_WORDS) == '["hous","zebu"]'
    await started_anew(scene)
    assert scene.parts.spelling.own_words == ("hous", "zebu")
    assert listed(view) == ["hous", "zebu"]
    view.list.setFocus()
    view.list.setCurrentRow(0)
    await scene.press("Delete")
    assert listed(view) == ["zebu"]
    assert view.list.hasFocus()
    assert await scene.settings.read_setting(OWN_WORDS) == '["zebu"]'
    await scene.press("Delete")
    assert (listed(view), view.none.isVisible(), view.field.hasFocus()) == ([], True, True)


async def test_a_word_that_is_removed_is_marked_again(scene: ProgramScene, tmp_path: Path) -> None:
    scene.parts.spelling.add_words("hous")
    await opened(scene, WRITTEN)
    marks = scene.message.body.marks
    assert marks is not None
    await scene.until(marks.is_done)
    assert places(scene) == []
    view = await at_spelling(scene, tmp_path)
    view.remove.setFocus()
    await scene.press("Space")
    await scene.until(lambda: places(scene) == WRONG)


async def test_a_word_that_is_added_in_a_message_stands_in_the_settings(scene: ProgramScene, tmp_path: Path) -> None:
    view = await at_spelling(scene, tmp_path)
    await scene.press("Escape")
    await written(scene)
    scene.message.body.add_word("hous")
    await scene.until(lambda: places(scene) == [])
    assert listed(view) == ["hous"]
    assert await scene.settings.read_setting(OWN_WORDS) == '["hous"]'


async def test_own_words_that_could_not_be_read_are_not_written_over(
    program_scene: ProgramScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = program_scene
    await scene.settings.keep_setting(OWN_WORDS, '["zebu"]')

    async def fail(_name: str) -> str | None:
        raise StorageError("the disk does not answer")

    with monkeypatch.context() as away:
        away.setattr(scene.settings, "read_setting", fail)
        await scene.parts.spelling.begin()
    scene.parts.spelling.add_words("hous")
    await scene.settle()
    assert scene.parts.spelling.own_words == ("hous",)
    assert await scene.settings.read_setting(OWN_WORDS) == '["zebu"]'
    scene.parts.spelling.end()


async def test_nonsense_that_was_kept_is_no_word(program_scene: ProgramScene) -> None:
    await program_scene.settings.keep_setting(OWN_WORDS, '{"a": 1}')
    await program_scene.parts.spelling.begin()
    assert program_scene.parts.spelling.own_words == ()
    program_scene.parts.spelling.end()


async def test_a_word_is_removed_by_mouse(scene: ProgramScene, tmp_path: Path) -> None:
    scene.parts.spelling.add_words("hous zebu")
    view = await at_spelling(scene, tmp_path)
    place = view.list.visualItemRect(view.list.item(1)).center()
    scene.qtbot.mouseClick(view.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    scene.qtbot.mouseClick(view.remove, Qt.MouseButton.LeftButton)
    assert listed(view) == ["hous"]
