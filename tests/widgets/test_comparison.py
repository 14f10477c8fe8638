"""A draft that was changed elsewhere, by keys: both versions are shown, and nothing is chosen but by the person."""

from __future__ import annotations

import msgspec
import pytest

from app.domain.errors import Trouble, TroubleKind
from app.domain.message import LocalId
from app.ui import theme
from app.views.compare.view import CompareView, html_of, shown_differences
from tests.fakes.mailbox import Stored
from tests.fakes.scene import MESSAGE
from tests.program_scene import ProgramScene

THEIRS = msgspec.structs.replace(MESSAGE, subject="Hello from elsewhere", body="Dear Ben\n\nTheir words")


async def in_conflict(scene: ProgramScene) -> tuple[LocalId, Stored]:
    """Stand in a message that was written on here and elsewhere; its bar says so."""
    name = await scene.saved()
    (stored,) = scene.mailbox.items.values()
    scene.parts.compose.open_message(name)
    await scene.until(lambda: scene.parts.compose.current() is not None)
    scene.mailbox.edit_elsewhere(stored.item_id, THEIRS)
    await scene.type("My words. ")
    await scene.press("Ctrl+S")
    await scene.until(scene.message.bar.isVisible)
    assert "changed elsewhere" in scene.words(scene.message.bar)
    return name, stored


async def compared(scene: ProgramScene) -> CompareView:
    """Do what the bar offers, by its key."""
    await scene.press("Alt+A")
    await scene.until(lambda: scene.parts.comparison.is_open() and scene.parts.comparison.view.session.can_choose())
    view = scene.parts.comparison.view
    assert view.isVisible()
    assert view.isAncestorOf(scene.focus)
    return view


def server(scene: ProgramScene) -> list[str]:
    return sorted(one.content.body for one in scene.mailbox.items.values())


async def test_the_bar_offers_to_compare_and_both_versions_are_there(program_scene: ProgramScene) -> None:
    await in_conflict(program_scene)
    view = await compared(program_scene)
    text = view.page.toPlainText()
    for words in ("My words. Dear Ben", "Their words", "Hello from elsewhere", "Subject"):
        assert words in text
    assert "4 differences" in program_scene.words(view)
    assert server(program_scene) == [THEIRS.body], "until something is chosen nothing is changed"


async def test_mine_by_its_key(program_scene: ProgramScene) -> None:
    await in_conflict(program_scene)
    await compared(program_scene)
    await program_scene.press("M")
    await program_scene.until(lambda: server(program_scene) == ["My words. Dear Ben"])
    await program_scene.until(lambda: not program_scene.parts.comparison.is_open())
    assert program_scene.message.isVisible()
    assert "Your version is kept" in program_scene.status_bar
    assert not program_scene.message.bar.isVisible()


async def test_theirs_by_its_key_and_back(program_scene: ProgramScene) -> None:
    name, stored = await in_conflict(program_scene)
    await compared(program_scene)
    await program_scene.press("T")
    await program_scene.until(lambda: program_scene.parts.compose.current() is not None)
    assert program_scene.message.body.toPlainText() == THEIRS.body
    assert program_scene.message.session.local_id == name
    assert server(program_scene) == [THEIRS.body]
    await program_scene.press("Ctrl+2", "Z")
    await program_scene.until(lambda: server(program_scene) == ["My words. Dear Ben"])
    assert list(program_scene.mailbox.items) == [stored.item_id], "one item for life"


async def test_both_by_its_key(program_scene: ProgramScene) -> None:
    await in_conflict(program_scene)
    await compared(program_scene)
    await program_scene.press("B")
    await program_scene.until(lambda: server(program_scene) == [THEIRS.body, "My words. Dear Ben"])
    await program_scene.until(lambda: len(program_scene.rows) == 2)
    await program_scene.type("More. ")
    await program_scene.press("Ctrl+S")
    await program_scene.until(lambda: "My words. More. Dear Ben" in server(program_scene))
    assert THEIRS.body in server(program_scene)


async def test_escape_chooses_nothing_and_goes_back_to_the_message(program_scene: ProgramScene) -> None:
    await in_conflict(program_scene)
    await compared(program_scene)
    await program_scene.press("Escape")
    assert not program_scene.parts.comparison.is_open()
    assert program_scene.message.isAncestorOf(program_scene.focus)
    assert "changed elsewhere" in program_scene.words(program_scene.message.bar)
    assert server(program_scene) == [THEIRS.body]


async def test_a_row_offers_it_too(program_scene: ProgramScene) -> None:
    await in_conflict(program_scene)
    await program_scene.press("Escape")
    await program_scene.until(program_scene.in_list)
    await program_scene.press("A")
    await program_scene.until(program_scene.parts.comparison.is_open)
    await program_scene.until(program_scene.parts.comparison.view.session.can_choose)
    await program_scene.press("Escape")
    assert program_scene.in_list()


async def test_without_a_server_it_says_so_and_mine_can_be_put_aside(program_scene: ProgramScene) -> None:
    await in_conflict(program_scene)
    offline = Trouble(TroubleKind.UNREACHABLE, may_have_been_processed=False)
    program_scene.mailbox.fail("get", offline)
    await program_scene.press("Alt+A")
    view = program_scene.parts.comparison.view
    await program_scene.until(view.session.can_keep_both)
    assert "Your text is safe here" in program_scene.words(view)
    assert not view.mine.isEnabled()
    await program_scene.press("M", "T")
    assert program_scene.parts.comparison.is_open(), "neither can be chosen unseen"
    await program_scene.press("R")
    await program_scene.until(view.session.can_choose)
    await program_scene.press("B")
    await program_scene.until(lambda: not program_scene.parts.comparison.is_open())


async def test_differences_are_gone_through_by_keys(program_scene: ProgramScene) -> None:
    await in_conflict(program_scene)
    view = await compared(program_scene)
    seen = []
    for key in ("N", "J", "F7", "N", "P", "Shift+F7"):
        await program_scene.press(key)
        seen.append(view._at)
    assert seen == [0, 1, 2, 3, 2, 1]


async def test_words_of_a_message_are_no_html_on_the_page(program_scene: ProgramScene) -> None:
    name, stored = await in_conflict(program_scene)
    hostile = msgspec.structs.replace(THEIRS, body="<img src='http://x.example/a.png'><b>bold</b>", subject="<h1>S")
    program_scene.mailbox.edit_elsewhere(stored.item_id, hostile)
    view = await compared(program_scene)
    assert "<img src='http://x.example/a.png'><b>bold</b>" in view.page.toPlainText()
    assert "<h1>S" in view.page.toPlainText()
    assert name == view.session.local_id


@pytest.mark.parametrize("scheme", [theme.LIGHT, theme.DARK])
async def test_a_page_is_never_longer_than_can_be_laid_out_at_once(
    program_scene: ProgramScene, scheme: theme.Scheme
) -> None:
    _, stored = await in_conflict(program_scene)
    long = "\n".join(f"line {n} of theirs" for n in range(5000))
    program_scene.mailbox.edit_elsewhere(stored.item_id, msgspec.structs.replace(THEIRS, body=long))
    view = await compared(program_scene)
    assert view.session.comparison is not None
    page = html_of(view.session.comparison, scheme, 0.0)
    assert 0 < shown_differences(page) <= 600
    assert "There is more" in page
