"""The settings in a small window: every page fits in its width, and nothing is moved under what stands beside it."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QApplication, QLineEdit, QListWidget, QPushButton, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from app.ui import theme
from app.ui.widgets import Label
from app.ui.wrapping import WrappingCheckBox
from app.views.settings.account_arrangement import AccountArrangement
from app.views.settings.view import SettingsView
from tests.fakes.scene import ACCOUNT, OTHER_ACCOUNT
from tests.program_scene import ProgramScene

SIZES = [(960, 540), (1024, 640)]


@pytest.fixture(params=SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def scene(qtbot: QtBot, qapp: QApplication, request: pytest.FixtureRequest) -> AsyncIterator[ProgramScene]:
    """Return the program with two accounts, in a small window, at its settings."""
    built = await ProgramScene(qtbot, qapp, ACCOUNT, OTHER_ACCOUNT).start()
    built.window.resize(*request.param)
    await built.settle()
    assert (built.window.width(), built.window.height()) == request.param
    await built.press("Ctrl+,")
    yield built
    await built.end()


def settings(scene: ProgramScene) -> SettingsView:
    found = scene.window.findChild(SettingsView)
    assert isinstance(found, SettingsView)
    return found


def must_fit(view: SettingsView, what: str) -> None:
    """Fail where something of the page is wider than the room that there is for it."""
    area = view.findChild(QScrollArea)
    assert isinstance(area, QScrollArea)
    assert area.horizontalScrollBar().maximum() == 0, f"{what} is too wide"
    for rows in area.findChildren(QListWidget):
        assert not rows.isVisible() or rows.horizontalScrollBar().maximum() == 0, f"{what}: its list is too wide"
    for box in area.findChildren(WrappingCheckBox):
        assert not box.isVisible() or box.height() >= box.heightForWidth(box.width()), f"{what}: words are cut off"
    room = QRect(area.viewport().mapTo(view, QPoint(0, 0)), area.viewport().size())
    for one in area.findChildren(QWidget):
        if one.isVisible() and isinstance(one, QPushButton | QLineEdit | Label):
            place = QRect(one.mapTo(view, QPoint(0, 0)), one.size())
            assert place.left() >= room.left(), f"{what}: {one} begins outside"
            assert place.right() <= room.right(), f"{what}: {one} ends outside"


def shoot(scene: ProgramScene, name: str) -> None:
    """Keep a picture for a person, where the run is told to."""
    folder = os.environ.get("MAILWRIGHT_SHOTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        scene.window.grab().save(str(Path(folder) / f"settings-{name}-{scene.window.width()}.png"))


async def test_every_section_fits_so_that_none_is_moved_aside(scene: ProgramScene) -> None:
    view = settings(scene)
    assert view.choices is not None
    for name in ("accounts", *view.choices.titles):
        view.show_section(name)
        await scene.settle()
        shoot(scene, name)
        must_fit(view, name)


async def test_the_pages_of_an_account_and_its_question_fit(scene: ProgramScene) -> None:
    view = settings(scene)
    row = view.list.rows[0]
    await scene.click(row.remove)
    shoot(scene, "question")
    must_fit(view, "the question")
    await scene.press("Escape")
    for name in ("style", "signatures", "mailboxes"):
        view.open_page(name, row.account_id)
        await scene.settle()
        shoot(scene, name)
        must_fit(view, name)
        await scene.press("Escape")
    await scene.click(view.list.add)
    must_fit(view, "the form")


async def test_what_can_be_done_with_an_account_stands_below_it_where_there_is_no_room_beside(
    scene: ProgramScene,
) -> None:
    row = settings(scene).list.rows[0]
    scene.window.resize(860, 500)  # where the left edge is icons alone
    await scene.settle()

    def top(one: QWidget) -> int:
        return one.mapTo(row, QPoint(0, 0)).y()

    below = top(row.remove)
    assert len({top(one) for one in (row.style_button, row.signatures, row.mailboxes, row.change, row.remove)}) == 1
    scene.window.resize(1400, 700)
    await scene.settle()
    assert top(row.remove) < below
    shoot(scene, "wide")


async def test_the_field_for_the_name_has_a_frame(scene: ProgramScene) -> None:
    for arrangement in settings(scene).findChildren(AccountArrangement):
        name = arrangement.name
        picture = name.grab().toImage()
        middle = picture.height() // 2
        assert picture.pixelColor(0, middle).name() == theme.scheme().edge.lower(), "its left edge is drawn"
